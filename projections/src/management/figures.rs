//! Figures as a reader is shown them.

use super::asked::Whose;
use super::measures::{Figure, Measure, Names};
use super::suppress::{self, Counts, is_small};
use super::window::Window;

/// How much of small numbers a reader is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Every count as it is: for those who may see the children behind it.
    Whole,
    /// Counts of 1 to 5, and what would give them away, are hidden; and all parts by agency, but those of the reader's
    /// own.
    Suppressed,
}

/// A count, or that it is too small to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    Shown(i64),
    Hidden,
}

/// A measure at one window or month.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    pub window: Window,
    pub counted: Count,
    /// Of how many; none for a plain count.
    pub among: Option<Count>,
    /// The share, the middle value, or the cases of each; of a plain count, nothing that the count does not say.
    pub value: Option<f64>,
}

/// A part of a measure's count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    pub code: String,
    pub counted: Count,
}

/// A measure with its months and parts.
#[derive(Clone, PartialEq, Debug)]
pub struct Value {
    pub measure: &'static Measure,
    pub whole: Point,
    /// The twelve months that end with the window, the earliest first.
    pub months: Vec<Point>,
    /// The greatest first.
    pub groups: Vec<Group>,
    /// How many are in no figure of the window because the record cannot judge them: [`Measure::left_out`].
    pub left_out: Option<Count>,
}

/// What the database counted.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Raw {
    pub counted: i64,
    pub among: i64,
    pub left_out: i64,
    pub middle: Option<f64>,
}

/// A measure as it was counted: the window first, then its months.
pub(super) struct Counted {
    pub measure: &'static Measure,
    pub points: Vec<(Window, Raw)>,
    pub groups: Vec<(String, i64)>,
}

impl Counted {
    pub fn shown(self, whose: &Whose, detail: Detail) -> Option<Value> {
        let Self { measure, points, mut groups } = self;
        if detail == Detail::Suppressed && are_told_apart_elsewhere(measure, whose) {
            groups.clear();
        }
        groups.sort_by(|(one, many), (other, more)| more.cmp(many).then_with(|| one.cmp(other)));
        let hidden = match detail {
            Detail::Whole => Hidden::nothing(points.len(), groups.len()),
            Detail::Suppressed => Hidden::of(measure, &points, &groups),
        };
        let left_out = measure
            .left_out()
            .and(points.first())
            .map(|(_, raw)| count(raw.left_out, detail == Detail::Suppressed && is_small(raw.left_out)));
        let mut shown = points
            .iter()
            .zip(hidden.points)
            .map(|((window, raw), hidden)| point(measure, *window, *raw, hidden));
        let whole = shown.next()?;
        let months = shown.collect();
        let group = |((code, counted), hidden): ((String, i64), bool)| Group {
            code,
            counted: count(counted, hidden),
        };
        let groups = groups.into_iter().zip(hidden.groups).map(group).collect();
        Some(Value { measure, whole, months, groups, left_out })
    }
}

/// Agencies are parts of their kinds, which another measure shows: beside those, the agencies of a kind would give away
/// what is hidden of the kinds. What one agency told is one part and what was told in confidence, in both.
fn are_told_apart_elsewhere(measure: &Measure, whose: &Whose) -> bool {
    measure.names() == Names::Agencies && !matches!(whose, Whose::Agencys(_))
}

fn count(count: i64, is_hidden: bool) -> Count {
    if is_hidden { Count::Hidden } else { Count::Shown(count) }
}

fn point(measure: &Measure, window: Window, raw: Raw, hidden: HiddenOf) -> Point {
    let has_denominator = matches!(measure.figure, Figure::Share(_) | Figure::ForEach(_));
    let is_told = !hidden.counted && !hidden.among;
    let value = match measure.figure {
        Figure::Share(_) | Figure::ForEach(_) => ratio(measure, raw),
        Figure::Median(_) => raw.middle,
        Figure::Count | Figure::Different(_) => None,
    };
    Point {
        window,
        counted: count(raw.counted, hidden.counted),
        among: has_denominator.then(|| count(raw.among, hidden.among)),
        value: value.filter(|_| is_told),
    }
}

/// To one decimal.
fn ratio(measure: &Measure, raw: Raw) -> Option<f64> {
    let (counted, among) = (i32::try_from(raw.counted).ok()?, i32::try_from(raw.among).ok()?);
    let each = f64::from(counted) / f64::from(among);
    let value = if matches!(measure.figure, Figure::Share(_)) { each * 100.0 } else { each };
    (among > 0).then(|| (value * 10.0).round() / 10.0)
}

/// What is hidden of a point.
#[derive(Clone, Copy)]
struct HiddenOf {
    counted: bool,
    among: bool,
}

struct Hidden {
    points: Vec<HiddenOf>,
    groups: Vec<bool>,
}

impl Hidden {
    fn nothing(points: usize, groups: usize) -> Self {
        Self { points: vec![HiddenOf { counted: false, among: false }; points], groups: vec![false; groups] }
    }

