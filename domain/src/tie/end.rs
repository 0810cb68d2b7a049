//! A tie no longer holds. It stays on record for the time it did.

use chrono::NaiveDate;

use super::events::Ended;
use super::{EndReason, Tie};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::source::Source;
use crate::when::{Occurred, civil_day};

#[derive(Clone, PartialEq, Debug)]
pub struct End {
    /// The last day it held.
    pub on: NaiveDate,
    pub reason: EndReason,
    pub source: Source,
}

const NOT_RECORDED: Refusal =
    Refusal { code: "not-recorded", sentence: "There is no such tie; record it before its end." };
const ENDED_ALREADY: Refusal = Refusal {
    code: "ended-already",
    sentence: "This tie has ended on another day; amend that entry if it is wrong.",
};
const ENDS_BEFORE_IT_STARTS: Refusal = Refusal {
    code: "ends-before-it-starts",
    sentence: "The last day of a tie is not before its first; check both days.",
};

impl End {
    pub(super) fn decide(self, tie: &Tie, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let recorded = tie.recorded.as_ref().ok_or(NOT_RECORDED)?;
        match tie.ended_on {
            Some(before) if before == self.on => return Ok(Vec::new()),
            Some(_) => return Err(ENDED_ALREADY),
            None => {}
        }
        if self.on > civil_day(act.now) {
            return Err(IN_THE_FUTURE);
        }
        if recorded.since.is_some_and(|since| self.on < since) {
            return Err(ENDS_BEFORE_IT_STARTS);
        }
        let event = Ended { on: self.on, reason: self.reason, source: self.source };
        Ok(vec![NewEvent { occurred: Occurred::Day(self.on), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, TOLD, day, nothing};
    use crate::tie::record::tests::mother;

    fn tie() -> Given<Tie> {
        nothing().after(mother())
    }

    fn end(on: &str) -> End {
        End { on: day(on), reason: EndReason::MovedOut, source: TOLD }
    }

    #[test]
    fn a_tie_ends_once_on_a_day_that_has_come() {
        tie().when(end("2026-03-10")).then_kinds(["tie.ended"]);
        tie().after(end("2026-03-01")).when(end("2026-03-01")).then_nothing();
        tie().after(end("2026-03-01")).when(end("2026-03-02")).refused("ended-already");
        tie().when(end("2026-03-11")).refused("in-the-future");
    }

    #[test]
    fn a_tie_ends_after_it_began() {
        tie().when(end("2019-05-01")).refused("ends-before-it-starts");
        nothing::<Tie>().when(end("2026-03-01")).refused("not-recorded");
    }
}
