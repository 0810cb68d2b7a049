//! Installing PostgreSQL on Debian and its kin when this process is root, without the cluster Debian would make.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::is_root;
use super::error::{LaunchError, failed};
use super::tell;

/// One installation at a time: a second starter waits here and then finds the work done.
const TURN: &str = "/run/goldthread-install.lock";
const APT: &str = "/usr/bin/apt-get";
/// Read by the package `postgresql-15` (and its like) when it is installed for the first time.
const CREATE_CLUSTER: &str = "/etc/postgresql-common/createcluster.conf";
const NO_MAIN_CLUSTER: &str = "\n# Written by goldthread while it installs PostgreSQL; taken out again afterwards.\n\
                               create_main_cluster = false\n";

/// Whether this process may install packages here.
pub(super) fn is_possible() -> bool {
    Path::new(APT).is_file() && is_root()
}

/// Installs the server unless `is_installed` by the time it is this process's turn. Only the programs: the package
/// would otherwise also make and start a cluster of its own.
pub(super) fn with_apt(is_installed: impl Fn() -> bool) -> Result<(), LaunchError> {
    let turn = PathBuf::from(TURN);
    let lock = File::options().create(true).truncate(false).write(true).open(&turn);
    let lock = lock.map_err(failed("open", &turn))?;
    lock.lock().map_err(failed("lock", &turn))?;
    if is_installed() {
        return Ok(());
    }
    tell("installing PostgreSQL with apt-get (once, about a minute)");
    // First the package that owns the file, so that dpkg does not ask which of two versions of it to keep.
    if install("postgresql-common").is_err() {
        apt(&["update"])?;
        install("postgresql-common")?;
    }
    let quiet = NoMainCluster::set()?;
    install("postgresql")?;
    quiet.restore()
}

/// Debian's setting, changed for the length of one installation.
struct NoMainCluster {
    before: Vec<u8>,
}

impl NoMainCluster {
    fn set() -> Result<Self, LaunchError> {
        let path = PathBuf::from(CREATE_CLUSTER);
        let before = fs::read(&path).map_err(failed("read", &path))?;
        let during = [before.as_slice(), NO_MAIN_CLUSTER.as_bytes()].concat();
        fs::write(&path, during).map_err(failed("write", &path))?;
        Ok(Self { before })
    }

    fn restore(self) -> Result<(), LaunchError> {
        let path = PathBuf::from(CREATE_CLUSTER);
        fs::write(&path, &self.before).map_err(failed("write", &path))
    }
}

impl Drop for NoMainCluster {
    fn drop(&mut self) {
        // After `restore` this writes the same bytes again; after a failed install it is the restoring.
        let _restored = fs::write(CREATE_CLUSTER, &self.before);
    }
}

fn install(package: &str) -> Result<(), LaunchError> {
    apt(&["install", "--yes", "--no-install-recommends", package])
}

fn apt(arguments: &[&str]) -> Result<(), LaunchError> {
    let output = Command::new(APT)
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| LaunchError::Program { program: PathBuf::from(APT), source })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().rfind(|line| line.starts_with("E:")).unwrap_or("no reason given").to_owned();
    Err(LaunchError::NotInstallable { said })
}
