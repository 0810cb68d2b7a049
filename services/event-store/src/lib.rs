//! The log: bytes, order, evidence and sealing.
//!
//! An [`EventStore`] is an append-only log of streams with one total order. It knows streams, versions, headers and
//! hashes; it does not know children, cases, HTTP or who may read. Three adapters keep one contract
//! ([`contract`]): Postgres, memory, and EventStoreDB (feature `eventstoredb`).
//!
//! Formats that a second implementation must reproduce are in [`header`], [`merkle`], [`note`] and [`seal`], with
//! test vectors in `schemas/vectors`.

pub mod bundle;
pub mod clock;
pub mod contract;
#[cfg(feature = "eventstoredb")]
pub mod eventstoredb;
pub mod evidence;
pub mod header;
pub mod keys;
pub mod memory;
pub mod merkle;
pub mod note;
pub mod postgres;
pub mod seal;
pub mod verify;

mod port;
mod writing;

#[cfg(feature = "eventstoredb")]
pub use eventstoredb::{EventStoreDbSettings, EventStoreDbStore};
pub use evidence::{Evidence, NodeSource};
pub use header::{Header, HeaderError};
pub use memory::MemoryStore;
pub use port::{
    Append, AppendError, Appended, Context, Draft, EventStore, Followed, Head, Part, Position, Recorded,
    StoreError, StreamId,
};
pub use postgres::PostgresStore;
