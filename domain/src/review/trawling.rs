//! Trawling: people are looked for, or asked about, and nothing comes of it.
//!
//! One who looks for children to protect them asks, tells or records something soon after. To ask about one child takes
//! one search: it follows from one and excuses no more, and asked again of the same child it excuses none. Whoever has
//! numbers, or names and dates of birth, needs no search, and asks about one child after another: enquiries after which
//! nothing else was put on record are counted with the searches. At an attendance everybody is asked about who comes in,
//! so that many more are usual. Counted are, over a window, searches and enquiries that led to nothing, and the different
//! names and addresses among the searches. Left out: whom they looked for, and any judgement. Nothing is held up by this.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Counted;
use crate::ids::PersonId;

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
    /// The same with the enquiries made at attendances.
    pub unfollowed_with_attendances: u32,
    pub names: u32,
    pub addresses: u32,
}

/// One search or enquiry, as the access log has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Search {
    pub position: u128,
    pub at: DateTime<Utc>,
    pub sought: Sought,
}

/// What was looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sought {
    /// Candidates, by a name or an address: a mark for each different one.
    Candidates { name: Option<u32>, address: Option<u32> },
    /// How somebody stands; whom, where one was found. Asked again of the same child, it is one enquiry.
    Standing { about: Option<PersonId>, at_attendance: bool },
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

    /// No fewer searches and enquiries than these come to anything.
    #[must_use]
    pub fn fewest(&self) -> u32 {
        self.unfollowed.min(self.unfollowed_with_attendances).min(self.names).min(self.addresses)
    }

    /// What one practitioner's searches and enquiries come to, beside when they put something else on record; both in order
    /// of time. None is counted before there was time to act on it.
    #[must_use]
    pub fn finding(
        &self,
        searches: &[Search],
        deeds: &[DateTime<Utc>],
        now: DateTime<Utc>,
    ) -> Option<Finding> {
        let from = now - self.window();
        let (searches, asked): (Vec<Search>, Vec<Search>) = searches
            .iter()
            .filter(|search| search.at >= from)
            .partition(|search| matches!(search.sought, Sought::Candidates { .. }));
        let deeds = deeds.iter().map(|at| (*at, self.searches_followed_by_one));
        let asked_of_each = once_each(asked.clone());
        let asking = asked_of_each.iter().map(|asked| (asked.at, self.searches_followed_by_one.min(1)));
        let mut all: Vec<(DateTime<Utc>, u32)> = deeds.clone().chain(asking).collect();
        all.sort_by_key(|(at, _)| *at);
        let is_ripe = |search: &Search| search.at + self.grace() <= now;
        let searches = self.unfollowed(searches, all).into_iter().filter(is_ripe).collect::<Vec<_>>();
        let asked = self.unfollowed(asked, deeds).into_iter().filter(is_ripe).collect();
        let asked = once_each(asked);
        let elsewhere = asked.iter().filter(|search| !is_at_attendance(search));
        let marks = |of: fn(&Sought) -> Option<u32>| {
            count(searches.iter().filter_map(|search| of(&search.sought)).collect::<BTreeSet<_>>().len())
        };
        let names = marks(|sought| match sought {
            Sought::Candidates { name, .. } => *name,
            Sought::Standing { .. } => None,
        });
        let addresses = marks(|sought| match sought {
            Sought::Candidates { address, .. } => *address,
            Sought::Standing { .. } => None,
        });
        let with_all = count(searches.len() + asked.len());
        let counts = [
            (Counted::Unfollowed, count(searches.len() + elsewhere.count()), self.unfollowed),
            (Counted::Unfollowed, with_all, self.unfollowed_with_attendances),
            (Counted::Names, names, self.names),
            (Counted::Addresses, addresses, self.addresses),
        ];
        let (counted, count, threshold) =
            counts.into_iter().find(|(_, count, threshold)| count >= threshold)?;
        let mut evidence: Vec<u128> = searches.iter().chain(&asked).map(|search| search.position).collect();
        evidence.sort_unstable();
        Some(Finding { from, until: now, counted, count, threshold, evidence })
    }

    /// Those that no deed takes: each, at its time, takes so many of the newest before it that are left.
    fn unfollowed(
        &self,
        mut searches: Vec<Search>,
        deeds: impl IntoIterator<Item = (DateTime<Utc>, u32)>,
    ) -> Vec<Search> {
        for (at, mut left) in deeds {
            let is_followed = |search: &Search| search.at <= at && at <= search.at + self.grace();
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

/// Enquiries about different children, the first about each; those that found nobody are different.
fn once_each(asked: Vec<Search>) -> Vec<Search> {
    let mut known = BTreeSet::new();
    let is_new = |search: &Search| match search.sought {
        Sought::Standing { about: Some(about), .. } => known.insert(about),
        Sought::Standing { about: None, .. } | Sought::Candidates { .. } => true,
    };
    asked.into_iter().filter(is_new).collect()
}

fn is_at_attendance(search: &Search) -> bool {
    matches!(search.sought, Sought::Standing { at_attendance: true, .. })
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
        unfollowed_with_attendances: 30,
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
                sought: Sought::Candidates { name: mark(nth, names), address: mark(nth, addresses) },
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
        let deeds = [at(3), at(9)];
        assert_eq!(
            THRESHOLDS.finding(&searches(12, 1, 0), &deeds, at(200)),
            None,
            "six of twelve are followed"
        );
        let one = [at(11)];
        assert_eq!(THRESHOLDS.finding(&searches(14, 1, 0), &one, at(200)).unwrap().count, 11);
        let too_late = [at(150)];
        assert!(THRESHOLDS.finding(&searches(10, 1, 0), &too_late, at(200)).is_some());
    }

    #[test]
    fn an_enquiry_follows_from_one_search_and_excuses_no_other() {
        let both = |searches: Vec<Search>, asked: Vec<Search>| -> Vec<Search> {
            let mut both: Vec<Search> = searches.into_iter().chain(asked).collect();
            both.sort_by_key(|search| search.at);
            both
        };
        let two = both(searches(12, 1, 0), enquiries(2, false));
        let found = THRESHOLDS.finding(&two, &[], at(200)).unwrap();
        assert_eq!((found.counted, found.count), (Counted::Unfollowed, 12), "ten searches, two enquiries");
        // Each about another child; and all about one, of which the first excuses the search before it.
        let each = enquiries(9, true);
        assert_eq!(THRESHOLDS.finding(&both(searches(9, 9, 0), each.clone()), &[], at(200)), None);
        let about_one = each.iter().map(|one| Search { sought: each[0].sought, ..*one }).collect();
        let found = THRESHOLDS.finding(&both(searches(9, 9, 0), about_one), &[], at(200)).unwrap();
        assert_eq!((found.counted, found.count), (Counted::Names, 8));
    }

    /// An enquiry a minute, each about another child.
    fn enquiries(number: u32, at_attendance: bool) -> Vec<Search> {
        let about = |nth: u32| Some(PersonId(uuid::Uuid::from_u128(u128::from(nth))));
        let asked = |nth: u32| Search {
            position: u128::from(nth) + 1,
            at: at(i64::from(nth)),
            sought: Sought::Standing { about: about(nth), at_attendance },
        };
        (0..number).map(asked).collect()
    }

    #[test]
    fn enquiry_after_enquiry_is_looked_at_and_is_no_deed_of_its_own() {
        let asked = enquiries(10, false);
        let found = THRESHOLDS.finding(&asked, &[], at(200)).unwrap();
        assert_eq!((found.counted, found.count, found.evidence.len()), (Counted::Unfollowed, 10, 10));
        let told = [at(9)];
        assert_eq!(
            THRESHOLDS.finding(&asked, &told, at(200)),
            None,
            "something was told after three of them"
        );
        let about_one: Vec<Search> =
            asked.iter().map(|one| Search { sought: asked[0].sought, ..*one }).collect();
        assert_eq!(THRESHOLDS.finding(&about_one, &[], at(200)), None, "the same child again");
    }

    #[test]
    fn at_an_attendance_everybody_is_asked_about() {
        assert_eq!(THRESHOLDS.finding(&enquiries(29, true), &[], at(200)), None);
        assert_eq!(THRESHOLDS.finding(&enquiries(30, true), &[], at(200)).unwrap().threshold, 30);
    }

    #[test]
    fn searches_and_enquiries_are_counted_together() {
        let later =
            searches(5, 1, 0).into_iter().map(|one| Search { at: one.at + TimeDelta::minutes(9), ..one });
        let both: Vec<Search> = enquiries(5, false).into_iter().chain(later).collect();
        assert_eq!(THRESHOLDS.finding(&both, &[], at(200)).unwrap().count, 10);
    }

    #[test]
    fn a_search_counts_once_there_was_time_to_act_and_until_it_is_old() {
        assert_eq!(THRESHOLDS.finding(&searches(10, 1, 0), &[], at(60)), None);
        assert_eq!(THRESHOLDS.finding(&searches(10, 1, 0), &[], at(25 * 60)), None);
    }
}
