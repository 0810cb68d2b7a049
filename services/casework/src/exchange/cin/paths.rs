//! The fields of the form by their paths, so that a reading and the rule about it name the same thing.

pub(super) const CHILD_ID: &str = "ChildIdentifiers/LAchildID";
pub(super) const UPN: &str = "ChildIdentifiers/UPN";
pub(super) const FORMER_UPN: &str = "ChildIdentifiers/FormerUPN";
pub(super) const UPN_UNKNOWN: &str = "ChildIdentifiers/UPNunknown";
pub(super) const BORN: &str = "ChildIdentifiers/PersonBirthDate";
pub(super) const EXPECTED: &str = "ChildIdentifiers/ExpectedPersonBirthDate";
pub(super) const DIED: &str = "ChildIdentifiers/PersonDeathDate";
pub(super) const SEX: &str = "ChildIdentifiers/Sex";
pub(super) const GENDER: &str = "ChildIdentifiers/GenderCurrent";
pub(super) const ETHNICITY: &str = "ChildCharacteristics/Ethnicity";
pub(super) const DISABILITY: &str = "ChildCharacteristics/Disabilities/Disability";

pub(super) const EPISODE: &str = "CINdetails";
pub(super) const REFERRED: &str = "CINdetails/CINreferralDate";
pub(super) const SOURCE: &str = "CINdetails/ReferralSource";
pub(super) const NEED: &str = "CINdetails/PrimaryNeedCode";
pub(super) const CLOSED: &str = "CINdetails/CINclosureDate";
pub(super) const CLOSURE_REASON: &str = "CINdetails/ReasonForClosure";
pub(super) const TRANSFER_CONFERENCE: &str = "CINdetails/DateOfInitialCPC";
pub(super) const NO_FURTHER_ACTION: &str = "CINdetails/ReferralNFA";

pub(super) const ASSESSMENT_START: &str = "CINdetails/Assessments/AssessmentActualStartDate";
pub(super) const ASSESSMENT_REVIEW: &str = "CINdetails/Assessments/AssessmentInternalReviewDate";
pub(super) const ASSESSMENT_END: &str = "CINdetails/Assessments/AssessmentAuthorisationDate";
pub(super) const FACTOR: &str = "CINdetails/Assessments/FactorsIdentifiedAtAssessment/AssessmentFactors";

pub(super) const CIN_PLAN_START: &str = "CINdetails/CINPlanDates/CINPlanStartDate";
pub(super) const CIN_PLAN_END: &str = "CINdetails/CINPlanDates/CINPlanEndDate";

pub(super) const S47_START: &str = "CINdetails/Section47/S47ActualStartDate";
pub(super) const S47_TARGET: &str = "CINdetails/Section47/InitialCPCtarget";
pub(super) const S47_CONFERENCE: &str = "CINdetails/Section47/DateOfInitialCPC";
pub(super) const S47_NOT_REQUIRED: &str = "CINdetails/Section47/ICPCnotRequired";

pub(super) const PLAN_START: &str = "CINdetails/ChildProtectionPlans/CPPstartDate";
pub(super) const PLAN_END: &str = "CINdetails/ChildProtectionPlans/CPPendDate";
pub(super) const INITIAL_CATEGORY: &str = "CINdetails/ChildProtectionPlans/InitialCategoryOfAbuse";
pub(super) const LATEST_CATEGORY: &str = "CINdetails/ChildProtectionPlans/LatestCategoryOfAbuse";
pub(super) const PREVIOUS_PLANS: &str = "CINdetails/ChildProtectionPlans/NumberOfPreviousCPP";
pub(super) const REVIEW: &str = "CINdetails/ChildProtectionPlans/Reviews/CPPreviewDate";

pub(super) const PP_START: &str = "CINdetails/PreProceedingsandFGDM/PPStartDate";
pub(super) const PP_LETTER_BEFORE: &str = "CINdetails/PreProceedingsandFGDM/LBPSentDate";
pub(super) const PP_MEETING_OFFERED: &str = "CINdetails/PreProceedingsandFGDM/FGDMMeetingOffer";
pub(super) const PP_MEETING_HELD: &str = "CINdetails/PreProceedingsandFGDM/FGDMMeetingFac";
pub(super) const PP_INITIAL_MEETING: &str = "CINdetails/PreProceedingsandFGDM/InitialPPMeetingDate";
pub(super) const PP_REVIEWS: &str = "CINdetails/PreProceedingsandFGDM/ReviewMeetingsCount";
pub(super) const PP_DECIDED: &str = "CINdetails/PreProceedingsandFGDM/StepDecisionDate";
pub(super) const PP_OUTCOME: &str = "CINdetails/PreProceedingsandFGDM/PPOutcome";
pub(super) const PP_COURT: &str = "CINdetails/PreProceedingsandFGDM/CourtAppDate";
pub(super) const PP_LETTER: &str = "CINdetails/PreProceedingsandFGDM/LetterInitCPDate";

/// The element a path ends in.
pub(super) fn element(path: &'static str) -> &'static str {
    path.rsplit_once('/').map_or(path, |(_, element)| element)
}
