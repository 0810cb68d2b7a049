//! What an earlier run may have left: a server still stopping, one that outlived its starter, or a stale pid file.
//!
//! A server is only ever asked to stop when its own command line says that it serves this very data folder; a
//! process number alone proves nothing, because numbers are used again.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{LaunchError, failed};
use super::keeper::interrupt;
use super::place::Place;
use super::tell;

/// How long an earlier server may take to write its last checkpoint.
const STOP_PATIENCE: Duration = Duration::from_secs(60);

/// What PostgreSQL writes to `postmaster.pid` while it runs.
#[derive(Debug)]
pub(super) struct PidFile {
    pub pid: u32,
    pub sockets: Option<PathBuf>,
    status: String,
}

impl PidFile {
    /// Reads the file if it is there and complete enough to name a process.
    pub fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let line = |number: usize| text.lines().nth(number).map(str::trim).filter(|line| !line.is_empty());
        Some(Self {
            pid: line(0)?.parse().ok()?,
            sockets: line(4).map(PathBuf::from),
            status: line(7).unwrap_or_default().to_owned(),
        })
    }

    /// Whether the server takes connections.
    pub fn is_ready(&self) -> bool {
        self.status == "ready"
    }
}

/// The server that takes connections for this place, if one does.
pub(super) fn running(place: &Place) -> Option<PidFile> {
    let file = place.pid_file().filter(PidFile::is_ready)?;
    command_line(file.pid).is_some_and(|command| serves(&command, &place.data())).then_some(file)
}

/// Makes sure that no earlier server runs on this place. The caller holds the claim, so no other start is under way.
pub(super) fn clear(place: &Place) -> Result<(), LaunchError> {
    let deadline = Instant::now() + STOP_PATIENCE;
    let mut asked = None;
    while let Some(file) = place.pid_file() {
        match command_line(file.pid) {
            // PostgreSQL itself clears a file whose process is gone.
            None => return Ok(()),
            Some(command) if !serves(&command, &place.data()) => return forget_reused_number(place),
            Some(_) if asked != Some(file.pid) => {
                tell(&format!("stopping the PostgreSQL an earlier run left (process {})", file.pid));
                interrupt(file.pid);
                asked = Some(file.pid);
            }
            Some(_) if Instant::now() > deadline => {
                return Err(LaunchError::StillRunning { pid: file.pid, data: place.data() });
            }
            Some(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
    Ok(())
}

/// The number in the file belongs to some other program now (a container that was started again hands out the same
/// low numbers), and PostgreSQL would wait for that program for ever. Children of the dead server that still held
/// its shared memory would be found by PostgreSQL through the data folder, without this file.
fn forget_reused_number(place: &Place) -> Result<(), LaunchError> {
    let path = place.data().join("postmaster.pid");
    fs::remove_file(&path).map_err(failed("remove the stale", &path))
}

fn serves(command: &str, data: &Path) -> bool {
    let program = command.split(' ').next().unwrap_or_default();
    Path::new(program).file_name().is_some_and(|name| name == "postgres")
        && command.contains(&format!(" -D {} ", data.display()))
}

/// The command line of a living process; none for one that is gone or only waits to be reaped.
#[cfg(target_os = "linux")]
fn command_line(pid: u32) -> Option<String> {
    let raw = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let text = String::from_utf8_lossy(&raw).replace('\0', " ");
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(not(target_os = "linux"))]
fn command_line(pid: u32) -> Option<String> {
    let output = std::process::Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}
