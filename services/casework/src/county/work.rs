//! The authority's work with one child: from a referral to its closure, however far it goes.
//!
//! How far, and how long, in the shares of England in the year to March 2025 (Department for Education, explore
//! education statistics): assessments bunch before 45 working days and conferences before 15, as deadlines make them.

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Purpose;
use domain::case::allocate_worker::AllocateWorker;
use domain::case::close_case::CloseCase;
use domain::case::codes::{AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource};
use domain::case::complete_assessment::CompleteAssessment;
use domain::case::conclude_section47::ConcludeSection47;
use domain::case::conference::Outcome as Sitting;
use domain::case::decide_referral::DecideReferral;
use domain::case::end_allocation::EndAllocation;
use domain::case::end_cin_plan::EndCinPlan;
use domain::case::end_looked_after::EndLookedAfter;
use domain::case::events::{
    AssessmentOutcome, CinPlanEnd, ConferenceNeed, LegalStatus, LookedAfterEnd, Missing, NoteKind,
    ReferralOutcome, Seen, VisitKind, WorkerRole,
};
use domain::case::hold_core_group::HoldCoreGroup;
use domain::case::hold_initial_conference::HoldInitialConference;
use domain::case::hold_review_conference::{Decision, HoldReviewConference};
use domain::case::make_visit::MakeVisit;
use domain::case::receive_referral::ReceiveReferral;
use domain::case::start_assessment::StartAssessment;
use domain::case::start_cin_plan::StartCinPlan;
use domain::case::start_looked_after::StartLookedAfter;
use domain::case::start_section47::StartSection47;
use domain::case::write_note::WriteNote;
use domain::ids::{
    AllocationId, AssessmentId, CaseId, CinPlanId, ContactId, CpPlanId, EpisodeId, LookedAfterId, Section47Id,
};
use domain::person::{Duty, RecordAuthority};
use domain::source::{Basis, Source};
use domain::when::{Occurred, civil_day};
use domain::working_days::add_working_days;

use super::Untold;
use super::calendar::{after, in_office_hours, months_after, working_day, written_down};
use super::crew::{Team, Teller};
use super::dice::Dice;
use super::family::{Child, Family, minutes_after};
use super::script::{Script, Told};
use super::words::Words;
use crate::execute::Command;

/// How far the work with a family goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Reach {
    NoFurtherAction,
    Assessment,
    InNeed,
    Enquiry,
    Protection,
    Care,
}

/// One child's case while it is worked on.
pub(super) struct Work<'w, 'a> {
    pub words: &'w Words,
    pub script: &'w mut Script<'a>,
    pub dice: &'w mut Dice,
    pub family: &'w Family<'w>,
    pub team: &'w Team,
    pub worker: Teller,
    pub child: Child,
    /// A sibling the same worker is with, and from when on they have a case for certain.
    pub sibling: Option<(Child, DateTime<Utc>)>,
    pub case: CaseId,
    allocation: AllocationId,
    /// Nothing of the case is written down before this.
    clock: DateTime<Utc>,
}

/// What every case of a family begins with.
#[derive(Clone, Copy)]
pub(super) struct Referred {
    pub contact: ContactId,
    pub at: DateTime<Utc>,
    pub reach: Reach,
}

