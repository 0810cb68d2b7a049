//! How the national limits were kept, each by what was on record when the limit passed (`domain::case::measured`).

use super::{Figure, Measure, Over, Unit, WT, When, those_of};

const fn step(condition: &'static str) -> Over {
    those_of("step", condition)
}

const IN_TIME: Figure = Figure::Share("r.done_on <= r.due");
/// On the day it was done; what was not, on the last day it could have been.
const DONE: When = When::During("coalesce(r.done_on, r.due)");

pub const MEASURES: &[Measure] = &[
    Measure {
        code: "referrals-decided-1-working-day",
        version: 2,
        title: "Referrals decided within 1 working day",
        numerator: "those whose decision was on record in time, or was first recorded as in time",
        denominator: Some(
            "referrals received in the window that were decided, or should have been by its last day",
        ),
        source: WT,
        unit: Unit::Percent,
        when: When::During("r.since"),
        over: step("r.step = 'decide-referral' and (r.done_on is not null or r.due < least({last}, r.adult_from))")
            .but_for("r.said_until is not null", "referrals known only from a return, which says no day of a decision"),
        figure: IN_TIME,
        by: None,
    },
    Measure {
        code: "assessments-45-working-days",
        version: 1,
        title: "Assessments within 45 working days",
        numerator: "those authorised within 45 working days of the referral; a further one, of its own beginning",
        denominator: Some("assessments authorised in the window"),
        source: "children in need census guide, section 4.9",
        unit: Unit::Percent,
        when: DONE,
        over: step("r.step = 'complete-assessment' and r.done_on is not null"),
        figure: IN_TIME,
        by: None,
    },
    Measure {
        code: "assessment-duration",
        version: 1,
        title: "Assessment duration",
        numerator: "median working days from the referral to the authorisation, of assessments authorised in the window",
        denominator: None,
        source: "children in need census, assessments",
        unit: Unit::WorkingDays,
        when: DONE,
        over: step("r.step = 'complete-assessment' and r.done_on is not null"),
        figure: Figure::Median("r.working_days"),
        by: None,
    },
    Measure {
        code: "conferences-15-working-days",
        version: 1,
        title: "Initial conferences within 15 working days",
        numerator: "those held within 15 working days of the strategy discussion; one dated before it is not in time",
        denominator: Some("initial child protection conferences held in the window"),
        source: "children in need census guide, section 4.12.2",
        unit: Unit::Percent,
        when: DONE,
        over: step("r.step = 'hold-initial-conference' and r.done_on is not null"),
        figure: Figure::Share("r.done_on between r.since and r.due"),
        by: None,
    },
    Measure {
        code: "transfers-in-15-working-days",
        version: 1,
        title: "Transfer-in conferences within 15 working days",
        numerator: "those held within 15 working days of the notice",
        denominator: Some("transfer-in conferences held in the window"),
        source: "children in need census guide, section 4.8",
        unit: Unit::Percent,
        when: DONE,
        over: step("r.step = 'hold-transfer-in-conference' and r.done_on is not null"),
        figure: IN_TIME,
        by: None,
    },
    Measure {
        code: "core-groups-10-working-days",
        version: 2,
        title: "First core groups within 10 working days",
        numerator: "those whose core group first met within 10 working days of the conference",
        denominator: Some("plans begun in the window whose core group met, or should have by its last day"),
        source: WT,
        unit: Unit::Percent,
        when: When::During("r.since"),
        over: step(
            "r.step = 'hold-first-core-group' and (r.done_on is not null or r.due < least({last}, r.adult_from))",
        )
        .but_for("r.said_until is not null", "plans whose beginning is known only from a return, which tells of no core group"),
        figure: IN_TIME,
        by: None,
    },
    Measure {
        code: "dates-late-or-changed",
        version: 3,
        title: "Statutory dates recorded late or changed after their limit",
        numerator: "those written down after their limit and after the day they name, and those changed after it or gone \
                    from the record: they stay measured as they were first recorded",
        denominator: Some("steps with a national limit done in the window, and those gone that were due in it"),
        source: "own",
        unit: Unit::Percent,
        when: DONE,
        over: step("(r.done_on is not null or r.is_changed_after_limit)")
            .but_for("r.said_until is not null", "steps known only from a return, which is written afterwards"),
        figure: Figure::Share("r.is_recorded_late or r.is_changed_after_limit"),
        by: None,
    },
];
