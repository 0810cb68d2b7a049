//! What comes to the front door, and what becomes of it: contacts, incidents, referrals.

use super::{By, Figure, Measure, Names, Over, Unit, When, all_of, those_of};

const CONTACTS: Over = all_of("contact");
const RECEIVED: When = When::During("r.received_on");
const SP9: &str = "ADCS Safeguarding Pressures Phase 9, contacts";

const CENSUS: &str = "children in need census, referrals";

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
        over: CONTACTS,
        figure: Figure::Count,
        by: Some(By {
            expression: "case when r.is_confided then null
                              when not r.is_told_by_agency and coalesce(r.kind, 'local-authority') = 'local-authority'
                              then 'public' else coalesce(r.kind, 'not-registered') end",
            otherwise: "in-confidence",
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
        by: Some(By {
            expression: "case when r.is_confided then null else r.agency end",
            otherwise: "in-confidence",
            names: Names::Agencies,
        }),
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
        by: Some(By { expression: "r.outcome", otherwise: "open", names: Names::None }),
    },
    Measure {
        code: "contacts-decided-1-working-day",
        version: 2,
        title: "Contacts decided within 1 working day",
        numerator: "those whose decision was first written down on the day they were received or the next working day",
        denominator: Some(
            "contacts received in the window that were decided, or should have been by its last day; each is received when \
             it is first written down",
        ),
        source: "convention of front doors",
        unit: Unit::Percent,
        when: RECEIVED,
        over: those_of("contact", "(r.decided_on is not null or r.decide_by < {last})"),
        figure: Figure::Share("r.working_days <= 1"),
        by: None,
    },
    Measure {
        code: "contact-decisions-late-or-withdrawn",
        version: 1,
        title: "Decisions on contacts recorded late or withdrawn",
        numerator: "those written down after their limit and said to be of a day before, and those withdrawn after it: \
                    they stay measured as they were first written down",
        denominator: Some("contacts received in the window that were decided"),
        source: "own",
        unit: Unit::Percent,
        when: RECEIVED,
        over: those_of("contact", "r.decided_on is not null"),
        figure: Figure::Share("r.is_decision_late_or_gone"),
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
        version: 2,
        title: "Referrals by source",
        numerator: "referrals received in the window, by the kind of source that the referral names; \
                    `in-confidence` for all whose source may not be named",
        denominator: None,
        source: CENSUS,
        unit: Unit::Count,
        when: RECEIVED,
        over: all_of("referral"),
        figure: Figure::Count,
        by: Some(By {
            expression: "case when r.is_told_in_confidence then 'in-confidence'
                              when r.source in ('1A', '1B', '1C', '1D') then 'individual'
                              when r.source = '2A' then 'school' when r.source = '2B' then 'education-services'
                              when r.source in ('3A', '3B', '3C', '3D', '3E', '3F') then 'health'
                              when r.source = '4' then 'housing'
                              when r.source in ('5A', '5B', '5C', '5D') then 'local-authority-services'
                              when r.source = '6' then 'police' when r.source = '7' then 'other-legal'
                              when r.source = '8' then 'other' when r.source = '9' then 'anonymous'
                              when r.source = '10' then 'unknown' end",
            otherwise: "not-said",
            names: Names::None,
        }),
    },
    Measure {
        code: "referrals-by-agency",
        version: 1,
        title: "Referrals by agency",
        numerator: "referrals received in the window, by the agency that told the contact which became it, or that wrote \
                    down what the public told; `in-confidence` for all whose source may not be named, `no-contact` for \
                    those that came of no contact on record here",
        denominator: None,
        source: CENSUS,
        unit: Unit::Count,
        when: RECEIVED,
        over: all_of("referral"),
        figure: Figure::Count,
        by: Some(By {
            expression: "case when r.is_told_in_confidence then 'in-confidence' else r.told_by::text end",
            otherwise: "no-contact",
            names: Names::Agencies,
        }),
    },
    Measure {
        code: "referrals-no-further-action",
        version: 1,
        title: "Referrals with no further action",
        numerator: "those decided to need no further action",
        denominator: Some("referrals received in the window"),
        source: CENSUS,
        unit: Unit::Percent,
        when: RECEIVED,
        over: all_of("referral"),
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
        over: all_of("referral"),
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
        over: all_of("section47"),
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
        over: all_of("alert"),
        figure: Figure::Share("r.became not in ('open', 'dismissed', 'withdrawn')"),
        by: None,
    },
];
