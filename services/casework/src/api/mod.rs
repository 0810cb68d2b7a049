//! The API: JSON over HTTP, one file a resource, each with its requests, handlers and description.
//!
//! A handler parses, calls `execute` or a query, and answers. It never touches the store or SQL, never knows a status
//! code of an error ([`crate::error`] does), and never says why to anybody but the log.

pub(crate) mod address;
mod agencies;
mod alerts;
mod cases;
mod contacts;
mod done;
mod enquiries;
mod entries;
pub mod health;
pub mod held_open;
pub mod input;
mod linkage;
pub mod live;
mod log;
mod measures;
mod notices;
pub mod openapi;
pub(crate) mod people;
mod practitioners;
mod problem;
pub(crate) mod reading;
mod reviews;
mod source;
mod ties;
pub mod token;

use actix_web::web;

pub use address::Address;
pub use openapi::document;

/// Every address of the API, under [`ROOT`].
#[must_use]
pub fn addresses() -> Vec<Address> {
    [
        agencies::addresses(),
        practitioners::addresses(),
        people::addresses(),
        ties::addresses(),
        contacts::addresses(),
        enquiries::addresses(),
        notices::addresses(),
        cases::addresses(),
        entries::addresses(),
        alerts::addresses(),
        linkage::addresses(),
        reviews::addresses(),
        log::addresses(),
        measures::addresses(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where the API is.
pub const ROOT: &str = "/api/v1";

/// Addresses beside the API, for whoever runs the service.
#[must_use]
pub fn addresses_beside() -> Vec<Address> {
    vec![
        address::at("/api/openapi.json").get(openapi::served),
        address::at("/livez").get(health::livez),
        address::at("/readyz").get(health::readyz),
        address::at("/metrics").get(health::metrics),
    ]
}

/// Adds all addresses to a server. What every other address answers is the pages' to say.
pub fn configure(config: &mut web::ServiceConfig) {
    for address in addresses_beside() {
        config.service(address.into_resource());
    }
    let scope = addresses()
        .into_iter()
        .fold(web::scope(ROOT), |scope, address| scope.service(address.into_resource()));
    config.service(scope.default_service(web::to(address::nowhere)));
}
