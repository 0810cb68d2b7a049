//! The episode itself: its referral, the decision on it, a transfer-in conference, and its closure. All one row.

use super::cp_plan::Found;
use super::rows::{EpisodeRow, Row};
use super::scribe::{Dating, News, Pen, Scribe};
use super::section47::{Conferred, confer};
use crate::case::close_case::{nothing_is_left_open, reason_agrees};
use crate::case::decide_referral::agrees_with_what_was_done;
use crate::case::events::{
    CaseClosed, CaseOpened, ConferenceKind, ReferralDecided, ReferralOutcome, ReferralReceived,
};
use crate::case::receive_referral::begins_an_episode;
use crate::case::rules::has_happened;
use crate::case::state::{Referral, Run};
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
    let begun_that_day = |episode: &crate::case::state::Episode| {
        let by_practitioner = episode.referral.as_ref().filter(|referral| referral.said.is_none());
        by_practitioner.is_some_and(|referral| referral.day() == says.received)
    };
    let episode = scribe.part(&standing, row.row, begun_that_day, EpisodeId);
    if scribe.has(row.row) {
        return Ok(Received { episode, pen: None });
    }
    let mut pen = scribe.pen(row, std::iter::empty());
    let on = Occurred::Day(says.received);
    if scribe.case.opened.is_none() {
        let opened = CaseOpened {
            child: scribe.who.child,
            authority: scribe.who.authority.clone(),
            testimony: pen.in_passing(),
        };
        scribe.write(News::First, on, opened);
    }
    let standing = standing.into_iter().find(|standing| standing.id == episode);
    let referral = Referral { source: says.source, primary_need: says.primary_need, transferred_from: None };
    let known = standing.as_ref().and_then(|standing| standing.referral.as_ref());
    if let Some(news) = scribe.news(known, on, Dating::Stated, &referral) {
        let mut rules = pen.rules(&news);
        has_happened(on, scribe.act, &mut rules)?;
        let no_action = says.outcome == Some(ReferralOutcome::NoFurtherAction);
        let until = says.closed.or_else(|| no_action.then_some(says.received));
        begins_an_episode(&scribe.case, Some(episode), Run { from: says.received, until }, &mut rules)?;
        let received = ReferralReceived {
            child: scribe.who.child,
            authority: scribe.who.authority.clone(),
            episode,
            source: says.source,
            primary_need: says.primary_need,
            contact: None,
            transferred_from: None,
            reason: None,
            testimony: rules.testimony(),
        };
        scribe.write(news, on, received);
    }
    let known = standing.as_ref().and_then(|standing| standing.decision.as_ref());
    decided(scribe, &mut pen, episode, says, known)?;
    Ok(Received { episode, pen: Some(pen) })
}

/// The return says whether action followed, and not when that was decided.
fn decided(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    says: &EpisodeRow,
    known: Option<&crate::case::state::Fact<ReferralOutcome>>,
) -> Result<(), Refusal> {
    let Some(outcome) = says.outcome else { return Ok(()) };
    let first_act = says.assessments.iter().filter_map(|assessment| assessment.says.started).min();
    let on = scribe.between(says.received, first_act.or(says.closed));
    if let Some(news) = scribe.news(known, on, Dating::Bounded, &outcome) {
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
    }
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

pub(super) fn closed(
    scribe: &mut Scribe<'_>,
    referral: &mut Received,
    row: &Row<EpisodeRow>,
) -> Result<(), Refusal> {
    let (Some(pen), Some(day)) = (referral.pen.as_mut(), row.says.closed) else { return Ok(()) };
    let on = Occurred::Day(day);
    let reason = row.says.closure_reason;
    let episode = scribe.case.episode(referral.episode)?.clone();
    if let Some(news) = scribe.news(episode.closed.as_ref(), on, Dating::Stated, &reason) {
        let mut rules = pen.rules(&news);
        has_happened(on, scribe.act, &mut rules)?;
        nothing_is_left_open(&scribe.case, &episode, day, &mut rules)?;
        if let Some(reason) = reason {
            reason_agrees(&episode, reason, &mut rules)?;
        }
        let closed = CaseClosed {
            child: scribe.who.child,
            authority: scribe.who.authority.clone(),
            episode: referral.episode,
            reason,
            note: None,
            testimony: rules.testimony(),
        };
        scribe.write(news, on, closed);
    }
    Ok(())
}
