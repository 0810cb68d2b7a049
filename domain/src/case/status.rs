//! How a case stands on a day: what a partner who asks is told, and what falls due next.
//!
//! A pure function of the effective history. "As known at" is the caller's choice of which history; the day is when
//! it was true. Whether something is overdue is for whoever looks, with their own today.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{AbuseCategory, ClosureReason};
use super::due::{Due, due_on};
use super::emergency::{Emergency, Power};
use super::events::{ConferenceNeed, LegalStatus, Seen, WorkerRole};
use super::state::{Allocation, Case, CpPlan, Episode, Fact, Section47};
use crate::codes::codes;
use crate::decider::Decider as _;
use crate::entry::Entry;
use crate::ids::{AssessmentId, CinPlanId, CpPlanId, EpisodeId, PractitionerId, Section47Id, TeamId};
use crate::when::{civil_day, start_of};

codes! {
    /// The most that is being done for a child, the furthest reaching last.
    Standing, "standing":
    /// No case here, or nothing on record by that day.
    NotKnown => "not-known",
    /// Known, and nothing is open.
    Closed => "closed",
    /// Something was open, and they are an adult: what is owed to a child has ended.
    ReachedEighteen => "reached-eighteen",
    Referred => "referred",
    Assessed => "being-assessed",
    /// A child in need plan runs.
    InNeed => "child-in-need-plan",
    EnquiredInto => "section47-enquiry",
    /// A child protection plan runs.
    Protected => "child-protection-plan",
    LookedAfter => "looked-after",
    /// For 72 hours at most.
    PoliceProtection => "police-protection",
    EmergencyOrder => "emergency-protection-order",
}

impl Standing {
    /// How a child stands under an emergency power.
    #[must_use]
    pub const fn under(power: Power) -> Self {
        match power {
            Power::PoliceProtection => Self::PoliceProtection,
            Power::EmergencyOrder => Self::EmergencyOrder,
        }
    }
}

/// How a case stands on a day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseStatus {
    pub day: NaiveDate,
    pub standing: Standing,
    /// The power under which the child is kept safe at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Emergency>,
    /// The open episode, or the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<EpisodeStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection_plan: Option<ProtectionPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_in_need_plan: Option<ChildInNeedPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_after: Option<LookedAfterStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section47: Option<Section47Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentStatus>,
    /// Whom to ring: the lead practitioner, else the newest worker who answers for the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<WorkerStatus>,
    /// Everyone who has the case, the lead included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workers: Vec<WorkerStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<LastSeen>,
    /// Protection plans ever at this authority, older registers included.
    pub protection_plans_ever: u32,
    /// What is due, the soonest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<Due>,
}

/// An episode, open or closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EpisodeStatus {
    pub id: EpisodeId,
    pub referred: NaiveDate,
    /// Present once it is closed or was decided to need no action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure_reason: Option<ClosureReason>,
}

/// The child protection plan a child is on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectionPlan {
    pub id: CpPlanId,
    pub since: NaiveDate,
    /// As last set.
    pub categories: BTreeSet<AbuseCategory>,
    /// 1 for the first plan ever, 2 for the second.
    pub sequence: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_review: Option<NaiveDate>,
}

/// The child in need plan a child has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildInNeedPlan {
    pub id: CinPlanId,
    pub since: NaiveDate,
}

/// The period a child is being looked after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookedAfterStatus {
    pub since: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_status: Option<LegalStatus>,
    /// The last day, where the order states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// True when that day has passed and nothing says what took the order's place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_lapsed: bool,
}

/// A section 47 enquiry under way, or waiting for its conference.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section47Status {
    pub id: Section47Id,
    pub since: NaiveDate,
    /// True once it is concluded that a conference must be held.
    pub awaits_conference: bool,
}

/// An assessment under way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentStatus {
    pub id: AssessmentId,
    pub since: NaiveDate,
}

/// When a visit last found the child.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LastSeen {
    pub on: NaiveDate,
    /// The last time they were seen alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone_on: Option<NaiveDate>,
}

/// A worker who has the case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerStatus {
    pub practitioner: PractitionerId,
    pub role: WorkerRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    pub since: NaiveDate,
}

