//! Section 47 enquiries within their episode, and the conference that follows or is not required.

use super::super::rows::{Episode, Fault, Row, Section47};
use super::{Judging, SameDay, Span, beginning_within, is_weekend, paths};

pub(super) fn check(episode: &mut Row<Episode>, judging: Judging) {
    let says = &mut episode.says;
    let spans: Vec<Span> =
        says.section47s.iter().filter_map(|row| span(&row.says, row.head.ordinal)).collect();
    let overlapping = beginning_within(&spans, &spans, judging.period.last, SameDay::Follows);
    let pending = says.section47s.iter().filter(|row| is_pending(&row.says)).count();
    for row in &mut says.section47s {
        let is_pending = is_pending(&row.says);
        if overlapping.contains(&row.head.ordinal) {
            row.fault("8890", paths::S47_START, "lies within another enquiry of the episode");
        }
        if is_pending && pending > 1 {
            row.fault("8839", paths::S47_CONFERENCE, "is open for more than one enquiry of the episode");
        }
        if row.says.started.is_some_and(|day| day < says.referred) {
            row.fault("2889", paths::S47_START, "is before the referral");
        }
        if row.says.conference.is_some_and(|day| day < says.referred) {
            row.fault("1104", paths::S47_CONFERENCE, "is before the referral");
        }
        if let Some(closed) = says.closed {
            if row.says.conference.is_none() && row.says.conference_not_required != Some(true) {
                row.fault("8868", paths::S47_CONFERENCE, "is open though the episode is closed");
            }
            if row.says.started.is_some_and(|day| day > closed) {
                row.fault("8565", paths::S47_START, "is after the case was closed");
            }
            if row.says.conference.is_some_and(|day| day > closed) {
                row.fault("8565", paths::S47_CONFERENCE, "is after the case was closed");
            }
        }
        days(row, judging);
    }
}

fn is_pending(says: &Section47) -> bool {
    says.conference.is_none() && says.conference_not_required == Some(false)
}

/// An enquiry without a conference and without need of one has no known end, so it overlaps nothing.
fn span(says: &Section47, ordinal: u64) -> Option<Span> {
    let from = says.started?;
    let to = if is_pending(says) { None } else { Some(says.conference.unwrap_or(from)) };
    Some(Span { ordinal, from, to })
}

fn days(row: &mut Row<Section47>, judging: Judging) {
    let Section47 { started, conference_target, conference, conference_not_required } = row.says;
    let period = judging.period;
    if started.is_none() || started.zip(conference).is_some_and(|(started, held)| started > held) {
        row.fault("8615", paths::S47_START, "is missing, or after the conference");
    }
    if conference.is_some_and(|day| !period.holds(day)) {
        row.fault("8715", paths::S47_CONFERENCE, "is not in the census year");
    }
    if conference.is_some_and(is_weekend) {
        row.fault("8875", paths::S47_CONFERENCE, "is on a weekend");
    }
    if conference_target.is_some_and(is_weekend) {
        row.fault("8870Q", paths::S47_TARGET, "is on a weekend");
    }
    if let (true, Some(started)) = (is_pending(&row.says), started) {
        if !period.holds(started) {
            row.fault("8740", paths::S47_START, "is not in the census year, and no conference was held");
        }
        if judging.is_longer_than(15, started, period.last) {
            row.fault("8675Q", paths::S47_CONFERENCE, "is missing more than 15 working days after the start");
        }
    }
    let contradiction = match (conference_not_required, conference) {
        (None, _) => Some("is missing or neither true nor false"),
        (Some(true), Some(_)) => Some("says no conference was required, yet one was held"),
        (Some(_), _) => None,
    };
    if let Some(what) = contradiction {
        row.head.note(Fault::reading("contradiction", paths::S47_NOT_REQUIRED, what));
    }
    judging.not_yet(&mut row.head, &[(paths::S47_START, started), (paths::S47_CONFERENCE, conference)]);
}
