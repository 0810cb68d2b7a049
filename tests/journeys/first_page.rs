//! Whom somebody works with stands on their first page: in whatever role, how they stand, and before all else who of them
//! is missing.

use domain::access::{Action, Role};
use domain::agency::AgencyKind;
use event_store::EventStore as _;
use event_store::Position;
use serde_json::json;
use system_tests::app::{HOSPITAL, SCHOOL};
use uuid::Uuid;

use crate::partnership::*;

const MISSING: &str = "Maya Ashworth is missing from home since 9 March 2026";

/// How often people were looked at, their own children included.
async fn looks_at_people(all: &Partnership) -> usize {
    let looks = all.app.app.access.read_all(Position::START, 10_000).await.unwrap();
    let code = format!("\"{}\"", Action::ReadPerson.code());
    looks.iter().filter(|look| String::from_utf8_lossy(&look.facts).contains(&code)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_with_a_child_finds_them_on_their_first_page_and_whoever_does_not_finds_nobody() {
    let all = Partnership::start().await;
    let (maya, nora) =
        (all.person("Maya", "Ashworth", "2016-04-02").await, all.person("Nora", "Pike", "2015").await);
    let case = Case::referred(&all, maya, "2026-03-02").await;
    let visitor = all.app.somebody(Role::HealthVisitor, AgencyKind::HealthVisiting, HOSPITAL);
    let worker = all.app.social_worker();
    case.led_by(&all, &worker, "2026-03-02").await;
    let core = json!({ "practitioner": visitor.practitioner().0, "role": "family-support-worker", "on": "2026-03-02" });
    done(&all.manager(), &case.at("allocations"), core).await;
    let report = json!({ "from": "home", "occurred": "2026-03-09", "source": { "basis": "told" } });
    done(&all.police(), &format!("people/{maya}/missing"), report).await;
    // A record that is kept names who may read it.
    let named = all.app.social_worker();
    let keeper = all.call(&all.app.team_manager(), "record-keeping");
    let readers = [named.practitioner().0];
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01", "readers": readers });
    done(&keeper, &format!("people/{nora}/restriction"), restrict).await;
    all.settled().await;

    for who in [&worker, &visitor] {
        let home = page(&all.call(who, WORKING), "/").await;
        let (head, below) = home.split_once("<h1").unwrap();
        assert!(head.contains(MISSING), "{home}");
        assert!(below.contains("Your children") && below.contains("Maya Ashworth</a>"), "{home}");
        assert!(below.contains("Referred to social care.") && !below.contains("Nora"), "{home}");
    }
    let home = page(&all.call(&named, WORKING), "/").await;
    assert!(home.contains("Nora Pike</a>") && home.contains("Not known to social care"), "{home}");
    assert!(!home.contains("Maya"), "{home}");

    let before = looks_at_people(&all).await;
    for who in [
        all.app.social_worker(),
        all.app.emergency_nurse(),
        all.app.somebody(Role::Teacher, AgencyKind::School, SCHOOL),
        all.app.somebody(Role::Auditor, AgencyKind::LocalAuthority, system_tests::app::COUNCIL),
    ] {
        let home = page(&all.call(&who, WORKING), "/").await;
        for other in ["Your children", "Maya", "Nora"] {
            assert!(!home.contains(other), "{home}");
        }
    }
    assert_eq!(looks_at_people(&all).await, before, "whoever works with nobody looks at nobody");
    let of = |who: Uuid| format!("/api/v1/people/{who}/looks");
    let looks = all.auditor().get(&of(maya)).await.text();
    assert!(looks.contains(&worker.practitioner().0.to_string()), "it is a look: {looks}");
    all.stop().await;
}
