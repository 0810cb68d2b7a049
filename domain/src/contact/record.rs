//! Something about a child is told to an authority's front door. Anybody may tell it, and need not say who they are.

use super::events::Recorded;
use super::involved::{ContactRole, Involved};
use super::{Concern, Contact, Method, Significance, SourceDisclosure};
use crate::authority::Authority;
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::ids::AgencyId;
use crate::sealed::Sealed;
use crate::text::{Line, Narrative};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// The authority whose front door received it.
    pub authority: Authority,
    pub occurred: Occurred,
    pub people: Vec<Involved>,
    pub concerns: Vec<Concern>,
    pub method: Method,
    pub significance: Option<Significance>,
    pub source_disclosure: SourceDisclosure,
    /// The agency that told it; none for the public.
    pub source_agency: Option<AgencyId>,
    pub account: Narrative,
    /// Who told it, where that person has no record of their own.
    pub source_identity: Option<Line>,
}

impl Record {
    /// Parts, of all in it together: somebody who has two parts in it counts twice.
    pub const MOST_PARTS: usize = 50;
}

const RECORDED_ALREADY: Refusal = Refusal {
    code: "recorded-already",
    sentence: "A contact is on record here; amend it if it is wrong, or record a new one.",
};
const NO_SUBJECT: Refusal =
    Refusal { code: "no-subject", sentence: "A contact is about at least one child; name the subject." };
const NO_CONCERN: Refusal = Refusal {
    code: "no-concern",
    sentence: "A contact says what it is about; choose at least one concern, or `other`.",
};
const TOO_MANY_PEOPLE: Refusal = Refusal {
    code: "too-many-people",
    sentence: "A contact holds at most 50 people, each counted once for each part they have in it; record one contact for each household.",
};
const ANONYMOUS_BUT_NAMED: Refusal = Refusal {
    code: "anonymous-but-named",
    sentence: "An anonymous source is not named anywhere; choose withheld from the family if they may be known to us.",
};
const CONCERN_ABOUT_NO_SUBJECT: Refusal = Refusal {
    code: "concern-about-no-subject",
    sentence: "A concern is about a subject of the contact; add them as a subject first.",
};

