//! What the program tells about itself: log lines, traces and metrics. Never about a person.
//!
//! Libraries below us log statements' parameters and headers when asked for detail, and those hold names. So whatever
//! level is asked for, only goldthread's own modules are heard below `info`, and those log ids and counts.
//!
//! Traces and metrics go out over OTLP (http/proto) when an endpoint is set; metrics can be scraped in any case.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider as _};
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry_otlp::{Protocol, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Metadata, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

const SERVICE: &str = "goldthread";
/// Modules that may be heard in detail: our own crates.
const OURS: &[&str] = &["goldthread", "casework", "projections", "event_store", "domain"];
/// An endpoint that does not answer must not hold up a shutdown.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// How log lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people at a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to tell, and where to.
#[derive(Clone, Debug)]
pub struct Telling {
    /// As `RUST_LOG` has it: `info`, `info,casework=debug`.
    pub filter: String,
    pub format: LogFormat,
    /// Where OTLP over HTTP is taken, without `/v1/…`.
    pub otlp_endpoint: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("`{0}` is not a log filter such as `info` or `info,casework=debug`")]
    Filter(String, #[source] tracing_subscriber::filter::ParseError),
    #[error("log lines already go somewhere else")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
    #[error("OTLP cannot be sent to `{endpoint}`")]
    Exporter {
        endpoint: String,
        #[source]
        source: opentelemetry_otlp::ExporterBuildError,
    },
    #[error("metrics cannot be scraped")]
    Scraping(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The program's telemetry, until [`Telemetry::shutdown`].
#[derive(Debug)]
pub struct Telemetry {
    registry: prometheus::Registry,
    meters: SdkMeterProvider,
    tracers: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Begins to tell, log lines on standard error. Once in a process: log lines have one destination.
    ///
    /// # Errors
    /// A filter or endpoint that is not one; log lines that already go elsewhere.
    pub fn start(telling: &Telling) -> Result<Self, TelemetryError> {
        Self::start_into(telling, std::io::stderr)
    }

    /// The same, with another destination for log lines.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_into<W>(telling: &Telling, destination: W) -> Result<Self, TelemetryError>
    where
        W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    {
        let telemetry = Self::measuring(telling.otlp_endpoint.as_deref())?;
        let filter = EnvFilter::try_new(&telling.filter)
            .map_err(|source| TelemetryError::Filter(telling.filter.clone(), source))?;
        let lines = tracing_subscriber::fmt::layer().with_writer(destination);
        let lines = match telling.format {
            LogFormat::Text => lines.with_ansi(false).boxed(),
            LogFormat::Json => lines.json().boxed(),
        };
        let traces = telemetry.tracers.as_ref().map(|tracers| {
            tracing_opentelemetry::layer()
                .with_tracer(tracers.tracer(SERVICE))
                .with_location(false)
                .with_threads(false)
        });
        tracing_subscriber::registry()
            .with(filter)
            .with(filter_fn(is_fit_to_be_told))
            .with(lines)
            .with(traces)
            .try_init()
            .map_err(TelemetryError::Twice)?;
        Ok(telemetry)
    }

    /// Metrics and an exporter for traces, without a destination for log lines: for tests and for embedding.
    ///
    /// # Errors
    /// An endpoint that is not one.
    pub fn measuring(otlp_endpoint: Option<&str>) -> Result<Self, TelemetryError> {
        let resource = Resource::builder()
            .with_service_name(SERVICE)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let registry = prometheus::Registry::new();
        let scraped = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .build()
            .map_err(|cause| TelemetryError::Scraping(Box::new(cause)))?;
        let mut meters = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(scraped);
        let mut tracers = None;
        if let Some(endpoint) = otlp_endpoint {
            let endpoint = endpoint.trim_end_matches('/');
            let failed = |source| TelemetryError::Exporter { endpoint: endpoint.to_owned(), source };
            let metrics = opentelemetry_otlp::MetricExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_timeout(EXPORT_TIMEOUT)
                .with_endpoint(format!("{endpoint}/v1/metrics"))
                .build()
                .map_err(failed)?;
            let spans = opentelemetry_otlp::SpanExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_timeout(EXPORT_TIMEOUT)
                .with_endpoint(format!("{endpoint}/v1/traces"))
                .build()
                .map_err(failed)?;
            meters = meters.with_periodic_exporter(metrics);
            tracers =
                Some(SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(spans).build());
        }
        Ok(Self { registry, meters: meters.build(), tracers })
    }

    #[must_use]
    pub fn meter(&self) -> Meter {
        self.meters.meter(SERVICE)
    }

    /// The metrics as Prometheus reads them.
    #[must_use]
    pub fn scrape(&self) -> String {
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }

    /// True when traces go somewhere.
    #[must_use]
    pub fn is_tracing(&self) -> bool {
        self.tracers.is_some()
    }

    /// Sends what has not been sent. Blocks; not to be called on a thread that runs tasks.
    pub fn shutdown(&self) {
        if let Some(tracers) = &self.tracers {
            let _ = tracers.shutdown_with_timeout(EXPORT_TIMEOUT);
        }
        let _ = self.meters.shutdown_with_timeout(EXPORT_TIMEOUT);
    }
}

/// True for what may be written down: anything of ours, and others' from `info` up.
fn is_fit_to_be_told(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let ours = OURS.iter().any(|crate_name| {
        target.strip_prefix(crate_name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    });
    ours || *metadata.level() <= Level::INFO
}

/// Reads a `traceparent` header (W3C trace context 1): trace id, parent id, flags.
#[must_use]
pub fn read_traceparent(header: &str) -> Option<[u8; 25]> {
    let mut parts = header.trim().split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // A later version may have more parts; version 00 has none.
    if version.len() != 2 || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    hex_bytes::<1>(version)?;
    let (trace, parent, flags): ([u8; 16], [u8; 8], [u8; 1]) =
        (hex_bytes(trace)?, hex_bytes(parent)?, hex_bytes(flags)?);
    if trace == [0; 16] || parent == [0; 8] {
        return None;
    }
    Some(join(trace, parent, flags))
}

fn join(trace: [u8; 16], parent: [u8; 8], flags: [u8; 1]) -> [u8; 25] {
    let mut bytes = [0; 25];
    bytes.iter_mut().zip(trace.into_iter().chain(parent).chain(flags)).for_each(|(to, from)| *to = from);
    bytes
}

fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let lower = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if digits.len() != 2 * N || !lower {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Makes a span part of the trace it was caused in. Nothing happens when traces go nowhere.
pub fn continue_trace(span: &Span, trace: [u8; 25]) {
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(span_context(trace)));
}

fn span_context(trace: [u8; 25]) -> SpanContext {
    let mut bytes = trace.into_iter();
    let mut trace_id = [0; 16];
    trace_id.iter_mut().zip(&mut bytes).for_each(|(to, from)| *to = from);
    let mut span_id = [0; 8];
    span_id.iter_mut().zip(&mut bytes).for_each(|(to, from)| *to = from);
    let flags = TraceFlags::new(bytes.next().unwrap_or_default());
    SpanContext::new(
        TraceId::from_bytes(trace_id),
        SpanId::from_bytes(span_id),
        flags,
        true,
        TraceState::NONE,
    )
}

/// The trace context of a span, as events keep it; `None` when traces go nowhere.
#[must_use]
pub fn trace_of(span: &Span) -> Option<[u8; 25]> {
    let context = span.context();
    let span = context.span();
    let context = span.span_context();
    context.is_valid().then(|| {
        join(context.trace_id().to_bytes(), context.span_id().to_bytes(), [context.trace_flags().to_u8()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_or_passed_over() {
        let read = read_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
        assert_eq!(read[0], 0x0a);
        assert_eq!(read[16], 0xb7);
        assert_eq!(read[24], 1);
        for other in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7-b7ad6b7169203331-01",
        ] {
            assert_eq!(read_traceparent(other), None, "{other}");
        }
    }

    #[test]
    fn a_span_goes_on_with_the_trace_it_was_caused_in() {
        let tracers = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(tracers.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            let caused = read_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
            let span = tracing::info_span!("work");
            continue_trace(&span, caused);
            let kept = trace_of(&span).unwrap();
            assert_eq!(kept[..16], caused[..16], "the same trace");
            assert_ne!(kept[16..24], caused[16..24], "a span of its own");
        });
    }

    #[test]
    fn libraries_are_not_heard_in_detail_whatever_is_asked_for() {
        use std::sync::{Arc, Mutex};
        #[derive(Clone, Default)]
        struct Lines(Arc<Mutex<Vec<u8>>>);
        impl std::io::Write for Lines {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::registry()
            .with(EnvFilter::new("trace"))
            .with(filter_fn(is_fit_to_be_told))
            .with(tracing_subscriber::fmt::layer().with_writer(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(target: "tokio_postgres::query", "executing with CANARY");
            tracing::trace!(target: "casework_of_others", "CANARY");
            tracing::trace!(target: "casework::execute", "heard");
            tracing::warn!(target: "actix_server", "heard too");
        });
        let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(!told.contains("CANARY"), "{told}");
        assert_eq!(told.matches("heard").count(), 2, "{told}");
    }
}
