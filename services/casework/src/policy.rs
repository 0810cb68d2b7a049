//! The only maker of a [`Scope`], and the only asker of policy.
//!
//! Rules are Cedar text in `schemas/policy`, checked strictly against their schema at the start: a set that does not
//! pass stops the program. A rule that fails while it is asked denies, whatever the others say. Answers depend only
//! on roles, purpose and access class, so they are kept for the next request.
//!
//! Left out: which class a record is of for a reader; the views say that, row by row, through the [`Scope`].

mod acts;
mod disclosures;
mod dry_run;
mod engine;
mod remembered;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::access::{AccessClass, Action, Actor, Disclosure, Purpose, Role};
use projections::scope::{Scope, Standing};

use crate::app::App;
use crate::visitor::Visitor;

pub use acts::act_of;
pub use dry_run::{Difference, DryRun, dry_run};
pub use engine::{Policy, PolicyError, Record};

/// Policy says no, and the visitor may know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no rule allows `{action}` for the purpose `{purpose}` in this role")]
pub struct NotPermitted {
    pub action: Action,
    pub purpose: Purpose,
}

impl App {
    /// What a visitor may be told for a purpose, decided once for all records of the answer.
    ///
    /// # Errors
    /// [`NotPermitted`] when the visitor may not look in this way at all.
    pub fn scope(&self, visitor: &Visitor, action: Action, purpose: Purpose) -> Result<Scope, NotPermitted> {
        self.policy.may_look(visitor, action, purpose)?;
        let told = self.policy.table(&visitor.actor().roles, purpose);
        Ok(Scope::decided(visitor.actor().clone(), purpose, told))
    }
}

impl Policy {
    /// How much of a record of one class somebody in a role is told at most, whatever the purpose: to say, before
    /// something is written, who will see it.
    #[must_use]
    pub fn tells_at_most(&self, role: Role, class: AccessClass) -> Disclosure {
        let told = |purpose: &Purpose| self.table(&[role], *purpose).get(&class).copied();
        Purpose::ALL.iter().filter_map(told).max().unwrap_or(Disclosure::None)
    }
}

impl App {
    /// What somebody who asked once would be told if they asked now, when they would be told anything: to judge
    /// whether their answer still holds. Nothing is shown to anybody by it.
    pub(crate) fn scope_of_asker(&self, asker: &Actor, purpose: Purpose) -> Scope {
        Scope::decided(asker.clone(), purpose, self.policy.table(&asker.roles, purpose))
    }
}

/// The class of a record for a visitor, by the same rules as every query.
pub(crate) fn class(visitor: &Visitor, purpose: Purpose, standing: &Standing) -> AccessClass {
    Scope::decided(visitor.actor().clone(), purpose, Arc::default()).class(standing)
}
