//! `goldthread import cin` of everything that is not a whole census return: told in one line, and nothing is written.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Database, clean, fixture, printed, refused};

const TWO_GIGABYTES: u64 = 2 * 1024 * 1024 * 1024;
/// A tenth of the file, in kilobytes.
const MEMORY_KILOBYTES: u64 = 1024 * 1024;
/// Long for one megabyte on a busy machine, short for two thousand.
const SOON: Duration = Duration::from_secs(60);
const HEADER: &str = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>\
    <ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><LEA>380</LEA><SerialNo>001</SerialNo></Source>\
    </Header>";
/// What an archive with nothing in it holds.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

fn import(database: &Database, file: &Path) -> String {
    refused(&database.goldthread().args(["import", "cin"]).arg(file).output().unwrap())
}

#[test]
fn what_is_not_a_whole_return_is_told_in_one_line_and_nothing_is_written() {
    let database = Database::fresh();
    let folder = database.folder();
    printed(&database.goldthread().arg("migrate").output().unwrap());
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
    let narrow = std::fs::read_to_string(fixture("small.xml")).unwrap();
    let wide: Vec<u8> = narrow.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
    for (file, expected) in [
        (folder.path().join("absent.xml"), "cannot be opened: No such file"),
        (folder.path().to_path_buf(), "is a folder, a pipe or a device; give an XML file that is on disk"),
        // Nobody ever writes into it: waiting for that would be waiting for ever.
        (folder.path().join("pipe"), "is a folder, a pipe or a device"),
        (folder.file("empty.xml", b""), "the file is empty; a census return is an XML document"),
        (folder.file("return.zip", EMPTY_ZIP), "the file is not XML; a census return is"),
        (
            folder.file("ssda903.csv", b"CHILD,SEX,DOB,ETHNIC,UPN\n1,2,30/04/2012,WBRI,\n"),
            "the file is not XML",
        ),
        (folder.file("wide.xml", &wide), "in UTF-32; a census return is in UTF-8 (UTF-16 is read too)"),
        (fixture("looked-after.xml"), "not a census return: the outermost element is"),
        (fixture("school-census.xml"), "not a Children in Need return: `Collection` must be `CIN`"),
        (fixture("cut-in-half.xml"), "it was cut short"),
        (fixture("laughs.xml"), "only the five entities of XML itself are allowed"),
    ] {
        let said = import(&database, &file);
        assert!(said.contains(expected), "{}: {said}", file.display());
        assert!(!said.contains("SML0"), "a value of the file is repeated: {said}");
    }
    let told =
        database.goldthread().args(["--json", "import", "cin"]).arg(fixture("cut-in-half.xml")).output();
    let told = told.unwrap();
    assert_eq!(told.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert!(told["error"].as_str().unwrap().contains("cut short"), "{told}");
    assert_eq!(database.events(), 0);
}

#[test]
fn two_gigabytes_of_nested_elements_end_early_and_in_little_memory() {
    let database = Database::fresh();
    printed(&database.goldthread().arg("migrate").output().unwrap());
    for (name, before, again, expected) in [
        ("message.xml", "<Message>", "<a>", "elements may be nested"),
        ("children.xml", HEADER, "<Children>", "elements may be nested"),
        ("child.xml", HEADER, "<Children><Child>", "elements may be nested"),
        ("one-tag.xml", "<Message ", "x='1' ", "the file is not XML"),
    ] {
        let path = database.folder().path().join(name);
        let mut file = File::create(&path).unwrap();
        file.write_all(before.as_bytes()).unwrap();
        file.write_all(again.repeat(4 * 1024 * 1024 / again.len()).as_bytes()).unwrap();
        // The rest is a hole: as long as the real thing, and no burden on the disk of whoever runs the tests.
        file.set_len(TWO_GIGABYTES).unwrap();
        let mut bounded = Command::new("sh");
        bounded.arg("-c").arg(format!("ulimit -v {MEMORY_KILOBYTES} && exec \"$@\"")).arg("sh");
        bounded.arg(env!("CARGO_BIN_EXE_goldthread")).args(["import", "cin"]).arg(&path);
        let mut bounded = database.over_this(clean(bounded, database.folder()));
        // Each thread's arena counts as memory long before anything is in it.
        bounded.env("MALLOC_ARENA_MAX", "1");
        let begun = Instant::now();
        let said = refused(&bounded.output().unwrap());
        assert!(begun.elapsed() < SOON, "{name}: {:?}", begun.elapsed());
        assert!(said.contains(expected), "{name}: {said}");
    }
    assert_eq!(database.events(), 0);
}

#[test]
fn a_return_saved_as_utf_16_goes_in_and_a_second_time_adds_nothing() {
    let database = Database::fresh();
    let first = database.goldthread().args(["--json", "import", "cin"]).arg(fixture("utf-16.xml")).output();
    let report: serde_json::Value = serde_json::from_str(&printed(&first.unwrap())).unwrap();
    let events = database.events();
    assert!(events > 6, "{report}");
    printed(&database.goldthread().args(["import", "cin"]).arg(fixture("utf-16.xml")).output().unwrap());
    assert_eq!(database.events(), events);
}
