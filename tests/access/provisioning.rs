//! From a file to somebody who signs in: whom a file makes an administrator is one by the word of their issuer.

use casework::policy::{Policy, dry_run};
use casework::provision;
use chrono::TimeDelta;
use event_store::clock::Clock as _;
use serde_json::json;
use system_tests::http::{Answer, Caller};
use system_tests::provider::{AUDIENCE, Provider};
use system_tests::school::{School, for_all};

const ADMINISTRATOR: &str = "the-schools";
const COLLEAGUE: &str = "a-strangers";

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_file_makes_an_administrator_signs_in_and_makes_others_but_never_themselves() {
    let provider = Provider::start("one");
    let school = School::start(for_all(&provider.issuer())).await;
    let account = json!({ "issuer": provider.issuer(), "subject": ADMINISTRATOR });
    let file = json!({
        "agencies": [{ "ref": "nursery", "name": "Beck Lane Nursery", "kind": "early-years", "authority": "383" }],
        "practitioners": [{
            "ref": "1", "agency": "nursery", "name": "Wendy Example",
            "roles": [{ "role": "administrator", "from": school.today() }], "accounts": [account],
        }],
    });
    let plan = provision::plan(&school.test.app, file.to_string().as_bytes()).await.unwrap();
    let token = provider.token(ADMINISTRATOR, AUDIENCE).await;
    let by = Caller { address: school.served.address(), token: Some(token), purpose: "operation" };
    let register = json!({ "name": "Ann Example" });
    by.post("/api/v1/practitioners", &register).await.problem(401);
    provision::carry_out(&school.test.app, &plan, &mut |_, _| {}).await.unwrap();

    let ann = by.post("/api/v1/practitioners", &register).await;
    assert_eq!(ann.status, 201, "{}", ann.text());
    let ann = format!("/api/v1/practitioners/{}", ann.id());
    let themselves = serde_json::to_value(plan.steps()).unwrap()[1]["id"].as_str().unwrap().to_owned();
    let role = |role: &str| json!({ "role": role, "from": school.today() });
    let done = |answer: Answer| assert_eq!(answer.status, 200, "{}", answer.text());
    done(by.post(&format!("{ann}/roles"), &role("safeguarding-lead")).await);
    let account = json!({ "issuer": provider.issuer(), "subject": COLLEAGUE });
    done(by.post(&format!("{ann}/accounts"), &account).await);
    let hers = Caller {
        token: Some(provider.token(COLLEAGUE, AUDIENCE).await),
        purpose: "safeguarding-check",
        ..by.clone()
    };
    let read = hers.get(&ann).await;
    assert_eq!(read.json()["roles"], json!(["safeguarding-lead"]), "{}", read.text());
    let own = by.post(&format!("/api/v1/practitioners/{themselves}/roles"), &role("teacher")).await;
    assert_eq!(own.problem(409)["code"], "ones-own");
    // What they are stands on the record: neither is more than that.
    let nursery = read.json()["agency"].as_str().unwrap().to_owned();
    hers.post(&format!("/api/v1/agencies/{nursery}/teams"), &json!({ "name": "Pastoral" }))
        .await
        .problem(403);
    let jo = format!("/api/v1/practitioners/{}/roles", school.practitioner.0);
    by.post(&jo, &role("teacher")).await.problem(403);
    let search = json!({ "search": { "given": "Robin", "family": "Example", "born": "2016-04-02" } });
    by.post("/api/v1/people/search", &search).await.problem(403);

    // An administrator whose role another ends is none from then on.
    done(by.post(&format!("{ann}/roles"), &role("administrator")).await);
    let theirs = Caller { purpose: "operation", ..hers };
    assert_eq!(theirs.post("/api/v1/practitioners", &register).await.status, 201);
    done(by.post(&format!("{ann}/roles/ending"), &role("administrator")).await);
    theirs.post("/api/v1/practitioners", &register).await.problem(403);
    let known = what_is_said_of_an_agencys_people_is_judged_as_its_own(&school).await;
    assert!(known.contains(&"practitioner.registered") && known.contains(&"account.linked"), "{known:?}");
    school.stop().await;
}

/// By rules that let nobody administer their own agency: which facts would not have come on record.
async fn what_is_said_of_an_agencys_people_is_judged_as_its_own(school: &School) -> Vec<&'static str> {
    let shipped = |file| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/policy");
        std::fs::read_to_string(format!("{folder}/{file}")).unwrap()
    };
    let own = r#"resource.relation == Relation::"own" && principal in Role::"administrator""#;
    let acting = shipped("acting.cedar");
    assert!(acting.contains(own));
    let rules = [shipped("disclosure.cedar"), acting.replace(own, &own.replace("own", "other"))];
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let changed = Policy::from_texts(&shipped("goldthread.cedarschema"), &rules).unwrap();
    let since = school.test.clock.now() - TimeDelta::hours(1);
    let run = dry_run(&school.test.app, &changed, since).await.unwrap();
    run.differences.iter().filter_map(|difference| difference.decided.fact).collect()
}
