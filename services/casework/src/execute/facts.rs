//! What each command puts on record: the word policy is asked about.

use domain::authority::Authority;
use domain::history::Correction;
use domain::ids::PersonId;
use domain::{
    account, agency, alert, case, census_return, contact, enquiry, person, practitioner, review, session, tie,
};

use super::Command;

impl Command {
    /// The kind of the event it leads to, or of the first where it leads to several.
    pub(crate) fn fact(&self) -> &'static str {
        match self {
            Self::Person { command, .. } => match command {
                person::Command::Open(_) => "person.opened",
                person::Command::Assert(_) => "person.named",
                person::Command::RecordBirth(_) => "person.born",
                person::Command::RecordDeath(_) => "person.died",
                // What a return says is the return's, whatever it says.
                person::Command::RecordChild(_) => "return.received",
                person::Command::Restrict(_) => "person.restricted",
                person::Command::LiftRestriction(_) => "person.unrestricted",
                person::Command::ReportMissing(_) => "person.missing-reported",
                person::Command::RecordFound(_) => "person.found",
                person::Command::RecordAuthority(_) => "person.authority-recorded",
                person::Command::AcceptBirth(_) => "person.birth-accepted",
            },
            Self::Contact { command, .. } => match command {
                contact::Command::Record(_) => "contact.recorded",
                contact::Command::Decide(_) => "contact.decided",
                contact::Command::Join(_) => "contact.joined",
                contact::Command::Part(_) => "contact.parted",
            },
            Self::Enquiry { command, .. } => match command {
                enquiry::Command::Make(_) => "enquiry.made",
                enquiry::Command::TellItDiffers(_) => "enquiry.would-differ",
                enquiry::Command::TellItStandsAgain(_) => "enquiry.stands-again",
                enquiry::Command::AnswerNotice(_) => "enquiry.notice-answered",
            },
            Self::Case { command, .. } => case_fact(command),
            Self::Tie { command, .. } => match command {
                tie::Command::Record(_) => "tie.recorded",
                tie::Command::End(_) => "tie.ended",
            },
            Self::Agency { command, .. } => match command {
                agency::Command::Register(_) => "agency.registered",
                agency::Command::FormTeam(_) => "agency.team-formed",
                agency::Command::SetHours(_) => "agency.hours-set",
            },
            Self::Practitioner { command, .. } => match command {
                practitioner::Command::Register(_) => "practitioner.registered",
                practitioner::Command::GiveRole(_) => "practitioner.role-given",
                practitioner::Command::EndRole(_) => "practitioner.role-ended",
                practitioner::Command::Leave(_) => "practitioner.left",
            },
            Self::Account { command, .. } => match command {
                account::Command::Link(_) => "account.linked",
                account::Command::End(_) => "account.ended",
            },
            Self::Session { command, .. } => match command {
                session::Command::Open(_) => "session.opened",
                session::Command::Close(_) => "session.closed",
            },
            Self::Alert { command, .. } => match command {
                // What it turns out to be, the alert's own history says; the act is one.
                alert::Command::Say(_) => "alert.raised",
                alert::Command::Withdraw(_) => "alert.withdrawn",
                alert::Command::Accept(_) => "alert.accepted",
                alert::Command::Dismiss(_) => "alert.dismissed",
                alert::Command::GiveOpinion(_) => "alert.opinion-given",
            },
            Self::Return { .. } => "return.received",
            Self::Review { command, .. } => match command {
                review::Command::Raise(_) => "review.raised",
                review::Command::Conclude(_) => "review.concluded",
            },
            Self::Correct { correction, .. } => match correction {
                Correction::Amend { .. } => "entry.amended",
                Correction::Withdraw { .. } => "entry.withdrawn",
                Correction::MoveAway { .. } => "entry.moved-away",
                Correction::Receive { .. } => "entry.moved-here",
            },
        }
    }

    /// True for a command that a stream may begin with, so that an id nobody has used is not a mistake.
    pub(super) fn may_begin(&self) -> bool {
        match self {
            Self::Person { command, .. } => {
                matches!(command, person::Command::Open(_) | person::Command::RecordChild(_))
            }
            Self::Contact { command, .. } => matches!(command, contact::Command::Record(_)),
            Self::Tie { command, .. } => matches!(command, tie::Command::Record(_)),
            Self::Agency { command, .. } => matches!(command, agency::Command::Register(_)),
            Self::Practitioner { command, .. } => matches!(command, practitioner::Command::Register(_)),
            Self::Case { .. } => self.new_case().is_some(),
            Self::Account { command, .. } => matches!(command, account::Command::Link(_)),
            Self::Session { command, .. } => matches!(command, session::Command::Open(_)),
            Self::Alert { command, .. } => matches!(command, alert::Command::Say(_)),
            Self::Enquiry { command, .. } => matches!(command, enquiry::Command::Make(_)),
            Self::Return { .. } => true,
            Self::Review { command, .. } => matches!(command, review::Command::Raise(_)),
            Self::Correct { .. } => false,
        }
    }

    /// The authority whose front door is told.
    pub(super) fn new_contact(&self) -> Option<&Authority> {
        match self {
            Self::Contact { command: contact::Command::Record(record), .. } => Some(&record.authority),
            _ => None,
        }
    }

    /// The authority whose return arrives.
    pub(super) fn new_return(&self) -> Option<&Authority> {
        match self {
            Self::Return { command: census_return::Command::ReceiveReturn(command), .. } => {
                Some(&command.authority)
            }
            _ => None,
        }
    }

    /// The authority whose return tells of a child.
    pub(super) fn told_child(&self) -> Option<&Authority> {
        match self {
            Self::Person { command: person::Command::RecordChild(command), .. } => Some(&command.authority),
            _ => None,
        }
    }

    /// The authority that an agency registers as.
    pub(super) fn new_local_authority(&self) -> Option<&Authority> {
        match self {
            Self::Agency { id: None, command: agency::Command::Register(agency) }
                if agency.kind == agency::AgencyKind::LocalAuthority =>
            {
                agency.authority.as_ref()
            }
            _ => None,
        }
    }

    /// Whose case it is and where, for a command that may open one.
    pub(super) fn new_case(&self) -> Option<(PersonId, Authority)> {
        match self {
            Self::Case { command: case::Command::ReceiveReferral(referral), .. } => {
                Some((referral.child, referral.authority.clone()))
            }
            Self::Case { command: case::Command::RecordEpisode(episode), .. } => {
                Some((episode.child, episode.authority.clone()))
            }
            _ => None,
        }
    }
}

