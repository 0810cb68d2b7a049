//! A case in one row.

use chrono::NaiveDate;
use domain::authority::Authority;
use domain::case::Case;
use domain::case::events::WorkerRole;
use domain::case::state::{Allocation, Fact};
use domain::ids::{AgencyId, CaseId, EpisodeId, PersonId, PractitionerId, TeamId};
use tokio_postgres::Row;

use crate::engine::builds::position_from;
use crate::reads::ReadError;
use crate::rows;

/// The gravest of what is going on. Codes are words of the API.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// On record, nothing asked for yet.
    Recorded,
    Closed,
    Referral,
    Assessment,
    ChildInNeedPlan,
    Section47,
    ProtectionPlan,
    LookedAfter,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Recorded,
        Self::Closed,
        Self::Referral,
        Self::Assessment,
        Self::ChildInNeedPlan,
        Self::Section47,
        Self::ProtectionPlan,
        Self::LookedAfter,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Closed => "closed",
            Self::Referral => "referral",
            Self::Assessment => "assessment",
            Self::ChildInNeedPlan => "child-in-need-plan",
            Self::Section47 => "section47",
            Self::ProtectionPlan => "child-protection-plan",
            Self::LookedAfter => "looked-after",
        }
    }

    fn parse(code: &str) -> Self {
        Self::ALL.into_iter().find(|stage| stage.code() == code).unwrap_or(Self::Recorded)
    }
}

/// How a child stands at one authority.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseStatus {
    pub person: PersonId,
    pub case: CaseId,
    pub authority: Authority,
    /// Whose case it is.
    pub agency: AgencyId,
    pub stage: Stage,
    /// The open episode, and the day of its referral.
    pub episode: Option<EpisodeId>,
    pub referred_on: Option<NaiveDate>,
    pub assessment_since: Option<NaiveDate>,
    pub section47_since: Option<NaiveDate>,
    pub cp_plan_since: Option<NaiveDate>,
    /// The plan's latest categories, as the census writes them.
    pub cp_categories: Vec<String>,
    /// Plans that ended before, at this authority.
    pub cp_plans_before: i32,
    pub cin_plan_since: Option<NaiveDate>,
    pub looked_after_since: Option<NaiveDate>,
    pub legal_status: Option<String>,
    /// Whom a partner rings.
    pub lead: Option<PractitionerId>,
    pub lead_team: Option<TeamId>,
    /// When no episode is open: the day the last one closed.
    pub closed_on: Option<NaiveDate>,
    /// The last day anything is on record.
    pub last_on: NaiveDate,
    /// The newest entry it rests on.
    pub position: u128,
}

impl CaseStatus {
    pub(super) fn of(
        id: CaseId,
        agency: AgencyId,
        case: &Case,
        last_on: NaiveDate,
        position: u128,
    ) -> Option<Self> {
        let who = case.who.as_ref()?;
        let episodes = case.in_order();
        let open = episodes.iter().rev().find(|episode| episode.ended().is_none());
        let within = |since: fn(&domain::case::state::Episode) -> Option<NaiveDate>| {
            episodes.iter().rev().find_map(|episode| since(episode))
        };
        let assessment_since = within(|episode| {
            let open = episode.assessments.iter().filter(|item| item.completed.is_none());
            open.filter_map(|item| item.run()).map(|run| run.from).max()
        });
        let section47_since = within(|episode| {
            let open = episode.section47s.iter().filter(|item| item.concluded.is_none());
            open.filter_map(|item| item.run()).map(|run| run.from).max()
        });
        let cin_plan_since = within(|episode| {
            let open = episode.cin_plans.iter().filter(|plan| plan.ended.is_none());
            open.filter_map(|plan| plan.run()).map(|run| run.from).max()
        });
        let plans = case.cp_plans();
        let plan = plans.iter().rev().find(|plan| plan.ended.is_none());
        let plan_run = plan.and_then(|plan| plan.run());
        let looked_after = case
            .looked_after
            .iter()
            .filter(|item| item.ended.is_none())
            .max_by_key(|item| item.run().map(|run| run.from));
        let looked_after_run = looked_after.and_then(|item| item.run());
        let lead = lead(&case.allocations);
        let stage = if looked_after_run.is_some() {
            Stage::LookedAfter
        } else if plan_run.is_some() {
            Stage::ProtectionPlan
        } else if section47_since.is_some() {
            Stage::Section47
        } else if cin_plan_since.is_some() {
            Stage::ChildInNeedPlan
        } else if assessment_since.is_some() {
            Stage::Assessment
        } else if open.is_some() {
            Stage::Referral
        } else if episodes.is_empty() {
            Stage::Recorded
        } else {
            Stage::Closed
        };
        Some(Self {
            person: who.child,
            case: id,
            authority: who.authority.clone(),
            agency,
            stage,
            episode: open.map(|episode| episode.id),
            referred_on: open.and_then(|episode| episode.began()),
            assessment_since,
            section47_since,
            cp_plan_since: plan_run.map(|run| run.from),
            cp_categories: plan
                .map(|plan| plan.categories_on(NaiveDate::MAX))
                .unwrap_or_default()
                .into_iter()
                .map(|category| category.code().to_owned())
                .collect(),
            cp_plans_before: i32::try_from(
                case.plans_before(plan_run.map_or(NaiveDate::MAX, |run| run.from)),
            )
            .unwrap_or(i32::MAX),
            cin_plan_since,
            looked_after_since: looked_after_run.map(|run| run.from),
            legal_status: looked_after
                .and_then(|item| item.started.as_ref())
                .map(|started| started.value.code().to_owned()),
            lead: lead.map(|lead| lead.0),
            lead_team: lead.and_then(|lead| lead.1),
            closed_on: if open.is_some() {
                None
            } else {
                episodes.iter().filter_map(|one| one.ended()).max()
            },
            last_on,
            position,
        })
    }

