//! Alerts: what the linkage rules found, for the front door, and what a person decides about it.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Action, Disclosure};
use domain::alert::{
    Accept, AlertState, Command as Alert, Decided, Decision as Made, Dismiss, Follows, GiveOpinion, Opinion,
    Weight,
};
use domain::ids::{AlertId, PersonId};
use domain::sealed::Sealed;
use domain::text::Narrative;
use domain::tie::TieTo;
use domain::when::Occurred;
use event_store::Position;
use projections::alerts::{self, Listed, Queue, QueuePlace, told_moment};
use projections::status;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::address::{Address, at};
use super::done::{Done, go_on, tag};
use super::input::{
    Asking, At, Given, GivenAlertState, GivenEventId, GivenFollows, GivenNarrative, GivenWeight, Json, Query,
};
use super::people::{GivenLimit, MissingChild};
use super::reading::{GivenPosition, catch_up, judge_by_now};
use super::token::PlaceIn;
use crate::access_log::{Shown, ShownPerson};
use crate::alerts::{ReadAlert, Shown as Seen, TieSeen};
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};
use crate::execute::Command;
use crate::server::Shared;

const VIEW: &str = "alerts";
const PAGE_LIMIT: usize = 50;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/alerts").get(list),
        at("/alerts/{id}").get(read),
        at("/alerts/{id}/acceptance").post(accept),
        at("/alerts/{id}/dismissal").post(dismiss),
        at("/alerts/{id}/opinions").post(give_opinion),
        at("/people/{id}/alerts").get(of_person),
    ]
}

/// An alert in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertListed {
    alert: Uuid,
    /// The rule that found it, as `linkage/rules` gives it.
    rule: String,
    rule_version: i32,
    title: String,
    /// Whose front door it goes to; absent when no entry says.
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    state: String,
    /// The day alone for whoever is not the front door: the hour would be that of what it rests on.
    #[schema(example = "2026-03-12T10:00:00Z")]
    raised_at: String,
    /// When its evidence last changed, as `raised_at`.
    #[schema(example = "2026-03-12")]
    changed_at: String,
    /// Its children, of those the reader is told everything about.
    children: Vec<Uuid>,
    /// How many separate incidents it rests on.
    incidents: i32,
}

impl AlertListed {
    fn of(app: &App, listed: Listed) -> Self {
        let version = u16::try_from(listed.version).unwrap_or_default();
        let title = app.rules.version(&listed.rule, version).map(|rule| rule.title.clone());
        Self {
            alert: listed.alert.0,
            title: title.unwrap_or_else(|| listed.rule.clone()),
            rule: listed.rule,
            rule_version: listed.version,
            authority: listed.authority,
            state: listed.state,
            raised_at: told_moment(listed.is_hour_told, listed.raised_at).to_string(),
            changed_at: told_moment(listed.is_hour_told, listed.changed_at).to_string(),
            children: listed.children.iter().map(|child| child.0).collect(),
            incidents: listed.incidents,
        }
    }
}

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertsPage {
    /// Who of them is missing, and from where: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingChild>,
    /// Those whose evidence changed last come first.
    alerts: Vec<AlertListed>,
    /// Give it as `page` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which alerts.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertsQuery {
    /// `open` when absent: those to be decided.
    #[serde(default)]
    state: Option<GivenAlertState>,
    /// A position that must be taken in first.
    #[serde(default)]
    at_least: Option<GivenPosition>,
    /// Where the page begins: `next` of the page before.
    #[serde(default)]
    page: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    #[serde(default)]
    limit: Option<GivenLimit>,
}

/// The alerts of the reader's own authority, and those that no entry gives to an authority.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", params(AlertsQuery), responses((status = 200, body = AlertsPage)))]
pub async fn list(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    asking: Asking,
    Query(query): Query<AlertsQuery>,
) -> Result<HttpResponse, Problem> {
    let reader = asking.visitor.practitioner();
    let nil = Uuid::nil();
    let opened = query.page.as_ref().map(|text| shared.places.open(PlaceIn::AlertQueue, nil, reader, text));
    let opened =
        opened.transpose().map_err(|error| Problem::invalid(vec![FieldError::new("query/page", error)]))?;
    let queue = Queue {
        state: query.state.map_or(AlertState::Open, |Given(state)| state),
        authority: asking.visitor.actor().authority.clone(),
        after: opened.and_then(|(position, at)| {
            Some(QueuePlace { changed_at: at?, alert: AlertId(Uuid::from_u128(position.raw())) })
        }),
        limit: query.limit.map_or(PAGE_LIMIT, |Given(limit)| limit.count()),
    };
    catch_up(&app, VIEW, query.at_least).await?;
    catch_up(&app, "status", query.at_least).await?;
    judge_by_now(&app).await?;
    let (listed, next, missing) = app
        .look(&asking.visitor, asking.looking(Action::ReadAlerts), async |scope| {
            let (listed, next) = alerts::queue(&app.views, scope, &queue).await?;
            let people = shown(listed.iter().flat_map(|listed| &listed.children));
            let missing = missing(&app, &people).await?;
            Ok(Shown { answer: (listed, next, missing), people })
        })
        .await?;
    let next = next.map(|place| {
        let alert = Position::from_raw(place.alert.0.as_u128());
        shared.places.seal(PlaceIn::AlertQueue, nil, reader, alert, Some(place.changed_at))
    });
    let alerts = listed.into_iter().map(|listed| AlertListed::of(&app, listed)).collect();
    Ok(HttpResponse::Ok().json(AlertsPage { missing, alerts, next }))
}

