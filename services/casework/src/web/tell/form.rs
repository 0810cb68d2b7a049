//! The form of a contact, with what was typed given back.

use askama::Template;
use domain::contact::{ConcernKind, Method};

use super::involved::{Others, circle, part_field};
use super::{ONCE_MORE, Of, about, is_front_door};
use crate::app::App;
use crate::web::components::{
    Answer, Checks, Choice, DateField, ErrorSummary, Hidden, Keypad, Problems, TextArea, TextField,
};
use crate::web::form::{KEY, Typed};
use crate::web::frame::Frame;
use crate::web::near::NONE;
use crate::web::problem::PageProblem;
use crate::web::receipt::Identity;
use crate::web::session::Session;
use crate::web::words;

#[derive(Template)]
#[template(path = "tell.html")]
pub(super) struct TellPage {
    frame: Frame,
    address: String,
    summary: ErrorSummary,
    /// Who is missing of those it may be about: before anything else.
    missing: Vec<String>,
    child: Option<Identity>,
    /// Who the child is, for one who is not on record.
    names: Vec<TextField>,
    born: DateField,
    part: Checks,
    others: Others,
    concerns: Checks,
    significance: Choice,
    when: Choice,
    account: TextArea,
    method: Option<Choice>,
    teller: Option<TextField>,
    may_be_named: Choice,
    hidden: Hidden,
}

pub(super) async fn form(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
    problems: &Problems,
) -> Result<TellPage, PageProblem> {
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    // That it is none of those who are near was said of this name; it need not be said again.
    hidden.0.push((NONE.to_owned(), typed.string(NONE)));
    hidden.0.extend(about::carried(typed));
    hidden.0.extend(typed.all(ONCE_MORE).map(|times| (ONCE_MORE.to_owned(), times.to_owned())));
    let text = |name: &'static str, label: &'static str| TextField {
        name,
        label,
        value: typed.string(name),
        error: problems.of(name),
        ..TextField::default()
    };
    let names = vec![
        text("given", "Given name"),
        text("family", "Family name"),
        TextField {
            hint: "If you know it. Ten digits, such as 999 000 0018.",
            width: "govuk-input--width-10",
            keypad: Keypad::Digits,
            ..text("nhs_number", "NHS number")
        },
    ];
    let circle = circle(app, session, of).await?;
    let close = circle.as_ref().map_or(&[][..], |circle| circle.close.as_slice());
    Ok(TellPage {
        frame: Frame::of(session, "Tell the front door about a child").wrong(!problems.is_empty()),
        address: of.address(),
        summary: problems.summary(),
        names,
        born: DateField {
            legend: "Date of birth",
            hint: "Leave out what is not known: a month and a year, or a year alone, will do.",
            ..typed.date_field("born", problems)
        },
        part: part_field(typed, problems),
        others: Others::field(close, typed, problems),
        missing: circle.as_ref().map_or_else(Vec::new, |circle| circle.missing.clone()),
        child: circle.map(|circle| circle.child),
        concerns: concerns(typed, problems),
        significance: significance(typed, problems),
        when: when(typed, problems),
        account: TextArea {
            name: "account",
            label: "What did you see or hear?",
            hint: "What happened, in the child’s own words where you can, and what you did. It is sealed under a key of its own.",
            value: typed.string("account"),
            error: problems.of("account"),
            rows: 8,
        },
        method: is_front_door(session).then(|| method(typed, problems)),
        teller: is_front_door(session).then(|| TextField {
            hint: "A name, and how to reach them. Leave it out if they did not say.",
            ..text("teller", "Who told it?")
        }),
        may_be_named: may_be_named(session, typed, problems),
        hidden,
    })
}

fn option(value: &str, label: &str, hint: &str, chosen: &str) -> Answer {
    Answer {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        is_chosen: value == chosen,
        ..Answer::default()
    }
}

fn concerns(typed: &Typed, problems: &Problems) -> Checks {
    let chosen: Vec<&str> = typed.all("concern").collect();
    let box_of = |kind: &ConcernKind| Answer {
        value: kind.code().to_owned(),
        label: words::first_upper(&words::concern(kind.code())),
        is_chosen: chosen.contains(&kind.code()),
        ..Answer::default()
    };
    Checks {
        name: "concern".to_owned(),
        legend: "What worries you?".to_owned(),
        hint: "Choose all that apply.",
        options: ConcernKind::ALL.iter().map(box_of).collect(),
        error: problems.of("concern"),
    }
}

