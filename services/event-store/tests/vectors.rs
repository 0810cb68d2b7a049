//! The test vectors in `schemas/vectors`: made here, written with `BLESS=1`, compared byte for byte otherwise.
//!
//! Plain structs rather than JSON values, so that the order of fields depends on nothing else in the build.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own ground may give way loudly")]

#[path = "vectors/header.rs"]
mod header;
#[path = "vectors/note.rs"]
mod note;
#[path = "vectors/part.rs"]
mod part;
#[path = "vectors/tree.rs"]
mod tree;

use std::path::Path;

use serde::Serialize;

fn text(vectors: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(vectors).unwrap();
    text.push('\n');
    text
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `count` bytes that count up from `first`.
fn bytes<const N: usize>(first: u8) -> [u8; N] {
    let mut next = first.wrapping_sub(1);
    [0; N].map(|_: u8| {
        next = next.wrapping_add(1);
        next
    })
}

#[test]
fn vectors_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/vectors");
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let files = [
        ("header.json", text(&header::vectors())),
        ("leaf.json", text(&tree::leaf_vectors())),
        ("part.json", text(&part::vectors())),
        ("note.json", text(&note::vectors())),
        ("proofs.json", text(&tree::proof_vectors())),
    ];
    for (name, made) in files {
        let path = folder.join(name);
        if bless {
            std::fs::write(&path, made).unwrap();
        } else {
            let kept = std::fs::read_to_string(&path).unwrap();
            assert!(
                kept == made,
                "schemas/vectors/{name} is not what this program makes: a format has changed"
            );
        }
    }
}
