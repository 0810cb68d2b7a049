//! `goldthread token`: stands in for sign-in on a demonstration.

use chrono::TimeDelta;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::demonstration::Persona;
use casework::settings::Settings;

/// Make a development token; on a demonstration only.
///
/// Use it as `GOLDTHREAD_TOKEN` for this program, or as `Authorization: Bearer` for the API.
#[derive(Debug, clap::Args)]
pub struct Token {
    /// Whom the token is for.
    persona: Persona,
    /// How long it is good for.
    #[arg(long, default_value_t = 12)]
    hours: u32,
}

impl Token {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let token = with_app(settings, async |app| {
            Ok(app.token(&self.persona.actor(&app), TimeDelta::hours(self.hours.into()))?)
        })?;
        output.show(&serde_json::json!({ "token": token }), |_| token.clone())
    }
}
