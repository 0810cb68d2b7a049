//! What a timeline row keeps of an event: ids of what it is about, and its codes. Nothing personal.

use domain::contact::events::Recorded;
use domain::contact::involved::ContactRole;
use domain::contact::{Concern, SourceDisclosure};
use domain::event::Event;
use domain::ids::PersonId;
use domain::person::address::AddressClass;
use domain::tie::TieTo;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// See the module. Absent is not written.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// Others the entry is about, with their part in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Involved>,
    /// The episode of a case it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<Uuid>,
    /// The thing inside the case (an assessment, a plan, an enquiry, a conference, an allocation).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Uuid>,
    /// The practitioner it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practitioner: Option<Uuid>,
    /// Which kind of the thing it is: of a tie, a conference, a name, a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variety: Option<String>,
    /// What was decided or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Further codes: concerns, categories, factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// How grave a contact was judged to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub significance: Option<String>,
    /// Of a referral: the contact that became it. Not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Uuid>,
    /// Of a tie to a household: which. Not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<Uuid>,
    /// Of an address: who may be told it. Not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressClass>,
    /// True when who told it must not be found out: see [`super::guard`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_guarded: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Involved {
    pub person: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

fn involved(person: PersonId, role: &str) -> Involved {
    Involved { person: person.0, role: Some(role.to_owned()) }
}

fn codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    codes.into_iter().map(str::to_owned).collect()
}

/// The concerns about everyone in a contact, and those about this person: a brother's are on the brother's page.
fn its_part(contact: &Recorded, person: PersonId) -> impl Iterator<Item = &'static str> {
    let about = move |concern: &&Concern| concern.about.is_empty() || concern.about.contains(&person);
    contact.concerns.iter().filter(about).map(|concern| concern.kind.code())
}

fn code(code: &str) -> Option<String> {
    Some(code.to_owned())
}

