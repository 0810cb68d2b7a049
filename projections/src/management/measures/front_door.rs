//! What comes to the front door, and what becomes of it: contacts, incidents, referrals.

use super::{By, Figure, Measure, Names, Over, Unit, When};

const CONTACTS: Over = Over { table: "contact", beside: "", condition: "true" };
const RECEIVED: When = When::During("r.received_on");
/// Told in confidence, then or since: who told it is no group of its own, however few days a figure is asked for.
macro_rules! unless_confided {
    ($group:literal) => {
        concat!(
            "case when r.is_confided or exists (
                 select from {schema}.contact as later
                 where later.stream = r.stream and later.known_from > r.known_from and later.is_confided
             ) then 'in-confidence' else ",
            $group,
            " end"
        )
    };
}

const SP9: &str = "ADCS Safeguarding Pressures Phase 9, contacts";

pub const MEASURES: &[Measure] = &[
    Measure {
        code: "contacts-by-source",
        version: 2,
        title: "Contacts by source",
        numerator: "contacts received in the window, by the kind of agency that told them; `public` when no agency did, \
                    `in-confidence` for all whose source may not be named",
        denominator: None,
        source: SP9,
        unit: Unit::Count,
        when: RECEIVED,
        over: Over {
            table: "contact",
            beside: "left join {schema}.agency as source on source.stream = r.agency",
            condition: "true",
        },
        figure: Figure::Count,
        by: Some(By {
            expression: unless_confided!(
                "case when not r.is_told_by_agency and coalesce(source.kind, 'local-authority') = 'local-authority'
                      then 'public' else coalesce(source.kind, 'not-registered') end"
            ),
            names: Names::None,
        }),
    },
    Measure {
        code: "contacts-by-agency",
        version: 2,
        title: "Contacts by agency",
        numerator: "contacts received in the window, by the agency that told them, or that wrote down what the public told; \
                    `in-confidence` for all whose source may not be named",
        denominator: None,
        source: SP9,
        unit: Unit::Count,
        when: RECEIVED,
        over: CONTACTS,
        figure: Figure::Count,
        by: Some(By { expression: unless_confided!("r.agency::text"), names: Names::Agencies }),
    },
    Measure {
        code: "contacts-by-outcome",
        version: 1,
        title: "Contacts by outcome",
        numerator: "contacts received in the window, by what was decided; `open` when nothing was yet",
        denominator: None,
        source: SP9,
        unit: Unit::Count,
        when: RECEIVED,
        over: CONTACTS,
        figure: Figure::Count,
        by: Some(By { expression: "coalesce(r.outcome, 'open')", names: Names::None }),
    },
    Measure {
        code: "contacts-decided-1-working-day",
        version: 1,
        title: "Contacts decided within 1 working day",
        numerator: "those decided on the day they were received or the next working day",
        denominator: Some("contacts received in the window"),
        source: "convention of front doors",
        unit: Unit::Percent,
        when: RECEIVED,
        over: CONTACTS,
        figure: Figure::Share("r.working_days <= 1"),
        by: None,
    },
    Measure {
        code: "incidents",
        version: 1,
        title: "Incidents",
        numerator: "different incidents that the contacts received in the window told of: what four agencies told of is one",
        denominator: None,
        source: "own",
        unit: Unit::Count,
        when: RECEIVED,
        over: CONTACTS,
        figure: Figure::Different("r.incident"),
        by: None,
    },
    Measure {
        code: "referrals",
        version: 1,
        title: "Referrals",
        numerator: "referrals received in the window",
        denominator: None,
        source: "children in need census, referrals",
        unit: Unit::Count,
        when: RECEIVED,
        over: Over { table: "referral", beside: "", condition: "true" },
        figure: Figure::Count,
        by: None,
    },
    Measure {
        code: "referrals-no-further-action",
        version: 1,
        title: "Referrals with no further action",
        numerator: "those decided to need no further action",
        denominator: Some("referrals received in the window"),
        source: "children in need census, referrals",
        unit: Unit::Percent,
        when: RECEIVED,
        over: Over { table: "referral", beside: "", condition: "true" },
        figure: Figure::Share("r.is_no_further_action"),
        by: None,
    },
    Measure {
        code: "re-referrals-12-months",
        version: 1,
        title: "Re-referrals within 12 months",
        numerator: "those of a child who was referred to the same authority within the 12 months before",
        denominator: Some("referrals received in the window"),
        source: "DfE children's social care dashboard, October 2024",
        unit: Unit::Percent,
        when: RECEIVED,
        over: Over { table: "referral", beside: "", condition: "true" },
        figure: Figure::Share("r.previous_on >= r.received_on - interval '12 months'"),
        by: None,
    },
    Measure {
        code: "s47-to-conference",
        version: 1,
        title: "Section 47 enquiries that led to an initial conference",
        numerator: "those that led to an initial child protection conference",
        denominator: Some("section 47 enquiries begun in the window"),
        source: "children in need census, section 47",
        unit: Unit::Percent,
        when: When::During("r.started_on"),
        over: Over { table: "section47", beside: "", condition: "true" },
        figure: Figure::Share("r.conference_on is not null"),
        by: None,
    },
    Measure {
        code: "alerts-followed",
        version: 1,
        title: "Alerts that something followed from",
        numerator: "those that were accepted, so that something followed",
        denominator: Some("alerts raised in the window"),
        source: "own; linkage yield",
        unit: Unit::Percent,
        when: When::During("r.raised_on"),
        over: Over { table: "alert", beside: "", condition: "true" },
        figure: Figure::Share("r.became not in ('open', 'dismissed', 'withdrawn')"),
        by: None,
    },
];
