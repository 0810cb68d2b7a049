//! A case in one row.

use chrono::{DateTime, NaiveDate, Utc};
use domain::authority::Authority;
use domain::case::Case;
use domain::case::due::Due;
use domain::case::emergency::Emergency;
use domain::case::events::LegalStatus;
use domain::case::status::{CaseStatus, Standing};
use domain::ids::{AgencyId, CaseId, EpisodeId, PersonId, PractitionerId, TeamId};
use domain::when::civil_day;
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::engine::builds::position_from;
use crate::reads::ReadError;
use crate::rows;

/// How a child stands at one authority.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseSummary {
    pub person: PersonId,
    pub case: CaseId,
    pub authority: Authority,
    /// Whose case it is.
    pub agency: AgencyId,
    pub standing: Standing,
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
    pub legal_status: Option<LegalStatus>,
    /// The last day the order states; until then, when nothing took its place.
    pub legal_status_until: Option<NaiveDate>,
    /// Every emergency there was; see [`CaseSummary::emergency`].
    pub(super) emergencies: Vec<Emergency>,
    /// The power under which the child is kept safe at the moment the answer is true for.
    pub emergency: Option<Emergency>,
    /// The eighteenth birthday of somebody for whom something was open then.
    pub reached_eighteen_on: Option<NaiveDate>,
    /// Whom a partner rings.
    pub lead: Option<PractitionerId>,
    pub lead_team: Option<TeamId>,
    /// When a visit last found the child, and last found them alone.
    pub last_seen_on: Option<NaiveDate>,
    pub last_seen_alone_on: Option<NaiveDate>,
    /// When no episode is open: the day the last one closed.
    pub closed_on: Option<NaiveDate>,
    /// What must be done and by when, the soonest first.
    pub due: Vec<Due>,
    /// The last day anything is on record.
    pub last_on: NaiveDate,
    /// The newest entry it rests on.
    pub position: u128,
}

impl CaseSummary {
    pub(super) fn of(
        id: CaseId,
        agency: AgencyId,
        case: &Case,
        last_on: NaiveDate,
        position: u128,
    ) -> Option<Self> {
        let who = case.who.as_ref()?;
        // Whatever is on record has happened, so the last of all days sees all of it.
        let status = CaseStatus::of(case, NaiveDate::MAX);
        let plan = status.protection_plan;
        let looked_after = status.looked_after;
        let (open, closed_on) = match status.episode {
            Some(episode) if episode.ended.is_none() => (Some(episode), None),
            last => (None, last.and_then(|episode| episode.ended)),
        };
        let plans_before = case.plans_before(plan.as_ref().map_or(NaiveDate::MAX, |plan| plan.since));
        Some(Self {
            person: who.child,
            case: id,
            authority: who.authority.clone(),
            agency,
            standing: status.standing,
            episode: open.as_ref().map(|episode| episode.id),
            referred_on: open.map(|episode| episode.referred),
            assessment_since: status.assessment.map(|assessment| assessment.since),
            section47_since: status.section47.map(|enquiry| enquiry.since),
            cp_plan_since: plan.as_ref().map(|plan| plan.since),
            cp_categories: plan
                .map(|plan| plan.categories.iter().map(|category| category.code().to_owned()).collect())
                .unwrap_or_default(),
            cp_plans_before: i32::try_from(plans_before).unwrap_or(i32::MAX),
            cin_plan_since: status.child_in_need_plan.map(|plan| plan.since),
            looked_after_since: looked_after.as_ref().map(|period| period.since),
            legal_status: looked_after.as_ref().and_then(|period| period.legal_status),
            legal_status_until: looked_after.and_then(|period| period.until),
            emergencies: case.emergencies(),
            emergency: None,
            reached_eighteen_on: None,
            lead: status.lead.as_ref().map(|lead| lead.practitioner),
            lead_team: status.lead.and_then(|lead| lead.team),
            last_seen_on: status.last_seen.as_ref().map(|seen| seen.on),
            last_seen_alone_on: status.last_seen.and_then(|seen| seen.alone_on),
            closed_on,
            due: status.due,
            last_on,
            position,
        })
    }

    pub(super) fn write(&self, row: rows::Row<'_>) {
        row.uuid(self.person.0)
            .uuid(self.case.0)
            .text(self.authority.as_str())
            .uuid(self.agency.0)
            .text(self.standing.code())
            .opt_uuid(self.episode.map(|episode| episode.0))
            .opt_date(self.referred_on)
            .opt_date(self.assessment_since)
            .opt_date(self.section47_since)
            .opt_date(self.cp_plan_since)
            .texts(&self.cp_categories)
            .int(self.cp_plans_before)
            .opt_date(self.cin_plan_since)
            .opt_date(self.looked_after_since)
            .opt_text(self.legal_status.map(LegalStatus::code))
            .opt_uuid(self.lead.map(|lead| lead.0))
            .opt_uuid(self.lead_team.map(|team| team.0))
            .opt_date(self.closed_on)
            .json(due_json(&self.due).to_string().as_bytes())
            .date(self.last_on)
            .position(self.position)
            .opt_date(self.last_seen_on)
            .opt_date(self.last_seen_alone_on)
            .opt_date(self.legal_status_until)
            .json(emergencies_json(&self.emergencies).to_string().as_bytes())
            .end();
    }

