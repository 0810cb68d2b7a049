//! Whom each concern is about: asked where a contact has several subjects, on a page of its own, because what is chosen
//! of both decides what there is to ask.

use askama::Template;
use domain::contact::ConcernKind;

use super::Of;
use super::involved::{Circle, Parts, Whom, everyone};
use crate::web::components::{Answer, Checks, ErrorSummary, Hidden, Problems};
use crate::web::form::{STEP, Typed};
use crate::web::frame::Frame;
use crate::web::session::Session;
use crate::web::words;

/// The button of this page.
pub(super) const ABOUT: &str = "about";

#[derive(Template)]
#[template(path = "tell-about.html")]
pub(super) struct AboutPage {
    frame: Frame,
    address: String,
    summary: ErrorSummary,
    /// Who is missing of those it may be about: before anything else.
    missing: Vec<String>,
    concerns: Vec<Checks>,
    carried: Hidden,
}

/// A concern, and the subjects it is about; empty for all of them.
pub(super) type ConcernOf = (ConcernKind, Vec<Whom>);

fn field(kind: ConcernKind) -> String {
    format!("{ABOUT}-{}", kind.code())
}

/// Those of the subjects that were chosen of a concern. Whoever is no subject any more was not.
fn chosen(typed: &Typed, kind: ConcernKind, subjects: &[Whom]) -> Vec<Whom> {
    let name = field(kind);
    let chosen: Vec<&str> = typed.all(&name).collect();
    subjects.iter().copied().filter(|whom| chosen.contains(&whom.to_string().as_str())).collect()
}

/// Whom each concern is about; none when that is still to be asked. Said of one subject, each is about them. Of several
/// it is asked whenever the form itself was sent: what it carries was said of those who were named then.
pub(super) fn read(
    typed: &Typed,
    kinds: &[ConcernKind],
    parts: &Parts,
    problems: &mut Problems,
) -> Option<Vec<ConcernOf>> {
    let subjects = parts.subjects();
    let is_said = [ABOUT, "record"].contains(&typed.get(STEP));
    if subjects.len() < 2 {
        return Some(kinds.iter().map(|kind| (*kind, Vec::new())).collect());
    }
    let mut concerns = Vec::new();
    for kind in kinds {
        let about = chosen(typed, *kind, &subjects);
        if !about.is_empty() {
            concerns.push((*kind, if about.len() == subjects.len() { Vec::new() } else { about }));
        } else if typed.get(STEP) == ABOUT {
            problems.add(field(*kind), format!("Choose whom it is about: {}", words::concern(kind.code())));
        }
    }
    (is_said && concerns.len() == kinds.len()).then_some(concerns)
}

/// What was chosen here, for a form that goes back to change something else.
pub(super) fn carried(typed: &Typed) -> Vec<(String, String)> {
    let of = |kind: &ConcernKind| {
        let name = field(*kind);
        let values: Vec<String> = typed.all(&name).map(str::to_owned).collect();
        values.into_iter().map(move |value| (name.clone(), value)).collect::<Vec<_>>()
    };
    ConcernKind::ALL.iter().flat_map(of).collect()
}

/// Asks it. That a concern is about the child the form is about is chosen until it is said otherwise.
pub(super) fn ask(
    session: &Session,
    of: &Of,
    typed: &Typed,
    circle: Option<Circle>,
    (kinds, parts): (&[ConcernKind], &Parts),
    problems: &Problems,
) -> AboutPage {
    let subjects = parts.subjects();
    let named = everyone(circle.as_ref(), typed, parts);
    let checks = |kind: &ConcernKind| {
        let about = chosen(typed, *kind, &subjects);
        let is_new = about.is_empty() && problems.is_empty();
        let box_of = |whom: &Whom| Answer {
            value: whom.to_string(),
            label: named
                .iter()
                .find(|(known, _)| known == whom)
                .map_or_else(String::new, |(_, name)| name.clone()),
            is_chosen: about.contains(whom) || (is_new && *whom == Whom::Child),
            ..Answer::default()
        };
        Checks {
            name: field(*kind),
            legend: words::first_upper(&words::concern(kind.code())),
            hint: "",
            options: subjects.iter().map(box_of).collect(),
            error: problems.of(&field(*kind)),
        }
    };
    let asked: Vec<String> = kinds.iter().map(|kind| field(*kind)).collect();
    let mut carried = session.hidden();
    carried.0.extend(typed.carried().into_iter().filter(|(name, _)| !asked.contains(name)));
    AboutPage {
        frame: Frame::of(session, "Whom is each worry about?").wrong(!problems.is_empty()),
        address: of.address(),
        summary: problems.summary(),
        missing: circle.as_ref().map_or_else(Vec::new, |circle| circle.missing.clone()),
        concerns: kinds.iter().map(checks).collect(),
        carried,
    }
}