fn shown<'a>(children: impl Iterator<Item = &'a PersonId>) -> Vec<ShownPerson> {
    let distinct: std::collections::BTreeSet<PersonId> = children.copied().collect();
    distinct.into_iter().map(|person| ShownPerson { person, disclosure: Disclosure::Full }).collect()
}

/// Who is missing of those an answer shows.
async fn missing(app: &App, shown: &[ShownPerson]) -> Result<Vec<MissingChild>, ReadError> {
    let people: Vec<PersonId> = shown.iter().map(|shown| shown.person).collect();
    Ok(MissingChild::all(status::missing_among(&app.views, &people).await?))
}

/// What an alert of one person is asked with.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertsOfPersonQuery {
    /// A position that must be taken in first.
    #[serde(default)]
    at_least: Option<GivenPosition>,
}

/// The alerts somebody is in, in any state, at most 200.
#[utoipa::path(get, path = "/api/v1/people/{id}/alerts", tag = "alerts", params(("id" = Uuid, Path), AlertsOfPersonQuery), responses((status = 200, body = AlertsPage)))]
pub async fn of_person(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<AlertsOfPersonQuery>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, VIEW, query.at_least).await?;
    catch_up(&app, "status", query.at_least).await?;
    judge_by_now(&app).await?;
    let listed = app
        .look(&asking.visitor, asking.looking(Action::ReadAlerts), async |scope| {
            let found = alerts::of_person(&app.views, scope, id).await?;
            let mut people = shown(found.iter().flatten().flat_map(|listed| &listed.children));
            if !people.iter().any(|shown| shown.person == id) {
                let disclosure = if found.is_some() { Disclosure::Full } else { Disclosure::None };
                people.push(ShownPerson { person: id, disclosure });
            }
            let Some(listed) = found else { return Ok(Shown { answer: None, people }) };
            let missing = missing(&app, &people).await?;
            Ok(Shown { answer: Some((listed, missing)), people })
        })
        .await?;
    let (listed, missing) = listed.ok_or_else(Problem::no_such_page)?;
    let alerts = listed.into_iter().map(|listed| AlertListed::of(&app, listed)).collect();
    Ok(HttpResponse::Ok().json(AlertsPage { missing, alerts, next: None }))
}

/// An alert with what it rests on. It is advice: a person decides.
#[derive(Serialize, ToSchema)]
pub struct AlertRead {
    /// Who of them is missing, and from where: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingChild>,
    alert: Uuid,
    rule: String,
    rule_version: u16,
    title: String,
    /// Why it was raised, in the rule's words.
    says: String,
    /// The window of the rule.
    within: String,
    /// Where the rule comes from.
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    state: &'static str,
    /// The day alone for whoever is not the front door.
    #[schema(example = "2026-03-12T10:00:00Z")]
    raised_at: String,
    /// When its evidence last changed, as `raised_at`.
    #[schema(example = "2026-03-12")]
    changed_at: String,
    /// The place in the record up to which it was looked for.
    known_at: String,
    children: Vec<Uuid>,
    /// The ties that join the people of the evidence to the children, as far as the reader may know of both ends.
    ties: Vec<AlertTie>,
    /// How many ties more there are.
    hidden_ties: usize,
    /// In the order it happened.
    evidence: Vec<AlertEvidence>,
    /// How many entries more there are that the reader may not see.
    hidden: usize,
    /// What practitioners make of it: opinions, which change no count.
    opinions: Vec<AlertOpinion>,
    /// What was decided, in order; it may have grown since.
    decisions: Vec<AlertDecision>,
}

