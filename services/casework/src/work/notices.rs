//! Notices: looks at the people whom new entries touch, and at the answers given about them in the last four weeks.
//!
//! An answer is held, as it was known when it was last said, against what the same asker would be told now: the same
//! person, roles, purpose and policy. Where the two differ a notice is put on the enquiry's own stream, which says
//! that they differ and never how. Whoever would be told nothing is told nothing. Somebody entered or set right is
//! looked up among what was sought by keyed hashes.
//!
//! Nothing of this stands in the way of an enquiry: it follows the record.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure, Purpose};
use domain::enquiry::sought::{MarkText, SoughtMark};
use domain::enquiry::{
    Answer, Command as Enquiry, KnownAt, Said, TellItDiffers, TellItStandsAgain, Told, WATCHED_FOR,
};
use domain::ids::{EnquiryId, PersonId};
use domain::person::identifier::SchemeName;
use event_store::{EventStore as _, Position};
use futures_util::future::try_join_all;
use projections::access::{standings, touched};
use projections::notices::{self, Watched};
use projections::people::{self, Person};
use projections::scope::{Scope, Standing};
use projections::status;

use super::follow::{Touched, Work, carried_out};
use crate::app::App;
use crate::error::Cause;
use crate::execute::{Command, Order};
use crate::visitor::Visitor;

/// What an answer was read from, and where the answers are.
const VIEWS: [&str; 4] = ["access", "people", "status", NOTICES];
const NOTICES: &str = "notices";
/// How long to wait for a view before beginning again.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer may rest on a record this old when it is given: who was touched since is looked at once more.
const LATELY: Duration = Duration::from_secs(15);
/// How many events are read again at a new beginning.
const READ_AGAIN: u128 = 1_000;
/// As many looks are remembered, at most.
const LOOKS_MAX: usize = 512;
/// Notices written at one time.
const AT_ONCE: usize = 8;

/// See the module.
#[derive(Default)]
pub(super) struct Notices {
    /// The last event this worker wrote: it must see its own before it looks again.
    written: Position,
    lately: VecDeque<(Instant, Changed)>,
}

/// Whose record something was added to.
#[derive(Clone, Default)]
struct Changed {
    people: BTreeSet<PersonId>,
    /// Those of whom something was said that a search compares, perhaps.
    named: BTreeSet<PersonId>,
}

impl Changed {
    fn add(&mut self, other: &Self) {
        self.people.extend(&other.people);
        self.named.extend(&other.named);
    }
}

impl Work for Notices {
    const NAME: &'static str = NOTICES;

    fn concerns(kind: &str) -> bool {
        match kind {
            "note.written" | "visit.made" | "core-group.held" | "contact.decided" | "contact.joined"
            | "contact.parted" => false,
            "enquiry.made" => true,
            kind => kind.split_once('.').is_some_and(|(of, _)| {
                !matches!(of, "enquiry" | "alert" | "review" | "agency" | "practitioner" | "tie" | "return")
            }),
        }
    }

    /// What was recorded before the oldest answer that is looked after changes none of them. A little is read again, for
    /// the answers that were on their way.
    async fn begin_at(app: &App, reached: Position) -> Result<Position, Cause> {
        let oldest = app.record.position_at(app.clock.now() - WATCHED_FOR).await?;
        Ok(oldest.max(Position::from_raw(reached.raw().saturating_sub(READ_AGAIN))))
    }

    async fn look(&mut self, app: &App, streams: &Touched, upto: Position) -> Result<(), Cause> {
        for view in VIEWS {
            let position = if view == NOTICES { upto.max(self.written) } else { upto };
            app.views.wait_until(view, position, PATIENCE).await?;
        }
        let scope = app.scope(&Visitor::node(), Action::ReadNotices, Purpose::Operation)?;
        let of = |wanted: &'static str| streams.iter().filter(move |(_, kind)| *kind == wanted);
        let mut changed = Changed::default();
        let ids: Vec<_> = streams.iter().filter(|(_, kind)| *kind != "enquiry").map(|(id, _)| *id).collect();
        changed.named.extend(of("person").map(|(id, _)| PersonId(*id)));
        changed.people.extend(touched(&app.views, &scope, &ids).await?);
        changed.people.extend(&changed.named);
        self.remember(&changed);
        if of("enquiry").next().is_some() {
            // What was recorded while an answer was on its way is in nobody's answer.
            self.lately.iter().for_each(|(_, lately)| changed.add(lately));
        }
        let orders = steps(app, &scope, &changed).await?;
        for some in orders.chunks(AT_ONCE) {
            let done = try_join_all(some.iter().map(|order| carried_out(app, order))).await?;
            self.written = done.into_iter().max().unwrap_or(Position::START).max(self.written);
        }
        Ok(())
    }
}

