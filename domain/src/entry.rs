//! An event as the record holds it, and as it stands after corrections.

use chrono::{DateTime, Utc};

use crate::event::Event;
use crate::ids::{AgencyId, CorrelationId, EventId, PractitionerId};
use crate::when::Occurred;

/// An event with its envelope.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub id: EventId,
    /// Its place in the record's order.
    pub position: u128,
    /// The stream it stands on, and its place there.
    pub stream: uuid::Uuid,
    pub version: u64,
    pub recorded_at: DateTime<Utc>,
    pub occurred: Occurred,
    pub actor: PractitionerId,
    /// Whose entry it is.
    pub agency: AgencyId,
    pub purpose: String,
    pub lawful_basis: String,
    pub correlation: CorrelationId,
    /// When it was last set right: what it says now is not what it said first. None for what stands as recorded.
    pub corrected_at: Option<DateTime<Utc>>,
    pub event: Event,
}
