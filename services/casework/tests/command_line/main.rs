//! The program as somebody types it: real processes, real files, a real database.
//!
//! Left out: what the API answers, which `tests/api` is about.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod checkout;
mod import;
mod practitioners;
mod provision;
mod secrets;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use casework::postgres::{Address, Place, PrivatePostgres};

/// A folder of the test's own; removed when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("goldthread-typed-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, knowing of this machine only where programs are.
pub fn goldthread(folder: &Folder) -> Command {
    clean(Command::new(env!("CARGO_BIN_EXE_goldthread")), folder)
}

pub fn clean(mut command: Command, folder: &Folder) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).current_dir(folder.path());
    // For whoever is not root, private clusters are made here.
    command.env("HOME", folder.path()).env("XDG_DATA_HOME", folder.path().join("data"));
    command
}

/// What was said on standard error by a command that had to fail.
pub fn refused(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{}{said}", String::from_utf8_lossy(&output.stdout));
    assert!(said.lines().count() <= 2, "one line says what is wrong: {said}");
    said
}

/// What was printed by a command that had to succeed.
pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A database of the test's own, on a server of this test binary's.
pub struct Database {
    url: String,
    folder: Folder,
}

impl Database {
    pub fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("typed_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Self { url: server().settings(&name, "postgres"), folder: Folder::fresh() }
    }

    /// The program over this database.
    pub fn goldthread(&self) -> Command {
        self.over_this(goldthread(&self.folder))
    }

    pub fn over_this(&self, mut command: Command) -> Command {
        let master = self.folder.path().join("master.key");
        command.env("DATABASE_URL", &self.url).env("MASTER_KEY_FILE", master);
        command
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// How many events are on record.
    pub fn events(&self) -> i64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.query_one("select count(*) from record.event", &[]).await.unwrap().get(0)
        })
    }
}

/// The server of this test binary, kept by a thread that never ends: the server stops when that thread does.
fn server() -> &'static Address {
    static SERVER: OnceLock<Address> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (started, address) = mpsc::channel();
        std::thread::spawn(move || {
            let place = Place::throwaway().expect("a folder for a throwaway server");
            let server = PrivatePostgres::start(&place).expect("a throwaway PostgreSQL");
            started.send(server.address().clone()).expect("the test is waiting");
            loop {
                std::thread::park();
            }
        });
        address.recv().expect("a throwaway PostgreSQL")
    })
}

/// A census return of `tests/fixtures/cin`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cin").join(name)
}
