//! Linkage: looks at the people whom new entries touch, and puts on record what the rules find, as alerts.
//!
//! It follows the batches that the views are given. When the view `linkage` has one, it asks which people the batch's
//! streams ever touched (a correction takes something away from somebody it does not name), reads them with everyone
//! tied to them, and compares what the rules find with the alerts on record.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::access::{Action, LawfulBasis, Purpose};
use domain::alert::events::Said;
use domain::alert::{Command as Alert, Say, Withdraw};
use domain::enquiry::KnownAt;
use domain::ids::{AlertId, PersonId};
use domain::linkage::{Rule, Step, findings, settle};
use event_store::{EventStore as _, Position};
use futures_util::future::try_join_all;
use projections::engine::Batch;
use projections::scope::Scope;
use projections::{alerts, linkage, workers};
use tokio::sync::watch;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Cause, ExecuteError};
use crate::execute::{Command, Order};
use crate::visitor::Visitor;

const NAME: &str = "linkage";
const ALERTS: &str = "alerts";
/// How many events are looked at together while catching up.
const PAGE: usize = 1_000;
/// People a rule is tried on at one time.
const EVERYBODY_AT_ONCE: i64 = 1_000;
/// Alerts written at one time.
const AT_ONCE: usize = 8;
/// How long to wait for a view before beginning again.
const PATIENCE: Duration = Duration::from_secs(10);
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often the place is written down, at most.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// Works until told to stop, while this process is the one that keeps the views: one is enough.
pub(super) async fn run(app: Arc<App>, reached: watch::Sender<Position>, mut stop: watch::Receiver<bool>) {
    let mut lease = app.engine.lease();
    loop {
        tokio::select! {
            () = until(&mut lease, true) => {}
            () = until(&mut stop, true) => return,
        }
        let worker = Worker { app: &app, reached: &reached, alerts: Position::START, saved: Instant::now() };
        tokio::select! {
            ended = worker.follow(stop.clone()) => match ended {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "linkage stands still just now"),
            },
            () = until(&mut lease, false) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            () = until(&mut stop, true) => return,
        }
    }
}

/// Waits for a word. (What a watch lends is a lock's guard, which must not live on in a select.)
async fn until(word: &mut watch::Receiver<bool>, wanted: bool) {
    let _ = word.wait_for(|word| *word == wanted).await;
}

struct Worker<'a> {
    app: &'a App,
    reached: &'a watch::Sender<Position>,
    /// The last alert event this worker wrote: it must see its own before it looks again.
    alerts: Position,
    saved: Instant,
}

impl Worker<'_> {
    async fn follow(mut self, mut stop: watch::Receiver<bool>) -> Result<(), Cause> {
        let mut at = workers::reached(&self.app.views, NAME).await?;
        loop {
            let mut tail = self.app.engine.listen();
            at = self.catch_up(at, &stop).await?;
            loop {
                let batch = tokio::select! {
                    batch = tail.recv() => batch,
                    () = until(&mut stop, true) => return self.save(at).await,
                };
                // Some were missed: read on from here.
                let Ok(batch) = batch else { break };
                if batch.after > at {
                    break;
                }
                let mut streams = BTreeSet::new();
                let mut next = take(&batch, at, &mut streams);
                // Under load several are waiting, and one look does for all.
                while let Ok(batch) = tail.try_recv() {
                    next = take(&batch, next, &mut streams);
                }
                at = self.look(streams, next).await?;
                if self.saved.elapsed() >= SAVE_EVERY {
                    self.save(at).await?;
                }
            }
        }
    }

    /// Reads by itself until nothing is left.
    async fn catch_up(&mut self, from: Position, stop: &watch::Receiver<bool>) -> Result<Position, Cause> {
        let mut at = from;
        loop {
            let page = self.app.record.read_all(at, PAGE).await?;
            let Some(last) = page.last().filter(|_| !*stop.borrow()) else {
                self.reached.send_replace(at);
                return Ok(at);
            };
            let last = last.position;
            let touching = page.iter().filter(|event| may_change(event.header.kind()));
            at = self.look(touching.map(|event| event.header.stream_id()).collect(), last).await?;
            self.save(at).await?;
        }
    }

    async fn save(&mut self, at: Position) -> Result<(), Cause> {
        workers::reach(&self.app.views, NAME, at).await?;
        self.saved = Instant::now();
        Ok(())
    }

    async fn look(&mut self, streams: BTreeSet<Uuid>, upto: Position) -> Result<Position, Cause> {
        let look = Look { streams, record: upto, alerts: self.alerts, recorded_at: None };
        self.alerts = look.carry_out(self.app).await?.alerts;
        self.reached.send_replace(upto);
        Ok(upto)
    }
}

/// A look at whoever some streams touch, as everything stands.
#[derive(Debug)]
pub(crate) struct Look {
    pub streams: BTreeSet<Uuid>,
    /// What the views must have first: of the record, and of the alerts that were written before.
    pub record: Position,
    pub alerts: Position,
    /// When what is found is recorded, where a demonstration tells a story of the past.
    pub recorded_at: Option<DateTime<Utc>>,
}

/// What a look found to say.
#[derive(Debug)]
pub(crate) struct Looked {
    pub said: Vec<(AlertId, Said)>,
    /// The last alert event that was written: it must be seen before the next look.
    pub alerts: Position,
}

