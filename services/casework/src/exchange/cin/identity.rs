//! How a row is recognised when it is reported again: its natural key as text, and a hash of what it says.
//! The key holds the authority's number for a child, so it is as personal as a name and never shows itself in
//! a log.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::rows::Table;

/// Text from a return that may be about a child. Reading it is a deliberate act.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Private(String);

impl Private {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

domain::hidden_when_printed!(Private);

/// The natural key of a row: authority, child, table, the dates that tell it from its like, and its place
/// among equals.
///
/// The same fact has the same identity in every return of every year, whatever software wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity(Private);

impl Identity {
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// SHA-256 of what a row says in its own fields, after reading: `True` and `1` are the same, so are two ways to
/// write a day. There are few codes, so it can be guessed: whoever stores it hashes it under a key first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Content(pub [u8; 32]);

impl Content {
    /// Hashes field names with their values; the order in which the file gave them does not matter.
    pub(super) fn of(table: Table, said: &mut [(&'static str, String)]) -> Self {
        said.sort();
        let mut hasher = Sha256::new();
        hasher.update(b"cin-row-1\0");
        hasher.update(table.name());
        for (field, value) in said {
            hasher.update([0]);
            hasher.update(field.as_bytes());
            hasher.update(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(value.as_bytes());
        }
        Self(hasher.finalize().into())
    }

    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the same row, word for word, stood earlier in the same return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    First,
    SaidBefore,
}

/// Gives the rows of one child their identities, in the order of the file.
pub(super) struct Naming {
    lea: String,
    equals: BTreeMap<String, Vec<Content>>,
}

impl Naming {
    pub(super) fn new(lea: &str) -> Self {
        Self { lea: lea.to_owned(), equals: BTreeMap::new() }
    }

    /// A child begins: rows are told apart within it, so nothing of the child before is needed.
    pub(super) fn child(&mut self, la_child_id: &str) -> Identity {
        self.equals.clear();
        Identity(Private::new(format!("cin/{}/{}", self.lea, escaped(la_child_id))))
    }

    /// Rows with the same key are told apart by their place, unless they also say the same: then they are one
    /// row, twice.
    pub(super) fn row(
        &mut self,
        parent: &Identity,
        table: Table,
        key: &str,
        content: Content,
    ) -> (Identity, Standing) {
        let base = format!("{}/{}/{}", parent.reveal(), table.singular(), escaped(key));
        let equals = self.equals.entry(base.clone()).or_default();
        let (place, standing) = match equals.iter().position(|earlier| *earlier == content) {
            Some(earlier) => (earlier, Standing::SaidBefore),
            None => {
                equals.push(content);
                (equals.len() - 1, Standing::First)
            }
        };
        let identity = if place == 0 { base } else { format!("{base}/{}", place + 1) };
        (Identity(Private::new(identity)), standing)
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || letter == '-' {
            out.push(letter);
        } else {
            out.push_str(&format!("%{:02X}", u32::from(letter)));
        }
    }
    out
}
