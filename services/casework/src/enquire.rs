//! An enquiry: is this child known, and whom do I ring?
//!
//! Found, hidden and absent leave the same kind of event, which is on record before the answer is given, and the same
//! kind of look in the access log. "No trace" is an answer and never a reassurance. Left out: near misses, which are
//! a search of people, and the file itself, which no enquiry gives.

mod advice;
mod again;
mod answer;
mod asked;
mod basis;
mod hours;

use std::time::Duration;

use domain::access::{Action, Disclosure, LawfulBasis, Purpose};
use domain::enquiry::sought::{MarkText, SoughtMark};
use domain::enquiry::{Answer, AskedAs, KnownAt, Make, Receipt, Searched};
use domain::ids::{CorrelationId, EnquiryId, PersonId};
use domain::matching::Typed;
use domain::person::identifier::{NhsNumber, Scheme};
use domain::person::uncertain_date::UncertainDate;
use domain::text::Narrative;
use domain::when::civil_day;
use event_store::Position;
use projections::access::standing;
use projections::people::{self, Search as PeopleSearch};
use projections::reads::AsOf;
use projections::scope::{Scope, Standing};
use projections::{enquiries, status};

pub use answer::{Answered, PreviousEnquiry, Responsible, StatusHere, Worker};
pub(crate) use asked::Registered;
pub use asked::{AskedOf, Reply, Whom};
pub use basis::{Kept, KeptUntil, LegalBasis};
pub use hours::{Hours, Line};

use advice::{Hour, advice, advice_on_missing, how_to_refer};
use asked::Heard;

use crate::access_log::{Looking, ShownPerson};
use crate::app::App;
use crate::error::{ExecuteError, ReadError};
use crate::execute::{Command, Order};
use crate::visitor::Visitor;

/// More children than this with one name and date of birth are not told apart here.
const MATCHES_MAX: usize = 5;
/// How long an answer waits for the views to have all that is on record.
const PATIENCE: Duration = Duration::from_secs(2);
/// Earlier enquiries given with an answer; how many there are is said beside them.
const PREVIOUS_MAX: usize = 10;
/// The views an answer is read from.
const VIEWS: [&str; 4] = ["access", "people", "status", "enquiries"];

/// What is asked, why, and on what ground.
#[derive(Clone, Debug)]
pub struct Question {
    pub search: Search,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    pub reason: Narrative,
    pub idempotency_key: Option<String>,
    pub correlation: Option<CorrelationId>,
    pub trace: Option<[u8; 25]>,
}

/// With what the child is looked for. Exact, but for case, accents and spaces.
#[derive(Clone)]
pub enum Search {
    NhsNumber(NhsNumber),
    NameAndBirth {
        given: String,
        family: String,
        born: UncertainDate,
    },
    Person(PersonId),
    /// An earlier enquiry of the asker's agency: whom its answer is about, or would be.
    Again(EnquiryId),
    /// One of those a search found, with what they were searched for by.
    Candidate {
        person: PersonId,
        searched: Vec<Searched>,
    },
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NhsNumber(_) => "NhsNumber(…)",
            Self::NameAndBirth { .. } => "NameAndBirth(…)",
            Self::Person(_) => "Person(…)",
            Self::Again(_) => "Again(…)",
            Self::Candidate { .. } => "Candidate(…)",
        })
    }
}

impl Search {
    /// Whoever is chosen among several is no surer than what they were found by.
    fn kinds(&self) -> Vec<Searched> {
        match self {
            Self::NhsNumber(_) => vec![Searched::NhsNumber],
            Self::NameAndBirth { .. } => vec![Searched::Name, Searched::BirthDate],
            Self::Person(_) | Self::Again(_) => vec![Searched::Record],
            Self::Candidate { searched, .. } => searched.clone(),
        }
    }
}

/// How much of the record an answer rests on.
#[derive(Clone, Copy)]
struct Basis {
    position: Position,
    /// What was on record when it was asked: no number to ring is older.
    head: Position,
    is_catching_up: bool,
}

/// Somebody on record, as what may be told of them was judged.
struct Known {
    person: PersonId,
    standing: Standing,
}

