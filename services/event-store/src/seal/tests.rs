use bytes::Bytes;
use proptest::prelude::*;

use super::*;

const ORIGIN: &str = "goldthread.example/county/record";
const EVENT: Uuid = Uuid::from_u128(0xe0);

fn key(n: u8) -> DataKey {
    DataKey::new(Uuid::from_u128(u128::from(n)), Zeroizing::new([n; 32]))
}

fn sealed() -> Part {
    seal(ORIGIN, EVENT, 1, &key(1), [9; 12], b"\"Zebedee Quill\"").unwrap()
}

#[test]
fn a_part_opens_in_its_own_place_with_its_own_key() {
    assert_eq!(open(ORIGIN, EVENT, &sealed(), &key(1)).unwrap().as_slice(), b"\"Zebedee Quill\"");
    let empty = seal(ORIGIN, EVENT, 2, &key(1), [9; 12], b"").unwrap();
    assert!(open(ORIGIN, EVENT, &empty, &key(1)).unwrap().is_empty());
}

#[test]
fn a_part_moved_to_another_place_does_not_open() {
    let part = sealed();
    let changed = Err(SealError::Changed(1));
    assert_eq!(open("goldthread.example/county/access", EVENT, &part, &key(1)), changed);
    assert_eq!(open(ORIGIN, Uuid::from_u128(0xe1), &part, &key(1)), changed);
    let renumbered = Part { number: 2, ..part.clone() };
    assert_eq!(open(ORIGIN, EVENT, &renumbered, &key(1)), Err(SealError::Changed(2)));
    let same_id_other_secret = DataKey::new(key(1).id, Zeroizing::new([2; 32]));
    assert_eq!(open(ORIGIN, EVENT, &part, &same_id_other_secret), changed);
    let same_secret_other_id = DataKey::new(key(2).id, Zeroizing::new([1; 32]));
    let relabelled = Part { key: key(2).id, ..part.clone() };
    assert_eq!(open(ORIGIN, EVENT, &relabelled, &same_secret_other_id), changed);
    let wrong_key = SealError::WrongKey { number: 1, wanted: key(1).id, given: key(2).id };
    assert_eq!(open(ORIGIN, EVENT, &part, &key(2)), Err(wrong_key));
}

#[test]
fn one_changed_bit_of_nonce_or_ciphertext_is_noticed() {
    let part = sealed();
    for at in 0..part.ciphertext.len() * 8 {
        let mut bytes = part.ciphertext.to_vec();
        bytes[at / 8] ^= 1 << (at % 8);
        let bad = Part { ciphertext: bytes.into(), ..part.clone() };
        assert_eq!(open(ORIGIN, EVENT, &bad, &key(1)), Err(SealError::Changed(1)));
    }
    for at in 0..96 {
        let mut bad = part.clone();
        bad.nonce[at / 8] ^= 1 << (at % 8);
        assert_eq!(open(ORIGIN, EVENT, &bad, &key(1)), Err(SealError::Changed(1)));
    }
    for length in 0..part.ciphertext.len() {
        let bad = Part { ciphertext: part.ciphertext.slice(..length), ..part.clone() };
        assert_eq!(open(ORIGIN, EVENT, &bad, &key(1)), Err(SealError::Changed(1)));
    }
}

#[test]
fn a_destroyed_key_reads_erased_and_a_missing_one_is_a_fault() {
    let part = sealed();
    let with = |keys: &[(Uuid, Opened<DataKey>)]| {
        open_with(ORIGIN, EVENT, &part, &keys.iter().cloned().collect::<HashMap<_, _>>())
    };
    let known = with(&[(part.key, Opened::Known(key(1)))]).unwrap().known().unwrap();
    assert_eq!(known.as_slice(), b"\"Zebedee Quill\"");
    assert!(matches!(with(&[(part.key, Opened::Erased)]), Ok(Opened::Erased)));
    assert!(matches!(with(&[]), Err(SealError::NoKey { number: 1, .. })));
}

#[test]
fn nothing_printed_shows_a_secret_or_a_content() {
    let printed = format!("{:?} {:?}", key(77), Opened::Known("Zebedee Quill"));
    assert!(!printed.contains("77, 77") && !printed.contains("Zebedee"), "{printed}");
}

#[test]
fn decoded_ciphertexts_are_slices_of_the_column() {
    let column = encode_parts(&[sealed()]);
    let range = column.as_ptr_range();
    let part = decode_parts(column).unwrap().remove(0);
    assert!(range.contains(&part.ciphertext.as_ptr()));
}

#[test]
fn a_part_count_larger_than_the_column_is_refused() {
    assert_eq!(decode_parts(Bytes::from_static(&[0xff, 0xff])), Err(PartsError::Short("number")));
    assert_eq!(decode_parts(Bytes::new()), Err(PartsError::Short("count")));
    assert_eq!(decode_parts(Bytes::from_static(&[0, 0])), Ok(vec![]));
}

fn any_part() -> impl Strategy<Value = Part> {
    (any::<u16>(), any::<u128>(), any::<[u8; 12]>(), prop::collection::vec(any::<u8>(), 0..60)).prop_map(
        |(number, key, nonce, ciphertext)| Part {
            number,
            key: Uuid::from_u128(key),
            nonce,
            ciphertext: ciphertext.into(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_are_read_back_as_written_and_in_no_other_form(parts in prop::collection::vec(any_part(), 0..6)) {
        let column = encode_parts(&parts);
        prop_assert_eq!(decode_parts(column.clone()), Ok(parts));
        for cut in 0..column.len() {
            prop_assert!(decode_parts(column.slice(..cut)).is_err());
        }
        let longer: Bytes = [column.as_ref(), &[0]].concat().into();
        prop_assert_eq!(decode_parts(longer), Err(PartsError::Trailing(1)));
    }

    #[test]
    fn any_bytes_at_all_are_refused_or_are_the_one_form(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        if let Ok(parts) = decode_parts(bytes.clone()) {
            prop_assert_eq!(encode_parts(&parts), bytes);
        }
    }
}
