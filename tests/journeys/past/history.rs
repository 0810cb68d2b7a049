//! Carries a plan out over HTTP, as the people of several agencies, and keeps a ledger of what truly became of each
//! entry, to hold the pages against. Only the erasure of a key is below HTTP: no address orders it.

use std::collections::{BTreeMap, BTreeSet};

use casework::visitor::Visitor;
use chrono::{DateTime, TimeDelta, Utc};
use event_store::clock::Clock as _;
use event_store::{EventStore as _, StreamId};
use serde_json::{Value, json};
use system_tests::app::AUTHORITY;
use system_tests::http::{Answer, Caller};
use uuid::Uuid;

use super::cast::Cast;
use super::ledger::{Asked, Entered, Fate, Place, Told};
use super::plan::Step;
use crate::partnership::*;

const REFUSED: &str = "refused";
const METHODS: [&str; 4] = ["telephone", "in-person", "online-form", "meeting"];
const DISCLOSURES: [&str; 3] = ["named", "withheld-from-family", "anonymous"];
const CLASSES: [&str; 4] = ["ordinary", "withheld", "placement", "refuge"];
const DUTIES: [&str; 3] = ["responsible", "area", "school"];

/// A history as it was carried out.
pub struct History<'a> {
    all: &'a Partnership,
    cast: &'a Cast,
    /// Three children and an adult.
    pub people: Vec<Uuid>,
    pub entered: Vec<Entered>,
    pub told: Vec<Told>,
    pub asked: Vec<Asked>,
    /// A moment before each correction, and the last.
    pub moments: Vec<DateTime<Utc>>,
    /// Words that are in one place only, and the person whose key they are sealed under, if any is.
    pub words: Vec<(Option<Uuid>, String)>,
    pub erased: BTreeSet<Uuid>,
    cases: BTreeMap<(Uuid, &'static str), (Uuid, String)>,
    /// What was done, for whoever must understand a failure.
    pub transcript: Vec<String>,
    next: u64,
}

fn of<T>(list: &[T], nth: usize) -> Option<&T> {
    list.get(nth.checked_rem(list.len())?)
}

/// The place of the latest for 0.
fn lately<T>(list: &[T], nth: usize) -> Option<usize> {
    let back = nth.checked_rem(list.len())?;
    Some(list.len() - 1 - back)
}

fn ids(answer: &Value) -> Vec<Uuid> {
    answer["events"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap()).collect()
}

impl<'a> History<'a> {
    pub async fn told(all: &'a Partnership, cast: &'a Cast, plan: &[Step]) -> Self {
        let mut history = Self {
            all,
            cast,
            people: Vec::new(),
            entered: Vec::new(),
            told: Vec::new(),
            asked: Vec::new(),
            moments: Vec::new(),
            words: Vec::new(),
            erased: BTreeSet::new(),
            cases: BTreeMap::new(),
            transcript: Vec::new(),
            next: 0,
        };
        for given in ["Ash", "Bo", "Cy", "Dee"] {
            let family = history.word(None);
            let person = all.person(given, &family, "2015-03-04").await;
            history.words.last_mut().unwrap().0 = Some(person);
            history.people.push(person);
        }
        for step in plan {
            all.app.clock.advance(TimeDelta::minutes(47));
            let before = all.app.clock.now();
            all.app.clock.advance(TimeDelta::minutes(46));
            let done = history.take(*step).await;
            if step.is_correction() && done.as_ref().is_some_and(|done| done != REFUSED) {
                history.moments.push(before);
            }
            history
                .transcript
                .push(format!("{step:?}: {}", done.unwrap_or("nothing to do it to".to_owned())));
        }
        all.app.clock.advance(TimeDelta::minutes(93));
        history.moments.push(all.app.clock.now());
        history
    }

