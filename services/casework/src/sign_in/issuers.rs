//! The issuers a node takes word from: a file that is read at the start.
//!
//! ```json
//! { "issuers": [ { "issuer": "https://id.example/leeds", "audience": "urn:goldthread",
//!                  "agencies": ["6f0c2d5e-0000-8000-8000-000000000001"],
//!                  "client": { "key": "leeds", "name": "Leeds City Council", "id": "goldthread",
//!                              "secret_file": "/etc/goldthread/leeds.secret" } } ] }
//! ```
//!
//! `audience` is what its access tokens for this node's API say they are for. `agencies` are those it speaks for; without
//! them, every agency of the node. `client` is what the node is there, so that people can sign in at a browser: `name` is
//! how the first page calls the issuer, `id` the client's, `secret_file` holds its secret (without one, the issuer must
//! take the client without), and the address to go back to is `/sign-in/<key>/back` of the node's public address. A plain
//! `http` address is taken of this machine only.

use std::path::{Path, PathBuf};

use domain::ids::AgencyId;
use domain::text::Line;
use reqwest::Url;
use serde::Deserialize;

/// Of a client's key.
const KEY_MAX: usize = 32;

/// An issuer, and for whom it speaks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its identifier, letter by letter as its tokens say it (OpenID Connect Discovery 1.0, section 4.3).
    pub issuer: String,
    pub audience: String,
    #[serde(default)]
    agencies: Option<Vec<AgencyId>>,
    /// What this node is there, where people may sign in at a browser by it.
    #[serde(default)]
    pub client: Option<Client>,
}

/// What this node is at an issuer (OpenID Connect Core 1.0, section 3.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its name in addresses of ours.
    pub key: String,
    /// How people know the issuer.
    pub name: Line,
    pub id: String,
    secret_file: Option<PathBuf>,
    #[serde(skip)]
    pub secret: Option<Secret>,
}

/// What the node proves itself with at an issuer.
#[derive(Clone)]
pub struct Secret(String);

domain::hidden_when_printed!(Secret);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    issuers: Vec<Issuer>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IssuersError {
    #[error("the file of issuers, {0}, cannot be read")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("the file of issuers, {0}, is not a list of issuers: {1}")]
    Json(PathBuf, serde_json::Error),
    #[error("the file of issuers, {file}: `issuers/{nth}/client/secret_file` cannot be read: {cause}")]
    Secret { file: PathBuf, nth: usize, cause: std::io::Error },
    #[error("the file of issuers, {file}: `issuers/{nth}/{field}` {problem}")]
    Field { file: PathBuf, nth: usize, field: &'static str, problem: &'static str },
}

impl Issuer {
    /// True for an agency it speaks for: nobody proves by a school's issuer that they are of the police.
    #[must_use]
    pub fn speaks_for(&self, agency: AgencyId) -> bool {
        self.agencies.as_ref().is_none_or(|agencies| agencies.contains(&agency))
    }
}

/// Reads the file.
///
/// # Errors
/// [`IssuersError`], with the place of what is wrong.
pub fn read(file: &Path) -> Result<Vec<Issuer>, IssuersError> {
    let text = std::fs::read(file).map_err(|source| IssuersError::Read(file.to_owned(), source))?;
    let File { mut issuers } =
        serde_json::from_slice(&text).map_err(|error| IssuersError::Json(file.to_owned(), error))?;
    for (nth, issuer) in issuers.iter().enumerate() {
        let field = |field, problem| Err(IssuersError::Field { file: file.to_owned(), nth, field, problem });
        if !is_safe(&issuer.issuer) || issuer.issuer.contains('?') {
            return field("issuer", "must be an https address, without a query; http on this machine only");
        }
        if issuers.iter().take(nth).any(|before| before.issuer == issuer.issuer) {
            return field("issuer", "is there twice");
        }
        if issuer.audience.trim().is_empty() {
            return field("audience", "must say for whom its access tokens are");
        }
        if issuer.agencies.as_ref().is_some_and(Vec::is_empty) {
            return field("agencies", "must name one, or be left out when it speaks for all");
        }
        let Some(client) = &issuer.client else { continue };
        let is_in_addresses =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if !(1..=KEY_MAX).contains(&client.key.len()) || !client.key.chars().all(is_in_addresses) {
            return field("client/key", "must be 1 to 32 of the letters a to z, digits and dashes");
        }
        let before = issuers.iter().take(nth).filter_map(|before| before.client.as_ref());
        if before.into_iter().any(|before| before.key == client.key) {
            return field("client/key", "is there twice");
        }
        if Line::parse(client.name.as_str()).is_err() {
            return field("client/name", "must be how people know the issuer, in 1 to 200 characters");
        }
        if client.id.is_empty() {
            return field("client/id", "must be what the issuer calls this node");
        }
        if client.id == issuer.audience {
            return field(
                "audience",
                "must not be the client's id: what says who signed in at a browser would open the API",
            );
        }
    }
    for (nth, issuer) in issuers.iter_mut().enumerate() {
        let Some(client) = &mut issuer.client else { continue };
        let Some(of) = &client.secret_file else { continue };
        let refused = |cause| IssuersError::Secret { file: file.to_owned(), nth, cause };
        let secret = std::fs::read_to_string(of).map_err(refused)?.trim().to_owned();
        if secret.is_empty() {
            return Err(refused(std::io::Error::other("it is empty")));
        }
        client.secret = Some(Secret(secret));
    }
    Ok(issuers)
}

