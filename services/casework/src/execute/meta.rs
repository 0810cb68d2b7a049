//! What a decision rested on, kept beside its events so that it can be made again and compared.

use chrono::{DateTime, Utc};
use domain::ids::KeyId;
use serde::{Deserialize, Serialize};

/// Machine notes of a decision; nothing personal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    /// When it was decided.
    pub now: DateTime<Utc>,
    /// The key it could use for text of its own.
    pub fresh_key: KeyId,
    /// The policy set that permitted it.
    pub policy: String,
    /// Of a question: what was asked, by its keyed hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
}
