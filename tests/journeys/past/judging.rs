//! One reader's pages of one moment, held against today's and against what truly became of each entry.

use casework::visitor::Visitor;
use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::agency::AgencyKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::history::History;
use super::ledger::{Entered, Fate, Place, Told};
use super::pages::Pages;
use super::{Tally, count};

/// A status below *progress* does not have these; the API says `categories`.
pub const OF_PROGRESS: [&str; 8] = [
    "categories",
    "episode",
    "assessment_since",
    "section47_since",
    "cp_categories",
    "last_seen_on",
    "last_seen_alone_on",
    "due",
];

/// Told with the status, of a child who stands so.
const LOOKED_AFTER: [&str; 3] = ["looked-after", "police-protection", "emergency-protection-order"];

/// Somebody, and all that they are shown today.
pub struct Reader<'a> {
    pub who: &'static str,
    pub visitor: &'a Visitor,
    pub today: Pages,
}

impl Reader<'_> {
    /// Those of whom the reader may know how they stand.
    fn knows(&self, person: Uuid) -> bool {
        matches!(self.today.disclosure(person), "status" | "progress" | "full")
    }

    /// True for whoever may know who told a contact that is on no page today: its front door, the agency that wrote it
    /// down, whoever did.
    fn may_know_who_told(&self, told: &Told, person: Uuid) -> bool {
        let actor = self.visitor.actor();
        let is_council = actor.agency_kind == AgencyKind::LocalAuthority;
        actor.practitioner.0 == told.practitioner
            || (actor.has(Role::FrontDoor) && self.today.disclosure(person) == "full")
            || (!is_council && actor.agency.0 == told.agency)
    }

    /// Nothing of what was erased is read today, on the pages at a browser neither.
    pub fn erased(&self, history: &History<'_>, shown: &str) -> Result<(), String> {
        let text = self.today.text() + shown;
        let is_erased = |of: &Option<Uuid>| of.is_some_and(|person| history.erased.contains(&person));
        let mut gone =
            history.words.iter().filter(|(of, word)| is_erased(of) && text.contains(word.as_str()));
        gone.next().map_or(Ok(()), |(_, word)| Err(format!("{} reads {word}, which is erased", self.who)))
    }
}

/// One reader's pages of one moment, held against today's.
pub struct Judging<'a> {
    pub reader: &'a Reader<'a>,
    pub history: &'a History<'a>,
    pub past: &'a Pages,
    pub tally: &'a Tally,
}

