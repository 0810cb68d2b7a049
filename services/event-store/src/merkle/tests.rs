use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// The definition itself (RFC 9162, 2.1.1), recomputed from all leaves.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn tree(count: u64) -> PerfectNodes {
    let mut tree = PerfectNodes::new();
    leaves(count).into_iter().for_each(|leaf| tree.push(leaf));
    tree
}

fn root_at(leaves: &[Hash], size: u64) -> Hash {
    naive_root(&leaves[..usize::try_from(size).unwrap()])
}

#[test]
fn a_compact_range_has_the_root_of_all_its_leaves_at_every_size() {
    let leaves = leaves(2_050);
    let mut range = CompactRange::new();
    assert_eq!(range.root(), empty_root());
    for (i, leaf) in leaves.iter().enumerate() {
        range.push(*leaf);
        assert_eq!(range.root(), naive_root(&leaves[..=i]), "{} leaves", i + 1);
        assert_eq!(range, CompactRange::from_bytes(range.size(), &range.to_bytes()).unwrap());
    }
}

#[test]
fn a_compact_range_is_the_perfect_nodes_of_its_size() {
    let tree = tree(1_037);
    for size in 0..=1_037 {
        let range: CompactRange = leaves(size).into_iter().collect();
        let nodes: Vec<Hash> = range_nodes(size).map(|node| tree.get(node).unwrap()).collect();
        assert_eq!(range.roots(), nodes);
    }
}

#[test]
fn a_compact_range_refuses_the_wrong_number_of_roots() {
    for (size, bytes) in [(0, 32), (1, 0), (1, 31), (1, 33), (1, 64), (3, 32), (u64::MAX, 63 * 32)] {
        let refused = CompactRange::from_bytes(size, &vec![0; bytes]).unwrap_err();
        assert_eq!(refused, RangeError { size, given: bytes });
    }
}

