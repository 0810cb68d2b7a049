//! What stands beside a contact told in confidence, and would tell by whom.
//!
//! Whoever tells of a child without a record opens one first: that a school opened it, at twenty past three, names the
//! teacher as the contact would. So who somebody is, as the teller's agency entered it that day, is as guarded as what it
//! told; and so is a tie, on the pages of both it joins. A referral says of which kind its source was: not where it came of
//! such a contact.
//!
//! Left out: enquiries, which an agency makes in its own name; the contact itself, which is [`super::guard`]'s.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::ids::{AgencyId, PersonId, PractitionerId};
use domain::when::civil_day;
use uuid::Uuid;

use super::guard::{Confidants, hush, may_know_source};
use super::queries::Item;
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};

const TIE: &str = "tie.recorded";

/// The contacts that were told in confidence: about one person, or about those who are tied to them too.
#[derive(Default)]
pub struct Confided(Vec<Told>);

struct Told {
    about: PersonId,
    contact: Uuid,
    received_by: Option<String>,
    agency: AgencyId,
    made_by: PractitionerId,
    on: NaiveDate,
}

impl Told {
    fn is_known_to(&self, scope: &Scope, standing: &Standing) -> bool {
        let confidants = Confidants {
            received_by: self.received_by.as_deref(),
            entered_by: Some(self.agency),
            made_by: Some(self.made_by),
        };
        may_know_source(scope, standing, confidants)
    }
}

impl Confided {
    /// Those on record today.
    ///
    /// # Errors
    /// The view is not built, or the database does not answer.
    pub async fn about(reads: &Reads, person: PersonId) -> Result<Self, ReadError> {
        Ok(Self::among(reads, &[person]).await?.remove(&person).unwrap_or_default())
    }

    /// Those on record today about somebody and about whoever a tie among these items of theirs names.
    pub(super) async fn beside(reads: &Reads, person: PersonId, items: &[Item]) -> Result<Self, ReadError> {
        let tied = items.iter().filter(|item| item.kind == TIE).flat_map(|item| &item.detail.people);
        let people: BTreeSet<PersonId> = tied.map(|one| PersonId(one.person)).chain([person]).collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let among = Self::among(reads, &people).await?;
        Ok(Self(among.into_values().flat_map(|confided| confided.0).collect()))
    }

    /// The same of several people; nothing of those about whom none was.
    ///
    /// # Errors
    /// As [`Self::about`].
    pub(crate) async fn among(
        reads: &Reads,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Self>, ReadError> {
        let source = reads.source("timeline").await?;
        let sql = format!(
            "select person, stream, authority, agency, actor, recorded_at from {}.entry
             where person = any($1) and kind = 'contact.recorded' and detail::jsonb ? 'is_guarded'",
            source.schema
        );
        let statement = source.client.prepare_cached(&sql).await?;
        let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
        let mut among: HashMap<PersonId, Self> = HashMap::new();
        for row in source.client.query(&statement, &[&people]).await? {
            let about = PersonId(row.try_get(0)?);
            among.entry(about).or_default().0.push(Told {
                about,
                contact: row.try_get(1)?,
                received_by: row.try_get(2)?,
                agency: AgencyId(row.try_get(3)?),
                made_by: PractitionerId(row.try_get(4)?),
                on: civil_day(row.try_get(5)?),
            });
        }
        Ok(among)
    }

    /// And those on a page of the past, which may stand elsewhere today.
    pub(super) fn and(mut self, person: PersonId, page: &[Item]) -> Self {
        let guarded = page.iter().filter(|item| item.kind == "contact.recorded" && item.detail.is_guarded);
        self.0.extend(guarded.filter_map(|item| {
            Some(Told {
                about: person,
                contact: item.stream,
                received_by: item.authority.clone(),
                agency: item.agency?,
                made_by: item.actor?,
                on: civil_day(item.recorded_at),
            })
        }));
        self
    }

    /// True when that an agency said something about them would tell who told of them.
    #[must_use]
    pub fn hides(&self, scope: &Scope, standing: &Standing, agency: AgencyId) -> bool {
        self.0.iter().any(|told| told.agency == agency && !told.is_known_to(scope, standing))
    }

    /// An item of somebody's page without what would tell who told of them, or of whoever it ties to them.
    pub(super) fn kept(
        &self,
        scope: &Scope,
        (person, standing): (PersonId, &Standing),
        others: &HashMap<PersonId, Standing>,
        mut item: Item,
    ) -> Item {
        for told in &self.0 {
            let joins = |other: PersonId| {
                item.kind == TIE && item.detail.people.iter().any(|one| one.person == other.0)
            };
            let standing = match told.about {
                about if about == person => Some(standing),
                other if joins(other) => others.get(&other),
                _ => continue,
            };
            if standing.is_some_and(|standing| told.is_known_to(scope, standing)) {
                continue;
            }
            let is_beside = item.agency == Some(told.agency) && civil_day(item.recorded_at) == told.on;
            if is_beside && says_who_somebody_is(&item.kind) {
                hush(&mut item);
            }
            if item.detail.contact == Some(told.contact) {
                item.detail.variety = None;
            }
        }
        item
    }
}

/// What a record is opened with.
fn says_who_somebody_is(kind: &str) -> bool {
    matches!(
        kind,
        "person.opened"
            | "person.named"
            | "person.birth-recorded"
            | "person.sex-recorded"
            | "person.identifier-recorded"
            | "person.characteristics-recorded"
            | "person.address-recorded"
            | TIE
    )
}
