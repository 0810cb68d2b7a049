//! The logs' evidence: checkpoints and proofs, for whoever checks that nothing was changed. No content.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::access::Action;
use event_store::evidence::EvidenceError;
use event_store::header::Hash;
use event_store::merkle::ProofError;
use event_store::{Evidence as _, NodeSource as _};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::{IntoParams, ToSchema};

use super::address::{Address, at};
use super::input::{Asking, At, Given, Query, Written};
use crate::access_log::Shown;
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};
use crate::evidence::LogName;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/log/{log}/checkpoint").get(checkpoint),
        at("/log/{log}/key").get(key),
        at("/log/{log}/proof/inclusion").get(inclusion),
        at("/log/{log}/proof/consistency").get(consistency),
    ]
}

impl Written for LogName {
    const NAME: &'static str = "LogName";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: crate::evidence::UnknownLog| error.to_string())
    }

    fn describe() -> ObjectBuilder {
        ObjectBuilder::new().enum_values(Some(["record", "access"]))
    }
}

/// A count of events, or a position, in a log that counts from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Count(u64);

pub type GivenCount = Given<Count>;
pub type GivenLogName = Given<LogName>;

impl Written for Count {
    const NAME: &'static str = "Count";

    fn read(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number: &u64| number.to_string() == text);
        number.map(Self).ok_or_else(|| "must be a whole number".to_owned())
    }

    fn describe() -> ObjectBuilder {
        ObjectBuilder::new().pattern(Some("^(0|[1-9][0-9]{0,18})$"))
    }
}

/// Permission is asked and the look put on record, as for any other.
async fn looked<T>(
    app: &App,
    asking: &Asking,
    find: impl Future<Output = Result<T, ReadError>>,
) -> Result<T, Problem> {
    let looking = asking.looking(Action::Verify);
    let answer = app
        .look(&asking.visitor, looking, async |_| Ok(Shown { answer: find.await?, people: Vec::new() }))
        .await?;
    Ok(answer)
}

fn text(body: String) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8")).body(body)
}

/// The log's newest signed checkpoint (C2SP signed note).
#[utoipa::path(get, path = "/api/v1/log/{log}/checkpoint", tag = "log", params(("log" = GivenLogName, Path)),
    responses((status = 200, description = "A signed note.", content_type = "text/plain", body = String)))]
pub async fn checkpoint(
    app: web::Data<App>,
    asking: Asking,
    At(log): At<LogName>,
) -> Result<HttpResponse, Problem> {
    let note = looked(&app, &asking, async { Ok(app.checkpoint(log).await?) }).await?;
    Ok(text(note))
}

/// The key that checks the log's checkpoints, as `name+id+key`.
#[utoipa::path(get, path = "/api/v1/log/{log}/key", tag = "log", params(("log" = GivenLogName, Path)),
    responses((status = 200, description = "A verifier key.", content_type = "text/plain", body = String)))]
pub async fn key(app: web::Data<App>, asking: Asking, At(log): At<LogName>) -> Result<HttpResponse, Problem> {
    let key = looked(&app, &asking, async { Ok(app.signer(log).await?.verifier().to_string()) }).await?;
    Ok(text(format!("{key}\n")))
}

/// Which event, in which tree.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InclusionOf {
    /// The event's position, from 1.
    position: GivenCount,
    /// The tree's size; all that is committed when absent.
    #[serde(default)]
    size: Option<GivenCount>,
}

/// A Merkle proof (RFC 9162).
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The size of the older tree, or the event's index, from 0.
    from: String,
    /// The size of the tree the proof is in.
    size: String,
    /// Hashes in the order a verifier takes them, base64.
    hashes: Vec<String>,
}

impl Proof {
    fn new(from: u64, size: u64, hashes: &[Hash]) -> Self {
        let hashes = hashes.iter().map(|hash| BASE64.encode(hash)).collect();
        Self { from: from.to_string(), size: size.to_string(), hashes }
    }
}

/// Proof that an event is in the log.
#[utoipa::path(get, path = "/api/v1/log/{log}/proof/inclusion", tag = "log", params(("log" = GivenLogName, Path), InclusionOf),
    responses((status = 200, body = Proof)))]
pub async fn inclusion(
    app: web::Data<App>,
    asking: Asking,
    At(name): At<LogName>,
    Query(of): Query<InclusionOf>,
) -> Result<HttpResponse, Problem> {
    let proof = looked(&app, &asking, async {
        let log = app.log(name);
        let size = tree_size(&app, name, of.size).await?;
        let index = of.position.0.0.checked_sub(1).ok_or_else(|| outside("query/position"))?;
        let hashes = log.inclusion(index, size).await.map_err(|error| unproven(error, "query/position"))?;
        Ok(Proof::new(index, size, &hashes))
    })
    .await?;
    Ok(HttpResponse::Ok().json(proof))
}

/// Which two trees.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyOf {
    /// The older tree's size.
    from: GivenCount,
    /// The newer tree's size; all that is committed when absent.
    #[serde(default)]
    to: Option<GivenCount>,
}

/// Proof that the log only grew between two sizes.
#[utoipa::path(get, path = "/api/v1/log/{log}/proof/consistency", tag = "log", params(("log" = GivenLogName, Path), ConsistencyOf),
    responses((status = 200, body = Proof)))]
pub async fn consistency(
    app: web::Data<App>,
    asking: Asking,
    At(name): At<LogName>,
    Query(of): Query<ConsistencyOf>,
) -> Result<HttpResponse, Problem> {
    let proof = looked(&app, &asking, async {
        let size = tree_size(&app, name, of.to).await?;
        let from = of.from.0.0;
        let hashes =
            app.log(name).consistency(from, size).await.map_err(|error| unproven(error, "query/from"))?;
        Ok(Proof::new(from, size, &hashes))
    })
    .await?;
    Ok(HttpResponse::Ok().json(proof))
}

async fn tree_size(app: &App, log: LogName, given: Option<GivenCount>) -> Result<u64, ReadError> {
    let committed = app.log(log).tree_head().await?.size;
    match given {
        Some(Given(Count(size))) if size > committed => Err(outside("query")),
        Some(Given(Count(size))) => Ok(size),
        None => Ok(committed),
    }
}

fn outside(field: &str) -> ReadError {
    ReadError::Invalid(vec![FieldError::new(field, "must be inside the log, and the older part first")])
}

fn unproven(error: EvidenceError, field: &str) -> ReadError {
    match error {
        EvidenceError::Store(error) => error.into(),
        EvidenceError::Proof(cause) => match cause {
            ProofError::NoSuchLeaf { .. } | ProofError::Shrunk { .. } => outside(field),
            ProofError::Missing(_) | ProofError::Length | ProofError::Root | ProofError::OldRoot => {
                ReadError::Corrupt(Box::new(cause))
            }
        },
    }
}
