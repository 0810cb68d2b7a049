//! However practitioners and returns act on a case, in whatever order and however late, the laws hold.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::record_episode::{
    AssessmentRow, CinPlanRow, CpPlanRow, EpisodeRow, RecordEpisode, Row, Section47Row,
};
use super::state::Run;
use super::testing::*;
use crate::ids::ReturnId;
use crate::testimony::{RowHash, SaidRow};
use crate::when::Occurred;

/// An order on some part of the case, chosen by numbers: which order, which part, which day, which way.
#[derive(Clone, Debug)]
struct Choice {
    order: u8,
    part: usize,
    day: u64,
    way: u8,
}

fn any_choice() -> impl Strategy<Value = Choice> {
    (0_u8..18, 0_usize..4, 0_u64..430, 0_u8..6).prop_map(|(order, part, day, way)| Choice {
        order,
        part,
        day,
        way,
    })
}

fn pick<T: Copy>(parts: impl Iterator<Item = T>, part: usize) -> Option<T> {
    let parts: Vec<T> = parts.collect();
    (!parts.is_empty()).then(|| parts[part % parts.len()])
}

fn the_day(offset: u64) -> NaiveDate {
    day("2025-01-06") + Days::new(offset)
}

fn category(way: u8) -> BTreeSet<AbuseCategory> {
    [AbuseCategory::ALL[usize::from(way) % 4]].into()
}

/// The order chosen, when the case has a part to give it on.
fn order(case: &Case, choice: &Choice) -> Option<Command> {
    let on = Occurred::Day(the_day(choice.day));
    let way = usize::from(choice.way);
    let episode = pick(case.episodes.iter().map(|episode| episode.id), choice.part);
    let within = || case.episodes.iter();
    let assessment = pick(within().flat_map(|it| &it.assessments).map(|it| it.id), choice.part);
    let section47 = pick(within().flat_map(|it| &it.section47s).map(|it| it.id), choice.part);
    let cp_plan = pick(within().flat_map(|it| &it.cp_plans).map(|it| it.id), choice.part);
    let cin_plan = pick(within().flat_map(|it| &it.cin_plans).map(|it| it.id), choice.part);
    let looked_after = pick(case.looked_after.iter().map(|it| it.id), choice.part);
    let need = if way.is_multiple_of(2) { ConferenceNeed::Required } else { ConferenceNeed::NotRequired };
    let plan = if way == 0 { Outcome::NoPlan } else { Outcome::Plan { categories: category(choice.way) } };
    let missing = BTreeSet::new();
    Some(match choice.order {
        0 => referral_on(&the_day(choice.day).to_string()).into(),
        1 => {
            let outcome = ReferralOutcome::ALL[way % ReferralOutcome::ALL.len()];
            DecideReferral { episode: episode?, on, outcome, reason: None }.into()
        }
        2 => StartAssessment { episode: episode?, on, review_point: None }.into(),
        3 => SetReviewPoint { assessment: assessment?, on, review_point: the_day(choice.day + 9) }.into(),
        4 => {
            let factors = [Factor::ALL[way]].into();
            let outcome = AssessmentOutcome::ALL[way];
            CompleteAssessment { assessment: assessment?, on, factors, outcome, summary: None }.into()
        }
        5 | 6 => StartSection47 { episode: episode?, on }.into(),
        7 => ConcludeSection47 { section47: section47?, on, conference: need, reason: None }.into(),
        8 | 9 => {
            HoldInitialConference { section47: section47?, on, decision: plan, missing, reason: None }.into()
        }
        10 => {
            HoldTransferInConference { episode: episode?, on, decision: plan, missing, reason: None }.into()
        }
        11 => {
            let decision = match way {
                0 | 1 => Decision::End,
                2 => Decision::Continue { categories: None },
                _ => Decision::Continue { categories: Some(category(choice.way)) },
            };
            HoldReviewConference { plan: cp_plan?, on, decision, missing, reason: None }.into()
        }
        12 => ChangeCategory { plan: cp_plan?, on, categories: category(choice.way) }.into(),
        13 => EndCpPlan { plan: cp_plan?, on, reason: CpPlanEnd::ALL[way % CpPlanEnd::ALL.len()] }.into(),
        14 => StartCinPlan { episode: episode?, on }.into(),
        15 => EndCinPlan { plan: cin_plan?, on, reason: CinPlanEnd::SupportEnded }.into(),
        16 => match looked_after.filter(|_| way > 2) {
            Some(looked_after) => {
                EndLookedAfter { looked_after, on, reason: LookedAfterEnd::ReturnedHome }.into()
            }
            None => StartLookedAfter { on, legal_status: LegalStatus::Section20, until: None }.into(),
        },
        _ => {
            let reason = ClosureReason::ALL[way];
            CloseCase { episode: episode?, on, reason, note: None }.into()
        }
    })
}

