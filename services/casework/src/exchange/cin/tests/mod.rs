//! The reader as its users meet it: whole files in, children and a survey out. Every file is one of the
//! invented returns.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Seek, SeekFrom};

use super::*;

mod hostile;
mod mutation;
mod rules_one_by_one;

pub(super) const SMALL: &[u8] = include_bytes!("../../../../../../tests/fixtures/cin/small.xml");
const DEMONSTRATION: &[u8] = include_bytes!("../../../../demo/cin-380-2026.xml");

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../../../../tests/fixtures/cin/", $name)).as_slice()
    };
}
pub(super) use fixture;

pub(super) fn surveyed(bytes: &[u8]) -> Result<Survey, Unreadable> {
    survey(&mut Cursor::new(bytes), weekdays_between)
}

pub(super) fn all(bytes: &[u8]) -> (Survey, Vec<ReadChild>) {
    let survey = surveyed(bytes).unwrap();
    let children = children(bytes, &survey.header, weekdays_between).collect::<Result<_, _>>().unwrap();
    (survey, children)
}

pub(super) fn counts_add_up(survey: &Survey, children: &[ReadChild]) -> bool {
    let mut answered = Counts::default();
    for read in children {
        read.child.iter().flat_map(Row::<Child>::heads).for_each(|head| answered.add(head.table));
        read.refused.iter().for_each(|refusal| answered.add(refusal.table));
    }
    answered == survey.read
}

fn refused(children: &[ReadChild]) -> Vec<&Refusal> {
    children.iter().flat_map(|read| &read.refused).collect()
}

#[test]
fn a_small_return_is_read_whole() {
    let (survey, children) = all(SMALL);
    assert_eq!(survey.header.lea, "381");
    assert_eq!(survey.header.report_key(), "cin/381/2026/042");
    assert_eq!(survey.header.made_at.map(|at| at.to_string()), Some("2026-05-05 09:30:00".into()));
    assert_eq!(survey.read.get(Table::Children), 6);
    assert_eq!(survey.refused.total(), 0);
    assert!(survey.unknown.is_empty(), "{:?}", survey.unknown);
    assert!(counts_add_up(&survey, &children));

    let first = children[0].child.as_ref().unwrap();
    assert_eq!(first.head.identity.reveal(), "cin/381/SML000001");
    assert_eq!(first.says.born.map(|day| day.to_string()), Some("2014-06-03".into()));
    let episode = &first.says.episodes[0];
    assert_eq!(episode.says.source.map(|entry| entry.label), Some("police"));
    assert_eq!(episode.head.identity.reveal(), "cin/381/SML000001/episode/2025-05-06");
    assert_eq!(episode.head.line, 37);
    assert_eq!(episode.says.no_further_action, Some(false));
    assert!(
        episode.says.plans[0]
            .head
            .identity
            .reveal()
            .starts_with("cin/381/SML000001/episode/2025-05-06/plan/")
    );
}

#[test]
fn a_clean_return_breaks_no_rule_of_a_row() {
    let (survey, _) = all(SMALL);
    assert!(survey.faults_of_rows.is_empty(), "{:?}", survey.faults_of_rows);
}

#[test]
fn the_same_return_in_other_software_s_habits_says_the_same() {
    let (small, _) = all(SMALL);
    let habits = [
        fixture!("windows.xml"),
        fixture!("utf-16.xml"),
        fixture!("namespaced.xml"),
        fixture!("day-first.xml"),
    ];
    for bytes in habits {
        let (survey, children) = all(bytes);
        assert_eq!(survey.content_sha256, small.content_sha256);
        assert_ne!(survey.file_sha256, small.file_sha256);
        assert_eq!(survey.read, small.read);
        assert!(counts_add_up(&survey, &children));
    }
}

#[test]
fn the_order_of_elements_changes_no_identity_and_no_content() {
    let rows = |bytes| {
        let (survey, children) = all(bytes);
        let heads = children.iter().flat_map(|read| read.child.iter()).flat_map(Row::<Child>::heads);
        let rows: BTreeSet<(String, Content)> =
            heads.map(|head| (head.identity.reveal().to_owned(), head.content)).collect();
        (survey.header.lea, rows)
    };
    assert_eq!(rows(fixture!("out-of-order.xml")), rows(SMALL));
}

