//! What a statement rests on, as it is given: the basis, and whose statement it is if not the asker's own agency's.

use domain::ids::AgencyId;
use domain::source::Source;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::input::{GivenAgencyId, GivenBasis};

/// What an assertion rests on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Source)]
pub struct GivenSource {
    basis: GivenBasis,
    /// The agency that says so; the asker's own when absent.
    #[serde(default)]
    agency: Option<GivenAgencyId>,
}

impl GivenSource {
    pub fn of(self, asker: AgencyId) -> Source {
        Source { basis: self.basis.0, agency: self.agency.map_or(asker, |given| given.0) }
    }
}
