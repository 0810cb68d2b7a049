//! The only maker of a [`Scope`], and the only asker of policy.

use domain::access::{Action, Purpose};

/// Policy says no, and the visitor may know it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no rule allows `{action}` for `{purpose}` in this role")]
pub struct NotPermitted {
    pub action: Action,
    pub purpose: Purpose,
}
