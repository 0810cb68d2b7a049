//! What is asked of the measures: where, over which days, as known when, and in how much detail.

use domain::authority::Authority;
use domain::ids::{AgencyId, TeamId};
use event_store::Position;

use super::figures::Detail;
use super::window::Window;

/// Whose work is counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whose {
    /// Of every authority on this node.
    Everybodys,
    Authoritys(Authority),
    Teams(Authority, TeamId),
    /// The contacts that one agency told, and nothing else.
    Agencys(AgencyId),
}

/// A question to the measures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub whose: Whose,
    pub window: Window,
    /// As the record was up to there.
    pub known: Position,
    pub detail: Detail,
}

impl Whose {
    pub(super) fn authority(&self) -> Option<&str> {
        match self {
            Self::Authoritys(authority) | Self::Teams(authority, _) => Some(authority.as_str()),
            Self::Everybodys | Self::Agencys(_) => None,
        }
    }

    pub(super) fn team(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Teams(_, team) => Some(team.0),
            _ => None,
        }
    }

    pub(super) fn agency(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Agencys(agency) => Some(agency.0),
            _ => None,
        }
    }

    /// A front door has no team, and another agency is told of contacts only.
    #[must_use]
    pub fn has(&self, measure: &super::measures::Measure) -> bool {
        match self {
            Self::Everybodys | Self::Authoritys(_) => true,
            Self::Teams(..) => !measure.is_of_the_front_door(),
            Self::Agencys(_) => measure.is_of_contacts(),
        }
    }
}
