//! A whole episode as a census return tells it, put on record in one append.
//!
//! The return gives days but not every act: it says that a referral led to action and not when that was decided,
//! the latest category and not when it changed. Such facts are dated between the days they must lie between.
//! What the return breaks is judged by the same rules as a practitioner's commands, and kept as faults.
//!
//! Left out: that a later return no longer has a row. Silence takes nothing back.

mod assessment;
mod cin_plan;
mod cp_plan;
mod pre_proceedings;
mod referral;
mod rows;
mod scribe;
mod section47;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;

pub use rows::{AssessmentRow, CinPlanRow, CpPlanRow, EpisodeRow, PreProceedingsRow, Row, Section47Row};
use scribe::Scribe;

use super::receive_referral::ANOTHER_CASE;
use super::state::{Case, Who};
use crate::authority::Authority;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{PersonId, ReturnId};

/// Records what a return says of one episode. Rows that are on record already add nothing.
///
/// A row was recorded when it is among the `rows` of the [`testimony`](super::testimony) of an event decided here;
/// otherwise it was there already, or said nothing new.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordEpisode {
    pub child: PersonId,
    pub authority: Authority,
    pub return_id: ReturnId,
    /// The return's reference day.
    pub as_of: NaiveDate,
    pub episode: Row<EpisodeRow>,
}

pub(super) fn decide(case: &Case, act: &Act, command: RecordEpisode) -> Result<Vec<NewEvent>, Refusal> {
    let RecordEpisode { child, authority, return_id, as_of, episode: row } = command;
    let who = Who { child, authority };
    if case.who.as_ref().is_some_and(|known| *known != who) {
        return Err(ANOTHER_CASE);
    }
    let mut scribe = Scribe::new(case, act, who, return_id, as_of);
    let mut referral = referral::received(&mut scribe, &row)?;
    let episode = referral.episode;
    for assessment in &row.says.assessments {
        assessment::record(&mut scribe, episode, &row.says, assessment)?;
    }
    // A conference names the plan it started and a plan its conference, so the plans are found first.
    let plans = cp_plan::found(&mut scribe, episode, &row.says);
    referral::transfer_in_conference(&mut scribe, &mut referral, &row, &plans)?;
    for section47 in &row.says.section47s {
        section47::record(&mut scribe, episode, &row.says, section47, &plans)?;
    }
    for (plan, said) in plans.iter().zip(&row.says.cp_plans) {
        cp_plan::record(&mut scribe, episode, &row.says, plan.id, said)?;
    }
    for cin_plan in &row.says.cin_plans {
        cin_plan::record(&mut scribe, episode, &row.says, cin_plan)?;
    }
    for block in &row.says.pre_proceedings {
        pre_proceedings::record(&mut scribe, episode, &row.says, block)?;
    }
    referral::closed(&mut scribe, &mut referral, &row)?;
    Ok(scribe.events)
}
