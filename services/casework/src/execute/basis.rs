//! What an order is judged by, and what that is once the order's own events are written.

use chrono::{DateTime, Utc};
use domain::decider::NewEvent;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, CorrelationId, EventId, KeyId, PractitionerId};
use domain::sealed::OpenedPart;
use event_store::{Append, Appended};

use super::load::Loaded;
use super::remembered::Facts;

/// How much of a stream its rules read. What is not needed stays shut: it is nobody's business, and a long case is many
/// keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum JudgedBy {
    Everything,
    Facts,
    /// As long as nothing like it was done before: what was is compared, words and all.
    FactsAtFirst,
    /// And by what this entry says.
    FactsAnd(EventId),
}

/// A stream's history, for its rules.
pub(super) enum Basis {
    /// Of a stream that nobody has begun.
    Nothing,
    /// Of a stream that no command to be repeated is on.
    Facts(Facts),
    /// The same with an entry opened.
    Opened(Facts, Vec<Entry>),
    Everything(Loaded),
}

impl Basis {
    pub fn version(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Facts(facts) | Self::Opened(facts, _) => facts.version,
            Self::Everything(loaded) => loaded.version,
        }
    }

    /// The entries that stand.
    pub fn standing(&self) -> &[Entry] {
        match self {
            Self::Nothing => &[],
            Self::Facts(facts) => &facts.standing,
            Self::Opened(_, standing) => standing,
            Self::Everything(loaded) => &loaded.standing,
        }
    }

    /// The entries as they were written, where an order may be on the stream already.
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::Everything(loaded) => &loaded.entries,
            Self::Nothing | Self::Facts(_) | Self::Opened(..) => &[],
        }
    }

    /// Where the last entry stands, and when it was recorded.
    pub fn last(&self) -> Option<(u128, DateTime<Utc>)> {
        match self {
            Self::Nothing => None,
            Self::Facts(facts) | Self::Opened(facts, _) => facts.last,
            Self::Everything(loaded) => loaded.entries.last().map(|last| (last.position, last.recorded_at)),
        }
    }

    /// The facts that are worth remembering.
    pub fn into_facts(self) -> Option<Facts> {
        match self {
            Self::Facts(facts) | Self::Opened(facts, _) => Some(facts),
            Self::Nothing | Self::Everything(_) => None,
        }
    }

    /// Adds to the facts what was just written after them.
    pub fn written(&mut self, append: &Append, events: &[NewEvent], appended: &Appended) {
        if matches!(self, Self::Nothing) && is_asked_for_again(&append.stream.category) {
            *self = Self::Facts(Facts::default());
        }
        let (Self::Facts(facts) | Self::Opened(facts, _)) = self else { return };
        match as_read(append, events, appended) {
            Some(entry) => facts.add(&[entry], [append.context.causation], appended.version),
            None => facts.is_behind = true,
        }
    }
}

/// Of what somebody just began: who a contact is about is soon looked up, and it is soon decided.
fn is_asked_for_again(category: &str) -> bool {
    matches!(category, "person" | "contact")
}

/// The entry a lone event is, its sealed parts shut. Of several, only the record knows where each stands.
fn as_read(append: &Append, events: &[NewEvent], appended: &Appended) -> Option<Entry> {
    let ([draft], [new]) = (append.events.as_slice(), events) else { return None };
    let shut =
        |part: &event_store::Part| OpenedPart { number: part.number, key: KeyId(part.key), text: None };
    let parts: Vec<OpenedPart<'_>> = draft.parts.iter().map(shut).collect();
    let context = &append.context;
    Some(Entry {
        id: EventId(draft.event_id),
        position: appended.position.raw(),
        stream: append.stream.id,
        version: appended.version,
        recorded_at: appended.recorded_at,
        occurred: new.occurred,
        actor: PractitionerId(context.actor),
        agency: AgencyId(context.agency),
        purpose: context.purpose.clone(),
        lawful_basis: context.lawful_basis.clone(),
        correlation: CorrelationId(context.correlation),
        corrected_at: None,
        event: Event::decode(&draft.kind, draft.schema_version, &draft.facts, &parts).ok()?,
    })
}
