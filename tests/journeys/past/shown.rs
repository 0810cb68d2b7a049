//! The pages as they are shown at a browser: a child's story, today's with what stands there no more and that of a moment,
//! and contacts. Held against what the API answers to the same reader, which is judged by itself.
//!
//! 1. A page is shown only where the API answers it; a story of a moment, only where today's is shown too.
//! 2. No entry is on a story of a moment that is not in the API's timeline of that moment, and none says whose it is where
//!    that one does not.
//! 3. No word of the history is on a page that is in nothing today tells the reader, nobody is on it whom today does not
//!    name, and nothing that was erased.
//! 4. What left a story is listed there when the reader might see it: taken back, or moved to where they read it today.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream};
use system_tests::http::Caller;
use uuid::Uuid;

use super::history::History;
use super::judging::Reader;
use super::ledger::Fate;
use super::pages::{Page, Pages};

/// Pages read at one time.
const AT_ONCE: usize = 8;
const ENTRY: &str = "id=\"entry-";
/// The agencies of a partnership, by name; the police are as named as their kind.
const AGENCIES: [&str; 5] =
    ["Leeds children", "Meanwood Primary", "St Jude", "Ambulance service", "Wakefield children"];
/// Why an entry is on a story no more.
const TAKEN_BACK: &str = "Taken back ";
const MOVED: &str = "Found not to belong here ";

/// Pages as they were shown; those that are closed to the reader are not among them.
pub struct Shown(HashMap<Page, String>);

impl Shown {
    /// Today's.
    pub async fn todays(caller: &Caller, history: &History<'_>) -> Self {
        let purpose = caller.purpose;
        let story =
            |person: &Uuid| (("timeline", *person), format!("/children/{person}?for={purpose}&all=1"));
        let contact = |id: Uuid| (("contact", id), format!("/contacts/{id}?for={purpose}"));
        let contacts = history.told.iter().map(|told| contact(told.id));
        Self::read(caller, history.people.iter().map(story).chain(contacts).collect()).await
    }

    /// Those of a moment, as the record knew it.
    pub async fn then(caller: &Caller, history: &History<'_>, at: DateTime<Utc>) -> Self {
        let purpose = caller.purpose;
        let known = domain::when::civil_time(at).format("known=%Y-%m-%d&time=%H:%M");
        let story = |person: &Uuid| {
            (("timeline", *person), format!("/children/{person}?for={purpose}&all=1&{known}"))
        };
        Self::read(caller, history.people.iter().map(story).collect()).await
    }

    async fn read(caller: &Caller, pages: Vec<(Page, String)>) -> Self {
        let cookie = format!("goldthread-visitor={}", caller.token.as_ref().unwrap());
        let headers = [("cookie", cookie.as_str())];
        let read = stream::iter(pages).map(|(page, path)| async move {
            let shown = caller.send("GET", &path, &headers, b"").await;
            match shown.status {
                200 => Some((page, shown.text())),
                403 | 404 => None,
                _ => panic!("{path}: {}", shown.text()),
            }
        });
        Self(read.buffer_unordered(AT_ONCE).filter_map(async |read| read).collect().await)
    }

    /// Today's pages, by themselves.
    pub fn todays_are_kept(&self, reader: &Reader<'_>, history: &History<'_>) -> Result<(), String> {
        self.tell_no_more(reader, history, &reader.today)?;
        for ((kind, person), shown) in &self.0 {
            let left = |why: &str| shown.matches(why).count();
            let (mut taken_back, mut moved) = (0, 0);
            for entered in &history.entered {
                match entered.fate {
                    Fate::Withdrawn(to) if to.is_none_or(|to| to == *person) => taken_back += 1,
                    Fate::Moved(to) if to != *person && reader.today.entry(to, entered.id).is_some() => {
                        moved += 1
                    }
                    Fate::Withdrawn(_) | Fate::Moved(_) | Fate::Stands => {}
                }
            }
            if *kind == "timeline" && (left(TAKEN_BACK) > taken_back || left(MOVED) > moved) {
                let listed = (left(TAKEN_BACK), left(MOVED));
                return Err(format!(
                    "{listed:?} are listed that left the story of {person}, and {:?} might be",
                    (taken_back, moved)
                ));
            }
        }
        Ok(())
    }

    /// Pages of a moment, held against today's and against what the API tells of that moment.
    pub fn are_kept(
        &self,
        reader: &Reader<'_>,
        history: &History<'_>,
        (then, today): (&Pages, &Self),
    ) -> Result<(), String> {
        if let Some(page) = self.0.keys().find(|page| !today.0.contains_key(page)) {
            return Err(format!("{page:?} is shown of the past and not of today"));
        }
        self.tell_no_more(reader, history, then)
    }

    fn tell_no_more(&self, reader: &Reader<'_>, history: &History<'_>, told: &Pages) -> Result<(), String> {
        let today = reader.today.text();
        for ((kind, id), shown) in &self.0 {
            let page = format!("the page of {kind} {id}");
            if told.of((kind, *id)).or(told.of(("status", *id))).is_none() {
                return Err(format!("{page} is shown, and the API answers nothing"));
            }
            let people = history.people.iter().filter(|person| *person != id).map(Uuid::to_string);
            let words = history.words.iter().map(|(_, word)| word.clone());
            let is_told = |what: &String| shown.contains(what) && !today.contains(what);
            if let Some(what) = words.chain(people).find(is_told) {
                return Err(format!("{page} says {what}, which nothing of today tells"));
            }
            for entry in shown.split(ENTRY).skip(1) {
                let entry = entry.split("</li>").next().unwrap();
                let event: Uuid = entry.split('"').next().unwrap().parse().unwrap();
                let Some(told) = told.entry(*id, event) else {
                    return Err(format!("{page} shows {event}, which the API does not tell"));
                };
                let whose = AGENCIES.into_iter().find(|agency| entry.contains(agency));
                if told.get("agency").is_none() && whose.is_some() {
                    return Err(format!("{page} says whose {event} is: {whose:?}"));
                }
            }
        }
        Ok(())
    }

    /// How many stories are shown, and how many entries on them.
    pub fn count(&self) -> usize {
        self.0.values().map(|shown| shown.matches(ENTRY).count()).sum()
    }

    pub fn text(&self) -> String {
        self.0.values().map(String::as_str).collect()
    }
}
