//! The load: connections kept open, each sending its next request when the last is answered, or when it is due if a
//! pace is set. A request that is late counts from when it was due.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;
use crate::child::{self, Child, Role};
use crate::figures::{Latencies, real};
use crate::ids::Ids;

/// As many as programs that call the service keep open.
pub const CONNECTIONS: u64 = 32;
const WARM_UP: Duration = Duration::from_secs(1);
/// An answer that takes longer is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the load is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    pub address: SocketAddr,
    pub connections: u64,
    /// Connections are shared out among them, in turn.
    pub callers: Vec<Calling>,
    pub millis: u64,
    /// As fast as it is answered, when absent.
    pub a_second: Option<u64>,
}

/// Somebody who asks, and what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Calling {
    pub asker: Asker,
    /// Sent again and again, in no order.
    pub requests: Vec<Request>,
}

/// Somebody who asks: a program with a token and a purpose, or a browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asker(String);

impl Asker {
    pub fn program(token: &str, purpose: &str) -> Self {
        Self(format!("authorization: Bearer {token}\r\ngoldthread-purpose: {purpose}\r\n"))
    }

    pub fn browser(token: &str) -> Self {
        Self(format!("cookie: goldthread-visitor={token}\r\naccept: text/html\r\n"))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    method: String,
    path: String,
    body: String,
}

impl Request {
    pub fn post(path: &str, body: &Value) -> Self {
        Self { method: "POST".to_owned(), path: path.to_owned(), body: body.to_string() }
    }

    pub fn get(path: &str) -> Self {
        Self { method: "GET".to_owned(), path: path.to_owned(), body: String::new() }
    }

    fn bytes(&self, address: SocketAddr, asker: &Asker) -> Vec<u8> {
        let Self { method, path, body } = self;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{}", asker.0);
        if !body.is_empty() {
            head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
        }
        format!("{head}\r\n{body}").into_bytes()
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Loaded {
    pub rate: f64,
    pub latencies: Latencies,
}

/// Lets a process of its own make the load.
pub async fn run(job: &Job) -> Result<Loaded> {
    // What went before has been taken in.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut child = Child::start(Role::Load, job)?;
    child.go()?;
    child.answer()
}

/// The process that makes the load.
pub async fn play() -> Result<()> {
    let job: Job = child::job()?;
    let bytes = |calling: &Calling| {
        calling.requests.iter().map(|request| request.bytes(job.address, &calling.asker)).collect()
    };
    let each: Vec<Arc<[Vec<u8>]>> = job.callers.iter().map(bytes).collect();
    child::ready()?;
    let begin = Instant::now() + WARM_UP;
    let end = begin + Duration::from_millis(job.millis);
    let mut callers = Vec::new();
    for (number, requests) in (0..job.connections).zip(each.iter().cycle()) {
        let pace = job.a_second.map(|a_second| Pace::new(a_second, (number, job.connections)));
        let connection = Connection::open(job.address).await?;
        let caller =
            Caller { connection, requests: Arc::clone(requests), ids: Ids::new(number), pace, begin, end };
        callers.push(tokio::spawn(caller.call()));
    }
    let mut latencies = Latencies::default();
    for caller in callers {
        latencies.extend(caller.await??);
    }
    let rate = real(latencies.count()) / (end - begin).as_secs_f64();
    child::done(&Loaded { rate, latencies })
}

/// When a connection's requests are due.
struct Pace {
    next: Instant,
    every: Duration,
}

impl Pace {
    fn new(a_second: u64, (number, connections): (u64, u64)) -> Self {
        let between = Duration::from_secs_f64(1.0 / real(a_second));
        let first = Duration::from_secs_f64(real(number) / real(a_second));
        let every = Duration::from_secs_f64(between.as_secs_f64() * real(connections));
        Self { next: Instant::now() + first, every }
    }

    async fn due(&mut self) -> Instant {
        let due = self.next;
        self.next += self.every;
        tokio::time::sleep_until(due.into()).await;
        due
    }
}

struct Caller {
    connection: Connection,
    requests: Arc<[Vec<u8>]>,
    ids: Ids,
    pace: Option<Pace>,
    begin: Instant,
    end: Instant,
}

impl Caller {
    async fn call(mut self) -> Result<Latencies> {
        let mut latencies = Latencies::default();
        loop {
            let asked = match &mut self.pace {
                Some(pace) => pace.due().await,
                None => Instant::now(),
            };
            if asked >= self.end {
                return Ok(latencies);
            }
            let nth = self.ids.below(u64::try_from(self.requests.len())?);
            let request = self.requests.get(usize::try_from(nth)?).ok_or("no requests")?;
            tokio::time::timeout(PATIENCE, self.connection.exchange(request)).await??;
            let answered = Instant::now();
            // At a set pace every request due within the time counts, however late its answer.
            let counts = if self.pace.is_some() {
                asked >= self.begin
            } else {
                (self.begin..self.end).contains(&answered)
            };
            if counts {
                latencies.push(answered - asked);
            }
        }
    }
}

/// A connection to the service.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// What is answered to a request.
    pub async fn ask(&mut self, address: SocketAddr, asker: &Asker, request: &Request) -> Result<String> {
        self.exchange(&request.bytes(address, asker)).await?;
        Ok(String::from_utf8_lossy(&self.received).into_owned())
    }

    /// Sends a request and reads its answer, which must be a success.
    async fn exchange(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            if let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text =
            String::from_utf8_lossy(self.received.get(..head).unwrap_or_default()).to_ascii_lowercase();
        let length =
            text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        let length = length.ok_or("an answer without its length")?;
        while self.received.len() < head + length {
            self.more().await?;
        }
        if text.starts_with("http/1.1 2") {
            return Ok(());
        }
        Err(format!("refused: {}", String::from_utf8_lossy(&self.received)).into())
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            Err("the server hung up".into())
        } else {
            Ok(())
        }
    }
}
