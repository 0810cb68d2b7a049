//! What a return says in the domain's own words. Values were parsed by the reader; a code the domain has no word for
//! is a fault, never dropped in silence.

use std::str::FromStr;

use domain::case::events::{ConferenceNeed, ReferralOutcome};
use domain::case::record_episode as told;
use domain::person::identifier::{Identifier, Scheme};
use domain::person::{ChildRow, DisabilityRow, Sex};
use domain::testimony::Fault;

use super::orders::Orders;
use crate::exchange::cin::codes::Entry;
use crate::exchange::cin::{self, Child, Disability, Episode, Factor, Head, Row};

/// A disability's code for having none.
const NO_DISABILITY: &str = "NONE";

pub(super) struct Wording<'a> {
    pub orders: &'a Orders<'a>,
}

impl Wording<'_> {
    pub fn child(&self, row: &Row<Child>) -> told::Row<ChildRow> {
        let Row { head, says } = row;
        let mut faults = faults(head);
        let authority = self.orders.authority.clone();
        let numbers = [
            (Scheme::LaChildId { authority }, Some(&says.la_child_id)),
            (Scheme::Upn, says.upn.as_ref()),
            (Scheme::FormerUpn, says.former_upn.as_ref()),
        ];
        let numbers = numbers.into_iter().filter_map(|(scheme, number)| {
            number.map(|number| Identifier::as_given(scheme, number.reveal()))
        });
        let child = ChildRow {
            identifiers: numbers.collect(),
            born: says.born,
            expected: says.expected,
            died: says.died,
            sex: says.sex.map(sex),
            ethnicity: word(says.ethnicity, "Ethnicity", &mut faults),
            disabilities: says.disabilities.iter().map(|row| self.disability(row)).collect(),
        };
        told::Row { row: self.orders.row(head), faults, says: child }
    }

    fn disability(&self, row: &Row<Disability>) -> told::Row<DisabilityRow> {
        let mut faults = faults(&row.head);
        let says = match row.says.code {
            Some(entry) if entry.code == NO_DISABILITY => DisabilityRow::None,
            code => word(code, "Disability", &mut faults).map_or(DisabilityRow::NotRead, DisabilityRow::Has),
        };
        told::Row { row: self.orders.row(&row.head), faults, says }
    }

    pub fn episode(&self, row: &Row<Episode>) -> told::Row<told::EpisodeRow> {
        let Row { head, says } = row;
        let mut faults = faults(head);
        let outcome = says
            .no_further_action
            .map(|none| if none { ReferralOutcome::NoFurtherAction } else { ReferralOutcome::FurtherAction });
        let episode = told::EpisodeRow {
            received: says.referred,
            source: word(says.source, "ReferralSource", &mut faults),
            primary_need: word(says.primary_need, "PrimaryNeedCode", &mut faults),
            outcome,
            transfer_in_conference: says.transfer_in_conference,
            closed: says.closed,
            closure_reason: word(says.closure_reason, "ReasonForClosure", &mut faults),
            assessments: says.assessments.iter().map(|row| self.assessment(row)).collect(),
            section47s: says.section47s.iter().map(|row| self.section47(row)).collect(),
            cp_plans: says.plans.iter().map(|row| self.plan(row)).collect(),
            cin_plans: says.cin_plans.iter().map(|row| self.cin_plan(row)).collect(),
            pre_proceedings: says.pre_proceedings.iter().map(|row| self.pre_proceedings(row)).collect(),
        };
        told::Row { row: self.orders.row(head), faults, says: episode }
    }

    fn assessment(&self, row: &Row<cin::Assessment>) -> told::Row<told::AssessmentRow> {
        let says = told::AssessmentRow {
            started: row.says.started,
            review_point: row.says.internal_review,
            authorised: row.says.authorised,
            factors: row.says.factors.iter().map(|row| self.factor(row)).collect(),
        };
        self.plain(&row.head, says)
    }

    fn factor(&self, row: &Row<Factor>) -> told::Row<Option<domain::case::codes::Factor>> {
        let mut faults = faults(&row.head);
        let says = word(row.says.code, "AssessmentFactors", &mut faults);
        told::Row { row: self.orders.row(&row.head), faults, says }
    }

    fn section47(&self, row: &Row<cin::Section47>) -> told::Row<told::Section47Row> {
        let need = row
            .says
            .conference_not_required
            .map(|not| if not { ConferenceNeed::NotRequired } else { ConferenceNeed::Required });
        let says = told::Section47Row {
            started: row.says.started,
            icpc_target: row.says.conference_target,
            conference: row.says.conference,
            need,
        };
        self.plain(&row.head, says)
    }

    fn plan(&self, row: &Row<cin::Plan>) -> told::Row<told::CpPlanRow> {
        let mut faults = faults(&row.head);
        let says = told::CpPlanRow {
            started: row.says.started,
            ended: row.says.ended,
            initial_category: word(row.says.initial_category, "InitialCategoryOfAbuse", &mut faults),
            latest_category: word(row.says.latest_category, "LatestCategoryOfAbuse", &mut faults),
            previous_plans: row.says.previous_plans,
            reviews: row.says.reviews.iter().map(|row| self.plain(&row.head, row.says.held)).collect(),
        };
        told::Row { row: self.orders.row(&row.head), faults, says }
    }

    fn cin_plan(&self, row: &Row<cin::CinPlan>) -> told::Row<told::CinPlanRow> {
        self.plain(&row.head, told::CinPlanRow { started: row.says.started, ended: row.says.ended })
    }

    fn pre_proceedings(&self, row: &Row<cin::PreProceedings>) -> told::Row<told::PreProceedingsRow> {
        let mut faults = faults(&row.head);
        let says = &row.says;
        let block = told::PreProceedingsRow {
            started: says.started,
            letter_before_sent: says.letter_before_sent,
            family_meeting_offered: says.family_meeting_offered,
            family_meeting_held: says.family_meeting_held,
            initial_meeting: says.initial_meeting,
            review_meetings: says.review_meetings,
            step_decided: says.step_decided,
            outcome: word(says.outcome, "PPOutcome", &mut faults),
            court_application: says.court_application,
            letter_issued: says.letter_issued,
        };
        told::Row { row: self.orders.row(&row.head), faults, says: block }
    }

    /// A row without codes.
    fn plain<T>(&self, head: &Head, says: T) -> told::Row<T> {
        told::Row { row: self.orders.row(head), faults: faults(head), says }
    }
}

fn sex(sex: cin::Sex) -> Sex {
    match sex {
        cin::Sex::Female => Sex::Female,
        cin::Sex::Male => Sex::Male,
        cin::Sex::NotKnown | cin::Sex::NotSpecified => Sex::Unknown,
    }
}

/// What the reader found wrong with a row.
fn faults(head: &Head) -> Vec<Fault> {
    let fault = |fault: &cin::Fault| Fault {
        code: fault.wrong.to_string(),
        sentence: format!("`{}` {}", fault.field, fault.what),
    };
    head.faults.iter().map(fault).collect()
}

/// The domain's word for a code.
fn word<T: FromStr>(entry: Option<&'static Entry>, element: &str, faults: &mut Vec<Fault>) -> Option<T> {
    let word = entry?.code.parse().ok();
    if word.is_none() {
        faults.push(Fault {
            code: "reading-no-word".to_owned(),
            sentence: format!("`{element}` is a code of the census that is not kept here"),
        });
    }
    word
}
