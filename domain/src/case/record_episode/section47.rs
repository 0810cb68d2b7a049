//! A section 47 enquiry as a return tells it, and the conference it led to.

use super::cp_plan::Found;
use super::rows::{EpisodeRow, Row, Section47Row};
use super::scribe::{Dating, Pen, Scribe, Worth, is_by_practitioner_on};
use crate::case::clocks::INITIAL_CONFERENCE;
use crate::case::conference::is_on_a_weekday;
use crate::case::events::{
    ConferenceDecision, ConferenceHeld, ConferenceKind, ConferenceNeed, Section47Concluded, Section47Started,
};
use crate::case::hold_initial_conference::follows;
use crate::case::rules::{has_happened, is_within};
use crate::case::start_section47::may_run;
use crate::case::state::{Conference, Held, Run, Section47};
use crate::decider::Refusal;
use crate::ids::{ConferenceId, EpisodeId, Section47Id};
use crate::testimony::SaidRow;
use crate::when::Occurred;

pub(super) fn record(
    scribe: &mut Scribe<'_>,
    episode: EpisodeId,
    within: &EpisodeRow,
    row: &Row<Section47Row>,
    plans: &[Found],
) -> Result<(), Refusal> {
    if scribe.has(row.row) {
        return Ok(());
    }
    let says = &row.says;
    let known = scribe.case.episode(episode)?.section47s.clone();
    let begun_that_day = |enquiry: &Section47| is_by_practitioner_on(enquiry.started.as_ref(), says.started);
    let standing = scribe.part(&known, row.row, begun_that_day, Section47Id);
    let mut pen = scribe.pen(row, std::iter::empty());
    started(scribe, &mut pen, episode, within, says, &standing, Worth::Change)?;
    concluded(scribe, &mut pen, episode, within, says, &standing)?;
    if let Some(day) = says.conference {
        let conferred =
            Conferred { kind: ConferenceKind::Initial, section47: Some(standing.id), day, row: row.row };
        confer(scribe, &mut pen, episode, &conferred, plans)?;
    }
    if !scribe.has(row.row) {
        started(scribe, &mut pen, episode, within, says, &standing, Worth::Mention)?;
    }
    Ok(())
}

fn started(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    within: &EpisodeRow,
    says: &Section47Row,
    standing: &Section47,
    worth: Worth,
) -> Result<(), Refusal> {
    let (on, dating) = match says.started {
        Some(day) => (Occurred::Day(day), Dating::Stated),
        None => (scribe.between(within.received, says.conference), Dating::Bounded),
    };
    let target = says.icpc_target.unwrap_or_else(|| INITIAL_CONFERENCE.due(on.day()));
    let news = scribe.main_news(standing.started.as_ref(), on, dating, &target, worth);
    let Some(news) = news else { return Ok(()) };
    let mut rules = pen.rules(&news);
    let written = scribe.case.episode(episode)?;
    has_happened(on, scribe.act, &mut rules)?;
    is_within(written, on.day(), &mut rules)?;
    // An enquiry whose end is not said is taken to fill one day: nobody can say that it ran into the next.
    may_run(&scribe.case, written, Some(standing.id), Run::on(on.day()), &mut rules)?;
    let started = Section47Started {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        section47: standing.id,
        icpc_target: target,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, started);
    Ok(())
}

/// The return says what was concluded, and not when.
fn concluded(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    within: &EpisodeRow,
    says: &Section47Row,
    standing: &Section47,
) -> Result<(), Refusal> {
    let need = match (says.conference, says.need) {
        (Some(_), _) => ConferenceNeed::Required,
        (None, Some(ConferenceNeed::NotRequired)) => ConferenceNeed::NotRequired,
        // Still pending when the return was made.
        (None, Some(ConferenceNeed::Required) | None) => return Ok(()),
    };
    let from = says.started.unwrap_or(within.received);
    let on = scribe.between(from, says.conference.or(within.closed));
    let known = standing.concluded.as_ref();
    let Some(news) = scribe.news(known, on, Dating::Bounded, &need) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    is_within(scribe.case.episode(episode)?, on.day(), &mut rules)?;
    let concluded = Section47Concluded {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        section47: standing.id,
        conference: need,
        reason: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, concluded);
    Ok(())
}

/// A conference a row speaks of.
pub(super) struct Conferred {
    pub kind: ConferenceKind,
    pub section47: Option<Section47Id>,
    pub day: chrono::NaiveDate,
    pub row: SaidRow,
}

/// Records a conference. What it decided follows from the plans of the episode: one that starts that day was decided
/// by it; where none starts then or later, it decided against one; else nobody can say.
pub(super) fn confer(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    conferred: &Conferred,
    plans: &[Found],
) -> Result<(), Refusal> {
    let conferences = scribe.case.episode(episode)?.conferences.clone();
    let held_that_day = |conference: &Conference| {
        let held = conference.held.as_ref().filter(|held| held.value.kind == conferred.kind);
        is_by_practitioner_on(held, conferred.day)
    };
    let standing = scribe.part(&conferences, conferred.row, held_that_day, ConferenceId);
    let started = plans.iter().find(|plan| plan.started == Some(conferred.day));
    let none_follows = plans.iter().all(|plan| plan.started.is_some_and(|started| started < conferred.day));
    let decision = match started {
        Some(_) => Some(ConferenceDecision::PlanStarts),
        None if none_follows => Some(ConferenceDecision::NoPlan),
        None => None,
    };
    let value = Held {
        kind: conferred.kind,
        section47: conferred.section47,
        plan: started.map(|plan| plan.id),
        decision,
        missing: std::collections::BTreeSet::new(),
    };
    let on = Occurred::Day(conferred.day);
    let known = standing.held.as_ref();
    let Some(news) = scribe.news(known, on, Dating::Stated, &value) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(scribe.case.episode(episode)?, conferred.day, &mut rules)?;
    is_on_a_weekday(on, &mut rules)?;
    if let Some((_, enquiry)) = conferred.section47.and_then(|id| scribe.case.section47(id).ok()) {
        follows(enquiry, on, &mut rules)?;
    }
    let held = ConferenceHeld {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        conference: standing.id,
        kind: value.kind,
        section47: value.section47,
        plan: value.plan,
        decision: value.decision,
        missing: value.missing,
        reason: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, held);
    Ok(())
}
