//! What comes in: bodies, queries, path segments and headers, parsed before a handler runs.

mod asking;
mod body;
mod given;
mod query;
mod reading;
mod segments;

pub use asking::{Asking, TraceContext};
pub use body::{BODY_BYTES_MAX, Json};
pub use given::*;
pub use query::Query;
pub(crate) use reading::from_json;
pub use segments::At;