impl<'w, 'a> Work<'w, 'a> {
    pub fn of(
        words: &'w Words,
        script: &'w mut Script<'a>,
        dice: &'w mut Dice,
        family: &'w Family<'w>,
        (team, worker): (&'w Team, Teller),
        child: Child,
    ) -> Self {
        let case = script.ids().case(child.person, &family.council.authority);
        let clock = DateTime::UNIX_EPOCH;
        let allocation = AllocationId(case.0);
        Self { words, script, dice, family, team, worker, child, sibling: None, case, allocation, clock }
    }

    /// An order on this case about something of a day, written down when people are at work.
    fn act(
        &mut self,
        day: NaiveDate,
        teller: Teller,
        purpose: Purpose,
        command: impl Into<domain::case::Command>,
    ) -> Option<Told> {
        let late = self.dice.range(&[((0, 0), 900), ((1, 3), 75), ((4, 15), 25)]);
        let at = in_office_hours(working_day(after(day, late)), self.dice).max(minutes_after(self.clock, 1));
        self.clock = at;
        let command = Command::Case { id: self.case, command: command.into() };
        self.script.tell(at, teller, purpose, command)
    }

    /// Visits and notes are written down when there is time; nothing waits for them.
    fn aside(&mut self, happened: DateTime<Utc>, command: impl Into<domain::case::Command>) -> Option<Told> {
        let at = written_down(happened, self.dice).max(minutes_after(self.clock, 1));
        let sibling = self.sibling.filter(|(_, known)| happened > *known).map(|(sibling, _)| sibling);
        self.tell_or_slip((at, happened), sibling, command.into())
    }

    /// From the referral as far as it goes. The last day on which it is in the way of another referral, once it is
    /// closed: the day of closure, or the later one on which that was written down.
    pub fn carry_through(&mut self, referred: Referred) -> Result<Option<NaiveDate>, Untold> {
        let day = civil_day(referred.at);
        self.clock = referred.at;
        let reach = referred.reach;
        let receive = ReceiveReferral {
            child: self.child.person,
            authority: self.family.council.authority.clone(),
            on: Occurred::Day(day),
            source: self.dice.weighted(&REFERRAL_SOURCES).unwrap_or(ReferralSource::Unknown),
            primary_need: self.dice.weighted(&NEEDS),
            contact: Some(referred.contact),
            transferred_from: None,
            reason: Some(self.words.account("referral", self.dice)?),
        };
        let is_known = self.script.has_begun(self.case);
        let Some(told) = self.act(day, self.family.front_door, Purpose::SafeguardingCheck, receive) else {
            return Ok(None);
        };
        let episode = EpisodeId(told.part(0));
        // Of a child who comes back it is so already.
        if !is_known {
            self.answers_for_child(day);
        }
        let wait = u16::try_from(self.dice.range(&[((0, 1), 900), ((2, 4), 100)])).unwrap_or(1);
        let decided = add_working_days(day, wait);
        let outcome = match reach {
            Reach::NoFurtherAction => ReferralOutcome::NoFurtherAction,
            Reach::Assessment | Reach::InNeed => ReferralOutcome::Assessment,
            Reach::Enquiry | Reach::Protection | Reach::Care => ReferralOutcome::Section47,
        };
        let decide = DecideReferral { episode, on: Occurred::Day(decided), outcome, reason: None };
        if self.act(decided, self.team.manager, Purpose::AllocatedWork, decide).is_none() {
            return Ok(None);
        }
        if reach == Reach::NoFurtherAction {
            return Ok(Some(self.in_the_way_until(decided)));
        }
        let wait = self.dice.range(&[((0, 1), 860), ((2, 6), 110), ((7, 20), 30)]);
        let allocated = add_working_days(decided, u16::try_from(wait).unwrap_or(1));
        let allocate = AllocateWorker {
            practitioner: self.worker.practitioner,
            role: WorkerRole::LeadPractitioner,
            team: Some(self.team.id),
            on: Occurred::Day(allocated),
        };
        let Some(told) = self.act(allocated, self.team.manager, Purpose::AllocatedWork, allocate) else {
            return Ok(None);
        };
        self.allocation = AllocationId(told.part(0));
        let Some((closed, reason)) = self.work(episode, day, allocated, reach)? else { return Ok(None) };
        let close = CloseCase { episode, on: Occurred::Day(closed), reason, note: None };
        // Closing ends the allocation too.
        let told = self.act(closed, self.team.manager, Purpose::AllocatedWork, close);
        Ok(told.map(|_| self.in_the_way_until(closed)))
    }

    /// The authority that took the referral answers for the child, and says so as it is written down.
    fn answers_for_child(&mut self, day: NaiveDate) {
        let Teller { agency, .. } = self.family.front_door;
        let record = RecordAuthority {
            duty: Duty::Responsible,
            authority: self.family.council.authority.clone(),
            occurred: Occurred::Day(day),
            source: Source { basis: Basis::AgencyRecord, agency },
        };
        let command = Command::Person { id: Some(self.child.person), command: record.into() };
        let at = minutes_after(self.clock, 1);
        self.script.tell(at, self.family.front_door, Purpose::SafeguardingCheck, command);
    }

    fn in_the_way_until(&self, day: NaiveDate) -> NaiveDate {
        day.max(civil_day(self.clock))
    }

    /// What is done between allocation and closure, and why it is closed.
    fn work(
        &mut self,
        episode: EpisodeId,
        referred: NaiveDate,
        begun: NaiveDate,
        reach: Reach,
    ) -> Result<Option<(NaiveDate, ClosureReason)>, Untold> {
        let days = u16::try_from(self.dice.range(&ASSESSMENT_DAYS)).unwrap_or(45);
        let authorised = add_working_days(referred, days).max(working_day(after(begun, 1)));
        let start = StartAssessment {
            episode,
            on: Occurred::Day(begun),
            review_point: Some(add_working_days(begun, 10)),
        };
        let Some(told) = self.act(begun, self.worker, Purpose::AllocatedWork, start) else { return Ok(None) };
        let assessment = AssessmentId(told.part(0));
        if reach < Reach::Enquiry {
            self.visits(begun, authorised, 9, VisitKind::Assessment)?;
            self.notes(begun, authorised)?;
            if self.authorise(assessment, authorised, reach)?.is_none() {
                return Ok(None);
            }
            if reach == Reach::InNeed {
                return self.support(episode, authorised);
            }
            let reasons =
                [(ClosureReason::AfterAssessment, 70), (ClosureReason::AfterAssessmentToEarlyHelp, 30)];
            let reason = self.dice.weighted(&reasons).unwrap_or(ClosureReason::AfterAssessment);
            return Ok(Some((working_day(after(authorised, self.dice.below(6))), reason)));
        }
        let strategy = working_day(after(begun, self.dice.below(4)));
        let start = StartSection47 { episode, on: Occurred::Day(strategy) };
        let Some(told) = self.act(strategy, self.worker, Purpose::AllocatedWork, start) else {
            return Ok(None);
        };
        let section47 = Section47Id(told.part(0));
        let days = self.dice.range(&[((5, 10), 87), ((11, 15), 727), ((16, 20), 89), ((21, 34), 97)]);
        let concludes = add_working_days(strategy, u16::try_from(days).unwrap_or(14));
        self.visits(begun, concludes, 9, VisitKind::Assessment)?;
        self.notes(begun, concludes)?;
        // What the conference reads is authorised before it sits.
        let authorised = authorised.min(concludes).max(strategy);
        if self.authorise(assessment, authorised, reach)?.is_none() {
            return Ok(None);
        }
        if reach == Reach::Enquiry {
            let conclude = ConcludeSection47 {
                section47,
                on: Occurred::Day(concludes),
                conference: ConferenceNeed::NotRequired,
                reason: None,
            };
            let told = self.act(concludes, self.worker, Purpose::AllocatedWork, conclude);
            let reason = ClosureReason::NoLongerInNeed;
            return Ok(told.map(|_| (working_day(after(concludes, self.dice.below(10))), reason)));
        }
        match self.confer(section47, concludes)? {
            Some(plan) => self.protect(episode, plan, concludes, reach),
            None => Ok(None),
        }
    }

    fn authorise(
        &mut self,
        assessment: AssessmentId,
        day: NaiveDate,
        reach: Reach,
    ) -> Result<Option<Told>, Untold> {
        let outcome = match reach {
            Reach::NoFurtherAction | Reach::Assessment => AssessmentOutcome::NoFurtherAction,
            Reach::InNeed => AssessmentOutcome::ChildInNeedPlan,
            Reach::Enquiry | Reach::Protection | Reach::Care => AssessmentOutcome::Section47,
        };
        let complete = CompleteAssessment {
            assessment,
            on: Occurred::Day(day),
            factors: self.factors(),
            outcome,
            summary: Some(self.words.account("assessment", self.dice)?),
        };
        Ok(self.act(day, self.team.manager, Purpose::AllocatedWork, complete))
    }

    /// The initial conference, and the plan it begins.
    fn confer(&mut self, section47: Section47Id, day: NaiveDate) -> Result<Option<CpPlanId>, Untold> {
        let Some(chair) = self.dice.pick(&self.family.council.chairs).copied() else { return Ok(None) };
        let mut categories = std::collections::BTreeSet::new();
        categories.extend(self.dice.weighted(&CATEGORIES));
        if self.dice.per_mille(26) {
            categories.extend([AbuseCategory::Neglect, AbuseCategory::Physical]);
        }
        let hold = HoldInitialConference {
            section47,
            on: Occurred::Day(day),
            decision: Sitting::Plan { categories },
            missing: self.missing(),
            reason: Some(self.words.account("conference", self.dice)?),
        };
        Ok(self.act(day, chair, Purpose::Conference, hold).map(|told| CpPlanId(told.part(1))))
    }

    /// A child protection plan, from its conference to the review that ends it, and what follows.
    fn protect(
        &mut self,
        episode: EpisodeId,
        plan: CpPlanId,
        since: NaiveDate,
        reach: Reach,
    ) -> Result<Option<(NaiveDate, ClosureReason)>, Untold> {
        // Plans end at reviews: the first after some three months, the others after six more each.
        let reviews = self.dice.range(&[((1, 1), 210), ((2, 2), 420), ((3, 3), 250), ((4, 5), 120)]);
        let mut from = since;
        let mut looked_after = None;
        for number in 1..=reviews {
            let (months, early) = if number == 1 { (3, 14) } else { (6, 25) };
            let due = months_after(from, months);
            let late = if self.dice.per_mille(70) { self.dice.between(2, 30) } else { 0 };
            let day = working_day(after(due, late)).pred_days(if late == 0 {
                self.dice.below(early) + 3
            } else {
                0
            });
            let day = last_working_day(day);
            self.visits(from, day, 14, VisitKind::ChildProtection)?;
            self.core_groups(plan, from, day, number == 1)?;
            self.notes(from, day)?;
            if reach == Reach::Care && number == 1 {
                looked_after = self.take_into_care(day)?;
            }
            let ends = number == reviews || looked_after.is_some();
            let Some(chair) = self.dice.pick(&self.family.council.chairs).copied() else { return Ok(None) };
            let hold = HoldReviewConference {
                plan,
                on: Occurred::Day(day),
                decision: if ends { Decision::End } else { Decision::Continue { categories: None } },
                missing: self.missing(),
                reason: Some(self.words.account("conference", self.dice)?),
            };
            if self.act(day, chair, Purpose::Conference, hold).is_none() {
                return Ok(None);
            }
            from = day;
            if ends {
                break;
            }
            // The turnover of social workers in England is some twelve in a hundred a year; more move teams.
            if self.dice.per_mille(180) && self.hand_over(day).is_none() {
                return Ok(None);
            }
        }
        match looked_after {
            Some(period) => self.look_after(period, from),
            None => self.support(episode, from),
        }
    }

    /// Another worker of the team takes the case over.
    fn hand_over(&mut self, day: NaiveDate) -> Option<()> {
        let next = self.dice.pick(&self.team.workers).copied().filter(|next| *next != self.worker);
        let Some(next) = next else { return Some(()) };
        let end = EndAllocation { allocation: self.allocation, on: Occurred::Day(day) };
        self.act(day, self.team.manager, Purpose::AllocatedWork, end)?;
        let allocate = AllocateWorker {
            practitioner: next.practitioner,
            role: WorkerRole::LeadPractitioner,
            team: Some(self.team.id),
            on: Occurred::Day(day),
        };
        let told = self.act(day, self.team.manager, Purpose::AllocatedWork, allocate)?;
        self.allocation = AllocationId(told.part(0));
        self.worker = next;
        Some(())
    }

    fn take_into_care(&mut self, day: NaiveDate) -> Result<Option<LookedAfterId>, Untold> {
        let statuses =
            [(LegalStatus::Section20, 30), (LegalStatus::InterimCareOrder, 55), (LegalStatus::CareOrder, 15)];
        let legal_status = self.dice.weighted(&statuses).unwrap_or(LegalStatus::InterimCareOrder);
        let start = StartLookedAfter { on: Occurred::Day(day), legal_status, until: None };
        let told = self.act(day, self.team.manager, Purpose::AllocatedWork, start);
        Ok(told.map(|told| LookedAfterId(told.part(0))))
    }

    /// Looked after for one to three years, or to the end of the county.
    fn look_after(
        &mut self,
        period: LookedAfterId,
        since: NaiveDate,
    ) -> Result<Option<(NaiveDate, ClosureReason)>, Untold> {
        let until = working_day(after(since, self.dice.between(300, 1100)));
        self.visits(since, until, 40, VisitKind::LookedAfter)?;
        self.notes(since, until)?;
        let end = EndLookedAfter {
            looked_after: period,
            on: Occurred::Day(until),
            reason: LookedAfterEnd::ReturnedHome,
        };
        let told = self.act(until, self.team.manager, Purpose::AllocatedWork, end);
        Ok(told.map(|_| (working_day(after(until, 10)), ClosureReason::NoLongerInNeed)))
    }

    /// A child in need plan, by itself or as a step down.
    fn support(
        &mut self,
        episode: EpisodeId,
        since: NaiveDate,
    ) -> Result<Option<(NaiveDate, ClosureReason)>, Untold> {
        let start = StartCinPlan { episode, on: Occurred::Day(since) };
        let Some(told) = self.act(since, self.worker, Purpose::AllocatedWork, start) else { return Ok(None) };
        let plan = CinPlanId(told.part(0));
        let until = working_day(after(
            since,
            self.dice.range(&[((90, 180), 20), ((181, 365), 40), ((366, 760), 40)]),
        ));
        self.visits(since, until, 28, VisitKind::ChildInNeed)?;
        self.notes(since, until)?;
        let end = EndCinPlan { plan, on: Occurred::Day(until), reason: CinPlanEnd::SupportEnded };
        let told = self.act(until, self.worker, Purpose::AllocatedWork, end);
        Ok(told.map(|_| (working_day(after(until, self.dice.below(10))), ClosureReason::NoLongerInNeed)))
    }

    /// A visit every so many days, most of them in time.
    fn visits(
        &mut self,
        from: NaiveDate,
        until: NaiveDate,
        every: u32,
        kind: VisitKind,
    ) -> Result<(), Untold> {
        let until = until.min(civil_day(self.script.until()));
        let mut day = from;
        loop {
            let gap =
                self.dice.range(&[((every - every / 3, every), 880), ((every + 1, every + every / 2), 120)]);
            day = working_day(after(day, gap.max(1)));
            if day >= until {
                return Ok(());
            }
            let seen = self.dice.weighted(&[(Seen::Alone, 58), (Seen::WithOthers, 34), (Seen::NotSeen, 8)]);
            let seen = seen.unwrap_or(Seen::NotSeen);
            let happened = in_office_hours(day, self.dice);
            let about = if seen == Seen::NotSeen { "not-seen" } else { "visit" };
            let visit = MakeVisit {
                on: Occurred::Instant(happened),
                kind,
                seen,
                practitioner: None,
                account: Some(self.words.account(about, self.dice)?),
            };
            self.aside(happened, visit);
        }
    }

    /// Some forty notes in a year of open work.
    fn notes(&mut self, from: NaiveDate, until: NaiveDate) -> Result<(), Untold> {
        let until = until.min(civil_day(self.script.until()));
        let mut day = from;
        loop {
            day = working_day(after(day, self.dice.between(3, 15)));
            if day >= until {
                return Ok(());
            }
            let kinds =
                [(NoteKind::Note, 82), (NoteKind::SignificantEvent, 8), (NoteKind::ManagementOversight, 10)];
            let kind = self.dice.weighted(&kinds).unwrap_or(NoteKind::Note);
            let about = if kind == NoteKind::ManagementOversight { "oversight" } else { "note" };
            let happened = in_office_hours(day, self.dice);
            let text = self.words.account(about, self.dice)?;
            self.aside(happened, WriteNote { on: Occurred::Instant(happened), kind, text });
        }
    }

    fn core_groups(
        &mut self,
        plan: CpPlanId,
        from: NaiveDate,
        until: NaiveDate,
        first: bool,
    ) -> Result<(), Untold> {
        let until = until.min(civil_day(self.script.until()));
        let wait =
            if self.dice.per_mille(900) { self.dice.between(6, 10) } else { self.dice.between(11, 18) };
        let mut day = if first {
            add_working_days(from, u16::try_from(wait).unwrap_or(9))
        } else {
            working_day(after(from, self.dice.between(24, 40)))
        };
        while day < until {
            let happened = in_office_hours(day, self.dice);
            let hold = HoldCoreGroup {
                plan,
                on: Occurred::Instant(happened),
                missing: self.missing(),
                account: Some(self.words.account("core-group", self.dice)?),
            };
            self.aside(happened, hold);
            day = working_day(after(day, self.dice.between(26, 44)));
        }
        Ok(())
    }

    /// Who was not there.
    fn missing(&mut self) -> std::collections::BTreeSet<Missing> {
        let mut missing = std::collections::BTreeSet::new();
        for (who, chances) in [(Missing::Health, 160), (Missing::Police, 240), (Missing::Education, 110)] {
            if self.dice.per_mille(chances) {
                missing.insert(who);
            }
        }
        missing
    }

    fn factors(&mut self) -> std::collections::BTreeSet<Factor> {
        let found: std::collections::BTreeSet<Factor> = FACTORS
            .iter()
            .filter(|(_, chances)| self.dice.per_mille(*chances))
            .map(|(factor, _)| *factor)
            .collect();
        if found.is_empty() { [Factor::NoFactor].into() } else { found }
    }
}

fn last_working_day(mut day: NaiveDate) -> NaiveDate {
    while !domain::working_days::is_working_day(day) {
        day = day.pred_days(1);
    }
    day
}

trait Earlier {
    fn pred_days(self, days: u32) -> Self;
}

impl Earlier for NaiveDate {
    fn pred_days(self, days: u32) -> Self {
        self.checked_sub_days(chrono::Days::new(u64::from(days))).unwrap_or(self)
    }
}

/// Working days from the referral to authorisation, in thousandths of assessments.
const ASSESSMENT_DAYS: [((u32, u32), u32); 9] = [
    ((1, 1), 18),
    ((2, 10), 117),
    ((11, 20), 173),
    ((21, 30), 158),
    ((31, 40), 202),
    ((41, 45), 189),
    ((46, 50), 58),
    ((51, 60), 43),
    ((61, 80), 42),
];

const REFERRAL_SOURCES: [(ReferralSource, u32); 12] = [
    (ReferralSource::Police, 287),
    (ReferralSource::School, 182),
    (ReferralSource::EmergencyDepartment, 60),
    (ReferralSource::HealthVisitor, 40),
    (ReferralSource::OtherHealth, 50),
    (ReferralSource::AuthorityOther, 141),
    (ReferralSource::Family, 45),
    (ReferralSource::Acquaintance, 36),
    (ReferralSource::EducationService, 21),
    (ReferralSource::Legal, 39),
    (ReferralSource::Anonymous, 21),
    (ReferralSource::Other, 78),
];

const NEEDS: [(PrimaryNeed, u32); 6] = [
    (PrimaryNeed::AbuseOrNeglect, 57),
    (PrimaryNeed::FamilyDysfunction, 16),
    (PrimaryNeed::AcuteStress, 10),
    (PrimaryNeed::ChildDisability, 8),
    (PrimaryNeed::SociallyUnacceptableBehaviour, 5),
    (PrimaryNeed::AbsentParenting, 4),
];

const CATEGORIES: [(AbuseCategory, u32); 4] = [
    (AbuseCategory::Neglect, 519),
    (AbuseCategory::Emotional, 366),
    (AbuseCategory::Physical, 76),
    (AbuseCategory::Sexual, 39),
];

/// Of a thousand completed assessments (year to March 2025), those that found it.
const FACTORS: [(Factor, u32); 14] = [
    (Factor::MentalHealthParent, 335),
    (Factor::DomesticAbuseParent, 317),
    (Factor::EmotionalAbuse, 190),
    (Factor::MentalHealthChild, 176),
    (Factor::Neglect, 176),
    (Factor::AlcoholParent, 143),
    (Factor::DrugsParent, 141),
    (Factor::LearningDisabilityChild, 123),
    (Factor::PhysicalAbuseByAdult, 120),
    (Factor::DomesticAbuseChild, 113),
    (Factor::UnacceptableBehaviour, 70),
    (Factor::SelfHarm, 50),
    (Factor::YoungCarer, 37),
    (Factor::Missing, 33),
];
