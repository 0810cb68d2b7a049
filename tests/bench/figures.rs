//! Figures, and the report they are gathered in.

use std::time::Duration;

use serde::Serialize;

use crate::Result;
use crate::options::Options;

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    /// What it is measured against, in the same unit: raw PostgreSQL, or ourselves without the burden.
    pub raw: Option<f64>,
    pub ratio: Option<f64>,
    pub p99_ms: Option<f64>,
    /// How it was measured, and what else was seen.
    #[serde(skip)]
    pub detail: String,
}

impl Figure {
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        let (name, value) = (name.into(), rounded(value, 1.0));
        Self { name, value, unit, raw: None, ratio: None, p99_ms: None, detail: String::new() }
    }

    /// Sets the value beside what it is measured against.
    #[must_use]
    pub fn against(mut self, raw: Option<f64>) -> Self {
        self.ratio = raw.filter(|raw| *raw > 0.0).map(|raw| rounded(self.value / raw, 100.0));
        self.raw = raw.map(|raw| rounded(raw, 1.0));
        self
    }

    #[must_use]
    pub fn p99(mut self, latencies: &Latencies) -> Self {
        self.p99_ms = latencies.quantile(990).map(|at| rounded(at.as_secs_f64() * 1e3, 100.0));
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// To so many parts of one.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// A count as a number to reckon with; exact far beyond any count here.
#[expect(clippy::as_conversions, reason = "the standard library has no other way from u64 to f64")]
pub fn real(count: u64) -> f64 {
    count as f64
}

/// How long things took.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
pub struct Latencies(Vec<u32>);

impl Latencies {
    pub fn push(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn count(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or_default()
    }

    /// What so many of a thousand were quicker than.
    pub fn quantile(&self, of_a_thousand: usize) -> Option<Duration> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let index = sorted.len().checked_sub(1)? * of_a_thousand / 1_000;
        sorted.get(index).map(|micros| Duration::from_micros(u64::from(*micros)))
    }

    /// The middle and the slowest hundredth, in words.
    pub fn words(&self) -> String {
        let ms = |part| self.quantile(part).map_or(0.0, |at| at.as_secs_f64() * 1e3);
        format!("p50 {:.1} ms, p99 {:.1} ms", ms(500), ms(990))
    }
}

/// What was measured, and what could not be.
pub struct Report {
    options: Options,
    pub figures: Vec<Figure>,
    pub failed: Vec<(String, String)>,
}

impl Report {
    pub fn new(options: Options) -> Self {
        Self { options, figures: Vec::new(), failed: Vec::new() }
    }

    /// Takes a measurement, if any figure of it is asked for. One that fails is told, and the others go on.
    pub async fn take(&mut self, names: &[&str], measurement: impl Future<Output = Result<Vec<Figure>>>) {
        if !names.iter().any(|name| self.options.wants(name)) {
            return;
        }
        eprintln!("measuring {}", names.join(", "));
        match measurement.await {
            Ok(figures) => {
                for figure in figures {
                    let ratio = figure.ratio.map_or_else(String::new, |ratio| format!(", ratio {ratio}"));
                    eprintln!(
                        "  {}: {} {}{ratio}; {}",
                        figure.name, figure.value, figure.unit, figure.detail
                    );
                    self.figures.push(figure);
                }
            }
            Err(error) => {
                let told = told(error.as_ref());
                eprintln!("  not measured: {told}");
                self.failed.push((names.join(", "), told));
            }
        }
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        told.push_str(": ");
        told.push_str(&inner.to_string());
        cause = inner.source();
    }
    told
}
