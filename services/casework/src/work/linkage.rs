//! Linkage: looks at the people whom new entries touch, and puts on record what the rules find, as alerts.
//!
//! It follows the batches that the views are given. When the view `linkage` has one, it asks which people the batch's
//! streams ever touched (a correction takes something away from somebody it does not name), reads them with everyone
//! tied to them, and compares what the rules find with the alerts on record.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::access::{Action, Purpose};
use domain::alert::events::Said;
use domain::alert::{Command as Alert, Say, Withdraw};
use domain::enquiry::KnownAt;
use domain::ids::{AlertId, PersonId};
use domain::linkage::{Rule, Step, findings, settle};
use event_store::Position;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use projections::scope::Scope;
use projections::{alerts, linkage, workers};
use uuid::Uuid;

use super::follow::{Touched, Work, carried_out};
use crate::app::App;
use crate::error::Cause;
use crate::execute::{Command, Order};
use crate::visitor::Visitor;

const LINKAGE: &str = "linkage";
const ALERTS: &str = "alerts";
/// People a rule is tried on at one time.
const EVERYBODY_AT_ONCE: i64 = 1_000;
/// Alerts written at one time.
const AT_ONCE: usize = 64;
/// How long to wait for a view before beginning again.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Default)]
pub(super) struct Linkage {
    /// The last alert event this worker wrote: it must see its own before it looks again.
    alerts: Position,
}

impl Work for Linkage {
    const NAME: &'static str = LINKAGE;

    fn concerns(kind: &str) -> bool {
        may_change(kind)
    }

    async fn look(&mut self, app: &App, streams: &Touched, upto: Position) -> Result<(), Cause> {
        let streams = streams.keys().copied().collect();
        let look = Look { streams, record: upto, alerts: self.alerts, recorded_at: None };
        self.alerts = look.carry_out(app).await?.alerts;
        Ok(())
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
        app.views.wait_until(LINKAGE, self.record, PATIENCE).await?;
        app.views.wait_until(ALERTS, self.alerts, PATIENCE).await?;
        let streams: Vec<Uuid> = self.streams.into_iter().collect();
        let orders: Vec<Order> = steps(app, &streams, self.recorded_at).await?;
        looked.said = orders.iter().filter_map(|order| said(&order.command)).collect();
        let written = stream::iter(orders).map(|order| async move { carried_out(app, &order).await });
        let written: Vec<Position> = written.buffer_unordered(AT_ONCE).try_collect().await?;
        looked.alerts = written.into_iter().fold(looked.alerts, Position::max);
        Ok(looked)
    }
}

fn said(command: &Command) -> Option<(AlertId, Said)> {
    match command {
        Command::Alert { id, command: Alert::Say(say) } => Some((*id, say.says.clone())),
        _ => None,
    }
}

/// Says that all up to here was looked at.
pub(crate) async fn has_reached(app: &App, position: Position) -> Result<(), Cause> {
    Ok(workers::reach(&app.views, LINKAGE, position).await?)
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
    let known_at = KnownAt(app.views.position(LINKAGE).raw());
    let mut keys = linkage::touched(&app.views, &scope, streams).await?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let touched: BTreeSet<PersonId> = keys.iter().map(|key| PersonId(*key)).collect();
    let alongside = alerts::alongside(&app.views, &scope, &touched).await?;
    keys.extend(alongside.into_iter().map(|person| person.0));
    let found = compare(app, &scope, &keys, recorded_at).await?;
    let order = |command: Alert, id| Order {
        recorded_at,
        ..Order::new(Purpose::Operation, Command::Alert { id, command })
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

async fn compare(
    app: &App,
    scope: &Scope,
    keys: &BTreeSet<Uuid>,
    upto: Option<DateTime<Utc>>,
) -> Result<Vec<Step>, Cause> {
    let mut hood = linkage::neighbourhood(&app.views, scope, keys).await?;
    if let Some(upto) = upto {
        // The story may be told further than its alerts are.
        hood.signals.retain(|signal| signal.recorded_at <= upto);
    }
    let known = alerts::about(&app.views, scope, &hood.people).await?;
    let found = findings(app.rules.all(), &hood);
    Ok(settle(&hood.people, found, &known))
}
