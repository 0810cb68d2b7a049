//! Under what law an authority acts for a child, since when, and who may not take the child away.

use chrono::NaiveDate;
use domain::case::status::Standing;
use domain::when::civil_day;
use projections::status::CaseSummary;

const SECTION_17: &str = "Children Act 1989 section 17, a child in need";
const SECTION_22: &str = "Children Act 1989 section 22, looked after by the authority";
const SECTION_47: &str = "Children Act 1989 section 47, likely to suffer significant harm";
const KEPT_WHILE_IT_HOLDS: &str =
    "Nobody may take this child away while it holds: Children Act 1989 section 49";

/// The law of a standing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LegalBasis {
    pub law: &'static str,
    /// The last day that the order of a child who is looked after states.
    pub until: Option<NaiveDate>,
    /// That day has passed, and nothing on record took the order's place.
    pub has_lapsed: bool,
    /// A sentence; none where no law says so, or the order's last day has passed.
    pub who_may_not_take_away: Option<&'static str>,
}

impl LegalBasis {
    /// As much of it as the case tells: a reader who is told less is given a case that says less.
    #[must_use]
    pub fn of(case: &CaseSummary, day: NaiveDate) -> Option<Self> {
        let law = match case.standing {
            Standing::NotKnown | Standing::Closed | Standing::ReachedEighteen => return None,
            Standing::Referred | Standing::Assessed | Standing::InNeed => SECTION_17,
            Standing::EnquiredInto | Standing::Protected => SECTION_47,
            Standing::PoliceProtection | Standing::EmergencyOrder => case.emergency?.power.law(),
            Standing::LookedAfter => return Some(Self::of_looked_after(case, day)),
        };
        let who_may_not_take_away = case.emergency.map(|_| KEPT_WHILE_IT_HOLDS);
        Some(Self { law, until: None, has_lapsed: false, who_may_not_take_away })
    }

    fn of_looked_after(case: &CaseSummary, day: NaiveDate) -> Self {
        let has_lapsed = case.has_lapsed_order(day);
        let kept = case.legal_status.and_then(|status| status.who_may_not_take_away());
        Self {
            law: case.legal_status.map_or(SECTION_22, |status| status.law()),
            until: case.legal_status_until,
            has_lapsed,
            who_may_not_take_away: kept.filter(|_| !has_lapsed),
        }
    }
}

/// The day a standing began, as far as the case tells.
#[must_use]
pub fn since(case: &CaseSummary) -> Option<NaiveDate> {
    match case.standing {
        Standing::NotKnown => None,
        Standing::Closed => case.closed_on,
        Standing::ReachedEighteen => case.reached_eighteen_on,
        Standing::Referred => case.referred_on,
        Standing::Assessed => case.assessment_since,
        Standing::InNeed => case.cin_plan_since,
        Standing::EnquiredInto => case.section47_since,
        Standing::Protected => case.cp_plan_since,
        Standing::LookedAfter => case.looked_after_since,
        Standing::PoliceProtection | Standing::EmergencyOrder => {
            case.emergency.map(|held| civil_day(held.since))
        }
    }
}
