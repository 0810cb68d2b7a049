//! The answers to check before they go on record, and who will see which part of them.

use askama::Template;
use domain::access::{AccessClass, Disclosure, Involvement, Purpose, Relation, Role, Sensitivity};
use domain::contact::{Significance, SourceDisclosure};

use super::read::Telling;
use super::{Of, identity, is_front_door};
use crate::app::App;
use crate::web::components::Hidden;
use crate::web::form::Typed;
use crate::web::frame::Frame;
use crate::web::problem::PageProblem;
use crate::web::receipt::Identity;
use crate::web::session::Session;
use crate::web::words;

#[derive(Template)]
#[template(path = "tell-check.html")]
pub(super) struct CheckPage {
    frame: Frame,
    address: String,
    child: Option<Identity>,
    rows: Vec<(&'static str, String)>,
    account: String,
    seen_by: Vec<(&'static str, &'static str)>,
    source: &'static str,
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
    if of.child.is_none() {
        rows.push(("Child", format!("{} {}", typed.get("given"), typed.get("family")).trim().to_owned()));
    }
    let concerns: Vec<String> = told.concerns.iter().map(|kind| words::concern(kind.code())).collect();
    rows.push(("What worries you", words::first_upper(&concerns.join(", "))));
    rows.push(("How grave", words::first_upper(&told.significance.code().replace('-', " "))));
    rows.push(("When it happened", words::occurred(told.occurred)));
    if let Some(teller) = &told.teller {
        rows.push(("Who told it", teller.as_str().to_owned()));
    }
    let mut carried = session.hidden();
    carried.0.extend(typed.carried());
    Ok(CheckPage {
        frame: Frame::of(session, "Check before it goes on record"),
        address: of.address(),
        child: identity(app, session, of).await?,
        rows,
        account: told.account.as_str().to_owned(),
        seen_by: seen_by(app, session),
        source: match told.source_disclosure {
            SourceDisclosure::Named => "The family may be told who said it.",
            SourceDisclosure::WithheldFromFamily => "The family is not told who said it.",
            SourceDisclosure::Anonymous => "Nobody is told who said it, because they did not say.",
        },
        is_urgent: told.significance == Significance::ImmediateDanger,
        carried,
    })
}

/// Who will see which part, as policy decides it and not as somebody once wrote it down.
fn seen_by(app: &App, session: &Session) -> Vec<(&'static str, &'static str)> {
    let told = |role, relation, involvement, purpose| {
        let class = AccessClass { relation, involvement, sensitivity: Sensitivity::Open };
        match app.told(role, class, purpose) {
            Disclosure::Full => "All of it, with the account",
            Disclosure::Progress => {
                "How the child stands, who asked, and how the work goes on; not this account"
            }
            Disclosure::Status => "How the child stands, and whom to ring; not this account",
            Disclosure::Contact => "Whom to ring; nothing of this",
            Disclosure::None => "Nothing",
        }
    };
    let (own, partner) = (Relation::Own, Relation::Partner);
    let (nobodys, theirs) = (Involvement::Neither, Involvement::Caseload);
    let mut seen = vec![
        (
            "The authority’s front door, which decides",
            told(Role::FrontDoor, own, nobodys, Purpose::ReferralConsideration),
        ),
        ("The child’s social worker", told(Role::SocialWorker, own, theirs, Purpose::AllocatedWork)),
        ("Managers of social care", told(Role::TeamManager, own, nobodys, Purpose::ReferralConsideration)),
    ];
    if let Some(role) = session.role().filter(|_| !is_front_door(session)) {
        let mine = told(role, Relation::Author, nobodys, Purpose::ReferralConsideration);
        seen.push(("You, and those in your role at your agency", mine));
    }
    seen.extend([
        (
            "Safeguarding leads of other schools and agencies",
            told(Role::SafeguardingLead, partner, nobodys, Purpose::ReferralConsideration),
        ),
        ("Emergency departments", told(Role::EmergencyNurse, partner, nobodys, Purpose::Attendance)),
        ("Police", told(Role::PoliceOfficer, partner, nobodys, Purpose::SafeguardingCheck)),
        ("Teachers", told(Role::Teacher, partner, nobodys, Purpose::SafeguardingCheck)),
    ]);
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn the_answers_to_check_are_whole_and_escaped() {
        let check = CheckPage {
            frame: Frame::plain("Check"),
            address: "/contacts/new".to_owned(),
            child: Some(Identity::hidden()),
            rows: vec![("When", "Now".to_owned())],
            account: "<b>bold</b>".to_owned(),
            seen_by: vec![("The front door", "All of it")],
            source: "The family may be told.",
            is_urgent: true,
            carried: Hidden(vec![("account".to_owned(), "\"quoted\"".to_owned())]),
        };
        let html = check.render().unwrap();
        is_whole(&html);
        assert!(!html.contains("<b>") && !html.contains("value=\"\"quoted"), "{html}");
    }
}
