//! Tells the county's story to the record: many orders on their way at once, each thread's one after the other.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::LawfulBasis;
use domain::agency::AgencyKind;
use domain::enquiry::{AskedAs, KnownAt, Make};
use domain::history::Reason;
use event_store::{EventStore as _, Position, StreamId};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::crew::{Crew, Teller};
use super::desk::{Desk, Last};
use super::script::{Act, Deed, Thread};
use super::{Progress, Untold};
use crate::app::App;
use crate::error::ExecuteError;
use crate::execute::{Command, Done, Move, Order, Turn};
use crate::visitor::Visitor;
use crate::work::{Looked, has_reached};

/// Orders on their way at once: enough to fill a flush while a look is under way as well.
const MOST_AT_ONCE: usize = 160;
/// Orders further apart than this keep their order: what is told in one day's office hours may change places by moments,
/// and nothing is recorded on another day.
const NEAR: TimeDelta = TimeDelta::hours(12);
/// How far ahead an order is judged: the next day's, while the last of a day are written.
const AHEAD: TimeDelta = TimeDelta::hours(48);
/// Those who wait for their turn look this often, by the story's time.
const TURNS_EVERY: TimeDelta = TimeDelta::hours(1);
/// How often an order may lose its race: more is a fault, and a county that never ends says nothing of it.
const RACES_MAX: u32 = 1_000;
/// Told about as often as somebody watching wants to know.
const PROGRESS_EVERY: u64 = 5_000;
/// Events of a stream read at a time.
const PAGE: usize = 500;

/// The ground an agency of this kind acts on.
pub(super) const fn lawful_basis(kind: AgencyKind) -> LawfulBasis {
    match kind {
        AgencyKind::Voluntary => LawfulBasis::LegitimateInterests,
        _ => LawfulBasis::PublicTask,
    }
}

/// True when the last orders, more than are ever on their way at once, are on record.
pub(super) async fn is_told(app: &App, acts: &[Act]) -> Result<bool, Untold> {
    for act in acts.iter().rev().take(MOST_AT_ONCE * 3) {
        let (Some(told), Deed::Record(command)) = (act.told, &act.deed) else { continue };
        let stream = StreamId { category: command.category().to_owned(), id: told.stream };
        let mut after = 0;
        loop {
            let page = app.record.read_stream(&stream, after, PAGE).await?;
            if page.iter().any(|event| event.header.causation() == told.command.0) {
                break;
            }
            let Some(last) = page.last() else { return Ok(false) };
            after = last.header.version();
        }
    }
    Ok(!acts.is_empty())
}