fn significance(typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("significance");
    Choice {
        name: "significance",
        legend: "How grave is it?",
        hint: "",
        options: vec![
            option("information", "For information", "Worth knowing; no worry by itself.", chosen),
            option("concern", "A concern", "It worries you.", chosen),
            option("serious", "Serious", "The child is or will be harmed unless somebody acts.", chosen),
            option(
                "immediate-danger",
                "The child is in danger now",
                "Dial 999 first, then go on here.",
                chosen,
            ),
        ],
        error: problems.of("significance"),
    }
}

fn when(typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("when");
    let day = DateField { legend: "The day", ..typed.date_field("day", problems) };
    Choice {
        name: "when",
        legend: "When did it happen?",
        hint: "",
        options: vec![
            option("now", "Just now", "", chosen),
            Answer { asks_date: Some(day), ..option("day", "On another day", "", chosen) },
        ],
        error: problems.of("when"),
    }
}

fn method(typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("method");
    let said = |method: &Method| {
        option(method.code(), &words::first_upper(&method.code().replace('-', " ")), "", chosen)
    };
    Choice {
        name: "method",
        legend: "How did it come?",
        hint: "",
        options: Method::ALL.iter().map(said).collect(),
        error: problems.of("method"),
    }
}

fn may_be_named(session: &Session, typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("named");
    // Anybody else answers for two: themselves, and whoever they name as having told it.
    let (legend, yes) = if is_front_door(session) {
        ("May whoever told it be named?", "The family may be told who told it.")
    } else {
        (
            "May you, and whoever told you, be named?",
            "The family may be told that you told it, and who told you.",
        )
    };
    let mut options = vec![
        option("named", "Yes", yes, chosen),
        option(
            "withheld-from-family",
            "Not to the family",
            "Those who protect the child know who told it; the family does not.",
            chosen,
        ),
    ];
    if is_front_door(session) {
        options.push(option("anonymous", "They did not say who they are", "", chosen));
    }
    Choice { name: "named", legend, hint: "", options, error: problems.of("named") }
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::involved::Close;
    use crate::web::markup::is_whole;

    #[test]
    fn the_form_is_whole_with_every_problem_there_can_be() {
        let (typed, mut problems) = (Typed::default(), Problems::default());
        for field in [
            "given",
            "born",
            "part",
            "other",
            "also-1",
            "also-2-part",
            "concern",
            "account",
            "significance",
            "when",
            "day",
            "method",
        ] {
            problems.add(field, "Enter it");
        }
        let text =
            |name| TextField { name, label: "A name", error: problems.of(name), ..TextField::default() };
        let form = |close: &[Close]| TellPage {
            frame: Frame::plain("Tell").wrong(true),
            address: "/contacts/new".to_owned(),
            summary: problems.summary(),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            child: None,
            names: vec![text("given"), text("family")],
            born: typed.date_field("born", &problems),
            part: part_field(&typed, &problems),
            others: Others::field(close, &typed, &problems),
            concerns: concerns(&typed, &problems),
            significance: significance(&typed, &problems),
            when: when(&typed, &problems),
            account: TextArea { name: "account", label: "What?", ..TextArea::default() },
            method: Some(method(&typed, &problems)),
            teller: Some(text("teller")),
            may_be_named: Choice { name: "named", legend: "Named?", ..Choice::default() },
            hidden: Hidden::default(),
        };
        for close in [Vec::new(), Close::sample()] {
            let html = form(&close).render().unwrap();
            is_whole(&html);
            assert!(html.find("Tilly is missing") < html.find("<h1"), "before anything else: {html}");
            assert!(html.contains("value=\"subject\" checked"), "of a new form: {html}");
            assert_eq!(html.contains("Dana Marsh, mother"), !close.is_empty(), "{html}");
            assert!(html.contains("<details class=\"govuk-details\" open>"), "what is wrong is seen: {html}");
        }
    }
}
