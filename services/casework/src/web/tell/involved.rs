//! Who is in the event, and in which part: the child, those close to the child whom the teller may know, and whoever the
//! teller names ([`super::unrecorded`]).
//!
//! Those are offered whom a tie joins to the child, or to the same household: to whoever is told all of the child, and
//! to others where their own agency put the tie on record. What is posted is held against the same list, so that
//! somebody the teller may not know and somebody who does not exist are answered alike.

use std::collections::BTreeMap;
use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use domain::access::{Action, Disclosure};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Record, SourceDisclosure};
use domain::ids::PersonId;
use domain::tie::TieKind;
use domain::when::civil_day;
use projections::scope::Scope;
use projections::{access, people, status, timeline};

use super::Of;
use super::check::Kept;
use super::unrecorded::{self, Unrecorded};
use crate::access_log::{Shown, ShownPerson};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::ReadError;
use crate::web::components::{Answer, Checks, Problems};
use crate::web::form::{STEP, Typed};
use crate::web::problem::PageProblem;
use crate::web::receipt::Identity;
use crate::web::session::Session;
use crate::web::words;

/// The child's own parts.
pub(super) const PART: &str = "part";
/// Others' parts, each a person and a part.
const OTHER: &str = "other";

/// A child on record and those close to the child, as far as whoever tells may know them.
pub(super) struct Circle {
    pub child: Identity,
    pub kept: Kept,
    disclosure: Disclosure,
    pub close: Vec<Close>,
    /// Who of them is missing, and from where: the child first.
    pub missing: Vec<String>,
}

/// Somebody close to the child.
pub(super) struct Close {
    pub person: PersonId,
    pub name: String,
    /// What they are to the child.
    pub relation: String,
    pub kept: Kept,
}

/// Who is in the event, and in which parts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Parts {
    pub of_child: Vec<ContactRole>,
    pub of_others: BTreeMap<PersonId, Vec<ContactRole>>,
    /// Whoever the teller named.
    pub unrecorded: Vec<Unrecorded>,
}

/// Somebody in the event, as forms write them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Whom {
    Child,
    Close(PersonId),
    /// By the row they were named in.
    Unrecorded(usize),
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Child => f.write_str("child"),
            Self::Close(person) => person.fmt(f),
            Self::Unrecorded(number) => write!(f, "also-{number}"),
        }
    }
}

/// The child that is told of and those close to the child, and the look on record; none for a child without a record.
pub(super) async fn circle(app: &App, session: &Session, of: &Of) -> Result<Option<Circle>, PageProblem> {
    let Some(child) = of.child else { return Ok(None) };
    judge_by_now(app).await?;
    app.take_in("timeline").await;
    app.take_in("status").await;
    let looking = session.asking(of.purpose).looking(Action::ReadPerson);
    let found = app.look(&session.visitor, looking, async |scope| {
        let circle = Circle::of(app, scope, child).await?;
        // Of those close to the child it shows who they are.
        let close = circle.close.iter().map(|one| (one.person, Disclosure::Status));
        let shown = close.chain([(child, circle.disclosure)]);
        let people = shown.map(|(person, disclosure)| ShownPerson { person, disclosure }).collect();
        Ok(Shown { answer: circle, people })
    });
    Ok(Some(found.await?))
}

/// Those who can be named beside the child, of whom nothing is shown.
pub(super) async fn nameable(app: &App, session: &Session, of: &Of) -> Result<Vec<PersonId>, PageProblem> {
    let Some(child) = of.child else { return Ok(Vec::new()) };
    judge_by_now(app).await?;
    app.take_in("timeline").await;
    let scope = app.scope(&session.visitor, Action::ReadPerson, of.purpose).map_err(ReadError::from)?;
    Ok(Circle::of(app, &scope, child).await?.close.into_iter().map(|one| one.person).collect())
}