    fn of(measure: &Measure, points: &[(Window, Raw)], groups: &[(String, i64)]) -> Self {
        let adds_up = measure.adds_up() && points.first().is_some_and(|(window, _)| window.is_year());
        match measure.figure {
            Figure::Share(_) => Self { points: shares(points, adds_up), groups: vec![false; groups.len()] },
            _ => sums(points, groups, adds_up),
        }
    }
}

/// A share is those counted and the rest, of the months and of the year.
fn shares(points: &[(Window, Raw)], adds_up: bool) -> Vec<HiddenOf> {
    let row = |(_, raw): &(Window, Raw)| vec![raw.counted, raw.among - raw.counted];
    let hidden = |table: &Counts, row: usize| HiddenOf {
        // The rest is not shown by itself, but is what is left.
        counted: table.is_hidden(row, 0) || table.is_hidden(row, 1),
        among: table.is_hidden(row, 2),
    };
    if adds_up {
        let months: Vec<_> = points.iter().skip(1).map(row).collect();
        let table = Counts::of(&months).suppressed();
        return std::iter::once(months.len()).chain(0..months.len()).map(|row| hidden(&table, row)).collect();
    }
    points.iter().map(|point| hidden(&Counts::of(&[row(point)]).suppressed(), 0)).collect()
}

/// A count is the sum of its parts and, of a year, of its months.
fn sums(points: &[(Window, Raw)], groups: &[(String, i64)], adds_up: bool) -> Hidden {
    let months: Vec<i64> = points.iter().skip(1).map(|(_, raw)| raw.counted).collect();
    let groups: Vec<i64> = groups.iter().map(|(_, count)| *count).collect();
    let total = points.first().map(|(_, raw)| *raw).unwrap_or_default();
    let mut is_total_hidden = is_small(total.counted);
    let (hidden_months, hidden_groups) = loop {
        let (hidden_groups, by_groups) = if groups.is_empty() {
            (Vec::new(), is_total_hidden)
        } else {
            suppress::parts(&groups, is_total_hidden)
        };
        let (hidden_months, by_months) = if adds_up {
            suppress::parts(&months, by_groups)
        } else {
            // The last month of what is so on a day is the window's own figure.
            let last = months.len().saturating_sub(1);
            let of = |(nth, count): (usize, &i64)| is_small(*count) || (nth == last && by_groups);
            (months.iter().enumerate().map(of).collect(), by_groups)
        };
        if by_months == is_total_hidden {
            break (hidden_months, hidden_groups);
        }
        is_total_hidden = by_months;
    };
    let hidden = std::iter::once(is_total_hidden).chain(hidden_months);
    let points =
        points.iter().zip(hidden).map(|((_, raw), counted)| HiddenOf { counted, among: is_small(raw.among) });
    Hidden { points: points.collect(), groups: hidden_groups }
}

#[cfg(test)]
mod tests {
    use super::super::measures;
    use super::*;

    /// Eight schools with few, the one refuge and probation: by kind, and by agency.
    fn contacts(code: &str, groups: &[(&str, i64)]) -> Counted {
        let groups: Vec<_> = groups.iter().map(|(part, many)| ((*part).to_owned(), *many)).collect();
        let counted = groups.iter().map(|(_, many)| many).sum();
        let year = Window::year_to("2026-02-28".parse().unwrap());
        let points = vec![(year, Raw { counted, ..Raw::default() })];
        Counted { measure: measures::find(code).unwrap(), points, groups }
    }

    #[test]
    fn agencies_give_away_nothing_that_is_hidden_of_their_kinds() {
        let everybodys = Whose::Everybodys;
        let by_kind = contacts("contacts-by-source", &[("school", 32), ("voluntary", 12), ("probation", 3)]);
        let by_kind = by_kind.shown(&everybodys, Detail::Suppressed).unwrap();
        let shown = |part: &str| by_kind.groups.iter().find(|group| group.code == part).unwrap().counted;
        assert_eq!((shown("probation"), shown("voluntary")), (Count::Hidden, Count::Hidden));

        let schools: Vec<String> = (0..8).map(|nth| format!("school {nth}")).collect();
        let mut by_agency: Vec<_> = schools.iter().map(|school| (school.as_str(), 4)).collect();
        by_agency.extend([("the refuge", 12), ("probation", 3)]);
        let counted = || contacts("contacts-by-agency", &by_agency);
        let suppressed = counted().shown(&everybodys, Detail::Suppressed).unwrap();
        assert_eq!(suppressed.groups, [], "the refuge's twelve would leave probation's three");
        assert_eq!(suppressed.whole.counted, Count::Shown(47));
        assert_eq!(counted().shown(&everybodys, Detail::Whole).unwrap().groups.len(), 10);

        let own = Whose::Agencys(domain::ids::AgencyId(uuid::Uuid::from_u128(7)));
        let own = contacts("contacts-by-agency", &[("the refuge", 12)]).shown(&own, Detail::Suppressed);
        assert_eq!(own.unwrap().groups.len(), 1, "an agency is told what it told itself");
    }
}
