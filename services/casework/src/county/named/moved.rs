//! A boy on a plan in Wakefield who moves here: what he is on goes with him, and each authority keeps its own case.

use domain::access::Purpose;
use domain::case::codes::{AbuseCategory, ReferralSource};
use domain::case::conference::Outcome as Sitting;
use domain::case::decide_referral::DecideReferral;
use domain::case::events::ReferralOutcome;
use domain::case::hold_transfer_in_conference::HoldTransferInConference;
use domain::case::receive_referral::ReceiveReferral;
use domain::ids::EpisodeId;
use domain::person::Sex;
use domain::when::{Occurred, civil_day};

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let notified = stage.working(48, 10, 0);
    let role = Role {
        given: "Reece",
        family: "Hargreaves",
        sex: Sex::Male,
        born: "2018-01-09".to_owned(),
        nhs_number: Some("9990000158"),
    };
    let reece = stage.person(notified, &role)?;
    let mut case = stage.case_of(reece);
    let receive = ReceiveReferral {
        child: reece,
        authority: stage.cast.authority.clone(),
        on: Occurred::Day(civil_day(notified)),
        source: ReferralSource::OtherAuthority,
        primary_need: None,
        contact: None,
        transferred_from: Some("384".parse()?),
        reason: None,
    };
    let (front_door, manager, chair) = (stage.cast.front_door, stage.cast.manager, stage.cast.chair);
    let at = notified + chrono::TimeDelta::minutes(15);
    let told = stage.on_case(at, case, (front_door, Purpose::SafeguardingCheck), receive)?;
    case.episode = EpisodeId(told.part(0));
    let decide = DecideReferral {
        episode: case.episode,
        on: Occurred::Day(civil_day(notified)),
        outcome: ReferralOutcome::Services,
        reason: None,
    };
    stage.on_case(at + chrono::TimeDelta::minutes(30), case, (manager, Purpose::AllocatedWork), decide)?;
    let held = stage.working(33, 13, 0);
    let hold = HoldTransferInConference {
        episode: case.episode,
        on: Occurred::Day(civil_day(held)),
        decision: Sitting::Plan { categories: [AbuseCategory::Emotional].into() },
        missing: Default::default(),
        reason: None,
    };
    stage.on_case(held, case, (chair, Purpose::Conference), hold)?;
    Ok(())
}
