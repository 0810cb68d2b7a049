//! What a changed policy would have decided: everything that was looked at and put on record since a moment is judged
//! again, by the policy in use and by the changed one, and what differs is counted.
//!
//! Both are asked the same: in the roles somebody had on that day, for the purpose they stated, about the record as it
//! stands today. What was refused then is on no record, so what a laxer policy would have let through shows only where
//! more would have been told of somebody who was shown. Nothing is put on record.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{AccessClass, Action, Actor, Disclosure, Purpose, Role};
use domain::event::Event;
use domain::ids::{AgencyId, PersonId, PractitionerId};
use domain::when::civil_day;

use event_store::{EventStore as _, Recorded, StreamId};
use projections::access::standings;
use projections::decode::{DataKeys, Decoder};
use projections::scope::Standing;
use projections::view::Keys;
use serde::Serialize;
use uuid::Uuid;

use super::engine::{Policy, Record};
use super::{act_of, class};
use crate::access_log::LookMade;
use crate::app::App;
use crate::error::Cause;
use crate::execute::narrower;
use crate::visitor::Visitor;
use crate::work::next_page;

const STREAM_EVENTS_MAX: usize = 10_000;

/// What would differ.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct DryRun {
    /// Looks judged again.
    pub looks: usize,
    /// Entries judged again; those of the node itself are not.
    pub entries: usize,
    /// Of somebody who is not registered here, or was nothing that day: they cannot be judged.
    pub unknown: usize,
    pub differences: Vec<Difference>,
}

/// One decision that would differ, however often it was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Difference {
    #[serde(flatten)]
    pub decided: Decided,
    pub before: Outcome,
    pub after: Outcome,
    pub times: usize,
    /// One of them, by its entry in its log.
    pub example: Uuid,
}

/// What was decided.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Decided {
    pub roles: Vec<Role>,
    pub purpose: Purpose,
    pub action: Action,
    /// What came on record; none for a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<&'static str>,
    /// Of the record; none where the whole node is asked.
    #[serde(flatten)]
    pub class: Option<AccessClass>,
}

/// How it was decided.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Permitted,
    Denied,
    /// How much of somebody was told.
    Told(Disclosure),
}

impl Outcome {
    fn of(may: bool) -> Self {
        if may { Self::Permitted } else { Self::Denied }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Permitted => f.write_str("permitted"),
            Self::Denied => f.write_str("denied"),
            Self::Told(disclosure) => write!(f, "told {disclosure}"),
        }
    }
}

/// Judges again what was decided since a moment.
///
/// # Errors
/// A log or view that cannot be read.
pub async fn dry_run(app: &App, changed: &Policy, since: DateTime<Utc>) -> Result<DryRun, Cause> {
    let mut judging = Judging {
        app,
        changed,
        run: DryRun::default(),
        actors: HashMap::new(),
        about: HashMap::new(),
        found: BTreeMap::new(),
    };
    let mut at = app.access.position_at(since).await?;
    while let Some(page) = next_page(&app.access, &mut at).await? {
        judging.looks(&page).await?;
    }
    let mut at = app.record.position_at(since).await?;
    while let Some(page) = next_page(&app.record, &mut at).await? {
        judging.entries(&page).await?;
    }
    let Judging { mut run, found, .. } = judging;
    run.differences = found
        .into_iter()
        .map(|((decided, before, after), (times, example))| Difference {
            decided,
            before,
            after,
            times,
            example,
        })
        .collect();
    Ok(run)
}

struct Judging<'a> {
    app: &'a App,
    changed: &'a Policy,
    run: DryRun,
    actors: HashMap<(Uuid, Uuid, NaiveDate), Option<Visitor>>,
    /// Whom a stream is about.
    about: HashMap<Uuid, Vec<PersonId>>,
    found: BTreeMap<(Decided, Outcome, Outcome), (usize, Uuid)>,
}