impl App {
    /// Asks whether a child is known. One answer, or one for each of a few children who match equally well.
    ///
    /// # Errors
    /// Not permitted; a reason, purpose or basis that does not hold; a record that cannot be read or written.
    #[tracing::instrument(skip_all)]
    pub async fn enquire(
        &self,
        visitor: &Visitor,
        question: Question,
    ) -> Result<Vec<Answered>, ExecuteError> {
        let scope = self.scope(visitor, Action::Enquire, question.purpose)?;
        if let Search::NameAndBirth { given, family, born } = &question.search {
            let typed =
                Typed { given: given.clone(), family: family.clone(), born: Some(*born), ..Typed::default() };
            self.is_enough_to_ask(visitor, question.purpose, &typed)
                .map_err(|missing| ExecuteError::Invalid(vec![missing]))?;
        }
        let before = self.answered_before(visitor, &scope, &question).await?;
        if !before.is_empty() {
            self.look_at_answers(visitor, &question, &before).await?;
            return Ok(before);
        }
        let basis = self.caught_up().await?;
        let (found, searched) = match question.search {
            Search::Again(enquiry) => self.asked_again(visitor, enquiry).await?,
            ref search => (self.found(&scope, search).await?, search.kinds()),
        };
        let others_match = found.len() > MATCHES_MAX;
        if found.is_empty() {
            self.read_of_nobody(&scope, None).await?;
            let answered = self.no_trace(visitor, basis).await?;
            return self.put_on_record(visitor, &question, &searched, vec![answered]).await;
        }
        let mut answers = Vec::with_capacity(found.len());
        for known in found.into_iter().take(MATCHES_MAX) {
            let mut answered = self.answer(visitor, &scope, known, basis, None).await?;
            answered.others_match = others_match;
            answers.push(answered);
        }
        self.put_on_record(visitor, &question, &searched, answers).await
    }

    /// An event for each answer and then the look, which is one however many match: all on disk before anything is told.
    async fn put_on_record(
        &self,
        visitor: &Visitor,
        question: &Question,
        searched: &[Searched],
        answers: Vec<Answered>,
    ) -> Result<Vec<Answered>, ExecuteError> {
        let mut told = Vec::with_capacity(answers.len());
        // The first one last: where it is on record under its key, all of them are.
        for (nth, answered) in answers.into_iter().enumerate().rev() {
            told.push(self.put_answer(visitor, question, searched, nth, answered).await?);
        }
        told.reverse();
        self.look_at_answers(visitor, question, &told).await?;
        Ok(told)
    }

    /// A refused enquiry tells nobody anything and is no look; nor is it one that could excuse a search.
    async fn look_at_answers(
        &self,
        visitor: &Visitor,
        question: &Question,
        answers: &[Answered],
    ) -> Result<(), ReadError> {
        let looking = Looking {
            correlation: question.correlation,
            trace: question.trace,
            ..Looking::new(Action::Enquire, question.purpose, question.lawful_basis)
        };
        let shown: Vec<ShownPerson> = answers.iter().filter_map(Answered::shown).collect();
        self.record_look(visitor, looking, &shown).await.map(drop)
    }

    async fn put_answer(
        &self,
        visitor: &Visitor,
        question: &Question,
        searched: &[Searched],
        nth: usize,
        answered: Answered,
    ) -> Result<Answered, ExecuteError> {
        let make = Make {
            asked_by: visitor.agency(),
            asked_as: AskedAs::of(visitor.actor()),
            purpose: question.purpose,
            lawful_basis: question.lawful_basis,
            reason: question.reason.clone(),
            searched: searched.to_vec(),
            sought: self.marks_of(&question.search),
            subject: answered.subject,
            answered: answered.answer,
            disclosed: answered.disclosed,
            known_at: KnownAt(answered.known_at.raw()),
        };
        let order = Order {
            lawful_basis: question.lawful_basis,
            idempotency_key: question.idempotency_key.as_ref().map(|key| self.key_of(key, nth)),
            correlation: question.correlation,
            trace: question.trace,
            ..Order::new(question.purpose, Command::Enquiry { id: None, command: make.into() })
        };
        let done = self.execute_asked(visitor, order, self.asked(question)).await?;
        let enquiry = EnquiryId(done.stream);
        Ok(Answered { enquiry, reference: Receipt::of(enquiry), repeated: done.repeated, ..answered })
    }

