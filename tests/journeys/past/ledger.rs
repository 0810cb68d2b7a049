//! What truly became of what was entered in a history, and of what was asked.

use serde_json::Value;
use uuid::Uuid;

/// Where an entry was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    Contact(Uuid),
    Person(Uuid),
    Case { child: Uuid, case: Uuid, authority: &'static str },
}

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Stands,
    /// On the page it was entered on, or on this child's after it was moved there.
    Withdrawn(Option<Uuid>),
    /// It stands on this child's page.
    Moved(Uuid),
}

impl Fate {
    /// The child whose page it was moved to, whatever became of it there.
    pub const fn moved_to(self) -> Option<Uuid> {
        match self {
            Self::Stands => None,
            Self::Withdrawn(to) => to,
            Self::Moved(to) => Some(to),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Entered {
    pub id: Uuid,
    pub place: Place,
    pub fate: Fate,
    /// Which of the history's words it says.
    pub word: Option<usize>,
}

/// A contact, and how far whoever told it may be named today.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: Uuid,
    pub entry: Uuid,
    pub is_confided: bool,
    pub agency: Uuid,
    pub practitioner: Uuid,
}

/// An enquiry, and how to hear its answer again.
#[derive(Clone, Debug)]
pub struct Asked {
    pub by: usize,
    pub person: Uuid,
    pub key: String,
    pub reference: Value,
}
