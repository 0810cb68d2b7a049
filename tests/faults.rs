//! What was acknowledged survives: `kill -9` of the node and of PostgreSQL, again and again, under load.
//!
//! The ledger of acknowledgements is kept here, outside the processes that are killed. The node is this same test
//! binary started again, so that it is a process of its own with the very code under test.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use casework::app::App;
use casework::server::Server;
use casework::settings::{Connections, Settings};
use casework::telemetry::Telemetry;
use chrono::TimeDelta;
use domain::access::{Actor, Role};
use domain::agency::AgencyKind;
use domain::ids::{AgencyId, PractitionerId};
use event_store::clock::SystemClock;
use event_store::keys::MasterSource;
use event_store::{EventStore, NodeSource, StreamId};
use serde_json::{Value, json};
use system_tests::TestDatabase;
use uuid::Uuid;

const KILLS: usize = 24;
const WRITERS: u64 = 8;
/// A node works this long before the next kill.
const WORK: Duration = Duration::from_millis(400);
/// After the last kill everything must be well within this.
const PATIENCE: Duration = Duration::from_secs(180);
const SETTINGS: &str = "GOLDTHREAD_TEST_NODE";

/// Not a test: the node, when this binary is started again as one.
#[test]
#[expect(clippy::disallowed_methods, reason = "how the test tells the child what it is")]
fn the_node_that_is_killed() {
    let Ok(settings) = std::env::var(SETTINGS) else { return };
    let [log, views, keys] = serde_json::from_str::<[String; 3]>(&settings).unwrap();
    let telemetry = Arc::new(Telemetry::measuring(None).unwrap());
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let connections = Connections {
            log: log.parse().unwrap(),
            views: views.parse().unwrap(),
            keys: keys.parse().unwrap(),
            migrate: log.parse().unwrap(),
            migrate_keys: keys.parse().unwrap(),
            master: MasterSource::given([7; 32].into()),
        };
        let settings = Settings {
            origin: "goldthread.example/faults".to_owned(),
            demonstration: true,
            requests_per_minute: 0,
            readers: 4,
            ..Settings::default()
        };
        // The database may be coming up again at this moment.
        let begun = Instant::now();
        let app = loop {
            match App::open(settings.clone(), connections.clone(), Arc::new(SystemClock)).await {
                Ok(app) => break Arc::new(app),
                Err(error) if begun.elapsed() > PATIENCE => panic!("{error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let actor = Actor {
            practitioner: PractitionerId(Uuid::from_u128(1)),
            agency: AgencyId(Uuid::from_u128(2)),
            agency_kind: AgencyKind::LocalAuthority,
            authority: "383".parse().ok(),
            team: None,
            roles: vec![Role::FrontDoor],
        };
        let token = app.token(&actor, TimeDelta::hours(1)).unwrap();
        let server = Server::start(app, telemetry, ([127, 0, 0, 1], 0).into()).await.unwrap();
        println!("\nnode {} {token}", server.address());
        std::future::pending::<()>().await;
    });
}

/// A running node: where it answers, and a token it takes.
struct Node {
    child: Child,
    url: String,
    token: String,
}

