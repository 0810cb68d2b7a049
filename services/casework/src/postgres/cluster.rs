//! Making the cluster once, and writing its configuration at each start.
//!
//! The configuration is ours and lives outside the data folder, so that a new version of goldthread brings its own
//! and the server cannot rewrite who may log in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::account::{Account, LOCALE};
use super::binaries::Binaries;
use super::error::{LaunchError, failed};
use super::keeper::end_with_us;
use super::place::{Place, give, make_folder};
use super::{Address, ROLES, tell};

/// Where a cluster is made, before the number of the process that makes it.
const UNFINISHED: &str = "data.making-";

/// Makes an empty cluster. It is made beside its place and moved there whole: a start that is killed half-way leaves
/// nothing that could be mistaken for data.
pub(super) fn create(place: &Place, account: &Account, binaries: &Binaries) -> Result<(), LaunchError> {
    if !place.is_throwaway() {
        tell(&format!("making a private PostgreSQL in {}", place.root().display()));
    }
    remove_unfinished(place)?;
    // A name of its own: should an earlier `initdb` still be writing, it writes elsewhere.
    let making = place.root().join(format!("{UNFINISHED}{}", std::process::id()));
    make_folder(&making, 0o700)?;
    give(&making, account)?;
    let program = binaries.initdb();
    let mut initdb = account.command(&program);
    initdb.arg("-D").arg(&making).args(["-U", "postgres", "-E", "UTF8", "--data-checksums"]);
    initdb.arg(format!("--locale={LOCALE}")).args(["--auth-local=peer", "--auth-host=reject"]);
    if place.is_throwaway() {
        // The new files need not be on disk before a test; commits during the test still are.
        initdb.arg("--no-sync");
    }
    end_with_us(&mut initdb);
    let output = initdb.output().map_err(|source| LaunchError::Program { program, source })?;
    if !output.status.success() {
        return Err(LaunchError::DidNotStart { said: last_line(&output), log: place.log() });
    }
    let data = place.data();
    fs::rename(&making, &data).map_err(failed("move the new cluster to", &data))
}

fn remove_unfinished(place: &Place) -> Result<(), LaunchError> {
    let entries = fs::read_dir(place.root()).map_err(failed("list", place.root()))?;
    let unfinished =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
    for path in entries.flatten().map(|entry| entry.path()).filter(unfinished) {
        fs::remove_dir_all(&path).map_err(failed("remove the unfinished", &path))?;
    }
    Ok(())
}

fn last_line(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().rfind(|line| line.contains("error")).unwrap_or("initdb gave no reason").to_owned()
}

/// Where the configuration of a place is.
pub(super) fn main_file(place: &Place) -> PathBuf {
    place.configuration().join("postgresql.conf")
}

/// Writes the configuration for this start.
pub(super) fn configure(place: &Place, account: &Account, address: &Address) -> Result<(), LaunchError> {
    let folder = place.configuration();
    make_folder(&folder, if account.borrowed.is_some() { 0o755 } else { 0o700 })?;
    write(&folder.join("pg_hba.conf"), "local all all peer map=goldthread\n")?;
    write(&folder.join("pg_ident.conf"), &map_of(&account.caller))?;
    write(&main_file(place), &settings(&folder, address))
}

/// The user who starts the server may take each of our roles, and nobody else may take any.
fn map_of(caller: &str) -> String {
    let caller = caller.replace('"', "\"\"");
    ROLES.iter().map(|role| format!("goldthread \"{caller}\" {role}\n")).collect()
}

fn settings(folder: &Path, address: &Address) -> String {
    // The file's own quoting; the list of socket folders has another within it.
    let quoted = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"));
    let file = |name: &str| quoted(&folder.join(name).to_string_lossy());
    let sockets = format!("\"{}\"", address.sockets().to_string_lossy().replace('"', "\"\""));
    format!(
        "hba_file = {hba}\nident_file = {ident}\nunix_socket_directories = {sockets}\n\
         dynamic_shared_memory_type = {shared}\n{FIXED}",
        hba = file("pg_hba.conf"),
        ident = file("pg_ident.conf"),
        sockets = quoted(&sockets),
        shared = shared_memory(),
    )
}

/// Bare containers and chroots have no `/dev/shm` open to all; files in the data folder do instead.
fn shared_memory() -> &'static str {
    use std::os::unix::fs::PermissionsExt;
    const OPEN_TO_ALL: u32 = 0o1777;
    let open = |found: fs::Metadata| found.permissions().mode() & OPEN_TO_ALL == OPEN_TO_ALL;
    if cfg!(not(target_os = "linux")) || fs::metadata("/dev/shm").is_ok_and(open) { "posix" } else { "mmap" }
}

const FIXED: &str = "\
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
cluster_name = 'goldthread'

# An acknowledged event is on disk.
fsync = on
full_page_writes = on
synchronous_commit = on

max_connections = 200
max_locks_per_transaction = 256
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_buffers = 16MB
min_wal_size = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
# A county is told in little more than the usual minute between looks at how much tables have grown, and until then
# statements keep the plans of empty ones. Looks more often than this cost a tenth of all the server does meanwhile.
autovacuum_naptime = 20s

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'

# The log tells how the server fares and never what is stored: an error's text can carry a value, so errors go
# to the caller only.
log_destination = 'stderr'
logging_collector = off
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_autovacuum_min_duration = -1
log_line_prefix = '%m [%p] '
";

fn write(path: &Path, text: &str) -> Result<(), LaunchError> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).map_err(failed("write", path))?;
    // Readable by the server's user whatever the umask; the folder says who may come this far.
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).map_err(failed("set the mode of", path))
}
