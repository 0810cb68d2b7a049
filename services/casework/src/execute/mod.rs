//! The only writer: an order from somebody becomes events on one stream, or a reason why not.
//!
//! Load the stream, open what its rules read, ask policy, fold the effective history into a state, decide, seal, and
//! append where it was read. A lost race is tried again a few times. An order already carried out is answered as it
//! was the first time, once permission has been asked again.
//!
//! Left out: what an order may say (the domain) and who may give it (policy).

mod acted_on;
mod administered;
mod basis;
mod complete;
mod dispatch;
mod facts;
mod ids;
mod load;
mod meta;
mod moving;
mod order;
mod remembered;
mod repeat;
mod rests;
mod seal;
mod turn;

pub use ids::Ids;
pub use moving::{Move, Moved, Place};
pub use order::{Command, Done, Order};
pub use turn::Turn;

use domain::decider::{Act, NewEvent};
use domain::entry::Entry;
use domain::ids::{CommandId, EventId, KeyId, PersonId};
use event_store::{Append, AppendError, Appended, Context, EventStore, StreamId};

use crate::app::App;
use crate::error::{ExecuteError, FieldError};
use crate::visitor::Visitor;
use basis::{Basis, JudgedBy};
use meta::Meta;
use rests::Rests;

pub(crate) use acted_on::narrower;
pub(crate) use load::{keys_error, load};
pub(crate) use remembered::Remembered;

/// How often a lost race is run again before the answer is `stale`.
const RACES_MAX: usize = 3;
/// Longer keys are somebody's mistake.
const IDEMPOTENCY_KEY_BYTES_MAX: usize = 200;

/// An order with the ids it will go by, however often it is tried.
struct Placed<'a> {
    order: &'a Order,
    command: CommandId,
    stream: StreamId,
    /// The stream begins with this order.
    begins: bool,
    /// Of a question: what is asked, by its keyed hash. Its answer may differ when it is asked again.
    asked: Option<[u8; 32]>,
}

/// One try at an order: carried out, or a race lost.
enum Tried {
    Done(Done),
    RaceLost,
}

impl App {
    /// Carries out an order.
    ///
    /// # Errors
    /// Why it was not; nothing was written, except possibly for [`ExecuteError::Unavailable`].
    #[tracing::instrument(skip_all, fields(category = order.command.category()))]
    pub async fn execute(&self, visitor: &Visitor, order: Order) -> Result<Done, ExecuteError> {
        let placed = self.place(visitor, &order)?;
        self.carry_out(visitor, &placed).await
    }

    /// Puts a question and its answer on record. Asked again under its key, it is the first that stands.
    pub(crate) async fn execute_asked(
        &self,
        visitor: &Visitor,
        order: Order,
        asked: [u8; 32],
    ) -> Result<Done, ExecuteError> {
        let placed = Placed { asked: Some(asked), ..self.place(visitor, &order)? };
        self.carry_out(visitor, &placed).await
    }

    async fn carry_out(&self, visitor: &Visitor, placed: &Placed<'_>) -> Result<Done, ExecuteError> {
        if let Some(basis) = self.on_trust(placed) {
            match self.attempt(visitor, placed, basis, Rests { is_on_trust: true, ..Rests::default() }).await
            {
                Ok(Tried::Done(done)) if !done.events.is_empty() => return Ok(done),
                Err(error @ (ExecuteError::Overloaded | ExecuteError::Unavailable(_))) => return Err(error),
                // There is more on the record than was thought, or it has to be asked whether there is.
                _ => {}
            }
        }
        for _ in 0..=RACES_MAX {
            let basis = self.basis(placed).await?;
            match self.attempt(visitor, placed, basis, Rests::default()).await? {
                Tried::Done(done) => return Ok(done),
                Tried::RaceLost => {}
            }
        }
        Err(ExecuteError::Stale)
    }

    /// What an order may be judged by unread, because its append shows whether that is all there is: what is
    /// remembered of its stream; and nothing, where it begins one under a key of its own.
    fn on_trust(&self, placed: &Placed<'_>) -> Option<Basis> {
        if placed.begins {
            return Some(Basis::Nothing);
        }
        if !matches!(placed.order.command.judged_by(), JudgedBy::Facts | JudgedBy::FactsAtFirst) {
            return None;
        }
        let facts = self.facts.take(&placed.stream);
        if facts.version > 0 && !facts.is_behind && !facts.commands.contains(&placed.command.0) {
            return Some(Basis::Facts(facts));
        }
        self.facts.put(&placed.stream, facts);
        None
    }

