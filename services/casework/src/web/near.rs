//! Who may be meant: those on record who are like what was typed, each with why, field by field. They are shown before
//! "no trace" is believed and before a new record is opened for a child who may have one.
//!
//! Every one who is shown was named in the access log first. Left out: who is near enough (the domain), how many are
//! shown to whom ([`crate::search`]).

use askama::Template;
use domain::access::{Action, Purpose};
use domain::ids::PersonId;
use domain::matching::weights::Strength;
use domain::matching::{Field, Level, Typed as Known};
use domain::person::Sex;
use projections::people::{Candidate, Particulars};

use super::components::{Hidden, Tag};
use super::frame::Frame;
use super::problem::PageProblem;
use super::session::Session;
use super::words;
use crate::app::App;
use crate::error::{FieldError, ReadError};
use crate::search::FoundPeople;

/// The name of the button that chooses somebody, and of the one that chooses nobody.
pub const PERSON: &str = "person";
pub const NONE: &str = "none";

/// Is it one of these?
#[derive(Template)]
#[template(path = "near.html")]
pub struct NearPage {
    pub frame: Frame,
    pub address: String,
    pub purpose: Purpose,
    /// Why they are shown.
    pub lead: &'static str,
    pub near: Vec<NearSaid>,
    pub are_more: bool,
    pub is_catching_up: bool,
    /// What the button at each says.
    pub choose: &'static str,
    pub none: Option<NoneOfThese>,
    /// What was typed, to go on with or to change.
    pub carried: Hidden,
}

/// What happens when it is none of them.
pub struct NoneOfThese {
    pub words: &'static str,
    pub button: &'static str,
    pub value: String,
}

/// Somebody who may be meant, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearSaid {
    person: PersonId,
    missing: Vec<String>,
    told: Option<ToldApart>,
    /// Where to ring about somebody of whom no more is told.
    ring: Vec<String>,
}

/// Just enough to tell them from others, and why they may be meant.
#[derive(Clone, PartialEq, Eq, Debug)]
struct ToldApart {
    name: String,
    particulars: String,
    strength: Tag,
    because: Vec<(&'static str, &'static str)>,
    has_twin: bool,
}

