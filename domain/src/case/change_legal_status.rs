//! A child who is looked after is so under another law: an interim order becomes a care order, an agreement an order.

use chrono::NaiveDate;

use super::events::{LegalStatus, LookedAfterStatusChanged};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, from_a_practitioner, has_happened};
use super::state::{Case, LegalBasis};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::LookedAfterId;
use crate::when::Occurred;

/// Records under what law a child is looked after from a day.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangeLegalStatus {
    pub looked_after: LookedAfterId,
    pub on: Occurred,
    pub legal_status: LegalStatus,
    /// The last day, where the order states one.
    pub until: Option<NaiveDate>,
}

const BEFORE_LOOKED_AFTER: Refusal = Refusal {
    code: "before-looked-after",
    sentence: "The child was not looked after yet on that day; check the day, or correct the start.",
};

/// An order ends after it is made.
pub(super) fn ends_after(until: Option<NaiveDate>, on: Occurred) -> Result<(), Refusal> {
    if until.is_some_and(|until| until < on.day()) { Err(ENDS_BEFORE_IT_STARTS) } else { Ok(()) }
}

pub(super) fn decide(case: &Case, act: &Act, command: ChangeLegalStatus) -> Result<Vec<NewEvent>, Refusal> {
    let ChangeLegalStatus { looked_after, on, legal_status, until } = command;
    let period = case.period_looked_after(looked_after)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    ends_after(until, on)?;
    let run = period.run();
    if run.is_some_and(|run| on.day() < run.from) {
        return Err(BEFORE_LOOKED_AFTER);
    }
    if run.is_some_and(|run| !run.covers(on.day())) {
        return Err(ENDED_ALREADY);
    }
    if period.basis_on(on.day()) == Some(LegalBasis { status: legal_status, until }) {
        return Ok(Vec::new());
    }
    let changed = LookedAfterStatusChanged {
        child: who.child,
        authority: who.authority,
        looked_after,
        legal_status,
        until,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: changed.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::clocks::Step;
    use crate::case::testing::*;

    fn looked_after() -> Given<Case> {
        let agreed =
            StartLookedAfter { on: on("2026-02-10"), legal_status: LegalStatus::Section20, until: None };
        being_assessed("2026-02-02").after(agreed)
    }

    fn interim_order(case: &Case, day_made: &str, last: &str) -> Command {
        ChangeLegalStatus {
            looked_after: case.looked_after[0].id,
            on: on(day_made),
            legal_status: LegalStatus::InterimCareOrder,
            until: Some(day(last)),
        }
        .into()
    }

    #[test]
    fn the_law_is_that_of_the_day_and_an_order_with_an_end_falls_due() {
        let given = looked_after().and(|case| interim_order(case, "2026-02-20", "2026-03-20"));
        let status = |text| CaseStatus::on(&given.history(), day(text));
        let law = |text| status(text).looked_after.unwrap().legal_status.unwrap();
        assert_eq!(law("2026-02-19"), LegalStatus::Section20);
        assert_eq!(law("2026-02-20"), LegalStatus::InterimCareOrder);
        let ends =
            status("2026-02-20").due.into_iter().find(|due| due.step == Step::LegalStatusEnds).unwrap();
        assert_eq!((ends.by, ends.source.as_str()), (day("2026-03-20"), LegalStatus::InterimCareOrder.law()));
    }

    #[test]
    fn an_order_past_its_stated_end_is_said_to_be_and_the_child_is_still_looked_after() {
        let given = looked_after().and(|case| interim_order(case, "2026-02-20", "2026-03-01"));
        let looked_after = |text| CaseStatus::on(&given.history(), day(text)).looked_after.unwrap();
        assert!(!looked_after("2026-03-01").has_lapsed);
        assert!(looked_after("2026-03-02").has_lapsed);
    }

    #[test]
    fn the_law_changes_while_the_child_is_looked_after() {
        looked_after()
            .order(|case| interim_order(case, "2026-02-09", "2026-03-20"))
            .refused("before-looked-after");
        looked_after()
            .order(|case| interim_order(case, "2026-02-20", "2026-02-19"))
            .refused("ends-before-it-starts");
    }
}
