//! The goldthread service, below its executable: the only crate that knows HTTP, Cedar and the outside world.

pub mod access_log;
pub mod addresses;
pub mod alerts;
pub mod amend;
pub mod api;
pub mod app;
pub mod county;
pub mod demonstration;
pub mod enquire;
pub mod error;
pub mod evidence;
pub mod exchange;
pub mod execute;
pub mod linkage;
pub mod metrics;
pub mod migrate;
pub mod policy;
pub mod postgres;
pub mod search;
pub mod server;
pub mod settings;
pub mod subject;
pub mod telemetry;
pub mod visitor;
pub mod web;
pub mod work;
