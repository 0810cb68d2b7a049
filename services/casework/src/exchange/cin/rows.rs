//! What a return says, row by row: the shape the importer is written against. Nothing here judges; a value
//! that could not be understood is absent from its field, kept word for word in [`Head::as_written`] and
//! named by a fault.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::codes::Entry;
use super::identity::{Content, Identity, Private};

/// The tables whose rows are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    Children,
    Disabilities,
    Episodes,
    Assessments,
    Factors,
    CinPlans,
    Section47s,
    Plans,
    Reviews,
    PreProceedings,
}

impl Table {
    pub const ALL: [Self; 10] = [
        Self::Children,
        Self::Disabilities,
        Self::Episodes,
        Self::Assessments,
        Self::Factors,
        Self::CinPlans,
        Self::Section47s,
        Self::Plans,
        Self::Reviews,
        Self::PreProceedings,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Children => "children",
            Self::Disabilities => "disabilities",
            Self::Episodes => "episodes",
            Self::Assessments => "assessments",
            Self::Factors => "factors",
            Self::CinPlans => "cin_plans",
            Self::Section47s => "section47s",
            Self::Plans => "plans",
            Self::Reviews => "reviews",
            Self::PreProceedings => "pre_proceedings",
        }
    }

    pub(super) fn singular(self) -> &'static str {
        match self {
            Self::Children => "child",
            Self::Disabilities => "disability",
            Self::Episodes => "episode",
            Self::Assessments => "assessment",
            Self::Factors => "factor",
            Self::CinPlans => "cin_plan",
            Self::Section47s => "section47",
            Self::Plans => "plan",
            Self::Reviews => "review",
            Self::PreProceedings => "pre_proceedings",
        }
    }
}

/// A number for each table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts(BTreeMap<Table, u64>);

impl Counts {
    pub fn get(&self, table: Table) -> u64 {
        self.0.get(&table).copied().unwrap_or_default()
    }

    pub fn add(&mut self, table: Table) {
        *self.0.entry(table).or_default() += 1;
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Every table in the order of the form, those with nothing included.
    pub fn iter(&self) -> impl Iterator<Item = (Table, u64)> + '_ {
        Table::ALL.into_iter().map(|table| (table, self.get(table)))
    }
}

/// What is wrong with a row: a rule of the census it breaks, or the way it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wrong {
    /// The number of the census rule, with `Q` when it is a query that may stand with a note.
    Census(&'static str),
    /// A stable word for what no census rule speaks of.
    Reading(&'static str),
}

impl fmt::Display for Wrong {
    /// The stable code: `census-8510`, `census-8842q`, `reading-day-spelling`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Census(rule) => write!(out, "census-{}", rule.to_ascii_lowercase()),
            Self::Reading(word) => write!(out, "reading-{word}"),
        }
    }
}

impl Serialize for Wrong {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Something wrong in one field of a row. It says what, never with which value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Fault {
    #[serde(rename = "code")]
    pub wrong: Wrong,
    /// The path of the field from `Child` (or from `Message` for a fault of the whole return).
    pub field: &'static str,
    pub what: &'static str,
}

impl Fault {
    pub(super) fn census(rule: &'static str, field: &'static str, what: &'static str) -> Self {
        Self { wrong: Wrong::Census(rule), field, what }
    }

    pub(super) fn reading(word: &'static str, field: &'static str, what: &'static str) -> Self {
        Self { wrong: Wrong::Reading(word), field, what }
    }

    /// The number of the census rule, if it is one.
    pub fn rule(&self) -> Option<&'static str> {
        match self.wrong {
            Wrong::Census(rule) => Some(rule),
            Wrong::Reading(_) => None,
        }
    }

    /// A query may stand with a note; any other broken rule must be put right before the return is accepted.
    pub fn is_query(&self) -> bool {
        self.rule().is_some_and(|rule| rule.ends_with('Q'))
    }
}

/// A value nobody could understand, as the file gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub field: &'static str,
    pub text: Private,
}

/// A row that could not be placed, and why. Its line tells the authority where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub table: Table,
    pub ordinal: u64,
    pub line: u64,
    pub reason: &'static str,
}

/// What every row has, whatever it is about.
#[derive(Clone, Debug)]
pub struct Head {
    pub table: Table,
    /// The how-manieth row of its table in the file, from 1.
    pub ordinal: u64,
    pub line: u64,
    pub identity: Identity,
    pub content: Content,
    pub faults: Vec<Fault>,
    pub as_written: Vec<Written>,
}

/// A row with what it says.
pub struct Row<T> {
    pub head: Head,
    pub says: T,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
    /// `U`, or `0` in the older form.
    NotKnown,
    /// `9` in the older form, which the newer one no longer has.
    NotSpecified,
}

