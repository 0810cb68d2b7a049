//! Signing in at a browser with a certified provider, being idle, and going on with what was typed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use casework::accounts;
use casework::settings::Settings;
use casework::visitor::Visitor;
use chrono::TimeDelta;
use serde_json::json;
use system_tests::machine;
use system_tests::provider::{AUDIENCE, CLIENT, Provider, SECRET};
use system_tests::school::School;

use super::{FOLDER, is_ready};

/// What the browser takes for the node, wherever that listens: known before it does.
const PUBLIC: &str = "http://goldthread.localhost";
const SUBJECT: &str = "jo.beck";
const ANOTHER: &str = "sam.holt";

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_is_idle_and_goes_on_with_what_they_typed() {
    if !is_ready() {
        return;
    }
    let provider = Provider::sending_back(&[&format!("{PUBLIC}/sign-in/schools/back")]);
    let issuer = provider.issuer();
    let secret = std::env::temp_dir().join(format!("goldthread-walk-secret-{}", std::process::id()));
    std::fs::write(&secret, SECRET).expect("a secret");
    let client = json!({ "key": "schools", "name": "Bradford Schools", "id": CLIENT, "secret_file": secret });
    let issuers = json!([{ "issuer": issuer, "audience": AUDIENCE, "client": client }]);
    let settings =
        Settings { public_address: Some(PUBLIC.to_owned()), idle_minutes: 6, ..Settings::default() };
    let school = School::with(|_| issuers, settings).await;
    // The provider's clock is never behind the node's, however long somebody is idle.
    school.test.clock.advance(TimeDelta::minutes(-30));
    assert!(school.link(&issuer, SUBJECT).await.expect("an account"));
    let another = school.register("Sam Holt").await;
    accounts::link(&school.test.app, &Visitor::node(), (&issuer, ANOTHER), another)
        .await
        .expect("an account");
    let mut script = Command::new("node");
    script.current_dir(Path::new(FOLDER).join("browser")).arg("signing-in.mjs");
    script.env("GOLDTHREAD_URL", PUBLIC).env("GOLDTHREAD_ADDRESS", school.served.address().to_string());
    script.env("ISSUER", &issuer).env("SUBJECT", SUBJECT).env("ANOTHER", ANOTHER);
    script.env("CHROMIUM", machine::chromium().expect("Chromium"));
    let mut script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node");
    let clock = school.test.clock.clone();
    let status = tokio::task::spawn_blocking(move || {
        let mut said = script.stdin.take().expect("a way to tell");
        let lines = BufReader::new(script.stdout.take().expect("a way to hear")).lines();
        // It says how long somebody does nothing, and goes on when that is over.
        for line in lines {
            let line = line.expect("a line");
            let seconds = line.strip_prefix("idle ").unwrap_or_else(|| panic!("{line}"));
            clock.advance(TimeDelta::seconds(seconds.parse().expect("seconds")));
            writeln!(said, "over").expect("told");
        }
        script.wait()
    });
    let status = status.await.expect("a thread").expect("node");
    assert!(status.success(), "see above");
    school.stop().await;
}