impl Circle {
    async fn of(app: &App, scope: &Scope, child: PersonId) -> Result<Self, ReadError> {
        let today = civil_day(app.clock.now());
        let ties = timeline::family(&app.views, scope, child).await?.map_or_else(Vec::new, |(_, ties)| ties);
        let mut relations: Vec<(PersonId, Vec<String>)> = Vec::new();
        let mut is_also = |person: PersonId, relation: String| match relations
            .iter_mut()
            .find(|(known, _)| *known == person)
        {
            Some((_, known)) => known.push(relation),
            None => relations.push((person, vec![relation])),
        };
        for tie in &ties {
            let other = tie.other(child);
            let begins_with = if tie.from == other { words::End::Them } else { words::End::TheChild };
            let lasts = if tie.is_ended { words::Lasts::Ended } else { words::Lasts::Still };
            is_also(other, words::relation(tie.kind, begins_with, lasts));
        }
        for other in timeline::household(&app.views, scope, child).await? {
            is_also(other, words::relation(TieKind::HouseholdMember, words::End::Them, words::Lasts::Still));
        }
        let everyone: Vec<PersonId> = relations.iter().map(|(person, _)| *person).chain([child]).collect();
        let known = people::known(&app.views, scope, &everyone).await?;
        let standings = access::standings(&app.views, &everyone).await?;
        let disclosure = |person| known.get(person).map_or(Disclosure::None, |known| known.disclosure);
        let kept = |person| {
            let restriction = standings.get(person).and_then(|standing| standing.restriction.as_ref());
            Kept::known(restriction, disclosure(person))
        };
        let is_told_of = |person: &PersonId| {
            standings.get(person).is_some_and(|standing| scope.disclosure(standing) > Disclosure::None)
        };
        let told_of: Vec<PersonId> = everyone.iter().copied().filter(is_told_of).collect();
        let mut missing = status::missing_among(&app.views, &told_of).await?;
        let own: BTreeMap<_, _> = missing.remove_entry(&child).into_iter().collect();
        let name = |person: &PersonId| {
            known.get(person).map_or_else(|| "The child".to_owned(), |known| Identity::of(known, today).name)
        };
        let close = relations.iter().filter(|(person, _)| known.contains_key(person));
        Ok(Self {
            // Anyone may tell about any child, whatever they are told of them; nor are they told here whether there is one.
            child: known.get(&child).map_or_else(Identity::hidden, |known| Identity::of(known, today)),
            kept: kept(&child),
            disclosure: disclosure(&child),
            close: close
                .map(|(person, relation)| Close {
                    person: *person,
                    name: name(person),
                    relation: relation.join(", "),
                    kept: kept(person),
                })
                .collect(),
            missing: [own, missing].iter().flat_map(|some| words::missing_among(some, name)).collect(),
        })
    }
}

impl Parts {
    /// Everyone on record, once for each part.
    pub fn involved(&self, on_record: impl Fn(Whom) -> Option<PersonId>) -> Vec<Involved> {
        let of = |(whom, parts): (Whom, &Vec<ContactRole>)| {
            let person = on_record(whom)?;
            Some(
                parts.iter().map(move |role| Involved { person, role: *role, age: None }).collect::<Vec<_>>(),
            )
        };
        self.each().filter_map(of).flatten().collect()
    }

    /// How many parts go on record.
    fn on_record(&self) -> usize {
        let told_it = self.unrecorded.iter().filter(|one| one.only_told_it());
        let all: usize = self.each().map(|(_, parts)| parts.len()).sum();
        all - told_it.map(|one| one.parts.len()).sum::<usize>()
    }

    /// Everyone and their parts, the child first.
    pub fn each(&self) -> impl Iterator<Item = (Whom, &Vec<ContactRole>)> {
        let close = self.of_others.iter().map(|(person, parts)| (Whom::Close(*person), parts));
        let named = self.unrecorded.iter().map(|one| (Whom::Unrecorded(one.number), &one.parts));
        [(Whom::Child, &self.of_child)].into_iter().chain(close).chain(named)
    }