/// A tie that an alert rests on. Read it as: `from` is the `kind` of `to`.
#[derive(Serialize, ToSchema)]
struct AlertTie {
    tie: Uuid,
    from: Uuid,
    #[schema(example = "sibling")]
    kind: &'static str,
    /// Absent for a place in a household.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    household: Option<Uuid>,
    /// The first day it held, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<NaiveDate>,
    /// The last day it held.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// Who put it on record; absent where that would tell who told something in confidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    /// When: the day alone where the hour would tell it.
    #[schema(example = "2026-03-12T10:00:00Z")]
    recorded_at: String,
}

impl From<&TieSeen> for AlertTie {
    fn from(seen: &TieSeen) -> Self {
        let (to, household) = match seen.to {
            TieTo::Person(to) => (Some(to.0), None),
            TieTo::Household(household) => (None, Some(household.0)),
        };
        Self {
            tie: seen.tie.0,
            from: seen.from.0,
            kind: seen.kind.code(),
            to,
            household,
            since: seen.since,
            until: seen.until,
            agency: seen.agency.map(|agency| agency.0),
            recorded_at: seen.recorded.to_string(),
        }
    }
}

/// An entry that an alert rests on.
#[derive(Serialize, ToSchema)]
struct AlertEvidence {
    entry: Uuid,
    record: Uuid,
    /// Entries of one incident are counted once.
    incident: Uuid,
    person: Uuid,
    kind: &'static str,
    /// `unconfirmed`: found by name and date of birth; nobody has said that it is the same person.
    identity: &'static str,
    #[schema(example = "2026-03-01")]
    occurred: String,
    /// Who told it, or asked; absent where that was told in confidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
}

impl From<&Seen> for AlertEvidence {
    fn from(Seen { evidence, is_guarded }: &Seen) -> Self {
        let occurred = if *is_guarded { Occurred::Day(evidence.occurred.day()) } else { evidence.occurred };
        Self {
            entry: evidence.entry.0,
            record: evidence.record,
            incident: evidence.incident,
            person: evidence.person.0,
            kind: evidence.kind.code(),
            identity: evidence.identity.code(),
            occurred: occurred.to_string(),
            agency: (!is_guarded).then_some(evidence.agency.0),
        }
    }
}

/// A practitioner's opinion.
#[derive(Serialize, ToSchema)]
struct AlertOpinion {
    practitioner: Uuid,
    agency: Uuid,
    given_at: DateTime<Utc>,
    /// The entry it is about; absent for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<Uuid>,
    weight: &'static str,
    /// Absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    opinion: Option<String>,
}

impl From<&Opinion> for AlertOpinion {
    fn from(opinion: &Opinion) -> Self {
        Self {
            practitioner: opinion.by.0,
            agency: opinion.agency.0,
            given_at: opinion.given_at,
            entry: opinion.given.entry.map(|entry| entry.0),
            weight: opinion.given.weight.code(),
            opinion: words(&opinion.given.opinion),
        }
    }
}

/// What was decided about an alert.
#[derive(Serialize, ToSchema)]
struct AlertDecision {
    practitioner: Uuid,
    agency: Uuid,
    decided_at: DateTime<Utc>,
    /// `accepted` or `dismissed`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    follows: Option<&'static str>,
    /// Absent when none was given, or it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<&Made> for AlertDecision {
    fn from(made: &Made) -> Self {
        let (outcome, follows, reason) = match &made.decided {
            Decided::Accepted(accepted) => {
                (AlertState::Accepted, Some(accepted.follows.code()), accepted.note.as_ref().and_then(words))
            }
            Decided::Dismissed(dismissed) => (AlertState::Dismissed, None, words(&dismissed.reason)),
        };
        Self {
            practitioner: made.by.0,
            agency: made.agency.0,
            decided_at: made.decided_at,
            outcome: outcome.code(),
            follows,
            reason,
        }
    }
}

fn words(text: &Sealed<Narrative>) -> Option<String> {
    text.known().map(|text| text.as_str().to_owned())
}

impl AlertRead {
    fn of(app: &App, id: AlertId, read: &ReadAlert, missing: Vec<MissingChild>) -> Option<Self> {
        let alert = &read.alert;
        let says = alert.says()?;
        let rule = app.rules.version(says.rule.as_str(), says.version);
        let text = |of: fn(&domain::linkage::Rule) -> &String| {
            rule.map_or_else(String::new, |rule| of(rule).clone())
        };
        Some(Self {
            missing,
            alert: id.0,
            rule: says.rule.to_string(),
            rule_version: says.version,
            title: text(|rule| &rule.title),
            says: text(|rule| &rule.says),
            within: text(|rule| &rule.within_words),
            source: text(|rule| &rule.source),
            authority: says.authority.as_ref().map(ToString::to_string),
            state: alert.state()?.code(),
            raised_at: read.moment(alert.raised_at()?).to_string(),
            changed_at: read.moment(alert.changed_at()?).to_string(),
            known_at: alert.known_at()?.0.to_string(),
            children: read.children.iter().map(|child| child.0).collect(),
            ties: read.ties.iter().map(AlertTie::from).collect(),
            hidden_ties: read.hidden_ties,
            evidence: read.evidence.iter().map(AlertEvidence::from).collect(),
            hidden: read.hidden,
            opinions: alert
                .opinions()
                .iter()
                .filter(|opinion| read.hidden == 0 || read.sees(opinion.given.entry))
                .map(AlertOpinion::from)
                .collect(),
            decisions: alert.decisions().iter().map(AlertDecision::from).collect(),
        })
    }
}

