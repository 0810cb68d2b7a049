//! Who works here, for whom, and whom to ring: an agency, a practitioner, what they sign in with and where they are signed
//! in. Read from their own streams, so that a number changed a moment ago is the number given and whoever left a moment
//! ago is nobody, and remembered until something is added to the stream.
//!
//! Whoever asks names the record it must be true of. What is remembered is given only if everything up to there has
//! been heard; otherwise the stream is read. Left out: what was erased, which is forgotten by age alone.

mod lately;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use domain::account::Account;
use domain::agency::Agency;
use domain::authority::Authority;
use domain::decider::Decider;
use domain::ids::{AccountId, AgencyId, PractitionerId, SessionId};
use domain::practitioner::Practitioner;
use domain::session::Session;
use event_store::Position;
use projections::engine::Batch;
use projections::linkage;
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

use crate::app::App;
use crate::enquire::{Registered, Responsible, Worker};
use crate::error::ReadError;
use lately::Lately;

/// What stands on the streams asked for lately.
#[derive(Debug)]
pub(crate) struct Directory(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// Everything up to here has been heard.
    heard: Position,
    agencies: Lately<Arc<Agency>>,
    practitioners: Lately<Arc<Practitioner>>,
    accounts: Lately<Arc<Account>>,
    sessions: Lately<Arc<Session>>,
    /// Under one id: the local authorities of this node.
    authorities: Lately<Arc<[Registered]>>,
}

impl Directory {
    /// Listens to the record until it ends.
    pub(crate) fn listening(mut record: broadcast::Receiver<Arc<Batch>>) -> Self {
        let known = Arc::new(Mutex::new(Known::default()));
        let directory = Self(Arc::clone(&known));
        tokio::spawn(async move {
            loop {
                match record.recv().await {
                    Ok(batch) => lock(&known).hear(&batch),
                    Err(RecvError::Lagged(_)) => lock(&known).forget_all(),
                    Err(RecvError::Closed) => return,
                }
            }
        });
        directory
    }

    /// What is remembered, if it is true of the record at `head`; otherwise what is read.
    async fn recall<T: Clone>(
        &self,
        of: fn(&mut Known) -> &mut Lately<T>,
        id: Uuid,
        head: Position,
        read: impl Future<Output = Result<T, ReadError>>,
    ) -> Result<T, ReadError> {
        let changes = {
            let mut known = lock(&self.0);
            let is_heard = known.heard >= head;
            let lately = of(&mut known);
            match lately.get(id, Instant::now()) {
                Some(remembered) if is_heard => return Ok(remembered),
                Some(_) | None => lately.changes(),
            }
        };
        let began = Instant::now();
        let value = read.await?;
        of(&mut lock(&self.0)).put(id, value.clone(), changes, began);
        Ok(value)
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    fn hear(&mut self, batch: &Batch) {
        if batch.after > self.heard {
            // Some came by unheard.
            self.forget_all();
        }
        for event in &batch.events {
            match &*event.category {
                "agency" => {
                    self.agencies.forget(event.stream);
                    self.authorities.forget_all();
                }
                "practitioner" => self.practitioners.forget(event.stream),
                "account" => self.accounts.forget(event.stream),
                "session" => self.sessions.forget(event.stream),
                _ => {}
            }
            self.heard = self.heard.max(event.position);
        }
    }

    fn forget_all(&mut self) {
        self.agencies.forget_all();
        self.practitioners.forget_all();
        self.accounts.forget_all();
        self.sessions.forget_all();
        self.authorities.forget_all();
    }
}

impl App {
    /// An agency, true of the record at `head`; blank when none is registered here under this id.
    pub(crate) async fn agency(&self, id: AgencyId, head: Position) -> Result<Arc<Agency>, ReadError> {
        self.recall_stream(|known| &mut known.agencies, "agency", id.0, head).await
    }

    /// Somebody who works for an agency, in the same way.
    pub(crate) async fn practitioner(
        &self,
        id: PractitionerId,
        head: Position,
    ) -> Result<Arc<Practitioner>, ReadError> {
        self.recall_stream(|known| &mut known.practitioners, "practitioner", id.0, head).await
    }

    /// What somebody signs in with, in the same way.
    pub(crate) async fn account(&self, id: AccountId, head: Position) -> Result<Arc<Account>, ReadError> {
        self.recall_stream(|known| &mut known.accounts, "account", id.0, head).await
    }

    /// Somebody at a browser, in the same way.
    pub(crate) async fn session(&self, id: SessionId, head: Position) -> Result<Arc<Session>, ReadError> {
        self.recall_stream(|known| &mut known.sessions, "session", id.0, head).await
    }

    async fn recall_stream<D: Decider>(
        &self,
        of: fn(&mut Known) -> &mut Lately<Arc<D>>,
        category: &str,
        id: Uuid,
        head: Position,
    ) -> Result<Arc<D>, ReadError> {
        let read = async {
            match self.state_of::<D>(category, id).await {
                // An id of another kind of thing.
                Err(ReadError::Absent) => Ok(Arc::new(D::initial())),
                found => Ok(Arc::new(found?.0)),
            }
        };
        self.directory.recall(of, id, head, read).await
    }

