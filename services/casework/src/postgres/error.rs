//! What can keep a private PostgreSQL from starting, each with what to do about it.

use std::io;
use std::path::PathBuf;

/// Why the private PostgreSQL did not start or stop. Paths and process numbers only, never anything stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    #[error(
        "PostgreSQL {minimum} or newer is needed and was not found: install it (Debian, Ubuntu: `sudo apt-get install \
         postgresql`; Fedora: `sudo dnf install postgresql-server`; macOS: `brew install postgresql@17`), or name its \
         folder in GOLDTHREAD_PG_BIN, or name a server in DATABASE_URL"
    )]
    NotInstalled { minimum: u32 },
    #[error("`{folder}` has no PostgreSQL server: GOLDTHREAD_PG_BIN is the folder that holds `postgres` and `initdb`", folder = folder.display())]
    NoServerThere { folder: PathBuf },
    #[error(
        "the data in `{data}` was made by PostgreSQL {wanted} and only {found} is here: install PostgreSQL {wanted} \
         (Debian: `apt-get install postgresql-{wanted}`), or move that folder away to start empty",
        data = data.display()
    )]
    OtherVersion { data: PathBuf, wanted: u32, found: String },
    #[error(
        "installing PostgreSQL with apt-get failed: {said}; install it by hand (`apt-get install postgresql`) and start again"
    )]
    NotInstallable { said: String },
    #[error(
        "PostgreSQL refuses to run as root and this machine has neither a user `postgres` nor a user `nobody`: add one"
    )]
    NoUnprivilegedUser,
    #[error(
        "user {uid} has no name on this machine, and PostgreSQL needs one: add it to the passwd database"
    )]
    NamelessUser { uid: u32 },
    #[error("`{data}` belongs to user {owner}, not to the user {uid} who is starting: start as that user", data = data.display())]
    SomeoneElses { data: PathBuf, owner: u32, uid: u32 },
    #[error("no folder for the data: neither XDG_DATA_HOME nor HOME is an absolute path")]
    NoHome,
    #[error("goldthread already runs for this checkout (process {holder}): stop it first, or use it")]
    AlreadyRunning { holder: String },
    #[error("process {pid} still runs PostgreSQL on `{data}` and did not stop when asked: stop it and start again", data = data.display())]
    StillRunning { pid: u32, data: PathBuf },
    #[error("PostgreSQL did not start: {said} (the whole log is `{log}`)", log = log.display())]
    DidNotStart { said: String, log: PathBuf },
    #[error("PostgreSQL was not ready within {seconds} s (the log is `{log}`)", log = log.display())]
    NotReady { seconds: u64, log: PathBuf },
    #[error("PostgreSQL ended {times} times soon after it was started and is left stopped (the log is `{log}`)", log = log.display())]
    KeepsDying { times: u32, log: PathBuf },
    #[error(
        "PostgreSQL (process {pid}) did not stop and had to be killed; the next start recovers what was committed"
    )]
    HadToBeKilled { pid: u32 },
    #[error("the thread that keeps PostgreSQL ended unexpectedly")]
    KeeperLost,
    #[error("could not {doing} `{path}`", path = path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("could not run `{program}`", program = program.display())]
    Program {
        program: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Names the deed and the path of a failed file operation: `fs::write(..).map_err(failed("write", &path))`.
pub(super) fn failed(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> LaunchError {
    let path = path.to_path_buf();
    move |source| LaunchError::File { doing, path, source }
}
