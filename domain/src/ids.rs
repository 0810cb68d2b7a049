//! Identifiers. They say nothing: no time, no name, no content.

mod derive;

pub use derive::{derive, hash};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// Anyone: a child, parent, carer, or a person alleged to have harmed.
    PersonId,
    /// One child at one authority, for life.
    CaseId,
    /// A relationship or household membership over time.
    TieId,
    /// People who live together at a time; named by ties.
    HouseholdId,
    /// One report of something to the front door.
    ContactId,
    /// What one or more contacts tell of: the id of the first of them.
    IncidentId,
    /// One act of asking about a child.
    EnquiryId,
    /// An organisation that works with children.
    AgencyId,
    /// A team inside an agency.
    TeamId,
    /// Somebody who works for an agency; also the node's own system actor.
    PractitionerId,
    /// What somebody signs in with.
    AccountId,
    /// Somebody at a browser, from signing in to signing out.
    SessionId,
    /// A file of testimony read in, such as a census return.
    ReturnId,
    /// One request to look at how somebody used the record.
    ReviewId,
    /// One episode of a case, from referral to closure.
    EpisodeId,
    /// One child and family assessment (section 17).
    AssessmentId,
    /// One section 47 enquiry.
    Section47Id,
    /// One child protection conference.
    ConferenceId,
    /// One child protection plan.
    CpPlanId,
    /// One child in need plan.
    CinPlanId,
    /// One period of being looked after.
    LookedAfterId,
    /// One time a child was taken into police protection.
    PoliceProtectionId,
    /// One emergency protection order.
    EmergencyOrderId,
    /// One worker's time on a case in one role.
    AllocationId,
    /// One alert of the linkage rules.
    AlertId,
    /// One event.
    EventId,
    /// The key under which a part of an event is sealed.
    KeyId,
    /// One order given, once.
    CommandId,
    /// Everything that came from one act.
    CorrelationId,
}

impl IncidentId {
    /// The incident that a contact tells of first.
    #[must_use]
    pub const fn of(first: ContactId) -> Self {
        Self(first.0)
    }

    /// The contact that told of it first.
    #[must_use]
    pub const fn first(self) -> ContactId {
        ContactId(self.0)
    }
}
