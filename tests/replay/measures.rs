//! Measures over small histories, with the figures worked out by hand; and as known at T equals the log cut at T.

use chrono::{DateTime, Utc};
use domain::case::codes::{AbuseCategory, ReferralSource};
use domain::case::events::{ReferralOutcome, WorkerRole};
use domain::contact::{Outcome, SourceDisclosure};
use domain::ids::{PersonId, TeamId};
use domain::person::events::BirthAccepted;
use event_store::{EventStore, Position};
use projections::management::window::Window;
use projections::management::{self, Asked, Count, Detail, NAME, Page, Value, Whose, measures};
use projections::reads::Reads;
use system_tests::TestDatabase;

use crate::histories::{Dice, History};
use crate::views::{all, build};
use crate::work::{Of, POLICE, SCHOOL, TEAM, Work, category, core_group, decided, noon, reviewed, visited};

/// Figures from the built view.
struct Figures {
    reads: Reads,
    _database: TestDatabase,
}

async fn counted(work: &Work) -> Figures {
    let database = TestDatabase::new().await;
    let reads = build(&database, work.record.store.clone(), work.record.keys.clone()).await;
    Figures { reads, _database: database }
}

impl Figures {
    async fn asked(&self, from: &str, to: &str, known_at: Option<DateTime<Utc>>) -> Asked {
        let window = Window::new(from.parse().expect("a day"), to.parse().expect("a day")).expect("a window");
        let known = match known_at {
            Some(at) => self.reads.position_at(at).await.expect("a place"),
            None => self.reads.position(NAME),
        };
        Asked { whose: Whose::Authoritys("383".parse().expect("one")), window, known, detail: Detail::Whole }
    }

    async fn value(&self, asked: &Asked, code: &str) -> Value {
        let values = management::values(&self.reads, &all(), asked).await.expect("values");
        let among_all = values.into_iter().find(|value| value.measure.code == code).expect("a measure");
        let by_itself = management::value(&self.reads, &all(), asked, among_all.measure).await;
        assert_eq!(by_itself.expect("a value").as_ref(), Some(&among_all), "asked for by itself");
        among_all
    }

    /// How many, of how many, and the share or median.
    async fn of(&self, code: &str, from: &str, to: &str) -> (i64, Option<i64>, Option<f64>) {
        figure(&self.value(&self.asked(from, to, None).await, code).await)
    }

    async fn known(&self, at: &str, code: &str, from: &str, to: &str) -> (i64, Option<i64>, Option<f64>) {
        figure(&self.value(&self.asked(from, to, Some(noon(at))).await, code).await)
    }

    async fn groups(&self, code: &str, from: &str, to: &str) -> Vec<(String, i64)> {
        let value = self.value(&self.asked(from, to, None).await, code).await;
        let mut groups: Vec<_> =
            value.groups.into_iter().map(|group| (group.code, shown(group.counted))).collect();
        groups.sort();
        groups
    }

    /// The children behind a measure, and which of them are counted.
    async fn behind(&self, code: &str, from: &str, to: &str) -> Vec<(PersonId, bool)> {
        let asked = self.asked(from, to, None).await;
        let measure = measures::find(code).expect("a measure");
        let page = Page { limit: 100, after: 0 };
        let behind = management::children(&self.reads, &all(), measure, &asked, page).await;
        let behind = behind.expect("children");
        assert!(behind.kept_back == 0 && !behind.has_more);
        let mut children: Vec<_> =
            behind.children.iter().map(|behind| (behind.child, behind.is_counted)).collect();
        children.sort();
        children
    }
}

fn shown(count: Count) -> i64 {
    match count {
        Count::Shown(count) => count,
        Count::Hidden => panic!("nothing is hidden from a manager"),
    }
}

fn figure(value: &Value) -> (i64, Option<i64>, Option<f64>) {
    (shown(value.whole.counted), value.whole.among.map(shown), value.whole.value)
}

