//! No page speaks of a child protection register or of key workers, which there have not been for many years: a child has
//! a plan, and a lead practitioner. The glossary alone explains the older words. What is registered here is an agency,
//! somebody of one, or a number.

use std::path::Path;

const OLDER: [&str; 9] = [
    "registration",
    "deregister",
    "de-register",
    "on the register",
    "protection register",
    "at-risk register",
    "key worker",
    "key-worker",
    "keyworker",
];

/// In which "registered" is said of agencies, of those at work in them and of their numbers; and in codes.
const OF_AGENCIES: [&str; 5] = [
    "not registered",
    "is registered here",
    "for the night is registered",
    "has registered no number",
    "not-registered",
];

/// # Panics
/// At the first older word.
pub fn are_none_in(said: &str) {
    let said = said.to_lowercase();
    for older in OLDER {
        assert!(!said.contains(older), "“{older}” in: {said}");
    }
    let rest = OF_AGENCIES.iter().fold(said.clone(), |rest, known| rest.replace(known, ""));
    assert!(!rest.contains("registered"), "“registered”, and of no agency, in: {said}");
}

/// What a line of a program says: between its quotation marks.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    let code = line.trim_start();
    // Nobody reads remarks on a page.
    let said = if code.starts_with("//") { "" } else { code };
    said.split('"').skip(1).step_by(2)
}

fn each_file(folder: &Path, take: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { each_file(&path, take) } else { take(&path) }
    }
}

#[test]
fn no_template_and_no_word_of_a_page_is_an_older_one() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for folder in ["templates", "src/web", "src/enquire", "../../domain/src/case"] {
        each_file(&here.join(folder), &mut |path| {
            let text = std::fs::read_to_string(path).unwrap();
            read += 1;
            match path.extension().and_then(std::ffi::OsStr::to_str) {
                Some("rs") if path.ends_with("older_words.rs") => {}
                Some("rs") => text.lines().flat_map(literals).for_each(are_none_in),
                _ => are_none_in(&text),
            }
        });
    }
    assert!(read > 100, "{read}");
}

#[test]
fn an_older_word_is_found_out() {
    are_none_in("An agency not registered here. No number is registered here.");
    for older in
        ["Their Key Worker rings.", "Registered since 1999", "Date of registration", "On the register"]
    {
        assert!(std::panic::catch_unwind(|| are_none_in(older)).is_err(), "{older}");
    }
    let line = "    said(\"key worker\", \"x\"); // remark";
    assert_eq!(literals(line).collect::<Vec<_>>(), ["key worker", "x"]);
    assert_eq!(literals("// \"key worker\"").count(), 0);
}
