//! `goldthread keys`: the key that wraps all others.

use casework::settings::Settings;
use event_store::clock::{Clock as _, SystemClock};
use serde_json::json;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;

/// The keys that everything personal is sealed under.
#[derive(Debug, clap::Subcommand)]
pub enum Keys {
    /// Put another master key in the place of the one in use: all keys are wrapped anew, no event is touched, and copies
    /// of the key store made before open nothing once the old master key is gone.
    Rotate,
}

impl Keys {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let Self::Rotate = self;
        let given = settings.master_key.is_some();
        let epoch = with_app(settings, async |app| Ok(app.keys.begin_epoch(SystemClock.now()).await?))?;
        output.show(&json!({ "epoch": epoch }), |_| {
            let then = if given {
                "\nFrom now on give `MASTER_KEY_NEXT` as `MASTER_KEY`, start every process of this node again, and destroy \
                 the old one."
            } else {
                ""
            };
            format!("the keys are wrapped under the master key of epoch {epoch}{then}")
        })
    }
}
