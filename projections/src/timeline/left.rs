//! Entries that stood on somebody's page and stand there no more: taken back, or found to be about somebody else. What
//! was corrected is shown as corrected, and not as if it had never been.
//!
//! Each is told as a page of the past would tell it, and no more: by how things are now. Who may look back is policy's,
//! asked by whoever asks this.

use chrono::{DateTime, Utc};
use domain::ids::PersonId;
use domain::when::{civil_day, start_of};

use super::gone::{Gone, Why, gone};
use super::queries::{Item, others, shown_at_most, told};
use super::today::Today;
use super::{Confided, item};
use crate::access::standing;
use crate::reads::{ReadError, Reads};
use crate::scope::Scope;

/// An entry that left a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// As it stood there last.
    pub item: Item,
    pub why: Why,
    pub at: DateTime<Utc>,
}

/// What left somebody's page, the last first, as far as the reader is told of it.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn left(reads: &Reads, scope: &Scope, person: PersonId) -> Result<Vec<Left>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(Vec::new()) };
    if told(scope, &standing).is_none() {
        return Ok(Vec::new());
    }
    let gone = gone(reads, person).await?;
    let items: Vec<Item> = gone.iter().map(|gone| item(person, &gone.entry)).collect();
    let mut today = Today::standing(reads, person, gone.iter().map(|gone| &gone.entry)).await?;
    today.take_in(&gone);
    let guarded = gone.into_iter().zip(items).filter_map(|(gone, item)| Some((gone, today.guarded(item)?)));
    let (gone, items): (Vec<Gone>, Vec<Item>) = guarded.unzip();
    let others = others(reads, &items, today.people()).await?;
    let confided = Confided::on_page(reads, scope, (person, &standing), &items).await?;
    let shown = gone.into_iter().zip(items).filter_map(|(gone, item)| {
        // Moved away and back again, it stands here.
        if today.is_here(item.event_id) {
            return None;
        }
        let most = today.told(scope, &standing, &others, item.event_id);
        let item = shown_at_most(scope, &standing, &others, most, item)?;
        let item = confided.kept(scope.reader().practitioner, item)?;
        let at = if item.is_guarded { start_of(civil_day(gone.at)) } else { gone.at };
        Some(Left { item, why: gone.why, at })
    });
    Ok(shown.collect())
}
