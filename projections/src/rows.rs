//! Rows of a view as Postgres reads them from a binary COPY.
//!
//! A live batch and a rebuild write rows through this one encoder and no other, so that what they write cannot
//! differ. Left out: column types are not checked against the table here; Postgres does that when it reads them.

use bytes::{BufMut, Bytes, BytesMut};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What every binary COPY starts with: signature, flags, length of the header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;
const UUID_OID: u32 = 2950;
const TEXT_OID: u32 = 25;
/// 1970-01-01 to 2000-01-01, where Postgres counts from.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;
const EPOCH_DAYS: i32 = 730_120;

/// The rows one or more keys have in a view's tables, in the order of [`crate::view::View::tables`].
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Rows {
    tables: Vec<TableRows>,
}

/// The rows for one table.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TableRows {
    tuples: BytesMut,
    count: usize,
}

impl Rows {
    /// No rows yet, for a view with this many tables.
    #[must_use]
    pub fn for_tables(tables: usize) -> Self {
        Self { tables: vec![TableRows::default(); tables] }
    }

    /// Begins a row of the table with this index. A row for a table the view does not have is dropped.
    pub fn row(&mut self, table: usize) -> Row<'_> {
        let mut into = self.tables.get_mut(table);
        let start = into.as_ref().map_or(0, |table| table.tuples.len());
        if let Some(table) = &mut into {
            table.tuples.put_i16(0);
            table.count += 1;
        }
        Row { into, start, columns: 0 }
    }

    #[must_use]
    pub fn tables(&self) -> &[TableRows] {
        &self.tables
    }

    pub fn tables_mut(&mut self) -> &mut [TableRows] {
        &mut self.tables
    }

    /// Adds another's rows after these.
    pub fn append(&mut self, other: &Self) {
        for (mine, theirs) in self.tables.iter_mut().zip(&other.tables) {
            mine.tuples.extend_from_slice(&theirs.tuples);
            mine.count += theirs.count;
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.count == 0)
    }
}

impl TableRows {
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    #[must_use]
    pub fn len_bytes(&self) -> usize {
        self.tuples.len()
    }

    /// Adds another table's rows after these.
    pub fn append(&mut self, other: &Self) {
        self.tuples.extend_from_slice(&other.tuples);
        self.count += other.count;
    }

    /// The rows that follow those of an earlier state; none where any of those is changed or gone.
    #[must_use]
    pub fn after(&self, before: &Self) -> Option<Self> {
        let tuples = self.tuples.strip_prefix(before.tuples.as_ref())?;
        let count = self.count.checked_sub(before.count)?;
        Some(Self { tuples: BytesMut::from(tuples), count })
    }

    /// A whole binary COPY of these rows, leaving none.
    pub fn take_copy(&mut self) -> Bytes {
        self.count = 0;
        let tuples = self.tuples.split();
        let mut copy = BytesMut::with_capacity(HEADER.len() + tuples.len() + 2);
        copy.put_slice(HEADER);
        copy.put_slice(&tuples);
        copy.put_i16(TRAILER);
        copy.freeze()
    }
}

/// One row being written, column by column in the table's order.
#[derive(Debug)]
pub struct Row<'a> {
    into: Option<&'a mut TableRows>,
    start: usize,
    columns: i16,
}

