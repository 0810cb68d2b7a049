//! Who works where, from a file: agencies with their hours and teams, practitioners with their dated roles and accounts.
//!
//! `docs/provisioning.md` says what the file looks like. Each thing has the caller's own key (`ref`), from which its id
//! derives, so that the file can be read again: what differs is ordered, the rest is as it was. What the file does not name
//! is left alone. Nothing is written unless all of it is good. Left out: ending what the file names no more, which somebody
//! says by its last day.

mod file;
mod item;
mod rehearse;

use std::fmt;

use domain::ids::CorrelationId;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::error::{ExecuteError, FieldError, ReadError};
use crate::execute::Order;
use crate::visitor::Visitor;
use rehearse::Rehearsal;

/// What a file would change.
#[derive(Debug)]
pub struct Plan {
    steps: Vec<Step>,
}

/// An agency or practitioner of the file.
#[derive(Debug, Serialize)]
pub struct Step {
    /// Where it stands in the file.
    place: String,
    of: Of,
    id: Uuid,
    outcome: Outcome,
    /// What comes on record of it.
    events: Vec<&'static str>,
    #[serde(skip)]
    orders: Vec<Order>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Agency,
    Practitioner,
}

/// What becomes of a thing of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Registered,
    Changed,
    AsItWas,
    /// It is newly said when they leave.
    Left,
}

/// Why a file was not taken, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    #[error("the file cannot be taken, and nothing was written:{}", lines(.0))]
    Faults(Vec<FieldError>),
    #[error("the record cannot be read; nothing was written")]
    Record(#[from] ReadError),
    #[error("stopped at `{place}`; what stands before it is on record, so take the file again")]
    Stopped { place: String, source: ExecuteError },
}

/// Every fault on a line of its own.
fn lines(faults: &[FieldError]) -> String {
    faults.iter().map(|FieldError { field, problem }| format!("\n  `{field}` {problem}")).collect()
}

/// Reads a file and tries out what it says. Nothing is written.
///
/// # Errors
/// Everything that is wrong with the file, each by its place.
pub async fn plan(app: &App, text: &[u8]) -> Result<Plan, ProvisionError> {
    let (file, mut faults) = file::read(app, text);
    let correlation = CorrelationId(app.ids.derive("goldthread/provisioned-file/1", &[text]));
    let mut rehearsal = Rehearsal::new(app, correlation);
    rehearsal.go_through(file).await?;
    faults.append(&mut rehearsal.faults);
    if faults.is_empty() { Ok(Plan { steps: rehearsal.steps }) } else { Err(ProvisionError::Faults(faults)) }
}

/// Puts on record what differs, as the node, telling how many of how many things are done.
///
/// # Errors
/// The first order that was not carried out. The ones before it were; the file can be taken again.
pub async fn carry_out(
    app: &App,
    plan: &Plan,
    tell: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<(), ProvisionError> {
    for (nth, step) in plan.steps.iter().enumerate() {
        for order in &step.orders {
            let done = app.execute(&Visitor::node(), order.clone()).await;
            done.map_err(|source| ProvisionError::Stopped { place: step.place.clone(), source })?;
        }
        tell(nth + 1, plan.steps.len());
    }
    Ok(())
}

impl Plan {
    /// Each thing of the file, in its order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn count(&self, of: Of, outcome: Outcome) -> usize {
        self.steps.iter().filter(|step| (step.of, step.outcome) == (of, outcome)).count()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.steps.iter().filter(|step| step.outcome != Outcome::AsItWas) {
            writeln!(out, "{} {}: {}", step.place, step.id, step.events.join(", "))?;
        }
        let count = |of| {
            let counted = |outcome| self.count(of, outcome);
            let (new, changed) = (counted(Outcome::Registered), counted(Outcome::Changed));
            format!("{new} registered, {changed} changed, {} as it was", counted(Outcome::AsItWas))
        };
        writeln!(out, "agencies: {}", count(Of::Agency))?;
        write!(
            out,
            "practitioners: {}, {} left",
            count(Of::Practitioner),
            self.count(Of::Practitioner, Outcome::Left)
        )
    }
}
