//! Folds take anything: events of any kind, in any order, on any stream, corrected in any way.

use chrono::{DateTime, Duration, Utc};
use domain::agency::Agency;
use domain::contact::Contact;
use domain::decider::Decider;
use domain::enquiry::Enquiry;
use domain::entry::Entry;
use domain::event::Event;
use domain::history::effective;
use domain::ids::{AgencyId, CorrelationId, EventId, PractitionerId};
use domain::person::Person;
use domain::practitioner::Practitioner;
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
        }
    }
}
