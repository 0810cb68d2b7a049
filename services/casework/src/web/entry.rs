//! An entry of a child's story, in words: what happened, when, how old the child was, and who says so.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Purpose;
use domain::contact::involved::ContactRole;
use domain::ids::{AgencyId, PersonId};
use domain::person::uncertain_date::UncertainDate;
use domain::when::civil_day;
use projections::timeline::{Item, Left, Why};
use uuid::Uuid;

use super::{time_machine, words};
use crate::app::App;
use crate::error::ReadError;

/// One knot in the thread.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/entry.html")]
pub struct EntrySaid {
    pub id: String,
    pub title: String,
    pub tone: &'static str,
    pub happened: String,
    pub recorded: String,
    pub age: Option<String>,
    pub agency: String,
    pub lines: Vec<String>,
    /// The account, for those who may read it.
    pub account: Option<String>,
    pub corrected: Option<String>,
    /// The page as it was known before it was set right, for those who may look back.
    pub before: Option<String>,
    pub is_said: bool,
    /// True for what is about the record and not about the child.
    pub is_keeping: bool,
}

impl HtmlSafe for EntrySaid {}

/// An entry that stands on the page no more, in a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftSaid {
    pub title: String,
    pub happened: String,
    pub what: &'static str,
    pub when: String,
    pub before: Option<String>,
}

/// What entries are told with: whose page it is, for what, and the agencies' names.
pub struct Telling {
    pub born: Option<UncertainDate>,
    pub purpose: Purpose,
    /// Whose pages the reader may look back to.
    looks_back_to: Option<PersonId>,
    agencies: HashMap<AgencyId, String>,
}

impl Telling {
    pub fn new(born: Option<UncertainDate>, purpose: Purpose, looks_back_to: Option<PersonId>) -> Self {
        Self { born, purpose, looks_back_to, agencies: HashMap::new() }
    }

    /// Learns the names of the agencies of these entries.
    pub async fn learn(
        &mut self,
        app: &App,
        agencies: impl Iterator<Item = AgencyId>,
    ) -> Result<(), ReadError> {
        let head = app.on_record();
        for agency in agencies {
            if let Entry::Vacant(unknown) = self.agencies.entry(agency) {
                let name = app.agency_name(agency, head).await?;
                unknown.insert(name.unwrap_or_else(|| "An agency not registered here".to_owned()));
            }
        }
        Ok(())
    }

    pub fn agency(&self, id: AgencyId) -> &str {
        self.agencies.get(&id).map_or("An agency not registered here", String::as_str)
    }

    /// An entry in words.
    pub fn say(&self, item: &Item) -> EntrySaid {
        let (title, tone) = title(item);
        let is_read_by_all_told = item.kind == "contact.recorded" && !item.detail.codes.is_empty();
        EntrySaid {
            id: format!("entry-{}", item.event_id),
            title,
            tone,
            happened: words::occurred(item.occurred),
            recorded: moment(item, item.recorded_at),
            age: self.born.and_then(|born| words::age(born, item.occurred.day())),
            agency: match item.agency {
                Some(agency) => self.agency(agency).to_owned(),
                None if item.is_guarded => words::IN_CONFIDENCE.to_owned(),
                None => words::WITH_THE_ADDRESS.to_owned(),
            },
            lines: lines(item),
            account: is_read_by_all_told.then(|| self.contact(item.stream)),
            corrected: item.corrected_at.map(|at| moment(item, at)),
            before: item.corrected_at.and_then(|at| self.before(at)),
            is_said: item.is_said,
            is_keeping: is_keeping(&item.kind),
        }
    }

    /// An entry that stands on the page no more.
    pub fn say_left(&self, left: &Left) -> LeftSaid {
        LeftSaid {
            title: title(&left.item).0,
            happened: words::occurred(left.item.occurred),
            what: match left.why {
                Why::Withdrawn => "Taken back",
                Why::Moved => "Found not to belong here",
            },
            when: moment(&left.item, left.at),
            before: self.before(left.at),
        }
    }

