//! How long each step may take: `schemas/clocks/england.json` says how long each clock runs, from which day on, and where
//! the limit is written. The day a clock starts chooses among its limits, so that a new edition changes no past.
//!
//! These are the national limits. Visits, core-group intervals and escalation hours are each partnership's own and
//! belong to its protocols. The sources restate *Working Together*; compare with its newest edition before relying
//! on a limit.

use std::cmp::Reverse;
use std::sync::LazyLock;

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;

use crate::codes::codes;
use crate::when::{civil_day, start_of};
use crate::working_days::add_working_days;

codes! {
    /// What falls due.
    Step, "step":
    /// What a front door was told of.
    DecideContact => "decide-contact",
    DecideReferral => "decide-referral",
    CompleteAssessment => "complete-assessment",
    HoldInitialConference => "hold-initial-conference",
    HoldTransferInConference => "hold-transfer-in-conference",
    HoldReviewConference => "hold-review-conference",
    HoldFirstCoreGroup => "hold-first-core-group",
    /// Police protection or an emergency protection order lapses.
    EmergencyEnds => "emergency-ends",
    /// An order under which a child is looked after comes to its stated end.
    LegalStatusEnds => "legal-status-ends",
    /// The team's own day, not a national limit.
    ReviewAssessment => "review-assessment",
}

/// How long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    WorkingDays(u16),
    Months(u32),
    Days(u64),
    /// By the clock, whatever day of the week it is.
    Hours(u32),
}

/// A clock by its name in the data: what starts it, the fold that reads it knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock(&'static str);

/// A limit that holds everywhere in England, from a day on.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    clock: String,
    pub step: Step,
    pub limit: Limit,
    /// The limit in words, with what starts it.
    pub words: String,
    pub source: String,
    pub in_force_from: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[serde(rename = "remark")]
    _remark: String,
    limits: Vec<InForce>,
}

/// Sorted by the day in force, the newest first.
static LIMITS: LazyLock<Vec<InForce>> =
    LazyLock::new(|| read(include_str!("../../../schemas/clocks/england.json")));

#[expect(clippy::expect_used, reason = "the data is part of the program, and a test reads it")]
fn read(data: &str) -> Vec<InForce> {
    let mut limits = serde_json::from_str::<Data>(data).expect("limits as they are shipped").limits;
    limits.sort_by_key(|limit| Reverse(limit.in_force_from));
    limits
}

impl Clock {
    /// The limit for a clock started on `day`.
    #[must_use]
    pub fn on(self, day: NaiveDate) -> &'static InForce {
        in_force(&LIMITS, self, day)
    }

    /// The last day, for a clock started on `day`, which is day 0.
    #[must_use]
    pub fn due(self, day: NaiveDate) -> NaiveDate {
        match self.on(day).limit {
            Limit::WorkingDays(count) => add_working_days(day, count),
            Limit::Months(count) => day.checked_add_months(Months::new(count)).unwrap_or(day),
            Limit::Days(count) => day.checked_add_days(Days::new(count)).unwrap_or(day),
            Limit::Hours(_) => civil_day(self.lapses(start_of(day))),
        }
    }

    /// When what began at a moment lapses by the clock; of a limit in working days or months, with its last day.
    #[must_use]
    pub fn lapses(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let day = civil_day(at);
        match self.on(day).limit {
            Limit::Hours(count) => at + TimeDelta::hours(count.into()),
            Limit::Days(count) => at.checked_add_days(Days::new(count)).unwrap_or(at),
            Limit::WorkingDays(_) | Limit::Months(_) => start_of(self.due(day) + Days::new(1)),
        }
    }
}

/// The newest that is in force; before the oldest, the oldest.
#[expect(clippy::expect_used, reason = "a test finds a limit for every clock")]
fn in_force(limits: &[InForce], clock: Clock, day: NaiveDate) -> &InForce {
    let of = || limits.iter().filter(move |limit| limit.clock == clock.0);
    of().find(|limit| limit.in_force_from <= day)
        .or_else(|| of().next_back())
        .expect("a limit for every clock")
}