    fn place<'a>(&self, visitor: &Visitor, order: &'a Order) -> Result<Placed<'a>, ExecuteError> {
        let command = match &order.idempotency_key {
            Some(key) if key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES_MAX => {
                let allowed = format!("is 1 to {IDEMPOTENCY_KEY_BYTES_MAX} bytes");
                let field = FieldError::new("Idempotency-Key", allowed);
                return Err(ExecuteError::Invalid(vec![field]));
            }
            Some(key) => self.ids.command(visitor.practitioner(), key),
            None => CommandId(fresh_id()?),
        };
        if let (Command::Case { id, .. }, Some((child, authority))) =
            (&order.command, order.command.new_case())
            && *id != self.ids.case(child, &authority)
        {
            let only = "must be the id of this child's one case at this authority";
            return Err(ExecuteError::Invalid(vec![FieldError::new("id", only)]));
        }
        let existing = order.command.stream().or_else(|| {
            order.command.new_local_authority().map(|authority| self.ids.local_authority(authority).0)
        });
        let category = order.command.category();
        let begins = existing.is_none();
        let id = existing.unwrap_or_else(|| command.new_stream(0));
        Ok(Placed {
            order,
            command,
            stream: StreamId { category: category.to_owned(), id },
            begins,
            asked: None,
        })
    }

    /// Tries an order once. What its stream's facts say is remembered, whatever comes of it.
    async fn attempt(
        &self,
        visitor: &Visitor,
        placed: &Placed<'_>,
        mut basis: Basis,
        rests: Rests,
    ) -> Result<Tried, ExecuteError> {
        let tried = self.judge(visitor, placed, &mut basis, rests).await;
        if let Some(facts) = basis.into_facts() {
            self.facts.put(&placed.stream, facts);
        }
        tried
    }

    async fn judge(
        &self,
        visitor: &Visitor,
        placed: &Placed<'_>,
        basis: &mut Basis,
        mut rests: Rests,
    ) -> Result<Tried, ExecuteError> {
        let order = placed.order;
        let (version, standing) = (basis.version(), basis.standing());
        if version == 0 && !placed.begins && !order.command.may_begin() {
            return Err(ExecuteError::Absent);
        }
        self.permit(visitor, order, (standing, basis.entries()), &mut rests).await?;
        if let Basis::Everything(loaded) = &*basis
            && let Some(done) = self.repeated(visitor, placed, loaded)?
        {
            return Ok(Tried::Done(done));
        }
        if let Some(wanted) = order.if_match
            && wanted != version
        {
            return Err(ExecuteError::Precondition { actual: version });
        }
        let command = self.complete(visitor, order.command.clone(), standing).await?;
        let key = self.keys.take().await.map_err(keys_error)?;
        let now = order.recorded_at.or(order.now).unwrap_or_else(|| self.clock.now());
        let meta = Meta {
            now,
            fresh_key: KeyId(key.id),
            policy: self.policy.hash().to_owned(),
            asked: placed.asked.map(|asked| hex(&asked)),
        };
        let events = match dispatch::decide(standing, &act(visitor, placed, &meta), command) {
            Ok(events) if !events.is_empty() => events,
            nothing => {
                self.keys.give_back(key);
                nothing?;
                return Ok(Tried::Done(nothing_new(placed, basis)));
            }
        };
        let drafts = seal::drafts(
            self.record.origin(),
            self.keys.as_ref(),
            (placed.command, placed.stream.id),
            &key,
            &meta,
            &events,
        )
        .await?;
        if !drafts.iter().any(|draft| seal::names(draft, key.id)) {
            self.keys.give_back(key);
        }
        let append = Append {
            stream: placed.stream.clone(),
            expected: version,
            rests_on: rests.on,
            context: context(visitor, placed),
            events: drafts,
            recorded_at: order.recorded_at,
        };
        self.append(placed, append, &events, basis).await
    }

    /// The stream an order is about. What a command already on it said is compared, so then all of it is opened.
    async fn basis(&self, placed: &Placed<'_>) -> Result<Basis, ExecuteError> {
        let by = placed.order.command.judged_by();
        if let JudgedBy::Facts | JudgedBy::FactsAnd(_) = by {
            let facts = self.facts(&placed.stream).await?;
            let is_new = !facts.commands.contains(&placed.command.0);
            match by {
                JudgedBy::FactsAnd(entry) if is_new => {
                    let opens = |standing: &Entry| standing.id == entry;
                    let standing = self.opened(&placed.stream, &facts.standing, opens).await?;
                    return Ok(Basis::Opened(facts, standing));
                }
                _ if is_new => return Ok(Basis::Facts(facts)),
                _ => self.facts.put(&placed.stream, facts),
            }
        }
        let loaded = load(&self.record, self.keys.as_ref(), &placed.stream).await;
        let loaded = if placed.begins { loaded.map_err(load::begun_by_another)? } else { loaded? };
        Ok(Basis::Everything(loaded))
    }

    #[tracing::instrument(skip_all, name = "append")]
    async fn append(
        &self,
        placed: &Placed<'_>,
        append: Append,
        events: &[NewEvent],
        basis: &mut Basis,
    ) -> Result<Tried, ExecuteError> {
        if let Some(turn) = &placed.order.turn {
            turn.comes().await;
        }
        let appended = match self.record.append(append.clone()).await {
            // Asked again with the same events, they are written once.
            Err(AppendError::Unknown(_)) => self.record.append(append.clone()).await,
            appended => appended,
        };
        match appended {
            // These events or somebody's like them are there: the next try reads what they say.
            Ok(Appended { repeated: true, .. }) => Ok(Tried::RaceLost),
            Ok(appended @ Appended { version, position, recorded_at, .. }) => {
                basis.written(&append, events, &appended);
                let events =
                    (0_u32..).zip(events).map(|(nth, _)| EventId::of(placed.command, placed.stream.id, nth));
                Ok(Tried::Done(Done {
                    stream: placed.stream.id,
                    version,
                    position,
                    recorded_at,
                    events: events.collect(),
                    repeated: false,
                }))
            }
            // The same order given twice at once: the next try finds the first and compares what was said.
            Err(
                AppendError::WrongVersion { .. }
                | AppendError::Moved { .. }
                | AppendError::IdempotencyConflict,
            ) => Ok(Tried::RaceLost),
            Err(AppendError::Full) => Err(ExecuteError::Overloaded),
            Err(AppendError::Store(error)) => Err(error.into()),
            Err(AppendError::Unknown(error)) => Err(ExecuteError::Unavailable(error)),
            Err(
                error @ (AppendError::BadSize { .. }
                | AppendError::TooLong { .. }
                | AppendError::RecordedTime),
            ) => {
                let field = match error {
                    AppendError::RecordedTime => "recorded_at",
                    _ => "",
                };
                Err(ExecuteError::Invalid(vec![FieldError::new(field, error)]))
            }
        }
    }
}