/// True for an address whose answer nobody on the way can change.
pub(super) fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_plain = url.fragment().is_none() && url.username().is_empty();
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && is_here))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn of(text: &str) -> Result<Vec<Issuer>, String> {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let nth = FILES.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("goldthread-issuers-{}-{nth}.json", std::process::id()));
        std::fs::write(&file, text).unwrap();
        let issuers = read(&file).map_err(|error| error.to_string());
        std::fs::remove_file(&file).unwrap();
        issuers
    }

    #[test]
    fn an_issuer_speaks_for_the_agencies_it_is_given_or_for_all() {
        let school = AgencyId(uuid::Uuid::from_u128(7));
        let issuers = of(&format!(
            r#"{{ "issuers": [
                {{ "issuer": "https://id.example/a", "audience": "goldthread", "agencies": ["{}"] }},
                {{ "issuer": "http://127.0.0.1:4000", "audience": "goldthread" }} ] }}"#,
            school.0
        ))
        .unwrap();
        let other = AgencyId(uuid::Uuid::from_u128(8));
        let spoken_for = |agency| issuers.iter().map(|issuer| issuer.speaks_for(agency)).collect::<Vec<_>>();
        assert_eq!((spoken_for(school), spoken_for(other)), (vec![true, true], vec![false, true]));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place_and_what_is_allowed() {
        let one = |issuer: &str, rest: &str| {
            of(&format!(r#"{{ "issuers": [ {{ "issuer": "{issuer}", {rest} }} ] }}"#)).unwrap_err()
        };
        let good = r#""audience": "goldthread""#;
        for unsafe_address in
            ["http://id.example", "id.example", "https://id.example/?a=b", "https://me@id.example"]
        {
            let said = one(unsafe_address, good);
            assert!(
                said.ends_with(
                    "`issuers/0/issuer` must be an https address, without a query; http on this machine only"
                ),
                "{said}"
            );
        }
        assert!(one("https://id.example", r#""audience": " ""#).contains("`issuers/0/audience` must say"));
        assert!(
            one("https://id.example", &format!("{good}, \"agencies\": []")).contains("`issuers/0/agencies`")
        );
        assert!(
            one("https://id.example", &format!("{good}, \"secret\": \"x\""))
                .contains("unknown field `secret`")
        );
        let client = |client: &str| one("https://id.example", &format!("{good}, \"client\": {client}"));
        for (wrong, said) in [
            (
                r#"{ "key": "Leeds", "name": "Leeds", "id": "us" }"#,
                "`issuers/0/client/key` must be 1 to 32 of the",
            ),
            (r#"{ "key": "leeds", "name": "Leeds", "id": "" }"#, "`issuers/0/client/id` must be"),
            (
                r#"{ "key": "leeds", "name": "Leeds", "id": "goldthread" }"#,
                "`issuers/0/audience` must not be",
            ),
            (
                r#"{ "key": "leeds", "name": "Leeds", "id": "us", "secret_file": "/nowhere/secret" }"#,
                "`issuers/0/client/secret_file` cannot be read",
            ),
            (
                r#"{ "key": "leeds", "name": "", "id": "us" }"#,
                "`issuers/0/client/name` must be how people know",
            ),
        ] {
            assert!(client(wrong).contains(said), "{}", client(wrong));
        }
        let twice = r#"{ "issuer": "https://id.example", "audience": "goldthread" }"#;
        assert!(
            of(&format!(r#"{{ "issuers": [{twice}, {twice}] }}"#))
                .unwrap_err()
                .contains("`issuers/1/issuer` is there twice")
        );
    }
}
