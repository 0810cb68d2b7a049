//! What a view says it takes is held against what it does with an event of every type on file.

use std::fs;
use std::path::Path;

use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, CorrelationId, EventId, KeyId, PractitionerId};
use domain::sealed::OpenedPart;
use domain::when::Occurred;
use serde_json::Value;
use uuid::Uuid;

use crate::view::Keys;

fn samples() -> Vec<Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/events/samples");
    let read = |file: fs::DirEntry| {
        let sample: Value = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        let parts: Vec<OpenedPart<'_>> = sample["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| OpenedPart {
                number: u16::try_from(part["number"].as_u64().unwrap()).unwrap(),
                key: KeyId(part["key"].as_str().unwrap().parse().unwrap()),
                text: None,
            })
            .collect();
        let version = u16::try_from(sample["version"].as_u64().unwrap()).unwrap();
        let facts = serde_json::to_vec(&sample["facts"]).unwrap();
        Event::decode(sample["type"].as_str().unwrap(), version, &facts, &parts).unwrap()
    };
    fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect()
}

#[test]
fn whatever_bears_on_somebody_is_taken() {
    let samples = samples();
    assert!(samples.len() > 60, "{}", samples.len());
    for event in samples {
        let entry = Entry {
            id: EventId(Uuid::nil()),
            position: 1,
            stream: Uuid::from_u128(1),
            version: 1,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            occurred: Occurred::Instant(chrono::DateTime::UNIX_EPOCH),
            actor: PractitionerId(Uuid::nil()),
            agency: AgencyId(Uuid::nil()),
            purpose: "safeguarding-check".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: CorrelationId(Uuid::nil()),
            corrected_at: None,
            event,
        };
        for view in crate::views() {
            let mut keys = Keys::default();
            view.keys(&entry, &mut keys);
            let bears = !keys.named().is_empty() || keys.is_whole_stream();
            assert!(!bears || view.takes(&entry.event), "{} of {}", entry.event.kind(), view.name());
        }
    }
}
