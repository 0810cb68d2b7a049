//! A certified OpenID Connect provider on this machine, and the systems it knows.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use crate::machine::{self, Beside};
use serde_json::Value;

/// For whom tokens are meant: this node's API.
pub const AUDIENCE: &str = "urn:goldthread";
/// What this node is there, and what it proves itself with: every sign of it must be written as in a form.
pub const CLIENT: &str = "goldthread";
pub const SECRET: &str = "a secret: with/signs&that=are+written%";

/// A provider that runs until it is let go.
pub struct Provider {
    port: u16,
    back: Vec<String>,
    process: Child,
}

impl Provider {
    /// A provider that signs with a fresh key of this name.
    pub fn start(key: &str) -> Self {
        Self::start_on(0, key, Vec::new())
    }

    /// The same, at which people sign in to be sent back to one of these addresses.
    pub fn sending_back(addresses: &[&str]) -> Self {
        Self::start_on(0, "one", addresses.iter().map(|address| (*address).to_owned()).collect())
    }

    /// The same provider after it has changed its key.
    pub fn with_key(self, key: &str) -> Self {
        let (port, back) = (self.port, self.back.clone());
        drop(self);
        Self::start_on(port, key, back)
    }

    fn start_on(port: u16, key: &str, back: Vec<String>) -> Self {
        // Once, however many tests wait for it.
        static FOLDER: LazyLock<PathBuf> =
            LazyLock::new(|| machine::prepare("access", Beside::Nothing).unwrap());
        let mut process = Command::new("node")
            .current_dir(&*FOLDER)
            .args(["provider.mjs", &port.to_string(), key])
            .args(&back)
            // It ends when we do.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.find_map(|line| line.unwrap().strip_prefix("ready ").map(str::to_owned));
        let port = ready.expect("the provider starts").parse().unwrap();
        Self { port, back, process }
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

impl Provider {
    /// Goes where a node sends a browser, lets in whoever is named, and says where it is sent back to.
    pub async fn let_in(&self, address: &str, subject: &str) -> String {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let mut cookies = std::collections::BTreeMap::new();
        let mut address = address.to_owned();
        let mut form = None;
        for _ in 0..10 {
            let said: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = match form.take() {
                Some(form) => client
                    .post(&address)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form),
                None => client.get(&address),
            };
            let answer = request.header("cookie", said.join("; ")).send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
                cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
            match answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()) {
                Some(to) if to.starts_with('/') => address = format!("{}{to}", self.issuer()),
                Some(to) if to.starts_with(&self.issuer()) => address = to,
                Some(back) => return back,
                None => {
                    let html = answer.text().await.unwrap();
                    assert!(html.contains("name=\"login\""), "{html}");
                    form = Some(format!("prompt=login&login={subject}&password=x"));
                }
            }
        }
        panic!("the provider does not send back");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
