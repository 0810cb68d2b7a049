//! Everyone in a contact whom its reader may know, each with every part they have in it.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use domain::access::Purpose;
use domain::contact::involved::ContactRole;
use domain::ids::PersonId;
use projections::people;

use crate::subject::ReadContact;
use crate::web::receipt::Identity;
use crate::web::words;

/// Somebody in a contact, in a line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct InvolvedSaid {
    /// Those whom it is about come first.
    parts_in_order: Vec<ContactRole>,
    pub name: String,
    pub parts: String,
    /// Their story, where the reader is told who they are.
    pub address: Option<String>,
}

pub(super) fn said(
    read: &ReadContact,
    known: &HashMap<PersonId, people::Person>,
    today: NaiveDate,
    purpose: Purpose,
) -> Vec<InvolvedSaid> {
    let mut parts: BTreeMap<PersonId, Vec<ContactRole>> = BTreeMap::new();
    for one in &read.people {
        parts.entry(one.person).or_default().push(one.role);
    }
    let said = |(person, mut parts): (PersonId, Vec<ContactRole>)| {
        parts.sort_unstable();
        parts.dedup();
        let known = known.get(&person);
        let unknown = if parts.contains(&ContactRole::Subject) {
            "A child"
        } else {
            "Somebody you are told no more of"
        };
        InvolvedSaid {
            name: known.map_or_else(|| unknown.to_owned(), |known| Identity::of(known, today).name),
            parts: words::parts(parts.iter().map(|part| part.code())),
            address: known.map(|_| format!("/children/{person}?for={}", purpose.code())),
            parts_in_order: parts,
        }
    };
    let mut said: Vec<InvolvedSaid> = parts.into_iter().map(said).collect();
    said.sort_unstable();
    said
}

#[cfg(test)]
impl InvolvedSaid {
    pub fn sample() -> Vec<Self> {
        let of = |name: &str, part: ContactRole, address: Option<&str>| Self {
            parts_in_order: vec![part],
            name: name.to_owned(),
            parts: words::parts([part.code()]),
            address: address.map(str::to_owned),
        };
        vec![
            of("Tilly Marsh", ContactRole::Subject, Some("/children/1")),
            of("Somebody you are told no more of", ContactRole::Witness, None),
        ]
    }
}
