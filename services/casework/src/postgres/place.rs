//! Where one private cluster lives, and the claim that keeps a second starter out.
//!
//! ```text
//! <place>/lock          held while a goldthread runs this cluster; names its process
//! <place>/checkout      the checkout this belongs to, for whoever tidies the disk one day
//! <place>/etc/          our configuration, rewritten at each start; not writable by the server
//! <place>/data/         the cluster (only the server's user may enter)
//! <place>/sockets/      the socket (likewise)
//! <place>/postgres.log  what the server said since it started; .old is the run before
//! ```

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::account::{self, Account};
use super::error::{LaunchError, failed};
use super::predecessor::PidFile;
use super::tell;

/// How long a start waits for a goldthread of the same checkout that is just stopping.
const CLAIM_PATIENCE: Duration = Duration::from_secs(5);
/// A socket's path must fit the kernel's 108 bytes, final NUL included.
const SOCKET_PATH_MAX_BYTES: usize = 107;
const SOCKET_NAME: &str = ".s.PGSQL.5432";
const SHORT_SOCKET_PREFIX: &str = "goldthread-sockets-";
const THROWAWAY_PREFIX: &str = "goldthread-throwaway-";
/// How many names are tried for a fresh folder before someone's mischief is suspected.
const FRESH_NAMES_MAX: u32 = 10_000;
/// A throwaway folder without a lock is one whose maker was killed while making it, once it is this old.
const THROWAWAY_STALE: Duration = Duration::from_secs(600);

/// The folder of one private cluster.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
    checkout: Option<PathBuf>,
    binaries: Option<PathBuf>,
    lasting: Lasting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    Kept,
    /// Removed when the server stops; for tests.
    Throwaway,
}

impl Place {
    /// The place that belongs to a checkout: the same at every start, another for every other checkout.
    pub fn of_checkout(checkout: &Path) -> Result<Self, LaunchError> {
        let checkout = checkout.canonicalize().map_err(failed("find the checkout", checkout))?;
        let digest = Sha256::digest(checkout.as_os_str().as_bytes());
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let root = if account::is_root() { PathBuf::from("/var/lib/goldthread") } else { data_home()? };
        Ok(Self { root: root.join(name), checkout: Some(checkout), binaries: None, lasting: Lasting::Kept })
    }

    /// A fresh place for a test, removed when its server stops; what killed tests left is swept first.
    pub fn throwaway() -> Result<Self, LaunchError> {
        // Root's TMPDIR may be closed to the user the server runs as; `/tmp` is open to all.
        let temporary = if account::is_root() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        sweep(&temporary);
        let root = make_fresh_folder(&temporary, THROWAWAY_PREFIX)?;
        Ok(Self { root, checkout: None, binaries: None, lasting: Lasting::Throwaway })
    }

    /// A place that outlives its server, in a folder of the test's choosing.
    #[cfg(test)]
    pub(super) fn kept_in(root: &Path) -> Self {
        Self { root: root.to_path_buf(), checkout: None, binaries: None, lasting: Lasting::Kept }
    }

    /// The same place, served by the binaries of one folder (the setting `GOLDTHREAD_PG_BIN`).
    pub fn with_binaries(self, folder: Option<PathBuf>) -> Self {
        Self { binaries: folder, ..self }
    }

    /// The folder that holds everything of this cluster.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The cluster's own data folder.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// What the server has said since it started.
    pub fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.root.join("etc")
    }

    pub(super) fn binaries(&self) -> Option<&Path> {
        self.binaries.as_deref()
    }

    pub(super) fn is_throwaway(&self) -> bool {
        self.lasting == Lasting::Throwaway
    }

    /// Whether the cluster has been made: it is made elsewhere and moved here whole, so half of one never counts.
    pub(super) fn has_data(&self) -> bool {
        self.data().join("PG_VERSION").is_file()
    }

    pub(super) fn pid_file(&self) -> Option<PidFile> {
        PidFile::read(&self.data().join("postmaster.pid"))
    }

    /// Takes this place for this process, until the claim is dropped or the process ends in whatever way.
    pub(super) fn claim(&self, account: &Account) -> Result<Claim, LaunchError> {
        // Others may pass through to their own folder inside, and list nothing.
        let mode = if account.borrowed.is_some() { 0o711 } else { 0o700 };
        if let Some(parent) = self.root.parent().filter(|parent| !parent.exists()) {
            fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
            if account.borrowed.is_some() {
                make_folder(parent, 0o755)?;
            }
        }
        make_folder(&self.root, mode)?;
        let path = self.root.join("lock");
        let mut lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed("open", &path))?;
        self.wait_for(&mut lock, &path)?;
        lock.set_len(0).map_err(failed("write", &path))?;
        write!(lock, "{}", std::process::id()).map_err(failed("write", &path))?;
        if let Some(checkout) = &self.checkout {
            let note = self.root.join("checkout");
            fs::write(&note, checkout.as_os_str().as_bytes()).map_err(failed("write", &note))?;
        }
        Ok(Claim { _lock: lock, remove: self.is_throwaway().then(|| self.root.clone()) })
    }

    /// Whether some process holds the claim.
    pub(super) fn is_claimed(&self) -> bool {
        // A shared lock: two who only look do not take each other for the holder.
        let lock = File::open(self.root.join("lock"));
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    fn wait_for(&self, lock: &mut File, path: &Path) -> Result<(), LaunchError> {
        let deadline = Instant::now() + CLAIM_PATIENCE;
        let mut said = None;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(source)) => return Err(failed("lock", path)(source)),
                Err(TryLockError::WouldBlock) => {}
            }
            let mut holder = String::new();
            lock.read_to_string(&mut holder).map_err(failed("read", path))?;
            let holder = said.get_or_insert_with(|| {
                tell(&format!("waiting for the goldthread of this checkout (process {holder}) to stop"));
                holder
            });
            if Instant::now() > deadline {
                return Err(LaunchError::AlreadyRunning { holder: holder.clone() });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// A folder for the socket that only the server's user may enter, short enough for the kernel.
    pub(super) fn make_socket_folder(&self, account: &Account) -> Result<PathBuf, LaunchError> {
        if let Some(left) = self.pid_file().and_then(|file| file.sockets) {
            forget_short_socket_folder(&left);
        }
        let mut folder = self.root.join("sockets");
        // A comma would end the path for the client, which takes a list of hosts.
        let bytes = folder.as_os_str().as_bytes();
        if folder.join(SOCKET_NAME).as_os_str().len() > SOCKET_PATH_MAX_BYTES || bytes.contains(&b',') {
            folder = make_fresh_folder(Path::new("/tmp"), SHORT_SOCKET_PREFIX)?;
        }
        make_folder(&folder, 0o700)?;
        give(&folder, account)?;
        Ok(folder)
    }
}

