//! A certified OpenID Connect provider on this machine, and the systems it knows.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use system_tests::machine::{self, Beside};

/// For whom tokens are meant: this node's API.
pub const AUDIENCE: &str = "urn:goldthread";

/// A provider that runs until it is let go.
pub struct Provider {
    port: u16,
    process: Child,
}

impl Provider {
    /// A provider that signs with a fresh key of this name.
    pub fn start(key: &str) -> Self {
        Self::start_on(0, key)
    }

    /// The same provider after it has changed its key.
    pub fn with_key(self, key: &str) -> Self {
        let port = self.port;
        drop(self);
        Self::start_on(port, key)
    }

    fn start_on(port: u16, key: &str) -> Self {
        // Once, however many tests wait for it.
        static FOLDER: LazyLock<PathBuf> =
            LazyLock::new(|| machine::prepare("access", Beside::Nothing).unwrap());
        let mut process = Command::new("node")
            .current_dir(&*FOLDER)
            .args(["provider.mjs", &port.to_string(), key])
            // It ends when we do.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.find_map(|line| line.unwrap().strip_prefix("ready ").map(str::to_owned));
        let port = ready.expect("the provider starts").parse().unwrap();
        Self { port, process }
    }

    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// An access token by client credentials (RFC 6749, section 4.4), for an audience.
    pub async fn token(&self, system: &str, audience: &str) -> String {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build().unwrap();
        let asked = client
            .post(format!("{}/token", self.issuer()))
            .basic_auth(system, Some(format!("{system}-secret")))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("grant_type=client_credentials&resource={audience}"));
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
