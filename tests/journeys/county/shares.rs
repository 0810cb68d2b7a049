//! The county that is told by default against the figures it says it is drawn from (`county/work.rs`, `county/told.rs`,
//! `county/family.rs`): what is referred, how soon work is done and what it finds, how long plans last.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;

use casework::county::Rehearsed;
use chrono::NaiveDate;
use domain::agency::AgencyKind;
use domain::case::events::ReferralOutcome;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{CpPlanId, HouseholdId, PersonId};
use domain::person::Assertion;
use domain::tie::{TieKind, TieTo};
use domain::when::civil_day;
use domain::working_days::working_days_between;

pub fn are_those_it_is_drawn_from(told: &Rehearsed) {
    referrals(&told.on_cases);
    assessments(&told.on_cases);
    conferences(&told.on_cases);
    plans(&told.on_cases);
    visits_and_care(&told.on_cases);
    contacts(told);
    numbers(told);
    households(told);
    slips(told);
}

/// How often each was counted, by its name in the program.
#[derive(Default)]
struct Shares(BTreeMap<String, usize>);

impl Shares {
    fn of<T: Debug>(counted: impl IntoIterator<Item = T>) -> Self {
        let mut shares = Self::default();
        counted.into_iter().for_each(|one| shares.add(format!("{one:?}")));
        shares
    }

    fn add(&mut self, one: String) {
        *self.0.entry(one).or_default() += 1;
    }

    fn count(&self, one: &str) -> usize {
        self.0.get(one).copied().unwrap_or_default()
    }

    /// These are so many of a hundred; `within` leaves room for chance, and for what the county's end cuts off.
    fn are(&self, those: &[&str], percent: f64, within: f64) {
        let all: usize = self.0.values().sum();
        let counted: usize = those.iter().map(|one| self.count(one)).sum();
        is(&format!("{those:?} of {:?}", self.0), counted, all, percent, within);
    }
}

fn is(what: &str, counted: usize, among: usize, percent: f64, within: f64) {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    let share = 100.0 * number(counted) / number(among);
    assert!((share - percent).abs() <= within, "{share:.1} where {percent} are drawn: {what}");
}

fn referrals(on_cases: &[Entry]) {
    let referred = || {
        on_cases.iter().filter_map(|entry| match &entry.event {
            Event::ReferralReceived(fact) => Some(fact),
            _ => None,
        })
    };
    assert!(referred().count() > 2_000, "enough to tell a share by");
    let sources = Shares::of(referred().filter_map(|fact| fact.source));
    sources.are(&["Police"], 28.7, 3.0);
    sources.are(&["School"], 18.2, 3.0);
    sources.are(&["AuthorityOther"], 14.1, 3.0);
    Shares::of(referred().filter_map(|fact| fact.primary_need)).are(&["AbuseOrNeglect"], 57.0, 4.0);
}

/// Authorised in time more often than not, and just before the limit more than just after it.
fn assessments(on_cases: &[Entry]) {
    let (mut referred, mut enquired_into) = (HashMap::new(), BTreeSet::new());
    let (mut days, mut factors, mut completed) = (Shares::default(), Shares::default(), 0);
    for entry in on_cases {
        match &entry.event {
            Event::ReferralReceived(fact) => {
                referred.insert(fact.episode, entry.occurred.day());
            }
            Event::ReferralDecided(fact) if fact.outcome == ReferralOutcome::Section47 => {
                enquired_into.insert(fact.episode);
            }
            Event::AssessmentCompleted(fact) => {
                completed += 1;
                fact.factors.iter().for_each(|factor| factors.add(format!("{factor:?}")));
                // Before a conference they are done when it sits.
                if !enquired_into.contains(&fact.episode) {
                    let took = working_days_between(referred[&fact.episode], entry.occurred.day());
                    days.add(
                        match took {
                            0..=40 => "by 40",
                            41..=45 => "41 to 45",
                            46..=50 => "46 to 50",
                            _ => "later",
                        }
                        .to_owned(),
                    );
                }
            }
            _ => {}
        }
    }
    days.are(&["by 40", "41 to 45"], 85.7, 3.0);
    assert!(days.count("41 to 45") > 2 * days.count("46 to 50"), "they bunch before the limit: {:?}", days.0);
    for (factor, percent) in
        [("MentalHealthParent", 33.5), ("DomesticAbuseParent", 31.7), ("Neglect", 17.6), ("YoungCarer", 3.7)]
    {
        is(factor, factors.count(factor), completed, percent, 3.0);
    }
}

