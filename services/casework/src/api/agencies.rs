//! Agencies and their teams.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::agency::hours::OpenDay;
use domain::agency::{Agency, FormTeam, Register, SafeguardingLine, SetHours};
use domain::ids::AgencyId;
use domain::text::Line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{Address, at};
use super::done::{Done, begin, go_on, go_on_telling, tag};
use super::input::{
    Asking, At, GivenAgencyKind, GivenAuthority, GivenDay, GivenLine, GivenTimeOfDay, GivenWeekday, Json,
};
use super::reading::read_directory;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/agencies").post(register),
        at("/agencies/{id}").get(read).post(change),
        at("/agencies/{id}/teams").post(form_team),
        at("/agencies/{id}/hours").post(set_hours),
    ]
}

/// An agency as it is registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterAgency {
    name: GivenLine,
    kind: GivenAgencyKind,
    /// The authority whose partnership it works in; absent for one that works for the whole node.
    #[serde(default)]
    authority: Option<GivenAuthority>,
    /// Whom to ring about a child.
    #[serde(default)]
    safeguarding_line: Option<GivenSafeguardingLine>,
}

/// Telephone numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SafeguardingLine)]
struct GivenSafeguardingLine {
    in_hours: GivenLine,
    #[serde(default)]
    out_of_hours: Option<GivenLine>,
}

impl RegisterAgency {
    fn command(self) -> Register {
        Register {
            name: self.name.0,
            kind: self.kind.0,
            authority: self.authority.map(|given| given.0),
            safeguarding_line: self.safeguarding_line.map(|line| SafeguardingLine {
                in_hours: line.in_hours.0,
                out_of_hours: line.out_of_hours.map(|given| given.0),
            }),
        }
    }
}

/// Registers an agency.
#[utoipa::path(post, path = "/api/v1/agencies", tag = "agencies", request_body = RegisterAgency,
    responses((status = 201, body = Done), (status = 200, body = Done, description = "It was registered by the same order before.")))]
pub async fn register(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<RegisterAgency>,
) -> Result<HttpResponse, Problem> {
    begin(&app, asking, Command::Agency { id: None, command: body.command().into() }, "agencies").await
}

/// Changes an agency's name or whom to ring.
#[utoipa::path(post, path = "/api/v1/agencies/{id}", tag = "agencies", params(("id" = Uuid, Path)), request_body = RegisterAgency,
    responses((status = 200, body = Done)))]
pub async fn change(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AgencyId>,
    Json(body): Json<RegisterAgency>,
) -> Result<HttpResponse, Problem> {
    go_on(&app, asking, Command::Agency { id: Some(id), command: body.command().into() }).await
}

/// An agency as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgencyRead {
    agency: Uuid,
    name: String,
    #[schema(example = "school")]
    kind: &'static str,
    /// The authority whose partnership it works in; absent for one that works for the whole node.
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    /// Whom to ring about a child.
    #[serde(skip_serializing_if = "Option::is_none")]
    safeguarding_line: Option<LineRead>,
    /// When the number by day is answered, each from its first day on. Where nothing is on record, from nine to five on
    /// working days; never on a bank holiday.
    hours: Vec<HoursRead>,
    teams: Vec<TeamRead>,
}

/// The hours of a week, from a day on.
#[derive(Debug, Serialize, ToSchema)]
struct HoursRead {
    from: NaiveDate,
    open: Vec<OpenDayRead>,
}

/// A day of the week on which the number by day is answered.
#[derive(Debug, Serialize, ToSchema)]
struct OpenDayRead {
    #[schema(example = "monday")]
    day: &'static str,
    #[schema(example = "08:30")]
    opens: String,
    #[schema(example = "17:00")]
    closes: String,
}

impl HoursRead {
    fn of((from, open): &(NaiveDate, Vec<OpenDay>)) -> Self {
        let read = |open: &OpenDay| OpenDayRead {
            day: open.day.code(),
            opens: open.opens.to_string(),
            closes: open.closes.to_string(),
        };
        Self { from: *from, open: open.iter().map(read).collect() }
    }
}

/// Telephone numbers.
#[derive(Debug, Serialize, ToSchema)]
struct LineRead {
    in_hours: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_hours: Option<String>,
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
struct TeamRead {
    team: Uuid,
    name: String,
}

impl AgencyRead {
    fn of(id: AgencyId, agency: &Agency) -> Option<Self> {
        let registered = agency.registered()?;
        let text = |line: &Line| line.as_str().to_owned();
        Some(Self {
            agency: id.0,
            name: text(&registered.name),
            kind: registered.kind.code(),
            authority: registered.authority.as_ref().map(ToString::to_string),
            safeguarding_line: registered.safeguarding_line.as_ref().map(|line| LineRead {
                in_hours: text(&line.in_hours),
                out_of_hours: line.out_of_hours.as_ref().map(text),
            }),
            hours: agency.hours().on_record().iter().map(HoursRead::of).collect(),
            teams: agency
                .teams()
                .iter()
                .map(|(id, name)| TeamRead { team: id.0, name: text(name) })
                .collect(),
        })
    }
}

/// An agency, its teams and whom to ring there. `ETag` is its version, for `If-Match`.
#[utoipa::path(get, path = "/api/v1/agencies/{id}", tag = "agencies", params(("id" = Uuid, Path)), responses((status = 200, body = AgencyRead)))]
pub async fn read(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AgencyId>,
) -> Result<HttpResponse, Problem> {
    let (agency, version) = read_directory::<Agency>(&app, &asking, "agency", id.0).await?;
    let agency = AgencyRead::of(id, &agency).ok_or_else(Problem::no_such_page)?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(version))).json(agency))
}

/// A team as it is formed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormTeamOf {
    name: GivenLine,
}

/// Forms a team inside an agency.
#[utoipa::path(post, path = "/api/v1/agencies/{id}/teams", tag = "agencies", params(("id" = Uuid, Path)), request_body = FormTeamOf,
    responses((status = 200, body = Done)))]
pub async fn form_team(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AgencyId>,
    Json(body): Json<FormTeamOf>,
) -> Result<HttpResponse, Problem> {
    let command = FormTeam { name: body.name.0 }.into();
    go_on_telling(&app, asking, Command::Agency { id: Some(id), command }, "agency").await
}

/// When an agency's number by day is answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetHoursOf {
    /// The first day; a day to come is allowed.
    from: GivenDay,
    /// A day of the week that is not named is closed.
    #[schema(max_items = 7)]
    open: Vec<GivenOpenDay>,
}

/// A day of the week on which it is answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenDay)]
struct GivenOpenDay {
    day: GivenWeekday,
    opens: GivenTimeOfDay,
    closes: GivenTimeOfDay,
}

/// Sets the hours in which an agency's number by day is answered, from a day on.
#[utoipa::path(post, path = "/api/v1/agencies/{id}/hours", tag = "agencies", params(("id" = Uuid, Path)), request_body = SetHoursOf,
    responses((status = 200, body = Done)))]
pub async fn set_hours(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<AgencyId>,
    Json(body): Json<SetHoursOf>,
) -> Result<HttpResponse, Problem> {
    let open =
        |given: GivenOpenDay| OpenDay { day: given.day.0, opens: given.opens.0, closes: given.closes.0 };
    let command = SetHours { from: body.from.0, open: body.open.into_iter().map(open).collect() };
    go_on(&app, asking, Command::Agency { id: Some(id), command: command.into() }).await
}
