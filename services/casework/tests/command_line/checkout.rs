//! A checkout from its first command: whatever is typed before the first `make run` works or says what to do, and a
//! demonstration never begins on somebody's own record.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use casework::postgres::Place;

use super::{Folder, fixture, goldthread, printed};

const NOT_A_DEMONSTRATION: &str = "this node is not one; serve it with `--demonstration` first";

/// A folder that commands are typed in; its private cluster goes with it.
pub struct Checkout(Folder);

impl Checkout {
    pub fn new() -> Self {
        Self(Folder::fresh())
    }

    pub fn folder(&self) -> &Folder {
        &self.0
    }

    pub fn type_in(&self, arguments: &[&str]) -> std::process::Output {
        goldthread(&self.0).args(arguments).output().unwrap()
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.type_in(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// As `make run` does, on a free port.
    pub fn serve(&self) -> Serving {
        let mut node = goldthread(&self.0);
        node.args(["serve", "--demonstration", "--children", "10", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped());
        let mut node = node.spawn().unwrap();
        let mut said = BufReader::new(node.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut all = Vec::new();
        let url = said.find_map(|line| {
            let url = line.strip_prefix("goldthread: answering at ").map(str::to_owned);
            all.push(line);
            url
        });
        let Some(url) = url else { unreachable!("the node did not answer: {}", all.join("\n")) };
        // Nobody must wait for room to say something.
        std::thread::spawn(move || said.for_each(drop));
        Serving { node, url }
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // Root's private clusters are not in anybody's home.
        if let Ok(place) = Place::of_checkout(self.0.path()) {
            let _ = std::fs::remove_dir_all(place.root());
        }
    }
}

/// A node that answers.
pub struct Serving {
    node: Child,
    pub url: String,
}

impl Serving {
    /// As Ctrl-C does.
    fn interrupt(mut self) -> bool {
        let pid = self.node.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.node.wait().unwrap().success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

#[test]
fn commands_typed_before_the_first_run_say_what_to_do_and_the_run_then_works() {
    let checkout = Checkout::new();
    let said = checkout.fails(&["token", "school"]);
    assert!(said.contains(NOT_A_DEMONSTRATION), "{said}");
    printed(&checkout.type_in(&["projections", "list"]));
    printed(&checkout.type_in(&["verify", "log", "record"]));

    let serving = checkout.serve();
    let token = printed(&checkout.type_in(&["token", "front-door"]));
    let asked = |arguments: &[&str]| {
        let mut typed = goldthread(&checkout.0);
        typed.args(arguments).env("GOLDTHREAD_TOKEN", token.trim()).env("GOLDTHREAD_URL", &serving.url);
        typed.output().unwrap()
    };
    let enquire =
        |number| asked(&["enquire", "--nhs-number", number, "--reason", "A neighbour heard shouting"]);
    assert!(printed(&enquire("9990000018")).contains("01632"), "whom to ring");
    let wrong = enquire("9990000019");
    assert!(!wrong.status.success());
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("nhs-number") && said.contains("check digit"), "{said}");
    assert!(!said.contains("9990000019"), "{said}");
    let as_somebody = |persona: &str, arguments: &[&str]| {
        let token = printed(&checkout.type_in(&["token", persona]));
        let mut typed = goldthread(&checkout.0);
        typed.args(arguments).env("GOLDTHREAD_TOKEN", token.trim()).env("GOLDTHREAD_URL", &serving.url);
        printed(&typed.output().unwrap())
    };
    let found = as_somebody("front-door", &["people", "search", "--given", "Tily", "--family", "Marsch"]);
    let tilly = found.lines().next().unwrap();
    assert!(found.contains("Tilly Marsh"), "{found}");
    let alerts = ["linkage", "alerts", "--purpose", "referral-consideration"];
    assert!(as_somebody("front-door", &alerts).contains("open"), "what adds up");
    let measures = ["management", "measures", "show", "--purpose", "allocated-work"];
    assert!(as_somebody("manager", &measures).contains("Referrals"), "what is counted");
    let looks = as_somebody("auditor", &["access", "looks", tilly, "--purpose", "audit"]);
    assert!(looks.contains("search-people for safeguarding-check, shown"), "{looks}");
    assert!(serving.interrupt(), "Ctrl-C is no failure");
    // Its data is there, and what is there is a demonstration's.
    printed(&checkout.type_in(&["token", "school"]));
    printed(&checkout.type_in(&["verify", "log", "record"]));
}

#[test]
fn a_demonstration_never_begins_on_a_record_that_is_somebodys_own() {
    let checkout = Checkout::new();
    let small = fixture("small.xml");
    printed(&checkout.type_in(&["import", "cin", small.to_str().unwrap()]));
    let said = checkout.fails(&["serve", "--demonstration", "--children", "10", "--listen", "127.0.0.1:0"]);
    assert!(
        said.contains("this record was not begun by a demonstration, and nothing was added to it"),
        "{said}"
    );
    assert!(said.contains("in another checkout or over another database"), "{said}");
    // Having tried makes it no demonstration: nobody gets in by a token that proves nothing.
    let said = checkout.fails(&["token", "school"]);
    assert!(said.contains(NOT_A_DEMONSTRATION), "{said}");
    printed(&checkout.type_in(&["verify", "log", "record"]));
}
