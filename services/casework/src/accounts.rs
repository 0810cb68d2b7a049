//! Whose the accounts are that people sign in with: what the rules of an account do not see.

use domain::access::Purpose;
use domain::account::{End, Link};
use domain::agency::Agency;
use domain::ids::PractitionerId;
use domain::practitioner::Practitioner;
use domain::text::Line;

use crate::app::App;
use crate::error::{ExecuteError, FieldError, ReadError};
use crate::execute::{Command, Done, Order};
use crate::visitor::Visitor;

/// An account is a practitioner's, of an agency that the issuer speaks for.
///
/// # Errors
/// A field that names no issuer of this node or nobody who works here, an account that is somebody else's, or those of
/// [`App::execute`].
pub async fn link(
    app: &App,
    visitor: &Visitor,
    (issuer, subject): (&str, &str),
    practitioner: PractitionerId,
) -> Result<Done, ExecuteError> {
    let invalid = |field: &str, problem: &str| ExecuteError::Invalid(vec![FieldError::new(field, problem)]);
    let named = app.issuers.named(issuer);
    let named =
        named.ok_or_else(|| invalid("issuer", "must be one of the file of issuers, letter by letter"))?;
    if subject.is_empty() {
        return Err(invalid(
            "subject",
            "must be what the issuer calls whoever has the account: the `sub` of its tokens",
        ));
    }
    let nobody = || invalid("practitioner", "must be somebody who is registered here; register them first");
    let state: Practitioner = match app.state_of("practitioner", practitioner.0).await {
        Err(ReadError::Absent) => return Err(nobody()),
        state => state?.0,
    };
    let agency = state.registered().ok_or_else(nobody)?.agency;
    if !named.speaks_for(agency) {
        let of: Agency = app.state_of("agency", agency.0).await?.0;
        let whose = of.registered().map_or("their agency", |registered| registered.name.as_str());
        return Err(invalid("issuer", &format!("does not speak for {whose}, where they work")));
    }
    let issuer = Line::parse(issuer).map_err(|error| invalid("issuer", &error.to_string()))?;
    let id = app.ids.account(issuer.as_str(), subject);
    let command = Link { practitioner, issuer }.into();
    app.execute(visitor, Order::new(Purpose::Operation, Command::Account { id, command })).await
}

/// Nobody signs in with an account any more. It need not be of an issuer that is still taken.
///
/// # Errors
/// An account that is not on record, or those of [`App::execute`].
pub async fn end(
    app: &App,
    visitor: &Visitor,
    (issuer, subject): (&str, &str),
) -> Result<Done, ExecuteError> {
    let id = app.ids.account(issuer, subject);
    let command = End {}.into();
    app.execute(visitor, Order::new(Purpose::Operation, Command::Account { id, command })).await
}
