//! What an enquiry is answered: enough to protect a child tonight, and never the file.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Disclosure;
use domain::agency::Timetable;
use domain::authority::Authority;
use domain::case::emergency::Emergency;
use domain::case::status::Standing;
use domain::enquiry::{Answer, Receipt};
use domain::ids::{AgencyId, EnquiryId, PersonId, PractitionerId};
use domain::person::{Missing, OnDuty};
use event_store::Position;
use projections::enquiries::EnquiryMade;
use projections::status::CaseSummary;

use super::asked::AskedOf;
use super::basis::LegalBasis;
use crate::access_log::ShownPerson;

/// An answer with its receipt.
#[derive(Clone, Debug)]
pub struct Answered {
    pub enquiry: EnquiryId,
    /// To be quoted on the telephone.
    pub reference: Receipt,
    pub answer: Answer,
    pub disclosed: Disclosure,
    /// The record the answer is about; none for no trace.
    pub subject: Option<PersonId>,
    /// Where the child is missing from: told first, to whoever is told anything.
    pub missing: Vec<Missing>,
    /// The place in the record up to which the answer is true, and when that was.
    pub known_at: Position,
    pub as_of: DateTime<Utc>,
    /// When it is read: for the number to ring at this hour.
    pub read_at: DateTime<Utc>,
    /// How the child stands at each authority; empty when only whom to ring is told.
    pub status: Vec<StatusHere>,
    /// Which authorities owe the child what, the responsible one first.
    pub on_duty: Vec<OnDuty>,
    /// The authorities to ring, the responsible one first; for no trace, the one to tell.
    pub responsible: Vec<Responsible>,
    /// What was asked of whom, and who was silent.
    pub asked: Vec<AskedOf>,
    /// Who answers for a record that is for named readers.
    pub restriction_owner: Option<Worker>,
    /// The newest earlier enquiries, for those who are told how the work stands; newest first.
    pub previous: Vec<PreviousEnquiry>,
    /// How many there were with the older ones.
    pub previous_count: usize,
    /// When they were born is uncertain or disputed, and they may be an adult: nothing has ended.
    pub may_be_adult: bool,
    /// Something about this child could not be taken in: telephone.
    pub is_incomplete: bool,
    /// What was recorded in the last moments may not be in the answer yet.
    pub is_catching_up: bool,
    /// Asked again, it would be answered otherwise: said when an answer that was given is read again.
    pub would_differ: bool,
    /// More children match than are answered here: give an NHS number.
    pub others_match: bool,
    /// What to do now.
    pub advice: &'static str,
    /// By whom a child is referred, how, and by when it is decided.
    pub how_to_refer: String,
    /// The same question was asked before under this key, and this is its answer.
    pub repeated: bool,
}

impl Answered {
    /// Whom it shows, and how much of them.
    pub(super) fn shown(&self) -> Option<ShownPerson> {
        self.subject.map(|person| ShownPerson { person, disclosure: self.disclosed })
    }
}

/// How a child stands at one authority.
#[derive(Clone, Debug)]
pub struct StatusHere {
    pub authority: Authority,
    /// `child-protection-plan`, `looked-after`, …
    pub standing: Standing,
    pub since: Option<NaiveDate>,
    /// Police protection or an emergency protection order: nobody takes the child away while it holds.
    pub emergency: Option<Emergency>,
    /// Of a protection plan, for those who are told how the work stands.
    pub categories: Vec<String>,
    /// Under what law the authority acts; none when it does not.
    pub legal_basis: Option<LegalBasis>,
    pub lead: Option<Worker>,
}

/// Somebody to ring.
#[derive(Clone, PartialEq, Eq)]
pub struct Worker {
    pub practitioner: PractitionerId,
    pub name: String,
    /// Answered in office hours: nobody is at their desk by night.
    pub telephone: Option<String>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("practitioner", &self.practitioner).finish_non_exhaustive()
    }
}

/// An authority's front door. Its name and numbers are public.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Responsible {
    pub authority: Authority,
    /// None when the authority has not registered with this node.
    pub agency: Option<AgencyId>,
    pub name: Option<String>,
    pub in_hours: Option<String>,
    pub out_of_hours: Option<String>,
    /// When the number by day is answered.
    pub hours: Timetable,
}

/// An earlier enquiry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PreviousEnquiry {
    pub made_at: DateTime<Utc>,
    pub asked_by: AgencyId,
    pub purpose: String,
    pub answered: String,
    pub reference: String,
}

impl PreviousEnquiry {
    pub(super) fn of(made: &EnquiryMade) -> Self {
        Self {
            made_at: made.made_at,
            asked_by: made.asked_by,
            purpose: made.purpose.clone(),
            answered: made.answered.clone(),
            reference: made.receipt.clone(),
        }
    }
}

impl StatusHere {
    pub(super) fn of(case: &CaseSummary, lead: Option<Worker>, day: NaiveDate) -> Self {
        Self {
            authority: case.authority.clone(),
            standing: case.standing,
            since: case.since(),
            emergency: case.emergency,
            categories: case.cp_categories.clone(),
            legal_basis: LegalBasis::of(case, day),
            lead,
        }
    }
}
