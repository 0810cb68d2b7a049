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
    /// Keys whose own rows are replaced.
    pub changed: Vec<Key>,
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
            changed: Vec::new(),
            entry_rows: Rows::for_tables(tables),
            key_rows: Rows::for_tables(tables),
            parked: Vec::new(),
            freed: Vec::new(),
            remember: Vec::new(),
        }
    }

    /// True when no row changes: most batches bear on few of the views.
    pub fn is_nothing(&self) -> bool {
        self.replaced.is_empty()
            && self.changed.is_empty()
            && self.parked.is_empty()
            && self.freed.is_empty()
            && self.remember.is_empty()
            && self.entry_rows.is_empty()
    }

    /// Writes the rows, and who is parked, in the transaction that moves the checkpoint.
    pub async fn write(
        &mut self,
        transaction: &Transaction<'_>,
        books: &Books,
        view: &dyn View,
    ) -> Result<(), EngineError> {
        for (index, table) in view.tables().iter().enumerate() {
            let (keys, rows) = match table.per {
                Per::Entry => (&self.replaced, &mut self.entry_rows),
                Per::Key => (&self.changed, &mut self.key_rows),
            };
            books.delete(transaction, index, keys).await?;
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