impl Record {
    pub(super) fn decide(mut self, contact: &Contact, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if contact.recorded.is_some() {
            return Err(RECORDED_ALREADY);
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        self.people.sort_unstable();
        self.people.dedup_by_key(|involved| (involved.person, involved.role));
        self.check_people()?;
        self.check_concerns()?;
        let key = act.fresh_key;
        let event = Recorded {
            authority: self.authority,
            people: self.people,
            concerns: self.concerns,
            method: self.method,
            significance: self.significance,
            source_disclosure: self.source_disclosure,
            source_agency: self.source_agency,
            account: Sealed::new(key, self.account),
            source_identity: self.source_identity.map(|identity| Sealed::new(key, identity)),
        };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }

    fn has(&self, role: ContactRole) -> bool {
        self.people.iter().any(|involved| involved.role == role)
    }

    fn check_people(&self) -> Result<(), Refusal> {
        if self.people.len() > Self::MOST_PARTS {
            return Err(TOO_MANY_PEOPLE);
        }
        if !self.has(ContactRole::Subject) {
            return Err(NO_SUBJECT);
        }
        let is_named = self.source_identity.is_some() || self.has(ContactRole::Source);
        if self.source_disclosure == SourceDisclosure::Anonymous && is_named {
            return Err(ANONYMOUS_BUT_NAMED);
        }
        Ok(())
    }

    fn check_concerns(&self) -> Result<(), Refusal> {
        if self.concerns.is_empty() {
            return Err(NO_CONCERN);
        }
        let is_subject = |person| {
            self.people
                .iter()
                .any(|involved| involved.person == person && involved.role == ContactRole::Subject)
        };
        let mut about = self.concerns.iter().flat_map(|concern| concern.about.iter().copied());
        if about.all(is_subject) { Ok(()) } else { Err(CONCERN_ABOUT_NO_SUBJECT) }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::contact::ConcernKind;
    use crate::decider::testing::{AGENCY, key, nothing, on, person};
    use crate::event::Event;
    use crate::ids::PersonId;

    fn involved(person: PersonId, role: ContactRole) -> Involved {
        Involved { person, role, age: None }
    }

    pub(in crate::contact) fn bruise() -> Record {
        Record {
            authority: "383".parse().unwrap(),
            occurred: on("2026-03-09T09:20:00Z"),
            people: vec![involved(person(1), ContactRole::Subject)],
            concerns: vec![Concern { kind: ConcernKind::UnexplainedInjury, about: Vec::new() }],
            method: Method::Telephone,
            significance: Some(Significance::Concern),
            source_disclosure: SourceDisclosure::Named,
            source_agency: Some(AGENCY),
            account: Narrative::parse("A bruise on the left arm. He said he fell.").unwrap(),
            source_identity: Line::parse("Ms Okafor, form tutor").ok(),
        }
    }

    #[test]
    fn what_was_told_is_sealed_under_the_contacts_own_key() {
        let events = nothing::<Contact>().when(bruise()).events();
        let [NewEvent { occurred, event: Event::ContactRecorded(recorded) }] = events.as_slice() else {
            panic!("one contact");
        };
        assert_eq!(*occurred, on("2026-03-09T09:20:00Z"));
        assert_eq!(recorded.account, Sealed::new(key(1), bruise().account));
        assert_eq!(recorded.source_identity, bruise().source_identity.map(|who| Sealed::new(key(1), who)));
    }

    #[test]
    fn a_contact_has_happened() {
        nothing::<Contact>().when(Record { occurred: on("2026-03-11"), ..bruise() }).refused("in-the-future");
        nothing::<Contact>()
            .when(Record { occurred: on("2026-03-10T12:00:01Z"), ..bruise() })
            .refused("in-the-future");
    }

    #[test]
    fn a_contact_is_about_a_child_and_a_concern() {
        let witness = vec![involved(person(1), ContactRole::Witness)];
        nothing::<Contact>().when(Record { people: witness, ..bruise() }).refused("no-subject");
        nothing::<Contact>().when(Record { concerns: Vec::new(), ..bruise() }).refused("no-concern");
        let about = vec![Concern { kind: ConcernKind::Neglect, about: vec![person(2)] }];
        nothing::<Contact>().when(Record { concerns: about, ..bruise() }).refused("concern-about-no-subject");
    }

    #[test]
    fn somebody_is_in_one_role_once_and_may_be_in_two() {
        let people = vec![
            involved(person(1), ContactRole::Subject),
            involved(person(1), ContactRole::Source),
            involved(person(1), ContactRole::Subject),
        ];
        let events = nothing::<Contact>().when(Record { people, ..bruise() }).events();
        let Some(Event::ContactRecorded(recorded)) = events.first().map(|new| &new.event) else {
            panic!("one contact");
        };
        assert_eq!(recorded.people.len(), 2);
    }

    #[test]
    fn an_anonymous_source_stays_so() {
        let anonymous = Record { source_disclosure: SourceDisclosure::Anonymous, ..bruise() };
        nothing::<Contact>().when(anonymous.clone()).refused("anonymous-but-named");
        let mut people = bruise().people;
        people.push(involved(person(2), ContactRole::Source));
        let known = Record { people, source_identity: None, ..anonymous.clone() };
        nothing::<Contact>().when(known).refused("anonymous-but-named");
        let unknown = Record { source_identity: None, ..anonymous };
        nothing::<Contact>().when(unknown).then_kinds(["contact.recorded"]);
    }

    #[test]
    fn a_contact_with_a_crowd_is_several() {
        let people = (1..=51).map(|number| involved(person(number), ContactRole::Subject)).collect();
        nothing::<Contact>().when(Record { people, ..bruise() }).refused("too-many-people");
    }

    #[test]
    fn a_contact_is_recorded_once() {
        nothing::<Contact>().after(bruise()).when(bruise()).refused("recorded-already");
    }
}
