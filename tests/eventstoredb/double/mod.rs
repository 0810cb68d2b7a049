//! A stand-in that speaks the event store's protocol, in memory, on 127.0.0.1.
//!
//! It proves what the adapter sends and how it takes what is sent back, faults included. It proves nothing about a
//! real server: not its durability, its clustering, its limits or its speed. Left out: deletion, metadata streams,
//! links, persistent subscriptions, TLS, users, and filters by regular expression (refused, not ignored).

pub mod log;
mod read;
mod serve;
pub mod wire;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use log::Log;

/// Something that goes wrong with the next request of its kind.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Refused, naming who leads.
    NotLeader(SocketAddr),
    /// Refused as unavailable, before anything was done.
    Unavailable,
    /// Done, and then reported as unavailable.
    DoneButUnavailable,
    /// Done, and never answered.
    DoneButSilent,
    /// Neither done nor answered.
    Silent,
    /// The answers stop after so many, without a status.
    CutAfter(usize),
    /// Every answer comes twice.
    Twice,
}

/// The log and the faults to come; outlives the listening.
pub struct State {
    log: Mutex<Log>,
    written: watch::Sender<u64>,
    on_append: Mutex<VecDeque<Fault>>,
    on_read: Mutex<VecDeque<Fault>>,
    asked: Mutex<Asked>,
    address: SocketAddr,
}

/// How often each thing was asked.
#[derive(Clone, Copy, Default, Debug)]
pub struct Asked {
    pub appends: usize,
    pub reads: usize,
    pub features: usize,
}

impl State {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap()
    }

    fn note(&self, note: impl FnOnce(&mut Asked)) {
        note(&mut self.asked.lock().unwrap());
    }
}

/// A running double. Stops, with all its connections, when dropped.
pub struct Double {
    state: Arc<State>,
    listening: Option<AbortHandle>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Double {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let state = Arc::new(State {
            log: Mutex::new(Log::new()),
            written: watch::Sender::new(0),
            on_append: Mutex::default(),
            on_read: Mutex::default(),
            asked: Mutex::default(),
            address: listener.local_addr().unwrap(),
        });
        let mut double = Self { state, listening: None };
        double.listen(listener);
        double
    }

    fn listen(&mut self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        let listening = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                connections.spawn(serve::connection(Arc::clone(&state), socket));
            }
        });
        self.listening = Some(listening.abort_handle());
    }

    /// Closes every connection and the port; what is in the log stays.
    pub fn stop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
    }

    /// Listens on the same port again.
    pub async fn start_again(&mut self) {
        for _ in 0..100 {
            if let Ok(listener) = TcpListener::bind(self.state.address).await {
                return self.listen(listener);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the port of the double was not free again");
    }

    pub fn address(&self) -> SocketAddr {
        self.state.address
    }

    /// A connection string; the client looks for the server without waiting long.
    pub fn url(&self) -> String {
        format!("esdb://{}?tls=false&discoveryInterval=10", self.state.address)
    }

    pub fn on_append(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.on_append.lock().unwrap().extend(faults);
    }

    pub fn on_read(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.on_read.lock().unwrap().extend(faults);
    }

    pub fn asked(&self) -> Asked {
        *self.state.asked.lock().unwrap()
    }

    /// How many events a stream holds, as the server sees it.
    pub fn events_in(&self, stream: &str) -> usize {
        self.state.log().stream(stream).map_or(0, |events| events.len())
    }

    /// Writes an event that is none of ours, as another program would.
    pub fn write_foreign(&self, stream: &str, id: uuid::Uuid) {
        let options = wire::AppendOptions {
            stream: Some(wire::StreamIdentifier { stream_name: stream.to_owned().into() }),
            any: Some(wire::Empty {}),
            ..wire::AppendOptions::default()
        };
        let proposed = wire::Proposed {
            metadata: [("type".to_owned(), "other".to_owned())].into(),
            ..wire::Proposed::default()
        };
        assert!(self.state.log().append(&options, &[(id, proposed)]).is_ok());
        self.state.written.send_modify(|count| *count += 1);
    }
}