#[test]
fn an_inclusion_proof_needs_exactly_the_nodes_it_names() {
    let tree = tree(100);
    for size in 1..=100 {
        for index in 0..size {
            let wanted = inclusion_nodes(index, size).unwrap();
            let fetched: HashMap<Node, Hash> = wanted.iter().map(|n| (*n, tree.get(*n).unwrap())).collect();
            assert_eq!(fetched.len(), wanted.len(), "no node twice");
            let proof = inclusion_proof(index, size, |node| fetched.get(&node).copied()).unwrap();
            assert_eq!(proof, inclusion_proof(index, size, |node| tree.get(node)).unwrap());
            if let Some(missing) = wanted.last() {
                let partial = |node| (node != *missing).then(|| fetched.get(&node).copied()).flatten();
                assert_eq!(inclusion_proof(index, size, partial), Err(ProofError::Missing(*missing)));
            }
        }
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_proved_and_another_verifier_agrees() {
    let all = leaves(130);
    let mut theirs = ct_merkle::mem_backed_tree::MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let tree = tree(130);
    for size in 1..=130u64 {
        theirs.push((size - 1).to_be_bytes().to_vec());
        let root = root_at(&all, size);
        assert_eq!(theirs.root().as_bytes().as_slice(), root);
        for index in 0..size {
            let proof = inclusion_proof(index, size, |node| tree.get(node)).unwrap();
            let leaf = &all[usize::try_from(index).unwrap()];
            verify_inclusion(leaf, index, size, &proof, &root).unwrap();
            let their_proof = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(their_proof.as_bytes(), proof.concat());
            theirs.root().verify_inclusion(&index.to_be_bytes().to_vec(), index, &their_proof).unwrap();
        }
    }
}

#[test]
fn every_pair_of_small_trees_is_proved_consistent_and_another_verifier_agrees() {
    let all = leaves(130);
    let mut theirs = ct_merkle::mem_backed_tree::MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let tree = tree(130);
    let mut their_roots = vec![theirs.root()];
    for new in 0..=130u64 {
        if new > 0 {
            theirs.push((new - 1).to_be_bytes().to_vec());
            their_roots.push(theirs.root());
        }
        for old in 0..=new {
            let proof = consistency_proof(old, new, |node| tree.get(node)).unwrap();
            verify_consistency(old, &root_at(&all, old), new, &root_at(&all, new), &proof).unwrap();
            if 0 < old && old < new {
                let their_proof = theirs.prove_consistency(usize::try_from(new - old).unwrap());
                assert_eq!(their_proof.as_bytes(), proof.concat(), "{old} to {new}");
                theirs
                    .root()
                    .verify_consistency(&their_roots[usize::try_from(old).unwrap()], &their_proof)
                    .unwrap();
            }
        }
    }
}

#[test]
fn a_leaf_beyond_the_tree_and_a_shrinking_tree_have_no_proof() {
    let root = empty_root();
    assert_eq!(inclusion_nodes(3, 3), Err(ProofError::NoSuchLeaf { index: 3, size: 3 }));
    assert_eq!(verify_inclusion(&root, 0, 0, &[], &root), Err(ProofError::NoSuchLeaf { index: 0, size: 0 }));
    assert_eq!(consistency_nodes(4, 3), Err(ProofError::Shrunk { old: 4, new: 3 }));
    assert_eq!(verify_consistency(4, &root, 3, &root, &[]), Err(ProofError::Shrunk { old: 4, new: 3 }));
}

#[test]
fn trees_of_one_size_are_consistent_only_when_they_are_the_same() {
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    assert_eq!(verify_consistency(1, &a, 1, &a, &[]), Ok(()));
    assert_eq!(verify_consistency(1, &a, 1, &b, &[]), Err(ProofError::OldRoot));
    assert_eq!(verify_consistency(1, &a, 1, &a, &[a]), Err(ProofError::Length));
    assert_eq!(verify_consistency(0, &empty_root(), 0, &a, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(0, &a, 0, &a, &[]), Err(ProofError::OldRoot));
    assert_eq!(verify_consistency(0, &empty_root(), 1, &a, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &a, 1, &a, &[]), Err(ProofError::OldRoot));
}

#[test]
fn the_largest_sizes_do_not_overflow() {
    let max = u64::MAX;
    assert_eq!(range_nodes(max).count(), 64);
    assert_eq!(inclusion_nodes(0, max).unwrap().len(), 63 + 63);
    let proof = inclusion_proof(max - 1, max, |_| Some([7; 32])).unwrap();
    assert!(verify_inclusion(&[1; 32], max - 1, max, &proof, &[0; 32]) == Err(ProofError::Root));
    let proof = consistency_proof(max - 1, max, |_| Some([7; 32])).unwrap();
    assert!(verify_consistency(max - 1, &[0; 32], max, &[0; 32], &proof) == Err(ProofError::OldRoot));
}

/// Ways to spoil a list of hashes.
fn spoiled(proof: &[Hash], at: prop::sample::Index, bit: u8) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    let longer = [proof, &[[bit; 32]]].concat();
    all.push(longer);
    if !proof.is_empty() {
        let i = at.index(proof.len());
        let mut flipped = proof.to_vec();
        flipped[i][usize::from(bit) / 8] ^= 1 << (bit % 8);
        let mut shorter = proof.to_vec();
        shorter.remove(i);
        let mut doubled = proof.to_vec();
        doubled.insert(i, proof[i]);
        let mut swapped = proof.to_vec();
        swapped.rotate_left(1);
        all.extend([flipped, shorter, doubled, swapped]);
    }
    all.retain(|other| other != proof);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_spoiled_inclusion_proof_is_believed(
        size in 1u64..2_000, leaf in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in any::<u8>(),
    ) {
        let index = u64::try_from(leaf.index(usize::try_from(size).unwrap())).unwrap();
        let tree = tree(size);
        let (root, hash) = (tree.range().root(), leaf_hash(&index.to_be_bytes()));
        let proof = inclusion_proof(index, size, |node| tree.get(node)).unwrap();
        prop_assert_eq!(verify_inclusion(&hash, index, size, &proof, &root), Ok(()));
        for bad in spoiled(&proof, at, bit) {
            prop_assert!(verify_inclusion(&hash, index, size, &bad, &root).is_err());
        }
        let mut other = hash;
        other[usize::from(bit) / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(&other, index, size, &proof, &root).is_err());
        let mut other = root;
        other[usize::from(bit) / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(&hash, index, size, &proof, &other).is_err());
        let elsewhere = at.index(usize::try_from(size).unwrap());
        let elsewhere = u64::try_from(elsewhere).unwrap();
        if elsewhere != index {
            prop_assert!(verify_inclusion(&hash, elsewhere, size, &proof, &root).is_err());
        }
    }

    #[test]
    fn no_spoiled_consistency_proof_is_believed(
        new in 2u64..2_000, older in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in any::<u8>(),
    ) {
        let old = 1 + u64::try_from(older.index(usize::try_from(new - 1).unwrap())).unwrap();
        let tree = tree(new);
        let new_root = tree.range().root();
        let old_root = leaves(old).into_iter().collect::<CompactRange>().root();
        let proof = consistency_proof(old, new, |node| tree.get(node)).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &proof), Ok(()));
        for bad in spoiled(&proof, at, bit) {
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &bad).is_err());
        }
        for (old_bad, new_bad) in [(1u8, 0u8), (0, 1)] {
            let (mut old_root, mut new_root) = (old_root, new_root);
            old_root[usize::from(bit) / 8] ^= old_bad << (bit % 8);
            new_root[usize::from(bit) / 8] ^= new_bad << (bit % 8);
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &proof).is_err());
        }
        prop_assert!(verify_consistency(old + 1, &old_root, new, &new_root, &proof).is_err());
    }
}
