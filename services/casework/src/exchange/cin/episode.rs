//! Reads one `CINdetails`: a referral and the assessments, enquiries and plans that followed. A row without a
//! single readable day cannot be placed in a history and is refused; one whose start alone is missing is
//! kept, with its fault.

use super::codes;
use super::identity::Identity;
use super::node::Node;
use super::paths;
use super::rows::{
    Assessment, CinPlan, Episode, Factor, Plan, PreProceedings, Review, Row, Section47, Table,
};
use super::telling::{Placing, Telling, by_day, listed};

const UNDATED: &str = "no day in it can be read, so it has no place in a history";

/// Reads an episode, or refuses it with all its rows when its referral has no readable day.
pub(super) fn read(node: &Node, child: &Identity, at: &mut Placing) -> Option<Row<Episode>> {
    let mut telling = Telling::of(vec![node]);
    let referred = telling.date(paths::REFERRED);
    let source = telling.code(paths::SOURCE, &codes::REFERRAL_SOURCE);
    let primary_need = telling.code(paths::NEED, &codes::PRIMARY_NEED);
    let closed = telling.date(paths::CLOSED);
    let closure_reason = telling.code(paths::CLOSURE_REASON, &codes::CLOSURE_REASON);
    let transfer_in_conference = telling.date(paths::TRANSFER_CONFERENCE);
    let no_further_action = telling.flag(paths::NO_FURTHER_ACTION);
    let head = telling.named_under(child, &by_day(referred), (Table::Episodes, node.line), at);
    let parent = head.identity.clone();
    let says = Episode {
        referred: referred.unwrap_or_default(),
        source,
        primary_need,
        closed,
        closure_reason,
        transfer_in_conference,
        no_further_action,
        assessments: node.named("Assessments").filter_map(|node| assessment(node, &parent, at)).collect(),
        cin_plans: node.named("CINPlanDates").filter_map(|node| cin_plan(node, &parent, at)).collect(),
        section47s: node.named("Section47").filter_map(|node| section47(node, &parent, at)).collect(),
        plans: node.named("ChildProtectionPlans").filter_map(|node| plan(node, &parent, at)).collect(),
        pre_proceedings: node
            .named("PreProceedingsandFGDM")
            .filter_map(|node| pre_proceedings(node, &parent, at))
            .collect(),
    };
    let row = Row { head, says };
    if referred.is_none() {
        at.refuse(&row.heads(), "`CINreferralDate` is missing or no day that exists (rule 8600)");
        return None;
    }
    Some(row)
}

fn assessment(node: &Node, parent: &Identity, at: &mut Placing) -> Option<Row<Assessment>> {
    let mut telling = Telling::of(vec![node]);
    let started = telling.date(paths::ASSESSMENT_START);
    let internal_review = telling.date(paths::ASSESSMENT_REVIEW);
    let authorised = telling.date(paths::ASSESSMENT_END);
    let head = telling.named_under(parent, &by_day(started), (Table::Assessments, node.line), at);
    let factors = factors(node, &head.identity, at);
    let row = Row { head, says: Assessment { started, internal_review, authorised, factors } };
    if started.or(authorised).or(internal_review).is_none() {
        let heads: Vec<_> =
            std::iter::once(&row.head).chain(row.says.factors.iter().map(|factor| &factor.head)).collect();
        at.refuse(&heads, UNDATED);
        return None;
    }
    Some(row)
}

fn factors(assessment: &Node, parent: &Identity, at: &mut Placing) -> Vec<Row<Factor>> {
    let mut rows = Vec::new();
    let groups = assessment.named("FactorsIdentifiedAtAssessment").chain([assessment]);
    for node in groups.flat_map(|group| group.named("AssessmentFactors")) {
        for text in listed(node, &codes::FACTOR) {
            let mut telling = Telling::default();
            let code = telling.code_from(paths::FACTOR, &codes::FACTOR, text);
            let key = code.map_or(text, |entry| entry.code);
            let head = telling.named_under(parent, key, (Table::Factors, node.line), at);
            if text.is_empty() {
                at.refuse(&[&head], "`AssessmentFactors` is empty");
            } else {
                rows.push(Row { head, says: Factor { code } });
            }
        }
    }
    rows
}