impl Look {
    /// Puts on record what the rules find.
    ///
    /// # Errors
    /// Those of the views and the record.
    pub async fn carry_out(self, app: &App) -> Result<Looked, Cause> {
        let mut looked = Looked { said: Vec::new(), alerts: self.alerts };
        if self.streams.is_empty() {
            return Ok(looked);
        }
        app.views.wait_until(NAME, self.record, PATIENCE).await?;
        app.views.wait_until(ALERTS, self.alerts, PATIENCE).await?;
        let streams: Vec<Uuid> = self.streams.into_iter().collect();
        let orders: Vec<Order> = steps(app, &streams, self.recorded_at).await?;
        for some in orders.chunks(AT_ONCE) {
            let done = try_join_all(some.iter().map(|order| carried_out(app, order))).await?;
            looked.alerts = done.into_iter().max().unwrap_or(Position::START).max(looked.alerts);
        }
        looked.said = orders.into_iter().filter_map(|order| said(order.command)).collect();
        Ok(looked)
    }
}

fn said(command: Command) -> Option<(AlertId, Said)> {
    match command {
        Command::Alert { id, command: Alert::Say(say) } => Some((id, say.says)),
        _ => None,
    }
}

/// Says that all up to here was looked at.
pub(crate) async fn has_reached(app: &App, position: Position) -> Result<(), Cause> {
    Ok(workers::reach(&app.views, NAME, position).await?)
}

async fn carried_out(app: &App, order: &Order) -> Result<Position, ExecuteError> {
    match app.execute(&Visitor::node(), order.clone()).await {
        Ok(done) => Ok(done.position),
        // Another process wrote to it meanwhile; the next look compares again.
        Err(ExecuteError::Stale | ExecuteError::Absent) => Ok(Position::START),
        Err(error) => Err(error),
    }
}

/// The streams of a batch that may change what rules find; where the batch ends.
fn take(batch: &Batch, at: Position, streams: &mut BTreeSet<Uuid>) -> Position {
    let mut last = at;
    for event in batch.events.iter().filter(|event| event.position > at) {
        last = event.position;
        if event.content.as_ref().is_ok_and(|entry| may_change(entry.event.kind())) {
            streams.insert(event.stream);
        }
    }
    last
}

/// The kinds of event that may change what rules find.
pub(crate) fn may_change(kind: &str) -> bool {
    matches!(
        kind,
        "enquiry.made"
            | "tie.recorded"
            | "tie.ended"
            | "person.restricted"
            | "person.unrestricted"
            | "cp-plan.started"
            | "s47.started"
            | "referral.received"
            | "referral.decided"
            | "case.closed"
    ) || kind.starts_with("contact.") && kind != "contact.decided"
        || kind.starts_with("entry.")
}

/// What is to be ordered, now that these streams are as they are.
async fn steps(app: &App, streams: &[Uuid], recorded_at: Option<DateTime<Utc>>) -> Result<Vec<Order>, Cause> {
    let scope = app.scope(&Visitor::node(), Action::ReadAlerts, Purpose::Operation)?;
    // Taken before anything is read: what is found is true at least up to here.
    let known_at = KnownAt(app.views.position(NAME).raw());
    let mut keys = linkage::touched(&app.views, &scope, streams).await?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    // An alert that loses a tie or an entry must still be looked at whole.
    let touched: BTreeSet<PersonId> = keys.iter().map(|key| PersonId(*key)).collect();
    for alert in alerts::about(&app.views, &scope, &touched).await? {
        keys.extend(alert.people.iter().map(|person| person.0));
    }
    let found = compare(app, &scope, &keys).await?;
    let order = |command: Alert, id| Order {
        purpose: Purpose::Operation,
        lawful_basis: LawfulBasis::PublicTask,
        idempotency_key: None,
        if_match: None,
        correlation: None,
        trace: None,
        now: None,
        recorded_at,
        command: Command::Alert { id, command },
    };
    Ok(found
        .into_iter()
        .map(|step| match step {
            Step::Raise(finding) => {
                let id = app.ids.alert(&finding);
                order(Say::of(finding, known_at).into(), id)
            }
            Step::Say(id, finding) => order(Say::of(finding, known_at).into(), id),
            Step::Withdraw { alert, into } => order(Withdraw { known_at, into }.into(), alert),
        })
        .collect())
}

/// What a rule would have found.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tried {
    /// People about whom there is anything to count.
    pub people: usize,
    pub findings: usize,
    pub children: usize,
    pub entries: usize,
}

/// Holds a rule against everything on record. Nothing is written.
///
/// # Errors
/// Those of the views.
pub async fn try_rule(app: &App, rule: &Rule) -> Result<Tried, Cause> {
    let scope = app.scope(&Visitor::node(), Action::ReadAlerts, Purpose::Operation)?;
    let mut tried = Tried::default();
    let mut seen = BTreeSet::new();
    let mut children = BTreeSet::new();
    let mut after = None;
    loop {
        let people = linkage::everybody(&app.views, &scope, after, EVERYBODY_AT_ONCE).await?;
        let Some(last) = people.last().copied() else { break };
        tried.people += people.len();
        let keys = people.iter().map(|person| person.0).collect();
        let hood = linkage::neighbourhood(&app.views, &scope, &keys).await?;
        // A family is met once for each of its members.
        for found in findings(std::slice::from_ref(rule), &hood) {
            if seen.insert(found.first) {
                tried.findings += 1;
                tried.entries += found.evidence.len();
                children.extend(found.children);
            }
        }
        after = Some(last);
    }
    tried.children = children.len();
    Ok(tried)
}

async fn compare(app: &App, scope: &Scope, keys: &BTreeSet<Uuid>) -> Result<Vec<Step>, Cause> {
    let hood = linkage::neighbourhood(&app.views, scope, keys).await?;
    let known = alerts::about(&app.views, scope, &hood.people).await?;
    let found = findings(app.rules.all(), &hood);
    Ok(settle(&hood.people, found, &known))
}
