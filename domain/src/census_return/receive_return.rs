//! A return arrives: recorded before the first fact read from it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::CensusReturn;
use super::events::{ReturnKind, ReturnReceived};
use crate::authority::Authority;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::ReturnId;
use crate::text::Line;
use crate::when::Occurred;

/// Records that a file of testimony was received.
#[derive(Clone, PartialEq, Debug)]
pub struct ReceiveReturn {
    /// The stream is this return's.
    pub return_id: ReturnId,
    pub kind: ReturnKind,
    pub authority: Authority,
    /// The year of the 31 March it ends on.
    pub year: u16,
    pub reference_day: NaiveDate,
    /// The authority's own number for this file.
    pub serial: Line,
    pub software: Option<Line>,
    pub release: Option<Line>,
    /// SHA-256 of the file.
    pub content: [u8; 32],
    /// Rows read, by table.
    pub counts: BTreeMap<String, u64>,
    /// The latest earlier report of the same authority, year and serial.
    pub supersedes: Option<ReturnId>,
}

const ANOTHER_RETURN: Refusal = Refusal {
    code: "another-return",
    sentence: "This return is on record with other content; give the new report an id of its own.",
};
const SUPERSEDES_ITSELF: Refusal = Refusal {
    code: "supersedes-itself",
    sentence: "A return cannot be a later report of itself; name the earlier report, or none.",
};

/// The same file received again adds nothing.
pub(super) fn decide(
    known: &CensusReturn,
    act: &Act,
    command: ReceiveReturn,
) -> Result<Vec<NewEvent>, Refusal> {
    let content_hash: String = command.content.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(received) = &known.received {
        return if received.content_hash == content_hash { Ok(Vec::new()) } else { Err(ANOTHER_RETURN) };
    }
    if command.supersedes == Some(command.return_id) {
        return Err(SUPERSEDES_ITSELF);
    }
    let text = |line: Line| line.as_str().to_owned();
    let received = ReturnReceived {
        return_id: command.return_id,
        kind: command.kind,
        authority: command.authority,
        year: command.year,
        reference_day: command.reference_day,
        serial: text(command.serial),
        software: command.software.map(text),
        release: command.release.map(text),
        content_hash,
        counts: command.counts,
        supersedes: command.supersedes,
    };
    Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: received.into() }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{day, nothing};
    use crate::event::Event;

    fn the_return(content: u8) -> ReceiveReturn {
        ReceiveReturn {
            return_id: ReturnId(uuid::Uuid::from_u128(1)),
            kind: ReturnKind::Cin,
            authority: "380".parse().unwrap(),
            year: 2026,
            reference_day: day("2026-03-31"),
            serial: Line::parse("001").unwrap(),
            software: Some(Line::parse("Demo").unwrap()),
            release: None,
            content: [content; 32],
            counts: [("children".to_owned(), 1)].into(),
            supersedes: None,
        }
    }

    #[test]
    fn a_return_is_recorded_with_the_hash_of_its_content() {
        let events = nothing::<CensusReturn>().when(the_return(0xab)).events();
        let [NewEvent { event: Event::ReturnReceived(received), .. }] = events.as_slice() else {
            panic!("one return received");
        };
        assert_eq!(received.content_hash, "ab".repeat(32));
    }

    #[test]
    fn the_same_file_read_twice_adds_nothing() {
        nothing::<CensusReturn>().after(the_return(1)).when(the_return(1)).then_nothing();
    }

    #[test]
    fn another_file_is_another_return() {
        nothing::<CensusReturn>().after(the_return(1)).when(the_return(2)).refused("another-return");
    }

    #[test]
    fn a_return_does_not_supersede_itself() {
        let itself = ReceiveReturn { supersedes: Some(ReturnId(uuid::Uuid::from_u128(1))), ..the_return(1) };
        nothing::<CensusReturn>().when(itself).refused("supersedes-itself");
    }
}
