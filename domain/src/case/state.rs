//! A case as its effective history tells it: episodes, and inside each what was begun, what came of it, and when.
//!
//! Everything is kept as dated facts, never as "the current …", so that a late entry is judged on its own day.
//! Entries may come in any order and some may be missing (withdrawn, moved away): folding never fails.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::codes::{AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource};
use super::events::{
    AssessmentOutcome, CinPlanEnd, ConferenceDecision, ConferenceKind, ConferenceNeed, CpPlanEnd,
    EmergencyOrderEnd, LegalStatus, LookedAfterEnd, Missing, PoliceProtectionEnd, ReferralOutcome, Seen,
    WorkerRole,
};
use crate::authority::Authority;
use crate::ids::{
    AllocationId, AssessmentId, CinPlanId, ConferenceId, ContactId, CpPlanId, EmergencyOrderId, EpisodeId,
    EventId, LookedAfterId, PersonId, PoliceProtectionId, PractitionerId, ReturnId, Section47Id, TeamId,
};
use crate::testimony::{RowHash, SaidRow};
use crate::when::Occurred;

/// One child's case at one authority.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Case {
    pub who: Option<Who>,
    pub opened: Option<Fact<()>>,
    /// In the order in which each is first heard of; see [`Case::in_order`].
    pub episodes: Vec<Episode>,
    pub looked_after: Vec<LookedAfter>,
    pub police_protections: Vec<PoliceProtection>,
    pub emergency_orders: Vec<EmergencyOrder>,
    pub allocations: Vec<Allocation>,
    /// Visits, and whether the child was seen.
    pub visits: Vec<Fact<Seen>>,
    /// The rows of returns that are on record.
    pub rows: BTreeSet<SaidRow>,
}

/// Whose case it is, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Who {
    pub child: PersonId,
    pub authority: Authority,
}

/// Something on record, with the entry that says it.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact<T> {
    pub entry: EventId,
    pub on: Occurred,
    /// The return it was read from; `None` when a practitioner recorded it.
    pub said: Option<Said>,
    pub value: T,
}

/// Which return said so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    pub return_id: ReturnId,
    pub as_of: NaiveDate,
    pub rows: Vec<SaidRow>,
}

impl<T> Fact<T> {
    /// The first day it can have been.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.on.day()
    }
}

/// The days something runs: from the first, up to but not including the last. (It starts and ends on whole days; on
/// the day one plan ends, another may start.)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
}

impl Run {
    /// Just this day: what is known when something begins and nobody can say how long it will run.
    #[must_use]
    pub fn on(day: NaiveDate) -> Self {
        Self { from: day, until: day.succ_opt() }
    }

    #[must_use]
    pub fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// True when both run on some day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.until.is_none_or(|until| other.from < until) && other.until.is_none_or(|until| self.from < until)
    }
}

/// A part of a case that has an id of its own.
pub(super) trait Item {
    type Id: Copy + PartialEq;
    fn id(&self) -> Self::Id;
    /// Before anything is known of it.
    fn heard_of(id: Self::Id) -> Self;
    /// The keys of the rows that speak of it.
    fn keys(&self) -> &BTreeSet<RowHash>;
    fn keys_mut(&mut self) -> &mut BTreeSet<RowHash>;
}

