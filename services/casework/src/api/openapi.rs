//! The API's description, OpenAPI 3.1, generated from the handlers and checked in as `schemas/openapi.json`.
//!
//! What all operations share (who asks and why, the problems they may answer with) is added here, once.

use actix_web::HttpResponse;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi};

use super::input::{GivenCorrelationId, GivenLawfulBasis, GivenPurpose};
use super::{
    ROOT, agencies, cases, contacts, enquiries, entries, front, health, log, people, practitioners, problem,
    ties,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "goldthread",
        description = "Tracks child-protection work across agencies. Every contact, enquiry and action is one event that \
            is never changed; what is asked is on record before it is answered. Say who you are (a bearer token) and \
            why you ask (`Goldthread-Purpose`) in every request.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        agencies::register, agencies::change, agencies::form_team,
        practitioners::register, practitioners::change, practitioners::give_role, practitioners::leave,
        people::open, people::assert, people::record_birth, people::record_death, people::restrict,
        people::lift_restriction, people::read_status, people::search,
        people::read_identity, people::read_timeline, people::read_live, people::read_enquiries,
        enquiries::ask,
        ties::record, ties::end,
        contacts::record, contacts::read, contacts::decide,
        cases::receive_referral, cases::read_case, cases::decide_referral, cases::start_assessment, cases::set_review_point,
        cases::complete_assessment, cases::start_section47, cases::conclude_section47, cases::hold_initial_conference,
        cases::hold_transfer_in_conference, cases::hold_review_conference, cases::change_category, cases::end_cp_plan,
        cases::start_cin_plan, cases::end_cin_plan, cases::start_looked_after, cases::end_looked_after,
        cases::allocate_worker, cases::end_allocation, cases::close_case,
        entries::amend, entries::withdraw, entries::move_entry,
        log::checkpoint, log::key, log::inclusion, log::consistency,
        health::livez, health::readyz, health::metrics, front::page, front::style, served,
    ),
    components(schemas(problem::Body<'_>, GivenPurpose, GivenLawfulBasis, GivenCorrelationId)),
    tags(
        (name = "agencies", description = "Organisations that work with children, and their teams."),
        (name = "practitioners", description = "Who works for them."),
        (name = "people", description = "Anyone on record: each thing said of them is an assertion with its source."),
        (name = "ties", description = "Relationships and households over time."),
        (name = "contacts", description = "What is told to a front door."),
        (name = "enquiries", description = "Asking whether a child is known. No trace is an answer, with a receipt."),
        (name = "cases", description = "One child at one authority, for life."),
        (name = "entries", description = "Setting the record right: amend, withdraw, move."),
        (name = "log", description = "Checkpoints and proofs, for whoever checks that nothing was changed."),
        (name = "operation", description = "For whoever runs the service."),
    ),
    modifiers(&Shared),
)]
struct Described;

/// The description as it is served and checked in.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operation", responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json", body = Object)))]
pub async fn served() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

/// What every operation of the API has.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of this node: `goldthread token` makes one on a demonstration."))
            .build();
        if let Some(components) = &mut document.components {
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        }
        for (path, item) in &mut document.paths.paths {
            if !path.starts_with(ROOT) {
                continue;
            }
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                let writes = operation.request_body.is_some() || path.ends_with("/lift");
                share(operation, writes);
            }
        }
    }
}

fn share(operation: &mut Operation, writes: bool) {
    operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(header(
        "Goldthread-Purpose",
        "Why this is asked or done.",
        Required::True,
        named("Purpose"),
    ));
    parameters.push(header(
        "Goldthread-Lawful-Basis",
        "The ground in UK GDPR article 6(1); `public-task` when absent.",
        Required::False,
        named("LawfulBasis"),
    ));
    parameters.push(header(
        "Goldthread-Correlation",
        "Shared by all requests that belong to one act.",
        Required::False,
        named("CorrelationId"),
    ));
    parameters.push(header(
        "traceparent",
        "W3C trace context; kept in the event.",
        Required::False,
        text().into(),
    ));
    if writes {
        parameters.push(header(
            "Idempotency-Key",
            "The asker's own name for this order: sent twice, it is carried out once.",
            Required::False,
            text().min_length(Some(1)).max_length(Some(200)).into(),
        ));
        parameters.push(header(
            "If-Match",
            "The version the record must have, as an earlier answer gave it in `ETag`.",
            Required::False,
            text().pattern(Some("^\"[0-9]+\"$")).into(),
        ));
    }
    for (status, description) in problems(writes) {
        operation
            .responses
            .responses
            .entry((*status).to_owned())
            .or_insert_with(|| problem(status, description));
    }
}

fn problems(writes: bool) -> &'static [(&'static str, &'static str)] {
    if writes {
        &[
            ("401", "It is not known who is asking."),
            ("403", "Not permitted."),
            ("404", "Absent, or hidden from this reader."),
            ("409", "A rule stands in the way (its code), or the record moved on three times (`stale`)."),
            ("412", "The record is not at the version in If-Match."),
            ("413", "The body is over 256 KiB."),
            ("415", "The body is not JSON."),
            ("422", "A field cannot be read: which, and what is allowed."),
            ("503", "Too busy, or a part is away; see Retry-After."),
        ]
    } else {
        &[
            ("401", "It is not known who is asking."),
            ("403", "Not permitted."),
            ("404", "Absent, or hidden from this reader."),
            ("422", "A field cannot be read: which, and what is allowed."),
            ("503", "Too busy, or a part is away; see Retry-After."),
        ]
    }
}

fn problem(status: &str, description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = ContentBuilder::new().schema(Some(named("Problem"))).build();
    let mut response =
        ResponseBuilder::new().description(description).content("application/problem+json", content);
    if status == "503" {
        let mut seconds = Header::new(ObjectBuilder::new().schema_type(Type::Integer).build());
        seconds.description = Some("Seconds to wait.".to_owned());
        response = response.header("Retry-After", seconds);
    }
    RefOr::T(response.build())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn named(schema: &str) -> RefOr<Schema> {
    Ref::from_schema_name(schema).into()
}

fn header(name: &str, description: &str, required: Required, schema: RefOr<Schema>) -> RefOr<Parameter> {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build();
    RefOr::T(parameter)
}
