//! The table on paper: what was aimed at, what was reached, and the notes kept by hand.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::figures::{Figure, Report};
use crate::machine::Machine;

/// What a figure should reach.
enum Aim {
    /// Of what it is measured against; and what is reached for beyond it.
    Ratio(f64, Option<f64>),
    AtLeast(f64),
    Below(f64),
    P99Below(f64),
    AtLeastWithP99Below(f64, f64),
}

impl Aim {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "append/1x1" => Self::Ratio(0.6, Some(0.8)),
            "append/8x1" => Self::Ratio(0.8, Some(1.0)),
            "append/32x1" => Self::Ratio(1.2, Some(1.5)),
            "append/64x1" => Self::Ratio(1.8, Some(2.0)),
            "append/64x5" => Self::Ratio(1.2, None),
            "append/under_snapshot" => Self::Ratio(0.9, None),
            "append/sealed_64x1" | "replay/trivial" => Self::Ratio(0.8, None),
            "rebuild/all" => Self::AtLeast(150_000.0),
            "rebuild/memory" => Self::Below(512.0),
            "authorise" => Self::Below(200.0),
            "demonstration/county" => Self::Below(90.0),
            "demonstration/receipt" => Self::P99Below(20.0),
            "demonstration/pages" => Self::Below(50.0),
            "visible" => Self::P99Below(50.0),
            "measures/three_years" | "measures/ten_years" => Self::P99Below(100.0),
            "alerts/raised" => Self::P99Below(200.0),
            name if name.starts_with("people/") => Self::P99Below(50.0),
            "http/contact" => Self::AtLeast(1_500.0),
            "http/status" => Self::AtLeastWithP99Below(500.0, 20.0),
            _ => return None,
        })
    }

    fn words(&self) -> String {
        match self {
            Self::Ratio(least, None) => format!("ratio {least}"),
            Self::Ratio(least, Some(reach)) => format!("ratio {least}, reaching for {reach}"),
            Self::AtLeast(least) => format!("{least}"),
            Self::Below(most) => format!("below {most}"),
            Self::P99Below(most) => format!("p99 below {most} ms"),
            Self::AtLeastWithP99Below(least, most) => format!("{least}, p99 below {most} ms"),
        }
    }

    fn is_reached(&self, figure: &Figure) -> bool {
        let p99_below = |most| figure.p99_ms.is_some_and(|p99| p99 < most);
        match *self {
            Self::Ratio(least, _) => figure.ratio.is_some_and(|ratio| ratio >= least),
            Self::AtLeast(least) => figure.value >= least,
            Self::Below(most) => figure.value < most,
            Self::P99Below(most) => p99_below(most),
            Self::AtLeastWithP99Below(least, most) => figure.value >= least && p99_below(most),
        }
    }
}

/// The table, and what could not be measured.
pub fn table(report: &Report) -> String {
    let mut text =
        "| | value | against | ratio | p99 | aim | reached | |\n|---|--:|--:|--:|--:|---|---|---|\n"
            .to_owned();
    let or_dash = |number: Option<String>| number.unwrap_or_else(|| "–".to_owned());
    for figure in &report.figures {
        let aim = Aim::of(&figure.name);
        let reached = aim.as_ref().map(|aim| if aim.is_reached(figure) { "yes" } else { "**no**" });
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} {} | {} | {} | {} | {} | {} | {} |",
            figure.name,
            figure.value,
            figure.unit,
            or_dash(figure.raw.map(|raw| raw.to_string())),
            or_dash(figure.ratio.map(|ratio| format!("{ratio:.2}"))),
            or_dash(figure.p99_ms.map(|p99| format!("{p99} ms"))),
            or_dash(aim.as_ref().map(Aim::words)),
            or_dash(reached.map(str::to_owned)),
            figure.detail,
        );
    }
    for (names, why) in &report.failed {
        let _ = writeln!(text, "\nNot measured: `{names}`: {why}.");
    }
    text
}

const HOW: &str = "\
Written by `make bench`; the notes at the end are kept by hand in `benchmarks.notes.md`.

What stands under *against* was measured on the same server just before and just after, and the ratio is to the mean of
the two. For `append/NxM` (N writers, M events a command) and `read/100` that is pgbench with prepared statements, as
many clients, and a plain table with two keys (`tests/bench/raw`): M rows a transaction, or one stream of a hundred
selected. For `replay/trivial` it is `COPY … TO STDOUT (FORMAT binary)` of the log itself, through psql, thrown away. For
`append/sealed_64x1` it is our own `64x1` with the same content in the clear, all 605 bytes of it in the facts; for
`append/under_snapshot` it is our own `64x1` without the snapshot.

Every append is hashed into the Merkle tree and is on disk when it is acknowledged; each writer has a stream of its own,
a new one every hundred events, and waits for each answer. The body is 305 bytes of JSON on both sides; a sealed event
has besides it a part of 300 bytes under a fresh key from the key store. Reads, replay and rebuild decode every body. The
views are rebuilt from a county of events written through the port: names, births, numbers, contacts, enquiries and
cases, sealed, one in twenty of them a correction. Requests over HTTP come from 32 connections of another process on the
same machine; tokens, policy, sealing and access records are part of them.
";

/// Writes both files.
pub fn write(report: &Report, machine: &Machine) -> Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("benchmarks.json"), json(&report.figures)?)?;
    let notes = std::fs::read_to_string(docs.join("benchmarks.notes.md")).unwrap_or_default();
    let settings = machine.settings.join(", ");
    let text = format!(
        "# Benchmarks\n\n{HOW}\n## {}\n\n{}. {}, PostgreSQL {}: {settings}.\n\n{}\n{notes}",
        machine.day,
        machine.hardware,
        machine.system,
        machine.postgres,
        table(report),
    );
    let path: PathBuf = docs.join("benchmarks.md");
    std::fs::write(&path, text)?;
    eprintln!("written: docs/benchmarks.md, docs/benchmarks.json");
    Ok(())
}

/// A list, one figure a line.
fn json(figures: &[Figure]) -> Result<String> {
    let lines = figures.iter().map(serde_json::to_string).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(format!("[\n  {}\n]\n", lines.join(",\n  ")))
}
