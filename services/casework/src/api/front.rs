//! The page at `/`: what is running, how to try it, where the API is described. Plain, without scripts.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::app::App;

const STYLE: &str = include_str!("front.css");
const PAGE: &str = include_str!("front.html");

/// What is running, and the tour.
#[utoipa::path(get, path = "/", tag = "operation", responses((status = 200, description = "A page for people.", content_type = "text/html", body = String)))]
pub async fn page(app: web::Data<App>) -> HttpResponse {
    let state = if app.engine.is_ready() { "Ready." } else { "Starting: the views are being built." };
    let kind = if app.settings.demonstration {
        "This is a demonstration: everyone in it is invented."
    } else {
        "This is not a demonstration: what is here is about people."
    };
    let html = PAGE
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{state}}", state)
        .replace("{{kind}}", kind)
        .replace("{{address}}", &escape(&app.settings.listen.to_string()));
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(html)
}

/// The page's looks.
#[utoipa::path(get, path = "/front.css", tag = "operation", responses((status = 200, description = "A style sheet.", content_type = "text/css", body = String)))]
pub async fn style() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8")).body(STYLE)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
