//! The record's codes in the words practitioners use, and its dates as they are said aloud.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use domain::access::{LawfulBasis, Purpose, Role};
use domain::case::clocks::Step;
use domain::case::status::Standing;
use domain::contact::SourceDisclosure;
use domain::contact::involved::ContactRole;
use domain::ids::PersonId;
use domain::person::Duty;
use domain::person::address::AddressClass;
use domain::person::missing::Missing;
use domain::person::uncertain_date::{Precision, UncertainDate};
use domain::source::Basis;
use domain::tie::TieKind;
use domain::when::{Occurred, civil_time};

use crate::enquire::{Hours, KeptUntil, LegalBasis};

pub const fn role(role: Role) -> &'static str {
    match role {
        Role::SocialWorker => "social worker",
        Role::TeamManager => "team manager",
        Role::ConferenceChair => "conference chair",
        Role::FrontDoor => "front-door social worker",
        Role::SafeguardingLead => "safeguarding lead",
        Role::EmergencyNurse => "emergency nurse",
        Role::PoliceOfficer => "police officer",
        Role::Teacher => "teacher",
        Role::HealthVisitor => "health visitor",
        Role::Auditor => "auditor",
        Role::Administrator => "administrator",
        Role::System => "the node itself",
    }
}

/// Which authority it was said of that owes the child something.
pub fn duty_recorded(code: Option<&str>) -> &'static str {
    match code.and_then(|code| code.parse().ok()) {
        Some(Duty::Responsible) => "Responsible authority recorded",
        Some(Duty::Area) => "Area authority recorded",
        Some(Duty::School) => "School’s authority recorded",
        None => "An authority recorded",
    }
}

pub const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Attendance => "The child is here now",
        Purpose::ReferralConsideration => "Deciding whether to tell social care",
        Purpose::AllocatedWork => "I work with this child",
        Purpose::SafeguardingCheck => "A safeguarding check",
        Purpose::Conference => "A child protection conference",
        Purpose::StatutoryReturn => "A return the law asks for",
        Purpose::RecordKeeping => "Setting a record right",
        Purpose::Audit => "Audit",
        Purpose::Operation => "Keeping the node",
    }
}

pub const fn purpose_means(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Attendance => "In the department, the school office or the custody suite, in front of you.",
        Purpose::ReferralConsideration => {
            "You are worried, and want to know what is known before you decide."
        }
        Purpose::AllocatedWork => "Your own case, or your team’s.",
        Purpose::SafeguardingCheck => "Somebody who protects a child asked you to look.",
        Purpose::Conference => "You prepare or hold one.",
        Purpose::StatutoryReturn | Purpose::RecordKeeping | Purpose::Audit | Purpose::Operation => "",
    }
}

pub const fn lawful_basis(basis: LawfulBasis) -> &'static str {
    match basis {
        LawfulBasis::PublicTask => "Public task",
        LawfulBasis::LegalObligation => "Legal obligation",
        LawfulBasis::VitalInterests => "Vital interests: to save a life",
        LawfulBasis::LegitimateInterests => "Legitimate interests",
    }
}

/// When a number is answered.
pub const fn hours(hours: Hours) -> &'static str {
    match hours {
        Hours::Office => "office hours",
        Hours::OutOfHours => "out of hours, the emergency duty team",
    }
}

pub const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotKnown => "Not known to social care",
        Standing::Closed => "No open case",
        Standing::ReachedEighteen => "Reached 18: what is owed to a child has ended",
        Standing::Referred => "Referred to social care",
        Standing::Assessed => "Being assessed",
        Standing::InNeed => "Child in need plan",
        Standing::EnquiredInto => "Section 47 enquiry",
        Standing::Protected => "Child protection plan",
        Standing::LookedAfter => "Looked after",
        Standing::PoliceProtection => "In police protection",
        Standing::EmergencyOrder => "Emergency protection order",
    }
}

/// What an authority owes a child.
pub const fn duty(duty: Duty) -> &'static str {
    match duty {
        Duty::Responsible => "Responsible authority",
        Duty::Area => "Authority of the area",
        Duty::School => "Authority of the school",
    }
}

/// How closely an address is kept.
pub const fn address_class(class: AddressClass) -> &'static str {
    match class {
        AddressClass::Ordinary => "Ordinary address",
        AddressClass::Withheld => "Withheld address",
        AddressClass::Placement => "Placement: with carers or in a home, by the authority",
        AddressClass::Refuge => "Refuge",
    }
}

