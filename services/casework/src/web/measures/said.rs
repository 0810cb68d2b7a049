//! Figures in words: as they stand on a page, in a table and at a column, each beside what is published of the same.
//!
//! A hidden count is `c` everywhere, never a nought and never a gap that could be taken for one.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use projections::management::benchmarks::{self, Benchmark};
use projections::management::measures::{Measure, Unit, When};
use projections::management::window::Window;
use projections::management::{Count, Group, Point, Value};

use super::chart::{Drawn, Month, Months, Part, Parts, Published, Spark};
use crate::web::words;

/// What stands for a count that is not shown.
pub const HIDDEN: &str = "c";
const NOTHING: &str = "–";

/// A figure with what it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    pub text: String,
    /// `72 of 84`.
    pub of: Option<String>,
}

/// What is published of the same elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elsewhere {
    pub figure: Option<String>,
    /// Where and when.
    pub of: String,
    pub quartiles: Option<String>,
    /// Shares of the parts, by the publisher's names.
    pub parts: Vec<(String, String)>,
    pub source: String,
}

/// What is in no figure of a measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// `12 left out`.
    pub brief: String,
    /// What they are.
    pub what: &'static str,
}

/// A row of the months' table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthRow {
    pub window: String,
    pub figure: String,
    pub of: Option<String>,
}

/// A row of the parts' table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartRow {
    pub name: String,
    pub count: String,
    pub share: String,
}

pub fn figure(measure: &Measure, point: &Point) -> Figure {
    let (counted, among) = (whole(point.counted), point.among.map(whole));
    if measure.unit == Unit::Count {
        return Figure { text: counted, of: None };
    }
    let text = match point.value {
        Some(value) => in_unit(measure.unit, value),
        None if is_hidden(point) => HIDDEN.to_owned(),
        None => NOTHING.to_owned(),
    };
    let of = match measure.unit {
        Unit::WorkingDays => None,
        Unit::Each => among.map(|among| format!("{counted} with {among}")),
        Unit::Percent | Unit::Count => among.map(|among| format!("{counted} of {among}")),
    };
    Figure { text, of }
}

/// None where nothing is left out.
pub fn left_out(value: &Value) -> Option<LeftOut> {
    let what = value.measure.left_out()?;
    let counted = value.left_out.filter(|counted| *counted != Count::Shown(0))?;
    Some(LeftOut { brief: format!("{} left out", whole(counted)), what })
}

fn is_hidden(point: &Point) -> bool {
    [Some(point.counted), point.among].contains(&Some(Count::Hidden))
}

fn whole(count: Count) -> String {
    match count {
        Count::Shown(count) => thousands(count),
        Count::Hidden => HIDDEN.to_owned(),
    }
}

