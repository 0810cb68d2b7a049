//! Who the server runs as. PostgreSQL refuses root, so root borrows an unprivileged user; anyone else is themselves.
//!
//! Asked of `id` rather than read from `/etc/passwd`, because the server itself asks the same name service, and a
//! user from a directory server is in no file.

use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use super::error::LaunchError;
use super::place::Place;

/// The user the server runs as, and the name under which the kernel will know its callers.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Set only when this process is root and must become someone else to start the server.
    pub borrowed: Option<Ids>,
    /// The user of this process: the one whom peer authentication will see.
    pub caller: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ids {
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// A command that runs as the server's user, from `/`, in a clean environment and in the C locale.
    pub fn command(&self, program: &std::path::Path) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", LOCALE);
        command.current_dir("/").stdin(Stdio::null());
        if let Some(ids) = self.borrowed {
            // The standard library drops the supplementary groups of root on the way.
            command.uid(ids.uid).gid(ids.gid);
        }
        command
    }
}

/// Byte order and UTF-8, everywhere the same: an index must not depend on the machine's language.
#[cfg(target_os = "linux")]
pub(super) const LOCALE: &str = "C.UTF-8";
#[cfg(not(target_os = "linux"))]
pub(super) const LOCALE: &str = "C";

/// Whether this process is root.
pub(super) fn is_root() -> bool {
    id(&["-u"]).as_deref() == Some("0")
}

/// The account for the server of `place`: whoever owns its data already, else the best this machine has.
pub(super) fn for_server(place: &Place) -> Result<Account, LaunchError> {
    let uid: u32 = id(&["-u"]).and_then(|uid| uid.parse().ok()).unwrap_or(u32::MAX);
    let caller = id(&["-un"]).ok_or(LaunchError::NamelessUser { uid })?;
    let data = place.data();
    let owner = std::fs::metadata(&data).ok().map(|folder| Ids { uid: folder.uid(), gid: folder.gid() });
    if uid != 0 {
        return match owner {
            Some(owner) if owner.uid != uid => Err(LaunchError::SomeoneElses { data, owner: owner.uid, uid }),
            _ => Ok(Account { borrowed: None, caller }),
        };
    }
    let borrowed =
        owner.filter(|owner| owner.uid != 0).or_else(|| named("postgres")).or_else(|| named("nobody"));
    borrowed.map(|ids| Account { borrowed: Some(ids), caller }).ok_or(LaunchError::NoUnprivilegedUser)
}

fn named(user: &str) -> Option<Ids> {
    let number = |flag| id(&[flag, user])?.parse().ok();
    Some(Ids { uid: number("-u")?, gid: number("-g")? })
}

fn id(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("id").args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let said = said.trim();
    (output.status.success() && !said.is_empty()).then(|| said.to_owned())
}
