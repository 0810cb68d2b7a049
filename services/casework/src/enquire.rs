//! An enquiry: is this child known, and whom do I ring?
//!
//! Found, hidden and absent leave the same kind of event, which is on record before the answer is given. "No trace"
//! is an answer and never a reassurance.

use domain::access::{LawfulBasis, Purpose};
use domain::ids::{CorrelationId, PersonId};
use domain::person::identifier::NhsNumber;
use domain::person::uncertain_date::UncertainDate;
use domain::text::Narrative;

/// What is asked, why, and on what ground.
#[derive(Clone, Debug)]
pub struct Question {
    pub search: Search,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    pub reason: Narrative,
    pub idempotency_key: Option<String>,
    pub correlation: Option<CorrelationId>,
    pub trace: Option<[u8; 25]>,
}

/// With what the child is looked for. Exact: near misses are another question.
#[derive(Clone)]
pub enum Search {
    NhsNumber(NhsNumber),
    NameAndBirth { given: String, family: String, born: UncertainDate },
    Person(PersonId),
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NhsNumber(_) => "NhsNumber(…)",
            Self::NameAndBirth { .. } => "NameAndBirth(…)",
            Self::Person(_) => "Person(…)",
        })
    }
}
