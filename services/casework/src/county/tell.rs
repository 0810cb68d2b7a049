//! Tells the county's story to the record: many orders on their way at once, each thread's one after the other.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::LawfulBasis;
use domain::agency::AgencyKind;
use domain::enquiry::{KnownAt, Make};
use domain::history::Reason;
use event_store::{EventStore as _, Position, StreamId};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::crew::Crew;
use super::script::{Act, Deed, Thread};
use super::{Progress, Untold};
use crate::app::App;
use crate::error::ExecuteError;
use crate::execute::{Command, Done, Move, Order};
use crate::visitor::Visitor;

/// Orders on their way at once: enough to fill a flush.
const MOST_AT_ONCE: usize = 96;
/// Orders further apart than this keep their order, and so their recorded times.
const NEAR: TimeDelta = TimeDelta::hours(3);
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

/// Gives every order, in the order of time as near as orders on their way at once can be. How many events it led to.
pub(super) async fn tell(
    app: &App,
    crew: &Crew,
    acts: Vec<Act>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<u64, Untold> {
    let orders = u64::try_from(acts.len()).unwrap_or(u64::MAX);
    let (mut given, mut events) = (0_u64, 0_u64);
    let mut head = app.record.head().await?.position;
    let mut waiting: HashMap<Thread, VecDeque<(u64, Act)>> = HashMap::new();
    let mut busy: HashSet<Thread> = HashSet::new();
    let mut held = 0_usize;
    // Of all that are given and not yet done: what was to be recorded first.
    let mut open: BTreeSet<(DateTime<Utc>, u64)> = BTreeSet::new();
    let mut acts = (0_u64..).zip(acts).peekable();
    let mut on_their_way = FuturesUnordered::new();
    loop {
        while on_their_way.len() < MOST_AT_ONCE && held < MOST_AT_ONCE {
            let oldest = open.first().map(|(at, _)| *at);
            let near = |(_, act): &(u64, Act)| oldest.is_none_or(|oldest| act.at - oldest <= NEAR);
            let Some((number, act)) = acts.next_if(near) else { break };
            open.insert((act.at, number));
            if busy.insert(act.thread) {
                on_their_way.push(give(app, crew, number, act, head));
            } else {
                waiting.entry(act.thread).or_default().push_back((number, act));
                held += 1;
            }
        }
        let Some(told) = on_their_way.next().await else { break };
        let Given { thread, place, done } = told?;
        open.remove(&place);
        head = head.max(done.position);
        given += 1;
        if !done.repeated {
            events += u64::try_from(done.events.len()).unwrap_or_default();
        }
        if given.is_multiple_of(PROGRESS_EVERY) || given == orders {
            progress(Progress { given, orders, events });
        }
        match waiting.get_mut(&thread).and_then(VecDeque::pop_front) {
            Some((number, next)) => {
                held -= 1;
                on_their_way.push(give(app, crew, number, next, head));
            }
            None => {
                busy.remove(&thread);
            }
        }
    }
    Ok(events)
}

/// An order that was given.
struct Given {
    thread: Thread,
    /// Its place among all.
    place: (DateTime<Utc>, u64),
    done: Done,
}

async fn give(app: &App, crew: &Crew, number: u64, act: Act, head: Position) -> Result<Given, Untold> {
    let visitor = crew.visitor(act.teller).ok_or(Untold::Nobody)?;
    let told = loop {
        match carry_out(app, visitor, &act, head).await {
            Err(ExecuteError::Overloaded | ExecuteError::Stale) => tokio::task::yield_now().await,
            told => break told,
        }
    };
    let Act { at, thread, key, .. } = act;
    told.map(|done| Given { thread, place: (at, number), done }).map_err(|source| match source {
        ExecuteError::IdempotencyConflict => Untold::AnotherCounty,
        source => Untold::Order { key, source },
    })
}

async fn carry_out(app: &App, visitor: &Visitor, act: &Act, head: Position) -> Result<Done, ExecuteError> {
    let lawful_basis = lawful_basis(act.teller.kind);
    let order = |command| Order {
        purpose: act.purpose,
        lawful_basis,
        idempotency_key: Some(act.key.clone()),
        if_match: None,
        correlation: None,
        trace: None,
        now: None,
        recorded_at: Some(act.at),
        command,
    };
    match &act.deed {
        Deed::Record(command) => match (**command).clone() {
            Command::Enquiry { id, command: domain::enquiry::Command::Make(make) } => {
                let make = Make { known_at: KnownAt(head.raw()), ..make };
                // Told again, an enquiry is the first one, though the record has moved on.
                let asked = app.ids.hash("goldthread/county-asked/1", &[act.key.as_bytes()]);
                app.execute_asked(visitor, order(Command::Enquiry { id, command: make.into() }), asked).await
            }
            command => app.execute(visitor, order(command)).await,
        },
        Deed::Amend { stream, amendment } => {
            let correction = app.amending(stream, (**amendment).clone()).await?;
            app.execute(visitor, order(Command::Correct { stream: stream.clone(), correction })).await
        }
        Deed::Move { entry, wrong, right } => {
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
            app.move_entry(visitor, order).await.map(|moved| moved.away)
        }
    }
}
