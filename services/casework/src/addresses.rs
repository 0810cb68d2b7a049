//! Where somebody lives or stays: read from their own stream, since no view holds an address, and shown by class.

use chrono::NaiveDate;
use domain::access::Disclosure;
use domain::event::Event;
use domain::history::effective;
use domain::ids::{AgencyId, PersonId};
use domain::person::address::{Address, AddressClass};
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
    pub class: AddressClass,
    pub withheld_from: Vec<PersonId>,
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
        let mut shown = Vec::new();
        for entry in effective(&entries) {
            let Event::PersonAddressRecorded(it) = &entry.event else { continue };
            let Some(address) = it.address.known() else { continue };
            if scope.is_told_address(&standing, entry.agency, it.class) {
                shown.push(ShownAddress {
                    address: address.clone(),
                    class: it.class,
                    withheld_from: it.withheld_from.clone(),
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