macro_rules! items {
    ($( $(#[$doc:meta])* $name:ident($id:ty) { $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* } )+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug)]
        pub struct $name {
            pub id: $id,
            $( $(#[$field_doc])* pub $field: $type, )*
            /// The keys of the rows of returns that speak of it.
            pub keys: BTreeSet<RowHash>,
        }

        impl Item for $name {
            type Id = $id;
            fn id(&self) -> $id { self.id }
            fn heard_of(id: $id) -> Self {
                Self { id, $( $field: Default::default(), )* keys: BTreeSet::new() }
            }
            fn keys(&self) -> &BTreeSet<RowHash> { &self.keys }
            fn keys_mut(&mut self) -> &mut BTreeSet<RowHash> { &mut self.keys }
        }
    )+};
}

items! {
    /// From a referral to its closure.
    Episode(EpisodeId) {
        referral: Option<Fact<Referral>>,
        decision: Option<Fact<ReferralOutcome>>,
        assessments: Vec<Assessment>,
        section47s: Vec<Section47>,
        conferences: Vec<Conference>,
        cp_plans: Vec<CpPlan>,
        cin_plans: Vec<CinPlan>,
        pre_proceedings: Vec<Fact<()>>,
        closed: Option<Fact<Option<ClosureReason>>>,
    }

    Assessment(AssessmentId) {
        started: Option<Fact<BTreeSet<Factor>>>,
        review_point: Option<Fact<NaiveDate>>,
        completed: Option<Fact<Completion>>,
    }

    Section47(Section47Id) {
        /// With the last day for the initial conference.
        started: Option<Fact<NaiveDate>>,
        concluded: Option<Fact<ConferenceNeed>>,
    }

    Conference(ConferenceId) {
        held: Option<Fact<Held>>,
    }

    CpPlan(CpPlanId) {
        started: Option<Fact<PlanStart>>,
        changes: Vec<Fact<BTreeSet<AbuseCategory>>>,
        reviews: Vec<Fact<Option<ConferenceId>>>,
        core_groups: Vec<Fact<()>>,
        ended: Option<Fact<Option<CpPlanEnd>>>,
    }

    CinPlan(CinPlanId) {
        started: Option<Fact<()>>,
        ended: Option<Fact<Option<CinPlanEnd>>>,
    }

    LookedAfter(LookedAfterId) {
        started: Option<Fact<LegalBasis>>,
        changes: Vec<Fact<LegalBasis>>,
        ended: Option<Fact<LookedAfterEnd>>,
    }

    PoliceProtection(PoliceProtectionId) {
        taken: Option<Fact<()>>,
        ended: Option<Fact<PoliceProtectionEnd>>,
    }

    /// Each with the end the court stated.
    EmergencyOrder(EmergencyOrderId) {
        granted: Option<Fact<DateTime<Utc>>>,
        extended: Option<Fact<DateTime<Utc>>>,
        ended: Option<Fact<EmergencyOrderEnd>>,
    }

    Allocation(AllocationId) {
        started: Option<Fact<Worker>>,
        ended: Option<Fact<()>>,
    }
}

/// Where a referral came from, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Referral {
    pub source: Option<ReferralSource>,
    /// The contact that became it.
    pub contact: Option<ContactId>,
    pub primary_need: Option<PrimaryNeed>,
    pub transferred_from: Option<Authority>,
}

/// What an assessment found.
#[derive(Clone, PartialEq, Debug)]
pub struct Completion {
    pub factors: BTreeSet<Factor>,
    pub outcome: Option<AssessmentOutcome>,
}

/// What a conference was and decided.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    pub kind: ConferenceKind,
    pub section47: Option<Section47Id>,
    pub plan: Option<CpPlanId>,
    pub decision: Option<ConferenceDecision>,
    pub missing: BTreeSet<Missing>,
}

/// What a plan began with.
#[derive(Clone, PartialEq, Debug)]
pub struct PlanStart {
    pub categories: BTreeSet<AbuseCategory>,
    pub previous_plans: Option<u32>,
}

/// Under what law a child is looked after, and the last day where the order states one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LegalBasis {
    pub status: LegalStatus,
    pub until: Option<NaiveDate>,
}

/// Who has a case, as what.
#[derive(Clone, PartialEq, Debug)]
pub struct Worker {
    pub practitioner: PractitionerId,
    pub role: WorkerRole,
    pub team: Option<TeamId>,
}

fn run<S, E>(started: Option<&Fact<S>>, ended: Option<&Fact<E>>) -> Option<Run> {
    let until = ended.map(Fact::day);
    Some(Run { from: started.map(Fact::day).or(until)?, until })
}

impl Assessment {
    #[must_use]
    pub fn run(&self) -> Option<Run> {
        run(self.started.as_ref(), self.completed.as_ref())
    }
}

impl Section47 {
    #[must_use]
    pub fn run(&self) -> Option<Run> {
        run(self.started.as_ref(), self.concluded.as_ref())
    }
}

impl CpPlan {
    #[must_use]
    pub fn run(&self) -> Option<Run> {
        run(self.started.as_ref(), self.ended.as_ref())
    }

    /// The categories as last set by `day`.
    #[must_use]
    pub fn categories_on(&self, day: NaiveDate) -> BTreeSet<AbuseCategory> {
        let mut changed =
            self.changes.iter().filter(|change| change.day() <= day).map(|change| &change.value);
        let first = self.started.as_ref().map(|start| &start.value.categories);
        changed.next_back().or(first).cloned().unwrap_or_default()
    }
}

