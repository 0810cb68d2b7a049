//! Rows to events: one by one, or a range at a time by binary COPY.

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{StreamExt, pin_mut};
use tokio_postgres::Row;

use super::{Inner, LogSchema, to_position, unavailable, unfit};
use crate::header::Header;
use crate::port::{Position, Recorded, StoreError};
use crate::seal::decode_parts;

pub(super) const STREAM: &str = "
    select position, header, salt, meta, facts, parts
    from $log.event
    where stream = $1 and version > $2
    order by version
    limit $3";

/// Parts of several streams, each with its place among what was asked.
const STREAMS: &str = "
    select position, header, salt, meta, facts, parts, place
    from unnest($1::uuid[], $2::bigint[], $3::bigint[]) with ordinality
        as asked (stream, after_version, most, place)
    cross join lateral (
        select position, header, salt, meta, facts, parts
        from $log.event
        where event.stream = asked.stream and event.version > asked.after_version
        order by event.version
        limit asked.most
    ) as events";

/// Only by looking into each header, which takes a fraction of the time of reading and parsing every event.
const OF_KIND: &str = "
    select position, header, salt, meta, facts, parts
    from $log.event
    where position > $1
      and substr(header, $kind + get_byte(header, $category), octet_length($2::bytea)) = $2
    order by position
    limit $3";

const FEW: &str = "
    select position, header, salt, meta, facts, parts
    from $log.event
    where position > $1
    order by position
    limit $2";

/// The statements that every request needs, for one log: written once, then prepared once a connection.
#[derive(Debug)]
pub(super) struct Reading {
    pub streams: String,
    pub of_kind: String,
    few: String,
    pub head: String,
    pub known_at: String,
}

impl Reading {
    pub(super) fn of(log: LogSchema, origin: &str) -> Self {
        let category = Header::category_length_at(origin);
        let kind = category + Header::FROM_CATEGORY_LENGTH_TO_KIND + 1; // SQL counts from 1
        let of_kind = OF_KIND.replace("$kind", &kind.to_string()).replace("$category", &category.to_string());
        Self {
            streams: log.fill(STREAMS),
            of_kind: log.fill(&of_kind),
            few: log.fill(FEW),
            head: log.fill("select position, recorded_at from $log.flush order by position desc limit 1"),
            known_at: log.fill("select recorded_at <= $2 from $log.event where position = $1"),
        }
    }
}

const FIELDS: i16 = 6;
/// Below this a plain query is quicker than setting up a COPY.
const COPY_FROM: i64 = 64;

fn assemble(
    position: Position,
    header: Bytes,
    salt: &[u8],
    meta: Bytes,
    facts: Bytes,
    parts: Bytes,
) -> Result<Recorded, StoreError> {
    let corrupt = |source| StoreError::Corrupt { position, source };
    Ok(Recorded {
        position,
        header: Header::parse(header).map_err(|cause| corrupt(Box::new(cause)))?,
        salt: salt.try_into().map_err(|_| corrupt("the salt is not 16 bytes".into()))?,
        meta,
        facts,
        parts: decode_parts(parts).map_err(|cause| corrupt(Box::new(cause)))?,
    })
}

pub(super) fn from_row(row: &Row) -> Result<Recorded, StoreError> {
    // One buffer for all four.
    let fields = [1, 3, 4, 5].map(|column| row.get::<_, &[u8]>(column));
    let mut bytes = Bytes::from(fields.concat());
    let [header, meta, facts, parts] = fields.map(|field| bytes.split_to(field.len()));
    assemble(to_position(row.get(0)), header, row.get(2), meta, facts, parts)
}

impl Inner {
    /// Events after a position, at most `limit`.
    pub(super) async fn read_range(&self, after: i64, limit: i64) -> Result<Vec<Recorded>, StoreError> {
        let client = self.readers.get().await.map_err(unavailable)?;
        if limit < COPY_FROM {
            let statement = client.prepare_cached(&self.reading.few).await.map_err(unfit)?;
            let rows = client.query(&statement, &[&after, &limit]).await.map_err(unavailable)?;
            return rows.iter().map(from_row).collect();
        }
        // Numbers only, so there is nothing to quote; COPY takes no parameters.
        let sql = self.sql(&format!(
            "copy (select position, header, salt, meta, facts, parts from $log.event
                   where position > {after} and position <= {} order by position)
             to stdout (format binary)",
            after.saturating_add(limit)
        ));
        let copy = client.copy_out(&sql).await.map_err(unfit)?;
        pin_mut!(copy);
        let mut events = Vec::new();
        let mut reader = CopyReader::default();
        while let Some(chunk) = copy.next().await {
            reader.push(chunk.map_err(unavailable)?);
            while let Some(event) = reader.next_event()? {
                events.push(event);
            }
        }
        Ok(events)
    }
}

/// Parses PostgreSQL's binary COPY format, taking slices of what came over the wire.
#[derive(Default)]
struct CopyReader {
    pending: Bytes,
    started: bool,
}

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

impl CopyReader {
    fn push(&mut self, chunk: Bytes) {
        if self.pending.is_empty() {
            self.pending = chunk;
        } else {
            // A row split over two messages: rare, since the server sends one message a row.
            let mut joined = BytesMut::from(&self.pending[..]);
            joined.extend_from_slice(&chunk);
            self.pending = joined.freeze();
        }
    }

    fn next_event(&mut self) -> Result<Option<Recorded>, StoreError> {
        let malformed = || StoreError::Unfit("the server's COPY stream is malformed".to_owned());
        if !self.started {
            // Signature, flags, and the length of a header extension that no server sends.
            if self.pending.len() < SIGNATURE.len() + 8 {
                return Ok(None);
            }
            if !self.pending.starts_with(SIGNATURE) {
                return Err(malformed());
            }
            self.pending.advance(SIGNATURE.len() + 8);
            self.started = true;
        }
        // Plain slices until the row is seen to be whole: each shared one is counted across threads.
        let mut ahead = self.pending.as_ref();
        match ahead.try_get_i16() {
            Ok(FIELDS) => {}
            Ok(-1) => {
                self.pending.clear();
                return Ok(None);
            }
            Ok(_) => return Err(malformed()),
            Err(_) => return Ok(None),
        }
        let mut fields: [&[u8]; 6] = Default::default();
        for field in &mut fields {
            let Ok(length) = ahead.try_get_i32() else { return Ok(None) };
            let length = usize::try_from(length).map_err(|_| malformed())?;
            let Some((bytes, rest)) = ahead.split_at_checked(length) else { return Ok(None) };
            (*field, ahead) = (bytes, rest);
        }
        let [position, header, salt, meta, facts, parts] = fields;
        let position = to_position(i64::from_be_bytes(position.try_into().map_err(|_| malformed())?));
        let share = |bytes| self.pending.slice_ref(bytes);
        let event = assemble(position, share(header), salt, share(meta), share(facts), share(parts))?;
        let read = self.pending.len() - ahead.len();
        self.pending.advance(read);
        Ok(Some(event))
    }
}
