//! Proofs from a log that keeps its own tree.

use async_trait::async_trait;

use crate::header::Hash;
use crate::merkle::{
    Node, ProofError, consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof,
};
use crate::port::{EventStore, StoreError};

/// A tree's size and root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeHead {
    pub size: u64,
    pub root: Hash,
}

/// Why a proof could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hashes of a log's tree.
#[async_trait]
pub trait NodeSource: EventStore {
    /// The tree of all that is committed.
    async fn tree_head(&self) -> Result<TreeHead, StoreError>;

    /// The hashes of perfect nodes, in the order asked for.
    async fn nodes(&self, nodes: &[Node]) -> Result<Vec<Hash>, StoreError>;
}

/// Inclusion and consistency proofs, from any source of nodes.
#[async_trait]
pub trait Evidence: NodeSource {
    /// Proof that the event at `index` (its position less one) is in the tree of `size` events.
    async fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, EvidenceError> {
        let known = fetch(self, inclusion_nodes(index, size)?).await?;
        Ok(inclusion_proof(index, size, |node| find(&known, node))?)
    }

    /// Proof that the tree of `old` events is a prefix of the tree of `new` events.
    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, EvidenceError> {
        let known = fetch(self, consistency_nodes(old, new)?).await?;
        Ok(consistency_proof(old, new, |node| find(&known, node))?)
    }
}

async fn fetch<S: NodeSource + ?Sized>(
    source: &S,
    nodes: Vec<Node>,
) -> Result<Vec<(Node, Hash)>, StoreError> {
    let hashes = source.nodes(&nodes).await?;
    Ok(nodes.into_iter().zip(hashes).collect())
}

fn find(known: &[(Node, Hash)], wanted: Node) -> Option<Hash> {
    known.iter().find(|(node, _)| *node == wanted).map(|(_, hash)| *hash)
}
