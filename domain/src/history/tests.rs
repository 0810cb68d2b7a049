//! The laws of correction, on streams whose entries are team names.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::agency::events::TeamFormed;
use crate::case::events::{ReferralDecided, ReferralOutcome};
use crate::ids::{AgencyId, CommandId, CorrelationId, EpisodeId, KeyId, PersonId, PractitionerId, TeamId};
use crate::person::PersonKind;
use crate::person::events::{Died, Named, Opened};
use crate::person::name::{NameUse, PersonName};
use crate::sealed::Sealed;
use crate::source::{Basis, Source};
use crate::text::{Line, Narrative};

/// A stream, written as the record writes it.
#[derive(Clone, Default)]
struct Stream {
    number: u128,
    history: Vec<Entry>,
}

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn at(hours: i64) -> Occurred {
    Occurred::Instant(start() + Duration::hours(hours))
}

fn team(name: &str) -> Event {
    TeamFormed { team: TeamId(Uuid::nil()), name: Line::parse(name).unwrap() }.into()
}

fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

impl Stream {
    fn numbered(number: u128) -> Self {
        Self { number, history: Vec::new() }
    }

    fn act(&self) -> Act {
        Act {
            command: CommandId(Uuid::nil()),
            stream: Uuid::from_u128(self.number),
            actor: PractitionerId(Uuid::nil()),
            agency: AgencyId(Uuid::nil()),
            now: start() + Duration::days(365),
            fresh_key: KeyId(Uuid::nil()),
        }
    }

    /// Records an event; ids are the stream's number and the version.
    fn record(&mut self, occurred: Occurred, event: Event) -> EventId {
        let version = u64::try_from(self.history.len()).unwrap() + 1;
        let id = id(self.number * 1000 + u128::from(version));
        self.history.push(Entry {
            id,
            position: u128::from(version),
            stream: Uuid::from_u128(self.number),
            version,
            recorded_at: start() + Duration::days(i64::try_from(version).unwrap()),
            occurred,
            actor: PractitionerId(Uuid::nil()),
            agency: AgencyId(Uuid::nil()),
            purpose: "record-keeping".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: CorrelationId(Uuid::nil()),
            corrected_at: None,
            event,
        });
        id
    }

    fn stands(&self) -> Vec<Entry> {
        effective(&self.history)
    }

    fn names(&self) -> Vec<String> {
        let name = |entry: Entry| match entry.event {
            Event::AgencyTeamFormed(formed) => formed.name.as_str().to_owned(),
            other => panic!("{}", other.kind()),
        };
        self.stands().into_iter().map(name).collect()
    }

    fn correct(&mut self, correction: Correction) -> Result<(), Refusal> {
        for new in correct(&self.stands(), &self.act(), correction)? {
            self.record(new.occurred, new.event);
        }
        Ok(())
    }

    fn amend(&mut self, entry: EventId, occurred: Occurred, name: &str) -> Result<(), Refusal> {
        let replacement = Box::new(team(name));
        self.correct(Correction::Amend { entry, reason: Reason::Mistake, occurred, replacement })
    }

    fn withdraw(&mut self, entry: EventId) -> Result<(), Refusal> {
        self.correct(Correction::Withdraw { entry, reason: Reason::Mistake })
    }

    /// Both halves of a move, as the service orders them.
    fn move_to(&mut self, other: &mut Self, entry: EventId) -> Result<(), Refusal> {
        let moving = self.stands().into_iter().find(|standing| standing.id == entry).ok_or(NO_SUCH_ENTRY)?;
        other.correct(Correction::receiving(&moving))?;
        self.correct(Correction::MoveAway { entry, reason: Reason::WrongPerson })
    }
}

fn code(result: Result<(), Refusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code, |()| "done")
}

#[test]
fn the_last_amendment_counts_and_the_entry_keeps_its_place() {
    let mut stream = Stream::numbered(1);
    let first = stream.record(at(1), team("North"));
    stream.record(at(2), team("South"));
    assert_eq!(code(stream.amend(first, at(1), "Nort")), "done");
    assert_eq!(code(stream.amend(first, at(1), "Northern")), "done");
    assert_eq!(stream.names(), ["Northern", "South"]);
    let [amended, _] = stream.stands().try_into().unwrap();
    assert_eq!((amended.id, amended.position, amended.version), (first, 1, 1));
    assert_eq!(amended.recorded_at, start() + Duration::days(1));
}

