//! Who works where: whose agency an order is about, and what its rules must know of that agency.

use domain::access::Role;
use domain::account::{self, Account, Link};
use domain::agency::{self, Agency};
use domain::authority::Authority;
use domain::entry::Entry;
use domain::ids::{AccountId, AgencyId, PractitionerId, TeamId};
use domain::practitioner::{self, GiveRole, Practitioner};
use event_store::StreamId;
use projections::scope::Standing;

use super::Command;
use super::acted_on::ActedOn;
use super::dispatch::fold;
use crate::app::App;
use crate::error::{ExecuteError, FieldError, ReadError};
use crate::visitor::Visitor;

impl App {
    /// The agency an order is about is its own, and its authority's.
    pub(super) async fn agency_acted_on(
        &self,
        command: &Command,
        history: &[Entry],
    ) -> Result<ActedOn, ExecuteError> {
        // Nobody but the node chooses the id of what begins.
        if history.is_empty() && command.stream().is_some() && !matches!(command, Command::Account { .. }) {
            return Err(ExecuteError::Absent);
        }
        let (agency, authority) = match command {
            Command::Agency { id, command } => {
                let registered = fold::<Agency>(history).registered().cloned();
                match (registered, command) {
                    (Some(registered), _) => (*id, registered.authority),
                    (None, agency::Command::Register(new)) => (None, new.authority.clone()),
                    (None, _) => (None, None),
                }
            }
            Command::Practitioner { command, .. } => {
                let registered =
                    fold::<Practitioner>(history).registered().map(|registered| registered.agency);
                let new = match command {
                    practitioner::Command::Register(new) => Some(new.agency),
                    _ => None,
                };
                self.with_authority(registered.or(new)).await?
            }
            Command::Account { command, .. } => {
                let practitioner = match command {
                    account::Command::Link(link) => Some(link.practitioner),
                    account::Command::End(_) => fold::<Account>(history).was_last(),
                };
                self.with_authority(self.agency_of(practitioner).await?).await?
            }
            _ => (None, None),
        };
        Ok(ActedOn::of(of_agency((agency, authority))))
    }

    /// What access to what is on record of an agency and its people depends on, as it stands.
    pub(crate) async fn standing_of_agency(&self, stream: &StreamId) -> Result<Standing, ReadError> {
        let agency = match stream.category.as_str() {
            "agency" => Some(AgencyId(stream.id)),
            "practitioner" => self.agency_of(Some(PractitionerId(stream.id))).await?,
            "account" => {
                let account = self.account(AccountId(stream.id), self.on_record()).await?;
                self.agency_of(account.was_last()).await?
            }
            _ => None,
        };
        Ok(of_agency(self.with_authority(agency).await?))
    }

    async fn with_authority(
        &self,
        agency: Option<AgencyId>,
    ) -> Result<(Option<AgencyId>, Option<Authority>), ReadError> {
        let Some(id) = agency else { return Ok((None, None)) };
        let agency = self.agency(id, self.on_record()).await?;
        Ok((Some(id), agency.registered().and_then(|registered| registered.authority.clone())))
    }

    /// For whom somebody works, or worked; `None` when they are not registered here.
    async fn agency_of(&self, practitioner: Option<PractitionerId>) -> Result<Option<AgencyId>, ReadError> {
        let Some(practitioner) = practitioner else { return Ok(None) };
        let practitioner = self.practitioner(practitioner, self.on_record()).await?;
        Ok(practitioner.registered().map(|registered| registered.agency))
    }

    /// A role is one that the practitioner's agency has, and one that is an administrator's to give.
    pub(super) async fn role_is_the_agencys(
        &self,
        visitor: &Visitor,
        give: &GiveRole,
        standing: &[Entry],
    ) -> Result<(), ExecuteError> {
        let practitioner: Practitioner = fold(standing);
        let Some(registered) = practitioner.registered() else { return Ok(()) };
        let agency = self.agency(registered.agency, self.on_record()).await?;
        let is_node = visitor.actor().has(Role::System);
        let kind = match agency.registered() {
            Some(registered) => registered.kind,
            // A demonstration's agencies and their people are ordered at the same time.
            None if is_node => return Ok(()),
            None => return Err(invalid("agency", "must be registered first")),
        };
        let allowed: Vec<Role> =
            if is_node { kind.roles().to_vec() } else { kind.roles_of_administrators().collect() };
        if allowed.contains(&give.role) {
            return Ok(());
        }
        let by = if kind.roles().contains(&give.role) { ", as an administrator gives them" } else { "" };
        let codes: Vec<&str> = allowed.iter().map(|role| role.code()).collect();
        let problem =
            format!("must be one of the roles of an agency that is `{kind}`{by}: {}", codes.join(", "));
        Err(invalid("role", problem))
    }

    /// A team is one of the agency: whoever is in a team sees its children.
    pub(super) async fn team_is_the_agencys(
        &self,
        visitor: &Visitor,
        agency: AgencyId,
        team: TeamId,
    ) -> Result<(), ExecuteError> {
        if visitor.actor().has(Role::System) {
            return Ok(());
        }
        let agency = self.agency(agency, self.on_record()).await?;
        if agency.teams().contains_key(&team) {
            return Ok(());
        }
        Err(invalid("team", "must be a team of the agency where they work; form it first"))
    }

    /// An account is of an issuer of this node, which speaks for the agency where the practitioner works.
    pub(super) async fn issuer_speaks_for(&self, link: &Link) -> Result<(), ExecuteError> {
        let Some(issuer) = self.issuers.named(link.issuer.as_str()) else {
            return Err(invalid("issuer", "must be one of the file of issuers, letter by letter"));
        };
        let Some(agency) = self.agency_of(Some(link.practitioner)).await? else {
            return Err(invalid(
                "practitioner",
                "must be somebody who is registered here; register them first",
            ));
        };
        if issuer.speaks_for(agency) {
            return Ok(());
        }
        let agency = self.agency(agency, self.on_record()).await?;
        let whose = agency.registered().map_or("their agency", |registered| registered.name.as_str());
        Err(invalid("issuer", format!("does not speak for {whose}, where they work")))
    }
}

fn of_agency((agency, authority): (Option<AgencyId>, Option<Authority>)) -> Standing {
    Standing {
        owners: agency.into_iter().collect(),
        authorities: authority.into_iter().collect(),
        ..Standing::default()
    }
}

fn invalid(field: &str, problem: impl std::fmt::Display) -> ExecuteError {
    ExecuteError::Invalid(vec![FieldError::new(field, problem)])
}
