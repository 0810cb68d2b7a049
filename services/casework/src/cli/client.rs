//! The API's client for commands a practitioner types beside a running node.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use domain::access::Purpose;
use serde_json::Value;

use super::failure::Failure;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Which node, as whom, and why.
#[derive(Debug, clap::Args)]
pub struct Node {
    /// Where the node answers.
    #[arg(long, env = "GOLDTHREAD_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Who you are: a token of `goldthread token`.
    #[arg(long, env = "GOLDTHREAD_TOKEN", hide_env_values = true)]
    token: String,
    /// Why you ask or record: attendance, referral-consideration, allocated-work, safeguarding-check, conference,
    /// record-keeping, audit.
    #[arg(long, default_value = "safeguarding-check")]
    purpose: Purpose,
    /// Names this order, so that typing it twice does it once.
    #[arg(long)]
    idempotency_key: Option<String>,
}

impl Node {
    /// Reads something.
    pub fn get(&self, path: &str, query: &[(&str, Option<String>)]) -> Result<Value, Failure> {
        let query: Vec<_> = query.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?))).collect();
        self.answer(self.client()?.get(self.address(path)).query(&query))
    }

    /// Holds a stream of server-sent events open, and hands each on, until it ends.
    pub fn follow(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
        mut take: impl FnMut(&str, &Value) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let query: Vec<_> = query.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?))).collect();
        let client = reqwest::blocking::Client::builder().timeout(None).no_proxy().build()?;
        let response = self
            .proven(client.get(self.address(path)).query(&query))
            .send()
            .map_err(|cause| Failure::from(cause.without_url()))?;
        if !response.status().is_success() {
            return Err(problem(&response.json().map_err(|cause| Failure::from(cause.without_url()))?));
        }
        let mut kind = String::new();
        for line in BufReader::new(response).lines() {
            let line = line?;
            if let Some(name) = line.strip_prefix("event:") {
                name.trim().clone_into(&mut kind);
            } else if let Some(data) = line.strip_prefix("data:") {
                take(&kind, &serde_json::from_str(data.trim()).unwrap_or(Value::Null))?;
            }
        }
        Err(Failure::new("the node ended the stream"))
    }

    /// Orders something.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.client()?.post(self.address(path)).json(body);
        let request = match &self.idempotency_key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        self.answer(request)
    }

    fn client(&self) -> Result<reqwest::blocking::Client, Failure> {
        Ok(reqwest::blocking::Client::builder().timeout(TIMEOUT).no_proxy().build()?)
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url.trim_end_matches('/'))
    }

    fn proven(&self, request: reqwest::blocking::RequestBuilder) -> reqwest::blocking::RequestBuilder {
        request.bearer_auth(&self.token).header("Goldthread-Purpose", self.purpose.code())
    }

    fn answer(&self, request: reqwest::blocking::RequestBuilder) -> Result<Value, Failure> {
        let response = self
            .proven(request)
            .send()
            // The address can hold an id; the cause says enough without it.
            .map_err(|cause| Failure::from(cause.without_url()))?;
        let is_success = response.status().is_success();
        let answer: Value = response.json().map_err(|cause| Failure::from(cause.without_url()))?;
        if is_success { Ok(answer) } else { Err(problem(&answer)) }
    }
}

/// A problem's own words.
fn problem(answer: &Value) -> Failure {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut lines = vec![format!("{}: {}", text("title"), text("detail"))];
    for field in answer.get("fields").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| field.get(name).and_then(Value::as_str).unwrap_or_default();
        lines.push(format!("  {}: {}", part("field"), part("problem")));
    }
    Failure::new(lines.join("\n"))
}
