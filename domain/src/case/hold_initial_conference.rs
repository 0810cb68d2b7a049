//! An initial child protection conference decides whether a child goes on a plan, and a plan starts that same day.
//!
//! A conference for a child who moves here on another authority's plan decides in the same way, without an enquiry.

use std::collections::BTreeSet;

use super::codes::AbuseCategory;
use super::end_cin_plan::ends_apart;
use super::events::{
    CinPlanEnd, CinPlanEnded, ConferenceDecision, ConferenceHeld, ConferenceKind, ConferenceNeed,
    CpPlanStarted, Missing, Section47Concluded,
};
use super::rules::{from_a_practitioner, may_act, sealed};
use super::state::{Case, Episode, Run, Section47};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{ConferenceId, CpPlanId, EpisodeId, Section47Id};
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;
use crate::working_days::is_weekend;

/// Records an initial conference and what it decided about this child.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldInitialConference {
    /// The enquiry that led to it.
    pub section47: Section47Id,
    pub on: Occurred,
    pub decision: Outcome,
    /// Who or what it went without; recorded, never in the way.
    pub missing: BTreeSet<Missing>,
    pub reason: Option<Narrative>,
}

/// Records the conference for a child who moves here on another authority's plan.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldTransferInConference {
    /// The episode whose referral says where the child moves from.
    pub episode: EpisodeId,
    pub on: Occurred,
    pub decision: Outcome,
    pub missing: BTreeSet<Missing>,
    pub reason: Option<Narrative>,
}

/// Whether a plan begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Plan { categories: BTreeSet<AbuseCategory> },
    NoPlan,
}

const AT_A_WEEKEND: Refusal = Refusal {
    code: "conference-at-a-weekend",
    sentence: "A conference is not held on a Saturday or Sunday; check the day.",
};
const NOT_REQUIRED: Refusal = Refusal {
    code: "conference-not-required",
    sentence: "The enquiry concluded that no conference was needed; correct its conclusion, or start another enquiry.",
};
const HELD_ALREADY: Refusal = Refusal {
    code: "conference-held-already",
    sentence: "This enquiry has had its initial conference; record a review conference instead.",
};
const BEFORE_THE_ENQUIRY: Refusal = Refusal {
    code: "conference-before-the-enquiry",
    sentence: "The conference is before the strategy discussion that led to it; check both days.",
};
const NOT_A_TRANSFER: Refusal = Refusal {
    code: "not-a-transfer",
    sentence: "The referral does not say that the child moves here from another authority; hold an initial conference, after a section 47 enquiry.",
};
const NO_CATEGORY: Refusal = Refusal {
    code: "category-missing",
    sentence: "A plan has at least one category of abuse; give those the conference decided on.",
};
const SAY_WHICH: Refusal = Refusal {
    code: "say-which-categories",
    sentence: "Give each category the conference decided on; two or more count as multiple.",
};
const ON_A_PLAN: Refusal = Refusal {
    code: "on-a-plan-already",
    sentence: "The child is on a child protection plan on that day; record a review conference on that plan.",
};
const CIN_PLAN_RUNS_ON: Refusal = Refusal {
    code: "plans-overlap",
    sentence: "A child in need plan and a child protection plan may not overlap; correct the end of the child in need plan first.",
};

/// A conference is held on a weekday.
pub(super) fn is_on_a_weekday(on: Occurred, rules: &mut Rules) -> Result<(), Refusal> {
    if is_weekend(on.day()) {
        rules.broken(AT_A_WEEKEND)?;
    }
    Ok(())
}

/// A conference comes after the strategy discussion that led to it.
pub(super) fn follows(enquiry: &Section47, on: Occurred, rules: &mut Rules) -> Result<(), Refusal> {
    if enquiry.started.as_ref().is_some_and(|started| on.day() < started.day()) {
        rules.broken(BEFORE_THE_ENQUIRY)?;
    }
    Ok(())
}

/// A plan's categories are said one by one.
pub(super) fn are_named(categories: &BTreeSet<AbuseCategory>) -> Result<(), Refusal> {
    if categories.is_empty() {
        return Err(NO_CATEGORY);
    }
    if categories.contains(&AbuseCategory::Multiple) {
        return Err(SAY_WHICH);
    }
    Ok(())
}

/// A child is on one protection plan at a time.
pub(super) fn is_the_only_plan(
    case: &Case,
    plan: Option<CpPlanId>,
    run: Run,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    let others = case.cp_plans().into_iter().filter(|other| Some(other.id) != plan);
    if others.filter_map(|other| other.run()).any(|other| other.overlaps(run)) {
        rules.broken(ON_A_PLAN)?;
    }
    Ok(())
}

