//! Looking for somebody by what is known of them: how much must be typed, how many are shown, and that it is on record.
//! Asking about somebody by name and birth takes no less.
//!
//! Inside a front door a name is enough; outside one it takes what only somebody with the child before them knows.
//! Each who is shown is named in the access log, before the answer. What was typed is not: only marks, of which the
//! same name gives the same one to the same practitioner within a month, so that trawling can be told from work.
//!
//! Left out: who matches how well (the domain), and what each reader may be told (policy).

use std::time::Duration;

use chrono::Datelike;
use domain::access::{Action, Purpose};
use domain::agency::AgencyKind;
use domain::matching::{Typed, says_a_name, sound_of_family};
use domain::person::uncertain_date::Precision;
use event_store::Position;
use projections::people::{self, Candidate, Candidates};
use projections::status;

use crate::access_log::{Looking, Mark, ShownPerson, Sought};
use crate::app::App;
use crate::error::{FieldError, ReadError};
use crate::visitor::Visitor;

/// Shown to those who take contacts for an authority or do its statutory work.
const SHOWN_INSIDE: usize = 50;
/// Shown to everybody else.
const SHOWN_OUTSIDE: usize = 10;
/// How long a search waits for the views to have all that is on record.
const PATIENCE: Duration = Duration::from_secs(2);

/// How much must be typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Breadth {
    /// A name is enough.
    Inside,
    /// An NHS number, or a family name with a date of birth or a postcode.
    Outside,
}

impl Breadth {
    const fn most(self) -> usize {
        match self {
            Self::Inside => SHOWN_INSIDE,
            Self::Outside => SHOWN_OUTSIDE,
        }
    }
}

/// What must be typed as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Missing {
    Name,
    Family,
    Birth,
    BirthToTheMonth,
}

impl Missing {
    fn of_search(self) -> FieldError {
        let (field, needed) = match self {
            Self::Name => ("family", "is needed: a name, or an NHS number"),
            Self::Family => {
                ("family", "is needed: a family name with a date of birth or a postcode, or an NHS number")
            }
            Self::Birth => {
                ("born", "is needed with a family name: a date of birth, or a postcode, or an NHS number")
            }
            Self::BirthToTheMonth => {
                ("born", "is needed to the month at least, or a postcode, or an NHS number")
            }
        };
        FieldError::new(format!("search/{field}"), needed)
    }

    /// Of an address there, nobody is asked about.
    fn of_enquiry(self) -> FieldError {
        let (field, needed) = match self {
            Self::Name => ("family", "is needed: a name, or ask by NHS number"),
            Self::Family => ("family", "is needed with the date of birth, or ask by NHS number"),
            Self::Birth | Self::BirthToTheMonth => {
                ("born", "is needed to the month at least, or ask by NHS number")
            }
        };
        FieldError::new(format!("search/name-and-birth/{field}"), needed)
    }
}

/// Who may be meant, and what there is to know about the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundPeople {
    pub candidates: Candidates,
    /// What was recorded in the last moments may not be in it.
    pub is_catching_up: bool,
}

impl App {
    /// Looks for somebody.
    ///
    /// # Errors
    /// Not permitted for this purpose; too little typed, naming what is missing; a part that is away.
    #[tracing::instrument(skip_all)]
    pub async fn search(
        &self,
        visitor: &Visitor,
        looking: Looking,
        typed: &Typed,
    ) -> Result<FoundPeople, ReadError> {
        // Purpose comes first: without one that allows it, not even what is missing is said.
        let scope = self.scope(visitor, looking.action, looking.purpose)?;
        let breadth = self.breadth(visitor, looking.purpose);
        enough(breadth, typed).map_err(|missing| ReadError::Invalid(vec![missing.of_search()]))?;
        let is_catching_up = self.is_behind().await?;
        let candidates = people::candidates(&self.views, &scope, typed, breadth.most()).await?;
        let shown: Vec<ShownPerson> = candidates
            .near
            .iter()
            .map(|candidate| ShownPerson { person: candidate.person, disclosure: candidate.disclosure })
            .collect();
        self.record_search(visitor, looking, self.sought(visitor, typed), &shown).await?;
        Ok(FoundPeople { candidates, is_catching_up })
    }

    /// Looks for somebody by a number that is theirs exactly, a pupil's or an authority's own.
    ///
    /// # Errors
    /// As [`App::search`].
    pub async fn search_by_number(
        &self,
        visitor: &Visitor,
        looking: Looking,
        number: &people::Search,
    ) -> Result<FoundPeople, ReadError> {
        let scope = self.scope(visitor, looking.action, looking.purpose)?;
        let most = self.breadth(visitor, looking.purpose).most();
        let is_catching_up = self.is_behind().await?;
        let mut found = people::search(&self.views, &scope, number).await?;
        let are_more = found.len() > most;
        found.truncate(most);
        let mut near = Vec::with_capacity(found.len());
        for people::Found { person, disclosure, standing } in found {
            let missing = status::missing(&self.views, &scope, person, None).await?;
            near.push(Candidate { missing, person, disclosure, standing, told: None });
        }
        let shown: Vec<ShownPerson> = near
            .iter()
            .map(|candidate| ShownPerson { person: candidate.person, disclosure: candidate.disclosure })
            .collect();
        self.record_search(visitor, looking, Sought::default(), &shown).await?;
        Ok(FoundPeople { candidates: Candidates { near, are_more }, is_catching_up })
    }

