//! The smallest HTTP client that shows what is on the wire: one request a connection, and streams of events.

#![expect(clippy::indexing_slicing, reason = "a test that reads what is not there has failed")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use casework::app::App;
use casework::server::Server;
use casework::telemetry::Telemetry;
use casework::visitor::Visitor;
use chrono::TimeDelta;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

/// Longer than anything here takes: a writer whose database is away learns after twice ten seconds that nobody knows.
const PATIENCE: Duration = Duration::from_secs(60);

/// A real server on a free port.
pub struct Served {
    server: Server,
    pub telemetry: Arc<Telemetry>,
    app: Arc<App>,
}

impl Served {
    pub async fn start(app: &Arc<App>) -> Self {
        let telemetry = Arc::new(Telemetry::measuring(None).expect("metrics"));
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::start(Arc::clone(app), Arc::clone(&telemetry), listen).await.expect("a server");
        Self { server, telemetry, app: Arc::clone(app) }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Somebody's connection to the API, for one purpose.
    pub fn caller(&self, visitor: &Visitor, purpose: &'static str) -> Caller {
        let token = self.app.token(visitor.actor(), TimeDelta::hours(8)).expect("a token");
        Caller { address: self.address(), token: Some(token), purpose }
    }

    pub fn nobody(&self) -> Caller {
        Caller { address: self.address(), token: None, purpose: "safeguarding-check" }
    }

    pub async fn stop(self) {
        self.server.stop().await.expect("a drained server");
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Caller {
    pub address: SocketAddr,
    pub token: Option<String>,
    pub purpose: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The id of the record an order wrote to.
    pub fn id(&self) -> Uuid {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self.json()["id"].as_str().expect("an id").parse().expect("a UUID")
    }

    /// A problem's code, checked to be one.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().expect("a type").starts_with("urn:goldthread:problem:"));
        problem
    }
}

impl Caller {
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, &[], body).await
    }

    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body.to_string().as_bytes()).await
    }

    /// Sends exactly this.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let exchange = async {
            let mut stream = self.open(method, path, headers, body).await;
            let (status, headers) = read_head(&mut stream).await;
            let chunked =
                headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
            let mut answer = Vec::new();
            if chunked {
                while let Some(chunk) = read_chunk(&mut stream).await {
                    answer.extend_from_slice(&chunk);
                }
            } else {
                stream.read_to_end(&mut answer).await.expect("the rest");
            }
            Answer { status, headers, body: answer }
        };
        tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time")
    }

    async fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        let has = |name: &str| headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
        if let Some(token) = self.token.as_ref().filter(|_| !has("authorization")) {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if !self.purpose.is_empty() && !has("goldthread-purpose") {
            head.push_str(&format!("goldthread-purpose: {}\r\n", self.purpose));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() && !has("content-length") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.expect("a head sent");
        // A server that refuses by the head alone may close before it has read the body.
        let _ = stream.write_all(body).await;
        BufReader::new(stream)
    }

    /// Holds a stream of events open.
    pub async fn live(&self, path: &str, headers: &[(&str, &str)]) -> Live {
        let mut stream = self.open("GET", path, headers, b"").await;
        let (status, headers) = read_head(&mut stream).await;
        Live { status, headers, stream, waiting: String::new() }
    }
}

/// A stream of events.
pub struct Live {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    stream: BufReader<TcpStream>,
    waiting: String,
}

/// One event of a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    pub id: String,
    pub event: String,
    pub data: String,
}

impl Live {
    /// The next event that is not a comment; `None` when the server ended the stream.
    pub async fn next(&mut self) -> Option<Sent> {
        tokio::time::timeout(PATIENCE, self.next_whenever()).await.expect("an event in time")
    }

    async fn next_whenever(&mut self) -> Option<Sent> {
        loop {
            while let Some((message, rest)) = self.waiting.split_once("\n\n") {
                let message = message.to_owned();
                self.waiting = rest.to_owned();
                if let Some(sent) = parse(&message) {
                    return Some(sent);
                }
            }
            let chunk = read_chunk(&mut self.stream).await?;
            self.waiting.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        }
    }

    /// True when nothing comes for a while.
    pub async fn is_quiet_for(&mut self, quiet: Duration) -> bool {
        tokio::time::timeout(quiet, self.next_whenever()).await.is_err()
    }
}

fn parse(message: &str) -> Option<Sent> {
    let field = |name: &str| {
        let line = message.lines().find(|line| line.starts_with(name))?;
        line.split_once(": ").map(|(_, value)| value.to_owned())
    };
    Some(Sent { id: field("id:").unwrap_or_default(), event: field("event:")?, data: field("data:")? })
}

async fn read_head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("a status line");
    let status = line.split(' ').nth(1).expect("a status").parse().expect("a number");
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a header");
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => return (status, headers),
        }
    }
}

async fn read_chunk(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    let size = usize::from_str_radix(line.trim(), 16).ok()?;
    let mut chunk = vec![0; size + 2];
    stream.read_exact(&mut chunk).await.ok()?;
    chunk.truncate(size);
    (size > 0).then_some(chunk)
}
