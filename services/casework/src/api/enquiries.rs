//! Enquiries: asking whether a child is known. What is looked for comes in the body, never in the address.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::enquiry::Searched;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{Address, at};
use super::input::{
    Asking, GivenEnquiryId, GivenNarrative, GivenNhsNumber, GivenPersonId, GivenSearched, GivenUncertainDate,
    Json,
};
use crate::api::people::{AuthorityOnDuty, EmergencyPower, MissingPerson};
use crate::app::App;
use crate::enquire::{
    Answered, AskedOf, Hours, PreviousEnquiry, Question, Responsible, Search, StatusHere, Worker,
};
use crate::error::{FieldError, Problem};

pub fn addresses() -> Vec<Address> {
    vec![at("/enquiries").post(ask)]
}

/// A question about a child. Why it is asked is in `Goldthread-Purpose`; its reason, in words, is here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskAbout {
    search: LookFor,
    /// Sealed under a key of the enquiry's own.
    reason: GivenNarrative,
}

/// With what the child is looked for. Exact, but for case, accents and spaces.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum LookFor {
    NhsNumber(GivenNhsNumber),
    NameAndBirth(NameAndBirth),
    /// A record the asker has before them already.
    Person(GivenPersonId),
    /// An enquiry of the asker's agency whose answer would now differ.
    Again(GivenEnquiryId),
    /// One of those a search of people found.
    Candidate(ChosenCandidate),
}

/// Whom the asker chose of those a search found, and with what it was searched.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChosenCandidate {
    person: GivenPersonId,
    #[schema(min_items = 1)]
    searched: Vec<GivenSearched>,
}

impl ChosenCandidate {
    /// Whoever had the record before them already chose among nobody.
    fn says_by_what(&self) -> bool {
        !self.searched.is_empty() && self.searched.iter().all(|given| given.0 != Searched::Record)
    }
}

/// A name and a date of birth. Inside a front door one of the names is enough; elsewhere it takes the family name, and
/// the date to the month at least.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NameAndBirth {
    #[serde(default)]
    #[schema(max_length = 100)]
    given: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    family: String,
    born: GivenUncertainDate,
}

impl std::fmt::Debug for NameAndBirth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NameAndBirth(…)")
    }
}

impl LookFor {
    fn read(self) -> Result<Search, Problem> {
        Ok(match self {
            Self::NhsNumber(number) => Search::NhsNumber(number.0),
            Self::NameAndBirth(by) => {
                super::people::check_name("search/name-and-birth", &by.given, &by.family)?;
                Search::NameAndBirth { given: by.given, family: by.family, born: by.born.0 }
            }
            Self::Person(id) => Search::Person(id.0),
            Self::Again(id) => Search::Again(id.0),
            Self::Candidate(chosen) if !chosen.says_by_what() => {
                let problem = "says with what was searched: name, birth-date, nhs-number, address";
                return Err(Problem::invalid(vec![FieldError::new("search/candidate/searched", problem)]));
            }
            Self::Candidate(chosen) => Search::Candidate {
                person: chosen.person.0,
                searched: chosen.searched.into_iter().map(|given| given.0).collect(),
            },
        })
    }
}

/// The answers to an enquiry: one, or one for each of a few children who match equally well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answers {
    answers: Vec<Answer>,
}

