//! A small county is told through `execute`, once; the one of the demonstration is rehearsed, and is what it says it is.

mod named;
mod shares;

use std::time::Duration;

use casework::county::{self, Company, County};
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::agency::AgencyKind;
use event_store::{EventStore as _, Position, Recorded};
use serde_json::json;
use system_tests::TestApp;
use system_tests::app::AUTHORITY;
use system_tests::http::Served;

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
    let mut is_said_again = false;
    let again = county::tell(&app.app, county(60), Some(&company), &mut |_| is_said_again = true).await;
    assert_eq!((again.expect("told again"), is_said_again), (0, false), "it is seen that all is on record");
    let once = app.app.access.read_all(Position::START, 100_000).await.expect("the access log");
    assert_eq!(once.len(), access.len(), "told again, nobody looked again");
    is_found_under_another_spelling(&app, &company).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telling_that_was_broken_off_goes_on_from_there() {
    let app = TestApp::start().await;
    let company = company(&app);
    let mut unheard = |_| {};
    let telling = county::tell(&app.app, county(60), Some(&company), &mut unheard);
    let most_is_told = async {
        while app.app.record.head().await.expect("the record").position.raw() < 3_000 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        told = telling => panic!("all was told: {told:?}"),
        () = most_is_told => {}
    }
    let tell = async || county::tell(&app.app, county(60), Some(&company), &mut |_| {}).await.expect("told");
    let rest = tell().await;
    assert!(rest > 100, "{rest}");
    assert_eq!(tell().await, 0);
}

/// Muhammad Zayn Akhtar, born on 3 April, by what his school has on its form.
async fn is_found_under_another_spelling(app: &TestApp, company: &Company) {
    let served = Served::start(&app.app).await;
    let school = served.caller(&company.school, "referral-consideration");
    let typed = json!({ "given": "Mohamed Zain", "family": "Akthar", "born": "2016-03-04" });
    let found = school.post("/api/v1/people/search", &json!({ "search": typed })).await;
    assert_eq!(found.status, 200, "{}", found.text());
    let found = found.json();
    let levels: Vec<&str> = found["found"][0]["because"]
        .as_array()
        .expect("why")
        .iter()
        .filter_map(|because| because["level"].as_str())
        .collect();
    assert!(levels.contains(&"day-and-month-swapped") && levels.len() == 3, "{found}");
    served.stop().await;
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
    let company = company(&app);
    let told = county::rehearse(&app.app, whole, Some(&company)).expect("no refusal");
    // Beside the alerts that are found as it is told.
    assert!(told.events >= 300_000 && told.on_cases.len() > 80_000, "{}", told.events);
    shares::are_those_it_is_drawn_from(&told);

    // The county of the case study: an ambulance service beside the eight acute trusts.
    let of = |kind| told.agencies.get(&kind).copied().unwrap_or_default();
    assert_eq!(
        [AgencyKind::LocalAuthority, AgencyKind::NhsTrust, AgencyKind::School, AgencyKind::Police].map(of),
        [5, 8 + 1, 961, 1]
    );
    for kind in [AgencyKind::HealthVisiting, AgencyKind::EarlyYears, AgencyKind::Housing] {
        assert!(of(kind) >= 5, "{kind:?}");
    }
    assert!(of(AgencyKind::Probation) == 1 && of(AgencyKind::Voluntary) == 5, "{told:?}");
    assert!((3_000..=4_000).contains(&told.practitioners), "{}", told.practitioners);

    // Chance falls the same way from the same seed.
    let drawn = |seed| county::rehearse(&app.app, County { seed, ..county(60) }, Some(&company));
    assert!(drawn(1).expect("no refusal") == drawn(1).expect("no refusal"));
    assert_ne!(drawn(1).expect("no refusal").digest, drawn(2).expect("no refusal").digest);
}

/// The stories of the families with names need more days than a year has, and are told all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_county_of_one_year_is_told() {
    let app = TestApp::start().await;
    let begin = "2025-03-10T02:05:00Z".parse().expect("a moment");
    let year = County { begin, ..county(30) };
    let told = county::tell(&app.app, year, Some(&company(&app)), &mut |_| {}).await.expect("told");
    assert!(told > 1_000, "{told}");
}

/// Of the council that the county has, as on a demonstration.
fn company(app: &TestApp) -> Company {
    let council = app.app.ids.local_authority(&AUTHORITY.parse().expect("an authority"));
    let of_council = |role| app.somebody(role, AgencyKind::LocalAuthority, council);
    Company {
        front_door: of_council(Role::FrontDoor),
        school: app.safeguarding_lead(),
        nurse: app.emergency_nurse(),
        worker: of_council(Role::SocialWorker),
        manager: of_council(Role::TeamManager),
    }
}
