//! Sealed parts, their column, and wrapped keys.

use bytes::Bytes;
use event_store::Part;
use event_store::header::part_hash;
use event_store::keys::{MasterKey, Purpose};
use event_store::seal::{DataKey, decode_parts, encode_parts, open, seal};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{bytes, hex};

#[derive(Serialize)]
pub struct Vectors {
    parts: Vec<Sealed>,
    refused: Vec<Sealed>,
    columns: Vec<Column>,
    refused_columns: Vec<RefusedColumn>,
    wrapped: Vec<Wrapped>,
}

#[derive(Serialize)]
struct Sealed {
    name: &'static str,
    origin: String,
    event_id: Uuid,
    number: u16,
    key_id: Uuid,
    key_hex: String,
    nonce_hex: String,
    /// Absent when the part does not open.
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<String>,
    ciphertext_hex: String,
    part_hash_hex: String,
}

#[derive(Serialize)]
struct Column {
    name: &'static str,
    parts: Vec<Framed>,
    column_hex: String,
}

#[derive(Serialize)]
struct Framed {
    number: u16,
    key_id: Uuid,
    nonce_hex: String,
    ciphertext_hex: String,
}

#[derive(Serialize)]
struct RefusedColumn {
    name: &'static str,
    error: String,
    column_hex: String,
}

#[derive(Serialize)]
struct Wrapped {
    purpose: &'static str,
    epoch: u32,
    master_hex: String,
    id_or_name: String,
    nonce_hex: String,
    secret_hex: String,
    wrapped_hex: String,
}

const ORIGIN: &str = "goldthread.example/county/record";

fn uuid(n: u8) -> Uuid {
    uuid::Builder::from_random_bytes(bytes(n)).into_uuid()
}

fn key() -> DataKey {
    DataKey::new(uuid(0x90), Zeroizing::new(bytes(0x01)))
}

/// The part as given with a place in an event; it is opened to find out whether it is right.
fn vector(name: &'static str, origin: &str, event_id: Uuid, part: &Part) -> Sealed {
    let opened = open(origin, event_id, part, &DataKey::new(part.key, Zeroizing::new(bytes(0x01)))).ok();
    Sealed {
        name,
        origin: origin.to_owned(),
        event_id,
        number: part.number,
        key_id: part.key,
        key_hex: hex(bytes::<32>(0x01)),
        nonce_hex: hex(part.nonce),
        plaintext: opened.map(|text| String::from_utf8(text.to_vec()).unwrap()),
        ciphertext_hex: hex(&part.ciphertext),
        part_hash_hex: hex(part_hash(part)),
    }
}

fn column(name: &'static str, parts: &[Part]) -> Column {
    let column = encode_parts(parts);
    assert_eq!(decode_parts(column.clone()).unwrap(), parts);
    let framed = |part: &Part| Framed {
        number: part.number,
        key_id: part.key,
        nonce_hex: hex(part.nonce),
        ciphertext_hex: hex(&part.ciphertext),
    };
    Column { name, parts: parts.iter().map(framed).collect(), column_hex: hex(column) }
}

fn refused_column(name: &'static str, column: Vec<u8>) -> RefusedColumn {
    let error = decode_parts(Bytes::from(column.clone())).unwrap_err().to_string();
    RefusedColumn { name, error, column_hex: hex(column) }
}

fn wrapped(purpose: Purpose<'_>) -> Wrapped {
    let (master, nonce) = (MasterKey::new(3, Zeroizing::new(bytes(0x41))), bytes(0xb0));
    let secret = match purpose {
        Purpose::Check => [0; 32],
        Purpose::DataKey(_) | Purpose::Secret(_) => bytes(0x61),
    };
    let wrapped = master.wrap_with(purpose, nonce, &secret).unwrap();
    assert!(*master.unwrap(purpose, &wrapped).unwrap() == secret);
    let (name, id_or_name) = match purpose {
        Purpose::DataKey(id) => ("data key", id.to_string()),
        Purpose::Secret(name) => ("secret", name.to_owned()),
        Purpose::Check => ("check", String::new()),
    };
    Wrapped {
        purpose: name,
        epoch: master.epoch,
        master_hex: hex(bytes::<32>(0x41)),
        id_or_name,
        nonce_hex: hex(nonce),
        secret_hex: hex(secret),
        wrapped_hex: hex(wrapped),
    }
}

pub fn vectors() -> Vectors {
    let event = uuid(0x10);
    let one = seal(ORIGIN, event, 1, &key(), bytes(0xa0), r#""Zebedee Quill told his teacher.""#.as_bytes())
        .unwrap();
    let two = seal(ORIGIN, event, 2, &key(), bytes(0xb0), r#"{"name":"Siân"}"#.as_bytes()).unwrap();
    let empty = seal("", event, u16::MAX, &key(), [0; 12], b"").unwrap();

    let mut flipped = one.ciphertext.to_vec();
    flipped[0] ^= 1;
    let short = one.ciphertext.slice(..one.ciphertext.len() - 1);
    let both = encode_parts(&[one.clone(), two.clone()]);
    let refused = vec![
        vector("another log", "goldthread.example/county/access", event, &one),
        vector("another event", ORIGIN, uuid(0x11), &one),
        vector("another number", ORIGIN, event, &Part { number: 2, ..one.clone() }),
        vector("another key id", ORIGIN, event, &Part { key: uuid(0x91), ..one.clone() }),
        vector("another nonce", ORIGIN, event, &Part { nonce: bytes(0xa1), ..one.clone() }),
        vector("one bit changed", ORIGIN, event, &Part { ciphertext: flipped.into(), ..one.clone() }),
        vector("one byte short", ORIGIN, event, &Part { ciphertext: short, ..one.clone() }),
        vector("nothing, not even a tag", ORIGIN, event, &Part { ciphertext: Bytes::new(), ..one.clone() }),
    ];
    assert!(refused.iter().all(|vector| vector.plaintext.is_none()));
    Vectors {
        parts: vec![
            vector("a narrative", ORIGIN, event, &one),
            vector("a name", ORIGIN, event, &two),
            vector("nothing, in the last place of a log without a name", "", event, &empty),
        ],
        refused,
        columns: vec![
            column("no parts", &[]),
            column("one part", std::slice::from_ref(&two)),
            column("two parts", &[one, two]),
        ],
        refused_columns: vec![
            refused_column("empty", Vec::new()),
            refused_column("a count without parts", vec![0, 1]),
            refused_column("one byte short", both[..both.len() - 1].to_vec()),
            refused_column("one byte more", [both.as_ref(), &[0]].concat()),
            refused_column("a length beyond the end", {
                let mut bad = both.to_vec();
                bad[32] = 0xff;
                bad
            }),
        ],
        wrapped: vec![
            wrapped(Purpose::DataKey(uuid(0x90))),
            wrapped(Purpose::Secret("node signing key")),
            wrapped(Purpose::Check),
        ],
    }
}