    async fn found(&self, scope: &Scope, search: &Search) -> Result<Vec<Known>, ReadError> {
        let search = match search {
            // Looked up by whom it was about, before this.
            Search::Again(_) => return Ok(Vec::new()),
            Search::Person(person) | Search::Candidate { person, .. } => {
                return Ok(self.known(*person).await?.into_iter().collect());
            }
            Search::NhsNumber(number) => {
                PeopleSearch::Number { scheme: Scheme::Nhs, value: number.as_str().to_owned() }
            }
            Search::NameAndBirth { given, family, born } => {
                PeopleSearch::NameAndBirth { given: given.clone(), family: family.clone(), born: Some(*born) }
            }
        };
        let found = people::search(&self.views, scope, &search).await?;
        Ok(found.into_iter().map(|found| Known { person: found.person, standing: found.standing }).collect())
    }

    /// Whether an enquiry by this number would be about somebody. That it would not is said beside those who are near
    /// what else was typed, whom a search on record shows; that it would is said by the enquiry alone.
    pub(crate) async fn is_somebodys(
        &self,
        visitor: &Visitor,
        purpose: Purpose,
        number: &NhsNumber,
    ) -> Result<bool, ReadError> {
        let scope = self.scope(visitor, Action::Enquire, purpose)?;
        self.caught_up().await?;
        Ok(!self.found(&scope, &Search::NhsNumber(number.clone())).await?.is_empty())
    }

    async fn known(&self, person: PersonId) -> Result<Option<Known>, ReadError> {
        let standing = standing(&self.views, person).await?;
        Ok(standing.map(|standing| Known { person, standing }))
    }

    async fn answer(
        &self,
        visitor: &Visitor,
        scope: &Scope,
        known: Known,
        basis: Basis,
        as_of: Option<AsOf>,
    ) -> Result<Answered, ReadError> {
        let Known { person, standing } = known;
        let views = &self.views;
        // Both at once: on two connections, in one wait.
        let (status, previous) = tokio::try_join!(
            status::of_known(views, scope, person, &standing, as_of),
            enquiries::newest_of_known(views, scope, person, &standing, as_of, PREVIOUS_MAX),
        )?;
        let Some(status) = status else { return self.no_trace(visitor, basis).await };
        let previous = previous.unwrap_or_default();
        let answer = match status.disclosure {
            Disclosure::None => return self.no_trace(visitor, basis).await,
            Disclosure::Contact => Answer::ContactOnly,
            Disclosure::Status | Disclosure::Progress | Disclosure::Full => Answer::Found,
        };
        let mut here = Vec::with_capacity(status.cases.len());
        for case in &status.cases {
            let lead = match case.lead {
                Some(lead) => self.worker(lead, basis.head).await?,
                None => None,
            };
            here.push(StatusHere::of(case, lead, civil_day(views.moment(as_of))));
        }
        let restriction_owner = match status.restriction_owner {
            Some(owner) if answer == Answer::ContactOnly => self.worker(owner, basis.head).await?,
            Some(_) | None => None,
        };
        let responsible = self.responsible(&status.ring, basis.head).await?;
        let hour = Hour::at(&responsible, self.clock.now());
        let asked = Heard {
            registered: &self.registered(basis.head).await?,
            named: &responsible,
            formerly: &status.formerly,
            status: &here,
            is_catching_up: basis.is_catching_up,
            is_incomplete: status.is_incomplete,
            now: self.clock.now(),
        }
        .asked();
        Ok(Answered {
            subject: Some(person),
            asked,
            advice: if status.missing.is_empty() { advice(answer, hour) } else { advice_on_missing() },
            missing: status.missing,
            answer,
            disclosed: status.disclosure,
            status: here,
            on_duty: status.on_duty,
            responsible,
            restriction_owner,
            previous: previous.made.iter().map(PreviousEnquiry::of).collect(),
            previous_count: previous.count,
            may_be_adult: status.may_be_adult,
            is_incomplete: status.is_incomplete,
            ..self.blank(basis, answer, hour)
        })
    }

    /// What an answer about somebody reads, of nobody: how long the asker waits does not say whether anybody is there.
    async fn read_of_nobody(&self, scope: &Scope, as_of: Option<AsOf>) -> Result<(), ReadError> {
        let (nobody, standing) = (PersonId(uuid::Uuid::nil()), Standing::default());
        tokio::try_join!(
            status::of_known(&self.views, scope, nobody, &standing, as_of),
            enquiries::newest_of_known(&self.views, scope, nobody, &standing, as_of, PREVIOUS_MAX),
        )?;
        Ok(())
    }