/// An answer with its receipt. "No trace" is an answer and never a reassurance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// Where the child is missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    enquiry: Uuid,
    /// To be quoted on the telephone.
    #[schema(example = "7K3Q-9F2M-C")]
    reference: String,
    #[schema(example = "found")]
    answer: &'static str,
    /// How much of the record the asker is told.
    disclosed: &'static str,
    /// The record the answer is about; absent for no trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Uuid>,
    /// The place in the record up to which the answer is true, and when that was.
    known_at: String,
    as_of: DateTime<Utc>,
    /// How the child stands at each authority; empty when only whom to ring is told.
    status: Vec<AnswerStatus>,
    /// Which authorities owe the child what, the responsible one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorities: Vec<AuthorityOnDuty>,
    /// The authorities to ring; for no trace, the one to tell.
    responsible: Vec<FrontDoor>,
    /// What was asked of whom, and who was silent: what the answer rests on, and what it does not.
    asked: Vec<Asked>,
    /// Who answers for a record that is for named readers.
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction_owner: Option<Contactable>,
    /// The ten newest earlier enquiries, for those who are told how the work stands; newest first.
    previous: Vec<EarlierEnquiry>,
    /// How many earlier enquiries there were, with those that are not given here.
    previous_count: usize,
    /// When they were born is uncertain or disputed, and they may be an adult. Nothing has ended: a person decides.
    may_be_adult: bool,
    /// Something about this child could not be taken in: telephone.
    is_incomplete: bool,
    /// What was recorded in the last moments may not be in the answer yet.
    is_catching_up: bool,
    /// More children match than are answered here: give an NHS number.
    others_match: bool,
    /// What to do now.
    advice: &'static str,
    /// By whom a child is referred, how, and by when the authority decides.
    how_to_refer: String,
    /// The same question was asked before under this key, and this is its answer.
    repeated: bool,
}

/// How a child stands at one authority.
#[derive(Debug, Serialize, ToSchema)]
struct AnswerStatus {
    authority: String,
    #[schema(example = "child-protection-plan")]
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<NaiveDate>,
    /// Police protection or an emergency protection order: nobody takes the child away while it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<EmergencyPower>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    /// Under what law the authority acts, or laws where an emergency power stands before that by which the child is
    /// looked after; absent when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_basis: Option<String>,
    /// Of a child who is looked after: the last day the order states.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_basis_until: Option<NaiveDate>,
    /// That day has passed, and nothing on record took the order's place.
    legal_basis_has_lapsed: bool,
    /// Who may not take the child away, and by what law: of several, by the one that holds longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    who_may_not_take_away: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<Contactable>,
}

/// Somebody to ring.
#[derive(Serialize, ToSchema)]
struct Contactable {
    practitioner: Uuid,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    telephone: Option<String>,
    /// When that is answered: a worker's own number, `in-hours` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "in-hours")]
    telephone_hours: Option<&'static str>,
}

impl std::fmt::Debug for Contactable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contactable(…)")
    }
}

/// An authority's front door.
#[derive(Debug, Serialize, ToSchema)]
struct FrontDoor {
    authority: String,
    /// Absent when the authority has not registered with this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The one number for this hour; where none is registered for it, the only one there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    ring_now: Option<RingNow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_hours: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_hours: Option<String>,
}

/// Somebody an answer rests on, or who was silent.
#[derive(Debug, Serialize, ToSchema)]
struct Asked {
    /// `this-node`, `authority`, `front-door`, `lead-practitioner`, `everybody-else`.
    #[schema(example = "authority")]
    whom: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "383")]
    authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    is_silent: bool,
    /// `answered`, or why they are silent: `not-registered`, `catching-up`…
    #[schema(example = "not-registered")]
    reply: &'static str,
    /// The same in words.
    words: &'static str,
}

impl From<AskedOf> for Asked {
    fn from(asked: AskedOf) -> Self {
        Self {
            whom: asked.whom.code(),
            authority: asked.authority.map(|authority| authority.to_string()),
            name: asked.name,
            is_silent: asked.reply.is_silent(),
            reply: asked.reply.code(),
            words: asked.reply.words(),
        }
    }
}

/// The number to ring at this hour.
#[derive(Debug, Serialize, ToSchema)]
struct RingNow {
    number: String,
    /// `in-hours` or `out-of-hours`: when it is answered.
    #[schema(example = "out-of-hours")]
    hours: &'static str,
}

/// An earlier enquiry.
#[derive(Debug, Serialize, ToSchema)]
struct EarlierEnquiry {
    made_at: DateTime<Utc>,
    asked_by: Uuid,
    purpose: String,
    answered: String,
    reference: String,
}

