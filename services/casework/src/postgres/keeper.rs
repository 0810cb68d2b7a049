//! The thread that starts the server, watches it, starts it again if it dies, and stops it.
//!
//! One thread does all of it, for two reasons. The kernel sends the server its end-of-parent signal when the
//! *thread* that started it ends, so that thread has to live as long as the server. And a process number may only be
//! signalled by whoever would reap it, or the signal could reach a stranger who was given the number since.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::account::Account;
use super::binaries::Binaries;
use super::cluster;
use super::error::{LaunchError, failed};
use super::place::Place;
use super::tell;

/// How often the keeper looks whether the server still lives.
const WATCH_EVERY: Duration = Duration::from_millis(100);
/// Recovery after a power cut replays at most `max_wal_size` and then some; this is far longer than that takes.
const READY_PATIENCE: Duration = Duration::from_secs(300);
const READY_SLOW: Duration = Duration::from_secs(5);
/// After `kill -9` of everything the old server's lock and shared memory can outlive it for a moment.
const LOCK_PATIENCE: Duration = Duration::from_secs(15);
/// A fast shutdown writes one checkpoint.
const STOP_PATIENCE: Duration = Duration::from_secs(60);
/// How often a server that keeps dying is started again, when each life is shorter than [`LONG_LIFE`].
const RESTARTS_IN_A_ROW: u32 = 30;
const LONG_LIFE: Duration = Duration::from_secs(60);

/// The running server's keeper. Dropping it without [`Keeper::stop`] also stops the server, but does not wait.
#[derive(Debug)]
pub(super) struct Keeper {
    /// Nothing is ever sent: letting go of it is the order to stop.
    order: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<Result<(), LaunchError>>>,
}

impl Keeper {
    /// Starts the server and returns once it takes connections.
    pub fn start(place: &Place, account: &Account, binaries: &Binaries) -> Result<Self, LaunchError> {
        let launch = Launch { place: place.clone(), account: account.clone(), binaries: binaries.clone() };
        launch.set_old_log_aside();
        let (order, orders) = mpsc::channel();
        let (started, starts) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || launch.keep(&orders, &started))
            .map_err(|source| LaunchError::Program { program: binaries.postgres(), source })?;
        starts.recv().unwrap_or(Err(LaunchError::KeeperLost))?;
        Ok(Self { order: Some(order), thread: Some(thread) })
    }

    /// Stops the server and waits for it. A second call does nothing.
    pub fn stop(&mut self) -> Result<(), LaunchError> {
        drop(self.order.take());
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or(Err(LaunchError::KeeperLost)))
    }
}

/// All that it takes to start the server, again if need be.
struct Launch {
    place: Place,
    account: Account,
    binaries: Binaries,
}

/// One attempt that did not work.
enum NoStart {
    /// An earlier server has not quite gone yet.
    Occupied(LaunchError),
    Failed(LaunchError),
}

