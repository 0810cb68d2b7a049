//! The pages in Chromium, as the five personas of the demonstration walk them: with scripts and without, each held to
//! WCAG 2.2 AA, to its content policy and to naming nobody in an address.
//!
//! The walks themselves are JavaScript (`walks/`), run by Node's own test runner against a real server over a database
//! of their own. Node, Chromium and two pinned packages are needed; as root on Debian the first two are installed.
//! Where they cannot be had, one line says what is missing and the walks are left out, unless `BROWSER=required`.

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed"
)]

mod signing_in;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use casework::access_log::Looking;
use casework::demonstration::{self, Extent, Persona};
use casework::work::Workers;
use casework::work::trawling::Watch;
use chrono::TimeDelta;
use domain::access::{Action, LawfulBasis, Purpose};
use domain::matching::Typed;
use domain::review::trawling::Thresholds;
use event_store::EventStore as _;
use serde_json::json;
use system_tests::app::instant;
use system_tests::http::Served;
use system_tests::machine::{self, Beside};
use system_tests::{TestApp, compare_or_bless};

/// Two in the morning of a Tuesday: no front door is open, and somebody must be rung.
const NIGHT: &str = "2026-03-10T02:05:00Z";
/// The demonstration's families with names, among others, so that a queue and figures have more than those.
const WALKED: Extent = Extent { children: 60, days: 420 };
/// Nobody else in the pictures: of many orders at once each start tells some a moment earlier or later, and the
/// pictures would change with it.
const PICTURED: Extent = Extent { children: 0, days: 420 };
/// A few searches that nothing came of are looked at here.
const THRESHOLDS: Thresholds = Thresholds {
    window_hours: 24,
    followed_within_minutes: 60,
    searches_followed_by_one: 1,
    unfollowed: 6,
    unfollowed_with_attendances: 12,
    names: 5,
    addresses: 5,
};
/// Whom somebody looked for in the evening, one after the other.
const LOOKED_FOR: [&str; 6] = ["Ashworth", "Hartley", "Malik", "Nowak", "Okafor", "Doyle"];

/// Children whom nobody knew when they were asked about.
const ENTERED_LATER: [&str; 2] = ["9990009902", "9990009910"];
/// How long answers may take to be held against the record.
const PATIENCE: Duration = Duration::from_secs(30);

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// The demonstration's family on a node of its own, at night.
async fn node(extent: Extent) -> (TestApp, Served) {
    let test = TestApp::start().await;
    test.clock.set(instant(NIGHT));
    let begin = instant(NIGHT) - TimeDelta::days(i64::from(extent.days));
    demonstration::tell(&test.app, begin, extent, &mut |_| {}).await.expect("the families on record");
    trawl(&test).await;
    let served = Served::start(&test.app).await;
    enter_after_asking(&test, &served).await;
    (test, served)
}

/// A school was told that nobody knows two children; the front door has entered them since.
async fn enter_after_asking(test: &TestApp, served: &Served) {
    let app = &test.app;
    let caller = |persona: Persona, purpose| served.caller(&test.visitor(persona.actor(app)), purpose);
    let (school, door) =
        (caller(Persona::School, "safeguarding-check"), caller(Persona::FrontDoor, "referral-consideration"));
    test.clock.set(instant(NIGHT) - TimeDelta::hours(11));
    for number in ENTERED_LATER {
        let question = json!({ "search": { "nhs-number": number }, "reason": "New to the school" });
        let asked = school.post("/api/v1/enquiries", &question).await;
        assert_eq!(asked.json().pointer("/answers/0/answer"), Some(&json!("no-trace")), "{}", asked.text());
    }
    test.clock.set(instant(NIGHT) - TimeDelta::hours(9));
    for number in ENTERED_LATER {
        let child = json!({
            "kind": "born",
            "assertions": [{ "identifier": { "scheme": "nhs", "value": number } }],
            "source": { "basis": "document" },
        });
        door.post("/api/v1/people", &child).await.id();
    }
    let workers = Workers::start(app);
    let head = app.record.head().await.expect("the record").position;
    assert!(workers.has_noticed(head, PATIENCE).await, "both answers are held against the record");
    workers.stop().await;
    test.clock.set(instant(NIGHT));
}

/// Somebody looked many families up in the evening and did nothing after it, and a review was asked for.
async fn trawl(test: &TestApp) {
    let app = &test.app;
    test.clock.set(instant(NIGHT) - TimeDelta::hours(4));
    let visitor = test.visitor(Persona::School.actor(app));
    let looking = Looking::new(Action::SearchPeople, Purpose::SafeguardingCheck, LawfulBasis::PublicTask);
    for family in LOOKED_FOR {
        let born = "2015-04-03".parse().ok();
        let typed = Typed { family: family.to_owned(), born, ..Typed::default() };
        app.search(&visitor, looking, &typed).await.expect("a search");
    }
    test.clock.set(instant(NIGHT));
    let mut watch = Watch::with(app, THRESHOLDS).await.expect("both logs");
    assert_eq!(watch.turn(app).await.expect("a turn"), 1, "one review is asked for");
}

