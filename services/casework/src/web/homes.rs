//! Where a child lives or stays today, as far as the reader is told, with how closely each address is kept.
//!
//! Left out: where they lived before, which the API tells; pages of the past, which show no address at all.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::NaiveDate;
use domain::ids::{AgencyId, PersonId};
use domain::person::address::AddressClass;

use super::words;
use crate::addresses::ShownAddress;

/// The addresses of today; none that the reader may be told when empty.
#[derive(Template, Clone, PartialEq, Eq, Hash, Default, Debug)]
#[template(path = "components/homes.html")]
pub struct Homes(Vec<HomeSaid>);

impl HtmlSafe for Homes {}

/// One address, by what one source says.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct HomeSaid {
    lines: Vec<String>,
    class: &'static str,
    /// To whom it must not be given.
    warning: Option<String>,
    is_communal: bool,
    since: String,
    agency: String,
}

/// True on a day on which somebody lives there, by what is said.
pub fn is_home_on(shown: &ShownAddress, day: NaiveDate) -> bool {
    shown.from <= day && shown.to.is_none_or(|last| day <= last)
}

impl Homes {
    /// In words; `name` is of those whom the reader may know.
    pub fn of(
        shown: &[ShownAddress],
        name: impl Fn(&PersonId) -> Option<String>,
        agency: impl Fn(AgencyId) -> String,
    ) -> Self {
        let said = |shown: &ShownAddress| HomeSaid {
            lines: shown.address.lines().chain(shown.address.postcode()).map(str::to_owned).collect(),
            class: words::address_class(shown.class),
            warning: warning(shown, &name),
            is_communal: shown.is_communal,
            since: words::day(shown.from),
            agency: shown.agency.map_or_else(|| words::IN_CONFIDENCE.to_owned(), &agency),
        };
        Self(shown.iter().map(said).collect())
    }
}

/// Who must not learn an address from the reader.
fn warning(shown: &ShownAddress, name: impl Fn(&PersonId) -> Option<String>) -> Option<String> {
    if shown.class == AddressClass::Refuge {
        return Some(
            "Give it to nobody: the safety of a refuge is in nobody knowing where it is.".to_owned(),
        );
    }
    let from = shown.withheld_from.as_deref()?;
    if from.is_empty() {
        return Some("Withheld from the whole family: do not give it to any of them.".to_owned());
    }
    let known: Vec<String> = from.iter().filter_map(name).collect();
    Some(match (known.len() == from.len(), known.is_empty()) {
        (true, _) => format!(
            "Withheld from {}: do not give it to them, nor to anybody who could pass it on.",
            words::listed(&known)
        ),
        // Whoever they are, they are among those who could ask.
        (false, true) => {
            "Withheld from people whose names you are not told: do not give it to anybody in the family."
                .to_owned()
        }
        (false, false) => format!(
            "Withheld from {}, and from others whose names you are not told: do not give it to anybody in the family.",
            words::listed(&known)
        ),
    })
}

#[cfg(test)]
impl Homes {
    pub fn sample() -> Self {
        Self(vec![HomeSaid {
            lines: vec!["1 Example Row".to_owned(), "LS1 1UR".to_owned()],
            class: words::address_class(AddressClass::Withheld),
            warning: Some("Withheld from the whole family: do not give it to any of them.".to_owned()),
            is_communal: true,
            since: "1 March 2026".to_owned(),
            agency: "Invented Council".to_owned(),
        }])
    }
}

#[cfg(test)]
mod tests {
    use domain::person::address::Address;
    use uuid::Uuid;

    use super::*;

    const KNOWN: PersonId = PersonId(Uuid::from_u128(1));
    const HIDDEN: PersonId = PersonId(Uuid::from_u128(2));

    fn address(class: AddressClass, withheld_from: impl Into<Option<Vec<PersonId>>>) -> ShownAddress {
        let day = |text: &str| text.parse().unwrap();
        ShownAddress {
            address: Address::parse(&["1 <b>Example Row"], "LS1 1UR").unwrap(),
            class,
            withheld_from: withheld_from.into(),
            is_communal: false,
            from: day("2026-03-01"),
            to: Some(day("2026-03-09")),
            agency: None,
        }
    }

    fn said(shown: ShownAddress) -> String {
        let name = |person: &PersonId| (*person == KNOWN).then(|| "Craig Marsh".to_owned());
        Homes::of(&[shown], name, |_| "An agency".to_owned()).render().unwrap()
    }

    #[test]
    fn a_home_is_one_from_its_first_day_to_its_last() {
        let shown = address(AddressClass::Ordinary, None);
        let on = |day: &str| is_home_on(&shown, day.parse().unwrap());
        assert_eq!(
            ["2026-02-28", "2026-03-01", "2026-03-09", "2026-03-10"].map(on),
            [false, true, true, false]
        );
        let lasting = ShownAddress { to: None, ..shown.clone() };
        assert!(is_home_on(&lasting, "2030-01-01".parse().unwrap()));
    }

    #[test]
    fn whoever_reads_an_address_is_told_to_whom_it_must_not_be_given() {
        for (class, from, words) in [
            (AddressClass::Withheld, vec![KNOWN], "Withheld from Craig Marsh: do not give it to them"),
            (
                AddressClass::Withheld,
                vec![],
                "Withheld from the whole family: do not give it to any of them.",
            ),
            (
                AddressClass::Withheld,
                vec![HIDDEN],
                "people whose names you are not told: do not give it to anybody",
            ),
            (
                AddressClass::Withheld,
                vec![KNOWN, HIDDEN],
                "Craig Marsh, and from others whose names you are not told",
            ),
            (AddressClass::Placement, vec![], "Withheld from the whole family"),
            (AddressClass::Refuge, vec![KNOWN], "Give it to nobody"),
        ] {
            let html = said(address(class, from));
            assert!(html.contains("govuk-warning-text") && html.contains(words), "{words}: {html}");
        }
        for class in [AddressClass::Ordinary, AddressClass::Placement] {
            let html = said(address(class, None));
            assert!(
                !html.contains("govuk-warning-text") && html.contains(words::address_class(class)),
                "{html}"
            );
        }
    }

    #[test]
    fn an_address_is_never_markup_and_that_it_is_communal_is_said() {
        let communal = ShownAddress { is_communal: true, ..address(AddressClass::Ordinary, None) };
        let html = said(communal);
        assert!(!html.contains("<b>") && html.contains("Communal: others live here too"), "{html}");
        assert!(!said(address(AddressClass::Ordinary, None)).contains("Communal"), "only where it is");
        assert!(Homes::default().render().unwrap().contains("No address of today that you are told."));
    }
}