    /// How many people have this part.
    pub fn with(&self, part: ContactRole) -> usize {
        self.each().filter(|(_, parts)| parts.contains(&part)).count()
    }

    /// Those it is about.
    pub fn subjects(&self) -> Vec<Whom> {
        self.each().filter(|(_, parts)| parts.contains(&ContactRole::Subject)).map(|(whom, _)| whom).collect()
    }

    /// Those for whom a record is opened, by the name that was said.
    pub fn to_be_opened(&self) -> impl Iterator<Item = &Unrecorded> {
        self.unrecorded.iter().filter(|one| !one.only_told_it())
    }
}

/// Everyone who is named in it, the child first.
pub(super) fn everyone(circle: Option<&Circle>, typed: &Typed, parts: &Parts) -> Vec<(Whom, String)> {
    let (name, child) = match circle {
        Some(Circle { child, .. }) => (child.name.clone(), format!("{}, born {}", child.name, child.born)),
        None => {
            let name = format!("{} {}", typed.get("given"), typed.get("family")).trim().to_owned();
            (name.clone(), name)
        }
    };
    let close = circle.iter().flat_map(|circle| &circle.close);
    let close: Vec<&Close> = close.filter(|one| parts.of_others.contains_key(&one.person)).collect();
    let spoken = parts.unrecorded.iter().map(|one| one.name.spoken());
    let names: Vec<String> = close.iter().map(|one| one.name.clone()).chain(spoken).chain([name]).collect();
    let said = |one: &Unrecorded| {
        let name = one.name.spoken();
        // Of the same name as another, they are told apart by where they were named.
        let is_one = names.iter().filter(|other| **other == name).count() == 1;
        if is_one { name } else { format!("{name} (somebody else, {})", unrecorded::place(one.number)) }
    };
    let close = close.iter().map(|one| (Whom::Close(one.person), format!("{}, {}", one.name, one.relation)));
    let named = parts.unrecorded.iter().map(|one| (Whom::Unrecorded(one.number), said(one)));
    [(Whom::Child, child)].into_iter().chain(close).chain(named).collect()
}

/// What was chosen of who is in it; `nameable` are those who can be named beside the child.
pub(super) fn read(
    typed: &Typed,
    nameable: &[PersonId],
    named: Option<SourceDisclosure>,
    problems: &mut Problems,
) -> Option<Parts> {
    let of_child: Option<Vec<ContactRole>> = typed.all(PART).map(|code| code.parse().ok()).collect();
    let of_child = of_child.filter(|parts| !parts.is_empty());
    if of_child.is_none() {
        problems.add(PART, "Say what part the child has in it");
    }
    let Some(of_others) = others(typed, nameable) else {
        problems.add(OTHER, "Choose from the people who are shown: somebody you chose is not one of them");
        return None;
    };
    let unrecorded = unrecorded::read(typed, problems);
    let parts = Parts { of_child: of_child?, of_others, unrecorded: unrecorded? };
    if parts.with(ContactRole::Subject) == 0 {
        problems.add(PART, "Say whom the worry is about: the child, or somebody else who is in it");
    }
    if parts.on_record() > Record::MOST_PARTS {
        let most = Record::MOST_PARTS;
        let several = format!("Choose at most {most} parts; tell of the others in a contact of their own");
        problems.add(PART, several);
    }
    if named == Some(SourceDisclosure::Anonymous) && parts.with(ContactRole::Source) > 0 {
        let named = parts.unrecorded.iter().find(|one| one.has(ContactRole::Source));
        let field = match named {
            _ if parts.of_child.contains(&ContactRole::Source) => PART,
            Some(named) => unrecorded::parts_field(named.number),
            None => OTHER,
        };
        problems.add(field, "Leave out who told it, or say below how far they may be named");
    }
    Some(parts)
}