    pub(super) fn write(&self, row: rows::Row<'_>) {
        row.uuid(self.person.0)
            .uuid(self.case.0)
            .text(self.authority.as_str())
            .uuid(self.agency.0)
            .text(self.stage.code())
            .opt_uuid(self.episode.map(|episode| episode.0))
            .opt_date(self.referred_on)
            .opt_date(self.assessment_since)
            .opt_date(self.section47_since)
            .opt_date(self.cp_plan_since)
            .texts(&self.cp_categories)
            .int(self.cp_plans_before)
            .opt_date(self.cin_plan_since)
            .opt_date(self.looked_after_since)
            .opt_text(self.legal_status.as_deref())
            .opt_uuid(self.lead.map(|lead| lead.0))
            .opt_uuid(self.lead_team.map(|team| team.0))
            .opt_date(self.closed_on)
            .date(self.last_on)
            .position(self.position)
            .end();
    }

    pub(super) const COLUMNS: &'static str = "person, case_id, authority, agency, stage, episode, referred_on, \
         assessment_since, section47_since, cp_plan_since, cp_categories, cp_plans_before, cin_plan_since, \
         looked_after_since, legal_status, lead, lead_team, closed_on, last_on, position";

    /// `None` for a row whose authority is none, which was never written.
    pub(super) fn from_row(row: &Row) -> Result<Option<Self>, ReadError> {
        let Ok(authority) = row.try_get::<_, &str>(2)?.parse() else { return Ok(None) };
        Ok(Some(Self {
            person: PersonId(row.try_get(0)?),
            case: CaseId(row.try_get(1)?),
            authority,
            agency: AgencyId(row.try_get(3)?),
            stage: Stage::parse(row.try_get(4)?),
            episode: row.try_get::<_, Option<_>>(5)?.map(EpisodeId),
            referred_on: row.try_get(6)?,
            assessment_since: row.try_get(7)?,
            section47_since: row.try_get(8)?,
            cp_plan_since: row.try_get(9)?,
            cp_categories: row.try_get(10)?,
            cp_plans_before: row.try_get(11)?,
            cin_plan_since: row.try_get(12)?,
            looked_after_since: row.try_get(13)?,
            legal_status: row.try_get(14)?,
            lead: row.try_get::<_, Option<_>>(15)?.map(PractitionerId),
            lead_team: row.try_get::<_, Option<_>>(16)?.map(TeamId),
            closed_on: row.try_get(17)?,
            last_on: row.try_get(18)?,
            position: position_from(row.try_get(19)?).raw(),
        }))
    }
}

/// Whom a partner rings: the lead practitioner, else the newest social worker.
fn lead(allocations: &[Allocation]) -> Option<(PractitionerId, Option<TeamId>)> {
    let today = allocations.iter().filter(|allocation| allocation.ended.is_none());
    let started = today.filter_map(|allocation| allocation.started.as_ref());
    let rank = |role: WorkerRole| match role {
        WorkerRole::LeadPractitioner => 3,
        WorkerRole::LeadChildProtectionPractitioner => 2,
        WorkerRole::SocialWorker => 1,
        WorkerRole::FamilySupportWorker
        | WorkerRole::PersonalAdviser
        | WorkerRole::ConferenceChair
        | WorkerRole::IndependentReviewingOfficer
        | WorkerRole::TeamManager => 0,
    };
    let first = started
        .filter(|fact| rank(fact.value.role) > 0)
        .max_by_key(|fact: &&Fact<_>| (rank(fact.value.role), fact.on.earliest(), fact.entry))?;
    Some((first.value.practitioner, first.value.team))
}
