//! Whether somebody may give an order: what it puts on record, and of which class the record acted on is for them.
//!
//! Restrictions and workers are read from the streams themselves, as they are now; only who else knows a person comes
//! from a view, since no stream says it.

use domain::access::{Action, Purpose, Role};
use domain::alert::Alert;
use domain::authority::Authority;
use domain::case::Case;
use domain::contact::Contact;
use domain::contact::involved::ContactRole;
use domain::enquiry::Enquiry;
use domain::entry::Entry;
use domain::history::Correction;
use domain::ids::{EventId, PersonId};
use domain::person::Person;
use domain::review::Review;
use domain::tie::{Tie, TieTo};
use domain::when::civil_day;
use projections::access::{standing, standings};
use projections::scope::{Restriction, Standing};

use super::dispatch::fold;
use super::rests::Rests;
use super::{Command, Order};
use crate::alerts::told_by;
use crate::app::App;
use crate::error::{ExecuteError, ReadError};
use crate::policy::{NotPermitted, Record, act_of, class};
use crate::visitor::Visitor;

/// What access to the record acted on depends on, and who is concerned by it.
#[derive(Default)]
pub(super) struct ActedOn {
    standing: Standing,
    /// Whoever's restriction closes it.
    people: Vec<PersonId>,
}

impl ActedOn {
    /// Of what concerns nobody's restriction.
    pub(super) fn of(standing: Standing) -> Self {
        Self { standing, people: Vec::new() }
    }
}

impl App {
    /// Asks policy about an order, by the entries of its stream that stand, and all as they were written where it may be
    /// on the stream already.
    pub(super) async fn permit(
        &self,
        visitor: &Visitor,
        order: &Order,
        (history, written): (&[Entry], &[Entry]),
        rests: &mut Rests,
    ) -> Result<(), ExecuteError> {
        let fact = order.command.fact();
        // What sets an agency's entries right says who works there, like what made them.
        let act =
            if is_of_agencies(order.command.category()) { Some(Action::Administer) } else { act_of(fact) };
        let Some(action) = act else {
            let action = Action::Administer;
            return Err(NotPermitted { action, purpose: order.purpose }.into());
        };
        if let Command::Enquiry { command: domain::enquiry::Command::Make(_), .. } = order.command {
            return Ok(self.policy.may_look(visitor, action, order.purpose)?);
        }
        if let Command::Alert { .. } = order.command
            && !visitor.actor().has(Role::System)
        {
            self.alert_is_there(visitor, order.purpose, &fold(history)).await?;
        }
        // The node acts on every record alike: reading in a return does not wait for what cannot change the answer.
        let standing = if visitor.actor().has(Role::System) {
            Standing::default()
        } else {
            self.standing(visitor, &order.command, history, rests).await?
        };
        let record = Record {
            class: class(visitor, order.purpose, &standing),
            own_entry: is_own_entry(visitor, &order.command, (history, written)),
        };
        Ok(self.policy.may_record(visitor, (action, fact), record, order.purpose)?)
    }

    async fn standing(
        &self,
        visitor: &Visitor,
        command: &Command,
        history: &[Entry],
        rests: &mut Rests,
    ) -> Result<Standing, ExecuteError> {
        let ActedOn { mut standing, people } = match command.category() {
            "person" => self.person_acted_on(command, history).await?,
            "case" => self.case_acted_on(command, history),
            "contact" => contact_acted_on(command, history),
            "tie" => tie_acted_on(command, history),
            "alert" => self.alert_acted_on(visitor, history, rests).await?,
            "return" => ActedOn { standing: held_by(command.new_return()), people: Vec::new() },
            "review" => review_acted_on(history),
            "enquiry" => enquiry_acted_on(history),
            "agency" | "practitioner" | "account" => self.agency_acted_on(command, history).await?,
            _ => ActedOn::default(),
        };
        for person in people {
            let restricted = self.restriction_of(person, rests).await?;
            standing.restriction = narrower(standing.restriction, restricted);
        }
        Ok(standing)
    }

