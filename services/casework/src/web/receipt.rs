//! The answer to an enquiry, as it is read on the telephone at two in the morning, and printed.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure, Purpose};
use domain::authority::Authority;
use domain::enquiry::Answer;
use domain::ids::{EnquiryId, PersonId};
use domain::when::civil_time;
use projections::people;
use serde::Deserialize;
use uuid::Uuid;

use super::duties::Duties;
use super::frame::{Frame, page};
use super::problem::PageProblem;
use super::session::Session;
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::enquire::{Answered, AskedOf, Hours, Responsible, StatusHere, Whom};
use crate::error::Problem;

/// A page shows no more receipts than one enquiry gives.
const RECEIPTS_MAX: usize = 5;
pub fn addresses() -> Vec<Address> {
    vec![at("/receipts/{enquiries}").get(read)]
}

/// What the address says beside which enquiries: nothing about anybody.
#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    /// More matched than were answered, which is on no record.
    others: Option<String>,
}

/// Where the answers to a question can be read.
pub fn address_of(answers: &[Answered]) -> String {
    let ids: Vec<String> = answers.iter().map(|answered| answered.enquiry.to_string()).collect();
    let others = if answers.iter().any(|answered| answered.others_match) { "?others=match" } else { "" };
    format!("/receipts/{}{others}", ids.join("+"))
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    purpose: Purpose,
    receipts: Vec<Receipt>,
    others_match: bool,
}

/// One answer.
struct Receipt {
    reference: String,
    as_of: String,
    answer: Answer,
    child: Option<Identity>,
    /// The record, where there is one to open.
    subject: Option<PersonId>,
    missing: Vec<String>,
    statuses: Vec<StatusSaid>,
    duties: Duties,
    ring: Vec<Ring>,
    owner: Option<(String, Option<String>)>,
    previous: Vec<EarlierSaid>,
    previous_count: usize,
    is_told_previous: bool,
    may_be_adult: bool,
    is_incomplete: bool,
    is_catching_up: bool,
    asked: Vec<AskedSaid>,
    /// What was answered would be answered otherwise by now.
    would_differ: bool,
    advice: &'static str,
    how_to_refer: String,
}

/// Who was asked or was silent, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct AskedSaid {
    whom: String,
    words: &'static str,
    is_silent: bool,
}

/// Who somebody is, in one line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Identity {
    pub name: String,
    pub born: String,
    pub age: Option<String>,
    pub nhs_number: Option<String>,
}

/// How a child stands at one authority, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct StatusSaid {
    authority: String,
    standing: &'static str,
    weight: &'static str,
    since: Option<String>,
    legal_basis: Option<String>,
    /// Who may not take the child away.
    kept: Option<String>,
    categories: Vec<String>,
    lead: Option<(String, Option<String>)>,
}

/// Whom to ring, and on which number at this hour.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ring {
    pub name: String,
    /// The number that is answered now, and what it is.
    pub number_now: Option<String>,
    pub which: &'static str,
    /// The other one, for later.
    pub other: Option<(&'static str, String)>,
}

/// An earlier enquiry, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct EarlierSaid {
    when: String,
    agency: String,
    purpose: String,
    reference: String,
}

