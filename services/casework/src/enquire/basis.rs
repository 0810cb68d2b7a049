//! Under what law an authority acts for a child, and who may not take the child away.

use chrono::{DateTime, NaiveDate, Utc};
use domain::case::emergency::Emergency;
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
    /// The law by which the child is looked after, where that of an emergency power stands before it.
    pub beside: Option<&'static str>,
    /// The last day that the order of a child who is looked after states.
    pub until: Option<NaiveDate>,
    /// That day has passed, and nothing on record took the order's place.
    pub has_lapsed: bool,
    /// None where no law says so, or the order's last day has passed.
    pub kept: Option<Kept>,
}

/// Who may not take a child away, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// A sentence, with the law.
    pub who_may_not_take_away: &'static str,
    pub until: KeptUntil,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeptUntil {
    /// The first moment at which an emergency power holds no more.
    Moment(DateTime<Utc>),
    /// The last day an order states.
    EndOf(NaiveDate),
    /// Until a court says otherwise.
    Discharged,
}

impl Kept {
    fn under(emergency: &Emergency) -> Self {
        Self { who_may_not_take_away: KEPT_WHILE_IT_HOLDS, until: KeptUntil::Moment(emergency.until) }
    }

    /// True for what still holds at a moment.
    fn holds(self, at: DateTime<Utc>) -> bool {
        match self.until {
            KeptUntil::Moment(until) => at < until,
            KeptUntil::EndOf(day) => civil_day(at) <= day,
            KeptUntil::Discharged => true,
        }
    }
}

impl LegalBasis {
    /// As much of it as the case tells: a reader who is told less is given a case that says less.
    #[must_use]
    pub fn of(case: &CaseSummary, day: NaiveDate) -> Option<Self> {
        let law = match case.standing {
            Standing::NotKnown | Standing::Closed | Standing::ReachedEighteen => return None,
            Standing::Referred | Standing::Assessed | Standing::InNeed => SECTION_17,
            Standing::EnquiredInto | Standing::Protected => SECTION_47,
            Standing::PoliceProtection | Standing::EmergencyOrder => {
                return Some(Self::in_emergency(case, &case.emergency?, day));
            }
            Standing::LookedAfter => return Some(Self::of_looked_after(case, day)),
        };
        Some(Self { law, beside: None, until: None, has_lapsed: false, kept: None })
    }

    /// An emergency power ends nothing by which the child was looked after: what keeps them longer is said.
    fn in_emergency(case: &CaseSummary, emergency: &Emergency, day: NaiveDate) -> Self {
        let (law, kept) = (emergency.power.law(), Kept::under(emergency));
        if case.looked_after_since.is_none() {
            return Self { law, beside: None, until: None, has_lapsed: false, kept: Some(kept) };
        }
        let looked_after = Self::of_looked_after(case, day);
        let longer = looked_after.kept.filter(|order| order.holds(emergency.until));
        Self { law, beside: Some(looked_after.law), kept: Some(longer.unwrap_or(kept)), ..looked_after }
    }

    fn of_looked_after(case: &CaseSummary, day: NaiveDate) -> Self {
        let has_lapsed = case.has_lapsed_order(day);
        let kept = case.legal_status.and_then(|status| status.who_may_not_take_away());
        Self {
            law: case.legal_status.map_or(SECTION_22, |status| status.law()),
            beside: None,
            until: case.legal_status_until,
            has_lapsed,
            kept: kept.filter(|_| !has_lapsed).map(|who_may_not_take_away| Kept {
                who_may_not_take_away,
                until: case.legal_status_until.map_or(KeptUntil::Discharged, KeptUntil::EndOf),
            }),
        }
    }

    /// The law or laws, as they are said.
    #[must_use]
    pub fn said(&self) -> String {
        std::iter::once(self.law).chain(self.beside).collect::<Vec<_>>().join("; and ")
    }
}