impl Judging<'_> {
    pub fn all(&self) -> Result<(), String> {
        self.pages()?;
        for person in &self.history.people {
            let is_open = self.past.of(("timeline", *person)).is_some();
            count(if is_open { &self.tally.open } else { &self.tally.closed });
            self.status(*person)?;
            self.enquiries(*person)?;
            for entry in self.past.entries(*person) {
                self.entry(*person, entry).map_err(|why| format!("{why}: {entry} of {person}"))?;
            }
        }
        let (then, now) = (self.past.text(), self.reader.today.text());
        let mut words = self.history.words.iter().map(|(_, word)| word);
        let told = words.find(|word| then.contains(word.as_str()) && !now.contains(word.as_str()));
        told.map_or(Ok(()), |word| Err(format!("{word} is told in the past only")))
    }

    fn pages(&self) -> Result<(), String> {
        for (page, past) in &self.past.0 {
            let Some(today) = self.reader.today.of(*page) else {
                return Err(format!("{page:?} is closed today"));
            };
            if past["disclosure"] != today["disclosure"] {
                let (past, today) = (&past["disclosure"], &today["disclosure"]);
                return Err(format!("{page:?} tells {past} and today {today}"));
            }
        }
        Ok(())
    }

    fn status(&self, person: Uuid) -> Result<(), String> {
        let Some(status) = self.past.of(("status", person)) else { return Ok(()) };
        let cases = status["cases"].as_array().unwrap();
        let shown = |name: &str| cases.iter().any(|case| case.get(name).is_some());
        let is_by_law = |case: &Value| {
            LOOKED_AFTER.contains(&case["standing"].as_str().unwrap())
                || (case.get("legal_status").is_none() && case.get("legal_status_until").is_none())
        };
        let is_kept = match status["disclosure"].as_str().unwrap() {
            "full" | "progress" => true,
            "status" => !OF_PROGRESS.into_iter().any(shown) && cases.iter().all(is_by_law),
            _ => cases.is_empty() && status.get("authorities").is_none(),
        };
        let is_made_up =
            |case: &Value| self.makes_up(person, case["case"].as_str().unwrap().parse().unwrap());
        if let Some(case) = cases.iter().find(|case| !is_made_up(case)) {
            return Err(format!("{case}, of which all was found to belong elsewhere"));
        }
        let is_reported = |entry: &Value| entry["kind"] == "person.missing-reported";
        let has_report = self.past.entries(person).iter().any(is_reported);
        // Whoever is told no more than the status is told no entry of others.
        if status.get("missing").is_some() && is_told_progress(status) && !has_report {
            return Err(format!("missing by no report: {status}"));
        }
        if is_kept { Ok(()) } else { Err(format!("a status that is withheld: {status}")) }
    }

    /// True when there is something of a case that is told here.
    fn makes_up(&self, person: Uuid, case: Uuid) -> bool {
        self.history.entered.iter().any(|entered| {
            let Place::Case { case: began_on, .. } = entered.place else { return false };
            (began_on == case || entered.fate.moved_to() == Some(person))
                && self.is_told(person, entered.id, entered.fate)
        })
    }

    fn enquiries(&self, person: Uuid) -> Result<(), String> {
        let of = |pages: &Pages| {
            let page = pages.of(("enquiries", person));
            page.map_or(Vec::new(), |page| page["enquiries"].as_array().unwrap().clone())
        };
        let today = of(&self.reader.today);
        let more = of(self.past).into_iter().find(|made| !today.contains(made));
        more.map_or(Ok(()), |made| Err(format!("an enquiry that is not told today: {made}")))
    }

    fn entry(&self, person: Uuid, then: &Value) -> Result<(), String> {
        let id: Uuid = then["entry"].as_str().unwrap().parse().unwrap();
        self.people(person, then)?;
        self.source(person, then)?;
        let today = self.reader.today.entry(person, id);
        let is_corrected = |entry: &Value| entry.get("corrected_at").is_some();
        match today {
            Some(today) if is_corrected(today) => {
                count(&self.tally.corrected);
                Ok(())
            }
            Some(today) if tells_no_more(then, today) => Ok(()),
            Some(today) => Err(format!("today it says {today}")),
            None => self.gone(person, id),
        }
    }

    /// An entry that is not on today's page of this person.
    fn gone(&self, person: Uuid, id: Uuid) -> Result<(), String> {
        let fate = self.entered(id).map(|entered| entered.fate);
        match fate {
            Some(Fate::Stands) | None => Err("an entry that stands and is not told today".to_owned()),
            Some(fate) if self.is_told(person, id, fate) => {
                count(&self.tally.corrected);
                Ok(())
            }
            Some(fate) => Err(format!("an entry that belongs elsewhere, where it is not told: {fate:?}")),
        }
    }

    /// True for what stands on somebody's page, was taken back there, or was moved to where it is told today.
    fn is_told(&self, person: Uuid, id: Uuid, fate: Fate) -> bool {
        match fate {
            Fate::Stands | Fate::Withdrawn(None) => true,
            Fate::Withdrawn(Some(to)) => to == person,
            Fate::Moved(to) => to == person || self.reader.today.entry(to, id).is_some(),
        }
    }

    fn entered(&self, id: Uuid) -> Option<&Entered> {
        self.history.entered.iter().find(|entered| entered.id == id)
    }

    fn people(&self, person: Uuid, then: &Value) -> Result<(), String> {
        let Some(people) = then["detail"]["people"].as_array() else { return Ok(()) };
        let today = self.reader.today.text();
        let is_own = then["agency"] == json!(self.reader.visitor.agency().0);
        for one in people.iter().map(|one| one["person"].as_str().unwrap()) {
            let id: Uuid = one.parse().unwrap();
            // What an agency entered itself names to it whom it named, but for those who are kept to named readers.
            let is_told_by_own = is_own && !self.is_restricted(id);
            if id != person && !self.reader.knows(id) && !today.contains(one) && !is_told_by_own {
                return Err(format!("names {one}"));
            }
        }
        Ok(())
    }

    fn is_restricted(&self, person: Uuid) -> bool {
        let status = self.reader.today.of(("status", person));
        status.is_none_or(|status| status.get("restriction_owner").is_some())
    }

    /// Nothing that tells who told what today is told in confidence, but what today's page tells.
    fn source(&self, person: Uuid, then: &Value) -> Result<(), String> {
        let id: Uuid = then["entry"].as_str().unwrap().parse().unwrap();
        let told = self.history.told.iter().find(|told| told.entry == id);
        let Some(told) = told.filter(|told| told.is_confided) else { return Ok(()) };
        count(&self.tally.confided);
        let roles = then["roles"].as_array();
        if roles.is_some_and(|roles| roles.contains(&json!("source"))) {
            return Err("on the page of the one who told it in confidence".to_owned());
        }
        let today = match self.reader.today.entry(person, id) {
            // Whose entry it is is told today to whoever may know who told it.
            Some(today) if today.get("agency").is_some() => return Ok(()),
            Some(today) => tells(today),
            None if self.reader.may_know_who_told(told, person) => return Ok(()),
            None => Vec::new(),
        };
        let more = tells(then).into_iter().find(|tale| !today.contains(tale));
        more.map_or(Ok(()), |what| Err(format!("{what}, of what is told in confidence today")))
    }
}

