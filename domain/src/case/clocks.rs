//! How long each step may take, as data: what starts the clock, how long it runs, and where the limit is written.
//!
//! These are the national limits. Visits, core-group intervals and escalation hours are each partnership's own and
//! belong to its protocols. The sources restate *Working Together*; compare with its newest edition before relying
//! on a limit.

use chrono::{Months, NaiveDate};

use crate::codes::codes;
use crate::working_days::add_working_days;

codes! {
    /// What falls due.
    Step, "step":
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    WorkingDays(u16),
    Months(u32),
}

/// A limit that holds everywhere in England.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    pub step: Step,
    pub limit: Limit,
    /// The limit in words, with what starts it.
    pub words: &'static str,
    pub source: &'static str,
}

impl Clock {
    /// The last day, for a clock started on `day`, which is day 0.
    #[must_use]
    pub fn due(&self, day: NaiveDate) -> NaiveDate {
        match self.limit {
            Limit::WorkingDays(count) => add_working_days(day, count),
            Limit::Months(count) => day.checked_add_months(Months::new(count)).unwrap_or(day),
        }
    }
}

/// Acknowledge the referral and decide the type of response.
pub const REFERRAL_DECISION: Clock = Clock {
    step: Step::DecideReferral,
    limit: Limit::WorkingDays(1),
    words: "1 working day after the referral",
    source: "Keeping Children Safe in Education 2025, paragraph 62",
};

/// Complete the assessment of a referral.
pub const ASSESSMENT: Clock = Clock {
    step: Step::CompleteAssessment,
    limit: Limit::WorkingDays(45),
    words: "45 working days after the referral",
    source: "children in need census guide 2023 to 2024, section 4.9",
};

/// Complete a further assessment of the same episode.
pub const FURTHER_ASSESSMENT: Clock = Clock {
    step: Step::CompleteAssessment,
    limit: Limit::WorkingDays(45),
    words: "45 working days after this further assessment began",
    source: "children in need census guide 2023 to 2024, section 4.9",
};

/// Hold the initial conference.
pub const INITIAL_CONFERENCE: Clock = Clock {
    step: Step::HoldInitialConference,
    limit: Limit::WorkingDays(15),
    words: "15 working days after the strategy discussion that began the section 47 enquiry",
    source: "children in need census guide 2023 to 2024, section 4.12.2",
};

/// Hold a conference for a child who moves here on another authority's plan.
pub const TRANSFER_IN_CONFERENCE: Clock = Clock {
    step: Step::HoldTransferInConference,
    limit: Limit::WorkingDays(15),
    words: "15 working days after notice of the move arrived",
    source: "children in need census guide 2023 to 2024, section 4.8",
};

/// Bring the core group together for the first time.
pub const FIRST_CORE_GROUP: Clock = Clock {
    step: Step::HoldFirstCoreGroup,
    limit: Limit::WorkingDays(10),
    words: "10 working days after the initial conference",
    source: "Working Together to Safeguard Children, core group",
};

/// Review a plan for the first time.
pub const FIRST_REVIEW: Clock = Clock {
    step: Step::HoldReviewConference,
    limit: Limit::Months(3),
    words: "3 months after the initial conference",
    source: "Working Together to Safeguard Children, review conferences",
};

/// Review a plan again.
pub const LATER_REVIEW: Clock = Clock {
    step: Step::HoldReviewConference,
    limit: Limit::Months(6),
    words: "6 months after the last review conference",
    source: "Working Together to Safeguard Children, review conferences",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_on_the_last_day_there_is() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(FIRST_REVIEW.due(day("2025-11-30")), day("2026-02-28"));
        assert_eq!(LATER_REVIEW.due(day("2025-08-26")), day("2026-02-26"));
    }

    #[test]
    fn a_referral_before_easter_is_decided_after_it() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(REFERRAL_DECISION.due(day("2026-04-02")), day("2026-04-07"));
    }
}