/// Removes a socket folder that stood in for one with too long a path; leaves every other folder alone.
pub(super) fn forget_short_socket_folder(folder: &Path) {
    if folder.parent() == Some(Path::new("/tmp")) && name_starts(folder, SHORT_SOCKET_PREFIX) {
        // The server takes its socket away itself, unless it was killed.
        for left in [SOCKET_NAME.to_owned(), format!("{SOCKET_NAME}.lock")] {
            let _gone = fs::remove_file(folder.join(left));
        }
        let _gone = fs::remove_dir(folder);
    }
}

/// This process's hold on a place.
#[derive(Debug)]
pub(super) struct Claim {
    // Never passed on to children: the standard library opens files close-on-exec.
    _lock: File,
    remove: Option<PathBuf>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(root) = &self.remove {
            // What cannot be removed now is swept by the next test run.
            let _swept = fs::remove_dir_all(root);
        }
    }
}

/// Makes a folder of the given mode, or takes the one that is there. Never follows someone else's link.
pub(super) fn make_folder(path: &Path, mode: u32) -> Result<(), LaunchError> {
    match fs::DirBuilder::new().mode(mode).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(path).map_err(failed("look at", path))?;
            if !found.is_dir() {
                return Err(failed("make the folder", path)(error));
            }
        }
        Err(error) => return Err(failed("make the folder", path)(error)),
    }
    // Again, because the umask may have taken bits away.
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(failed("set the mode of", path))
}

/// Makes a folder nobody had before: in a shared folder like `/tmp`, one that is there may be someone's trap.
fn make_fresh_folder(parent: &Path, prefix: &str) -> Result<PathBuf, LaunchError> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{prefix}{}-{number}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < FRESH_NAMES_MAX => {}
            Err(error) => return Err(failed("make the folder", &path)(error)),
        }
    }
}

/// Hands a folder to the user the server runs as.
pub(super) fn give(path: &Path, account: &Account) -> Result<(), LaunchError> {
    match account.borrowed {
        Some(ids) => chown(path, Some(ids.uid), Some(ids.gid)).map_err(failed("hand over", path)),
        None => Ok(()),
    }
}

fn name_starts(path: &Path, prefix: &str) -> bool {
    path.file_name().is_some_and(|name| name.as_bytes().starts_with(prefix.as_bytes()))
}

/// `$XDG_DATA_HOME/goldthread`, else `~/.local/share/goldthread`.
fn data_home() -> Result<PathBuf, LaunchError> {
    // The operating system's own variables, not settings of ours.
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    home.map(|home| home.join("goldthread")).ok_or(LaunchError::NoHome)
}

/// Removes throwaway places whose process is gone: a killed test cannot tidy up after itself.
fn sweep(temporary: &Path) {
    let Ok(entries) = fs::read_dir(temporary) else { return };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| name_starts(path, THROWAWAY_PREFIX))
    {
        let abandoned = match File::open(path.join("lock")) {
            // A lock not yet taken names no process yet.
            Ok(lock) => lock.metadata().is_ok_and(|found| found.len() > 0) && lock.try_lock().is_ok(),
            Err(_) => fs::symlink_metadata(&path)
                .and_then(|found| found.modified())
                .is_ok_and(|made| made.elapsed().is_ok_and(|age| age > THROWAWAY_STALE)),
        };
        if abandoned {
            // Someone else's is not ours to remove, and the attempt does no harm.
            let _swept = fs::remove_dir_all(&path);
        }
    }
}
