//! The double's log: streams, one order, and the server's own rules for versions and known event ids.

use std::collections::HashMap;

use bytes::Bytes;
use uuid::Uuid;

use super::wire::{AppendOptions, Empty, Filter, Position, Proposed, WrongVersion};

/// An event as the server keeps it.
#[derive(Clone)]
pub struct Stored {
    pub id: Uuid,
    pub stream: String,
    pub revision: u64,
    pub position: Position,
    pub metadata: HashMap<String, String>,
    pub custom_metadata: Bytes,
    pub data: Bytes,
}

#[derive(Default)]
pub struct Log {
    events: Vec<Stored>,
    streams: HashMap<String, Vec<usize>>,
    appends: u64,
}

/// Where an append ended.
#[derive(Clone, Copy)]
pub struct Written {
    pub revision: u64,
    pub position: Position,
}

impl Log {
    /// A log such as a server has on its first day: not empty, but holding nothing of anybody's.
    pub fn new() -> Self {
        let mut log = Self::default();
        log.system_event();
        log
    }

    pub fn append(
        &mut self,
        options: &AppendOptions,
        proposed: &[(Uuid, Proposed)],
    ) -> Result<Written, WrongVersion> {
        let stream = name(options);
        let standing = self.streams.get(&stream).map_or(0, |places| places.len() as u64);
        let expected = match (options.revision, options.no_stream, options.stream_exists) {
            (Some(revision), ..) => Some(revision + 1),
            (_, Some(_), _) => Some(0),
            _ => None,
        };
        if standing == 0 && options.stream_exists.is_some() {
            return Err(wrong(options, standing));
        }
        if let Some(expected) = expected.filter(|expected| *expected != standing) {
            return self.known(&stream, expected, proposed).ok_or_else(|| wrong(options, standing));
        }
        if expected.is_none()
            && let Some(written) = self.known_anywhere(&stream, proposed)
        {
            return Ok(written);
        }
        for (id, proposed) in proposed {
            self.push(*id, &stream, proposed.clone());
        }
        self.appends += 1;
        if self.appends.is_multiple_of(10) {
            self.system_event();
        }
        let last =
            self.streams.get(&stream).and_then(|places| places.last()).and_then(|at| self.events.get(*at));
        last.map(|last| Written { revision: last.revision, position: last.position })
            .ok_or_else(|| wrong(options, standing))
    }

    /// The append was made before if its ids stand at its place; their content is not looked at.
    fn known(&self, stream: &str, from: u64, proposed: &[(Uuid, Proposed)]) -> Option<Written> {
        let standing = self.stream(stream)?;
        let at = usize::try_from(from).ok()?;
        let there = standing.get(at..at.checked_add(proposed.len())?)?;
        let same = there.iter().zip(proposed).all(|(stored, (id, _))| stored.id == *id);
        there.last().filter(|_| same).map(|last| Written { revision: last.revision, position: last.position })
    }

    fn known_anywhere(&self, stream: &str, proposed: &[(Uuid, Proposed)]) -> Option<Written> {
        let (first, _) = proposed.first()?;
        let at = self.stream(stream)?.iter().position(|stored| stored.id == *first)?;
        self.known(stream, at as u64, proposed)
    }

    fn push(&mut self, id: Uuid, stream: &str, proposed: Proposed) {
        let places = self.streams.entry(stream.to_owned()).or_default();
        // The server's positions are byte offsets: rising, never by one.
        let offset = self.events.last().map_or(0, |last| last.position.commit);
        let offset = offset + 120 + proposed.data.len() as u64;
        let mut metadata = proposed.metadata;
        metadata.insert("created".to_owned(), "17670000000000000".to_owned());
        let stored = Stored {
            id,
            stream: stream.to_owned(),
            revision: places.len() as u64,
            position: Position { commit: offset, prepare: offset },
            metadata,
            custom_metadata: proposed.custom_metadata,
            data: proposed.data,
        };
        places.push(self.events.len());
        self.events.push(stored);
    }

    fn system_event(&mut self) {
        let kind = HashMap::from([
            ("type".to_owned(), "$statsCollected".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
        ]);
        let id = Uuid::from_u128(self.events.len() as u128);
        self.push(
            id,
            "$stats-127.0.0.1:2113",
            Proposed { metadata: kind, data: Bytes::from_static(b"{}"), ..Proposed::default() },
        );
    }

    /// A stream's events in order; nothing when there is no such stream.
    pub fn stream(&self, name: &str) -> Option<Vec<&Stored>> {
        let places = self.streams.get(name)?;
        Some(places.iter().filter_map(|place| self.events.get(*place)).collect())
    }

    /// The events from a position on.
    pub fn from(&self, position: Position) -> &[Stored] {
        let start = self.events.partition_point(|event| event.position < position);
        self.events.get(start..).unwrap_or_default()
    }

    /// The events before a position.
    pub fn before(&self, position: Position) -> &[Stored] {
        let end = self.events.partition_point(|event| event.position < position);
        self.events.get(..end).unwrap_or_default()
    }

    pub fn end(&self) -> Position {
        self.events.last().map_or_else(Position::default, |last| last.position)
    }
}

/// Whether a filter lets an event through. Prefixes only: an expression is refused where the request is read.
pub fn passes(filter: Option<&Filter>, event: &Stored) -> bool {
    let Some(filter) = filter else { return true };
    let begins =
        |prefixes: &[String], text: &str| prefixes.iter().any(|prefix| text.starts_with(prefix.as_str()));
    match (&filter.stream_name, &filter.event_type) {
        (Some(expression), _) => begins(&expression.prefixes, &event.stream),
        (_, Some(expression)) => {
            begins(&expression.prefixes, event.metadata.get("type").map_or("", String::as_str))
        }
        (None, None) => true,
    }
}

pub fn name(options: &AppendOptions) -> String {
    let name = options.stream.as_ref().map(|stream| stream.stream_name.clone()).unwrap_or_default();
    String::from_utf8_lossy(&name).into_owned()
}

fn wrong(options: &AppendOptions, standing: u64) -> WrongVersion {
    WrongVersion {
        current: standing.checked_sub(1),
        current_no_stream: (standing == 0).then_some(Empty {}),
        expected: options.revision,
        expected_any: options.any,
        expected_stream_exists: options.stream_exists,
        expected_no_stream: options.no_stream,
    }
}
