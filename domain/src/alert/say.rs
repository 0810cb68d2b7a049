//! The rule finds this: raised when nothing was said before, grown by more evidence, lessened by corrections. Saying
//! the same again, or what an older look at the record found, adds nothing: however many processes look, and however
//! often one begins again, an alert fires once.

use chrono::{DateTime, Utc};

use super::events::{Bearing, Evidence, Grew, Lessened, Raised, Said};
use super::{Alert, AlertState};
use crate::decider::{Act, NewEvent};
use crate::enquiry::KnownAt;
use crate::linkage::{Finding, Signal};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Say {
    /// The place in the record up to which it was looked for.
    pub known_at: KnownAt,
    pub says: Said,
}

impl Say {
    #[must_use]
    pub fn of(finding: Finding, known_at: KnownAt) -> Self {
        let Finding {
            rule, version, authority, children, ties, evidence, is_for_the_front_door_only, ..
        } = finding;
        let evidence = evidence.iter().map(Evidence::of).collect();
        Self {
            known_at,
            says: Said { rule, version, authority, children, ties, evidence, is_for_the_front_door_only },
        }
    }

    pub(super) fn decide(self, alert: &Alert, act: &Act) -> Vec<NewEvent> {
        let Self { known_at, says } = self;
        let before = alert.says.as_ref().filter(|_| alert.state != Some(AlertState::Withdrawn));
        let is_older = alert.known_at.is_some_and(|before| known_at <= before);
        let event = match before {
            _ if is_older => return Vec::new(),
            None => Raised { known_at, says }.into(),
            Some(before) if is_more(&says, before) => Grew::of(known_at, says, before).into(),
            Some(before) if says.evidence == before.evidence && says.children == before.children => {
                return Vec::new();
            }
            Some(_) => Lessened { known_at, says }.into(),
        };
        vec![NewEvent { occurred: Occurred::Instant(act.now), event }]
    }
}

/// True when something is there that was not: an entry, or a child.
fn is_more(says: &Said, before: &Said) -> bool {
    !says.bearings().is_subset(&before.bearings()) || !says.children.is_subset(&before.children)
}

impl Grew {
    fn of(known_at: KnownAt, mut says: Said, before: &Said) -> Self {
        let gone = before.bearings().difference(&says.bearings()).copied().collect();
        says.evidence.retain(|evidence| !before.evidence.contains(evidence));
        Self { known_at, says, gone: Some(gone) }
    }

    /// All that the alert says, now that it grew.
    pub(super) fn after(&self, before: Option<Said>) -> Said {
        let mut says = self.says.clone();
        let (Some(gone), Some(before)) = (&self.gone, before) else { return says };
        let told = says.bearings();
        let stays = |evidence: &Evidence| {
            let bearing = evidence.bearing();
            !gone.contains(&bearing) && !told.contains(&bearing)
        };
        says.evidence.extend(before.evidence.into_iter().filter(stays));
        says.evidence.sort_by_key(Evidence::place);
        says
    }
}

impl Evidence {
    fn of(signal: &Signal) -> Self {
        Self {
            entry: signal.event,
            record: signal.record,
            incident: signal.incident,
            person: signal.person,
            kind: signal.kind,
            identity: signal.identity,
            occurred: signal.occurred,
            agency: signal.agency,
            source_disclosure: signal.source_disclosure,
        }
    }

    /// In the order of happening, as the rules count it.
    fn place(&self) -> (DateTime<Utc>, Bearing) {
        (self.occurred.earliest(), self.bearing())
    }
}
