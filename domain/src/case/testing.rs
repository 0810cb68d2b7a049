//! Cases in the states practitioners know them in, for the tests of every command.

pub(crate) use super::Command;
pub(crate) use super::allocate_worker::AllocateWorker;
pub(crate) use super::change_category::ChangeCategory;
pub(crate) use super::change_legal_status::ChangeLegalStatus;
pub(crate) use super::close_case::CloseCase;
pub(crate) use super::codes::{AbuseCategory, ClosureReason, Factor, ReferralSource};
pub(crate) use super::complete_assessment::CompleteAssessment;
pub(crate) use super::conclude_section47::ConcludeSection47;
pub(crate) use super::conference::Outcome;
pub(crate) use super::decide_referral::DecideReferral;
pub(crate) use super::end_allocation::EndAllocation;
pub(crate) use super::end_cin_plan::EndCinPlan;
pub(crate) use super::end_cp_plan::EndCpPlan;
pub(crate) use super::end_emergency_order::EndEmergencyOrder;
pub(crate) use super::end_looked_after::EndLookedAfter;
pub(crate) use super::end_police_protection::EndPoliceProtection;
pub(crate) use super::events::*;
pub(crate) use super::extend_emergency_order::ExtendEmergencyOrder;
pub(crate) use super::grant_emergency_order::GrantEmergencyOrder;
pub(crate) use super::hold_core_group::HoldCoreGroup;
pub(crate) use super::hold_initial_conference::HoldInitialConference;
pub(crate) use super::hold_review_conference::{Decision, HoldReviewConference};
pub(crate) use super::hold_transfer_in_conference::HoldTransferInConference;
pub(crate) use super::make_visit::MakeVisit;
pub(crate) use super::receive_referral::ReceiveReferral;
pub(crate) use super::set_review_point::SetReviewPoint;
pub(crate) use super::start_assessment::StartAssessment;
pub(crate) use super::start_cin_plan::StartCinPlan;
pub(crate) use super::start_looked_after::StartLookedAfter;
pub(crate) use super::start_section47::StartSection47;
pub(crate) use super::state::Case;
pub(crate) use super::status::CaseStatus;
pub(crate) use super::take_police_protection::TakePoliceProtection;
pub(crate) use super::write_note::WriteNote;
pub(crate) use crate::decider::testing::{Given, Then, day, nothing, on, person};

use chrono::Days;
use uuid::Uuid;

use crate::ids::{AssessmentId, CpPlanId, EpisodeId, PractitionerId, Section47Id};
use crate::working_days::add_working_days;

impl Given<Case> {
    /// What a practitioner does next, knowing the case.
    pub(crate) fn and(self, order: impl FnOnce(&Case) -> Command) -> Self {
        let command = order(&self.stands());
        self.after(command)
    }

    /// What a practitioner tries next, knowing the case.
    pub(crate) fn order(self, order: impl FnOnce(&Case) -> Command) -> Then {
        let command = order(&self.stands());
        self.when(command)
    }
}

pub(crate) fn authority() -> crate::authority::Authority {
    "380".parse().unwrap()
}

pub(crate) fn referral_on(day: &str) -> ReceiveReferral {
    ReceiveReferral {
        child: person(1),
        authority: authority(),
        on: on(day),
        source: ReferralSource::Police,
        primary_need: None,
        contact: None,
        transferred_from: None,
        reason: None,
    }
}

pub(crate) fn referred(day: &str) -> Given<Case> {
    nothing::<Case>().after(referral_on(day))
}

pub(crate) fn moved_here(day: &str) -> Given<Case> {
    nothing::<Case>().after(ReceiveReferral {
        transferred_from: Some("383".parse().unwrap()),
        source: ReferralSource::OtherAuthority,
        ..referral_on(day)
    })
}

/// Referred, and an assessment begun on the next day.
pub(crate) fn being_assessed(referred_on: &str) -> Given<Case> {
    let next = (day(referred_on) + Days::new(1)).to_string();
    referred(referred_on).and(|case| assessment_on(case, &next))
}

/// Referred, being assessed, and an enquiry begun two days after the referral.
pub(crate) fn enquired_into(referred_on: &str) -> Given<Case> {
    let then = (day(referred_on) + Days::new(2)).to_string();
    being_assessed(referred_on).and(|case| enquiry_on(case, &then))
}

