//! The launcher against a real PostgreSQL: every test starts a server of its own in a folder of its own.

use std::fs;
use std::path::Path;

use super::*;

/// A folder for a place that must outlive its server; removed with the test.
struct Folder(Place);

impl Folder {
    fn new() -> Self {
        Self(Place::kept_in(Place::throwaway().unwrap().root()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(self.0.root()).unwrap();
    }
}

fn ask(address: &Address, role: &str, question: &str) -> Result<String, tokio_postgres::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let settings = address.settings("postgres", role);
        let (client, connection) = tokio_postgres::connect(&settings, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let mut answer = String::new();
        for message in client.simple_query(question).await? {
            if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
                answer.push_str(row.get(0).unwrap_or_default());
            }
        }
        Ok(answer)
    })
}

fn pid(place: &Place) -> u32 {
    place.pid_file().unwrap().pid
}

fn kill_hard(pid: u32) {
    let killed = std::process::Command::new("sh").args(["-c", &format!("kill -9 {pid}")]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn a_private_server_is_durable_listens_on_its_socket_only_and_leaves_nothing_behind() {
    let place = Place::throwaway().unwrap();
    let server = PrivatePostgres::start(&place).unwrap();
    for (setting, wanted) in
        [("fsync", "on"), ("synchronous_commit", "on"), ("data_checksums", "on"), ("listen_addresses", "")]
    {
        assert_eq!(
            ask(server.address(), "postgres", &format!("show {setting}")).unwrap(),
            wanted,
            "{setting}"
        );
    }
    assert_eq!(Address::of_running(&place).as_ref(), Some(server.address()));
    server.stop().unwrap();
    assert!(!place.root().exists());
}

#[test]
fn only_the_roles_of_the_map_let_the_caller_in() {
    let place = Place::throwaway().unwrap();
    let server = PrivatePostgres::start(&place).unwrap();
    ask(server.address(), "postgres", "create role goldthread_app login; create role stranger login")
        .unwrap();
    assert_eq!(ask(server.address(), "goldthread_app", "select session_user").unwrap(), "goldthread_app");
    let refused = ask(server.address(), "stranger", "select session_user").unwrap_err();
    let code = refused.code().unwrap();
    assert_eq!(code, &tokio_postgres::error::SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
}

#[test]
fn an_error_that_quotes_a_value_does_not_reach_the_log() {
    let place = Place::throwaway().unwrap();
    let server = PrivatePostgres::start(&place).unwrap();
    ask(server.address(), "postgres", "select 'canary-of-mine'::integer").unwrap_err();
    ask(server.address(), "postgres", "do $$ begin raise warning 'canary-of-mine'; end $$").unwrap();
    let log = fs::read_to_string(place.log()).unwrap();
    assert!(log.contains("ready to accept connections"));
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn a_second_start_finds_what_the_first_committed() {
    let folder = Folder::new();
    let first = PrivatePostgres::start(&folder.0).unwrap();
    ask(first.address(), "postgres", "create table kept as select 7 as number").unwrap();
    first.stop().unwrap();
    assert_eq!(Address::of_running(&folder.0), None);
    let second = PrivatePostgres::start(&folder.0).unwrap();
    assert_eq!(ask(second.address(), "postgres", "select number from kept").unwrap(), "7");
}

#[test]
fn a_second_starter_is_told_which_process_has_the_place_and_harms_nothing() {
    let place = Place::throwaway().unwrap();
    let server = PrivatePostgres::start(&place).unwrap();
    let before = pid(&place);
    let refused = PrivatePostgres::start(&place).unwrap_err().to_string();
    assert!(refused.contains(&format!("(process {})", std::process::id())), "{refused}");
    assert_eq!(pid(&place), before);
    assert_eq!(ask(server.address(), "postgres", "select 1").unwrap(), "1");
}

#[test]
fn a_server_killed_behind_our_back_is_started_again_with_what_it_had_committed() {
    let place = Place::throwaway().unwrap();
    let server = PrivatePostgres::start(&place).unwrap();
    ask(server.address(), "postgres", "create table kept as select 7 as number").unwrap();
    let killed = pid(&place);
    kill_hard(killed);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while place.pid_file().is_none_or(|file| file.pid == killed || !file.is_ready()) {
        assert!(std::time::Instant::now() < deadline, "it was not started again");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(ask(server.address(), "postgres", "select number from kept").unwrap(), "7");
}

#[test]
fn a_stale_pid_file_whose_number_another_program_has_now_is_no_obstacle() {
    let folder = Folder::new();
    PrivatePostgres::start(&folder.0).unwrap().stop().unwrap();
    let mut stranger = account::for_server(&folder.0).unwrap().command(Path::new("/bin/sleep"));
    let mut stranger = stranger.arg("60").spawn().unwrap();
    let stale = format!("{}\n{}\n1\n5432\n\n\n\nready\n", stranger.id(), folder.0.data().display());
    fs::write(folder.0.data().join("postmaster.pid"), stale).unwrap();
    let server = PrivatePostgres::start(&folder.0).unwrap();
    assert_eq!(ask(server.address(), "postgres", "select 1").unwrap(), "1");
    assert!(stranger.try_wait().unwrap().is_none(), "the other program must be left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn a_server_killed_with_its_keeper_is_not_taken_for_one_that_runs() {
    let folder = Folder::new();
    PrivatePostgres::start(&folder.0).unwrap().stop().unwrap();
    let mut gone = std::process::Command::new("/bin/true").spawn().unwrap();
    gone.wait().unwrap();
    let data = folder.0.data();
    let sockets = folder.0.root().join("sockets");
    let left = format!("{}\n{}\n1\n5432\n{}\n\n\nready\n", gone.id(), data.display(), sockets.display());
    fs::write(data.join("postmaster.pid"), left).unwrap();
    assert_eq!(Address::of_running(&folder.0), None);
    let server = PrivatePostgres::start(&folder.0).unwrap();
    assert_eq!(Address::of_running(&folder.0).as_ref(), Some(server.address()));
    assert_eq!(ask(server.address(), "postgres", "select 1").unwrap(), "1");
}

#[test]
fn a_cluster_that_was_only_half_made_is_made_afresh() {
    let folder = Folder::new();
    let making = folder.0.root().join("data.making-1");
    fs::create_dir(&making).unwrap();
    fs::write(making.join("PG_VERSION"), "15\n").unwrap();
    let server = PrivatePostgres::start(&folder.0).unwrap();
    assert_eq!(ask(server.address(), "postgres", "select 1").unwrap(), "1");
    assert!(!making.exists());
}

#[test]
fn a_path_with_quotes_commas_or_too_many_letters_for_a_socket_works_all_the_same() {
    let folder = Folder::new();
    let odd = folder.0.root().join("it's \\ \"a\" place");
    let (comma, long) = (odd.join("this, or that"), odd.join("long".repeat(30)));
    fs::create_dir(&odd).unwrap();
    for root in [odd, comma, long] {
        let place = Place::kept_in(&root);
        open_to_the_server(&folder, &root);
        let server = PrivatePostgres::start(&place).unwrap();
        assert_eq!(ask(server.address(), "postgres", "select 1").unwrap(), "1");
        let sockets = server.address().sockets().to_path_buf();
        server.stop().unwrap();
        assert!(sockets.starts_with(&root) || !sockets.exists(), "{sockets:?} was left behind");
    }
}

fn open_to_the_server(folder: &Folder, root: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for part in root.ancestors().take_while(|part| part.starts_with(folder.0.root())).skip(1) {
        fs::set_permissions(part, fs::Permissions::from_mode(0o711)).unwrap();
    }
}

#[test]
fn a_checkout_always_has_the_same_place_and_another_checkout_has_another() {
    let (one, two) = (Folder::new(), Folder::new());
    let of = |folder: &Folder| Place::of_checkout(folder.0.root()).unwrap().root().to_path_buf();
    assert_eq!(of(&one), of(&one));
    assert_ne!(of(&one), of(&two));
}
