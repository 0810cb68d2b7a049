//! What was typed of a contact, read.

use chrono::{DateTime, Utc};
use domain::authority::Authority;
use domain::contact::{ConcernKind, Method, Significance, SourceDisclosure};
use domain::ids::PersonId;
use domain::matching::Typed as Known;
use domain::person::Assertion;
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::text::{Line, Narrative};
use domain::when::{Occurred, civil_day};

use super::about::ConcernOf;
use super::involved::{self, Parts};
use super::{Of, is_front_door, unrecorded};
use crate::web::components::Problems;
use crate::web::form::Typed;
use crate::web::session::Session;

/// What is told, parsed.
pub(super) struct Telling {
    pub child: Option<Vec<Assertion>>,
    pub parts: Parts,
    pub authority: Authority,
    pub occurred: Occurred,
    /// What worries, and whom it is about once that was asked.
    pub concerns: Vec<ConcernOf>,
    pub significance: Significance,
    pub method: Method,
    pub account: Narrative,
    pub teller: Option<Line>,
    pub source_disclosure: SourceDisclosure,
}

/// `nameable` are those who can be named beside the child.
pub(super) fn read(
    session: &Session,
    of: &Of,
    typed: &Typed,
    nameable: &[PersonId],
    problems: &mut Problems,
) -> Option<Telling> {
    let child = match of.child {
        Some(_) => Some(None),
        None => read_child(typed, problems).map(Some),
    };
    let named = typed.get("named").parse().ok();
    let parts = involved::read(typed, nameable, named, problems);
    let concerns: Option<Vec<ConcernKind>> = typed.all("concern").map(|code| code.parse().ok()).collect();
    let concerns = concerns.filter(|concerns| !concerns.is_empty());
    if concerns.is_none() {
        problems.add("concern", "Choose at least one concern");
    }
    let significance = typed.required("significance", "Say how grave it is", problems);
    let occurred = read_when(session.now, typed, problems);
    let account = typed.required("account", "Write what you saw, heard or were told", problems);
    let method = if is_front_door(session) {
        typed.required("method", "Say how it came", problems)
    } else {
        Some(Method::OnlineForm)
    };
    let source_disclosure = typed.required("named", "Say whether whoever told it may be named", problems);
    let teller = if is_front_door(session) { read_teller(typed, source_disclosure, problems) } else { None };
    let teller = read_named_teller(teller, parts.as_ref(), problems);
    let authority = session.visitor.actor().authority.clone();
    if authority.is_none() {
        problems.add(
            "account",
            "Your agency works in no authority's partnership, so there is no front door to tell",
        );
    }
    Some(Telling {
        child: child?,
        parts: parts?,
        authority: authority?,
        occurred: occurred?,
        concerns: concerns?.into_iter().map(|kind| (kind, Vec::new())).collect(),
        significance: significance?,
        method: method?,
        account: account?,
        teller,
        source_disclosure: source_disclosure?,
    })
}

fn read_child(typed: &Typed, problems: &mut Problems) -> Option<Vec<Assertion>> {
    let (given, family) = (typed.get("given"), typed.get("family"));
    let name = PersonName::parse(given, family);
    if name.is_err() {
        problems.add("given", "Enter the child’s name: a given name, a family name or both");
    }
    let born = typed.born("born", "Enter the child’s date of birth, as well as it is known", problems);
    let mut assertions =
        vec![Assertion::Name { name: name.ok()?, usage: NameUse::Usual }, Assertion::Birth(born?)];
    if !typed.get("nhs_number").is_empty() {
        match Identifier::parse(Scheme::Nhs, typed.get("nhs_number")) {
            Ok(number) => assertions.push(Assertion::Identifier(number)),
            Err(_) => {
                problems.add(
                    "nhs_number",
                    "An NHS number is ten digits and its last fits; leave it out if you are not sure",
                );
                return None;
            }
        }
    }
    Some(assertions)
}

/// Whoever told it and whether they may be named are one answer: a name is not dropped unsaid.
fn read_teller(typed: &Typed, named: Option<SourceDisclosure>, problems: &mut Problems) -> Option<Line> {
    let teller = typed.optional("teller", problems)?;
    if named == Some(SourceDisclosure::Anonymous) {
        problems.add("teller", "Leave out who told it, or say below how far they may be named");
        return None;
    }
    Some(teller)
}

