//! `goldthread replay`: a history as it was known at any time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure, LawfulBasis, Purpose};
use domain::history::effective;
use domain::ids::{CaseId, PersonId};
use event_store::{EventStore as _, Position, Recorded, StreamId};
use projections::decode::{Decoder, look_up};
use projections::reads::AsOf;
use projections::scope::Scope;
use projections::{status, timeline};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use super::status::missing;
use casework::access_log::{Looking, Shown, ShownPerson};
use casework::app::App;
use casework::error::ReadError;
use casework::settings::Settings;
use casework::visitor::Visitor;

/// Events read from a stream at once.
const PAGE: usize = 1_000;

/// Tell the history of a person or a case as it was known at any time.
///
/// Headed by where the child was missing from, as was known then. Oldest first, as it stood after the corrections
/// known then; `--everything` shows the corrections themselves and what they replaced. Sealed text is not opened. The
/// replay goes into the access log first.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("subject").required(true).args(["person", "case"]))]
pub struct Replay {
    /// A person: their own record, and whatever else concerns them.
    #[arg(long)]
    person: Option<PersonId>,
    /// One child's case at one authority.
    #[arg(long)]
    case: Option<CaseId>,
    /// As the record knew it then: 2026-03-01T10:15:00Z; now when absent.
    #[arg(long)]
    as_known_at: Option<DateTime<Utc>>,
    /// Of a case: corrections too, and what they replaced, in the order they were recorded.
    #[arg(long, requires = "case")]
    everything: bool,
    /// Who replays: a token of `goldthread token auditor`; the node itself when absent.
    #[arg(long, env = "GOLDTHREAD_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// One entry as it is printed.
#[derive(Debug, Serialize)]
struct Told {
    position: String,
    event: Uuid,
    stream: String,
    version: u64,
    r#type: String,
    occurred: String,
    recorded_at: DateTime<Utc>,
    /// None, like all else that would tell who told it in confidence, for those who may not know that.
    actor: Option<Uuid>,
    agency: Option<Uuid>,
    purpose: Option<String>,
    facts: Box<RawValue>,
}

impl Replay {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let (head, told) = with_app(settings, async |app| {
            app.engine.ready().await;
            let visitor = match &self.token {
                Some(token) => app.visitor(token)?,
                None => Visitor::node(),
            };
            self.told(&app, &visitor).await
        })?;
        if let Some(head) = head {
            output.one_of_many(&head, |head| missing(head).join("\n"))?;
        }
        for entry in &told {
            output.one_of_many(entry, words)?;
        }
        Ok(())
    }

    /// Where the child was missing from, as any answer about them says it, and the entries.
    async fn told(&self, app: &App, visitor: &Visitor) -> Result<(Option<Value>, Vec<Told>), Failure> {
        let purpose = if self.token.is_some() { Purpose::Audit } else { Purpose::Operation };
        let mut looking = Looking::new(Action::Replay, purpose, LawfulBasis::LegalObligation);
        let cut = match self.as_known_at {
            Some(at) => app.record.position_at(at).await?,
            None => app.record.head().await?.position,
        };
        looking.as_known_at = Some(cut);
        let as_of = AsOf { known_at: self.as_known_at.or(Some(app.clock.now())), ..AsOf::default() };
        match (self.person, self.case) {
            (Some(person), _) => {
                let shown = app.look(visitor, looking, async |scope| {
                    let timeline = timeline::of_as_of(&app.views, scope, person, as_of).await?;
                    let timeline = timeline.ok_or(ReadError::Absent)?;
                    let events = events_of(app, &timeline.items).await?;
                    let people = vec![ShownPerson { person, disclosure: timeline.disclosure }];
                    let head = headed(app, scope, person, as_of).await?;
                    Ok(Shown { answer: (head, events), people })
                });
                Ok(shown.await?)
            }
            (None, Some(case)) => {
                let shown = app.look(visitor, looking, async |scope| {
                    let stream = StreamId { category: "case".to_owned(), id: case.0 };
                    let answer = self.case(app, &stream, cut).await?;
                    let child = child_of(&answer);
                    let head = match child {
                        Some(child) => headed(app, scope, child, as_of).await?,
                        None => None,
                    };
                    let people =
                        child.into_iter().map(|person| ShownPerson { person, disclosure: Disclosure::Full });
                    Ok(Shown { people: people.collect(), answer: (head, answer) })
                });
                Ok(shown.await?)
            }
            (None, None) => Err(Failure::new("say whose history: --person or --case")),
        }
    }

