//! Notices, for those who answer for safeguarding in the asker's agency; and the answers a worker looks after.

use chrono::{DateTime, Utc};
use domain::access::{Actor, Disclosure, Purpose, Role};
use domain::enquiry::sought::SoughtMark;
use domain::enquiry::{Answer, AskedAs, KnownAt, Said};
use domain::ids::{AgencyId, EnquiryId, PersonId, PractitionerId};
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::access::standings;
use crate::engine::builds::position_from;
use crate::reads::{ReadError, Reads};
use crate::scope::Scope;

const VIEW: &str = "notices";
/// Rows read to make up a list: those the reader may not know of are left out of it.
const READ_MAX: i64 = 500;

/// Somebody is told that an answer would now differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub enquiry: EnquiryId,
    /// The agency that asked, and who for it.
    pub agency: AgencyId,
    pub asked_by: PractitionerId,
    pub reference: String,
    pub purpose: String,
    pub asked_at: DateTime<Utc>,
    pub told_at: DateTime<Utc>,
    /// How often the answer changed since it was given.
    pub changes: i32,
    /// `open`, `answered`, `stands-again`.
    pub state: String,
    pub outcome: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// The notices the reader may know of, open ones first, the newest first: of their agency for those who answer for its
/// safeguarding, of their own enquiries for everybody else, all for an auditor. Nobody is told of a change who, asking
/// themselves, would notice none.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn newest(reads: &Reads, scope: &Scope, most: usize) -> Result<Vec<Notice>, ReadError> {
    let mut notices = told(reads, scope, "").await?;
    notices.truncate(most);
    Ok(notices)
}

/// How many notices wait for the reader. Counts no more than five hundred.
///
/// # Errors
/// As [`newest`].
pub async fn count_open(reads: &Reads, scope: &Scope) -> Result<usize, ReadError> {
    Ok(told(reads, scope, "and state = 'open'").await?.len())
}

async fn told(reads: &Reads, scope: &Scope, and: &'static str) -> Result<Vec<Notice>, ReadError> {
    let reader = scope.reader();
    let (agency, actor) = match whose(reader) {
        Whose::Everybodys => (None, None),
        Whose::Agencys => (Some(reader.agency.0), None),
        Whose::Own => (Some(reader.agency.0), Some(reader.practitioner.0)),
    };
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "select enquiry, agency, actor, reference, purpose, asked_at, told_at, changes, state, outcome, answered_at,
                about, noticed_from
         from {}.notice
         where ($1::uuid is null or agency = $1) and ($2::uuid is null or actor = $2) {and}
         order by state <> 'open', position desc limit $3",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&agency, &actor, &READ_MAX]).await?;
    drop(source);
    let about = |row: &Row| Ok::<_, ReadError>(PersonId(row.try_get(11)?));
    let people = rows.iter().map(about).collect::<Result<Vec<_>, _>>()?;
    let standings = standings(reads, &people).await?;
    let mut notices = Vec::with_capacity(rows.len());
    for row in &rows {
        let needed: Disclosure = row.try_get::<_, &str>(12)?.parse().unwrap_or(Disclosure::Full);
        let standing = standings.get(&about(row)?);
        if standing.is_some_and(|standing| scope.disclosure(standing) >= needed) {
            notices.push(from_row(row)?);
        }
    }
    Ok(notices)
}

enum Whose {
    Everybodys,
    Agencys,
    Own,
}

fn whose(reader: &Actor) -> Whose {
    let answers_for_it = [Role::SafeguardingLead, Role::FrontDoor, Role::TeamManager];
    if reader.has(Role::Auditor) {
        Whose::Everybodys
    } else if answers_for_it.into_iter().any(|role| reader.has(role)) {
        Whose::Agencys
    } else {
        Whose::Own
    }
}

fn from_row(row: &Row) -> Result<Notice, ReadError> {
    Ok(Notice {
        enquiry: EnquiryId(row.try_get(0)?),
        agency: AgencyId(row.try_get(1)?),
        asked_by: PractitionerId(row.try_get(2)?),
        reference: row.try_get(3)?,
        purpose: row.try_get(4)?,
        asked_at: row.try_get(5)?,
        told_at: row.try_get(6)?,
        changes: row.try_get(7)?,
        state: row.try_get(8)?,
        outcome: row.try_get(9)?,
        answered_at: row.try_get(10)?,
    })
}