#[test]
fn a_day_written_day_first_is_read_with_a_fault() {
    let (_, children) = all(fixture!("day-first.xml"));
    let child = children[0].child.as_ref().unwrap();
    let what = "is written day first, where CCYY-MM-DD is allowed";
    assert!(child.head.faults.iter().any(|fault| fault.what == what && fault.rule().is_none()));
}

#[test]
fn what_the_form_does_not_know_is_named_with_its_path() {
    let (survey, _) = all(fixture!("unknown-elements.xml"));
    let named: Vec<(&str, u64)> =
        survey.unknown.iter().map(|(path, count)| (path.as_str(), *count)).collect();
    assert_eq!(
        named,
        [
            ("Message/Checksum", 1),
            ("Message/Children/Child/CINdetails/EarlyHelpScore", 1),
            ("Message/Children/Child/SocialWorker", 3),
        ]
    );
}

#[test]
fn a_later_version_of_a_return_is_recognised_and_differs_only_where_it_differs() {
    let (first, before) = all(SMALL);
    let (second, after) = all(fixture!("superseding.xml"));
    assert_eq!(first.header.report_key(), second.header.report_key());
    assert_ne!(first.content_sha256, second.content_sha256);
    let heads = |children: &[ReadChild]| -> Vec<(String, Content)> {
        let heads = children.iter().flat_map(|read| read.child.iter()).flat_map(Row::<Child>::heads);
        heads.map(|head| (head.identity.reveal().to_owned(), head.content)).collect()
    };
    let (before, after) = (heads(&before), heads(&after));
    assert!(before.iter().map(|(identity, _)| identity).eq(after.iter().map(|(identity, _)| identity)));
    let changed = before.iter().zip(&after).filter(|(before, after)| before.1 != after.1).count();
    assert_eq!(changed, 2);
}

#[test]
fn the_form_of_2022_is_read_with_its_gender_codes() {
    let (survey, children) = all(fixture!("older-form.xml"));
    assert_eq!((survey.header.year, survey.header.lea.as_str()), (2022, "383"));
    assert_eq!(survey.header.software_code.as_deref(), Some("Other & Sons"));
    assert_eq!(survey.refused.total(), 0);
    assert!(survey.unknown.is_empty());
    assert!(children.iter().all(|read| read.child.as_ref().unwrap().says.sex.is_some()));
}

#[test]
fn the_pre_proceedings_block_is_read() {
    let (survey, children) = all(fixture!("pre-proceedings.xml"));
    assert_eq!(survey.read.get(Table::PreProceedings), 1);
    let row = &children[0].child.as_ref().unwrap().says.episodes[0].says.pre_proceedings[0];
    assert_eq!(row.says.court_application.map(|day| day.to_string()), Some("2026-12-18".into()));
    assert_eq!(row.says.review_meetings, Some(3));
    assert_eq!(row.says.outcome.map(|entry| entry.code), Some("B"));
    assert!(survey.unknown.is_empty());
}

/// What `make.py` plants, and five assessments that are simply late.
const PLANTED: &[(&str, u64)] = &[
    ("census-1510", 1),
    ("census-2885", 1),
    ("census-4220", 1),
    ("census-8525q", 1),
    ("census-8590", 1),
    ("census-8670q", 5),
    ("census-8805", 1),
    ("census-8841", 1),
    ("census-8869", 1),
    ("census-8873q", 1),
    ("census-8875", 1),
    ("census-8898", 1),
    ("reading-no-code", 1),
    ("reading-no-day", 1),
    ("reading-no-start", 1),
    ("reading-repeated-row", 1),
];

