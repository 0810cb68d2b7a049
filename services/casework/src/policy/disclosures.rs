//! How much somebody is told for a purpose: one table of a dozen classes for a set of roles.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use domain::access::{AccessClass, Disclosure, Purpose, Role};

use super::Policy;
use super::remembered::{Remembered, in_order};

/// How much is told of each class.
pub(super) type Table = BTreeMap<AccessClass, Disclosure>;

/// By roles and purpose.
pub(super) type Disclosures = Remembered<(Vec<Role>, Purpose), Arc<Table>>;

impl Policy {
    /// How much of each class of record somebody with these roles is told for a purpose.
    pub(super) fn table(&self, roles: &[Role], purpose: Purpose) -> Arc<Table> {
        let asked = self.disclosures().answer((in_order(roles), purpose), |(roles, purpose)| {
            let told = |class| (class, self.disclosure(roles, class, *purpose));
            Ok::<_, Infallible>(Arc::new(AccessClass::all().map(told).collect()))
        });
        match asked {
            Ok(table) => table,
        }
    }
}
