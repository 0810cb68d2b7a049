//! Inclusion and consistency proofs: which nodes they need, how they are put together, how they are checked.
//!
//! Making a proof is synchronous over a database in two steps: fetch the nodes named by [`inclusion_nodes`] or
//! [`consistency_nodes`], then hand a look-up of them to [`inclusion_proof`] or [`consistency_proof`]. Checking
//! follows RFC 9162, sections 2.1.3.2 and 2.1.4.2, to the letter, and needs nothing but what it is given.

use std::ops::Range;

use super::{Node, cover, empty_root, fold, node_hash};
use crate::header::Hash;

/// Why there is no such proof, or why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("leaf {index} is not in a tree of {size} leaves")]
    NoSuchLeaf { index: u64, size: u64 },
    #[error("a tree of {new} leaves cannot grow from one of {old}")]
    Shrunk { old: u64, new: u64 },
    #[error("the node at level {level}, index {index} is missing", level = .0.level, index = .0.index)]
    Missing(Node),
    #[error("the proof has too few or too many hashes")]
    Length,
    #[error("the proof does not lead to the root")]
    Root,
    #[error("the proof does not lead to the older root")]
    OldRoot,
}

/// The perfect nodes an inclusion proof is made from.
///
/// # Errors
/// [`ProofError::NoSuchLeaf`].
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<Node>, ProofError> {
    Ok(inclusion_ranges(index, size)?.into_iter().flat_map(cover).collect())
}

/// The perfect nodes a consistency proof is made from.
///
/// # Errors
/// [`ProofError::Shrunk`].
pub fn consistency_nodes(old: u64, new: u64) -> Result<Vec<Node>, ProofError> {
    Ok(consistency_ranges(old, new)?.into_iter().flat_map(cover).collect())
}

/// Proof that a leaf is in the tree of `size` leaves: sibling hashes, from the leaf up.
///
/// # Errors
/// [`ProofError::NoSuchLeaf`], and [`ProofError::Missing`] when `node` knows not all of [`inclusion_nodes`].
pub fn inclusion_proof(
    index: u64,
    size: u64,
    node: impl Fn(Node) -> Option<Hash>,
) -> Result<Vec<Hash>, ProofError> {
    assemble(inclusion_ranges(index, size)?, node)
}

/// Proof that the tree of `old` leaves is a prefix of the tree of `new` leaves. Empty when `old` is 0 or `new`.
///
/// # Errors
/// [`ProofError::Shrunk`], and [`ProofError::Missing`] when `node` knows not all of [`consistency_nodes`].
pub fn consistency_proof(
    old: u64,
    new: u64,
    node: impl Fn(Node) -> Option<Hash>,
) -> Result<Vec<Hash>, ProofError> {
    assemble(consistency_ranges(old, new)?, node)
}

/// Where a subtree splits: the largest power of two below the number of its leaves.
fn split(leaves: &Range<u64>) -> u64 {
    let length = leaves.end.saturating_sub(leaves.start);
    leaves.start + (1 << length.saturating_sub(1).checked_ilog2().unwrap_or(0))
}

/// The leaves under each sibling on the way from a leaf to the root, lowest first (RFC 9162, PATH).
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut here = 0..size;
    let mut siblings = Vec::new();
    while here.end - here.start > 1 {
        let middle = split(&here);
        if index < middle {
            siblings.push(middle..here.end);
            here.end = middle;
        } else {
            siblings.push(here.start..middle);
            here.start = middle;
        }
    }
    siblings.reverse();
    Ok(siblings)
}

/// The leaves under each hash of a consistency proof, lowest first (RFC 9162, SUBPROOF).
fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range<u64>>, ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut here = 0..new;
    let mut hashes = Vec::new();
    while old < here.end {
        let middle = split(&here);
        if old <= middle {
            hashes.push(middle..here.end);
            here.end = middle;
        } else {
            hashes.push(here.start..middle);
            here.start = middle;
        }
    }
    // A checker that holds the old root needs no hash of it; any other last subtree it must be given.
    if here.start > 0 {
        hashes.push(here);
    }
    hashes.reverse();
    Ok(hashes)
}

fn assemble(ranges: Vec<Range<u64>>, node: impl Fn(Node) -> Option<Hash>) -> Result<Vec<Hash>, ProofError> {
    ranges
        .into_iter()
        .map(|leaves| {
            let hashes = cover(leaves)
                .map(|place| node(place).ok_or(ProofError::Missing(place)))
                .collect::<Result<Vec<Hash>, _>>()?;
            // A range is never empty, so neither is its cover.
            fold(hashes.into_iter()).ok_or(ProofError::Length)
        })
        .collect()
}

/// Checks that `leaf`, a leaf hash, is number `index` of the tree of `size` leaves with this root.
///
/// # Errors
/// What is wrong with the proof.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut path = Path { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match path.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    path.finish()?;
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old_size` leaves is a prefix of the tree of `new_size` leaves.
///
/// # Errors
/// What is wrong with the proof.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shrunk { old: old_size, new: new_size });
    }
    // RFC 9162 speaks of 0 < old < new only: beyond that there is nothing to hash, but the roots must still be right.
    if old_size == 0 || old_size == new_size {
        let old_wanted = if old_size == 0 { empty_root() } else { *new_root };
        let new_wanted = if new_size == 0 { old_wanted } else { *new_root };
        return match () {
            () if !proof.is_empty() => Err(ProofError::Length),
            () if *old_root != old_wanted => Err(ProofError::OldRoot),
            () if *new_root != new_wanted => Err(ProofError::Root),
            () => Ok(()),
        };
    }
    // A perfect old tree is itself the first hash of the path, and is left out of the proof.
    let (first, rest) = if old_size.is_power_of_two() {
        if proof.is_empty() {
            return Err(ProofError::Length);
        }
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let mut path = Path { node: old_size - 1, last: new_size - 1 };
    path.rise(path.node.trailing_ones());
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        match path.step()? {
            Side::Left => {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            }
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    path.finish()?;
    if old != *old_root {
        return Err(ProofError::OldRoot);
    }
    if new == *new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// On which side of the path the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root (`fn` and `sn` in RFC 9162).
struct Path {
    node: u64,
    /// The last node of the same level.
    last: u64,
}

impl Path {
    fn rise(&mut self, levels: u32) {
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }

    /// Goes to the next level that has a sibling.
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level has no sibling there unless it is a right child.
            self.rise(self.node.trailing_zeros());
            Side::Left
        } else {
            Side::Right
        };
        self.rise(1);
        Ok(side)
    }

    fn finish(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length) }
    }
}