#[test]
fn the_demonstration_return_holds_its_planted_faults_and_no_others() {
    let (survey, children) = all(DEMONSTRATION);
    assert!((300..310).contains(&survey.read.get(Table::Children)));
    assert!(counts_add_up(&survey, &children));
    assert_eq!(survey.unknown.keys().collect::<Vec<_>>(), ["Message/Children/Child/SocialWorkerTeam"]);
    let found: Vec<(String, u64)> =
        survey.faults_of_rows.iter().map(|(wrong, count)| (wrong.to_string(), *count)).collect();
    let found: Vec<(&str, u64)> = found.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    assert_eq!(found, PLANTED);
    let reasons: BTreeSet<&str> = refused(&children).iter().map(|refusal| refusal.reason).collect();
    assert!(reasons.contains("`CINreferralDate` is missing or no day that exists (rule 8600)"));
}

#[test]
fn a_child_nobody_can_name_is_refused_with_all_its_rows() {
    let text = String::from_utf8_lossy(SMALL).replacen("<LAchildID>SML000001</LAchildID>", "<LAchildID/>", 1);
    let (survey, children) = all(text.as_bytes());
    assert!(children[0].child.is_none());
    let first = &children[0].refused[0];
    assert_eq!((first.table, first.ordinal, first.line), (Table::Children, 1, 24));
    assert!(first.reason.contains("8500"));
    assert!(children[0].refused.len() > 5);
    assert!(counts_add_up(&survey, &children));
}

#[test]
fn a_value_that_cannot_be_understood_is_kept_word_for_word() {
    let text = String::from_utf8_lossy(SMALL).replacen("<Ethnicity>WBRI</", "<Ethnicity>Martian</", 1);
    let (_, children) = all(text.as_bytes());
    let child = children[0].child.as_ref().unwrap();
    assert!(child.says.ethnicity.is_none());
    assert_eq!(child.head.as_written[0].text.reveal(), "Martian");
    assert!(child.head.faults.iter().any(|fault| fault.rule() == Some("4220")));
}

#[test]
fn a_row_told_twice_has_one_identity() {
    let whole = String::from_utf8_lossy(SMALL).into_owned();
    let start = whole.find("    <Assessments>").unwrap();
    let end = whole.find("</Assessments>").unwrap() + "</Assessments>".len();
    let doubled = format!("{}{}{}", &whole[..end], &whole[start..end], &whole[end..]);
    let (survey, children) = all(doubled.as_bytes());
    let assessments = &children[0].child.as_ref().unwrap().says.episodes[0].says.assessments;
    assert_eq!(assessments.len(), 2);
    assert_eq!(assessments[0].head.identity, assessments[1].head.identity);
    assert!(assessments[1].head.faults.iter().any(|fault| fault.what.contains("word for word")));
    assert!(counts_add_up(&survey, &children));
}

#[test]
fn identities_and_contents_never_change_since_they_are_stored() {
    let (_, children) = all(SMALL);
    let heads = children[0].child.as_ref().unwrap().heads();
    let stored: Vec<(&str, String)> = heads
        .iter()
        .take(3)
        .map(|head| (head.identity.reveal(), head.content.to_hex()[..16].to_owned()))
        .collect();
    assert_eq!(
        stored,
        [
            ("cin/381/SML000001", "8ce5bd05a3e6aa54".to_owned()),
            ("cin/381/SML000001/disability/NONE", "bf9a1ff79a3982af".to_owned()),
            ("cin/381/SML000001/episode/2025-05-06", "e11f64497500724c".to_owned()),
        ]
    );
}

#[test]
fn a_child_told_twice_is_one_child_with_the_same_rows() {
    let text = String::from_utf8_lossy(SMALL);
    let end = text.find("</Child>").unwrap() + "</Child>".len();
    let child = &text[text.find("<Child>").unwrap()..end];
    let (survey, children) = all(format!("{}{child}{}", &text[..end], &text[end..]).as_bytes());
    let rows = |at: usize| -> Vec<(Identity, Content)> {
        let heads = children[at].child.as_ref().unwrap().heads();
        heads.iter().map(|head| (head.identity.clone(), head.content)).collect()
    };
    assert!(rows(0) == rows(1));
    assert_eq!(survey.faults_of_rows.get(&Wrong::Census("8510")), Some(&1));
}