/// What stands for an agency where naming it would tell who told something.
pub const IN_CONFIDENCE: &str = "Told in confidence";
/// In place of whoever gave an address that the reader may not be told.
pub const WITH_THE_ADDRESS: &str = "Kept with the address";

/// Who is missing of the children a page is about.
pub fn missing_among(
    missing: &BTreeMap<PersonId, Vec<Missing>>,
    name: impl Fn(&PersonId) -> String,
) -> Vec<String> {
    let said = |(person, missing): (&PersonId, &Vec<Missing>)| {
        let name = name(person);
        let line = |one: &Missing| {
            format!("{name} is missing from {} since {}", one.from.code(), occurred(one.since))
        };
        missing.iter().map(line).collect::<Vec<_>>()
    };
    missing.iter().flat_map(said).collect()
}

/// Where a child is missing from, and since when.
pub fn missing(missing: &Missing) -> String {
    format!("Missing from {} since {}", missing.from.code(), occurred(missing.since))
}

/// Who may not take a child away, or that the order which said so has run out.
pub fn kept(basis: Option<LegalBasis>) -> Option<String> {
    let LegalBasis { until, has_lapsed, kept, .. } = basis?;
    let kept = kept.map(|kept| match kept.until {
        KeptUntil::Moment(until) => format!("Nobody may take this child away before {}.", moment(until)),
        KeptUntil::EndOf(last) => format!("{}, until the end of {}.", kept.who_may_not_take_away, day(last)),
        KeptUntil::Discharged => format!("{}.", kept.who_may_not_take_away),
    });
    let lapsed = until.filter(|_| has_lapsed).map(|until| {
        format!(
            "The order’s last day, {}, has passed, and nothing on record took its place. Ring before anybody takes \
             this child away.",
            day(until)
        )
    });
    let said: Vec<String> = kept.into_iter().chain(lapsed).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// How loudly a standing is shown.
pub const fn weight(standing: Standing) -> &'static str {
    match standing {
        Standing::EnquiredInto
        | Standing::Protected
        | Standing::LookedAfter
        | Standing::PoliceProtection
        | Standing::EmergencyOrder => "gt-status--grave",
        Standing::NotKnown | Standing::Closed | Standing::ReachedEighteen => "gt-status--quiet",
        Standing::Referred | Standing::Assessed | Standing::InNeed => "",
    }
}

/// A category of abuse, as the census writes it.
pub fn category(code: &str) -> String {
    let said = match code {
        "NEG" => "Neglect",
        "PHY" => "Physical abuse",
        "SAB" => "Sexual abuse",
        "EMO" => "Emotional abuse",
        "MUL" => "More than one category",
        other => other,
    };
    said.to_owned()
}

/// A concern, as the record writes it.
pub fn concern(code: &str) -> String {
    match code {
        "female-genital-mutilation" => "female genital mutilation".to_owned(),
        "not-attending-school" => "not attending school".to_owned(),
        "unborn-child" => "an unborn child".to_owned(),
        "teachers-concern" => "a teacher’s concern".to_owned(),
        "police-notice" => "a police notice".to_owned(),
        "unscheduled-care" => "seen in unscheduled care".to_owned(),
        other => other.replace('-', " "),
    }
}

/// A part somebody has in a contact.
pub const fn part(role: ContactRole) -> &'static str {
    match role {
        ContactRole::Subject => "subject of the worry",
        ContactRole::Source => "told it",
        ContactRole::AllegedToHaveHarmed => "alleged to have harmed",
        ContactRole::Witness => "witness",
        ContactRole::Present => "was there",
    }
}

/// All parts somebody has in a contact, from what the record writes.
pub fn parts<'a>(codes: impl IntoIterator<Item = &'a str>) -> String {
    let said =
        |code: &str| code.parse().map_or_else(|_| code.replace('-', " "), |role| part(role).to_owned());
    let said: Vec<String> = codes.into_iter().map(said).collect();
    listed(&said)
}

/// `this`; `this, and that`; `this, that, and the other`.
pub fn listed(said: &[String]) -> String {
    match said {
        [many @ .., last] if !many.is_empty() => format!("{}, and {last}", many.join(", ")),
        _ => said.concat(),
    }
}

