//! A notice: those who answer for safeguarding in the asker's agency are told that an answer would now differ.
//!
//! Told once for each change of the answer, and for four weeks; whoever compared with something older than what was
//! last said adds nothing, so it can be told twice and by several processes. Left out: whether it differs
//! ([`super::Told`]), and how, which only asking again tells.

use chrono::TimeDelta;

use super::events::{NoticeAnswered, StandsAgain, WouldDiffer};
use super::{Answer, Enquiry, KnownAt, NoticeOutcome};
use crate::access::Disclosure;
use crate::codes::codes;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PersonId;
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::Occurred;

/// How long an answer is looked after, by when it and what changes it were recorded.
pub const WATCHED_FOR: TimeDelta = TimeDelta::days(28);

codes! {
    /// How a notice stands.
    NoticeState, "state of a notice":
    Open => "open",
    Answered => "answered",
    /// What made the answer wrong was set right.
    StandsAgain => "stands-again",
}

/// The node found that an answer would differ.
#[derive(Clone, PartialEq, Debug)]
pub struct TellItDiffers {
    /// What it was compared with: what was last said, up to there.
    pub compared_with: KnownAt,
    pub known_at: KnownAt,
    pub subject: Option<PersonId>,
    pub would_answer: Answer,
    pub would_disclose: Disclosure,
    pub noticed_from: Disclosure,
}

/// The node found that an answer that would have differed would be given again.
#[derive(Clone, PartialEq, Debug)]
pub struct TellItStandsAgain {
    pub compared_with: KnownAt,
    pub known_at: KnownAt,
}

/// Somebody says what they did about a notice.
#[derive(Clone, PartialEq, Debug)]
pub struct AnswerNotice {
    pub outcome: NoticeOutcome,
    pub note: Option<Narrative>,
}

const NO_OPEN_NOTICE: Refusal = Refusal {
    code: "no-open-notice",
    sentence: "Nobody waits for an answer here: there is no notice on this enquiry, or it was answered.",
};

impl Enquiry {
    /// Whether something may be told that was compared with what was said up to there.
    fn is_watched(&self, compared_with: KnownAt, act: &Act) -> bool {
        self.made_at.is_some_and(|made_at| act.now < made_at + WATCHED_FOR)
            && self.said.is_some_and(|said| said.known_at == compared_with)
    }
}

fn now(act: &Act, event: impl Into<crate::event::Event>) -> Vec<NewEvent> {
    vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }]
}

impl TellItDiffers {
    pub(super) fn decide(self, enquiry: &Enquiry, act: &Act) -> Vec<NewEvent> {
        if !enquiry.is_watched(self.compared_with, act) {
            return Vec::new();
        }
        now(
            act,
            WouldDiffer {
                known_at: self.known_at,
                subject: self.subject,
                would_answer: self.would_answer,
                would_disclose: self.would_disclose,
                noticed_from: self.noticed_from,
            },
        )
    }
}

impl TellItStandsAgain {
    pub(super) fn decide(self, enquiry: &Enquiry, act: &Act) -> Vec<NewEvent> {
        let differed = enquiry.said != enquiry.given();
        if !differed || !enquiry.is_watched(self.compared_with, act) {
            return Vec::new();
        }
        now(act, StandsAgain { known_at: self.known_at })
    }
}

impl AnswerNotice {
    pub(super) fn decide(self, enquiry: &Enquiry, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if enquiry.notice != Some(NoticeState::Open) {
            return Err(NO_OPEN_NOTICE);
        }
        let note = self.note.map(|note| Sealed::new(act.fresh_key, note));
        Ok(now(act, NoticeAnswered { outcome: self.outcome, note }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{nothing, person};
    use crate::decider::{Act, Decider};
    use crate::enquiry::make::tests::found;

    fn differs(compared_with: u128, known_at: u128) -> TellItDiffers {
        TellItDiffers {
            compared_with: KnownAt(compared_with),
            known_at: KnownAt(known_at),
            subject: Some(person(1)),
            would_answer: Answer::Found,
            would_disclose: Disclosure::Progress,
            noticed_from: Disclosure::Status,
        }
    }

    fn again(compared_with: u128, known_at: u128) -> TellItStandsAgain {
        TellItStandsAgain { compared_with: KnownAt(compared_with), known_at: KnownAt(known_at) }
    }

    fn answer() -> AnswerNotice {
        AnswerNotice {
            outcome: NoticeOutcome::AskedAgain,
            note: Narrative::parse("Rang the front door.").ok(),
        }
    }

    #[test]
    fn it_is_told_once_for_each_change_of_the_answer() {
        let told = || nothing::<Enquiry>().after(found()).after(differs(812, 900));
        assert_eq!(told().stands().notice(), Some(NoticeState::Open));
        told().when(differs(812, 900)).then_nothing();
        told().when(differs(812, 905)).then_nothing();
        told().when(differs(900, 950)).then_kinds(["enquiry.would-differ"]);
    }

    #[test]
    fn nobody_is_told_of_an_answer_that_was_never_given() {
        nothing::<Enquiry>().when(differs(812, 900)).then_nothing();
        nothing::<Enquiry>().when(again(812, 900)).then_nothing();
    }

    #[test]
    fn a_notice_is_answered_once() {
        let told = || nothing::<Enquiry>().after(found()).after(differs(812, 900));
        nothing::<Enquiry>().after(found()).when(answer()).refused("no-open-notice");
        told().when(answer()).then_kinds(["enquiry.notice-answered"]);
        told().after(answer()).when(answer()).refused("no-open-notice");
        let once_more = told().after(answer()).after(differs(900, 950));
        assert_eq!(once_more.stands().notice(), Some(NoticeState::Open), "another change, another notice");
    }

    #[test]
    fn an_answer_stands_again_only_after_it_would_have_differed() {
        nothing::<Enquiry>().after(found()).when(again(812, 900)).then_nothing();
        let again = || nothing::<Enquiry>().after(found()).after(differs(812, 900)).after(again(900, 950));
        assert_eq!(again().stands().notice(), Some(NoticeState::StandsAgain));
        assert_eq!(again().stands().said().unwrap().known_at, KnownAt(950));
        again().when(answer()).refused("no-open-notice");
        again().when(differs(950, 990)).then_kinds(["enquiry.would-differ"]);
    }

    #[test]
    fn after_four_weeks_nothing_is_told() {
        let enquiry = nothing::<Enquiry>().after(found()).stands();
        let tell = |after: TimeDelta| {
            let act = Act {
                command: crate::ids::CommandId(uuid::Uuid::nil()),
                stream: crate::decider::testing::STREAM,
                actor: crate::decider::testing::ACTOR,
                agency: crate::decider::testing::AGENCY,
                now: crate::decider::testing::now() + after,
                fresh_key: crate::decider::testing::key(9),
            };
            enquiry.decide(&act, differs(812, 900).into()).unwrap().len()
        };
        assert_eq!(tell(WATCHED_FOR - TimeDelta::seconds(1)), 1);
        assert_eq!(tell(WATCHED_FOR), 0);
    }
}
