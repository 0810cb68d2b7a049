//! The view `linkage`: what the rules look at. Signals by person, ties by person and by household, and what little
//! else a rule asks: what an agency is, whether a child has an open episode, who is kept apart.
//!
//! Linkage itself is not a fold of one key's history: a rule looks across people. So the view keeps only what each
//! key's history says, and whoever evaluates reads the people touched with everyone tied to them ([`neighbourhood`]).
//! A finding is a function of these rows, whatever order they came in.

mod queries;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::case::events::ReferralOutcome;
use domain::contact::involved::ContactRole;
use domain::contact::{Concern, SourceDisclosure};
use domain::enquiry::Searched;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, EpisodeId, IncidentId, PersonId};
use domain::linkage::{Identity, Part, SignalKind};
use domain::person::restriction::RestrictionReason;
use domain::tie::TieTo;
use domain::tie::events::Recorded as Tie;
use uuid::Uuid;

use crate::about::child_of;
use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{everybody, local_authorities, neighbourhood, touched};

/// See the module.
pub struct Linkage;

const SIGNAL: usize = 0;
const BOND: usize = 1;
const AGENCY: usize = 2;
const APART: usize = 3;
const EPISODE: usize = 4;
const JOINED: usize = 5;

impl View for Linkage {
    fn name(&self) -> &'static str {
        "linkage"
    }

    fn version(&self) -> u16 {
        2
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "signal", key: "person", per: Per::Entry },
            Table { name: "bond", key: "key", per: Per::Key },
            Table { name: "agency", key: "agency", per: Per::Key },
            Table { name: "apart", key: "person", per: Per::Key },
            Table { name: "episode", key: "child", per: Per::Key },
            Table { name: "joined", key: "person", per: Per::Key },
        ]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        match &entry.event {
            event if !self.takes(event) => {}
            Event::ContactRecorded(contact) => {
                let counted = contact.people.iter().filter(|involved| part(involved.role).is_some());
                counted.for_each(|involved| keys.add(involved.person.0));
            }
            Event::EnquiryMade(enquiry) => {
                if let Some(subject) = enquiry.subject {
                    keys.add(subject.0);
                }
            }
            Event::TieRecorded(tie) => {
                keys.add(tie.from.0);
                keys.add(match tie.to {
                    TieTo::Person(person) => person.0,
                    TieTo::Household(household) => household.0,
                });
            }
            Event::ContactJoined(_) | Event::ContactParted(_) | Event::TieEnded(_) => keys.add_stream(),
            event => keys.add(child_of(event).map_or(entry.stream, |(child, _)| child.0)),
        }
    }

    fn takes(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::ContactRecorded(_)
                | Event::ContactJoined(_)
                | Event::ContactParted(_)
                | Event::EnquiryMade(_)
                | Event::TieRecorded(_)
                | Event::TieEnded(_)
                | Event::AgencyRegistered(_)
                | Event::PersonRestricted(_)
                | Event::PersonUnrestricted(_)
                | Event::CpPlanStarted(_)
                | Event::Section47Started(_)
                | Event::ReferralReceived(_)
                | Event::ReferralDecided(_)
                | Event::CaseClosed(_)
        )
    }

    /// What is only counted changes nothing that is remembered; of all else the last word counts.
    fn commutes(&self, entry: &Entry) -> bool {
        matches!(
            entry.event,
            Event::ContactRecorded(_)
                | Event::EnquiryMade(_)
                | Event::CpPlanStarted(_)
                | Event::Section47Started(_)
        )
    }

    fn entry_rows(&self, key: Key, entry: &Entry, rows: &mut Rows) -> Result<(), Poison> {
        if let Some(signal) = signals(PersonId(key), entry) {
            rows.row(SIGNAL)
                .uuid(key)
                .position(entry.position)
                .uuid(entry.id.0)
                .uuid(entry.stream)
                .text(signal.part.code())
                .text(signal.kind.code())
                .text(signal.identity.code())
                .text(&entry.occurred.to_string())
                .instant(entry.recorded_at)
                .uuid(signal.agency.0)
                .opt_text(signal.authority.map(Authority::as_str))
                .text(&entry.purpose)
                .texts(signal.concerns)
                .opt_text(signal.disclosure.map(SourceDisclosure::code))
                .end();
        }
        Ok(())
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Around {
            key,
            ties: BTreeMap::new(),
            agency: None,
            is_apart: false,
            joined: BTreeMap::new(),
            episodes: BTreeMap::new(),
        }))
    }
}

/// What an entry says of a person, as rules count it.
struct Counted<'a> {
    part: Part,
    kind: SignalKind,
    identity: Identity,
    agency: AgencyId,
    authority: Option<&'a Authority>,
    concerns: Vec<&'static str>,
    disclosure: Option<SourceDisclosure>,
}

