//! An episode is closed: nothing in it may still be open, and nothing follows it.

use chrono::NaiveDate;

use super::codes::ClosureReason;
use super::events::{CaseClosed, ConferenceNeed, WorkerEnded};
use super::rules::{from_a_practitioner, has_happened, sealed};
use super::state::{Case, Episode, Section47};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EpisodeId;
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

/// Closes an episode. Its workers' allocations end with it when nothing else is open.
#[derive(Clone, PartialEq, Debug)]
pub struct CloseCase {
    pub episode: EpisodeId,
    pub on: Occurred,
    pub reason: ClosureReason,
    pub note: Option<Narrative>,
}

const CLOSED_ALREADY: Refusal = Refusal {
    code: "closed-already",
    sentence: "The episode is closed already; if that is wrong, correct its closure.",
};
const BEFORE_THE_REFERRAL: Refusal = Refusal {
    code: "before-the-referral",
    sentence: "The closure is before the episode's referral; check both days.",
};
const NOTHING_TO_CLOSE: Refusal = Refusal {
    code: "no-further-action",
    sentence: "The referral was decided to need no further action, so there is nothing to close.",
};
const ACTIVITY_AFTER: Refusal = Refusal {
    code: "activity-after-closure",
    sentence: "Something is on record for a later day in this episode; close it on or after that day.",
};
const ASSESSMENT_OPEN: Refusal =
    Refusal { code: "assessment-open", sentence: "An assessment is not authorised yet; complete it first." };
const SECTION_47_OPEN: Refusal = Refusal {
    code: "section47-open",
    sentence: "A section 47 enquiry has no outcome, or its conference has not been held; conclude it first.",
};
const ON_A_PROTECTION_PLAN: Refusal = Refusal {
    code: "on-a-protection-plan",
    sentence: "The child is on a child protection plan, which only a review conference can end; the case stays open.",
};
const ON_A_CIN_PLAN: Refusal = Refusal {
    code: "on-a-child-in-need-plan",
    sentence: "The child has a child in need plan; end it first.",
};
const MORE_THAN_AN_ASSESSMENT: Refusal = Refusal {
    code: "more-than-an-assessment",
    sentence: "RC8 and RC9 are for a case closed straight after its assessment; there was an enquiry or a plan, so use another reason, such as RC7.",
};
const NO_ASSESSMENT: Refusal = Refusal {
    code: "closed-after-no-assessment",
    sentence: "RC8 and RC9 are for a case closed after an assessment, and none is on record as complete.",
};
const INTO_THE_NEXT: Refusal = Refusal {
    code: "case-is-open",
    sentence: "Another episode began before this day, and episodes may not overlap; check the day.",
};

fn is_resolved(enquiry: &Section47, episode: &Episode) -> bool {
    let held = episode.conferences.iter().filter_map(|conference| conference.held.as_ref());
    let mut held = held.map(|held| held.value.section47);
    match enquiry.concluded.as_ref().map(|concluded| concluded.value) {
        None => false,
        Some(ConferenceNeed::NotRequired) => true,
        Some(ConferenceNeed::Required) => held.any(|section47| section47 == Some(enquiry.id)),
    }
}

/// Everything in the episode has come to its end by then.
pub(super) fn nothing_is_left_open(
    case: &Case,
    episode: &Episode,
    day: NaiveDate,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    if episode.referral.as_ref().is_some_and(|referral| day < referral.day()) {
        rules.broken(BEFORE_THE_REFERRAL)?;
    }
    if episode.is_no_further_action() {
        rules.broken(NOTHING_TO_CLOSE)?;
    }
    if episode.activity().any(|done| day < done) {
        rules.broken(ACTIVITY_AFTER)?;
    }
    if episode.assessments.iter().any(|assessment| assessment.completed.is_none()) {
        rules.broken(ASSESSMENT_OPEN)?;
    }
    if !episode.section47s.iter().all(|enquiry| is_resolved(enquiry, episode)) {
        rules.broken(SECTION_47_OPEN)?;
    }
    if episode.cp_plans.iter().any(|plan| plan.ended.is_none()) {
        rules.broken(ON_A_PROTECTION_PLAN)?;
    }
    if episode.cin_plans.iter().any(|plan| plan.ended.is_none()) {
        rules.broken(ON_A_CIN_PLAN)?;
    }
    let began = episode.began();
    let mut others = case.episodes.iter().filter(|other| other.id != episode.id).filter_map(Episode::began);
    if others.any(|other| began.is_some_and(|began| began < other) && other < day) {
        rules.broken(INTO_THE_NEXT)?;
    }
    Ok(())
}