/// Gives every order, in the order of time as near as orders on their way at once can be, with the front doors at their
/// desk. How many events it led to.
pub(super) async fn tell(
    app: &Arc<App>,
    crew: &Arc<Crew>,
    acts: Vec<Act>,
    mut desk: Desk<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<u64, Untold> {
    let orders = u64::try_from(acts.len()).unwrap_or(u64::MAX);
    let (mut given, mut events) = (0_u64, 0_u64);
    let mut acts = acts.into_iter().peekable();
    let mut underway = Underway::new(app, crew, app.record.head().await?.position);
    loop {
        while let Some(at) = acts.peek().map(|act| act.at) {
            if !underway.has_room_for(at) || !desk.has_time_for(at) {
                break;
            }
            if let Some(decision) = desk.due(at)? {
                underway.give(decision);
            } else if let Some(act) = acts.next() {
                underway.give(act);
            }
        }
        let last = if acts.peek().is_none() && underway.open.is_empty() { Last::Yes } else { Last::No };
        if let Some(look) = desk.look(underway.now(), underway.head, last) {
            let app = Arc::clone(app);
            underway
                .on_their_way
                .spawn(async move { look.carry_out(&app).await.map(Came::Looked).map_err(Untold::Linkage) });
        }
        match underway.on_their_way.join_next().await.transpose()?.transpose()? {
            None => break,
            Some(Came::Looked(looked)) => desk.looked(looked),
            Some(Came::Done(finished)) => {
                for done in &finished.done {
                    if !done.repeated {
                        events += u64::try_from(done.events.len()).unwrap_or_default();
                    }
                    // What was told before a telling broke off may not have been looked at; twice does no harm.
                    desk.take(finished.fact, done);
                }
                given += finished.planned;
                if finished.planned > 0 && given.is_multiple_of(PROGRESS_EVERY) {
                    progress(Progress { given, orders, events });
                }
                underway.finish(finished);
            }
        }
    }
    progress(Progress { given, orders, events });
    // What was told was looked at; a worker begins after it.
    has_reached(app, underway.head).await.map_err(Untold::Linkage)?;
    Ok(events)
}

/// Orders on their way, and those held back until another of their thread is done.
struct Underway {
    app: Arc<App>,
    crew: Arc<Crew>,
    on_their_way: JoinSet<Result<Came, Untold>>,
    waiting: HashMap<Thread, VecDeque<(Place, Act)>>,
    /// Threads with an order on its way, and the time of the latest that was given.
    busy: HashMap<Thread, DateTime<Utc>>,
    held: usize,
    /// Of all that are given and not yet done: what was to be recorded first.
    open: BTreeSet<Place>,
    /// All before this is done.
    told: watch::Sender<DateTime<Utc>>,
    number: u64,
    /// When the newest was to be recorded.
    newest: DateTime<Utc>,
    head: Position,
}

/// An order's place among all: its time, or that of the one before it in its thread where that is later; and its number.
type Place = (DateTime<Utc>, u64);

/// What came of something on its way.
enum Came {
    Done(Finished),
    Looked(Looked),
}

/// An order that was given, with what came of it on each stream.
struct Finished {
    thread: Thread,
    place: Place,
    fact: &'static str,
    /// How many of the orders that were there at the beginning it is: one, or none for what a desk decided.
    planned: u64,
    done: Vec<Done>,
}

impl Underway {
    fn new(app: &Arc<App>, crew: &Arc<Crew>, head: Position) -> Self {
        Self {
            app: Arc::clone(app),
            crew: Arc::clone(crew),
            on_their_way: JoinSet::new(),
            waiting: HashMap::new(),
            busy: HashMap::new(),
            held: 0,
            open: BTreeSet::new(),
            told: watch::Sender::new(DateTime::UNIX_EPOCH),
            number: 0,
            newest: DateTime::UNIX_EPOCH,
            head,
        }
    }

    fn has_room_for(&self, at: DateTime<Utc>) -> bool {
        let is_near = self.open.first().is_none_or(|(oldest, _)| at - *oldest <= AHEAD);
        is_near && self.on_their_way.len() < MOST_AT_ONCE && self.held < MOST_AT_ONCE
    }

    /// How far the story is written.
    fn now(&self) -> DateTime<Utc> {
        self.open.first().map_or(self.newest, |(oldest, _)| *oldest)
    }

    fn give(&mut self, act: Act) {
        self.number += 1;
        self.newest = self.newest.max(act.at);
        let before = self.busy.get(&act.thread).copied();
        let place = (before.map_or(act.at, |before| before.max(act.at)), self.number);
        self.open.insert(place);
        self.say_how_far();
        self.busy.insert(act.thread, place.0);
        if before.is_none() {
            self.send(place, act);
        } else {
            self.waiting.entry(act.thread).or_default().push_back((place, act));
            self.held += 1;
        }
    }

    fn send(&mut self, place: Place, act: Act) {
        let (app, crew) = (Arc::clone(&self.app), Arc::clone(&self.crew));
        let turn = Turn { told: self.told.subscribe(), after: act.at - NEAR };
        self.on_their_way.spawn(async move { give(&app, &crew, place, act, turn).await.map(Came::Done) });
    }

    fn say_how_far(&self) {
        let Some((oldest, _)) = self.open.first() else { return };
        self.told.send_if_modified(|told| {
            let is_further = *oldest - *told >= TURNS_EVERY;
            if is_further {
                *told = *oldest;
            }
            is_further
        });
    }

    fn finish(&mut self, Finished { thread, place, done, .. }: Finished) {
        self.open.remove(&place);
        self.say_how_far();
        self.head = done.iter().map(|done| done.position).fold(self.head, Position::max);
        match self.waiting.get_mut(&thread).and_then(VecDeque::pop_front) {
            Some((place, next)) => {
                self.held -= 1;
                self.send(place, next);
            }
            None => {
                self.busy.remove(&thread);
            }
        }
    }
}

/// The races that an order lost.
#[derive(Default)]
struct Races(u32);

impl Races {
    /// True when it is given once more. A full queue empties; whoever goes on losing races does not lose them by chance.
    fn are_worth_another<T>(&mut self, told: &Result<T, ExecuteError>) -> bool {
        match told {
            Err(ExecuteError::Overloaded) => true,
            Err(ExecuteError::Stale) => {
                self.0 += 1;
                self.0 <= RACES_MAX
            }
            Ok(_) | Err(_) => false,
        }
    }
}

async fn give(app: &App, crew: &Crew, place: Place, act: Act, turn: Turn) -> Result<Finished, Untold> {
    let visitor = crew.visitor(act.teller).ok_or(Untold::Nobody)?;
    let mut races = Races::default();
    let told = loop {
        let told = carry_out(app, visitor, &act, &turn).await;
        if !races.are_worth_another(&told) {
            break told;
        }
        tokio::task::yield_now().await;
    };
    let fact = act.deed.fact();
    let planned = u64::from(!matches!(act.deed, Deed::DecideAlert(_)));
    let finished = |done| Finished { thread: act.thread, place, fact, planned, done };
    match (told, &act.deed) {
        (Ok(done), _) => Ok(finished(done)),
        (Err(ExecuteError::Refused(_) | ExecuteError::NotPermitted(_)), Deed::DecideAlert(_)) => {
            Ok(finished(Vec::new()))
        }
        (Err(ExecuteError::IdempotencyConflict), _) => Err(Untold::AnotherCounty),
        (Err(source), _) => Err(Untold::Order { key: act.key, source }),
    }
}

/// As what somebody asks; their roles are written when it is told.
pub(super) fn asked_as(teller: Teller) -> AskedAs {
    AskedAs { agency_kind: teller.kind, authority: None, team: None, roles: Vec::new() }
}

async fn carry_out(app: &App, visitor: &Visitor, act: &Act, turn: &Turn) -> Result<Vec<Done>, ExecuteError> {
    let lawful_basis = lawful_basis(act.teller.kind);
    let order = |command| Order {
        lawful_basis,
        idempotency_key: Some(act.key.clone()),
        recorded_at: Some(act.at),
        turn: Some(turn.clone()),
        ..Order::new(act.purpose, command)
    };
    let done = match &act.deed {
        Deed::Record(command) => match (**command).clone() {
            Command::Enquiry { id, command: domain::enquiry::Command::Make(make) } => {
                turn.comes().await;
                let known_at = KnownAt((*app.record.watch_head().borrow()).into());
                let make = Make { known_at, asked_as: AskedAs::of(visitor.actor()), ..make };
                // Told again, an enquiry is the first one, though the record has moved on.
                let asked = app.ids.hash("goldthread/county-asked/1", &[act.key.as_bytes()]);
                app.execute_asked(visitor, order(Command::Enquiry { id, command: make.into() }), asked)
                    .await?
            }
            command => app.execute(visitor, order(command)).await?,
        },
        Deed::DecideAlert(command) => app.execute(visitor, order((**command).clone())).await?,
        Deed::Amend { stream, amendment } => {
            let correction = app.amending(stream, (**amendment).clone()).await?;
            app.execute(visitor, order(Command::Correct { stream: stream.clone(), correction })).await?
        }
        Deed::Move { entry, wrong, right } => {
            turn.comes().await;
            let order = Move {
                purpose: act.purpose,
                lawful_basis,
                idempotency_key: Some(act.key.clone()),
                correlation: None,
                trace: None,
                recorded_at: Some(act.at),
                reason: Reason::WrongPerson,
                entry: *entry,
                wrong: wrong.clone(),
                right: right.clone(),
            };
            let moved = app.move_entry(visitor, order).await?;
            return Ok(vec![moved.here, moved.away]);
        }
    };
    Ok(vec![done])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_goes_on_losing_races_is_given_up_and_one_that_finds_no_room_is_not() {
        let mut races = Races::default();
        let mut given = 1;
        while races.are_worth_another::<()>(&Err(ExecuteError::Stale)) {
            assert!(races.are_worth_another::<()>(&Err(ExecuteError::Overloaded)));
            given += 1;
        }
        assert_eq!(given, 1_001);
        assert!(!Races::default().are_worth_another(&Ok(())));
        assert!(!Races::default().are_worth_another::<()>(&Err(ExecuteError::Absent)));
    }
}