impl Row<'_> {
    fn put(mut self, value: Option<&[u8]>) -> Self {
        if let Some(table) = &mut self.into {
            match value {
                None => table.tuples.put_i32(-1),
                Some(value) => {
                    table.tuples.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
                    table.tuples.put_slice(value);
                }
            }
            self.columns += 1;
        }
        self
    }

    #[must_use]
    pub fn uuid(self, value: Uuid) -> Self {
        self.put(Some(value.as_bytes()))
    }

    #[must_use]
    pub fn opt_uuid(self, value: Option<Uuid>) -> Self {
        self.put(value.as_ref().map(|value| value.as_bytes().as_slice()))
    }

    /// Postgres cannot store NUL in a text; the replacement character stands for it.
    #[must_use]
    pub fn text(self, value: &str) -> Self {
        if value.contains('\0') {
            return self.put(Some(value.replace('\0', "\u{fffd}").as_bytes()));
        }
        self.put(Some(value.as_bytes()))
    }

    #[must_use]
    pub fn opt_text(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self.put(None),
        }
    }

    #[must_use]
    pub fn bool(self, value: bool) -> Self {
        self.put(Some(&[u8::from(value)]))
    }

    #[must_use]
    pub fn int(self, value: i32) -> Self {
        self.put(Some(&value.to_be_bytes()))
    }

    #[must_use]
    pub fn long(self, value: i64) -> Self {
        self.put(Some(&value.to_be_bytes()))
    }

    #[must_use]
    pub fn opt_int(self, value: Option<i32>) -> Self {
        self.put(value.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice))
    }

    /// A place in the log: sixteen bytes, which compare as the positions do.
    #[must_use]
    pub fn position(self, value: u128) -> Self {
        self.put(Some(&value.to_be_bytes()))
    }

    #[must_use]
    pub fn opt_position(self, value: Option<u128>) -> Self {
        self.put(value.map(u128::to_be_bytes).as_ref().map(<[u8; 16]>::as_slice))
    }

    #[must_use]
    pub fn instant(self, value: DateTime<Utc>) -> Self {
        self.opt_instant(Some(value))
    }

    #[must_use]
    pub fn opt_instant(self, value: Option<DateTime<Utc>>) -> Self {
        let micros =
            |at: DateTime<Utc>| at.timestamp_micros().saturating_sub(EPOCH_MICROSECONDS).to_be_bytes();
        self.put(value.map(micros).as_ref().map(<[u8; 8]>::as_slice))
    }

    #[must_use]
    pub fn date(self, value: NaiveDate) -> Self {
        self.opt_date(Some(value))
    }

    #[must_use]
    pub fn opt_date(self, value: Option<NaiveDate>) -> Self {
        use chrono::Datelike;
        let days = value.map(|value| (value.num_days_from_ce() - EPOCH_DAYS).to_be_bytes());
        self.put(days.as_ref().map(<[u8; 4]>::as_slice))
    }

    /// JSON in a `jsonb` column.
    #[must_use]
    pub fn json(self, value: &[u8]) -> Self {
        const JSONB_VERSION: u8 = 1;
        let mut bytes = Vec::with_capacity(value.len() + 1);
        bytes.push(JSONB_VERSION);
        bytes.extend_from_slice(value);
        self.put(Some(&bytes))
    }

    #[must_use]
    pub fn uuids(self, values: impl IntoIterator<Item = Uuid>) -> Self {
        self.array(UUID_OID, values.into_iter().map(Uuid::into_bytes))
    }

    #[must_use]
    pub fn texts<T: AsRef<str>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.array(
            TEXT_OID,
            values.into_iter().map(|text| text.as_ref().replace('\0', "\u{fffd}").into_bytes()),
        )
    }

    fn array<T: AsRef<[u8]>>(self, element: u32, values: impl Iterator<Item = T>) -> Self {
        let mut elements = Vec::new();
        let mut count = 0_i32;
        for value in values {
            let value = value.as_ref();
            elements.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
            elements.put_slice(value);
            count += 1;
        }
        let mut array = Vec::with_capacity(20 + elements.len());
        array.put_i32(i32::from(count > 0));
        array.put_i32(0);
        array.put_u32(element);
        if count > 0 {
            array.put_i32(count);
            array.put_i32(1);
            array.put_slice(&elements);
        }
        self.put(Some(&array))
    }

    /// Ends the row.
    pub fn end(self) {
        if let Some(table) = self.into
            && let Some(count) = table.tuples.get_mut(self.start..self.start + 2)
        {
            count.copy_from_slice(&self.columns.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_header_tuples_trailer() {
        let mut rows = Rows::for_tables(1);
        rows.row(0).int(7).opt_text(None).bool(true).end();
        let copy = rows.tables_mut()[0].take_copy();
        assert_eq!(&copy[..19], HEADER);
        assert_eq!(&copy[19..], b"\0\x03\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff\0\0\0\x01\x01\xff\xff");
        assert!(rows.is_empty());
    }

    #[test]
    fn rows_that_follow_are_told_from_rows_that_changed() {
        let table = |numbers: &[i32]| {
            let mut rows = Rows::for_tables(1);
            numbers.iter().for_each(|number| rows.row(0).int(*number).end());
            rows.tables()[0].clone()
        };
        assert_eq!(table(&[1, 2, 3]).after(&table(&[1])), Some(table(&[2, 3])));
        assert_eq!(table(&[1]).after(&table(&[1])), Some(table(&[])));
        assert_eq!(table(&[1]).after(&table(&[])), Some(table(&[1])));
        assert_eq!(table(&[2, 1]).after(&table(&[1])), None);
        assert_eq!(table(&[1]).after(&table(&[1, 2])), None);
    }

    #[test]
    fn postgres_counts_days_and_microseconds_from_2000() {
        use chrono::Datelike;
        let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
        assert_eq!(day.num_days_from_ce(), EPOCH_DAYS);
        let midnight = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
        assert_eq!(midnight.timestamp_micros(), EPOCH_MICROSECONDS);
    }
}
