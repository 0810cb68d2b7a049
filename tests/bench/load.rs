//! The load: connections kept open, each sending its next request when the last is answered, or when it is due if a
//! pace is set. A request that is late counts from when it was due.

use std::collections::BTreeMap;
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
    /// Sent again and again, in no order; of each kind as many.
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
    /// What is counted together.
    pub kind: String,
    method: String,
    path: String,
    content_type: String,
    body: String,
}

impl Request {
    pub fn post(path: &str, body: &Value) -> Self {
        Self {
            method: "POST".to_owned(),
            content_type: "application/json".to_owned(),
            body: body.to_string(),
            ..Self::get(path)
        }
    }

    /// A form as a browser sends it, of letters, digits, points and dashes.
    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        Self {
            method: "POST".to_owned(),
            content_type: "application/x-www-form-urlencoded".to_owned(),
            body: fields.join("&"),
            ..Self::get(path)
        }
    }

    pub fn get(path: &str) -> Self {
        Self {
            kind: String::new(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            content_type: String::new(),
            body: String::new(),
        }
    }

    #[must_use]
    pub fn of_kind(self, kind: String) -> Self {
        Self { kind, ..self }
    }

    fn bytes(&self, address: SocketAddr, asker: &Asker) -> Vec<u8> {
        let Self { method, path, content_type, body, .. } = self;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{}", asker.0);
        if !body.is_empty() {
            head.push_str(&format!("content-type: {content_type}\r\ncontent-length: {}\r\n", body.len()));
        }
        format!("{head}\r\n{body}").into_bytes()
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Loaded {
    pub rate: f64,
    pub latencies: Latencies,
    /// The same, kind by kind.
    pub kinds: BTreeMap<String, Latencies>,
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
    let each: Vec<Arc<Requests>> = job.callers.iter().map(|calling| Requests::of(&job, calling)).collect();
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
    let mut kinds: BTreeMap<String, Latencies> = BTreeMap::new();
    for caller in callers {
        for (kind, took) in caller.await?? {
            latencies.extend(took.clone());
            kinds.entry(kind).or_default().extend(took);
        }
    }
    let rate = real(latencies.count()) / (end - begin).as_secs_f64();
    child::done(&Loaded { rate, latencies, kinds })
}

/// What a caller sends, by kind, as it goes over the wire.
struct Requests {
    address: SocketAddr,
    asker: Asker,
    kinds: Vec<(String, Vec<Vec<u8>>)>,
}

impl Requests {
    fn of(job: &Job, calling: &Calling) -> Arc<Self> {
        let mut kinds: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for request in &calling.requests {
            let bytes = request.bytes(job.address, &calling.asker);
            kinds.entry(request.kind.clone()).or_default().push(bytes);
        }
        let (address, asker) = (job.address, calling.asker.clone());
        Arc::new(Self { address, asker, kinds: kinds.into_iter().collect() })
    }
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
    requests: Arc<Requests>,
    ids: Ids,
    pace: Option<Pace>,
    begin: Instant,
    end: Instant,
}

impl Caller {
    async fn call(mut self) -> Result<BTreeMap<String, Latencies>> {
        let mut latencies: BTreeMap<String, Latencies> = BTreeMap::new();
        let requests = Arc::clone(&self.requests);
        loop {
            let asked = match &mut self.pace {
                Some(pace) => pace.due().await,
                None => Instant::now(),
            };
            if asked >= self.end {
                return Ok(latencies);
            }
            let (kind, of_kind) = self.one_of(&requests.kinds).ok_or("no requests")?;
            let request = self.one_of(of_kind).ok_or("no requests")?;
            let exchange = self.connection.exchange_and_follow(request, &requests);
            tokio::time::timeout(PATIENCE, exchange).await??;
            let answered = Instant::now();
            // At a set pace every request due within the time counts, however late its answer.
            let counts = if self.pace.is_some() {
                asked >= self.begin
            } else {
                (self.begin..self.end).contains(&answered)
            };
            if counts {
                latencies.entry(kind.clone()).or_default().push(answered - asked);
            }
        }
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let nth = self.ids.below(u64::try_from(of.len()).ok()?);
        of.get(usize::try_from(nth).ok()?)
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

    /// Sends a request, and where its answer leads to another page, asks for that too: a form is answered when whoever
    /// sent it sees what came of it.
    async fn exchange_and_follow(&mut self, request: &[u8], requests: &Requests) -> Result<()> {
        match self.exchange(request).await? {
            None => Ok(()),
            Some(next) => {
                let next = Request::get(&next).bytes(requests.address, &requests.asker);
                match self.exchange(&next).await? {
                    None => Ok(()),
                    Some(further) => Err(format!("led on and on, to {further}").into()),
                }
            }
        }
    }

    /// Sends a request and reads its answer, which must be a success, or the address of the next page.
    async fn exchange(&mut self, request: &[u8]) -> Result<Option<String>> {
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
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length = header("content-length:").and_then(|length| length.parse::<usize>().ok());
        let length = length.ok_or("an answer without its length")?;
        while self.received.len() < head + length {
            self.more().await?;
        }
        if text.starts_with("http/1.1 2") {
            return Ok(None);
        }
        // Addresses of pages have no capitals.
        if let (true, Some(next)) = (text.starts_with("http/1.1 303"), header("location:")) {
            return Ok(Some(next.to_owned()));
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
