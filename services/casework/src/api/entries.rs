//! Setting the record right: amend an entry, withdraw it, or move it to the child it belongs to.
//!
//! Nothing is changed on the record: a correction is an entry of its own, and whoever replays the record sees both.

use actix_web::{HttpResponse, web};
use domain::history::{Correction, Reason};
use domain::ids::EventId;
use domain::text::Narrative;
use event_store::StreamId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;

use super::address::{Address, at};
use super::done::{Done, go_on};
use super::input::{
    Asking, At, Given, GivenAuthority, GivenCaseId, GivenContactId, GivenNarrative, GivenOccurred,
    GivenPersonId, GivenTieId, Json, Written,
};
use crate::amend::Amendment;
use crate::app::App;
use crate::error::Problem;
use crate::execute::{Command, Move, Place};

pub fn addresses() -> Vec<Address> {
    vec![
        at("/entries/{id}/amendment").post(amend),
        at("/entries/{id}/withdrawal").post(withdraw),
        at("/entries/{id}/move").post(move_entry),
    ]
}

/// Why a correction is made.
type GivenReason = Given<Reason>;

const REASONS: [(&str, Reason); 4] = [
    ("mistake", Reason::Mistake),
    ("better-information", Reason::BetterInformation),
    ("wrong-person", Reason::WrongPerson),
    ("duplicate", Reason::Duplicate),
];

impl Written for Reason {
    const NAME: &'static str = "ReasonToCorrect";

    fn read(text: &str) -> Result<Self, String> {
        let found = REASONS.iter().find(|(code, _)| *code == text);
        let allowed = || format!("must be one of {}", REASONS.map(|(code, _)| code).join(", "));
        found.map(|(_, reason)| *reason).ok_or_else(allowed)
    }

    fn describe() -> ObjectBuilder {
        ObjectBuilder::new().enum_values(Some(REASONS.map(|(code, _)| code)))
    }
}

/// The record an entry stands on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum OnRecord {
    Person(GivenPersonId),
    Contact(GivenContactId),
    Case(GivenCaseId),
    Tie(GivenTieId),
}

impl OnRecord {
    fn stream(&self) -> StreamId {
        let (category, id) = match self {
            Self::Person(id) => ("person", id.0.0),
            Self::Contact(id) => ("contact", id.0.0),
            Self::Case(id) => ("case", id.0.0),
            Self::Tie(id) => ("tie", id.0.0),
        };
        StreamId { category: category.to_owned(), id }
    }
}

/// What was wrong in an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendEntry {
    record: OnRecord,
    reason: GivenReason,
    /// When it happened, where that was wrong.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
    /// Codes and dates by the names the event has (see `made` in the answer that recorded it); `null` takes one away.
    #[serde(default)]
    #[schema(value_type = Object)]
    facts: Map<String, Value>,
    /// Words of the entry, sealed again under the key they were sealed under.
    #[serde(default)]
    words: Words,
}

/// Words of an entry.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WordsOfEntry)]
struct Words {
    #[serde(default)]
    account: Option<GivenNarrative>,
    #[serde(default)]
    note: Option<GivenNarrative>,
    #[serde(default)]
    reason: Option<GivenNarrative>,
    #[serde(default)]
    summary: Option<GivenNarrative>,
}

impl Words {
    fn given(self) -> Vec<(String, Narrative)> {
        let all = [
            ("account", self.account),
            ("note", self.note),
            ("reason", self.reason),
            ("summary", self.summary),
        ];
        all.into_iter().filter_map(|(name, given)| Some((name.to_owned(), given?.0))).collect()
    }
}

/// Amends an entry: its place and id stay, its content is replaced.
#[utoipa::path(post, path = "/api/v1/entries/{id}/amendment", tag = "entries", params(("id" = Uuid, Path)), request_body = AmendEntry, responses((status = 200, body = Done)))]
pub async fn amend(
    app: web::Data<App>,
    asking: Asking,
    At(entry): At<EventId>,
    Json(body): Json<AmendEntry>,
) -> Result<HttpResponse, Problem> {
    let stream = body.record.stream();
    let amendment = Amendment {
        entry,
        reason: body.reason.0,
        occurred: body.occurred.map(|given| given.0),
        facts: body.facts,
        words: body.words.given(),
    };
    let correction = app.amending(&stream, amendment).await?;
    go_on(&app, asking, Command::Correct { stream, correction }).await
}

/// Why an entry is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawEntry {
    record: OnRecord,
    reason: GivenReason,
}

/// Takes an entry back: it stands no longer, and stays on record for whoever replays it.
#[utoipa::path(post, path = "/api/v1/entries/{id}/withdrawal", tag = "entries", params(("id" = Uuid, Path)), request_body = WithdrawEntry, responses((status = 200, body = Done)))]
pub async fn withdraw(
    app: web::Data<App>,
    asking: Asking,
    At(entry): At<EventId>,
    Json(body): Json<WithdrawEntry>,
) -> Result<HttpResponse, Problem> {
    let correction = Correction::Withdraw { entry, reason: body.reason.0 };
    go_on(&app, asking, Command::Correct { stream: body.record.stream(), correction }).await
}

/// Where an entry was made, and where it belongs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveEntry {
    wrong: PlaceOfEntry,
    right: PlaceOfEntry,
    reason: GivenReason,
}

/// A person's own record, or a child's case at an authority.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum PlaceOfEntry {
    Person(GivenPersonId),
    Case(CaseOf),
}

/// A child's case at an authority.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CaseOf {
    child: GivenPersonId,
    authority: GivenAuthority,
}

impl PlaceOfEntry {
    fn read(self) -> Place {
        match self {
            Self::Person(id) => Place::Person(id.0),
            Self::Case(of) => Place::Case { child: of.child.0, authority: of.authority.0 },
        }
    }
}

/// What came of a move, on each record.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedEntry {
    here: Done,
    away: Done,
}

/// Moves an entry made on the wrong child to the right one, where it keeps its own date.
#[utoipa::path(post, path = "/api/v1/entries/{id}/move", tag = "entries", params(("id" = Uuid, Path)), request_body = MoveEntry, responses((status = 200, body = MovedEntry)))]
pub async fn move_entry(
    app: web::Data<App>,
    asking: Asking,
    At(entry): At<EventId>,
    Json(body): Json<MoveEntry>,
) -> Result<HttpResponse, Problem> {
    let order = Move {
        purpose: asking.purpose,
        lawful_basis: asking.lawful_basis,
        idempotency_key: asking.idempotency_key,
        correlation: asking.correlation,
        recorded_at: None,
        trace: asking.trace,
        reason: body.reason.0,
        entry,
        wrong: body.wrong.read(),
        right: body.right.read(),
    };
    let moved = app.move_entry(&asking.visitor, order).await?;
    Ok(HttpResponse::Ok().json(MovedEntry { here: moved.here.into(), away: moved.away.into() }))
}
