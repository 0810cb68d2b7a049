//! Child protection plans: how many, for what, how old the children, how long, how often again, and whether reviewed.

use super::{By, Figure, Measure, Names, Over, Unit, WT, When, all_of, those_of};

const PLANS: Over = all_of("plan");

pub const MEASURES: &[Measure] = &[
    Measure {
        code: "reviews-on-time",
        version: 2,
        title: "Plans with every review on time",
        numerator: "those whose every review was held on time: the first within 3 months, each later one within 6 of the last",
        denominator: Some(
            "plans open on the last day, of children under 18, that had been for 3 months or more; of one known only from a return, the reviews \
             that were due in the return's year",
        ),
        source: "DfE indicator 67; Working Together to Safeguard Children",
        unit: Unit::Percent,
        when: When::OnTheLastDay,
        over: those_of("plan", "r.started_on <= {last} - interval '3 months'")
            .but_for("r.said_until < {last}", "plans known only from a return, on days after the return's own"),
        figure: Figure::Share("r.missed_on is null or r.missed_on >= {last}"),
        by: None,
    },
    Measure {
        code: "plans-by-category",
        version: 2,
        title: "Plans by latest category",
        numerator: "plans open on the last day of children under 18, by the category they were under; one known only from a \
                    return stays open until somebody tells of its end",
        denominator: None,
        source: "children in need census, child protection plans",
        unit: Unit::Count,
        when: When::OnTheLastDay,
        over: all_of("category"),
        figure: Figure::Count,
        by: Some(By { expression: "r.category", otherwise: "not-said", names: Names::None }),
    },
    Measure {
        code: "plans-by-age",
        version: 3,
        title: "Plans by age",
        numerator: "plans open on the last day of children under 18, by the age of the child on that day; where the date of \
                    birth is disputed or not known to the day, by the age they reach in that year",
        denominator: None,
        source: "children in need census, child protection plans",
        unit: Unit::Count,
        when: When::OnTheLastDay,
        over: PLANS,
        figure: Figure::Count,
        by: Some(By {
            expression: "case when r.born_in is null then null when r.is_unborn then 'unborn'
                              when {last} < r.adult_from - interval '17 years' then 'under-1'
                              when {last} < r.adult_from - interval '13 years' then '1-to-4'
                              when {last} < r.adult_from - interval '8 years' then '5-to-9'
                              when {last} < r.adult_from - interval '2 years' then '10-to-15'
                              when r.adult_from is not null then '16-to-17'
                              else case width_bucket(extract(year from {last})::int - r.born_in, array[1, 5, 10, 16, 18])
                                   when 0 then 'under-1' when 1 then '1-to-4' when 2 then '5-to-9'
                                   when 3 then '10-to-15' when 4 then '16-to-17' else '18-and-over' end end",
            otherwise: "not-said",
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
        over: PLANS,
        figure: Figure::Share("r.previous_plans > 0"),
        by: None,
    },
    Measure {
        code: "plans-two-years",
        version: 2,
        title: "Plans open for two years or more",
        numerator: "those open for two years or more",
        denominator: Some("plans open on the last day of children under 18"),
        source: WT,
        unit: Unit::Percent,
        when: When::OnTheLastDay,
        over: PLANS,
        figure: Figure::Share("r.started_on <= {last} - interval '2 years'"),
        by: None,
    },
];
