//! People who work for agencies: their registration, roles and leaving.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Role;
use domain::ids::PractitionerId;
use domain::practitioner::{Details, EndRole, GiveRole, Leave, Practitioner, Register};
use domain::text::Line;
use domain::when::civil_day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{Address, at};
use super::done::{Done, begin, go_on, tag};
use super::input::{
    Asking, At, GivenAgencyId, GivenDay, GivenLine, GivenRole, GivenSubject, GivenTeamId, Json,
};
use super::reading::read_directory;
use crate::accounts;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/practitioners").post(register),
        at("/practitioners/{id}").get(read).post(change),
        at("/practitioners/{id}/roles").post(give_role),
        at("/practitioners/{id}/roles/ending").post(end_role),
        at("/practitioners/{id}/accounts").post(link_account),
        at("/practitioners/{id}/accounts/ending").post(end_account),
        at("/practitioners/{id}/leaving").post(leave),
    ]
}

/// A practitioner as they are registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPractitioner {
    /// The asker's own when absent.
    #[serde(default)]
    agency: Option<GivenAgencyId>,
    #[serde(default)]
    team: Option<GivenTeamId>,
    name: GivenLine,
    /// At work.
    #[serde(default)]
    telephone: Option<GivenLine>,
    /// At work.
    #[serde(default)]
    email: Option<GivenLine>,
}

impl RegisterPractitioner {
    fn command(self, asking: &Asking) -> Register {
        Register {
            agency: self.agency.map_or(asking.visitor.agency(), |given| given.0),
            team: self.team.map(|given| given.0),
            details: Details {
                name: self.name.0,
                telephone: self.telephone.map(|given| given.0),
                email: self.email.map(|given| given.0),
            },
        }
    }
}

/// Registers somebody who works for an agency.
#[utoipa::path(post, path = "/api/v1/practitioners", tag = "practitioners", request_body = RegisterPractitioner,
    responses((status = 201, body = Done), (status = 200, body = Done, description = "Registered by the same order before.")))]
pub async fn register(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<RegisterPractitioner>,
) -> Result<HttpResponse, Problem> {
    let command = body.command(&asking).into();
    begin(&app, asking, Command::Practitioner { id: None, command }, "practitioners").await
}

/// Changes a practitioner's team or work contact.
#[utoipa::path(post, path = "/api/v1/practitioners/{id}", tag = "practitioners", params(("id" = Uuid, Path)), request_body = RegisterPractitioner,
    responses((status = 200, body = Done)))]
pub async fn change(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
    Json(body): Json<RegisterPractitioner>,
) -> Result<HttpResponse, Problem> {
    let command = body.command(&asking).into();
    go_on(&app, asking, Command::Practitioner { id: Some(id), command }).await
}

/// Somebody who works for an agency.
#[derive(Serialize, ToSchema)]
pub struct PractitionerRead {
    practitioner: Uuid,
    agency: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Uuid>,
    /// Absent, like what follows, when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    telephone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// What they may do today.
    roles: Vec<&'static str>,
    /// What they were, are and will be, in the order it was said.
    roles_given: Vec<RoleRead>,
    /// The last day at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_on: Option<NaiveDate>,
}

/// A role from a day to a day.
#[derive(Serialize, ToSchema)]
struct RoleRead {
    role: &'static str,
    from: NaiveDate,
    /// The last day, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
}

impl PractitionerRead {
    fn of(id: PractitionerId, practitioner: &Practitioner, today: NaiveDate) -> Option<Self> {
        let registered = practitioner.registered()?;
        let details = registered.details.known();
        let text = |line: &Line| line.as_str().to_owned();
        Some(Self {
            practitioner: id.0,
            agency: registered.agency.0,
            team: registered.team.map(|team| team.0),
            name: details.map(|details| text(&details.name)),
            telephone: details.and_then(|details| details.telephone.as_ref()).map(text),
            email: details.and_then(|details| details.email.as_ref()).map(text),
            roles: practitioner.roles_on(today).into_iter().map(Role::code).collect(),
            roles_given: practitioner
                .roles()
                .iter()
                .map(|given| RoleRead { role: given.role.code(), from: given.from, to: given.to })
                .collect(),
            left_on: practitioner.left_on(),
        })
    }
}

