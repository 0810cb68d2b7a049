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

use super::input::{GivenAlertState, GivenCorrelationId, GivenLawfulBasis, GivenPurpose};
use super::reading::GivenPosition;
use super::{
    ROOT, agencies, alerts, cases, contacts, enquiries, entries, health, linkage, log, measures, notices,
    people, practitioners, problem, reviews, ties,
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
        agencies::register, agencies::read, agencies::change, agencies::form_team, agencies::set_hours,
        practitioners::register, practitioners::read, practitioners::change, practitioners::give_role,
        practitioners::end_role, practitioners::leave, practitioners::link_account, practitioners::end_account,
        people::open, people::assert, people::record_birth, people::accept_birth, people::read_unsettled, people::record_death, people::restrict,
        people::lift_restriction, people::read_addresses, people::record_authority, people::report_missing,
        people::record_found, people::read_status, people::read_ties, people::read_looks, people::search,
        people::read_identity, people::read_timeline, people::read_live, people::read_enquiries,
        enquiries::ask, notices::read_notices, notices::answer_notice,
        ties::record, ties::end,
        reviews::read_reviews, reviews::read_review, reviews::conclude_review,
        contacts::record, contacts::read, contacts::read_undecided, contacts::read_told, contacts::decide, contacts::join,
        contacts::part,
        cases::receive_referral, cases::read_case, cases::decide_referral, cases::start_assessment, cases::set_review_point,
        cases::complete_assessment, cases::start_section47, cases::conclude_section47, cases::hold_initial_conference,
        cases::hold_transfer_in_conference, cases::hold_review_conference, cases::change_category, cases::end_cp_plan,
        cases::start_cin_plan, cases::end_cin_plan, cases::start_looked_after, cases::end_looked_after,
        cases::change_legal_status, cases::take_police_protection, cases::end_police_protection,
        cases::grant_emergency_order, cases::extend_emergency_order, cases::end_emergency_order,
        cases::make_visit, cases::hold_core_group, cases::write_note,
        cases::allocate_worker, cases::end_allocation, cases::close_case,
        entries::amend, entries::withdraw, entries::move_entry,
        alerts::list, alerts::read, alerts::accept, alerts::dismiss, alerts::give_opinion, alerts::of_person,
        linkage::rules,
        measures::list, measures::values, measures::children,
        log::checkpoint, log::key, log::inclusion, log::consistency,
        health::livez, health::readyz, health::metrics, served,
    ),
    components(schemas(
        problem::Body<'_>, GivenPurpose, GivenLawfulBasis, GivenCorrelationId,
        // Those that stand in a path or a query only.
        GivenAlertState, GivenPosition, log::GivenCount, log::GivenLogName, measures::GivenPageNumber, people::GivenLimit,
    )),
    tags(
        (name = "agencies", description = "Organisations that work with children, and their teams."),
        (name = "practitioners", description = "Who works for them."),
        (name = "people", description = "Anyone on record: each thing said of them is an assertion with its source."),
        (name = "ties", description = "Relationships and households over time."),
        (name = "contacts", description = "What is told to a front door."),
        (name = "enquiries", description = "Asking whether a child is known. No trace is an answer, with a receipt."),
        (name = "cases", description = "One child at one authority, for life."),
        (name = "reviews", description = "Looking at how the record was used."),
        (name = "entries", description = "Setting the record right: amend, withdraw, move."),
        (name = "alerts", description = "What small facts add up to, by published rules. Advice: a person decides."),
        (name = "measures", description = "What is counted of the work, as known at any time."),
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
            let problems = PROBLEMS.iter().map(|of| (of.name.to_owned(), problem(of)));
            components.responses.extend(problems);
            components.parameters.extend(shared_headers().map(|(name, header)| (name.to_owned(), header)));
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
    let on_reads = ["Purpose", "LawfulBasis", "Correlation", "Traceparent"];
    let on_writes = ["IdempotencyKey", "IfMatch"].into_iter().filter(|_| writes);
    parameters.extend(
        on_reads
            .into_iter()
            .chain(on_writes)
            .map(|name| RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")))),
    );
    for of in PROBLEMS.iter().filter(|of| writes || of.on_reads) {
        let named = RefOr::Ref(Ref::from_response_name(of.name));
        operation.responses.responses.entry(of.status.to_owned()).or_insert(named);
    }
}

/// A problem an operation may answer with.
struct Of {
    status: &'static str,
    name: &'static str,
    description: &'static str,
    on_reads: bool,
}

const fn of(status: &'static str, name: &'static str, description: &'static str) -> Of {
    Of { status, name, description, on_reads: true }
}

const fn of_write(status: &'static str, name: &'static str, description: &'static str) -> Of {
    Of { status, name, description, on_reads: false }
}

const PROBLEMS: [Of; 11] = [
    of("401", "Unproven", "It is not known who is asking."),
    of("403", "NotPermitted", "Not permitted."),
    of("404", "Absent", "Absent, or hidden from this reader."),
    of_write(
        "409",
        "Refused",
        "A rule stands in the way (its code), or the record moved on three times (`stale`).",
    ),
    of_write("412", "MovedOn", "The record is not at the version in If-Match."),
    of_write("413", "TooLarge", "The body is over 256 KiB."),
    of_write("415", "NotJson", "The body is not JSON."),
    of("422", "Invalid", "A field cannot be taken: which, and what is allowed."),
    of("429", "TooMany", "More than one caller may ask a minute; see Retry-After."),
    of("500", "Failed", "The record cannot be read; somebody was told."),
    of("503", "Later", "Too busy, or a part is away; see Retry-After."),
];

fn problem(of: &Of) -> RefOr<utoipa::openapi::Response> {
    let content = ContentBuilder::new().schema(Some(named("Problem"))).build();
    let mut response =
        ResponseBuilder::new().description(of.description).content("application/problem+json", content);
    if matches!(of.status, "429" | "503") {
        let mut seconds = Header::new(ObjectBuilder::new().schema_type(Type::Integer).build());
        seconds.description = Some("Seconds to wait.".to_owned());
        response = response.header("Retry-After", seconds);
    }
    RefOr::T(response.build())
}

fn shared_headers() -> impl Iterator<Item = (&'static str, RefOr<Parameter>)> {
    let basis = "The ground in UK GDPR article 6(1); `public-task` when absent.";
    let correlation = "Shared by all requests that belong to one act.";
    let key = "The asker's own name for this order: sent twice, it is carried out once.";
    let version = "The version the record must have, as an earlier answer gave it in `ETag`.";
    [
        (
            "Purpose",
            header("Goldthread-Purpose", "Why this is asked or done.", Required::True, named("Purpose")),
        ),
        ("LawfulBasis", header("Goldthread-Lawful-Basis", basis, Required::False, named("LawfulBasis"))),
        (
            "Correlation",
            header("Goldthread-Correlation", correlation, Required::False, named("CorrelationId")),
        ),
        (
            "Traceparent",
            header("traceparent", "W3C trace context; kept in the event.", Required::False, text().into()),
        ),
        (
            "IdempotencyKey",
            header(
                "Idempotency-Key",
                key,
                Required::False,
                text().min_length(Some(1)).max_length(Some(200)).into(),
            ),
        ),
        (
            "IfMatch",
            header("If-Match", version, Required::False, text().pattern(Some("^\"[0-9]{1,19}\"$")).into()),
        ),
    ]
    .into_iter()
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