impl From<Answered> for Answer {
    fn from(answered: Answered) -> Self {
        Self {
            missing: MissingPerson::all(answered.missing),
            enquiry: answered.enquiry.0,
            reference: answered.reference.as_str().to_owned(),
            answer: answered.answer.code(),
            disclosed: answered.disclosed.code(),
            subject: answered.subject.map(|id| id.0),
            known_at: answered.known_at.to_string(),
            as_of: answered.as_of,
            status: answered.status.into_iter().map(AnswerStatus::from).collect(),
            authorities: answered.on_duty.into_iter().map(AuthorityOnDuty::from).collect(),
            responsible: answered
                .responsible
                .into_iter()
                .map(|door| FrontDoor::at(door, answered.read_at))
                .collect(),
            asked: answered.asked.into_iter().map(Asked::from).collect(),
            restriction_owner: answered.restriction_owner.map(Contactable::from),
            previous: answered.previous.into_iter().map(EarlierEnquiry::from).collect(),
            previous_count: answered.previous_count,
            may_be_adult: answered.may_be_adult,
            is_incomplete: answered.is_incomplete,
            is_catching_up: answered.is_catching_up,
            others_match: answered.others_match,
            advice: answered.advice,
            how_to_refer: answered.how_to_refer,
            repeated: answered.repeated,
        }
    }
}

impl From<StatusHere> for AnswerStatus {
    fn from(here: StatusHere) -> Self {
        Self {
            authority: here.authority.to_string(),
            standing: here.standing.code(),
            since: here.since,
            emergency: here.emergency.map(EmergencyPower::from),
            categories: here.categories,
            legal_basis: here.legal_basis.map(|basis| basis.said()),
            legal_basis_until: here.legal_basis.and_then(|basis| basis.until),
            legal_basis_has_lapsed: here.legal_basis.is_some_and(|basis| basis.has_lapsed),
            who_may_not_take_away: here
                .legal_basis
                .and_then(|basis| basis.kept)
                .map(|kept| kept.who_may_not_take_away),
            lead: here.lead.map(Contactable::from),
        }
    }
}

impl From<Worker> for Contactable {
    fn from(worker: Worker) -> Self {
        Self {
            practitioner: worker.practitioner.0,
            name: worker.name,
            telephone_hours: worker.telephone.as_ref().map(|_| Hours::Office.code()),
            telephone: worker.telephone,
        }
    }
}

impl FrontDoor {
    fn at(responsible: Responsible, now: DateTime<Utc>) -> Self {
        let (first, _) = responsible.lines(now);
        Self {
            ring_now: first.map(|line| RingNow { number: line.number, hours: line.hours.code() }),
            authority: responsible.authority.to_string(),
            agency: responsible.agency.map(|id| id.0),
            name: responsible.name,
            in_hours: responsible.in_hours,
            out_of_hours: responsible.out_of_hours,
        }
    }
}

impl From<PreviousEnquiry> for EarlierEnquiry {
    fn from(made: PreviousEnquiry) -> Self {
        Self {
            made_at: made.made_at,
            asked_by: made.asked_by.0,
            purpose: made.purpose,
            answered: made.answered,
            reference: made.reference,
        }
    }
}

/// Asks whether a child is known, and whom to ring. The asking is on record before it is answered, whatever is found.
#[utoipa::path(post, path = "/api/v1/enquiries", tag = "enquiries", request_body = AskAbout,
    responses((status = 201, body = Answers), (status = 200, body = Answers, description = "Asked by the same key before; the first answer.")))]
pub async fn ask(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<AskAbout>,
) -> Result<HttpResponse, Problem> {
    let question = Question {
        search: body.search.read()?,
        purpose: asking.purpose,
        lawful_basis: asking.lawful_basis,
        reason: body.reason.0,
        idempotency_key: asking.idempotency_key,
        correlation: asking.correlation,
        trace: asking.trace,
    };
    let answers = app.enquire(&asking.visitor, question).await?;
    let repeated = answers.iter().all(|answered| answered.repeated);
    let mut answer = if repeated { HttpResponse::Ok() } else { HttpResponse::Created() };
    Ok(answer.json(Answers { answers: answers.into_iter().map(Answer::from).collect() }))
}
