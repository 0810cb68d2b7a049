//! A page of the past shows a reader no more than the present page would.
//!
//! Whatever time is looked back to, as the record knew it or as it was by what is known today, what a reader may be told
//! is judged by how things are today. Exactly, for every reader, purpose and moment, over random histories of contacts,
//! assertions, cases, ties, restrictions, corrections and erasures:
//!
//! 1. A page that is closed today is closed for every moment, and one that is open tells as much of a record
//!    (`disclosure`) as today's page does; less than *status* tells no case, less than *progress* none of what a status
//!    withholds. No status is made up of what 3. leaves out.
//! 2. An entry of the past page that nobody corrected is on today's page, and both say the same.
//! 3. An entry that was corrected since may be seen as it was recorded then:
//!    - amended, if it is on today's page;
//!    - withdrawn, if the record it stood on last is this one, and open today;
//!    - moved to another record, if the reader is shown it there today. It is nowhere else.
//! 4. Who told a contact that today is told in confidence is in no entry of the past, however openly it was told then:
//!    by whom, how, at what time of day, whose entry it is. Nor is it on the page of the one who told.
//! 5. Nobody is named in an entry of the past who is not named to this reader today, or of whom they may not know today
//!    how that person stands.
//! 6. No word of an account, a name or an address is in a page of the past and in no page of today, who somebody was then
//!    included; what was erased is in neither.
//! 7. An enquiry that was made is told in the past only if it is told today. An answer heard again under its key tells
//!    as much as today's answer would.
//! 8. A page at a browser shows no more than the API answers: see [`shown`].
//! 9. The children behind a figure of the past are those whom the reader may know today.
//!
//! Left out: what a figure counted at a moment: as many as the record had then, whatever became of them.

mod cast;
mod history;
mod judging;
mod ledger;
mod pages;
mod plan;
mod shown;

pub use judging::OF_PROGRESS;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use casework::visitor::Visitor;
use chrono::{DateTime, SecondsFormat, Utc};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

use self::cast::Cast;
use self::history::History;
use self::judging::{Judging, Reader};
use self::pages::{Pages, Past, then, todays};
use self::plan::{Step, any_plan};
use self::shown::Shown;
use crate::partnership::*;

/// Histories that are tried, and how often one that fails is tried again with less in it.
const CASES: u32 = 6;
const SHRINKS: u32 = 40;
#[test]
fn no_page_of_the_past_shows_a_reader_more_than_the_present_page_would() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (all, cast) = runtime.block_on(async {
        let all = Partnership::start().await;
        let cast = Cast::of(&all);
        (all, cast)
    });
    let tally = Tally::default();
    let config =
        Config { cases: CASES, max_shrink_iters: SHRINKS, failure_persistence: None, ..Config::default() };
    let held = TestRunner::new(config).run(&any_plan(), |plan| {
        runtime.block_on(holds(&all, &cast, &plan, &tally)).map_err(TestCaseError::fail)
    });
    runtime.block_on(all.stop());
    if let Err(failure) = held {
        panic!("{failure}");
    }
    let tried = [&tally.open, &tally.closed, &tally.corrected, &tally.confided, &tally.shown];
    assert!(tried.iter().all(|what| what.load(Ordering::Relaxed) > 0), "too little was tried: {tally:?}");
}

/// What there was to be judged: histories in which nothing is corrected or closed prove nothing.
#[derive(Default, Debug)]
struct Tally {
    open: AtomicUsize,
    closed: AtomicUsize,
    corrected: AtomicUsize,
    confided: AtomicUsize,
    /// Entries on the stories of a moment, as they are shown at a browser.
    shown: AtomicUsize,
}

fn count(what: &AtomicUsize) {
    what.fetch_add(1, Ordering::Relaxed);
}

async fn holds(all: &Partnership, cast: &Cast, plan: &[Step], tally: &Tally) -> Result<(), String> {
    let history = History::told(all, cast, plan).await;
    all.settled().await;
    let judged = judge(all, cast, &history, tally).await;
    judged.map_err(|why| format!("{why}\n  after:\n    {}", history.transcript.join("\n    ")))
}

