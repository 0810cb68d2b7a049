//! A small county is told through `execute`, once.

use casework::county::{self, Company, County};
use chrono::{DateTime, Utc};
use event_store::{EventStore as _, Position, Recorded};
use system_tests::TestApp;

fn county(children: u32) -> County {
    let moment = |text: &str| text.parse().expect("a moment");
    County { seed: 1, children, begin: moment("2024-03-04T08:00:00Z"), end: moment("2026-03-09T17:00:00Z") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_county_is_told_once_and_every_rule_is_kept() {
    let app = TestApp::start().await;
    let company = company(&app);
    let mut said = Vec::new();
    let told = county::tell(&app.app, county(60), Some(&company), &mut |progress| said.push(progress)).await;
    let events = told.expect("told");
    assert!(events > 3_000, "{events}");
    let last = said.last().expect("progress");
    assert_eq!((last.given, last.events), (last.orders, events));
    let record = app.app.record.read_all(Position::START, 100_000).await.expect("the record");
    let of = |kind: &str| record.iter().filter(|event| event.header.kind() == kind).count();
    assert!(of("alert.raised") > 10 && of("entry.amended") > 10 && of("entry.moved-away") > 0);
    let of_past =
        |event: &&Recorded| event.header.kind() == "alert.dismissed" && event.header.recorded_at() < middle();
    assert!(record.iter().any(|event| of_past(&event)), "alerts are decided as the story goes");
    assert!(record.iter().all(|event| event.header.recorded_at() <= county(60).end), "times of their own");
    // Those who work with the children have looked at them, at times of their own.
    let access = app.app.access.read_all(Position::START, 100_000).await.expect("the access log");
    assert!(access.len() > 20, "{}", access.len());
    assert!(access.iter().all(|look| look.header.kind() == "look.made"));
    assert!(access.iter().any(|look| look.header.recorded_at() < middle()), "as the story goes");
    assert!(access.iter().all(|look| look.header.recorded_at() <= county(60).end));
    assert!(access.iter().any(|look| look.header.purpose() == "allocated-work"));
    assert!(access.iter().any(|look| look.header.purpose() == "referral-consideration"));
    let again = county::tell(&app.app, county(60), Some(&company), &mut |_| {}).await.expect("told again");
    assert_eq!(again, 0);
    let once = app.app.access.read_all(Position::START, 100_000).await.expect("the access log");
    assert_eq!(once.len(), access.len(), "told again, nobody looked again");
}

/// Half way through.
fn middle() -> DateTime<Utc> {
    let County { begin, end, .. } = county(60);
    begin + (end - begin) / 2
}

/// All that `serve --demonstration` tells when it is told nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn no_rule_stands_in_the_way_of_the_county_that_is_told_by_default() {
    let app = TestApp::start().await;
    let whole = County { begin: "2023-03-10T02:05:00Z".parse().expect("a moment"), ..county(3_000) };
    let orders = county::rehearse(&app.app, whole, Some(&company(&app))).expect("no refusal");
    assert!(orders > 80_000, "{orders}");
}

fn company(app: &TestApp) -> Company {
    Company {
        front_door: app.front_door(),
        school: app.safeguarding_lead(),
        nurse: app.emergency_nurse(),
        worker: app.social_worker(),
        manager: app.team_manager(),
    }
}
