//! Who may be told which measures: whose work, over which days, in how much detail.
//!
//! An authority's managers and front door are told of their authority; auditors of everybody; another agency of the
//! contacts it told itself. Whoever may not see the children behind a figure is shown no small number, and only years
//! that end with a month, so that two windows cannot be taken apart day by day.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Action, Purpose, Role};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::ids::TeamId;
use domain::when::civil_day;
use projections::management::window::{Window, last_whole_month};
use projections::management::{Asked, Detail, NAME, Whose};

use crate::app::App;
use crate::error::{FieldError, ReadError};
use crate::policy::NotPermitted;
use crate::visitor::Visitor;

/// A question as it is put.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Question {
    pub authority: Option<Authority>,
    pub team: Option<TeamId>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub known_at: Option<DateTime<Utc>>,
}

impl App {
    /// The question as this visitor may put it for this purpose, and in how much detail they are answered.
    ///
    /// # Errors
    /// Not permitted; days that are no window, or none for this visitor; a log that does not answer.
    pub async fn to_measures(
        &self,
        visitor: &Visitor,
        purpose: Purpose,
        question: Question,
    ) -> Result<Asked, ReadError> {
        let Question { authority, team, from, to, known_at } = question;
        let whose =
            whose(visitor, authority, team).ok_or(NotPermitted { action: Action::ReadMeasures, purpose })?;
        let detail = self.detail(visitor, purpose, &whose);
        let today = civil_day(known_at.unwrap_or_else(|| self.clock.now()));
        let to = to.unwrap_or(match detail {
            Detail::Whole => today,
            Detail::Suppressed => last_whole_month(today),
        });
        let window = match from {
            None => Window::year_to(to),
            Some(from) => Window::new(from, to)
                .map_err(|error| ReadError::Invalid(vec![FieldError::new("query/from", error)]))?,
        };
        if detail == Detail::Suppressed && !window.is_year_of_whole_months() {
            let problem =
                "must be the last day of a month, without `from`: small numbers are not shown to you";
            return Err(ReadError::Invalid(vec![FieldError::new("query/to", problem)]));
        }
        let known = match known_at {
            Some(at) => self.views.position_at(at).await?,
            None => self.views.position(NAME),
        };
        Ok(Asked { whose, window, known, detail })
    }

    /// Whoever may see the children sees every count.
    fn detail(&self, visitor: &Visitor, purpose: Purpose, whose: &Whose) -> Detail {
        let is_own = matches!(whose, Whose::Authoritys(_) | Whose::Teams(..)) && is_of_an_authority(visitor);
        match self.policy.may_look(visitor, Action::DrillDown, purpose) {
            Ok(()) if is_own => Detail::Whole,
            Ok(()) | Err(_) => Detail::Suppressed,
        }
    }
}

fn is_of_an_authority(visitor: &Visitor) -> bool {
    visitor.actor().agency_kind == AgencyKind::LocalAuthority
}

/// Whose work the visitor may be told of; `None` when it is not what they ask for.
fn whose(visitor: &Visitor, authority: Option<Authority>, team: Option<TeamId>) -> Option<Whose> {
    let actor = visitor.actor();
    let of = |authority: Authority| match team {
        Some(team) => Whose::Teams(authority, team),
        None => Whose::Authoritys(authority),
    };
    if actor.has(Role::Auditor) || actor.has(Role::System) {
        return match (authority, team) {
            (Some(authority), _) => Some(of(authority)),
            (None, None) => Some(Whose::Everybodys),
            (None, Some(_)) => None,
        };
    }
    let own = actor.authority.clone();
    let is_own = authority.is_none() || authority == own;
    if is_of_an_authority(visitor) {
        return own.filter(|_| is_own).map(of);
    }
    (authority.is_none() && team.is_none()).then_some(Whose::Agencys(actor.agency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(code: &str) -> Option<Authority> {
        code.parse().ok()
    }

    #[test]
    fn a_manager_is_told_of_their_own_authority_and_of_no_other() {
        let manager = Visitor::for_test(Role::TeamManager);
        let own = Whose::Authoritys("383".parse().unwrap());
        assert_eq!(whose(&manager, None, None), Some(own.clone()));
        assert_eq!(whose(&manager, authority("383"), None), Some(own));
        assert_eq!(whose(&manager, authority("380"), None), None);
    }

    #[test]
    fn an_auditor_is_told_of_everybody() {
        let auditor = Visitor::for_test(Role::Auditor);
        assert_eq!(whose(&auditor, None, None), Some(Whose::Everybodys));
        assert_eq!(whose(&auditor, authority("380"), None), authority("380").map(Whose::Authoritys));
    }
}
