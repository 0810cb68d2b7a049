//! Who has how much work, what waits for somebody, and what was written down late.

use super::{By, Figure, Measure, Names, Over, Unit, When};

pub const MEASURES: &[Measure] = &[
    Measure {
        code: "caseload",
        version: 1,
        title: "Caseload per worker",
        numerator: "cases allocated on the last day to those who do the work, by team; a case that two have counts for both",
        denominator: Some("different practitioners who have one or more"),
        source: "DfE children's social work workforce, caseload; without full-time equivalents",
        unit: Unit::Each,
        when: When::OnTheLastDay,
        over: Over {
            table: "allocation",
            beside: "",
            condition: "r.from_on <= {last} and (r.until_on is null or r.until_on > {last})
                        and r.role not in ('conference-chair', 'independent-reviewing-officer', 'team-manager')",
        },
        figure: Figure::ForEach("r.practitioner"),
        by: Some(By { expression: "r.team::text", names: Names::Teams }),
    },
    Measure {
        code: "unallocated",
        version: 1,
        title: "Open cases that nobody has",
        numerator: "episodes open on the last day of which nobody had the work",
        denominator: None,
        source: "own",
        unit: Unit::Count,
        when: When::OnTheLastDay,
        over: Over {
            table: "waiting",
            beside: "",
            condition: "r.from_on <= {last} and (r.until_on is null or r.until_on > {last})",
        },
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
        over: Over { table: "late", beside: "", condition: "true" },
        figure: Figure::Count,
        by: Some(By { expression: "r.kind", names: Names::None }),
    },
];
