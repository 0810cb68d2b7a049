//! Child protection plans: how many, for what, how old the children, how long, how often again, and whether reviewed.

use super::{By, Figure, Measure, Names, Over, Unit, WT, When};

const OPEN: &str = "r.started_on <= {last} and (r.ended_on is null or r.ended_on > {last})";

pub const MEASURES: &[Measure] = &[
    Measure {
        code: "reviews-on-time",
        version: 1,
        title: "Plans with every review on time",
        numerator: "those whose every review was held on time: the first within 3 months, each later one within 6 of the last",
        denominator: Some("plans open on the last day that had been for 3 months or more"),
        source: "DfE indicator 67; Working Together to Safeguard Children",
        unit: Unit::Percent,
        when: When::OnTheLastDay,
        over: Over {
            table: "plan",
            beside: "",
            condition: "r.started_on <= {last} - interval '3 months' and (r.ended_on is null or r.ended_on > {last})",
        },
        figure: Figure::Share(
            "not exists (select from {schema}.step as review
                         where review.step = 'hold-review-conference' and review.of = r.plan
                           and review.known_from <= $1 and (review.known_until is null or review.known_until > $1)
                           and review.due < {last} and (review.done_on is null or review.done_on > review.due))",
        ),
        by: None,
    },
    Measure {
        code: "plans-by-category",
        version: 1,
        title: "Plans by latest category",
        numerator: "plans open on the last day, by the category they were under",
        denominator: None,
        source: "children in need census, child protection plans",
        unit: Unit::Count,
        when: When::OnTheLastDay,
        over: Over {
            table: "category",
            beside: "",
            condition: "r.from_on <= {last} and (r.until_on is null or r.until_on > {last})",
        },
        figure: Figure::Count,
        by: Some(By { expression: "r.category", names: Names::None }),
    },
    Measure {
        code: "plans-by-age",
        version: 1,
        title: "Plans by age",
        numerator: "plans open on the last day, by the age the child reaches in that year; days of birth are sealed",
        denominator: None,
        source: "children in need census, child protection plans",
        unit: Unit::Count,
        when: When::OnTheLastDay,
        over: Over {
            table: "plan",
            beside: "left join {schema}.birth on birth.stream = r.child
                         and birth.known_from <= $1 and (birth.known_until is null or birth.known_until > $1)",
            condition: OPEN,
        },
        figure: Figure::Count,
        by: Some(By {
            expression: "case when birth.year is null then 'not-said' when birth.is_unborn then 'unborn'
                              else case width_bucket(extract(year from {last})::int - birth.year, array[1, 5, 10, 16, 18])
                                   when 0 then 'under-1' when 1 then '1-to-4' when 2 then '5-to-9'
                                   when 3 then '10-to-15' when 4 then '16-to-17' else '18-and-over' end end",
            names: Names::None,
        }),
    },
    Measure {
        code: "plans-second-or-later",
        version: 1,
        title: "Second or later plans",
        numerator: "those of a child who had been on a plan at the same authority before, ever",
        denominator: Some("plans begun in the window"),
        source: "DfE indicator 65",
        unit: Unit::Percent,
        when: When::During("r.started_on"),
        over: Over { table: "plan", beside: "", condition: "true" },
        figure: Figure::Share("r.previous_plans > 0"),
        by: None,
    },
    Measure {
        code: "plans-two-years",
        version: 1,
        title: "Plans open for two years or more",
        numerator: "those open for two years or more",
        denominator: Some("plans open on the last day"),
        source: WT,
        unit: Unit::Percent,
        when: When::OnTheLastDay,
        over: Over { table: "plan", beside: "", condition: OPEN },
        figure: Figure::Share("r.started_on <= {last} - interval '2 years'"),
        by: None,
    },
];