/// An alert with its explanation and evidence.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", tag = "alerts", params(("id" = Uuid, Path)), responses((status = 200, body = AlertRead)))]
pub async fn read(app: web::Data<App>, asking: Asking, At(id): At<AlertId>) -> Result<HttpResponse, Problem> {
    judge_by_now(&app).await?;
    let found = app
        .look(&asking.visitor, asking.looking(Action::ReadAlerts), async |scope| {
            let found = app.read_alert(scope, id).await?;
            let evidence =
                found.iter().flat_map(|read| read.evidence.iter().map(|seen| &seen.evidence.person));
            let mut people = shown(found.iter().flat_map(|read| &read.children));
            let told = |person: &PersonId| !people.iter().any(|shown| shown.person == *person);
            let others: std::collections::BTreeSet<PersonId> = evidence.copied().filter(told).collect();
            people.extend(
                others.into_iter().map(|person| ShownPerson { person, disclosure: Disclosure::Progress }),
            );
            let tied = found.iter().flat_map(|read| read.ties.iter().flat_map(TieSeen::people));
            let told = |person: &PersonId| !people.iter().any(|shown| shown.person == *person);
            let tied: std::collections::BTreeSet<PersonId> = tied.filter(told).collect();
            people.extend(
                tied.into_iter().map(|person| ShownPerson { person, disclosure: Disclosure::Status }),
            );
            let missing = missing(&app, &people).await?;
            Ok(Shown { answer: found.map(|read| (read, missing)), people })
        })
        .await?;
    let (found, missing) = found.ok_or_else(Problem::no_such_page)?;
    let body = AlertRead::of(&app, id, &found, missing).ok_or_else(Problem::no_such_page)?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(found.version))).json(body))
}

/// What follows from an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptAlert {
    follows: GivenFollows,
    #[serde(default)]
    note: Option<GivenNarrative>,
}

/// Accepts an alert: something follows from it.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/acceptance", tag = "alerts", params(("id" = Uuid, Path)), request_body = AcceptAlert,
    responses((status = 200, body = Done)))]
pub async fn accept(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AlertId>,
    Json(body): Json<AcceptAlert>,
) -> Result<HttpResponse, Problem> {
    let follows: Follows = body.follows.0;
    decide(&app, asking, id, Accept { follows, note: body.note.map(|given| given.0) }.into()).await
}

/// Why nothing follows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissAlert {
    reason: GivenNarrative,
}

/// Dismisses an alert: nothing follows from this evidence. With more evidence it comes back.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/dismissal", tag = "alerts", params(("id" = Uuid, Path)), request_body = DismissAlert,
    responses((status = 200, body = Done)))]
pub async fn dismiss(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AlertId>,
    Json(body): Json<DismissAlert>,
) -> Result<HttpResponse, Problem> {
    decide(&app, asking, id, Dismiss { reason: body.reason.0 }.into()).await
}

/// What a practitioner makes of an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveOpinionOn {
    /// The entry of the evidence it is about; all of it when absent.
    #[serde(default)]
    entry: Option<GivenEventId>,
    weight: GivenWeight,
    opinion: GivenNarrative,
}

/// Gives an opinion, shown with the alert as one. It changes no count.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/opinions", tag = "alerts", params(("id" = Uuid, Path)), request_body = GiveOpinionOn,
    responses((status = 200, body = Done)))]
pub async fn give_opinion(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AlertId>,
    Json(body): Json<GiveOpinionOn>,
) -> Result<HttpResponse, Problem> {
    let weight: Weight = body.weight.0;
    let entry = body.entry.map(|given| given.0);
    decide(&app, asking, id, GiveOpinion { entry, weight, opinion: body.opinion.0 }.into()).await
}

/// An alert the actor may not see is not there for them.
async fn decide(app: &App, asking: Asking, id: AlertId, command: Alert) -> Result<HttpResponse, Problem> {
    judge_by_now(app).await?;
    go_on(app, asking, Command::Alert { id, command }).await
}
