//! The words of access: who asks, as what, for what, about a record how close to them, and how much they may be told.
//!
//! Pure data. Who may do what is policy text, judged elsewhere; these are the words it is written in.

mod grounds;
pub mod older;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agency::AgencyKind;
use crate::authority::Authority;
use crate::codes::codes;
use crate::ids::{AgencyId, PractitionerId, TeamId};

codes! {
    /// What somebody is employed to do. Given from a day, for a time.
    Role, "role":
    SocialWorker => "social-worker",
    TeamManager => "team-manager",
    ConferenceChair => "conference-chair",
    /// Takes contacts and answers enquiries for an authority.
    FrontDoor => "front-door",
    /// Of a school, a trust or another agency.
    SafeguardingLead => "safeguarding-lead",
    EmergencyNurse => "emergency-nurse",
    PoliceOfficer => "police-officer",
    Teacher => "teacher",
    HealthVisitor => "health-visitor",
    Auditor => "auditor",
    /// Answers for who works at an agency: practitioners, teams, roles, accounts. Sees nothing of any child.
    Administrator => "administrator",
    /// The node itself.
    System => "system",
}

codes! {
    /// Why somebody looks or acts. Stated each time.
    Purpose, "purpose":
    /// The child is here now: in an emergency department, a cell, a school office.
    Attendance => "attendance",
    /// Deciding whether to tell social care.
    ReferralConsideration => "referral-consideration",
    /// The reader's own case or team's work.
    AllocatedWork => "allocated-work",
    /// A check asked for by those protecting a child.
    SafeguardingCheck => "safeguarding-check",
    /// Preparing or holding a conference.
    Conference => "conference",
    /// Reading in or preparing a return the law asks for.
    StatutoryReturn => "statutory-return",
    /// Setting a record right.
    RecordKeeping => "record-keeping",
    Audit => "audit",
    /// The node keeping itself.
    Operation => "operation",
}

codes! {
    /// The ground in UK GDPR article 6(1). Consent is not among them: it is not needed to protect a child.
    LawfulBasis, "lawful basis":
    /// 6(1)(c).
    LegalObligation => "legal-obligation",
    /// 6(1)(d).
    VitalInterests => "vital-interests",
    /// 6(1)(e).
    PublicTask => "public-task",
    /// 6(1)(f); for bodies that are not public.
    LegitimateInterests => "legitimate-interests",
}

codes! {
    /// What is done. Policy permits or forbids exactly this.
    Action, "action":
    Enquire => "enquire",
    SearchPeople => "search-people",
    /// Searching by a name and nothing else.
    SearchByName => "search-by-name",
    ReadStatus => "read-status",
    ReadPerson => "read-person",
    ReadTimeline => "read-timeline",
    ReadContact => "read-contact",
    Replay => "replay",
    RecordContact => "record-contact",
    DecideContact => "decide-contact",
    OpenPerson => "open-person",
    AssertPerson => "assert-person",
    RestrictPerson => "restrict-person",
    RecordTie => "record-tie",
    RecordCase => "record-case",
    DecideCase => "decide-case",
    Correct => "correct",
    ImportReturn => "import-return",
    Administer => "administer",
    ReadAccess => "read-access",
    ReadReviews => "read-reviews",
    /// Asking for a look at how the record was used, and saying what came of it.
    ReviewUse => "review-use",
    Verify => "verify",
    /// Who works with children here, and how to reach them.
    ReadDirectory => "read-directory",
    ReadAlerts => "read-alerts",
    /// The node's own: a rule found something, or finds it no more.
    RaiseAlert => "raise-alert",
    /// Accepting, dismissing, and saying what one makes of the evidence.
    DecideAlert => "decide-alert",
    /// That an answer given would now differ.
    ReadNotices => "read-notices",
    /// The node's own: an answer would differ, or stands again.
    GiveNotice => "give-notice",
    /// Saying what was done about a notice.
    AnswerNotice => "answer-notice",
    /// Figures of the work, which name nobody.
    ReadMeasures => "read-measures",
    /// The children behind a figure.
    DrillDown => "drill-down",
}

codes! {
    /// The reader's agency, as seen from the authority that holds the record.
    Relation, "relation":
    Own => "own",
    Partner => "partner",
    Other => "other",
    /// Not the authority's, but what is read was entered by the reader's agency.
    Author => "author",
}

codes! {
    /// How far the reader is at work with this child.
    Involvement, "involvement":
    Caseload => "caseload",
    Team => "team",
    Neither => "neither",
}

codes! {
    /// Whether named readers only may see the record.
    Sensitivity, "sensitivity":
    Open => "open",
    Restricted => "restricted",
}

codes! {
    /// How much a reader is told. Each includes the ones before it.
    Disclosure, "disclosure":
    /// Nothing, not even that there is a record.
    None => "none",
    /// Whom to ring, now.
    Contact => "contact",
    /// The status and the lead practitioner.
    Status => "status",
    /// Enquiries made and how the work stands.
    Progress => "progress",
    Full => "full",
}

/// Somebody acting for an agency, with what they may do today.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    pub practitioner: PractitionerId,
    pub agency: AgencyId,
    pub agency_kind: AgencyKind,
    /// The authority whose partnership the agency works in; none when it works for the whole node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    pub roles: Vec<Role>,
}

impl Actor {
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// True for those who do an authority's statutory work with children.
    #[must_use]
    pub fn is_in_social_care(&self) -> bool {
        let roles = [Role::FrontDoor, Role::SocialWorker, Role::TeamManager, Role::ConferenceChair];
        self.agency_kind == AgencyKind::LocalAuthority && roles.into_iter().any(|role| self.has(role))
    }
}

/// What an access decision is made about: one decision serves every record of the class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessClass {
    pub relation: Relation,
    pub involvement: Involvement,
    pub sensitivity: Sensitivity,
}

impl Purpose {
    /// True when it calls for asking whether a child is known.
    #[must_use]
    pub const fn is_to_enquire(self) -> bool {
        match self {
            Self::Attendance
            | Self::ReferralConsideration
            | Self::AllocatedWork
            | Self::SafeguardingCheck
            | Self::Conference => true,
            Self::StatutoryReturn | Self::RecordKeeping | Self::Audit | Self::Operation => false,
        }
    }
}

impl AccessClass {
    /// Every class there is, for a decision made once for each.
    pub fn all() -> impl Iterator<Item = Self> {
        Relation::ALL.iter().flat_map(|relation| {
            Involvement::ALL.iter().flat_map(move |involvement| {
                Sensitivity::ALL.iter().map(move |sensitivity| Self {
                    relation: *relation,
                    involvement: *involvement,
                    sensitivity: *sensitivity,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_of_disclosure_includes_the_ones_before() {
        assert!(Disclosure::ALL.is_sorted());
    }

    #[test]
    fn there_are_twenty_four_classes_each_once() {
        let classes: std::collections::BTreeSet<_> = AccessClass::all().collect();
        assert_eq!((AccessClass::all().count(), classes.len()), (24, 24));
    }
}
