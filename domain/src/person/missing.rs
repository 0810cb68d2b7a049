//! A child is missing, from home, from care or from education, until they are found. It heads every answer about them.
//!
//! *Statutory guidance on children who run away or go missing from home or care* (2014); *Children missing education*
//! (2025). Left out: why, which is a contact's to say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{Found, MissingReported};
use super::{Person, PersonKind};
use crate::codes::codes;
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::event::Event;
use crate::source::Source;
use crate::when::Occurred;

codes! {
    /// From where somebody is missing.
    MissingFrom, "where somebody is missing from":
    Home => "home",
    Care => "care",
    Education => "education",
}

codes! {
    /// Whether somebody independent is to hear from the child what happened, within 72 hours of their return.
    ReturnInterview, "return interview":
    Offered => "offered",
    NotOffered => "not-offered",
    /// Not for a child who was missing from education only.
    NotDue => "not-due",
}

/// Where somebody is missing from, and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    pub from: MissingFrom,
    pub since: Occurred,
}

/// Reports somebody missing.
#[derive(Clone, PartialEq, Debug)]
pub struct ReportMissing {
    pub from: MissingFrom,
    /// Since when.
    pub occurred: Occurred,
    pub source: Source,
}

/// Says that somebody who was missing is found.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordFound {
    pub from: MissingFrom,
    pub occurred: Occurred,
    pub return_interview: ReturnInterview,
    pub source: Source,
}

const MISSING_ALREADY: Refusal = Refusal {
    code: "missing-already",
    sentence: "They are on record as missing from there; record what is new as a contact.",
};
const NOT_MISSING: Refusal = Refusal {
    code: "not-missing",
    sentence: "They are not on record as missing from there; report them missing first.",
};
const FOUND_BEFORE_MISSING: Refusal = Refusal {
    code: "found-before-missing",
    sentence: "They are found after they went missing; check both times.",
};
const UNBORN_IS_NOT_MISSING: Refusal = Refusal {
    code: "unborn-is-not-missing",
    sentence: "An unborn child is not missing by itself; report the mother.",
};

impl ReportMissing {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let opened = person.opened()?;
        if opened.kind == PersonKind::Unborn {
            return Err(UNBORN_IS_NOT_MISSING);
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        if let Some(missing) = person.missing.iter().find(|missing| missing.from == self.from) {
            return if missing.since == self.occurred { Ok(Vec::new()) } else { Err(MISSING_ALREADY) };
        }
        let event = MissingReported { from: self.from, source: self.source };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }
}

impl RecordFound {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        person.opened()?;
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        let missing = person.missing.iter().find(|missing| missing.from == self.from).ok_or(NOT_MISSING)?;
        if self.occurred.latest() < missing.since.earliest() {
            return Err(FOUND_BEFORE_MISSING);
        }
        let event = Found { from: self.from, return_interview: self.return_interview, source: self.source };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }
}

/// What is known of where somebody is missing from, an entry further. Found for a place ends it for that place.
pub fn step(missing: &mut Vec<Missing>, occurred: Occurred, event: &Event) {
    match event {
        Event::PersonMissingReported(reported)
            if missing.iter().all(|missing| missing.from != reported.from) =>
        {
            missing.push(Missing { from: reported.from, since: occurred });
            missing.sort_by_key(|missing| missing.from);
        }
        Event::PersonFound(found) => missing.retain(|missing| missing.from != found.from),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, TOLD, nothing, on};
    use crate::person::open::tests::open;
    use crate::person::restrict::tests::anybody;

    fn missing(from: MissingFrom, since: &str) -> ReportMissing {
        ReportMissing { from, occurred: on(since), source: TOLD }
    }

    fn found(from: MissingFrom, at: &str) -> RecordFound {
        RecordFound { from, occurred: on(at), return_interview: ReturnInterview::Offered, source: TOLD }
    }

    fn from(given: &Given<Person>) -> Vec<MissingFrom> {
        given.stands().missing().iter().map(|missing| missing.from).collect()
    }

    #[test]
    fn a_child_is_missing_until_found() {
        let given = anybody().after(missing(MissingFrom::Care, "2026-03-08T22:30:00Z"));
        assert_eq!(from(&given), [MissingFrom::Care]);
        assert!(from(&given.after(found(MissingFrom::Care, "2026-03-09T03:00:00Z"))).is_empty());
    }

    #[test]
    fn a_child_found_at_home_may_still_be_missing_from_education() {
        let given = anybody()
            .after(missing(MissingFrom::Education, "2026-02-02"))
            .after(missing(MissingFrom::Home, "2026-03-08T22:30:00Z"))
            .after(found(MissingFrom::Home, "2026-03-09T03:00:00Z"));
        assert_eq!(from(&given), [MissingFrom::Education]);
    }

    #[test]
    fn a_child_is_reported_once_and_may_go_missing_again() {
        let given = || anybody().after(missing(MissingFrom::Care, "2026-03-08T22:30:00Z"));
        given().when(missing(MissingFrom::Care, "2026-03-08T22:30:00Z")).then_nothing();
        given().when(missing(MissingFrom::Care, "2026-03-09")).refused("missing-already");
        given()
            .after(found(MissingFrom::Care, "2026-03-09T03:00:00Z"))
            .when(missing(MissingFrom::Care, "2026-03-10T01:00:00Z"))
            .then_kinds(["person.missing-reported"]);
    }

    #[test]
    fn who_is_found_was_missing() {
        anybody().when(found(MissingFrom::Home, "2026-03-09")).refused("not-missing");
        anybody()
            .after(missing(MissingFrom::Home, "2026-03-09T10:00:00Z"))
            .when(found(MissingFrom::Home, "2026-03-09T09:00:00Z"))
            .refused("found-before-missing");
    }

    #[test]
    fn going_missing_has_happened_to_somebody_who_is_born() {
        anybody().when(missing(MissingFrom::Home, "2026-03-11")).refused("in-the-future");
        nothing::<Person>().when(missing(MissingFrom::Home, "2026-03-09")).refused("not-opened");
        nothing::<Person>()
            .after(open(PersonKind::Unborn, Vec::new()))
            .when(missing(MissingFrom::Home, "2026-03-09"))
            .refused("unborn-is-not-missing");
    }
}