    /// A word that nothing else says: letters, so that it can be a name.
    fn word(&mut self, of: Option<Uuid>) -> String {
        self.next += 1;
        // Each history begins later than the last, so that no word is said in two.
        let moment = self.all.app.clock.now().timestamp().unsigned_abs() * 100 + self.next;
        let letter = |digit: u8| char::from(b'a' + digit - b'0');
        let word: String = moment.to_string().bytes().map(letter).chain("qx".chars()).collect();
        self.words.push((of, word.clone()));
        word
    }

    fn child(&self, nth: usize) -> Uuid {
        self.people[nth % 3]
    }

    fn call(&self, who: &Visitor, purpose: &'static str) -> Caller {
        self.all.call(who, purpose)
    }

    /// Gives an order; `None` when it was refused. Nothing may fail.
    async fn order(&self, caller: &Caller, path: &str, body: &Value) -> Option<Value> {
        let answer: Answer = caller.post(&format!("/api/v1/{path}"), body).await;
        assert!(answer.status < 500, "{path} {body}: {}", answer.text());
        (answer.status < 300).then(|| answer.json())
    }

    fn enter(&mut self, answer: &Value, place: &Place) {
        let entered = |id| Entered { id, place: place.clone(), fate: Fate::Stands, word: None };
        self.entered.extend(ids(answer).into_iter().map(entered));
    }

    /// Does it; says what came of it.
    async fn take(&mut self, step: Step) -> Option<String> {
        let done = match step {
            Step::Tell { by, about, and, source, disclosure, method } => {
                self.tell(by, [about, and], source, (disclosure, method)).await
            }
            Step::Disclose { contact, disclosure } => {
                let disclosure = DISCLOSURES[disclosure % 3];
                let facts = json!({ "source_disclosure": disclosure });
                let contact = self.amend(contact, json!({ "facts": facts })).await;
                if let Some(nth) = contact {
                    self.told[nth].is_confided = disclosure != "named";
                }
                contact.map(|_| disclosure.to_owned())
            }
            Step::Amend { contact, what } => {
                let amendment = match what % 2 {
                    0 => json!({ "facts": { "method": METHODS[what % 4] } }),
                    _ => json!({ "occurred": format!("2026-02-{:02}", 1 + what % 27) }),
                };
                self.amend(contact, amendment).await.map(|_| "amended".to_owned())
            }
            Step::Decide { contact } => {
                let contact = self.told[lately(&self.told, contact)?].id;
                let door = self.call(&self.cast.door, CHECKING);
                let decision = json!({ "outcome": "advice", "reason": "Advice was given." });
                let done = self.order(&door, &format!("contacts/{contact}/decision"), &decision).await?;
                self.enter(&done, &Place::Contact(contact));
                Some("decided".to_owned())
            }
            Step::Say { by, child, what } => self.say(by, child, what).await,
            Step::Ask { by, child } => self.ask(by, child).await,
            Step::Refer { child, next_door } => self.refer(child, next_door).await,
            Step::Work { child, what } => self.work(child, what).await,
            Step::Allocate { child, to } => {
                let (case, _) = self.cases.get(&(self.child(child), AUTHORITY))?.clone();
                let to = [&self.cast.worker, &self.cast.colleague][to % 2].practitioner().0;
                let allocate = json!({ "practitioner": to, "role": "lead-practitioner", "on": self.today() });
                let manager = self.call(&self.cast.manager, WORKING);
                let place = Place::Case { child: self.child(child), case, authority: AUTHORITY };
                let done = self.order(&manager, &format!("cases/{case}/allocations"), &allocate).await?;
                self.enter(&done, &place);
                Some(format!("{to}"))
            }
            Step::Miss { child } => {
                let body = json!({ "from": "home", "source": { "basis": "told" } });
                self.of_person(child, "missing", body).await
            }
            Step::Find { child } => {
                let body =
                    json!({ "from": "home", "return_interview": "offered", "source": { "basis": "seen" } });
                self.of_person(child, "found", body).await
            }
            Step::Owe { child, duty, next_door } => {
                let authority = if next_door { NEXT_DOOR } else { AUTHORITY };
                let body = json!({ "duty": DUTIES[duty % 3], "authority": authority, "source": { "basis": "told" } });
                self.of_person(child, "authorities", body).await
            }
            Step::Tie { from, to } => {
                let (from, to) = (self.people[from % 4], self.people[to % 4]);
                let body = json!({
                    "from": from, "to": { "person": to }, "kind": "sibling", "source": { "basis": "told" }
                });
                let done = self.order(&self.call(&self.cast.door, CHECKING), "ties", &body).await;
                done.map(|_| "tied".to_owned())
            }
            Step::Withdraw { entry } => self.withdraw(entry).await,
            Step::Move { entry, to } => self.move_entry(entry, to).await,
            Step::Restrict { child, readers } => {
                let named = [&self.cast.worker, &self.cast.colleague, &self.cast.door, &self.cast.next_door];
                let named = named.iter().enumerate().filter(|(nth, _)| readers >> nth & 1 == 1);
                let named: Vec<Uuid> = named.map(|(_, reader)| reader.practitioner().0).collect();
                let body = json!({ "reason": "high-risk", "readers": named, "review_on": "2027-06-08" });
                let keeper = self.call(&self.cast.manager, KEEPING);
                let child = self.child(child);
                let done = self.order(&keeper, &format!("people/{child}/restriction"), &body).await;
                done.map(|_| format!("{child} for {named:?}"))
            }
            Step::Lift { child } => {
                let keeper = self.call(&self.cast.manager, KEEPING);
                let path = format!("people/{}/restriction/lift", self.child(child));
                self.order(&keeper, &path, &json!({})).await.map(|_| "lifted".to_owned())
            }
            Step::Erase { child } => {
                let child = self.child(child);
                self.erase(child).await;
                Some(format!("{child}"))
            }
        };
        Some(done.unwrap_or(REFUSED.to_owned()))
    }