/// The day of the conference of [`on_a_plan`] for a referral on 6 October 2025.
pub(crate) const PLAN_STARTED_AFTER_2025_10_06: &str = "2025-10-22";

/// On a plan for neglect from the tenth working day after the enquiry began.
pub(crate) fn on_a_plan(referred_on: &str) -> Given<Case> {
    let conference = add_working_days(day(referred_on) + Days::new(2), 10).to_string();
    enquired_into(referred_on)
        .and(|case| initial_conference(case, &conference, plan(&[AbuseCategory::Neglect])))
}

pub(crate) fn closed_after_assessment(referred_on: &str, closed_on: &str) -> Given<Case> {
    being_assessed(referred_on)
        .and(|case| authorised(case, closed_on))
        .and(|case| closed(case, closed_on, ClosureReason::AfterAssessment))
}

pub(crate) fn episode(case: &Case) -> EpisodeId {
    case.episodes[0].id
}

pub(crate) fn assessment(case: &Case) -> AssessmentId {
    case.episodes[0].assessments[0].id
}

pub(crate) fn enquiry(case: &Case) -> Section47Id {
    case.episodes[0].section47s[0].id
}

pub(crate) fn cp_plan(case: &Case) -> CpPlanId {
    case.episodes[0].cp_plans[0].id
}

pub(crate) fn no_further_action(case: &Case, day: &str) -> Command {
    DecideReferral {
        episode: episode(case),
        on: on(day),
        outcome: ReferralOutcome::NoFurtherAction,
        reason: None,
    }
    .into()
}

pub(crate) fn assessment_on(case: &Case, day: &str) -> Command {
    StartAssessment { episode: episode(case), on: on(day), review_point: None }.into()
}

pub(crate) fn authorised(case: &Case, day: &str) -> Command {
    CompleteAssessment {
        assessment: assessment(case),
        on: on(day),
        factors: [Factor::Neglect].into(),
        outcome: AssessmentOutcome::NoFurtherAction,
        summary: None,
    }
    .into()
}

pub(crate) fn enquiry_on(case: &Case, day: &str) -> Command {
    StartSection47 { episode: episode(case), on: on(day) }.into()
}

pub(crate) fn enquiry_concluded(case: &Case, day: &str, conference: ConferenceNeed) -> Command {
    ConcludeSection47 { section47: enquiry(case), on: on(day), conference, reason: None }.into()
}

pub(crate) fn plan(categories: &[AbuseCategory]) -> Outcome {
    Outcome::Plan { categories: categories.iter().copied().collect() }
}

pub(crate) fn initial_conference(case: &Case, day: &str, decision: Outcome) -> Command {
    HoldInitialConference {
        section47: enquiry(case),
        on: on(day),
        decision,
        missing: Default::default(),
        reason: None,
    }
    .into()
}

pub(crate) fn transfer_in(case: &Case, day: &str) -> Command {
    HoldTransferInConference {
        episode: episode(case),
        on: on(day),
        decision: plan(&[AbuseCategory::Neglect]),
        missing: Default::default(),
        reason: None,
    }
    .into()
}

pub(crate) fn review(case: &Case, day: &str, decision: Decision) -> Command {
    HoldReviewConference {
        plan: cp_plan(case),
        on: on(day),
        decision,
        missing: Default::default(),
        reason: None,
    }
    .into()
}

pub(crate) fn cin_plan_on(case: &Case, day: &str) -> Command {
    StartCinPlan { episode: episode(case), on: on(day) }.into()
}

pub(crate) fn cin_plan_ended(case: &Case, day: &str) -> Command {
    EndCinPlan { plan: case.episodes[0].cin_plans[0].id, on: on(day), reason: CinPlanEnd::SupportEnded }
        .into()
}

pub(crate) fn lead(practitioner: u128, day: &str) -> AllocateWorker {
    AllocateWorker {
        practitioner: PractitionerId(Uuid::from_u128(practitioner)),
        role: WorkerRole::LeadPractitioner,
        team: None,
        on: on(day),
    }
}

pub(crate) fn closed(case: &Case, day: &str, reason: ClosureReason) -> Command {
    CloseCase { episode: episode(case), on: on(day), reason, note: None }.into()
}
