//! What reads of a subject share: times to look back to, waiting for one's own write, and absence that tells nothing.

use std::time::Duration;

use domain::access::{Action, Disclosure};
use domain::decider::Decider;
use domain::ids::PersonId;
use event_store::{EventStore as _, Position};
use projections::reads::AsOf;
use projections::scope::Scope;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::schema::ObjectBuilder;
use uuid::Uuid;

use super::input::{Asking, Given, GivenInstant, Written};
use crate::access_log::{Shown, ShownPerson};
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};

/// What access depends on is read from this view.
pub const ACCESS_VIEW: &str = "access";
/// How long a read waits for the view to take in what `at_least` asks for.
const CATCH_UP_TIME_MAX: Duration = Duration::from_secs(3);

/// What a position may be, as a refusal says it.
const A_POSITION: &str = "must be a position as an order answered it";

/// A place in the record as an order answered it.
pub type GivenPosition = Given<Position>;

impl Written for Position {
    const NAME: &'static str = "Position";

    fn read(text: &str) -> Result<Self, String> {
        let raw = text.parse().ok().filter(|raw: &u128| raw.to_string() == text);
        raw.map(Self::from_raw).ok_or_else(|| A_POSITION.to_owned())
    }

    fn describe() -> ObjectBuilder {
        ObjectBuilder::new().pattern(Some("^(0|[1-9][0-9]{0,38})$"))
    }
}

/// Times to look back to.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As the record knew it at that time: nothing recorded later is shown.
    #[serde(default)]
    pub as_known_at: Option<GivenInstant>,
    /// As it was at that time, by what is known: nothing that happened later is shown.
    #[serde(default)]
    pub as_it_was_at: Option<GivenInstant>,
    /// A position that must be taken in first: the one an order answered.
    #[serde(default)]
    pub at_least: Option<GivenPosition>,
}

impl AsOfQuery {
    #[must_use]
    pub fn as_of(self) -> Option<AsOf> {
        let known_at = self.as_known_at.map(|given| given.0.0);
        let was_at = self.as_it_was_at.map(|given| given.0.0);
        (known_at.is_some() || was_at.is_some()).then_some(AsOf { known_at, was_at, upto: None })
    }
}

/// Waits for a view, when the reader asked for it.
///
/// # Errors
/// The view does not come.
pub async fn catch_up(app: &App, view: &str, at_least: Option<GivenPosition>) -> Result<(), Problem> {
    let Some(Given(position)) = at_least else { return Ok(()) };
    // Nobody was answered a position that is not on record yet; nobody waits for it either.
    let is_ahead =
        position > app.on_record() && position > app.record.head().await.map_err(ReadError::from)?.position;
    if is_ahead {
        return Err(Problem::invalid(vec![FieldError::new("query/at_least", A_POSITION)]));
    }
    let waited = app.views.wait_until(view, position, CATCH_UP_TIME_MAX).await;
    waited.map_err(|behind| ReadError::Unavailable(Box::new(behind)).into())
}

/// What a reader is shown of somebody, and how much of them that is.
pub struct OfPerson<T> {
    pub answer: T,
    pub disclosure: Disclosure,
}

/// Waits until what access depends on is as recent as everything this process knows to be on record: a restriction
/// holds from the moment it is acknowledged.
///
/// # Errors
/// The view does not come: then nobody is told anything.
pub async fn judge_by_now(app: &App) -> Result<(), ReadError> {
    let head = Position::from_raw(u128::from(*app.record.watch_head().borrow()));
    let waited = app.views.wait_until(ACCESS_VIEW, head, CATCH_UP_TIME_MAX).await;
    waited.map_err(|behind| ReadError::Unavailable(Box::new(behind)))
}

/// Reads something about one person: permission is asked, the look goes on record whatever it found, and only then is
/// the answer given. Hidden and absent are the same answer and leave the same record.
///
/// # Errors
/// Absent or hidden; not permitted; a part that is away.
pub async fn read_person<T>(
    app: &App,
    asking: &Asking,
    action: Action,
    person: PersonId,
    as_of: Option<AsOf>,
    query: impl AsyncFnOnce(&Scope) -> Result<Option<OfPerson<T>>, ReadError>,
) -> Result<T, Problem> {
    // Looking back is an act of its own.
    let mut looking = asking.looking(if as_of.is_some() { Action::Replay } else { action });
    judge_by_now(app).await?;
    if let Some(at) = as_of.and_then(|as_of| as_of.known_at) {
        looking.as_known_at = Some(app.views.position_at(at).await.map_err(ReadError::from)?);
    }
    let found = app
        .look(&asking.visitor, looking, async |scope| {
            let found = query(scope).await?;
            let disclosure = found.as_ref().map_or(Disclosure::None, |found| found.disclosure);
            Ok(Shown { answer: found, people: vec![ShownPerson { person, disclosure }] })
        })
        .await?;
    found.map(|found| found.answer).ok_or_else(Problem::no_such_page)
}

/// Reads who works where. It says nothing of any child, and is put on record like any look.
///
/// # Errors
/// Not permitted; a log or key store that is away.
pub async fn read_directory<D: Decider>(
    app: &App,
    asking: &Asking,
    category: &str,
    id: Uuid,
) -> Result<(D, u64), Problem> {
    let looking = asking.looking(Action::ReadDirectory);
    let read = app.look(&asking.visitor, looking, async |_| {
        let found = match app.state_of(category, id).await {
            // An id of another kind of thing is looked for, and that is on record, like any other.
            Err(ReadError::Absent) => (D::initial(), 0),
            found => found?,
        };
        Ok(Shown { answer: found, people: Vec::new() })
    });
    Ok(read.await?)
}
