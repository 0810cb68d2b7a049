//! The measures: each a named, versioned definition with its text, and how it is counted over the view's rows.
//!
//! A definition says the same thing twice, once for people and once as SQL, side by side so that a reader can hold the
//! two against each other. Change what is counted, and the version is raised: a figure is quoted with it. Numerator
//! and denominator are lists first and counts second, from the same conditions ([`super::children()`]).

mod front_door;
mod plans;
mod timeliness;
mod workload;

/// One measure.
#[derive(Debug)]
pub struct Measure {
    /// As it is asked for; kebab-case.
    pub code: &'static str,
    pub version: u16,
    pub title: &'static str,
    /// In words.
    pub numerator: &'static str,
    /// In words; none for a plain count.
    pub denominator: Option<&'static str>,
    /// Where the definition comes from.
    pub source: &'static str,
    pub unit: Unit,
    pub when: When,
    /// Which rows it is counted over.
    pub(super) over: Over,
    pub(super) figure: Figure,
    /// By what it is told apart, as text.
    pub(super) by: Option<By>,
}

/// What a figure is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Children, contacts, plans: see the numerator.
    Count,
    Percent,
    WorkingDays,
    /// Of each of the denominator.
    Each,
}

/// Which days a figure is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// What happened on the days of the window, both ends included; the column that says when.
    During(&'static str),
    /// What was so on the last day of the window.
    OnTheLastDay,
}

/// The rows a measure is counted over: a table, as `r`, and a condition on it. `{last}` stands for the last day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Over {
    pub table: &'static str,
    pub condition: &'static str,
    /// Of those, the ones that the record cannot judge.
    pub left_out: Option<LeftOut>,
}

/// What is in no figure of a measure, for nothing was told of it that could be judged. It is counted apart.
#[derive(Clone, Copy, Debug)]
pub struct LeftOut {
    /// What it is, in words.
    pub words: &'static str,
    pub(super) condition: &'static str,
}

/// Every row of a table.
const fn all_of(table: &'static str) -> Over {
    those_of(table, "true")
}

const fn those_of(table: &'static str, condition: &'static str) -> Over {
    Over { table, condition, left_out: None }
}

impl Over {
    const fn but_for(self, condition: &'static str, words: &'static str) -> Self {
        Self { left_out: Some(LeftOut { words, condition }), ..self }
    }
}

/// How rows become a figure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Figure {
    Count,
    /// Different values of an expression.
    Different(&'static str),
    /// Those that meet a condition, of all.
    Share(&'static str),
    /// The middle value of an expression.
    Median(&'static str),
    /// Rows for each different value of an expression.
    ForEach(&'static str),
}

/// By what a figure is told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct By {
    pub expression: &'static str,
    /// The code of those of which it says nothing.
    pub otherwise: &'static str,
    /// What the codes are ids of, if they are.
    pub names: Names,
}

/// Of what a group's code is the id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// It says itself.
    None,
    Agencies,
    Teams,
}

const WT: &str = "Working Together to Safeguard Children";

/// A code and version name one definition.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        (self.code, self.version) == (other.code, other.version)
    }
}

/// Every measure, in the order they are shown.
pub fn all() -> impl Iterator<Item = &'static Measure> {
    CHAPTERS.iter().flat_map(|chapter| chapter.measures)
}

/// Measures that are shown together.
#[derive(Debug)]
pub struct Chapter {
    pub title: &'static str,
    pub measures: &'static [Measure],
}

/// The chapters, in the order they are shown.
pub const CHAPTERS: [Chapter; 4] = [
    Chapter { title: "What comes to the front door", measures: front_door::MEASURES },
    Chapter { title: "How the national limits were kept", measures: timeliness::MEASURES },
    Chapter { title: "Child protection plans", measures: plans::MEASURES },
    Chapter { title: "Who has the work", measures: workload::MEASURES },
];

/// The measure with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Measure> {
    all().find(|measure| measure.code == code)
}

impl Measure {
    /// True for what is counted of contacts: all that another agency is told, of its own.
    #[must_use]
    pub fn is_of_contacts(&self) -> bool {
        self.over.table == "contact"
    }

    /// True for what has no team: the front door's own.
    #[must_use]
    pub(super) fn is_of_the_front_door(&self) -> bool {
        matches!(self.over.table, "contact" | "alert")
    }

    /// What is counted apart, if anything.
    #[must_use]
    pub fn left_out(&self) -> Option<&'static str> {
        self.over.left_out.map(|it| it.words)
    }

    /// Of what the codes of its groups are ids.
    #[must_use]
    pub fn names(&self) -> Names {
        self.by.map_or(Names::None, |by| by.names)
    }

    /// True when the months of a year add up to the year.
    #[must_use]
    pub(super) fn adds_up(&self) -> bool {
        matches!(self.when, When::During(_)) && matches!(self.figure, Figure::Count | Figure::Share(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_has_a_code_of_its_own_and_says_what_it_counts() {
        let mut codes = std::collections::BTreeSet::new();
        for measure in all() {
            assert!(codes.insert(measure.code), "{} is there twice", measure.code);
            assert!(measure.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            let shared = matches!(measure.figure, Figure::Share(_) | Figure::ForEach(_));
            assert_eq!(measure.denominator.is_some(), shared, "{}", measure.code);
            assert!(measure.version > 0 && !measure.numerator.is_empty() && !measure.source.is_empty());
            assert!(find(measure.code).is_some());
        }
    }
}