    fn today(&self) -> String {
        self.all.app.clock.now().date_naive().to_string()
    }

    async fn tell(
        &mut self,
        by: usize,
        about: [usize; 2],
        source: usize,
        (disclosure, method): (usize, usize),
    ) -> Option<String> {
        let cast = self.cast;
        let (teller, purpose) = *of(&cast.tellers(), by)?;
        let children: BTreeSet<Uuid> = about.iter().map(|nth| self.child(*nth)).collect();
        let disclosure = DISCLOSURES[disclosure % 3];
        let (account, identity) = (self.word(None), self.word(None));
        let mut people: Vec<Value> =
            children.iter().map(|child| json!({ "person": child, "role": "subject" })).collect();
        let mut body = json!({
            "authority": if by.is_multiple_of(7) { NEXT_DOOR } else { AUTHORITY },
            "concerns": [{ "kind": "neglect" }],
            "method": METHODS[method % 4],
            "source_disclosure": disclosure,
            "account": account,
        });
        if disclosure != "anonymous" {
            match source % 4 {
                0 => people.push(json!({ "person": self.people[3], "role": "source" })),
                1 => body["source_identity"] = json!(identity),
                // A child tells of itself, and has two parts.
                2 => people.push(json!({ "person": self.child(about[0]), "role": "source" })),
                _ => {}
            }
        }
        body["people"] = json!(people);
        body["occurred"] = json!(
            (self.all.app.clock.now() - TimeDelta::minutes(13))
                .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
        );
        let done = self.order(&self.call(teller, purpose), "contacts", &body).await?;
        let id: Uuid = done["id"].as_str().unwrap().parse().unwrap();
        let agency = teller.agency().0;
        self.enter(&done, &Place::Contact(id));
        let (entry, practitioner) = (ids(&done)[0], teller.practitioner().0);
        self.told.push(Told { id, entry, is_confided: disclosure != "named", agency, practitioner });
        Some(format!("contact {id} about {children:?}, {disclosure}"))
    }