#[test]
fn an_amended_date_moves_the_entry_to_where_it_happened() {
    let mut stream = Stream::numbered(1);
    let first = stream.record(at(1), team("North"));
    stream.record(at(2), team("South"));
    assert_eq!(code(stream.amend(first, at(3), "North")), "done");
    assert_eq!(stream.names(), ["South", "North"]);
}

#[test]
fn an_amended_entry_can_be_withdrawn_and_then_nothing_can_be_done_to_it() {
    let mut stream = Stream::numbered(1);
    let entry = stream.record(at(1), team("North"));
    assert_eq!(code(stream.amend(entry, at(1), "South")), "done");
    assert_eq!(code(stream.withdraw(entry)), "done");
    assert!(stream.stands().is_empty());
    assert_eq!(code(stream.withdraw(entry)), "no-such-entry");
    assert_eq!(code(stream.amend(entry, at(1), "North")), "no-such-entry");
    assert_eq!(code(stream.move_to(&mut Stream::numbered(2), entry)), "no-such-entry");
}

#[test]
fn an_amendment_that_changes_nothing_adds_nothing() {
    let mut stream = Stream::numbered(1);
    let entry = stream.record(at(1), team("North"));
    assert_eq!(code(stream.amend(entry, at(1), "North")), "done");
    assert_eq!(stream.history.len(), 1);
}

#[test]
fn an_entry_moved_here_is_amended_here_and_goes_back_as_amended() {
    let (mut wrong, mut right) = (Stream::numbered(1), Stream::numbered(2));
    let entry = wrong.record(at(1), team("North"));
    assert_eq!(code(wrong.amend(entry, at(2), "Nort")), "done");
    assert_eq!(code(wrong.move_to(&mut right, entry)), "done");
    assert!(wrong.stands().is_empty());
    assert_eq!(code(right.amend(entry, at(3), "Northern")), "done");
    assert_eq!(right.names(), ["Northern"]);
    assert_eq!(code(right.move_to(&mut wrong, entry)), "done");
    assert!(right.stands().is_empty());
    let [back] = wrong.stands().try_into().unwrap();
    assert_eq!((back.id, back.occurred), (entry, at(3)));
    assert_eq!(back.recorded_at, start() + Duration::days(1));
    assert_eq!(code(wrong.withdraw(entry)), "done");
    assert!(wrong.stands().is_empty());
}

#[test]
fn an_entry_is_here_once() {
    let (mut one, mut other) = (Stream::numbered(1), Stream::numbered(2));
    let entry = one.record(at(1), team("North"));
    let [standing] = one.stands().try_into().unwrap();
    assert_eq!(code(one.correct(Correction::receiving(&standing))), "already-here");
    assert_eq!(code(other.correct(Correction::receiving(&standing))), "done");
    // A writer of another program put it here a second time.
    let again = other.history.last().unwrap().clone();
    other.record(again.occurred, again.event);
    assert_eq!(other.stands().iter().filter(|standing| standing.id == entry).count(), 1);
}

#[test]
fn a_correction_is_not_corrected() {
    let mut stream = Stream::numbered(1);
    let entry = stream.record(at(1), team("North"));
    assert_eq!(code(stream.withdraw(entry)), "done");
    let withdrawal = stream.history.last().unwrap().id;
    assert_eq!(code(stream.withdraw(withdrawal)), "no-such-entry");
    let received = Correction::Receive {
        entry: id(7),
        occurred: at(1),
        first_recorded_at: start(),
        content: Box::new(Withdrawn { entry, reason: Reason::Mistake }.into()),
    };
    assert_eq!(code(stream.correct(received)), "not-correctable");
}