impl Judging<'_> {
    async fn looks(&mut self, page: &[Recorded]) -> Result<(), Cause> {
        let made: Vec<(&Recorded, LookMade)> =
            page.iter().filter_map(|event| Some((event, LookMade::of(event)?))).collect();
        let shown: Vec<PersonId> =
            made.iter().flat_map(|(_, look)| look.people.iter().map(|shown| shown.person)).collect();
        let standings = standings(&self.app.views, &shown).await?;
        for (event, look) in made {
            let Some((visitor, purpose)) = self.asked_by(event).await? else { continue };
            self.run.looks += 1;
            let decided = |class| decided(&visitor, purpose, look.action, None, class);
            let may = |policy: &Policy| Outcome::of(policy.may_look(&visitor, look.action, purpose).is_ok());
            self.compare(event, decided(None), may);
            for shown in &look.people {
                let standing = standings.get(&shown.person).cloned().unwrap_or_default();
                let class = class(&visitor, purpose, &standing);
                let told = |policy: &Policy| {
                    // Whoever may not look is told nothing.
                    let may = policy.may_look(&visitor, look.action, purpose).is_ok();
                    let told = policy.table(&visitor.actor().roles, purpose).get(&class).copied();
                    Outcome::Told(told.filter(|_| may).unwrap_or(Disclosure::None))
                };
                self.compare(event, decided(Some(class)), told);
            }
        }
        Ok(())
    }

    async fn entries(&mut self, page: &[Recorded]) -> Result<(), Cause> {
        for event in page {
            let about = self.about(event).await?;
            let (Some((visitor, purpose)), Some(fact)) =
                (self.asked_by(event).await?, fact_of(event.header.kind()))
            else {
                continue;
            };
            let Some(action) = act_of(fact) else { continue };
            self.run.entries += 1;
            if action == Action::Enquire {
                // Asked as a look, and on record as one.
                continue;
            }
            let standing = match action {
                Action::Administer => self.app.standing_of_agency(&event.header.stream()).await?,
                _ => self.standing(&about).await?,
            };
            let class = class(&visitor, purpose, &standing);
            let judged = |policy: &Policy| {
                // Whose entry is set right, the entry itself says; either way counts as allowed.
                let may = |own_entry| {
                    let record = Record { class, own_entry };
                    policy.may_record(&visitor, (action, fact), record, purpose).is_ok()
                };
                Outcome::of(may(false) || may(true))
            };
            self.compare(event, decided(&visitor, purpose, action, Some(fact), Some(class)), judged);
        }
        Ok(())
    }

    fn compare(&mut self, event: &Recorded, decided: Decided, judge: impl Fn(&Policy) -> Outcome) {
        let (before, after) = (judge(&self.app.policy), judge(self.changed));
        if before != after {
            let example = event.header.event_id();
            self.found.entry((decided, before, after)).or_insert((0, example)).0 += 1;
        }
    }

    /// Who did it, as what they were that day, and why. Nobody for what the node does by itself.
    async fn asked_by(&mut self, event: &Recorded) -> Result<Option<(Visitor, Purpose)>, Cause> {
        let header = &event.header;
        if header.actor().is_nil() {
            return Ok(None);
        }
        let day = civil_day(header.recorded_at());
        let known = (header.actor(), header.agency(), day);
        if !self.actors.contains_key(&known) {
            let visitor = self.actor(known).await?;
            self.actors.insert(known, visitor);
        }
        let visitor = self.actors.get(&known).cloned().flatten();
        let asked = visitor.zip(header.purpose().parse().ok());
        self.run.unknown += usize::from(asked.is_none());
        Ok(asked)
    }

    async fn actor(&self, (who, of, day): (Uuid, Uuid, NaiveDate)) -> Result<Option<Visitor>, Cause> {
        let head = self.app.on_record();
        let (practitioner, agency) = (PractitionerId(who), AgencyId(of));
        let state = self.app.practitioner(practitioner, head).await?;
        let of = self.app.agency(agency, head).await?;
        let (Some(registered), Some(of)) = (state.registered(), of.registered()) else { return Ok(None) };
        let roles = state.roles_on(day);
        if roles.is_empty() {
            return Ok(None);
        }
        Ok(Some(Visitor::judged_again(Actor {
            practitioner,
            agency,
            agency_kind: of.kind,
            authority: of.authority.clone(),
            team: registered.team,
            roles,
        })))
    }

    /// Whom an entry is about; where it names nobody, whom its stream is.
    async fn about(&mut self, event: &Recorded) -> Result<Vec<PersonId>, Cause> {
        let stream = event.header.stream();
        let named = self.named_in(std::slice::from_ref(event));
        if !named.is_empty() {
            self.about.insert(stream.id, named.clone());
            return Ok(named);
        }
        if let Some(about) = self.about.get(&stream.id) {
            return Ok(about.clone());
        }
        let about = self.of_stream(&stream).await?;
        self.about.insert(stream.id, about.clone());
        Ok(about)
    }

    async fn of_stream(&self, stream: &StreamId) -> Result<Vec<PersonId>, Cause> {
        Ok(self.named_in(&self.app.record.read_stream(stream, 0, STREAM_EVENTS_MAX).await?))
    }

    fn named_in(&self, events: &[Recorded]) -> Vec<PersonId> {
        let none = DataKeys::new();
        let decoder = Decoder { origin: self.app.record.origin(), opens: &|_| false, keys: &none };
        let mut named = Keys::default();
        for decoded in decoder.decode(events) {
            if let Ok(entry) = decoded.content {
                projections::about::people(&entry, &mut named);
            }
        }
        named.named().iter().map(|person| PersonId(*person)).collect()
    }

    /// What access to all of them together depends on: an act on a record several people stand on is restricted as soon
    /// as one of them is.
    async fn standing(&self, people: &[PersonId]) -> Result<Standing, Cause> {
        let mut all = standings(&self.app.views, people).await?.into_values();
        let first = all.next().unwrap_or_default();
        Ok(all.fold(first, |one, other| Standing {
            restriction: narrower(one.restriction, other.restriction),
            ..one
        }))
    }
}

fn decided(
    visitor: &Visitor,
    purpose: Purpose,
    action: Action,
    fact: Option<&'static str>,
    class: Option<AccessClass>,
) -> Decided {
    Decided { roles: visitor.actor().roles.clone(), purpose, action, fact, class }
}

/// The name of a kind of event, as this program knows it.
fn fact_of(kind: &str) -> Option<&'static str> {
    Event::frozen().iter().map(|frozen| frozen.kind).find(|known| *known == kind)
}
