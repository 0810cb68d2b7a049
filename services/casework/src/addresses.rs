//! Where somebody lives or stays: read from their own stream, since no view holds an address, and shown by class.
//!
//! One source may call a place ordinary that another knows to be a refuge. A place is kept as closely as any source says,
//! and one postcode is one place, as it is to a search: sources seldom write a house alike.

use chrono::NaiveDate;
use domain::access::Disclosure;
use domain::event::Event;
use domain::history::effective;
use domain::ids::{AgencyId, PersonId};
use domain::matching::houses_in;
use domain::person::address::{Address, AddressClass};
use domain::person::events::AddressRecorded;
use projections::access::standing;
use projections::scope::Scope;
use projections::timeline::Confided;

use crate::app::App;
use crate::error::ReadError;
use crate::execute::person_stream;

/// An address that its reader may be told.
#[derive(Clone, PartialEq, Debug)]
pub struct ShownAddress {
    pub address: Address,
    /// The closest that any source says of the place.
    pub class: AddressClass,
    /// From whom any source withholds the place, the whole family when nobody is named; `None` when none does.
    pub withheld_from: Option<Vec<PersonId>>,
    pub is_communal: bool,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    /// Whose statement it is; none where that would tell who told something in confidence.
    pub agency: Option<AgencyId>,
}

impl App {
    /// Somebody's addresses that the reader may be told, the newest first; `None` when the reader is told nothing.
    ///
    /// # Errors
    /// A log, view or key store that cannot be read.
    pub async fn addresses(
        &self,
        scope: &Scope,
        person: PersonId,
    ) -> Result<Option<(Disclosure, Vec<ShownAddress>)>, ReadError> {
        let Some(standing) = standing(&self.views, person).await? else { return Ok(None) };
        let disclosure = scope.disclosure(&standing);
        let stream = person_stream(person);
        let (entries, _) = self.entries_of(&stream).await?;
        let confided = Confided::beside(&self.views, scope, person).await?;
        let standing_entries = effective(&entries);
        let said: Vec<_> = standing_entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::PersonAddressRecorded(it) => Some((entry.agency, it, it.address.known()?)),
                _ => None,
            })
            .collect();
        let mut shown = Vec::new();
        for (entered_by, it, address) in &said {
            let of_place: Vec<_> = said
                .iter()
                .filter(|(_, _, other)| is_one_place(address, other))
                .map(|(_, other, _)| *other)
                .collect();
            // The classes are declared from the least closely kept to the closest.
            let class = of_place.iter().map(|said| said.class).fold(it.class, Ord::max);
            if scope.is_told_address(&standing, *entered_by, class) {
                shown.push(ShownAddress {
                    address: (*address).clone(),
                    class,
                    withheld_from: withheld_from(&of_place),
                    is_communal: it.is_communal,
                    from: it.from,
                    to: it.to,
                    agency: Some(it.source.agency).filter(|agency| !confided.hides(*agency)),
                });
            }
        }
        shown.sort_by_key(|shown| std::cmp::Reverse(shown.from));
        Ok((disclosure > Disclosure::None).then_some((disclosure, shown)))
    }
}

fn is_one_place(one: &Address, other: &Address) -> bool {
    match (one.postcode(), other.postcode()) {
        (None, None) => houses_in(one) == houses_in(other),
        (one, other) => one == other,
    }
}

/// From whom a place is withheld: all whom any source names, and the whole family where one names nobody.
fn withheld_from(of_place: &[&AddressRecorded]) -> Option<Vec<PersonId>> {
    let mut named =
        of_place.iter().filter(|said| said.class == AddressClass::Withheld).map(|said| &said.withheld_from);
    let first = named.next()?.clone();
    Some(named.fold(first, |all, from| {
        if all.is_empty() || from.is_empty() {
            return Vec::new();
        }
        let others = from.iter().filter(|person| !all.contains(person)).copied().collect::<Vec<_>>();
        [all, others].concat()
    }))
}
