//! `goldthread agency`: what the node says of an agency.

use chrono::NaiveDate;
use domain::access::Purpose;
use domain::agency::SetHours;
use domain::agency::hours::{OpenDay, Weekday};
use domain::authority::Authority;
use serde_json::json;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::execute::{Command, Order};
use casework::settings::Settings;
use casework::visitor::Visitor;

/// What is on record of an agency.
#[derive(Debug, clap::Subcommand)]
pub enum Agency {
    Hours(Hours),
}

/// Say in which hours an authority's front door answers its number by day, from a day on.
///
/// `--open weekdays=08:30-17:00 --open friday=08:30-16:30`: what is given later goes before. A day that is not named is
/// closed, as is a bank holiday. Where nothing is said, it is from nine to five on working days.
#[derive(Debug, clap::Args)]
pub struct Hours {
    /// Whose front door: a three-digit code.
    #[arg(long)]
    authority: Authority,
    /// The first day: 2026-04-01.
    #[arg(long)]
    from: NaiveDate,
    /// A day of the week, or weekdays, and its hours: monday=08:30-17:00.
    #[arg(long, value_parser = open)]
    open: Vec<Opening>,
}

/// The same hours on some days of the week.
#[derive(Clone, Debug)]
struct Opening(Vec<OpenDay>);

fn open(text: &str) -> Result<Opening, String> {
    let (days, hours) = text.split_once('=').ok_or("is a day and its hours, such as monday=08:30-17:00")?;
    let (opens, closes) = hours.split_once('-').ok_or("has hours such as 08:30-17:00")?;
    let time =
        |text: &str| text.parse().map_err(|error: domain::agency::hours::NotATimeOfDay| error.to_string());
    let (opens, closes) = (time(opens)?, time(closes)?);
    let days = if days == "weekdays" {
        let is_weekday = |day: &Weekday| !matches!(day, Weekday::Saturday | Weekday::Sunday);
        Weekday::ALL.iter().copied().filter(is_weekday).collect()
    } else {
        vec![days.parse().map_err(|error: domain::codes::UnknownCode| error.to_string())?]
    };
    Ok(Opening(days.into_iter().map(|day| OpenDay { day, opens, closes }).collect()))
}

impl Agency {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let Self::Hours(hours) = self;
        let mut open: Vec<OpenDay> = Vec::new();
        for day in hours.open.into_iter().flat_map(|opening| opening.0) {
            open.retain(|before| before.day != day.day);
            open.push(day);
        }
        let command = SetHours { from: hours.from, open };
        let done = with_app(settings, async |app| {
            let id = app.ids.local_authority(&hours.authority);
            let order =
                Order::new(Purpose::Operation, Command::Agency { id: Some(id), command: command.into() });
            Ok(app.execute(&Visitor::node(), order).await?)
        })?;
        let said = if done.events.is_empty() { "so already" } else { "on record" };
        output.show(&json!({ "agency": done.stream, "is_new": !done.events.is_empty() }), |_| said.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_typed_for_a_day_or_for_all_weekdays() {
        assert_eq!(open("weekdays=08:30-17:00").unwrap().0.len(), 5);
        let saturday = open("saturday=10:00-12:00").unwrap().0;
        assert_eq!(saturday.iter().map(|open| open.day).collect::<Vec<_>>(), [Weekday::Saturday]);
        for wrong in ["monday", "monday=8-17", "mon=08:30-17:00", "monday=08:30"] {
            assert!(open(wrong).is_err(), "{wrong}");
        }
    }
}
