//! The pages that a reader is answered, today's and those of a moment.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use system_tests::http::Caller;
use uuid::Uuid;

use super::history::History;

/// Pages read at one time.
const AT_ONCE: usize = 8;
/// Which page, of whom.
pub type Page = (&'static str, Uuid);

/// The addresses of today's pages.
pub fn todays(history: &History<'_>) -> Vec<(Page, String)> {
    let mut pages = Vec::new();
    for person in &history.people {
        pages.push((("identity", *person), format!("people/{person}")));
        pages.push((("addresses", *person), format!("people/{person}/addresses")));
        pages.push((("status", *person), format!("people/{person}/status")));
        pages.push((("timeline", *person), format!("people/{person}/timeline?limit=200")));
        pages.push((("enquiries", *person), format!("people/{person}/enquiries")));
    }
    pages.extend(history.told.iter().map(|told| (("contact", told.id), format!("contacts/{}", told.id))));
    pages
}

/// Which past is looked back to, by its name in an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// As the record knew it.
    Known,
    /// As it was, by what is known today.
    Was,
}

impl Past {
    pub const BOTH: [Self; 2] = [Self::Known, Self::Was];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Known => "as_known_at",
            Self::Was => "as_it_was_at",
        }
    }

    /// What can be read of somebody so, and where. Who asked, and who somebody is, is known as it was known.
    const fn kinds(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Known => &[
                ("identity", ""),
                ("status", "/status"),
                ("timeline", "/timeline"),
                ("enquiries", "/enquiries"),
            ],
            Self::Was => &[("status", "/status"), ("timeline", "/timeline")],
        }
    }
}

/// Those of a moment.
pub fn then(history: &History<'_>, past: Past, at: DateTime<Utc>) -> Vec<(Page, String)> {
    let (name, at) = (past.name(), at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    let page = |(kind, path): (&'static str, &'static str), person: &Uuid| {
        ((kind, *person), format!("people/{person}{path}?{name}={at}"))
    };
    let of = |person| past.kinds().iter().map(move |kind| page(*kind, person));
    history.people.iter().flat_map(of).collect()
}

/// Pages as they were answered; those that are closed to the reader are not among them.
pub struct Pages(pub HashMap<Page, Value>);

impl Pages {
    pub async fn read(caller: &Caller, pages: Vec<(Page, String)>) -> Self {
        let read = stream::iter(pages).map(|(page, path)| async move {
            let answer = caller.get(&format!("/api/v1/{path}")).await;
            match answer.status {
                200 => Some((page, answer.json())),
                403 | 404 => None,
                _ => panic!("{path}: {}", answer.text()),
            }
        });
        Self(read.buffer_unordered(AT_ONCE).filter_map(async |read| read).collect().await)
    }

    pub fn of(&self, page: Page) -> Option<&Value> {
        self.0.get(&page)
    }

    pub fn disclosure(&self, person: Uuid) -> &str {
        self.of(("status", person)).map_or("none", |page| page["disclosure"].as_str().unwrap())
    }

    pub fn entries(&self, person: Uuid) -> &[Value] {
        let page = self.of(("timeline", person));
        page.and_then(|page| page["entries"].as_array()).map_or(&[], Vec::as_slice)
    }

    pub fn entry(&self, person: Uuid, id: Uuid) -> Option<&Value> {
        self.entries(person).iter().find(|entry| entry["entry"] == json!(id))
    }

    pub fn text(&self) -> String {
        self.0.values().map(Value::to_string).collect()
    }
}
