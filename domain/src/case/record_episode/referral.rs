//! The episode itself: its referral, the decision on it, a transfer-in conference, and its closure. All one row.

use chrono::NaiveDate;

use super::cp_plan::Found;
use super::rows::{EpisodeRow, Row};
use super::scribe::{Dating, News, Pen, Scribe, Worth, is_by_practitioner_on};
use super::section47::{Conferred, confer};
use crate::case::close_case::{nothing_is_left_open, reason_agrees};
use crate::case::decide_referral::agrees_with_what_was_done;
use crate::case::events::{
    CaseClosed, CaseOpened, ConferenceKind, ReferralDecided, ReferralOutcome, ReferralReceived,
};
use crate::case::receive_referral::begins_an_episode;
use crate::case::rules::has_happened;
use crate::case::state::{Episode, Item as _, Referral, Run};
use crate::decider::Refusal;
use crate::ids::EpisodeId;
use crate::when::Occurred;

/// An episode found or begun, with the pen for the rest of its row. No pen: the row is on record already.
pub(super) struct Received {
    pub episode: EpisodeId,
    pen: Option<Pen>,
}

pub(super) fn received(scribe: &mut Scribe<'_>, row: &Row<EpisodeRow>) -> Result<Received, Refusal> {
    let says = &row.says;
    let standing = scribe.case.episodes.clone();
    let begun_that_day = |episode: &Episode| is_by_practitioner_on(episode.referral.as_ref(), says.received);
    let episode = scribe.part(&standing, row.row, begun_that_day, EpisodeId).id;
    // The row may be on record and its episode not: taken back, or moved to the child it belongs to.
    if scribe.has(row.row) && scribe.case.episode(episode).is_ok() {
        return Ok(Received { episode, pen: None });
    }
    let mut pen = scribe.pen(row, std::iter::empty());
    if scribe.case.opened.is_none() {
        let opened = CaseOpened {
            child: scribe.who.child,
            authority: scribe.who.authority.clone(),
            testimony: pen.in_passing(),
        };
        scribe.write(News::First, Occurred::Day(says.received), opened);
    }
    referred(scribe, &mut pen, episode, says, Worth::Change)?;
    decided(scribe, &mut pen, episode, says)?;
    Ok(Received { episode, pen: Some(pen) })
}

fn referred(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    says: &EpisodeRow,
    worth: Worth,
) -> Result<(), Refusal> {
    let on = Occurred::Day(says.received);
    let standing = scribe.case.episode(episode).ok().and_then(|standing| standing.referral.clone());
    // A return says nothing of contacts: whichever became the referral did so still.
    let contact = standing.as_ref().and_then(|standing| standing.value.contact);
    let (source, primary_need) = (says.source, says.primary_need);
    let referral = Referral { source, contact, primary_need, transferred_from: None };
    let news = scribe.main_news(standing.as_ref(), on, Dating::Stated, &referral, worth);
    let Some(news) = news else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    let no_action = says.outcome == Some(ReferralOutcome::NoFurtherAction);
    let until = says.closed.or_else(|| no_action.then_some(says.received));
    begins_an_episode(&scribe.case, Some(episode), Run { from: says.received, until }, &mut rules)?;
    let received = ReferralReceived {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        source,
        primary_need,
        contact,
        transferred_from: None,
        reason: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, received);
    Ok(())
}

/// The return says whether action followed, and not when that was decided.
fn decided(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    says: &EpisodeRow,
) -> Result<(), Refusal> {
    let Some(outcome) = says.outcome else { return Ok(()) };
    let first_act = says.assessments.iter().filter_map(|assessment| assessment.says.started).min();
    let on = scribe.between(says.received, first_act.or(says.closed));
    let standing = scribe.case.episode(episode).ok().and_then(|standing| standing.decision.clone());
    let news = scribe.news(standing.as_ref(), on, Dating::Bounded, &outcome);
    let Some(news) = news else { return Ok(()) };
    let mut rules = pen.rules(&news);
    if let Ok(standing) = scribe.case.episode(episode) {
        agrees_with_what_was_done(standing, outcome, &mut rules)?;
    }
    let decided = ReferralDecided {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        outcome,
        reason: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, decided);
    Ok(())
}

pub(super) fn transfer_in_conference(
    scribe: &mut Scribe<'_>,
    referral: &mut Received,
    row: &Row<EpisodeRow>,
    plans: &[Found],
) -> Result<(), Refusal> {
    let (Some(pen), Some(day)) = (referral.pen.as_mut(), row.says.transfer_in_conference) else {
        return Ok(());
    };
    let conferred = Conferred { kind: ConferenceKind::TransferIn, section47: None, day, row: row.row };
    confer(scribe, pen, referral.episode, &conferred, plans)
}

/// The closure, and the mention of a row that says nothing new.
pub(super) fn closed(
    scribe: &mut Scribe<'_>,
    referral: &mut Received,
    row: &Row<EpisodeRow>,
) -> Result<(), Refusal> {
    let Some(pen) = referral.pen.as_mut() else { return Ok(()) };
    if let Some(day) = row.says.closed {
        ended(scribe, pen, referral.episode, &row.says, day)?;
    }
    if !scribe.has(row.row) {
        referred(scribe, pen, referral.episode, &row.says, Worth::Mention)?;
    }
    Ok(())
}

fn ended(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    id: EpisodeId,
    says: &EpisodeRow,
    day: NaiveDate,
) -> Result<(), Refusal> {
    let on = Occurred::Day(day);
    let reason = says.closure_reason;
    // An episode of which nothing could be recorded yet has nothing to close it by; its closure comes first.
    let episode = scribe.case.episode(id).cloned().unwrap_or_else(|_| Episode::heard_of(id));
    let Some(news) = scribe.news(episode.closed.as_ref(), on, Dating::Stated, &reason) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    nothing_is_left_open(&scribe.case, &episode, day, &mut rules)?;
    if let Some(reason) = reason {
        reason_agrees(&episode, reason, &mut rules)?;
    }
    let closed = CaseClosed {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode: id,
        reason,
        note: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, closed);
    Ok(())
}
