//! Census returns read into the record: what a file says is what is then known, once, however often it is read.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::io::Cursor;
use std::path::{Path, PathBuf};

use casework::error::ExecuteError;
use casework::exchange::cin::Table;
use casework::exchange::import::{ImportError, Report, child_of, import};
use casework::visitor::Visitor;
use chrono::{NaiveDate, TimeDelta};
use domain::authority::Authority;
use domain::case::CaseStatus;
use domain::case::codes::{AbuseCategory, ClosureReason};
use domain::case::status::Standing;
use domain::entry::Entry;
use domain::event::Event;
use domain::history::effective;
use event_store::{EventStore as _, Position, StreamId};
use projections::decode::{Decoder, look_up};
use system_tests::TestApp;

/// A summer's day after the census year, when returns are made.
async fn started() -> TestApp {
    let app = TestApp::start().await;
    app.clock.advance(TimeDelta::days(120));
    app
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(repository().join("tests/fixtures/cin").join(name)).unwrap()
}

fn demonstration() -> Vec<u8> {
    std::fs::read(repository().join("services/casework/demo/cin-380-2026.xml")).unwrap()
}

async fn try_in(app: &TestApp, file: Vec<u8>) -> Result<Report, ImportError> {
    import(&app.app, &Visitor::node(), Cursor::new(file), &mut |_| {}).await
}

async fn read_in(app: &TestApp, file: Vec<u8>) -> Report {
    let report = try_in(app, file).await.unwrap();
    for tally in &report.tables {
        assert_eq!(tally.read, tally.events + tally.repeated + tally.refused, "{tally:?}");
    }
    report
}

async fn end_of_log(app: &TestApp) -> u128 {
    app.app.record.head().await.unwrap().position.raw()
}

async fn entries(app: &TestApp, category: &str, id: uuid::Uuid) -> Vec<Entry> {
    let stream = StreamId { category: category.to_owned(), id };
    let recorded = app.app.record.read_stream(&stream, 0, 1000).await.unwrap();
    let keys = look_up(app.app.keys.as_ref(), &recorded, &|_| true).await.unwrap();
    let decoder = Decoder { origin: app.app.record.origin(), opens: &|_| true, keys: &keys };
    let entries: Vec<_> =
        decoder.decode(&recorded).into_iter().map(|decoded| decoded.content.unwrap()).collect();
    effective(&entries)
}

