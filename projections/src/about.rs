//! Whom an event is about. The one place where all views ask.

use domain::authority::Authority;
use domain::contact::SourceDisclosure;
use domain::contact::involved::ContactRole;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::PersonId;
use domain::tie::TieTo;

use crate::view::Keys;

/// The child of a case's event, and the authority whose case it is.
#[must_use]
pub fn child_of(event: &Event) -> Option<(PersonId, &Authority)> {
    macro_rules! child {
        ($($variant:ident)+) => {
            match event {
                $( Event::$variant(it) => Some((it.child, &it.authority)), )+
                _ => None,
            }
        };
    }
    child!(CaseOpened ReferralReceived ReferralDecided AssessmentStarted AssessmentReviewPointSet
        AssessmentCompleted Section47Started Section47Concluded ConferenceHeld CpPlanStarted CpPlanCategoryChanged
        CpPlanReviewed CpPlanEnded CinPlanStarted CinPlanEnded PreProceedingsReported LookedAfterStarted
        LookedAfterStatusChanged LookedAfterEnded PoliceProtectionTaken PoliceProtectionEnded EmergencyOrderGranted
        EmergencyOrderExtended EmergencyOrderEnded VisitMade CoreGroupHeld NoteWritten WorkerAllocated WorkerEnded CaseClosed)
}

/// The person whose own stream an event stands on.
#[must_use]
pub fn person_of(entry: &Entry) -> Option<PersonId> {
    match &entry.event {
        Event::PersonOpened(_)
        | Event::PersonNamed(_)
        | Event::PersonBirthRecorded(_)
        | Event::PersonBirthAccepted(_)
        | Event::PersonSexRecorded(_)
        | Event::PersonIdentifierRecorded(_)
        | Event::PersonCharacteristicsRecorded(_)
        | Event::PersonAddressRecorded(_)
        | Event::PersonBorn(_)
        | Event::PersonDied(_)
        | Event::PersonRestricted(_)
        | Event::PersonUnrestricted(_)
        | Event::PersonMissingReported(_)
        | Event::PersonFound(_)
        | Event::PersonAuthorityRecorded(_) => Some(PersonId(entry.stream)),
        _ => None,
    }
}

/// Everyone on whose page an entry stands. Whoever told something in confidence is not among them: not even the
/// page of the one who told may say so.
pub fn people(entry: &Entry, keys: &mut Keys) {
    if let Some(person) = person_of(entry) {
        keys.add(person.0);
    } else if let Some((child, _)) = child_of(&entry.event) {
        keys.add(child.0);
    } else {
        match &entry.event {
            Event::ContactRecorded(contact) => {
                let named = contact.source_disclosure == SourceDisclosure::Named;
                for involved in &contact.people {
                    if named || involved.role != ContactRole::Source {
                        keys.add(involved.person.0);
                    }
                }
            }
            Event::TieRecorded(tie) => {
                keys.add(tie.from.0);
                if let TieTo::Person(to) = tie.to {
                    keys.add(to.0);
                }
            }
            Event::EnquiryMade(enquiry) => {
                if let Some(subject) = enquiry.subject {
                    keys.add(subject.0);
                }
            }
            Event::ContactDecided(_)
            | Event::ContactJoined(_)
            | Event::ContactParted(_)
            | Event::TieEnded(_) => keys.add_stream(),
            _ => {}
        }
    }
}
