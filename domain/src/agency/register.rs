//! An agency joins, or says anew what it is called and whom to ring.

use super::events::Registered;
use super::{Agency, AgencyKind, SafeguardingLine};
use crate::authority::Authority;
use crate::decider::{Act, NewEvent, Refusal};
use crate::text::Line;
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Register {
    pub name: Line,
    pub kind: AgencyKind,
    /// The authority whose partnership it works in; none for one that works for the whole node.
    pub authority: Option<Authority>,
    pub safeguarding_line: Option<SafeguardingLine>,
}

const AUTHORITY_NEEDED: Refusal = Refusal {
    code: "authority-needed",
    sentence: "A local authority is registered with its three-digit code.",
};
const THE_NODES_OWN: Refusal = Refusal {
    code: "the-nodes-own",
    sentence: "`system` is the node itself, which is no agency; say what the agency is.",
};
const ANOTHER_KIND: Refusal = Refusal {
    code: "another-kind",
    sentence: "An agency stays what it is; register the other one as an agency of its own.",
};

impl Register {
    pub(super) fn decide(self, agency: &Agency, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if self.kind == AgencyKind::System {
            return Err(THE_NODES_OWN);
        }
        if self.kind == AgencyKind::LocalAuthority && self.authority.is_none() {
            return Err(AUTHORITY_NEEDED);
        }
        let event = Registered {
            name: self.name,
            kind: self.kind,
            authority: self.authority,
            safeguarding_line: self.safeguarding_line,
        };
        match &agency.registered {
            Some(before) if *before == event => return Ok(Vec::new()),
            Some(before) if before.kind != event.kind || before.authority != event.authority => {
                return Err(ANOTHER_KIND);
            }
            Some(_) | None => {}
        }
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::nothing;

    fn leeds() -> Register {
        Register {
            name: Line::parse("Leeds children’s services").unwrap(),
            kind: AgencyKind::LocalAuthority,
            authority: "383".parse().ok(),
            safeguarding_line: None,
        }
    }

    #[test]
    fn an_agency_registers_once_however_often_it_says_the_same() {
        nothing::<Agency>().when(leeds()).then_kinds(["agency.registered"]);
        nothing::<Agency>().after(leeds()).when(leeds()).then_nothing();
    }

    #[test]
    fn an_agency_may_change_whom_to_ring_but_not_what_it_is() {
        let line = SafeguardingLine { in_hours: Line::parse("0113 496 0000").unwrap(), out_of_hours: None };
        let ring = Register { safeguarding_line: Some(line), ..leeds() };
        nothing::<Agency>().after(leeds()).when(ring).then_kinds(["agency.registered"]);
        let school = Register { kind: AgencyKind::School, ..leeds() };
        nothing::<Agency>().after(leeds()).when(school).refused("another-kind");
    }

    #[test]
    fn nobody_registers_as_the_node() {
        let node = Register { kind: AgencyKind::System, ..leeds() };
        nothing::<Agency>().when(node).refused("the-nodes-own");
    }

    #[test]
    fn a_local_authority_says_which() {
        nothing::<Agency>().when(Register { authority: None, ..leeds() }).refused("authority-needed");
    }
}
