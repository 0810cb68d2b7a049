//! Our proofs and checkpoints, as programs that others wrote judge them: the crates `ct-merkle` (RFC 6962) and
//! `signed_note` (C2SP). What we forge they refuse; so do we.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use event_store::merkle::{leaf_hash, verify_consistency, verify_inclusion};
use event_store::{EventStore as _, Position};
use serde_json::Value;
use sha2::Sha256;
use signed_note::{Note, StandardVerifier, VerifierList};
use system_tests::http::Caller;

use crate::Api;

/// Past a power of two, so that trees of this size and below have every shape of right edge.
const EVENTS: usize = 21;

type Hash = [u8; 32];

/// Somebody who may have proofs, the log's leaves, and the root of each of its sizes by the other program.
struct Log {
    api: Api,
    auditor: Caller,
    leaves: Vec<Vec<u8>>,
    roots: Vec<RootHash<Sha256>>,
}

impl Log {
    async fn written() -> Self {
        let api = Api::start().await;
        let door = api.front_door();
        let auditor = api.test.somebody(
            domain::access::Role::Auditor,
            domain::agency::AgencyKind::LocalAuthority,
            system_tests::app::COUNCIL,
        );
        let auditor = api.served.caller(&auditor, "audit");
        let mut leaves = Vec::new();
        while leaves.len() < EVENTS {
            api.child(&door, "Example").await;
            let events = api.test.app.record.read_all(Position::START, 100).await.unwrap();
            leaves = events.iter().map(|event| event.header.bytes().to_vec()).collect();
        }
        let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut roots = vec![tree.root()];
        for leaf in &leaves {
            tree.push(leaf.clone());
            roots.push(tree.root());
        }
        Self { api, auditor, leaves, roots }
    }

    fn size(&self) -> usize {
        self.leaves.len()
    }

    fn root(&self, size: usize) -> Hash {
        self.roots[size].as_bytes().as_slice().try_into().unwrap()
    }

    async fn proof(&self, path: &str) -> Vec<Hash> {
        let answer = self.auditor.get(&format!("/api/v1/log/record/proof/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let hash = |hash: &Value| BASE64.decode(hash.as_str().unwrap()).unwrap().try_into().unwrap();
        answer.json()["hashes"].as_array().unwrap().iter().map(hash).collect()
    }

    /// Whether the other program and ours take a leaf to be at an index of the tree of a size. They must agree.
    fn is_in(&self, leaf: &[u8], index: usize, size: usize, proof: &[Hash]) -> bool {
        let theirs = InclusionProof::<Sha256>::try_from_bytes(proof.concat());
        let theirs =
            theirs.is_ok_and(|proof| self.roots[size].verify_inclusion(&leaf, number(index), &proof).is_ok());
        let ours = verify_inclusion(&leaf_hash(leaf), number(index), number(size), proof, &self.root(size));
        assert_eq!(theirs, ours.is_ok(), "leaf {index} of {size}: {ours:?}");
        theirs
    }

    /// The same for a tree that grew out of an older one.
    fn grew(&self, (old, from): (&RootHash<Sha256>, usize), size: usize, proof: &[Hash]) -> bool {
        let theirs = ConsistencyProof::<Sha256>::try_from_bytes(proof.concat());
        let theirs = theirs.is_ok_and(|proof| self.roots[size].verify_consistency(old, &proof).is_ok());
        let root = old.as_bytes().as_slice().try_into().unwrap();
        let ours = verify_consistency(number(from), &root, number(size), &self.root(size), proof);
        assert_eq!(theirs, ours.is_ok(), "{from} to {size}: {ours:?}");
        theirs
    }
}

fn number(size: usize) -> u64 {
    u64::try_from(size).unwrap()
}

/// One bit of one hash changed; two neighbours that differ swapped; the last left out; one too many.
fn forgeries(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut forged = vec![[proof, &[[7; 32]]].concat()];
    for place in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[place][17] ^= 1;
        forged.push(changed);
        if place > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(place - 1, place);
            forged.push(swapped);
        }
    }
    forged.extend(proof.split_last().map(|(_, rest)| rest.to_vec()));
    forged
}

#[tokio::test(flavor = "multi_thread")]
async fn another_s_program_takes_every_proof_that_an_event_is_in_the_log_and_no_forged_one() {
    let log = Log::written().await;
    for size in 1..=log.size() {
        for index in 0..size {
            let proof = log.proof(&format!("inclusion?position={}&size={size}", index + 1)).await;
            assert!(log.is_in(&log.leaves[index], index, size, &proof), "{index} of {size}");
            let mut changed = log.leaves[index].clone();
            changed[40] ^= 1;
            assert!(!log.is_in(&changed, index, size, &proof), "a changed event: {index} of {size}");
            for other in (0..size).filter(|other| *other != index) {
                assert!(!log.is_in(&log.leaves[index], other, size, &proof), "{index} as {other} of {size}");
            }
            for forged in forgeries(&proof) {
                assert!(!log.is_in(&log.leaves[index], index, size, &forged), "{index} of {size}");
            }
            if index + 1 < size {
                assert!(
                    !log.is_in(&log.leaves[index], index, size - 1, &proof),
                    "{index} of {size} as of one less"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_s_program_takes_every_proof_that_the_log_only_grew_and_no_forged_one() {
    let log = Log::written().await;
    for size in 1..=log.size() {
        for from in 1..=size {
            let proof = log.proof(&format!("consistency?from={from}&to={size}")).await;
            let old = &log.roots[from];
            assert!(log.grew((old, from), size, &proof), "{from} to {size}");
            let mut root = log.root(from);
            root[3] ^= 1;
            let another = RootHash::new(root.into(), number(from));
            assert!(!log.grew((&another, from), size, &proof), "another past: {from} to {size}");
            for forged in forgeries(&proof) {
                assert!(!log.grew((old, from), size, &forged), "{from} to {size}");
            }
            if from > 1 {
                let earlier = RootHash::new(*old.as_bytes(), number(from - 1));
                assert!(!log.grew((&earlier, from - 1), size, &proof), "{from} as {} to {size}", from - 1);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_s_program_reads_the_signed_checkpoint_and_refuses_a_changed_one() {
    let log = Log::written().await;
    for name in ["record", "access"] {
        let key = log.auditor.get(&format!("/api/v1/log/{name}/key")).await.text();
        let note = log.auditor.get(&format!("/api/v1/log/{name}/checkpoint")).await.text();
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(key.trim()).unwrap())]);
        let is_signed = |note: &str| {
            let note = Note::from_bytes(note.as_bytes()).ok();
            note.is_some_and(|note| note.verify(&known).is_ok_and(|(known, _)| known.len() == 1))
        };
        assert!(is_signed(&note), "{note}");
        let mut lines = note.lines();
        let (origin, size) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(origin.ends_with(name), "{note}");
        if name == "record" {
            assert_eq!(size, log.size().to_string());
            assert_eq!(
                lines.next().unwrap(),
                BASE64.encode(log.root(log.size())),
                "the root the other program has"
            );
        }
        let other_size = note.replacen(size, "1", 1);
        assert!(other_size != note && !is_signed(&other_size));
        let other_origin = note.replacen(origin, "goldthread.example/another", 1);
        assert!(!is_signed(&other_origin));
        let (text, signature) = note.rsplit_once(' ').unwrap();
        let mut bytes = BASE64.decode(signature.trim()).unwrap();
        bytes[20] ^= 1;
        assert!(!is_signed(&format!("{text} {}\n", BASE64.encode(bytes))));
    }
    log.api.served.stop().await;
}
