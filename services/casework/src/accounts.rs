//! Whose the accounts are that people sign in with: from what an issuer calls somebody to the order that says who it is.
//!
//! What the issuer calls them, the subject, is kept nowhere: an account's id is a keyed hash of both.

use domain::access::Purpose;
use domain::account::{End, Link};
use domain::ids::{AccountId, PractitionerId};
use domain::text::Line;

use crate::app::App;
use crate::error::{ExecuteError, FieldError};
use crate::execute::{Command, Done, Ids, Order};
use crate::visitor::Visitor;

/// What an issuer calls whoever has an account: the `sub` of its tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject(String);

domain::hidden_when_printed!(Subject);

/// What is not a subject. Holds nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "must be what the issuer calls whoever has the account: the `sub` of its tokens, 1 to 255 characters"
)]
pub struct NotASubject;

impl Subject {
    /// OpenID Connect Core 1.0, section 2.
    pub const MOST_CHARACTERS: usize = 255;

    /// # Errors
    /// An empty text, or one that is too long.
    pub fn parse(text: &str) -> Result<Self, NotASubject> {
        let is_one = (1..=Self::MOST_CHARACTERS).contains(&text.chars().count());
        is_one.then(|| Self(text.to_owned())).ok_or(NotASubject)
    }

    /// The account that an issuer means by it.
    #[must_use]
    pub fn account_at(&self, ids: &Ids, issuer: &Line) -> AccountId {
        ids.account(issuer.as_str(), &self.0)
    }
}

/// The order that an account is a practitioner's.
#[must_use]
pub fn to_link(ids: &Ids, (issuer, subject): (Line, &Subject), practitioner: PractitionerId) -> Command {
    let id = subject.account_at(ids, &issuer);
    Command::Account { id, command: Link { practitioner, issuer }.into() }
}

/// The order that nobody signs in with an account any more; with whose it is, where that is known.
#[must_use]
pub fn to_end(ids: &Ids, (issuer, subject): (&Line, &Subject), of: Option<PractitionerId>) -> Command {
    Command::Account { id: subject.account_at(ids, issuer), command: End { of }.into() }
}

/// An account is a practitioner's, of an agency that the issuer speaks for.
///
/// # Errors
/// A field that names no issuer of this node or nobody who works here, an account that is somebody else's, or those of
/// [`App::execute`].
pub async fn link(
    app: &App,
    visitor: &Visitor,
    account: (&str, &str),
    practitioner: PractitionerId,
) -> Result<Done, ExecuteError> {
    let (issuer, subject) = read(account)?;
    let command = to_link(&app.ids, (issuer, &subject), practitioner);
    app.execute(visitor, Order::new(Purpose::Operation, command)).await
}

/// Nobody signs in with an account any more. It need not be of an issuer that is still taken.
///
/// # Errors
/// An account that is not on record, or those of [`App::execute`].
pub async fn end(app: &App, visitor: &Visitor, account: (&str, &str)) -> Result<Done, ExecuteError> {
    let (issuer, subject) = read(account)?;
    let command = to_end(&app.ids, (&issuer, &subject), None);
    app.execute(visitor, Order::new(Purpose::Operation, command)).await
}

fn read((issuer, subject): (&str, &str)) -> Result<(Line, Subject), ExecuteError> {
    let (issuer, subject) = (Line::parse(issuer), Subject::parse(subject));
    let mut fields = Vec::new();
    fields.extend(issuer.as_ref().err().map(|error| FieldError::new("issuer", error)));
    fields.extend(subject.as_ref().err().map(|error| FieldError::new("subject", error)));
    match (issuer, subject) {
        (Ok(issuer), Ok(subject)) => Ok((issuer, subject)),
        _ => Err(ExecuteError::Invalid(fields)),
    }
}