impl CaseStatus {
    /// How a case stood at the end of `day`, from its effective history: what happened later does not count.
    #[must_use]
    pub fn on(history: &[Entry], day: NaiveDate) -> Self {
        let next = day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, start_of);
        Self::at(history, next - TimeDelta::nanoseconds(1))
    }

    /// How a case stood at an instant: to the minute, for what lapses by the clock.
    #[must_use]
    pub fn at(history: &[Entry], at: DateTime<Utc>) -> Self {
        let mut case = Case::initial();
        for entry in history.iter().filter(|entry| entry.occurred.earliest() <= at) {
            case.evolve(entry);
        }
        let mut status = Self::of(&case, civil_day(at));
        if let Some(emergency) = Emergency::holding(&case.emergencies(), at) {
            status.standing = status.standing.max(Standing::under(emergency.power));
            status.due.push(Due::end_of(&emergency));
            status.due.sort();
            status.emergency = Some(emergency);
        }
        status
    }

    /// How a case stands on `day`, when nothing in it happened later; what lapses by the clock is left out.
    #[must_use]
    pub fn of(case: &Case, day: NaiveDate) -> Self {
        let in_order = case.in_order();
        let open =
            in_order.iter().rev().find(|episode| episode.run().is_some_and(|run| run.covers(day))).copied();
        let last = open.or_else(|| in_order.last().copied());
        let plan =
            case.cp_plans().into_iter().rev().find(|plan| plan.run().is_some_and(|run| run.covers(day)));
        let cin = case.cin_plans().find(|plan| plan.run().is_some_and(|run| run.covers(day)));
        let period = case.looked_after.iter().find(|period| period.run().is_some_and(|run| run.covers(day)));
        let section47 = open.and_then(|episode| enquiry_on(episode, day));
        let assessment = open.and_then(|episode| assessment_on(episode, day));
        let workers: Vec<WorkerStatus> =
            case.allocations.iter().filter_map(|allocation| worker_on(allocation, day)).collect();

        let mut due = due_on(open, plan, day);
        due.extend(period.and_then(|period| period.basis_on(day)).and_then(Due::end_of_basis));
        due.sort();
        let standing = if period.is_some() {
            Standing::LookedAfter
        } else if plan.is_some() {
            Standing::Protected
        } else if section47.is_some() {
            Standing::EnquiredInto
        } else if cin.is_some() {
            Standing::InNeed
        } else if assessment.is_some() {
            Standing::Assessed
        } else if open.is_some() {
            Standing::Referred
        } else if last.is_some() || case.opened.is_some() {
            Standing::Closed
        } else {
            Standing::NotKnown
        };
        Self {
            day,
            standing,
            emergency: None,
            episode: last.and_then(episode_status),
            protection_plan: plan.and_then(|plan| plan_on(case, plan, day)),
            child_in_need_plan: cin
                .and_then(|cin| cin.run().map(|run| ChildInNeedPlan { id: cin.id, since: run.from })),
            looked_after: period.and_then(|period| {
                let basis = period.basis_on(day);
                let until = basis.and_then(|basis| basis.until);
                period.run().map(|run| LookedAfterStatus {
                    since: run.from,
                    legal_status: basis.map(|basis| basis.status),
                    until,
                    has_lapsed: until.is_some_and(|until| until < day),
                })
            }),
            section47,
            assessment,
            lead: to_ring(&workers).cloned(),
            workers,
            last_seen: last_seen(case, day),
            protection_plans_ever: case.plans_before(day.succ_opt().unwrap_or(day)),
            due,
        }
    }
}

pub(super) fn by_then<T>(fact: Option<&Fact<T>>, day: NaiveDate) -> Option<&Fact<T>> {
    fact.filter(|fact| fact.day() <= day)
}

fn episode_status(episode: &Episode) -> Option<EpisodeStatus> {
    Some(EpisodeStatus {
        id: episode.id,
        referred: episode.began()?,
        ended: episode.ended(),
        closure_reason: episode.closed.as_ref().and_then(|closed| closed.value),
    })
}

fn plan_on(case: &Case, plan: &CpPlan, day: NaiveDate) -> Option<ProtectionPlan> {
    let since = plan.run()?.from;
    let said = plan.started.as_ref().and_then(|started| started.value.previous_plans);
    Some(ProtectionPlan {
        id: plan.id,
        since,
        categories: plan.categories_on(day),
        sequence: said.unwrap_or(0).max(case.plans_before(since)).saturating_add(1),
        last_review: last_review(plan, day),
    })
}

