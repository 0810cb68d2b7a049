//! Which authority owes a child what, in words: three facts that may name three authorities, each with its day, and
//! each said to be missing where nobody recorded it. Left out: whom to ring, which stands beside it.

use askama::Template;
use askama::filters::HtmlSafe;
use domain::access::Disclosure;
use domain::person::{Duty, OnDuty};

use super::words;
use crate::enquire::Responsible;

/// Nothing at all for a reader who is not told how the child stands: what is hidden is not missing.
#[derive(Template, Clone, PartialEq, Eq, Hash, Default, Debug)]
#[template(path = "components/duties.html")]
pub struct Duties {
    duties: Vec<DutySaid>,
}

// Its template escapes what is put into it.
impl HtmlSafe for Duties {}

/// One of the three.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct DutySaid {
    duty: &'static str,
    /// Which authority has it, and since when.
    held: Option<(String, String)>,
}

impl Duties {
    pub fn of(disclosure: Disclosure, on_duty: &[OnDuty], doors: &[Responsible]) -> Self {
        if disclosure < Disclosure::Status {
            return Self::default();
        }
        let name = |on: &OnDuty| {
            let door = doors.iter().find(|door| door.authority == on.authority);
            door.and_then(|door| door.name.clone()).unwrap_or_else(|| format!("Authority {}", on.authority))
        };
        let said = |duty: &Duty| {
            let held = on_duty.iter().find(|on| on.duty == *duty);
            DutySaid { duty: words::duty(*duty), held: held.map(|on| (name(on), words::day(on.since))) }
        };
        Self { duties: Duty::ALL.iter().map(said).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_three_authorities_is_named_with_its_day_or_said_not_to_be_recorded() {
        let on = |duty, authority: &str| OnDuty {
            duty,
            authority: authority.parse().unwrap(),
            since: "2026-03-01".parse().unwrap(),
        };
        let door = Responsible {
            authority: "380".parse().unwrap(),
            agency: None,
            name: Some("Invented <Council>".to_owned()),
            in_hours: None,
            out_of_hours: None,
            hours: domain::agency::Timetable::default(),
        };
        let on_duty = [on(Duty::Responsible, "380"), on(Duty::School, "381")];
        let html = Duties::of(Disclosure::Status, &on_duty, &[door]).render().unwrap();
        for said in [
            "Responsible authority: <strong>Invented &#60;Council&#62;</strong>, since 1 March 2026",
            "Authority of the area: not recorded",
            "Authority of the school: <strong>Authority 381</strong>, since 1 March 2026",
        ] {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert_eq!(Duties::of(Disclosure::Contact, &[], &[]), Duties::default(), "hidden is not missing");
    }
}
