//! The answers to check before they go on record, and who will see which part of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use domain::access::{AccessClass, Disclosure, Involvement, Relation, Role, Sensitivity};
use domain::contact::involved::ContactRole;
use domain::contact::{Significance, SourceDisclosure};
use projections::scope::Restriction;

use super::about;
use super::involved::{Circle, Parts, Whom, circle, everyone};
use super::read::Telling;
use super::unrecorded::Unrecorded;
use super::{Of, is_front_door};
use crate::app::App;
use crate::policy::Policy;
use crate::web::components::Hidden;
use crate::web::form::Typed;
use crate::web::frame::Frame;
use crate::web::problem::PageProblem;
use crate::web::session::Session;
use crate::web::words;

/// Whether the child's record is kept to named readers, as far as whoever tells may know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kept {
    Open,
    ToNamedReaders,
    /// They may not: what holds in either case is said, whichever it is.
    NotTold,
}

impl Kept {
    /// Whoever is told all of a record is told that it is kept to named readers, too; nobody else is.
    pub fn known(restriction: Option<&Restriction>, disclosure: Disclosure) -> Self {
        match (disclosure, restriction) {
            (Disclosure::Full, None) => Self::Open,
            (Disclosure::Full, Some(_)) => Self::ToNamedReaders,
            _ => Self::NotTold,
        }
    }

    /// Of several children: what holds of any of them holds of what is told of all.
    fn of_all(each: impl IntoIterator<Item = Self>) -> Self {
        let closer = |one, other| match (one, other) {
            (Self::ToNamedReaders, _) | (_, Self::ToNamedReaders) => Self::ToNamedReaders,
            (Self::NotTold, _) | (_, Self::NotTold) => Self::NotTold,
            (Self::Open, Self::Open) => Self::Open,
        };
        each.into_iter().fold(Self::Open, closer)
    }
}

/// Those who see the same, and what they see.
#[derive(Clone, PartialEq, Eq, Debug)]
struct SeenBy {
    who: Vec<String>,
    open: &'static str,
    /// When the record is kept to readers it names, and they are none of them.
    kept: &'static str,
}

impl SeenBy {
    fn is_told_all(&self) -> bool {
        [self.open, self.kept].contains(&said(Disclosure::Full))
    }
}

