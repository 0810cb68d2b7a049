//! Watches the access log for trawling, and asks for a review of it.
//!
//! It reads on in both logs: searches and enquiries from the one, what practitioners put on record from the other, for as long as
//! the window is. What it remembers is lost with the process and read again. A review's id derives from whom it is
//! about and the day, so two processes raise one. It never stands in the way of a search.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::access::{Action, Purpose};
use domain::ids::{AgencyId, PractitionerId};
use domain::review::Raise;
use domain::review::trawling::{Finding, Search, Sought, Thresholds};
use domain::when::civil_day;
use event_store::{EventStore as _, Position, Recorded};
use uuid::Uuid;

use super::next_page;
use crate::access_log::LookMade;
use crate::app::App;
use crate::error::{Cause, ExecuteError};
use crate::execute::{Command, Order};
use crate::visitor::Visitor;

/// From how many searches on somebody is asked to look; a partnership may agree on others.
const THRESHOLDS: &str = include_str!("../../../../schemas/review/trawling.json");
/// How often it looks. Nothing waits for it.
const EVERY: Duration = Duration::from_secs(30);
/// An act's event may come after as many others of its author's.
const EVENTS_OF_AN_ACT_MAX: usize = 64;
/// One practitioner's searches beyond these are old news: the review was raised long before.
const REMEMBERED_MAX: usize = 5_000;

/// Looks now and then, until it is dropped.
pub async fn run(app: Arc<App>) {
    let mut every = tokio::time::interval(EVERY);
    let mut watch = None;
    loop {
        every.tick().await;
        let turned = match &mut watch {
            None => Watch::begin(&app).await.map(|begun| watch = Some(begun)),
            Some(watch) => watch.turn(&app).await.map(|_| ()),
        };
        if let Err(cause) = turned {
            tracing::warn!(%cause, "searches and enquiries could not be looked over just now");
        }
    }
}

/// What is remembered of the window.
#[derive(Debug)]
pub struct Watch {
    thresholds: Thresholds,
    looked: Position,
    recorded: Position,
    searches: HashMap<Searcher, VecDeque<Search>>,
    deeds: HashMap<Uuid, VecDeque<Deed>>,
}

/// What somebody put on record in one act, however many events it made.
#[derive(Clone, Copy, Debug)]
struct Deed {
    at: DateTime<Utc>,
    act: Uuid,
}

/// Somebody who searches, for an agency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Searcher {
    practitioner: Uuid,
    agency: Uuid,
}

