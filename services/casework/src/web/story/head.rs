//! What stands above and beside what happened: who the child is, who is missing, how they stand, whom to ring, where they
//! live, what is due, who is close to them, when they were last seen, what adds up. Its page reads it within a look; whoever holds the page open
//! reads it again in the same way, and learns of it no more than whether it is another ([`Subject::mark`]).

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::access::{Action, Disclosure, Purpose};
use domain::ids::PersonId;
use domain::person::uncertain_date::UncertainDate;
use domain::when::civil_day;
use futures_util::future::join_all;
use projections::reads::AsOf;
use projections::scope::Scope;
use projections::{enquiries, people, status, timeline};

use crate::addresses::ShownAddress;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::enquire::LegalBasis;
use crate::error::ReadError;
use crate::visitor::Visitor;
use crate::web::alerts::{self, AlertRow};
use crate::web::duties::Duties;
use crate::web::entry::Telling;
use crate::web::homes::{self, Homes};
use crate::web::mark::Mark;
use crate::web::receipt::{Identity, Ring, ring};
use crate::web::words;

/// The views that a story is read from.
const VIEWS: [&str; 5] = ["status", "people", "enquiries", "timeline", "alerts"];

/// In words.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    pub child: Identity,
    /// Of the past: how much was said then of who they are that stands no more, and is not shown.
    pub not_said: usize,
    /// What was said of when they were born, where it is not all one.
    pub births: Vec<String>,
    pub died: Option<String>,
    pub missing: Vec<String>,
    pub statuses: Vec<Stands>,
    pub duties: Duties,
    pub alerts: Vec<AlertRow>,
    pub ring: Vec<Ring>,
    pub due: Vec<DueSaid>,
    pub family: Option<Family>,
    /// Where the child lives today; none on a page of the past.
    pub homes: Option<Homes>,
    pub seen: LastSeen,
    pub is_incomplete: bool,
}

/// How a child stands at one authority.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stands {
    pub authority: String,
    pub standing: &'static str,
    pub weight: &'static str,
    pub since: Option<String>,
    pub categories: Vec<String>,
    pub plans_before: i32,
    pub legal_basis: Option<String>,
    /// Who may not take the child away.
    pub kept: Option<String>,
    pub lead: Option<(String, Option<String>)>,
}

/// What must be done.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DueSaid {
    pub step: &'static str,
    pub by: String,
    pub limit: String,
    pub source: String,
    pub is_late: bool,
}

/// When anybody last saw the child, as far as the reader is told.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct LastSeen {
    /// By a worker on a visit, and alone.
    pub on_visit: Option<String>,
    pub alone: Option<String>,
    /// Where the child was when an enquiry said so.
    pub attended: Option<String>,
}

/// Those close to a child.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Family {
    pub relatives: Vec<Relative>,
    /// They are all on record, and not only those whom the reader's own agency recorded.
    pub is_whole: bool,
}

/// Somebody close.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Relative {
    pub name: String,
    pub relation: String,
    pub address: String,
}

/// Whose story is told, to whom, why, and as of when.
pub struct Subject<'a> {
    pub app: &'a App,
    pub visitor: &'a Visitor,
    pub id: PersonId,
    pub purpose: Purpose,
    pub as_of: Option<AsOf>,
}

/// What a head is made of.
pub struct Found {
    known: Option<people::Person>,
    not_said: usize,
    status: Option<status::PersonStatus>,
    family: Option<(Disclosure, Vec<timeline::Tie>)>,
    relatives: HashMap<PersonId, people::Person>,
    addresses: Option<Vec<ShownAddress>>,
    attended: Option<enquiries::EnquiryMade>,
    alerts: Vec<AlertRow>,
}

impl Found {
    pub fn disclosure(&self) -> Disclosure {
        self.status.as_ref().map_or(Disclosure::None, |status| status.disclosure)
    }

    pub fn born(&self) -> Option<UncertainDate> {
        self.known.as_ref().and_then(people::Person::born)
    }
}

