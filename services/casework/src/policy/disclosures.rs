//! What policy answered for a set of roles and a purpose, remembered: one table of a dozen classes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use domain::access::{AccessClass, Disclosure, Purpose, Role};

use super::Policy;

/// Sets of roles times purposes; far more than a partnership has. Beyond it the memory starts afresh.
const REMEMBERED_MAX: usize = 1024;

/// How much is told of each class.
pub(super) type Table = BTreeMap<AccessClass, Disclosure>;

/// Roles in their order, and the purpose.
type Asked = (Vec<Role>, Purpose);

#[derive(Debug, Default)]
pub(super) struct Disclosures(RwLock<HashMap<Asked, Arc<Table>>>);

impl Policy {
    /// How much of each class of record somebody with these roles is told for a purpose.
    pub(super) fn table(&self, roles: &[Role], purpose: Purpose) -> Arc<Table> {
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        roles.dedup();
        let key = (roles, purpose);
        let remembered = &self.disclosures().0;
        if let Some(table) = remembered.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(table);
        }
        let table: Table =
            AccessClass::all().map(|class| (class, self.disclosure(&key.0, class, purpose))).collect();
        let table = Arc::new(table);
        let mut remembered = remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(key, Arc::clone(&table));
        table
    }
}