async fn status(app: &TestApp, authority: &str, la_child_id: &str, day: &str) -> CaseStatus {
    let authority: Authority = authority.parse().unwrap();
    let child = child_of(&app.app, &authority, la_child_id);
    let case = app.app.ids.case(child, &authority);
    CaseStatus::on(&entries(app, "case", case.0).await, self::day(day))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn refused(report: &Report) -> u64 {
    report.tables.iter().map(|tally| tally.refused).sum()
}

fn events_of(report: &Report, table: Table) -> u64 {
    report.table(table).unwrap().events
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_goes_in_whole_and_a_second_time_adds_nothing() {
    let app = started().await;
    let begun = std::time::Instant::now();
    let first = read_in(&app, demonstration()).await;
    println!("{first}\nin {:?}", begun.elapsed());
    assert_eq!(first.table(Table::Children).unwrap().read, 300);
    // The planted rows nobody can place, and no others.
    assert!(first.refusals.iter().all(|refused| refused.table != Table::Children), "{:?}", first.refusals);
    assert_eq!(refused(&first), u64::try_from(first.refusals.len()).unwrap());
    assert!(first.events() > 0 && !first.arrival.again);
    assert!(!first.unknown.is_empty() && !first.faults.is_empty());

    let end = end_of_log(&app).await;
    let begun = std::time::Instant::now();
    let second = read_in(&app, demonstration()).await;
    println!("again in {:?}", begun.elapsed());
    assert!(second.arrival.again);
    assert_eq!(second.events(), 0);
    assert_eq!(refused(&second), refused(&first));
    assert_eq!(end_of_log(&app).await, end);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_return_itself_comes_first() {
    let app = started().await;
    let report = read_in(&app, fixture("small.xml")).await;
    let first = app.app.record.read_all(Position::START, 1).await.unwrap();
    assert_eq!(first.first().map(|event| event.header.kind()), Some("return.received"));
    let provenance = entries(&app, "return", report.arrival.return_id.0).await;
    let Some(Event::ReturnReceived(received)) = provenance.first().map(|entry| &entry.event) else {
        panic!("no return")
    };
    assert_eq!((received.authority.as_str(), received.serial.as_str()), ("381", "042"));
    assert_eq!(received.content_hash, report.file_sha256);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_childs_status_is_what_the_file_says() {
    let app = started().await;
    let report = read_in(&app, fixture("small.xml")).await;
    assert_eq!(refused(&report), 0, "{report}");
    let repeated: u64 = report.tables.iter().map(|tally| tally.repeated).sum();
    assert_eq!(repeated, 0, "{report}");

    let protected = status(&app, "381", "SML000001", "2025-10-01").await;
    assert_eq!(protected.standing, Standing::Protected);
    let plan = protected.protection_plan.unwrap();
    assert_eq!(plan.since, day("2025-06-06"));
    assert_eq!(plan.categories, [AbuseCategory::Neglect].into());
    assert_eq!(plan.sequence, 2);
    let closed = status(&app, "381", "SML000001", "2026-06-01").await;
    assert_eq!(closed.standing, Standing::Closed);
    let episode = closed.episode.unwrap();
    assert_eq!(
        (episode.ended, episode.closure_reason),
        (Some(day("2026-02-12")), Some(ClosureReason::NoLongerInNeed))
    );

    let in_need = status(&app, "381", "SML000002", "2025-08-01").await;
    assert_eq!(in_need.standing, Standing::InNeed);
    assert_eq!(in_need.child_in_need_plan.map(|plan| plan.since), Some(day("2025-06-11")));
    assert_eq!(status(&app, "381", "SML000005", "2025-12-01").await.standing, Standing::Closed);
    assert_eq!(status(&app, "381", "SML000006", "2025-05-01").await.standing, Standing::Protected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_report_of_the_same_number_amends_what_it_says_otherwise_and_repeats_the_rest() {
    let app = started().await;
    let first = read_in(&app, fixture("small.xml")).await;
    let second = read_in(&app, fixture("superseding.xml")).await;
    assert_ne!(second.arrival.return_id, first.arrival.return_id);
    assert_eq!(second.arrival.supersedes, Some(first.arrival.return_id));
    assert_eq!(events_of(&second, Table::Children), 0);
    assert_eq!((events_of(&second, Table::Episodes), events_of(&second, Table::Plans)), (1, 1), "{second}");
    assert_eq!(second.events(), 2, "{second}");
    let closed = status(&app, "381", "SML000001", "2026-06-01").await;
    assert_eq!(
        closed.episode.and_then(|episode| episode.closure_reason),
        Some(ClosureReason::AfterAssessmentToEarlyHelp)
    );

    // The first file again is no news, whatever came between.
    let end = end_of_log(&app).await;
    let again = read_in(&app, fixture("small.xml")).await;
    assert_eq!((again.events(), again.arrival.again), (0, true), "{again}");
    assert_eq!(end_of_log(&app).await, end);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_return_in_another_spelling_adds_no_row() {
    let app = started().await;
    let first = read_in(&app, fixture("small.xml")).await;
    for name in [
        "windows.xml",
        "utf-16.xml",
        "namespaced.xml",
        "out-of-order.xml",
        "day-first.xml",
        "unknown-elements.xml",
    ] {
        let other = read_in(&app, fixture(name)).await;
        assert_eq!(other.events(), 0, "{name}: {other}");
        assert_eq!(
            other.tables.iter().map(|tally| tally.read).sum::<u64>(),
            first.tables.iter().map(|tally| tally.read).sum::<u64>(),
            "{name}"
        );
    }
    let unknown = read_in(&app, fixture("unknown-elements.xml")).await;
    assert!(!unknown.unknown.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn older_and_newer_forms_of_other_authorities_go_in() {
    let app = started().await;
    for name in ["older-form.xml", "pre-proceedings.xml"] {
        let report = read_in(&app, fixture(name)).await;
        assert!(report.events() > 0, "{name}: {report}");
        assert_eq!(refused(&report), 0, "{name}: {report}");
        assert_eq!(read_in(&app, fixture(name)).await.events(), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_whole_return_leaves_nothing_behind() {
    let app = started().await;
    for (name, code) in [
        ("cut-in-half.xml", "cut_short"),
        ("looked-after.xml", "not_a_census_return"),
        ("school-census.xml", "other_collection"),
        ("laughs.xml", "entity"),
    ] {
        let error = try_in(&app, fixture(name)).await.unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    assert_eq!(end_of_log(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_in_a_return_who_may_not() {
    let app = started().await;
    let lead = app.safeguarding_lead();
    let error = import(&app.app, &lead, Cursor::new(fixture("small.xml")), &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, ImportError::Execute(ExecuteError::NotPermitted(_))), "{error:?}");
    assert_eq!(end_of_log(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_reads_in_the_return_of_her_own_authority() {
    let app = started().await;
    let manager = app.team_manager();
    let file = fixture("older-form.xml");
    let report = import(&app.app, &manager, Cursor::new(file), &mut |_| {}).await.unwrap();
    assert!(report.events() > 0);
    let other = import(&app.app, &manager, Cursor::new(fixture("small.xml")), &mut |_| {}).await.unwrap_err();
    assert_eq!(other.code(), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_import_is_completed_by_running_it_again() {
    let whole = started().await;
    read_in(&whole, demonstration()).await;

    let app = started().await;
    let (some, enough) = tokio::sync::oneshot::channel();
    let service = app.app.clone();
    let interrupted = tokio::spawn(async move {
        let mut some = Some(some);
        let mut told = move |progress: casework::exchange::import::Progress| {
            if progress.children >= 100
                && let Some(some) = some.take()
            {
                some.send(()).unwrap();
            }
        };
        import(&service, &Visitor::node(), Cursor::new(demonstration()), &mut told).await
    });
    enough.await.unwrap();
    interrupted.abort();
    assert!(interrupted.await.unwrap_err().is_cancelled());

    let rest = read_in(&app, demonstration()).await;
    assert!(rest.arrival.again);
    assert!(events_of(&rest, Table::Children) > 0 && events_of(&rest, Table::Children) <= 200);
    assert_eq!(end_of_log(&app).await, end_of_log(&whole).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_one_file_at_once_are_one() {
    let alone = started().await;
    read_in(&alone, fixture("small.xml")).await;
    let app = started().await;
    let (one, other) = tokio::join!(read_in(&app, fixture("small.xml")), read_in(&app, fixture("small.xml")));
    assert_eq!(one.arrival.return_id, other.arrival.return_id);
    assert_eq!(end_of_log(&app).await, end_of_log(&alone).await);
}

/// Returns from elsewhere, where somebody has some: `GOLDTHREAD_CIN_SAMPLES` names a folder of them.
#[tokio::test(flavor = "multi_thread")]
async fn returns_from_elsewhere_go_in_and_add_up() {
    let Some(folders) = std::env::var_os("GOLDTHREAD_CIN_SAMPLES") else { return };
    let app = started().await;
    for folder in std::env::split_paths(&folders) {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "xml") {
                continue;
            }
            let file = std::fs::read(&path).unwrap();
            let begun = std::time::Instant::now();
            let report = read_in(&app, file.clone()).await;
            println!("{}: {:?}\n{report}", path.display(), begun.elapsed());
            assert!(report.events() > 0, "{}", path.display());
            let end = end_of_log(&app).await;
            assert_eq!(read_in(&app, file).await.events(), 0, "{}", path.display());
            assert_eq!(end_of_log(&app).await, end, "{}", path.display());
        }
    }
}
