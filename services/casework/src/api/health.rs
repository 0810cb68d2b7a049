//! For whoever runs the service: is it alive, is it ready, what does it count.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use event_store::EventStore as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::server::Shared;

/// Whether the service can answer, and what it waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    ready: bool,
    /// The record's database answers.
    record: bool,
    /// The views of this program's versions are built and have caught up.
    views: bool,
}

/// Alive: the process answers. Says nothing of what it stands on.
#[utoipa::path(get, path = "/livez", tag = "operation", responses((status = 200, description = "Alive.", content_type = "text/plain", body = String)))]
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body("alive\n")
}

/// Ready: the logs can be reached and the views are there.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "Ready.", body = Readiness),
    (status = 503, description = "Not ready yet, or a part is away.", body = Readiness),
))]
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    let (record, views) = (app.record.head().await.is_ok(), app.engine.is_ready());
    let ready = record && views;
    let mut answer = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.json(Readiness { ready, record, views })
}

/// What is counted, as Prometheus reads it.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, description = "Metrics in Prometheus text format.", content_type = "text/plain", body = String)))]
pub async fn metrics(app: web::Data<App>, shared: web::Data<Shared>) -> HttpResponse {
    sample(&app, &shared).await;
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(shared.telemetry.scrape())
}

/// Reads the gauges. What cannot be read keeps its last value.
pub async fn sample(app: &App, shared: &Shared) {
    for (name, log) in [("record", &app.record), ("access", &app.access)] {
        if let Ok(head) = log.head().await {
            shared.metrics.log(name, u64::try_from(head.position.raw()).unwrap_or(u64::MAX));
        }
    }
    if let Ok(lags) = app.engine.lag().await {
        for lag in lags {
            let behind = u64::try_from(lag.events).unwrap_or(u64::MAX);
            let age = lag.behind.and_then(|age| age.to_std().ok()).unwrap_or_default();
            shared.metrics.view(lag.view, behind, age);
        }
    }
}
