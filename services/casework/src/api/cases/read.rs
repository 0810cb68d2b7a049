//! A case as it stands: what is open and what is over, with the ids by which acts name it.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Action;
use domain::case::state::{self, Fact};
use domain::ids::CaseId;
use domain::person::Missing;
use projections::status;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access_log::{Shown, ShownPerson};
use crate::api::done::tag;
use crate::api::input::{Asking, At};
use crate::api::people::MissingPerson;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::Problem;
use crate::subject::ReadCase;

/// One child's case at one authority.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseRead {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    case: Uuid,
    child: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    /// In the order of their referrals.
    episodes: Vec<EpisodeRead>,
    looked_after: Vec<Lasting>,
    allocations: Vec<AllocationRead>,
}

/// From a referral to its closure.
#[derive(Debug, Serialize, ToSchema)]
struct EpisodeRead {
    episode: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    referred_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_for: Option<&'static str>,
    assessments: Vec<Lasting>,
    s47s: Vec<Lasting>,
    conferences: Vec<ConferenceRead>,
    cp_plans: Vec<CpPlanRead>,
    cin_plans: Vec<Lasting>,
}

/// Something that begins and ends.
#[derive(Debug, Serialize, ToSchema)]
struct Lasting {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

/// A conference.
#[derive(Debug, Serialize, ToSchema)]
struct ConferenceRead {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'static str>,
}

/// A child protection plan.
#[derive(Debug, Serialize, ToSchema)]
struct CpPlanRead {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// Set when it began.
    initial_categories: Vec<&'static str>,
    latest_categories: Vec<&'static str>,
}

/// Who has the case, in a role.
#[derive(Debug, Serialize, ToSchema)]
struct AllocationRead {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    practitioner: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

fn lasting<S, E>(id: Uuid, from: Option<&Fact<S>>, until: Option<&Fact<E>>) -> Lasting {
    Lasting { id, from: from.map(Fact::day), until: until.map(Fact::day) }
}

impl CaseRead {
    fn of(id: CaseId, read: &ReadCase, missing: Vec<Missing>) -> Self {
        let case = &read.case;
        let allocation = |one: &state::Allocation| AllocationRead {
            id: one.id.0,
            practitioner: one.started.as_ref().map(|fact| fact.value.practitioner.0),
            role: one.started.as_ref().map(|fact| fact.value.role.code()),
            team: one.started.as_ref().and_then(|fact| fact.value.team).map(|team| team.0),
            from: one.started.as_ref().map(Fact::day),
            until: one.ended.as_ref().map(Fact::day),
        };
        let looked_after =
            |one: &state::LookedAfter| lasting(one.id.0, one.started.as_ref(), one.ended.as_ref());
        Self {
            missing: MissingPerson::all(missing),
            case: id.0,
            child: read.child.0,
            authority: case.who.as_ref().map(|who| who.authority.to_string()),
            episodes: case.in_order().into_iter().map(EpisodeRead::of).collect(),
            looked_after: case.looked_after.iter().map(looked_after).collect(),
            allocations: case.allocations.iter().map(allocation).collect(),
        }
    }
}

impl EpisodeRead {
    fn of(episode: &state::Episode) -> Self {
        let assessment =
            |one: &state::Assessment| lasting(one.id.0, one.started.as_ref(), one.completed.as_ref());
        let s47 = |one: &state::Section47| lasting(one.id.0, one.started.as_ref(), one.concluded.as_ref());
        let cin_plan = |one: &state::CinPlan| lasting(one.id.0, one.started.as_ref(), one.ended.as_ref());
        let conference = |one: &state::Conference| ConferenceRead {
            id: one.id.0,
            on: one.held.as_ref().map(Fact::day),
            kind: one.held.as_ref().map(|fact| fact.value.kind.code()),
            decision: one.held.as_ref().and_then(|fact| fact.value.decision).map(|decision| decision.code()),
        };
        Self {
            episode: episode.id.0,
            referred_on: episode.referral.as_ref().map(Fact::day),
            decision: episode.decision.as_ref().map(|fact| fact.value.code()),
            closed_on: episode.closed.as_ref().map(Fact::day),
            closed_for: episode.closed.as_ref().and_then(|fact| fact.value).map(|reason| reason.code()),
            assessments: episode.assessments.iter().map(assessment).collect(),
            s47s: episode.section47s.iter().map(s47).collect(),
            conferences: episode.conferences.iter().map(conference).collect(),
            cp_plans: episode.cp_plans.iter().map(CpPlanRead::of).collect(),
            cin_plans: episode.cin_plans.iter().map(cin_plan).collect(),
        }
    }
}

impl CpPlanRead {
    fn of(plan: &state::CpPlan) -> Self {
        let initial = plan.started.as_ref().map(|fact| &fact.value.categories);
        let latest = plan.changes.iter().max_by_key(|fact| fact.day()).map(|fact| &fact.value).or(initial);
        let codes = |categories: Option<&std::collections::BTreeSet<_>>| {
            let categories = categories.into_iter().flatten();
            categories.map(|category: &domain::case::codes::AbuseCategory| category.code()).collect()
        };
        Self {
            id: plan.id.0,
            from: plan.started.as_ref().map(Fact::day),
            until: plan.ended.as_ref().map(Fact::day),
            initial_categories: codes(initial),
            latest_categories: codes(latest),
        }
    }
}

/// A case as it stands. `ETag` is its version, for `If-Match`.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = Uuid, Path)), responses((status = 200, body = CaseRead)))]
pub async fn read_case(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
) -> Result<HttpResponse, Problem> {
    judge_by_now(&app).await?;
    let found = app
        .look(&asking.visitor, asking.looking(Action::ReadStatus), async |scope| {
            let found = app.read_case(scope, id).await?;
            let shown = |read: &ReadCase| ShownPerson { person: read.child, disclosure: read.disclosure };
            let people = found.iter().map(shown).collect();
            let Some(read) = found else { return Ok(Shown { answer: None, people }) };
            let missing = status::missing(&app.views, scope, read.child, None).await?;
            Ok(Shown { answer: Some((read, missing)), people })
        })
        .await?;
    let (found, missing) = found.ok_or_else(Problem::no_such_page)?;
    let version = tag(found.version);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, version)).json(CaseRead::of(id, &found, missing)))
}
