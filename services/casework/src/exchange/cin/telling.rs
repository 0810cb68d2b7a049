//! One row while it is being read: each field asked for once, what it said noted for the content hash, what
//! was odd about it noted as a fault, what could not be understood kept word for word.

use chrono::NaiveDate;

use super::codes::{Entry, List};
use super::identity::{Content, Identity, Naming, Private, Standing};
use super::node::{Node, Unknown};
use super::paths;
use super::rows::{Counts, Fault, Head, Refusal, Table, Written};
use super::value::{self, Day};

/// A longer value is no code, day or number; only its beginning is kept.
const LONGEST_VALUE: usize = 200;
/// A field repeated a thousand times says no more than one repeated twenty times.
const MOST_AS_WRITTEN: usize = 20;

/// What is carried from row to row through a return.
pub(super) struct Placing {
    pub naming: Naming,
    pub read: Counts,
    pub refused: Vec<Refusal>,
    pub unknown: Unknown,
}

impl Placing {
    pub(super) fn next_ordinal(&mut self, table: Table) -> u64 {
        self.read.add(table);
        self.read.get(table)
    }

    /// Refuses a row and with it every row inside, which has nothing left to belong to.
    pub(super) fn refuse(&mut self, heads: &[&Head], reason: &'static str) {
        let mut reason = reason;
        for head in heads {
            let Head { table, ordinal, line, .. } = **head;
            self.refused.push(Refusal { table, ordinal, line, reason });
            reason = "the row it belongs to is refused";
        }
    }
}

#[derive(Default)]
pub(super) struct Telling<'n> {
    places: Vec<&'n Node>,
    said: Vec<(&'static str, String)>,
    faults: Vec<Fault>,
    as_written: Vec<Written>,
}

impl<'n> Telling<'n> {
    /// The fields of this row stand directly inside any of these elements.
    pub(super) fn of(places: Vec<&'n Node>) -> Self {
        Self { places, ..Self::default() }
    }

