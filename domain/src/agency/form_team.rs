//! A team is formed inside an agency.

use super::events::TeamFormed;
use super::{Agency, NOT_REGISTERED};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::TeamId;
use crate::text::Line;
use crate::when::Occurred;

/// The team's id comes from the command: see the event.
#[derive(Clone, PartialEq, Debug)]
pub struct FormTeam {
    pub name: Line,
}

impl FormTeam {
    pub(super) fn decide(self, agency: &Agency, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if agency.registered.is_none() {
            return Err(NOT_REGISTERED);
        }
        if agency.teams.values().any(|name| *name == self.name) {
            return Ok(Vec::new());
        }
        let event = TeamFormed { team: TeamId(act.command.derive(0)), name: self.name };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agency::{AgencyKind, Register};
    use crate::decider::testing::nothing;

    fn team(name: &str) -> FormTeam {
        FormTeam { name: Line::parse(name).unwrap() }
    }

    fn school() -> Register {
        Register {
            name: Line::parse("Beckside Primary").unwrap(),
            kind: AgencyKind::School,
            authority: "383".parse().ok(),
            safeguarding_line: None,
        }
    }

    #[test]
    fn a_team_belongs_to_a_registered_agency() {
        nothing::<Agency>().when(team("Pastoral")).refused("not-registered");
        nothing::<Agency>().after(school()).when(team("Pastoral")).then_kinds(["agency.team-formed"]);
    }

    #[test]
    fn two_teams_have_two_ids_and_the_same_team_forms_once() {
        let agency = nothing::<Agency>().after(school()).after(team("Pastoral")).after(team("Attendance"));
        assert_eq!(agency.stands().teams().len(), 2);
        agency.when(team("Pastoral")).then_nothing();
    }
}