    /// As it stands at a moment: what lapses by the clock has no entry that ends it.
    pub(super) fn at(mut self, moment: DateTime<Utc>) -> Self {
        if let Some(emergency) = Emergency::holding(&self.emergencies, moment) {
            self.standing = self.standing.max(Standing::under(emergency.power));
            self.due.push(Due::end_of(&emergency));
            self.due.sort();
            self.emergency = Some(emergency);
        }
        self
    }

    /// As it stands for somebody who is an adult on a day: what is owed to a child has ended by itself.
    pub(super) fn of_adult(mut self, adult_from: Option<NaiveDate>, day: NaiveDate) -> Self {
        let Some(from) = adult_from.filter(|from| *from <= day) else { return self };
        self.due.clear();
        self.emergency = None;
        if self.is_open() {
            self.standing = Standing::ReachedEighteen;
            self.reached_eighteen_on = Some(from);
        }
        self
    }

    /// The day it began to stand so, as far as the case tells.
    #[must_use]
    pub fn since(&self) -> Option<NaiveDate> {
        match self.standing {
            Standing::NotKnown => None,
            Standing::Closed => self.closed_on,
            Standing::ReachedEighteen => self.reached_eighteen_on,
            Standing::Referred => self.referred_on,
            Standing::Assessed => self.assessment_since,
            Standing::InNeed => self.cin_plan_since,
            Standing::EnquiredInto => self.section47_since,
            Standing::Protected => self.cp_plan_since,
            Standing::LookedAfter => self.looked_after_since,
            Standing::PoliceProtection | Standing::EmergencyOrder => {
                self.emergency.map(|held| civil_day(held.since))
            }
        }
    }

    /// Something is going on.
    pub(super) fn is_open(&self) -> bool {
        self.standing > Standing::ReachedEighteen
    }

    /// True when the order's stated end has passed and nothing says what took its place.
    #[must_use]
    pub fn has_lapsed_order(&self, day: NaiveDate) -> bool {
        self.legal_status_until.is_some_and(|until| until < day)
    }

    pub(super) const COLUMNS: &'static str = "person, case_id, authority, agency, standing, episode, referred_on, \
         assessment_since, section47_since, cp_plan_since, cp_categories, cp_plans_before, cin_plan_since, \
         looked_after_since, legal_status, lead, lead_team, closed_on, due, last_on, position, last_seen_on, \
         last_seen_alone_on, legal_status_until, emergencies";

    /// `None` for a row that is no case, or whose authority is none, which was never written.
    pub(super) fn from_row(row: &Row) -> Result<Option<Self>, ReadError> {
        let Some(Ok(authority)) = row.try_get::<_, Option<&str>>(2)?.map(str::parse) else { return Ok(None) };
        Ok(Some(Self {
            person: PersonId(row.try_get(0)?),
            case: CaseId(row.try_get(1)?),
            authority,
            agency: AgencyId(row.try_get(3)?),
            standing: row.try_get::<_, &str>(4)?.parse().unwrap_or(Standing::NotKnown),
            episode: row.try_get::<_, Option<_>>(5)?.map(EpisodeId),
            referred_on: row.try_get(6)?,
            assessment_since: row.try_get(7)?,
            section47_since: row.try_get(8)?,
            cp_plan_since: row.try_get(9)?,
            cp_categories: row.try_get(10)?,
            cp_plans_before: row.try_get(11)?,
            cin_plan_since: row.try_get(12)?,
            looked_after_since: row.try_get(13)?,
            legal_status: row.try_get::<_, Option<&str>>(14)?.and_then(|code| code.parse().ok()),
            lead: row.try_get::<_, Option<_>>(15)?.map(PractitionerId),
            lead_team: row.try_get::<_, Option<_>>(16)?.map(TeamId),
            closed_on: row.try_get(17)?,
            due: row.try_get::<_, Json<_>>(18)?.0,
            last_on: row.try_get(19)?,
            position: position_from(row.try_get(20)?).raw(),
            last_seen_on: row.try_get(21)?,
            last_seen_alone_on: row.try_get(22)?,
            legal_status_until: row.try_get(23)?,
            emergencies: row.try_get::<_, Json<_>>(24)?.0,
            emergency: None,
            reached_eighteen_on: None,
        }))
    }
}

/// As [`Emergency`] reads itself.
fn emergencies_json(emergencies: &[Emergency]) -> Value {
    let one = |it: &Emergency| json!({ "power": it.power.code(), "since": it.since, "until": it.until });
    emergencies.iter().map(one).collect()
}

/// As [`Due`] reads itself.
fn due_json(due: &[Due]) -> Value {
    let one = |due: &Due| json!({ "by": due.by.to_string(), "step": due.step.code(), "limit": due.limit, "source": due.source, "at": due.at });
    due.iter().map(one).collect()
}