async fn read(
    app: web::Data<App>,
    session: Session,
    enquiries: Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageProblem> {
    let ids: Result<Vec<EnquiryId>, String> =
        enquiries.split('+').take(RECEIPTS_MAX).map(EnquiryId::read).collect();
    let ids = ids.map_err(|_| Problem::no_such_page())?;
    let mut receipts = Vec::with_capacity(ids.len());
    let mut of = Purpose::SafeguardingCheck;
    for id in ids {
        let (purpose, answered) = app.receipt(&session.visitor, id).await?;
        of = purpose;
        receipts.push(said(&app, &session, purpose, answered).await?);
    }
    let title = match receipts.as_slice() {
        [one] => format!("Receipt {}", one.reference),
        _ => "Receipts".to_owned(),
    };
    Ok(page(
        StatusCode::OK,
        &ReceiptPage {
            frame: Frame::of(&session, &title),
            purpose: of,
            receipts,
            others_match: asked.others.is_some(),
        },
    ))
}

async fn said(
    app: &App,
    session: &Session,
    purpose: Purpose,
    answered: Answered,
) -> Result<Receipt, PageProblem> {
    let now = app.clock.now();
    let child = identity(app, session, purpose, &answered).await?;
    let mut previous = Vec::with_capacity(answered.previous.len());
    for made in &answered.previous {
        let agency = app.agency_name(made.asked_by, app.on_record()).await?;
        let purpose =
            made.purpose.parse().map_or_else(|_| made.purpose.clone(), |it| words::purpose(it).to_owned());
        previous.push(EarlierSaid {
            when: words::moment(made.made_at),
            agency: agency.unwrap_or_else(|| "An agency not registered here".to_owned()),
            purpose,
            reference: made.reference.clone(),
        });
    }
    Ok(Receipt {
        reference: answered.reference.as_str().to_owned(),
        as_of: words::moment(answered.as_of),
        answer: answered.answer,
        child,
        subject: answered.subject.filter(|_| answered.disclosed >= Disclosure::Status),
        missing: answered.missing.iter().map(words::missing).collect(),
        duties: Duties::of(answered.disclosed, &answered.on_duty, &answered.responsible),
        statuses: answered.status.iter().map(|here| status(here, &answered.responsible)).collect(),
        ring: answered.responsible.iter().map(|responsible| ring(responsible, now)).collect(),
        owner: answered.restriction_owner.map(|owner| (owner.name, owner.telephone)),
        previous,
        previous_count: answered.previous_count,
        is_told_previous: answered.disclosed >= Disclosure::Progress,
        may_be_adult: answered.may_be_adult,
        is_incomplete: answered.is_incomplete,
        is_catching_up: answered.is_catching_up,
        asked: answered.asked.into_iter().map(asked).collect(),
        would_differ: answered.would_differ,
        advice: answered.advice,
        how_to_refer: answered.how_to_refer,
    })
}

/// Who somebody is, to see at a glance that it is the right child. A look of its own, on record like any, and made as
/// well where the child is hidden or nobody was found: how many looks there are says neither.
async fn identity(
    app: &App,
    session: &Session,
    purpose: Purpose,
    answered: &Answered,
) -> Result<Option<Identity>, PageProblem> {
    let today = civil_time(app.clock.now()).date();
    let looking = session.asking(purpose).looking(Action::ReadPerson);
    let person = answered.subject.unwrap_or(PersonId(Uuid::nil()));
    judge_by_now(app).await?;
    let found = app.look(&session.visitor, looking, async |scope| {
        let known = people::known(&app.views, scope, &[person]).await?.remove(&person);
        let known = known.filter(|_| answered.disclosed >= Disclosure::Status);
        let disclosure = known.as_ref().map_or(answered.disclosed, |known| known.disclosure);
        let people = answered.subject.map(|person| ShownPerson { person, disclosure }).into_iter().collect();
        Ok(Shown { people, answer: known.map(|known| Identity::of(&known, today)) })
    });
    Ok(found.await?)
}

impl Identity {
    /// Of somebody whose name the reader is not told.
    pub fn hidden() -> Self {
        let told = "Not told for this purpose".to_owned();
        Self { name: told.clone(), born: told, age: None, nhs_number: None }
    }

    pub fn of(known: &people::Person, today: chrono::NaiveDate) -> Self {
        let usual = known.names.iter().rfind(|name| name.usage == "usual").or(known.names.last());
        let name = usual.map(|name| {
            let parts = [name.given.as_deref(), name.family.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        let date = known.born();
        let disputed = || {
            let said: BTreeSet<String> = known.births.iter().map(|birth| words::born(birth.date())).collect();
            format!("{} (disputed)", said.into_iter().collect::<Vec<_>>().join(" or "))
        };
        let number = known.identifiers.iter().rfind(|number| number.scheme == "nhs");
        Self {
            name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Name not known".to_owned()),
            born: if known.is_birth_disputed() { disputed() } else { words::born(date) },
            age: date.and_then(|date| words::age(date, today)),
            nhs_number: number.map(|number| words::nhs_number(&number.value)),
        }
    }
}

fn status(here: &StatusHere, front_doors: &[Responsible]) -> StatusSaid {
    let door = front_doors.iter().find(|door| door.authority == here.authority);
    let name = door.and_then(|door| door.name.clone());
    StatusSaid {
        authority: name.unwrap_or_else(|| format!("Authority {}", here.authority)),
        standing: words::standing(here.standing),
        weight: words::weight(here.standing),
        since: here.since.map(words::day),
        legal_basis: here.legal_basis.map(|basis| basis.said()),
        kept: words::kept(here.legal_basis),
        categories: here.categories.iter().map(|category| words::category(category)).collect(),
        lead: here.lead.as_ref().map(|lead| (lead.name.clone(), lead.telephone.clone())),
    }
}

/// The number that is answered at this hour comes first.
pub fn ring(responsible: &Responsible, now: DateTime<Utc>) -> Ring {
    let name = responsible.name.clone().unwrap_or_else(|| authority(&responsible.authority));
    let (first, other) = responsible.lines(now);
    let which = match first.as_ref().map(|line| line.hours) {
        None => "",
        Some(Hours::OutOfHours) => words::hours(Hours::OutOfHours),
        Some(Hours::Office) if responsible.hours_at(now) == Hours::OutOfHours => {
            "office hours; no number for the night is registered"
        }
        Some(Hours::Office) => words::hours(Hours::Office),
    };
    Ring {
        name,
        number_now: first.map(|line| line.number),
        which,
        other: other.map(|line| (words::hours(line.hours), line.number)),
    }
}

fn asked(asked: AskedOf) -> AskedSaid {
    let of = |asked: &AskedOf| {
        asked.name.clone().or_else(|| asked.authority.as_ref().map(authority)).unwrap_or_default()
    };
    let whom = match asked.whom {
        Whom::Node => "The record of this node".to_owned(),
        Whom::EverybodyElse => "Every other authority".to_owned(),
        Whom::Authority => of(&asked),
        Whom::FrontDoor => format!("The front door of {}", of(&asked)),
        Whom::LeadPractitioner => format!("The lead practitioner, {}", of(&asked)),
    };
    AskedSaid { whom, words: asked.reply.words(), is_silent: asked.reply.is_silent() }
}

fn authority(authority: &Authority) -> String {
    format!("Authority {authority}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front_door() -> Responsible {
        Responsible {
            authority: "380".parse().unwrap(),
            agency: None,
            name: Some("Invented Council".to_owned()),
            in_hours: Some("day".to_owned()),
            out_of_hours: Some("night".to_owned()),
            hours: domain::agency::Timetable::default(),
        }
    }

    #[test]
    fn at_night_the_number_is_said_to_be_the_days_when_there_is_no_other() {
        let only_day = Responsible { out_of_hours: None, ..front_door() };
        let ring = |now: &str| ring(&only_day, now.parse().unwrap());
        assert_eq!(ring("2026-03-10T10:00:00Z").which, "office hours");
        assert!(ring("2026-03-10T02:00:00Z").which.contains("no number for the night"));
    }

    use crate::web::markup::is_whole;

    fn sample(answer: Answer) -> Receipt {
        let child = Identity {
            nhs_number: Some("999 000 0018".to_owned()),
            age: Some("7 years".to_owned()),
            ..Identity::hidden()
        };
        let found = answer == Answer::Found;
        Receipt {
            reference: "7K3Q-9F2M-C".to_owned(),
            as_of: "10 March 2026, 2:05am".to_owned(),
            answer,
            child: found.then_some(child),
            subject: found.then_some(PersonId(uuid::Uuid::nil())),
            missing: vec!["Missing from home since 1 March 2026".to_owned()],
            statuses: vec![StatusSaid {
                authority: "Invented Council".to_owned(),
                standing: "Child protection plan",
                weight: "gt-status--grave",
                since: Some("1 March 2026".to_owned()),
                legal_basis: Some("section 47".to_owned()),
                kept: Some("Nobody may take this child away before 3 March 2026, 2:05am.".to_owned()),
                categories: vec!["Neglect".to_owned()],
                lead: Some(("Amina Duarte".to_owned(), Some("01632 960004".to_owned()))),
            }],
            duties: Duties::of(if found { Disclosure::Status } else { Disclosure::None }, &[], &[]),
            ring: vec![ring(&front_door(), "2026-03-10T02:00:00Z".parse().unwrap())],
            owner: Some(("Somebody".to_owned(), Some("01632 960003".to_owned()))),
            previous: vec![EarlierSaid {
                when: "1 March 2026".to_owned(),
                agency: "A school".to_owned(),
                purpose: "Audit".to_owned(),
                reference: "7K3Q".to_owned(),
            }],
            previous_count: 12,
            is_told_previous: true,
            may_be_adult: true,
            is_incomplete: true,
            is_catching_up: true,
            asked: vec![
                AskedSaid {
                    whom: "Invented Council".to_owned(),
                    words: "was looked through",
                    is_silent: false,
                },
                AskedSaid { whom: "Authority 381".to_owned(), words: "has not registered", is_silent: true },
            ],
            would_differ: true,
            advice: "Telephone.",
            how_to_refer: "Ring, and write.".to_owned(),
        }
    }

    #[test]
    fn every_kind_of_receipt_is_whole() {
        let receipts = [Answer::Found, Answer::ContactOnly, Answer::NoTrace].map(sample).into();
        let page = ReceiptPage {
            frame: Frame::plain("Receipt"),
            purpose: Purpose::Attendance,
            receipts,
            others_match: true,
        };
        let html = page.render().unwrap();
        is_whole(&html);
        assert!(html.contains("No record was found") && html.contains("12 enquiries in all"), "{html}");
        assert!(
            html.contains("Authority 381</strong> has not registered") && html.contains("Ask again"),
            "{html}"
        );
        assert!(html.contains("01632 960004</span> (in office hours)"), "{html}");
        assert!(html.find("Missing from home") < html.find("<h1"), "before anything else: {html}");
        assert!(html.contains("Nobody may take this child away before 3 March 2026, 2:05am."), "{html}");
        assert_eq!(html.matches("Responsible authority: not recorded").count(), 1, "of whoever was found");
        assert_eq!(html.matches("Ring, and write.").count(), 3, "with every answer");
        assert!(
            html.contains("recorded in the last moments") && html.contains("More children match"),
            "{html}"
        );
    }
}