/// True when everything is here. Otherwise one line has said what is missing; with `BROWSER=required` that is a
/// failure.
fn is_ready() -> bool {
    static READY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match READY.get_or_init(|| machine::prepare("browser", Beside::Chromium)) {
        Ok(_) => true,
        Err(missing) => {
            assert!(!is_asked("BROWSER"), "the walks in a browser cannot be done: {missing}");
            eprintln!("the walks in a browser were NOT done: {missing}");
            false
        }
    }
}

fn is_asked(what: &str) -> bool {
    std::env::var_os(what).is_some()
}

/// Runs a script of the suite against the node.
async fn run(served: &Served, arguments: &[&str], settings: &[(&str, &str)]) {
    let mut node = Command::new("node");
    node.current_dir(Path::new(FOLDER).join("browser")).args(arguments);
    node.env("GOLDTHREAD_URL", format!("http://{}", served.address()));
    node.env("CHROMIUM", machine::chromium().expect("Chromium"));
    node.envs(settings.iter().copied());
    let status = tokio::task::spawn_blocking(move || node.status()).await.expect("a thread").expect("node");
    assert!(status.success(), "see above: {arguments:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_personas_walk_every_page_with_scripts_and_without() {
    if !is_ready() {
        return;
    }
    let (_test, served) = node(WALKED).await;
    // One file after the other: they share a node, and a walk may count what it sees.
    run(&served, &["--test", "--test-concurrency=1", "walks/"], &[]).await;
    served.stop().await;
}

/// `make docs` sets `TOUR` and writes the pictures; here they are taken too, and each must be in the tour already.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_tour_is_pictured() {
    if !is_ready() {
        return;
    }
    let (_test, served) = node(PICTURED).await;
    let docs = Path::new(FOLDER).join("../docs/tour");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tour");
    let into = if is_asked("TOUR") { &docs } else { &scratch };
    // A page that is gone leaves no picture behind.
    let _ = std::fs::remove_dir_all(into);
    std::fs::create_dir_all(into).expect("a folder");
    let into = into.to_str().expect("a path");
    let visited = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tour-visited.txt");
    let told = visited.to_str().expect("a path");
    run(&served, &["tour.mjs"], &[("TOUR_FOLDER", into), ("TOUR_VISITED", told)]).await;
    served.stop().await;
    let visited = std::fs::read_to_string(visited).expect("where the tour was");
    assert_eq!(not_pictured(&visited), Vec::<&str>::new(), "the tour leaves out pages");
    let index = std::fs::read_to_string(Path::new(into).join("README.md")).expect("the tour's own page");
    compare_or_bless("docs/tour/README.md", &index);
    for picture in pictures(Path::new(into)) {
        assert!(
            docs.join(&picture).exists(),
            "docs/tour lacks {picture}: run `make docs` and commit what it changes"
        );
    }
}

/// Pages that the tour shows no picture of, and why.
const LEFT_OUT: [&str; 6] = [
    // For those who sign in at an issuer, of whom a demonstration has none.
    "/sign-in/{door}",
    "/sign-in/{door}/back",
    "/signed-in",
    "/session",
    // What comes, for a page that is open.
    "/children/{id}/live",
    "/queue/live",
];

/// The addresses of pages among which none was pictured, but for those that are no page.
fn not_pictured(visited: &str) -> Vec<&'static str> {
    let is_at = |path: &str, seen: &str| {
        let (parts, seen): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), seen.split('/').collect());
        parts.len() == seen.len()
            && parts.iter().zip(seen).all(|(part, seen)| part.starts_with('{') || *part == seen)
    };
    let addresses = casework::web::addresses();
    let pages =
        addresses.iter().filter(|address| address.methods().iter().any(|method| method.as_str() == "GET"));
    let paths = pages.map(|address| address.path()).filter(|path| !path.starts_with("/assets/"));
    let is_missing = |path: &&str| !visited.lines().any(|seen| is_at(path, seen));
    paths.filter(|path| !LEFT_OUT.contains(path)).filter(is_missing).collect()
}

fn pictures(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    let mut names: Vec<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
    names.retain(|name| name.ends_with(".png"));
    names.sort();
    if names.is_empty() {
        panic!("no pictures were taken");
    }
    names
}