    /// Amends a contact; which one.
    async fn amend(&mut self, contact: usize, mut amendment: Value) -> Option<usize> {
        let nth = lately(&self.told, contact)?;
        let Told { id, entry, .. } = self.told[nth];
        amendment["record"] = json!({ "contact": id });
        amendment["reason"] = json!("better-information");
        let keeper = self.call(&self.cast.manager, KEEPING);
        self.order(&keeper, &format!("entries/{entry}/amendment"), &amendment).await.map(|_| nth)
    }

    async fn say(&mut self, by: usize, child: usize, what: usize) -> Option<String> {
        let cast = self.cast;
        let (teller, purpose) = *of(&cast.tellers(), by)?;
        let child = self.child(child);
        let word = self.word(Some(child));
        let said = match what % 3 {
            0 => json!({ "name": { "given": "Al", "family": word, "use": "also-known-as" } }),
            1 => json!({ "address": {
                "lines": [word], "postcode": "LS1 1UR", "class": CLASSES[what / 3 % 4], "from": "2026-01-01",
            } }),
            _ => json!({ "sex": "f" }),
        };
        let body = json!({ "assertions": [said], "source": { "basis": "told" } });
        let path = format!("people/{child}/assertions");
        let done = self.order(&self.call(teller, purpose), &path, &body).await?;
        self.enter(&done, &Place::Person(child));
        if let Some(entered) = self.entered.last_mut() {
            entered.word = Some(self.words.len() - 1);
        }
        Some(format!("{said} of {child}"))
    }

    async fn of_person(&mut self, child: usize, path: &str, body: Value) -> Option<String> {
        let child = self.child(child);
        let door = self.call(&self.cast.door, CHECKING);
        let done = self.order(&door, &format!("people/{child}/{path}"), &body).await?;
        self.enter(&done, &Place::Person(child));
        Some(format!("{child} {path}"))
    }

    async fn ask(&mut self, by: usize, child: usize) -> Option<String> {
        let by = by % 5;
        let cast = self.cast;
        let (asker, purpose) = cast.tellers()[by];
        let person = self.child(child);
        let key = format!("asked-{person}-{}", self.asked.len());
        let answer = self.answer(asker, purpose, person, &key).await;
        let reference = answer["reference"].clone();
        self.asked.push(Asked { by, person, key, reference });
        Some(answer["answer"].to_string())
    }

    async fn answer(&self, asker: &Visitor, purpose: &'static str, person: Uuid, key: &str) -> Value {
        let caller = self.call(asker, purpose);
        ask_under(&caller, &[("idempotency-key", key)], json!({ "person": person })).await
    }

    /// The first answer to a question, heard again now; who asked, and why.
    pub async fn heard_again(&self, asked: &Asked) -> (Value, &'a Visitor, &'static str) {
        let (asker, purpose) = self.cast.tellers()[asked.by];
        (self.answer(asker, purpose, asked.person, &asked.key).await, asker, purpose)
    }

    async fn refer(&mut self, child: usize, next_door: bool) -> Option<String> {
        let child = self.child(child);
        let (who, authority) =
            if next_door { (&self.cast.next_door, NEXT_DOOR) } else { (&self.cast.door, AUTHORITY) };
        let body = json!({ "child": child, "authority": authority, "on": self.today(), "source": "2A" });
        let done = self.order(&self.call(who, CHECKING), "cases", &body).await?;
        let case = done["id"].as_str().unwrap().parse().unwrap();
        let place = Place::Case { child, case, authority };
        self.enter(&done, &place);
        self.cases.insert((child, authority), (case, began(&done, "referral.received", "episode")));
        Some(format!("{child} at {authority}"))
    }

