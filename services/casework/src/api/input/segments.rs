//! Ids in a path, so that one that is not an id is a problem like any other.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::given::Written;
use crate::error::{FieldError, Problem};

/// The ids of a path, in order: `At<PersonId>`, `At<(CaseId, AssessmentId)>`.
#[derive(Clone, Copy, Debug)]
pub struct At<T>(pub T);

/// What can be read from a path's segments.
pub trait Segments: Sized {
    /// # Errors
    /// The first segment that is not what it stands for.
    fn read<'a>(segments: &mut dyn Iterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldError>;
}

impl<T: Written> Segments for T {
    fn read<'a>(segments: &mut dyn Iterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldError> {
        let (name, text) = segments.next().unwrap_or(("id", ""));
        <T as Written>::read(text).map_err(|problem| FieldError::new(format!("path/{name}"), problem))
    }
}

impl<A: Written, B: Written> Segments for (A, B) {
    fn read<'a>(segments: &mut dyn Iterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldError> {
        Ok((<A as Segments>::read(segments)?, <B as Segments>::read(segments)?))
    }
}

impl<T: Segments> FromRequest for At<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            T::read(&mut request.match_info().iter()).map(At).map_err(|field| Problem::invalid(vec![field])),
        )
    }
}
