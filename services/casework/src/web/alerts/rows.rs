//! Alerts in a list: beside what has come in, and on a child's story. Each says why in the rule's own words.

use std::collections::HashMap;

use domain::access::{Disclosure, Purpose};
use domain::ids::PersonId;
use projections::alerts::Listed;
use projections::scope::Scope;

use super::said;
use crate::access_log::ShownPerson;
use crate::app::App;
use crate::error::ReadError;
use crate::web::words;

/// An alert in a list, in words.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AlertRow {
    pub address: String,
    pub title: String,
    /// The children the reader is told of; none on a child's own page.
    pub children: Option<String>,
    pub says: String,
    pub rests_on: String,
    pub state: &'static str,
    pub is_open: bool,
    pub changed: String,
}

impl AlertRow {
    pub fn of(
        app: &App,
        listed: &Listed,
        purpose: Purpose,
        names: Option<&HashMap<PersonId, String>>,
    ) -> Self {
        let version = u16::try_from(listed.version).unwrap_or_default();
        let rule = app.rules.version(&listed.rule, version);
        let child = |person: &PersonId, names: &HashMap<PersonId, String>| {
            names.get(person).cloned().unwrap_or_else(|| "A child".to_owned())
        };
        Self {
            address: format!("/alerts/{}?for={}", listed.alert, purpose.code()),
            title: rule.map_or_else(|| listed.rule.clone(), |rule| rule.title.clone()),
            children: names.map(|names| {
                let mut children: Vec<String> =
                    listed.children.iter().map(|person| child(person, names)).collect();
                children.sort_unstable();
                children.join(", ")
            }),
            says: rule.map(|rule| rule.says.clone()).unwrap_or_default(),
            rests_on: match listed.incidents {
                1 => "Rests on one event".to_owned(),
                many => format!("Rests on {many} separate events"),
            },
            state: said::state(&listed.state),
            is_open: listed.state == "open",
            changed: words::day(domain::when::civil_day(listed.changed_at)),
        }
    }
}

/// The alerts a child is in, those to be decided first, of which the reader is told; withdrawn ones are left out.
pub async fn of_child(
    app: &App,
    scope: &Scope,
    child: PersonId,
    purpose: Purpose,
) -> Result<Vec<AlertRow>, ReadError> {
    let listed = projections::alerts::of_person(&app.views, scope, child).await?.unwrap_or_default();
    let stand = listed.iter().filter(|alert| alert.state != "withdrawn");
    let mut rows: Vec<AlertRow> = stand.map(|alert| AlertRow::of(app, alert, purpose, None)).collect();
    rows.sort_by_key(|row| !row.is_open);
    Ok(rows)
}

/// Those whom a list of alerts shows.
pub fn shown(listed: &[Listed]) -> Vec<ShownPerson> {
    let mut people: Vec<PersonId> = listed.iter().flat_map(|alert| alert.children.iter().copied()).collect();
    people.sort_unstable();
    people.dedup();
    people.into_iter().map(|person| ShownPerson { person, disclosure: Disclosure::Full }).collect()
}
