//! Who has how much work, what waits for somebody, and what was written down late.

use super::{By, Figure, Measure, Names, Unit, When, all_of, those_of};

pub const MEASURES: &[Measure] = &[
    Measure {
        code: "caseload",
        version: 2,
        title: "Caseload per worker",
        numerator: "cases allocated on the last day to those who do the work, by team; a case that two have counts for both, \
                    and of who has reached 18 only a personal adviser's counts",
        denominator: Some("different practitioners who have one or more"),
        source: "DfE children's social work workforce, caseload; without full-time equivalents",
        unit: Unit::Each,
        when: When::OnTheLastDay,
        over: those_of(
            "allocation",
            "r.role not in ('conference-chair', 'independent-reviewing-officer', 'team-manager')",
        ),
        figure: Figure::ForEach("r.practitioner"),
        by: Some(By { expression: "r.team", otherwise: "not-said", names: Names::Teams }),
    },
    Measure {
        code: "unallocated",
        version: 2,
        title: "Open cases that nobody has",
        numerator: "episodes of children under 18 open on the last day of which nobody had the work",
        denominator: None,
        source: "own",
        unit: Unit::Count,
        when: When::OnTheLastDay,
        over: all_of("waiting").but_for(
            "r.said_until is not null",
            "episodes known only from a return, which does not say who has the case",
        ),
        figure: Figure::Count,
        by: None,
    },
    Measure {
        code: "recorded-late",
        version: 1,
        title: "Entries recorded late",
        numerator: "entries of a case written down in the window, more than 5 working days after what they tell of; returns left out",
        denominator: None,
        source: "own",
        unit: Unit::Count,
        when: When::During("r.recorded_on"),
        over: all_of("late"),
        figure: Figure::Count,
        by: Some(By { expression: "r.kind", otherwise: "not-said", names: Names::None }),
    },
];
