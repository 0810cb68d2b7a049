//! Something is written down by those at work on the case: a note, a significant event, a manager's oversight.
//!
//! A note may be written on any case there is, also when it is closed: what is heard afterwards must have a place.

use super::events::{NoteKind, NoteWritten};
use super::rules::{from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::Occurred;

/// Writes a note.
#[derive(Clone, PartialEq, Debug)]
pub struct WriteNote {
    pub on: Occurred,
    pub kind: NoteKind,
    pub text: Narrative,
}

pub(super) fn decide(case: &Case, act: &Act, command: WriteNote) -> Result<Vec<NewEvent>, Refusal> {
    let WriteNote { on, kind, text } = command;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    let written = NoteWritten {
        child: who.child,
        authority: who.authority,
        kind,
        text: Sealed::new(act.fresh_key, text),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: written.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;
    use crate::text::Narrative;

    fn note(day: &str) -> WriteNote {
        let text = Narrative::parse("Grandmother telephoned; she will have him at weekends.").unwrap();
        WriteNote { on: on(day), kind: NoteKind::Note, text }
    }

    #[test]
    fn a_note_is_sealed_under_a_key_of_its_own() {
        let events = referred("2026-02-02").when(note("2026-02-03")).events();
        let [crate::decider::NewEvent { event: crate::event::Event::NoteWritten(written), .. }] =
            events.as_slice()
        else {
            panic!("one note");
        };
        assert_eq!(written.text.known(), Some(&note("2026-02-03").text));
    }

    #[test]
    fn a_note_has_a_place_on_a_closed_case_and_none_without_a_case() {
        let closed = closed_after_assessment("2026-01-05", "2026-02-06");
        closed.when(note("2026-02-09")).then_kinds(["note.written"]);
        nothing::<Case>().when(note("2026-02-09")).refused("no-case");
    }
}
