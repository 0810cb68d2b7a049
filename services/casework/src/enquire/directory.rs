//! Whom to ring: the front door of an authority, the telephone of a worker. Read from their own streams, so that a
//! number changed a moment ago is the number given.

use domain::agency::Agency;
use domain::authority::Authority;
use domain::ids::PractitionerId;
use domain::practitioner::Practitioner;

use super::answer::{Responsible, Worker};
use crate::app::App;
use crate::error::ReadError;

impl App {
    /// The front doors of authorities, whether or not they have registered.
    pub(super) async fn responsible(&self, authorities: &[Authority]) -> Result<Vec<Responsible>, ReadError> {
        let mut all = Vec::with_capacity(authorities.len());
        for authority in authorities {
            let id = self.ids.local_authority(authority);
            let agency: Agency = self.state_of("agency", id.0).await?;
            let registered = agency.registered();
            let line = registered.and_then(|registered| registered.safeguarding_line.as_ref());
            let out_of_hours = line.and_then(|line| line.out_of_hours.as_ref());
            all.push(Responsible {
                authority: authority.clone(),
                agency: registered.map(|_| id),
                name: registered.map(|registered| registered.name.as_str().to_owned()),
                in_hours: line.map(|line| line.in_hours.as_str().to_owned()),
                out_of_hours: out_of_hours.map(|line| line.as_str().to_owned()),
            });
        }
        Ok(all)
    }

    /// A worker's name and telephone; none when they are not registered here, or what was known of them was erased.
    pub(super) async fn worker(&self, id: PractitionerId) -> Result<Option<Worker>, ReadError> {
        let practitioner: Practitioner = self.state_of("practitioner", id.0).await?;
        let details = practitioner.registered().and_then(|registered| registered.details.known());
        Ok(details.map(|details| Worker {
            practitioner: id,
            name: details.name.as_str().to_owned(),
            telephone: details.telephone.as_ref().map(|line| line.as_str().to_owned()),
        }))
    }
}
