//! Which act puts which fact on record: policy is asked about both.

use domain::access::Action;

/// The act by which a kind of event comes on record; `None` for a kind this program does not write.
#[must_use]
pub fn act_of(fact: &str) -> Option<Action> {
    Some(match fact {
        "contact.recorded" => Action::RecordContact,
        "contact.decided" | "contact.joined" | "contact.parted" => Action::DecideContact,
        "enquiry.made" => Action::Enquire,
        "enquiry.would-differ" | "enquiry.stands-again" => Action::GiveNotice,
        "enquiry.notice-answered" => Action::AnswerNotice,
        "person.opened" => Action::OpenPerson,
        "person.restricted" | "person.unrestricted" => Action::RestrictPerson,
        "tie.recorded" | "tie.ended" => Action::RecordTie,
        "return.received" => Action::ImportReturn,
        "alert.raised" | "alert.grew" | "alert.lessened" | "alert.withdrawn" => Action::RaiseAlert,
        "alert.accepted" | "alert.dismissed" | "alert.opinion-given" => Action::DecideAlert,
        // What a manager or a conference decides; the rest of casework is the worker's.
        "referral.decided"
        | "assessment.completed"
        | "conference.held"
        | "looked-after.started"
        | "looked-after.status-changed"
        | "looked-after.ended"
        | "worker.allocated"
        | "worker.ended"
        | "case.closed" => Action::DecideCase,
        _ => match fact.split_once('.')?.0 {
            "person" => Action::AssertPerson,
            "agency" | "practitioner" | "account" | "session" => Action::Administer,
            "entry" => Action::Correct,
            "review" => Action::ReviewUse,
            "cp-plan" => Action::DecideCase,
            "case" | "referral" | "assessment" | "s47" | "cin-plan" | "pre-proceedings"
            | "police-protection" | "emergency-order" | "visit" | "core-group" | "note" => Action::RecordCase,
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use domain::event::Event;

    use super::act_of;

    #[test]
    fn every_fact_comes_by_an_act() {
        for frozen in Event::frozen() {
            assert!(act_of(frozen.kind).is_some(), "{}", frozen.kind);
        }
        assert_eq!(act_of("weather.changed"), None);
    }
}
