//! Leaves and roots, and proofs in a small tree.

use event_store::header::Hash;
use event_store::merkle::{
    CompactRange, PerfectNodes, consistency_proof, empty_root, inclusion_proof, leaf_hash,
    verify_consistency, verify_inclusion,
};
use serde::Serialize;

use super::{header, hex};

#[derive(Serialize)]
pub struct LeafVectors {
    leaves: Vec<Leaf>,
    trees: Vec<Tree>,
}

#[derive(Serialize)]
struct Leaf {
    data_hex: String,
    leaf_hex: String,
}

/// The tree of the first `size` leaves of `leaves`.
#[derive(Serialize)]
struct Tree {
    size: u64,
    compact_range_hex: Vec<String>,
    root_hex: String,
}

/// Data of the leaves: nothing, one byte, a text, then the headers of `header.json`.
pub fn leaf_vectors() -> LeafVectors {
    let mut data = vec![Vec::new(), vec![0], b"goldthread".to_vec()];
    data.extend(header::events().iter().map(|(_, event)| event.header()));
    data.push((0..=255).collect());
    let mut range = CompactRange::new();
    let mut trees = vec![tree(&range)];
    for data in &data {
        range.push(leaf_hash(data));
        trees.push(tree(&range));
    }
    let leaf = |data: &Vec<u8>| Leaf { data_hex: hex(data), leaf_hex: hex(leaf_hash(data)) };
    LeafVectors { leaves: data.iter().map(leaf).collect(), trees }
}

fn tree(range: &CompactRange) -> Tree {
    Tree {
        size: range.size(),
        compact_range_hex: range.roots().iter().map(hex).collect(),
        root_hex: hex(range.root()),
    }
}

#[derive(Serialize)]
pub struct ProofVectors {
    leaves: &'static str,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Serialize)]
struct Inclusion {
    name: String,
    index: u64,
    size: u64,
    leaf_hex: String,
    root_hex: String,
    proof_hex: Vec<String>,
    valid: bool,
}

#[derive(Serialize)]
struct Consistency {
    name: String,
    old_size: u64,
    old_root_hex: String,
    new_size: u64,
    new_root_hex: String,
    proof_hex: Vec<String>,
    valid: bool,
}

struct Trees {
    nodes: PerfectNodes,
    roots: Vec<Hash>,
}

impl Trees {
    fn new(size: u64) -> Self {
        let mut nodes = PerfectNodes::new();
        let mut roots = vec![empty_root()];
        for i in 0..size {
            nodes.push(leaf(i));
            roots.push(nodes.range().root());
        }
        Self { nodes, roots }
    }

    fn root(&self, size: u64) -> Hash {
        self.roots[usize::try_from(size).unwrap()]
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Hash> {
        inclusion_proof(index, size, |node| self.nodes.get(node)).unwrap()
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        consistency_proof(old, new, |node| self.nodes.get(node)).unwrap()
    }
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

fn inclusion(name: &str, index: u64, size: u64, leaf: Hash, root: Hash, proof: &[Hash]) -> Inclusion {
    Inclusion {
        name: name.to_owned(),
        index,
        size,
        leaf_hex: hex(leaf),
        root_hex: hex(root),
        proof_hex: proof.iter().map(hex).collect(),
        valid: verify_inclusion(&leaf, index, size, proof, &root).is_ok(),
    }
}

fn consistency(
    name: &str,
    (old, old_root): (u64, Hash),
    (new, new_root): (u64, Hash),
    proof: &[Hash],
) -> Consistency {
    Consistency {
        name: name.to_owned(),
        old_size: old,
        old_root_hex: hex(old_root),
        new_size: new,
        new_root_hex: hex(new_root),
        proof_hex: proof.iter().map(hex).collect(),
        valid: verify_consistency(old, &old_root, new, &new_root, proof).is_ok(),
    }
}

pub fn proof_vectors() -> ProofVectors {
    let trees = Trees::new(40);
    let mut inclusions = Vec::new();
    for (index, size) in [
        (0, 1),
        (0, 2),
        (1, 2),
        (2, 3),
        (0, 7),
        (3, 7),
        (6, 7),
        (5, 8),
        (15, 16),
        (16, 17),
        (39, 40),
        (20, 40),
    ] {
        let proof = trees.inclusion(index, size);
        inclusions.push(inclusion("right", index, size, leaf(index), trees.root(size), &proof));
    }
    let (root, proof) = (trees.root(7), trees.inclusion(3, 7));
    let longer = [proof.as_slice(), &[root]].concat();
    let mut swapped = proof.clone();
    swapped.swap(0, 1);
    inclusions.extend([
        inclusion("another leaf", 3, 7, leaf(4), root, &proof),
        inclusion("another index", 2, 7, leaf(3), root, &proof),
        inclusion("an index beyond the tree", 7, 7, leaf(3), root, &proof),
        inclusion("another root", 3, 7, leaf(3), trees.root(8), &proof),
        inclusion("too short", 3, 7, leaf(3), root, &proof[..2]),
        inclusion("too long", 3, 7, leaf(3), root, &longer),
        inclusion("out of order", 3, 7, leaf(3), root, &swapped),
        inclusion("no tree", 0, 0, leaf(0), empty_root(), &[]),
    ]);

    let mut consistencies = Vec::new();
    let at = |size: u64| (size, trees.root(size));
    for (old, new) in [
        (0, 0),
        (0, 5),
        (1, 1),
        (1, 2),
        (2, 3),
        (3, 7),
        (4, 7),
        (6, 7),
        (6, 8),
        (7, 7),
        (8, 9),
        (16, 40),
        (21, 40),
        (39, 40),
    ] {
        consistencies.push(consistency("right", at(old), at(new), &trees.consistency(old, new)));
    }
    let proof = trees.consistency(6, 8);
    let longer = [proof.as_slice(), &[trees.root(8)]].concat();
    let mut swapped = proof.clone();
    swapped.swap(0, 1);
    consistencies.extend([
        consistency("another old root", (6, trees.root(5)), at(8), &proof),
        consistency("another new root", at(6), (8, trees.root(7)), &proof),
        consistency("a tail cut off", at(8), at(6), &proof),
        consistency("too short", at(6), at(8), &proof[..1]),
        consistency("too long", at(6), at(8), &longer),
        consistency("out of order", at(6), at(8), &swapped),
        consistency("nothing", at(6), at(8), &[]),
        consistency("nothing, from a perfect tree", at(4), at(8), &[]),
        consistency("the same size, another root", (7, trees.root(6)), at(7), &[]),
        consistency("the same tree, and more", at(7), at(7), &[trees.root(7)]),
        consistency("empty, with a root", (0, trees.root(1)), at(5), &[]),
    ]);
    assert!(inclusions.iter().all(|vector| vector.valid == (vector.name == "right")));
    assert!(consistencies.iter().all(|vector| vector.valid == (vector.name == "right")));
    ProofVectors {
        leaves: "the data of leaf i is i as a big-endian u64",
        inclusion: inclusions,
        consistency: consistencies,
    }
}
