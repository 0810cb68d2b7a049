//! What one episode of a children in need census return says, row by row, ready to be put on record.
//!
//! The reader has parsed it and noted the census rules each row breaks; here it only has a shape. A code or day that
//! could not be read is absent.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::case::codes::{AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource};
use crate::case::events::{ConferenceNeed, PreProceedingsOutcome, ReferralOutcome};
use crate::testimony::{Fault, SaidRow};

/// A row: which it is, what the reader found wrong with it, and what it says.
#[derive(Clone, PartialEq, Debug)]
pub struct Row<T> {
    pub row: SaidRow,
    pub faults: Vec<Fault>,
    pub says: T,
}

/// `CINdetails`: one referral and everything that followed from it.
#[derive(Clone, PartialEq, Debug)]
pub struct EpisodeRow {
    pub received: NaiveDate,
    pub source: Option<ReferralSource>,
    pub primary_need: Option<PrimaryNeed>,
    /// `NoFurtherAction` or `FurtherAction`, as the flag says.
    pub outcome: Option<ReferralOutcome>,
    /// Only for a child who moved in while on a plan elsewhere.
    pub transfer_in_conference: Option<NaiveDate>,
    pub closed: Option<NaiveDate>,
    pub closure_reason: Option<ClosureReason>,
    pub assessments: Vec<Row<AssessmentRow>>,
    pub section47s: Vec<Row<Section47Row>>,
    pub cp_plans: Vec<Row<CpPlanRow>>,
    pub cin_plans: Vec<Row<CinPlanRow>>,
    pub pre_proceedings: Vec<Row<PreProceedingsRow>>,
}

/// `Assessments`.
#[derive(Clone, PartialEq, Debug)]
pub struct AssessmentRow {
    pub started: Option<NaiveDate>,
    pub review_point: Option<NaiveDate>,
    pub authorised: Option<NaiveDate>,
    /// One row a factor; a code that is not on the list is absent.
    pub factors: Vec<Row<Option<Factor>>>,
}

/// `Section47`.
#[derive(Clone, PartialEq, Debug)]
pub struct Section47Row {
    pub started: Option<NaiveDate>,
    pub icpc_target: Option<NaiveDate>,
    pub conference: Option<NaiveDate>,
    pub need: Option<ConferenceNeed>,
}

/// `ChildProtectionPlans`.
#[derive(Clone, PartialEq, Debug)]
pub struct CpPlanRow {
    pub started: Option<NaiveDate>,
    pub ended: Option<NaiveDate>,
    pub initial_category: Option<AbuseCategory>,
    pub latest_category: Option<AbuseCategory>,
    pub previous_plans: Option<u32>,
    /// One row a review: the day it was held.
    pub reviews: Vec<Row<NaiveDate>>,
}

/// `CINPlanDates`.
#[derive(Clone, PartialEq, Debug)]
pub struct CinPlanRow {
    pub started: Option<NaiveDate>,
    pub ended: Option<NaiveDate>,
}

/// `PreProceedingsandFGDM`.
#[derive(Clone, PartialEq, Debug)]
pub struct PreProceedingsRow {
    pub started: Option<NaiveDate>,
    pub letter_before_sent: Option<NaiveDate>,
    pub family_meeting_offered: Option<bool>,
    pub family_meeting_held: Option<bool>,
    pub initial_meeting: Option<NaiveDate>,
    pub review_meetings: Option<u32>,
    pub step_decided: Option<NaiveDate>,
    pub outcome: Option<PreProceedingsOutcome>,
    pub court_application: Option<NaiveDate>,
    pub letter_issued: Option<NaiveDate>,
}

impl AssessmentRow {
    /// The factors that could be read.
    pub(super) fn known_factors(&self) -> BTreeSet<Factor> {
        self.factors.iter().filter_map(|factor| factor.says).collect()
    }
}

impl PreProceedingsRow {
    /// The earliest day the row knows.
    pub(super) fn first_day(&self) -> Option<NaiveDate> {
        let days = [
            self.letter_before_sent,
            self.initial_meeting,
            self.step_decided,
            self.court_application,
            self.letter_issued,
        ];
        self.started.or_else(|| days.into_iter().flatten().min())
    }
}
