//! Before "no trace" is believed: those who are like what was typed.

use domain::access::Purpose;
use domain::when::civil_day;

use super::read::{Asked, By};
use crate::app::App;
use crate::web::components::Problems;
use crate::web::form::Typed;
use crate::web::frame::Frame;
use crate::web::near::{NONE, NearPage, NoneOfThese, PERSON, is_exact, look, look_or_say, said};
use crate::web::problem::PageProblem;
use crate::web::session::Session;

const NOT_EXACTLY: &str = "Nobody whom you are told of is on record under exactly that. These are near it.";
const NEAR: &str = "These are on record and near what you typed. Choose the one you mean: the asking is what the next \
                    who worries will see.";

/// A page of those who are near, unless somebody was chosen, nobody was, or a record has exactly this number, or this
/// name and birth.
pub(super) async fn before_asking(
    app: &App,
    session: &Session,
    purpose: Purpose,
    typed: &Typed,
    asked: &Asked,
    problems: &mut Problems,
) -> Result<Option<NearPage>, PageProblem> {
    let is_settled = !typed.get(PERSON).is_empty() || !typed.get(NONE).is_empty();
    // Whoever may not ask on this ground is refused when they ask, and is told of nobody before.
    let grounds = session.visitor.actor().agency_kind.lawful_bases_on(civil_day(app.clock.now()));
    if is_settled || !grounds.contains(&asked.lawful_basis) {
        return Ok(None);
    }
    let Some(known) = asked.by.known() else { return Ok(None) };
    let (found, lead) = if let By::WhatIsNear(_) = asked.by {
        match look_or_say(app, session, purpose, &known).await? {
            Ok(found) => (found, NEAR),
            Err(missing) => {
                say(&missing, problems);
                return Ok(None);
            }
        }
    } else {
        if let By::Number(number, _) = &asked.by
            && app.is_somebodys(&session.visitor, purpose, number).await?
        {
            return Ok(None);
        }
        let Some(found) = look(app, session, purpose, &known).await? else { return Ok(None) };
        let is_found = matches!(asked.by, By::Name { .. }) && is_exact(&found);
        if found.candidates.near.is_empty() || is_found {
            return Ok(None);
        }
        (found, NOT_EXACTLY)
    };
    let mut carried = session.hidden();
    carried.0.extend(typed.carried());
    Ok(Some(NearPage {
        frame: Frame::of(session, "Is it one of these?").at("/ask"),
        address: format!("/ask/{}", purpose.code()),
        purpose,
        lead,
        near: said(app, &found).await?,
        are_more: found.candidates.are_more,
        is_catching_up: found.is_catching_up,
        choose: "Ask about this child",
        none: asked.by.exactly().map(|_| NoneOfThese {
            words: "Ask all the same: the asking goes on record, and the next who worries will see it. That nobody is \
                    found is no reassurance.",
            button: "None of these: ask all the same",
            value: "yes".to_owned(),
        }),
        carried,
    }))
}

/// What is missing, at the fields of the form.
fn say(missing: &[crate::error::FieldError], problems: &mut Problems) {
    if missing.is_empty() {
        problems.add("by", "Your role asks by number, or by name and date of birth");
    }
    for field in missing {
        let (at, sentence) = match field.field.as_str() {
            "search/born" => {
                ("near_born", "With a family name, give a date of birth to the month at least, or a postcode")
            }
            _ => ("near_family", "Enter a family name; with it a date of birth or a postcode"),
        };
        problems.add(at, sentence);
    }
}