/// Decide what a front door was told.
pub const CONTACT_DECISION: Clock = Clock("contact-decision");
/// Police protection lapses.
pub const POLICE_PROTECTION: Clock = Clock("police-protection");
/// The longest that an emergency protection order can state.
pub const EMERGENCY_ORDER: Clock = Clock("emergency-order");
/// The longest by which it can be extended.
pub const EMERGENCY_ORDER_EXTENSION: Clock = Clock("emergency-order-extension");
/// Acknowledge the referral and decide the type of response.
pub const REFERRAL_DECISION: Clock = Clock("referral-decision");
/// Complete the assessment of a referral.
pub const ASSESSMENT: Clock = Clock("assessment");
/// Complete a further assessment of the same episode.
pub const FURTHER_ASSESSMENT: Clock = Clock("further-assessment");
/// Hold the initial conference.
pub const INITIAL_CONFERENCE: Clock = Clock("initial-conference");
/// Hold a conference for a child who moves here on another authority's plan.
pub const TRANSFER_IN_CONFERENCE: Clock = Clock("transfer-in-conference");
/// Bring the core group together for the first time.
pub const FIRST_CORE_GROUP: Clock = Clock("first-core-group");
/// Review a plan for the first time.
pub const FIRST_REVIEW: Clock = Clock("first-review");
/// Review a plan again.
pub const LATER_REVIEW: Clock = Clock("later-review");

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Clock; 12] = [
        CONTACT_DECISION,
        POLICE_PROTECTION,
        EMERGENCY_ORDER,
        EMERGENCY_ORDER_EXTENSION,
        REFERRAL_DECISION,
        ASSESSMENT,
        FURTHER_ASSESSMENT,
        INITIAL_CONFERENCE,
        TRANSFER_IN_CONFERENCE,
        FIRST_CORE_GROUP,
        FIRST_REVIEW,
        LATER_REVIEW,
    ];

    #[test]
    fn months_end_on_the_last_day_there_is() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(FIRST_REVIEW.due(day("2025-11-30")), day("2026-02-28"));
        assert_eq!(LATER_REVIEW.due(day("2025-08-26")), day("2026-02-26"));
    }

    #[test]
    fn hours_run_by_the_clock_through_a_sunday_and_the_change_of_the_hour() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(POLICE_PROTECTION.lapses(at("2026-03-27T23:30:00Z")), at("2026-03-30T23:30:00Z"));
        assert_eq!(
            CONTACT_DECISION.lapses(at("2026-04-02T16:00:00Z")),
            at("2026-04-07T23:00:00Z"),
            "its last day"
        );
    }

    #[test]
    fn a_referral_before_easter_is_decided_after_it() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(REFERRAL_DECISION.due(day("2026-04-02")), day("2026-04-07"));
    }

    #[test]
    fn every_clock_has_a_limit_for_every_day_and_every_limit_a_clock() {
        for clock in ALL {
            for on in ["1990-01-01", "2026-03-10", "2199-01-01"] {
                assert!(!clock.on(on.parse().unwrap()).words.is_empty());
            }
        }
        assert!(LIMITS.iter().all(|limit| ALL.iter().any(|clock| clock.0 == limit.clock)));
    }

    #[test]
    fn the_day_a_clock_starts_chooses_its_limit() {
        let clock = REFERRAL_DECISION;
        let limit = |days, from: &str| InForce {
            limit: Limit::WorkingDays(days),
            in_force_from: from.parse().unwrap(),
            ..clock.on("2026-03-10".parse().unwrap()).clone()
        };
        let limits = [limit(10, "2026-04-01"), limit(1, "2020-01-01")];
        let on = |day: &str| in_force(&limits, clock, day.parse().unwrap()).limit;
        assert_eq!(on("2026-04-01"), Limit::WorkingDays(10));
        assert_eq!(on("2026-03-31"), Limit::WorkingDays(1));
        assert_eq!(on("2001-01-01"), Limit::WorkingDays(1), "the oldest holds for what came before");
    }
}