/// The reason agrees with what was done.
pub(super) fn reason_agrees(
    episode: &Episode,
    reason: ClosureReason,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    if !matches!(reason, ClosureReason::AfterAssessment | ClosureReason::AfterAssessmentToEarlyHelp) {
        return Ok(());
    }
    let more =
        !(episode.section47s.is_empty() && episode.cp_plans.is_empty() && episode.cin_plans.is_empty());
    if more {
        rules.broken(MORE_THAN_AN_ASSESSMENT)?;
    }
    if !episode.assessments.iter().any(|assessment| assessment.completed.is_some()) {
        rules.broken(NO_ASSESSMENT)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: CloseCase) -> Result<Vec<NewEvent>, Refusal> {
    let episode = case.episode(command.episode)?;
    let who = case.known()?;
    let day = command.on.day();
    if episode.closed.is_some() {
        return Err(CLOSED_ALREADY);
    }
    let mut rules = from_a_practitioner();
    has_happened(command.on, act, &mut rules)?;
    nothing_is_left_open(case, episode, day, &mut rules)?;
    reason_agrees(episode, command.reason, &mut rules)?;
    let closed = CaseClosed {
        child: who.child,
        authority: who.authority.clone(),
        episode: episode.id,
        reason: Some(command.reason),
        note: sealed(act, command.note),
        testimony: None,
    };
    let mut events = vec![NewEvent { occurred: command.on, event: closed.into() }];
    let others = case.episodes.iter().filter(|other| other.id != episode.id);
    let other_is_open = others.filter_map(|other| other.run()).any(|run| run.until.is_none());
    for allocation in case.allocations.iter().filter(|_| !other_is_open) {
        let Some(started) = allocation.started.as_ref().filter(|started| started.day() <= day) else {
            continue;
        };
        if allocation.ended.is_none() {
            let ended = WorkerEnded {
                child: who.child,
                authority: who.authority.clone(),
                allocation: allocation.id,
                practitioner: started.value.practitioner,
                role: started.value.role,
                testimony: None,
            };
            events.push(NewEvent { occurred: command.on, event: ended.into() });
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn a_case_closes_after_its_assessment_and_its_workers_are_free() {
        being_assessed("2026-02-02")
            .after(lead(1, "2026-02-03"))
            .and(|case| authorised(case, "2026-02-20"))
            .order(|case| closed(case, "2026-02-20", ClosureReason::AfterAssessment))
            .then_kinds(["case.closed", "worker.ended"]);
    }

    #[test]
    fn a_case_stays_open_while_an_assessment_is_unfinished() {
        being_assessed("2026-02-02")
            .order(|case| closed(case, "2026-02-20", ClosureReason::NoLongerInNeed))
            .refused("assessment-open");
    }

    #[test]
    fn a_case_stays_open_while_an_enquiry_has_no_outcome() {
        enquired_into("2026-02-02")
            .and(|case| authorised(case, "2026-02-20"))
            .order(|case| closed(case, "2026-02-20", ClosureReason::NoLongerInNeed))
            .refused("section47-open");
    }

    #[test]
    fn a_case_stays_open_until_the_conference_an_enquiry_asked_for() {
        enquired_into("2026-02-02")
            .and(|case| authorised(case, "2026-02-20"))
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::Required))
            .order(|case| closed(case, "2026-02-20", ClosureReason::NoLongerInNeed))
            .refused("section47-open");
    }

    #[test]
    fn a_case_stays_open_while_the_child_is_on_a_plan() {
        on_a_plan("2025-10-06")
            .and(|case| authorised(case, "2025-11-28"))
            .order(|case| closed(case, "2026-02-20", ClosureReason::NoLongerInNeed))
            .refused("on-a-protection-plan");
    }

    #[test]
    fn a_case_is_not_closed_before_its_last_activity() {
        being_assessed("2026-02-02")
            .and(|case| authorised(case, "2026-02-20"))
            .order(|case| closed(case, "2026-02-19", ClosureReason::NoLongerInNeed))
            .refused("activity-after-closure");
    }

    #[test]
    fn a_case_with_an_enquiry_was_not_closed_straight_after_assessment() {
        enquired_into("2026-02-02")
            .and(|case| authorised(case, "2026-02-20"))
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::NotRequired))
            .order(|case| closed(case, "2026-02-20", ClosureReason::AfterAssessment))
            .refused("more-than-an-assessment");
    }

    #[test]
    fn an_episode_entered_late_closes_before_the_next_one() {
        referred("2026-02-02")
            .after(referral_on("2025-06-02"))
            .order(|case| {
                let late = case.in_order()[0].id;
                CloseCase {
                    episode: late,
                    on: on("2026-02-10"),
                    reason: ClosureReason::NoLongerInNeed,
                    note: None,
                }
                .into()
            })
            .refused("case-is-open");
    }

    #[test]
    fn a_referral_that_needed_nothing_has_nothing_to_close() {
        referred("2026-02-02")
            .and(|case| no_further_action(case, "2026-02-03"))
            .order(|case| closed(case, "2026-02-20", ClosureReason::NoLongerInNeed))
            .refused("no-further-action");
    }
}
