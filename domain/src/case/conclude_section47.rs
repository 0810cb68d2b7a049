//! A section 47 enquiry has an outcome: a conference must be held, or need not.

use super::events::{ConferenceNeed, Section47Concluded};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, may_act, sealed};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::Section47Id;
use crate::text::Narrative;
use crate::when::Occurred;

/// Concludes an enquiry.
#[derive(Clone, PartialEq, Debug)]
pub struct ConcludeSection47 {
    pub section47: Section47Id,
    pub on: Occurred,
    pub conference: ConferenceNeed,
    pub reason: Option<Narrative>,
}

pub(super) fn decide(case: &Case, act: &Act, command: ConcludeSection47) -> Result<Vec<NewEvent>, Refusal> {
    let (episode, enquiry) = case.section47(command.section47)?;
    let who = case.known()?;
    if enquiry.concluded.is_some() {
        return Err(ENDED_ALREADY);
    }
    may_act(episode, command.on, act)?;
    if enquiry.started.as_ref().is_some_and(|started| command.on.day() < started.day()) {
        return Err(ENDS_BEFORE_IT_STARTS);
    }
    let concluded = Section47Concluded {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        section47: command.section47,
        conference: command.conference,
        reason: sealed(act, command.reason),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: command.on, event: concluded.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn an_enquiry_is_concluded_once() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::NotRequired))
            .order(|case| enquiry_concluded(case, "2026-02-13", ConferenceNeed::Required))
            .refused("ended-already");
    }

    #[test]
    fn an_enquiry_is_not_concluded_before_it_starts() {
        enquired_into("2026-02-02")
            .order(|case| enquiry_concluded(case, "2026-02-02", ConferenceNeed::NotRequired))
            .refused("ends-before-it-starts");
    }
}