impl Notices {
    fn remember(&mut self, changed: &Changed) {
        let now = Instant::now();
        self.lately.retain(|(at, _)| now.saturating_duration_since(*at) < LATELY);
        if changed.people.is_empty() {
            return;
        }
        if self.lately.len() >= LOOKS_MAX {
            self.lately.pop_front();
        }
        self.lately.push_back((now, changed.clone()));
    }
}

/// What is to be told, now that these people are as they are.
async fn steps(app: &App, scope: &Scope, changed: &Changed) -> Result<Vec<Order>, Cause> {
    let people: Vec<PersonId> = changed.people.iter().copied().collect();
    let since = app.clock.now() - WATCHED_FOR;
    // Before what was sought is looked up, or an answer that comes between the two would seem found by nothing.
    let about_them = notices::of_people(&app.views, scope, &people, since).await?;
    let looking = Looking {
        app,
        scope,
        // What is found is true exactly up to here.
        upto: VIEWS.iter().map(|view| app.views.position(view)).min().unwrap_or(Position::START),
        standings: standings(&app.views, &people).await?,
        found: found_by_marks(app, scope, changed, since).await?,
    };
    let mut steps: BTreeMap<EnquiryId, Enquiry> = BTreeMap::new();
    for watched in about_them {
        if let Some(step) = looking.about_the_same(&watched, &changed.named).await? {
            steps.insert(watched.enquiry, step);
        }
    }
    for (person, found) in &looking.found {
        for watched in found.iter().filter(|watched| watched.said.subject != Some(*person)) {
            if let Some(step) = looking.about_another(watched, *person).await? {
                steps.insert(watched.enquiry, step);
            }
        }
    }
    let order = |(id, command)| Order::new(Purpose::Operation, Command::Enquiry { id: Some(id), command });
    Ok(steps.into_iter().map(order).collect())
}

/// The answers to whoever looked for something by which these people are found now.
async fn found_by_marks(
    app: &App,
    scope: &Scope,
    changed: &Changed,
    since: DateTime<Utc>,
) -> Result<HashMap<PersonId, Vec<Watched>>, Cause> {
    let named: Vec<PersonId> = changed.named.iter().copied().collect();
    let mut found = HashMap::new();
    for (person, known) in people::known(&app.views, scope, &named).await? {
        let marks: Vec<SoughtMark> = marks_of(app, &known).into_iter().collect();
        found.insert(person, notices::sought_by(&app.views, scope, &marks, since).await?);
    }
    Ok(found)
}

/// Everything by which somebody is found.
fn marks_of(app: &App, known: &Person) -> BTreeSet<SoughtMark> {
    let numbers = known.identifiers.iter().filter(|number| number.scheme == SchemeName::Nhs.code());
    let mut texts: BTreeSet<MarkText> =
        numbers.map(|number| MarkText::of_nhs_number(&number.value)).collect();
    for born in known.births.iter().filter_map(people::Birth::date) {
        for name in &known.names {
            let part = |part: &Option<String>| part.clone().unwrap_or_default();
            texts.extend(MarkText::found_by(&part(&name.given), &part(&name.family), born));
        }
    }
    texts.iter().map(|text| app.ids.sought(text)).collect()
}

struct Looking<'a> {
    app: &'a App,
    scope: &'a Scope,
    upto: Position,
    standings: HashMap<PersonId, Standing>,
    found: HashMap<PersonId, Vec<Watched>>,
}

