//! One child of a return: who it is, then its episodes in the order of the file, each in one append.

use domain::case::record_episode::RecordEpisode;
use domain::ids::PersonId;
use domain::person::RecordChild;
use domain::testimony::SaidRow;

use super::orders::{Orders, Said};
use super::wording::Wording;
use super::{ImportError, Refused, child_of};
use crate::error::ExecuteError;
use crate::exchange::cin::{Child, Head, Row, Table};
use crate::execute::Command;

/// A child as a return tells them, in orders ready to be given.
pub(super) struct Telling {
    pub(super) person: PersonId,
    orders: Vec<Telt>,
}

/// One order and the rows it tells of.
struct Telt {
    places: Vec<Place>,
    command: Command,
}

/// Where a row stands in the file, and what it is on record as.
#[derive(Clone, Copy)]
struct Place {
    table: Table,
    ordinal: u64,
    line: u64,
    row: SaidRow,
}

/// What became of a child's rows.
pub(super) struct Told {
    pub person: PersonId,
    pub events: Vec<Table>,
    pub repeated: Vec<Table>,
    pub refused: Vec<Refused>,
    /// Codes of the faults on what was written.
    pub faults: Vec<String>,
}

impl Telling {
    pub(super) fn of(orders: &Orders<'_>, row: &Row<Child>) -> Self {
        let wording = Wording { orders };
        let person = child_of(orders.app, &orders.authority, row.says.la_child_id.reveal());
        let case = orders.app.ids.case(person, &orders.authority);
        let place = |head: &Head| Place {
            table: head.table,
            ordinal: head.ordinal,
            line: head.line,
            row: orders.row(head),
        };
        let own = std::iter::once(&row.head).chain(row.says.disabilities.iter().map(|row| &row.head));
        let child = RecordChild {
            authority: orders.authority.clone(),
            return_id: orders.return_id,
            as_of: orders.as_of,
            source: orders.source(),
            child: wording.child(row),
        };
        let child = Command::Person { id: Some(person), command: child.into() };
        let mut telling = vec![Telt { places: own.map(place).collect(), command: child }];
        for episode in &row.says.episodes {
            let command = RecordEpisode {
                child: person,
                authority: orders.authority.clone(),
                return_id: orders.return_id,
                as_of: orders.as_of,
                episode: wording.episode(episode),
            };
            telling.push(Telt {
                places: episode.heads().into_iter().map(place).collect(),
                command: Command::Case { id: case, command: command.into() },
            });
        }
        Self { person, orders: telling }
    }

    /// Gives the orders one after the other.
    pub(super) async fn tell(self, orders: &Orders<'_>) -> Result<Told, ImportError> {
        let mut told = Told {
            person: self.person,
            events: Vec::new(),
            repeated: Vec::new(),
            refused: Vec::new(),
            faults: Vec::new(),
        };
        let mut nobody: Option<String> = None;
        for (nth, telt) in self.orders.into_iter().enumerate() {
            // Of a child who cannot be on record nothing else can be.
            if let Some(reason) = &nobody {
                told.refuse(&telt.places, reason);
                continue;
            }
            match orders.carry_out(&telt.command).await {
                Ok(done) => told.count(&telt.places, orders.said(telt.command.category(), &done).await?),
                Err(error) => {
                    let reason = reason(error)?;
                    told.refuse(&telt.places, &reason);
                    nobody = (nth == 0).then_some(reason);
                }
            }
        }
        Ok(told)
    }
}

impl Told {
    /// A row is counted once, even where a return has it twice.
    fn count(&mut self, places: &[Place], mut said: Said) {
        for place in places {
            let counted = if said.rows.remove(&place.row) { &mut self.events } else { &mut self.repeated };
            counted.push(place.table);
        }
        self.faults.append(&mut said.faults);
    }

    fn refuse(&mut self, places: &[Place], reason: &str) {
        self.refused.extend(places.iter().map(|place| Refused {
            table: place.table,
            ordinal: place.ordinal,
            line: place.line,
            reason: reason.to_owned(),
        }));
    }
}

/// Why these rows alone are refused; an error when it is not about them.
fn reason(error: ExecuteError) -> Result<String, ImportError> {
    match error {
        ExecuteError::Refused(refusal) => Ok(refusal.sentence.to_owned()),
        ExecuteError::Invalid(fields) => {
            let problems: Vec<_> = fields.into_iter().map(|field| field.problem).collect();
            Ok(problems.join("; "))
        }
        // One damaged record does not stop an authority.
        ExecuteError::Corrupt(_) => Ok("the record this belongs to cannot be read".to_owned()),
        error => Err(error.into()),
    }
}