    async fn person_acted_on(&self, command: &Command, history: &[Entry]) -> Result<ActedOn, ExecuteError> {
        let (Some(id), Some(first)) = (command.stream(), history.first()) else {
            return Ok(ActedOn { standing: held_by(command.told_child()), people: Vec::new() });
        };
        let known = standing(&self.views, PersonId(id)).await.map_err(ReadError::from)?;
        // A view may not have taken in yet what was opened a moment ago.
        let mut standing =
            known.unwrap_or_else(|| Standing { owners: vec![first.agency], ..Standing::default() });
        // Whom an authority's return tells of, by its own number, is a child that authority knows.
        standing.authorities.extend(command.told_child().cloned());
        let restriction = restriction(&fold::<Person>(history));
        Ok(ActedOn { standing: Standing { restriction, ..standing }, people: Vec::new() })
    }

    /// An alert that somebody is not told of, or not yet, is not there for them to say anything about.
    async fn alert_is_there(
        &self,
        visitor: &Visitor,
        purpose: Purpose,
        alert: &Alert,
    ) -> Result<(), ExecuteError> {
        let scope = self.scope(visitor, Action::ReadAlerts, purpose)?;
        let children: Vec<PersonId> = alert.says().iter().flat_map(|says| &says.children).copied().collect();
        let standings = standings(&self.views, &children).await.map_err(ReadError::from)?;
        if told_by(&scope, alert, &standings, self.clock.now()).is_empty() {
            return Err(ExecuteError::Absent);
        }
        Ok(())
    }

    /// An alert is its authority's, and its children's. It is closed when every child of it is closed to whoever acts:
    /// those who are told of one child decide, on as much of the evidence as they may see.
    async fn alert_acted_on(
        &self,
        visitor: &Visitor,
        history: &[Entry],
        rests: &mut Rests,
    ) -> Result<ActedOn, ExecuteError> {
        let alert: Alert = fold(history);
        let Some(says) = alert.says() else { return Ok(ActedOn::default()) };
        let children: Vec<PersonId> = says.children.iter().copied().collect();
        let known = standings(&self.views, &children).await.map_err(ReadError::from)?;
        let mut standing = held_by(says.authority.as_ref());
        for child in known.into_values() {
            standing.authorities.extend(child.authorities);
            standing.workers.extend(child.workers);
            standing.teams.extend(child.teams);
        }
        let mut closed = None;
        for child in children {
            let restricted = self.restriction_of(child, rests).await?;
            match restricted.filter(|restriction| !restriction.names(visitor.practitioner())) {
                Some(restriction) => closed = Some(restriction),
                None => return Ok(ActedOn { standing, people: Vec::new() }),
            }
        }
        Ok(ActedOn { standing: Standing { restriction: closed, ..standing }, people: Vec::new() })
    }

    fn case_acted_on(&self, command: &Command, history: &[Entry]) -> ActedOn {
        let case: Case = fold(history);
        let today = civil_day(self.clock.now());
        let current = case.allocations.iter().filter(|held| held.run().is_some_and(|run| run.covers(today)));
        let (mut workers, mut teams) = (Vec::new(), Vec::new());
        for worker in current.filter_map(|held| held.started.as_ref()).map(|fact| &fact.value) {
            workers.push(worker.practitioner);
            teams.extend(worker.team);
        }
        let who = case.who.map(|who| (who.child, who.authority)).or_else(|| command.new_case());
        let (child, authority) = who.unzip();
        let authorities = authority.into_iter().collect();
        ActedOn {
            standing: Standing { authorities, workers, teams, ..Standing::default() },
            people: child.into_iter().collect(),
        }
    }
}

fn is_of_agencies(category: &str) -> bool {
    matches!(category, "agency" | "practitioner" | "account" | "session")
}

