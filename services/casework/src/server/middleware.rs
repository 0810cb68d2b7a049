//! Around every request: its span, its count and the headers every answer has.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use tracing::{Instrument as _, Span, field};

use super::Shared;
use crate::api::input::TraceContext;
use crate::app::App;
use crate::telemetry::{continue_trace, read_traceparent, trace_of};

/// Whatever a browser is handed can load nothing, run nothing, be framed by nobody.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                              frame-ancestors 'none'";

/// For a year a browser that was here once comes by TLS only. Of other names of the domain we know nothing.
const TRANSPORT_POLICY: &str = "max-age=31536000";

/// What addresses that are not ours count as: their names could be anything.
const NO_ROUTE: &str = "none";

pub async fn tell(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let shared = request.app_data::<web::Data<Shared>>().cloned();
    let route = request.match_pattern().unwrap_or_else(|| NO_ROUTE.to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method.as_str(),
        http.route = route,
        http.response.status_code = field::Empty,
    );
    let caused = traceparent(&request);
    if let Some(trace) = caused {
        continue_trace(&span, trace);
    }
    if let Some(trace) = trace_of(&span).or(caused) {
        request.extensions_mut().insert(TraceContext(trace));
    }
    let mut answer = next.call(request).instrument(span.clone()).await?;
    let status = answer.status().as_u16();
    finish(&span, status, begun);
    if let Some(shared) = shared {
        shared.metrics.request(method.as_str(), &route, status, begun.elapsed());
    }
    let is_secure = answer.request().app_data::<web::Data<App>>().is_some_and(|app| app.settings.is_secure());
    guard(&mut answer, is_secure);
    Ok(answer)
}

fn traceparent(request: &ServiceRequest) -> Option<[u8; 25]> {
    read_traceparent(request.headers().get("traceparent")?.to_str().ok()?)
}

fn finish(span: &Span, status: u16, begun: Instant) {
    span.record("http.response.status_code", status);
    let took_us = begun.elapsed().as_micros();
    span.in_scope(|| tracing::debug!(status, took_us = %took_us, "answered"));
}

fn guard<B>(answer: &mut ServiceResponse<B>, is_secure: bool) {
    let headers = answer.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if is_secure {
        set(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_POLICY);
    }
    // What a practitioner was shown stays in no cache, shared or private.
    set(header::CACHE_CONTROL, "no-store");
}