#[test]
fn the_entry_that_opened_a_record_stays_and_keeps_its_key() {
    let mut stream = Stream::numbered(1);
    let opened = |kind, key| Opened { kind, key: KeyId(Uuid::from_u128(key)), testimony: None };
    let entry = stream.record(at(1), opened(PersonKind::Unborn, 1).into());
    let mut amend = |kind, key| {
        let replacement = Box::new(Event::from(opened(kind, key)));
        code(stream.correct(Correction::Amend {
            entry,
            reason: Reason::Mistake,
            occurred: at(1),
            replacement,
        }))
    };
    assert_eq!(amend(PersonKind::Born, 2), "not-correctable");
    assert_eq!(amend(PersonKind::Born, 1), "done");
    assert_eq!(code(stream.withdraw(entry)), "not-correctable");
    assert_eq!(code(stream.move_to(&mut Stream::numbered(2), entry)), "not-correctable");
}

#[test]
fn an_entry_is_amended_by_one_of_its_kind_with_a_date_that_has_come() {
    let mut stream = Stream::numbered(1);
    let entry = stream.record(at(1), team("North"));
    let source = Source { basis: Basis::Told, agency: AgencyId(Uuid::nil()) };
    let replacement = Box::new(Event::from(Died { source, testimony: None }));
    let other = Correction::Amend { entry, reason: Reason::Mistake, occurred: at(1), replacement };
    assert_eq!(code(stream.correct(other)), "other-kind");
    assert_eq!(code(stream.amend(entry, at(24 * 366), "South")), "in-the-future");
    // Nothing refused was recorded.
    assert_eq!(stream.history.len(), 1);
}

#[test]
fn an_entry_of_a_case_is_moved_to_the_right_child() {
    let event = ReferralDecided {
        child: PersonId(Uuid::from_u128(1)),
        authority: "383".parse().unwrap(),
        episode: EpisodeId(Uuid::from_u128(9)),
        outcome: ReferralOutcome::Assessment,
        reason: Some(Sealed::new(KeyId(Uuid::from_u128(5)), Narrative::parse("As agreed.").unwrap())),
        testimony: None,
    };
    let mut wrong = Stream::numbered(1);
    wrong.record(at(1), event.clone().into());
    let [standing] = wrong.stands().try_into().unwrap();
    let child = PersonId(Uuid::from_u128(2));
    let received = Correction::receiving_on_case(&standing, child, &event.authority).unwrap();
    let Correction::Receive { entry, content, .. } = received else { panic!("a receipt") };
    assert_eq!((entry, *content), (standing.id, ReferralDecided { child, ..event }.into()));
    let of_no_case = Entry { event: team("North"), ..standing };
    assert!(Correction::receiving_on_case(&of_no_case, child, &"383".parse().unwrap()).is_err());
}

#[test]
fn what_is_said_of_the_wrong_person_is_sealed_anew_under_the_right_ones_key() {
    let (from, to) = (KeyId(Uuid::from_u128(1)), KeyId(Uuid::from_u128(2)));
    let source = Source { basis: Basis::Told, agency: AgencyId(Uuid::nil()) };
    let named = |key| Named {
        usage: NameUse::Usual,
        name: Sealed::new(key, PersonName::parse("Maya", "Ashworth").unwrap()),
        source,
        testimony: None,
    };
    let mut wrong = Stream::numbered(1);
    wrong.record(at(1), named(from).into());
    let [standing] = wrong.stands().try_into().unwrap();
    let received = Correction::receiving_on_person(&standing, from, to).unwrap();
    let Correction::Receive { content, .. } = received else { panic!("a receipt") };
    assert_eq!(*content, named(to).into());
}

