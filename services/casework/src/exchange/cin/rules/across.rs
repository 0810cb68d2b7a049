//! The rules no single child can break: numbers used twice, and shares over the whole return. Children are
//! remembered by a hash of eight bytes each, so a return of any size that is read at all fits in memory.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::header::{Header, reference_date_fault};
use super::super::rows::{Child, Fault, Row, Sex};
use super::{Judging, paths};

#[derive(Default)]
pub(in super::super) struct Tally {
    child_ids: HashSet<u64>,
    upns: HashSet<u64>,
    born: u64,
    born_of_unknown_sex: u64,
    plans_begun: u64,
    conferences: u64,
    disabilities: BTreeSet<&'static str>,
    most_disabilities: usize,
}

impl Tally {
    /// Counts a child, and faults one that uses a number an earlier child has.
    pub(in super::super) fn count(&mut self, row: &mut Row<Child>, judging: Judging) {
        if !self.child_ids.insert(hashed(row.says.la_child_id.reveal())) {
            row.fault("8510", paths::CHILD_ID, "stands for more than one child of the return");
        }
        let upn = row.says.upn.as_ref().map(|upn| hashed(upn.reveal()));
        if upn.is_some_and(|upn| !self.upns.insert(upn)) {
            row.fault("1520", paths::UPN, "stands for more than one child of the return");
        }
        let says = &row.says;
        if !says.is_unborn() {
            self.born += 1;
            self.born_of_unknown_sex += u64::from(matches!(says.sex, None | Some(Sex::NotKnown)));
        }
        let codes = says.disabilities.iter().filter_map(|row| row.says.code).map(|entry| entry.code);
        let codes: BTreeSet<&str> = codes.filter(|code| *code != "NONE").collect();
        self.most_disabilities = self.most_disabilities.max(codes.len());
        self.disabilities.extend(codes);
        for episode in says.episodes.iter().map(|row| &row.says) {
            let held = episode.section47s.iter().filter_map(|row| row.says.conference);
            let held = held.chain(episode.transfer_in_conference).filter(|day| judging.period.holds(*day));
            let begun = episode.plans.iter().filter_map(|row| row.says.started);
            self.conferences += count(held);
            self.plans_begun += count(begun.filter(|day| judging.period.holds(*day)));
        }
    }

    pub(in super::super) fn faults(&self, header: &Header) -> Vec<Fault> {
        let mut faults: Vec<Fault> = reference_date_fault(header).into_iter().collect();
        let mut fault = |rule, field, what| faults.push(Fault::census(rule, field, what));
        if self.plans_begun > self.conferences {
            fault(
                "2883",
                paths::PLAN_START,
                "more plans began in the year than initial conferences were held",
            );
        }
        if self.born_of_unknown_sex * 50 > self.born {
            fault("2886Q", paths::SEX, "sex is not known for more than 2 % of the children born");
        }
        if self.disabilities.len() < 8 {
            fault("2887Q", paths::DISABILITY, "fewer than eight different disability codes are used");
        }
        if self.most_disabilities == 1 {
            fault("2888Q", paths::DISABILITY, "no child has more than one disability");
        }
        faults
    }
}

fn count(days: impl Iterator) -> u64 {
    u64::try_from(days.count()).unwrap_or(u64::MAX)
}

fn hashed(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
