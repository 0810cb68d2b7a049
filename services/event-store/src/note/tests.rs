use super::*;
use crate::merkle::{CompactRange, PerfectNodes, consistency_proof, leaf_hash};

const ORIGIN: &str = "goldthread.example/county/record";

fn signer() -> Signer {
    Signer::new(ORIGIN, &[7; 32]).unwrap()
}

fn tree(size: u64) -> PerfectNodes {
    let mut tree = PerfectNodes::new();
    (0..size).for_each(|i| tree.push(leaf_hash(&i.to_be_bytes())));
    tree
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: tree(size).range().root() }
}

#[test]
fn a_signed_checkpoint_is_read_back_with_the_verifier_key_alone() {
    let key: VerifierKey = signer().verifier().to_string().parse().unwrap();
    for size in [0, 1, 7, 300] {
        let note = signer().sign_first(&checkpoint(size)).unwrap();
        assert_eq!(key.verify(&note), Ok(checkpoint(size)));
    }
}

#[test]
fn a_key_id_is_the_one_other_tools_compute() {
    // The public key of the Go checksum database.
    let known = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    assert_eq!(known.parse::<VerifierKey>().unwrap().to_string(), known);
}

#[test]
fn a_verifier_key_has_one_form_only() {
    let right = signer().verifier().to_string();
    let (name, rest) = right.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let upper = format!("{name}+{}+{key}", id.to_uppercase());
    let other_name = format!("{name}x+{id}+{key}");
    let short = format!("{name}+{id}+{}", &key[..40]);
    let other_type = format!("{name}+{id}+{}", key.replacen('A', "B", 1));
    for wrong in [upper.as_str(), &other_name, &short, &other_type, "", "a", "a+b", "a+b+", &right[1..]] {
        assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
    }
}

#[test]
fn a_signer_has_a_name_that_fits_on_a_signature_line() {
    for name in ["", "two words", "a+b", "a\nb", "a\u{a0}b", "a\u{7f}b"] {
        assert_eq!(Signer::new(name, &[7; 32]).unwrap_err(), NoteError::Name);
    }
}

#[test]
fn one_changed_character_anywhere_is_noticed() {
    let signer = signer();
    let note = signer.sign_first(&checkpoint(5)).unwrap();
    for (at, old) in note.char_indices() {
        for new in ['A', '0', '\n', ' ', '—'] {
            if new != old {
                let rest = &note[at + old.len_utf8()..];
                let bad = format!("{}{new}{rest}", &note[..at]);
                assert!(signer.verifier().verify(&bad).is_err(), "{bad}");
            }
        }
    }
    for end in (0..note.len()).filter(|end| note.is_char_boundary(*end)) {
        assert!(signer.verifier().verify(&note[..end]).is_err());
    }
}

#[test]
fn unknown_signatures_are_passed_over_and_malformed_ones_refused() {
    let signer = signer();
    let note = signer.sign_first(&checkpoint(5)).unwrap();
    let verify = |line: &str| signer.verifier().verify(&format!("{note}{line}"));

    let witness = format!("— witness.example/north {}\n", BASE64.encode([1, 2, 3, 4, 5]));
    assert_eq!(verify(&witness), Ok(checkpoint(5)));
    let same_name_other_key = format!("— {ORIGIN} {}\n", BASE64.encode([9; 68]));
    assert_eq!(verify(&same_name_other_key), Ok(checkpoint(5)));
    let (head, own) = note.rsplit_once("— ").unwrap();
    assert_eq!(signer.verifier().verify(&format!("{head}{witness}— {own}")), Ok(checkpoint(5)));
    assert_eq!(verify(&witness.repeat(99)), Ok(checkpoint(5)));
    assert_eq!(verify(&witness.repeat(100)), Err(NoteError::TooManySignatures));

    for bad in [
        "— witness.example/north\n",
        "— w AAAAAA==\n",
        "- w AAAAAAA=\n",
        "— w AAAAAAA\n",
        "— a+b AAAAAAA=\n",
        "x",
    ] {
        assert!(verify(bad).is_err(), "{bad}");
    }
    assert_eq!(verify("— w AAAAAAA\n"), Err(NoteError::SignatureLine(2)));
    assert_eq!(verify("— w\tAAAAAAA=\n"), Err(NoteError::Control));
}