async fn judge(all: &Partnership, cast: &Cast, history: &History<'_>, tally: &Tally) -> Result<(), String> {
    // Before an early, a middle and the last correction, if there were any.
    let all_moments = &history.moments;
    let moments: BTreeSet<DateTime<Utc>> =
        [all_moments.len() / 4, all_moments.len() / 2, all_moments.len().saturating_sub(2)]
            .map(|nth| all_moments[nth])
            .into();
    for (who, visitor, purpose) in readers(cast) {
        let caller = all.call(visitor, purpose);
        let reader = Reader { who, visitor, today: Pages::read(&caller, todays(history)).await };
        let shown = Shown::todays(&caller, history).await;
        shown.todays_are_kept(&reader, history).map_err(|why| format!("{who} ({purpose}), today: {why}"))?;
        for moment in &moments {
            for past in Past::BOTH {
                let pages = Pages::read(&caller, then(history, past, *moment)).await;
                let judging = Judging { reader: &reader, history, past: &pages, tally };
                let said = |why| format!("{who} ({purpose}), {} {moment}: {why}", past.name());
                judging.all().map_err(said)?;
                if past == Past::Known {
                    let then = Shown::then(&caller, history, *moment).await;
                    then.are_kept(&reader, history, (&pages, &shown)).map_err(said)?;
                    tally.shown.fetch_add(then.count(), Ordering::Relaxed);
                }
            }
        }
        reader.erased(history, &shown.text())?;
    }
    answers(all, history).await?;
    behind_figures(all, cast, history, &moments).await
}

fn readers(cast: &Cast) -> [(&'static str, &Visitor, &'static str); 11] {
    [
        ("the front door", &cast.door, CHECKING),
        ("the front door, keeping its records", &cast.door, KEEPING),
        ("a worker", &cast.worker, WORKING),
        ("a worker, checking", &cast.worker, CHECKING),
        ("a colleague", &cast.colleague, WORKING),
        ("a manager", &cast.deputy, WEIGHING),
        ("a chair", &cast.chair, "conference"),
        ("an auditor", &cast.auditor, "audit"),
        ("the front door next door", &cast.next_door, CHECKING),
        ("a worker next door", &cast.next_worker, WORKING),
        ("a school", &cast.school, WEIGHING),
    ]
}

/// What was answered once, heard again: no more of it than today's page tells.
async fn answers(all: &Partnership, history: &History<'_>) -> Result<(), String> {
    for asked in &history.asked {
        let (again, asker, purpose) = history.heard_again(asked).await;
        if again["reference"] != asked.reference {
            return Err(format!("another answer under one key: {again}"));
        }
        let path = |page: &str| format!("/api/v1/people/{}/{page}", asked.person);
        let caller = all.call(asker, purpose);
        let today = caller.get(&path("status")).await.json();
        if again["disclosed"] != today["disclosure"] {
            return Err(format!("an answer tells {again}, and today {today}"));
        }
        let status = again["status"].as_array().unwrap();
        let previous = again["previous"].as_array().unwrap();
        let told = caller.get(&path("enquiries")).await;
        let is_told =
            |made: &Value| told.status == 200 && told.text().contains(made["reference"].as_str().unwrap());
        if again["disclosed"] == "contact" && !status.is_empty() || !previous.iter().all(is_told) {
            return Err(format!("an answer tells more than today's: {again}"));
        }
    }
    Ok(())
}

/// The children behind figures of the past, to the manager of the authority.
async fn behind_figures(
    all: &Partnership,
    cast: &Cast,
    history: &History<'_>,
    moments: &BTreeSet<DateTime<Utc>>,
) -> Result<(), String> {
    let caller = all.call(&cast.deputy, WORKING);
    let mut today: BTreeMap<String, Value> = BTreeMap::new();
    for person in &history.people {
        let status = caller.get(&format!("/api/v1/people/{person}/status")).await.json();
        today.insert(person.to_string(), status["disclosure"].clone());
    }
    let confided: BTreeSet<String> =
        history.told.iter().filter(|told| told.is_confided).map(|told| told.id.to_string()).collect();
    for moment in moments {
        for measure in ["contacts-by-agency", "contacts-by-source", "unallocated"] {
            let at = moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            let path = format!("/api/v1/measures/{measure}/children?as_known_at={at}");
            let behind = caller.get(&path).await;
            if behind.status != 200 {
                return Err(format!("{measure}: {}", behind.text()));
            }
            for child in behind.json()["children"].as_array().unwrap() {
                let disclosure = today.get(child["child"].as_str().unwrap());
                let is_known =
                    disclosure.is_none_or(|disclosure| disclosure != "none" && disclosure != "contact");
                let is_guarded = confided.contains(child["record"].as_str().unwrap());
                let group = child.get("group");
                if !is_known || (is_guarded && group.is_some_and(|group| group != "in-confidence")) {
                    return Err(format!("{measure} as known at {at} lists {child}"));
                }
            }
        }
    }
    Ok(())
}
