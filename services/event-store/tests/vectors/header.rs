//! Canonical headers, and bytes that are none.

use bytes::Bytes;
use event_store::header::{BodyHashes, Header, encode};
use event_store::merkle::leaf_hash;
use event_store::{Context, Draft, Part, StreamId};
use serde::Serialize;
use uuid::Uuid;

use super::{bytes, hex};

#[derive(Serialize)]
pub struct Vectors {
    valid: Vec<Valid>,
    refused: Vec<Refused>,
}

/// Everything that goes in, and the two things that come out: header and leaf.
#[derive(Serialize)]
struct Valid {
    name: &'static str,
    origin: String,
    event_id: Uuid,
    category: String,
    stream_id: Uuid,
    version: u64,
    r#type: String,
    schema_version: u16,
    recorded_at_us: i64,
    occurred: String,
    actor: Uuid,
    agency: Uuid,
    purpose: String,
    lawful_basis: String,
    correlation: Uuid,
    causation: Uuid,
    trace_hex: Option<String>,
    meta: String,
    salt_hex: String,
    facts: String,
    parts: Vec<PartVector>,
    header_hex: String,
    leaf_hex: String,
}

#[derive(Serialize)]
struct PartVector {
    number: u16,
    key_id: Uuid,
    nonce_hex: String,
    ciphertext_hex: String,
}

#[derive(Serialize)]
struct Refused {
    name: &'static str,
    error: String,
    header_hex: String,
}

/// An event before it is a header.
pub struct Event {
    origin: &'static str,
    stream: StreamId,
    version: u64,
    recorded_at_us: i64,
    context: Context,
    draft: Draft,
    salt: [u8; 16],
}

impl Event {
    pub fn header(&self) -> Vec<u8> {
        let Self { origin, stream, version, recorded_at_us, context, draft, salt } = self;
        let mut out = Vec::new();
        let hashes = BodyHashes::of(draft, *salt);
        encode(&mut out, origin, stream, *version, *recorded_at_us, context, draft, &hashes);
        out
    }
}

fn uuid(n: u8) -> Uuid {
    uuid::Builder::from_random_bytes(bytes(n)).into_uuid()
}

fn part(number: u16, ciphertext: &'static [u8]) -> Part {
    Part { number, key: uuid(0x90), nonce: bytes(0xa0), ciphertext: Bytes::from_static(ciphertext) }
}

pub fn events() -> Vec<(&'static str, Event)> {
    let context = Context {
        actor: uuid(0x30),
        agency: uuid(0x40),
        purpose: "safeguarding".to_owned(),
        lawful_basis: "children-act-1989-s47".to_owned(),
        correlation: uuid(0x50),
        causation: uuid(0x60),
        trace: None,
    };
    let draft = Draft {
        event_id: uuid(0x10),
        kind: "ContactRecorded".to_owned(),
        schema_version: 1,
        occurred: "2026-03-01T10:15:00Z".to_owned(),
        meta: Bytes::from_static(b"{}"),
        facts: Bytes::from_static(br#"{"age_years":7,"narrative":{"part":1}}"#),
        parts: vec![part(1, b"not a real ciphertext"), part(2, b"")],
    };
    let plain = |context: &Context, draft: &Draft| Event {
        origin: "goldthread.example/county/record",
        stream: StreamId { category: "contact".to_owned(), id: uuid(0x20) },
        version: 1,
        recorded_at_us: 1_772_360_100_000_001,
        context: context.clone(),
        draft: draft.clone(),
        salt: bytes(0x70),
    };
    let traced = Context { trace: Some(bytes(0xc0)), ..context.clone() };
    let bare = Draft {
        kind: String::new(),
        occurred: String::new(),
        meta: Bytes::new(),
        facts: Bytes::new(),
        parts: Vec::new(),
        ..draft.clone()
    };
    let silent = Context { purpose: String::new(), lawful_basis: String::new(), ..context.clone() };
    let month = Draft { occurred: "2026-03".to_owned(), schema_version: u16::MAX, ..draft.clone() };
    vec![
        ("two parts, no trace", plain(&context, &draft)),
        ("traced", plain(&traced, &draft)),
        ("as little as there can be", plain(&silent, &bare)),
        (
            "extremes, and an origin that is not ASCII",
            Event {
                origin: "gwasanaeth.example/sir-fôn/record",
                version: u64::MAX,
                recorded_at_us: -1,
                ..plain(&context, &month)
            },
        ),
    ]
}

fn valid((name, event): (&'static str, Event)) -> Valid {
    let header = event.header();
    let parsed = Header::parse(header.clone().into()).unwrap();
    assert_eq!(parsed.bytes().as_ref(), header);
    let Event { origin, stream, version, recorded_at_us, context, draft, salt } = event;
    Valid {
        name,
        origin: origin.to_owned(),
        event_id: draft.event_id,
        category: stream.category,
        stream_id: stream.id,
        version,
        r#type: draft.kind,
        schema_version: draft.schema_version,
        recorded_at_us,
        occurred: draft.occurred,
        actor: context.actor,
        agency: context.agency,
        purpose: context.purpose,
        lawful_basis: context.lawful_basis,
        correlation: context.correlation,
        causation: context.causation,
        trace_hex: context.trace.map(hex),
        meta: String::from_utf8(draft.meta.to_vec()).unwrap(),
        salt_hex: hex(salt),
        facts: String::from_utf8(draft.facts.to_vec()).unwrap(),
        parts: draft
            .parts
            .iter()
            .map(|part| PartVector {
                number: part.number,
                key_id: part.key,
                nonce_hex: hex(part.nonce),
                ciphertext_hex: hex(&part.ciphertext),
            })
            .collect(),
        leaf_hex: hex(leaf_hash(&header)),
        header_hex: hex(header),
    }
}

fn refused(name: &'static str, header: Vec<u8>) -> Refused {
    let error = Header::parse(header.clone().into()).unwrap_err().to_string();
    Refused { name, error, header_hex: hex(header) }
}

pub fn vectors() -> Vectors {
    let good = events().remove(0).1.header();
    let changed = |at: usize, byte: u8| {
        let mut bad = good.clone();
        bad[at] = byte;
        bad
    };
    let trace_at = good.len() - (2 * 50 + 2 + 64) - 1;
    let mut no_end_of_time = good.clone();
    let recorded_at = good.windows(8).position(|w| w == 1_772_360_100_000_001i64.to_be_bytes()).unwrap();
    no_end_of_time[recorded_at..recorded_at + 8].copy_from_slice(&i64::MAX.to_be_bytes());
    Vectors {
        refused: vec![
            refused("empty", Vec::new()),
            refused("format 2", changed(3, 2)),
            refused("one byte short", good[..good.len() - 1].to_vec()),
            refused("one byte more", [good.as_slice(), &[0]].concat()),
            refused("an origin that is not UTF-8", changed(6, 0xff)),
            refused("a length beyond the end", changed(4, 0xff)),
            refused("a trace flag of 2", changed(trace_at, 2)),
            refused("a trace flag without a trace", changed(trace_at, 1)),
            refused("a time beyond all calendars", no_end_of_time),
        ],
        valid: events().into_iter().map(valid).collect(),
    }
}