    pub(super) fn note(&mut self, word: &'static str, field: &'static str, what: &'static str) {
        let fault = Fault::reading(word, field, what);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    pub(super) fn say(&mut self, field: &'static str, value: String) {
        self.said.push((field, value));
    }

    /// The first value given for a field; any other is kept as it was written.
    pub(super) fn leaf(&mut self, path: &'static str) -> Option<&'n str> {
        let element = paths::element(path);
        let values: Vec<&'n str> =
            self.places.iter().flat_map(|place| place.named(element)).map(Node::value).collect();
        if values.iter().any(|value| says_nothing(value)) {
            self.note(
                "placeholder",
                path,
                "holds a word software writes for nothing, which is read as absent",
            );
        }
        let mut filled = values.iter().copied().filter(|value| !value.is_empty() && !says_nothing(value));
        let Some(first) = filled.next() else {
            if values.iter().any(|value| value.is_empty()) {
                self.note("empty", path, "is there but empty, which is read as absent");
            }
            return None;
        };
        for other in filled {
            self.note("repeated-field", path, "is given more than once; the first is read");
            if other != first {
                self.keep(path, other);
            }
        }
        Some(first)
    }

    /// Keeps word for word what was not understood.
    pub(super) fn keep(&mut self, field: &'static str, text: &str) {
        if self.as_written.len() < MOST_AS_WRITTEN {
            let text: String = text.chars().take(LONGEST_VALUE).collect();
            self.say(field, format!("as written: {text}"));
            self.as_written.push(Written { field, text: Private::new(text) });
        }
    }

    pub(super) fn text(&mut self, path: &'static str) -> Option<String> {
        let text = self.leaf(path)?;
        if text.len() > LONGEST_VALUE {
            self.note("too-long", path, "is far too long to be read");
            self.keep(path, text);
            return None;
        }
        self.say(path, text.to_owned());
        Some(text.to_owned())
    }

    pub(super) fn date(&mut self, path: &'static str) -> Option<NaiveDate> {
        let text = self.leaf(path)?;
        self.date_from(path, text)
    }

    pub(super) fn date_from(&mut self, path: &'static str, text: &str) -> Option<NaiveDate> {
        match value::day(text) {
            Day::On(read) => {
                if let Some(oddity) = read.oddity {
                    self.note("day-spelling", path, oddity);
                }
                self.say(path, read.value.to_string());
                Some(read.value)
            }
            Day::Placeholder => {
                self.note(
                    "placeholder",
                    path,
                    "holds the day software writes when it has none, which is read as absent",
                );
                None
            }
            Day::Unclear => {
                self.note("no-day", path, "is not a day that exists, written as CCYY-MM-DD");
                self.keep(path, text);
                None
            }
        }
    }

    pub(super) fn flag(&mut self, path: &'static str) -> Option<bool> {
        let text = self.leaf(path)?;
        let Some(read) = value::yes_or_no(text) else {
            self.note("no-flag", path, "is not true, false, 1 or 0");
            self.keep(path, text);
            return None;
        };
        if let Some(oddity) = read.oddity {
            self.note("flag-spelling", path, oddity);
        }
        self.say(path, read.value.to_string());
        Some(read.value)
    }

    pub(super) fn number(&mut self, path: &'static str) -> Option<u32> {
        let text = self.leaf(path)?;
        let Ok(number) = text.parse::<u32>() else {
            self.note("no-number", path, "is not a whole number");
            self.keep(path, text);
            return None;
        };
        self.say(path, number.to_string());
        Some(number)
    }

    pub(super) fn code(&mut self, path: &'static str, list: &List) -> Option<&'static Entry> {
        let text = self.leaf(path)?;
        self.code_from(path, list, text)
    }

    pub(super) fn code_from(
        &mut self,
        path: &'static str,
        list: &List,
        text: &str,
    ) -> Option<&'static Entry> {
        let alone = list.find(text);
        let found = alone.or_else(|| list.find(text.split_whitespace().next()?));
        let Some(entry) = found else {
            self.note("no-code", path, "is no code of its list");
            self.keep(path, text);
            return None;
        };
        if alone.is_none() {
            self.note("code-spelling", path, "has words after its code, where the code alone is allowed");
        } else if entry.code != text {
            self.note("code-spelling", path, "is not written as its list writes it");
        }
        self.say(path, entry.code.to_owned());
        Some(entry)
    }

    pub(super) fn content(&mut self, table: Table) -> Content {
        Content::of(table, &mut self.said)
    }

    /// Names the row under its parent and gives it its place in the file.
    pub(super) fn named_under(
        mut self,
        parent: &Identity,
        key: &str,
        place: (Table, u64),
        at: &mut Placing,
    ) -> Head {
        let (table, _) = place;
        let content = self.content(table);
        let (identity, standing) = at.naming.row(parent, table, key, content);
        let mut head = self.head(place, identity, content, at);
        if standing == Standing::SaidBefore {
            head.note(Fault::reading(
                "repeated-row",
                table.name(),
                "stands twice in this return, word for word",
            ));
        }
        head
    }

    pub(super) fn head(
        self,
        (table, line): (Table, u64),
        identity: Identity,
        content: Content,
        at: &mut Placing,
    ) -> Head {
        let ordinal = at.next_ordinal(table);
        Head { table, ordinal, line, identity, content, faults: self.faults, as_written: self.as_written }
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}

/// `NONE` is not among these words: it is a code.
fn says_nothing(value: &str) -> bool {
    ["NULL", "(NULL)", "NIL", "N/A", "#N/A", "NAN", "NAT"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The key of a row by its day.
pub(super) fn by_day(day: Option<NaiveDate>) -> String {
    day.map_or_else(|| "undated".to_owned(), |day| day.to_string())
}

/// The values of a repeated element, which some software writes as one list with separators.
pub(super) fn listed<'n>(node: &'n Node, list: &List) -> Vec<&'n str> {
    let text = node.value();
    let parts: Vec<&str> =
        text.split([',', ';', '|']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_list = parts.len() > 1 && parts.iter().all(|part| list.find(part).is_some());
    if is_list { parts } else { vec![text] }
}
