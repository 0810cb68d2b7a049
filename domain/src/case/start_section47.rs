//! A section 47 enquiry begins, on the day of the strategy discussion.

use super::clocks::INITIAL_CONFERENCE;
use super::events::Section47Started;
use super::rules::from_a_practitioner;
use super::rules::may_act;
use super::state::{Case, Episode, Run};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{EpisodeId, Section47Id};
use crate::testimony::Rules;
use crate::when::Occurred;

/// Starts an enquiry, and with it the clock for the initial conference.
#[derive(Clone, PartialEq, Debug)]
pub struct StartSection47 {
    pub episode: EpisodeId,
    pub on: Occurred,
}

const NEEDS_AN_ASSESSMENT: Refusal = Refusal {
    code: "section47-needs-an-assessment",
    sentence: "A section 47 enquiry is carried out through an assessment; start one on this episode first.",
};
const UNDER_WAY: Refusal = Refusal {
    code: "section47-under-way",
    sentence: "Another section 47 enquiry is under way for this child on that day; record the new concern on it, or conclude it first.",
};

/// Enquiries of one child do not overlap, and each goes with an assessment.
pub(super) fn may_run(
    case: &Case,
    episode: &Episode,
    section47: Option<Section47Id>,
    run: Run,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    if episode.assessments.is_empty() {
        rules.broken(NEEDS_AN_ASSESSMENT)?;
    }
    let others = case.episodes.iter().flat_map(|episode| &episode.section47s);
    let others = others.filter(|other| Some(other.id) != section47).filter_map(|other| other.run());
    // Two on one day are two at once, even when the first was over by evening.
    if others.into_iter().any(|other| other.overlaps(run) || other.from == run.from) {
        rules.broken(UNDER_WAY)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: StartSection47) -> Result<Vec<NewEvent>, Refusal> {
    let StartSection47 { episode, on } = command;
    let who = case.known()?;
    let standing = case.episode(episode)?;
    may_act(standing, on, act)?;
    may_run(case, standing, None, Run::on(on.day()), &mut from_a_practitioner())?;
    let started = Section47Started {
        child: who.child,
        authority: who.authority,
        episode,
        section47: Section47Id(act.command.part_of(act.stream, 0)),
        icpc_target: INITIAL_CONFERENCE.due(on.day()),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: started.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;
    use crate::event::Event;

    #[test]
    fn the_conference_is_due_fifteen_working_days_after_the_strategy_discussion() {
        let events = being_assessed("2025-05-06").order(|case| enquiry_on(case, "2025-05-08")).events();
        let [started] = events.as_slice() else { panic!("one event") };
        let Event::Section47Started(started) = &started.event else { panic!("an enquiry started") };
        assert_eq!(started.icpc_target, day("2025-05-30"));
    }

    #[test]
    fn an_enquiry_goes_with_an_assessment() {
        referred("2026-02-02")
            .order(|case| enquiry_on(case, "2026-02-03"))
            .refused("section47-needs-an-assessment");
    }

    #[test]
    fn a_second_enquiry_waits_for_the_first() {
        enquired_into("2026-02-02")
            .order(|case| enquiry_on(case, "2026-02-09"))
            .refused("section47-under-way");
    }

    #[test]
    fn another_enquiry_may_follow_one_that_is_concluded() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::NotRequired))
            .order(|case| enquiry_on(case, "2026-02-16"))
            .then_kinds(["s47.started"]);
    }
}
