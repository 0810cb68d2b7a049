//! What a person makes of an alert: something follows, or nothing does with a reason; and opinions, labelled as such.

use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use domain::access::{Purpose, Role};
use domain::alert::{Accept, Command as Alert, Dismiss, Follows, GiveOpinion, Weight};
use domain::ids::{AlertId, EventId};
use domain::text::Narrative;

use super::{EvidenceSaid, For, said, whole};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;
use crate::web::components::{Answer, Choice, Hidden, Problems, TextArea};
use crate::web::form::{KEY, Posted, Typed};
use crate::web::frame::{page, see};
use crate::web::problem::{PageProblem, refusal};
use crate::web::session::Session;

/// The answer that nothing follows.
const NOTHING: &str = "nothing";
/// An opinion about all of the evidence.
const ALL: &str = "all";

/// The form of a decision.
pub(super) struct Deciding {
    pub follows: Choice,
    pub reason: TextArea,
    pub hidden: Hidden,
}

/// The form of an opinion.
pub(super) struct Opining {
    pub weight: Choice,
    pub about: Choice,
    pub opinion: TextArea,
    pub hidden: Hidden,
}

/// What this visitor is offered. Whether they may is policy's, asked when they do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Can {
    pub decide: bool,
    /// For another purpose than this.
    pub decide_elsewhere: bool,
    pub opine: bool,
}

impl Can {
    pub fn of(session: &Session, purpose: Purpose) -> Self {
        let decides = matches!(session.role(), Some(Role::FrontDoor | Role::TeamManager));
        let is_for_it = matches!(purpose, Purpose::ReferralConsideration | Purpose::SafeguardingCheck);
        Self {
            decide: decides && is_for_it,
            decide_elsewhere: decides && !is_for_it,
            opine: (decides && is_for_it) || session.role() == Some(Role::SocialWorker),
        }
    }
}

fn carried(session: &Session, typed: &Typed) -> Hidden {
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    hidden
}

pub(super) fn deciding(session: &Session, typed: &Typed, problems: &Problems) -> Deciding {
    let chosen = typed.get("follows");
    let option = |value: &str, label: &str, hint: &str| Answer {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        is_chosen: value == chosen,
        ..Answer::default()
    };
    let mut options: Vec<Answer> =
        Follows::ALL.iter().map(|follows| option(follows.code(), said::follows(*follows), "")).collect();
    options.push(option(
        NOTHING,
        "Nothing: dismiss it",
        "Say why. It comes back when there is more evidence.",
    ));
    Deciding {
        follows: Choice {
            name: "follows",
            legend: "What follows from it?",
            hint: "It is advice. Ring those who told it if you need to know more.",
            options,
            error: problems.of("follows"),
        },
        reason: TextArea {
            name: "reason",
            label: "Why?",
            hint: "Needed when nothing follows. Those who are told everything about the children read it.",
            value: typed.string("reason"),
            error: problems.of("reason"),
            rows: 4,
        },
        hidden: carried(session, typed),
    }
}

pub(super) fn opining(
    session: &Session,
    evidence: &[EvidenceSaid],
    typed: &Typed,
    problems: &Problems,
) -> Opining {
    let weighs = typed.get("weight");
    let weight = |weight: &Weight| Answer {
        value: weight.code().to_owned(),
        label: said::weight(*weight).to_owned(),
        hint: said::weight_means(*weight).to_owned(),
        is_chosen: weight.code() == weighs,
        ..Answer::default()
    };
    let chosen = if typed.get("entry").is_empty() { ALL } else { typed.get("entry") };
    let all = Answer {
        value: ALL.to_owned(),
        label: "All of it".to_owned(),
        is_chosen: chosen == ALL,
        ..Answer::default()
    };
    let one = |one: &EvidenceSaid| Answer {
        value: one.entry.to_string(),
        label: format!("{}, {}", one.what, one.happened),
        is_chosen: chosen == one.entry.to_string(),
        ..Answer::default()
    };
    let about = std::iter::once(all).chain(evidence.iter().map(one)).collect();
    Opining {
        weight: Choice {
            name: "weight",
            legend: "What do you make of it?",
            hint: "",
            options: Weight::ALL.iter().map(weight).collect(),
            error: problems.of("weight"),
        },
        about: Choice {
            name: "entry",
            legend: "Of what?",
            hint: "",
            options: about,
            error: problems.of("entry"),
        },
        opinion: TextArea {
            name: "opinion",
            label: "Your opinion",
            hint: "It is shown with your name, as an opinion. It changes no count and withdraws nothing.",
            value: typed.string("opinion"),
            error: problems.of("opinion"),
            rows: 4,
        },
        hidden: carried(session, typed),
    }
}