/// A practitioner and how to reach them at work. `ETag` is the record's version, for `If-Match`.
#[utoipa::path(get, path = "/api/v1/practitioners/{id}", tag = "practitioners", params(("id" = Uuid, Path)), responses((status = 200, body = PractitionerRead)))]
pub async fn read(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
) -> Result<HttpResponse, Problem> {
    let (practitioner, version) = read_directory::<Practitioner>(&app, &asking, "practitioner", id.0).await?;
    let practitioner = PractitionerRead::of(id, &practitioner, civil_day(asking.now));
    let practitioner = practitioner.ok_or_else(Problem::no_such_page)?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(version))).json(practitioner))
}

/// A role, from a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveRoleTo {
    role: GivenRole,
    from: GivenDay,
    /// The last day, where it is known.
    #[serde(default)]
    to: Option<GivenDay>,
}

/// Gives a practitioner a role that their agency has; nobody gives one to themselves. Said again from the same day with
/// another last day, it takes the place of what was said before.
#[utoipa::path(post, path = "/api/v1/practitioners/{id}/roles", tag = "practitioners", params(("id" = Uuid, Path)), request_body = GiveRoleTo,
    responses((status = 200, body = Done)))]
pub async fn give_role(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
    Json(body): Json<GiveRoleTo>,
) -> Result<HttpResponse, Problem> {
    let command = GiveRole { role: body.role.0, from: body.from.0, to: body.to.map(|given| given.0) }.into();
    go_on(&app, asking, Command::Practitioner { id: Some(id), command }).await
}

/// A role, and the first day without it; it may be ahead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRoleOf {
    role: GivenRole,
    from: GivenDay,
}

/// Ends a practitioner's role from a day on; what would begin later does not begin.
#[utoipa::path(post, path = "/api/v1/practitioners/{id}/roles/ending", tag = "practitioners", params(("id" = Uuid, Path)), request_body = EndRoleOf,
    responses((status = 200, body = Done)))]
pub async fn end_role(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
    Json(body): Json<EndRoleOf>,
) -> Result<HttpResponse, Problem> {
    let command = EndRole { role: body.role.0, from: body.from.0 }.into();
    go_on(&app, asking, Command::Practitioner { id: Some(id), command }).await
}

/// An account at an issuer. The subject is kept nowhere: the account's id is a keyed hash of both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountAt {
    /// One of this node's issuers, letter by letter.
    issuer: GivenLine,
    subject: GivenSubject,
}

/// Says that an account is a practitioner's: from then on who signs in with it is them. The answer's `id` is the
/// account's.
#[utoipa::path(post, path = "/api/v1/practitioners/{id}/accounts", tag = "practitioners", params(("id" = Uuid, Path)), request_body = AccountAt,
    responses((status = 200, body = Done)))]
pub async fn link_account(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
    Json(body): Json<AccountAt>,
) -> Result<HttpResponse, Problem> {
    let command = accounts::to_link(&app.ids, (body.issuer.0, &body.subject.0), id);
    go_on(&app, asking, command).await
}

/// Says that nobody signs in any more with an account of a practitioner's.
#[utoipa::path(post, path = "/api/v1/practitioners/{id}/accounts/ending", tag = "practitioners", params(("id" = Uuid, Path)), request_body = AccountAt,
    responses((status = 200, body = Done)))]
pub async fn end_account(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
    Json(body): Json<AccountAt>,
) -> Result<HttpResponse, Problem> {
    let command = accounts::to_end(&app.ids, (&body.issuer.0, &body.subject.0), Some(id));
    go_on(&app, asking, command).await
}

/// The last day at work; it may be ahead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveOn {
    on: GivenDay,
}

/// Records that a practitioner leaves the agency.
#[utoipa::path(post, path = "/api/v1/practitioners/{id}/leaving", tag = "practitioners", params(("id" = Uuid, Path)), request_body = LeaveOn,
    responses((status = 200, body = Done)))]
pub async fn leave(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PractitionerId>,
    Json(body): Json<LeaveOn>,
) -> Result<HttpResponse, Problem> {
    let command = Leave { on: body.on.0 }.into();
    go_on(&app, asking, Command::Practitioner { id: Some(id), command }).await
}