impl Detail {
    /// What stands on `person`'s page of it. Exhaustive on purpose: a new event must be thought about here.
    #[must_use]
    pub fn of(event: &Event, person: PersonId) -> Self {
        let none = Self::default();
        match event {
            Event::PersonOpened(it) => Self { variety: code(it.kind.code()), ..none },
            Event::PersonNamed(it) => Self { variety: code(it.usage.code()), ..none },
            Event::PersonBirthRecorded(it) => Self { variety: code(it.precision.code()), ..none },
            Event::PersonSexRecorded(it) => Self { variety: code(it.sex.code()), ..none },
            Event::PersonIdentifierRecorded(it) => Self { variety: code(it.scheme.name().code()), ..none },
            Event::PersonRestricted(it) => {
                Self { practitioner: Some(it.owner.0), variety: code(it.reason.code()), ..none }
            }
            Event::PersonAddressRecorded(it) => Self { address: Some(it.class), ..none },
            Event::PersonAuthorityRecorded(it) => {
                Self { variety: code(it.duty.code()), codes: codes([it.authority.as_str()]), ..none }
            }
            Event::PersonMissingReported(it) => Self { variety: code(it.from.code()), ..none },
            Event::PersonFound(it) => {
                Self { variety: code(it.from.code()), outcome: code(it.return_interview.code()), ..none }
            }
            Event::TieRecorded(it) => {
                let mut people = vec![involved(it.from, "from")];
                let household = match it.to {
                    TieTo::Person(to) => {
                        people.push(involved(to, "to"));
                        None
                    }
                    TieTo::Household(household) => Some(household.0),
                };
                Self { people, household, variety: code(it.kind.code()), ..none }
            }
            Event::TieEnded(it) => Self { outcome: code(it.reason.code()), ..none },
            Event::ContactRecorded(it) => {
                let named = it.source_disclosure == SourceDisclosure::Named;
                let shown = it.people.iter().filter(|one| named || one.role != ContactRole::Source);
                Self {
                    people: shown.map(|one| involved(one.person, one.role.code())).collect(),
                    variety: code(it.method.code()),
                    codes: codes(its_part(it, person)),
                    is_guarded: !named,
                    significance: it.significance.map(|grave| grave.code().to_owned()),
                    ..none
                }
            }
            Event::ContactDecided(it) => Self { outcome: code(it.outcome.code()), ..none },
            Event::ContactJoined(it) => Self { subject: Some(it.incident.0), ..none },
            Event::EnquiryMade(it) => Self {
                variety: code(it.purpose.code()),
                outcome: code(it.answered.code()),
                codes: codes(it.searched.iter().map(|searched| searched.code())),
                ..none
            },
            Event::ReferralReceived(it) => Self {
                episode: Some(it.episode.0),
                contact: it.contact.map(|contact| contact.0),
                variety: it.source.map(|source| source.code().to_owned()),
                codes: codes(it.primary_need.iter().map(|need| need.code())),
                ..none
            },
            Event::ReferralDecided(it) => {
                Self { episode: Some(it.episode.0), outcome: code(it.outcome.code()), ..none }
            }
            Event::AssessmentStarted(it) => Self::within(it.episode.0, it.assessment.0),
            Event::AssessmentReviewPointSet(it) => Self::within(it.episode.0, it.assessment.0),
            Event::AssessmentCompleted(it) => Self {
                outcome: it.outcome.map(|outcome| outcome.code().to_owned()),
                codes: codes(it.factors.iter().map(|factor| factor.code())),
                ..Self::within(it.episode.0, it.assessment.0)
            },
            Event::Section47Started(it) => Self::within(it.episode.0, it.section47.0),
            Event::Section47Concluded(it) => {
                Self { outcome: code(it.conference.code()), ..Self::within(it.episode.0, it.section47.0) }
            }
            Event::ConferenceHeld(it) => Self {
                variety: code(it.kind.code()),
                outcome: it.decision.map(|decision| decision.code().to_owned()),
                ..Self::within(it.episode.0, it.conference.0)
            },
            Event::CpPlanStarted(it) => Self {
                codes: codes(it.categories.iter().map(|category| category.code())),
                ..Self::within(it.episode.0, it.plan.0)
            },
            Event::CpPlanCategoryChanged(it) => Self {
                codes: codes(it.categories.iter().map(|category| category.code())),
                ..Self::within(it.episode.0, it.plan.0)
            },
            Event::CpPlanReviewed(it) => Self::within(it.episode.0, it.plan.0),
            Event::CpPlanEnded(it) => Self {
                outcome: it.reason.map(|reason| reason.code().to_owned()),
                ..Self::within(it.episode.0, it.plan.0)
            },
            Event::CinPlanStarted(it) => Self::within(it.episode.0, it.plan.0),
            Event::CinPlanEnded(it) => Self {
                outcome: it.reason.map(|reason| reason.code().to_owned()),
                ..Self::within(it.episode.0, it.plan.0)
            },
            Event::PreProceedingsReported(it) => Self { episode: Some(it.episode.0), ..none },
            Event::LookedAfterStarted(it) => {
                Self { subject: Some(it.looked_after.0), variety: code(it.legal_status.code()), ..none }
            }
            Event::LookedAfterStatusChanged(it) => {
                Self { subject: Some(it.looked_after.0), variety: code(it.legal_status.code()), ..none }
            }
            Event::PoliceProtectionTaken(it) => Self { subject: Some(it.police_protection.0), ..none },
            Event::PoliceProtectionEnded(it) => {
                Self { subject: Some(it.police_protection.0), outcome: code(it.reason.code()), ..none }
            }
            Event::EmergencyOrderGranted(it) => Self { subject: Some(it.order.0), ..none },
            Event::EmergencyOrderExtended(it) => Self { subject: Some(it.order.0), ..none },
            Event::EmergencyOrderEnded(it) => {
                Self { subject: Some(it.order.0), outcome: code(it.reason.code()), ..none }
            }
            Event::LookedAfterEnded(it) => {
                Self { subject: Some(it.looked_after.0), outcome: code(it.reason.code()), ..none }
            }
            Event::VisitMade(it) => Self {
                practitioner: Some(it.practitioner.0),
                variety: code(it.kind.code()),
                outcome: code(it.seen.code()),
                ..none
            },
            Event::CoreGroupHeld(it) => Self {
                codes: codes(it.missing.iter().map(|missing| missing.code())),
                ..Self::within(it.episode.0, it.plan.0)
            },
            Event::NoteWritten(it) => Self { variety: code(it.kind.code()), ..none },
            Event::WorkerAllocated(it) => Self {
                subject: Some(it.allocation.0),
                practitioner: Some(it.practitioner.0),
                variety: code(it.role.code()),
                ..none
            },
            Event::WorkerEnded(it) => Self {
                subject: Some(it.allocation.0),
                practitioner: Some(it.practitioner.0),
                variety: code(it.role.code()),
                ..none
            },
            Event::CaseClosed(it) => Self {
                episode: Some(it.episode.0),
                outcome: it.reason.map(|reason| reason.code().to_owned()),
                ..none
            },
            Event::PersonCharacteristicsRecorded(_)
            | Event::PersonBorn(_)
            | Event::PersonDied(_)
            | Event::PersonUnrestricted(_)
            | Event::PersonBirthAccepted(_)
            | Event::ContactParted(_)
            | Event::CaseOpened(_)
            | Event::AgencyRegistered(_)
            | Event::AgencyTeamFormed(_)
            | Event::AgencyHoursSet(_)
            | Event::PractitionerRegistered(_)
            | Event::PractitionerRoleGiven(_)
            | Event::PractitionerRoleEnded(_)
            | Event::PractitionerLeft(_)
            | Event::AccountLinked(_)
            | Event::AccountEnded(_)
            | Event::SessionOpened(_)
            | Event::SessionClosed(_)
            | Event::ReturnReceived(_)
            | Event::EnquiryWouldDiffer(_)
            | Event::EnquiryStandsAgain(_)
            | Event::EnquiryNoticeAnswered(_)
            | Event::ReviewRaised(_)
            | Event::ReviewConcluded(_)
            | Event::EntryAmended(_)
            | Event::EntryWithdrawn(_)
            | Event::EntryMovedAway(_)
            | Event::EntryMovedHere(_)
            | Event::AlertRaised(_)
            | Event::AlertGrew(_)
            | Event::AlertLessened(_)
            | Event::AlertAccepted(_)
            | Event::AlertDismissed(_)
            | Event::AlertOpinionGiven(_)
            | Event::AlertWithdrawn(_) => none,
        }
    }

    fn within(episode: Uuid, subject: Uuid) -> Self {
        Self { episode: Some(episode), subject: Some(subject), ..Self::default() }
    }
}