/// None when somebody else was named than can be.
fn others(typed: &Typed, nameable: &[PersonId]) -> Option<BTreeMap<PersonId, Vec<ContactRole>>> {
    let mut others: BTreeMap<PersonId, Vec<ContactRole>> = BTreeMap::new();
    for value in typed.all(OTHER) {
        let (person, part) = value.split_once(' ')?;
        let person = PersonId::read(person).ok().filter(|person| nameable.contains(person))?;
        others.entry(person).or_default().push(part.parse().ok()?);
    }
    Some(others)
}

/// True when somebody was named beside the child.
pub(super) fn names_others(typed: &Typed) -> bool {
    typed.all(OTHER).next().is_some()
}

/// The child's parts: that the concern is about the child until it is said otherwise.
pub(super) fn part_field(typed: &Typed, problems: &Problems) -> Checks {
    let chosen: Vec<&str> = typed.all(PART).collect();
    let is_new = typed.get(STEP).is_empty();
    let box_of = |role: &ContactRole| Answer {
        value: role.code().to_owned(),
        label: words::first_upper(words::part(*role)),
        is_chosen: chosen.contains(&role.code()) || (is_new && *role == ContactRole::Subject),
        ..Answer::default()
    };
    Checks {
        name: PART.to_owned(),
        legend: "What is the child’s part in it?".to_owned(),
        hint: "Choose all that apply. A child can be the one you worry about and have harmed another.",
        options: ContactRole::ALL.iter().map(box_of).collect(),
        error: problems.of(PART),
    }
}

/// Others who can be chosen, each with the parts they may have, and room to name more.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/others.html")]
pub(super) struct Others {
    people: Vec<OtherSaid>,
    named: Vec<unrecorded::Row>,
    error: Option<String>,
}

impl HtmlSafe for Others {}

/// Somebody who can be named.
#[derive(Clone, PartialEq, Eq, Debug)]
struct OtherSaid {
    name: String,
    relation: String,
    parts: Vec<Answer>,
}

impl Others {
    pub fn field(close: &[Close], typed: &Typed, problems: &Problems) -> Self {
        let chosen: Vec<&str> = typed.all(OTHER).collect();
        let box_of = |person: PersonId, role: &ContactRole| {
            let value = format!("{person} {role}");
            let label = words::first_upper(words::part(*role));
            Answer { is_chosen: chosen.contains(&value.as_str()), value, label, ..Answer::default() }
        };
        let row = |one: &Close| OtherSaid {
            name: one.name.clone(),
            relation: one.relation.clone(),
            parts: ContactRole::ALL.iter().map(|role| box_of(one.person, role)).collect(),
        };
        Self {
            people: close.iter().map(row).collect(),
            named: unrecorded::rows(typed, problems),
            error: problems.of(OTHER),
        }
    }

    /// Whether the rows for more are shown at once: to whoever has nobody to choose from.
    fn is_open(&self) -> bool {
        self.people.is_empty() || unrecorded::is_begun(&self.named)
    }

    /// The first box has the list's own name, so that the summary's link finds it.
    fn id(person: &usize, part: &usize) -> String {
        if (*person, *part) == (0, 0) {
            OTHER.to_owned()
        } else {
            format!("{OTHER}-{}-{}", person + 1, part + 1)
        }
    }
}

