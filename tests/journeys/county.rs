//! A small county is told through `execute`, once.

use casework::county::{self, Company, County};
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
    let again = county::tell(&app.app, county(60), Some(&company), &mut |_| {}).await.expect("told again");
    assert_eq!(again, 0);
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
