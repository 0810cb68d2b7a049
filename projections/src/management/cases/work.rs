//! Whose work a case is: who has it, in which team, and when nobody had it.

use chrono::NaiveDate;
use domain::case::Case;
use domain::case::events::WorkerRole;
use domain::case::state::{Fact, Run, Worker};
use uuid::Uuid;

use super::super::known::LineId;
use super::super::table;
use super::Counted;
use crate::rows::Row;

pub(super) fn lines(case: &Case, lines: &mut Vec<Counted>) {
    for (id, worker, run) in allocated(case) {
        lines.push(Counted::Allocation(Allocation {
            allocation: id,
            practitioner: worker.practitioner.0,
            role: worker.role.code(),
            team: worker.team.map(|team| team.0),
            from_on: run.from,
            until_on: run.until,
        }));
    }
    let at_work: Vec<Run> =
        allocated(case).filter(|(_, worker, _)| does_the_work(worker.role)).map(|(.., run)| run).collect();
    for episode in &case.episodes {
        let Some(open) = episode.run() else { continue };
        let said_until = episode.referral.as_ref().and_then(Fact::said_as_of).filter(|_| !case.is_at_work());
        for (nth, (from_on, until_on)) in gaps(open, &at_work).into_iter().enumerate() {
            lines.push(Counted::Waiting(Waiting {
                episode: episode.id.0,
                nth,
                from_on,
                until_on,
                said_until,
            }));
        }
    }
}

/// Every allocation that began. One that nobody ended is over with the case: nobody has a closed one.
fn allocated(case: &Case) -> impl Iterator<Item = (Uuid, &Worker, Run)> {
    let is_over = case.episodes.iter().all(|episode| episode.ended().is_some());
    let closed_on = case.episodes.iter().filter_map(|episode| episode.ended()).max().filter(|_| is_over);
    case.allocations.iter().filter_map(move |allocation| {
        let (worker, run) = (&allocation.started.as_ref()?.value, allocation.run()?);
        let until = run.until.or(closed_on.map(|closed| closed.max(run.from)));
        Some((allocation.id.0, worker, Run { until, ..run }))
    })
}

/// True for those who have the case; the others look at it from outside.
const fn does_the_work(role: WorkerRole) -> bool {
    match role {
        WorkerRole::LeadPractitioner
        | WorkerRole::LeadChildProtectionPractitioner
        | WorkerRole::SocialWorker
        | WorkerRole::FamilySupportWorker
        | WorkerRole::PersonalAdviser => true,
        WorkerRole::ConferenceChair | WorkerRole::IndependentReviewingOfficer | WorkerRole::TeamManager => {
            false
        }
    }
}

/// The team that had the case on a day: the lead's before another worker's, else the last that had it, else the first
/// to have it.
pub(super) fn team_on(case: &Case, day: NaiveDate) -> Option<Uuid> {
    let had: Vec<_> = allocated(case)
        .filter(|(_, worker, _)| does_the_work(worker.role))
        .filter_map(|(_, worker, run)| Some((worker.team?.0, worker.role, run)))
        .collect();
    let on_the_day = had.iter().filter(|(.., run)| run.covers(day)).min_by_key(|(_, role, _)| *role);
    let before = had.iter().filter(|(.., run)| run.from <= day).max_by_key(|(.., run)| run.from);
    let after = had.iter().min_by_key(|(.., run)| run.from);
    on_the_day.or(before).or(after).map(|(team, ..)| *team)
}

/// The days of `open` on which nothing of `covering` runs.
fn gaps(open: Run, covering: &[Run]) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let mut covering: Vec<Run> = covering.iter().copied().filter(|run| run.overlaps(open)).collect();
    covering.sort_by_key(|run| run.from);
    let (mut gaps, mut from) = (Vec::new(), open.from);
    for run in covering {
        if run.from > from {
            gaps.push((from, Some(run.from)));
        }
        match run.until {
            None => return gaps,
            Some(until) => from = from.max(until),
        }
    }
    if open.until.is_none_or(|until| from < until) {
        gaps.push((from, open.until));
    }
    gaps
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allocation {
    allocation: Uuid,
    practitioner: Uuid,
    role: &'static str,
    pub team: Option<Uuid>,
    pub from_on: NaiveDate,
    until_on: Option<NaiveDate>,
}

impl Allocation {
    pub fn id(&self) -> LineId {
        (table::ALLOCATION, self.allocation, 0)
    }

    pub fn write(&self, row: Row<'_>) {
        row.uuid(self.practitioner).text(self.role).date(self.from_on).opt_date(self.until_on).end();
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    episode: Uuid,
    nth: usize,
    pub from_on: NaiveDate,
    until_on: Option<NaiveDate>,
    /// The day of the return that alone tells of it: who had the case, no return says.
    said_until: Option<NaiveDate>,
}

impl Waiting {
    pub fn id(&self) -> LineId {
        (table::WAITING, self.episode, self.nth)
    }

    pub fn write(&self, row: Row<'_>) {
        row.date(self.from_on).opt_date(self.until_on).opt_date(self.said_until).end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn run(from: u32, until: Option<u32>) -> Run {
        Run { from: day(from), until: until.map(day) }
    }

    fn nobodys(open: Run, covering: &[Run]) -> Vec<(u32, Option<u32>)> {
        use chrono::Datelike;
        gaps(open, covering)
            .into_iter()
            .map(|(from, until)| (from.day(), until.map(|day| day.day())))
            .collect()
    }

    #[test]
    fn a_case_waits_before_between_and_after_its_workers() {
        let open = run(2, None);
        assert_eq!(nobodys(open, &[]), [(2, None)]);
        assert_eq!(nobodys(open, &[run(4, None)]), [(2, Some(4))]);
        assert_eq!(
            nobodys(open, &[run(4, Some(9)), run(12, Some(20))]),
            [(2, Some(4)), (9, Some(12)), (20, None)]
        );
        assert_eq!(nobodys(open, &[run(1, Some(15)), run(3, Some(5))]), [(15, None)]);
    }

    #[test]
    fn a_closed_case_waits_no_more() {
        assert_eq!(nobodys(run(2, Some(9)), &[]), [(2, Some(9))]);
        assert_eq!(nobodys(run(2, Some(9)), &[run(2, Some(9))]), []);
        assert_eq!(nobodys(run(2, Some(9)), &[run(1, None)]), []);
        assert_eq!(nobodys(run(2, Some(9)), &[run(10, None)]), [(2, Some(9))]);
    }
}
