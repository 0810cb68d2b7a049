//! What of a case is known only from a return, and on which days a return can know of it.
//!
//! A return says what was done and leaves out most of how: no decision has a day in it, no core group, no worker. Of what
//! comes after its own day nothing is known until somebody at work tells of it, so nobody is to be called late by it.

use chrono::{Months, NaiveDate};

use super::state::{Case, CpPlan, Fact};

/// A return is of the year that ends with its day.
const YEAR: Months = Months::new(12);

impl<T> Fact<T> {
    /// The day of the return that says it; none for what a practitioner recorded.
    #[must_use]
    pub fn said_as_of(&self) -> Option<NaiveDate> {
        self.said.as_ref().map(|said| said.as_of)
    }
}

impl Case {
    /// True once somebody here was given the case: from then on the work is told by those who do it.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        let begun = self.allocations.iter().filter_map(|allocation| allocation.started.as_ref());
        begun.into_iter().any(|started| started.said.is_none())
    }
}

impl CpPlan {
    /// For each fact of the plan, the day of the return that says it.
    fn told(&self) -> impl Iterator<Item = Option<NaiveDate>> + '_ {
        let started = self.started.iter().map(Fact::said_as_of);
        let changes = self.changes.iter().map(Fact::said_as_of);
        let reviews = self.reviews.iter().map(Fact::said_as_of);
        let core_groups = self.core_groups.iter().map(Fact::said_as_of);
        let ended = self.ended.iter().map(Fact::said_as_of);
        started.chain(changes).chain(reviews).chain(core_groups).chain(ended)
    }

    /// The day of the latest return that tells of the plan, where nobody else does.
    #[must_use]
    pub fn said_until(&self) -> Option<NaiveDate> {
        let told: Option<Vec<NaiveDate>> = self.told().collect();
        told?.into_iter().max()
    }

    /// True when a review due that day is told by no return that tells of the plan: the first of them begins later.
    #[must_use]
    pub fn began_before_its_returns(&self, due: NaiveDate) -> bool {
        let is_said = self.started.as_ref().is_some_and(|started| started.said.is_some());
        let first = self.told().flatten().min().and_then(|first| first.checked_sub_months(YEAR));
        is_said && first.is_some_and(|before| due <= before)
    }
}