impl Looking<'_> {
    /// An answer held against what would be told now of whom it was about.
    async fn about_the_same(
        &self,
        watched: &Watched,
        named: &BTreeSet<PersonId>,
    ) -> Result<Option<Enquiry>, Cause> {
        let Some(person) = watched.said.subject else { return Ok(None) };
        let Some(now) = self.told(watched, person, self.upto).await? else { return Ok(None) };
        let is_found_still = !watched.has_marks
            || !named.contains(&person)
            || self
                .found
                .get(&person)
                .is_some_and(|found| found.iter().any(|found| found.enquiry == watched.enquiry));
        if !is_found_still {
            return Ok(Some(if watched.given.subject.is_none() {
                self.stands_again(watched)
            } else {
                self.differs(watched, (None, Answer::NoTrace, Disclosure::None), Disclosure::Contact)
            }));
        }
        let Some(then) = self.told_then(watched, &watched.said).await? else { return Ok(None) };
        let Some(noticed_from) = then.differs_from(&now) else { return Ok(None) };
        if watched.said != watched.given
            && watched.given.subject == Some(person)
            && let Some(given) = self.told_then(watched, &watched.given).await?
            && given.differs_from(&now).is_none()
        {
            return Ok(Some(self.stands_again(watched)));
        }
        Ok(Some(self.differs(watched, (Some(person), now.answer, now.disclosed), noticed_from)))
    }

    /// Somebody is found now by what was sought, of whom nothing was said.
    async fn about_another(&self, watched: &Watched, person: PersonId) -> Result<Option<Enquiry>, Cause> {
        let Some(now) = self.told(watched, person, self.upto).await? else { return Ok(None) };
        if watched.said.answered == Answer::NoTrace {
            let is_the_first = watched.given.subject == Some(person);
            return Ok(Some(if is_the_first && watched.given.answered == now.answer {
                self.stands_again(watched)
            } else {
                self.differs(watched, (Some(person), now.answer, now.disclosed), Disclosure::Contact)
            }));
        }
        // Of several who matched, each has an answer of their own.
        let cut = Position::from_raw(watched.said.known_at.0);
        let then = people::as_known(&self.app.views, self.scope, person, cut).await?;
        let before = then.map(|then| marks_of(self.app, &then)).unwrap_or_default();
        let sought = notices::marks(&self.app.views, self.scope, watched.enquiry).await?;
        if sought.iter().any(|mark| before.contains(mark)) {
            return Ok(None);
        }
        Ok(Some(self.differs(watched, (Some(person), now.answer, now.disclosed), Disclosure::Contact)))
    }

    /// What was said of an answer's subject, as the record knew them then.
    async fn told_then(&self, watched: &Watched, said: &Said) -> Result<Option<Told>, Cause> {
        let Some(subject) = said.subject else { return Ok(None) };
        let told = self.told(watched, subject, Position::from_raw(said.known_at.0)).await?;
        Ok(told.map(|told| Told { answer: said.answered, disclosed: said.disclosed, ..told }))
    }

    /// What the asker is told of somebody as the record knew them at a place; `None` for whoever is told nothing.
    async fn told(&self, watched: &Watched, person: PersonId, cut: Position) -> Result<Option<Told>, Cause> {
        let Some(standing) = self.standings.get(&person) else { return Ok(None) };
        let scope = self.app.scope_of_asker(&watched.asker, watched.purpose);
        let asked = (watched.asked_at, Position::from_raw(watched.given.known_at.0));
        let told = status::told(&self.app.views, &scope, person, standing, asked, cut).await?;
        Ok(Some(told).filter(|told| told.disclosed > Disclosure::None))
    }

    fn differs(
        &self,
        watched: &Watched,
        (subject, would_answer, would_disclose): (Option<PersonId>, Answer, Disclosure),
        noticed_from: Disclosure,
    ) -> Enquiry {
        TellItDiffers {
            compared_with: watched.said.known_at,
            known_at: KnownAt(self.upto.raw()),
            subject,
            would_answer,
            would_disclose,
            noticed_from,
        }
        .into()
    }

    fn stands_again(&self, watched: &Watched) -> Enquiry {
        let (compared_with, known_at) = (watched.said.known_at, KnownAt(self.upto.raw()));
        TellItStandsAgain { compared_with, known_at }.into()
    }
}
