//! Signed checkpoints, and notes that must not be believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use event_store::header::Hash;
use event_store::merkle::{CompactRange, empty_root, leaf_hash};
use event_store::note::{Checkpoint, Signer};
use serde::Serialize;

use super::{bytes, hex};

#[derive(Serialize)]
pub struct Vectors {
    secret_hex: String,
    public_hex: String,
    verifier_key: String,
    valid: Vec<Valid>,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Valid {
    name: &'static str,
    origin: String,
    size: u64,
    root_hex: String,
    note: String,
}

#[derive(Serialize)]
struct Refused {
    name: &'static str,
    error: String,
    note: String,
}

const ORIGIN: &str = "goldthread.example/county/record";
const WITNESS: &str = "— witness.example/north AQIDBAU=\n";

fn checkpoint(size: u64) -> Checkpoint {
    let range: CompactRange = (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect();
    Checkpoint { origin: ORIGIN.to_owned(), size, root: range.root() }
}

pub fn vectors() -> Vectors {
    let secret: Hash = bytes(0x01);
    let signer = Signer::new(ORIGIN, &secret).unwrap();
    let key = signer.verifier();
    let note = |size| signer.sign_first(&checkpoint(size)).unwrap();

    let valid = |name, note: String| {
        let Checkpoint { origin, size, root } = key.verify(&note).unwrap();
        Valid { name, origin, size, root_hex: hex(root), note }
    };
    let refused =
        |name, note: String| Refused { name, error: key.verify(&note).unwrap_err().to_string(), note };

    let five = note(5);
    let (text, line) = five.split_once("\n\n").unwrap();
    let root = text.rsplit_once('\n').unwrap().1;
    let by_another = Signer::new(ORIGIN, &bytes(0x02)).unwrap().sign_first(&checkpoint(5)).unwrap();
    let other_line = by_another.split_once("\n\n").unwrap().1;
    // Signed as they stand, so that only their form can be what is wrong with them.
    let signed_anyway = |text: String| {
        let id = STANDARD.decode(line.rsplit_once(' ').unwrap().1.trim_end()).unwrap();
        let signature = SigningKey::from_bytes(&secret).sign(text.as_bytes()).to_bytes();
        let encoded = STANDARD.encode([&id[..4], &signature].concat());
        format!("{text}\n— {ORIGIN} {encoded}\n")
    };
    let text_of = |size: &str, root: &str| format!("{ORIGIN}\n{size}\n{root}\n");
    assert_eq!(signed_anyway(checkpoint(5).to_text()), five);
    let another_log = checkpoint(5).to_text().replacen("/record", "/access", 1);
    assert_eq!(checkpoint(0).root, empty_root());
    Vectors {
        secret_hex: hex(secret),
        public_hex: hex(key.public_key()),
        verifier_key: key.to_string(),
        valid: vec![
            valid("an empty log", note(0)),
            valid("five events", five.clone()),
            valid("with an unknown witness after", format!("{five}{WITNESS}")),
            valid("with an unknown witness before", format!("{text}\n\n{WITNESS}{line}")),
            valid("with an unknown key of the same name", format!("{five}{other_line}")),
        ],
        refused: vec![
            refused("another size", five.replacen("\n5\n", "\n6\n", 1)),
            refused("a size with a leading zero", signed_anyway(text_of("05", root))),
            refused("a size with a sign", signed_anyway(text_of("+5", root))),
            refused("a size of 2 to the 64", signed_anyway(text_of("18446744073709551616", root))),
            refused("a root without padding", signed_anyway(text_of("5", root.trim_end_matches('=')))),
            refused("a root of 3 bytes", signed_anyway(text_of("5", "AAAA"))),
            refused("another root", five.replacen(root, note(6).split('\n').nth(2).unwrap(), 1)),
            refused("an extension line", signed_anyway(format!("{text}\nmore\n"))),
            refused("signed by another key only", by_another.clone()),
            refused("of another log", signed_anyway(another_log)),
            refused("not signed", format!("{text}\n")),
            refused("no empty line", format!("{text}\n{line}")),
            refused("no newline at the end", five.trim_end().to_owned()),
            refused("a carriage return", five.replacen('\n', "\r\n", 1)),
            refused("a hyphen for the dash", five.replacen('—', "-", 1)),
            refused("a malformed line by another", format!("{five}— witness.example/north AQIDBAU\n")),
            refused("a line with no signature in it", format!("{five}— witness.example/north AQIDBA==\n")),
        ],
    }
}
