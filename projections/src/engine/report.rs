//! How far views are behind, what is parked, and how a build gets on: for `projections list` and for alarms.

use chrono::{DateTime, TimeDelta, Utc};
use deadpool_postgres::Pool;
use event_store::Position;

use super::EngineError;
use super::builds::{self, Build, State};
use super::history::Log;
use crate::view::{Key, View};

/// How far a view is behind the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Lag {
    pub view: &'static str,
    /// The build that answers, or the one being made.
    pub build: Option<Build>,
    pub head: Position,
    /// Events not yet in its rows.
    pub events: u128,
    /// Between the newest event of the log and the newest in its rows.
    pub behind: Option<TimeDelta>,
    /// Keys that are parked.
    pub parked: i64,
}

/// A parked key, as `projections list` shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParkedKey {
    pub key: Key,
    pub position: Position,
    pub event_id: uuid::Uuid,
    pub code: String,
}

impl Build {
    /// Events a second while building, and the seconds it still needs.
    #[must_use]
    pub fn pace(&self) -> Option<(i64, i64)> {
        let spent = (self.updated_at - self.started_at).num_milliseconds();
        let rate = self.events_read.checked_mul(1_000)?.checked_div(spent).filter(|rate| *rate > 0)?;
        let left = self.events_expected.saturating_sub(self.events_read).max(0);
        (self.state == State::Building).then_some((rate, left / rate))
    }
}

/// How far each of these views is behind, seen from any process.
///
/// # Errors
/// Those of the log and the database.
pub async fn lag(log: &Log, pool: &Pool, views: &[&dyn View]) -> Result<Vec<Lag>, EngineError> {
    let client = pool.get().await?;
    let builds = builds::list(&client).await?;
    let head = log.store.head().await?;
    let mut lags = Vec::new();
    for view in views {
        let mine = |build: &&Build| build.view == view.name() && build.version == view.version();
        let of_state = |state| builds.iter().filter(mine).rev().find(|build| build.state == state);
        let build = of_state(State::Live).or(of_state(State::CatchingUp)).or(of_state(State::Building));
        let position = build.map_or(Position::START, |build| build.position);
        let newest: Option<DateTime<Utc>> = build.and_then(|build| build.recorded_at);
        let parked = match build.filter(|build| build.state != State::Building) {
            None => 0,
            Some(build) => {
                let sql = format!("select count(*) from {}.parked", build.schema);
                client.query_one(&sql, &[]).await?.try_get(0)?
            }
        };
        lags.push(Lag {
            view: view.name(),
            build: build.cloned(),
            head: head.position,
            events: head.position.raw().saturating_sub(position.raw()),
            behind: head.recorded_at.zip(newest).map(|(head, newest)| (head - newest).max(TimeDelta::zero())),
            parked,
        });
    }
    Ok(lags)
}

/// The parked keys of a view.
///
/// # Errors
/// Those of the database.
pub async fn parked(pool: &Pool, view: &dyn View) -> Result<Vec<ParkedKey>, EngineError> {
    let client = pool.get().await?;
    let Some(build) = builds::serving(&client, view).await? else { return Ok(Vec::new()) };
    let sql =
        format!("select key, position, event_id, code from {}.parked order by position, key", build.schema);
    let rows = client.query(&sql, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(ParkedKey {
                key: row.try_get(0)?,
                position: builds::position_from(row.try_get(1)?),
                event_id: row.try_get(2)?,
                code: row.try_get(3)?,
            })
        })
        .collect()
}
