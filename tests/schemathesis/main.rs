//! The API held to its own description by a tool that others wrote: Schemathesis makes requests of every operation,
//! good and bad ones, and looks at each answer.
//!
//! Python is needed; as root on Debian it is installed. Where it cannot be had, one line says what is missing and this
//! is left out, unless `SCHEMATHESIS=required`.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use casework::api;
use casework::visitor::Visitor;
use event_store::EventStore as _;
use serde_json::{Value, json};
use system_tests::http::{Caller, Served};
use system_tests::{TestApp, machine};

/// The same requests every time.
const SEED: &str = "20260310";
const EXAMPLES: &str = "5";
/// That whatever has the form the description gives is also taken. It says the form of a date, not that there is no 30
/// February; that an episode is one of this case, nobody's form says. What is not taken is answered 422, naming the field.
const LEFT_OUT: &str = "positive_data_acceptance";

/// Schemathesis, where it can be had.
fn schemathesis() -> Option<PathBuf> {
    static PLACE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PLACE.get_or_init(|| machine::python("schemathesis")) {
        Ok(programs) => Some(programs.join("schemathesis")),
        Err(missing) => {
            assert!(std::env::var_os("SCHEMATHESIS").is_none(), "Schemathesis cannot be run: {missing}");
            eprintln!("the API was NOT held to its description by Schemathesis: {missing}");
            None
        }
    }
}

/// A child with a little on record, so that some requests are answered.
struct Node {
    test: TestApp,
    served: Served,
    ids: Vec<(&'static str, String)>,
}

impl Node {
    async fn start() -> Self {
        let test = TestApp::start().await;
        let served = Served::start(&test.app).await;
        let door = served.caller(&test.front_door(), "referral-consideration");
        let child = json!({
            "kind": "born",
            "assertions": [{ "name": { "given": "Robin", "family": "Example", "use": "usual" } }, { "birth": "2016-04-02" }],
            "source": { "basis": "told" },
        });
        let child = made(&door, "/api/v1/people", child).await;
        let contact = json!({
            "authority": "383", "people": [{ "person": child, "role": "subject" }],
            "concerns": [{ "kind": "neglect" }], "method": "telephone", "account": "What was told.",
        });
        let contact = made(&door, "/api/v1/contacts", contact).await;
        let referral = json!({ "child": child, "authority": "383", "on": "2026-03-09", "source": "2A" });
        let case = made(&door, "/api/v1/cases", referral).await;
        let ids = vec![("people", child), ("contacts", contact), ("cases", case)];
        Self { test, served, ids }
    }

    /// Runs it as somebody, or as nobody; what it said when it found fault.
    async fn run(
        &self,
        program: PathBuf,
        who: Option<(&Visitor, &'static str)>,
        name: &str,
    ) -> Result<(), String> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("schemathesis.toml"), self.settings()).unwrap();
        let mut run = Command::new(program);
        run.current_dir(&folder).env("PYTHONDONTWRITEBYTECODE", "1");
        run.args(["--config-file", "schemathesis.toml", "run", "--no-color"]);
        run.args(["--seed", SEED, "--max-examples", EXAMPLES, "--no-shrink", "--output-truncate", "true"]);
        run.args(["--exclude-checks", LEFT_OUT]);
        run.args([
            "--phases",
            "examples,coverage,fuzzing",
            "--request-timeout",
            "20",
            "--continue-on-failure",
        ]);
        if let Some((visitor, purpose)) = who {
            let Caller { token, .. } = self.served.caller(visitor, purpose);
            run.args(["--header", &format!("Authorization: Bearer {}", token.unwrap())]);
        }
        run.arg(format!("http://{}/api/openapi.json", self.served.address()));
        let output = tokio::task::spawn_blocking(move || run.output()).await.unwrap().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        std::fs::write(folder.join("said.txt"), &said).unwrap();
        if output.status.success() { Ok(()) } else { Err(said) }
    }

    /// Real ids where there are any.
    fn settings(&self) -> String {
        let of = |(kind, id): &(&str, String)| {
            format!(
                "[[operations]]\ninclude-path-regex = \"^/api/v1/{kind}/\"\nparameters = {{ \"path.id\" = \"{id}\" }}\n"
            )
        };
        self.ids.iter().map(of).collect()
    }
}

async fn made(caller: &Caller, path: &str, body: Value) -> String {
    caller.post(path, &body).await.id().to_string()
}

/// What was answered, by the node's own count: routes of the API with the statuses they answered.
async fn answered(served: &Served) -> BTreeSet<(String, u16)> {
    let metrics = served.nobody().get("/metrics").await.text();
    let label = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("{name}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let counts =
        metrics.lines().filter(|line| line.starts_with("http_server_request_duration_seconds_count"));
    counts
        .filter_map(|line| {
            Some((label(line, "http_route")?, label(line, "http_response_status_code")?.parse().ok()?))
        })
        .filter(|(route, _)| route.starts_with(api::ROOT))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_either_of_two_roles_is_one_that_the_description_allows() {
    let Some(program) = schemathesis() else { return };
    let node = Node::start().await;
    let (door, manager) = (node.test.front_door(), node.test.team_manager());
    for (name, visitor, purpose) in
        [("front-door", door, "referral-consideration"), ("team-manager", manager, "allocated-work")]
    {
        let ran = node.run(program.clone(), Some((&visitor, purpose)), name).await;
        assert!(ran.is_ok(), "{}", ran.unwrap_err());
    }
    let answered = answered(&node.served).await;
    let of = |wanted: u16| answered.iter().filter(|(_, status)| *status == wanted).count();
    assert!(
        of(200) + of(201) > 20 && of(404) > 20 && of(422) > 20,
        "hardly anything was asked: {answered:?}"
    );
    node.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_to_whoever_does_not_say_who_they_are() {
    let Some(program) = schemathesis() else { return };
    let node = Node::start().await;
    let (record, looks) =
        (node.test.app.record.head().await.unwrap(), node.test.app.access.head().await.unwrap());
    // Another server over the same service has counted nothing yet.
    let node = Node { served: Served::start(&node.test.app).await, ..node };
    let ran = node.run(program, None, "nobody").await;
    assert!(ran.is_ok(), "{}", ran.unwrap_err());
    let answered = answered(&node.served).await;
    let others = answered.iter().filter(|(_, status)| !matches!(status, 401 | 404 | 405)).collect::<Vec<_>>();
    assert!(answered.iter().filter(|(_, status)| *status == 401).count() > 60, "{answered:?}");
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(node.test.app.record.head().await.unwrap().position, record.position);
    assert_eq!(node.test.app.access.head().await.unwrap().position, looks.position);
    node.served.stop().await;
}
