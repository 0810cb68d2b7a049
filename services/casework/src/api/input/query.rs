//! What stands after the question mark. Never anything personal: URLs end up in logs that are not ours.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::reading::from_value;
use crate::error::{FieldError, Problem};

/// A request read from a query; every value of it is a string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Query).map_err(Problem::invalid))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Vec<FieldError>> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|_| vec![FieldError::new("query", "must be name=value pairs joined by &")])?;
    let mut members = Map::new();
    for (name, value) in pairs.into_inner() {
        if members.insert(name, Value::String(value)).is_some() {
            return Err(vec![FieldError::new("query", "a parameter may be given once")]);
        }
    }
    from_value(Value::Object(members)).map_err(|fields: Vec<FieldError>| {
        fields.into_iter().map(|at| FieldError::new(format!("query/{}", at.field), at.problem)).collect()
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::api::input::GivenInstant;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct AsOf {
        #[serde(default)]
        as_known_at: Option<GivenInstant>,
    }

    #[test]
    fn a_query_is_read_or_its_parameter_is_named() {
        assert!(read::<AsOf>("").unwrap().as_known_at.is_none());
        assert!(read::<AsOf>("as_known_at=2026-03-01T10:15:00Z").unwrap().as_known_at.is_some());
        let field = |query| read::<AsOf>(query).unwrap_err().remove(0).field;
        assert_eq!(field("as_known_at=lately"), "query/as_known_at");
        assert_eq!(field("when=lately"), "query/when");
        assert_eq!(field("as_known_at=2026-03-01&as_known_at=2026-03-02"), "query");
    }
}