#[cfg(test)]
impl Close {
    pub fn sample() -> Vec<Self> {
        let of = |number, name: &str, relation: &str| Self {
            person: PersonId(uuid::Uuid::from_u128(number)),
            name: name.to_owned(),
            relation: relation.to_owned(),
            kept: Kept::Open,
        };
        vec![of(1, "Dana Marsh", "mother"), of(2, "Jonah Marsh", "brother or sister")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of these fields, and at which of them something is wrong.
    fn read_of(pairs: &[(&str, String)], named: SourceDisclosure) -> (Option<Parts>, Vec<&'static str>) {
        let nameable: Vec<PersonId> = Close::sample().iter().map(|one| one.person).collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let mut problems = Problems::default();
        let read = read(&Typed::from(pairs), &nameable, Some(named), &mut problems);
        (
            read,
            [PART, OTHER, "also-1-part"].into_iter().filter(|field| problems.of(field).is_some()).collect(),
        )
    }

    fn part(code: &str) -> (&'static str, String) {
        (PART, code.to_owned())
    }

    fn other(number: u128, code: &str) -> (&'static str, String) {
        (OTHER, format!("{} {code}", uuid::Uuid::from_u128(number)))
    }

    #[test]
    fn everyone_has_the_parts_that_were_chosen_and_a_child_may_have_several() {
        let chosen =
            [part("subject"), part("alleged-to-have-harmed"), other(1, "witness"), other(1, "present")];
        let (parts, problems) = read_of(&chosen, SourceDisclosure::Named);
        let involved: Vec<_> = parts
            .unwrap()
            .involved(|whom| match whom {
                Whom::Child => Some(PersonId(uuid::Uuid::nil())),
                Whom::Close(person) => Some(person),
                Whom::Unrecorded(_) => None,
            })
            .iter()
            .map(|one| (one.person.0.as_u128(), one.role))
            .collect();
        let expected = [
            (0, ContactRole::Subject),
            (0, ContactRole::AllegedToHaveHarmed),
            (1, ContactRole::Witness),
            (1, ContactRole::Present),
        ];
        assert_eq!((involved.as_slice(), problems.is_empty()), (&expected[..], true));
    }

    #[test]
    fn more_parts_than_a_contact_holds_are_said_before_any_record_is_opened() {
        let close: Vec<PersonId> = (0..15).map(|number| PersonId(uuid::Uuid::from_u128(number))).collect();
        let read = |others: usize| {
            let chosen =
                close.iter().flat_map(|person| ContactRole::ALL.iter().map(move |part| (person, part)));
            let chosen =
                chosen.take(others).map(|(person, part)| (OTHER.to_owned(), format!("{person} {part}")));
            let named =
                [("also-1", "Lee"), ("also-1-part", "source")].map(|(n, v)| (n.to_owned(), v.to_owned()));
            let child = (PART.to_owned(), "subject".to_owned());
            let typed = Typed::from(chosen.chain(named).chain([child]).collect::<Vec<_>>());
            let mut problems = Problems::default();
            read(&typed, &close, Some(SourceDisclosure::Named), &mut problems);
            problems.of(PART)
        };
        assert_eq!(read(Record::MOST_PARTS - 1), None, "whoever only told it is no part of it on record");
        assert!(read(Record::MOST_PARTS).unwrap().contains("at most 50 parts"));
    }

    #[test]
    fn what_is_wrong_with_the_parts_is_said_at_their_field() {
        let wrong = |chosen: &[(&str, String)], named| read_of(chosen, named).1;
        let named = SourceDisclosure::Named;
        assert_eq!(wrong(&[], named), [PART], "no part");
        assert_eq!(wrong(&[part("bystander")], named), [PART], "no such part");
        assert_eq!(wrong(&[part("witness")], named), [PART], "about nobody");
        assert_eq!(wrong(&[part("witness"), other(2, "subject")], named), [""; 0], "about the other");
        for unknown in [other(3, "witness"), other(1, "bystander"), (OTHER, "witness".to_owned())] {
            assert_eq!(wrong(&[part("subject"), unknown.clone()], named), [OTHER], "{unknown:?}");
        }
        let anonymous = SourceDisclosure::Anonymous;
        assert_eq!(wrong(&[part("subject"), part("source")], anonymous), [PART]);
        assert_eq!(wrong(&[part("subject"), other(1, "source")], anonymous), [OTHER]);
        let named = [part("subject"), ("also-1", "Dana".to_owned()), ("also-1-part", "source".to_owned())];
        assert_eq!(wrong(&named, anonymous), ["also-1-part"]);
        assert_eq!(wrong(&named, SourceDisclosure::WithheldFromFamily), [""; 0]);
        let about = [part("witness"), ("also-1", "Wren".to_owned()), ("also-1-part", "subject".to_owned())];
        assert_eq!(wrong(&about, SourceDisclosure::Named), [""; 0], "about whoever was named");
    }
}
