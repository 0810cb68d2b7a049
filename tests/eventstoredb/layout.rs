//! How an event lies on the server, byte for byte: see `event_store::eventstoredb::layout`.

use bytes::Bytes;
use event_store::eventstoredb::layout::{Place, decode, encode};
use event_store::header::{self, BodyHashes};
use event_store::{Context, Draft, Part, Position, StreamId};
use uuid::Uuid;

fn written() -> (StreamId, Draft, Bytes, Vec<u8>) {
    let stream = StreamId { category: "contact".to_owned(), id: Uuid::from_u128(7) };
    let draft = Draft {
        event_id: Uuid::from_u128(8),
        kind: "contact.recorded".to_owned(),
        schema_version: 1,
        occurred: "2026-03".to_owned(),
        meta: Bytes::from_static(b"{}"),
        facts: Bytes::from_static(b"{\"n\": 1}"),
        parts: vec![Part {
            number: 1,
            key: Uuid::from_u128(9),
            nonce: [1; 12],
            ciphertext: Bytes::from_static(b"\x00\xffsealed"),
        }],
    };
    let context = Context {
        actor: Uuid::from_u128(1),
        agency: Uuid::from_u128(2),
        purpose: "p".to_owned(),
        lawful_basis: "l".to_owned(),
        correlation: Uuid::from_u128(3),
        causation: Uuid::from_u128(4),
        trace: None,
    };
    let hashes = BodyHashes::of(&draft, [5; 16]);
    let mut header = Vec::new();
    header::encode(&mut header, "goldthread.example/t", &stream, 3, 1_000_000, &context, &draft, &hashes);
    let metadata = encode(&header, &hashes.salt, &draft);
    (stream, draft, metadata, header)
}

fn place<'a>(name: &'a str, draft: &'a Draft) -> Place<'a> {
    Place {
        position: Position::from_raw(1),
        stream_name: name,
        revision: 2,
        event_id: draft.event_id,
        event_type: &draft.kind,
    }
}

#[test]
fn the_layout_is_frozen() {
    let (_, _, metadata, header) = written();
    let mut expected = b"gtE1".to_vec();
    expected.extend([5; 16]);
    expected.extend(u32::try_from(header.len()).unwrap().to_be_bytes());
    expected.extend(&header);
    expected.extend([0, 0, 0, 2, b'{', b'}']);
    expected.extend([0, 1, 0, 1]);
    expected.extend([0; 15]);
    expected.push(9);
    expected.extend([1; 12]);
    expected.extend([0, 0, 0, 8]);
    expected.extend(b"\x00\xffsealed");
    assert_eq!(metadata, expected);
}

#[test]
fn an_event_comes_back_whole() {
    let (stream, draft, metadata, header) = written();
    let name = format!("record.{stream}");
    let event = decode(place(&name, &draft), "record", metadata, draft.facts.clone()).unwrap();
    assert_eq!(event.header.bytes(), &header);
    assert_eq!((event.meta, event.facts, event.parts), (draft.meta, draft.facts, draft.parts));
    assert_eq!(event.salt, [5; 16]);
}

#[test]
fn metadata_cut_short_anywhere_are_refused() {
    let (stream, draft, metadata, _) = written();
    let name = format!("record.{stream}");
    for length in 0..metadata.len() {
        let cut = metadata.slice(..length);
        assert!(decode(place(&name, &draft), "record", cut, draft.facts.clone()).is_err(), "{length} bytes");
    }
}

#[test]
fn an_event_filed_in_another_place_is_refused() {
    let (stream, draft, metadata, _) = written();
    let name = format!("record.{stream}");
    let good = place(&name, &draft);
    for bad in [
        Place { stream_name: "record.contact-other", ..good },
        Place { revision: 3, ..good },
        Place { event_id: Uuid::nil(), ..good },
        Place { event_type: "contact.closed", ..good },
    ] {
        assert!(decode(bad, "record", metadata.clone(), draft.facts.clone()).is_err(), "{bad:?}");
    }
}