    /// The page as it was known in the last whole minute before a moment.
    fn before(&self, at: DateTime<Utc>) -> Option<String> {
        let (day, time) = time_machine::address_of(at - TimeDelta::nanoseconds(1));
        let purpose = self.purpose.code();
        self.looks_back_to.map(|person| format!("/children/{person}?for={purpose}&known={day}&time={time}"))
    }

    fn contact(&self, id: Uuid) -> String {
        format!("/contacts/{id}?for={}", self.purpose.code())
    }
}

fn is_keeping(kind: &str) -> bool {
    matches!(
        kind,
        "person.opened"
            | "person.named"
            | "person.birth-recorded"
            | "person.birth-accepted"
            | "person.sex-recorded"
            | "person.identifier-recorded"
            | "person.characteristics-recorded"
            | "tie.recorded"
            | "tie.ended"
            | "case.opened"
    )
}

/// Of what was told in confidence no hour is told.
fn moment(item: &Item, at: DateTime<Utc>) -> String {
    if item.is_guarded { words::day(civil_day(at)) } else { words::moment(at) }
}

fn plain(code: &str) -> String {
    code.replace('-', " ")
}

/// What a newer program writes is shown by its own name rather than not at all.
fn title(item: &Item) -> (String, &'static str) {
    titled(item).unwrap_or_else(|| (plain(&item.kind.replace('.', ": ")), ""))
}