fn hashed(text: &str) -> RowHash {
    let mut hash = [0; 16];
    hash.iter_mut().zip(Sha256::digest(text)).for_each(|(byte, hashed)| *byte = hashed);
    RowHash(hash)
}

/// A row by its natural key. Rows that say the same have the same content, and only those.
fn row<T: std::fmt::Debug>(key: &str, says: T) -> Row<T> {
    let row = SaidRow { key: hashed(key), content: hashed(&format!("{says:?}")) };
    Row { row, faults: Vec::new(), says }
}

/// A row of a table that holds rows of its own, which are no part of what it says itself.
fn outer<T: std::fmt::Debug, U>(key: &str, says: T, inner: impl FnOnce(T) -> U) -> Row<U> {
    let Row { row, faults, says } = row(key, says);
    Row { row, faults, says: inner(says) }
}

/// A return's episode with whatever days the numbers say, in any order: most of it nonsense, all of it readable.
fn any_return() -> impl Strategy<Value = RecordEpisode> {
    // Few days, so that returns often speak of the same things.
    let offset = || (0_u64..8).prop_map(|step| step * 50);
    let day = || prop::option::of(offset().prop_map(the_day));
    let assessments = (day(), day(), day(), 0_usize..8);
    let section47s = (day(), day(), day(), any::<bool>());
    let plans = (day(), day(), 0_usize..5, prop::collection::btree_set(offset(), 0..3));
    let cin_plans = (day(), day());
    let parts = (
        prop::collection::vec(assessments, 0..3),
        prop::collection::vec(section47s, 0..3),
        prop::collection::vec(plans, 0..3),
        prop::collection::vec(cin_plans, 0..3),
    );
    let head = (offset(), day(), any::<bool>(), offset());
    (head, parts).prop_map(|((received, closed, acted, as_of), parts)| {
        let (assessments, section47s, plans, cin_plans) = parts;
        let key =
            |table: &str, started: Option<NaiveDate>, at: i32| format!("{received}/{table}/{started:?}/{at}");
        let inside = |said: (NaiveDate, Option<NaiveDate>, bool)| EpisodeRow {
            received: said.0,
            source: Some(ReferralSource::School),
            primary_need: None,
            outcome: Some(if said.2 {
                ReferralOutcome::FurtherAction
            } else {
                ReferralOutcome::NoFurtherAction
            }),
            transfer_in_conference: None,
            closed: said.1,
            closure_reason: said.1.map(|_| ClosureReason::NoLongerInNeed),
            assessments: (0..)
                .zip(assessments)
                .map(|(at, (started, review_point, authorised, factor))| {
                    outer(&key("assessment", started, at), (started, review_point, authorised), |_| {
                        let factors = vec![row(&key("factor", started, at), Some(Factor::ALL[factor]))];
                        AssessmentRow { started, review_point, authorised, factors }
                    })
                })
                .collect(),
            section47s: (0..)
                .zip(section47s)
                .map(|(at, (started, icpc_target, conference, required))| {
                    let need = if required { ConferenceNeed::Required } else { ConferenceNeed::NotRequired };
                    row(
                        &key("section47", started, at),
                        Section47Row { started, icpc_target, conference, need: Some(need) },
                    )
                })
                .collect(),
            cp_plans: (0..)
                .zip(plans)
                .map(|(at, (started, ended, category, reviews))| {
                    outer(&key("plan", started, at), (started, ended, category), |_| CpPlanRow {
                        started,
                        ended,
                        initial_category: Some(AbuseCategory::ALL[category]),
                        latest_category: Some(AbuseCategory::ALL[(category + 1) % 5]),
                        previous_plans: None,
                        reviews: reviews
                            .into_iter()
                            .map(|held| row(&key("review", Some(the_day(held)), at), the_day(held)))
                            .collect(),
                    })
                })
                .collect(),
            cin_plans: (0..)
                .zip(cin_plans)
                .map(|(at, (started, ended))| {
                    row(&key("cin_plan", started, at), CinPlanRow { started, ended })
                })
                .collect(),
            pre_proceedings: Vec::new(),
        };
        RecordEpisode {
            child: person(1),
            authority: authority(),
            return_id: ReturnId(uuid::Uuid::from_u128(u128::from(as_of))),
            as_of: the_day(as_of),
            episode: outer(&received.to_string(), (the_day(received), closed, acted), inside),
        }
    })
}

