//! What an answer tells that somebody acts on, and whether another would differ: a pure comparison.
//!
//! An answer would differ when there is somebody where nobody was, or the other way round; when the child is missing
//! or found; when another authority is responsible; when the child stands otherwise at an authority; when nobody may
//! take the child away, no longer, or until another time; when another law is why the child is looked after, or its
//! order states another last day. Both are told as of one moment, so what runs out by the clock, as the answer itself
//! said, makes no difference.
//!
//! Since when the child stood so, who was the lead practitioner and under which categories a plan was are compared as they
//! were when it was asked: a late record or a correction made the answer wrong. Another worker from next week on did not,
//! and makes no difference.
//!
//! Left out, because nobody acts otherwise for it: what else happened, and who asked before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Answer;
use crate::access::Disclosure;
use crate::authority::Authority;
use crate::case::emergency::Emergency;
use crate::case::events::LegalStatus;
use crate::case::status::Standing;
use crate::ids::PractitionerId;
use crate::person::{Missing, MissingFrom, OnDuty};

/// What a reader is told of somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub answer: Answer,
    pub disclosed: Disclosure,
    pub missing: BTreeSet<MissingFrom>,
    /// Which authorities owe the child what, the responsible one first.
    pub on_duty: Vec<OnDuty>,
    pub at: BTreeMap<Authority, ToldAt>,
    /// The same when it was asked, in what changes from week to week.
    pub when_asked: BTreeMap<Authority, ToldWhenAsked>,
}

/// What the record says today of the moment in which it was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldWhenAsked {
    pub since: Option<NaiveDate>,
    pub lead: Option<PractitionerId>,
    /// Of a protection plan, as the census writes them.
    pub categories: Vec<String>,
}

/// How the child stands at one authority.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldAt {
    pub standing: Standing,
    pub emergency: Option<Emergency>,
    /// Of a child who is looked after.
    pub legal_status: Option<LegalStatus>,
    /// The last day that its order states.
    pub legal_status_until: Option<NaiveDate>,
}

impl Told {
    /// Where somebody is missing from, without since when.
    pub fn missing_from(missing: &[Missing]) -> BTreeSet<MissingFrom> {
        missing.iter().map(|missing| missing.from).collect()
    }

    /// How much somebody must be told of the record to notice that this answer and a later one differ; `None` when
    /// they do not. Nothing that either was not told of is compared.
    #[must_use]
    pub fn differs_from(&self, later: &Self) -> Option<Disclosure> {
        if self.answer != later.answer
            || self.missing != later.missing
            || self.responsible() != later.responsible()
        {
            return Some(Disclosure::Contact);
        }
        let both = self.disclosed.min(later.disclosed);
        let differs = self.duties() != later.duties()
            || self.stands() != later.stands()
            || self.laws() != later.laws()
            || self.workers() != later.workers();
        if both >= Disclosure::Status && differs {
            return Some(Disclosure::Status);
        }
        let differs = self.categories() != later.categories();
        (both >= Disclosure::Progress && differs).then_some(Disclosure::Progress)
    }

    /// Whom to ring first.
    fn responsible(&self) -> Option<&Authority> {
        self.on_duty.first().map(|on| &on.authority)
    }

    fn duties(&self) -> Vec<(crate::person::Duty, &Authority)> {
        self.on_duty.iter().map(|on| (on.duty, &on.authority)).collect()
    }

    fn stands(&self) -> Vec<(&Authority, Standing, Option<Emergency>)> {
        self.at.iter().map(|(authority, at)| (authority, at.standing, at.emergency)).collect()
    }

    fn workers(&self) -> Vec<(&Authority, Option<NaiveDate>, Option<PractitionerId>)> {
        self.when_asked.iter().map(|(authority, then)| (authority, then.since, then.lead)).collect()
    }

    /// Told with how the work stands.
    fn categories(&self) -> Vec<(&Authority, &[String])> {
        self.when_asked.iter().map(|(authority, then)| (authority, then.categories.as_slice())).collect()
    }

