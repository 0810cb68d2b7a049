//! Children who go missing: reported by the police within hours, found within days, and some of them gone again.
//!
//! Missing is a factor in 33 of a thousand assessments (year to March 2025); here older children, one in nine, go
//! more than once. How long they are gone is an assumption.

use chrono::{NaiveDate, TimeDelta};
use domain::access::Purpose;
use domain::contact::{ConcernKind, Outcome};
use domain::person::Command as OfPerson;
use domain::person::missing::{MissingFrom, RecordFound, ReportMissing, ReturnInterview};
use domain::source::{Basis, Source};
use domain::when::Occurred;

use super::Untold;
use super::calendar::{after, at_any_hour};
use super::family::{Child, Family, minutes_after};
use super::told::{From, Telling};
use crate::execute::Command;

/// Nobody younger goes by themselves.
const YOUNGEST: u32 = 11;

impl Telling<'_, '_> {
    /// The times a child goes missing between two days: for most children, none.
    pub fn goes_missing(
        &mut self,
        family: &Family<'_>,
        child: Child,
        (from, end): (NaiveDate, NaiveDate),
    ) -> Result<(), Untold> {
        if !self.dice.per_mille(110) {
            return Ok(());
        }
        let mut day = after(from, self.dice.between(10, 400));
        while day < end {
            if day.years_since(child.born).is_some_and(|age| (YOUNGEST..18).contains(&age)) {
                self.missing_once(family, child, day)?;
            }
            day = after(day, self.dice.between(12, 160));
        }
        Ok(())
    }

    fn missing_once(&mut self, family: &Family<'_>, child: Child, day: NaiveDate) -> Result<(), Untold> {
        let Some(police) = self.dice.pick(&self.crew.police).copied() else { return Ok(()) };
        let gone = at_any_hour(day, self.dice);
        let source = Source { basis: Basis::Told, agency: police.agency };
        let from = MissingFrom::Home;
        let occurred = Occurred::Instant(gone);
        let reported = minutes_after(gone, self.dice.between(45, 260)).max(minutes_after(family.met, 10));
        let purpose = Purpose::SafeguardingCheck;
        let of_child = |command: OfPerson| Command::Person { id: Some(child.person), command };
        let report = of_child(ReportMissing { from, occurred, source }.into());
        if self.script.tell(reported, family.front_door, purpose, report).is_none() {
            return Ok(());
        }
        let hours = self.dice.range(&[((4, 16), 70), ((17, 60), 25), ((61, 240), 5)]);
        let back = reported + TimeDelta::hours(i64::from(hours));
        let interviews = [(ReturnInterview::Offered, 78), (ReturnInterview::NotOffered, 22)];
        let return_interview = self.dice.weighted(&interviews).unwrap_or(ReturnInterview::NotOffered);
        let found = RecordFound { from, occurred: Occurred::Instant(back), return_interview, source };
        let written = minutes_after(back, self.dice.between(20, 150));
        self.script.tell(written, family.front_door, purpose, of_child(found.into()));
        let told = self.told_by(family, (child, day), From::Police, ConcernKind::Missing)?;
        told.map_or(Ok(()), |told| self.decide(family, told, Outcome::Advice))
    }
}
