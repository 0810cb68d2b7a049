//! Looking for somebody: what was typed, who may be meant and why. What is typed comes in the body, so that no address
//! holds it.

use actix_web::{HttpResponse, web};
use domain::access::Action;
use domain::matching::{Typed, house_of, postcode_of};
use domain::person::identifier::NhsNumber;
use domain::person::name::{NameError, PersonName};
use projections::people::{self, Candidate, Particulars};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::assertion::Number;
use super::missing::MissingPerson;
use crate::api::input::{Asking, GivenUncertainDate, Json};
use crate::app::App;
use crate::error::{FieldError, Problem};

/// What is known of somebody who is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchPeople {
    search: LookForPerson,
}

/// As much as is known. Inside a front door a name is enough; elsewhere it takes an NHS number, or a family name with
/// a date of birth or a postcode. Somebody of one name has it as family name.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LookForPerson {
    #[serde(default)]
    #[schema(max_length = 100)]
    given: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    family: String,
    #[serde(default)]
    born: Option<GivenUncertainDate>,
    /// Ten digits. Where the check digit does not fit, numbers one slip away are looked for.
    #[serde(default)]
    nhs_number: Option<String>,
    #[serde(default)]
    postcode: Option<String>,
    /// Number or name of the house; with a postcode.
    #[serde(default)]
    #[schema(max_length = 100)]
    house: Option<String>,
    /// A pupil number or an authority's own number, by itself and exactly.
    #[serde(default)]
    identifier: Option<Number>,
}

domain::hidden_when_printed!(LookForPerson);

/// What is looked for, once it was read.
enum Wanted {
    Exactly(people::Search),
    Near(Typed),
}

impl LookForPerson {
    fn read(mut self) -> Result<Wanted, Problem> {
        if let Some(number) = self.identifier.take() {
            let only_nhs = number.typed_nhs().map(str::to_owned);
            match only_nhs {
                Some(typed) => self.nhs_number = Some(typed),
                None => return exactly(number),
            }
        }
        let mut fields = Vec::new();
        if !(self.given.trim().is_empty() && self.family.trim().is_empty())
            && let Err(error) = PersonName::parse(&self.given, &self.family)
        {
            let at = if matches!(error, NameError::Family(_)) { "search/family" } else { "search/given" };
            fields.push(FieldError::new(at, error));
        }
        let nhs_number = self.nhs_number.map(|typed| digits(&typed));
        if matches!(nhs_number, Some(None)) {
            fields.push(FieldError::new("search/nhs_number", "an NHS number is ten digits, spaces allowed"));
        }
        let postcode = self.postcode.filter(|typed| !typed.trim().is_empty());
        let read_postcode = postcode.as_deref().map(postcode_of);
        if matches!(read_postcode, Some(None)) {
            fields.push(FieldError::new("search/postcode", "a postcode is written LS1 1UR"));
        }
        let house = self.house.as_deref().and_then(house_of);
        if house.is_some() && postcode.is_none() {
            fields.push(FieldError::new("search/postcode", "is needed with a house"));
        }
        if !fields.is_empty() {
            return Err(Problem::invalid(fields));
        }
        Ok(Wanted::Near(Typed {
            given: self.given,
            family: self.family,
            born: self.born.map(|given| given.0),
            nhs_number: nhs_number.flatten(),
            postcode: read_postcode.flatten(),
            house,
        }))
    }
}

fn exactly(number: Number) -> Result<Wanted, Problem> {
    let wrong = |(at, problem): (&str, String)| {
        Problem::invalid(vec![FieldError::new(format!("search/{at}"), problem)])
    };
    let identifier = number.identifier().map_err(wrong)?;
    let value = identifier.as_str().to_owned();
    Ok(Wanted::Exactly(people::Search::Number { scheme: identifier.scheme().clone(), value }))
}

/// Ten digits, whatever their check digit says.
fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    (digits.len() == 10 && digits.chars().all(|letter| letter.is_ascii_digit())).then_some(digits)
}

/// Who may be meant, of those the reader may know of, the nearest first. What is hidden is left out without a trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundPeople {
    /// At most fifty inside a front door, and ten elsewhere.
    found: Vec<FoundPerson>,
    /// More may be meant than are shown: give more of what is known.
    are_more: bool,
    /// The check digit of the NHS number does not fit: read it again from the source.
    number_does_not_fit: bool,
    /// What was recorded in the last moments may not be in the answer yet.
    is_catching_up: bool,
    /// What to do now.
    advice: &'static str,
}

