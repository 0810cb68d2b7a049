//! An alert: why it was raised, in the rule's own words; exactly what it rests on; what practitioners make of it; and
//! what was decided. It is advice, and the page says so: a person decides ([`deciding`]).

mod deciding;
mod rows;
mod said;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Disclosure, Purpose};
use domain::alert::{AlertState, Decided, Decision, Opinion};
use domain::ids::{AlertId, ContactId, PersonId};
use domain::linkage::{Identity as Sure, SignalKind};
use domain::person::Missing;
use domain::tie::TieTo;
use domain::when::{Occurred, civil_day};
use event_store::Position;
use projections::scope::Scope;
use projections::{people, status};
use serde::Deserialize;
use uuid::Uuid;

use self::deciding::{Deciding, Opining};
use super::components::{ErrorSummary, Problems};
use super::form::{KEY, Typed, fresh_key};
use super::frame::{Frame, page};
use super::problem::PageProblem;
use super::receipt::Identity;
use super::session::Session;
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::alerts::{ReadAlert, Shown as Seen, TieSeen};
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::{Problem, ReadError};

pub use rows::{AlertRow, of_child, shown};

/// Contacts of the evidence whose concerns are read and named.
const CONTACTS_NAMED_MAX: usize = 40;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/alerts/{id}").get(read),
        at("/alerts/{id}/decision").post(deciding::decide),
        at("/alerts/{id}/opinions").post(deciding::give_opinion),
    ]
}

#[derive(Clone, Debug, Deserialize)]
struct For {
    r#for: Option<String>,
}

impl For {
    fn purpose(&self) -> Result<Purpose, Problem> {
        self.r#for.as_deref().unwrap_or_default().parse().map_err(|_| Problem::no_such_page())
    }
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    frame: Frame,
    summary: ErrorSummary,
    /// Who is missing of the children it is about: before anything else.
    missing: Vec<String>,
    id: AlertId,
    purpose: Purpose,
    title: String,
    state: &'static str,
    children: Vec<Named>,
    says: String,
    within: String,
    rule: String,
    source: String,
    raised: String,
    changed: Option<String>,
    evidence: Vec<EvidenceSaid>,
    events: usize,
    hidden: usize,
    ties: Vec<TieSaid>,
    hidden_ties: usize,
    is_unconfirmed: bool,
    opinions: Vec<OpinionSaid>,
    decisions: Vec<DecisionSaid>,
    deciding: Option<Deciding>,
    /// Where to decide it, for one who may not for this purpose.
    decide_at: Option<String>,
    opining: Option<Opining>,
}

/// Somebody, and where their story is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Named {
    name: String,
    address: String,
}

/// An entry the alert rests on, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct EvidenceSaid {
    /// Entries about one event have one number and count once.
    event: usize,
    entry: Uuid,
    what: String,
    account: Option<String>,
    about: Vec<Named>,
    happened: String,
    agency: String,
    is_unconfirmed: bool,
}

/// A tie that joins them, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct TieSaid {
    from: Named,
    kind: &'static str,
    /// None for a household.
    to: Option<Named>,
    lasts: String,
    recorded: String,
}

/// An opinion, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct OpinionSaid {
    weight: &'static str,
    who: String,
    when: String,
    /// The event it is about; none for all of it.
    event: Option<usize>,
    text: Option<String>,
}

/// What was decided, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct DecisionSaid {
    outcome: String,
    who: String,
    when: String,
    reason: Option<String>,
}

/// Everything the page is made of, read in one look.
struct Gathered {
    alert: ReadAlert,
    known: HashMap<PersonId, people::Person>,
    /// What contacts of the evidence are about.
    concerns: HashMap<Uuid, String>,
    missing: BTreeMap<PersonId, Vec<Missing>>,
}

async fn read(
    app: web::Data<App>,
    session: Session,
    id: Path<String>,
    given: Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let id = AlertId::read(&id).map_err(|_| Problem::no_such_page())?;
    let typed = Typed::from(vec![(KEY.to_owned(), fresh_key()?)]);
    let shown = whole(&app, &session, id, given.purpose()?, &typed, &Problems::default()).await?;
    Ok(page(StatusCode::OK, &shown))
}

