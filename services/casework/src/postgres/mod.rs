//! A private PostgreSQL for one checkout, so that trying goldthread needs no database set up by hand.
//!
//! It is found on the machine or installed ([`binaries`], [`install`]), made once ([`cluster`]) in a folder of its
//! own ([`place`]), and run as a child that ends when this process ends ([`keeper`]). It listens on a Unix socket
//! only: the kernel says who is calling (peer), a map says which roles that caller may take, and so no password
//! exists anywhere. `fsync` stays on. No other cluster is ever read, written or stopped.
//!
//! Left out: migrations, roles and pools (the service makes them over [`Address::settings`]), and TCP.
//! Everything here blocks; call it from `spawn_blocking` when a runtime is running.

mod account;
mod binaries;
mod cluster;
mod error;
mod install;
mod keeper;
mod place;
mod predecessor;

use std::path::{Path, PathBuf};

pub use error::LaunchError;
pub use place::Place;

/// The roles the operating-system user may take in the private cluster, most powerful first.
pub const ROLES: [&str; 4] = ["postgres", "goldthread_app", "goldthread_views", "goldthread_keys"];

/// A running private PostgreSQL. Dropping it stops the server and waits for it.
#[derive(Debug)]
pub struct PrivatePostgres {
    // INVARIANT: fields drop in this order: the server ends before its claim on the folder is given up.
    keeper: keeper::Keeper,
    address: Address,
    _claim: place::Claim,
}

impl PrivatePostgres {
    /// Starts the server of `place`, first installing PostgreSQL and making the cluster where that is needed.
    pub fn start(place: &Place) -> Result<Self, LaunchError> {
        let account = account::for_server(place)?;
        let claim = place.claim(&account)?;
        let binaries = binaries::for_data(place)?;
        // The install may have brought the `postgres` user that this machine did not have before.
        let account = if place.has_data() { account } else { account::for_server(place)? };
        predecessor::clear(place)?;
        if !place.has_data() {
            cluster::create(place, &account, &binaries)?;
        }
        let address = Address { sockets: place.make_socket_folder(&account)? };
        cluster::configure(place, &account, &address)?;
        let keeper = keeper::Keeper::start(place, &account, &binaries)?;
        Ok(Self { keeper, address, _claim: claim })
    }

    /// Where the server listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Stops the server the fast way (open sessions are ended, everything committed is on disk) and waits for it.
    pub fn stop(mut self) -> Result<(), LaunchError> {
        self.keeper.stop()
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        // A failure to stop cleanly costs a recovery at the next start, never data: say so and go on.
        if let Err(error) = self.keeper.stop() {
            tell(&error.to_string());
        }
        place::forget_short_socket_folder(&self.address.sockets);
    }
}

/// Where a private server listens: enough for any process of the same user to connect to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    sockets: PathBuf,
}

impl Address {
    /// The server that runs for `place` now, if one does: for commands typed beside a running `serve`.
    pub fn of_running(place: &Place) -> Option<Self> {
        // A server that was killed leaves a file that calls it ready; one whose keeper was killed is about to end.
        let pid_file = predecessor::running(place).filter(|_| place.is_claimed())?;
        pid_file.sockets.map(|sockets| Self { sockets })
    }

    /// The connection settings for `tokio_postgres::Config` or `psql`, as `key=value` pairs.
    pub fn settings(&self, database: &str, role: &str) -> String {
        let quoted = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
        let sockets = self.sockets.to_string_lossy();
        format!("host={} port=5432 user={} dbname={}", quoted(&sockets), quoted(role), quoted(database))
    }

    /// The folder that holds the socket.
    pub fn sockets(&self) -> &Path {
        &self.sockets
    }
}

/// One line for the person at the terminal: these are the steps that can take more than a moment.
fn tell(line: &str) {
    eprintln!("goldthread: {line}");
}

#[cfg(test)]
mod tests;