fn signals(person: PersonId, entry: &Entry) -> Option<Counted<'_>> {
    match &entry.event {
        Event::ContactRecorded(contact) => {
            let parts = contact.people.iter().filter(|involved| involved.person == person);
            let part = parts.filter_map(|involved| part(involved.role)).min()?;
            let about = |concern: &&Concern| {
                part == Part::AllegedToHaveHarmed
                    || concern.about.is_empty()
                    || concern.about.contains(&person)
            };
            // Whose words they are, unless nobody may know: then whose entry it is.
            let named = contact.source_disclosure != SourceDisclosure::Anonymous;
            Some(Counted {
                part,
                kind: SignalKind::Contact,
                identity: Identity::Confirmed,
                agency: contact.source_agency.filter(|_| named).unwrap_or(entry.agency),
                authority: Some(&contact.authority),
                concerns: contact.concerns.iter().filter(about).map(|concern| concern.kind.code()).collect(),
                disclosure: Some(contact.source_disclosure),
            })
        }
        Event::EnquiryMade(made) if made.subject == Some(person) => Some(Counted {
            part: Part::Subject,
            kind: SignalKind::Enquiry,
            identity: identity(&made.searched),
            agency: made.asked_by,
            authority: None,
            concerns: Vec::new(),
            disclosure: None,
        }),
        Event::CpPlanStarted(_) | Event::Section47Started(_) => {
            let (_, authority) = child_of(&entry.event)?;
            let is_plan = matches!(entry.event, Event::CpPlanStarted(_));
            Some(Counted {
                part: Part::Subject,
                kind: if is_plan { SignalKind::PlanStarted } else { SignalKind::Section47Started },
                identity: Identity::Confirmed,
                agency: entry.agency,
                authority: Some(authority),
                concerns: Vec::new(),
                disclosure: None,
            })
        }
        _ => None,
    }
}

fn part(role: ContactRole) -> Option<Part> {
    match role {
        ContactRole::Subject => Some(Part::Subject),
        ContactRole::AllegedToHaveHarmed => Some(Part::AllegedToHaveHarmed),
        ContactRole::Source | ContactRole::Witness | ContactRole::Present => None,
    }
}

/// A number says who is asked about, and so does a record that the asker had before them already; a name and a birth
/// date may be somebody else's too, and whoever was chosen by them is no surer.
fn identity(searched: &[Searched]) -> Identity {
    let has_number =
        searched.iter().any(|with| matches!(with, Searched::NhsNumber | Searched::Upn | Searched::LaChildId));
    let had_record = searched.iter().all(|with| *with == Searched::Record);
    if has_number || had_record { Identity::Confirmed } else { Identity::Unconfirmed }
}

/// What is remembered of a person, a household or an agency.
struct Around {
    key: Uuid,
    ties: BTreeMap<Uuid, (Option<Tie>, Option<NaiveDate>)>,
    agency: Option<(AgencyKind, Option<Authority>)>,
    is_apart: bool,
    /// Contacts that tell of another contact's incident.
    joined: BTreeMap<Uuid, IncidentId>,
    episodes: BTreeMap<EpisodeId, (Option<NaiveDate>, Option<NaiveDate>)>,
}

impl KeyState for Around {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        let day = entry.occurred.day();
        match &entry.event {
            Event::TieRecorded(tie) => self.ties.entry(entry.stream).or_default().0 = Some(tie.clone()),
            Event::TieEnded(ended) => self.ties.entry(entry.stream).or_default().1 = Some(ended.on),
            Event::AgencyRegistered(agency) => self.agency = Some((agency.kind, agency.authority.clone())),
            Event::PersonRestricted(restricted) => {
                self.is_apart = restricted.reason == RestrictionReason::PreAdoption;
            }
            Event::PersonUnrestricted(_) => self.is_apart = false,
            Event::ContactJoined(joined) => {
                self.joined.insert(entry.stream, joined.incident);
            }
            Event::ContactParted(_) => {
                self.joined.remove(&entry.stream);
            }
            Event::ReferralReceived(referral) => {
                self.episodes.entry(referral.episode).or_default().0 = Some(day);
            }
            Event::ReferralDecided(decided) if decided.outcome == ReferralOutcome::NoFurtherAction => {
                self.episodes.entry(decided.episode).or_default().1 = Some(day);
            }
            Event::CaseClosed(closed) => self.episodes.entry(closed.episode).or_default().1 = Some(day),
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        for (id, (tie, until)) in &self.ties {
            let Some(tie) = tie else { continue };
            let (person, household) = match tie.to {
                TieTo::Person(person) => (Some(person.0), None),
                TieTo::Household(household) => (None, Some(household.0)),
            };
            rows.row(BOND)
                .uuid(self.key)
                .uuid(*id)
                .uuid(tie.from.0)
                .opt_uuid(person)
                .opt_uuid(household)
                .text(tie.kind.code())
                .opt_date(tie.since)
                .opt_date(*until)
                .end();
        }
        if let Some((kind, authority)) = &self.agency {
            let authority = authority.as_ref().map(Authority::as_str);
            rows.row(AGENCY).uuid(self.key).text(kind.code()).opt_text(authority).end();
        }
        if self.is_apart {
            rows.row(APART).uuid(self.key).end();
        }
        for (contact, incident) in &self.joined {
            rows.row(JOINED).uuid(self.key).uuid(*contact).uuid(incident.0).end();
        }
        for (began, ended) in self.episodes.values() {
            if let Some(began) = began {
                rows.row(EPISODE).uuid(self.key).date(*began).opt_date(*ended).end();
            }
        }
    }
}