fn titled(item: &Item) -> Option<(String, &'static str)> {
    const GRAVE: &str = "gt-timeline__item--grave";
    const QUIET: &str = "gt-timeline__item--quiet";
    let detail = &item.detail;
    let variety = || detail.variety.as_deref().map(plain).unwrap_or_default();
    let outcome = || detail.outcome.as_deref().map(plain).unwrap_or_default();
    let (said, tone) = match &*item.kind {
        "contact.recorded" => {
            let concerns: Vec<String> = detail.codes.iter().map(|code| words::concern(code)).collect();
            let grave = matches!(detail.significance.as_deref(), Some("serious" | "immediate-danger"));
            let said = if concerns.is_empty() {
                "Contact".to_owned()
            } else {
                format!("Contact: {}", concerns.join(", "))
            };
            (said, if grave { GRAVE } else { "" })
        }
        "person.missing-reported" => (format!("Missing from {}", variety()), GRAVE),
        "person.found" => (format!("Found, who was missing from {}", variety()), ""),
        "police-protection.taken" => ("Taken into police protection".to_owned(), GRAVE),
        "police-protection.ended" => ("Police protection ended".to_owned(), ""),
        "emergency-order.granted" => ("Emergency protection order granted".to_owned(), GRAVE),
        "emergency-order.extended" => ("Emergency protection order extended".to_owned(), GRAVE),
        "emergency-order.ended" => ("Emergency protection order ended".to_owned(), ""),
        "looked-after.status-changed" => (with_outcome("Legal status changed", &variety()), ""),
        "contact.joined" => ("Joined to a contact about the same event".to_owned(), QUIET),
        "contact.parted" => ("Found to be about an event of its own".to_owned(), QUIET),
        "visit.made" => (format!("Visit: {}", seen(detail.outcome.as_deref())), ""),
        "core-group.held" => ("Core group met".to_owned(), ""),
        "note.written" => (words::first_upper(&variety()), QUIET),
        "contact.decided" => (format!("Contact decided: {}", outcome()), ""),
        "enquiry.made" => {
            let why = detail.variety.as_deref().and_then(|code| code.parse().ok());
            (
                format!(
                    "Asked about: {}",
                    why.map_or_else(variety, |why| words::purpose(why).to_lowercase())
                ),
                QUIET,
            )
        }
        "person.opened" => ("Record opened".to_owned(), QUIET),
        "person.named" => ("A name was given".to_owned(), QUIET),
        "person.birth-recorded" => ("A date of birth was given".to_owned(), QUIET),
        "person.birth-accepted" => ("A date of birth was accepted".to_owned(), QUIET),
        "person.sex-recorded" => ("Sex recorded".to_owned(), QUIET),
        "person.identifier-recorded" => ("A number was given".to_owned(), QUIET),
        "person.characteristics-recorded" => ("Characteristics recorded".to_owned(), QUIET),
        "person.address-recorded" => ("An address was given".to_owned(), QUIET),
        "person.authority-recorded" => (words::duty_recorded(detail.variety.as_deref()).to_owned(), ""),
        "person.born" => ("Born".to_owned(), ""),
        "person.died" => ("Died".to_owned(), GRAVE),
        "person.restricted" => ("Kept to named readers".to_owned(), GRAVE),
        "person.unrestricted" => ("Open to the partnership again".to_owned(), ""),
        "tie.recorded" => (format!("Family: {}", variety()), QUIET),
        "tie.ended" => ("A family tie ended".to_owned(), QUIET),
        "case.opened" => ("Case opened".to_owned(), QUIET),
        "referral.received" => ("Referral received".to_owned(), ""),
        "referral.decided" => (format!("Referral decided: {}", outcome()), ""),
        "assessment.started" => ("Assessment started".to_owned(), ""),
        "assessment.review-point-set" => ("Review point of the assessment set".to_owned(), QUIET),
        "assessment.completed" => (with_outcome("Assessment completed", &outcome()), ""),
        "s47.started" => ("Section 47 enquiry started".to_owned(), GRAVE),
        "s47.concluded" => (format!("Section 47 enquiry concluded: conference {}", outcome()), GRAVE),
        "conference.held" => (with_outcome(&format!("Conference held ({})", variety()), &outcome()), GRAVE),
        "cp-plan.started" => ("Child protection plan started".to_owned(), GRAVE),
        "cp-plan.category-changed" => ("Category of the child protection plan changed".to_owned(), ""),
        "cp-plan.reviewed" => ("Child protection plan reviewed".to_owned(), ""),
        "cp-plan.ended" => (with_outcome("Child protection plan ended", &outcome()), ""),
        "cin-plan.started" => ("Child in need plan started".to_owned(), ""),
        "cin-plan.ended" => (with_outcome("Child in need plan ended", &outcome()), ""),
        "pre-proceedings.reported" => ("Pre-proceedings reported".to_owned(), GRAVE),
        "looked-after.started" => (with_outcome("Became looked after", &variety()), GRAVE),
        "looked-after.ended" => (with_outcome("Ceased to be looked after", &outcome()), ""),
        "worker.allocated" => (format!("Allocated: {}", variety()), ""),
        "worker.ended" => (format!("Allocation ended: {}", variety()), QUIET),
        "case.closed" => (with_outcome("Case closed", &outcome()), ""),
        _ => return None,
    };
    Some((said, tone))
}

fn seen(code: Option<&str>) -> &'static str {
    match code {
        Some("alone") => "the child was seen alone",
        Some("with-others") => "the child was seen with others",
        Some("not-seen") => "the child was not seen",
        _ => "",
    }
}

fn with_outcome(said: &str, outcome: &str) -> String {
    if outcome.is_empty() { said.to_owned() } else { format!("{said}: {outcome}") }
}

fn lines(item: &Item) -> Vec<String> {
    let detail = &item.detail;
    let mut lines = Vec::new();
    match &*item.kind {
        "contact.recorded" => {
            if let Some(grave) = detail.significance.as_deref() {
                lines.push(format!("Judged: {}", plain(grave)));
            }
            // That a contact is about the child whose page it is on goes without saying, unless it is more than that.
            if !item.roles.is_empty() && item.roles != [ContactRole::Subject.code()] {
                lines.push(format!(
                    "This person’s part in it: {}",
                    words::parts(item.roles.iter().map(String::as_str))
                ));
            }
        }
        "enquiry.made" => {
            if let Some(answered) = detail.outcome.as_deref() {
                lines.push(format!("Answered: {}", plain(answered)));
            }
        }
        "person.authority-recorded" => {
            lines.extend(detail.codes.iter().map(|authority| format!("Authority {authority}")));
        }
        "cp-plan.started" | "cp-plan.category-changed" => {
            let categories: Vec<String> = detail.codes.iter().map(|code| words::category(code)).collect();
            if !categories.is_empty() {
                lines.push(format!("Because of: {}", categories.join(", ")));
            }
        }
        _ => {}
    }
    lines
}