fn runs_apart(runs: Vec<Option<Run>>) -> bool {
    let runs: Vec<Run> = runs.into_iter().flatten().collect();
    // A run still open may meet a later one until its end is entered; two that have ended never do.
    let ended: Vec<&Run> = runs.iter().filter(|run| run.until.is_some()).collect();
    ended.iter().enumerate().all(|(nth, run)| ended.iter().skip(nth + 1).all(|other| !run.overlaps(**other)))
}

/// A case after practitioners tried all of this on it.
fn play(choices: &[Choice]) -> Given<Case> {
    let mut given = nothing::<Case>();
    for choice in choices {
        let case = given.stands();
        let Some(command) = order(&case, choice) else { continue };
        given = given.tried(command).0;
    }
    given
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_two_plans_of_a_child_overlap_however_late_they_are_entered(
        choices in prop::collection::vec(any_choice(), 0..60)
    ) {
        let case = play(&choices).stands();
        let plans = case.cp_plans().into_iter().map(|plan| plan.run());
        let plans = plans.chain(case.cin_plans().map(|plan| plan.run())).collect();
        prop_assert!(runs_apart(plans), "{:?}", case.episodes);
    }

    #[test]
    fn only_a_review_ends_a_plan_that_does_not_end_by_itself(
        choices in prop::collection::vec(any_choice(), 0..60)
    ) {
        for plan in play(&choices).stands().cp_plans() {
            let Some(ended) = &plan.ended else { continue };
            let reviewed = plan.reviews.iter().any(|review| review.on == ended.on);
            prop_assert!(ended.value != Some(CpPlanEnd::ReviewConference) || reviewed);
        }
    }

    #[test]
    fn nothing_is_done_on_an_episode_after_its_closure(
        choices in prop::collection::vec(any_choice(), 0..60)
    ) {
        for episode in &play(&choices).stands().episodes {
            let Some(closed) = &episode.closed else { continue };
            prop_assert!(episode.activity().all(|day| day <= closed.day()));
        }
    }

    #[test]
    fn a_refused_order_changes_nothing(
        choices in prop::collection::vec(any_choice(), 0..40),
        last in any_choice(),
    ) {
        let given = play(&choices);
        let before = given.stands();
        if let Some(command) = order(&before, &last) {
            let history = given.history().len();
            let (given, refused) = given.tried(command);
            prop_assert!(!refused || given.history().len() == history && given.stands() == before);
        }
    }

    #[test]
    fn a_return_is_never_refused_and_read_again_adds_nothing(
        choices in prop::collection::vec(any_choice(), 0..30),
        returns in prop::collection::vec(any_return(), 1..4),
    ) {
        let mut given = play(&choices);
        for said in &returns {
            given = given.after(said.clone());
        }
        for said in returns {
            let events = given.decided(said);
            prop_assert!(events.is_empty(), "{events:?}");
        }
    }

    #[test]
    fn a_status_can_be_told_of_any_case_on_any_day(
        choices in prop::collection::vec(any_choice(), 0..40),
        returns in prop::collection::vec(any_return(), 0..3),
        asked in 0_u64..500,
    ) {
        let mut given = play(&choices);
        for said in returns {
            given = given.after(said);
        }
        let status = CaseStatus::on(&given.history(), the_day(asked));
        prop_assert!(status.due.is_sorted());
        prop_assert!(status.lead.is_none());
    }
}
