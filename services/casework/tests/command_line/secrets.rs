//! A secret is given in the environment or in a file, and is then in no log, at any level, and in no list of processes.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use super::{Database, Folder, goldthread, refused};

const DATABASE_PASSWORD: &str = "CanaryDatabase4711";
const KEYS_PASSWORD: &str = "CanaryKeys4712";
const TOKEN: &str = "gt1.CanaryClaims4713.CanarySignature4714";
const COOKIE: &str = "gt1.CanaryCookie4715.AAAA";

/// What is typed to run every process of this machine that can be seen.
fn list_of_processes() -> String {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).collect::<Vec<_>>().join("\n")
}

/// Asks a node for something, and reads the whole answer.
fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {TOKEN}\r\n\
         cookie: goldthread-visitor={COOKIE}\r\ngoldthread-purpose: audit\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_is_given_in_the_environment_or_a_file_is_in_no_log_and_no_list_of_processes() {
    let database = Database::fresh();
    let with_password = |url: &str, password: &str| format!("{url} password={password}");
    let keys = database.url.replace("dbname=", "dbname=keys_of_");
    assert_ne!(keys, database.url);
    let keys =
        database.folder().file("keys-url", format!("{}\n", with_password(&keys, KEYS_PASSWORD)).as_bytes());
    let mut node = database.goldthread();
    node.env("DATABASE_URL", with_password(&database.url, DATABASE_PASSWORD))
        .env("KEYS_URL", format!("@{}", keys.display()))
        .env("GOLDTHREAD_TOKEN", TOKEN)
        .env("RUST_LOG", "trace")
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut node = node.spawn().unwrap();
    let (told, lines) = mpsc::channel();
    let streams: [Box<dyn std::io::Read + Send>; 2] =
        [Box::new(node.stdout.take().unwrap()), Box::new(node.stderr.take().unwrap())];
    for stream in streams {
        let told = told.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines() {
                let _ = told.send(line.unwrap());
            }
        });
    }
    drop(told);
    let mut all = Vec::new();
    let address = lines.iter().find_map(|line| {
        let address = line.strip_prefix("goldthread: answering at http://").map(str::to_owned);
        all.push(line);
        address
    });
    let address = address.unwrap_or_else(|| panic!("the node did not answer: {}", all.join("\n")));
    let processes = list_of_processes();
    assert!(processes.contains("serve\0--listen"), "the node is in the list");
    for path in ["/api/v1/contacts/undecided", "/queue", "/", "/nowhere"] {
        assert!(!ask(&address, path).contains("Canary"), "{path}");
    }
    let pid = node.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(node.wait().unwrap().success());
    all.extend(lines);
    let master = std::fs::read_to_string(database.folder().path().join("master.key")).unwrap();
    let is_told = |level: &str| all.iter().any(|line| line.contains(level));
    assert!(is_told("DEBUG") && is_told("request"), "requests are told at these levels: {}", all.join("\n"));
    for secret in [DATABASE_PASSWORD, KEYS_PASSWORD, "Canary", master.trim()] {
        assert!(!secret.is_empty() && !processes.contains(secret), "{secret} in the list of processes");
        let line = all.iter().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} in a log: {}", line.unwrap());
    }
}

#[test]
fn a_secret_as_an_argument_is_refused_and_not_repeated() {
    let folder = Folder::fresh();
    let url = format!("postgres://somebody:{DATABASE_PASSWORD}@127.0.0.1:1/goldthread");
    for (flag, variable) in [
        ("--database-url", "DATABASE_URL"),
        ("--views-url", "VIEWS_URL"),
        ("--keys-url", "KEYS_URL"),
        ("--migrate-url", "MIGRATE_URL"),
    ] {
        for arguments in [vec![flag, &url, "doctor"], vec!["serve", flag, &url]] {
            let said = refused(&goldthread(&folder).args(&arguments).output().unwrap());
            assert!(said.contains(flag) && said.contains(variable) && said.contains('@'), "{said}");
            assert!(!said.contains(DATABASE_PASSWORD), "{said}");
        }
    }
    let typed = ["status", "9a3c0d3e-7d3b-4b1c-8a53-111111111111", "--token", TOKEN];
    let said = refused(&goldthread(&folder).args(typed).output().unwrap());
    assert!(said.contains("GOLDTHREAD_TOKEN") && !said.contains("Canary"), "{said}");
    let missing = folder.path().join("nowhere");
    let mut doctor = goldthread(&folder);
    doctor.env("DATABASE_URL", format!("@{}", missing.display())).arg("doctor");
    let said = refused(&doctor.output().unwrap());
    assert!(said.contains("DATABASE_URL") && said.contains(&missing.display().to_string()), "{said}");
}