    /// Whether enough is known to ask about somebody by name and birth: no less than to look for them.
    ///
    /// # Errors
    /// What is missing.
    pub(crate) fn is_enough_to_ask(
        &self,
        visitor: &Visitor,
        purpose: Purpose,
        typed: &Typed,
    ) -> Result<(), FieldError> {
        enough(self.breadth(visitor, purpose), typed).map_err(Missing::of_enquiry)
    }

    fn breadth(&self, visitor: &Visitor, purpose: Purpose) -> Breadth {
        let may = self.policy.may_look(visitor, Action::SearchByName, purpose).is_ok();
        if may && visitor.actor().agency_kind == AgencyKind::LocalAuthority {
            Breadth::Inside
        } else {
            Breadth::Outside
        }
    }

    /// Who may know of whom is judged by now or not at all; the rest may lag, and the answer says so.
    async fn is_behind(&self) -> Result<bool, ReadError> {
        let head = Position::from_raw(u128::from(*self.record.watch_head().borrow()));
        let access = self.views.wait_until("access", head, PATIENCE).await;
        access.map_err(|behind| ReadError::Unavailable(Box::new(behind)))?;
        let people = self.views.wait_until("people", head, PATIENCE).await.is_err();
        Ok(self.views.wait_until("status", head, PATIENCE).await.is_err() || people)
    }

    fn sought(&self, visitor: &Visitor, typed: &Typed) -> Sought {
        let today = self.clock.now().date_naive();
        let month = format!("{}-{}", today.year(), today.month());
        let mark = |kind: &str, text: &str| {
            let who = visitor.practitioner();
            let parts = [who.0.as_bytes().as_slice(), month.as_bytes(), kind.as_bytes(), text.as_bytes()];
            Mark::of(self.ids.hash("goldthread/sought/1", &parts))
        };
        let address = typed
            .postcode
            .as_ref()
            .map(|postcode| format!("{postcode} {}", typed.house.as_deref().unwrap_or_default()));
        Sought {
            name: sound_of_family(typed).map(|sound| mark("name", &sound)),
            address: address.map(|address| mark("address", &address)),
        }
    }
}

/// What is missing, if anything.
fn enough(breadth: Breadth, typed: &Typed) -> Result<(), Missing> {
    if typed.nhs_number.is_some() {
        return Ok(());
    }
    let (family, given) = (says_a_name(&typed.family), says_a_name(&typed.given));
    match breadth {
        Breadth::Inside if family || given => Ok(()),
        Breadth::Inside => Err(Missing::Name),
        Breadth::Outside if !family => Err(Missing::Family),
        Breadth::Outside => {
            let is_known =
                |precision| matches!(precision, Precision::Exact | Precision::Month | Precision::Expected);
            let born = typed.born.is_some_and(|born| is_known(born.precision()));
            if born || typed.postcode.is_some() {
                return Ok(());
            }
            Err(if typed.born.is_some() { Missing::BirthToTheMonth } else { Missing::Birth })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(given: &str, family: &str, born: &str, postcode: &str) -> Typed {
        Typed {
            given: given.to_owned(),
            family: family.to_owned(),
            born: born.parse().ok(),
            postcode: (!postcode.is_empty()).then(|| postcode.to_owned()),
            ..Typed::default()
        }
    }

    #[test]
    fn outside_a_front_door_a_name_needs_a_birth_or_an_address() {
        let missing =
            |typed: Typed| enough(Breadth::Outside, &typed).err().map(|missing| missing.of_search().field);
        assert_eq!(missing(typed("Maya", "Hartley", "2015-04-03", "")), None);
        assert_eq!(missing(typed("", "Hartley", "2015-04", "")), None);
        assert_eq!(missing(typed("", "Hartley", "", "LS1 1UR")), None);
        assert_eq!(missing(typed("Maya", "Hartley", "", "")).as_deref(), Some("search/born"));
        assert_eq!(missing(typed("Maya", "Hartley", "2015", "")).as_deref(), Some("search/born"));
        assert_eq!(missing(typed("Maya", "", "2015-04-03", "")).as_deref(), Some("search/family"));
        assert_eq!(missing(typed("Maya", "Unknown", "2015-04-03", "")).as_deref(), Some("search/family"));
        let number = Typed { nhs_number: Some("9990000018".to_owned()), ..Typed::default() };
        assert_eq!(missing(number), None);
    }

    #[test]
    fn inside_one_a_name_is_enough_but_not_nothing() {
        assert!(enough(Breadth::Inside, &typed("Maya", "", "", "")).is_ok());
        assert!(enough(Breadth::Inside, &typed("Baby", "", "2015-04-03", "")).is_err());
    }
}