/// What was decided about a contact.
pub fn outcome(code: &str) -> &str {
    match code {
        "referral" => "Referral",
        "no-further-action" => "No further action",
        "advice" => "Advice",
        "passed-on" => "Passed on",
        other => other,
    }
}

pub const fn source_disclosure(disclosure: SourceDisclosure) -> &'static str {
    match disclosure {
        SourceDisclosure::Named => "Yes",
        SourceDisclosure::WithheldFromFamily => "Not to the family",
        SourceDisclosure::Anonymous => "They did not say who they are",
    }
}

/// As it begins a line.
pub fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// With whom a tie begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Them,
    TheChild,
}

/// Whether a tie still holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasts {
    Still,
    Ended,
}

/// What somebody is to the child whose page it is.
pub fn relation(kind: TieKind, begins_with: End, lasts: Lasts) -> String {
    let said = match (kind, begins_with) {
        (TieKind::Mother, End::Them) => "mother",
        (TieKind::Father, End::Them) => "father",
        (TieKind::Parent, End::Them) => "parent",
        (TieKind::Carer, End::Them) => "carer",
        (TieKind::Mother | TieKind::Father | TieKind::Parent, End::TheChild) => "child",
        (TieKind::Carer, End::TheChild) => "cared for by this person",
        (TieKind::Sibling, _) => "brother or sister",
        (TieKind::HouseholdMember, _) => "in the same household",
        (TieKind::Partner, _) => "partner",
        (TieKind::Other, _) => "another tie",
    };
    match lasts {
        Lasts::Still => said.to_owned(),
        Lasts::Ended => format!("{said}, ended"),
    }
}

/// What must be done.
pub const fn step(step: Step) -> &'static str {
    match step {
        Step::DecideContact => "Decide what was told",
        Step::DecideReferral => "Decide the referral",
        Step::CompleteAssessment => "Complete the assessment",
        Step::HoldInitialConference => "Hold the initial child protection conference",
        Step::HoldTransferInConference => "Hold the transfer-in conference",
        Step::HoldReviewConference => "Hold the review conference",
        Step::HoldFirstCoreGroup => "Bring the core group together",
        Step::EmergencyEnds => "The emergency power ends",
        Step::LegalStatusEnds => "The legal status ends",
        Step::ReviewAssessment => "Review the assessment",
    }
}

/// A date of birth as well as it is known.
pub fn born(date: Option<UncertainDate>) -> String {
    let Some(date) = date else { return "not known".to_owned() };
    match (date.precision(), date.day()) {
        (Precision::Expected, Some(due)) => format!("expected {}", day(due)),
        (_, Some(born)) => day(born),
        (Precision::Month, None) => date.earliest().format("%B %Y").to_string(),
        (_, None) => date.to_text(),
    }
}

/// What a statement rests on.
pub const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Seen => "seen",
        Basis::Told => "told",
        Basis::ChildsOwnWords => "in the child’s own words",
        Basis::Document => "from a document",
        Basis::AgencyRecord => "from an agency’s record",
        Basis::Return => "from a return",
        Basis::Opinion => "an opinion",
    }
}

/// How old somebody is on a day, as it is said of children: in weeks, in months, in years.
pub fn age(born: UncertainDate, on: NaiveDate) -> Option<String> {
    if born.precision() == Precision::Expected {
        return Some("unborn".to_owned());
    }
    let years = born.age_on(on)?;
    let said = match born.day() {
        Some(born) if years < 2 => {
            let days = (on - born).num_days();
            let months = (on.year() - born.year()) * 12 + on.month().cast_signed()
                - born.month().cast_signed()
                - i32::from(on.day() < born.day());
            match (days, months) {
                (0..=13, _) => counted(days, "day"),
                (_, 0..=2) => counted(days / 7, "week"),
                _ => counted(months.into(), "month"),
            }
        }
        Some(_) => counted(years.into(), "year"),
        None => format!("about {}", counted(years.into(), "year")),
    };
    Some(said)
}

fn counted(number: i64, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}

/// `3 March 2026`.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// `3 March 2026, 2:05am`, by clocks in England.
pub fn moment(at: DateTime<Utc>) -> String {
    let local = civil_time(at);
    let half = if local.hour() < 12 { "am" } else { "pm" };
    format!("{}, {}{half}", day(local.date()), local.format("%-I:%M"))
}

