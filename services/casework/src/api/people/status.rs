//! How a child stands, now or at another time, and whom to ring.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Action, Disclosure};
use domain::case::emergency::Emergency;
use domain::case::events::LegalStatus;
use domain::ids::PersonId;
use projections::status;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::authorities::AuthorityOnDuty;
use super::missing::MissingPerson;
use crate::api::input::{Asking, At, Query};
use crate::api::reading::{AsOfQuery, OfPerson, catch_up, read_person};
use crate::app::App;
use crate::error::Problem;

/// How somebody stands, as much of it as the reader is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    person: Uuid,
    /// How much of the record the reader is told.
    #[schema(example = "status")]
    disclosure: &'static str,
    /// Which authorities owe them what, the responsible one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorities: Vec<AuthorityOnDuty>,
    /// Authorities that know them: where to ring, the responsible one first.
    ring: Vec<String>,
    /// For a record kept to named readers: who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction_owner: Option<Uuid>,
    /// One an authority; empty when only whom to ring is told.
    cases: Vec<CaseStatus>,
    /// When they were born is uncertain or disputed, and they may be an adult. Nothing has ended: a person decides.
    may_be_adult: bool,
    /// True when something about them could not be taken in: telephone.
    is_incomplete: bool,
}

/// How a child stands at one authority.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseStatus {
    case: Uuid,
    authority: String,
    /// Whose case it is.
    agency: Uuid,
    /// The gravest of what is going on.
    #[schema(example = "child-protection-plan")]
    standing: &'static str,
    /// The power under which the child is kept safe now, and when it lapses by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<EmergencyPower>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referred_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment_since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    section47_since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cp_plan_since: Option<NaiveDate>,
    /// The plan's latest categories, as the census writes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cp_categories: Vec<String>,
    cp_plans_before: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cin_plan_since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_after_since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_status: Option<&'static str>,
    /// The last day the order states.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_status_until: Option<NaiveDate>,
    /// Whom a partner rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_team: Option<Uuid>,
    /// When a visit last found the child, and last found them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_alone_on: Option<NaiveDate>,
    /// When no episode is open: the day the last one closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_on: Option<NaiveDate>,
    /// What must be done and by when, the soonest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    due: Vec<Due>,
    /// The last day anything is on record.
    last_on: NaiveDate,
}

/// Police protection or an emergency protection order.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct EmergencyPower {
    #[schema(example = "police-protection")]
    power: &'static str,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    /// The law.
    law: &'static str,
}

impl From<Emergency> for EmergencyPower {
    fn from(held: Emergency) -> Self {
        Self { power: held.power.code(), since: held.since, until: held.until, law: held.power.law() }
    }
}

/// Something that must be done.
#[derive(Debug, Serialize, ToSchema)]
struct Due {
    #[schema(example = "hold-review-conference")]
    step: &'static str,
    /// The last day.
    by: NaiveDate,
    /// The last instant, for what ends by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<DateTime<Utc>>,
    /// The limit in words, with what started it.
    limit: String,
    /// Where the limit is written.
    source: String,
}

impl From<domain::case::due::Due> for Due {
    fn from(due: domain::case::due::Due) -> Self {
        Self { step: due.step.code(), by: due.by, at: due.at, limit: due.limit, source: due.source }
    }
}

impl From<status::CaseSummary> for CaseStatus {
    fn from(case: status::CaseSummary) -> Self {
        Self {
            case: case.case.0,
            authority: case.authority.to_string(),
            agency: case.agency.0,
            standing: case.standing.code(),
            emergency: case.emergency.map(EmergencyPower::from),
            episode: case.episode.map(|id| id.0),
            referred_on: case.referred_on,
            assessment_since: case.assessment_since,
            section47_since: case.section47_since,
            cp_plan_since: case.cp_plan_since,
            cp_categories: case.cp_categories,
            cp_plans_before: case.cp_plans_before,
            cin_plan_since: case.cin_plan_since,
            looked_after_since: case.looked_after_since,
            legal_status: case.legal_status.map(LegalStatus::code),
            legal_status_until: case.legal_status_until,
            lead: case.lead.map(|id| id.0),
            lead_team: case.lead_team.map(|id| id.0),
            last_seen_on: case.last_seen_on,
            last_seen_alone_on: case.last_seen_alone_on,
            closed_on: case.closed_on,
            due: case.due.into_iter().map(Due::from).collect(),
            last_on: case.last_on,
        }
    }
}

impl From<status::PersonStatus> for OfPerson<Status> {
    fn from(status: status::PersonStatus) -> Self {
        let disclosure: Disclosure = status.disclosure;
        let answer = Status {
            missing: MissingPerson::all(status.missing),
            person: status.person.0,
            disclosure: disclosure.code(),
            authorities: status.on_duty.into_iter().map(AuthorityOnDuty::from).collect(),
            ring: status.ring.iter().map(ToString::to_string).collect(),
            restriction_owner: status.restriction_owner.map(|id| id.0),
            cases: status.cases.into_iter().map(CaseStatus::from).collect(),
            may_be_adult: status.may_be_adult,
            is_incomplete: status.is_incomplete,
        };
        Self { answer, disclosure }
    }
}

/// How a child stands at each authority, and whom to ring.
#[utoipa::path(get, path = "/api/v1/people/{id}/status", tag = "people", params(("id" = Uuid, Path), AsOfQuery), responses((status = 200, body = Status)))]
pub async fn read_status(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<AsOfQuery>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, "status", query.at_least).await?;
    let as_of = query.as_of();
    if as_of.is_some() {
        // Where the entries stand today, of which the status of another time is made up.
        catch_up(&app, "timeline", query.at_least).await?;
    }
    let status = read_person(&app, &asking, Action::ReadStatus, id, as_of, async |scope| {
        Ok(status::of(&app.views, scope, id, as_of).await?.map(OfPerson::from))
    })
    .await?;
    Ok(HttpResponse::Ok().json(status))
}
