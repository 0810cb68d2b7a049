//! `goldthread projections`: how far the views are, and building them anew.

use std::time::Duration;

use projections::engine::Lag;
use serde::Serialize;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::app::App;
use casework::settings::Settings;

/// How often a rebuild's progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Look after the views.
#[derive(Debug, clap::Subcommand)]
pub enum Projections {
    /// The views, the builds that answer, and what is parked.
    List,
    /// How far each view is behind the log.
    Lag,
    /// Build views anew beside those that answer, and switch.
    Rebuild {
        /// Which; all of them when none is named.
        views: Vec<String>,
    },
}

#[derive(Debug, Serialize)]
struct ViewTold {
    view: &'static str,
    build: Option<String>,
    state: Option<&'static str>,
    position: Option<String>,
    head: String,
    events_behind: String,
    seconds_behind: Option<i64>,
    parked: i64,
}

impl From<Lag> for ViewTold {
    fn from(lag: Lag) -> Self {
        Self {
            view: lag.view,
            state: lag.build.as_ref().map(|build| build.state.code()),
            position: lag.build.as_ref().map(|build| build.position.to_string()),
            build: lag.build.map(|build| build.schema),
            head: lag.head.to_string(),
            events_behind: lag.events.to_string(),
            seconds_behind: lag.behind.map(|behind| behind.num_seconds()),
            parked: lag.parked,
        }
    }
}

impl Projections {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let views = with_app(settings, async |app| {
            if let Self::Rebuild { views } = &self {
                rebuild(&app, views, output).await?;
            }
            app.engine.ready().await;
            let lag = app.engine.lag().await?;
            Ok(lag.into_iter().map(ViewTold::from).collect::<Vec<_>>())
        })?;
        output.show(&views, |views| views.iter().map(words).collect::<Vec<_>>().join("\n"))
    }
}

async fn rebuild(app: &App, views: &[String], output: Output) -> Result<(), Failure> {
    let names: Vec<&str> = views.iter().map(String::as_str).collect();
    let work = app.engine.rebuild(&names);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => { output.progress_done(); return Ok(done?); }
            () = tokio::time::sleep(TELL_EVERY) => {
                for lag in app.engine.lag().await? {
                    if let Some((rate, left)) = lag.build.as_ref().and_then(projections::engine::builds::Build::pace) {
                        output.progress(&format!("{}: {rate} events/s, about {left} s left", lag.view));
                    }
                }
            }
        }
    }
}

fn words(view: &ViewTold) -> String {
    format!(
        "{:<10} {:<12} at {:>8} of {:>8}, {} events behind, {} parked  {}",
        view.view,
        view.state.unwrap_or("not built"),
        view.position.as_deref().unwrap_or("-"),
        view.head,
        view.events_behind,
        view.parked,
        view.build.as_deref().unwrap_or("-"),
    )
}
