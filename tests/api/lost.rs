//! A database that goes away while requests run, and comes back: everybody is told so, nothing is lost or doubled, and
//! nobody has to start anything again.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use casework::demonstration::Persona;
use futures_util::future::join_all;
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::http::{Answer, Caller, Served};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::forms::{Browser, until};
use crate::{Api, contact};
use system_tests::forms::hidden;

const WRITERS: usize = 4;
/// How long nobody can connect at least.
const AWAY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);

/// A database that nobody gets into until it is given back.
struct Away {
    server: Client,
    name: String,
}

impl Away {
    async fn take(api: &Api, name: &str) -> Self {
        let address = api.test.database.address.settings("postgres", "postgres");
        let (server, connection) = tokio_postgres::connect(&address, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        server.batch_execute(&format!("alter database {name} allow_connections false")).await.unwrap();
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        server.query(end, &[&name]).await.unwrap();
        Self { server, name: name.to_owned() }
    }

    async fn give_back(self) {
        let Self { server, name } = self;
        server.batch_execute(&format!("alter database {name} allow_connections true")).await.unwrap();
    }
}

/// Done, or told to come back: anything else is a fault of ours.
fn done_or_later(answer: &Answer) -> bool {
    if (200..300).contains(&answer.status) {
        return true;
    }
    assert_eq!(answer.problem(503)["code"], "unavailable");
    assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    false
}

/// Asks until it is done, and counts how often it was not.
async fn insist(turned_away: &AtomicUsize, ask: impl AsyncFn() -> Answer) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = ask().await;
        if done_or_later(&answer) {
            return answer;
        }
        turned_away.fetch_add(1, Ordering::Relaxed);
        assert!(begun.elapsed() < PATIENCE, "it does not come back by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Somebody who puts contacts on record until it is enough, and what was acknowledged.
async fn write(
    writer: Caller,
    name: usize,
    child: Uuid,
    enough: &AtomicBool,
    away: &AtomicUsize,
) -> Vec<Uuid> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        let key = format!("writer {name} contact {number}");
        let told = contact(child, "Told while it came and went.");
        let key = [("idempotency-key", key.as_str())];
        acknowledged
            .push(insist(away, async || writer.post_with("/api/v1/contacts", &key, &told).await).await.id());
    }
    acknowledged
}

