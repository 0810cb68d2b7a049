//! What a batch does to a build's rows.

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::EngineError;
use super::books::Books;
use super::cache::Remembered;
use super::history::Parked;
use crate::rows::Rows;
use crate::view::{Key, Per, View};

/// See the module.
pub struct Change {
    /// Keys whose rows of single entries are replaced.
    pub replaced: Vec<Key>,
    /// Keys whose rows of one stream's entries are replaced.
    pub replaced_of: Vec<(Key, Uuid)>,
    /// Keys whose own rows are replaced, by table.
    pub changed: Vec<Vec<Key>>,
    pub entry_rows: Rows,
    pub key_rows: Rows,
    pub parked: Vec<(Key, Parked)>,
    /// Keys that are parked no more, with their streams.
    pub freed: Vec<(Key, Vec<Uuid>)>,
    /// What to remember once this is committed.
    pub remember: Vec<(Key, Remembered)>,
}

impl Change {
    pub fn none(view: &dyn View) -> Self {
        let tables = view.tables().len();
        Self {
            replaced: Vec::new(),
            replaced_of: Vec::new(),
            changed: vec![Vec::new(); tables],
            entry_rows: Rows::for_tables(tables),
            key_rows: Rows::for_tables(tables),
            parked: Vec::new(),
            freed: Vec::new(),
            remember: Vec::new(),
        }
    }

    /// A key has other rows than before, where it is known which those were. Most histories only grow, and so do their
    /// rows: what stays at the head of a table is left as it is.
    pub fn key_rows(&mut self, key: Key, before: Option<&Rows>, after: &Rows) {
        for (index, (changed, rows)) in self.changed.iter_mut().zip(after.tables()).enumerate() {
            let before = before.and_then(|before| before.tables().get(index));
            let added = before.and_then(|before| rows.after(before));
            if added.is_none() {
                changed.push(key);
            }
            if let Some(table) = self.key_rows.tables_mut().get_mut(index) {
                table.append(added.as_ref().unwrap_or(rows));
            }
        }
    }

    /// True when no row changes and nobody is parked: most batches bear on few of the views.
    pub fn is_nothing(&self) -> bool {
        self.replaced.is_empty()
            && self.replaced_of.is_empty()
            && self.changed.iter().all(Vec::is_empty)
            && self.key_rows.is_empty()
            && self.parked.is_empty()
            && self.freed.is_empty()
            && self.entry_rows.is_empty()
    }

    /// Writes the rows, and who is parked, in the transaction that moves the checkpoint.
    pub async fn write(
        &mut self,
        transaction: &Transaction<'_>,
        books: &Books,
        view: &dyn View,
    ) -> Result<(), EngineError> {
        for (index, (table, changed)) in view.tables().iter().zip(&self.changed).enumerate() {
            let (keys, rows) = match table.per {
                Per::Entry => (&self.replaced, &mut self.entry_rows),
                Per::Key => (changed, &mut self.key_rows),
            };
            books.delete(transaction, index, keys).await?;
            if table.per == Per::Entry {
                books.delete_of_streams(transaction, index, &self.replaced_of).await?;
            }
            if let Some(rows) = rows.tables_mut().get_mut(index) {
                books.insert(transaction, index, rows).await?;
            }
        }
        for (key, streams) in &self.freed {
            books.unpark(transaction, *key, streams).await?;
        }
        books.park_keys(transaction, &self.parked).await
    }
}