/// Somebody who may be meant. A reader who is told no more than whom to ring is told that.
#[derive(Serialize, ToSchema)]
struct FoundPerson {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    person: Uuid,
    disclosure: &'static str,
    /// Where to ring about them.
    ring: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restriction_owner: Option<Uuid>,
    #[serde(flatten)]
    told: Option<ToldApart>,
}

/// Just enough to tell somebody from others, and why they may be meant.
#[derive(Serialize, ToSchema)]
struct ToldApart {
    given: String,
    family: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    year_of_birth: Option<i32>,
    /// `born`, `unborn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sex: Option<String>,
    /// The first part of the postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// How near: `possible`, `likely`, `strong`.
    #[schema(example = "strong")]
    strength: &'static str,
    /// Bits: each one doubles the odds that it is them.
    weight: i32,
    /// Field by field.
    because: Vec<Reason>,
    /// Others found with the same family name and birthday and another given name: perhaps twins, and two people.
    perhaps_twins: Vec<Uuid>,
}

/// How one field agrees.
#[derive(Serialize, ToSchema)]
struct Reason {
    #[schema(example = "family")]
    field: &'static str,
    #[schema(example = "sounds-the-same")]
    level: &'static str,
    #[schema(example = "sounds the same")]
    words: &'static str,
    weight: i32,
}

domain::hidden_when_printed!(FoundPerson);

impl From<Candidate> for FoundPerson {
    fn from(candidate: Candidate) -> Self {
        Self {
            missing: MissingPerson::all(candidate.missing),
            person: candidate.person.0,
            disclosure: candidate.disclosure.code(),
            ring: candidate.standing.authorities.iter().map(ToString::to_string).collect(),
            restriction_owner: candidate.standing.restriction.map(|restriction| restriction.owner.0),
            told: candidate.told.map(ToldApart::from),
        }
    }
}

impl From<Particulars> for ToldApart {
    fn from(told: Particulars) -> Self {
        let because = told.comparison.agreements.iter().map(|agreement| Reason {
            field: agreement.field.code(),
            level: agreement.level.code(),
            words: agreement.level.words(),
            weight: agreement.weight,
        });
        Self {
            because: because.collect(),
            given: told.given,
            family: told.family,
            year_of_birth: told.year_of_birth,
            kind: told.kind,
            sex: told.sex,
            area: told.area,
            strength: told.comparison.strength.map_or("possible", domain::matching::weights::Strength::code),
            weight: told.comparison.weight,
            perhaps_twins: told.perhaps_twins.into_iter().map(|twin| twin.0).collect(),
        }
    }
}

const NOBODY: &str = "Nobody was found; that is no reassurance. If you are worried, tell the front door.";
const SOMEBODY: &str = "Ask about the one you mean: the asking is what the next who worries will see.";
const TOO_MANY: &str = "More may be meant than are shown. Give a date of birth, a postcode or an NHS number.";

/// Looks for somebody by what is known of them. Each who is shown is named in the access log.
#[utoipa::path(post, path = "/api/v1/people/search", tag = "people", request_body = SearchPeople, responses((status = 200, body = FoundPeople)))]
pub async fn search(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<SearchPeople>,
) -> Result<HttpResponse, Problem> {
    let looking = asking.looking(Action::SearchPeople);
    let (found, fits) = match body.search.read()? {
        Wanted::Near(typed) => {
            let fits = typed.nhs_number.as_ref().is_none_or(|number| number.parse::<NhsNumber>().is_ok());
            (app.search(&asking.visitor, looking, &typed).await?, fits)
        }
        Wanted::Exactly(number) => (app.search_by_number(&asking.visitor, looking, &number).await?, true),
    };
    Ok(HttpResponse::Ok().json(FoundPeople {
        advice: advice(found.candidates.near.is_empty(), found.candidates.are_more),
        found: found.candidates.near.into_iter().map(FoundPerson::from).collect(),
        are_more: found.candidates.are_more,
        number_does_not_fit: !fits,
        is_catching_up: found.is_catching_up,
    }))
}

fn advice(is_empty: bool, are_more: bool) -> &'static str {
    match (is_empty, are_more) {
        (true, _) => NOBODY,
        (false, true) => TOO_MANY,
        (false, false) => SOMEBODY,
    }
}
