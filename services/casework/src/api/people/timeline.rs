//! What happened about somebody, newest first, now or at another time.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::access::Action;
use domain::ids::PersonId;
use projections::{status, timeline};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::missing::MissingPerson;
use crate::api::input::{Asking, At, Given, GivenInstant, Query, Written};
use crate::api::live::VIEW;
use crate::api::reading::{AsOfQuery, GivenPosition, OfPerson, catch_up, read_person};
use crate::api::token::PlaceIn;
use crate::app::App;
use crate::error::{FieldError, Problem};
use crate::server::Shared;

const PAGE_LIMIT: usize = 50;
const PAGE_LIMIT_MAX: usize = 200;

/// An entry of a timeline: ids and codes. Names are read from the people, accounts from the contacts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// The event, as `entries/{id}` names it.
    pub entry: Uuid,
    /// The record it stands on: a contact, a case, a person.
    pub record: Uuid,
    #[schema(example = "contact.recorded")]
    pub kind: String,
    /// When it happened, as precisely as it is known.
    #[schema(example = "2026-03-01")]
    pub occurred: String,
    pub recorded_at: DateTime<Utc>,
    /// Whose entry it is, and who made it; absent where that would tell who told it in confidence. Times are then
    /// the day's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practitioner: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Every part the person has in it, where it has several people; a child may hold several. Of a contact told in
    /// confidence, `source` is never among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["subject", "alleged-to-have-harmed"]))]
    pub roles: Vec<String>,
    /// True for what a return says, as opposed to what a practitioner recorded.
    pub is_said: bool,
    /// When it was last set right; absent for what stands as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_at: Option<DateTime<Utc>>,
    pub detail: EntryDetail,
}

/// What an entry is about: ids and codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryDetail {
    /// Others in it, of those the reader may know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<EntryPerson>,
    /// The episode of a case it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<Uuid>,
    /// The thing inside the case: an assessment, a plan, an enquiry, a conference, an allocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    practitioner: Option<Uuid>,
    /// Which kind of the thing it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    variety: Option<String>,
    /// What was decided or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// Further codes: concerns, categories, factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    codes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    significance: Option<String>,
}

/// Another person in an entry.
#[derive(Debug, Serialize, ToSchema)]
struct EntryPerson {
    person: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

impl From<timeline::Item> for Entry {
    fn from(item: timeline::Item) -> Self {
        let person = |one: timeline::Involved| EntryPerson { person: one.person, role: one.role };
        Self {
            entry: item.event_id.0,
            record: item.stream,
            kind: item.kind.into_owned(),
            occurred: item.occurred.to_string(),
            recorded_at: item.recorded_at,
            agency: item.agency.map(|id| id.0),
            practitioner: item.actor.map(|id| id.0),
            authority: item.authority,
            roles: item.roles,
            is_said: item.is_said,
            corrected_at: item.corrected_at,
            detail: EntryDetail {
                people: item.detail.people.into_iter().map(person).collect(),
                episode: item.detail.episode,
                subject: item.detail.subject,
                practitioner: item.detail.practitioner,
                variety: item.detail.variety,
                outcome: item.detail.outcome,
                codes: item.detail.codes,
                significance: item.detail.significance,
            },
        }
    }
}

/// A page of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelinePage {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    person: Uuid,
    /// How much of the record the reader is told.
    disclosure: &'static str,
    /// Newest first. What the reader is not told leaves no gap.
    entries: Vec<Entry>,
    /// Give it as `page` for the next page, further back; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Give it as `after` to `…/timeline/live` to be sent what comes after this page.
    live: String,
    /// True when something about them could not be taken in: telephone.
    is_incomplete: bool,
}

