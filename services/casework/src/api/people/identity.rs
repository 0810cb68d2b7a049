//! Who somebody is, now or as it was known.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Action;
use domain::ids::PersonId;
use domain::person::name::{NameError, PersonName};
use domain::person::uncertain_date::UncertainDate;
use projections::reads::AsOf;
use projections::{people, status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::missing::MissingPerson;
use crate::api::done::tag;
use crate::api::input::{Asking, At, GivenInstant, Query};
use crate::api::reading::{GivenPosition, OfPerson, catch_up, read_person};
use crate::app::App;
use crate::error::{FieldError, Problem};

const VIEW: &str = "people";

/// Who somebody is. Several of a kind are what several sources say.
#[derive(Serialize, ToSchema)]
pub struct Person {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    person: Uuid,
    /// How much of the record the reader is told.
    disclosure: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    names: Vec<KnownName>,
    /// The date of birth that was accepted, else the most exact of those that can be one: `2015-03-02`, `about 2015`.
    /// Absent when nothing is said, or what is said is disputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2015-03-02")]
    born: Option<String>,
    /// Dates are said that cannot be one, and none is accepted: a person of the authority decides.
    is_birth_disputed: bool,
    /// Each that was said, with what it rests on.
    births: Vec<KnownBirth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<String>,
    identifiers: Vec<KnownNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    died_on: Option<NaiveDate>,
    /// True when something about them could not be taken in: telephone.
    is_incomplete: bool,
    /// Of the past: how many statements stood then that were taken back or set right since. They are not shown.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A date of birth that was said.
#[derive(Serialize, ToSchema)]
struct KnownBirth {
    /// As well as it is known.
    #[schema(example = "about 2015")]
    born: String,
    /// The entry that says it, by which it is accepted.
    assertion: Uuid,
    #[schema(example = "document")]
    basis: &'static str,
    /// Whose statement it is, for those who are told how the work stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    is_accepted: bool,
}

/// A name somebody has.
#[derive(Serialize, ToSchema)]
struct KnownName {
    r#use: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<String>,
}

/// A number by which an agency knows somebody.
#[derive(Serialize, ToSchema)]
struct KnownNumber {
    scheme: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    value: String,
}

impl From<people::Birth> for KnownBirth {
    fn from(birth: people::Birth) -> Self {
        Self {
            born: birth.written,
            assertion: birth.entry.0,
            basis: birth.basis.code(),
            agency: birth.agency.map(|id| id.0),
            is_accepted: birth.is_accepted,
        }
    }
}

impl From<people::Person> for OfPerson<Person> {
    fn from(known: people::Person) -> Self {
        let name =
            |name: people::Name| KnownName { r#use: name.usage, given: name.given, family: name.family };
        let number = |number: people::Identifier| KnownNumber {
            scheme: number.scheme,
            authority: number.authority,
            value: number.value,
        };
        let (born, is_birth_disputed) = (known.born(), known.is_birth_disputed());
        let answer = Person {
            missing: Vec::new(),
            person: known.person.0,
            disclosure: known.disclosure.code(),
            kind: known.kind,
            names: known.names.into_iter().map(name).collect(),
            born: born.map(UncertainDate::to_text),
            is_birth_disputed,
            births: known.births.into_iter().map(KnownBirth::from).collect(),
            sex: known.sex,
            identifiers: known.identifiers.into_iter().map(number).collect(),
            died_on: known.died_on,
            is_incomplete: known.is_incomplete,
            left_out: 0,
        };
        Self { answer, disclosure: known.disclosure }
    }
}

/// As of when it is asked.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IdentityQuery {
    /// As the record knew it at that time: nothing recorded later is shown, nor what was taken back or set right since.
    #[serde(default)]
    as_known_at: Option<GivenInstant>,
    /// A position that must be taken in first: the one an order answered.
    #[serde(default)]
    at_least: Option<GivenPosition>,
}

/// Who somebody is, or was as it was known. `ETag` is the version of their own record, for `If-Match`.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people", params(("id" = Uuid, Path), IdentityQuery), responses((status = 200, body = Person)))]
pub async fn read_identity(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<IdentityQuery>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, VIEW, query.at_least).await?;
    catch_up(&app, "status", query.at_least).await?;
    let version = app.version_of("person", id.0).await?;
    let known_at = query.as_known_at.map(|given| given.0.0);
    let as_of = known_at.map(|known_at| AsOf { known_at: Some(known_at), ..AsOf::default() });
    let person = read_person(&app, &asking, Action::ReadPerson, id, as_of, async |scope| {
        let (known, left_out) = match as_of {
            None => (people::known_whole(&app.views, scope, id).await?, 0),
            Some(as_of) => people::as_known_at(&app.views, scope, id, as_of)
                .await?
                .map_or((None, 0), |then| (Some(then.person), then.left_out)),
        };
        let missing = MissingPerson::all(status::missing(&app.views, scope, id, as_of).await?);
        Ok(known.map(OfPerson::from).map(|OfPerson { answer, disclosure }: OfPerson<Person>| OfPerson {
            answer: Person { missing, left_out, ..answer },
            disclosure,
        }))
    })
    .await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(version))).json(person))
}

/// A name as it may be searched for: what may be recorded.
pub fn check_name(at: &str, given: &str, family: &str) -> Result<(), Problem> {
    PersonName::parse(given, family).map(|_| ()).map_err(|error| {
        let field = match error {
            NameError::Nothing => at.to_owned(),
            NameError::Given(_) => format!("{at}/given"),
            NameError::Family(_) => format!("{at}/family"),
        };
        Problem::invalid(vec![FieldError::new(field, error)])
    })
}