fn act(visitor: &Visitor, placed: &Placed<'_>, meta: &Meta) -> Act {
    Act {
        command: placed.command,
        stream: placed.stream.id,
        actor: visitor.practitioner(),
        agency: visitor.agency(),
        now: meta.now,
        fresh_key: meta.fresh_key,
    }
}

fn context(visitor: &Visitor, placed: &Placed<'_>) -> Context {
    let order = placed.order;
    Context {
        actor: visitor.practitioner().0,
        agency: visitor.agency().0,
        purpose: order.purpose.code().to_owned(),
        lawful_basis: order.lawful_basis.code().to_owned(),
        correlation: order.correlation.map_or(placed.command.0, |correlation| correlation.0),
        causation: placed.command.0,
        trace: order.trace,
    }
}

/// What was ordered was so already: nothing is written, and the answer is the record as it stands.
fn nothing_new(placed: &Placed<'_>, basis: &Basis) -> Done {
    let last = basis.last();
    Done {
        stream: placed.stream.id,
        version: basis.version(),
        position: last
            .map_or(event_store::Position::START, |(position, _)| event_store::Position::from_raw(position)),
        recorded_at: last.map_or(chrono::DateTime::UNIX_EPOCH, |(_, recorded_at)| recorded_at),
        events: Vec::new(),
        repeated: true,
    }
}

/// Bytes as text.
/// Bytes as pairs of hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn person_stream(id: PersonId) -> StreamId {
    StreamId { category: "person".to_owned(), id: id.0 }
}

fn fresh_id() -> Result<uuid::Uuid, ExecuteError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|cause| ExecuteError::Unavailable(cause.into()))?;
    Ok(uuid::Builder::from_random_bytes(random).into_uuid())
}