fn conferences(on_cases: &[Entry]) {
    let (mut began, mut days) = (HashMap::new(), Shares::default());
    for entry in on_cases {
        match &entry.event {
            Event::Section47Started(fact) => {
                began.insert(fact.section47, entry.occurred.day());
            }
            Event::ConferenceHeld(fact) => {
                let Some(section47) = fact.section47 else { continue };
                let took = working_days_between(began[&section47], entry.occurred.day());
                let when = match took {
                    0..=10 => "by 10",
                    11..=15 => "11 to 15",
                    _ => "later",
                };
                days.add(when.to_owned());
            }
            _ => {}
        }
    }
    days.are(&["by 10", "11 to 15"], 81.4, 4.0);
    days.are(&["11 to 15"], 72.7, 5.0);
}

/// A child protection plan of the county.
struct Plan {
    began: NaiveDate,
    reviews: u32,
    ended: Option<NaiveDate>,
}

fn plans(on_cases: &[Entry]) {
    let mut plans: BTreeMap<CpPlanId, Plan> = BTreeMap::new();
    let (mut categories, mut in_care, mut of) = (Vec::new(), BTreeSet::new(), HashMap::new());
    for entry in on_cases {
        let day = entry.occurred.day();
        match &entry.event {
            Event::CpPlanStarted(fact) => {
                plans.insert(fact.plan, Plan { began: day, reviews: 0, ended: None });
                of.insert(fact.plan, entry.stream);
                categories.push(fact.categories.clone());
            }
            Event::CpPlanReviewed(fact) => plans.get_mut(&fact.plan).unwrap().reviews += 1,
            Event::CpPlanEnded(fact) => plans.get_mut(&fact.plan).unwrap().ended = Some(day),
            Event::LookedAfterStarted(_) => {
                in_care.insert(entry.stream);
            }
            _ => {}
        }
    }
    assert!(plans.len() > 400, "enough to tell a share by");
    let one = Shares::of(categories.iter().filter(|set| set.len() == 1).map(|set| set.first().unwrap()));
    for (category, percent, within) in
        [("Neglect", 51.9, 5.0), ("Emotional", 36.6, 5.0), ("Physical", 7.6, 3.0), ("Sexual", 3.9, 2.0)]
    {
        one.are(&[category], percent, within);
    }
    let several = categories.iter().filter(|set| set.len() > 1).count();
    is("of several categories", several, categories.len(), 2.6, 1.5);
    // Plans of the first months have all ended, but for the longest; what ends in care ends sooner.
    let first = on_cases.first().unwrap().occurred.day();
    let whole = |(id, plan): &(&CpPlanId, &Plan)| {
        (plan.began - first).num_days() < 240 && !in_care.contains(&of[*id])
    };
    let whole: Vec<&Plan> = plans.iter().filter(whole).map(|(_, plan)| plan).collect();
    let reviews =
        Shares::of(whole.iter().filter(|plan| plan.ended.is_some()).map(|plan| plan.reviews.min(4)));
    for (count, percent) in [("1", 21.0), ("2", 42.0), ("3", 25.0), ("4", 12.0)] {
        reviews.are(&[count], percent, 7.0);
    }
    // The first review comes within three months, the next within six.
    let lasted = |plan: &&&Plan| plan.ended.map(|ended| (ended - plan.began).num_days());
    let by_one: Vec<i64> =
        whole.iter().filter(|plan| plan.reviews == 1).filter_map(|plan| lasted(&plan)).collect();
    let in_time = by_one.iter().filter(|days| (60..=92).contains(*days)).count();
    is(&format!("first reviews in time, of {by_one:?}"), in_time, by_one.len(), 93.0, 7.0);
}

fn visits_and_care(on_cases: &[Entry]) {
    let seen = Shares::of(on_cases.iter().filter_map(|entry| match &entry.event {
        Event::VisitMade(fact) => Some(fact.seen),
        _ => None,
    }));
    seen.are(&["Alone"], 58.0, 2.0);
    seen.are(&["NotSeen"], 8.0, 1.0);
    let law = Shares::of(on_cases.iter().filter_map(|entry| match &entry.event {
        Event::LookedAfterStarted(fact) => Some(fact.legal_status),
        _ => None,
    }));
    law.are(&["Section20"], 30.0, 10.0);
    law.are(&["InterimCareOrder"], 55.0, 10.0);
}