    /// Told with the status, and of those who are looked after only.
    fn laws(&self) -> Vec<(&Authority, Option<LegalStatus>, Option<NaiveDate>)> {
        let looked_after = self.at.iter().filter(|(_, at)| at.standing >= Standing::LookedAfter);
        looked_after.map(|(authority, at)| (authority, at.legal_status, at.legal_status_until)).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::case::emergency::Power;
    use crate::person::Duty;

    fn authority(code: &str) -> Authority {
        code.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn stands(standing: Standing) -> ToldAt {
        ToldAt { standing, emergency: None, legal_status: None, legal_status_until: None }
    }

    fn on_duty(duty: Duty, code: &str) -> OnDuty {
        OnDuty { duty, authority: authority(code), since: "2026-03-01".parse().unwrap() }
    }

    fn told(standing: Standing) -> Told {
        Told {
            answer: Answer::Found,
            disclosed: Disclosure::Status,
            missing: BTreeSet::new(),
            on_duty: vec![on_duty(Duty::Responsible, "383")],
            at: BTreeMap::from([(authority("383"), stands(standing))]),
            when_asked: BTreeMap::from([(authority("383"), led_by(1, &["NEG"]))]),
        }
    }

    fn led_by(lead: u128, categories: &[&str]) -> ToldWhenAsked {
        ToldWhenAsked {
            since: Some("2026-03-02".parse().unwrap()),
            lead: Some(PractitionerId(uuid::Uuid::from_u128(lead))),
            categories: categories.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    fn only_whom_to_ring(told: Told) -> Told {
        Told { answer: Answer::ContactOnly, disclosed: Disclosure::Contact, ..told }
    }

    #[test]
    fn an_answer_differs_when_the_child_stands_otherwise() {
        let before = told(Standing::Referred);
        assert_eq!(before.differs_from(&before), None);
        assert_eq!(before.differs_from(&told(Standing::Protected)), Some(Disclosure::Status));
        let mut elsewhere_too = told(Standing::Referred);
        elsewhere_too.at.insert(authority("380"), stands(Standing::Closed));
        assert_eq!(before.differs_from(&elsewhere_too), Some(Disclosure::Status));
    }

    #[test]
    fn an_emergency_power_that_began_ended_or_was_extended_differs() {
        let before = told(Standing::Protected);
        let since = at("2026-03-10T02:00:00Z");
        let mut held = told(Standing::PoliceProtection);
        let taken = Emergency { power: Power::PoliceProtection, since, until: since + TimeDelta::hours(72) };
        held.at.get_mut(&authority("383")).unwrap().emergency = Some(taken);
        assert_eq!(before.differs_from(&held), Some(Disclosure::Status));
        assert_eq!(held.differs_from(&before), Some(Disclosure::Status));
        let mut shorter = held.clone();
        shorter.at.get_mut(&authority("383")).unwrap().emergency =
            Some(Emergency { until: since + TimeDelta::hours(9), ..taken });
        assert_eq!(held.differs_from(&shorter), Some(Disclosure::Status));
    }

    #[test]
    fn a_child_who_goes_missing_differs_for_whoever_was_told_whom_to_ring() {
        let before = only_whom_to_ring(told(Standing::Referred));
        let missing = Told { missing: BTreeSet::from([MissingFrom::Home]), ..before.clone() };
        assert_eq!(before.differs_from(&missing), Some(Disclosure::Contact));
    }

    #[test]
    fn another_responsible_authority_differs_and_another_area_for_those_told_the_status() {
        let before = told(Standing::Referred);
        let moved = Told { on_duty: vec![on_duty(Duty::Responsible, "380")], ..before.clone() };
        assert_eq!(before.differs_from(&moved), Some(Disclosure::Contact));
        let placed = Told {
            on_duty: vec![on_duty(Duty::Responsible, "383"), on_duty(Duty::Area, "380")],
            ..before.clone()
        };
        assert_eq!(before.differs_from(&placed), Some(Disclosure::Status));
        assert_eq!(only_whom_to_ring(before).differs_from(&only_whom_to_ring(placed)), None);
    }

    #[test]
    fn what_is_hidden_from_a_reader_makes_no_difference_to_them() {
        let before = only_whom_to_ring(told(Standing::Referred));
        assert_eq!(before.differs_from(&only_whom_to_ring(told(Standing::LookedAfter))), None);
    }

    #[test]
    fn another_answer_differs_whatever_else_is_told() {
        let before = told(Standing::Referred);
        assert_eq!(before.differs_from(&only_whom_to_ring(before.clone())), Some(Disclosure::Contact));
        let none = Told { answer: Answer::NoTrace, disclosed: Disclosure::None, ..before.clone() };
        assert_eq!(none.differs_from(&before), Some(Disclosure::Contact));
    }

    #[test]
    fn another_last_day_of_an_order_differs_for_those_who_were_told_of_it() {
        let until = |day: Option<&str>| {
            let mut told = told(Standing::LookedAfter);
            let here = told.at.get_mut(&authority("383")).unwrap();
            here.legal_status = Some(LegalStatus::InterimCareOrder);
            here.legal_status_until = day.map(|day| day.parse().unwrap());
            told
        };
        let before = until(Some("2026-04-01"));
        assert_eq!(before.differs_from(&before), None);
        for other in [until(Some("2026-04-29")), until(None)] {
            assert_eq!(before.differs_from(&other), Some(Disclosure::Status));
            assert_eq!(only_whom_to_ring(before.clone()).differs_from(&only_whom_to_ring(other)), None);
        }
    }

    #[test]
    fn another_worker_or_category_of_when_it_was_asked_differs_for_those_who_were_told_of_it() {
        let with = |then: ToldWhenAsked, disclosed| Told {
            disclosed,
            when_asked: BTreeMap::from([(authority("383"), then)]),
            ..told(Standing::Protected)
        };
        let before = with(led_by(1, &["NEG"]), Disclosure::Progress);
        let another = with(led_by(2, &["NEG"]), Disclosure::Progress);
        assert_eq!(before.differs_from(&another), Some(Disclosure::Status));
        let earlier = ToldWhenAsked { since: Some("2026-02-02".parse().unwrap()), ..led_by(1, &["NEG"]) };
        assert_eq!(before.differs_from(&with(earlier, Disclosure::Status)), Some(Disclosure::Status));
        let harmed = with(led_by(1, &["EMO", "NEG"]), Disclosure::Progress);
        assert_eq!(before.differs_from(&harmed), Some(Disclosure::Progress));
        let told_less = |told: Told| Told { disclosed: Disclosure::Status, ..told };
        assert_eq!(told_less(before.clone()).differs_from(&told_less(harmed)), None);
        assert_eq!(only_whom_to_ring(before).differs_from(&only_whom_to_ring(another)), None);
    }

    #[test]
    fn another_law_differs_for_those_who_were_told_of_it() {
        let under = |legal_status, disclosed| {
            let mut told = Told { disclosed, ..told(Standing::LookedAfter) };
            told.at.get_mut(&authority("383")).unwrap().legal_status = Some(legal_status);
            told
        };
        let agreed = under(LegalStatus::Section20, Disclosure::Progress);
        let ordered = under(LegalStatus::CareOrder, Disclosure::Status);
        assert_eq!(agreed.differs_from(&ordered), Some(Disclosure::Status));
        let told_less = under(LegalStatus::Section20, Disclosure::Status);
        assert_eq!(agreed.differs_from(&told_less), None, "told of more or of less is no other answer");
        let hidden = only_whom_to_ring(under(LegalStatus::CareOrder, Disclosure::Contact));
        assert_eq!(only_whom_to_ring(agreed).differs_from(&hidden), None);
    }
}
