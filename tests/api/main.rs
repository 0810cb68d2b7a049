//! The API as its callers meet it: a real server, real connections, every kind of answer.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod addresses;
mod authorities;
mod cases;
mod casework;
mod contacts;
mod description;
mod directory;
mod emergency;
mod forms;
mod full;
mod live;
mod lost;
mod measures;
mod missing;
mod moving;
mod operation;
mod overload;
mod parts;
mod problems;
mod proofs;
mod provisioning;
mod reviews;
mod search;
mod slow;
mod telling;
mod unborn;

use serde_json::{Value, json};
use system_tests::http::{Caller, Served};
use system_tests::{TestApp, app};
use uuid::Uuid;

/// The service with a server in front of it.
pub struct Api {
    pub test: TestApp,
    pub served: Served,
}

impl Api {
    pub async fn start() -> Self {
        let test = TestApp::start().await;
        test.app.engine.ready().await;
        let served = Served::start(&test.app).await;
        Self { test, served }
    }

    pub fn front_door(&self) -> Caller {
        self.served.caller(&self.test.front_door(), "referral-consideration")
    }

    /// A child opened over the API.
    pub async fn child(&self, caller: &Caller, family: &str) -> Uuid {
        let body = json!({
            "kind": "born",
            "assertions": [
                { "name": { "given": "Robin", "family": family, "use": "usual" } },
                { "birth": "2016-04-02" },
            ],
            "source": { "basis": "told" },
        });
        caller.post("/api/v1/people", &body).await.id()
    }
}

/// Something told about a child.
pub fn contact(child: Uuid, account: &str) -> Value {
    json!({
        "authority": app::AUTHORITY,
        "people": [{ "person": child, "role": "subject", "age": 9 }],
        "concerns": [{ "kind": "neglect" }],
        "method": "telephone",
        "account": account,
    })
}
