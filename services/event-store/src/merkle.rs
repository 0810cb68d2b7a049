//! The log's Merkle tree (RFC 6962, RFC 9162): hashes, the running range of an appender, and proofs in [`proof`].
//!
//! Pure and synchronous. Leaf `i` is the event at position `i + 1`. A node that covers a full power of two of leaves
//! is *perfect* and never changes again, so stores keep perfect nodes only; everything else is folded from them.
//! Left out: where nodes are kept, and signing, see [`crate::note`].

mod proof;
#[cfg(test)]
mod tests;

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::header::Hash;

pub use proof::{
    ProofError, consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof, verify_consistency,
    verify_inclusion,
};

/// The hash of a leaf's data: SHA-256(0x00 ‖ data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The place of a perfect node: it covers leaves `index << level` up to `(index + 1) << level`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Node {
    /// 0 for a leaf.
    pub level: u8,
    pub index: u64,
}

/// The perfect nodes that cover a range of leaves, left to right.
///
/// The range must be one a tree's subtree covers: its start a multiple of a power of two not below its length.
fn cover(leaves: Range<u64>) -> impl DoubleEndedIterator<Item = Node> {
    let length = leaves.end.saturating_sub(leaves.start);
    (0..64u8).rev().filter(move |level| length >> level & 1 == 1).map(move |level| {
        // The bits of the length above this one are the leaves already covered.
        let before = length & !(u64::MAX >> (63 - level));
        Node { level, index: (leaves.start + before) >> level }
    })
}

/// The perfect nodes a [`CompactRange`] of this size holds, left to right.
pub fn range_nodes(size: u64) -> impl DoubleEndedIterator<Item = Node> {
    cover(0..size)
}

/// The hash of adjacent perfect nodes, largest first: the ragged right edge hangs below everything left of it.
fn fold(nodes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    nodes.rev().reduce(|right, left| node_hash(&left, &right))
}

/// What an appender must remember of a tree: the roots of the perfect subtrees that cover it, left to right.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CompactRange {
    size: u64,
    // INVARIANT: one root per 1-bit of `size`, the highest bit first.
    roots: Vec<Hash>,
}

/// Why bytes are not the compact range of a tree of that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves needs {} bytes of roots, not {given}", .size.count_ones() * 32)]
pub struct RangeError {
    pub size: u64,
    pub given: usize,
}

impl CompactRange {
    /// The range of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, left to right: those of [`range_nodes`].
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_noting(leaf, |_, _| ());
    }

    /// Appends a leaf hash and tells of every perfect node this completes, the leaf itself first.
    pub fn push_noting(&mut self, leaf: Hash, mut completed: impl FnMut(Node, Hash)) {
        let mut node = Node { level: 0, index: self.size };
        let mut hash = leaf;
        completed(node, hash);
        // Each trailing 1-bit of the size is a subtree as large as the one in hand.
        while node.index & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            hash = node_hash(&left, &hash);
            node = Node { level: node.level + 1, index: node.index >> 1 };
            completed(node, hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root of the whole tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(self.roots.iter().copied()).unwrap_or_else(empty_root)
    }

    /// The roots, concatenated; the size is written down beside them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// Reads back [`Self::to_bytes`].
    ///
    /// # Errors
    /// When there are not exactly as many roots as a tree of that size has.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, RangeError> {
        let (roots, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || u32::try_from(roots.len()) != Ok(size.count_ones()) {
            return Err(RangeError { size, given: bytes.len() });
        }
        Ok(Self { size, roots: roots.to_vec() })
    }
}

impl Extend<Hash> for CompactRange {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        for leaf in leaves {
            self.push(leaf);
        }
    }
}

impl FromIterator<Hash> for CompactRange {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut range = Self::new();
        range.extend(leaves);
        range
    }
}

/// Every perfect node of a growing tree, in memory: about 64 bytes a leaf.
#[derive(Clone, Default, Debug)]
pub struct PerfectNodes {
    levels: Vec<Vec<Hash>>,
    range: CompactRange,
}

impl PerfectNodes {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let Self { levels, range } = self;
        range.push_noting(leaf, |node, hash| {
            let level = usize::from(node.level);
            if level == levels.len() {
                levels.push(Vec::new());
            }
            if let Some(nodes) = levels.get_mut(level) {
                nodes.push(hash);
            }
        });
    }

    /// The tree's running range: its size and root.
    #[must_use]
    pub fn range(&self) -> &CompactRange {
        &self.range
    }

    /// The hash of a perfect node, if the tree has grown that far.
    #[must_use]
    pub fn get(&self, node: Node) -> Option<Hash> {
        self.levels.get(usize::from(node.level))?.get(usize::try_from(node.index).ok()?).copied()
    }
}