fn cin_plan(node: &Node, parent: &Identity, at: &mut Placing) -> Option<Row<CinPlan>> {
    let mut telling = Telling::of(vec![node]);
    let started = telling.date(paths::CIN_PLAN_START);
    let ended = telling.date(paths::CIN_PLAN_END);
    let head = telling.named_under(parent, &by_day(started), (Table::CinPlans, node.line), at);
    if started.or(ended).is_none() {
        at.refuse(&[&head], UNDATED);
        return None;
    }
    Some(Row { head, says: CinPlan { started, ended } })
}

fn section47(node: &Node, parent: &Identity, at: &mut Placing) -> Option<Row<Section47>> {
    let mut telling = Telling::of(vec![node]);
    let says = Section47 {
        started: telling.date(paths::S47_START),
        conference_target: telling.date(paths::S47_TARGET),
        conference: telling.date(paths::S47_CONFERENCE),
        conference_not_required: telling.flag(paths::S47_NOT_REQUIRED),
    };
    let head = telling.named_under(parent, &by_day(says.started), (Table::Section47s, node.line), at);
    if says.started.or(says.conference).or(says.conference_target).is_none() {
        at.refuse(&[&head], UNDATED);
        return None;
    }
    Some(Row { head, says })
}

fn plan(node: &Node, parent: &Identity, at: &mut Placing) -> Option<Row<Plan>> {
    let mut telling = Telling::of(vec![node]);
    let started = telling.date(paths::PLAN_START);
    let ended = telling.date(paths::PLAN_END);
    let initial_category = telling.code(paths::INITIAL_CATEGORY, &codes::CATEGORY_OF_ABUSE);
    let latest_category = telling.code(paths::LATEST_CATEGORY, &codes::CATEGORY_OF_ABUSE);
    let previous_plans = telling.number(paths::PREVIOUS_PLANS);
    let head = telling.named_under(parent, &by_day(started), (Table::Plans, node.line), at);
    let reviews = reviews(node, &head.identity, at);
    let says = Plan { started, ended, initial_category, latest_category, previous_plans, reviews };
    if started.or(ended).is_none() && says.reviews.is_empty() {
        at.refuse(&[&head], UNDATED);
        return None;
    }
    Some(Row { head, says })
}

/// One group with several days, several groups with one, or days without a group: all are seen in the wild.
fn reviews(plan: &Node, parent: &Identity, at: &mut Placing) -> Vec<Row<Review>> {
    let mut rows = Vec::new();
    let groups = plan.named("Reviews").chain([plan]);
    for node in groups.flat_map(|group| group.named("CPPreviewDate")) {
        let mut telling = Telling::default();
        let held = telling.date_from(paths::REVIEW, node.value());
        let head = telling.named_under(parent, &by_day(held), (Table::Reviews, node.line), at);
        match held {
            Some(held) => rows.push(Row { head, says: Review { held } }),
            None => at.refuse(&[&head], "`CPPreviewDate` is missing or no day that exists (rule 8842Q)"),
        }
    }
    rows
}

fn pre_proceedings(node: &Node, parent: &Identity, at: &mut Placing) -> Option<Row<PreProceedings>> {
    let mut telling = Telling::of(vec![node]);
    let says = PreProceedings {
        started: telling.date(paths::PP_START),
        letter_before_sent: telling.date(paths::PP_LETTER_BEFORE),
        family_meeting_offered: telling.flag(paths::PP_MEETING_OFFERED),
        family_meeting_held: telling.flag(paths::PP_MEETING_HELD),
        initial_meeting: telling.date(paths::PP_INITIAL_MEETING),
        review_meetings: telling.number(paths::PP_REVIEWS),
        step_decided: telling.date(paths::PP_DECIDED),
        outcome: telling.code(paths::PP_OUTCOME, &codes::PRE_PROCEEDINGS_OUTCOME),
        court_application: telling.date(paths::PP_COURT),
        letter_issued: telling.date(paths::PP_LETTER),
    };
    let head = telling.named_under(parent, &by_day(says.started), (Table::PreProceedings, node.line), at);
    if says.first_day().is_none() {
        at.refuse(&[&head], UNDATED);
        return None;
    }
    Some(Row { head, says })
}
