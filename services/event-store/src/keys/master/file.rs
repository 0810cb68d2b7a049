//! The file that holds a node's master key: one line an epoch, never more than two.
//!
//! ```text
//! # goldthread master key: …
//! 4 <base64 of 32 bytes>
//! ```
//!
//! Two lines stand only while an epoch begins: the key that is going and the key that is coming. The database says
//! which one counts.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::MasterKey;

const PREAMBLE: &str = "# goldthread master key: whoever has this file and the key store can open everything sealed.\n\
                        # A copy of it undoes erasure until the next epoch; keep copies few and apart from backups.\n";

/// Why the file of the master key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    #[error("the master key file {path} is missing")]
    Absent { path: PathBuf },
    #[error("the master key file {path} can be read by others: its mode is {mode:o}, allowed is 600")]
    Mode { path: PathBuf, mode: u32 },
    #[error("the master key file {path} is malformed")]
    Malformed { path: PathBuf },
    #[error("the program of the master key, `{} {called_with}`, {why}", program.display())]
    Program { program: PathBuf, called_with: String, why: String },
    #[error("the master key file {path} cannot be read or written")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

#[derive(Clone, Debug)]
pub struct MasterFile {
    path: PathBuf,
}

impl MasterFile {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The keys in the file, oldest first.
    pub fn read(&self) -> Result<Vec<MasterKey>, MasterError> {
        let mut text = Zeroizing::new(String::new());
        let mut file = File::open(&self.path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => MasterError::Absent { path: self.path.clone() },
            _ => self.io(source),
        })?;
        let mode = file.metadata().map_err(|source| self.io(source))?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(MasterError::Mode { path: self.path.clone(), mode });
        }
        file.read_to_string(&mut text).map_err(|source| self.io(source))?;
        let malformed = || MasterError::Malformed { path: self.path.clone() };
        let keys = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| parse_line(line).ok_or_else(malformed))
            .collect::<Result<Vec<_>, _>>()?;
        let in_order = keys.iter().zip(keys.iter().skip(1)).all(|(a, b)| a.epoch < b.epoch);
        if keys.is_empty() || keys.len() > 2 || !in_order { Err(malformed()) } else { Ok(keys) }
    }

    /// Writes the file for the first time; when another process was quicker, its file stands.
    pub fn create(&self, key: &MasterKey) -> Result<(), MasterError> {
        let fresh = self.write_beside(std::slice::from_ref(key))?;
        // Unlike a rename, a link never replaces what is there.
        let linked = std::fs::hard_link(&fresh, &self.path);
        std::fs::remove_file(&fresh).map_err(|source| self.io(source))?;
        match linked {
            Err(source) if source.kind() != io::ErrorKind::AlreadyExists => Err(self.io(source)),
            _ => self.sync_folder(),
        }
    }

    /// Replaces the file as one step, then overwrites the bytes of the one it replaced.
    ///
    /// A crash in between leaves the old bytes in blocks nobody owns any more. On a disk that copies on write, the
    /// overwriting reaches a copy only: encrypt such disks.
    pub fn replace(&self, keys: &[MasterKey]) -> Result<(), MasterError> {
        let mut old = OpenOptions::new().write(true).open(&self.path).map_err(|source| self.io(source))?;
        let fresh = self.write_beside(keys)?;
        std::fs::rename(&fresh, &self.path).map_err(|source| self.io(source))?;
        self.sync_folder()?;
        let length = old.metadata().map_err(|source| self.io(source))?.len();
        io::copy(&mut io::repeat(b'0').take(length), &mut old)
            .and_then(|_| old.sync_all())
            .map_err(|source| self.io(source))
    }

    /// Writes a complete file under a name of this process's own, on disk before it gets its real name.
    fn write_beside(&self, keys: &[MasterKey]) -> Result<PathBuf, MasterError> {
        let mut text = Zeroizing::new(String::from(PREAMBLE));
        for key in keys {
            let encoded = Zeroizing::new(BASE64.encode(key.secret()));
            text.push_str(&key.epoch.to_string());
            text.push(' ');
            text.push_str(&encoded);
            text.push('\n');
        }
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{}.new", std::process::id()));
        let beside = PathBuf::from(name);
        // A name left by a process of the same number that died half-way.
        match std::fs::remove_file(&beside) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(self.io(source)),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
            .map_err(|source| self.io(source))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| self.io(source))?;
        Ok(beside)
    }

    fn sync_folder(&self) -> Result<(), MasterError> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| self.io(source))
    }

    fn io(&self, source: io::Error) -> MasterError {
        MasterError::Io { path: self.path.clone(), source }
    }
}