/// An answer that is looked after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watched {
    pub enquiry: EnquiryId,
    /// Who asked, as what.
    pub asker: Actor,
    pub purpose: Purpose,
    pub asked_at: DateTime<Utc>,
    /// What was answered, and what was last said of it since.
    pub given: Said,
    pub said: Said,
    /// It was looked for by something that may come to be somebody else's.
    pub has_marks: bool,
}

/// Answers about these people that were given after a time, for the node.
///
/// # Errors
/// As [`newest`].
pub async fn of_people(
    reads: &Reads,
    scope: &Scope,
    people: &[PersonId],
    since: DateTime<Utc>,
) -> Result<Vec<Watched>, ReadError> {
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    watched(reads, scope, "(person = any($1) or given_person = any($1))", &ids, since).await
}

/// Answers given after a time to whoever looked for somebody by one of these marks, for the node.
///
/// # Errors
/// As [`newest`].
pub async fn sought_by(
    reads: &Reads,
    scope: &Scope,
    marks: &[SoughtMark],
    since: DateTime<Utc>,
) -> Result<Vec<Watched>, ReadError> {
    let marks: Vec<Uuid> = marks.iter().map(|mark| mark.0).collect();
    let of_mark = "enquiry in (select enquiry from {}.mark where mark = any($1))";
    watched(reads, scope, of_mark, &marks, since).await
}

/// By what a child was looked for, for the node.
///
/// # Errors
/// As [`newest`].
pub async fn marks(reads: &Reads, scope: &Scope, enquiry: EnquiryId) -> Result<Vec<SoughtMark>, ReadError> {
    if !scope.reader().has(Role::System) {
        return Ok(Vec::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!("select mark from {}.mark where enquiry = $1", source.schema);
    let rows = source.client.query(&sql, &[&enquiry.0]).await?;
    rows.iter().map(|row| Ok(SoughtMark(row.try_get(0)?))).collect()
}

async fn watched(
    reads: &Reads,
    scope: &Scope,
    condition: &str,
    ids: &[Uuid],
    since: DateTime<Utc>,
) -> Result<Vec<Watched>, ReadError> {
    if !scope.reader().has(Role::System) || ids.is_empty() {
        return Ok(Vec::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "select enquiry, person, given_person, asked_by, actor, asked_as, purpose, given_known_at, given_answered,
                given_disclosed, said_known_at, said_answered, said_disclosed, has_marks, made_at
         from {}.watched where made_at > $2 and {}",
        source.schema,
        condition.replace("{}", &source.schema),
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&ids, &since]).await?;
    Ok(rows.iter().map(watched_from).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// `None` for codes that were never written.
fn watched_from(row: &Row) -> Result<Option<Watched>, ReadError> {
    let asked_as: Json<AskedAs> = row.try_get(5)?;
    let said = |subject: usize, first: usize| {
        let (answered, disclosed): (&str, &str) = (row.try_get(first + 1)?, row.try_get(first + 2)?);
        let (Ok(answered), Ok(disclosed)) = (answered.parse::<Answer>(), disclosed.parse()) else {
            return Ok(None);
        };
        let known_at = KnownAt(position_from(row.try_get(first)?).raw());
        let subject = row.try_get::<_, Option<Uuid>>(subject)?.map(PersonId);
        Ok::<_, ReadError>(Some(Said { known_at, subject, answered, disclosed }))
    };
    let (Some(given), Some(said), Ok(purpose)) =
        (said(2, 7)?, said(1, 10)?, row.try_get::<_, &str>(6)?.parse())
    else {
        return Ok(None);
    };
    let (agency, actor) = (AgencyId(row.try_get(3)?), PractitionerId(row.try_get(4)?));
    let asker = asked_as.0.actor(actor, agency);
    let enquiry = EnquiryId(row.try_get(0)?);
    let (has_marks, asked_at) = (row.try_get(13)?, row.try_get(14)?);
    Ok(Some(Watched { enquiry, asker, purpose, asked_at, given, said, has_marks }))
}
