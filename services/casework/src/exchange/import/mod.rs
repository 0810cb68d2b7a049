//! Reads a census return into the record, through `execute` like everything else.
//!
//! First the whole file is surveyed, so that one that is cut short is known before anything is written. Then comes
//! the return itself, as provenance; then its children, some at a time: who each is in one append, and each episode
//! in another. Rules decide what is news: a row that is on record, from this return or any other, adds nothing. So an
//! import that was interrupted is completed by running it again, and running it twice adds nothing.
//!
//! Whatever became of it, each row is counted once: it led to an event, was on record, or was refused.
//!
//! Left out: reading the format ([`super::cin`]), and what makes something news (the domain).

mod child;
mod orders;
mod receiving;
mod report;
mod wording;

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use chrono::NaiveDate;
use domain::authority::{Authority, NotAnAuthority};
use domain::ids::PersonId;
use domain::text::TextError;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;

use super::cin::{self, ReadChild, Survey, Table, Unreadable};
use crate::app::App;
use crate::error::{Cause, ExecuteError};
use crate::visitor::Visitor;
use child::{Telling, Told};
use orders::Orders;

pub use receiving::Arrival;
pub use report::{Refused, Report, Tally};

/// Children on their way at once. Enough to fill a flush; each waits for its own appends in turn.
const MOST_AT_ONCE: usize = 32;

/// A child by the authority's own number: the same in every return, found without a search.
#[must_use]
pub fn child_of(app: &App, authority: &Authority, la_child_id: &str) -> PersonId {
    PersonId(
        app.ids.derive("goldthread/la-child/1", &[authority.as_str().as_bytes(), la_child_id.as_bytes()]),
    )
}

/// How far an import is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Progress {
    pub children: u64,
    pub of_children: u64,
}

/// Why a return was not read in, or not to its end. What was written stays, and reading it in again goes on from
/// there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nothing was written, unless the file changed while it was read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("`Source/LEA` cannot be read")]
    Authority(#[from] NotAnAuthority),
    #[error("`Source/SerialNo` cannot be read")]
    Serial(#[from] TextError),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error("what came of a row cannot be read back")]
    ReadBack(#[source] Cause),
    #[error(
        "{}: {read} rows were read, and {accounted} accounted for; did the file change meanwhile?",
        table.name()
    )]
    DoesNotAddUp { table: Table, read: u64, accounted: u64 },
}

impl ImportError {
    /// A stable word for machines; the sentence may be reworded.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(unreadable) => unreadable.code(),
            Self::Authority(_) | Self::Serial(_) => "header",
            Self::Execute(ExecuteError::NotPermitted(_)) => "not_permitted",
            Self::Execute(ExecuteError::Overloaded | ExecuteError::Stale) => "overloaded",
            Self::Execute(_) | Self::ReadBack(_) => "record",
            Self::DoesNotAddUp { .. } => "does_not_add_up",
        }
    }
}

/// Reads a Children in Need census return in.
///
/// # Errors
/// See [`ImportError`].
#[tracing::instrument(skip_all)]
pub async fn import<R: Read + Seek + Send>(
    app: &App,
    visitor: &Visitor,
    mut source: R,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    let survey = cin::survey(&mut source, working_days)?;
    let authority: Authority = survey.header.lea.parse()?;
    // Before the return goes on record: what cannot be read a second time must leave nothing behind.
    source.rewind().map_err(Unreadable::Io)?;
    let (orders, arrival) = receiving::receive(app, visitor, authority, &survey).await?;
    let of_children = survey.read.get(Table::Children);
    let mut told = |report: &Report| {
        progress(Progress { children: report.accounted(Table::Children), of_children });
    };
    let mut report = Report::begin(&survey, &arrival);
    told(&report);
    read_children(&orders, source, &survey, &mut report, &mut told).await?;
    report.add_up()?;
    Ok(report)
}

async fn read_children<R: Read + Seek + Send>(
    orders: &Orders<'_>,
    source: R,
    survey: &Survey,
    report: &mut Report,
    told: &mut (dyn FnMut(&Report) + Send),
) -> Result<(), ImportError> {
    let mut under_way = FuturesUnordered::new();
    let mut busy: BTreeSet<PersonId> = BTreeSet::new();
    for read in cin::children(source, &survey.header, working_days) {
        let ReadChild { child, refused } = read?;
        report.refuse(refused.iter().map(Refused::from));
        let Some(row) = child else { continue };
        let telling = Telling::of(orders, &row);
        // A child who stands twice in a return is told of twice, the one after the other.
        while under_way.len() >= MOST_AT_ONCE || busy.contains(&telling.person) {
            let Some(outcome) = under_way.next().await else { break };
            settle(outcome?, &mut busy, report);
            told(report);
        }
        busy.insert(telling.person);
        under_way.push(telling.tell(orders));
    }
    while let Some(outcome) = under_way.next().await {
        settle(outcome?, &mut busy, report);
        told(report);
    }
    Ok(())
}

fn settle(told: Told, busy: &mut BTreeSet<PersonId>, report: &mut Report) {
    busy.remove(&told.person);
    report.take(told);
}

fn working_days(from: NaiveDate, to: NaiveDate) -> i64 {
    i64::try_from(domain::working_days::working_days_between(from, to)).unwrap_or(i64::MAX)
}
