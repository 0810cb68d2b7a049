//! The tree's nodes: recomputed from headers, with those of height 8, 16 and 24 kept once they are finished.

use async_trait::async_trait;

use super::{Inner, PostgresStore, to_i64, unavailable, unfit};
use crate::evidence::{Evidence, NodeSource, TreeHead};
use crate::header::Hash;
use crate::merkle::{CompactRange, Node, leaf_hash};
use crate::port::{EventStore, StoreError};

/// Every eighth level is kept: one row for 255 events.
const KEPT_EVERY: u8 = 8;
const HIGHEST_KEPT: u8 = 32;

impl Inner {
    /// The hash of a perfect node: from the kept nodes below it, else from the headers.
    async fn node(&self, node: Node) -> Result<Hash, StoreError> {
        let kept = (node.level / KEPT_EVERY).min(HIGHEST_KEPT / KEPT_EVERY) * KEPT_EVERY;
        if kept > 0 {
            let width = 1_u64 << (node.level - kept);
            let first = node.index * width;
            let client = self.readers.get().await.map_err(unavailable)?;
            let sql = self.sql(
                "select hash from $log.node where level = $1 and index >= $2 and index < $3 order by index",
            );
            let level = i16::from(kept);
            let rows =
                client.query(&sql, &[&level, &to_i64(first), &to_i64(first + width)]).await.map_err(unfit)?;
            if u64::try_from(rows.len()) == Ok(width) {
                return rows
                    .iter()
                    .map(|row| row.get::<_, &[u8]>(0).try_into())
                    .collect::<Result<CompactRange, _>>()
                    .map(|range| range.root())
                    .map_err(|_| StoreError::Unfit("a kept node is not 32 bytes".to_owned()));
            }
        }
        self.root_of_leaves(node.index << node.level, 1 << node.level).await
    }

    async fn root_of_leaves(&self, first: u64, count: u64) -> Result<Hash, StoreError> {
        const PAGE: u64 = 10_000;
        let mut range = CompactRange::new();
        while range.size() < count {
            let page = PAGE.min(count - range.size());
            let events = self.read_range(to_i64(first + range.size()), to_i64(page)).await?;
            if u64::try_from(events.len()) != Ok(page) {
                return Err(StoreError::Unfit(
                    "the log has a gap, or the proof reaches beyond it".to_owned(),
                ));
            }
            range.extend(events.iter().map(|event| leaf_hash(event.header.bytes())));
        }
        Ok(range.root())
    }
}

#[async_trait]
impl NodeSource for PostgresStore {
    async fn tree_head(&self) -> Result<TreeHead, StoreError> {
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let sql = self.inner.sql("select position, range from $log.flush order by position desc limit 1");
        let Some(row) = client.query_opt(&sql, &[]).await.map_err(unfit)? else {
            return Ok(TreeHead { size: 0, root: CompactRange::new().root() });
        };
        let size = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        let range = CompactRange::from_bytes(size, row.get(1))
            .map_err(|cause| StoreError::Unfit(format!("the newest flush row is damaged: {cause}")))?;
        Ok(TreeHead { size, root: range.root() })
    }

    async fn nodes(&self, nodes: &[Node]) -> Result<Vec<Hash>, StoreError> {
        let mut hashes = Vec::with_capacity(nodes.len());
        for node in nodes {
            hashes.push(self.inner.node(*node).await?);
        }
        Ok(hashes)
    }
}

#[async_trait]
impl Evidence for PostgresStore {}

impl PostgresStore {
    /// Writes down the nodes that have been finished since the last time. Safe to run twice at once.
    ///
    /// # Errors
    /// When the log cannot be read, or a node cannot be written.
    pub async fn keep_nodes(&self) -> Result<(), StoreError> {
        let head = u64::try_from(self.head().await?.position.raw()).unwrap_or(0);
        for level in (KEPT_EVERY..=HIGHEST_KEPT).step_by(usize::from(KEPT_EVERY)) {
            let client = self.inner.readers.get().await.map_err(unavailable)?;
            let row = client
                .query_one(
                    &self.inner.sql("select coalesce(max(index) + 1, 0) from $log.node where level = $1"),
                    &[&i16::from(level)],
                )
                .await
                .map_err(unfit)?;
            let next = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
            for index in next..(head >> level) {
                let hash = self.inner.node(Node { level, index }).await?;
                client
                    .execute(
                        &self.inner.sql("insert into $log.node (level, index, hash) values ($1, $2, $3) on conflict do nothing"),
                        &[&i16::from(level), &to_i64(index), &hash.as_slice()],
                    )
                    .await
                    .map_err(unfit)?;
            }
        }
        Ok(())
    }
}
