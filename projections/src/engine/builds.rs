//! Builds: which schema holds which version of a view, how far it has come, and which one answers.
//!
//! One row a build in `views.build`, one pointer a (view, version) in `views.pointer`; the tables themselves live in
//! a schema of the build's own and are dropped with it. A program asks only for the versions it was made with, so an
//! older program started again finds its own builds.

use chrono::{DateTime, Utc};
use deadpool_postgres::GenericClient;
use event_store::Position;
use tokio_postgres::Row;

use super::EngineError;
use crate::view::View;

/// The engine's own tables in each build.
const BOOKS: &str = "
    create table history (key uuid not null, stream uuid not null, category text not null);
    create table parked (
        key uuid primary key, position bytea not null, event_id uuid not null, code text not null
    );
    create table parked_stream (
        stream uuid primary key, position bytea not null, event_id uuid not null, code text not null
    );";

/// What a rebuild adds when all rows are in.
const BOOKS_INDEX: &str = "
    alter table history add primary key (key, stream);
    create index history_stream on history (stream);";

/// How far a build has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Being folded from the log, seen by nobody.
    Building,
    /// Following the log, not yet answering.
    CatchingUp,
    /// Answering.
    Live,
    /// Replaced; to be dropped.
    Retired,
}

impl State {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::CatchingUp => "catching-up",
            Self::Live => "live",
            Self::Retired => "retired",
        }
    }

    fn parse(code: &str) -> Self {
        match code {
            "catching-up" => Self::CatchingUp,
            "live" => Self::Live,
            "retired" => Self::Retired,
            _ => Self::Building,
        }
    }
}

