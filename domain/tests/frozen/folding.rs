//! Folds take anything: events of any kind, in any order, on any stream, corrected in any way.

use chrono::{DateTime, Duration, Utc};
use domain::agency::Agency;
use domain::case::Case;
use domain::contact::Contact;
use domain::decider::{Act, Decider};
use domain::enquiry::Enquiry;
use domain::entry::Entry;
use domain::event::Event;
use domain::history::effective;
use domain::ids::{AgencyId, CommandId, CorrelationId, EventId, KeyId, PractitionerId};
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::person::{self, Assert, Assertion, Person};
use domain::practitioner::Practitioner;
use domain::source::{Basis, Source};
use domain::tie::Tie;
use domain::when::Occurred;
use proptest::prelude::*;
use uuid::Uuid;

use super::sampler::Dice;
use super::samples::Sample;

/// An event of any kind, from dice.
fn any_event() -> impl Strategy<Value = Event> {
    (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 7..23)).prop_map(|(which, dice)| {
        let every = Event::frozen();
        Sample::made(which.get(&every), &mut Dice::new(dice)).event()
    })
}

/// A history of any events, in which the ids of corrections often name an entry.
fn any_history() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec((any_event(), 0..2000_i64), 0..40).prop_map(|events| {
        let numbered = events.into_iter().zip(1..);
        numbered.map(|((event, hours), version)| entry(event, hours, version)).collect()
    })
}

fn entry(event: Event, hours: i64, version: u64) -> Entry {
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    Entry {
        // The dice choose ids from 1 to 3, so those entries are corrected again and again.
        id: EventId(Uuid::from_u128(u128::from(version))),
        position: u128::from(version),
        stream: Uuid::from_u128(1),
        version,
        recorded_at: start,
        occurred: Occurred::Instant(start + Duration::hours(hours)),
        actor: PractitionerId(Uuid::nil()),
        agency: AgencyId(Uuid::nil()),
        purpose: "allocated-work".to_owned(),
        lawful_basis: "public-task".to_owned(),
        correlation: CorrelationId(Uuid::nil()),
        corrected_at: None,
        event,
    }
}

fn fold<D: Decider>(history: &[Entry]) -> D {
    history.iter().fold(D::initial(), |mut state, entry| {
        state.evolve(entry);
        state
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_makes_a_fold_panic(history in any_history()) {
        for entries in [history.clone(), effective(&history)] {
            fold::<Agency>(&entries);
            fold::<Practitioner>(&entries);
            fold::<Person>(&entries);
            fold::<Tie>(&entries);
            fold::<Contact>(&entries);
            fold::<Enquiry>(&entries);
            fold::<Case>(&entries);
        }
    }

    #[test]
    fn what_a_person_is_said_to_be_is_news_once(history in any_history(), words in prop::collection::vec(any_words(), 0..6)) {
        let mut history = effective(&history);
        let act = Act {
            command: CommandId(Uuid::nil()),
            stream: Uuid::from_u128(1),
            actor: PractitionerId(Uuid::nil()),
            agency: AgencyId(Uuid::nil()),
            now: "2027-01-01T00:00:00Z".parse().unwrap(),
            fresh_key: KeyId(Uuid::from_u128(7)),
        };
        let said = Assert {
            assertions: words,
            source: Source { basis: Basis::Told, agency: AgencyId(Uuid::nil()) },
            occurred: Occurred::Instant(act.now),
            testimony: None,
        };
        let order = person::Command::from(said);
        let before: Person = fold(&history);
        match before.decide(&act, order.clone()) {
            Err(refusal) => prop_assert_eq!(before.decide(&act, order), Err(refusal)),
            Ok(news) => {
                let next = u64::try_from(history.len()).unwrap() + 1;
                for (new, version) in news.into_iter().zip(next..) {
                    history.push(Entry { occurred: new.occurred, ..entry(new.event, 0, version) });
                }
                let after: Person = fold(&history);
                // Each source has one name, one date, one sex: the last said. Said again as a whole, only those that
                // contradict one another within the order are news again.
                if is_of_one_mind(&order) {
                    prop_assert_eq!(after.decide(&act, order), Ok(Vec::new()));
                }
            }
        }
    }
}

fn any_words() -> impl Strategy<Value = Assertion> {
    prop_oneof![
        "[A-Z][a-z]{1,8}".prop_map(|given| Assertion::Name {
            name: PersonName::parse(&given, "Ashworth").unwrap(),
            usage: NameUse::Usual
        }),
        (2000..2020_i32).prop_map(|year| Assertion::Birth(year.to_string().parse().unwrap())),
        prop::sample::select(person::Sex::ALL).prop_map(Assertion::Sex),
        Just(Assertion::Identifier(Identifier::as_given(Scheme::Nhs, "9990000018"))),
        Just(Assertion::Identifier(Identifier::as_given(Scheme::Nhs, "9990000019"))),
    ]
}

/// True when no two assertions of an order are about the same thing.
fn is_of_one_mind(order: &person::Command) -> bool {
    let person::Command::Assert(said) = order else { return true };
    let kinds: Vec<_> = said.assertions.iter().map(std::mem::discriminant).collect();
    kinds.iter().collect::<std::collections::HashSet<_>>().len() == kinds.len()
}