/// Which page of which timeline.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// As the record knew it at that time: nothing recorded later is shown.
    #[serde(default)]
    as_known_at: Option<GivenInstant>,
    /// As it was at that time, by what is known: nothing that happened later is shown.
    #[serde(default)]
    as_it_was_at: Option<GivenInstant>,
    /// A position that must be taken in first: the one an order answered.
    #[serde(default)]
    at_least: Option<GivenPosition>,
    /// Where the page begins: `next` of the page before. Not together with the times: those give the whole timeline.
    #[serde(default)]
    page: Option<String>,
    /// How many entries, 1 to 200; 50 when absent.
    #[serde(default)]
    limit: Option<GivenLimit>,
}

pub type GivenLimit = Given<Limit>;

/// How many entries a page has.
#[derive(Clone, Copy, Debug)]
pub struct Limit(usize);

impl Limit {
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }
}

impl Written for Limit {
    const NAME: &'static str = "Limit";

    fn read(text: &str) -> Result<Self, String> {
        let limit = text.parse().ok().filter(|limit| (1..=PAGE_LIMIT_MAX).contains(limit));
        limit.map(Self).ok_or_else(|| format!("must be a whole number from 1 to {PAGE_LIMIT_MAX}"))
    }

    fn describe() -> utoipa::openapi::schema::ObjectBuilder {
        utoipa::openapi::schema::ObjectBuilder::new().pattern(Some("^[1-9][0-9]{0,2}$"))
    }
}

impl TimelineQuery {
    fn times(&self) -> AsOfQuery {
        AsOfQuery { as_known_at: self.as_known_at, as_it_was_at: self.as_it_was_at, at_least: self.at_least }
    }

    fn page(&self, shared: &Shared, asking: &Asking, person: PersonId) -> Result<timeline::Page, Problem> {
        let limit = self.limit.map_or(PAGE_LIMIT, |Given(Limit(limit))| limit);
        let Some(text) = &self.page else { return Ok(timeline::Page { before: None, limit }) };
        let reader = asking.visitor.practitioner();
        let wrong = |problem: String| Problem::invalid(vec![FieldError::new("query/page", problem)]);
        if self.times().as_of().is_some() {
            return Err(wrong("must not be given together with as_known_at or as_it_was_at".to_owned()));
        }
        let opened = shared.places.open(PlaceIn::TimelinePages, person.0, reader, text);
        let (position, at) = opened.map_err(|error| wrong(error.to_string()))?;
        let before = at.map(|occurred_at| timeline::Place { occurred_at, position: position.raw() });
        Ok(timeline::Page { before, limit })
    }
}

/// What happened about somebody.
#[utoipa::path(get, path = "/api/v1/people/{id}/timeline", tag = "people", params(("id" = Uuid, Path), TimelineQuery), responses((status = 200, body = TimelinePage)))]
pub async fn read_timeline(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<TimelineQuery>,
) -> Result<HttpResponse, Problem> {
    let page = query.page(&shared, &asking, id)?;
    catch_up(&app, VIEW, query.at_least).await?;
    catch_up(&app, "status", query.at_least).await?;
    let as_of = query.times().as_of();
    let (found, missing) = read_person(&app, &asking, Action::ReadTimeline, id, as_of, async |scope| {
        let found = match as_of {
            None => timeline::of(&app.views, scope, id, page).await?,
            Some(as_of) => timeline::of_as_of(&app.views, scope, id, as_of).await?,
        };
        let missing = status::missing(&app.views, scope, id, as_of).await?;
        Ok(found.map(|answer| OfPerson { disclosure: answer.disclosure, answer: (answer, missing) }))
    })
    .await?;
    let reader = asking.visitor.practitioner();
    let next = found.next.map(|place| {
        let position = event_store::Position::from_raw(place.position);
        shared.places.seal(PlaceIn::TimelinePages, id.0, reader, position, Some(place.occurred_at))
    });
    Ok(HttpResponse::Ok().json(TimelinePage {
        missing: MissingPerson::all(missing),
        person: id.0,
        disclosure: found.disclosure.code(),
        entries: found.items.into_iter().map(Entry::from).collect(),
        next,
        live: shared.places.seal(PlaceIn::LiveTimeline, id.0, reader, found.position, None),
        is_incomplete: found.is_incomplete,
    }))
}