    /// Nobody was found: whom to tell all the same.
    async fn no_trace(&self, visitor: &Visitor, basis: Basis) -> Result<Answered, ReadError> {
        let own: Vec<_> = visitor.actor().authority.iter().cloned().collect();
        let responsible = self.responsible(&own, basis.head).await?;
        let asked = Heard {
            registered: &self.registered(basis.head).await?,
            named: &responsible,
            formerly: &[],
            status: &[],
            is_catching_up: basis.is_catching_up,
            is_incomplete: false,
            now: self.clock.now(),
        }
        .asked();
        let hour = Hour::at(&responsible, self.clock.now());
        Ok(Answered { responsible, asked, ..self.blank(basis, Answer::NoTrace, hour) })
    }

    fn blank(&self, basis: Basis, answer: Answer, hour: Hour) -> Answered {
        let enquiry = EnquiryId(uuid::Uuid::nil());
        Answered {
            enquiry,
            reference: Receipt::of(enquiry),
            answer,
            disclosed: Disclosure::None,
            subject: None,
            missing: Vec::new(),
            known_at: basis.position,
            as_of: self.clock.now(),
            read_at: self.clock.now(),
            status: Vec::new(),
            on_duty: Vec::new(),
            responsible: Vec::new(),
            asked: Vec::new(),
            restriction_owner: None,
            previous: Vec::new(),
            previous_count: 0,
            may_be_adult: false,
            is_incomplete: false,
            is_catching_up: basis.is_catching_up,
            others_match: false,
            would_differ: false,
            advice: advice(answer, hour),
            how_to_refer: how_to_refer(civil_day(self.clock.now())),
            repeated: false,
        }
    }

    /// Waits a little for the views to have everything this process knows to be on record. Who may know what is
    /// judged by now or not at all; the rest may lag, and the answer says so.
    async fn caught_up(&self) -> Result<Basis, ReadError> {
        let head = self.on_record();
        let access = self.views.wait_until("access", head, PATIENCE).await;
        access.map_err(|behind| ReadError::Unavailable(Box::new(behind)))?;
        let mut is_catching_up = false;
        for view in VIEWS {
            is_catching_up |= self.views.wait_until(view, head, PATIENCE).await.is_err();
        }
        let position = VIEWS.iter().map(|view| self.views.position(view)).min().unwrap_or(Position::START);
        Ok(Basis { position, head, is_catching_up })
    }

    /// As far as this process knows.
    pub(crate) fn on_record(&self) -> Position {
        Position::from_raw(u128::from(*self.record.watch_head().borrow()))
    }

    /// What was asked, by its keyed hash: to know a question asked again from another under the same key.
    fn asked(&self, question: &Question) -> [u8; 32] {
        let search: Vec<Vec<u8>> = match &question.search {
            Search::NhsNumber(number) => vec![number.as_str().as_bytes().to_vec()],
            Search::NameAndBirth { given, family, born } => {
                vec![given.clone().into_bytes(), family.clone().into_bytes(), born.to_text().into_bytes()]
            }
            Search::Person(person) | Search::Candidate { person, .. } => vec![person.0.as_bytes().to_vec()],
            Search::Again(enquiry) => vec![enquiry.0.as_bytes().to_vec()],
        };
        let kinds = question.search.kinds().iter().map(|kind| kind.code()).collect::<Vec<_>>().join(" ");
        let mut parts: Vec<&[u8]> = vec![
            kinds.as_bytes(),
            question.purpose.code().as_bytes(),
            question.lawful_basis.code().as_bytes(),
            question.reason.as_str().as_bytes(),
        ];
        parts.extend(search.iter().map(Vec::as_slice));
        self.ids.hash("goldthread/asked/1", &parts)
    }

    /// By what somebody entered later would have been found, as keyed hashes.
    fn marks_of(&self, search: &Search) -> Vec<SoughtMark> {
        let texts = match search {
            Search::NhsNumber(number) => [MarkText::of_nhs_number(number.as_str())].into(),
            Search::NameAndBirth { given, family, born } => MarkText::sought_by(given, family, *born),
            Search::Person(_) | Search::Again(_) | Search::Candidate { .. } => return Vec::new(),
        };
        texts.iter().map(|text| self.ids.sought(text)).collect()
    }

    /// Each of several answers is an order of its own.
    fn key_of(&self, key: &str, nth: usize) -> String {
        if nth == 0 { key.to_owned() } else { self.ids.key_of_part(key, &nth.to_string()) }
    }
}