#[test]
fn a_note_by_others_is_not_ours() {
    let signer = signer();
    let theirs = Signer::new(ORIGIN, &[8; 32]).unwrap().sign_first(&checkpoint(5)).unwrap();
    assert_eq!(signer.verifier().verify(&theirs), Err(NoteError::Unsigned(ORIGIN.to_owned())));
    let note = signer.sign_first(&checkpoint(5)).unwrap();
    let own = note.rsplit_once("\n\n").unwrap().1;
    let moved = format!("{}\n{own}", checkpoint(6).to_text());
    assert_eq!(signer.verifier().verify(&moved), Err(NoteError::Forged(ORIGIN.to_owned())));
}

#[test]
fn a_checkpoint_has_one_text_only() {
    let text = checkpoint(5).to_text();
    assert_eq!(text.parse(), Ok(checkpoint(5)));
    let root = BASE64.encode(checkpoint(5).root);
    let unpadded = root.trim_end_matches('=');
    let wrong = [
        (format!("{ORIGIN}\n05\n{root}\n"), "size"),
        (format!("{ORIGIN}\n+5\n{root}\n"), "size"),
        (format!("{ORIGIN}\n\n{root}\n"), "size"),
        (format!("{ORIGIN}\n18446744073709551616\n{root}\n"), "size"),
        (format!("\n5\n{root}\n"), "origin"),
        (format!("{ORIGIN}\n5\n{unpadded}\n"), "root"),
        (format!("{ORIGIN}\n5\nAAAA\n"), "root"),
        (format!("{ORIGIN}\n5\n{root}"), "end"),
        (format!("{ORIGIN}\n5\n{root}\nmore\n"), "end"),
        (format!("{ORIGIN}\n5\n{root}\n\n"), "end"),
    ];
    for (text, field) in wrong {
        assert_eq!(text.parse::<Checkpoint>(), Err(NoteError::Malformed(field)), "{text}");
    }
}

#[test]
fn a_log_never_signs_what_contradicts_its_last_checkpoint() {
    let (signer, nodes) = (signer(), tree(9));
    let proof = consistency_proof(5, 9, |node| nodes.get(node)).unwrap();
    let note = signer.sign_next(&checkpoint(9), &checkpoint(5), &proof).unwrap();
    assert_eq!(signer.verifier().verify(&note), Ok(checkpoint(9)));

    let refused = |new: &Checkpoint, last: &Checkpoint, proof: &[Hash]| {
        matches!(signer.sign_next(new, last, proof), Err(NoteError::Inconsistent(_)))
    };
    let rewritten: CompactRange = (0..9u64).map(|i| leaf_hash(&(i + 1).to_be_bytes())).collect();
    let rewritten = Checkpoint { root: rewritten.root(), ..checkpoint(9) };
    assert!(refused(&rewritten, &checkpoint(5), &proof), "other history");
    assert!(refused(&rewritten, &checkpoint(9), &[]), "same size, other root");
    assert!(refused(&checkpoint(5), &checkpoint(9), &[]), "a cut tail");
    assert!(refused(&checkpoint(9), &checkpoint(5), &proof[1..]), "half a proof");
}

#[test]
fn a_log_signs_nothing_for_another_log() {
    let other = Checkpoint { origin: "goldthread.example/county/access".to_owned(), ..checkpoint(5) };
    let refused = NoteError::Origin { checkpoint: other.origin.clone(), key: ORIGIN.to_owned() };
    assert_eq!(signer().sign_first(&other), Err(refused.clone()));
    assert_eq!(signer().sign_next(&checkpoint(5), &other, &[]), Err(refused.clone()));
    assert_eq!(signer().sign_next(&other, &checkpoint(5), &[]), Err(refused));
}