async fn whole(
    app: &App,
    session: &Session,
    id: AlertId,
    purpose: Purpose,
    typed: &Typed,
    problems: &Problems,
) -> Result<AlertPage, PageProblem> {
    judge_by_now(app).await?;
    let looking = session.asking(purpose).looking(Action::ReadAlerts);
    let gathered = app.look(&session.visitor, looking, async |scope| {
        let Some(alert) = app.read_alert(scope, id).await? else {
            return Ok(Shown { answer: None, people: Vec::new() });
        };
        let people = people_of(&alert);
        let ids: Vec<PersonId> = people.iter().map(|shown| shown.person).collect();
        let known = people::known(&app.views, scope, &ids).await?;
        let concerns = concerns(app, scope, &alert).await?;
        let missing = status::missing_among(&app.views, &ids).await?;
        Ok(Shown { answer: Some(Gathered { alert, known, concerns, missing }), people })
    });
    let gathered = gathered.await?.ok_or_else(Problem::no_such_page)?;
    Said { app, session, id, purpose, head: app.on_record() }.page(&gathered, typed, problems).await
}

/// The children of it in full, and of the others as much as the evidence says.
fn people_of(alert: &ReadAlert) -> Vec<ShownPerson> {
    let children: BTreeSet<PersonId> = alert.children.iter().copied().collect();
    let others: BTreeSet<PersonId> = alert.evidence.iter().map(|seen| seen.evidence.person).collect();
    let tied: BTreeSet<PersonId> = alert.ties.iter().flat_map(TieSeen::people).collect();
    let tied: Vec<ShownPerson> = tied
        .iter()
        .filter(|person| !children.contains(person) && !others.contains(person))
        .map(|person| ShownPerson { person: *person, disclosure: Disclosure::Status })
        .collect();
    let full = children.iter().map(|person| ShownPerson { person: *person, disclosure: Disclosure::Full });
    let more = others
        .difference(&children)
        .map(|person| ShownPerson { person: *person, disclosure: Disclosure::Progress });
    full.chain(more).chain(tied).collect()
}

async fn concerns(app: &App, scope: &Scope, alert: &ReadAlert) -> Result<HashMap<Uuid, String>, ReadError> {
    let contacts: BTreeSet<Uuid> = alert
        .evidence
        .iter()
        .filter(|seen| seen.evidence.kind == SignalKind::Contact)
        .map(|seen| seen.evidence.record)
        .collect();
    let mut said = HashMap::new();
    for contact in contacts.into_iter().take(CONTACTS_NAMED_MAX) {
        let Some(read) = app.read_contact(scope, ContactId(contact)).await? else { continue };
        let concerns: Vec<String> =
            read.concerns().iter().map(|concern| words::concern(concern.kind.code())).collect();
        said.insert(contact, concerns.join(", "));
    }
    Ok(said)
}

/// What the page's words are made with.
struct Said<'a> {
    app: &'a App,
    session: &'a Session,
    id: AlertId,
    purpose: Purpose,
    head: Position,
}