impl Subject<'_> {
    /// Waits a little for the views it is read from to have all that is on record.
    pub async fn take_in(&self) {
        join_all(VIEWS.map(|view| self.app.take_in(view))).await;
    }

    /// Reads all of it as it is told under a scope; alerts under one of their own, and only as they stand.
    ///
    /// # Errors
    /// A view or log that cannot be read.
    pub async fn read(&self, scope: &Scope) -> Result<Found, ReadError> {
        let Self { app, visitor, id, purpose, as_of } = *self;
        let views = &app.views;
        let status = status::of(views, scope, id, as_of).await?;
        let made = enquiries::of(views, scope, id, as_of).await?.unwrap_or_default();
        let attended = made.into_iter().find(|made| made.purpose == Purpose::Attendance.code());
        let family = match as_of {
            None => timeline::family(views, scope, id).await?,
            // Ties are told as they are known now, and so not at all in the past.
            Some(_) => None,
        };
        let addresses = match as_of {
            None => {
                let today = civil_day(app.clock.now());
                let told = app.addresses(scope, id).await?.map_or_else(Vec::new, |(_, told)| told);
                Some(told.into_iter().filter(|told| homes::is_home_on(told, today)).collect::<Vec<_>>())
            }
            // Which of them was known then, and kept how closely, is not told: a page of the past shows none.
            Some(_) => None,
        };
        let ties = family.iter().flat_map(|(_, ties)| ties);
        let mut named: Vec<PersonId> = ties.map(|tie| tie.other(id)).collect();
        named
            .extend(addresses.iter().flatten().flat_map(|told| told.withheld_from.iter().flatten().copied()));
        let relatives = people::known(views, scope, &named).await?;
        let (known, not_said) = match as_of {
            None => (people::known_whole(views, scope, id).await?, 0),
            Some(as_of) => people::as_known_at(views, scope, id, as_of)
                .await?
                .map_or((None, 0), |then| (Some(then.person), then.left_out)),
        };
        let alerts = match (app.scope(visitor, Action::ReadAlerts, purpose), as_of) {
            (Ok(scope), None) => alerts::of_child(app, &scope, id, purpose).await?,
            (Ok(_) | Err(_), _) => Vec::new(),
        };
        Ok(Found { known, not_said, status, family, relatives, addresses, attended, alerts })
    }

    /// Says it.
    ///
    /// # Errors
    /// A log or key store that cannot be read.
    pub async fn head(&self, found: Found) -> Result<Head, ReadError> {
        let now = self.app.clock.now();
        // The day the page is of.
        let day = civil_day(self.as_of.and_then(|as_of| as_of.known_at).unwrap_or(now));
        let births = found.known.as_ref().map_or(&[][..], |known| known.births.as_slice());
        let mut telling = Telling::new(None, self.purpose, None);
        let named = births.iter().filter_map(|birth| birth.agency);
        telling.learn(self.app, named.chain(found.attended.iter().map(|made| made.asked_by))).await?;
        let addresses = found.addresses.as_deref();
        let entered = addresses.unwrap_or_default().iter().filter_map(|told| told.agency);
        telling.learn(self.app, entered).await?;
        let attended = found
            .attended
            .as_ref()
            .map(|made| format!("{}, {}", words::moment(made.made_at), telling.agency(made.asked_by)));
        let status = found.status.as_ref();
        let cases = || status.into_iter().flat_map(|status| &status.cases);
        let on_record = self.app.on_record();
        let doors = self.app.responsible(status.map_or(&[], |status| &status.ring), on_record).await?;
        let mut statuses = Vec::new();
        for case in cases() {
            let door = doors.iter().find(|door| door.authority == case.authority);
            let lead = match case.lead {
                Some(lead) => self.app.worker(lead, on_record).await?,
                None => None,
            };
            let basis = LegalBasis::of(case, day);
            statuses.push(Stands {
                authority: door
                    .and_then(|door| door.name.clone())
                    .unwrap_or_else(|| format!("Authority {}", case.authority)),
                standing: words::standing(case.standing),
                weight: words::weight(case.standing),
                since: case.since().map(words::day),
                categories: case.cp_categories.iter().map(|category| words::category(category)).collect(),
                plans_before: case.cp_plans_before,
                legal_basis: basis.map(|basis| basis.said()),
                kept: words::kept(basis),
                lead: lead.map(|lead| (lead.name, lead.telephone)),
            });
        }
        Ok(Head {
            child: found.known.as_ref().map_or_else(Identity::hidden, |known| Identity::of(known, day)),
            not_said: found.not_said,
            births: births_said(births, &telling),
            died: found.known.as_ref().and_then(|known| known.died_on).map(words::day),
            missing: status.into_iter().flat_map(|status| &status.missing).map(words::missing).collect(),
            statuses,
            duties: status.map_or_else(Duties::default, |status| {
                Duties::of(status.disclosure, &status.on_duty, &doors)
            }),
            ring: doors.iter().map(|door| ring(door, now)).collect(),
            due: cases().flat_map(|case| due(case, day)).collect(),
            family: found.family.as_ref().map(|(disclosure, ties)| Family {
                relatives: self.relatives(ties, &found.relatives),
                is_whole: *disclosure == Disclosure::Full,
            }),
            homes: addresses.map(|told| {
                let name = |person: &PersonId| {
                    found.relatives.get(person).map(|known| Identity::of(known, day).name)
                };
                Homes::of(told, name, |agency| telling.agency(agency).to_owned())
            }),
            seen: LastSeen::of(status, attended),
            is_incomplete: status.is_some_and(|status| status.is_incomplete),
            alerts: found.alerts,
        })
    }

    /// The mark of what the head of the page would show now. No look: it says no more than whether it is another.
    ///
    /// # Errors
    /// As [`Self::read`]; not permitted; nothing of the child is told any more.
    pub async fn mark(&self) -> Result<Mark, ReadError> {
        self.take_in().await;
        judge_by_now(self.app).await?;
        let scope = self.app.scope(self.visitor, Action::ReadTimeline, self.purpose)?;
        let found = self.read(&scope).await?;
        if found.disclosure() == Disclosure::None {
            return Err(ReadError::Absent);
        }
        Ok(Mark::of(self.app, &self.head(found).await?))
    }

    fn relatives(&self, ties: &[timeline::Tie], known: &HashMap<PersonId, people::Person>) -> Vec<Relative> {
        let today = civil_day(self.app.clock.now());
        let relative = |tie: &timeline::Tie| {
            let other = tie.other(self.id);
            let known = known.get(&other)?;
            let begins_with = if tie.from == other { words::End::Them } else { words::End::TheChild };
            let lasts = if tie.is_ended { words::Lasts::Ended } else { words::Lasts::Still };
            Some(Relative {
                name: Identity::of(known, today).name,
                relation: words::relation(tie.kind, begins_with, lasts),
                address: format!("/children/{other}?for={}", self.purpose.code()),
            })
        };
        ties.iter().filter_map(relative).collect()
    }
}

