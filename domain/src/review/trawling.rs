//! Trawling: people are looked for, and nothing comes of it.
//!
//! One who looks for children to protect them asks, tells or records something soon after. To ask about one child takes
//! one search: it follows from one and excuses no more. Searches after which the
//! same practitioner put nothing on record are counted over a window; so are the different names and addresses among
//! them. Left out: whom they looked for, and any judgement. A search is never held up by this.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Counted;

/// From how many on somebody is asked to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// How far back is counted.
    pub window_hours: u32,
    /// Work on record this long after a search follows from it.
    pub followed_within_minutes: u32,
    /// As many searches, the newest before it, follow into one thing put on record that is no enquiry.
    pub searches_followed_by_one: u32,
    pub unfollowed: u32,
    pub names: u32,
    pub addresses: u32,
}

/// One search, as the access log has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Search {
    pub position: u128,
    pub at: DateTime<Utc>,
    pub name: Option<u32>,
    pub address: Option<u32>,
}

/// Something that was put on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deed {
    pub at: DateTime<Utc>,
    pub kind: DeedKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeedKind {
    /// Whoever goes from name to name asks about each.
    Enquiry,
    Other,
}

/// What was counted, and where it can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub counted: Counted,
    pub count: u32,
    pub threshold: u32,
    /// Places in the access log, in order.
    pub evidence: Vec<u128>,
}

impl Thresholds {
    #[must_use]
    pub fn window(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.window_hours))
    }

    fn grace(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.followed_within_minutes))
    }

    /// No fewer searches than these come to anything.
    #[must_use]
    pub fn fewest(&self) -> u32 {
        self.unfollowed.min(self.names).min(self.addresses)
    }

    /// What one practitioner's searches come to, beside when they put something on record; both in order of time.
    /// A search is not counted before there was time to act on it.
    #[must_use]
    pub fn finding(&self, searches: &[Search], deeds: &[Deed], now: DateTime<Utc>) -> Option<Finding> {
        let from = now - self.window();
        let ripe = searches.iter().filter(|search| search.at >= from && search.at + self.grace() <= now);
        let unfollowed = self.unfollowed(ripe.copied().collect(), deeds);
        let different = |mark: fn(&Search) -> Option<u32>| {
            count(unfollowed.iter().filter_map(mark).collect::<BTreeSet<_>>().len())
        };
        let counts = [
            (Counted::Unfollowed, count(unfollowed.len()), self.unfollowed),
            (Counted::Names, different(|search| search.name), self.names),
            (Counted::Addresses, different(|search| search.address), self.addresses),
        ];
        let (counted, count, threshold) =
            counts.into_iter().find(|(_, count, threshold)| count >= threshold)?;
        let evidence = unfollowed.iter().map(|search| search.position).collect();
        Some(Finding { from, until: now, counted, count, threshold, evidence })
    }

    /// The searches that no deed takes: each takes the newest few before it that are left.
    fn unfollowed(&self, mut searches: Vec<Search>, deeds: &[Deed]) -> Vec<Search> {
        for deed in deeds {
            let mut left = match deed.kind {
                DeedKind::Enquiry => self.searches_followed_by_one.min(1),
                DeedKind::Other => self.searches_followed_by_one,
            };
            let is_followed = |search: &Search| search.at <= deed.at && deed.at <= search.at + self.grace();
            let mut kept: Vec<Search> = Vec::with_capacity(searches.len());
            for search in searches.into_iter().rev() {
                if left > 0 && is_followed(&search) {
                    left -= 1;
                } else {
                    kept.push(search);
                }
            }
            kept.reverse();
            searches = kept;
        }
        searches
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLDS: Thresholds = Thresholds {
        window_hours: 24,
        followed_within_minutes: 60,
        searches_followed_by_one: 3,
        unfollowed: 10,
        names: 6,
        addresses: 4,
    };

    fn at(minute: i64) -> DateTime<Utc> {
        "2026-03-10T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
    }

    /// A search a minute; names and addresses from lists that begin again.
    fn searches(number: u32, names: u32, addresses: u32) -> Vec<Search> {
        let mark = |nth: u32, of: u32| (of > 0).then(|| nth % of);
        (0..number)
            .map(|nth| Search {
                position: u128::from(nth) + 1,
                at: at(i64::from(nth)),
                name: mark(nth, names),
                address: mark(nth, addresses),
            })
            .collect()
    }

    #[test]
    fn many_searches_with_nothing_after_them_are_looked_at() {
        let found = THRESHOLDS.finding(&searches(10, 1, 0), &[], at(200)).unwrap();
        assert_eq!((found.counted, found.count, found.evidence.len()), (Counted::Unfollowed, 10, 10));
        assert_eq!(THRESHOLDS.finding(&searches(9, 1, 0), &[], at(200)), None);
    }

    #[test]
    fn many_different_names_or_addresses_are_looked_at_sooner() {
        let names = THRESHOLDS.finding(&searches(6, 6, 0), &[], at(200)).unwrap();
        assert_eq!((names.counted, names.count), (Counted::Names, 6));
        let addresses = THRESHOLDS.finding(&searches(4, 1, 4), &[], at(200)).unwrap();
        assert_eq!((addresses.counted, addresses.count), (Counted::Addresses, 4));
    }

    #[test]
    fn work_that_follows_takes_its_searches_away_and_no_more() {
        let other = |minute| Deed { at: at(minute), kind: DeedKind::Other };
        let deeds = [other(3), other(9)];
        assert_eq!(
            THRESHOLDS.finding(&searches(12, 1, 0), &deeds, at(200)),
            None,
            "six of twelve are followed"
        );
        let one = [other(11)];
        assert_eq!(THRESHOLDS.finding(&searches(14, 1, 0), &one, at(200)).unwrap().count, 11);
        let too_late = [other(150)];
        assert!(THRESHOLDS.finding(&searches(10, 1, 0), &too_late, at(200)).is_some());
    }

    #[test]
    fn an_enquiry_follows_from_one_search_and_excuses_no_other() {
        let enquiries = |minutes: &[i64]| -> Vec<Deed> {
            minutes.iter().map(|minute| Deed { at: at(*minute), kind: DeedKind::Enquiry }).collect()
        };
        let found = THRESHOLDS.finding(&searches(12, 1, 0), &enquiries(&[3, 9]), at(200)).unwrap();
        assert_eq!((found.counted, found.count), (Counted::Unfollowed, 10));
        let each: Vec<i64> = (0..12).collect();
        assert_eq!(THRESHOLDS.finding(&searches(12, 12, 0), &enquiries(&each), at(200)), None);
    }

    #[test]
    fn a_search_counts_once_there_was_time_to_act_and_until_it_is_old() {
        assert_eq!(THRESHOLDS.finding(&searches(10, 1, 0), &[], at(60)), None);
        assert_eq!(THRESHOLDS.finding(&searches(10, 1, 0), &[], at(25 * 60)), None);
    }
}