    async fn case(&self, app: &App, stream: &StreamId, cut: Position) -> Result<Vec<Told>, ReadError> {
        let mut recorded = whole_stream(app, stream).await?;
        recorded.retain(|event| event.position <= cut);
        if recorded.first().is_none_or(|first| first.header.category() != stream.category) {
            return Err(ReadError::Absent);
        }
        if self.everything {
            return recorded.iter().map(|event| told(event, event.header.occurred(), &event.facts)).collect();
        }
        let closed = |_: &str| false;
        let keys = look_up(app.keys.as_ref(), &recorded, &closed)
            .await
            .map_err(|cause| ReadError::Unavailable(Box::new(cause)))?;
        let decoder = Decoder { origin: app.record.origin(), opens: &closed, keys: &keys };
        let entries: Vec<_> =
            decoder.decode(&recorded).into_iter().filter_map(|decoded| decoded.content.ok()).collect();
        let by_version: HashMap<u64, &Recorded> =
            recorded.iter().map(|event| (event.header.version(), event)).collect();
        let mut standing = Vec::new();
        for entry in effective(&entries) {
            if let Some(event) = by_version.get(&entry.version) {
                standing.push(told(event, &entry.occurred.to_string(), &event.facts)?);
            }
        }
        Ok(standing)
    }
}

/// Nothing when they were missing from nowhere.
async fn headed(app: &App, scope: &Scope, child: PersonId, as_of: AsOf) -> Result<Option<Value>, ReadError> {
    let missing = status::missing(&app.views, scope, child, Some(as_of)).await?;
    let place = |missing: &domain::person::Missing| json!({ "from": missing.from.code(), "since": missing.since.to_string() });
    let places: Vec<Value> = missing.iter().map(place).collect();
    Ok((!places.is_empty()).then(|| json!({ "missing": places })))
}

async fn whole_stream(app: &App, stream: &StreamId) -> Result<Vec<Recorded>, ReadError> {
    let mut recorded: Vec<Recorded> = Vec::new();
    loop {
        let after = recorded.last().map_or(0, |last| last.header.version());
        let page = app.record.read_stream(stream, after, PAGE).await?;
        let is_last = page.len() < PAGE;
        recorded.extend(page);
        if is_last {
            return Ok(recorded);
        }
    }
}

/// The events behind a timeline's items, oldest first.
async fn events_of(app: &App, items: &[timeline::Item]) -> Result<Vec<Told>, ReadError> {
    let mut streams: HashMap<Uuid, Vec<Recorded>> = HashMap::new();
    let mut all = Vec::with_capacity(items.len());
    for item in items.iter().rev() {
        let events = match streams.entry(item.stream) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                let stream = StreamId { category: String::new(), id: item.stream };
                place.insert(whole_stream(app, &stream).await?)
            }
        };
        let found = events.iter().find(|event| event.position.raw() == item.position);
        if let Some(event) = found {
            all.push(match item.is_guarded {
                false => told(event, &item.occurred.to_string(), &event.facts)?,
                true => guarded(event, item)?,
            });
        }
    }
    Ok(all)
}

fn told(event: &Recorded, occurred: &str, facts: &Bytes) -> Result<Told, ReadError> {
    let header = &event.header;
    let text = std::str::from_utf8(facts).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
    Ok(Told {
        position: event.position.to_string(),
        event: header.event_id(),
        stream: header.stream().to_string(),
        version: header.version(),
        r#type: header.kind().to_owned(),
        occurred: occurred.to_owned(),
        recorded_at: header.recorded_at(),
        actor: Some(header.actor()),
        agency: Some(header.agency()),
        purpose: Some(header.purpose().to_owned()),
        facts: RawValue::from_string(text.to_owned()).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?,
    })
}

/// As the timeline shows it, and no more.
fn guarded(event: &Recorded, item: &timeline::Item) -> Result<Told, ReadError> {
    let shown = serde_json::to_vec(&item.detail).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
    Ok(Told {
        recorded_at: item.recorded_at,
        actor: None,
        agency: None,
        purpose: None,
        ..told(event, &item.occurred.to_string(), &Bytes::from(shown))?
    })
}

/// Each entry of a case names its child.
fn child_of(told: &[Told]) -> Option<PersonId> {
    let facts: serde_json::Value = serde_json::from_str(told.first()?.facts.get()).ok()?;
    facts.get("child")?.as_str()?.parse().ok()
}

fn words(told: &Told) -> String {
    format!(
        "{:>8}  {:<25} {:<28} recorded {} by {}\n          {}",
        told.position,
        told.occurred,
        told.r#type,
        told.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        told.actor.map_or_else(|| "somebody not named here".to_owned(), |actor| actor.to_string()),
        told.facts.get(),
    )
}
