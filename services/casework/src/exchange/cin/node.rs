//! One element of a return, held whole for as long as its child is being read. A node remembers whether
//! anyone asked for it: what nobody asked for is unknown to the form, and is reported by its path.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::unreadable::Unreadable;

/// How many different unknown paths are named; the rest are counted together.
const MOST_PATHS: usize = 200;
const OTHERS: &str = "(other paths)";
const MOST_UNKNOWN: u64 = 2_000_000;

pub(super) struct Node {
    pub name: String,
    pub line: u64,
    pub text: String,
    pub kids: Vec<Node>,
    pub attributes: Vec<String>,
    pub asked_for: Cell<Asked>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Never,
    Element,
    ElementAndText,
}

impl Node {
    /// The elements of this name directly inside, which are thereby known. Letter case is other software's
    /// habit.
    pub(super) fn named<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.kids.iter().filter(move |kid| kid.name.eq_ignore_ascii_case(name)).inspect(|kid| {
            if kid.asked_for.get() == Asked::Never {
                kid.asked_for.set(Asked::Element);
            }
        })
    }

    /// The text directly inside, without the white space around it.
    pub(super) fn value(&self) -> &str {
        self.asked_for.set(Asked::ElementAndText);
        self.text.trim()
    }

    /// Counts, by path, whatever inside this node nobody asked for.
    pub(super) fn report_unknown(&self, path: &str, unknown: &mut Unknown) {
        self.report_below(&mut path.to_owned(), unknown);
    }

    fn report_below(&self, path: &mut String, unknown: &mut Unknown) {
        for attribute in &self.attributes {
            unknown.count(&format!("{path}/@{attribute}"), 1);
        }
        if self.asked_for.get() == Asked::Element && !self.text.trim().is_empty() {
            unknown.count(&format!("{path}/text()"), 1);
        }
        let length = path.len();
        for kid in &self.kids {
            path.push('/');
            path.push_str(&kid.name);
            match kid.asked_for.get() {
                Asked::Never => unknown.count(path, 1 + kid.inside()),
                Asked::Element | Asked::ElementAndText => kid.report_below(path, unknown),
            }
            path.truncate(length);
        }
    }

    fn inside(&self) -> u64 {
        self.kids.iter().map(|kid| 1 + kid.inside()).sum()
    }
}

/// What the form does not know: each path with the number of elements found there, those inside included.
#[derive(Default)]
pub(super) struct Unknown {
    paths: BTreeMap<String, u64>,
    total: u64,
}

impl Unknown {
    pub(super) fn count(&mut self, path: &str, elements: u64) {
        self.total = self.total.saturating_add(elements);
        let is_named = self.paths.len() < MOST_PATHS || self.paths.contains_key(path);
        let path = if is_named { path } else { OTHERS };
        *self.paths.entry(path.to_owned()).or_default() += elements;
    }

    pub(super) fn bounded(&self, line: u64) -> Result<(), Unreadable> {
        if self.total > MOST_UNKNOWN {
            return Err(Unreadable::TooStrange { line, allowed: MOST_UNKNOWN });
        }
        Ok(())
    }

    pub(super) fn into_paths(self) -> BTreeMap<String, u64> {
        self.paths
    }
}
