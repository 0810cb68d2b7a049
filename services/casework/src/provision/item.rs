//! One object of the file: its members by name, and what is wrong with them by its place.

use std::cell::RefCell;

use domain::text::Line;
use serde_json::{Map, Value};

use crate::api::input::Written;
use crate::error::FieldError;

/// What is wrong with a file, as it is found.
#[derive(Default)]
pub(super) struct Faults(RefCell<Vec<FieldError>>);

impl Faults {
    pub fn add(&self, place: impl Into<String>, problem: impl std::fmt::Display) {
        self.0.borrow_mut().push(FieldError::new(place, problem));
    }

    pub fn into_list(self) -> Vec<FieldError> {
        self.0.into_inner()
    }

    fn are_in(&self, place: &str) -> bool {
        let is_in = |fault: &FieldError| {
            fault.field.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.0.borrow().iter().any(is_in)
    }
}

/// An object, and where it stands.
pub(super) struct Item<'a> {
    pub place: String,
    members: &'a Map<String, Value>,
    faults: &'a Faults,
}

impl<'a> Item<'a> {
    /// The whole file.
    pub fn whole(tree: &'a Value, faults: &'a Faults) -> Option<Self> {
        Self::at(String::new(), tree, faults)
    }

    fn at(place: String, tree: &'a Value, faults: &'a Faults) -> Option<Self> {
        let Value::Object(members) = tree else {
            faults.add(if place.is_empty() { "file" } else { &place }, "must be an object");
            return None;
        };
        Some(Self { place, members, faults })
    }

    /// Where a member stands.
    pub fn of(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}/{name}", self.place) }
    }

    pub fn fault(&self, name: &str, problem: impl std::fmt::Display) {
        self.faults.add(self.of(name), problem);
    }

    /// Of something inside it.
    pub fn fault_in(&self, place: &str, name: &str, problem: impl std::fmt::Display) {
        self.faults.add(format!("{place}/{name}"), problem);
    }

    /// True when nothing in it was found to be wrong.
    pub fn is_good(&self) -> bool {
        !self.faults.are_in(&self.place)
    }

    /// Members beside these are somebody's slip of the pen.
    pub fn has_only(&self, known: &[&str]) {
        for name in self.members.keys().filter(|name| !known.contains(&name.as_str())) {
            // A name that is not like ours could be anybody's.
            let is_like_ours =
                name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let name = if is_like_ours { name } else { "(a member)" };
            self.fault(name, format!("is not known here; allowed: {}", known.join(", ")));
        }
    }

    pub fn required<T: Written>(&self, name: &str) -> Option<T> {
        if self.is_absent(name) {
            self.fault(name, "is required");
            return None;
        }
        self.optional(name)
    }

    pub fn optional<T: Written>(&self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        T::read(text).map_err(|problem| self.fault(name, problem)).ok()
    }

    /// What a member says, where it says anything.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        match self.members.get(name)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => {
                self.fault(name, "must be text");
                None
            }
        }
    }

    pub fn is_absent(&self, name: &str) -> bool {
        matches!(self.members.get(name), None | Some(Value::Null))
    }

    /// The caller's own key of a thing.
    pub fn reference(&self) -> Option<Line> {
        self.required("ref")
    }

    pub fn object(&self, name: &str) -> Option<Self> {
        if self.is_absent(name) {
            return None;
        }
        Self::at(self.of(name), self.members.get(name)?, self.faults)
    }

    /// The objects of a list; none where it is absent.
    pub fn list(&self, name: &str) -> Vec<Self> {
        match self.members.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .filter_map(|(nth, item)| Self::at(format!("{}/{nth}", self.of(name)), item, self.faults))
                .collect(),
            Some(_) => {
                self.fault(name, "must be a list");
                Vec::new()
            }
        }
    }
}
