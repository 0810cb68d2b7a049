//! Somebody else in the event whom the form does not show: by the name that was said, and with their parts.
//!
//! Whoever only told it stands on the contact by name. For anybody else a record is opened by that name, as for a child
//! without one.
//!
//! Left out: whether they are on record already. Outside a front door a name alone finds nobody, and the form tells
//! nobody who is close to a child.

use domain::contact::involved::ContactRole;
use domain::person::name::{NameError, PersonName};

use crate::web::components::{Answer, Checks, Problems, TextField};
use crate::web::form::Typed;
use crate::web::words;

/// The fields of one of them: what they are called, their surname, their parts.
struct Fields {
    given: &'static str,
    family: &'static str,
    parts: &'static str,
}

/// As many as a form without scripts carries; the account names more.
const ROWS: [Fields; 3] = [
    Fields { given: "also-1", family: "also-1-family", parts: "also-1-part" },
    Fields { given: "also-2", family: "also-2-family", parts: "also-2-part" },
    Fields { given: "also-3", family: "also-3-family", parts: "also-3-part" },
];

/// Somebody by name, and their parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Unrecorded {
    /// Their row, from 1.
    pub number: usize,
    pub name: PersonName,
    pub parts: Vec<ContactRole>,
}

impl Unrecorded {
    /// They have no other part in it than that they told it.
    pub fn only_told_it(&self) -> bool {
        self.parts.iter().all(|part| *part == ContactRole::Source)
    }

    pub fn has(&self, part: ContactRole) -> bool {
        self.parts.contains(&part)
    }
}

/// The field of somebody's parts.
pub(super) fn parts_field(number: usize) -> &'static str {
    ROWS.get(number.wrapping_sub(1)).map_or("", |row| row.parts)
}

/// Which of the rows somebody stands in.
pub(super) fn place(number: usize) -> String {
    format!("{number} of {}", ROWS.len())
}

/// What was typed of them; none when something is wrong with it.
pub(super) fn read(typed: &Typed, problems: &mut Problems) -> Option<Vec<Unrecorded>> {
    let mut named = Vec::new();
    let mut is_whole = true;
    for (number, row) in (1..).zip(&ROWS) {
        let wrong = |sentence: &str| format!("Somebody else, {}: {sentence}", place(number));
        let parts: Option<Vec<ContactRole>> = typed.all(row.parts).map(|code| code.parse().ok()).collect();
        let name = PersonName::parse(typed.get(row.given), typed.get(row.family));
        let (name, parts) = match (name, parts) {
            (Err(NameError::Nothing), Some(parts)) if parts.is_empty() => continue,
            (Err(NameError::Nothing), _) => {
                problems.add(
                    row.given,
                    wrong("say who it is, as it was said to you, or choose no part for them"),
                );
                is_whole = false;
                continue;
            }
            (Err(NameError::Given(_)), _) => {
                problems
                    .add(row.given, wrong("a name has at most 100 letters; write the rest in the account"));
                is_whole = false;
                continue;
            }
            (Err(NameError::Family(_)), _) => {
                problems.add(row.family, wrong("a surname has at most 100 letters"));
                is_whole = false;
                continue;
            }
            (Ok(name), parts) => (name, parts.filter(|parts| !parts.is_empty())),
        };
        match parts {
            Some(parts) => named.push(Unrecorded { number, name, parts }),
            None => {
                problems.add(row.parts, wrong("choose what part they have in it"));
                is_whole = false;
            }
        }
    }
    is_whole.then_some(named)
}

/// Those whose names were typed, in a line; nothing where none were.
pub(super) fn said(typed: &Typed) -> Option<String> {
    let name = |row: &Fields| PersonName::parse(typed.get(row.given), typed.get(row.family)).ok();
    let names: Vec<String> = ROWS.iter().filter_map(name).map(|name| name.spoken()).collect();
    (!names.is_empty()).then(|| format!("Also in it: {}.", words::listed(&names)))
}

/// A row of the form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub place: String,
    pub given: TextField,
    pub family: TextField,
    pub parts: Checks,
}

pub(super) fn rows(typed: &Typed, problems: &Problems) -> Vec<Row> {
    let row = |(number, row): (usize, &Fields)| Row {
        place: place(number),
        given: TextField {
            name: row.given,
            label: "What are they called?",
            hint: "A first name, or as it was said: the man from number 12.",
            value: typed.string(row.given),
            error: problems.of(row.given),
            ..TextField::default()
        },
        family: TextField {
            name: row.family,
            label: "Surname, if you know it",
            value: typed.string(row.family),
            error: problems.of(row.family),
            ..TextField::default()
        },
        parts: parts(row.parts, typed, problems),
    };
    (1..).zip(&ROWS).map(row).collect()
}

fn parts(name: &'static str, typed: &Typed, problems: &Problems) -> Checks {
    let chosen: Vec<&str> = typed.all(name).collect();
    let box_of = |role: &ContactRole| Answer {
        value: role.code().to_owned(),
        label: words::first_upper(words::part(*role)),
        is_chosen: chosen.contains(&role.code()),
        ..Answer::default()
    };
    Checks {
        name: name.to_owned(),
        legend: "What is their part in it?".to_owned(),
        hint: "",
        options: ContactRole::ALL.iter().map(box_of).collect(),
        error: problems.of(name),
    }
}

/// True when anything was typed of them, or is wrong there: then their rows are open.
pub(super) fn is_begun(rows: &[Row]) -> bool {
    let is_text = |field: &TextField| !field.value.is_empty() || field.error.is_some();
    rows.iter().any(|row| {
        is_text(&row.given)
            || is_text(&row.family)
            || row.parts.error.is_some()
            || row.parts.options.iter().any(|part| part.is_chosen)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(pairs: &[(&str, &str)]) -> (Option<Vec<Unrecorded>>, Problems) {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut problems = Problems::default();
        (read(&Typed::from(pairs.collect::<Vec<_>>()), &mut problems), problems)
    }

    #[test]
    fn whoever_is_not_shown_is_named_as_it_was_said_with_every_part() {
        let (named, problems) = read_of(&[
            ("also-1", "Dana"),
            ("also-1-family", "Marsh"),
            ("also-1-part", "alleged-to-have-harmed"),
            ("also-1-part", "present"),
            ("also-3", "The man from number 12"),
            ("also-3-part", "source"),
        ]);
        assert!(problems.is_empty());
        let named = named.unwrap();
        let said: Vec<_> =
            named.iter().map(|one| (one.number, one.name.spoken(), one.only_told_it())).collect();
        let expected = [(1, "Dana Marsh", false), (3, "The man from number 12", true)];
        assert_eq!(said, expected.map(|(number, name, told)| (number, name.to_owned(), told)));
        assert_eq!(read_of(&[]).0, Some(Vec::new()));
    }

    #[test]
    fn a_name_without_a_part_and_a_part_without_a_name_are_said_at_their_field() {
        let long = "a".repeat(101);
        for (pairs, field) in [
            (&[("also-2", "Dana")][..], "also-2-part"),
            (&[("also-2", "Dana"), ("also-2-part", "bystander")][..], "also-2-part"),
            (&[("also-2-part", "witness")][..], "also-2"),
            (&[("also-2", long.as_str()), ("also-2-part", "witness")][..], "also-2"),
            (&[("also-2-family", long.as_str()), ("also-2-part", "witness")][..], "also-2-family"),
        ] {
            let (named, problems) = read_of(pairs);
            let said = problems.of(field).unwrap_or_default();
            assert!(named.is_none() && said.starts_with("Somebody else, 2 of 3: "), "{field}: {problems:?}");
        }
    }
}
