//! A mark of what a page shows: another one when anything of it is another. The page carries its mark; whoever holds it
//! open reads again what the page would read, and says when that has another mark. So what is hidden from a reader is
//! not heard either.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use serde::Deserialize;

use crate::app::App;

/// A mark as an address carries it. It is made under the node's secret: nobody can try out what it is a mark of.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(transparent)]
pub struct Mark(String);

impl Mark {
    pub fn of(app: &App, shown: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        shown.hash(&mut hasher);
        Self(app.ids.derive("goldthread/mark/1", &[&hasher.finish().to_be_bytes()]).to_string())
    }

    /// Takes the place of this one by another; true when it is another.
    pub fn renew(&mut self, by: Self) -> bool {
        let is_another = *self != by;
        *self = by;
        is_another
    }
}

impl From<&str> for Mark {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}
