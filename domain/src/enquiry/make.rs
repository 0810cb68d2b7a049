//! Somebody asks whether a child is known. What was answered is found before the command is made, and goes on record
//! with it.

use super::events::Made;
use super::sought::SoughtMark;
use super::{Answer, AskedAs, Enquiry, KnownAt, Receipt, Searched};
use crate::access::{Disclosure, LawfulBasis, Purpose};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{AgencyId, EnquiryId, PersonId};
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::{Occurred, civil_day};

#[derive(Clone, PartialEq, Debug)]
pub struct Make {
    pub asked_by: AgencyId,
    pub asked_as: AskedAs,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    pub reason: Narrative,
    pub searched: Vec<Searched>,
    /// By what somebody entered later would have been found.
    pub sought: Vec<SoughtMark>,
    /// None: nobody was found.
    pub subject: Option<PersonId>,
    pub answered: Answer,
    pub disclosed: Disclosure,
    /// The place in the record up to which the answer is true.
    pub known_at: KnownAt,
}

const MADE_ALREADY: Refusal =
    Refusal { code: "made-already", sentence: "An enquiry is on record here; ask again as a new one." };
const SEARCHED_NOTHING: Refusal = Refusal {
    code: "searched-nothing",
    sentence: "An enquiry says whom it asks about; give a number, or a name and a date of birth.",
};
const NOT_A_REASON_TO_ENQUIRE: Refusal = Refusal {
    code: "not-a-reason-to-enquire",
    sentence: "This purpose does not call for asking about a child; choose the one you ask for.",
};
const NO_LAWFUL_BASIS: Refusal = Refusal {
    code: "no-lawful-basis",
    sentence: "Your agency cannot ask for this purpose on this basis; a public body acts on a public task or a legal obligation, others on legitimate interests.",
};
const ANSWER_DOES_NOT_FIT: Refusal = Refusal {
    code: "answer-does-not-fit",
    sentence: "What was answered does not fit whom it is about; the enquiry was not recorded.",
};

impl Make {
    pub(super) fn decide(mut self, enquiry: &Enquiry, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if enquiry.made.is_some() {
            return Err(MADE_ALREADY);
        }
        if self.searched.is_empty() {
            return Err(SEARCHED_NOTHING);
        }
        if !self.purpose.is_to_enquire() {
            return Err(NOT_A_REASON_TO_ENQUIRE);
        }
        if !self.asked_as.agency_kind.lawful_bases_on(civil_day(act.now)).contains(&self.lawful_basis) {
            return Err(NO_LAWFUL_BASIS);
        }
        if !self.answer_fits() {
            return Err(ANSWER_DOES_NOT_FIT);
        }
        self.searched.sort_unstable();
        self.searched.dedup();
        let event = Made {
            subject: self.subject,
            asked_by: self.asked_by,
            purpose: self.purpose,
            lawful_basis: self.lawful_basis,
            reason: Sealed::new(act.fresh_key, self.reason),
            searched: self.searched,
            answered: self.answered,
            disclosed: self.disclosed,
            known_at: self.known_at,
            receipt: Receipt::of(EnquiryId(act.stream)),
            asked_as: Some(self.asked_as),
            // Under the same key as the reason: what was sought is forgotten with why.
            sought: Some(Sealed::new(act.fresh_key, self.sought)),
        };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }

    /// A reader barred from a record is answered no trace, as if there were none; the auditor sees that there was.
    fn answer_fits(&self) -> bool {
        match self.answered {
            Answer::Found => self.subject.is_some() && self.disclosed >= Disclosure::Status,
            Answer::ContactOnly => self.subject.is_some() && self.disclosed == Disclosure::Contact,
            Answer::NoTrace => self.disclosed == Disclosure::None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::Role;
    use crate::agency::AgencyKind;
    use crate::decider::testing::{AGENCY, STREAM, key, nothing, person};

    fn nurse() -> AskedAs {
        AskedAs {
            agency_kind: AgencyKind::NhsTrust,
            authority: "383".parse().ok(),
            team: None,
            roles: vec![Role::EmergencyNurse],
        }
    }

    pub(in crate::enquiry) fn found() -> Make {
        Make {
            asked_by: AGENCY,
            asked_as: nurse(),
            purpose: Purpose::Attendance,
            lawful_basis: LawfulBasis::PublicTask,
            reason: Narrative::parse("Scald to the hand; account does not fit.").unwrap(),
            searched: vec![Searched::NhsNumber],
            sought: vec![SoughtMark(Uuid::from_u128(7))],
            subject: Some(person(1)),
            answered: Answer::Found,
            disclosed: Disclosure::Progress,
            known_at: KnownAt(812),
        }
    }

    #[test]
    fn an_enquiry_is_on_record_with_its_answer_and_a_receipt() {
        nothing::<Enquiry>().when(found()).then([Made {
            subject: Some(person(1)),
            asked_by: AGENCY,
            purpose: Purpose::Attendance,
            lawful_basis: LawfulBasis::PublicTask,
            reason: Sealed::new(key(1), found().reason),
            searched: vec![Searched::NhsNumber],
            answered: Answer::Found,
            disclosed: Disclosure::Progress,
            known_at: KnownAt(812),
            receipt: Receipt::of(EnquiryId(STREAM)),
            asked_as: Some(nurse()),
            sought: Some(Sealed::new(key(1), vec![SoughtMark(Uuid::from_u128(7))])),
        }
        .into()]);
    }

    #[test]
    fn found_hidden_and_absent_leave_the_same_kind_of_event() {
        let hidden = Make { answered: Answer::ContactOnly, disclosed: Disclosure::Contact, ..found() };
        let absent =
            Make { subject: None, answered: Answer::NoTrace, disclosed: Disclosure::None, ..found() };
        for answer in [found(), hidden, absent] {
            nothing::<Enquiry>().when(answer).then_kinds(["enquiry.made"]);
        }
    }

    #[test]
    fn an_answer_says_no_more_than_it_is() {
        for wrong in [
            Make { subject: None, ..found() },
            Make { disclosed: Disclosure::Contact, ..found() },
            Make { answered: Answer::ContactOnly, ..found() },
            Make { answered: Answer::NoTrace, ..found() },
        ] {
            nothing::<Enquiry>().when(wrong).refused("answer-does-not-fit");
        }
    }

    #[test]
    fn nobody_asks_without_a_purpose_and_a_lawful_basis() {
        let audit = Make { purpose: Purpose::Audit, ..found() };
        nothing::<Enquiry>().when(audit).refused("not-a-reason-to-enquire");
        let interests = Make { lawful_basis: LawfulBasis::LegitimateInterests, ..found() };
        nothing::<Enquiry>().when(interests.clone()).refused("no-lawful-basis");
        let charity = AskedAs { agency_kind: AgencyKind::Voluntary, ..nurse() };
        let charity = Make { asked_as: charity, ..interests };
        nothing::<Enquiry>().when(charity).then_kinds(["enquiry.made"]);
    }

    #[test]
    fn an_enquiry_asks_about_somebody_and_is_made_once() {
        nothing::<Enquiry>().when(Make { searched: Vec::new(), ..found() }).refused("searched-nothing");
        nothing::<Enquiry>().after(found()).when(found()).refused("made-already");
    }
}
