//! Whether the double answers as a client of another make expects: `kurrentdbclient`, in Python.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tokio::task::spawn_blocking;

use crate::double::Double;

const CLIENT: &str = "kurrentdbclient==1.3.5";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/honesty.py");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_another_make_is_answered_as_it_expects() {
    let Some(python) = spawn_blocking(python_with_client).await.unwrap() else {
        eprintln!(
            "Python or its package {CLIENT} is not to be had: the double was NOT asked by another client"
        );
        return;
    };
    let double = Double::start().await;
    let address = double.address().to_string();
    let asked = spawn_blocking(move || Command::new(python).arg(SCRIPT).arg(address).output())
        .await
        .unwrap()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stdout);
    assert!(asked.status.success(), "{said}\n{}", String::from_utf8_lossy(&asked.stderr));
    assert!(said.contains("all as expected"), "the script ended early: {said}");
}

/// A Python of its own for the client, made once under the target folder.
fn python_with_client() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kurrentdbclient");
    let python = home.join("bin/python");
    if !has_client(&python) {
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(&home)).then_some(())?;
        succeeds(Command::new(&python).args(["-m", "pip", "install", "--quiet", CLIENT])).then_some(())?;
    }
    has_client(&python).then_some(python)
}

fn has_client(python: &Path) -> bool {
    succeeds(Command::new(python).args(["-c", "import kurrentdbclient"]))
}

fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