    /// The front doors of authorities, whether or not they have registered, true of the record at `head`.
    pub(crate) async fn responsible(
        &self,
        authorities: &[Authority],
        head: Position,
    ) -> Result<Vec<Responsible>, ReadError> {
        let mut all = Vec::with_capacity(authorities.len());
        for authority in authorities {
            let id = self.ids.local_authority(authority);
            all.push(front_door(authority, id, &*self.agency(id, head).await?));
        }
        Ok(all)
    }

    /// The local authorities that have registered here.
    pub(crate) async fn registered(&self, head: Position) -> Result<Arc<[Registered]>, ReadError> {
        let read = async {
            let found = linkage::local_authorities(&self.views).await?;
            Ok(found.into_iter().map(|(authority, name)| Registered { authority, name }).collect())
        };
        self.directory.recall(|known| &mut known.authorities, Uuid::nil(), head, read).await
    }

    /// An agency's name, true of the record at `head`; none when it is not registered here.
    pub(crate) async fn agency_name(
        &self,
        id: AgencyId,
        head: Position,
    ) -> Result<Option<String>, ReadError> {
        let agency = self.agency(id, head).await?;
        Ok(agency.registered().map(|registered| registered.name.as_str().to_owned()))
    }

    /// A worker's name and telephone, true of the record at `head`; none when they are not registered here, or what
    /// was known of them was erased.
    pub(crate) async fn worker(
        &self,
        id: PractitionerId,
        head: Position,
    ) -> Result<Option<Worker>, ReadError> {
        let practitioner = self.practitioner(id, head).await?;
        let details = practitioner.registered().and_then(|registered| registered.details.known());
        Ok(details.map(|details| Worker {
            practitioner: id,
            name: details.name.as_str().to_owned(),
            telephone: details.telephone.as_ref().map(|line| line.as_str().to_owned()),
        }))
    }
}

fn front_door(authority: &Authority, id: AgencyId, agency: &Agency) -> Responsible {
    let registered = agency.registered();
    let line = registered.and_then(|registered| registered.safeguarding_line.as_ref());
    let out_of_hours = line.and_then(|line| line.out_of_hours.as_ref());
    Responsible {
        authority: authority.clone(),
        agency: registered.map(|_| id),
        name: registered.map(|registered| registered.name.as_str().to_owned()),
        in_hours: line.map(|line| line.in_hours.as_str().to_owned()),
        out_of_hours: out_of_hours.map(|line| line.as_str().to_owned()),
        hours: agency.hours().clone(),
    }
}

#[cfg(test)]
mod tests {
    use projections::decode::{Decoded, Unreadable};

    use super::*;

    const ID: Uuid = Uuid::from_u128(1);

    fn at(position: u128) -> Position {
        Position::from_raw(position)
    }

    /// A batch of one event; what it says does not matter here, only whose it is.
    fn batch(position: u128, category: &str) -> Batch {
        let content = Err(Unreadable { code: "not-read" });
        let event =
            Decoded { position: at(position), stream: ID, category: category.into(), event_id: ID, content };
        Batch { after: at(position - 1), events: vec![event] }
    }

    async fn ask(directory: &Directory, head: u128, read: &str) -> String {
        let read = async { Ok(called(read)) };
        let found = directory.recall(|known| &mut known.authorities, ID, at(head), read).await;
        found.unwrap()[0].name.clone().unwrap()
    }

    fn called(name: &str) -> Arc<[Registered]> {
        Arc::new([Registered { authority: "383".parse().unwrap(), name: Some(name.to_owned()) }])
    }

    fn directory() -> Directory {
        Directory(Arc::new(Mutex::new(Known { heard: at(5), ..Known::default() })))
    }

    #[tokio::test]
    async fn what_was_read_is_given_until_something_is_added_to_the_stream() {
        let directory = directory();
        assert_eq!(ask(&directory, 5, "first").await, "first");
        assert_eq!(ask(&directory, 5, "second").await, "first");
        lock(&directory.0).hear(&batch(6, "practitioner"));
        assert_eq!(ask(&directory, 6, "second").await, "first", "of another kind");
        lock(&directory.0).hear(&batch(7, "agency"));
        assert_eq!(ask(&directory, 7, "third").await, "third");
    }

    #[tokio::test]
    async fn a_record_that_is_further_than_was_heard_is_read() {
        let directory = directory();
        assert_eq!(ask(&directory, 5, "first").await, "first");
        assert_eq!(ask(&directory, 6, "second").await, "second");
    }

    #[tokio::test]
    async fn what_changed_while_it_was_read_is_not_remembered() {
        let directory = directory();
        let read = async {
            lock(&directory.0).hear(&batch(6, "agency"));
            Ok(called("before"))
        };
        let found = directory.recall(|known| &mut known.authorities, ID, at(5), read).await;
        assert_eq!(found.unwrap()[0].name.as_deref(), Some("before"));
        assert_eq!(ask(&directory, 6, "after").await, "after");
    }

    #[tokio::test]
    async fn after_a_gap_nothing_is_remembered() {
        let directory = directory();
        assert_eq!(ask(&directory, 5, "first").await, "first");
        lock(&directory.0).hear(&batch(9, "contact"));
        assert_eq!(ask(&directory, 9, "second").await, "second");
    }
}
