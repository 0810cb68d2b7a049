//! What the conferences that may start a plan have in common: an initial one, and one for a child who moves here.

use std::collections::BTreeSet;

use super::codes::AbuseCategory;
use super::end_cin_plan::ends_apart;
use super::events::{
    CinPlanEnd, CinPlanEnded, ConferenceDecision, ConferenceHeld, ConferenceKind, CpPlanStarted, Missing,
};
use super::rules::{from_a_practitioner, sealed};
use super::state::{Case, Episode, Run};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{ConferenceId, CpPlanId, Section47Id};
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;
use crate::working_days::is_weekend;

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

/// A conference as it sat, before its events are written.
pub(super) struct Sitting<'a> {
    pub case: &'a Case,
    pub act: &'a Act,
    pub episode: &'a Episode,
    pub section47: Option<Section47Id>,
    pub kind: ConferenceKind,
    pub on: Occurred,
    pub decision: Outcome,
    pub missing: BTreeSet<Missing>,
    pub reason: Option<Narrative>,
}

impl Sitting<'_> {
    /// The conference, and the plan it starts.
    pub(super) fn events(self) -> Result<Vec<NewEvent>, Refusal> {
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