/// Somebody who looks, asks and searches until it is enough.
async fn read(reader: Caller, child: Uuid, enough: &AtomicBool, away: &AtomicUsize) {
    let ask = json!({ "search": { "nhs-number": "999 000 0018" }, "reason": "At the department." });
    let search = json!({ "search": { "given": "Robin", "family": "Example" } });
    while !enough.load(Ordering::Relaxed) {
        for page in ["timeline", "status", "enquiries"] {
            insist(away, async || reader.get(&format!("/api/v1/people/{child}/{page}")).await).await;
        }
        insist(away, async || reader.post("/api/v1/enquiries", &ask).await).await;
        insist(away, async || reader.post("/api/v1/people/search", &search).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_record_is_away_everybody_is_told_to_come_back_and_nothing_is_lost_or_doubled() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let path = format!("/api/v1/people/{child}/timeline/live");
    let mut live = door.live(&path, &[]).await;
    let mut last = live.next().await.unwrap().id;
    let (enough, away) = (AtomicBool::new(false), AtomicUsize::new(0));
    let writers = (0..WRITERS).map(|name| write(api.front_door(), name, child, &enough, &away));
    let goes_and_comes = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let taken = Away::take(&api, &api.test.database.database).await;
        let gone = Instant::now();
        // What is on its way waits a little for it; it stays away until somebody was told.
        while gone.elapsed() < AWAY || away.load(Ordering::Relaxed) == 0 {
            assert!(gone.elapsed() < PATIENCE, "nobody is told that it is away");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let ready = api.served.nobody().get("/readyz").await;
        assert_eq!((ready.status, &ready.json()["record"]), (503, &json!(false)), "{}", ready.text());
        assert_eq!(api.served.nobody().get("/livez").await.status, 200);
        taken.give_back().await;
        let back = Instant::now();
        while api.served.nobody().get("/readyz").await.status != 200 {
            assert!(back.elapsed() < PATIENCE, "it does not come back by itself");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        enough.store(true, Ordering::Relaxed);
    };
    let reader = read(api.front_door(), child, &enough, &away);
    let (acknowledged, (), ()) = tokio::join!(join_all(writers), reader, goes_and_comes);
    let acknowledged: Vec<Uuid> = acknowledged.into_iter().flatten().collect();
    println!("{} acknowledged, {} turned away", acknowledged.len(), away.load(Ordering::Relaxed));

    // As many contacts as keys, each once, though most writers had to ask again.
    let admin = api.test.database.admin().await;
    let sql = "select stream from record.event where position('contact.recorded'::bytea in header) > 0";
    let written: Vec<Uuid> = admin.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let once: BTreeSet<Uuid> = acknowledged.iter().copied().collect();
    assert_eq!((once.len(), written.len()), (acknowledged.len(), acknowledged.len()));
    assert_eq!(written.iter().copied().collect::<BTreeSet<_>>(), once);
    // Whoever kept the timeline open, or opened it again where it broke off, heard of each once.
    let mut heard = BTreeSet::new();
    while heard.len() < written.len() {
        let Some(sent) = live.next().await else {
            live = door.live(&path, &[("last-event-id", &last)]).await;
            continue;
        };
        last = sent.id;
        if sent.event == "entry" {
            let data: Value = serde_json::from_str(&sent.data).unwrap();
            let record = data["record"].as_str().unwrap().parse().unwrap();
            if data["kind"] == "contact.recorded" {
                assert!(heard.insert(record), "told twice");
            }
        }
    }
    assert_eq!(heard, once);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_keys_what_is_sealed_cannot_be_read_now_and_is_not_taken_for_erased() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let told = door.post("/api/v1/contacts", &contact(child, "Often hungry at school.")).await.id();
    // A node that has opened nothing yet.
    let fresh = TestApp::over(api.test.database.clone()).await;
    let served = Served::start(&fresh.app).await;
    let reader = served.caller(&api.test.front_door(), "referral-consideration");
    let taken = Away::take(&api, &api.test.database.keys).await;
    let page = format!("/api/v1/contacts/{told}");
    let unread = reader.get(&page).await;
    assert!(!done_or_later(&unread), "{}", unread.text());
    assert!(!unread.text().contains("erased"), "{}", unread.text());
    taken.give_back().await;
    let read = insist(&AtomicUsize::new(0), async || reader.get(&page).await).await;
    assert_eq!(read.json()["account"], "Often hungry at school.");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_cannot_be_taken_now_is_given_back_whole_and_is_taken_once_when_sent_again() {
    let api = Api::start().await;
    let school = Browser::of(&api, Persona::School);
    let form = "/contacts/new?for=referral-consideration";
    let telling = school.telling("Came without a coat.", "check").await;
    let taken = Away::take(&api, &api.test.database.database).await;
    let given_back = until(503, async || school.post(form, &telling).await).await;
    taken.give_back().await;
    assert_eq!(given_back.header("retry-after"), Some("5"));
    let html = given_back.text();
    assert!(html.contains("Send it again") && html.contains("Came without a coat."), "{html}");
    assert_eq!(hidden(&html), telling, "as it was sent, under its own key");
    let checked = until(200, async || school.post(form, &telling).await).await;
    let mut carried = hidden(&checked.text());
    carried.push(("step".to_owned(), "record".to_owned()));
    let once = until(303, async || school.post(form, &carried).await).await;
    let twice = until(303, async || school.post(form, &carried).await).await;
    assert_eq!(once.header("location"), twice.header("location"), "recorded once");
}
