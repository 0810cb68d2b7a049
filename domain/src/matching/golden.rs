//! Pairs of what is on record and what was typed, with what must come of them: found by the keys, and judged so.

use super::{Addresses, OnRecord, Typed, compare, keys_of, keys_to_try};

const PAIRS: &str = include_str!("golden.txt");

fn name(text: &str) -> (String, String) {
    let (given, family) = text.split_once('/').expect("given / family");
    (given.trim().to_owned(), family.trim().to_owned())
}

#[test]
fn what_was_typed_finds_who_was_meant_and_says_why() {
    let mut wrong = Vec::new();
    let pairs = PAIRS.lines().filter(|line| !line.starts_with('#'));
    for line in pairs {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [recorded, known_born, typed, typed_born, expected, level] = columns.as_slice() else {
            panic!("six columns: {line}");
        };
        let birth = |text: &str| (!text.is_empty()).then(|| text.parse().expect("a date"));
        let record = OnRecord {
            names: vec![name(recorded)],
            births: birth(known_born).into_iter().collect(),
            ..OnRecord::default()
        };
        let (given, family) = name(typed);
        let typed = Typed { given, family, born: birth(typed_born), ..Typed::default() };
        let compared = compare(&typed, &record);
        let found = compared.strength.map_or("not-found", super::weights::Strength::code);
        let explained = compared.agreements.iter().any(|agreement| agreement.level.code() == *level);
        let shares_a_key = !keys_of(&record, &[]).is_disjoint(&keys_to_try(&typed, Addresses::Open));
        let is_right = found == *expected && (explained || *level == "-");
        if !is_right || (!shares_a_key && found != "not-found") {
            wrong.push(format!(
                "{line}\n    {found} {} key:{shares_a_key} {:?}",
                compared.weight, compared.agreements
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