/// Those who are near; none when this visitor does not look people up, or too little was typed to do so.
pub async fn look(
    app: &App,
    session: &Session,
    purpose: Purpose,
    known: &Known,
) -> Result<Option<FoundPeople>, PageProblem> {
    match look_or_say(app, session, purpose, known).await {
        Ok(Ok(found)) => Ok(Some(found)),
        Ok(Err(_)) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Those who are near; or which fields are missing. Nobody at all for a visitor who does not look people up.
pub async fn look_or_say(
    app: &App,
    session: &Session,
    purpose: Purpose,
    known: &Known,
) -> Result<Result<FoundPeople, Vec<FieldError>>, PageProblem> {
    if app.scope(&session.visitor, Action::SearchPeople, purpose).is_err() {
        return Ok(Err(Vec::new()));
    }
    let looking = session.asking(purpose).looking(Action::SearchPeople);
    match app.search(&session.visitor, looking, known).await {
        Ok(found) => Ok(Ok(found)),
        Err(ReadError::Invalid(fields)) => Ok(Err(fields)),
        Err(error) => Err(error.into()),
    }
}

/// True when somebody on record has exactly this name and date of birth.
pub fn is_exact(found: &FoundPeople) -> bool {
    let same = |told: &Particulars| {
        let fields = told.comparison.agreements.iter();
        let same = fields.filter(|agreement| agreement.level == Level::Same).map(|agreement| agreement.field);
        let same: Vec<Field> = same.collect();
        same.contains(&Field::Family) && same.contains(&Field::Given) && same.contains(&Field::Birth)
    };
    found.candidates.near.iter().any(|candidate| candidate.told.as_ref().is_some_and(same))
}

/// Each in words.
pub async fn said(app: &App, found: &FoundPeople) -> Result<Vec<NearSaid>, PageProblem> {
    let mut near = Vec::with_capacity(found.candidates.near.len());
    for candidate in &found.candidates.near {
        near.push(one(app, candidate).await?);
    }
    Ok(near)
}

async fn one(app: &App, candidate: &Candidate) -> Result<NearSaid, PageProblem> {
    let mut ring = Vec::new();
    if candidate.told.is_none() {
        let doors = app.responsible(&candidate.standing.authorities, app.on_record()).await?;
        ring = doors
            .into_iter()
            .map(|door| door.name.unwrap_or_else(|| format!("Authority {}", door.authority)))
            .collect();
    }
    Ok(NearSaid {
        person: candidate.person,
        missing: candidate.missing.iter().map(words::missing).collect(),
        told: candidate.told.as_ref().map(told_apart),
        ring,
    })
}

fn told_apart(told: &Particulars) -> ToldApart {
    let born = match (told.kind.as_deref(), told.year_of_birth) {
        (Some("unborn"), Some(year)) => Some(format!("unborn, expected in {year}")),
        (Some("unborn"), None) => Some("unborn".to_owned()),
        (_, Some(year)) => Some(format!("born in {year}")),
        (_, None) => None,
    };
    let area = told.area.as_ref().map(|area| format!("last lived in {area}"));
    let sex = told.sex.as_deref().and_then(sex).map(str::to_owned);
    let particulars: Vec<String> = [born, sex, area].into_iter().flatten().collect();
    let because = told.comparison.agreements.iter();
    let strength = told.comparison.strength.map_or("possible", Strength::code);
    ToldApart {
        name: format!("{} {}", told.given, told.family).trim().to_owned(),
        particulars: words::first_upper(&particulars.join(", ")),
        strength: Tag {
            text: words::first_upper(strength),
            colour: if strength == "strong" { "" } else { "grey" },
        },
        because: because.map(|agreement| (field(agreement.field), agreement.level.words())).collect(),
        has_twin: !told.perhaps_twins.is_empty(),
    }
}

/// What is not known is not said.
fn sex(code: &str) -> Option<&'static str> {
    match code.parse().ok()? {
        Sex::Female => Some("female"),
        Sex::Male => Some("male"),
        Sex::Unknown => None,
    }
}

const fn field(field: Field) -> &'static str {
    match field {
        Field::Given => "Given name",
        Field::Family => "Family name",
        Field::Name => "Name",
        Field::Birth => "Date of birth",
        Field::NhsNumber => "NHS number",
        Field::Address => "Address",
    }
}

#[cfg(test)]
impl NearSaid {
    fn samples() -> Vec<Self> {
        let told = ToldApart {
            name: "Tilly <Marsh>".to_owned(),
            particulars: "Born in 2019, female".to_owned(),
            strength: Tag { text: "Likely".to_owned(), colour: "grey" },
            because: vec![("Family name", "one letter different")],
            has_twin: true,
        };
        let person = PersonId(uuid::Uuid::nil());
        let missing = vec!["Missing from home since 1 March 2026".to_owned()];
        vec![
            Self { person, missing, told: Some(told), ring: Vec::new() },
            Self { person, missing: Vec::new(), told: None, ring: vec!["Invented Council".to_owned()] },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    fn sample(near: Vec<NearSaid>) -> NearPage {
        NearPage {
            frame: Frame::plain("Near"),
            address: "/ask/attendance".to_owned(),
            purpose: Purpose::Attendance,
            lead: "Nobody is on record under exactly that.",
            near,
            are_more: true,
            is_catching_up: true,
            choose: "Ask about this child",
            none: Some(NoneOfThese { words: "No trace.", button: "None", value: "yes".to_owned() }),
            carried: Hidden(vec![("given".to_owned(), "\"Tily\"".to_owned())]),
        }
    }

    #[test]
    fn those_who_are_near_are_told_apart_and_why_they_may_be_meant() {
        let html = sample(NearSaid::samples()).render().unwrap();
        is_whole(&html);
        assert!(html.contains("one letter different") && html.contains("Missing from home"), "{html}");
        assert!(html.contains("Invented Council") && !html.contains("<Marsh>"), "{html}");
        assert!(!html.contains("value=\"\"Tily"), "escaped");
    }

    #[test]
    fn that_nobody_is_near_is_no_reassurance() {
        let html = sample(Vec::new()).render().unwrap();
        is_whole(&html);
        assert!(html.contains("not reassurance"), "{html}");
    }
}
