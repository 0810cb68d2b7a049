//! Who is asking: proven by a token that this node signed, or the node itself.
//!
//! Tokens stand in for sign-in on a demonstration; [`crate::app::App`] makes and reads none otherwise. Left out: what
//! a visitor may do, which is policy's.

mod token;

use chrono::{DateTime, Utc};
use domain::access::{Actor, Role};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::ids::{AccountId, AgencyId, PractitionerId, SessionId};
use uuid::Uuid;

pub use token::{TokenError, Tokens, is_development_token};

/// Somebody whose claims have been proven. Cannot be made from a request without a proof.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visitor {
    actor: Actor,
    /// The proof holds until then; a long stream of events ends with it.
    until: Option<DateTime<Utc>>,
    /// By what they signed in, where it was by the word of an issuer.
    proof: Option<Proof>,
}

/// What it rests on that somebody is who they say: streams on the record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
    pub account: AccountId,
    /// At a browser.
    pub session: Option<SessionId>,
}

impl Visitor {
    /// The node itself, for work it does without being asked.
    #[must_use]
    pub fn node() -> Self {
        Self {
            actor: Actor {
                practitioner: PractitionerId(Uuid::nil()),
                agency: AgencyId(Uuid::nil()),
                agency_kind: AgencyKind::System,
                authority: None,
                team: None,
                roles: vec![Role::System],
            },
            until: None,
            proof: None,
        }
    }

    /// The node itself, working for one authority: reading in its return.
    #[must_use]
    pub fn node_for(authority: Authority) -> Self {
        let mut node = Self::node();
        node.actor.authority = Some(authority);
        node
    }

    /// Somebody of authority 383 in one role.
    #[cfg(test)]
    pub(crate) fn for_test(role: Role) -> Self {
        let mut visitor = Self::node_for("383".parse().unwrap());
        visitor.actor.agency_kind = AgencyKind::LocalAuthority;
        visitor.actor.roles = vec![role];
        visitor
    }

    /// Somebody of authority 383 who is employed as nothing.
    #[cfg(test)]
    pub(crate) fn for_test_without_role() -> Self {
        let mut visitor = Self::for_test(Role::Teacher);
        visitor.actor.roles.clear();
        visitor
    }

    pub(crate) fn proven(actor: Actor, until: DateTime<Utc>) -> Self {
        Self { actor, until: Some(until), proof: None }
    }

    pub(crate) fn signed_in(actor: Actor, proof: Proof, until: DateTime<Utc>) -> Self {
        Self { actor, until: Some(until), proof: Some(proof) }
    }

    /// Somebody whose deeds are judged again: nobody asks anything as them.
    pub(crate) fn judged_again(actor: Actor) -> Self {
        Self { actor, until: None, proof: None }
    }

    pub(crate) fn proof(&self) -> Option<Proof> {
        self.proof
    }

    /// The streams it rests on that they are who they are.
    pub(crate) fn rests_on(&self) -> impl Iterator<Item = Uuid> {
        let proof = self.proof.into_iter();
        proof.flat_map(|Proof { account, session }| {
            let of_them = [self.actor.practitioner.0, self.actor.agency.0, account.0];
            of_them.into_iter().chain(session.map(|session| session.0))
        })
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    #[must_use]
    pub fn practitioner(&self) -> PractitionerId {
        self.actor.practitioner
    }

    #[must_use]
    pub fn agency(&self) -> AgencyId {
        self.actor.agency
    }

    /// When the proof ends; never for the node itself.
    #[must_use]
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.until
    }
}