impl CinPlan {
    #[must_use]
    pub fn run(&self) -> Option<Run> {
        run(self.started.as_ref(), self.ended.as_ref())
    }
}

impl LookedAfter {
    /// The law as last set by `day`.
    #[must_use]
    pub fn basis_on(&self, day: NaiveDate) -> Option<LegalBasis> {
        let mut changed = self.changes.iter().filter(|change| change.day() <= day);
        changed.next_back().or(self.started.as_ref()).map(|fact| fact.value)
    }

    #[must_use]
    pub fn run(&self) -> Option<Run> {
        run(self.started.as_ref(), self.ended.as_ref())
    }
}

impl Allocation {
    #[must_use]
    pub fn run(&self) -> Option<Run> {
        run(self.started.as_ref(), self.ended.as_ref())
    }
}

impl Episode {
    /// The day of the referral, or of the earliest thing known when the referral is not on record.
    #[must_use]
    pub fn began(&self) -> Option<NaiveDate> {
        self.referral.as_ref().map(Fact::day).or_else(|| self.activity().min())
    }

    /// The day it was closed, or was decided to need no action.
    #[must_use]
    pub fn ended(&self) -> Option<NaiveDate> {
        let no_action = self.decision.as_ref().filter(|_| self.is_no_further_action());
        self.closed.as_ref().map(Fact::day).or_else(|| no_action.map(Fact::day))
    }

    #[must_use]
    pub fn run(&self) -> Option<Run> {
        Some(Run { from: self.began()?, until: self.ended() })
    }

    #[must_use]
    pub fn is_no_further_action(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.value == ReferralOutcome::NoFurtherAction)
    }

    /// The days on which something was done, after the referral and its decision and up to its closure.
    pub fn activity(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        fn days<S, E>(started: Option<&Fact<S>>, ended: Option<&Fact<E>>) -> impl Iterator<Item = NaiveDate> {
            started.map(Fact::day).into_iter().chain(ended.map(Fact::day))
        }
        let assessments =
            self.assessments.iter().flat_map(|item| days(item.started.as_ref(), item.completed.as_ref()));
        let section47s =
            self.section47s.iter().flat_map(|item| days(item.started.as_ref(), item.concluded.as_ref()));
        let conferences = self.conferences.iter().filter_map(|item| item.held.as_ref().map(Fact::day));
        let reviews = self.cp_plans.iter().flat_map(|item| item.reviews.iter().map(Fact::day));
        let cp_plans = self.cp_plans.iter().flat_map(|item| days(item.started.as_ref(), item.ended.as_ref()));
        let cin_plans =
            self.cin_plans.iter().flat_map(|item| days(item.started.as_ref(), item.ended.as_ref()));
        assessments.chain(section47s).chain(conferences).chain(reviews).chain(cp_plans).chain(cin_plans)
    }
}

impl Case {
    /// The episodes by the day each began; undated ones first.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Episode> {
        let mut episodes: Vec<&Episode> = self.episodes.iter().collect();
        episodes.sort_by_key(|episode| episode.began());
        episodes
    }

    /// Every protection plan there ever was here, by the day each began.
    #[must_use]
    pub fn cp_plans(&self) -> Vec<&CpPlan> {
        let mut plans: Vec<&CpPlan> = self.episodes.iter().flat_map(|episode| &episode.cp_plans).collect();
        plans.sort_by_key(|plan| plan.run().map(|run| run.from));
        plans
    }

    /// Every child in need plan.
    pub fn cin_plans(&self) -> impl Iterator<Item = &CinPlan> {
        self.episodes.iter().flat_map(|episode| &episode.cin_plans)
    }

    /// How many plans there were before a day, older registers included where somebody said so.
    #[must_use]
    pub fn plans_before(&self, day: NaiveDate) -> u32 {
        let earlier = self.cp_plans().into_iter().filter(|plan| plan.run().is_some_and(|run| run.from < day));
        earlier.fold(0, |count: u32, plan| {
            let said = plan.started.as_ref().and_then(|start| start.value.previous_plans).unwrap_or_default();
            count.max(said).saturating_add(1)
        })
    }
}