/// Whoever was named among the others and only told it is who told it.
fn read_named_teller(typed: Option<Line>, parts: Option<&Parts>, problems: &mut Problems) -> Option<Line> {
    let named = parts.iter().flat_map(|parts| &parts.unrecorded).filter(|one| one.only_told_it());
    let mut teller = typed;
    for one in named {
        let (field, place) = (unrecorded::parts_field(one.number), unrecorded::place(one.number));
        if teller.is_some() {
            problems.add(
                field,
                format!("Somebody else, {place}: one person can be named who told it and no more; name others in the account"),
            );
            continue;
        }
        teller = Line::parse(&one.name.spoken()).ok();
        if teller.is_none() {
            problems.add(
                field,
                format!("Somebody else, {place}: the name of who told it has at most 200 letters"),
            );
        }
    }
    teller
}

fn read_when(now: DateTime<Utc>, typed: &Typed, problems: &mut Problems) -> Option<Occurred> {
    match typed.get("when") {
        "now" => Some(Occurred::Instant(now)),
        "day" => {
            let day = typed.born("day", "Enter the day it happened", problems)?;
            match day.day().filter(|day| *day <= civil_day(now)) {
                Some(day) => Some(Occurred::Day(day)),
                None => {
                    problems.add("day", "The day it happened must be a whole date, today or before");
                    None
                }
            }
        }
        _ => {
            problems.add("when", "Say when it happened");
            None
        }
    }
}

/// What is known of a child without a record, to look for one who is near.
pub(super) fn known(typed: &Typed) -> Option<Known> {
    let number: String = typed.get("nhs_number").chars().filter(char::is_ascii_digit).collect();
    Some(Known {
        given: typed.string("given"),
        family: typed.string("family"),
        born: typed.born("born", "", &mut Problems::default()),
        nhs_number: (number.len() == 10).then_some(number),
        ..Known::default()
    })
    .filter(|known| !(known.given.is_empty() && known.family.is_empty()))
}

#[cfg(test)]
mod tests {
    use domain::contact::involved::ContactRole;

    use super::unrecorded::Unrecorded;
    use super::*;

    #[test]
    fn a_name_that_was_typed_of_somebody_anonymous_is_said_at_its_field_and_not_dropped() {
        let typed = |teller: &str| Typed::from(vec![("teller".to_owned(), teller.to_owned())]);
        for named in SourceDisclosure::ALL {
            let mut problems = Problems::default();
            let read = read_teller(&typed("Ines Moreau"), Some(*named), &mut problems);
            let is_anonymous = *named == SourceDisclosure::Anonymous;
            assert_eq!(
                (read.is_none(), problems.of("teller").is_some()),
                (is_anonymous, is_anonymous),
                "{named}"
            );
        }
        let mut problems = Problems::default();
        assert!(read_teller(&typed(""), Some(SourceDisclosure::Anonymous), &mut problems).is_none());
        assert!(problems.is_empty());
    }

    #[test]
    fn one_person_is_named_who_only_told_it() {
        let told = |number| Unrecorded {
            number,
            name: PersonName::parse("Ines", "Moreau").unwrap(),
            parts: vec![ContactRole::Source],
        };
        let parts = |unrecorded| Parts { unrecorded, ..Parts::default() };
        let mut problems = Problems::default();
        let teller = read_named_teller(None, Some(&parts(vec![told(1)])), &mut problems);
        assert_eq!((teller, problems.is_empty()), (Line::parse("Ines Moreau").ok(), true));
        read_named_teller(None, Some(&parts(vec![told(1), told(3)])), &mut problems);
        assert!(problems.of("also-3-part").is_some() && problems.of("also-1-part").is_none());
        let mut problems = Problems::default();
        read_named_teller(Line::parse("A neighbour").ok(), Some(&parts(vec![told(1)])), &mut problems);
        assert!(problems.of("also-1-part").is_some(), "it was said already");
    }
}
