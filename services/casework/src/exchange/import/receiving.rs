//! The return itself, on record before the first fact read from it.
//!
//! A report is known by authority, year and serial number. Another file under the same number is a later report of
//! the same; each has a place in that series and so an id that can be found again without a search. A file without a
//! number is a report of its own.

use std::collections::BTreeMap;

use domain::authority::Authority;
use domain::census_return::events::ReturnKind;
use domain::census_return::receive_return::ReceiveReturn;
use domain::census_return::{self, CensusReturn};
use domain::ids::{CorrelationId, ReturnId};
use domain::text::{Line, TextError};
use serde::Serialize;

use super::ImportError;
use super::orders::Orders;
use crate::app::App;
use crate::error::ExecuteError;
use crate::exchange::cin::{Header, Survey};
use crate::execute::Command;
use crate::visitor::Visitor;

/// More reports of one number are a mistake somewhere.
const MOST_REPORTS: u32 = 10_000;
/// Stands for a serial number that is not given.
const NO_NUMBER: &str = "none";

/// How a return arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Arrival {
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    /// The earlier report of the same number that this one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<ReturnId>,
    /// This very file was received before, whole or in part.
    pub again: bool,
}

/// Puts the return on record, unless this very file is.
pub(super) async fn receive<'a>(
    app: &'a App,
    visitor: &'a Visitor,
    authority: Authority,
    survey: &Survey,
) -> Result<(Orders<'a>, Arrival), ImportError> {
    let header = &survey.header;
    let mut supersedes = None;
    for nth in 1..=MOST_REPORTS {
        let return_id = id(app, &authority, survey, nth);
        let (known, _): (CensusReturn, _) =
            app.state_of("return", return_id.0).await.map_err(ExecuteError::from)?;
        let again = match &known.received {
            Some(received) if received.content_hash != survey.file_sha256 => {
                supersedes = Some(return_id);
                continue;
            }
            received => received.is_some(),
        };
        let orders = Orders {
            app,
            visitor,
            authority: authority.clone(),
            return_id,
            as_of: header.reference_date.unwrap_or_else(|| header.period().last),
            correlation: CorrelationId(return_id.0),
        };
        // Asked even of a return that is on record, so that permission is asked before anything is told.
        let command = census_return::Command::ReceiveReturn(received(&orders, survey, supersedes)?);
        match orders.carry_out(&Command::Return { id: return_id, command }).await {
            Ok(_) => return Ok((orders, Arrival { return_id, supersedes, again })),
            // Another report took this place a moment ago.
            Err(ExecuteError::Refused(refusal)) if refusal.code == "another-return" => {
                supersedes = Some(return_id);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ExecuteError::Stale.into())
}

/// The id of the `nth` report of this number.
fn id(app: &App, authority: &Authority, survey: &Survey, nth: u32) -> ReturnId {
    let year = survey.header.year.to_be_bytes();
    let (number, told_apart) = match &survey.header.serial_number {
        Some(serial) => (serial.as_str(), ""),
        None => (NO_NUMBER, survey.file_sha256.as_str()),
    };
    let parts: [&[u8]; 5] =
        [authority.as_str().as_bytes(), &year, number.as_bytes(), told_apart.as_bytes(), &nth.to_be_bytes()];
    ReturnId(app.ids.derive("goldthread/cin-return/1", &parts))
}

fn received(
    orders: &Orders<'_>,
    survey: &Survey,
    supersedes: Option<ReturnId>,
) -> Result<ReceiveReturn, TextError> {
    let Header { serial_number, software_code, release, year, .. } = &survey.header;
    let counts: BTreeMap<String, u64> =
        survey.read.iter().map(|(table, read)| (table.name().to_owned(), read)).collect();
    let serial = line(serial_number.as_deref().unwrap_or(NO_NUMBER))?;
    Ok(ReceiveReturn {
        return_id: orders.return_id,
        kind: ReturnKind::Cin,
        authority: orders.authority.clone(),
        year: u16::try_from(*year).unwrap_or_default(),
        reference_day: orders.as_of,
        serial,
        software: software_code.as_deref().and_then(|text| line(text).ok()),
        release: release.as_deref().and_then(|text| line(text).ok()),
        content: bytes(&survey.file_sha256),
        counts,
        supersedes,
    })
}

/// What was written in hexadecimal by the reader.
fn bytes(hex: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let digits = pair.iter().filter_map(|digit| char::from(*digit).to_digit(16));
        *byte = digits.fold(0, |byte, digit| byte << 4 | u8::try_from(digit).unwrap_or_default());
    }
    bytes
}

/// A header's text as one line, however it was broken.
fn line(text: &str) -> Result<Line, TextError> {
    let words: Vec<&str> = text.split(|letter: char| letter.is_control() || letter.is_whitespace()).collect();
    let one: String = words.join(" ").trim().chars().take(Line::MOST_CHARACTERS).collect();
    Line::parse(&one)
}