pub(super) fn last_review(plan: &CpPlan, day: NaiveDate) -> Option<NaiveDate> {
    plan.reviews.iter().map(Fact::day).filter(|review| *review <= day).max()
}

/// The enquiry that has no outcome yet, or whose conference has not been held.
pub(super) fn enquiry_on(episode: &Episode, day: NaiveDate) -> Option<Section47Status> {
    let pending = |enquiry: &&Section47| {
        let concluded = by_then(enquiry.concluded.as_ref(), day).map(|concluded| concluded.value);
        let held = episode.conferences.iter().filter_map(|conference| by_then(conference.held.as_ref(), day));
        let was_held = held.into_iter().any(|held| held.value.section47 == Some(enquiry.id));
        concluded != Some(ConferenceNeed::NotRequired) && !was_held
    };
    let enquiry = episode.section47s.iter().rev().find(pending)?;
    let since = enquiry.run()?.from;
    let awaits_conference = by_then(enquiry.concluded.as_ref(), day).is_some();
    (since <= day).then_some(Section47Status { id: enquiry.id, since, awaits_conference })
}

fn assessment_on(episode: &Episode, day: NaiveDate) -> Option<AssessmentStatus> {
    let under_way =
        |assessment: &&super::state::Assessment| assessment.run().is_some_and(|run| run.covers(day));
    let assessment = episode.assessments.iter().rev().find(under_way)?;
    Some(AssessmentStatus { id: assessment.id, since: assessment.run()?.from })
}

fn last_seen(case: &Case, day: NaiveDate) -> Option<LastSeen> {
    let visits = || case.visits.iter().filter(|visit| visit.day() <= day);
    let on = visits().filter(|visit| visit.value != Seen::NotSeen).map(Fact::day).max()?;
    let alone_on = visits().filter(|visit| visit.value == Seen::Alone).map(Fact::day).max();
    Some(LastSeen { on, alone_on })
}

fn worker_on(allocation: &Allocation, day: NaiveDate) -> Option<WorkerStatus> {
    let run = allocation.run().filter(|run| run.covers(day))?;
    let worker = &allocation.started.as_ref()?.value;
    Some(WorkerStatus {
        practitioner: worker.practitioner,
        role: worker.role,
        team: worker.team,
        since: run.from,
    })
}