#[cfg(test)]
mod tests {
    use domain::event::Event;
    use domain::ids::EventId;
    use domain::when::Occurred;
    use projections::timeline::Detail;

    use super::*;

    const AT: &str = "2026-03-10T14:30:20Z";

    fn item(kind: &'static str) -> Item {
        let at: DateTime<Utc> = AT.parse().unwrap();
        Item {
            position: 1,
            event_id: EventId(Uuid::nil()),
            stream: Uuid::nil(),
            kind: kind.into(),
            occurred: Occurred::Instant(at),
            recorded_at: at,
            agency: None,
            actor: None,
            authority: None,
            roles: Vec::new(),
            is_said: false,
            corrected_at: Some(at),
            detail: Detail::default(),
            is_guarded: false,
        }
    }

    #[test]
    fn every_kind_of_event_on_a_child_s_page_has_a_title_in_words() {
        let is_on_no_page = |kind: &str| {
            let of = kind.split('.').next().unwrap();
            matches!(
                of,
                "entry" | "agency" | "practitioner" | "account" | "session" | "review" | "return" | "alert"
            ) || (of == "enquiry" && kind != "enquiry.made")
        };
        let kinds: Vec<&str> = Event::frozen().into_iter().map(|frozen| frozen.kind).collect();
        for kind in kinds.into_iter().filter(|kind| !is_on_no_page(kind)) {
            assert!(titled(&item(kind)).is_some(), "{kind}");
        }
        assert_eq!(title(&item("newer.than-this")).0, "newer: than this");
    }

    #[test]
    fn an_entry_says_every_part_of_whoever_s_page_it_is_on_unless_they_are_simply_its_subject() {
        let said = |roles: &[&str]| {
            let roles = roles.iter().map(|role| (*role).to_owned()).collect();
            lines(&Item { roles, ..item("contact.recorded") })
        };
        let part = |text: &str| vec![format!("This person’s part in it: {text}")];
        assert_eq!(said(&["subject"]), Vec::<String>::new());
        assert_eq!(said(&["witness"]), part("witness"));
        assert_eq!(
            said(&["subject", "alleged-to-have-harmed"]),
            part("subject of the worry, and alleged to have harmed")
        );
        let all = ["subject", "source", "present"];
        assert_eq!(said(&all), part("subject of the worry, told it, and was there"));
    }

    #[test]
    fn an_entry_says_when_it_was_recorded_and_only_who_looks_back_is_led_before_its_correction() {
        let telling = |looks_back_to| Telling::new(None, Purpose::ReferralConsideration, looks_back_to);
        let person = PersonId(Uuid::nil());
        let said = telling(None).say(&item("visit.made"));
        assert_eq!((said.recorded.as_str(), &said.before), ("10 March 2026, 2:30pm", &None));
        let said = telling(Some(person)).say(&item("visit.made"));
        let before = said.before.clone().unwrap();
        assert!(before.ends_with("?for=referral-consideration&known=2026-03-10&time=14:30"), "{before}");
        let html = said.render().unwrap();
        assert!(
            html.contains("Recorded 10 March 2026, 2:30pm") && html.contains("known=2026-03-10"),
            "{html}"
        );
        let guarded = Item { is_guarded: true, ..item("contact.recorded") };
        assert_eq!(telling(None).say(&guarded).recorded, "10 March 2026");
    }
}
