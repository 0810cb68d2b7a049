//! What can be on record about one child's case at one authority.
//!
//! Every thing inside a case (an episode, an assessment, a plan) has an id of its own that its later events name,
//! so that a late entry or a correction never shifts what another entry is about. Numbers such as "second plan" are
//! counted when read. Dates are the envelope's `occurred`; facts hold only what is not one.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource};
use crate::authority::Authority;
use crate::codes::codes;
use crate::ids::{
    AllocationId, AssessmentId, CinPlanId, ConferenceId, ContactId, CpPlanId, EmergencyOrderId, EpisodeId,
    LookedAfterId, PersonId, PoliceProtectionId, PractitionerId, Section47Id, TeamId,
};
use crate::sealed::Sealed;
use crate::testimony::Testimony;
use crate::text::Narrative;

/// A fact: facts hold nothing personal, fields unknown to this version are an error, absent ones are not written.
macro_rules! facts {
    ($( $(#[$doc:meta])* $name:ident { $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* } )+) => {$(
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$doc])*
        pub struct $name {
            pub child: PersonId,
            pub authority: Authority,
            $( $(#[$field_doc])* pub $field: $type, )*
            /// The row of a return that says so; absent when a practitioner recorded it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub testimony: Option<Testimony>,
        }
    )+};
}

facts! {
    /// The authority opens its one case for a child, for life.
    CaseOpened {}

    /// A request for services for a child not known, or known and closed: an episode begins.
    ReferralReceived {
        episode: EpisodeId,
        /// Absent only where a return does not say, or says something not on the list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<ReferralSource>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        primary_need: Option<PrimaryNeed>,
        /// The contact that became this referral.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<ContactId>,
        /// The other authority, when a child on a plan there moves here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transferred_from: Option<Authority>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Sealed<Narrative>>,
    }

    /// What the authority decided to do about a referral.
    ReferralDecided {
        episode: EpisodeId,
        outcome: ReferralOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Sealed<Narrative>>,
    }

    /// A child and family assessment under section 17 begins.
    AssessmentStarted {
        episode: EpisodeId,
        assessment: AssessmentId,
        /// Concerns a return gives for an assessment it does not say was finished.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        factors: BTreeSet<Factor>,
    }

    /// The day by which the assessment is to be looked at again, set inside the team.
    AssessmentReviewPointSet {
        episode: EpisodeId,
        assessment: AssessmentId,
        review_point: NaiveDate,
    }

    /// The team manager authorised the assessment; the day of authorisation is its end.
    AssessmentCompleted {
        episode: EpisodeId,
        assessment: AssessmentId,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        factors: BTreeSet<Factor>,
        /// Absent where a return says only that it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<AssessmentOutcome>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<Sealed<Narrative>>,
    }

    /// A section 47 enquiry begins, on the day of the strategy discussion.
    Section47Started {
        episode: EpisodeId,
        section47: Section47Id,
        /// The last day for the initial conference.
        icpc_target: NaiveDate,
    }

    /// The section 47 enquiry has an outcome.
    Section47Concluded {
        episode: EpisodeId,
        section47: Section47Id,
        conference: ConferenceNeed,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Sealed<Narrative>>,
    }

    /// A child protection conference was held about this child.
    ConferenceHeld {
        episode: EpisodeId,
        conference: ConferenceId,
        kind: ConferenceKind,
        /// The enquiry that led to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        section47: Option<Section47Id>,
        /// The plan it started or reviewed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<CpPlanId>,
        /// Absent where a return does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decision: Option<ConferenceDecision>,
        /// Who or what was missing: recorded, never a reason to hold up protection.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        missing: BTreeSet<Missing>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Sealed<Narrative>>,
    }

    /// The child is on a child protection plan from this day.
    CpPlanStarted {
        episode: EpisodeId,
        plan: CpPlanId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference: Option<ConferenceId>,
        /// The categories set when the plan began; two or more are the census's `MUL`.
        categories: BTreeSet<AbuseCategory>,
        /// Plans ever before at this authority, older registers included; absent where a return does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_plans: Option<u32>,
    }

    /// The plan has other categories from now on.
    CpPlanCategoryChanged {
        episode: EpisodeId,
        plan: CpPlanId,
        categories: BTreeSet<AbuseCategory>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference: Option<ConferenceId>,
    }

    /// The plan was reviewed by a conference.
    CpPlanReviewed {
        episode: EpisodeId,
        plan: CpPlanId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference: Option<ConferenceId>,
    }

    /// The child is no longer on the plan.
    CpPlanEnded {
        episode: EpisodeId,
        plan: CpPlanId,
        /// Absent where a return does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<CpPlanEnd>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conference: Option<ConferenceId>,
    }

    /// The child is on a child in need plan from this day.
    CinPlanStarted {
        episode: EpisodeId,
        plan: CinPlanId,
    }

    /// The child in need plan is over.
    CinPlanEnded {
        episode: EpisodeId,
        plan: CinPlanId,
        /// Absent where a return does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<CinPlanEnd>,
    }

    /// The authority began pre-proceedings about the child; known from returns only, as a whole.
    PreProceedingsReported {
        episode: EpisodeId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        letter_before_sent: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        family_meeting_offered: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        family_meeting_held: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initial_meeting: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_meetings: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step_decided: Option<NaiveDate>,
        /// `A`, `B` or `C`; the letters have no published meaning yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<PreProceedingsOutcome>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        court_application: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        letter_issued: Option<NaiveDate>,
    }

    /// The authority looks after the child from this day.
    LookedAfterStarted {
        looked_after: LookedAfterId,
        legal_status: LegalStatus,
        /// The last day, where the order states one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    }

    // `looked-after.started` 1, frozen: no order stated its end.
    /// The authority looks after the child from this day.
    #[schemars(rename = "LookedAfterStarted")]
    LookedAfterStartedV1 {
        looked_after: LookedAfterId,
        legal_status: LegalStatus,
    }

    /// The child is looked after under another law from this day.
    LookedAfterStatusChanged {
        looked_after: LookedAfterId,
        legal_status: LegalStatus,
        /// The last day, where the order states one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    }

    /// A constable takes the child into police protection: for 72 hours from this instant at most.
    PoliceProtectionTaken {
        police_protection: PoliceProtectionId,
    }

    /// The child is released before the 72 hours are over.
    PoliceProtectionEnded {
        police_protection: PoliceProtectionId,
        reason: PoliceProtectionEnd,
    }

    /// A court makes an emergency protection order, until an instant it states.
    EmergencyOrderGranted {
        order: EmergencyOrderId,
        until: DateTime<Utc>,
    }

    /// A court extends it, once.
    EmergencyOrderExtended {
        order: EmergencyOrderId,
        until: DateTime<Utc>,
    }

    /// It ends before the instant stated.
    EmergencyOrderEnded {
        order: EmergencyOrderId,
        reason: EmergencyOrderEnd,
    }

    /// The authority no longer looks after the child.
    LookedAfterEnded {
        looked_after: LookedAfterId,
        reason: LookedAfterEnd,
    }

    /// Somebody went to see the child.
    VisitMade {
        kind: VisitKind,
        seen: Seen,
        practitioner: PractitionerId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Sealed<Narrative>>,
    }

    /// The core group of a protection plan met.
    CoreGroupHeld {
        episode: EpisodeId,
        plan: CpPlanId,
        /// Who should have been there and was not.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        missing: BTreeSet<Missing>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Sealed<Narrative>>,
    }

    /// Something written down by those at work on the case.
    NoteWritten {
        kind: NoteKind,
        text: Sealed<Narrative>,
    }

    /// A worker has the case, in a role.
    WorkerAllocated {
        allocation: AllocationId,
        practitioner: PractitionerId,
        role: WorkerRole,
        /// The team whose case it is with this worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<TeamId>,
    }

    /// The worker no longer has the case in that role.
    WorkerEnded {
        allocation: AllocationId,
        practitioner: PractitionerId,
        role: WorkerRole,
    }

    /// The episode ends; the case stays, for the next referral.
    CaseClosed {
        episode: EpisodeId,
        /// Absent only where a return does not say, or says something not on the list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<ClosureReason>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Sealed<Narrative>>,
    }
}

codes! {
    /// The response decided on.
    ReferralOutcome, "referral outcome":
    /// Considered, advice given perhaps, and nothing more.
    NoFurtherAction => "no-further-action",
    /// A section 17 assessment.
    Assessment => "assessment",
    /// A strategy discussion and section 47 enquiry at once.
    Section47 => "section47",
    /// Police protection or an emergency order, now.
    ImmediateProtection => "immediate-protection",
    /// Services to begin while the assessment runs.
    Services => "services",
    /// A return says action followed and not which.
    FurtherAction => "further-action",
}

codes! {
    /// What an assessment led to.
    AssessmentOutcome, "assessment outcome":
    NoFurtherAction => "no-further-action",
    EarlyHelp => "early-help",
    ChildInNeedPlan => "child-in-need-plan",
    Section47 => "section47",
    LookedAfter => "looked-after",
    OngoingPlan => "ongoing-plan",
}

codes! {
    /// Whether the enquiry found that a conference must be held.
    ConferenceNeed, "conference need":
    Required => "required",
    NotRequired => "not-required",
}

codes! {
    /// Which conference it was.
    ConferenceKind, "conference kind":
    Initial => "initial",
    Review => "review",
    /// For a child who moves here with another authority's plan.
    TransferIn => "transfer-in",
}

codes! {
    /// What the conference decided about this child.
    ConferenceDecision, "conference decision":
    PlanStarts => "plan-starts",
    NoPlan => "no-plan",
    PlanContinues => "plan-continues",
    PlanEnds => "plan-ends",
}

codes! {
    /// Who or what a conference went without.
    Missing, "what a conference went without":
    Quorum => "quorum",
    SocialCare => "social-care",
    Police => "police",
    Health => "health",
    Education => "education",
    IndependentChair => "independent-chair",
    Child => "child",
    Family => "family",
}

codes! {
    /// Why a protection plan ended.
    CpPlanEnd, "reason a protection plan ended":
    /// A review conference decided it.
    ReviewConference => "review-conference",
    /// Another authority's transfer-in conference took the plan over.
    TransferredOut => "transferred-out",
    ReachedEighteen => "reached-eighteen",
    Died => "died",
}

codes! {
    /// Why a child in need plan ended.
    CinPlanEnd, "reason a child in need plan ended":
    ProtectionPlanStarted => "protection-plan-started",
    LookedAfter => "looked-after",
    SupportEnded => "support-ended",
}

codes! {
    /// How pre-proceedings ended.
    PreProceedingsOutcome, "outcome of pre-proceedings":
    A => "A",
    B => "B",
    C => "C",
}

codes! {
    /// Under what law a child is looked after.
    LegalStatus, "legal status":
    /// Section 20, by agreement.
    Section20 => "section20",
    InterimCareOrder => "interim-care-order",
    CareOrder => "care-order",
    PlacementOrder => "placement-order",
    PoliceProtection => "police-protection",
    EmergencyProtectionOrder => "emergency-protection-order",
    ChildAssessmentOrder => "child-assessment-order",
    Remand => "remand",
    ShortBreaks => "short-breaks",
    Other => "other",
}

impl From<LookedAfterStartedV1> for LookedAfterStarted {
    fn from(old: LookedAfterStartedV1) -> Self {
        Self {
            child: old.child,
            authority: old.authority,
            looked_after: old.looked_after,
            legal_status: old.legal_status,
            until: None,
            testimony: old.testimony,
        }
    }
}

impl LegalStatus {
    /// The law, as it is quoted to whoever asks.
    #[must_use]
    pub const fn law(self) -> &'static str {
        match self {
            Self::Section20 => "Children Act 1989 section 20, accommodated by the authority by agreement",
            Self::InterimCareOrder => "Children Act 1989 section 38, interim care order",
            Self::CareOrder => "Children Act 1989 section 31, care order",
            Self::PlacementOrder => "Adoption and Children Act 2002 section 21, placement order",
            Self::PoliceProtection => "Children Act 1989 section 46, police protection",
            Self::EmergencyProtectionOrder => "Children Act 1989 section 44, emergency protection order",
            Self::ChildAssessmentOrder => "Children Act 1989 section 43, child assessment order",
            Self::Remand => {
                "Legal Aid, Sentencing and Punishment of Offenders Act 2012 section 104, on remand"
            }
            Self::ShortBreaks => "Children Act 1989 section 20, a series of short breaks",
            Self::Other => "Children Act 1989 section 22, looked after by the authority",
        }
    }

    /// Who may not take the child away while it holds, and by what law; `None` where no law of it says so: a child
    /// accommodated by agreement is taken home by whoever has parental responsibility.
    #[must_use]
    pub const fn who_may_not_take_away(self) -> Option<&'static str> {
        match self {
            Self::InterimCareOrder
            | Self::CareOrder
            | Self::PoliceProtection
            | Self::EmergencyProtectionOrder => Some(
                "Nobody may take this child away without the authority’s agreement: Children Act 1989 section 49",
            ),
            Self::PlacementOrder => Some(
                "Nobody may take this child away without the authority’s agreement: Adoption and Children Act 2002 \
                 section 34",
            ),
            Self::Section20 | Self::ChildAssessmentOrder | Self::Remand | Self::ShortBreaks | Self::Other => {
                None
            }
        }
    }
}

codes! {
    /// Why police protection ended early.
    PoliceProtectionEnd, "reason police protection ended":
    /// No longer likely to suffer significant harm if released.
    Released => "released",
    EmergencyOrder => "emergency-order",
    /// Accommodated by the authority, or under a care order.
    LookedAfter => "looked-after",
}

codes! {
    /// Why an emergency protection order ended early.
    EmergencyOrderEnd, "reason an emergency protection order ended":
    Discharged => "discharged",
    InterimCareOrder => "interim-care-order",
}

codes! {
    /// Why a child stopped being looked after.
    LookedAfterEnd, "reason for no longer being looked after":
    ReturnedHome => "returned-home",
    Adopted => "adopted",
    SpecialGuardianship => "special-guardianship",
    ChildArrangements => "child-arrangements",
    ReachedEighteen => "reached-eighteen",
    MovedAuthority => "moved-authority",
    Died => "died",
    Other => "other",
}

codes! {
    /// Which duty a visit is made under.
    VisitKind, "visit kind":
    /// For an assessment or a section 47 enquiry.
    Assessment => "assessment",
    ChildProtection => "child-protection",
    ChildInNeed => "child-in-need",
    LookedAfter => "looked-after",
}

codes! {
    /// Whether the child was seen.
    Seen, "whether the child was seen":
    Alone => "alone",
    WithOthers => "with-others",
    NotSeen => "not-seen",
}

codes! {
    /// What a note is.
    NoteKind, "note kind":
    Note => "note",
    /// One that belongs in the child's chronology.
    SignificantEvent => "significant-event",
    /// What a manager decided or asked for in supervision.
    ManagementOversight => "management-oversight",
}

codes! {
    /// What a worker is on a case.
    WorkerRole, "worker role":
    /// Who a partner rings: the lead social worker, or the family help lead practitioner.
    LeadPractitioner => "lead-practitioner",
    /// Responsible for statutory protection decisions where the authority has this role.
    LeadChildProtectionPractitioner => "lead-child-protection-practitioner",
    SocialWorker => "social-worker",
    FamilySupportWorker => "family-support-worker",
    PersonalAdviser => "personal-adviser",
    ConferenceChair => "conference-chair",
    IndependentReviewingOfficer => "independent-reviewing-officer",
    TeamManager => "team-manager",
}
