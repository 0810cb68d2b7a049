//! What is counted: requests, streams held open, the log, the views. Labels are routes, methods, codes, never ids.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter};

/// From a hot index lookup to a request that a person gives up on, in seconds.
const DURATION_BOUNDS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The instruments of the service.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: Histogram<f64>,
    unproven: Counter<u64>,
    limited: Counter<u64>,
    live_streams: UpDownCounter<i64>,
    live_items: Counter<u64>,
    live_ends: Counter<u64>,
    log_position: Gauge<u64>,
    view_behind: Gauge<u64>,
    view_lag: Gauge<f64>,
}

impl Metrics {
    #[must_use]
    pub fn new(meter: &Meter) -> Self {
        Self {
            requests: meter
                .f64_histogram("http.server.request.duration")
                .with_unit("s")
                .with_description("From the last byte of a request's head to its answer.")
                .with_boundaries(DURATION_BOUNDS.to_vec())
                .build(),
            unproven: meter
                .u64_counter("goldthread.unproven")
                .with_description("Requests of the API that proved nobody, by reason.")
                .build(),
            limited: meter
                .u64_counter("goldthread.limited")
                .with_description("Requests beyond what one caller may ask, by whether it is known who asks.")
                .build(),
            live_streams: meter
                .i64_up_down_counter("goldthread.live.streams")
                .with_description("Timelines held open.")
                .build(),
            live_items: meter
                .u64_counter("goldthread.live.items")
                .with_description("Items sent to timelines held open.")
                .build(),
            live_ends: meter
                .u64_counter("goldthread.live.ends")
                .with_description("Timelines that the server closed, by reason.")
                .build(),
            log_position: meter
                .u64_gauge("goldthread.log.position")
                .with_description("The newest event's place, by log.")
                .build(),
            view_behind: meter
                .u64_gauge("goldthread.view.behind")
                .with_description("Events in the record that a view has not taken in yet.")
                .build(),
            view_lag: meter
                .f64_gauge("goldthread.view.lag")
                .with_unit("s")
                .with_description("Age of the oldest event that a view has not taken in yet.")
                .build(),
        }
    }

    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = [
            KeyValue::new("http.request.method", known_method(method)),
            KeyValue::new("http.route", route.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ];
        self.requests.record(took.as_secs_f64(), &labels);
    }

    pub fn unproven(&self, reason: &'static str) {
        self.unproven.add(1, &[KeyValue::new("reason", reason)]);
    }

    pub fn limited(&self, who: &'static str) {
        self.limited.add(1, &[KeyValue::new("who", who)]);
    }

    pub fn live_opened(&self) {
        self.live_streams.add(1, &[]);
    }

    pub fn live_closed(&self, reason: &'static str) {
        self.live_streams.add(-1, &[]);
        self.live_ends.add(1, &[KeyValue::new("reason", reason)]);
    }

    pub fn live_item(&self) {
        self.live_items.add(1, &[]);
    }

    pub fn log(&self, log: &'static str, position: u64) {
        self.log_position.record(position, &[KeyValue::new("log", log)]);
    }

    pub fn view(&self, view: &str, behind: u64, lag: Duration) {
        let label = [KeyValue::new("view", view.to_owned())];
        self.view_behind.record(behind, &label);
        self.view_lag.record(lag.as_secs_f64(), &label);
    }
}

/// A method as a label: invented ones would make a new series each.
fn known_method(method: &str) -> &'static str {
    match method {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}
