//! Single values as they are written in requests: read into the domain's own types, described for OpenAPI.
//!
//! [`Given<T>`] reads a JSON string through [`Written`]; what is wrong with it is said in the domain's words, which
//! never hold the value. One alias a type, because request types are described by name.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate as Day, Utc};
use domain::access::{LawfulBasis, Purpose, Role};
use domain::agency::AgencyKind;
use domain::agency::hours::{TimeOfDay, Weekday};
use domain::alert::{AlertState, Follows, Weight};
use domain::authority::Authority;
use domain::case::codes::{AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource};
use domain::case::events::{
    AssessmentOutcome, CinPlanEnd, ConferenceDecision, ConferenceKind, ConferenceNeed, CpPlanEnd,
    EmergencyOrderEnd, LegalStatus, LookedAfterEnd, Missing, NoteKind, PoliceProtectionEnd, ReferralOutcome,
    Seen, VisitKind, WorkerRole,
};
use domain::contact::involved::ContactRole;
use domain::contact::{ConcernKind, Method, Outcome, Significance, SourceDisclosure};
use domain::enquiry::{NoticeOutcome, Searched};
use domain::ids::{
    AgencyId, AlertId, AllocationId, AssessmentId, CaseId, CinPlanId, ConferenceId, ContactId, CorrelationId,
    CpPlanId, EmergencyOrderId, EnquiryId, EpisodeId, EventId, HouseholdId, IncidentId, LookedAfterId,
    PersonId, PoliceProtectionId, PractitionerId, ReviewId, Section47Id, TeamId, TieId,
};
use domain::person::address::AddressClass;
use domain::person::characteristics::{Disability, Ethnicity};
use domain::person::identifier::{NhsNumber, SchemeName};
use domain::person::name::NameUse;
use domain::person::restriction::RestrictionReason;
use domain::person::uncertain_date::UncertainDate;
use domain::person::{Duty, MissingFrom, ReturnInterview};
use domain::person::{PersonKind, Sex};
use domain::review::ReviewOutcome;
use domain::source::Basis;
use domain::text::{Line, Narrative};
use domain::tie::{EndReason, TieKind};
use domain::when::Occurred;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::accounts::Subject;

/// A value that is written as one string.
pub trait Written: Sized {
    /// Its name in the API's description.
    const NAME: &'static str;

    /// # Errors
    /// What is allowed, never what was given.
    fn read(text: &str) -> Result<Self, String>;

    fn describe() -> ObjectBuilder;
}

/// A value read from a string of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Given<T>(pub T);

impl<'de, T: Written> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        T::read(&text).map(Given).map_err(D::Error::custom)
    }
}

impl<T: Written> PartialSchema for Given<T> {
    fn schema() -> RefOr<Schema> {
        T::describe().schema_type(Type::String).into()
    }
}

impl<T: Written> ToSchema for Given<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

macro_rules! listed {
    ($($alias:ident = $type:ident),+ $(,)?) => {$(
        pub type $alias = Given<$type>;

        impl Written for $type {
            const NAME: &'static str = stringify!($type);

            fn read(text: &str) -> Result<Self, String> {
                text.parse().map_err(|error: domain::codes::UnknownCode| error.to_string())
            }

            fn describe() -> ObjectBuilder {
                ObjectBuilder::new().enum_values(Some(Self::ALL.iter().map(|code| code.code())))
            }
        }
    )+};
}

listed! {
    GivenAbuseCategory = AbuseCategory,
    GivenAddressClass = AddressClass,
    GivenAgencyKind = AgencyKind,
    GivenAlertState = AlertState,
    GivenAssessmentOutcome = AssessmentOutcome,
    GivenBasis = Basis,
    GivenCinPlanEnd = CinPlanEnd,
    GivenClosureReason = ClosureReason,
    GivenConcernKind = ConcernKind,
    GivenConferenceDecision = ConferenceDecision,
    GivenConferenceKind = ConferenceKind,
    GivenConferenceNeed = ConferenceNeed,
    GivenContactRole = ContactRole,
    GivenCpPlanEnd = CpPlanEnd,
    GivenDisability = Disability,
    GivenDuty = Duty,
    GivenEmergencyOrderEnd = EmergencyOrderEnd,
    GivenEndReason = EndReason,
    GivenEthnicity = Ethnicity,
    GivenFactor = Factor,
    GivenFollows = Follows,
    GivenLawfulBasis = LawfulBasis,
    GivenLegalStatus = LegalStatus,
    GivenLookedAfterEnd = LookedAfterEnd,
    GivenMethod = Method,
    GivenMissing = Missing,
    GivenMissingFrom = MissingFrom,
    GivenNameUse = NameUse,
    GivenNoteKind = NoteKind,
    GivenOutcome = Outcome,
    GivenPersonKind = PersonKind,
    GivenPoliceProtectionEnd = PoliceProtectionEnd,
    GivenPrimaryNeed = PrimaryNeed,
    GivenPurpose = Purpose,
    GivenReferralOutcome = ReferralOutcome,
    GivenReferralSource = ReferralSource,
    GivenRestrictionReason = RestrictionReason,
    GivenNoticeOutcome = NoticeOutcome,
    GivenReturnInterview = ReturnInterview,
    GivenRole = Role,
    GivenSchemeName = SchemeName,
    GivenSeen = Seen,
    GivenSex = Sex,
    GivenReviewOutcome = ReviewOutcome,
    GivenSearched = Searched,
    GivenSignificance = Significance,
    GivenSourceDisclosure = SourceDisclosure,
    GivenTieKind = TieKind,
    GivenVisitKind = VisitKind,
    GivenWeekday = Weekday,
    GivenWeight = Weight,
    GivenWorkerRole = WorkerRole,
}

