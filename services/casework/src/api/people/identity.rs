//! Who somebody is, and finding people by number or by name. As it is known now: identity has no "as of".

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Action;
use domain::ids::PersonId;
use domain::person::identifier::Identifier as ParsedIdentifier;
use domain::person::name::{NameError, PersonName};
use projections::{people, status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::assertion::Number;
use super::missing::MissingPerson;
use crate::access_log::{Shown, ShownPerson};
use crate::api::done::tag;
use crate::api::input::{Asking, At, GivenUncertainDate, Json, Query};
use crate::api::reading::{GivenPosition, OfPerson, catch_up, read_person};
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};

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
    /// As well as each is known: `2015-03-02`, `about 2015`.
    births: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<String>,
    identifiers: Vec<KnownNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    died_on: Option<NaiveDate>,
    /// True when something about them could not be taken in: telephone.
    is_incomplete: bool,
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

impl From<people::Person> for OfPerson<Person> {
    fn from(known: people::Person) -> Self {
        let name =
            |name: people::Name| KnownName { r#use: name.usage, given: name.given, family: name.family };
        let number = |number: people::Identifier| KnownNumber {
            scheme: number.scheme,
            authority: number.authority,
            value: number.value,
        };
        let answer = Person {
            missing: Vec::new(),
            person: known.person.0,
            disclosure: known.disclosure.code(),
            kind: known.kind,
            names: known.names.into_iter().map(name).collect(),
            births: known.births.into_iter().map(|birth| birth.0).collect(),
            sex: known.sex,
            identifiers: known.identifiers.into_iter().map(number).collect(),
            died_on: known.died_on,
            is_incomplete: known.is_incomplete,
        };
        Self { answer, disclosure: known.disclosure }
    }
}

/// What must be taken in first.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AtLeast {
    /// A position that must be taken in first: the one an order answered.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    at_least: Option<GivenPosition>,
}

/// Who somebody is. `ETag` is the version of their own record, for `If-Match`.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people", params(("id" = Uuid, Path), AtLeast), responses((status = 200, body = Person)))]
pub async fn read_identity(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<AtLeast>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, VIEW, query.at_least).await?;
    catch_up(&app, "status", query.at_least).await?;
    let version = app.version_of("person", id.0).await?;
    let person = read_person(&app, &asking, Action::ReadPerson, id, None, async |scope| {
        let known = people::known(&app.views, scope, &[id]).await?.remove(&id);
        let missing = MissingPerson::all(status::missing(&app.views, scope, id, None).await?);
        Ok(known.map(OfPerson::from).map(|OfPerson { answer, disclosure }: OfPerson<Person>| OfPerson {
            answer: Person { missing, ..answer },
            disclosure,
        }))
    })
    .await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(version))).json(person))
}

/// With what somebody is looked for: exactly, but for case, accents, spaces and punctuation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchPeople {
    search: SearchBy,
}

/// By number, or by name and perhaps date of birth.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum SearchBy {
    Identifier(Number),
    Name(ByName),
}

/// Either name may be absent, not both. A date of birth matches every date that can be the same.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ByName {
    #[serde(default)]
    #[schema(max_length = 100)]
    given: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    family: String,
    #[serde(default)]
    born: Option<GivenUncertainDate>,
}

impl std::fmt::Debug for ByName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ByName(…)")
    }
}

impl SearchBy {
    fn read(self) -> Result<people::Search, Problem> {
        Ok(match self {
            Self::Identifier(number) => {
                let identifier: ParsedIdentifier = number.identifier().map_err(|(at, problem)| {
                    Problem::invalid(vec![FieldError::new(format!("search/{at}"), problem)])
                })?;
                people::Search::Number {
                    scheme: identifier.scheme().clone(),
                    value: identifier.as_str().to_owned(),
                }
            }
            Self::Name(by) => {
                check_name("search/name", &by.given, &by.family)?;
                let born = by.born.map(|given| given.0);
                people::Search::NameAndBirth { given: by.given, family: by.family, born }
            }
        })
    }
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

/// Who matches, of those the reader may know of. What is hidden is left out without a trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPeople {
    /// At most fifty: more is too many to tell apart.
    found: Vec<FoundPerson>,
}

/// Somebody a search found.
#[derive(Debug, Serialize, ToSchema)]
struct FoundPerson {
    person: Uuid,
    disclosure: &'static str,
    /// Where to ring about them.
    ring: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction_owner: Option<Uuid>,
}

/// Finds people by number or name. What is looked for comes in the body, so that no address holds it.
#[utoipa::path(post, path = "/api/v1/people/search", tag = "people", request_body = SearchPeople, responses((status = 200, body = FoundPeople)))]
pub async fn search(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<SearchPeople>,
) -> Result<HttpResponse, Problem> {
    let search = body.search.read()?;
    let found = app
        .look(&asking.visitor, asking.looking(Action::SearchPeople), async |scope| {
            let found = people::search(&app.views, scope, &search).await.map_err(ReadError::from)?;
            let shown =
                |found: &people::Found| ShownPerson { person: found.person, disclosure: found.disclosure };
            Ok(Shown { people: found.iter().map(shown).collect(), answer: found })
        })
        .await?;
    let found = found
        .into_iter()
        .map(|found| FoundPerson {
            person: found.person.0,
            disclosure: found.disclosure.code(),
            ring: found.standing.authorities.iter().map(ToString::to_string).collect(),
            restriction_owner: found.standing.restriction.map(|restriction| restriction.owner.0),
        })
        .collect();
    Ok(HttpResponse::Ok().json(FoundPeople { found }))
}