#[derive(Template)]
#[template(path = "tell-check.html")]
pub(super) struct CheckPage {
    frame: Frame,
    address: String,
    /// Who is missing of those it may be about: before anything else.
    missing: Vec<String>,
    /// Everyone in it, and their parts.
    people: Vec<(String, String)>,
    rows: Vec<(&'static str, String)>,
    account: String,
    kept: Kept,
    /// Those who read the account.
    seen_by: Vec<SeenBy>,
    /// Those who see less, or nothing of it.
    less_by: Vec<SeenBy>,
    /// What holds because it names more than one person.
    of_several: Vec<String>,
    source: String,
    is_urgent: bool,
    carried: Hidden,
}

pub(super) async fn check(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
    told: &Telling,
) -> Result<CheckPage, PageProblem> {
    let mut rows = Vec::new();
    let circle = circle(app, session, of).await?;
    let named = everyone(circle.as_ref(), typed, &told.parts);
    rows.push(("What worries you", about::said(&told.concerns, &named)));
    rows.push(("How grave", words::first_upper(&told.significance.code().replace('-', " "))));
    rows.push(("When it happened", words::occurred(told.occurred)));
    if let Some(teller) = &told.teller {
        rows.push(("Who told it", teller.as_str().to_owned()));
    }
    let mut carried = session.hidden();
    carried.0.extend(typed.carried());
    let kept = kept(circle.as_ref(), &told.parts);
    let is_confided = told.source_disclosure != SourceDisclosure::Named;
    let seen_by = seen_by(&app.policy, session.role(), kept);
    let (seen_by, less_by) = seen_by.into_iter().partition(SeenBy::is_told_all);
    Ok(CheckPage {
        frame: Frame::of(session, "Check before it goes on record"),
        address: of.address(),
        kept,
        people: people(&named, &told.parts),
        of_several: of_several(&named, &told.parts, is_front_door(session), is_confided),
        missing: circle.map_or_else(Vec::new, |circle| circle.missing),
        rows,
        account: told.account.as_str().to_owned(),
        seen_by,
        less_by,
        source: source(told.source_disclosure, is_front_door(session), &tellers(&named, told)),
        is_urgent: told.significance == Significance::ImmediateDanger,
        carried,
    })
}

/// Everyone in it, the child first, and their parts. Whoever only told it stands below, as who told it.
fn people(named: &[(Whom, String)], parts: &Parts) -> Vec<(String, String)> {
    let tellers = parts.unrecorded.iter().filter(|one| one.only_told_it());
    let tellers: Vec<Whom> = tellers.map(|one| Whom::Unrecorded(one.number)).collect();
    let said = |(whom, parts): (Whom, &Vec<ContactRole>)| {
        let (_, name) =
            named.iter().find(|(known, _)| *known == whom).filter(|_| !tellers.contains(&whom))?;
        Some((name.clone(), words::parts(parts.iter().map(|part| part.code()))))
    };
    parts.each().filter_map(said).collect()
}

/// Whether the records of those whom it is about are kept to named readers. One that is opened now is open.
fn kept(circle: Option<&Circle>, parts: &Parts) -> Kept {
    let is_about = |parts: &[ContactRole]| parts.contains(&ContactRole::Subject);
    let Some(circle) = circle else { return Kept::Open };
    let others = circle
        .close
        .iter()
        .filter(|one| parts.of_others.get(&one.person).is_some_and(|parts| is_about(parts)));
    let child = is_about(&parts.of_child).then_some(circle.kept);
    Kept::of_all(child.into_iter().chain(others.map(|one| one.kept)))
}

/// Where a contact of several people stands, and who reads its account.
fn of_several(
    named: &[(Whom, String)],
    parts: &Parts,
    is_front_door: bool,
    is_confided: bool,
) -> Vec<String> {
    let mut said = Vec::new();
    let is_opened = |whom: &Whom| parts.to_be_opened().any(|one| *whom == Whom::Unrecorded(one.number));
    let opened: Vec<String> =
        named.iter().filter(|(whom, _)| is_opened(whom)).map(|(_, name)| name.clone()).collect();
    if !opened.is_empty() {
        let by = if opened.len() == 1 { "by this name" } else { "for each of these names" };
        let finds_out = if is_front_door {
            "finding out who they are is yours"
        } else {
            "the front door finds out who they are"
        };
        said.push(format!(
            "A record is opened {by}: {}. Nobody has looked whether they have a record already; {finds_out}.",
            words::listed(&opened)
        ));
    }
    if !parts.of_others.is_empty() || !opened.is_empty() {
        let own = "It stands on each one’s story, with their own part. Whoever sees it sees who else is in it, of those \
                   they may know.";
        said.push(own.to_owned());
    }
    if is_confided && parts.with(ContactRole::Source) > 0 {
        let untold = "That somebody told it is on nobody’s story: whoever has no other part in it does not have it on \
                      theirs.";
        said.push(untold.to_owned());
    }
    let children = parts.with(ContactRole::Subject);
    if children > 1 {
        said.push(format!(
            "It is about {children} people: only those who see all of each of them can read the account."
        ));
    }
    said
}

/// Those who are said to have told it, whether or not they have another part in it.
fn tellers(named: &[(Whom, String)], told: &Telling) -> Vec<String> {
    let has_told = told.parts.each().filter(|(_, parts)| parts.contains(&ContactRole::Source));
    let name = |whom: Whom| named.iter().find(|(known, _)| *known == whom).map(|(_, name)| name.clone());
    let mut names: Vec<String> = has_told.filter_map(|(whom, _)| name(whom)).collect();
    // Whoever was named and only told it stands among them already.
    let teller = told.teller.iter().map(|teller| teller.as_str().to_owned());
    names.extend(teller.filter(|_| !told.parts.unrecorded.iter().any(Unrecorded::only_told_it)));
    names
}

/// What of it leaves the front door that takes it: who told it is told with care. Whoever is no front door tells it
/// themselves, and answers for `tellers` too.
fn source(disclosure: SourceDisclosure, is_front_door: bool, tellers: &[String]) -> String {
    let names = words::listed(tellers);
    let family = match (disclosure, is_front_door, tellers.is_empty()) {
        (SourceDisclosure::Named, true, true) => return "The family may be told who told it.".to_owned(),
        (SourceDisclosure::Named, true, false) => {
            return format!("The family may be told who told it: {names}.");
        }
        (SourceDisclosure::Named, false, true) => {
            return "The family may be told that you told it.".to_owned();
        }
        (SourceDisclosure::Named, false, false) => {
            return format!("The family may be told both: that you told it, and who told you, {names}.");
        }
        (SourceDisclosure::WithheldFromFamily, true, _) => "The family is not told who told it.".to_owned(),
        (SourceDisclosure::WithheldFromFamily, false, true) => {
            "The family is not told that you told it.".to_owned()
        }
        (SourceDisclosure::WithheldFromFamily, false, false) => {
            format!("The family is told neither that you told it nor who told you, {names}.")
        }
        (SourceDisclosure::Anonymous, ..) => {
            "Nobody is told who told it, because they did not say.".to_owned()
        }
    };
    let keepers = if is_front_door { "and you" } else { "and your agency" };
    format!(
        "{family} By whom, how and at what hour it was told stays with the front door that takes it {keepers}. Others \
         above who see it see what it is about and the day, and nothing else of that."
    )
}

/// Where somebody can stand to a record, in words.
type Place = (Relation, Involvement, &'static str);

/// Of those who do an authority's statutory work, or look into anybody's.
const OF_AUTHORITIES: [Place; 4] = [
    (Relation::Own, Involvement::Caseload, "those who work with the child"),
    (Relation::Own, Involvement::Team, "those whose team does"),
    (Relation::Own, Involvement::Neither, "others of the authority"),
    (Relation::Other, Involvement::Neither, "those of other authorities"),
];
/// Of those who work with children elsewhere.
const OF_PARTNERS: [Place; 4] = [
    (Relation::Partner, Involvement::Caseload, "those who work with the child"),
    (Relation::Partner, Involvement::Team, "those whose team does"),
    (Relation::Partner, Involvement::Neither, "others in this partnership"),
    (Relation::Other, Involvement::Neither, "those in other partnerships"),
];

const fn places(role: Role) -> &'static [Place] {
    match role {
        Role::FrontDoor | Role::SocialWorker | Role::TeamManager | Role::ConferenceChair | Role::Auditor => {
            &OF_AUTHORITIES
        }
        Role::SafeguardingLead
        | Role::EmergencyNurse
        | Role::PoliceOfficer
        | Role::Teacher
        | Role::HealthVisitor => &OF_PARTNERS,
        // Nobody who sees.
        Role::Administrator | Role::System => &[],
    }
}

const fn said(disclosure: Disclosure) -> &'static str {
    match disclosure {
        Disclosure::Full => "All of it: the account, and who is in it in which part",
        Disclosure::Progress => "How the child stands, who asked, and how the work goes on; not this account",
        Disclosure::Status => "How the child stands, and whom to ring; not this account",
        Disclosure::Contact => "Whom to ring; nothing of this",
        Disclosure::None => "Nothing",
    }
}

