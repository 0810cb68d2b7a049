//! What is derived: folds over effective history, kept live, and rebuilt beside the live build.
//!
//! This crate must not know HTTP, Cedar, or who is asking: a query takes a [`scope::Scope`], made elsewhere, and
//! shows no more than it allows. Only the view `people` holds unsealed text.

pub mod about;
pub mod access;
pub mod alerts;
pub mod contacts;
pub mod decode;
pub mod effective;
pub mod engine;
pub mod enquiries;
pub mod linkage;
pub mod looks;
pub mod management;
pub mod notices;
pub mod people;
pub mod reads;
pub mod reviews;
pub mod rows;
pub mod scope;
pub mod status;
#[cfg(test)]
mod takes;
pub mod timeline;
pub mod view;
pub mod workers;

use std::sync::Arc;

use view::View;

/// Every view of this program.
#[must_use]
pub fn views() -> Vec<Arc<dyn View>> {
    vec![
        Arc::new(access::Access),
        Arc::new(status::Status),
        Arc::new(timeline::TimelineView),
        Arc::new(enquiries::Enquiries),
        Arc::new(people::People),
        Arc::new(linkage::Linkage),
        Arc::new(alerts::Alerts),
        Arc::new(reviews::Reviews),
        Arc::new(contacts::Contacts),
        Arc::new(notices::Notices),
        Arc::new(management::Management),
    ]
}