impl Node {
    fn start(database: &TestDatabase) -> Self {
        let settings = [
            database.address.settings(&database.database, "goldthread_app"),
            database.address.settings(&database.database, "goldthread_views"),
            database.address.settings(&database.keys, "goldthread_keys"),
        ];
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_node_that_is_killed", "--nocapture", "--test-threads=1"])
            .env(SETTINGS, serde_json::to_string(&settings).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines.find_map(|line| line.ok()?.strip_prefix("node ").map(str::to_owned)).unwrap();
        let (address, token) = told.split_once(' ').unwrap();
        Self { url: format!("http://{address}/api/v1"), token: token.to_owned(), child }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was acknowledged: the record, and its place in the log.
type Ledger = Arc<Mutex<Vec<(Uuid, u64)>>>;

async fn post(
    client: &reqwest::Client,
    node: &RwLock<(String, String)>,
    path: &str,
    key: &str,
    body: &Value,
) -> Option<(Uuid, u64)> {
    let (url, token) = node.read().unwrap().clone();
    let response = client
        .post(format!("{url}{path}"))
        .bearer_auth(token)
        .header("Goldthread-Purpose", "safeguarding-check")
        .header("Idempotency-Key", key)
        .json(body)
        .send()
        .await
        .ok()?;
    let status = response.status();
    if !status.is_success() {
        assert!(
            status == 503 && response.headers().contains_key("retry-after"),
            "an order was refused: {status} {}",
            response.text().await.unwrap()
        );
        return None;
    }
    let done: Value = response.json().await.ok()?;
    Some((done["id"].as_str()?.parse().ok()?, done["position"].as_str()?.parse().ok()?))
}

/// Asks until it is acknowledged, always under the same key.
async fn insist(
    client: &reqwest::Client,
    node: &RwLock<(String, String)>,
    path: &str,
    key: &str,
    body: &Value,
) -> (Uuid, u64) {
    loop {
        if let Some(done) = post(client, node, path, key, body).await {
            return done;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_of_the_node_and_of_postgres() {
    let database = TestDatabase::new().await;
    let data: String = database.admin().await.query_one("show data_directory", &[]).await.unwrap().get(0);
    let mut running = Node::start(&database);
    let node = Arc::new(RwLock::new((running.url.clone(), running.token.clone())));
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build().unwrap();
    let person = json!({
        "kind": "born",
        "assertions": [{ "name": { "given": "Ines", "family": "Ledger", "use": "usual" } }],
        "source": { "basis": "told", "agency": Uuid::from_u128(2) },
    });
    let (child, _) = insist(&client, &node, "/people", "the child", &person).await;
    let contact = json!({
        "authority": "383",
        "people": [{ "person": child, "role": "subject" }],
        "concerns": [{ "kind": "neglect" }],
        "method": "telephone",
        "account": "Said at the school gate.",
    });

    let ledger = Ledger::default();
    let asked = Arc::new(AtomicU64::new(0));
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (client, node, contact) = (client.clone(), node.clone(), contact.clone());
            let (ledger, asked, enough) = (ledger.clone(), asked.clone(), enough.clone());
            tokio::spawn(async move {
                for number in 0_u64.. {
                    if enough.load(Ordering::Relaxed) {
                        return;
                    }
                    asked.fetch_add(1, Ordering::Relaxed);
                    let key = format!("writer {writer} contact {number}");
                    let done = insist(&client, &node, "/contacts", &key, &contact).await;
                    ledger.lock().unwrap().push(done);
                }
            })
        })
        .collect();

    for kill in 0..KILLS {
        let before = ledger.lock().unwrap().len();
        tokio::time::sleep(WORK).await;
        // Each round must have got something acknowledged, else it kills nothing that matters.
        let begun = Instant::now();
        while ledger.lock().unwrap().len() == before {
            assert!(begun.elapsed() < PATIENCE, "nothing was acknowledged in round {kill}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if kill % 2 == 0 {
            running.kill();
            running = tokio::task::block_in_place(|| Node::start(&database));
            *node.write().unwrap() = (running.url.clone(), running.token.clone());
        } else {
            let pid = std::fs::read_to_string(format!("{data}/postmaster.pid")).unwrap();
            let pid = pid.lines().next().unwrap().to_owned();
            assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        }
    }
    enough.store(true, Ordering::Relaxed);
    let all = async {
        for writer in writers {
            writer.await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("the last orders are carried out");
    running.kill();

    let acknowledged = ledger.lock().unwrap().clone();
    let store = open(&database).await;
    let mut lost = Vec::new();
    for (contact, position) in &acknowledged {
        let stream = StreamId { category: "contact".to_owned(), id: *contact };
        let events = store.read_stream(&stream, 0, 10).await.unwrap();
        if events.len() != 1 || events[0].position.raw() != u128::from(*position) {
            lost.push((contact, position));
        }
    }
    assert!(lost.is_empty(), "{} of {} acknowledged contacts were lost", lost.len(), acknowledged.len());
    // Nothing was done twice: as many contacts as keys, though most kills made somebody ask again.
    let asked = asked.load(Ordering::Relaxed);
    let distinct: std::collections::HashSet<_> = acknowledged.iter().map(|(contact, _)| contact).collect();
    assert_eq!(u64::try_from(distinct.len()).unwrap(), asked);
    let head = store.tree_head().await.unwrap();
    let verified = store.verify(|_| None, &[], |_| ()).await.unwrap();
    assert_eq!((verified.fault, verified.events, verified.root), (None, head.size, head.root));
    println!("{KILLS} kills, {} acknowledged, none lost, none doubled", acknowledged.len());
}

/// Opens the log. The last kill may have been PostgreSQL's, and whoever was connected may be served to the end while it
/// is started again.
async fn open(database: &TestDatabase) -> event_store::PostgresStore {
    use event_store::postgres::{LogSchema, LogSettings};
    let begun = Instant::now();
    loop {
        let settings = LogSettings {
            schema: LogSchema::Record,
            origin: "goldthread.example/faults/record".to_owned(),
            demonstration: false,
            readers: 2,
        };
        let clock = Arc::new(SystemClock);
        match event_store::PostgresStore::open(database.connections.log.clone(), settings, clock).await {
            Ok(store) => return store,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