pub(super) async fn decide(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
    given: Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let mut problems = Problems::default();
    let command = read_decision(&posted.typed, &mut problems);
    carry_out(&app, posted, &id, given.purpose()?, command, problems, "follows").await
}

fn read_decision(typed: &Typed, problems: &mut Problems) -> Option<Alert> {
    if typed.get("follows") == NOTHING {
        let reason: Narrative = typed.required("reason", "Say why nothing follows", problems)?;
        return Some(Dismiss { reason }.into());
    }
    let follows: Option<Follows> = typed.required("follows", "Choose what follows from it", problems);
    let note: Option<Narrative> = typed.optional("reason", problems);
    follows.filter(|_| problems.is_empty()).map(|follows| Accept { follows, note }.into())
}

pub(super) async fn give_opinion(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
    given: Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let mut problems = Problems::default();
    let command = read_opinion(&posted.typed, &mut problems);
    carry_out(&app, posted, &id, given.purpose()?, command, problems, "opinion").await
}

fn read_opinion(typed: &Typed, problems: &mut Problems) -> Option<Alert> {
    let weight: Option<Weight> = typed.required("weight", "Choose what you make of it", problems);
    let entry: Option<EventId> = match typed.get("entry") {
        ALL | "" => None,
        _ => Some(typed.required("entry", "Choose what it is about", problems)?),
    };
    let opinion: Option<Narrative> = typed.required("opinion", "Write your opinion", problems);
    Some(GiveOpinion { entry, weight: weight?, opinion: opinion? }.into())
}

async fn carry_out(
    app: &App,
    posted: Posted,
    id: &str,
    purpose: Purpose,
    command: Option<Alert>,
    mut problems: Problems,
    refused_at: &'static str,
) -> Result<HttpResponse, PageProblem> {
    let id = AlertId::read(id).map_err(|_| Problem::no_such_page())?;
    let Posted { session, typed } = posted;
    if let Some(command) = command {
        judge_by_now(app).await?;
        let asking = session.asking_once(purpose, &typed);
        match app.execute(&session.visitor, asking.order(Command::Alert { id, command })).await {
            Ok(_) => return Ok(see(&format!("/alerts/{id}?for={}", purpose.code()))),
            Err(error) => problems.refuse(refused_at, refusal(error)?),
        }
    }
    let shown = whole(app, &session, id, purpose, &typed, &problems).await?;
    Ok(page(problems.status(), &shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed::from(
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn nothing_follows_only_with_a_reason() {
        let mut problems = Problems::default();
        assert_eq!(read_decision(&typed(&[("follows", NOTHING)]), &mut problems), None);
        assert_eq!(problems.of("reason").as_deref(), Some("Say why nothing follows"));
        let mut problems = Problems::default();
        let accepted = read_decision(&typed(&[("follows", "referral")]), &mut problems);
        assert!(matches!(accepted, Some(Alert::Accept(Accept { follows: Follows::Referral, note: None }))));
        assert_eq!(read_decision(&typed(&[]), &mut problems), None);
        assert!(problems.of("follows").is_some());
    }

    #[test]
    fn an_opinion_is_about_all_of_it_or_one_entry() {
        let mut problems = Problems::default();
        let of = |entry: &str| {
            typed(&[("weight", "protective"), ("opinion", "Help was sought."), ("entry", entry)])
        };
        assert!(matches!(
            read_opinion(&of(ALL), &mut problems),
            Some(Alert::GiveOpinion(GiveOpinion { entry: None, .. }))
        ));
        assert_eq!(read_opinion(&of("somewhere"), &mut problems), None);
        assert!(problems.of("entry").is_some());
    }
}
