//! An address and the methods it answers; any other method on it is 405, not 404.

use actix_web::dev::Handler;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpResponse, Resource, Responder, ResponseError as _, Route, web};

use crate::error::Problem;

/// One path under the API's root, with its routes.
pub struct Address {
    path: &'static str,
    methods: Vec<Method>,
    routes: Vec<Route>,
}

/// An address that answers nothing yet.
#[must_use]
pub fn at(path: &'static str) -> Address {
    Address { path, methods: Vec::new(), routes: Vec::new() }
}

impl Address {
    #[must_use]
    pub fn get<F, A>(self, handler: F) -> Self
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.answers(Method::GET, web::get().to(handler))
    }

    #[must_use]
    pub fn post<F, A>(self, handler: F) -> Self
    where
        F: Handler<A>,
        A: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.answers(Method::POST, web::post().to(handler))
    }

    fn answers(mut self, method: Method, route: Route) -> Self {
        self.methods.push(method);
        self.routes.push(route);
        self
    }

    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The address as actix serves it.
    #[must_use]
    pub fn into_resource(self) -> Resource {
        let allowed = self.methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let resource = self.routes.into_iter().fold(web::resource(self.path), Resource::route);
        resource.default_service(web::to(move || {
            let answer = wrong_method(&allowed);
            async move { answer }
        }))
    }
}

fn wrong_method(allowed: &str) -> HttpResponse {
    let mut answer = Problem::wrong_method().error_response();
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        answer.headers_mut().insert(header::ALLOW, allowed);
    }
    answer
}

/// What every address that is not one answers.
pub async fn nowhere() -> HttpResponse {
    Problem::no_such_page().error_response()
}
