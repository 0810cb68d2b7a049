//! What an order is judged by on streams that are not its own, and how its append holds to that.
//!
//! Who may act on a case hangs on the child's restriction, which stands on the child's stream. It is taken from what is
//! remembered, or read; either way the append says up to which version, and is refused if there is more: nothing is
//! written past a restriction that was placed a moment before.

use domain::ids::PersonId;
use domain::person::Person;
use event_store::StreamId;
use projections::scope::Restriction;

use super::acted_on::restriction;
use super::dispatch::fold;
use super::person_stream;
use crate::app::App;
use crate::error::{ExecuteError, ReadError};

/// The streams a judgement rests on, each with the version it was judged at.
#[derive(Default, Debug)]
pub(super) struct Rests {
    /// What is remembered will do: the append shows whether that is all.
    pub is_on_trust: bool,
    pub on: Vec<(StreamId, u64)>,
}

impl App {
    /// Who may read somebody's record; `None` for everybody.
    pub(super) async fn restriction_of(
        &self,
        id: PersonId,
        rests: &mut Rests,
    ) -> Result<Option<Restriction>, ExecuteError> {
        let stream = person_stream(id);
        let of =
            |facts: &super::remembered::Facts| (facts.version, restriction(&fold::<Person>(&facts.standing)));
        let remembered = if rests.is_on_trust { self.facts.look(&stream, of) } else { None };
        let (version, restriction) = match remembered {
            Some(remembered) => remembered,
            None => match self.facts(&stream).await {
                // Nobody's record, or no person's.
                Err(ReadError::Absent) => return Ok(None),
                facts => {
                    let facts = facts?;
                    let read = of(&facts);
                    self.facts.put(&stream, facts);
                    read
                }
            },
        };
        rests.on.push((stream, version));
        Ok(restriction)
    }
}
