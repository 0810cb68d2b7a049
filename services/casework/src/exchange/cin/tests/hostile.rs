//! Files that are not what they should be, by accident or by design: each its own error, early, in little
//! memory.

use super::*;

const HEADER: &str = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>\
    <ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><LEA>380</LEA><SerialNo>001</SerialNo></Source>\
    </Header>";
const TWO_GIGABYTES: u64 = 2 * 1024 * 1024 * 1024;

fn code(bytes: &[u8]) -> &'static str {
    surveyed(bytes).err().map_or("none", |error| error.code())
}

/// How a file of two gigabytes is refused, and after how many bytes.
fn endless(before: &str, again: &str) -> (&'static str, u64) {
    let mut file = Endless::new(before, again, TWO_GIGABYTES);
    let refused = survey(&mut file, weekdays_between).err().map_or("none", |error| error.code());
    (refused, file.at)
}

#[test]
fn each_other_kind_of_file_has_its_own_error() {
    assert_eq!(code(b""), "empty");
    assert_eq!(code(b"  \n "), "not_xml");
    assert_eq!(code(b"LAchildID,UPN\nX1,A & B <c\n"), "not_xml");
    assert_eq!(code(b"PK\x03\x04\x14\0\x06\0 <binary> &x;"), "not_xml");
    assert_eq!(code(b"<\0\0\0M\0\0\0"), "encoding");
    assert_eq!(code(fixture!("looked-after.xml")), "not_a_census_return");
    assert_eq!(code(fixture!("school-census.xml")), "other_collection");
    assert_eq!(code(b"<Message><Children/></Message>"), "no_header");
    assert_eq!(code(b"<Message><Header/></Message>"), "header");
}

#[test]
fn a_file_cut_short_anywhere_is_refused_whole() {
    assert_eq!(code(fixture!("cut-in-half.xml")), "cut_short");
    let end = SMALL.len() - "</Message>\n".len();
    let start = SMALL.windows(8).position(|window| window == b"<Message").unwrap() + 10;
    for cut in (start..end).step_by(37).chain([end]) {
        let error = surveyed(&SMALL[..cut]).expect_err("a cut file is not whole");
        assert!(matches!(error.code(), "cut_short" | "no_header"), "{cut}: {error}");
    }
}

#[test]
fn entities_of_a_file_s_own_are_refused() {
    assert_eq!(code(fixture!("laughs.xml")), "entity");
    let text = String::from_utf8_lossy(SMALL);
    assert_eq!(code(text.replacen("SML000001", "&who;", 1).as_bytes()), "entity");
    assert_eq!(
        code(text.replacen("<Message>", "<!DOCTYPE Message SYSTEM \"cin.dtd\"><Message>", 1).as_bytes()),
        "none"
    );
    let escaped = text.replacen("Invented", "A &amp; B &#38; C &lt;", 1);
    assert_eq!(surveyed(escaped.as_bytes()).unwrap().header.software_code.as_deref(), Some("A & B & C <"));
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_line() {
    let text = String::from_utf8_lossy(SMALL).replacen("</Ethnicity>", "</Ethnic>", 1);
    let error = surveyed(text.as_bytes()).expect_err("tags do not match");
    assert_eq!(
        error.to_string(),
        "line 32: not well-formed XML: a closing tag does not match the element it closes"
    );
    assert_eq!(code(&[SMALL, SMALL].concat()), "malformed");
    assert_eq!(code(&[SMALL, b"and more"].concat()), "malformed");
}

#[test]
fn two_gigabytes_of_anything_end_early() {
    let few = 1024 * 1024;
    let cases = [
        ("", "<a>", "not_a_census_return"),
        ("<Message>", "<a>", "too_deep"),
        (HEADER, "<Children>", "too_deep"),
        (HEADER, "x", "too_long"),
        ("<Message ", "x='1' ", "not_xml"),
        ("<!--", "-", "not_xml"),
        ("", "x", "not_xml"),
        ("", " ", "not_xml"),
    ];
    for (before, again, expected) in cases {
        let (refused, read) = endless(before, again);
        assert_eq!(refused, expected, "{before} {again}");
        assert!(read < few, "{before} {again}: {read}");
    }
    let one_child = format!("{HEADER}<Children><Child>");
    for again in
        ["<Sex>F</Sex>", "<CINdetails><ReferralNFA>1</ReferralNFA></CINdetails>", "<![CDATA[xxxxxxxx]]>"]
    {
        let (refused, read) = endless(&one_child, again);
        assert_eq!(refused, "child_too_large", "{again}");
        assert!(read < 4 * few, "{again}: {read}");
    }
}

#[test]
fn a_return_without_children_is_read_with_a_fault() {
    let empty = format!("{HEADER}<Children/></Message>");
    let survey = surveyed(empty.as_bytes()).unwrap();
    assert!(survey.faults.iter().any(|fault| fault.what == "holds no child"));
}