impl Said<'_> {
    async fn page(
        &self,
        gathered: &Gathered,
        typed: &Typed,
        problems: &Problems,
    ) -> Result<AlertPage, PageProblem> {
        let alert = &gathered.alert.alert;
        let (Some(says), Some(state), Some(raised), Some(changed)) =
            (alert.says(), alert.state(), alert.raised_at(), alert.changed_at())
        else {
            return Err(Problem::no_such_page().into());
        };
        let rule = self.app.rules.version(says.rule.as_str(), says.version);
        let moment = |at| words::occurred(gathered.alert.moment(at));
        let evidence = self.evidence(gathered).await?;
        let mut children: Vec<Named> =
            gathered.alert.children.iter().map(|child| self.named(*child, gathered)).collect();
        children.sort_unstable();
        let open = state == AlertState::Open;
        let can = deciding::Can::of(self.session, self.purpose);
        let seen =
            |opinion: &&Opinion| gathered.alert.hidden == 0 || gathered.alert.sees(opinion.given.entry);
        let mut opinions = Vec::new();
        for opinion in alert.opinions().iter().filter(seen) {
            opinions.push(self.opinion(opinion, &evidence).await?);
        }
        let mut decisions = Vec::new();
        for decision in alert.decisions() {
            decisions.push(self.decision(decision).await?);
        }
        Ok(AlertPage {
            frame: Frame::of(self.session, "An alert").wrong(!problems.is_empty()),
            summary: problems.summary(),
            missing: words::missing_among(&gathered.missing, |person| self.named(*person, gathered).name),
            id: self.id,
            purpose: self.purpose,
            title: rule.map_or_else(|| says.rule.to_string(), |rule| rule.title.clone()),
            state: said::state(state.code()),
            children,
            says: rule.map(|rule| rule.says.clone()).unwrap_or_default(),
            within: rule.map(|rule| rule.within_words.clone()).unwrap_or_default(),
            rule: format!("{}, version {}", says.rule, says.version),
            source: rule.map(|rule| rule.source.clone()).unwrap_or_default(),
            raised: moment(raised),
            changed: (changed != raised).then(|| moment(changed)),
            events: evidence.iter().map(|one| one.event).max().unwrap_or_default(),
            is_unconfirmed: evidence.iter().any(|one| one.is_unconfirmed),
            deciding: (open && can.decide).then(|| deciding::deciding(self.session, typed, problems)),
            decide_at: (open && can.decide_elsewhere)
                .then(|| format!("/alerts/{}?for={}", self.id, Purpose::ReferralConsideration.code())),
            opining: (state != AlertState::Withdrawn && can.opine)
                .then(|| deciding::opining(self.session, &evidence, typed, problems)),
            evidence,
            hidden: gathered.alert.hidden,
            ties: self.ties(gathered).await?,
            hidden_ties: gathered.alert.hidden_ties,
            opinions,
            decisions,
        })
    }

    fn named(&self, person: PersonId, gathered: &Gathered) -> Named {
        let today = civil_day(self.app.clock.now());
        let known = gathered.known.get(&person);
        Named {
            name: known.map_or_else(|| "A child".to_owned(), |known| Identity::of(known, today).name),
            address: format!("/children/{person}?for={}", self.purpose.code()),
        }
    }

    async fn evidence(&self, gathered: &Gathered) -> Result<Vec<EvidenceSaid>, PageProblem> {
        let mut events: Vec<Uuid> = Vec::new();
        let mut all = Vec::with_capacity(gathered.alert.evidence.len());
        for Seen { evidence, is_guarded } in &gathered.alert.evidence {
            let about = self.named(evidence.person, gathered);
            let is_unconfirmed = evidence.identity == Sure::Unconfirmed;
            // One entry may bear on several people, and is one entry.
            if let Some(same) = all.iter_mut().find(|one: &&mut EvidenceSaid| one.entry == evidence.entry.0) {
                same.about.push(about);
                same.about.sort_unstable();
                same.is_unconfirmed |= is_unconfirmed;
                continue;
            }
            let event = events.iter().position(|known| *known == evidence.incident).unwrap_or_else(|| {
                events.push(evidence.incident);
                events.len() - 1
            });
            let concerns = gathered.concerns.get(&evidence.record);
            let what = said::kind(evidence.kind);
            let occurred =
                if *is_guarded { Occurred::Day(evidence.occurred.day()) } else { evidence.occurred };
            let agency = if *is_guarded {
                words::IN_CONFIDENCE.to_owned()
            } else {
                let name = self.app.agency_name(evidence.agency, self.head).await?;
                name.unwrap_or_else(|| "An agency not registered here".to_owned())
            };
            all.push(EvidenceSaid {
                event: event + 1,
                entry: evidence.entry.0,
                what: concerns.map_or_else(|| what.to_owned(), |concerns| format!("{what}: {concerns}")),
                account: concerns
                    .map(|_| format!("/contacts/{}?for={}", evidence.record, self.purpose.code())),
                about: vec![about],
                happened: words::occurred(occurred),
                agency,
                is_unconfirmed,
            });
        }
        Ok(all)
    }

    async fn ties(&self, gathered: &Gathered) -> Result<Vec<TieSaid>, ReadError> {
        let mut said = Vec::with_capacity(gathered.alert.ties.len());
        for tie in &gathered.alert.ties {
            let on = words::day(tie.recorded.day());
            let recorded = match tie.agency {
                None => format!("{}, recorded on {on}", words::IN_CONFIDENCE),
                Some(agency) => {
                    let name = self.app.agency_name(agency, self.head).await?;
                    format!(
                        "Recorded by {} on {on}",
                        name.as_deref().unwrap_or("an agency not registered here")
                    )
                }
            };
            said.push(TieSaid {
                from: self.named(tie.from, gathered),
                kind: said::tie(tie.kind),
                to: match tie.to {
                    TieTo::Person(to) => Some(self.named(to, gathered)),
                    TieTo::Household(_) => None,
                },
                lasts: said::lasts(tie.since, tie.until),
                recorded,
            });
        }
        Ok(said)
    }

    async fn who(
        &self,
        by: domain::ids::PractitionerId,
        of: domain::ids::AgencyId,
    ) -> Result<String, ReadError> {
        let worker = self.app.worker(by, self.head).await?.map(|worker| worker.name);
        let agency = self.app.agency_name(of, self.head).await?;
        let said: Vec<String> = [worker, agency].into_iter().flatten().collect();
        Ok(if said.is_empty() { "Somebody not registered here".to_owned() } else { said.join(", ") })
    }

    async fn opinion(&self, opinion: &Opinion, evidence: &[EvidenceSaid]) -> Result<OpinionSaid, ReadError> {
        let about = opinion.given.entry.and_then(|entry| evidence.iter().find(|one| one.entry == entry.0));
        Ok(OpinionSaid {
            weight: said::weight(opinion.given.weight),
            who: self.who(opinion.by, opinion.agency).await?,
            when: words::moment(opinion.given_at),
            event: about.map(|one| one.event),
            text: opinion.given.opinion.known().map(|text| text.as_str().to_owned()),
        })
    }

    async fn decision(&self, decision: &Decision) -> Result<DecisionSaid, ReadError> {
        let (outcome, reason) = match &decision.decided {
            Decided::Accepted(accepted) => {
                (format!("Follows: {}", said::follows(accepted.follows)), accepted.note.as_ref())
            }
            Decided::Dismissed(dismissed) => ("Dismissed".to_owned(), Some(&dismissed.reason)),
        };
        Ok(DecisionSaid {
            outcome,
            who: self.who(decision.by, decision.agency).await?,
            when: words::moment(decision.decided_at),
            reason: reason.and_then(|text| text.known()).map(|text| text.as_str().to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::components::{Choice, Hidden, TextArea};
    use crate::web::markup::is_whole;

    fn sample() -> AlertPage {
        let tilly = Named { name: "Tilly <Marsh>".to_owned(), address: "/children/1".to_owned() };
        let evidence = EvidenceSaid {
            event: 1,
            entry: Uuid::nil(),
            what: "Told to the front door: neglect".to_owned(),
            account: Some("/contacts/1".to_owned()),
            about: vec![tilly.clone(), tilly.clone()],
            happened: "1 March 2026".to_owned(),
            agency: "A school".to_owned(),
            is_unconfirmed: true,
        };
        let choice = |name| Choice { name, legend: "What?", ..Choice::default() };
        let text = |name| TextArea { name, label: "Why?", ..TextArea::default() };
        AlertPage {
            frame: Frame::plain("An alert"),
            summary: ErrorSummary::default(),
            missing: vec!["Tilly <Marsh> is missing from home since 1 March 2026".to_owned()],
            id: AlertId(Uuid::nil()),
            purpose: Purpose::ReferralConsideration,
            title: "Small things that add up".to_owned(),
            state: "To be decided",
            children: vec![tilly.clone(), tilly],
            says: "Within 12 weeks.".to_owned(),
            within: "12 weeks".to_owned(),
            rule: "small-things-add-up, version 1".to_owned(),
            source: "FAME".to_owned(),
            raised: "1 March 2026".to_owned(),
            changed: Some("2 March 2026".to_owned()),
            evidence: vec![evidence],
            events: 1,
            hidden: 2,
            ties: vec![TieSaid {
                from: Named { name: "Dana <Marsh>".to_owned(), address: "/children/2".to_owned() },
                kind: "the mother of",
                to: Some(Named { name: "Tilly".to_owned(), address: "/children/1".to_owned() }),
                lasts: said::lasts("2019-04-30".parse().ok(), None),
                recorded: "Recorded by Leeds on 1 March 2026".to_owned(),
            }],
            hidden_ties: 1,
            is_unconfirmed: true,
            opinions: vec![OpinionSaid {
                weight: "Protective",
                who: "Amina Duarte".to_owned(),
                when: "1 March 2026".to_owned(),
                event: Some(1),
                text: Some("Help was sought at once.".to_owned()),
            }],
            decisions: vec![DecisionSaid {
                outcome: "Dismissed".to_owned(),
                who: "Ruth Calder".to_owned(),
                when: "1 March 2026".to_owned(),
                reason: None,
            }],
            deciding: Some(Deciding {
                follows: choice("follows"),
                reason: text("reason"),
                hidden: Hidden::default(),
            }),
            decide_at: None,
            opining: Some(Opining {
                weight: choice("weight"),
                about: choice("entry"),
                opinion: text("opinion"),
                hidden: Hidden::default(),
            }),
        }
    }

    #[test]
    fn an_alert_is_whole_and_says_what_it_rests_on_and_what_is_only_an_opinion() {
        let html = sample().render().unwrap();
        is_whole(&html);
        assert!(html.find("is missing from home") < html.find("<h1"), "{html}");
        assert!(html.contains("nobody has confirmed") && html.contains("2 more entries"), "{html}");
        assert!(html.contains("opinion") && !html.contains("<Marsh>"), "{html}");
        assert!(html.contains("since 30 April 2019") && html.contains("1 more tie "), "{html}");
    }

    #[test]
    fn an_alert_that_is_decided_offers_no_decision() {
        let decided = AlertPage { deciding: None, opining: None, state: "Dismissed", ..sample() };
        let html = decided.render().unwrap();
        is_whole(&html);
        assert!(!html.contains("<form"), "{html}");
    }
}