/// A conference as it was held, before its events are written.
struct Held<'a> {
    case: &'a Case,
    act: &'a Act,
    episode: &'a Episode,
    section47: Option<Section47Id>,
    kind: ConferenceKind,
    on: Occurred,
    decision: Outcome,
    missing: BTreeSet<Missing>,
    reason: Option<Narrative>,
}

pub(super) fn decide(
    case: &Case,
    act: &Act,
    command: HoldInitialConference,
) -> Result<Vec<NewEvent>, Refusal> {
    let (episode, enquiry) = case.section47(command.section47)?;
    let who = case.known()?;
    may_act(episode, command.on, act)?;
    let concluded = enquiry.concluded.as_ref().map(|concluded| concluded.value);
    if concluded == Some(ConferenceNeed::NotRequired) {
        return Err(NOT_REQUIRED);
    }
    let held = |conference: &super::state::Conference| {
        conference.held.as_ref().is_some_and(|held| held.value.section47 == Some(enquiry.id))
    };
    if episode.conferences.iter().any(held) {
        return Err(HELD_ALREADY);
    }
    follows(enquiry, command.on, &mut from_a_practitioner())?;
    // Holding the conference says that the enquiry found it necessary.
    let conclusion = concluded.is_none().then(|| Section47Concluded {
        child: who.child,
        authority: who.authority.clone(),
        episode: episode.id,
        section47: enquiry.id,
        conference: ConferenceNeed::Required,
        reason: None,
        testimony: None,
    });
    let conclusion = conclusion.map(|event| NewEvent { occurred: command.on, event: event.into() });
    let held = Held {
        case,
        act,
        episode,
        section47: Some(enquiry.id),
        kind: ConferenceKind::Initial,
        on: command.on,
        decision: command.decision,
        missing: command.missing,
        reason: command.reason,
    };
    Ok(conclusion.into_iter().chain(held.events()?).collect())
}

pub(super) fn transfer_in(
    case: &Case,
    act: &Act,
    command: HoldTransferInConference,
) -> Result<Vec<NewEvent>, Refusal> {
    let episode = case.episode(command.episode)?;
    may_act(episode, command.on, act)?;
    if episode.referral.as_ref().is_none_or(|referral| referral.value.transferred_from.is_none()) {
        return Err(NOT_A_TRANSFER);
    }
    Held {
        case,
        act,
        episode,
        section47: None,
        kind: ConferenceKind::TransferIn,
        on: command.on,
        decision: command.decision,
        missing: command.missing,
        reason: command.reason,
    }
    .events()
}