/// Each concern, and whom it is about where that is not everybody it is told of.
pub(super) fn said(concerns: &[ConcernOf], named: &[(Whom, String)]) -> String {
    let name = |whom: &Whom| named.iter().find(|(known, _)| known == whom).map(|(_, name)| name.clone());
    let said = |(kind, about): &ConcernOf| {
        let concern = words::concern(kind.code());
        let about: Vec<String> = about.iter().filter_map(name).collect();
        if about.is_empty() { concern } else { format!("{concern}, of {}", words::listed(&about)) }
    };
    let said: Vec<String> = concerns.iter().map(said).collect();
    let parted = if concerns.iter().any(|(_, about)| !about.is_empty()) { "; " } else { ", " };
    words::first_upper(&said.join(parted))
}

#[cfg(test)]
mod tests {
    use domain::contact::involved::ContactRole;
    use domain::ids::PersonId;

    use super::*;
    use crate::web::markup::is_whole;

    fn parts() -> Parts {
        let other = PersonId(uuid::Uuid::from_u128(7));
        Parts {
            of_child: vec![ContactRole::Subject],
            of_others: [(other, vec![ContactRole::Subject])].into_iter().collect(),
            ..Parts::default()
        }
    }

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed::from(
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn of_one_subject_nothing_is_asked_and_of_several_each_concern_is() {
        let (neglect, harm) = (ConcernKind::Neglect, ConcernKind::SelfHarm);
        let (other, both) = (Whom::Close(PersonId(uuid::Uuid::from_u128(7))), parts());
        let alone = Parts { of_child: vec![ContactRole::Subject], ..Parts::default() };
        let mut problems = Problems::default();
        assert_eq!(read(&typed(&[]), &[neglect], &alone, &mut problems), Some(vec![(neglect, Vec::new())]));
        assert_eq!(read(&typed(&[("about-neglect", "child")]), &[neglect, harm], &both, &mut problems), None);
        assert!(problems.is_empty(), "nobody was asked yet");
        let said = other.to_string();
        let all = [
            ("step", ABOUT),
            ("about-neglect", "child"),
            ("about-neglect", said.as_str()),
            ("about-self-harm", said.as_str()),
        ];
        let concerns = read(&typed(&all), &[neglect, harm], &both, &mut problems);
        assert_eq!(concerns, Some(vec![(neglect, Vec::new()), (harm, vec![other])]));
        assert_eq!(
            read(&typed(&all[1..]), &[neglect, harm], &both, &mut problems),
            None,
            "carried, not said"
        );
        let stranger = PersonId(uuid::Uuid::from_u128(9)).to_string();
        let wrong = [("step", ABOUT), ("about-neglect", stranger.as_str())];
        assert_eq!(read(&typed(&wrong), &[neglect], &both, &mut problems), None);
        assert!(problems.of("about-neglect").is_some(), "whoever is no subject was not chosen");
    }

    #[test]
    fn the_page_that_asks_is_whole() {
        let mut problems = Problems::default();
        problems.add("about-neglect", "Choose whom it is about");
        let page = AboutPage {
            frame: Frame::plain("About"),
            address: "/contacts/new".to_owned(),
            summary: problems.summary(),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            concerns: vec![Checks {
                name: "about-neglect".to_owned(),
                legend: "Neglect".to_owned(),
                options: vec![Answer {
                    value: "child".to_owned(),
                    label: "Tilly".to_owned(),
                    ..Answer::default()
                }],
                error: problems.of("about-neglect"),
                ..Checks::default()
            }],
            carried: Hidden(vec![("account".to_owned(), "\"quoted\"".to_owned())]),
        };
        let html = page.render().unwrap();
        is_whole(&html);
        assert!(html.find("Tilly is missing") < html.find("<h1"), "before anything else: {html}");
    }
}