fn case_fact(command: &case::Command) -> &'static str {
    match command {
        case::Command::ReceiveReferral(_) => "referral.received",
        case::Command::RecordEpisode(_) => "return.received",
        case::Command::DecideReferral(_) => "referral.decided",
        case::Command::StartAssessment(_) => "assessment.started",
        case::Command::SetReviewPoint(_) => "assessment.review-point-set",
        case::Command::CompleteAssessment(_) => "assessment.completed",
        case::Command::StartSection47(_) => "s47.started",
        case::Command::ConcludeSection47(_) => "s47.concluded",
        case::Command::HoldInitialConference(_)
        | case::Command::HoldTransferInConference(_)
        | case::Command::HoldReviewConference(_) => "conference.held",
        case::Command::ChangeCategory(_) => "cp-plan.category-changed",
        case::Command::EndCpPlan(_) => "cp-plan.ended",
        case::Command::StartCinPlan(_) => "cin-plan.started",
        case::Command::EndCinPlan(_) => "cin-plan.ended",
        case::Command::StartLookedAfter(_) => "looked-after.started",
        case::Command::EndLookedAfter(_) => "looked-after.ended",
        case::Command::MakeVisit(_) => "visit.made",
        case::Command::HoldCoreGroup(_) => "core-group.held",
        case::Command::WriteNote(_) => "note.written",
        case::Command::ChangeLegalStatus(_) => "looked-after.status-changed",
        case::Command::TakePoliceProtection(_) => "police-protection.taken",
        case::Command::EndPoliceProtection(_) => "police-protection.ended",
        case::Command::GrantEmergencyOrder(_) => "emergency-order.granted",
        case::Command::ExtendEmergencyOrder(_) => "emergency-order.extended",
        case::Command::EndEmergencyOrder(_) => "emergency-order.ended",
        case::Command::AllocateWorker(_) => "worker.allocated",
        case::Command::EndAllocation(_) => "worker.ended",
        case::Command::CloseCase(_) => "case.closed",
    }
}