fn is_told_progress(page: &Value) -> bool {
    matches!(page["disclosure"].as_str().unwrap(), "progress" | "full")
}

/// By what an entry tells who told it.
fn tells(entry: &Value) -> Vec<&'static str> {
    let people = entry["detail"]["people"].as_array().cloned().unwrap_or_default();
    let is_by_day = |at: &Value| at.as_str().is_none_or(|at| !at.contains('T') || is_midnight(at));
    let tales = [
        ("whose entry it is", entry.get("agency").is_some()),
        ("who made it", entry.get("practitioner").is_some()),
        ("how it came", entry["detail"].get("variety").is_some()),
        ("when it was told", !is_by_day(&entry["occurred"])),
        ("when it was written down", !is_by_day(&entry["recorded_at"])),
        ("who told it", people.iter().any(|one| one["role"] == "source")),
    ];
    tales.into_iter().filter(|(_, is_told)| *is_told).map(|(tale, _)| tale).collect()
}

/// The beginning of a civil day in England.
fn is_midnight(at: &str) -> bool {
    let at: DateTime<Utc> = at.parse().unwrap();
    domain::when::start_of(domain::when::civil_day(at)) == at
}

/// True when all that an entry says it says today. Beside a contact that was told in confidence and was withdrawn since,
/// a page of the past leaves out who entered what, and says no hour.
fn tells_no_more(then: &Value, today: &Value) -> bool {
    let is_nobodys = then.get("agency").is_none() && then.get("practitioner").is_none();
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    members(then).iter().all(|(name, said)| match name.as_str() {
        _ if today.get(name) == Some(said) => true,
        "occurred" => is_nobodys && said.as_str().is_some_and(|day| day.len() == "2026-04-24".len()),
        "recorded_at" => is_nobodys,
        "detail" => members(said).iter().all(|(name, said)| today["detail"].get(name) == Some(said)),
        _ => false,
    })
}
