//! Single values as software writes them: days, moments, yes or no. Whatever is understood but not in the
//! form's own spelling comes with a note; what is not understood is left for the row to keep word for word.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A value, with what was odd about the way it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<T> {
    pub value: T,
    pub oddity: Option<&'static str>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Day {
    On(Read<NaiveDate>),
    /// A day software writes when it has none, such as the first day of its own calendar.
    Placeholder,
    Unclear,
}

const EARLIEST: i32 = 1900;
const LATEST: i32 = 2100;

const PLACEHOLDERS: [(i32, u32, u32); 5] =
    [(1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1900, 1, 1), (9999, 12, 31)];

pub(super) fn day(text: &str) -> Day {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let Some((read, spelling)) = calendar_day(date.trim()) else { return Day::Unclear };
    let is_placeholder =
        |&(year, month, day): &(i32, u32, u32)| NaiveDate::from_ymd_opt(year, month, day) == Some(read);
    if PLACEHOLDERS.iter().any(is_placeholder) {
        return Day::Placeholder;
    }
    use chrono::Datelike;
    if !(EARLIEST..=LATEST).contains(&read.year()) {
        return Day::Unclear;
    }
    let oddity = match time {
        Some(time) => Some(time_oddity(time)),
        None => spelling,
    };
    Day::On(Read { value: read, oddity })
}

fn time_oddity(time: &str) -> &'static str {
    let late_in_utc = time.ends_with(['Z', 'z']) && (time.starts_with("22:") || time.starts_with("23:"));
    if late_in_utc {
        "has a time late in the evening in UTC, so the day meant may be the next; the day is read as written"
    } else {
        "has a time of day, which is not read"
    }
}

fn calendar_day(text: &str) -> Option<(NaiveDate, Option<&'static str>)> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let text = match text.char_indices().nth(10) {
        Some((at, '+' | '-')) => text.get(..at)?,
        _ => text,
    };
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let read = whole_day(text.get(..4)?, text.get(4..6)?, text.get(6..)?)?;
        return Some((read, Some("is written without separators, where CCYY-MM-DD is allowed")));
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            let read = whole_day(year, month, day)?;
            let is_plain = text == read.format("%Y-%m-%d").to_string();
            Some((read, (!is_plain).then_some("is not written as CCYY-MM-DD")))
        }
        [day, month, year] if year.len() == 4 => {
            Some((whole_day(year, month, day)?, Some("is written day first, where CCYY-MM-DD is allowed")))
        }
        _ => None,
    }
}

fn whole_day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
    NaiveDate::from_ymd_opt(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

/// A moment on the clock of whoever wrote it; a zone is not applied.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, "00:00:00"));
    let Day::On(date) = day(date) else { return None };
    let time = time.trim().trim_end_matches(['Z', 'z']);
    let time = time.split(['+', '-']).next()?;
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S%.f")
        .or_else(|_| NaiveTime::parse_from_str(time, "%H:%M"))
        .ok()?;
    Some(date.value.and_time(time))
}

pub(super) fn yes_or_no(text: &str) -> Option<Read<bool>> {
    let plain = |value| Some(Read { value, oddity: None });
    let odd = |value| Some(Read { value, oddity: Some("is not written as true, false, 1 or 0") });
    match text {
        "true" | "1" => plain(true),
        "false" | "0" => plain(false),
        _ => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "t" => odd(true),
            "false" | "no" | "n" | "f" => odd(false),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Option<(String, bool)> {
        match day(text) {
            Day::On(read) => Some((read.value.to_string(), read.oddity.is_some())),
            Day::Placeholder | Day::Unclear => None,
        }
    }

    #[test]
    fn a_day_is_read_in_every_usual_spelling() {
        let plain = Some(("2026-03-01".to_owned(), false));
        let odd = Some(("2026-03-01".to_owned(), true));
        assert_eq!(on("2026-03-01"), plain);
        assert_eq!(on("2026-03-01Z"), plain);
        assert_eq!(on("2026-03-01+01:00"), plain);
        for text in
            ["2026-03-01T00:00:00", "2026-03-01 00:00", "01/03/2026", "1.3.2026", "20260301", "2026/03/01"]
        {
            assert_eq!(on(text), odd, "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_not_read() {
        for text in [
            "2026-02-30",
            "03/25/2026",
            "01/03/26",
            "yesterday",
            "",
            "2026-13-01",
            "1066-10-14",
            "--",
            "２０２６-01-01",
        ] {
            assert_eq!(day(text), Day::Unclear, "{text}");
        }
        assert_eq!(day("0001-01-01T00:00:00"), Day::Placeholder);
    }

    #[test]
    fn a_moment_keeps_the_clock_it_was_written_by() {
        assert_eq!(
            moment("2022-07-21T10:12:28Z").map(|at| at.to_string()),
            Some("2022-07-21 10:12:28".into())
        );
        assert_eq!(moment("2026-05-01").map(|at| at.to_string()), Some("2026-05-01 00:00:00".into()));
        assert_eq!(moment("soon"), None);
    }

    #[test]
    fn yes_and_no_are_read_in_every_usual_spelling() {
        assert_eq!(yes_or_no("1"), Some(Read { value: true, oddity: None }));
        assert_eq!(yes_or_no("True").map(|read| (read.value, read.oddity.is_some())), Some((true, true)));
        assert_eq!(yes_or_no("n").map(|read| read.value), Some(false));
        assert_eq!(yes_or_no("maybe"), None);
    }
}