/// Who will see which part, as policy decides it and not as somebody once wrote it down: everybody in every role, those
/// together who are told the same, the most first, and each for the purpose that tells them most. `you` tell it.
fn seen_by(policy: &Policy, you: Option<Role>, kept: Kept) -> Vec<SeenBy> {
    let told = |role: Role, relation: Relation, involvement: Involvement| {
        let of = |sensitivity| policy.tells_at_most(role, AccessClass { relation, involvement, sensitivity });
        // What is not shown tells nobody apart.
        let open = if kept == Kept::ToNamedReaders { Disclosure::None } else { of(Sensitivity::Open) };
        let kept = if kept == Kept::Open { Disclosure::None } else { of(Sensitivity::Restricted) };
        (open, kept)
    };
    let mut seen: BTreeMap<Reverse<(Disclosure, Disclosure)>, Vec<String>> = BTreeMap::new();
    if let Some(role) = you.filter(|role| places(*role) == OF_PARTNERS) {
        let told = told(role, Relation::Author, Involvement::Neither);
        seen.entry(Reverse(told)).or_default().push("You, and those in your role at your agency".to_owned());
    }
    for role in Role::ALL {
        let mut alike: BTreeMap<(Disclosure, Disclosure), Vec<&str>> = BTreeMap::new();
        for (relation, involvement, place) in places(*role) {
            alike.entry(told(*role, *relation, *involvement)).or_default().push(place);
        }
        let name = words::first_upper(&format!("{}s", words::role(*role)));
        let is_one = alike.len() == 1;
        for (told, places) in alike {
            let who = if is_one { name.clone() } else { format!("{name}: {}", places.join(", ")) };
            seen.entry(Reverse(told)).or_default().push(who);
        }
    }
    let row = |(Reverse((open, kept)), who)| SeenBy { who, open: said(open), kept: said(kept) };
    seen.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use domain::person::name::PersonName;

    use super::*;
    use crate::web::markup::is_whole;

    #[test]
    fn the_answers_to_check_are_whole_and_escaped() {
        let sample = |kept| CheckPage {
            frame: Frame::plain("Check"),
            address: "/contacts/new".to_owned(),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            people: vec![("Tilly Marsh".to_owned(), "subject of the worry".to_owned())],
            rows: vec![("When", "Now".to_owned())],
            account: "<b>bold</b>".to_owned(),
            kept,
            seen_by: vec![SeenBy {
                who: vec!["The front door".to_owned()],
                open: "All of it",
                kept: "Whom to ring",
            }],
            less_by: vec![SeenBy { who: vec!["Teachers".to_owned()], open: "Less", kept: "Nothing" }],
            of_several: vec!["It is about 2 people.".to_owned()],
            source: "The family may be told.".to_owned(),
            is_urgent: true,
            carried: Hidden(vec![("account".to_owned(), "\"quoted\"".to_owned())]),
        };
        for (kept, says) in [
            (Kept::Open, [true, false]),
            (Kept::ToNamedReaders, [false, true]),
            // Neither is promised alone: they cannot tell which it is.
            (Kept::NotTold, [true, true]),
        ] {
            let html = sample(kept).render().unwrap();
            is_whole(&html);
            assert!(html.find("Tilly is missing") < html.find("<h1"), "before anything else: {html}");
            assert!(!html.contains("<b>") && !html.contains("value=\"\"quoted"), "{html}");
            assert_eq!(["All of it", "Whom to ring"].map(|what| html.contains(what)), says, "{html}");
        }
    }

    #[test]
    fn everybody_in_every_role_is_told_of_and_all_of_it_is_for_those_whom_policy_tells_all() {
        let policy = Policy::shipped().unwrap();
        let rows = seen_by(&policy, Some(Role::Teacher), Kept::NotTold);
        let all = said(Disclosure::Full);
        for role in Role::ALL {
            let name = words::first_upper(&format!("{}s", words::role(*role)));
            let of = |row: &SeenBy| row.who.iter().filter(|who| who.starts_with(&name)).count();
            let is_one = rows.iter().map(of).sum::<usize>() == 1;
            let sees = !matches!(role, Role::Administrator | Role::System);
            assert_eq!(rows.iter().any(|row| of(row) > 0), sees, "{role}");
            for (relation, involvement, place) in places(*role) {
                let is_there = |who: &String| who.starts_with(&name) && (is_one || who.contains(place));
                let row = rows.iter().find(|row| row.who.iter().any(is_there)).unwrap();
                let tells = |sensitivity| {
                    said(policy.tells_at_most(
                        *role,
                        AccessClass { relation: *relation, involvement: *involvement, sensitivity },
                    ))
                };
                let expected = (tells(Sensitivity::Open), tells(Sensitivity::Restricted));
                assert_eq!((row.open, row.kept), expected, "{role} {place}");
            }
        }
        let shown = |kept: Kept, column: fn(&SeenBy) -> &'static str| -> Vec<String> {
            let rows = seen_by(&policy, Some(Role::FrontDoor), kept);
            rows.into_iter().filter(|row| column(row) == all).flat_map(|row| row.who).collect()
        };
        assert_eq!(
            shown(Kept::Open, |row| row.open),
            [
                "Social workers: those who work with the child, those whose team does",
                "Team managers: those who work with the child, those whose team does, others of the authority",
                "Conference chairs: those who work with the child, those whose team does, others of the authority",
                "Front-door social workers: those who work with the child, those whose team does, others of the authority",
                "Auditors",
            ]
        );
        let kept = shown(Kept::ToNamedReaders, |row| row.kept);
        assert!(kept.contains(&"Social workers: those who work with the child".to_owned()), "{kept:?}");
        assert!(!kept.iter().any(|who| who.contains("others of the authority")), "{kept:?}");
    }

    #[test]
    fn only_whoever_is_told_all_of_a_record_is_told_whether_it_is_kept_to_named_readers() {
        let owner = domain::ids::PractitionerId(uuid::Uuid::nil());
        let review_on = "2026-06-01".parse().unwrap();
        let kept = Restriction { owner, readers: Vec::new(), review_on };
        for disclosure in Disclosure::ALL {
            let both = [None, Some(&kept)].map(|restriction| Kept::known(restriction, *disclosure));
            let tells = *disclosure == Disclosure::Full;
            assert_eq!(both, if tells { [Kept::Open, Kept::ToNamedReaders] } else { [Kept::NotTold; 2] });
        }
    }

    #[test]
    fn a_child_s_record_that_is_kept_to_named_readers_keeps_what_is_told_of_several() {
        for (each, of_all) in [
            (vec![Kept::Open, Kept::Open], Kept::Open),
            (vec![Kept::Open, Kept::ToNamedReaders, Kept::NotTold], Kept::ToNamedReaders),
            (vec![Kept::NotTold, Kept::Open], Kept::NotTold),
        ] {
            assert_eq!(Kept::of_all(each.clone()), of_all, "{each:?}");
        }
    }

    #[test]
    fn of_several_it_is_said_on_whose_story_it_stands_and_who_reads_it() {
        let other = domain::ids::PersonId(uuid::Uuid::nil());
        let of = |of_child: &[ContactRole], others: &[ContactRole]| Parts {
            of_child: of_child.to_vec(),
            of_others: (!others.is_empty()).then(|| (other, others.to_vec())).into_iter().collect(),
            unrecorded: Vec::new(),
        };
        let said = |parts: &Parts, is_confided| {
            let typed = crate::web::form::Typed::default();
            of_several(&everyone(None, &typed, parts), parts, false, is_confided).join(" ")
        };
        let (subject, source) = (ContactRole::Subject, ContactRole::Source);
        assert_eq!(said(&of(&[subject], &[]), true), "", "of one there is nothing to say");
        let (with_teller, siblings) = (of(&[subject], &[source]), of(&[subject, source], &[subject]));
        assert!(!said(&with_teller, false).contains("on nobody’s story"), "told openly");
        assert!(said(&with_teller, true).contains("That somebody told it is on nobody’s story"));
        assert!(!said(&with_teller, true).contains("people: only those"), "about one child");
        assert!(
            said(&siblings, false).contains("It is about 2 people: only those who see all of each of them")
        );
        let dana = |number| Unrecorded {
            number,
            name: PersonName::parse("Dana", "Marsh").unwrap(),
            parts: vec![subject],
        };
        let named = |numbers: &[usize]| Parts {
            unrecorded: numbers.iter().copied().map(dana).collect(),
            ..of(&[subject], &[])
        };
        let (one, two) = (said(&named(&[1]), false), said(&named(&[1, 3]), false));
        assert!(
            one.contains("A record is opened by this name: Dana Marsh. Nobody has looked whether"),
            "{one}"
        );
        assert!(one.contains("It is about 2 people"), "{one}");
        let each = "A record is opened for each of these names: Dana Marsh (somebody else, 1 of 3), and Dana Marsh \
                    (somebody else, 3 of 3). Nobody has looked whether they have a record already; the front door";
        assert!(two.contains(each), "{two}");
        let typed = crate::web::form::Typed::default();
        let at_door = of_several(&everyone(None, &typed, &named(&[1])), &named(&[1]), true, false).join(" ");
        assert!(at_door.contains("Nobody has looked") && !at_door.contains("the front door"), "{at_door}");
    }

    #[test]
    fn what_is_told_in_confidence_says_what_stays_at_the_front_door() {
        assert_eq!(source(SourceDisclosure::Named, false, &[]), "The family may be told that you told it.");
        for confided in [SourceDisclosure::WithheldFromFamily, SourceDisclosure::Anonymous] {
            assert!(source(confided, false, &[]).contains("By whom, how and at what hour"));
        }
    }

    #[test]
    fn whoever_may_be_named_to_the_family_is_said_by_name_with_whoever_tells() {
        let neighbour = ["Ines Moreau".to_owned()];
        let said = |disclosure, is_front_door| source(disclosure, is_front_door, &neighbour);
        let named = SourceDisclosure::Named;
        let both = "The family may be told both: that you told it, and who told you, Ines Moreau.";
        assert_eq!(said(named, false), both);
        assert_eq!(said(named, true), "The family may be told who told it: Ines Moreau.");
        let withheld = SourceDisclosure::WithheldFromFamily;
        assert!(
            said(withheld, false).starts_with("The family is told neither that you told it nor who told you")
        );
        assert!(said(withheld, true).starts_with("The family is not told who told it."));
    }
}