impl Watch {
    /// Begins a window ago, with the thresholds that are shipped.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub async fn begin(app: &App) -> Result<Self, Cause> {
        Self::with(app, serde_json::from_str(THRESHOLDS)?).await
    }

    /// Begins a window ago.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub async fn with(app: &App, thresholds: Thresholds) -> Result<Self, Cause> {
        let from = app.clock.now() - thresholds.window();
        Ok(Self {
            thresholds,
            looked: app.access.position_at(from).await?,
            recorded: app.record.position_at(from).await?,
            searches: HashMap::new(),
            deeds: HashMap::new(),
        })
    }

    /// Reads on in both logs, and raises what is found; says how many were asked for.
    ///
    /// # Errors
    /// A log that cannot be read or written.
    pub async fn turn(&mut self, app: &App) -> Result<usize, Cause> {
        // Searches first: a deed that comes meanwhile is one that follows.
        while let Some(page) = next_page(&app.access, &mut self.looked).await? {
            page.iter().for_each(|event| self.take_look(event));
        }
        while let Some(page) = next_page(&app.record, &mut self.recorded).await? {
            page.iter().for_each(|event| self.take_deed(event));
        }
        let now = app.clock.now();
        self.forget(now);
        let mut raised = 0;
        for (searcher, finding) in self.findings(now) {
            raise(app, searcher, finding).await?;
            // It was raised; what comes after it is counted anew.
            self.searches.remove(&searcher);
            raised += 1;
        }
        Ok(raised)
    }

    fn take_look(&mut self, event: &Recorded) {
        let header = &event.header;
        // An auditor looks people up and does nothing, as an auditor should.
        if header.purpose() == Purpose::Audit.code() {
            return;
        }
        let Some(look) = LookMade::of(event) else { return };
        let sought = match look.action {
            Action::SearchPeople => {
                // By a pupil's number, neither name nor address was typed.
                let typed = look.sought.unwrap_or_default();
                let (name, address) = (typed.name.map(u32::from), typed.address.map(u32::from));
                Sought::Candidates { name, address }
            }
            // An answer read again.
            Action::Enquire if look.as_known_at.is_some() => return,
            Action::Enquire => Sought::Standing {
                about: match look.people.as_slice() {
                    [shown] => Some(shown.person),
                    _ => None,
                },
                at_attendance: header.purpose() == Purpose::Attendance.code(),
            },
            _ => return,
        };
        let searcher = Searcher { practitioner: header.actor(), agency: header.agency() };
        let search = Search { position: event.position.raw(), at: header.recorded_at(), sought };
        remember(self.searches.entry(searcher).or_default(), search);
    }

    /// Enquiries are told by the looks: one that several match is one there, and several events here.
    fn take_deed(&mut self, event: &Recorded) {
        let header = &event.header;
        if header.kind() == "enquiry.made" {
            return;
        }
        let deed = Deed { at: header.recorded_at(), act: header.correlation() };
        let deeds = self.deeds.entry(header.actor()).or_default();
        // One act's events stand together in the record, but for what others wrote meanwhile.
        if !deeds.iter().rev().take(EVENTS_OF_AN_ACT_MAX).any(|before| before.act == deed.act) {
            remember(deeds, deed);
        }
    }

    fn forget(&mut self, now: DateTime<Utc>) {
        let from = now - self.thresholds.window();
        for searches in self.searches.values_mut() {
            searches.retain(|search| search.at >= from);
        }
        for deeds in self.deeds.values_mut() {
            deeds.retain(|deed| deed.at >= from);
        }
        self.searches.retain(|_, searches| !searches.is_empty());
        self.deeds.retain(|_, deeds| !deeds.is_empty());
    }

    fn findings(&self, now: DateTime<Utc>) -> Vec<(Searcher, Finding)> {
        let fewest = usize::try_from(self.thresholds.fewest()).unwrap_or(usize::MAX);
        let many = self.searches.iter().filter(|(_, searches)| searches.len() >= fewest);
        many.filter_map(|(searcher, searches)| {
            let searches: Vec<Search> = searches.iter().copied().collect();
            let deeds = self.deeds.get(&searcher.practitioner).into_iter().flatten();
            let deeds: Vec<DateTime<Utc>> = deeds.map(|deed| deed.at).collect();
            let finding = self.thresholds.finding(&searches, &deeds, now)?;
            Some((*searcher, finding))
        })
        .collect()
    }
}

fn remember<T>(list: &mut VecDeque<T>, one: T) {
    if list.len() >= REMEMBERED_MAX {
        list.pop_front();
    }
    list.push_back(one);
}

async fn raise(app: &App, searcher: Searcher, finding: Finding) -> Result<(), Cause> {
    let day = civil_day(finding.until);
    let command = Command::Review {
        id: app.ids.review("trawling", PractitionerId(searcher.practitioner), day),
        command: Raise {
            about: PractitionerId(searcher.practitioner),
            agency: AgencyId(searcher.agency),
            finding,
        }
        .into(),
    };
    match app.execute(&Visitor::node(), Order::new(Purpose::Operation, command)).await {
        // Another process raised it at the same moment.
        Ok(_) | Err(ExecuteError::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_thresholds_can_be_read() {
        let thresholds: Thresholds = serde_json::from_str(THRESHOLDS).unwrap();
        assert!(thresholds.fewest() > 10 && thresholds.window_hours > 0);
    }
}
