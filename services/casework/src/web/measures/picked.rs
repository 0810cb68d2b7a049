//! What a reader of the measures picks: known when, up to which day, whose. A form that is sent with its address.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Role;
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::ids::TeamId;
use projections::management;
use serde::Deserialize;

use crate::app::App;
use crate::error::ReadError;
use crate::measures::Question;
use crate::web::components::{DateField, Problems};
use crate::web::day;
use crate::web::problem::PageProblem;
use crate::web::session::Session;
use crate::web::time_machine::{Moment, read_day};

/// What the form asks.
pub(super) const KNOWN_AT: (&str, &str) = ("As known at the end of", "");
pub(super) const UP_TO: (&str, &str) = ("Twelve months up to", "");

/// What the address says: no person's part of it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Picked {
    /// As known at the end of this day.
    pub known: Option<String>,
    pub known_day: Option<String>,
    pub known_month: Option<String>,
    pub known_year: Option<String>,
    /// The last day of the twelve months.
    pub to: Option<String>,
    pub to_day: Option<String>,
    pub to_month: Option<String>,
    pub to_year: Option<String>,
    pub authority: Option<String>,
    /// A team of it.
    pub team: Option<String>,
    pub page: Option<u32>,
}

/// The form that picks them, with what was typed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Picking {
    pub known: DateField,
    pub to: DateField,
    /// For those who are told of several.
    pub authority: Option<String>,
    pub authority_error: Option<String>,
    /// For those who are told of an authority that has teams.
    pub teams: Vec<TeamChoice>,
    pub team_error: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TeamChoice {
    pub id: TeamId,
    pub name: String,
    pub is_chosen: bool,
}

impl Picked {
    pub fn known(&self) -> Option<String> {
        let parts = [&self.known_day, &self.known_month, &self.known_year].map(Option::as_deref);
        day::together(self.known.as_deref(), parts)
    }

    fn to(&self) -> Option<String> {
        day::together(self.to.as_deref(), [&self.to_day, &self.to_month, &self.to_year].map(Option::as_deref))
    }

    pub fn question(&self, now: DateTime<Utc>, problems: &mut Problems) -> Question {
        let known_at = Moment::of(self.known().as_deref(), None).read(now, problems);
        let to: Option<NaiveDate> = self.to().and_then(|text| {
            let day = read_day(&text);
            if day.is_none() {
                problems.add("to", "Give the last day of the twelve months, such as 28 2 2026");
            }
            day
        });
        let authority = filled(self.authority.as_deref());
        if authority.is_some() && self.authority().is_none() {
            problems.add("authority", "An authority is written as its three digits, such as 380");
        }
        Question { authority: self.authority(), team: self.team(), from: None, to, known_at }
    }

    fn authority(&self) -> Option<Authority> {
        filled(self.authority.as_deref())?.parse().ok()
    }

    fn team(&self) -> Option<TeamId> {
        filled(self.team.as_deref())?.parse().ok()
    }

    pub fn picking(&self, session: &Session, teams: Vec<TeamChoice>, problems: &Problems) -> Picking {
        let of_several = matches!(session.role(), Some(Role::Auditor));
        Picking {
            known: day::fields("known", KNOWN_AT, self.known().as_deref(), problems.of("known")),
            to: day::fields("to", UP_TO, self.to().as_deref(), problems.of("to")),
            authority: of_several.then(|| self.authority.clone().unwrap_or_default()),
            authority_error: problems.of("authority"),
            teams,
            team_error: problems.of("team"),
        }
    }

    /// The same, for a link that goes on with it. Only what was read as a day or a code can stand in it.
    pub fn carried(&self) -> String {
        let pairs = [
            ("known", self.known()),
            ("to", self.to()),
            ("authority", self.authority.clone()),
            ("team", self.team.clone()),
        ];
        let said = pairs.into_iter().filter_map(|(name, value)| {
            let value = filled(value.as_deref())?;
            let is_plain = value.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
            is_plain.then(|| format!("{name}={value}"))
        });
        let said: Vec<String> = said.collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

/// What is typed, if anything is.
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The teams of the authority that the reader is told of, their own first.
pub(super) async fn teams(
    app: &App,
    session: &Session,
    picked: &Picked,
) -> Result<Vec<TeamChoice>, PageProblem> {
    let actor = session.visitor.actor();
    let own = actor.authority.clone().filter(|_| actor.agency_kind == AgencyKind::LocalAuthority);
    let picks = matches!(session.role(), Some(Role::Auditor));
    let Some(authority) = (if picks { picked.authority() } else { own }) else { return Ok(Vec::new()) };
    let teams = management::teams(&app.views, app.ids.local_authority(&authority)).await;
    let chosen = picked.team();
    let choice = |(id, name)| TeamChoice { id, name, is_chosen: chosen == Some(id) };
    let mut teams: Vec<TeamChoice> = teams.map_err(ReadError::from)?.into_iter().map(choice).collect();
    teams.sort_by_key(|team| actor.team != Some(team.id));
    Ok(teams)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_and_codes_travel_on_in_an_address() {
        let picked = Picked {
            known: Some(" 2026-03-01 ".to_owned()),
            to: Some("\"><script>".to_owned()),
            authority: Some(String::new()),
            team: Some("00000000-0000-0000-0000-00000000007e".to_owned()),
            ..Picked::default()
        };
        assert_eq!(picked.carried(), "?known=2026-03-01&team=00000000-0000-0000-0000-00000000007e");
        let in_three_fields = Picked {
            to_day: Some("28".to_owned()),
            to_month: Some("2".to_owned()),
            to_year: Some("2026".to_owned()),
            team: None,
            ..picked
        };
        assert_eq!(in_three_fields.carried(), "?known=2026-03-01&to=2026-02-28");
    }
}