/// When something happened, as precisely as it is known.
pub fn occurred(occurred: Occurred) -> String {
    match occurred {
        Occurred::Instant(at) => moment(at),
        Occurred::Day(on) => day(on),
        Occurred::Month(month) => month.format("%B %Y").to_string(),
        Occurred::Between(first, last) => format!("between {} and {}", day(first), day(last)),
    }
}

/// `999 000 0018`: as it is read aloud.
pub fn nhs_number(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(first), Some(second), Some(rest)) if digits.len() == 10 => format!("{first} {second} {rest}"),
        _ => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::enquire::Kept;

    #[test]
    fn times_are_said_by_clocks_in_england() {
        let said = |text: &str| moment(text.parse().unwrap());
        assert_eq!(said("2026-03-03T02:05:00Z"), "3 March 2026, 2:05am");
        assert_eq!(said("2026-07-03T12:05:00Z"), "3 July 2026, 1:05pm");
        assert_eq!(said("2026-01-03T00:30:00Z"), "3 January 2026, 12:30am");
    }

    #[test]
    fn a_time_is_no_more_precise_than_it_is_known() {
        let said = |text: &str| occurred(text.parse().unwrap());
        assert_eq!(said("2026-03"), "March 2026");
        assert_eq!(said("2026-03-01"), "1 March 2026");
        assert_eq!(said("2026-03-01/2026-03-09"), "between 1 March 2026 and 9 March 2026");
    }

    #[test]
    fn a_childs_age_is_said_as_it_is_said_of_children() {
        let said = |born: &str, on: &str| age(born.parse().unwrap(), on.parse().unwrap());
        assert_eq!(said("2026-03-01", "2026-03-02").unwrap(), "1 day");
        assert_eq!(said("2026-03-01", "2026-04-01").unwrap(), "4 weeks");
        assert_eq!(said("2026-03-01", "2026-08-31").unwrap(), "5 months");
        assert_eq!(said("2024-03-01", "2026-02-28").unwrap(), "23 months");
        assert_eq!(said("2019-04-30", "2026-04-29").unwrap(), "6 years");
        assert_eq!(said("about 2015", "2026-04-29").unwrap(), "about 11 years");
        assert_eq!(said("expected 2026-06-01", "2026-04-29").unwrap(), "unborn");
        assert_eq!(said("2026-03-01", "2026-02-01"), None, "before birth");
    }

    #[test]
    fn an_nhs_number_is_written_as_it_is_read_aloud() {
        assert_eq!(nhs_number("9990000018"), "999 000 0018");
        assert_eq!(nhs_number("99"), "99");
    }
    #[test]
    fn who_may_not_take_a_child_away_is_said_with_its_end_and_that_an_order_ran_out() {
        let law = "Children Act 1989 section 31, care order";
        let basis = LegalBasis { law, beside: None, until: None, has_lapsed: false, kept: None };
        assert_eq!(kept(None), None);
        assert_eq!(kept(Some(basis)), None, "no law says so");
        let nobody = "Nobody may take this child away: a law";
        let under = |until| LegalBasis { kept: Some(Kept { who_may_not_take_away: nobody, until }), ..basis };
        let said = |until| kept(Some(under(until))).unwrap();
        let moment = KeptUntil::Moment("2026-07-03T12:05:00Z".parse().unwrap());
        assert_eq!(said(moment), "Nobody may take this child away before 3 July 2026, 1:05pm.");
        let last = "2026-03-01".parse().unwrap();
        assert_eq!(said(KeptUntil::EndOf(last)), format!("{nobody}, until the end of 1 March 2026."));
        assert_eq!(said(KeptUntil::Discharged), format!("{nobody}."));
        let lapsed = LegalBasis { until: Some(last), has_lapsed: true, ..basis };
        let ring = "The order’s last day, 1 March 2026, has passed, and nothing on record took its place. Ring before \
                    anybody takes this child away.";
        assert_eq!(kept(Some(lapsed)).unwrap(), ring);
        let both = LegalBasis { kept: under(moment).kept, ..lapsed };
        assert_eq!(kept(Some(both)).unwrap(), format!("{} {ring}", said(moment)), "an emergency after it");
        assert_eq!(kept(Some(LegalBasis { until: Some(last), ..basis })), None, "its last day is to come");
    }
}
