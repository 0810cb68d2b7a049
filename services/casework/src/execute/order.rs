//! An order and its answer.

use chrono::{DateTime, Utc};
use domain::access::{LawfulBasis, Purpose};
use domain::history::Correction;
use domain::ids::{
    AccountId, AgencyId, AlertId, CaseId, ContactId, CorrelationId, EnquiryId, EventId, PersonId,
    PractitionerId, ReturnId, ReviewId, SessionId, TieId,
};
use event_store::{Position, StreamId};
use uuid::Uuid;

use super::turn::Turn;

/// Something to be done, and on what ground.
#[derive(Clone, Debug)]
pub struct Order {
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    /// The asker's own name for this order: the same one twice is carried out once.
    pub idempotency_key: Option<String>,
    /// The version the stream must have.
    pub if_match: Option<u64>,
    /// Everything that comes of one act has one; a new one is made when none is given.
    pub correlation: Option<CorrelationId>,
    /// W3C trace context of the request, kept in the event.
    pub trace: Option<[u8; 25]>,
    /// When it was given: the moment meant by a command whose giver named none. The clock's when absent.
    pub now: Option<DateTime<Utc>>,
    /// When it was recorded, where a demonstration tells a story of the past.
    pub recorded_at: Option<DateTime<Utc>>,
    /// Of such a story: when it may be written.
    pub turn: Option<Turn>,
    pub command: Command,
}

impl Order {
    /// An order given for the first time, now, on the ground of a public task.
    #[must_use]
    pub fn new(purpose: Purpose, command: Command) -> Self {
        Self {
            purpose,
            lawful_basis: LawfulBasis::PublicTask,
            idempotency_key: None,
            if_match: None,
            correlation: None,
            trace: None,
            now: None,
            recorded_at: None,
            turn: None,
            command,
        }
    }
}

/// What is to be done, on which stream. `None` for a stream that begins with it.
#[derive(Clone, Debug)]
pub enum Command {
    Person {
        id: Option<PersonId>,
        command: domain::person::Command,
    },
    Contact {
        id: Option<ContactId>,
        command: domain::contact::Command,
    },
    Enquiry {
        id: Option<EnquiryId>,
        command: domain::enquiry::Command,
    },
    Case {
        id: CaseId,
        command: domain::case::Command,
    },
    Tie {
        id: Option<TieId>,
        command: domain::tie::Command,
    },
    Agency {
        id: Option<AgencyId>,
        command: domain::agency::Command,
    },
    Practitioner {
        id: Option<PractitionerId>,
        command: domain::practitioner::Command,
    },
    Session {
        id: Option<SessionId>,
        command: domain::session::Command,
    },
    Account {
        id: AccountId,
        command: domain::account::Command,
    },
    Alert {
        id: AlertId,
        command: domain::alert::Command,
    },
    Return {
        id: ReturnId,
        command: domain::census_return::Command,
    },
    Review {
        id: ReviewId,
        command: domain::review::Command,
    },
    /// Sets an entry of any stream right.
    Correct {
        stream: StreamId,
        correction: Correction,
    },
}

/// What came of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    pub stream: Uuid,
    /// The stream's version, for `If-Match`.
    pub version: u64,
    /// The last event's place; wait for it to read one's own write.
    pub position: Position,
    pub recorded_at: DateTime<Utc>,
    pub events: Vec<EventId>,
    /// True when this very order had been carried out before and nothing was written now.
    pub repeated: bool,
}
