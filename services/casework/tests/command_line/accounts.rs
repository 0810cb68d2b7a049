//! Whose an account is, said by the node's operator.

use super::{Database, printed, refused};

const NOBODY: &str = "00000000-0000-8000-8000-00000000bad1";
const SUBJECT: &str = "b.hartley-7731";

#[test]
fn what_cannot_be_taken_is_named_with_what_is_allowed_and_the_subject_is_not_repeated() {
    let database = Database::fresh();
    let issuers = r#"{ "issuers": [{ "issuer": "https://id.example/all", "audience": "urn:goldthread" }] }"#;
    let issuers = database.folder().file("issuers.json", issuers.as_bytes());
    printed(&database.goldthread().arg("migrate").output().unwrap());
    let link = |issuer: &str, subject: &str| {
        let mut typed = database.goldthread();
        typed.args(["account", "link", "--issuer", issuer, "--subject", subject, "--practitioner", NOBODY]);
        let said = refused(&typed.env("ISSUERS_FILE", &issuers).output().unwrap());
        assert!(!said.contains(SUBJECT), "{said}");
        said
    };
    let said = link("https://id.example/none", SUBJECT);
    assert!(said.contains("`issuer` must be one of the file of issuers, letter by letter"), "{said}");
    let said = link("https://id.example/all", SUBJECT);
    assert!(said.contains("`practitioner` must be somebody who is registered here"), "{said}");
    let said = link("", "");
    assert!(said.contains("`issuer` must not be empty; `subject` must be what the issuer calls"), "{said}");
}