/// A lead before a worker, and of two alike the one who came last.
fn to_ring(workers: &[WorkerStatus]) -> Option<&WorkerStatus> {
    let rank = |role: WorkerRole| match role {
        WorkerRole::LeadPractitioner => Some(2),
        WorkerRole::LeadChildProtectionPractitioner => Some(1),
        WorkerRole::SocialWorker => Some(0),
        WorkerRole::FamilySupportWorker
        | WorkerRole::PersonalAdviser
        | WorkerRole::ConferenceChair
        | WorkerRole::IndependentReviewingOfficer
        | WorkerRole::TeamManager => None,
    };
    let answering = workers.iter().filter_map(|worker| Some((rank(worker.role)?, worker)));
    answering.max_by_key(|(rank, worker)| (*rank, worker.since)).map(|(_, worker)| worker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::clocks::Step;
    use crate::case::testing::{self, *};

    fn on_day(given: &Given<Case>, text: &str) -> CaseStatus {
        CaseStatus::on(&given.history(), day(text))
    }

    fn steps(status: &CaseStatus) -> Vec<(Step, String)> {
        status.due.iter().map(|due| (due.step, due.by.to_string())).collect()
    }

    #[test]
    fn a_child_nobody_has_heard_of_is_not_known() {
        let status = on_day(&nothing(), "2026-03-10");
        assert_eq!(status.standing, Standing::NotKnown);
        assert!(status.due.is_empty());
    }

    #[test]
    fn a_referral_is_to_be_decided_the_next_working_day() {
        let status = on_day(&referred("2026-02-06"), "2026-02-06");
        assert_eq!(status.standing, Standing::Referred);
        assert_eq!(steps(&status), [(Step::DecideReferral, "2026-02-09".to_owned())]);
    }

    #[test]
    fn an_assessment_is_due_forty_five_working_days_after_the_referral() {
        let status = on_day(&being_assessed("2026-01-05"), "2026-01-20");
        assert_eq!(status.standing, Standing::Assessed);
        assert_eq!(steps(&status), [(Step::CompleteAssessment, "2026-03-09".to_owned())]);
    }

    #[test]
    fn an_enquiry_brings_a_conference_within_fifteen_working_days() {
        let status = on_day(&enquired_into("2025-05-06"), "2025-05-12");
        assert_eq!(status.standing, Standing::EnquiredInto);
        let due = status.due.iter().find(|due| due.step == Step::HoldInitialConference).unwrap();
        assert_eq!(due.by, day("2025-05-30"));
        assert!(due.limit.starts_with("15 working days"));
    }

    #[test]
    fn a_first_review_is_due_in_three_months_and_the_next_six_months_on() {
        let given = on_a_plan("2025-05-06");
        let status = on_day(&given, "2025-05-30");
        let plan = status.protection_plan.clone().unwrap();
        assert_eq!((plan.since, plan.sequence), (day("2025-05-22"), 1));
        assert!(steps(&status).contains(&(Step::HoldReviewConference, "2025-08-22".to_owned())));
        let given =
            given.and(|case| testing::review(case, "2025-08-12", Decision::Continue { categories: None }));
        let status = on_day(&given, "2025-09-01");
        assert!(steps(&status).contains(&(Step::HoldReviewConference, "2026-02-12".to_owned())));
    }

    #[test]
    fn the_past_is_told_as_it_was() {
        let given = on_a_plan("2025-05-06")
            .and(|case| testing::review(case, "2026-01-06", Decision::End))
            .and(|case| cin_plan_on(case, "2026-01-06"));
        assert_eq!(on_day(&given, "2025-05-05").standing, Standing::NotKnown);
        assert_eq!(on_day(&given, "2025-05-06").standing, Standing::Referred);
        assert_eq!(on_day(&given, "2025-12-01").standing, Standing::Protected);
        assert_eq!(on_day(&given, "2026-01-06").standing, Standing::InNeed);
        assert_eq!(on_day(&given, "2026-01-06").protection_plans_ever, 1);
    }

    #[test]
    fn an_enquiry_into_a_child_in_need_is_what_a_partner_hears_first() {
        let given = enquired_into("2026-02-02").and(|case| cin_plan_on(case, "2026-02-05"));
        let status = on_day(&given, "2026-02-06");
        assert_eq!(status.standing, Standing::EnquiredInto);
        assert!(status.child_in_need_plan.is_some());
    }

    #[test]
    fn a_looked_after_child_on_a_plan_is_both() {
        let given = on_a_plan("2025-05-06").after(StartLookedAfter {
            on: on("2025-07-01"),
            legal_status: LegalStatus::InterimCareOrder,
            until: None,
        });
        let status = on_day(&given, "2025-07-02");
        assert_eq!(status.standing, Standing::LookedAfter);
        assert!(status.protection_plan.is_some());
        let legal_status = status.looked_after.unwrap().legal_status;
        assert_eq!(legal_status, Some(LegalStatus::InterimCareOrder));
    }

    #[test]
    fn the_lead_practitioner_is_the_one_of_that_day() {
        let given = referred("2026-02-02").after(lead(1, "2026-02-03")).after(lead(2, "2026-02-20"));
        let who = |text| on_day(&given, text).lead.map(|lead| lead.practitioner.0.as_u128());
        assert_eq!(who("2026-02-02"), None);
        assert_eq!(who("2026-02-19"), Some(1));
        assert_eq!(who("2026-02-20"), Some(2));
    }

    #[test]
    fn a_closed_case_has_nothing_due() {
        let status = on_day(&closed_after_assessment("2026-01-05", "2026-02-06"), "2026-03-10");
        assert_eq!(status.standing, Standing::Closed);
        assert!(status.due.is_empty());
        assert_eq!(status.episode.unwrap().closure_reason, Some(ClosureReason::AfterAssessment));
    }

    #[test]
    fn a_child_who_moves_here_has_a_conference_within_fifteen_working_days_of_the_notice() {
        let status = on_day(&moved_here("2026-02-02"), "2026-02-03");
        assert!(steps(&status).contains(&(Step::HoldTransferInConference, "2026-02-23".to_owned())));
    }
}