    async fn work(&mut self, child: usize, what: usize) -> Option<String> {
        let child = self.child(child);
        let (case, episode) = self.cases.get(&(child, AUTHORITY))?.clone();
        let word = self.word(None);
        let on = self.today();
        let (path, body) = match what % 4 {
            0 => ("assessments", json!({ "episode": episode, "on": on })),
            1 => ("s47s", json!({ "episode": episode, "on": on })),
            2 => ("visits", json!({ "on": on, "kind": "child-in-need", "seen": "alone", "account": word })),
            _ => ("notes", json!({ "on": on, "kind": "note", "text": word })),
        };
        let worker = self.call(&self.cast.colleague, WORKING);
        let done = self.order(&worker, &format!("cases/{case}/{path}"), &body).await?;
        self.enter(&done, &Place::Case { child, case, authority: AUTHORITY });
        Some(format!("{path} of {child}: {}", ids(&done)[0]))
    }

    async fn withdraw(&mut self, entry: usize) -> Option<String> {
        let nth = lately(&self.entered, entry)?;
        let Entered { id, place, fate, .. } = self.entered[nth].clone();
        let record = match (fate, place) {
            (Fate::Withdrawn(_), _) => return None,
            (Fate::Stands, Place::Contact(id)) => json!({ "contact": id }),
            (Fate::Stands, Place::Person(id)) => json!({ "person": id }),
            (Fate::Stands, Place::Case { case, .. }) => json!({ "case": case }),
            (Fate::Moved(to), Place::Case { .. }) => json!({ "case": self.cases.get(&(to, AUTHORITY))?.0 }),
            (Fate::Moved(to), _) => json!({ "person": to }),
        };
        let withdrawal = json!({ "record": record, "reason": "mistake" });
        let keeper = self.call(&self.cast.manager, KEEPING);
        self.order(&keeper, &format!("entries/{id}/withdrawal"), &withdrawal).await?;
        self.entered[nth].fate = Fate::Withdrawn(fate.moved_to());
        // A decision is on the page of whoever its contact is about: of nobody, without it.
        let place = self.entered[nth].place.clone();
        if self.told.iter().any(|told| told.entry == id) {
            let with_it = self.entered.iter_mut().filter(|entered| entered.place == place);
            with_it.for_each(|entered| entered.fate = Fate::Withdrawn(None));
        }
        Some(format!("{id}"))
    }

    async fn move_entry(&mut self, entry: usize, to: usize) -> Option<String> {
        let movable: Vec<usize> = (0..self.entered.len())
            .filter(|nth| {
                let entered = &self.entered[*nth];
                !matches!(entered.fate, Fate::Withdrawn(_)) && !matches!(entered.place, Place::Contact(_))
            })
            .collect();
        let nth = movable[lately(&movable, entry)?];
        let Entered { id, place, fate, word } = self.entered[nth].clone();
        let to = self.child(to);
        let at = |child: Uuid| match place {
            Place::Case { authority, .. } => json!({ "case": { "child": child, "authority": authority } }),
            _ => json!({ "person": child }),
        };
        let from = match (fate, &place) {
            (Fate::Moved(from), _) => from,
            (_, Place::Case { child, .. } | Place::Person(child)) => *child,
            (_, Place::Contact(_)) => return None,
        };
        let order = json!({ "wrong": at(from), "right": at(to), "reason": "wrong-person" });
        let keeper = self.call(&self.cast.manager, KEEPING);
        self.order(&keeper, &format!("entries/{id}/move"), &order).await?;
        self.entered[nth].fate = Fate::Moved(to);
        // It is sealed anew under the other's key: it is theirs, and goes when they are erased.
        if let Some(word) = word {
            self.words[word].0 = Some(to);
        }
        Some(format!("{id} from {from} to {to}"))
    }

    async fn erase(&mut self, child: Uuid) {
        let app = &self.all.app.app;
        let stream = StreamId { category: "person".to_owned(), id: child };
        let opened = app.record.read_stream(&stream, 0, 1).await.unwrap();
        let facts: Value = serde_json::from_slice(&opened[0].facts).unwrap();
        let key: Uuid = facts["key"].as_str().unwrap().parse().unwrap();
        app.keys.destroy(&[key], app.clock.now()).await.unwrap();
        app.engine.refold(child).await.unwrap();
        self.erased.insert(child);
    }
}
