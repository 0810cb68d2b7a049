//! Finding a PostgreSQL server on this machine: the folder named in a setting, else the newest that fits.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::{LaunchError, failed};
use super::install;
use super::place::Place;

/// The oldest major version goldthread is tested with.
const MINIMUM_MAJOR: u32 = 15;

/// Where Debian and its kin put a server, one folder a version at `*`.
const DEBIAN_PLACE: &str = "/usr/lib/postgresql/*/bin";
/// Where others put it; looked at after PATH.
const OTHER_PLACES: [&str; 7] = [
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/libexec/postgresql*",
];

/// One installed server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    pub fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    /// The server in a folder, if `postgres` and `initdb` are there and the first says which version it is.
    fn in_folder(folder: &Path) -> Option<Self> {
        let found = Self { folder: folder.to_path_buf(), major: 0 };
        if !found.initdb().is_file() || !found.postgres().is_file() {
            return None;
        }
        let mut version = Command::new(found.postgres());
        let output = version.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let major = major_in(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { major, ..found })
    }
}

/// The server for a place: of the version that made its data, else the newest; installed when there is none.
pub(super) fn for_data(place: &Place) -> Result<Binaries, LaunchError> {
    let wanted = made_by(place)?;
    let mut found = installed(place)?;
    if found.is_empty() && install::is_possible() {
        install::with_apt(|| installed(place).is_ok_and(|found| !found.is_empty()))?;
        found = installed(place)?;
    }
    choose(found, wanted, place)
}

fn choose(found: Vec<Binaries>, wanted: Option<u32>, place: &Place) -> Result<Binaries, LaunchError> {
    let Some(wanted) = wanted else {
        let newest = found.into_iter().min_by_key(|binaries| Reverse(binaries.major));
        return newest.ok_or(LaunchError::NotInstalled { minimum: MINIMUM_MAJOR });
    };
    let versions: Vec<String> = found.iter().map(|binaries| binaries.major.to_string()).collect();
    let same = found.into_iter().find(|binaries| binaries.major == wanted);
    same.ok_or_else(|| match versions.is_empty() {
        true => LaunchError::NotInstalled { minimum: wanted },
        false => LaunchError::OtherVersion { data: place.data(), wanted, found: versions.join(", ") },
    })
}

/// Every usable server; of two of one version the first is taken.
fn installed(place: &Place) -> Result<Vec<Binaries>, LaunchError> {
    if let Some(folder) = place.binaries() {
        let named = Binaries::in_folder(folder);
        let named = named.ok_or_else(|| LaunchError::NoServerThere { folder: folder.to_path_buf() })?;
        return Ok(vec![named]);
    }
    // The operating system's own variable, not a setting of ours.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = matching(DEBIAN_PLACE).into_iter().chain(std::env::split_paths(&path));
    let folders = folders.chain(OTHER_PLACES.into_iter().flat_map(matching));
    let found = folders.filter_map(|folder| Binaries::in_folder(&folder));
    Ok(found.filter(|binaries| binaries.major >= MINIMUM_MAJOR).collect())
}

/// The folders a pattern with one `*` stands for.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return Vec::new() };
    let Some((parent, prefix)) = before.rsplit_once('/') else { return Vec::new() };
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let after = after.trim_start_matches('/');
    let fits = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
    };
    entries.flatten().map(|entry| entry.path()).filter(fits).map(|path| path.join(after)).collect()
}

/// The major version that made the data of a place, if there is any.
fn made_by(place: &Place) -> Result<Option<u32>, LaunchError> {
    if !place.has_data() {
        return Ok(None);
    }
    let path = place.data().join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(failed("read", &path))?;
    let major =
        text.trim().parse().map_err(|_not_a_number| std::io::Error::from(std::io::ErrorKind::InvalidData));
    major.map(Some).map_err(failed("read the version in", &path))
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15; `17beta2` is 17.
fn major_in(said: &str) -> Option<u32> {
    let version = said.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(major: u32) -> Binaries {
        Binaries { folder: PathBuf::from(format!("/invented/{major}/bin")), major }
    }

    #[test]
    fn a_version_is_read_from_what_a_server_says_of_itself() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 17beta2"), Some(17));
        assert_eq!(major_in("something else"), None);
    }

    #[test]
    fn new_data_takes_the_newest_server_and_old_data_its_own() {
        let place = Place::throwaway().unwrap();
        let all = || vec![server(15), server(17), server(16)];
        assert_eq!(choose(all(), None, &place).unwrap().major, 17);
        assert_eq!(choose(all(), Some(16), &place).unwrap().major, 16);
        fs::remove_dir_all(place.root()).unwrap();
    }

    #[test]
    fn data_of_another_version_is_refused_with_both_versions_named() {
        let place = Place::throwaway().unwrap();
        let refused = choose(vec![server(17)], Some(15), &place).unwrap_err().to_string();
        assert!(refused.contains("made by PostgreSQL 15 and only 17 is here"), "{refused}");
        fs::remove_dir_all(place.root()).unwrap();
    }

    #[test]
    fn a_folder_named_in_the_settings_must_hold_a_server() {
        let place = Place::throwaway().unwrap();
        let named = place.clone().with_binaries(Some(place.root().to_path_buf()));
        assert!(matches!(for_data(&named), Err(LaunchError::NoServerThere { .. })));
        fs::remove_dir_all(place.root()).unwrap();
    }
}
