//! Reading the log as the verifier wants it: every column, nothing trusted, nothing skipped.

use std::pin::pin;

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::{PostgresStore, to_position, unavailable, unfit};
use crate::header::Header;
use crate::merkle::CompactRange;
use crate::note::Checkpoint;
use crate::port::{EventStore, Recorded, StoreError};
use crate::seal::decode_parts;
use crate::verify::{AuditRow, Fault, Verifier};

/// What verifying a log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub events: u64,
    pub root: [u8; 32],
    /// How many signed checkpoints were met.
    pub checkpoints: u64,
    pub fault: Option<Fault>,
}

impl PostgresStore {
    /// Signed checkpoints, oldest first: size and note.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn checkpoints(&self) -> Result<Vec<(u64, String)>, StoreError> {
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let sql = self.inner.sql("select size, note from $log.checkpoint order by size");
        let rows = client.query(&sql, &[]).await.map_err(unfit)?;
        Ok(rows.iter().map(|row| (u64::try_from(row.get::<_, i64>(0)).unwrap_or(0), row.get(1))).collect())
    }

    /// Writes a signed checkpoint down. The same size twice keeps the first.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_checkpoint(
        &self,
        size: u64,
        note: &str,
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), StoreError> {
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let sql = self.inner.sql(
            "insert into $log.checkpoint (size, signed_at, note) values ($1, $2, $3) on conflict do nothing",
        );
        client.execute(&sql, &[&super::to_i64(size), &at, &note]).await.map_err(unfit)?;
        Ok(())
    }

    /// Checks every row, every signed checkpoint and every one that was witnessed elsewhere. `read` opens a note and tells
    /// what was signed; `None` means that it is not this log's signature. `progress` is told the position now and then.
    ///
    /// # Errors
    /// When the database cannot be read to its end; a log that is wrong is not an error but a [`Fault`].
    pub async fn verify(
        &self,
        read: impl Fn(&str) -> Option<Checkpoint>,
        witnessed: &[Checkpoint],
        mut progress: impl FnMut(u64),
    ) -> Result<Verified, StoreError> {
        let notes = self.checkpoints().await?;
        let mut signed = Vec::with_capacity(notes.len());
        for (size, note) in &notes {
            match read(note) {
                Some(checkpoint) if checkpoint.size == *size && checkpoint.origin == self.origin() => {
                    signed.push((*size, checkpoint.root));
                }
                _ => {
                    return Ok(Verified {
                        events: 0,
                        root: CompactRange::new().root(),
                        checkpoints: 0,
                        fault: Some(Fault::Checkpoint { size: *size }),
                    });
                }
            }
        }
        // What was witnessed holds, whatever the database says was signed at the same size.
        for checkpoint in witnessed {
            signed.retain(|(size, _)| *size != checkpoint.size);
            signed.push((checkpoint.size, checkpoint.root));
        }
        let checkpoints = u64::try_from(signed.len()).unwrap_or(u64::MAX);
        let mut verifier = Verifier::new(self.origin(), signed);
        // The head first: what is appended while rows are read then lies beyond it, not within.
        let head = u64::try_from(self.head().await?.position.raw()).unwrap_or(0);
        let fault = self.check_rows(&mut verifier, head, &mut progress).await?;
        let fault = fault.or_else(|| verifier.finish(head).err());
        Ok(Verified { events: verifier.size(), root: verifier.root(), checkpoints, fault })
    }

    async fn check_rows(
        &self,
        verifier: &mut Verifier,
        head: u64,
        progress: &mut impl FnMut(u64),
    ) -> Result<Option<Fault>, StoreError> {
        const TELL_EVERY: u64 = 10_000;
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let sql = self.inner.sql(
            "select position, stream, version, recorded_at, mark, header, salt, meta, facts, parts
             from $log.event order by position",
        );
        let rows = client.query_raw(&sql, std::iter::empty::<i64>()).await.map_err(unfit)?;
        let mut rows = pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            let place = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
            match audit_row(&row) {
                Ok(row) => {
                    if let Err(fault) = verifier.check(&row) {
                        return Ok(Some(fault));
                    }
                }
                Err(why) => return Ok(Some(Fault::Unreadable { position: place, why })),
            }
            if place % TELL_EVERY == 0 || place == head {
                progress(place);
            }
        }
        Ok(None)
    }
}

fn audit_row(row: &tokio_postgres::Row) -> Result<AuditRow, String> {
    let bytes = |column| Bytes::copy_from_slice(row.get::<_, &[u8]>(column));
    let event = Recorded {
        position: to_position(row.get(0)),
        header: Header::parse(bytes(5)).map_err(|cause| cause.to_string())?,
        salt: row.get::<_, &[u8]>(6).try_into().map_err(|_| "the salt is not 16 bytes".to_owned())?,
        meta: bytes(7),
        facts: bytes(8),
        parts: decode_parts(bytes(9)).map_err(|cause| cause.to_string())?,
    };
    Ok(AuditRow {
        event,
        stream: row.get(1),
        version: u64::try_from(row.get::<_, i64>(2)).unwrap_or(0),
        recorded_at: row.get(3),
        mark: Some(row.get(4)),
    })
}