/// `12,345`.
pub fn thousands(count: i64) -> String {
    let digits = count.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

fn in_unit(unit: Unit, value: f64) -> String {
    let number = plain(value);
    match unit {
        Unit::Percent => format!("{number}%"),
        Unit::WorkingDays => format!("{number} working days"),
        Unit::Each => format!("{number} each"),
        Unit::Count => number,
    }
}

/// To one decimal, and none where it is nought.
fn plain(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// What is published about a measure.
pub fn elsewhere(measure: &Measure) -> Option<Elsewhere> {
    let (benchmark, of) = benchmarks::of(measure.code)?;
    let figure = |value| in_unit(measure.unit, value);
    Some(Elsewhere {
        figure: benchmark.value.map(figure),
        of: of.replace("year to 2025-03-31", "year to 31 March 2025"),
        quartiles: benchmark.quartiles.map(|[lower, _, upper]| {
            format!("half of the authorities lie between {} and {}", plain(lower), figure(upper))
        }),
        parts: shares(benchmark),
        source: words::first_upper(&benchmark.source),
    })
}

fn shares(benchmark: &Benchmark) -> Vec<(String, String)> {
    let mut shares: Vec<_> = benchmark.groups.iter().collect();
    shares.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let said =
        |(code, share): (&String, &f64)| (part_name(code, &HashMap::new()), format!("{}%", plain(*share)));
    shares.into_iter().map(said).collect()
}

/// What a part of a count is called.
pub fn part_name(code: &str, names: &HashMap<String, String>) -> String {
    if let Some(name) = names.get(code) {
        return name.clone();
    }
    let said = match code {
        "nhs-trust" => "Hospitals",
        "school" => "Schools",
        "police" => "Police",
        "local-authority" => "The authority itself",
        "gp" => "GPs",
        "early-years" => "Early years",
        "public" => "The public",
        "not-registered" => "An agency not registered here",
        "individual" => "Individuals",
        "local-authority-services" => "Services of the authority",
        "no-contact" => "No contact on record here",
        "open" => "Not decided yet",
        "under-1" => "Under 1",
        "1-to-4" => "1 to 4",
        "5-to-9" => "5 to 9",
        "10-to-15" => "10 to 15",
        "16-to-17" => "16 and 17",
        "18-and-over" => "18 and over",
        "not-said" => "Not said",
        "NEG" | "PHY" | "SAB" | "EMO" | "MUL" => return words::category(code),
        other if other.len() == 36 => "Not registered here",
        other => return words::first_upper(&other.replace(['-', '.'], " ")),
    };
    said.to_owned()
}

/// The months in a table, the latest first.
pub fn month_rows(value: &Value) -> Vec<MonthRow> {
    let row = |point: &Point| {
        let figure = figure(value.measure, point);
        MonthRow { window: month(value.measure, point.window), figure: figure.text, of: figure.of }
    };
    value.months.iter().rev().map(row).collect()
}

/// `March 2026`, or where a month of the window is none of the calendar, its last day.
fn month(measure: &Measure, window: Window) -> String {
    let last = window.to();
    if measure.when == When::OnTheLastDay {
        return words::day(last);
    }
    let is_of_the_calendar = window.from().day() == 1 && window.from().month() == last.month();
    if is_of_the_calendar {
        last.format("%B %Y").to_string()
    } else {
        format!("Month to {}", words::day(last))
    }
}

/// The days a measure's own figure is about.
pub fn window(measure: &Measure, window: Window) -> String {
    match measure.when {
        When::During(_) => format!("{} to {}", words::day(window.from()), words::day(window.to())),
        When::OnTheLastDay => format!("On {}", words::day(window.to())),
    }
}

/// The columns of the months.
pub fn months_chart(value: &Value) -> Months {
    let measure = value.measure;
    let mut year = None;
    let months = value.months.iter().map(|point| {
        let last = point.window.to();
        let begins = year != Some(last.year());
        year = Some(last.year());
        Month {
            label: last.format("%b").to_string(),
            year: begins.then(|| last.year().to_string()),
            value: drawn(measure, point),
            said: at_the_column(measure, point),
        }
    });
    let months: Vec<Month> = months.collect();
    let published = benchmarks::of(measure.code).and_then(|(benchmark, _)| {
        Some(Published {
            place: "England".to_owned(),
            value: benchmark.value?,
            said: in_unit(measure.unit, benchmark.value?).replace(" working days", " days"),
            quartiles: benchmark.quartiles,
        })
    });
    let beside = published.as_ref().map(|it| format!(" England: {}.", it.said)).unwrap_or_default();
    let description =
        format!("A column for each of twelve months: {}.{beside}", in_a_row(&value.months, measure));
    Months::draw(
        format!("chart-{}", measure.code),
        format!("{}, month by month{}", measure.title, scale(measure.unit)),
        description,
        months,
        published.as_ref(),
    )
}

/// Twelve months, small.
pub fn spark(value: &Value) -> Spark {
    let small = |point: &Point| match drawn(value.measure, point) {
        Some(value) => Drawn::Value(value),
        None if is_hidden(point) => Drawn::Hidden,
        None => Drawn::Nothing,
    };
    let months: Vec<Drawn> = value.months.iter().map(small).collect();
    Spark::draw(format!("Twelve months: {}", in_a_row(&value.months, value.measure)), &months)
}

fn in_a_row(months: &[Point], measure: &Measure) -> String {
    let said =
        |point: &Point| format!("{} {}", point.window.to().format("%B %Y"), figure(measure, point).text);
    months.iter().map(said).collect::<Vec<_>>().join(", ")
}

fn drawn(measure: &Measure, point: &Point) -> Option<f64> {
    match (measure.unit, point.counted) {
        (Unit::Count, Count::Shown(count)) => i32::try_from(count).ok().map(f64::from),
        (Unit::Count, Count::Hidden) => None,
        _ => point.value,
    }
}

/// What the figures at the columns are in, where they do not say it.
pub const fn scale(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => ", in per cent",
        Unit::WorkingDays => ", in working days",
        Unit::Count | Unit::Each => "",
    }
}

/// As short as a column is wide.
fn at_the_column(measure: &Measure, point: &Point) -> String {
    match (measure.unit, point.value) {
        (Unit::Percent, Some(value)) => format!("{value:.0}"),
        (Unit::WorkingDays | Unit::Each, Some(value)) => plain(value),
        _ => figure(measure, point).text,
    }
}

/// The parts in a table, the greatest first.
pub fn part_rows(value: &Value, names: &HashMap<String, String>) -> Vec<PartRow> {
    let total = match value.whole.counted {
        Count::Shown(total) if total > 0 => i32::try_from(total).ok(),
        _ => None,
    };
    let row = |group: &Group| PartRow {
        name: part_name(&group.code, names),
        count: whole(group.counted),
        share: match (group.counted, total) {
            (Count::Shown(count), Some(total)) => {
                let share = f64::from(i32::try_from(count).unwrap_or(i32::MAX)) / f64::from(total) * 100.0;
                format!("{share:.0}%")
            }
            _ => HIDDEN.to_owned(),
        },
    };
    value.groups.iter().map(row).collect()
}

/// More bars than this say less than the table does.
const BARS_MAX: usize = 12;

pub fn parts_chart(value: &Value, names: &HashMap<String, String>) -> Parts {
    let part = |group: &Group| Part {
        name: part_name(&group.code, names),
        count: match group.counted {
            Count::Shown(count) => i32::try_from(count).ok().map(f64::from),
            Count::Hidden => None,
        },
        said: whole(group.counted),
    };
    let parts: Vec<Part> = value.groups.iter().take(BARS_MAX).map(part).collect();
    let said: Vec<String> = parts.iter().map(|part| format!("{} {}", part.name, part.said)).collect();
    let code = value.measure.code;
    Parts::draw(
        format!("parts-{code}"),
        format!("{}, the parts", value.measure.title),
        format!("A bar for each part: {}.", said.join(", ")),
        parts,
    )
}

/// `to` in words, for a heading.
pub fn twelve_months(window: Window) -> String {
    let (from, to): (NaiveDate, NaiveDate) = (window.from(), window.to());
    format!("{} to {}", words::day(from), words::day(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    use projections::management::measures;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn point(counted: Count, among: Option<Count>, value: Option<f64>) -> Point {
        Point { window: Window::year_to(day("2026-03-31")), counted, among, value }
    }

    fn of(code: &str) -> &'static Measure {
        measures::find(code).unwrap()
    }

    #[test]
    fn a_figure_says_what_it_is_of() {
        let share = point(Count::Shown(72), Some(Count::Shown(84)), Some(85.7));
        let said = figure(of("assessments-45-working-days"), &share);
        assert_eq!((said.text.as_str(), said.of.as_deref()), ("85.7%", Some("72 of 84")));
        assert_eq!(figure(of("referrals"), &point(Count::Shown(12_345), None, None)).text, "12,345");
        let none = point(Count::Shown(0), Some(Count::Shown(0)), None);
        assert_eq!(figure(of("re-referrals-12-months"), &none).text, NOTHING, "nothing to divide by");
    }

    #[test]
    fn a_small_number_is_neither_a_nought_nor_a_gap() {
        let hidden = point(Count::Hidden, Some(Count::Shown(84)), None);
        let said = figure(of("re-referrals-12-months"), &hidden);
        assert_eq!((said.text.as_str(), said.of.as_deref()), (HIDDEN, Some("c of 84")));
        assert_eq!(figure(of("referrals"), &point(Count::Hidden, None, None)).text, HIDDEN);
        assert_eq!(drawn(of("referrals"), &point(Count::Hidden, None, None)), None);
    }

    #[test]
    fn a_month_is_named_where_it_is_one_of_the_calendar() {
        let months = |to: &str| Window::year_to(day(to)).months().collect::<Vec<_>>();
        let referrals = of("referrals");
        assert_eq!(month(referrals, months("2026-03-31")[11]), "March 2026");
        assert_eq!(month(referrals, months("2026-03-10")[11]), "Month to 10 March 2026");
        assert_eq!(month(of("unallocated"), months("2026-03-10")[11]), "10 March 2026");
    }

    #[test]
    fn every_published_figure_can_be_said() {
        for measure in measures::all() {
            if let Some(said) = elsewhere(measure) {
                assert!(said.figure.is_some() || !said.parts.is_empty(), "{}", measure.code);
                assert!(said.of.starts_with("England"), "{}", said.of);
                assert!(!said.of.contains("-03-"), "{}", said.of);
            }
        }
    }
}
