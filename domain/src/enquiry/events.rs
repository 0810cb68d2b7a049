//! What is on record about an enquiry. Found, hidden and absent leave the same kind of event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sought::SoughtMark;
use super::{Answer, AskedAs, KnownAt, NoticeOutcome, Receipt, Searched};
use crate::access::{Disclosure, LawfulBasis, Purpose};
use crate::ids::{AgencyId, PersonId};
use crate::sealed::Sealed;
use crate::text::Narrative;

/// `enquiry.made` 3.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// None: no trace was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<PersonId>,
    pub asked_by: AgencyId,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    /// Under a key of the enquiry's own.
    pub reason: Sealed<Narrative>,
    /// With what the child was looked for; kinds, never values.
    pub searched: Vec<Searched>,
    pub answered: Answer,
    /// How much the asker was told.
    pub disclosed: Disclosure,
    /// The place in the record up to which the answer is true.
    pub known_at: KnownAt,
    /// To be quoted on the telephone.
    pub receipt: Receipt,
    /// As what they asked: by it is judged what they would be answered later. None where it was not written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<AskedAs>,
    /// By what somebody entered later would have been found; empty for a record that the asker had before them. Under
    /// the enquiry's own key, so that it is destroyed with the reason. None where it was not written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sought: Option<Sealed<Vec<SoughtMark>>>,
}

/// `enquiry.would-differ` 1. Asked again, it would be answered otherwise; never how.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WouldDiffer {
    /// The place in the record up to which this is true.
    pub known_at: KnownAt,
    /// Whom the answer would be about; none when it would be about nobody who was found before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<PersonId>,
    pub would_answer: Answer,
    pub would_disclose: Disclosure,
    /// Whoever is told less of the record than this would notice no difference, and is told of none.
    pub noticed_from: Disclosure,
}

/// `enquiry.stands-again` 1. What made the answer wrong was set right: it would be given again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandsAgain {
    pub known_at: KnownAt,
}

/// `enquiry.notice-answered` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeAnswered {
    pub outcome: NoticeOutcome,
    /// Under a key of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed<Narrative>>,
}
