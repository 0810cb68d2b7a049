//! Three siblings in two households, two of them in care, apart from each other.

use domain::case::codes::{Factor, ReferralSource};
use domain::case::events::{AssessmentOutcome, LegalStatus, ReferralOutcome, Seen, VisitKind};
use domain::case::start_looked_after::StartLookedAfter;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::address::{Address, AddressClass};
use domain::person::{Assert, Assertion, Living, Sex};
use domain::source::{Basis, Source};
use domain::tie::TieKind;
use domain::when::{Occurred, civil_day};

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(260, 10, 0);
    let role = |given, sex, born: &str, nhs_number| Role {
        given,
        family: "Firth",
        sex,
        born: born.to_owned(),
        nhs_number,
    };
    let liam = stage.person(known, &role("Liam", Sex::Male, "2012-03-30", Some("9990000123")))?;
    let cara = stage.person(known, &role("Cara", Sex::Female, "2015-07-12", Some("9990000131")))?;
    let noah = stage.person(known, &role("Noah", Sex::Male, "2020-12-05", None))?;
    let donna = stage.person(known, &role("Donna", Sex::Female, "1990-02-02", None))?;
    let craig = stage.person(known, &role("Craig", Sex::Male, "1987", None))?;
    for child in [liam, cara, noah] {
        stage.tie(known, donna, TieKind::Mother, child)?;
        stage.tie(known, craig, TieKind::Father, child)?;
    }
    stage.tie(known, liam, TieKind::Sibling, cara)?;
    stage.tie(known, liam, TieKind::Sibling, noah)?;
    stage.tie(known, cara, TieKind::Sibling, noah)?;
    // The little one lives with his father since the parents parted.
    stage.household(known, &[donna, liam, cara])?;
    stage.household(known, &[craig, noah])?;
    let police = stage.cast.police;
    let told = stage.contact(
        stage.ago(259, 3, 20),
        police,
        &[liam, cara],
        (ConcernKind::ParentalSubstanceMisuse, Significance::ImmediateDanger),
        "Donna could not be woken. Liam had put his sister to bed and telephoned us.",
    )?;
    stage.decide(
        stage.working(257, 9, 0),
        told,
        Outcome::Referral,
        "Both are to be looked after, with their mother's agreement.",
    )?;
    for (child, minutes, lines) in [(liam, 0, "2 Fernbank"), (cara, 9, "61 Dale View")] {
        stage.meanwhile();
        let then = |at: chrono::DateTime<chrono::Utc>| at + chrono::TimeDelta::minutes(minutes);
        let case = stage.referred(
            then(stage.working(257, 10, 0)),
            child,
            told,
            (ReferralSource::Police, ReferralOutcome::Services),
        )?;
        let assessment = stage.assess(then(stage.working(256, 9, 0)), case)?;
        let at = then(stage.working(255, 14, 0));
        let start = StartLookedAfter {
            on: Occurred::Day(civil_day(at)),
            legal_status: LegalStatus::Section20,
            until: None,
        };
        stage.manage(at, case, start)?;
        let placed = Assert {
            assertions: vec![Assertion::Address {
                address: Address::parse(&[lines], "BD9 4KM")?,
                class: AddressClass::Placement,
                withheld_from: Vec::new(),
                living: Living::Private,
                from: civil_day(at),
                to: None,
            }],
            source: Source { basis: Basis::AgencyRecord, agency: stage.cast.manager.agency },
            occurred: Occurred::Instant(at),
            testimony: None,
        };
        stage.of_person(at + chrono::TimeDelta::minutes(15), child, placed)?;
        stage.authorise(
            then(stage.working(215, 10, 0)),
            case,
            assessment,
            (&[Factor::AlcoholParent], AssessmentOutcome::LookedAfter),
        )?;
        for days in [230, 190, 150, 110, 70, 30] {
            let visit = (VisitKind::LookedAfter, Seen::Alone);
            stage.visit(
                then(stage.working(days, 16, 0)),
                case,
                visit,
                "Settled. Asked when they may see each other; Sundays are agreed.",
            )?;
        }
    }
    Ok(())
}
