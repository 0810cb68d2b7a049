//! Who is responsible for a child is rung first, wherever the child is.

use serde_json::json;

use crate::Api;
use crate::cases::done;

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_names_the_responsible_authority_first() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let referral = json!({ "child": child, "authority": "383", "on": "2026-02-02", "source": "2A" });
    done(&door, "/api/v1/cases", referral).await;
    let path = format!("/api/v1/people/{child}/authorities");
    for (duty, authority, from) in
        [("school", "381", "2025-09-01"), ("area", "383", "2025-06-01"), ("responsible", "384", "2025-01-01")]
    {
        let said = json!({ "duty": duty, "authority": authority, "occurred": from, "source": { "basis": "document" } });
        done(&door, &path, said).await;
    }
    let ask = json!({ "search": { "person": child }, "reason": "At the department with a broken arm." });
    let answered = door.post("/api/v1/enquiries", &ask).await.json();
    let answer = &answered["answers"][0];
    let rung: Vec<_> =
        answer["responsible"].as_array().unwrap().iter().map(|door| door["authority"].clone()).collect();
    assert_eq!(rung, ["384", "383", "381"], "{answered}");
    assert_eq!(
        answer["authorities"][0],
        json!({ "duty": "responsible", "authority": "384", "since": "2025-01-01" })
    );
    let then = format!("/api/v1/people/{child}/status?as_it_was_at=2025-03-01");
    let then = door.get(&then).await.json();
    assert_eq!(
        then["authorities"],
        json!([{ "duty": "responsible", "authority": "384", "since": "2025-01-01" }])
    );
}