impl Held<'_> {
    fn events(self) -> Result<Vec<NewEvent>, Refusal> {
        let who = self.case.known()?;
        let conference = ConferenceId(self.act.command.part_of(self.act.stream, 0));
        let plan = CpPlanId(self.act.command.part_of(self.act.stream, 1));
        is_on_a_weekday(self.on, &mut from_a_practitioner())?;
        let (decision, plan, follows) = match &self.decision {
            Outcome::NoPlan => (ConferenceDecision::NoPlan, None, Vec::new()),
            Outcome::Plan { categories } => {
                (ConferenceDecision::PlanStarts, Some(plan), self.plan_starts(plan, conference, categories)?)
            }
        };
        let held = ConferenceHeld {
            child: who.child,
            authority: who.authority,
            episode: self.episode.id,
            conference,
            kind: self.kind,
            section47: self.section47,
            plan,
            decision: Some(decision),
            missing: self.missing,
            reason: sealed(self.act, self.reason),
            testimony: None,
        };
        Ok(std::iter::once(NewEvent { occurred: self.on, event: held.into() }).chain(follows).collect())
    }

    /// The plan, and the end of the child in need plan it takes the place of.
    fn plan_starts(
        &self,
        plan: CpPlanId,
        conference: ConferenceId,
        categories: &BTreeSet<AbuseCategory>,
    ) -> Result<Vec<NewEvent>, Refusal> {
        let who = self.case.known()?;
        let day = self.on.day();
        let run = Run::on(day);
        are_named(categories)?;
        is_the_only_plan(self.case, None, run, &mut from_a_practitioner())?;
        let mut events = Vec::new();
        let plans = self.case.episodes.iter();
        for (episode, cin) in
            plans.flat_map(|episode| episode.cin_plans.iter().map(move |cin| (episode, cin)))
        {
            let Some(cin_run) = cin.run().filter(|cin_run| cin_run.covers(day)) else { continue };
            let left_open = episode.closed.is_some() || ends_apart(self.case, cin, day).is_err();
            if cin_run.until.is_some() || left_open {
                return Err(CIN_PLAN_RUNS_ON);
            }
            let ended = CinPlanEnded {
                child: who.child,
                authority: who.authority.clone(),
                episode: episode.id,
                plan: cin.id,
                reason: Some(CinPlanEnd::ProtectionPlanStarted),
                testimony: None,
            };
            events.push(NewEvent { occurred: self.on, event: ended.into() });
        }
        let started = CpPlanStarted {
            child: who.child,
            authority: who.authority,
            episode: self.episode.id,
            plan,
            conference: Some(conference),
            categories: categories.clone(),
            previous_plans: Some(self.case.plans_before(day)),
            testimony: None,
        };
        events.push(NewEvent { occurred: self.on, event: started.into() });
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;
    use crate::event::Event;

    #[test]
    fn a_plan_starts_on_the_day_of_the_conference_that_decides_it() {
        let events = enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Neglect])))
            .events();
        let kinds: Vec<&str> = events.iter().map(|new| new.event.kind()).collect();
        assert_eq!(kinds, ["s47.concluded", "conference.held", "cp-plan.started"]);
        assert!(events.iter().all(|new| new.occurred == on("2026-02-18")));
    }

    #[test]
    fn a_conference_may_decide_against_a_plan() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::Required))
            .order(|case| initial_conference(case, "2026-02-18", Outcome::NoPlan))
            .then_kinds(["conference.held"]);
    }

    #[test]
    fn a_conference_without_health_or_quorum_is_recorded_and_protects_all_the_same() {
        enquired_into("2026-02-02")
            .order(|case| {
                HoldInitialConference {
                    section47: enquiry(case),
                    on: on("2026-02-18"),
                    decision: plan(&[AbuseCategory::Physical]),
                    missing: [Missing::Quorum, Missing::Health].into(),
                    reason: None,
                }
                .into()
            })
            .then_kinds(["s47.concluded", "conference.held", "cp-plan.started"]);
    }

    #[test]
    fn a_conference_is_not_held_at_a_weekend() {
        enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-21", Outcome::NoPlan))
            .refused("conference-at-a-weekend");
    }

    #[test]
    fn a_plan_has_a_category() {
        enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-18", plan(&[])))
            .refused("category-missing");
    }

    #[test]
    fn multiple_is_said_category_by_category() {
        enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Multiple])))
            .refused("say-which-categories");
    }

    #[test]
    fn an_enquiry_that_found_no_need_leads_to_no_conference() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::NotRequired))
            .order(|case| initial_conference(case, "2026-02-18", Outcome::NoPlan))
            .refused("conference-not-required");
    }

    #[test]
    fn a_child_on_a_plan_is_not_put_on_another() {
        on_a_plan("2026-01-05")
            .and(|case| enquiry_on(case, "2026-02-16"))
            .order(|case| {
                let section47 = case.episodes[0].section47s[1].id;
                HoldInitialConference {
                    section47,
                    on: on("2026-02-26"),
                    decision: plan(&[AbuseCategory::Neglect]),
                    missing: Default::default(),
                    reason: None,
                }
                .into()
            })
            .refused("on-a-plan-already");
    }

    #[test]
    fn a_protection_plan_takes_the_place_of_a_child_in_need_plan() {
        enquired_into("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Neglect])))
            .then_kinds(["s47.concluded", "conference.held", "cin-plan.ended", "cp-plan.started"]);
    }

    #[test]
    fn a_protection_plan_entered_late_may_not_overlap_a_child_in_need_plan() {
        enquired_into("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .and(|case| cin_plan_ended(case, "2026-03-02"))
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Neglect])))
            .refused("plans-overlap");
    }

    #[test]
    fn an_enquiry_has_one_initial_conference() {
        on_a_plan("2026-01-05")
            .order(|case| initial_conference(case, "2026-02-18", Outcome::NoPlan))
            .refused("conference-held-already");
    }

    #[test]
    fn a_second_plan_counts_the_first_one() {
        let events = on_a_plan("2025-01-06")
            .and(|case| review(case, "2025-04-01", Decision::End))
            .and(|case| enquiry_on(case, "2026-02-02"))
            .order(|case| {
                let section47 = case.episodes[0].section47s[1].id;
                HoldInitialConference {
                    section47,
                    on: on("2026-02-16"),
                    decision: plan(&[AbuseCategory::Emotional]),
                    missing: Default::default(),
                    reason: None,
                }
                .into()
            })
            .events();
        let started = events.iter().find_map(|new| match &new.event {
            Event::CpPlanStarted(started) => Some(started.previous_plans),
            _ => None,
        });
        assert_eq!(started, Some(Some(1)));
    }

    #[test]
    fn a_child_who_moves_here_on_a_plan_gets_a_conference_without_an_enquiry() {
        moved_here("2026-02-02")
            .order(|case| transfer_in(case, "2026-02-16"))
            .then_kinds(["conference.held", "cp-plan.started"]);
    }

    #[test]
    fn a_transfer_in_conference_is_for_a_child_who_moves_here() {
        referred("2026-02-02").order(|case| transfer_in(case, "2026-02-16")).refused("not-a-transfer");
    }
}
