//! The steps with a national limit, as [`domain::case::measured`] measures them.

use domain::case::clocks;
use domain::case::measured::Measured;
use domain::when::civil_day;
use domain::working_days::working_days_between;

use super::super::known::LineId;
use super::super::table;
use super::Counted;
use crate::rows::Row;

pub(super) fn lines(measured: Vec<Measured>, lines: &mut Vec<Counted>) {
    lines.extend(measured.into_iter().map(|measured| Counted::Step(Box::new(Step(measured)))));
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step(pub Measured);

/// More than there are reviews of any plan.
const STEPS_OF_A_KIND: usize = 1 << 16;

impl Step {
    /// An episode has steps of several kinds.
    pub fn id(&self) -> LineId {
        let kind = clocks::Step::ALL.iter().position(|step| *step == self.0.step).unwrap_or_default();
        (table::STEP, self.0.of, kind * STEPS_OF_A_KIND + self.0.nth)
    }

    pub fn write(&self, row: Row<'_>) {
        let it = &self.0;
        let taken = |done| i32::try_from(working_days_between(it.since, done)).unwrap_or(i32::MAX);
        row.text(it.step.code())
            .uuid(it.of)
            .int(i32::try_from(it.nth).unwrap_or(i32::MAX))
            .date(it.since)
            .date(it.limit)
            .opt_date(it.done_on)
            .opt_int(it.done_on.map(taken))
            .opt_date(it.first_recorded_at.map(civil_day))
            .opt_date(it.now_done_on)
            .bool(it.is_recorded_late)
            .bool(it.is_changed_after_limit)
            .opt_date(it.said_until)
            .end();
    }
}
