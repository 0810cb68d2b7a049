//! A case: one child at one authority, for life. Every referral begins an episode in it, and closure ends one.
//!
//! One file a command: its rule, its refusals, its tests. A rule is judged on the day something happened, so that a
//! late entry is as good as a prompt one. What a return says goes through the same rules, and breaks them as faults.

pub mod allocate_worker;
pub mod change_category;
pub mod change_legal_status;
pub mod clocks;
pub mod close_case;
pub mod codes;
pub mod complete_assessment;
pub mod conclude_section47;
pub mod conference;
pub mod decide_referral;
pub mod due;
pub mod emergency;
pub mod end_allocation;
pub mod end_cin_plan;
pub mod end_cp_plan;
pub mod end_emergency_order;
pub mod end_looked_after;
pub mod end_police_protection;
pub mod events;
pub mod extend_emergency_order;
mod fold;
pub mod grant_emergency_order;
pub mod hold_core_group;
pub mod hold_initial_conference;
pub mod hold_review_conference;
pub mod hold_transfer_in_conference;
pub mod make_visit;
pub mod measured;
#[cfg(test)]
mod properties;
pub mod receive_referral;
pub mod record_episode;
mod rules;
mod said;
pub mod set_review_point;
pub mod start_assessment;
pub mod start_cin_plan;
pub mod start_looked_after;
pub mod start_section47;
pub mod state;
pub mod status;
pub mod take_police_protection;
#[cfg(test)]
pub(crate) mod testing;
pub mod write_note;

pub use fold::testimony;
pub use state::Case;
pub use status::CaseStatus;

use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;

commands! {
    ReceiveReferral(receive_referral::ReceiveReferral),
    DecideReferral(decide_referral::DecideReferral),
    StartAssessment(start_assessment::StartAssessment),
    SetReviewPoint(set_review_point::SetReviewPoint),
    CompleteAssessment(complete_assessment::CompleteAssessment),
    StartSection47(start_section47::StartSection47),
    ConcludeSection47(conclude_section47::ConcludeSection47),
    HoldInitialConference(hold_initial_conference::HoldInitialConference),
    HoldTransferInConference(hold_transfer_in_conference::HoldTransferInConference),
    HoldReviewConference(hold_review_conference::HoldReviewConference),
    ChangeCategory(change_category::ChangeCategory),
    EndCpPlan(end_cp_plan::EndCpPlan),
    StartCinPlan(start_cin_plan::StartCinPlan),
    EndCinPlan(end_cin_plan::EndCinPlan),
    StartLookedAfter(start_looked_after::StartLookedAfter),
    EndLookedAfter(end_looked_after::EndLookedAfter),
    ChangeLegalStatus(change_legal_status::ChangeLegalStatus),
    TakePoliceProtection(take_police_protection::TakePoliceProtection),
    EndPoliceProtection(end_police_protection::EndPoliceProtection),
    GrantEmergencyOrder(grant_emergency_order::GrantEmergencyOrder),
    ExtendEmergencyOrder(extend_emergency_order::ExtendEmergencyOrder),
    EndEmergencyOrder(end_emergency_order::EndEmergencyOrder),
    MakeVisit(make_visit::MakeVisit),
    HoldCoreGroup(hold_core_group::HoldCoreGroup),
    WriteNote(write_note::WriteNote),
    AllocateWorker(allocate_worker::AllocateWorker),
    EndAllocation(end_allocation::EndAllocation),
    CloseCase(close_case::CloseCase),
    RecordEpisode(record_episode::RecordEpisode),
}

impl Decider for Case {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        self.apply(&fold::Told { entry: entry.id, on: entry.occurred, event: &entry.event });
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::ReceiveReferral(command) => receive_referral::decide(self, act, command),
            Command::DecideReferral(command) => decide_referral::decide(self, act, command),
            Command::StartAssessment(command) => start_assessment::decide(self, act, command),
            Command::SetReviewPoint(command) => set_review_point::decide(self, act, command),
            Command::CompleteAssessment(command) => complete_assessment::decide(self, act, command),
            Command::StartSection47(command) => start_section47::decide(self, act, command),
            Command::ConcludeSection47(command) => conclude_section47::decide(self, act, command),
            Command::HoldInitialConference(command) => hold_initial_conference::decide(self, act, command),
            Command::HoldTransferInConference(command) => {
                hold_transfer_in_conference::decide(self, act, command)
            }
            Command::HoldReviewConference(command) => hold_review_conference::decide(self, act, command),
            Command::ChangeCategory(command) => change_category::decide(self, act, command),
            Command::EndCpPlan(command) => end_cp_plan::decide(self, act, command),
            Command::StartCinPlan(command) => start_cin_plan::decide(self, act, command),
            Command::EndCinPlan(command) => end_cin_plan::decide(self, act, command),
            Command::StartLookedAfter(command) => start_looked_after::decide(self, act, command),
            Command::EndLookedAfter(command) => end_looked_after::decide(self, act, command),
            Command::ChangeLegalStatus(command) => change_legal_status::decide(self, act, command),
            Command::TakePoliceProtection(command) => take_police_protection::decide(self, act, command),
            Command::EndPoliceProtection(command) => end_police_protection::decide(self, act, command),
            Command::GrantEmergencyOrder(command) => grant_emergency_order::decide(self, act, command),
            Command::ExtendEmergencyOrder(command) => extend_emergency_order::decide(self, act, command),
            Command::EndEmergencyOrder(command) => end_emergency_order::decide(self, act, command),
            Command::MakeVisit(command) => make_visit::decide(self, act, command),
            Command::HoldCoreGroup(command) => hold_core_group::decide(self, act, command),
            Command::WriteNote(command) => write_note::decide(self, act, command),
            Command::AllocateWorker(command) => allocate_worker::decide(self, act, command),
            Command::EndAllocation(command) => end_allocation::decide(self, act, command),
            Command::CloseCase(command) => close_case::decide(self, act, command),
            Command::RecordEpisode(command) => record_episode::decide(self, act, command),
        }
    }
}