fn groups(of: &[(&str, i64)]) -> Vec<(String, i64)> {
    let mut groups: Vec<_> = of.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect();
    groups.sort();
    groups
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_counted_by_who_told_them_and_incidents_once() {
    let mut work = Work::begin().await;
    let (first, _) = work.contact("2025-03-03", Some(SCHOOL), Of(1)).await;
    let (second, _) = work.contact("2025-03-03", Some(POLICE), Of(1)).await;
    work.join("2025-03-03", &second, &first).await;
    work.decide_contact("2025-03-04", &first, Outcome::Referral).await;
    work.decide_contact("2025-03-06", &second, Outcome::Advice).await;
    let (third, told) = work.contact("2025-03-10", Some(SCHOOL), Of(2)).await;
    let (fourth, _) = work.contact("2025-04-02", None, Of(3)).await;
    work.decide_contact("2025-04-02", &fourth, Outcome::NoFurtherAction).await;
    work.withdraw("2025-04-10", &third, told).await;
    let figures = counted(&work).await;

    let march = ("2025-03-01", "2025-03-31");
    let by_source = figures.groups("contacts-by-source", "2025-03-01", "2025-04-30").await;
    assert_eq!(by_source, groups(&[("school", 1), ("police", 1), ("public", 1)]));
    let by_outcome = figures.groups("contacts-by-outcome", march.0, march.1).await;
    assert_eq!(by_outcome, groups(&[("referral", 1), ("advice", 1)]));
    assert_eq!(figures.of("incidents", march.0, march.1).await.0, 1, "two agencies told of one");
    // The Tuesday after the Monday is in time, the Thursday is not.
    let in_time = figures.of("contacts-decided-1-working-day", march.0, march.1).await;
    assert_eq!(in_time, (1, Some(2), Some(50.0)));

    // Before it was withdrawn the third was counted, and was open.
    let then = figures.known("2025-04-09", "contacts-decided-1-working-day", march.0, march.1).await;
    assert_eq!(then, (1, Some(3), Some(33.3)));
    assert_eq!(figures.known("2025-04-09", "incidents", march.0, march.1).await.0, 2);
    let on_the_day = figures.known("2025-03-03", "contacts-decided-1-working-day", march.0, march.1).await;
    assert_eq!(on_the_day.0, 0, "nothing was decided yet");
    let names = management::names(&figures.reads, measures::Names::Agencies).await.expect("names");
    assert_eq!(names.get(&SCHOOL.to_string()).map(String::as_str), Some("Elm Primary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_received_and_decided_when_that_is_first_written_down() {
    let mut work = Work::begin().await;
    let named = SourceDisclosure::Named;
    // Told on a Monday of something of a month before, and decided on the Tuesday.
    let (first, _) = work.contact_told(["2025-03-03", "2025-02-03"], Some(SCHOOL), Of(1), named).await;
    let (second, _) = work.contact("2025-03-03", Some(SCHOOL), Of(2)).await;
    let (third, _) = work.contact("2025-03-03", Some(SCHOOL), Of(3)).await;
    work.decide_contact("2025-03-04", &first, Outcome::Advice).await;
    let decision = work.decide_contact("2025-03-04", &third, Outcome::Advice).await;
    // Said on the 20th to have been decided on the 4th; and decided again, after the first decision was taken back.
    work.decide_contact_late(["2025-03-20", "2025-03-04"], &second, Outcome::Advice).await;
    work.withdraw("2025-03-21", &third, decision).await;
    work.decide_contact("2025-03-24", &third, Outcome::Referral).await;
    // Nobody decides these: the one should have been on the Friday, the other need not be until April.
    work.contact("2025-03-27", Some(POLICE), Of(4)).await;
    work.contact("2025-03-31", Some(POLICE), Of(5)).await;
    let figures = counted(&work).await;

    let march = ("2025-03-01", "2025-03-31");
    let in_time = "contacts-decided-1-working-day";
    assert_eq!(figures.of("incidents", march.0, march.1).await.0, 5, "all are received in March");
    assert_eq!(figures.of("incidents", "2025-02-01", "2025-02-28").await.0, 0);
    assert_eq!(
        figures.of(in_time, march.0, march.1).await,
        (2, Some(4), Some(50.0)),
        "the last is not yet due"
    );
    assert_eq!(figures.of(in_time, march.0, "2025-04-02").await, (2, Some(5), Some(40.0)));
    let listed = "contact-decisions-late-or-withdrawn";
    assert_eq!(figures.of(listed, march.0, march.1).await, (2, Some(3), Some(66.7)));
    let behind: Vec<_> = figures.behind(listed, march.0, march.1).await;
    assert_eq!(behind, [(Of(1).child(), false), (Of(2).child(), true), (Of(3).child(), true)]);
    let before = figures.known("2025-03-19", listed, march.0, march.1).await;
    assert_eq!(before, (0, Some(2), Some(0.0)), "nothing was late or withdrawn then");
}

#[tokio::test(flavor = "multi_thread")]
async fn referrals_are_counted_by_their_source_and_by_the_agency_that_told() {
    let mut work = Work::begin().await;
    let confided = SourceDisclosure::WithheldFromFamily;
    let (of_school, _) = work.contact("2025-03-03", Some(SCHOOL), Of(1)).await;
    let (of_police, _) = work.contact("2025-03-03", Some(POLICE), Of(2)).await;
    let (of_nobody, _) = work.contact_told(["2025-03-03"; 2], Some(SCHOOL), Of(3), confided).await;
    let referred = [
        (Of(1), Some(ReferralSource::School), Some(&of_school)),
        (Of(2), Some(ReferralSource::Police), Some(&of_police)),
        (Of(3), Some(ReferralSource::School), Some(&of_nobody)),
        (Of(4), Some(ReferralSource::EmergencyDepartment), None),
        (Of(5), Some(ReferralSource::HealthVisitor), None),
        (Of(6), None, None),
    ];
    for (of, source, contact) in referred {
        work.referred_by("2025-03-04", of, 0, (source, contact)).await;
    }
    let figures = counted(&work).await;

    let march = ("2025-03-01", "2025-03-31");
    let by_source = figures.groups("referrals", march.0, march.1).await;
    let expected = [("school", 1), ("police", 1), ("health", 2), ("in-confidence", 1), ("not-said", 1)];
    assert_eq!(by_source, groups(&expected));
    let by_agency = figures.groups("referrals-by-agency", march.0, march.1).await;
    let (school, police) = (SCHOOL.to_string(), POLICE.to_string());
    let expected = [(school.as_str(), 1), (police.as_str(), 1), ("in-confidence", 1), ("no-contact", 3)];
    assert_eq!(by_agency, groups(&expected));
    assert_eq!(figures.of("referrals-by-agency", march.0, march.1).await.0, 6);
    assert_eq!(figures.behind("referrals-by-agency", march.0, march.1).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_withdrawn_after_its_limit_stays_measured_and_is_listed() {
    let mut work = Work::begin().await;
    let received = work.referred("2025-03-03", Of(1), 0).await;
    work.withdraw("2025-03-20", &Of(1).stream(), received).await;
    // Recorded again, and decided the next day.
    work.referred("2025-03-20", Of(1), 1).await;
    work.on_case("2025-03-21", Of(1), decided(Of(1), 1, ReferralOutcome::Assessment)).await;
    let figures = counted(&work).await;

    let march = ("2025-03-01", "2025-03-31");
    let in_time = figures.of("referrals-decided-1-working-day", march.0, march.1).await;
    assert_eq!(in_time, (1, Some(2), Some(50.0)), "no better for being recorded again");
    assert_eq!(figures.of("referrals", march.0, march.1).await.0, 1);
    let listed = "dates-late-or-changed";
    assert_eq!(figures.of(listed, march.0, march.1).await, (1, Some(2), Some(50.0)));
    assert_eq!(figures.known("2025-03-19", listed, march.0, march.1).await, (0, Some(0), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn ages_are_those_of_the_day_and_of_the_date_that_was_accepted() {
    let mut work = Work::begin().await;
    work.born("2025-01-06", Of(1), "2024-11-15").await;
    work.born("2025-01-06", Of(2), "2019").await;
    for (of, first, last) in [(Of(3), "2020-06-15", "2014-06-15"), (Of(4), "2020", "2010")] {
        let accepted = work.born("2025-01-06", of, first).await;
        work.born("2025-01-07", of, last).await;
        work.on_person("2025-01-08", of, BirthAccepted { assertion: accepted }).await;
    }
    for nth in 1..=4 {
        work.referred("2025-01-10", Of(nth), 0).await;
        work.conference("2025-01-20", Of(nth), 0, None).await;
    }
    let figures = counted(&work).await;

    let on = async |day: &str| figures.groups("plans-by-age", "2025-01-01", day).await;
    let expected = [("under-1", 1), ("1-to-4", 1), ("5-to-9", 2)];
    assert_eq!(on("2025-01-31").await, groups(&expected), "ten weeks, four years, and two by the year");
    let expected = [("under-1", 1), ("5-to-9", 3)];
    assert_eq!(on("2025-11-14").await, groups(&expected));
    assert_eq!(on("2025-11-15").await, groups(&[("1-to-4", 1), ("5-to-9", 3)]), "its first birthday");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_within_twelve_months_of_the_last_is_a_re_referral() {
    let mut work = Work::begin().await;
    work.referred("2024-01-08", Of(3), 0).await;
    work.closed("2024-02-08", Of(3), 0).await;
    work.referred("2024-06-03", Of(1), 0).await;
    work.closed("2024-07-03", Of(1), 0).await;
    work.referred("2025-03-03", Of(1), 1).await;
    work.on_case("2025-03-04", Of(1), decided(Of(1), 1, ReferralOutcome::Assessment)).await;
    work.referred("2025-03-04", Of(2), 0).await;
    work.on_case("2025-03-05", Of(2), decided(Of(2), 0, ReferralOutcome::NoFurtherAction)).await;
    work.referred("2025-03-10", Of(3), 1).await;
    let late = decided(Of(3), 1, ReferralOutcome::Assessment);
    let entry = work.on_case("2025-03-13", Of(3), late.clone()).await;
    let before = counted(&work).await;

    let march = ("2025-03-01", "2025-03-31");
    assert_eq!(before.of("referrals", march.0, march.1).await.0, 3);
    assert_eq!(before.of("re-referrals-12-months", march.0, march.1).await, (1, Some(3), Some(33.3)));
    assert_eq!(before.of("referrals-no-further-action", march.0, march.1).await, (1, Some(3), Some(33.3)));
    let decided_in_time = (2, Some(3), Some(66.7));
    assert_eq!(before.of("referrals-decided-1-working-day", march.0, march.1).await, decided_in_time);
    assert_eq!(before.of("dates-late-or-changed", march.0, march.1).await.0, 0);
    let months =
        before.value(&before.asked("2024-04-01", "2025-03-31", None).await, "referrals").await.months;
    let by_month: Vec<_> = months.iter().map(|month| shown(month.counted)).collect();
    assert_eq!(by_month, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3]);

    // Three weeks later the late decision is said to have been made in time.
    work.amend("2025-04-01", Of(3), entry, "2025-03-11", late).await;
    let after = counted(&work).await;
    assert_eq!(
        after.of("referrals-decided-1-working-day", march.0, march.1).await,
        decided_in_time,
        "a date changed after its limit improves no figure"
    );
    assert_eq!(after.of("dates-late-or-changed", march.0, march.1).await.0, 1, "and is listed");
    assert_eq!(after.known("2025-03-31", "dates-late-or-changed", march.0, march.1).await.0, 0);
    let behind = after.behind("dates-late-or-changed", march.0, march.1).await;
    assert_eq!(behind, [(Of(1).child(), false), (Of(2).child(), false), (Of(3).child(), true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_measured_against_their_working_days() {
    let mut work = Work::begin().await;
    work.referred("2025-03-03", Of(1), 0).await;
    // 30 working days from the referral.
    work.assessed("2025-03-04", "2025-04-14", Of(1), 0).await;
    let enquiry = work.section47("2025-04-15", Of(1), 0).await;
    // Easter and the first of the May holidays between: the 13th working day.
    work.conference("2025-05-07", Of(1), 0, Some(enquiry)).await;
    work.on_case("2025-05-14", Of(1), core_group(Of(1), 0)).await;
    work.referred("2025-05-12", Of(2), 0).await;
    // 56 working days, a bank holiday left out.
    work.assessed("2025-05-13", "2025-07-30", Of(2), 0).await;
    let other = work.section47("2025-06-03", Of(2), 0).await;
    work.no_conference("2025-06-10", Of(2), 0, other).await;
    let figures = counted(&work).await;

    let year = ("2024-08-01", "2025-07-31");
    assert_eq!(figures.of("assessments-45-working-days", year.0, year.1).await, (1, Some(2), Some(50.0)));
    let (_, _, median) = figures.of("assessment-duration", year.0, year.1).await;
    assert_eq!(median, Some(43.0), "between 30 and 56");
    assert_eq!(figures.of("s47-to-conference", year.0, year.1).await, (1, Some(2), Some(50.0)));
    assert_eq!(figures.of("conferences-15-working-days", year.0, year.1).await, (1, Some(1), Some(100.0)));
    assert_eq!(figures.of("core-groups-10-working-days", year.0, year.1).await, (1, Some(1), Some(100.0)));
    assert_eq!(figures.of("transfers-in-15-working-days", year.0, year.1).await, (0, Some(0), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_counted_as_they_stood_on_the_last_day() {
    let mut work = Work::begin().await;
    work.born("2025-05-01", Of(1), "2016").await;
    work.referred("2025-05-01", Of(1), 0).await;
    work.conference("2025-05-07", Of(1), 0, None).await;
    work.on_case("2025-06-10", Of(1), category(Of(1), 0, AbuseCategory::Emotional)).await;
    // Held in time, and written down two weeks after its limit.
    work.on_case_late("2025-08-20", "2025-08-05", Of(1), reviewed(Of(1), 0)).await;
    work.plan_ended("2025-09-01", Of(1), 0).await;
    work.closed("2025-09-02", Of(1), 0).await;
    work.referred("2025-09-20", Of(1), 1).await;
    work.conference("2025-10-01", Of(1), 1, None).await;
    let figures = counted(&work).await;

    let on = |day: &'static str| ("2025-01-01", day);
    for (day, expected) in [("2025-05-31", "NEG"), ("2025-06-30", "EMO"), ("2025-10-31", "NEG")] {
        let (from, to) = on(day);
        assert_eq!(figures.groups("plans-by-category", from, to).await, groups(&[(expected, 1)]), "{day}");
    }
    assert_eq!(figures.of("plans-by-category", "2025-01-01", "2025-09-15").await.0, 0);
    assert_eq!(figures.groups("plans-by-age", "2025-01-01", "2025-05-31").await, groups(&[("5-to-9", 1)]));
    let again = figures.of("plans-second-or-later", "2025-01-01", "2025-12-31").await;
    assert_eq!(again, (1, Some(2), Some(50.0)));
    assert_eq!(figures.of("plans-two-years", "2025-01-01", "2025-10-31").await, (0, Some(1), Some(0.0)));
    assert_eq!(figures.of("plans-two-years", "2027-01-01", "2027-10-31").await, (1, Some(1), Some(100.0)));

    assert_eq!(
        figures.of("reviews-on-time", "2025-01-01", "2025-08-06").await,
        (0, Some(0), None),
        "not yet"
    );
    let overdue = figures.known("2025-08-15", "reviews-on-time", "2025-01-01", "2025-08-15").await;
    assert_eq!(overdue, (0, Some(1), Some(0.0)), "nothing was on record");
    assert_eq!(figures.of("reviews-on-time", "2025-01-01", "2025-08-15").await, (1, Some(1), Some(100.0)));
    let listed = figures.of("dates-late-or-changed", "2025-08-01", "2025-08-31").await;
    assert_eq!(listed, (1, Some(1), Some(100.0)), "written down after its limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_somebodys_or_waits() {
    let mut work = Work::begin().await;
    work.referred("2025-03-03", Of(1), 0).await;
    work.referred("2025-03-04", Of(2), 0).await;
    work.referred("2025-03-04", Of(3), 0).await;
    work.allocated("2025-03-04", Of(3)).await;
    work.allocated("2025-03-10", Of(1)).await;
    work.closed("2025-03-20", Of(2), 0).await;
    work.closed("2025-03-25", Of(3), 0).await;
    work.on_case_late("2025-04-14", "2025-04-01", Of(1), visited(Of(1))).await;
    work.on_case_late("2025-04-16", "2025-04-14", Of(1), visited(Of(1))).await;
    let figures = counted(&work).await;

    for (day, waiting) in [("2025-03-03", 1), ("2025-03-05", 2), ("2025-03-15", 1), ("2025-03-31", 0)] {
        assert_eq!(figures.of("unallocated", "2025-03-01", day).await.0, waiting, "{day}");
    }
    assert_eq!(figures.of("caseload", "2025-03-01", "2025-03-15").await, (2, Some(1), Some(2.0)));
    assert_eq!(figures.of("caseload", "2025-03-01", "2025-03-31").await, (1, Some(1), Some(1.0)));
    let by_team = figures.groups("caseload", "2025-03-01", "2025-03-15").await;
    assert_eq!(by_team, groups(&[(&TEAM.to_string(), 2)]));
    let late = figures.groups("recorded-late", "2025-04-01", "2025-04-30").await;
    assert_eq!(late, groups(&[("visit.made", 1)]), "nine working days, and two");

    let asked = figures.asked("2025-03-01", "2025-03-31", None).await;
    let of_the_team = Asked { whose: Whose::Teams("383".parse().expect("one"), TEAM), ..asked };
    assert_eq!(figure(&figures.value(&of_the_team, "referrals").await).0, 2, "those it came to have");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_only_from_a_return_is_judged_by_what_a_return_can_tell() {
    let mut work = Work::begin().await;
    let reviews = ["2024-02-05", "2024-07-01", "2024-12-20"];
    work.referred("2024-11-04", Of(2), 0).await;
    work.conference("2024-11-20", Of(2), 0, None).await;
    work.on_case("2024-11-27", Of(2), core_group(Of(2), 0)).await;
    work.return_tells("2025-05-20", Of(1), ["2022-09-05", "2022-10-03"], &reviews).await;
    let figures = counted(&work).await;

    let to_the_return = ("2022-04-01", "2025-03-31");
    let of = async |code| {
        let value = figures.value(&figures.asked(to_the_return.0, to_the_return.1, None).await, code).await;
        (figure(&value), value.left_out.map(shown))
    };
    // The reviews of the return's year were in time; what came before, it does not tell. Of the other plan none was held.
    assert_eq!(of("reviews-on-time").await, ((1, Some(2), Some(50.0)), Some(0)));
    assert_eq!(of("core-groups-10-working-days").await, ((1, Some(1), Some(100.0)), Some(1)));
    assert_eq!(of("referrals-decided-1-working-day").await, ((0, Some(1), Some(0.0)), Some(1)));
    assert_eq!(of("unallocated").await, ((1, None, None), Some(1)));
    assert_eq!(of("plans-by-category").await, ((2, None, None), None));
    let behind = figures.behind("core-groups-10-working-days", to_the_return.0, to_the_return.1).await;
    assert_eq!(behind, [(Of(2).child(), true)], "and who is left out is not listed");

    let in_august = figures.asked("2024-09-01", "2025-08-31", None).await;
    let value = figures.value(&in_august, "reviews-on-time").await;
    assert_eq!(
        (figure(&value), value.left_out.map(shown)),
        ((0, Some(1), Some(0.0)), Some(1)),
        "nobody told"
    );

    work.allocated("2025-09-01", Of(1)).await;
    let since = counted(&work).await;
    let value = since.value(&in_august, "reviews-on-time").await;
    assert_eq!(
        (figure(&value), value.left_out.map(shown)),
        ((0, Some(1), Some(0.0)), Some(1)),
        "as was known"
    );
    let september = since.of("reviews-on-time", "2024-10-01", "2025-09-30").await;
    assert_eq!(september, (0, Some(2), Some(0.0)), "whoever has the case answers for the review of June");
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_and_caseloads_end_at_eighteen_and_a_disputed_date_ends_nothing() {
    let mut work = Work::begin().await;
    let said = work.born("2025-01-06", Of(1), "2007-06-15").await;
    work.born("2025-01-06", Of(2), "2007-06-15").await;
    for of in [Of(1), Of(2)] {
        work.referred("2025-01-06", of, 0).await;
    }
    work.allocated("2025-01-07", Of(1)).await;
    work.conference("2025-01-20", Of(1), 0, None).await;
    work.allocated_as("2025-05-01", Of(1), WorkerRole::PersonalAdviser, TEAM).await;
    work.born("2025-07-01", Of(1), "2008-06-15").await;
    work.on_person("2025-08-01", Of(1), BirthAccepted { assertion: said }).await;
    let figures = counted(&work).await;

    let counted_on = async |known: &str, day: &str| {
        let mut counted = Vec::new();
        for code in ["plans-by-category", "plans-by-age", "caseload", "unallocated"] {
            counted.push(figures.known(known, code, "2024-07-01", day).await.0);
        }
        counted
    };
    assert_eq!(counted_on("2025-06-14", "2025-06-14").await, [1, 1, 2, 1]);
    assert_eq!(
        counted_on("2025-06-15", "2025-06-15").await,
        [0, 0, 1, 0],
        "only the personal adviser goes on"
    );
    assert_eq!(counted_on("2025-07-02", "2025-07-02").await, [1, 1, 2, 0], "disputed, and so not over");
    assert_eq!(counted_on("2025-06-30", "2025-06-30").await, [0, 0, 1, 0], "as was known before");
    assert_eq!(counted_on("2025-08-02", "2025-07-02").await, [0, 0, 1, 0], "a person accepted the date");
    assert!(figures.behind("plans-by-age", "2025-01-01", "2025-07-02").await.is_empty());
    let reviews = figures.of("reviews-on-time", "2025-01-01", "2025-05-31").await;
    assert_eq!(reviews, (0, Some(1), Some(0.0)), "what was due before is still missed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_told_of_its_own_work_and_of_the_children_behind_it() {
    let other = TeamId(uuid::Uuid::from_u128(0x7f));
    let mut work = Work::begin().await;
    for (of, team) in [(Of(1), TEAM), (Of(2), other), (Of(3), other)] {
        work.referred("2025-03-03", of, 0).await;
        work.allocated_as("2025-03-04", of, WorkerRole::LeadPractitioner, team).await;
        work.conference("2025-03-20", of, 0, None).await;
    }
    work.on_case("2025-03-26", Of(2), core_group(Of(2), 0)).await;
    let figures = counted(&work).await;

    let asked = figures.asked("2025-01-01", "2025-06-30", None).await;
    let of_the_team =
        |team| Asked { whose: Whose::Teams("383".parse().expect("one"), team), ..asked.clone() };
    for (team, caseload, plans, in_time) in [(TEAM, 1, 1, 0), (other, 2, 2, 1)] {
        let asked = of_the_team(team);
        assert_eq!(figure(&figures.value(&asked, "caseload").await).0, caseload);
        assert_eq!(figure(&figures.value(&asked, "plans-by-category").await).0, plans);
        assert_eq!(figure(&figures.value(&asked, "core-groups-10-working-days").await).0, in_time);
    }
    let measure = measures::find("core-groups-10-working-days").expect("a measure");
    let page = Page { limit: 100, after: 0 };
    let behind = management::children(&figures.reads, &all(), measure, &of_the_team(TEAM), page).await;
    let children: Vec<_> =
        behind.expect("children").children.into_iter().map(|behind| behind.child).collect();
    assert_eq!(children, [Of(1).child()]);
    let values = management::values(&figures.reads, &all(), &of_the_team(TEAM)).await.expect("values");
    assert!(values.iter().all(|value| !value.measure.is_of_contacts()), "a front door has no team");
}

/// Everything every measure says, in words that compare.
async fn everything(reads: &Reads, known: Position) -> Vec<String> {
    let mut said = Vec::new();
    for to in ["2025-06-30", "2025-12-31", "2026-01-05", "2026-03-31"] {
        let window = Window::year_to(to.parse().expect("a day"));
        let asked = Asked { whose: Whose::Everybodys, window, known, detail: Detail::Whole };
        for value in management::values(reads, &all(), &asked).await.expect("values") {
            let mut groups = value.groups;
            groups.sort_by(|one, other| one.code.cmp(&other.code));
            said.push(format!("{to} {} {:?} {:?} {groups:?}", value.measure.code, value.whole, value.months));
        }
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn measures_as_known_at_a_time_are_those_of_the_log_cut_there() {
    for seed in 31..=34 {
        let mut history = History::begin(seed).await;
        for _ in 0..200 {
            history.go_on().await;
        }
        let record = &history.record;
        let database = TestDatabase::new().await;
        let now = build(&database, record.store.clone(), record.keys.clone()).await;
        let mut dice = Dice::new(seed + 5);
        for _ in 0..3 {
            let head = u64::try_from(record.head().await.raw()).expect("a small log");
            let at = Position::from_raw(u128::from(10 + dice.below(head - 10)));
            let last = record.store.read_all(Position::from_raw(at.raw() - 1), 1).await.expect("an event");
            let known_at = last.first().map(|event| event.header.recorded_at()).expect("a time");
            let then_database = TestDatabase::new().await;
            let then = build(&then_database, record.cut(at), record.keys.clone()).await;
            let looked_back = everything(&now, now.position_at(known_at).await.expect("a place")).await;
            let was = everything(&then, then.position(NAME)).await;
            for (looked_back, was) in looked_back.iter().zip(&was) {
                assert_eq!(looked_back, was, "history {seed} at {at}");
            }
            assert!(was.iter().any(|said| said.contains("Shown(1")), "something is counted");
        }
    }
}
