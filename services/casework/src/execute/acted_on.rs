//! Whether somebody may give an order: what it puts on record, and of which class the record acted on is for them.
//!
//! The class is judged on the stream itself and, for restrictions, on the streams of the people concerned: as they
//! are now, not as a view has it.

use domain::access::{AccessClass, Involvement, Relation, Role, Sensitivity};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::case::Case;
use domain::contact::Contact;
use domain::contact::involved::ContactRole;
use domain::entry::Entry;
use domain::history::Correction;
use domain::ids::{EventId, PersonId};
use domain::person::Person;
use domain::tie::{Tie, TieTo};
use domain::when::civil_day;

use super::dispatch::fold;
use super::{Command, Order};
use crate::app::App;
use crate::error::ExecuteError;
use crate::policy::{NotPermitted, Record, act_of};
use crate::visitor::Visitor;

/// Whose record an order acts on, as far as access goes.
struct ActedOn {
    relation: Relation,
    involvement: Involvement,
    /// Whoever's restriction closes it.
    people: Vec<PersonId>,
}

impl App {
    /// Asks policy about an order.
    pub(super) async fn permit(
        &self,
        visitor: &Visitor,
        order: &Order,
        standing: &[Entry],
    ) -> Result<(), ExecuteError> {
        let fact = order.command.fact();
        let refused = |action| NotPermitted { action, purpose: order.purpose };
        let Some(action) = act_of(fact) else {
            return Err(refused(domain::access::Action::Administer).into());
        };
        if let Command::Enquiry { .. } = order.command {
            return Ok(self.policy.may_look(visitor, action, order.purpose)?);
        }
        let acted_on = self.acted_on(visitor, &order.command, standing);
        let record = Record {
            class: AccessClass {
                relation: acted_on.relation,
                involvement: acted_on.involvement,
                sensitivity: self.sensitivity(visitor, &order.command, &acted_on.people, standing).await?,
            },
            own_entry: is_own_entry(visitor, &order.command, standing),
        };
        Ok(self.policy.may_record(visitor, (action, fact), record, order.purpose)?)
    }

    fn acted_on(&self, visitor: &Visitor, command: &Command, standing: &[Entry]) -> ActedOn {
        match command.category() {
            "case" => self.case_acted_on(visitor, command, standing),
            "contact" => contact_acted_on(visitor, command, standing),
            "tie" => {
                let tie: Tie = fold(standing);
                let named = tie.recorded().map(|tie| (tie.from, tie.to));
                let (from, to) = named.or_else(|| new_tie(command)).unzip();
                let to = to.and_then(|to| match to {
                    TieTo::Person(person) => Some(person),
                    TieTo::Household(_) => None,
                });
                ActedOn { people: from.into_iter().chain(to).collect(), ..ActedOn::of(visitor, None) }
            }
            "return" => ActedOn::of(visitor, new_return(command)),
            _ => ActedOn::of(visitor, None),
        }
    }

    fn case_acted_on(&self, visitor: &Visitor, command: &Command, standing: &[Entry]) -> ActedOn {
        let case: Case = fold(standing);
        let who = case.who.map(|who| (who.child, who.authority)).or_else(|| command.new_case());
        let today = civil_day(self.clock.now());
        let current = case.allocations.iter().filter(|held| held.run().is_some_and(|run| run.covers(today)));
        let workers: Vec<_> =
            current.filter_map(|held| held.started.as_ref()).map(|fact| &fact.value).collect();
        let actor = visitor.actor();
        let involvement = if workers.iter().any(|worker| worker.practitioner == actor.practitioner) {
            Involvement::Caseload
        } else if actor.team.is_some() && workers.iter().any(|worker| worker.team == actor.team) {
            Involvement::Team
        } else {
            Involvement::Neither
        };
        let (child, authority) = who.unzip();
        ActedOn {
            involvement,
            people: child.into_iter().collect(),
            ..ActedOn::of(visitor, authority.as_ref())
        }
    }

    async fn sensitivity(
        &self,
        visitor: &Visitor,
        command: &Command,
        people: &[PersonId],
        standing: &[Entry],
    ) -> Result<Sensitivity, ExecuteError> {
        let reader = visitor.practitioner();
        if visitor.actor().has(Role::System) {
            return Ok(Sensitivity::Open);
        }
        if command.category() == "person" && fold::<Person>(standing).is_restricted_to(reader) {
            return Ok(Sensitivity::Restricted);
        }
        for person in people {
            if self.person(*person).await?.is_some_and(|person| person.is_restricted_to(reader)) {
                return Ok(Sensitivity::Restricted);
            }
        }
        Ok(Sensitivity::Open)
    }
}

impl ActedOn {
    /// A record held by an authority; one that no authority holds yet is the actor's own partnership's.
    fn of(visitor: &Visitor, authority: Option<&Authority>) -> Self {
        let actor = visitor.actor();
        let relation = match (authority, &actor.authority) {
            (Some(held), Some(own)) if held != own => Relation::Other,
            (Some(_), None) | (None, None) => Relation::Other,
            _ if actor.agency_kind == AgencyKind::LocalAuthority => Relation::Own,
            _ => Relation::Partner,
        };
        Self { relation, involvement: Involvement::Neither, people: Vec::new() }
    }
}

fn contact_acted_on(visitor: &Visitor, command: &Command, standing: &[Entry]) -> ActedOn {
    let contact: Contact = fold(standing);
    let Some(recorded) = contact.recorded() else {
        // Anyone may tell anyone's front door; it is not for the teller to know who is closed to them.
        return ActedOn::of(visitor, command.new_contact());
    };
    let subjects = recorded.people.iter().filter(|involved| involved.role == ContactRole::Subject);
    ActedOn {
        people: subjects.map(|involved| involved.person).collect(),
        ..ActedOn::of(visitor, Some(&recorded.authority))
    }
}

/// The entry a correction is about was made by the actor's own agency.
fn is_own_entry(visitor: &Visitor, command: &Command, standing: &[Entry]) -> bool {
    let Command::Correct { correction, .. } = command else { return false };
    let entry: EventId = match correction {
        Correction::Amend { entry, .. }
        | Correction::Withdraw { entry, .. }
        | Correction::MoveAway { entry, .. }
        | Correction::Receive { entry, .. } => *entry,
    };
    standing.iter().any(|standing| standing.id == entry && standing.agency == visitor.agency())
}

fn new_tie(command: &Command) -> Option<(PersonId, TieTo)> {
    match command {
        Command::Tie { command: domain::tie::Command::Record(record), .. } => Some((record.from, record.to)),
        _ => None,
    }
}

fn new_return(_command: &Command) -> Option<&Authority> {
    None
}
