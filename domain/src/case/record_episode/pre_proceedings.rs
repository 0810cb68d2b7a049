//! The pre-proceedings block of a return, kept as a whole: each later return says it anew.

use super::rows::{EpisodeRow, PreProceedingsRow, Row};
use super::scribe::{News, Scribe};
use crate::case::events::PreProceedingsReported;
use crate::case::rules::{has_happened, is_within};
use crate::case::state::Fact;
use crate::decider::Refusal;
use crate::ids::EpisodeId;
use crate::when::Occurred;

pub(super) fn record(
    scribe: &mut Scribe<'_>,
    episode: EpisodeId,
    within: &EpisodeRow,
    row: &Row<PreProceedingsRow>,
) -> Result<(), Refusal> {
    if scribe.has(row.row) {
        return Ok(());
    }
    let says = &row.says;
    let on = Occurred::Day(says.first_day().unwrap_or(within.received));
    let written = scribe.case.episode(episode)?;
    let about_this = |fact: &&Fact<()>| {
        fact.said.as_ref().is_some_and(|said| said.rows.iter().any(|said| said.key == row.row.key))
    };
    let news = match written.pre_proceedings.iter().find(about_this) {
        None => News::First,
        Some(fact) => {
            // The fold keeps no content of the block, so another row of the same key is always another content.
            let Some(said) = fact.said.as_ref().filter(|said| scribe.is_as_late_as(said)) else {
                return Ok(());
            };
            News::Better { entry: fact.entry, rows: said.rows.clone() }
        }
    };
    let mut rules = scribe.pen(row, std::iter::empty()).rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(written, on.day(), &mut rules)?;
    let reported = PreProceedingsReported {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        letter_before_sent: says.letter_before_sent,
        family_meeting_offered: says.family_meeting_offered,
        family_meeting_held: says.family_meeting_held,
        initial_meeting: says.initial_meeting,
        review_meetings: says.review_meetings,
        step_decided: says.step_decided,
        outcome: says.outcome,
        court_application: says.court_application,
        letter_issued: says.letter_issued,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, reported);
    Ok(())
}
