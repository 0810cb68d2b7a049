//! A timeline held open by somebody who does not read it.

use std::time::{Duration, Instant};

use casework::execute::Command;
use domain::access::Purpose;
use domain::ids::PersonId;
use domain::person::{Assert, Assertion};
use domain::source::{Basis, Source};
use domain::when::Occurred;
use serde_json::Value;
use system_tests::app::{BEGINNING, COUNCIL, instant, order};
use system_tests::http::{Caller, Sent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use uuid::Uuid;

use crate::Api;

/// Together some four megabytes on the wire.
const ORDERS: usize = 8;
const EACH: usize = 900;
/// A little longer than the server waits for a connection that takes nothing.
const CUT_OFF_BY: Duration = Duration::from_secs(12);
const PATIENCE: Duration = Duration::from_secs(120);

fn entry(sent: &Sent) -> String {
    let data: Value = serde_json::from_str(&sent.data).unwrap();
    data["entry"].as_str().unwrap().to_owned()
}

/// A reader who asks, and then reads nothing.
async fn asleep(caller: &Caller, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(caller.address).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         goldthread-purpose: {}\r\n\r\n",
        caller.token.as_ref().unwrap(),
        caller.purpose
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Every entry among the events in an answer, cut off or not, and the id of the last.
fn entries_in(answer: &str) -> (Vec<String>, String) {
    // Chunks begin and end anywhere; an event is a line that is whole.
    let whole =
        answer.split("\n\n").filter(|event| event.contains("event: entry\ndata: {") && event.ends_with('}'));
    let mut last = String::new();
    let entries = whole
        .map(|event| {
            last = event.split_once("id: ").unwrap().1.lines().next().unwrap().to_owned();
            let data: Value = serde_json::from_str(event.split_once("data: ").unwrap().1).unwrap();
            data["entry"].as_str().unwrap().to_owned()
        })
        .collect();
    (entries, last)
}

async fn say_much(api: &Api, child: Uuid) {
    let front_door = api.test.front_door();
    for _ in 0..ORDERS {
        let born = |number| format!("{}-04-02", 2010 + number % 10).parse().unwrap();
        let assert = Assert {
            assertions: (0..EACH).map(|number| Assertion::Birth(born(number))).collect(),
            source: Source { basis: Basis::Told, agency: COUNCIL },
            occurred: Occurred::Instant(instant(BEGINNING)),
            testimony: None,
        };
        let assert = Command::Person { id: Some(PersonId(child)), command: assert.into() };
        api.test.done(&front_door, order(Purpose::ReferralConsideration, assert)).await;
    }
}

async fn somebody_was_cut_off(api: &Api) -> bool {
    let metrics = api.served.nobody().get("/metrics").await.text();
    metrics.lines().any(|line| line.starts_with("goldthread_live_ends") && line.contains("slow"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_does_not_keep_up_is_cut_off_and_holds_up_nobody() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let page = caller.get(&format!("/api/v1/people/{child}/timeline")).await.json();
    let path = format!("/api/v1/people/{child}/timeline/live?after={}", page["live"].as_str().unwrap());
    let mut slow = asleep(&caller, &path).await;
    let mut quick = caller.live(&path, &[]).await;
    assert_eq!(quick.next().await.unwrap().event, "ready");
    let mut all = Vec::new();
    let begun = Instant::now();
    while !somebody_was_cut_off(&api).await {
        assert!(begun.elapsed() < PATIENCE, "nobody was cut off after {} entries", all.len());
        // What a kernel keeps for a connection differs; soon it is full everywhere.
        say_much(&api, child).await;
        let before = all.len();
        while all.len() < before + ORDERS * EACH {
            all.push(entry(&quick.next().await.expect("an entry, at the pace of whoever reads")));
        }
        let round = Instant::now();
        while round.elapsed() < CUT_OFF_BY && !somebody_was_cut_off(&api).await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let mut answer = String::new();
    let rest = slow.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(20), rest).await.expect("an end").unwrap();
    let (mut heard, last) = entries_in(&answer);
    println!("{} of {} entries before the cut", heard.len(), all.len());
    assert!(!heard.is_empty() && heard.len() < all.len(), "{}", heard.len());
    let mut resumed = caller.live(&path, &[("last-event-id", &last)]).await;
    assert_eq!(resumed.next().await.unwrap().event, "ready");
    while heard.len() < all.len() {
        heard.push(entry(&resumed.next().await.unwrap()));
    }
    assert_eq!(heard, all, "in order, none missing, none twice");
}
