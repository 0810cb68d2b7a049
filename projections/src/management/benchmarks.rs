//! England's figures beside a node's own, as data: `schemas/benchmarks`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

const ENGLAND: &str = include_str!("../../../schemas/benchmarks/england-2025.json");

/// What is published about a measure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// In the measure's own unit; none where only parts are published.
    #[serde(default)]
    pub value: Option<f64>,
    /// Shares of the parts, in per cent, by their codes.
    #[serde(default)]
    pub groups: BTreeMap<String, f64>,
    /// The lower quartile, the median and the upper quartile of the authorities.
    #[serde(default)]
    pub quartiles: Option<[f64; 3]>,
    /// Of when, where it is not the year of the others.
    #[serde(default)]
    pub of: Option<String>,
    pub source: String,
}

/// Published figures of one place and year.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    place: String,
    year_to: chrono::NaiveDate,
    measures: BTreeMap<String, Benchmark>,
}

static PUBLISHED: LazyLock<Option<Published>> = LazyLock::new(|| serde_json::from_str(ENGLAND).ok());

/// What is published about a measure, and of where and when.
#[must_use]
pub fn of(code: &str) -> Option<(&'static Benchmark, String)> {
    let published = PUBLISHED.as_ref()?;
    let benchmark = published.measures.get(code)?;
    let year = format!("{}, year to {}", published.place, published.year_to);
    Some((benchmark, benchmark.of.as_ref().map_or(year, |of| format!("{}, {of}", published.place))))
}

#[cfg(test)]
mod tests {
    use super::super::measures;

    #[test]
    fn every_published_figure_is_of_a_measure_there_is() {
        let published = super::PUBLISHED.as_ref().expect("the file can be read");
        for code in published.measures.keys() {
            assert!(measures::find(code).is_some(), "{code}");
        }
        assert_eq!(super::of("re-referrals-12-months").expect("published").0.value, Some(22.6));
    }
}
