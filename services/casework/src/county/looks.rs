//! Who looks at the stories that are told: a worker before seeing a child, a front door before it decides, each now and
//! then. A look says what policy would have shown them of the child they were at work with. Left out: what they read,
//! and looks of agencies that tell or ask, which leave an enquiry or a contact.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Action, Disclosure, Purpose};
use domain::authority::Authority;
use domain::contact::involved::ContactRole;
use domain::ids::PersonId;
use domain::{case, contact};
use event_store::EventStore as _;
use futures_util::future::try_join_all;
use projections::scope::Standing;
use uuid::Uuid;

use super::Untold;
use super::crew::{Crew, Teller};
use super::dice::Dice;
use super::script::{Act, Deed};
use super::tell::lawful_basis;
use crate::access_log::{Looking, ShownPerson};
use crate::app::App;
use crate::error::ReadError;
use crate::execute::Command;

/// Of a thousand occasions, those on which somebody reads first; and of the families with names, whose pages are read.
const OF_A_THOUSAND: u32 = 60;
const OF_THE_NAMED: u32 = 600;
/// Looks on their way at once, in the order of time.
const AT_ONCE: usize = 64;

/// One reading of a story.
pub(super) struct Look {
    at: DateTime<Utc>,
    teller: Teller,
    purpose: Purpose,
    person: PersonId,
    authority: Authority,
    key: String,
}

/// Who looked at whom, drawn from what is told, in the order of time.
pub(super) fn drawn(acts: &[Act], named: &BTreeSet<PersonId>, seed: u64) -> Vec<Look> {
    let mut dice = Dice::of(seed, "looks");
    let mut about: BTreeMap<Uuid, (PersonId, Authority)> = BTreeMap::new();
    let mut looks = Vec::new();
    for act in acts {
        let (Deed::Record(command), Some(told)) = (&act.deed, act.told) else { continue };
        let purpose = match &**command {
            Command::Case { command: case::Command::ReceiveReferral(referral), .. } => {
                about.insert(told.stream, (referral.child, referral.authority.clone()));
                continue;
            }
            Command::Contact { command: contact::Command::Record(record), .. } => {
                let mut people = record.people.iter();
                if let Some(subject) = people.find(|involved| involved.role == ContactRole::Subject) {
                    about.insert(told.stream, (subject.person, record.authority.clone()));
                }
                continue;
            }
            Command::Case { command: case::Command::MakeVisit(_), .. } => Purpose::AllocatedWork,
            Command::Contact { command: contact::Command::Decide(_), .. } => Purpose::ReferralConsideration,
            _ => continue,
        };
        let Some((person, authority)) = about.get(&told.stream).cloned() else { continue };
        let chances = if named.contains(&person) { OF_THE_NAMED } else { OF_A_THOUSAND };
        let before = TimeDelta::minutes(i64::from(dice.between(4, 90)));
        if dice.per_mille(chances) {
            let key = act.key.clone();
            looks.push(Look { at: act.at - before, teller: act.teller, purpose, person, authority, key });
        }
    }
    looks.sort_by_key(|look| look.at);
    looks
}

/// Puts every look on record that is not, in the order of time. An access log never runs backwards: where somebody has
/// looked since, the story's looks would be said to be of today, and are left out.
pub(super) async fn tell(app: &App, crew: &Crew, looks: &[Look]) -> Result<(), Untold> {
    let mut last = None;
    for look in looks.iter().rev() {
        if look.disclosure(app, crew)? > Disclosure::None {
            last = Some(look);
            break;
        }
    }
    let Some(last) = last else { return Ok(()) };
    if app.access.head().await?.recorded_at.is_some_and(|newest| newest >= last.at) {
        return Ok(());
    }
    for some in looks.chunks(AT_ONCE) {
        try_join_all(some.iter().map(|look| look.tell(app, crew))).await?;
    }
    Ok(())
}

impl Look {
    fn id(&self, app: &App) -> Uuid {
        app.ids.derive("goldthread/county-look/1", &[self.key.as_bytes()])
    }

    /// How much of the child's story policy shows them.
    fn disclosure(&self, app: &App, crew: &Crew) -> Result<Disclosure, Untold> {
        let visitor = crew.visitor(self.teller).ok_or(Untold::Nobody)?;
        let scope = app.scope(visitor, Action::ReadTimeline, self.purpose)?;
        let workers =
            if self.purpose == Purpose::AllocatedWork { vec![self.teller.practitioner] } else { Vec::new() };
        let then = Standing { authorities: vec![self.authority.clone()], workers, ..Standing::default() };
        Ok(scope.disclosure(&then))
    }

    async fn tell(&self, app: &App, crew: &Crew) -> Result<(), Untold> {
        let visitor = crew.visitor(self.teller).ok_or(Untold::Nobody)?;
        let disclosure = self.disclosure(app, crew)?;
        if disclosure == Disclosure::None {
            return Ok(());
        }
        let looking = Looking::new(Action::ReadTimeline, self.purpose, lawful_basis(self.teller.kind));
        let shown = [ShownPerson { person: self.person, disclosure }];
        loop {
            match app.tell_look(visitor, looking, &shown, (self.id(app), self.at)).await {
                Err(ReadError::Overloaded) => tokio::task::yield_now().await,
                told => return told.map_err(Untold::Look),
            }
        }
    }
}
