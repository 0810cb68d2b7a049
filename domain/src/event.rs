//! The closed set of events, and the only door between them and JSON.
//!
//! One struct a frozen (type, version), declared in its stream kind's folder. An older version is read through
//! `From<Old> for New` and never written again. Schemas and samples are in `schemas/events`.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::sealed::{OpenedPart, PlainPart, join, split};

/// An event's content as it is stored.
pub struct Encoded {
    pub kind: &'static str,
    pub schema_version: u16,
    /// Compact JSON, nothing personal.
    pub facts: Vec<u8>,
    /// To be sealed, each under its key.
    pub parts: Vec<PlainPart>,
}

/// Why stored content is not an event this program knows.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("event type `{kind}` version {schema_version} is not known to this program")]
    UnknownType { kind: String, schema_version: u16 },
    #[error("the content is not an event of type `{kind}` version {schema_version}")]
    Content {
        kind: &'static str,
        schema_version: u16,
        #[source]
        source: serde_json::Error,
    },
}

/// One frozen (type, version), for the schema files and their drift test.
pub struct Frozen {
    pub kind: &'static str,
    pub schema_version: u16,
    pub schema: fn() -> schemars::Schema,
    /// Reads stored content as this very version and writes it again, to show that nothing is lost on the way.
    pub rewrite: Rewrite,
}

/// From facts and opened parts to the same again.
pub type Rewrite = fn(&[u8], &[OpenedPart<'_>]) -> serde_json::Result<(Vec<u8>, Vec<PlainPart>)>;

fn rewrite<T: Serialize + DeserializeOwned>(
    facts: &[u8],
    parts: &[OpenedPart<'_>],
) -> serde_json::Result<(Vec<u8>, Vec<PlainPart>)> {
    split(&join(parts, || serde_json::from_slice::<T>(facts))?)
}

macro_rules! events {
    (
        $( $kind:literal $version:literal => $name:ident($body:path) ),+ $(,)?
        ; older: $( $old_kind:literal $old_version:literal => $old_body:path => $into:ident ),* $(,)?
    ) => {
        /// Everything that can be on record. Exhaustive on purpose: a new event must be thought about everywhere.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Event {
            $( $name($body), )+
        }

        $( impl From<$body> for Event {
            fn from(body: $body) -> Self { Self::$name(body) }
        } )+

        impl Event {
            /// The stable name of the type, `stream-kind.fact`.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $( Self::$name(_) => $kind, )+ }
            }

            /// The version this program writes.
            #[must_use]
            pub fn schema_version(&self) -> u16 {
                match self { $( Self::$name(_) => $version, )+ }
            }

            /// The content to store.
            ///
            /// # Errors
            /// Only when a sealed part is erased or was not opened.
            pub fn encode(&self) -> serde_json::Result<Encoded> {
                let (facts, parts) = split(&Facts(self))?;
                Ok(Encoded { kind: self.kind(), schema_version: self.schema_version(), facts, parts })
            }

            /// Reads stored content of any version ever written.
            ///
            /// # Errors
            /// An unknown (type, version), or content of another shape.
            pub fn decode(
                kind: &str,
                schema_version: u16,
                facts: &[u8],
                parts: &[OpenedPart<'_>],
            ) -> Result<Self, DecodeError> {
                join(parts, || Self::read_facts(kind, schema_version, facts))
            }

            fn read_facts(kind: &str, schema_version: u16, facts: &[u8]) -> Result<Self, DecodeError> {
                match (kind, schema_version) {
                    $( ($kind, $version) => serde_json::from_slice::<$body>(facts).map(Self::$name)
                        .map_err(|source| DecodeError::Content { kind: $kind, schema_version: $version, source }), )+
                    $( ($old_kind, $old_version) => serde_json::from_slice::<$old_body>(facts)
                        .map(|old| Self::$into(old.into()))
                        .map_err(|source| DecodeError::Content { kind: $old_kind, schema_version: $old_version, source }), )*
                    _ => Err(DecodeError::UnknownType { kind: kind.to_owned(), schema_version }),
                }
            }

            /// Every (type, version) ever written.
            #[must_use]
            pub fn frozen() -> Vec<Frozen> {
                vec![
                    $( Frozen { kind: $kind, schema_version: $version, schema: || schemars::schema_for!($body), rewrite: rewrite::<$body> }, )+
                    $( Frozen { kind: $old_kind, schema_version: $old_version, schema: || schemars::schema_for!($old_body), rewrite: rewrite::<$old_body> }, )*
                ]
            }
        }

        impl Serialize for Facts<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 { $( Event::$name(body) => body.serialize(serializer), )+ }
            }
        }
    };
}

/// An event's content without its type.
struct Facts<'a>(&'a Event);

