//! What a file would change: each order is judged by the rules of its stream as it stands, and by what the orders before
//! it would have made of it. Nothing is written.

use std::collections::BTreeMap;

use domain::access::Purpose;
use domain::account::Account;
use domain::agency::{self, Agency, FormTeam};
use domain::decider::{Act, Decider, NewEvent, Refusal};
use domain::entry::Entry;
use domain::ids::{AccountId, AgencyId, CommandId, CorrelationId, EventId, KeyId, TeamId};
use domain::practitioner::{self, Leave, Practitioner};
use domain::text::Line;
use uuid::Uuid;

use super::file::{AgencySaid, File, PractitionerSaid};
use super::{Of, Outcome, Step};
use crate::app::App;
use crate::error::{FieldError, ReadError};
use crate::execute::{Command, Order};
use crate::visitor::Visitor;

/// Goes through a file.
pub(super) struct Rehearsal<'a> {
    app: &'a App,
    /// Whoever tries out stands for the node.
    act: Act,
    correlation: CorrelationId,
    teams: BTreeMap<(AgencyId, Line), TeamId>,
    accounts: BTreeMap<AccountId, Account>,
    pub steps: Vec<Step>,
    pub faults: Vec<FieldError>,
}

/// A stream, as it stands and as it would.
struct Tried<D> {
    state: D,
    step: Step,
}

impl<'a> Rehearsal<'a> {
    pub fn new(app: &'a App, correlation: CorrelationId) -> Self {
        let node = Visitor::node();
        let act = Act {
            command: CommandId(Uuid::nil()),
            stream: Uuid::nil(),
            actor: node.practitioner(),
            agency: node.agency(),
            now: app.clock.now(),
            fresh_key: KeyId(Uuid::nil()),
        };
        let (teams, accounts) = (BTreeMap::new(), BTreeMap::new());
        Self { app, act, correlation, teams, accounts, steps: Vec::new(), faults: Vec::new() }
    }

    pub async fn go_through(&mut self, file: File) -> Result<(), ReadError> {
        for agency in file.agencies {
            self.agency(agency).await?;
        }
        for practitioner in file.practitioners {
            self.practitioner(practitioner).await?;
        }
        Ok(())
    }

    async fn agency(&mut self, said: AgencySaid) -> Result<(), ReadError> {
        let mut tried = self.begin::<Agency>("agency", Of::Agency, said.id.0, &said.place).await?;
        let order = |command: agency::Command| Command::Agency { id: Some(said.id), command };
        self.order(&mut tried, &said.place, said.register.into(), order, None);
        for (place, set) in said.hours {
            self.order(&mut tried, &place, set.into(), order, None);
        }
        for team in said.teams {
            let part = format!("{}/{}", said.id.0, team.reference.as_str());
            let key = self.app.ids.key_of_part("goldthread provision: a team", &part);
            let command = self.app.ids.command(Visitor::node().practitioner(), &key);
            let own = TeamId(command.derive(0));
            if tried.state.teams().get(&own).is_some_and(|name| *name != team.name) {
                let problem = "must be what it is on record; form a team of another name under another `ref`";
                self.faults.push(FieldError::new(format!("{}/name", team.place), problem));
                continue;
            }
            let form = FormTeam { name: team.name.clone() };
            self.act.command = command;
            self.order(&mut tried, &team.place, form.into(), order, Some(key));
            // One of this name may have been formed otherwise.
            let formed = tried.state.teams().iter().find(|(_, name)| **name == team.name);
            if let Some((id, _)) = formed {
                self.teams.insert((said.id, team.reference), *id);
            }
        }
        self.steps.push(tried.step);
        Ok(())
    }

    async fn practitioner(&mut self, said: PractitionerSaid) -> Result<(), ReadError> {
        let mut tried =
            self.begin::<Practitioner>("practitioner", Of::Practitioner, said.id.0, &said.place).await?;
        let order = |command: practitioner::Command| Command::Practitioner { id: Some(said.id), command };
        if said.left_on.is_none() && tried.state.left_on().is_some() {
            let problem =
                "must be said, as it is on record; whoever comes back is registered under another `ref`";
            self.faults.push(FieldError::new(format!("{}/left_on", said.place), problem));
            return Ok(());
        }
        let team = said.team.and_then(|team| self.teams.get(&(said.agency, team)).copied());
        let register = practitioner::Register { agency: said.agency, team, details: said.details };
        self.order(&mut tried, &said.place, register.into(), order, None);
        if let Some(on) = said.left_on {
            self.order(&mut tried, &format!("{}/left_on", said.place), Leave { on }.into(), order, None);
        }
        for (place, give) in said.roles {
            self.order(&mut tried, &place, give.into(), order, None);
        }
        for (place, id, link) in said.accounts {
            let state = match self.accounts.remove(&id) {
                Some(state) => state,
                None => self.app.state_of("account", id.0).await?.0,
            };
            let mut account = Tried { state, step: tried.step };
            let order = |command| Command::Account { id, command };
            self.order(&mut account, &place, link.into(), order, None);
            self.accounts.insert(id, account.state);
            tried.step = account.step;
        }
        self.steps.push(tried.step);
        Ok(())
    }

    async fn begin<D: Decider>(
        &mut self,
        category: &str,
        of: Of,
        id: Uuid,
        place: &str,
    ) -> Result<Tried<D>, ReadError> {
        self.act.stream = id;
        let (state, version) = self.app.state_of::<D>(category, id).await?;
        let outcome = if version == 0 { Outcome::Registered } else { Outcome::AsItWas };
        let step = Step { place: place.to_owned(), of, id, outcome, events: Vec::new(), orders: Vec::new() };
        Ok(Tried { state, step })
    }

    /// Tries an order; it is kept if anything would come of it.
    fn order<D: Decider<Command: Clone>>(
        &mut self,
        tried: &mut Tried<D>,
        place: &str,
        command: D::Command,
        order: impl Fn(D::Command) -> Command,
        idempotency_key: Option<String>,
    ) {
        let decided = match tried.state.decide(&self.act, command.clone()) {
            Ok(decided) => decided,
            Err(Refusal { sentence, .. }) => {
                self.faults.push(FieldError::new(place, format!("cannot be done: {sentence}")));
                return;
            }
        };
        if decided.is_empty() {
            return;
        }
        for new in decided {
            let kind = new.event.kind();
            let step = &mut tried.step;
            step.outcome = match step.outcome {
                Outcome::Registered => Outcome::Registered,
                _ if kind == "practitioner.left" => Outcome::Left,
                Outcome::Left => Outcome::Left,
                Outcome::Changed | Outcome::AsItWas => Outcome::Changed,
            };
            step.events.push(kind);
            tried.state.evolve(&self.as_if_recorded(new));
        }
        let correlation = Some(self.correlation);
        let order = Order { idempotency_key, correlation, ..Order::new(Purpose::Operation, order(command)) };
        tried.step.orders.push(order);
    }

    fn as_if_recorded(&self, new: NewEvent) -> Entry {
        Entry {
            id: EventId(Uuid::nil()),
            position: 0,
            stream: Uuid::nil(),
            version: 0,
            recorded_at: self.act.now,
            occurred: new.occurred,
            actor: self.act.actor,
            agency: self.act.agency,
            purpose: Purpose::Operation.code().to_owned(),
            lawful_basis: String::new(),
            correlation: self.correlation,
            corrected_at: None,
            event: new.event,
        }
    }
}