impl LastSeen {
    fn of(status: Option<&status::PersonStatus>, attended: Option<String>) -> Self {
        let cases = || status.into_iter().flat_map(|status| &status.cases);
        Self {
            on_visit: cases().filter_map(|case| case.last_seen_on).max().map(words::day),
            alone: cases().filter_map(|case| case.last_seen_alone_on).max().map(words::day),
            attended,
        }
    }
}

/// Each date of birth that was said, with what it rests on; nothing when there is one, or all are the same.
fn births_said(births: &[people::Birth], telling: &Telling) -> Vec<String> {
    let is_one = births.windows(2).all(|two| matches!(two, [one, other] if one.written == other.written));
    let said = |birth: &people::Birth| {
        let born = words::born(birth.date());
        let whose = birth.agency.map(|agency| format!(", {}", telling.agency(agency))).unwrap_or_default();
        let accepted = if birth.is_accepted { ": accepted" } else { "" };
        format!("{born}, {}{whose}{accepted}", words::basis(birth.basis))
    };
    if is_one { Vec::new() } else { births.iter().map(said).collect() }
}

fn due(case: &status::CaseSummary, on: NaiveDate) -> Vec<DueSaid> {
    let said = |due: &domain::case::due::Due| DueSaid {
        step: words::step(due.step),
        by: words::day(due.by),
        limit: due.limit.clone(),
        source: due.source.clone(),
        is_late: due.by < on,
    };
    case.due.iter().map(said).collect()
}