/// What happens to two streams, one step after another; `usize` picks among the entries that stand.
#[derive(Clone, Debug)]
enum Step {
    Record { here: bool, hours: i64, name: u8 },
    Amend { here: bool, which: usize, hours: i64, name: u8 },
    Withdraw { here: bool, which: usize },
    Move { here: bool, which: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    let (which, hours, name) = (0..8_usize, 0..200_i64, any::<u8>());
    prop_oneof![
        3 => (any::<bool>(), hours.clone(), name)
            .prop_map(|(here, hours, name)| Step::Record { here, hours, name }),
        2 => (any::<bool>(), which.clone(), hours, name)
            .prop_map(|(here, which, hours, name)| Step::Amend { here, which, hours, name }),
        1 => (any::<bool>(), which.clone()).prop_map(|(here, which)| Step::Withdraw { here, which }),
        2 => (any::<bool>(), which).prop_map(|(here, which)| Step::Move { here, which }),
    ]
}

/// The same steps on plain lists that forget: what effective history must come to.
#[derive(Default)]
struct Model([Vec<(EventId, Occurred, String)>; 2]);

fn run(steps: &[Step]) -> ([Stream; 2], Model) {
    let mut streams = [Stream::numbered(1), Stream::numbered(2)];
    let mut model = Model::default();
    for step in steps {
        match *step {
            Step::Record { here, hours, name } => {
                let at_stream = usize::from(here);
                let entry = streams[at_stream].record(at(hours), team(&name.to_string()));
                model.0[at_stream].push((entry, at(hours), name.to_string()));
            }
            Step::Amend { here, which, hours, name } => {
                let at_stream = usize::from(here);
                let Some(known) = model.0[at_stream].get_mut(which) else { continue };
                *known = (known.0, at(hours), name.to_string());
                streams[at_stream].amend(known.0, at(hours), &name.to_string()).unwrap();
            }
            Step::Withdraw { here, which } => {
                let at_stream = usize::from(here);
                if which < model.0[at_stream].len() {
                    let (entry, ..) = model.0[at_stream].remove(which);
                    streams[at_stream].withdraw(entry).unwrap();
                }
            }
            Step::Move { here, which } => {
                let at_stream = usize::from(here);
                if which < model.0[at_stream].len() {
                    let known = model.0[at_stream].remove(which);
                    let [one, other] = &mut streams;
                    let (from, to) = if here { (other, one) } else { (one, other) };
                    from.move_to(to, known.0).unwrap();
                    model.0[1 - at_stream].push(known);
                }
            }
        }
    }
    (streams, model)
}

/// An entry as the model knows it.
fn seen(entry: &Entry) -> (EventId, Occurred, String) {
    let Event::AgencyTeamFormed(formed) = &entry.event else { panic!("a team") };
    (entry.id, entry.occurred, formed.name.as_str().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_often_entries_are_corrected_and_moved_what_stands_is_what_a_plain_list_would_hold(
        steps in prop::collection::vec(any_step(), 0..60)
    ) {
        let (streams, model) = run(&steps);
        for (stream, expected) in streams.iter().zip(&model.0) {
            let mut stands: Vec<_> = stream.stands().iter().map(seen).collect();
            let mut expected = expected.clone();
            stands.sort_by_key(|(id, ..)| *id);
            expected.sort_by_key(|(id, ..)| *id);
            prop_assert_eq!(stands, expected);
        }
    }

    #[test]
    fn what_stands_is_in_the_order_it_happened_and_standing_again_changes_nothing(
        steps in prop::collection::vec(any_step(), 0..60)
    ) {
        for stream in run(&steps).0 {
            let stands = stream.stands();
            prop_assert!(stands.is_sorted_by_key(|entry| (entry.occurred.earliest(), entry.position)));
            prop_assert_eq!(effective(&stands), stands);
        }
    }

    #[test]
    fn what_was_known_earlier_does_not_depend_on_what_came_later(
        steps in prop::collection::vec(any_step(), 1..60), cut in 0..60_usize
    ) {
        let cut = cut % steps.len();
        let (before, _) = run(&steps[..cut]);
        let (after, _) = run(&steps);
        for (before, after) in before.iter().zip(&after) {
            let known_then = &after.history[..before.history.len()];
            prop_assert_eq!(effective(known_then), before.stands());
        }
    }

    #[test]
    fn an_entry_keeps_the_time_it_was_first_recorded_wherever_it_is_moved(
        steps in prop::collection::vec(any_step(), 0..60)
    ) {
        let (streams, _) = run(&steps);
        let first = |id: EventId| {
            streams.iter().flat_map(|stream| &stream.history).find(|entry| entry.id == id).unwrap().recorded_at
        };
        for entry in streams.iter().flat_map(Stream::stands) {
            prop_assert_eq!(entry.recorded_at, first(entry.id));
        }
    }
}