#[test]
fn words_for_nothing_are_nothing() {
    let text = String::from_utf8_lossy(SMALL).replacen("<Ethnicity>WBRI</", "<Ethnicity>NULL</", 1);
    let (_, children) = all(text.as_bytes());
    let head = &children[0].child.as_ref().unwrap().head;
    assert!(head.as_written.is_empty());
    assert!(head.faults.iter().any(|fault| fault.wrong == Wrong::Reading("placeholder")));
}

#[test]
fn children_are_found_without_the_group_around_them() {
    let text = String::from_utf8_lossy(SMALL).replace("<Children>", "").replace("</Children>", "");
    assert_eq!(all(text.as_bytes()).0.read, all(SMALL).0.read);
}

#[test]
fn a_reading_can_be_handed_to_another_thread() {
    fn handed<T: Send>(_: &T) {}
    let (survey, read) = all(SMALL);
    handed(&survey);
    handed(&read);
    handed(&children(SMALL, &survey.header, weekdays_between));
}

#[test]
fn reviews_are_read_from_one_group_or_several_or_none() {
    let plan = |reviews: &str| {
        let text = String::from_utf8_lossy(SMALL).into_owned();
        let (before, rest) = text.split_once("     <Reviews>").unwrap();
        let (_, after) = rest.split_once("</Reviews>").unwrap();
        let (_, children) = all(format!("{before}{reviews}{after}").as_bytes());
        let plan = &children[0].child.as_ref().unwrap().says.episodes[0].says.plans[0];
        plan.says.reviews.iter().map(|row| row.says.held.to_string()).collect::<Vec<_>>()
    };
    let (one, two) =
        ("<CPPreviewDate>2025-10-01</CPPreviewDate>", "<CPPreviewDate>2026-03-02</CPPreviewDate>");
    let days = ["2025-10-01", "2026-03-02"];
    assert_eq!(plan(&format!("<Reviews>{one}{two}</Reviews>")), days);
    assert_eq!(plan(&format!("<Reviews>{one}</Reviews><Reviews>{two}</Reviews>")), days);
    assert_eq!(plan(&format!("{one}{two}")), days);
}

#[test]
fn a_fault_never_repeats_a_value_of_the_file() {
    let canary = "CANARY";
    let mut text = String::from_utf8_lossy(SMALL).into_owned();
    for value in ["WBRI", "NEG", "EMO", "2025-05-06", "SML000001", "false", "UN1"] {
        text = text.replace(&format!(">{value}<"), &format!(">{canary}<"));
    }
    let (survey, children) = all(text.as_bytes());
    let told = serde_json::to_string(&survey).unwrap();
    assert!(!told.contains(canary));
    for read in &children {
        assert!(!format!("{:?}", read.refused).contains(canary));
        for head in read.child.iter().flat_map(Row::<Child>::heads) {
            assert!(!format!("{head:?}").contains(canary));
        }
    }
}

/// The community's random return and the clean one, when they are at hand.
#[test]
fn returns_made_by_others_go_in_whole() {
    let others = std::env::var_os("GOLDTHREAD_CIN_SAMPLES").into_iter();
    for folder in others {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "xml") {
                let bytes = std::fs::read(&path).unwrap();
                let (survey, children) = all(&bytes);
                assert!(counts_add_up(&survey, &children), "{}", path.display());
                assert_eq!(survey.refused.total(), 0, "{}", path.display());
            }
        }
    }
}

/// A file of any size, made while it is read: what is before, one piece over and over, what is after.
pub(super) struct Endless {
    before: Vec<u8>,
    again: Vec<u8>,
    size: u64,
    at: u64,
}

impl Endless {
    pub(super) fn new(before: &str, again: &str, size: u64) -> Self {
        Self { before: before.into(), again: again.into(), size, at: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut written = 0;
        for byte in out.iter_mut() {
            if self.at >= self.size {
                break;
            }
            let at = usize::try_from(self.at).unwrap();
            let early = self.before.get(at).copied();
            *byte = early.unwrap_or_else(|| self.again[(at - self.before.len()) % self.again.len()]);
            self.at += 1;
            written += 1;
        }
        Ok(written)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        assert_eq!(to, SeekFrom::Start(0));
        self.at = 0;
        Ok(0)
    }
}
