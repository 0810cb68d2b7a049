//! What to do with an answer at the hour at which it is read: whom to ring first, and how to refer a child.
//!
//! By night the emergency duty team comes first: a worker's own number rings in an empty office. Left out: the numbers
//! themselves, which stand beside this.

use chrono::{DateTime, NaiveDate, Utc};
use domain::agency::Timetable;
use domain::case::clocks::REFERRAL_DECISION;
use domain::enquiry::Answer;
use domain::when::civil_time;

use super::answer::Responsible;
use super::hours::Hours;

/// By whom a child is referred, how, and by when it is decided, by the limit of the day: the same with every answer.
pub(super) fn how_to_refer(today: NaiveDate) -> String {
    let limit = REFERRAL_DECISION.on(today);
    format!(
        "Whoever is worried refers the child, and needs nobody's leave. If a child is in immediate danger, dial 999 \
         first. Otherwise ring the front door yourself, on the number for this hour, say that it is a referral, and \
         what you saw and heard; then put it in writing: record a contact. The authority decides what it will do and \
         tells you: its limit is {} ({}). If you are not told, ring again; if you disagree, say so to whoever answers \
         for safeguarding with you.",
        limit.words, limit.source
    )
}

/// Who answers the telephone at an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hour {
    Day,
    Night,
    /// No number for the night is registered.
    NightWithoutNumber,
}

impl Hour {
    /// At the front door that is rung first; where there is none to name, by the hours that most keep.
    pub(super) fn at(doors: &[Responsible], now: DateTime<Utc>) -> Self {
        let Some(door) = doors.first() else {
            let is_open = Timetable::default().is_open_at(civil_time(now));
            return if is_open { Self::Day } else { Self::NightWithoutNumber };
        };
        let (first, _) = door.lines(now);
        match (door.hours_at(now), first.map(|line| line.hours)) {
            (Hours::Office, _) => Self::Day,
            (Hours::OutOfHours, Some(Hours::OutOfHours)) => Self::Night,
            (Hours::OutOfHours, _) => Self::NightWithoutNumber,
        }
    }
}

/// What to do with an answer, first of all about a child who is missing.
pub(super) const fn advice_on_missing() -> &'static str {
    "This child is missing. If you know where they are, tell the police now, on 999 if they are in danger and on 101 \
     if not, and quote the reference to the authority. Do not send them away."
}

/// What to do with an answer. An absence never reassures.
pub(super) const fn advice(answer: Answer, hour: Hour) -> &'static str {
    match (answer, hour) {
        (Answer::NoTrace, Hour::Day) => {
            "No record was found. That is not reassurance: a child nobody knows may be the one at risk. If you are \
             worried, tell the authority's front door now and record a contact; if a child is in danger, dial 999."
        }
        (Answer::NoTrace, Hour::Night) => {
            "No record was found. That is not reassurance: a child nobody knows may be the one at risk. If you are \
             worried, tell the emergency duty team now, on the out-of-hours number, and record a contact; if a child \
             is in danger, dial 999."
        }
        (Answer::NoTrace, Hour::NightWithoutNumber) => {
            "No record was found. That is not reassurance: a child nobody knows may be the one at risk. No number for \
             the night is registered here: if you are worried, ask the authority's switchboard for the emergency duty \
             team, and record a contact; if a child is in danger, dial 999."
        }
        (Answer::ContactOnly, Hour::Day) => {
            "There is somebody who must know of this. Telephone now and quote the reference; if nobody answers, ring \
             the out-of-hours number. If a child is in danger, dial 999."
        }
        (Answer::ContactOnly, Hour::Night) => {
            "There is somebody who must know of this. Telephone the emergency duty team now, on the out-of-hours \
             number, and quote the reference. If a child is in danger, dial 999."
        }
        (Answer::ContactOnly, Hour::NightWithoutNumber) => {
            "There is somebody who must know of this. No number for the night is registered here: ask the authority's \
             switchboard for the emergency duty team now, and quote the reference. If a child is in danger, dial 999."
        }
        (Answer::Found, Hour::Day) => {
            "Telephone the lead practitioner, or the front door, and quote the reference. To tell what you know, \
             record a contact; if a child is in danger, dial 999."
        }
        (Answer::Found, Hour::Night) => {
            "Telephone the emergency duty team first, on the out-of-hours number, and quote the reference; the lead \
             practitioner answers in office hours. To tell what you know, record a contact; if a child is in danger, \
             dial 999."
        }
        (Answer::Found, Hour::NightWithoutNumber) => {
            "No number for the night is registered here: ask the authority's switchboard for the emergency duty team, \
             and quote the reference; the lead practitioner answers in office hours. To tell what you know, record a \
             contact; if a child is in danger, dial 999."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(out_of_hours: Option<&str>) -> Responsible {
        Responsible {
            authority: "380".parse().unwrap(),
            agency: None,
            name: None,
            in_hours: Some("day".to_owned()),
            out_of_hours: out_of_hours.map(str::to_owned),
            hours: Timetable::default(),
        }
    }

    #[test]
    fn the_limit_of_a_referral_is_the_one_in_force() {
        let limit = REFERRAL_DECISION.on("2026-03-10".parse().unwrap());
        let said = how_to_refer("2026-03-10".parse().unwrap());
        assert!(said.contains(&limit.words) && said.contains(&limit.source), "{said}");
    }

    #[test]
    fn by_night_the_emergency_duty_team_is_rung_before_the_lead_practitioner() {
        let said =
            |doors: &[Responsible], now: &str| advice(Answer::Found, Hour::at(doors, now.parse().unwrap()));
        let (day, night) = ("2026-03-10T10:00:00Z", "2026-03-10T02:00:00Z");
        let both = [door(Some("night"))];
        assert!(said(&both, day).starts_with("Telephone the lead practitioner"));
        assert!(said(&both, night).starts_with("Telephone the emergency duty team first"));
        for without in [&[door(None)][..], &[]] {
            assert!(said(without, day).starts_with("Telephone the lead practitioner"));
            assert!(said(without, night).starts_with("No number for the night is registered"));
        }
    }

    #[test]
    fn every_answer_at_every_hour_says_what_to_do_in_danger_and_no_trace_never_reassures() {
        for hour in [Hour::Day, Hour::Night, Hour::NightWithoutNumber] {
            for answer in [Answer::Found, Answer::ContactOnly, Answer::NoTrace] {
                assert!(advice(answer, hour).contains("999"), "{answer} {hour:?}");
            }
            assert!(advice(Answer::NoTrace, hour).contains("not reassurance"));
        }
    }
}
