//! What came of a return: each row counted once, what was refused, what was wrong, what the form does not know.
//! Nothing in it is about a child.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::ImportError;
use super::child::Told;
use super::receiving::Arrival;
use crate::exchange::cin::{self, Survey, Table};

/// Refusals listed one by one; any more are only counted.
const MOST_LISTED: usize = 10_000;

/// What came of a return.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub arrival: Arrival,
    pub authority: String,
    pub year: i32,
    pub serial: Option<String>,
    pub bytes: u64,
    pub file_sha256: String,
    /// Every table of the form, in its order.
    pub tables: Vec<Tally>,
    pub refusals: Vec<Refused>,
    /// How many refusals are not listed.
    pub refusals_left_out: u64,
    /// What is wrong with the return as a whole.
    pub faults_of_return: Vec<cin::Fault>,
    /// How many rows have each fault, by its code: what the reader found in the file.
    pub faults: BTreeMap<String, u64>,
    /// How many new events have each fault that only shows beside what was on record.
    pub faults_on_record: BTreeMap<String, u64>,
    /// Elements the form does not know, by path, with how often each was there.
    pub unknown: BTreeMap<String, u64>,
}

/// What came of the rows of one table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Tally {
    pub table: Table,
    pub read: u64,
    /// Led to an event.
    pub events: u64,
    /// Were on record, or say nothing new.
    pub repeated: u64,
    pub refused: u64,
}

/// A row that was not taken in, and why. Its line tells the authority where to look.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Refused {
    pub table: Table,
    pub ordinal: u64,
    pub line: u64,
    pub reason: String,
}

impl From<&cin::Refusal> for Refused {
    fn from(refusal: &cin::Refusal) -> Self {
        Self {
            table: refusal.table,
            ordinal: refusal.ordinal,
            line: refusal.line,
            reason: refusal.reason.to_owned(),
        }
    }
}

impl Tally {
    /// How many of its rows it is known of what became of them.
    fn accounted(&self) -> u64 {
        self.events + self.repeated + self.refused
    }
}

impl Report {
    /// A report of what is yet to be read in.
    pub(super) fn begin(survey: &Survey, arrival: &Arrival) -> Self {
        let tally = |(table, read)| Tally { table, read, events: 0, repeated: 0, refused: 0 };
        Self {
            arrival: *arrival,
            authority: survey.header.lea.clone(),
            year: survey.header.year,
            serial: survey.header.serial_number.clone(),
            bytes: survey.bytes,
            file_sha256: survey.file_sha256.clone(),
            tables: survey.read.iter().map(tally).collect(),
            refusals: Vec::new(),
            refusals_left_out: 0,
            faults_of_return: survey.faults.clone(),
            faults: survey.faults_of_rows.iter().map(|(wrong, rows)| (wrong.to_string(), *rows)).collect(),
            faults_on_record: BTreeMap::new(),
            unknown: survey.unknown.clone(),
        }
    }

    #[must_use]
    pub fn table(&self, table: Table) -> Option<&Tally> {
        self.tables.iter().find(|tally| tally.table == table)
    }

    fn sum(&self, of: impl Fn(&Tally) -> u64) -> u64 {
        self.tables.iter().map(of).sum()
    }

    /// Rows of all tables that led to an event.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.sum(|tally| tally.events)
    }

    pub(super) fn accounted(&self, table: Table) -> u64 {
        self.table(table).map(Tally::accounted).unwrap_or_default()
    }

    fn count(&mut self, table: Table, which: impl Fn(&mut Tally) -> &mut u64) {
        if let Some(tally) = self.tables.iter_mut().find(|tally| tally.table == table) {
            *which(tally) += 1;
        }
    }

    pub(super) fn refuse(&mut self, refused: impl IntoIterator<Item = Refused>) {
        for refused in refused {
            self.count(refused.table, |tally| &mut tally.refused);
            if self.refusals.len() < MOST_LISTED {
                self.refusals.push(refused);
            } else {
                self.refusals_left_out += 1;
            }
        }
    }

    pub(super) fn take(&mut self, told: Told) {
        told.events.into_iter().for_each(|table| self.count(table, |tally| &mut tally.events));
        told.repeated.into_iter().for_each(|table| self.count(table, |tally| &mut tally.repeated));
        self.refuse(told.refused);
        for code in told.faults {
            // What the reader found is counted by rows already, on record or not.
            if !code.starts_with("census-") && !self.faults.contains_key(&code) {
                *self.faults_on_record.entry(code).or_default() += 1;
            }
        }
    }

    /// Every row read is accounted for.
    pub(super) fn add_up(&mut self) -> Result<(), ImportError> {
        self.refusals.sort_by_key(|refused| (refused.line, refused.table, refused.ordinal));
        let off = self.tables.iter().find(|tally| tally.read != tally.accounted());
        match off {
            None => Ok(()),
            Some(tally) => Err(ImportError::DoesNotAddUp {
                table: tally.table,
                read: tally.read,
                accounted: tally.accounted(),
            }),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let serial = self.serial.as_deref().unwrap_or("none");
        writeln!(
            out,
            "children in need census, authority {}, {}, number {serial}",
            self.authority, self.year
        )?;
        if self.arrival.again {
            writeln!(out, "this very file was received before")?;
        }
        if let Some(earlier) = self.arrival.supersedes {
            writeln!(out, "supersedes the report {earlier}")?;
        }
        writeln!(out, "\n{:<16} {:>8} {:>8} {:>8} {:>8}", "rows", "read", "events", "repeated", "refused")?;
        for tally in self.tables.iter().filter(|tally| tally.read > 0) {
            let Tally { table, read, events, repeated, refused } = tally;
            writeln!(out, "{:<16} {read:>8} {events:>8} {repeated:>8} {refused:>8}", table.name())?;
        }
        let (read, events) = (self.sum(|tally| tally.read), self.events());
        let (repeated, refused) = (self.sum(|tally| tally.repeated), self.sum(|tally| tally.refused));
        writeln!(out, "{:<16} {read:>8} {events:>8} {repeated:>8} {refused:>8}", "all")?;
        for refused in &self.refusals {
            let Refused { table, ordinal, line, reason } = refused;
            writeln!(out, "refused: line {line}, row {ordinal} of {}: {reason}", table.name())?;
        }
        if self.refusals_left_out > 0 {
            writeln!(out, "refused: and {} more", self.refusals_left_out)?;
        }
        for fault in &self.faults_of_return {
            writeln!(out, "the return: {}: `{}` {}", fault.wrong, fault.field, fault.what)?;
        }
        counted(out, "faults of rows", &self.faults)?;
        counted(out, "faults beside what was on record", &self.faults_on_record)?;
        counted(out, "unknown to the form", &self.unknown)
    }
}

fn counted(out: &mut fmt::Formatter<'_>, title: &str, counts: &BTreeMap<String, u64>) -> fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    counts.iter().try_for_each(|(what, count)| writeln!(out, "{count:>8}  {what}"))
}