/// No `Debug`: a child is never printed.
pub struct Child {
    pub la_child_id: Private,
    pub upn: Option<Private>,
    pub former_upn: Option<Private>,
    pub upn_unknown: Option<&'static Entry>,
    pub born: Option<NaiveDate>,
    pub expected: Option<NaiveDate>,
    pub died: Option<NaiveDate>,
    pub sex: Option<Sex>,
    pub ethnicity: Option<&'static Entry>,
    pub disabilities: Vec<Row<Disability>>,
    pub episodes: Vec<Row<Episode>>,
}

impl Child {
    /// Expected and not yet born when the return was made.
    pub fn is_unborn(&self) -> bool {
        self.born.is_none() && self.expected.is_some()
    }
}

pub struct Disability {
    pub code: Option<&'static Entry>,
}

/// One referral and everything that followed from it.
pub struct Episode {
    pub referred: NaiveDate,
    pub source: Option<&'static Entry>,
    pub primary_need: Option<&'static Entry>,
    pub closed: Option<NaiveDate>,
    pub closure_reason: Option<&'static Entry>,
    /// Only for a child who moved in while on a plan elsewhere.
    pub transfer_in_conference: Option<NaiveDate>,
    pub no_further_action: Option<bool>,
    pub assessments: Vec<Row<Assessment>>,
    pub cin_plans: Vec<Row<CinPlan>>,
    pub section47s: Vec<Row<Section47>>,
    pub plans: Vec<Row<Plan>>,
    pub pre_proceedings: Vec<Row<PreProceedings>>,
}

pub struct Assessment {
    pub started: Option<NaiveDate>,
    pub internal_review: Option<NaiveDate>,
    pub authorised: Option<NaiveDate>,
    pub factors: Vec<Row<Factor>>,
}

pub struct Factor {
    pub code: Option<&'static Entry>,
}

pub struct CinPlan {
    pub started: Option<NaiveDate>,
    pub ended: Option<NaiveDate>,
}

pub struct Section47 {
    pub started: Option<NaiveDate>,
    pub conference_target: Option<NaiveDate>,
    pub conference: Option<NaiveDate>,
    pub conference_not_required: Option<bool>,
}

/// A child protection plan.
pub struct Plan {
    pub started: Option<NaiveDate>,
    pub ended: Option<NaiveDate>,
    pub initial_category: Option<&'static Entry>,
    pub latest_category: Option<&'static Entry>,
    pub previous_plans: Option<u32>,
    pub reviews: Vec<Row<Review>>,
}

pub struct Review {
    pub held: NaiveDate,
}

/// The block of 2026-27. Its outcome codes have no published labels yet, so the letter stands for itself.
pub struct PreProceedings {
    pub started: Option<NaiveDate>,
    pub letter_before_sent: Option<NaiveDate>,
    pub family_meeting_offered: Option<bool>,
    pub family_meeting_held: Option<bool>,
    pub initial_meeting: Option<NaiveDate>,
    pub review_meetings: Option<u32>,
    pub step_decided: Option<NaiveDate>,
    pub outcome: Option<&'static Entry>,
    pub court_application: Option<NaiveDate>,
    pub letter_issued: Option<NaiveDate>,
}

impl PreProceedings {
    /// The earliest day the row knows, by which it is placed when its start is missing.
    pub fn first_day(&self) -> Option<NaiveDate> {
        let days = [
            self.started,
            self.letter_before_sent,
            self.initial_meeting,
            self.step_decided,
            self.court_application,
            self.letter_issued,
        ];
        days.into_iter().flatten().min()
    }
}

impl<T> Row<T> {
    pub(super) fn fault(&mut self, rule: &'static str, field: &'static str, what: &'static str) {
        self.head.fault(rule, field, what);
    }
}

impl Head {
    /// A row breaks each rule of a field once, however often it is looked at.
    pub(super) fn fault(&mut self, rule: &'static str, field: &'static str, what: &'static str) {
        self.note(Fault::census(rule, field, what));
    }

    pub(super) fn note(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

impl Row<Child> {
    /// The heads of this row and of every row inside it, in the order of the form.
    pub fn heads(&self) -> Vec<&Head> {
        let mut heads = vec![&self.head];
        heads.extend(self.says.disabilities.iter().map(|row| &row.head));
        heads.extend(self.says.episodes.iter().flat_map(Row::<Episode>::heads));
        heads
    }
}

impl Row<Episode> {
    /// The heads of this episode and of every row inside it.
    pub fn heads(&self) -> Vec<&Head> {
        let says = &self.says;
        let mut heads = vec![&self.head];
        for assessment in &says.assessments {
            heads.push(&assessment.head);
            heads.extend(assessment.says.factors.iter().map(|row| &row.head));
        }
        heads.extend(says.cin_plans.iter().map(|row| &row.head));
        heads.extend(says.section47s.iter().map(|row| &row.head));
        for plan in &says.plans {
            heads.push(&plan.head);
            heads.extend(plan.says.reviews.iter().map(|row| &row.head));
        }
        heads.extend(says.pre_proceedings.iter().map(|row| &row.head));
        heads
    }
}