fn parse_line(line: &str) -> Option<MasterKey> {
    let (epoch, encoded) = line.split_once(' ')?;
    let bytes = Zeroizing::new(BASE64.decode(encoded).ok()?);
    let secret = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(MasterKey::new(epoch.parse().ok()?, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("goldthread-master-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> MasterFile {
            MasterFile::new(&self.0.join("master"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn epochs(file: &MasterFile) -> Vec<u32> {
        file.read().unwrap().iter().map(|key| key.epoch).collect()
    }

    #[test]
    fn a_master_key_is_kept_for_its_owner_only_and_read_back() {
        let folder = Folder::new("kept");
        assert!(matches!(folder.file().read(), Err(MasterError::Absent { .. })));
        let key = MasterKey::fresh(1).unwrap();
        folder.file().create(&key).unwrap();
        assert_eq!(folder.file().read().unwrap()[0].secret(), key.secret());
        assert_eq!(std::fs::metadata(folder.0.join("master")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn the_first_of_two_who_create_a_master_key_wins() {
        let folder = Folder::new("first");
        let (first, second) = (MasterKey::fresh(1).unwrap(), MasterKey::fresh(1).unwrap());
        folder.file().create(&first).unwrap();
        folder.file().create(&second).unwrap();
        assert_eq!(folder.file().read().unwrap()[0].secret(), first.secret());
    }

    #[test]
    fn a_replaced_master_key_is_overwritten_on_the_disk() {
        let folder = Folder::new("replaced");
        let (old, new) = (MasterKey::fresh(1).unwrap(), MasterKey::fresh(2).unwrap());
        folder.file().create(&old).unwrap();
        // A second name keeps the old file's blocks in sight.
        std::fs::hard_link(folder.0.join("master"), folder.0.join("witness")).unwrap();
        folder.file().replace(&[old.clone(), new.clone()]).unwrap();
        assert_eq!(epochs(&folder.file()), [1, 2]);
        folder.file().replace(&[new]).unwrap();
        assert_eq!(epochs(&folder.file()), [2]);
        let overwritten = std::fs::read(folder.0.join("witness")).unwrap();
        assert!(!overwritten.is_empty() && overwritten.iter().all(|byte| *byte == b'0'));
    }

    #[test]
    fn a_master_key_others_can_read_or_that_is_malformed_is_refused() {
        let folder = Folder::new("refused");
        let path = folder.0.join("master");
        let key = format!("1 {}\n", BASE64.encode([1; 32]));
        let write = |text: &str, mode| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for mode in [0o640, 0o604, 0o777] {
            write(&key, mode);
            assert!(matches!(folder.file().read(), Err(MasterError::Mode { .. })), "{mode:o}");
        }
        let three = format!("{key}2{}3{}", &key[1..], &key[1..]);
        for text in [
            "",
            "# nothing\n",
            "1\n",
            "1 AAAA\n",
            "x AAAA\n",
            &format!("{key}\n"),
            &format!("{key}{key}"),
            &three,
        ] {
            write(text, 0o600);
            assert!(matches!(folder.file().read(), Err(MasterError::Malformed { .. })), "{text}");
        }
        write(&key, 0o600);
        assert_eq!(epochs(&folder.file()), [1]);
    }
}