fn held_by(authority: Option<&Authority>) -> Standing {
    Standing { authorities: authority.into_iter().cloned().collect(), ..Standing::default() }
}

fn contact_acted_on(command: &Command, history: &[Entry]) -> ActedOn {
    let contact: Contact = fold(history);
    match (contact.recorded(), command.new_contact()) {
        (Some(recorded), _) => {
            let subjects = recorded.people.iter().filter(|involved| involved.role == ContactRole::Subject);
            ActedOn {
                standing: held_by(Some(&recorded.authority)),
                people: subjects.map(|involved| involved.person).collect(),
            }
        }
        // Anyone may tell anyone's front door; it is not for the teller to learn who is closed to them.
        (None, authority) => ActedOn { standing: held_by(authority), people: Vec::new() },
    }
}

fn tie_acted_on(command: &Command, history: &[Entry]) -> ActedOn {
    let tie: Tie = fold(history);
    let new = match command {
        Command::Tie { command: domain::tie::Command::Record(record), .. } => Some((record.from, record.to)),
        _ => None,
    };
    let (from, to) = tie.recorded().map(|tie| (tie.from, tie.to)).or(new).unzip();
    let to = to.and_then(|to| match to {
        TieTo::Person(person) => Some(person),
        TieTo::Household(_) => None,
    });
    ActedOn { people: from.into_iter().chain(to).collect(), ..ActedOn::default() }
}

/// A review is its agency's own.
fn review_acted_on(history: &[Entry]) -> ActedOn {
    let review: Review = fold(history);
    let owners = review.raised().map(|raised| raised.agency).into_iter().collect();
    ActedOn { standing: Standing { owners, ..Standing::default() }, people: Vec::new() }
}

/// A notice is the asker's agency's own.
fn enquiry_acted_on(history: &[Entry]) -> ActedOn {
    let enquiry: Enquiry = fold(history);
    let owners = enquiry.made().map(|made| made.asked_by).into_iter().collect();
    ActedOn { standing: Standing { owners, ..Standing::default() }, people: Vec::new() }
}

pub(super) fn restriction(person: &Person) -> Option<Restriction> {
    person.restriction().map(|restricted| Restriction {
        owner: restricted.owner,
        readers: restricted.readers.clone(),
        review_on: restricted.review_on,
    })
}

/// What concerns two restricted people is for those who may see both.
pub(crate) fn narrower(one: Option<Restriction>, other: Option<Restriction>) -> Option<Restriction> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let may = |restriction: &Restriction, reader| {
                restriction.owner == reader || restriction.readers.contains(&reader)
            };
            let both = |reader: &domain::ids::PractitionerId| may(&one, *reader) && may(&other, *reader);
            let readers = one.readers.iter().chain([&one.owner]).copied().filter(both).collect();
            // The owner always reads, so the owner of both is one who may see both, or nobody.
            let owner = if may(&other, one.owner) {
                one.owner
            } else {
                domain::ids::PractitionerId(uuid::Uuid::nil())
            };
            Some(Restriction { owner, readers, review_on: one.review_on.min(other.review_on) })
        }
        (one, other) => one.or(other),
    }
}

/// The entry a correction is about was made by the actor's own agency. It need not stand still: an order given again is
/// about what it took away the first time.
fn is_own_entry(visitor: &Visitor, command: &Command, (standing, written): (&[Entry], &[Entry])) -> bool {
    let Command::Correct { correction, .. } = command else { return false };
    let (entry, written): (EventId, &[Entry]) = match correction {
        Correction::Amend { entry, .. }
        | Correction::Withdraw { entry, .. }
        | Correction::MoveAway { entry, .. } => (*entry, written),
        // That it stood here once makes it nobody's to bring back.
        Correction::Receive { entry, .. } => (*entry, &[]),
    };
    let found = standing.iter().chain(written).find(|standing| standing.id == entry);
    found.is_some_and(|entry| entry.agency == visitor.agency())
}
