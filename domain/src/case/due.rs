//! What falls due on a case, by when, and which limit says so.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clocks::{
    ASSESSMENT, Clock, FIRST_CORE_GROUP, FIRST_REVIEW, FURTHER_ASSESSMENT, INITIAL_CONFERENCE, InForce,
    LATER_REVIEW, POLICE_PROTECTION, REFERRAL_DECISION, Step, TRANSFER_IN_CONFERENCE,
};
use super::emergency::{Emergency, Power};
use super::events::ConferenceKind;
use super::state::{CpPlan, Episode, LegalBasis};
use super::status::{by_then, enquiry_on, last_review};
use crate::when::civil_day;

/// Something that must be done by a day.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// The last day.
    pub by: NaiveDate,
    /// The last instant, for what ends by the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    pub step: Step,
    /// The limit in words, with what started it.
    pub limit: String,
    /// Where the limit is written.
    pub source: String,
}

impl Due {
    fn of(clock: Clock, from: NaiveDate) -> Self {
        Self::by(clock.on(from), clock.due(from))
    }

    /// The end of an emergency power, to the minute.
    #[must_use]
    pub fn end_of(emergency: &Emergency) -> Self {
        let (limit, source) = match emergency.power {
            Power::PoliceProtection => {
                let limit = POLICE_PROTECTION.on(civil_day(emergency.since));
                (limit.words.as_str(), limit.source.as_str())
            }
            // However long it may be, its end is the one that the court states.
            Power::EmergencyOrder => ("when it lapses by the clock", emergency.power.law()),
        };
        Self {
            by: civil_day(emergency.until),
            at: Some(emergency.until),
            step: Step::EmergencyEnds,
            limit: limit.to_owned(),
            source: source.to_owned(),
        }
    }

    /// The stated end of an order under which a child is looked after.
    pub(super) fn end_of_basis(basis: LegalBasis) -> Option<Self> {
        Some(Self {
            by: basis.until?,
            at: None,
            step: Step::LegalStatusEnds,
            limit: "the last day the order states".to_owned(),
            source: basis.status.law().to_owned(),
        })
    }

    fn by(limit: &InForce, by: NaiveDate) -> Self {
        Self { by, at: None, step: limit.step, limit: limit.words.clone(), source: limit.source.clone() }
    }
}

/// What the open episode and the running plan ask for, the soonest first.
pub(super) fn due_on(open: Option<&Episode>, plan: Option<&CpPlan>, day: NaiveDate) -> Vec<Due> {
    let mut due = Vec::new();
    if let Some(episode) = open {
        due.extend(referral_due(episode));
        due.extend(assessments_due(episode, day));
        due.extend(conference_due(episode, day));
    }
    if let Some((plan, run)) = plan.and_then(|plan| Some((plan, plan.run()?))) {
        if plan.core_groups.iter().all(|held| held.day() > day) {
            due.push(Due::of(FIRST_CORE_GROUP, run.from));
        }
        due.push(match last_review(plan, day) {
            Some(review) => Due::of(LATER_REVIEW, review),
            None => Due::of(FIRST_REVIEW, run.from),
        });
    }
    due.sort();
    due
}

fn referral_due(episode: &Episode) -> Option<Due> {
    let undecided = episode.decision.is_none() && episode.activity().next().is_none();
    undecided.then(|| episode.began().map(|began| Due::of(REFERRAL_DECISION, began))).flatten()
}

fn assessments_due(episode: &Episode, day: NaiveDate) -> Vec<Due> {
    let mut due = Vec::new();
    let mut in_order: Vec<_> =
        episode.assessments.iter().filter_map(|assessment| Some((assessment.run()?, assessment))).collect();
    in_order.sort_by_key(|(run, _)| run.from);
    if in_order.is_empty() && episode.decision.is_some() {
        due.extend(episode.began().map(|began| Due::of(ASSESSMENT, began)));
    }
    for (nth, (run, assessment)) in in_order.into_iter().enumerate() {
        if !run.covers(day) {
            continue;
        }
        // The clock of the first runs from the referral; what came later could not.
        due.push(match episode.began().filter(|_| nth == 0) {
            Some(began) => Due::of(ASSESSMENT, began),
            None => Due::of(FURTHER_ASSESSMENT, run.from),
        });
        if let Some(point) = &assessment.review_point {
            due.push(Due {
                by: point.value,
                at: None,
                step: Step::ReviewAssessment,
                limit: "the day set when the assessment was planned".to_owned(),
                source: "the team's own review point".to_owned(),
            });
        }
    }
    due
}

fn conference_due(episode: &Episode, day: NaiveDate) -> Option<Due> {
    if let Some(pending) = enquiry_on(episode, day) {
        let enquiry = episode.section47s.iter().find(|enquiry| enquiry.id == pending.id)?;
        return Some(match &enquiry.started {
            Some(started) => Due::by(INITIAL_CONFERENCE.on(started.day()), started.value),
            None => Due::of(INITIAL_CONFERENCE, pending.since),
        });
    }
    let referral = episode.referral.as_ref()?;
    let transfers = referral.value.transferred_from.is_some();
    let held = episode.conferences.iter().filter_map(|conference| by_then(conference.held.as_ref(), day));
    let was_held = held.into_iter().any(|held| held.value.kind == ConferenceKind::TransferIn);
    (transfers && !was_held).then(|| Due::of(TRANSFER_IN_CONFERENCE, referral.day()))
}
