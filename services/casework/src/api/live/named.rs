//! Whom events name, themselves or by what stands on their streams: open pages of theirs are touched.

use std::collections::HashSet;

use event_store::{EventStore as _, Recorded};
use uuid::Uuid;

use crate::app::App;

/// Streams are short; one longer than this is read as far as this.
const STREAM_EVENTS_MAX: usize = 10_000;

/// Whom some events name.
#[derive(Default, Debug)]
pub struct Named {
    /// Among other ids, those of people.
    pub people: HashSet<Uuid>,
    /// The authorities at whose front door something came in, or was decided.
    pub front_doors: HashSet<String>,
    /// Something shown before may have changed or gone.
    pub corrects: bool,
}

impl Named {
    pub(super) async fn by(app: &App, events: &[Recorded]) -> Self {
        let mut named = Self::default();
        for event in events {
            let is_correction = event.header.kind().starts_with("entry.");
            named.corrects |= is_correction;
            named.people.insert(event.header.stream_id());
            named.take(event);
            if is_correction || bears_on_its_stream(event.header.kind()) {
                match app.record.read_stream(&event.header.stream(), 0, STREAM_EVENTS_MAX).await {
                    Ok(stream) => stream.iter().for_each(|event| named.take(event)),
                    Err(error) => tracing::warn!(%error, "whoever has a page open may be told late"),
                }
            }
        }
        named
    }

    fn take(&mut self, event: &Recorded) {
        let Ok(facts) = serde_json::from_slice(&event.facts) else { return };
        collect(&facts, &mut self.people);
        let kind = event.header.kind();
        if kind.starts_with("contact.") || kind.starts_with("alert.") {
            let said = [facts.get("authority"), facts.get("says").and_then(|says| says.get("authority"))];
            let authorities = said.into_iter().flatten().filter_map(serde_json::Value::as_str);
            self.front_doors.extend(authorities.map(str::to_owned));
        }
    }
}

/// True for facts that name nobody and are about whoever the rest of their stream is about.
fn bears_on_its_stream(kind: &str) -> bool {
    matches!(kind, "contact.decided" | "alert.accepted" | "alert.dismissed" | "alert.withdrawn" | "tie.ended")
}

/// Every id in an event's facts: people are among them.
fn collect(value: &serde_json::Value, people: &mut HashSet<Uuid>) {
    match value {
        serde_json::Value::String(text) => people.extend(Uuid::try_parse(text).ok()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, people)),
        serde_json::Value::Object(members) => members.values().for_each(|member| collect(member, people)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_named_in_the_facts_is_touched() {
        let mut people = HashSet::new();
        let child = Uuid::from_u128(7);
        let facts =
            serde_json::json!({ "authority": "383", "people": [{ "person": child, "role": "subject" }] });
        collect(&facts, &mut people);
        assert_eq!(people, HashSet::from([child]));
    }
}
