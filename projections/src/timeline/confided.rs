//! What stands beside a contact told in confidence, and would tell by whom.
//!
//! Whoever tells of a child without a record opens one first, and one for a sister too: that a school opened it, at twenty
//! past three, names the teacher as the contact would. So who somebody is, as the teller's agency entered it that day, is
//! as guarded as what it told, on the child's page and on the page of whoever a tie joins to the child. Whoever is about to
//! tell asks first: what the teller's agency asked that day is not told of, for an enquiry without its agency, its purpose
//! and its hour says nothing. A referral says of which kind its source was: not where it came of such a contact.
//!
//! Left out: what was asked on another day; the contact itself, which is [`super::guard`]'s; people who only share a
//! household.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::ids::{AgencyId, PersonId, PractitionerId};
use domain::when::civil_day;
use uuid::Uuid;

use super::guard::{Confidants, hush, may_know_source};
use super::queries::Item;
use crate::access::standings;
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};

const TIE: &str = "tie.recorded";
const ENQUIRY: &str = "enquiry.made";

/// The contacts that were told in confidence of somebody, or of whoever a tie joins to them, and of which a reader may not
/// know who told.
#[derive(Default)]
pub struct Confided(Vec<Told>);

struct Told {
    contact: Uuid,
    agency: AgencyId,
    on: NaiveDate,
}

impl Confided {
    /// Those on record today.
    ///
    /// # Errors
    /// The view is not built, or the database does not answer.
    pub async fn beside(reads: &Reads, scope: &Scope, person: PersonId) -> Result<Self, ReadError> {
        Ok(Self::among(reads, scope, &[person]).await?.remove(&person).unwrap_or_default())
    }

    /// The same of several people; nothing of those beside whom none was.
    ///
    /// # Errors
    /// As [`Self::beside`].
    pub async fn among(
        reads: &Reads,
        scope: &Scope,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, Self>, ReadError> {
        let each: Vec<_> = people.iter().map(|person| (*person, *person)).collect();
        Self::of(reads, scope, &each).await
    }

    /// Those beside a page of the past: by its ties and its contacts, too, which may stand elsewhere today.
    pub(super) async fn on_page(
        reads: &Reads,
        scope: &Scope,
        (person, standing): (PersonId, &Standing),
        page: &[Item],
    ) -> Result<Self, ReadError> {
        let tied = page.iter().filter(|item| item.kind == TIE).flat_map(|item| &item.detail.people);
        let people: BTreeSet<PersonId> = tied.map(|one| PersonId(one.person)).chain([person]).collect();
        let each: Vec<_> = people.into_iter().map(|about| (person, about)).collect();
        let mut confided = Self::of(reads, scope, &each).await?.remove(&person).unwrap_or_default();
        let guarded = page.iter().filter(|item| item.kind == "contact.recorded" && item.detail.is_guarded);
        confided.0.extend(guarded.filter_map(|item| {
            let confidants = Confidants {
                received_by: item.authority.as_deref(),
                entered_by: item.agency,
                made_by: item.actor,
            };
            let told = Told { contact: item.stream, agency: item.agency?, on: civil_day(item.recorded_at) };
            (!may_know_source(scope, standing, confidants)).then_some(told)
        }));
        Ok(confided)
    }

    /// Of pages, by whose they are: about these people each, and whoever is tied to them today.
    async fn of(
        reads: &Reads,
        scope: &Scope,
        pages: &[(PersonId, PersonId)],
    ) -> Result<HashMap<PersonId, Self>, ReadError> {
        let source = reads.source("timeline").await?;
        let sql = format!(
            "with beside as (
                 select page, about from unnest($1::uuid[], $2::uuid[]) as asked (page, about)
                 union
                 select person, (one ->> 'person')::uuid
                 from {0}.entry cross join lateral jsonb_array_elements(detail::jsonb -> 'people') as one
                 where person = any($1) and kind = '{TIE}'
             )
             select page, about, stream, authority, agency, actor, recorded_at
             from beside join {0}.entry on person = about
             where kind = 'contact.recorded' and detail::jsonb ? 'is_guarded'",
            source.schema
        );
        let statement = source.client.prepare_cached(&sql).await?;
        let (page, about): (Vec<Uuid>, Vec<Uuid>) =
            pages.iter().map(|(page, about)| (page.0, about.0)).unzip();
        let rows = source.client.query(&statement, &[&page, &about]).await?;
        drop(source);
        let told_of = rows.iter().map(|row| Ok(row.try_get(1)?)).collect::<Result<Vec<Uuid>, ReadError>>()?;
        // Whoever is asked about is read with them: an enquiry costs the same whatever was told of whom.
        let about: BTreeSet<PersonId> = about.into_iter().chain(told_of).map(PersonId).collect();
        let standings = standings(reads, &about.into_iter().collect::<Vec<_>>()).await?;
        let mut confided: HashMap<PersonId, Self> = HashMap::new();
        for row in rows {
            let agency = AgencyId(row.try_get(4)?);
            let confidants = Confidants {
                received_by: row.try_get(3)?,
                entered_by: Some(agency),
                made_by: Some(PractitionerId(row.try_get(5)?)),
            };
            // Where it is not known how somebody stands, nothing is told.
            let standing = standings.get(&PersonId(row.try_get(1)?));
            if standing.is_some_and(|standing| may_know_source(scope, standing, confidants)) {
                continue;
            }
            let told = Told { contact: row.try_get(2)?, agency, on: civil_day(row.try_get(6)?) };
            confided.entry(PersonId(row.try_get(0)?)).or_default().0.push(told);
        }
        Ok(confided)
    }

    /// True when that an agency said something about them would tell who told.
    #[must_use]
    pub fn hides(&self, agency: AgencyId) -> bool {
        self.0.iter().any(|told| told.agency == agency)
    }

    /// True when that an agency asked about them that day, or tied them to somebody, would tell who told.
    #[must_use]
    pub fn hides_on(&self, agency: AgencyId, on: NaiveDate) -> bool {
        self.0.iter().any(|told| told.agency == agency && told.on == on)
    }

    /// Whose enquiries of which days are not told of: two lists, side by side.
    pub(crate) fn not_told_of(&self) -> (Vec<Uuid>, Vec<NaiveDate>) {
        self.0.iter().map(|told| (told.agency.0, told.on)).unzip()
    }

    /// An item of the page without what would tell who told; `None` when nothing is left of it. What the reader did is
    /// kept: they know of it.
    pub(super) fn kept(&self, reader: PractitionerId, mut item: Item) -> Option<Item> {
        let is_readers = item.actor == Some(reader);
        for told in &self.0 {
            let is_theirs = item.agency == Some(told.agency);
            let days_apart = (civil_day(item.recorded_at) - told.on).num_days().abs();
            if is_theirs && days_apart == 0 && item.kind == ENQUIRY && !is_readers {
                return None;
            }
            // A form sent before midnight opens records, and its contact may be on record the next day.
            if is_theirs && days_apart <= 1 && says_who_somebody_is(&item.kind) {
                hush(&mut item);
            }
            if item.detail.contact == Some(told.contact) {
                item.detail.variety = None;
            }
        }
        Some(item)
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