/// A build as its row says.
#[derive(Clone, PartialEq, Debug)]
pub struct Build {
    pub schema: String,
    pub view: String,
    pub version: u16,
    pub build: i32,
    pub state: State,
    /// Everything up to here is in its rows.
    pub position: Position,
    /// Counts every change of its rows, so that a runner notices another's.
    pub turn: i64,
    /// When the event at `position` was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
    /// While building: events read so far, and the events to read.
    pub events_read: i64,
    pub events_expected: i64,
    pub started_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

const COLUMNS: &str = "schema_name, view, version, build, state, position, turn, recorded_at, events_read, \
                       events_expected, started_at, updated_at";

impl Build {
    fn from_row(row: &Row) -> Result<Self, EngineError> {
        Ok(Self {
            schema: row.try_get(0)?,
            view: row.try_get(1)?,
            version: u16::try_from(row.try_get::<_, i32>(2)?).unwrap_or_default(),
            build: row.try_get(3)?,
            state: State::parse(row.try_get(4)?),
            position: position_from(row.try_get(5)?),
            turn: row.try_get(6)?,
            recorded_at: row.try_get(7)?,
            events_read: row.try_get(8)?,
            events_expected: row.try_get(9)?,
            started_at: row.try_get(10)?,
            updated_at: row.try_get(11)?,
        })
    }
}

/// A position as it stands in a column.
#[must_use]
pub fn position_bytes(position: Position) -> [u8; 16] {
    position.raw().to_be_bytes()
}

/// A position out of a column.
#[must_use]
pub fn position_from(bytes: &[u8]) -> Position {
    Position::from_raw(bytes.try_into().map_or(0, u128::from_be_bytes))
}

/// All builds there are, of all programs.
///
/// # Errors
/// Those of the database.
pub async fn list(client: &impl GenericClient) -> Result<Vec<Build>, EngineError> {
    let sql = format!("select {COLUMNS} from views.build order by view, version, build");
    let rows = client.query(&sql, &[]).await?;
    rows.iter().map(Build::from_row).collect()
}

/// The build that answers for a version of a view.
pub(crate) async fn serving(
    client: &impl GenericClient,
    view: &dyn View,
) -> Result<Option<Build>, EngineError> {
    let sql = format!(
        "select {COLUMNS} from views.build
         where schema_name = (select schema_name from views.pointer where view = $1 and version = $2)"
    );
    let statement = client.prepare_cached(&sql).await?;
    let row = client.query_opt(&statement, &[&view.name(), &i32::from(view.version())]).await?;
    row.as_ref().map(Build::from_row).transpose()
}

/// A build that was filled and waits only to catch up and answer.
pub(crate) async fn waiting(
    client: &impl GenericClient,
    view: &dyn View,
) -> Result<Option<Build>, EngineError> {
    let sql = format!(
        "select {COLUMNS} from views.build
         where view = $1 and version = $2 and state = 'catching-up' order by build desc limit 1"
    );
    let row = client.query_opt(&sql, &[&view.name(), &i32::from(view.version())]).await?;
    row.as_ref().map(Build::from_row).transpose()
}

/// A build by its schema.
pub(crate) async fn by_schema(
    client: &impl GenericClient,
    schema: &str,
) -> Result<Option<Build>, EngineError> {
    let sql = format!("select {COLUMNS} from views.build where schema_name = $1");
    let statement = client.prepare_cached(&sql).await?;
    let row = client.query_opt(&statement, &[&schema]).await?;
    row.as_ref().map(Build::from_row).transpose()
}

/// Notes a new build. The caller holds the view's building lock.
pub(crate) async fn begin(
    client: &impl GenericClient,
    view: &dyn View,
    expected: Position,
) -> Result<Build, EngineError> {
    let sql = format!(
        "insert into views.build
             (schema_name, view, version, build, state, position, events_expected, started_at, updated_at)
         select format('p_%s_v%s_b%s', $1::text, $2::int, next), $1, $2, next, 'building', $3, $4, now(), now()
         from (select coalesce(max(build), 0) + 1 as next from views.build where view = $1 and version = $2) as n
         returning {COLUMNS}"
    );
    let start = position_bytes(Position::START);
    let expected = i64::try_from(expected.raw()).unwrap_or(0);
    let version = i32::from(view.version());
    let row = client.query_one(&sql, &[&view.name(), &version, &start.as_slice(), &expected]).await?;
    Build::from_row(&row)
}

/// Says how far a build has read.
pub(crate) async fn progress(
    client: &impl GenericClient,
    schema: &str,
    events_read: i64,
) -> Result<(), EngineError> {
    let sql = "update views.build set events_read = $2, updated_at = now() where schema_name = $1";
    client.execute(sql, &[&schema, &events_read]).await?;
    Ok(())
}

/// Makes a build's schema and its empty tables, in the caller's transaction.
pub(crate) async fn create(
    client: &impl GenericClient,
    view: &dyn View,
    schema: &str,
) -> Result<(), EngineError> {
    client.execute("select views.make_schema($1)", &[&schema]).await?;
    client
        .batch_execute(&format!(
            "set local search_path to {schema}; {BOOKS} {};
             grant select on all tables in schema {schema} to goldthread_app",
            view.create()
        ))
        .await?;
    Ok(())
}

/// Adds the indexes of a filled build, in the caller's transaction.
pub(crate) async fn index(
    client: &impl GenericClient,
    view: &dyn View,
    schema: &str,
) -> Result<(), EngineError> {
    client.batch_execute(&format!("set local search_path to {schema}; {}", view.index())).await?;
    Ok(())
}

/// Adds the engine's own indexes of a build.
pub(crate) async fn index_books(client: &impl GenericClient, schema: &str) -> Result<(), EngineError> {
    client.batch_execute(&format!("set local search_path to {schema}; {BOOKS_INDEX}")).await?;
    Ok(())
}

/// Lets a build answer in place of the one before, if it has come as far. False: not yet.
pub(crate) async fn switch(
    client: &mut deadpool_postgres::Client,
    view: &dyn View,
    schema: &str,
) -> Result<bool, EngineError> {
    let version = i32::from(view.version());
    let transaction = client.transaction().await?;
    let behind = transaction
        .query_opt(
            "select 1 from views.build as new
             where new.schema_name = $3 and new.position < (
                 select old.position from views.build as old join views.pointer as p using (schema_name)
                 where p.view = $1 and p.version = $2
                 for update of old)",
            &[&view.name(), &version, &schema],
        )
        .await?;
    if behind.is_some() {
        return Ok(false);
    }
    transaction
        .execute(
            "update views.build set state = 'retired', turn = turn + 1, updated_at = now()
             where view = $1 and version = $2 and schema_name <> $3 and state in ('live', 'catching-up')",
            &[&view.name(), &version, &schema],
        )
        .await?;
    transaction
        .execute(
            "update views.build set state = 'live', updated_at = now() where schema_name = $1",
            &[&schema],
        )
        .await?;
    transaction
        .execute(
            "insert into views.pointer (view, version, schema_name) values ($1, $2, $3)
             on conflict (view, version) do update set schema_name = excluded.schema_name",
            &[&view.name(), &version, &schema],
        )
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Retires builds of older versions that stood still while a newer version went on for so many days: no program
/// that keeps them is running. One that is started again after all builds its own anew.
pub(crate) async fn retire_outdated(client: &impl GenericClient, days: i32) -> Result<(), EngineError> {
    client
        .execute(
            "with outdated as (
                 select old.schema_name from views.build as old
                 where old.state in ('live', 'catching-up') and exists (
                     select from views.build as new
                     where new.view = old.view and new.version > old.version and new.state = 'live'
                       and new.updated_at > old.updated_at + make_interval(days => $1))
             ), unpointed as (
                 delete from views.pointer where schema_name in (select schema_name from outdated)
             )
             update views.build set state = 'retired', turn = turn + 1, updated_at = now()
             where schema_name in (select schema_name from outdated)",
            &[&days],
        )
        .await?;
    Ok(())
}

/// Drops what nobody reads any more: builds retired for a while.
pub(crate) async fn drop_retired(client: &impl GenericClient, grace_seconds: f64) -> Result<(), EngineError> {
    let retired = client
        .query(
            "select schema_name from views.build
             where state = 'retired' and updated_at < now() - make_interval(secs => $1)",
            &[&grace_seconds],
        )
        .await?;
    for row in retired {
        discard(client, row.try_get(0)?).await?;
    }
    Ok(())
}

/// Drops the remains of builds that were killed. The caller holds the view's building lock.
pub(crate) async fn drop_unfinished(client: &impl GenericClient, view: &dyn View) -> Result<(), EngineError> {
    let sql = "select schema_name from views.build where view = $1 and version = $2 and state = 'building'";
    for row in client.query(sql, &[&view.name(), &i32::from(view.version())]).await? {
        discard(client, row.try_get(0)?).await?;
    }
    Ok(())
}

async fn discard(client: &impl GenericClient, schema: &str) -> Result<(), EngineError> {
    client
        .batch_execute(&format!(
            "select views.drop_schema('{schema}'); delete from views.build where schema_name = '{schema}'"
        ))
        .await?;
    Ok(())
}