/// Over the years, though in their holidays schools tell nothing. A family is never the second to tell, and so has less.
fn contacts(told: &Rehearsed) {
    let by = |kinds: &[AgencyKind]| -> usize {
        told.contacts.iter().filter(|((kind, _), _)| kinds.contains(kind)).map(|(_, count)| count).sum()
    };
    let all: usize = told.contacts.values().sum();
    for (who, kinds, percent, within) in [
        ("police", &[AgencyKind::Police][..], 32.0, 3.0),
        ("health", &[AgencyKind::NhsTrust, AgencyKind::HealthVisiting], 17.0, 2.0),
        ("education", &[AgencyKind::School, AgencyKind::EarlyYears], 16.0, 2.0),
        ("others", &[AgencyKind::Housing, AgencyKind::Probation, AgencyKind::Voluntary], 26.0, 2.0),
        ("family", &[AgencyKind::LocalAuthority], 9.0, 3.0),
    ] {
        is(who, by(kinds), all, percent, within);
    }
    // Schools are closed in August: what they tell then was left lying.
    let in_month = |kind, month| told.contacts.get(&(kind, month)).copied().unwrap_or_default();
    let (august, november) = (in_month(AgencyKind::School, 8), in_month(AgencyKind::School, 11));
    assert!(august * 20 < november, "{august} in August, {november} in November");
    assert!(in_month(AgencyKind::Police, 8) * 2 > in_month(AgencyKind::Police, 11));
}

/// Four children in a hundred have no NHS number on record.
fn numbers(told: &Rehearsed) {
    let is_child = |one: &Assertion| matches!(one, Assertion::Characteristics { .. });
    let children: Vec<_> = told.opened.iter().filter(|open| open.assertions.iter().any(is_child)).collect();
    assert!((2_900..=3_000).contains(&children.len()), "{}", children.len());
    let is_number = |one: &Assertion| matches!(one, Assertion::Identifier(_));
    let without = children.iter().filter(|open| !open.assertions.iter().any(is_number)).count();
    is("children without a number", without, children.len(), 4.0, 1.0);
}

/// Of the families that have a father, fifteen in a hundred live in two households, and the children in both.
fn households(told: &Rehearsed) {
    let (mut fathers, mut homes) = (BTreeSet::new(), BTreeMap::<PersonId, BTreeSet<HouseholdId>>::new());
    for tie in &told.ties {
        match (tie.kind, tie.to) {
            (TieKind::Father, TieTo::Person(child)) => {
                fathers.insert((tie.from, child));
            }
            (TieKind::HouseholdMember, TieTo::Household(household)) => {
                homes.entry(tie.from).or_default().insert(household);
            }
            _ => {}
        }
    }
    let siblings: BTreeSet<_> =
        told.ties.iter().filter(|tie| tie.kind == TieKind::Sibling).map(|tie| tie.from).collect();
    assert!(fathers.len() > 1_500, "enough to tell a share by: {}", fathers.len());
    let in_two = |children: &[PersonId]| children.iter().filter(|child| homes[*child].len() == 2).count();
    let all: Vec<_> = fathers.iter().map(|(_, child)| *child).collect();
    is("children in two households", in_two(&all), all.len(), 15.0, 3.0);
    let with_siblings: Vec<_> = all.iter().copied().filter(|child| siblings.contains(child)).collect();
    is("siblings in two households", in_two(&with_siblings), with_siblings.len(), 15.0, 4.0);
}

/// What is written down days later, twice, of a wrong day or child; how often children go missing, beside the one of the
/// named stories; who answers for them.
fn slips(told: &Rehearsed) {
    let visits = || told.on_cases.iter().filter(|entry| matches!(entry.event, Event::VisitMade(_)));
    let is_late = |entry: &&Entry| (civil_day(entry.recorded_at) - entry.occurred.day()).num_days() >= 5;
    // Five are drawn, and two more wait over a weekend.
    is("visits written down five days later", visits().filter(is_late).count(), visits().count(), 7.0, 1.0);
    let of = |kind| told.kinds.get(kind).copied().unwrap_or_default();
    let is_slip_prone = |entry: &&Entry| matches!(entry.event, Event::VisitMade(_) | Event::NoteWritten(_));
    let written = told.on_cases.iter().filter(is_slip_prone).count();
    let of_a_thousand = |kind| of(kind) * 1_000 / written;
    let taken_back = of_a_thousand("entry.withdrawn");
    assert!((4..=10).contains(&taken_back), "{taken_back} of a thousand taken back where 7 are drawn");
    // Five are drawn, of which only those of a child who has a sibling can be moved.
    let moved = of_a_thousand("entry.moved-away");
    assert!((1..=4).contains(&moved), "{moved} of a thousand moved to a sibling where 5 are drawn of some");
    // Beside them contacts of which more is known later.
    let amended = of_a_thousand("entry.amended");
    assert!(
        (13..=26).contains(&amended),
        "{amended} of a thousand amended where 13 are drawn, and some contacts"
    );
    // Once for each child who is referred.
    let referred: BTreeSet<_> = told
        .on_cases
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::ReferralReceived(referral) => Some(referral.child),
            _ => None,
        })
        .collect();
    let answering = of("person.authority-recorded");
    assert!(answering.abs_diff(referred.len()) < 40, "{answering} for {} children", referred.len());
    assert!(of("person.missing-reported") > 100, "{}", of("person.missing-reported"));
}
