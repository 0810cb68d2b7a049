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

/// Those of a moment.
pub fn then(history: &History<'_>, at: DateTime<Utc>) -> Vec<(Page, String)> {
    let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let page = |kind: &'static str, person: &Uuid| {
        ((kind, *person), format!("people/{person}/{kind}?as_known_at={at}"))
    };
    let of = |person| ["status", "timeline", "enquiries"].map(|kind| page(kind, person));
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
