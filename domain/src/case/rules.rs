//! The rules that several commands of a case share, and how its parts are found.

use chrono::NaiveDate;

use super::state::{
    Allocation, Assessment, Case, CinPlan, CpPlan, EmergencyOrder, Episode, Item, LookedAfter,
    PoliceProtection, Run, Section47, Who,
};
use crate::decider::{Act, IN_THE_FUTURE, Refusal};
use crate::ids::{
    AllocationId, AssessmentId, CinPlanId, CpPlanId, EmergencyOrderId, EpisodeId, LookedAfterId,
    PoliceProtectionId, Section47Id,
};
use crate::sealed::Sealed;
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

const NO_CASE: Refusal = Refusal {
    code: "no-case",
    sentence: "There is no case for this child at this authority yet; record a referral first.",
};
const NO_SUCH_PART: Refusal = Refusal {
    code: "no-such-part",
    sentence: "There is no such part of this case; it may have been withdrawn. Look at the case again.",
};
const BEFORE_THE_REFERRAL: Refusal = Refusal {
    code: "before-the-referral",
    sentence: "This is before the episode's referral; check the day, or correct the referral's.",
};
const AFTER_CLOSURE: Refusal = Refusal {
    code: "after-closure",
    sentence: "The episode was closed before this day; record a new referral to begin again.",
};
const NO_FURTHER_ACTION: Refusal = Refusal {
    code: "no-further-action",
    sentence: "The referral was decided to need no further action, so nothing else is recorded on it; correct that decision, or record a new referral.",
};
const NOT_OPEN: Refusal = Refusal {
    code: "not-open",
    sentence: "The case is not open on that day; check the day, or record the referral first.",
};
pub(super) const ENDS_BEFORE_IT_STARTS: Refusal =
    Refusal { code: "ends-before-it-starts", sentence: "The end is before the start; check both days." };
pub(super) const ENDED_ALREADY: Refusal = Refusal {
    code: "ended-already",
    sentence: "It has ended already; if the end on record is wrong, correct that entry.",
};

/// Nothing is recorded before it happens.
pub(super) fn has_happened(on: Occurred, act: &Act, rules: &mut Rules) -> Result<(), Refusal> {
    if on.is_ahead_of(act.now) {
        rules.broken(IN_THE_FUTURE)?;
    }
    Ok(())
}

/// Something is done on an episode: after its referral, not after its closure, and only if action followed.
pub(super) fn is_within(episode: &Episode, day: NaiveDate, rules: &mut Rules) -> Result<(), Refusal> {
    if episode.referral.as_ref().is_some_and(|referral| day < referral.day()) {
        rules.broken(BEFORE_THE_REFERRAL)?;
    }
    if episode.is_no_further_action() {
        rules.broken(NO_FURTHER_ACTION)?;
    }
    if episode.closed.as_ref().is_some_and(|closed| closed.day() < day) {
        rules.broken(AFTER_CLOSURE)?;
    }
    Ok(())
}

/// A practitioner's own act on an episode, now or entered late: all of the above, refused.
pub(super) fn may_act(episode: &Episode, on: Occurred, act: &Act) -> Result<(), Refusal> {
    let mut rules = from_a_practitioner();
    has_happened(on, act, &mut rules)?;
    is_within(episode, on.day(), &mut rules)
}

/// Work with a child goes on while an episode is open, or the authority looks after them.
pub(super) fn is_open(case: &Case, day: NaiveDate) -> Result<(), Refusal> {
    // On the day of closure there may be a last visit.
    let covers = |run: Run| run.covers(day) || run.until == Some(day);
    let episodes = case.episodes.iter().filter_map(Episode::run);
    let periods = case.looked_after.iter().filter_map(LookedAfter::run);
    if episodes.chain(periods).any(covers) { Ok(()) } else { Err(NOT_OPEN) }
}

/// Rules that refuse.
pub(super) fn from_a_practitioner() -> Rules {
    Rules::for_testimony(None)
}

/// Words of this record's own.
pub(super) fn sealed(act: &Act, text: Option<Narrative>) -> Option<Sealed<Narrative>> {
    text.map(|text| Sealed::new(act.fresh_key, text))
}

fn part<T: Item>(items: &[T], id: T::Id) -> Option<&T> {
    items.iter().find(|item| item.id() == id)
}

impl Case {
    pub(super) fn known(&self) -> Result<Who, Refusal> {
        self.who.clone().ok_or(NO_CASE)
    }

    pub(super) fn episode(&self, id: EpisodeId) -> Result<&Episode, Refusal> {
        part(&self.episodes, id).ok_or(NO_SUCH_PART)
    }

    fn inside<T>(&self, find: impl Fn(&Episode) -> Option<&T>) -> Result<(&Episode, &T), Refusal> {
        self.episodes.iter().find_map(|episode| Some((episode, find(episode)?))).ok_or(NO_SUCH_PART)
    }

    pub(super) fn assessment(&self, id: AssessmentId) -> Result<(&Episode, &Assessment), Refusal> {
        self.inside(|episode| part(&episode.assessments, id))
    }

    pub(super) fn section47(&self, id: Section47Id) -> Result<(&Episode, &Section47), Refusal> {
        self.inside(|episode| part(&episode.section47s, id))
    }

    pub(super) fn cp_plan(&self, id: CpPlanId) -> Result<(&Episode, &CpPlan), Refusal> {
        self.inside(|episode| part(&episode.cp_plans, id))
    }

    pub(super) fn cin_plan(&self, id: CinPlanId) -> Result<(&Episode, &CinPlan), Refusal> {
        self.inside(|episode| part(&episode.cin_plans, id))
    }

    pub(super) fn period_looked_after(&self, id: LookedAfterId) -> Result<&LookedAfter, Refusal> {
        part(&self.looked_after, id).ok_or(NO_SUCH_PART)
    }

    pub(super) fn police_protection(&self, id: PoliceProtectionId) -> Result<&PoliceProtection, Refusal> {
        part(&self.police_protections, id).ok_or(NO_SUCH_PART)
    }

    pub(super) fn emergency_order(&self, id: EmergencyOrderId) -> Result<&EmergencyOrder, Refusal> {
        part(&self.emergency_orders, id).ok_or(NO_SUCH_PART)
    }

    pub(super) fn allocation(&self, id: AllocationId) -> Result<&Allocation, Refusal> {
        part(&self.allocations, id).ok_or(NO_SUCH_PART)
    }
}
