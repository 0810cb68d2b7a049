//! A JSON body, limited in size and time, read whole and then parsed.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::reading::from_json;
use crate::error::Problem;

/// The most a body may hold: the longest narrative in the widest script, several times over.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// A body that takes longer than this holds a connection that somebody else needs.
const BODY_TIME_MAX: Duration = Duration::from_secs(20);

/// A request read from a JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check(request.headers());
        let payload = payload.take();
        Box::pin(async move {
            checked?;
            let body = tokio::time::timeout(BODY_TIME_MAX, collect(payload))
                .await
                .map_err(|_| Problem::malformed("The body did not come in time."))??;
            from_json(&body).map(Json).map_err(Problem::invalid)
        })
    }
}

fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::wrong_media_type());
    }
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(Problem::too_large(BODY_BYTES_MAX));
    }
    Ok(())
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::malformed("The body was cut short."))?;
        // A client that does not say how much it sends is stopped where one that did would have been.
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Problem::too_large(BODY_BYTES_MAX));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