macro_rules! ids {
    ($($alias:ident = $type:ident),+ $(,)?) => {$(
        pub type $alias = Given<$type>;

        impl Written for $type {
            const NAME: &'static str = stringify!($type);

            fn read(text: &str) -> Result<Self, String> {
                // One id is written one way; the other forms that parse (braces, `urn:`) are not ours.
                text.parse::<Self>()
                    .ok()
                    .filter(|id| id.to_string().eq_ignore_ascii_case(text))
                    .ok_or_else(|| "must be a UUID, such as 018f0c3a-52d1-4c80-9d6e-3b7a5b1c2d3e".to_owned())
            }

            fn describe() -> ObjectBuilder {
                ObjectBuilder::new().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            }
        }
    )+};
}

ids! {
    GivenAgencyId = AgencyId,
    GivenAlertId = AlertId,
    GivenAllocationId = AllocationId,
    GivenAssessmentId = AssessmentId,
    GivenCaseId = CaseId,
    GivenCinPlanId = CinPlanId,
    GivenConferenceId = ConferenceId,
    GivenContactId = ContactId,
    GivenCorrelationId = CorrelationId,
    GivenCpPlanId = CpPlanId,
    GivenEmergencyOrderId = EmergencyOrderId,
    GivenEnquiryId = EnquiryId,
    GivenEpisodeId = EpisodeId,
    GivenEventId = EventId,
    GivenHouseholdId = HouseholdId,
    GivenIncidentId = IncidentId,
    GivenLookedAfterId = LookedAfterId,
    GivenPersonId = PersonId,
    GivenPoliceProtectionId = PoliceProtectionId,
    GivenPractitionerId = PractitionerId,
    GivenReviewId = ReviewId,
    GivenSection47Id = Section47Id,
    GivenTeamId = TeamId,
    GivenTieId = TieId,
}

macro_rules! written {
    ($($alias:ident = $type:ident, $read:expr, $describe:expr;)+) => {$(
        pub type $alias = Given<$type>;

        impl Written for $type {
            const NAME: &'static str = stringify!($type);

            fn read(text: &str) -> Result<Self, String> {
                let read: fn(&str) -> Result<Self, String> = $read;
                read(text)
            }

            fn describe() -> ObjectBuilder {
                let describe: fn(ObjectBuilder) -> ObjectBuilder = $describe;
                describe(ObjectBuilder::new())
            }
        }
    )+};
}

/// Reads with the type's own parser, in its own words.
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A length as OpenAPI counts it.
fn length(most: usize) -> Option<usize> {
    Some(most)
}

written! {
    GivenAuthority = Authority, parsed, |schema| schema
        .description(Some("A local authority's three-digit code."))
        .pattern(Some("^[0-9]{3}$"));
    GivenLine = Line, |text| Line::parse(text).map_err(|error| error.to_string()), |schema| schema
        .description(Some("One line of text."))
        .min_length(Some(1))
        .max_length(length(Line::MOST_CHARACTERS));
    GivenNarrative = Narrative, |text| Narrative::parse(text).map_err(|error| error.to_string()), |schema| schema
        .description(Some("An account in somebody's own words, with line breaks. Sealed under a key of its own."))
        .min_length(Some(1))
        .max_length(length(Narrative::MOST_CHARACTERS));
    GivenNhsNumber = NhsNumber, parsed, |schema| schema
        .description(Some("Ten digits whose check digit fits; spaces are allowed."))
        .pattern(Some("^[0-9 ]{10,20}$"));
    GivenSubject = Subject, |text| Subject::parse(text).map_err(|error| error.to_string()), |schema| schema
        .description(Some("What an issuer calls whoever has an account: the `sub` of its tokens."))
        .min_length(Some(1))
        .max_length(length(Subject::MOST_CHARACTERS));
    GivenTimeOfDay = TimeOfDay, parsed, |schema| schema
        .description(Some("A time of day by clocks in England; 24:00 is the end of the day."))
        .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"));
    GivenUncertainDate = UncertainDate, parsed, |schema| schema
        .description(Some("A date of birth as well as it is known."))
        .pattern(Some(r"^(\d{4}(-\d{2}(-\d{2})?)?|about \d{4}|expected \d{4}-\d{2}-\d{2})$"));
    GivenOccurred = Occurred, parsed, |schema| schema
        .description(Some(
            "When it happened, as precisely as it is known: 2026-03-01T10:15:00Z, 2026-03-01, 2026-03 or \
             2026-03-01/2026-03-09. A day is a civil day in England.",
        ));
    GivenDay = Day, day, |schema| schema
        .description(Some("A civil day in England."))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    GivenInstant = Instant, instant, |schema| schema
        .description(Some("An instant, or a civil day in England, which stands for its end."))
        .examples(["2026-03-01T10:15:00Z", "2026-03-01"]);
}

fn day(text: &str) -> Result<Day, String> {
    let day = Day::parse_from_str(text, "%Y-%m-%d").ok();
    // chrono takes `2015-3-2` and `+2015-03-02` too; one day is written one way here.
    day.filter(|day| day.to_string() == text).ok_or_else(|| "must be a day, such as 2026-03-01".to_owned())
}

/// The point in time that "as of" means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant(pub DateTime<Utc>);

fn instant(text: &str) -> Result<Instant, String> {
    match text.parse::<Occurred>() {
        Ok(Occurred::Instant(at)) => Ok(Instant(at)),
        Ok(day @ Occurred::Day(_)) => Ok(Instant(day.latest() - chrono::TimeDelta::microseconds(1))),
        Ok(Occurred::Month(_) | Occurred::Between(..)) | Err(_) => {
            Err("must be an instant or a day, such as 2026-03-01T10:15:00Z or 2026-03-01".to_owned())
        }
    }
}
