//! On which ground an agency can rest: `schemas/lawful-bases.json`, by the day of asking.

use std::cmp::Reverse;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use super::LawfulBasis;
use crate::agency::AgencyKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[serde(rename = "remark")]
    _remark: String,
    grounds: Vec<Ground>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ground {
    #[serde(default, rename = "remark")]
    _remark: String,
    agencies: Vec<AgencyKind>,
    lawful_bases: Vec<LawfulBasis>,
    #[serde(rename = "source")]
    _source: String,
    in_force_from: NaiveDate,
}

/// Sorted by the day in force, the newest first.
static GROUNDS: LazyLock<Vec<Ground>> =
    LazyLock::new(|| read(include_str!("../../../schemas/lawful-bases.json")));

#[expect(clippy::expect_used, reason = "the data is part of the program, and a test reads it")]
fn read(data: &str) -> Vec<Ground> {
    let mut grounds = serde_json::from_str::<Data>(data).expect("grounds as they are shipped").grounds;
    grounds.sort_by_key(|ground| Reverse(ground.in_force_from));
    grounds
}

/// The newest in force on a day; before the oldest, the oldest. None for a kind of agency that rests on nothing.
fn in_force(grounds: &[Ground], kind: AgencyKind, day: NaiveDate) -> &[LawfulBasis] {
    let of = || grounds.iter().filter(move |ground| ground.agencies.contains(&kind));
    let found = of().find(|ground| ground.in_force_from <= day).or_else(|| of().next_back());
    found.map(|ground| ground.lawful_bases.as_slice()).unwrap_or_default()
}

impl AgencyKind {
    /// The grounds an agency of this kind can rest on, on a day: a public body on its task or the law, a voluntary one
    /// on legitimate interests; both may save a life.
    #[must_use]
    pub fn lawful_bases_on(self, day: NaiveDate) -> &'static [LawfulBasis] {
        in_force(&GROUNDS, self, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_acts_on_consent_and_everybody_may_save_a_life() {
        for kind in AgencyKind::ALL {
            for day in ["1990-01-01", "2026-03-10"] {
                let bases = kind.lawful_bases_on(day.parse().unwrap());
                assert!(bases.contains(&LawfulBasis::VitalInterests), "{kind}");
            }
        }
        assert!("consent".parse::<LawfulBasis>().is_err());
    }

    #[test]
    fn the_day_of_asking_chooses_the_grounds() {
        let ground = |lawful_basis, from: &str| Ground {
            agencies: vec![AgencyKind::School],
            lawful_bases: vec![lawful_basis],
            in_force_from: from.parse().unwrap(),
            ..GROUNDS[0].clone()
        };
        let grounds = [
            ground(LawfulBasis::LegalObligation, "2027-01-01"),
            ground(LawfulBasis::PublicTask, "2018-05-25"),
        ];
        let on = |day: &str| in_force(&grounds, AgencyKind::School, day.parse().unwrap()).to_vec();
        assert_eq!(on("2027-01-01"), [LawfulBasis::LegalObligation]);
        assert_eq!(on("2026-12-31"), [LawfulBasis::PublicTask]);
        assert_eq!(on("2001-01-01"), [LawfulBasis::PublicTask]);
        assert!(in_force(&grounds, AgencyKind::Police, NaiveDate::MAX).is_empty());
    }
}