impl Launch {
    fn keep(
        &self,
        orders: &Receiver<Infallible>,
        started: &Sender<Result<(), LaunchError>>,
    ) -> Result<(), LaunchError> {
        let mut server = match self.start() {
            Ok(server) => Some(server),
            Err(error) => {
                // If nobody waits for the answer any more there is nobody to tell.
                let _told = started.send(Err(error));
                return Ok(());
            }
        };
        let _told = started.send(Ok(()));
        let mut since = Instant::now();
        let mut restarts = 0;
        loop {
            match orders.recv_timeout(WATCH_EVERY) {
                Ok(never) => match never {},
                Err(RecvTimeoutError::Disconnected) => return server.as_mut().map_or(Ok(()), stop),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if server.as_mut().is_some_and(lives) {
                continue;
            }
            restarts = if since.elapsed() > LONG_LIFE { 1 } else { restarts + 1 };
            if restarts > RESTARTS_IN_A_ROW {
                let error = LaunchError::KeepsDying { times: restarts, log: self.place.log() };
                tell(&error.to_string());
                return Err(error);
            }
            tell("the private PostgreSQL was ended from outside; starting it again");
            since = Instant::now();
            server = self.start().inspect_err(|error| tell(&error.to_string())).ok();
        }
    }

    fn start(&self) -> Result<Child, LaunchError> {
        let deadline = Instant::now() + LOCK_PATIENCE;
        loop {
            match self.try_start() {
                Ok(server) => return Ok(server),
                Err(NoStart::Failed(error)) => return Err(error),
                Err(NoStart::Occupied(error)) if Instant::now() > deadline => return Err(error),
                Err(NoStart::Occupied(_)) => thread::sleep(Duration::from_millis(200)),
            }
        }
    }

    fn try_start(&self) -> Result<Child, NoStart> {
        let log_begins = fs::metadata(self.place.log()).map_or(0, |log| log.len());
        let mut server = self.spawn().map_err(NoStart::Failed)?;
        let begun = Instant::now();
        let mut said_slow = false;
        loop {
            // Only a file that names our own child counts: the one before may still lie there.
            if self.place.pid_file().is_some_and(|file| file.pid == server.id() && file.is_ready()) {
                return Ok(server);
            }
            if let Ok(Some(_ended)) = server.try_wait() {
                return Err(self.reason_since(log_begins));
            }
            if !said_slow && begun.elapsed() > READY_SLOW {
                said_slow = true;
                tell("PostgreSQL is recovering what was committed before it was interrupted");
            }
            if begun.elapsed() > READY_PATIENCE {
                let error =
                    LaunchError::NotReady { seconds: READY_PATIENCE.as_secs(), log: self.place.log() };
                return Err(NoStart::Failed(stop(&mut server).err().unwrap_or(error)));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn spawn(&self) -> Result<Child, LaunchError> {
        let path = self.place.log();
        let log = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed("open", &path))?;
        let also = log.try_clone().map_err(failed("open", &path))?;
        let program = self.binaries.postgres();
        let mut command = self.account.command(&program);
        command.arg("-D").arg(self.place.data());
        command.arg("-c").arg(format!("config_file={}", cluster::main_file(&self.place).display()));
        command.stdout(Stdio::from(log)).stderr(Stdio::from(also));
        // A group of its own: Ctrl-C must reach us first, so that we can finish our work before the database goes.
        command.process_group(0);
        end_with_us(&mut command);
        command.spawn().map_err(|source| LaunchError::Program { program, source })
    }

    /// Why an attempt failed: what PostgreSQL said last, without the time and process number before it.
    fn reason_since(&self, log_begins: u64) -> NoStart {
        let log = self.place.log();
        let mut text = Vec::new();
        // A log that cannot be read leaves the reason unknown, which the message then says.
        let _read = File::open(&log).and_then(|mut file| {
            file.seek(SeekFrom::Start(log_begins))?;
            file.read_to_end(&mut text)
        });
        let text = String::from_utf8_lossy(&text);
        let last = text.lines().rfind(|line| line.contains("FATAL:") || line.contains("PANIC:"));
        let said = last
            .and_then(|line| line.split_once("] "))
            .map_or("it gave no reason", |(_, reason)| reason.trim());
        let error = LaunchError::DidNotStart { said: said.to_owned(), log };
        let occupied = said.contains("lock file") || said.contains("pre-existing shared memory block");
        if occupied { NoStart::Occupied(error) } else { NoStart::Failed(error) }
    }

    fn set_old_log_aside(&self) {
        // Absent at the first start; and a log that cannot be renamed is only a longer log.
        let _moved = fs::rename(self.place.log(), self.place.log().with_extension("log.old"));
    }
}

fn lives(server: &mut Child) -> bool {
    matches!(server.try_wait(), Ok(None))
}

/// Fast shutdown, and if that takes far too long, the ways that cost a recovery at the next start.
fn stop(server: &mut Child) -> Result<(), LaunchError> {
    let pid = server.id();
    interrupt(pid);
    let deadline = Instant::now() + STOP_PATIENCE;
    while Instant::now() < deadline {
        // An error here means the child is already reaped, which is what is being waited for.
        match server.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Ok(Some(_)) | Err(_) => return Ok(()),
        }
    }
    let _killed = server.kill();
    let _reaped = server.wait();
    Err(LaunchError::HadToBeKilled { pid })
}

/// Asks a server for a fast shutdown.
#[expect(unsafe_code, reason = "the standard library sends no signal but SIGKILL")]
pub(super) fn interrupt(pid: u32) {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return };
    if pid > 1 {
        // SAFETY: `kill` touches no memory of ours; numbers that mean "a group" or "everyone" are excluded above.
        unsafe { libc::kill(pid, libc::SIGINT) };
    }
}

/// Makes the kernel end a program when the thread that starts it ends, even by `kill -9`.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "only the child itself can ask for the signal, between fork and exec")]
pub(super) fn end_with_us(command: &mut std::process::Command) {
    let us = std::process::id();
    let signal = libc::c_ulong::from(libc::SIGINT.unsigned_abs());
    // SAFETY: between fork and exec only `prctl` and `getppid` are called; both are async-signal-safe and neither
    // allocates. The standard library runs this after it has changed the user, which would have undone the request.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, signal) != 0 {
                return Err(std::io::Error::last_os_error());
            }
            // We may have been killed before the request was made: then nobody would ever stop this server.
            if u32::try_from(libc::getppid()) != Ok(us) {
                return Err(std::io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
}

/// Elsewhere the kernel offers nothing of the kind; the next start stops a server that was left running.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_us(_command: &mut std::process::Command) {}