/// An event inside another (a correction carries one): its type and version stand beside its content, so that an
/// old version is read as such. Its sealed parts are the outer event's.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut nested = serializer.serialize_struct("Event", 3)?;
        nested.serialize_field("type", self.kind())?;
        nested.serialize_field("version", &self.schema_version())?;
        nested.serialize_field("facts", &Facts(self))?;
        nested.end()
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nested {
            r#type: String,
            version: u16,
            facts: Box<RawValue>,
        }
        let nested = Nested::deserialize(deserializer)?;
        Self::read_facts(&nested.r#type, nested.version, nested.facts.get().as_bytes())
            .map_err(D::Error::custom)
    }
}

impl schemars::JsonSchema for Event {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "An event inside another: its type and version name the schema of its facts.",
            "properties": {
                "type": { "type": "string", "pattern": "^[a-z0-9-]+\\.[a-z0-9-]+$" },
                "version": { "type": "integer", "minimum": 1 },
                "facts": { "type": "object" },
            },
            "required": ["type", "version", "facts"],
            "additionalProperties": false,
            "examples": [{
                "type": "agency.team-formed",
                "version": 1,
                "facts": { "team": "00000000-0000-8000-8000-000000000001", "name": "Duty and advice" },
            }],
        })
    }
}

events! {
    "entry.amended" 1 => EntryAmended(crate::history::Amended),
    "entry.withdrawn" 1 => EntryWithdrawn(crate::history::Withdrawn),
    "entry.moved-away" 1 => EntryMovedAway(crate::history::MovedAway),
    "entry.moved-here" 1 => EntryMovedHere(crate::history::MovedHere),
    "agency.registered" 1 => AgencyRegistered(crate::agency::events::Registered),
    "agency.team-formed" 1 => AgencyTeamFormed(crate::agency::events::TeamFormed),
    "agency.hours-set" 1 => AgencyHoursSet(crate::agency::events::HoursSet),
    "practitioner.registered" 1 => PractitionerRegistered(crate::practitioner::events::Registered),
    "practitioner.role-given" 2 => PractitionerRoleGiven(crate::practitioner::events::RoleGiven),
    "practitioner.role-ended" 1 => PractitionerRoleEnded(crate::practitioner::events::RoleEnded),
    "practitioner.left" 1 => PractitionerLeft(crate::practitioner::events::Left),
    "account.linked" 1 => AccountLinked(crate::account::events::Linked),
    "account.ended" 1 => AccountEnded(crate::account::events::Ended),
    "session.opened" 1 => SessionOpened(crate::session::events::Opened),
    "session.closed" 1 => SessionClosed(crate::session::events::Closed),
    "person.opened" 1 => PersonOpened(crate::person::events::Opened),
    "person.named" 1 => PersonNamed(crate::person::events::Named),
    "person.birth-recorded" 1 => PersonBirthRecorded(crate::person::events::BirthRecorded),
    "person.birth-accepted" 1 => PersonBirthAccepted(crate::person::events::BirthAccepted),
    "person.sex-recorded" 1 => PersonSexRecorded(crate::person::events::SexRecorded),
    "person.identifier-recorded" 1 => PersonIdentifierRecorded(crate::person::events::IdentifierRecorded),
    "person.characteristics-recorded" 1 => PersonCharacteristicsRecorded(crate::person::events::CharacteristicsRecorded),
    "person.address-recorded" 2 => PersonAddressRecorded(crate::person::events::AddressRecorded),
    "person.born" 1 => PersonBorn(crate::person::events::Born),
    "person.died" 1 => PersonDied(crate::person::events::Died),
    "person.restricted" 1 => PersonRestricted(crate::person::events::Restricted),
    "person.unrestricted" 1 => PersonUnrestricted(crate::person::events::Unrestricted),
    "person.missing-reported" 1 => PersonMissingReported(crate::person::events::MissingReported),
    "person.found" 1 => PersonFound(crate::person::events::Found),
    "person.authority-recorded" 1 => PersonAuthorityRecorded(crate::person::events::AuthorityRecorded),
    "tie.recorded" 1 => TieRecorded(crate::tie::events::Recorded),
    "tie.ended" 1 => TieEnded(crate::tie::events::Ended),
    "contact.recorded" 3 => ContactRecorded(crate::contact::events::Recorded),
    "contact.decided" 1 => ContactDecided(crate::contact::events::Decided),
    "contact.joined" 1 => ContactJoined(crate::contact::events::Joined),
    "contact.parted" 1 => ContactParted(crate::contact::events::Parted),
    "enquiry.made" 3 => EnquiryMade(crate::enquiry::events::Made),
    "enquiry.would-differ" 1 => EnquiryWouldDiffer(crate::enquiry::events::WouldDiffer),
    "enquiry.stands-again" 1 => EnquiryStandsAgain(crate::enquiry::events::StandsAgain),
    "enquiry.notice-answered" 1 => EnquiryNoticeAnswered(crate::enquiry::events::NoticeAnswered),
    "case.opened" 1 => CaseOpened(crate::case::events::CaseOpened),
    "referral.received" 1 => ReferralReceived(crate::case::events::ReferralReceived),
    "referral.decided" 1 => ReferralDecided(crate::case::events::ReferralDecided),
    "assessment.started" 1 => AssessmentStarted(crate::case::events::AssessmentStarted),
    "assessment.review-point-set" 1 => AssessmentReviewPointSet(crate::case::events::AssessmentReviewPointSet),
    "assessment.completed" 1 => AssessmentCompleted(crate::case::events::AssessmentCompleted),
    "s47.started" 1 => Section47Started(crate::case::events::Section47Started),
    "s47.concluded" 1 => Section47Concluded(crate::case::events::Section47Concluded),
    "conference.held" 1 => ConferenceHeld(crate::case::events::ConferenceHeld),
    "cp-plan.started" 1 => CpPlanStarted(crate::case::events::CpPlanStarted),
    "cp-plan.category-changed" 1 => CpPlanCategoryChanged(crate::case::events::CpPlanCategoryChanged),
    "cp-plan.reviewed" 1 => CpPlanReviewed(crate::case::events::CpPlanReviewed),
    "cp-plan.ended" 1 => CpPlanEnded(crate::case::events::CpPlanEnded),
    "cin-plan.started" 1 => CinPlanStarted(crate::case::events::CinPlanStarted),
    "cin-plan.ended" 1 => CinPlanEnded(crate::case::events::CinPlanEnded),
    "pre-proceedings.reported" 1 => PreProceedingsReported(crate::case::events::PreProceedingsReported),
    "looked-after.started" 2 => LookedAfterStarted(crate::case::events::LookedAfterStarted),
    "looked-after.status-changed" 1 => LookedAfterStatusChanged(crate::case::events::LookedAfterStatusChanged),
    "police-protection.taken" 1 => PoliceProtectionTaken(crate::case::events::PoliceProtectionTaken),
    "police-protection.ended" 1 => PoliceProtectionEnded(crate::case::events::PoliceProtectionEnded),
    "emergency-order.granted" 1 => EmergencyOrderGranted(crate::case::events::EmergencyOrderGranted),
    "emergency-order.extended" 1 => EmergencyOrderExtended(crate::case::events::EmergencyOrderExtended),
    "emergency-order.ended" 1 => EmergencyOrderEnded(crate::case::events::EmergencyOrderEnded),
    "looked-after.ended" 1 => LookedAfterEnded(crate::case::events::LookedAfterEnded),
    "visit.made" 1 => VisitMade(crate::case::events::VisitMade),
    "core-group.held" 1 => CoreGroupHeld(crate::case::events::CoreGroupHeld),
    "note.written" 1 => NoteWritten(crate::case::events::NoteWritten),
    "worker.allocated" 1 => WorkerAllocated(crate::case::events::WorkerAllocated),
    "worker.ended" 1 => WorkerEnded(crate::case::events::WorkerEnded),
    "case.closed" 1 => CaseClosed(crate::case::events::CaseClosed),
    "review.raised" 1 => ReviewRaised(crate::review::events::Raised),
    "review.concluded" 1 => ReviewConcluded(crate::review::events::Concluded),
    "return.received" 1 => ReturnReceived(crate::census_return::events::ReturnReceived),
    "alert.raised" 1 => AlertRaised(crate::alert::events::Raised),
    "alert.grew" 2 => AlertGrew(crate::alert::events::Grew),
    "alert.lessened" 1 => AlertLessened(crate::alert::events::Lessened),
    "alert.accepted" 1 => AlertAccepted(crate::alert::events::Accepted),
    "alert.dismissed" 1 => AlertDismissed(crate::alert::events::Dismissed),
    "alert.opinion-given" 1 => AlertOpinionGiven(crate::alert::events::OpinionGiven),
    "alert.withdrawn" 1 => AlertWithdrawn(crate::alert::events::Withdrawn),
    ; older:
    "enquiry.made" 1 => crate::enquiry::older::MadeV1 => EnquiryMade,
    "enquiry.made" 2 => crate::enquiry::older::MadeV2 => EnquiryMade,
    "practitioner.role-given" 1 => crate::practitioner::older::RoleGivenV1 => PractitionerRoleGiven,
    "person.address-recorded" 1 => crate::person::older::AddressRecordedV1 => PersonAddressRecorded,
    "looked-after.started" 1 => crate::case::events::LookedAfterStartedV1 => LookedAfterStarted,
    "contact.recorded" 1 => crate::contact::older::RecordedV1 => ContactRecorded,
    "contact.recorded" 2 => crate::contact::older::RecordedV2 => ContactRecorded,
    "alert.grew" 1 => crate::alert::older::GrewV1 => AlertGrew,
}
