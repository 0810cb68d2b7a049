//! What was typed and could not be taken, given back: nobody writes an account twice because a session ended, or the
//! record was busy or out of reach.
//!
//! It stands in the answer to the request that brought it and nowhere else; nothing is kept here. It is sent again as
//! it was, under its form's own key, so that it is carried out once. When the session is over, or is another's, it goes
//! on only with whoever the form was made for, and nobody is shown it: they sign in again in a tab beside it, or, on a
//! demonstration, by one button.
//!
//! Left out: what is wrong with what was typed, which each form says itself.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web};
use askama::Template;
use clap::ValueEnum as _;
use form_urlencoded::byte_serialize;

use super::components::Hidden;
use super::form::{KEY, STEP, Typed};
use super::frame::{Frame, page, see};
use super::problem::PageProblem;
use super::session::{FORM_TOKEN, made_for};
use super::sign_in::PERSONA;
use super::tell::said_of_others;
use crate::app::App;
use crate::demonstration::Persona;
use crate::error::Problem;
use crate::sign_in::Door;

/// Where a form goes that waits for its writer to sign in.
const BACK: &str = "back";
/// The fields that hold what somebody wrote at length.
const WRITTEN: [&str; 4] = ["account", "reason", "note", "opinion"];

/// A form as it was sent, and where to.
#[derive(Clone, Debug)]
pub struct Sent {
    address: String,
    typed: Typed,
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    frame: Frame,
    says: &'static str,
    /// Whose it is, where somebody else may be at the browser by now.
    whose: Option<String>,
    written: Vec<String>,
    /// Where to sign in again, in a tab beside this one.
    doors: Vec<Door>,
    address: String,
    carried: Hidden,
    button: String,
}

/// A form of somebody who has signed in again since it was made.
pub struct Anew {
    pub name: String,
    /// What their forms carry now.
    pub form_token: String,
}

/// Gives back what a request brought that could not be answered, and sends whoever is not signed in to where they can.
pub async fn keep<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let answer = next.call(request).await?;
    Ok(match instead_of(answer.request(), answer.response().error()) {
        Some(instead) => answer.into_response(instead).map_into_right_body(),
        None => answer.map_into_left_body(),
    })
}

fn instead_of(request: &HttpRequest, error: Option<&Error>) -> Option<HttpResponse> {
    let problem: &PageProblem = error?.as_error()?;
    let app = request.app_data::<web::Data<App>>()?;
    if let Some(kept) = given_back(app, request, problem) {
        return Some(kept);
    }
    if problem.status_code() == StatusCode::UNAUTHORIZED && !is_asked_by_a_script(request) {
        return Some(see(&first_page(app, request)));
    }
    Some(problem.page(app.settings.demonstration))
}

/// A page's own script reads a status, and not a page.
fn is_asked_by_a_script(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| !accepts.contains("text/html") && !accepts.contains("*/*"))
}

/// The first page, and what to go on to from it.
fn first_page(app: &App, request: &HttpRequest) -> String {
    if request.method() != Method::GET || app.doors().is_empty() {
        return "/".to_owned();
    }
    let back = request.uri().path_and_query().map_or("/", |address| address.as_str());
    format!("/?back={}", byte_serialize(back.as_bytes()).collect::<String>())
}

fn given_back(app: &App, request: &HttpRequest, problem: &PageProblem) -> Option<HttpResponse> {
    let sent = request.extensions_mut().remove::<Sent>().filter(Sent::says_something)?;
    let anew = request.extensions_mut().remove::<Anew>();
    let kept = if problem.is_for_later() {
        sent.again()
    } else if let Some(Anew { name, form_token }) = anew {
        return Some(sent.go_on(&name, form_token));
    } else if problem.is_of_another_session() {
        match made_for(app, sent.typed.get(FORM_TOKEN)) {
            Some(writer) => sent.until_signed_in(writer),
            None => sent.until_they_are_back(app.doors())?,
        }
    } else {
        return None;
    };
    let kept = KeptPage { frame: kept.frame.of_node(app), ..kept };
    let mut answer = page(problem.status_code(), &kept);
    if let Some(seconds) = problem.retry_after_seconds() {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Some(answer)
}

impl Sent {
    pub fn of(request: &HttpRequest, typed: &Typed) -> Self {
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
        Self { address, typed: typed.clone() }
    }

    /// A form with nothing in it but what each carries is nothing to give back.
    fn says_something(&self) -> bool {
        self.typed.without(&[FORM_TOKEN, KEY, STEP]).iter().any(|(_, value)| !value.trim().is_empty())
    }

    /// To be sent once more, by whoever sent it.
    fn again(self) -> KeptPage {
        KeptPage {
            frame: Frame::plain("This could not be done just now").wrong(true),
            says: "The record is busy or cannot be reached. Nothing you typed is lost, and nothing is recorded twice: \
                   send it again in a moment. If it cannot wait, ring the front door.",
            whose: None,
            doors: Vec::new(),
            written: WRITTEN
                .iter()
                .map(|name| self.typed.string(name))
                .filter(|text| !text.is_empty())
                .chain(said_of_others(&self.typed))
                .collect(),
            address: self.address,
            carried: Hidden(self.typed.without(&[])),
            button: "Send it again".to_owned(),
        }
    }

    /// To be sent once more when its writer has signed in again. Whoever is at the browser is shown none of it.
    fn until_signed_in(self, writer: Persona) -> KeptPage {
        let mut carried = self.typed.without(&[]);
        carried.push((BACK.to_owned(), self.address));
        let value = writer.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        carried.push((PERSONA.to_owned(), value));
        KeptPage {
            frame: Frame::plain("Sign in again").wrong(true),
            says: "You were signed out, or signed in again, since this page was opened. Nothing was recorded yet, and \
                   nothing that was typed is lost.",
            whose: Some(writer.name().to_owned()),
            written: Vec::new(),
            doors: Vec::new(),
            address: "/sign-in".to_owned(),
            carried: Hidden(carried),
            button: format!("Sign in again as {}", writer.name()),
        }
    }

    /// To be sent once more when whoever wrote it has signed in again beside it. It is not shown.
    fn until_they_are_back(self, doors: Vec<Door>) -> Option<KeptPage> {
        (!doors.is_empty()).then(|| KeptPage {
            frame: Frame::plain("Sign in again").wrong(true),
            says: "You were signed out since this page was opened. Nothing was recorded yet, and nothing that was typed \
                   is lost: sign in again in a tab beside this one, come back here, and go on.",
            whose: None,
            written: Vec::new(),
            doors,
            address: self.address,
            carried: Hidden(self.typed.without(&[])),
            button: "Go on".to_owned(),
        })
    }

    /// To be sent once more under the new session of its writer.
    pub fn go_on(self, writer: &str, form_token: String) -> HttpResponse {
        let mut carried = self.typed.without(&[FORM_TOKEN, PERSONA, BACK]);
        carried.push((FORM_TOKEN.to_owned(), form_token));
        let kept = KeptPage {
            frame: Frame::plain("You are signed in again"),
            says: "Go on with what you typed. It goes where you were sending it.",
            whose: Some(writer.to_owned()),
            written: Vec::new(),
            doors: Vec::new(),
            address: self.address,
            carried: Hidden(carried),
            button: "Go on".to_owned(),
        };
        page(StatusCode::OK, &kept)
    }
}

/// The form that somebody who signs in again brings with them.
pub fn brought(typed: &Typed) -> Result<Option<Sent>, Problem> {
    let address = typed.string(BACK);
    if address.is_empty() {
        return Ok(None);
    }
    if is_here(&address) {
        Ok(Some(Sent { address, typed: typed.clone() }))
    } else {
        Err(Problem::no_such_page())
    }
}

/// True for a page of this node, whatever a browser makes of slashes and of what it cannot see.
pub fn is_here(address: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_graphic() && letter != '\\';
    address.starts_with('/') && !address.contains("//") && address.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Sent { address: "/contacts/new".to_owned(), typed: Typed::from(pairs.collect::<Vec<_>>()) }
    }

    const FORM: [(&str, &str); 4] =
        [(FORM_TOKEN, "a.b"), (KEY, "k"), ("account", "He said:\n<b>\"no\"</b>"), (STEP, "record")];

    #[test]
    fn what_can_be_sent_again_is_shown_and_goes_as_it_came() {
        let named = [("also-1", "Dana"), ("also-1-family", "<i>Marsh"), ("also-1-part", "witness")];
        let html = sent(&[&FORM[..], &named].concat()).again().render().unwrap();
        is_whole(&html);
        assert!(html.contains("Also in it: Dana &#60;i&#62;Marsh."), "{html}");
        assert!(html.contains("class=\"gt-account\"") && !html.contains("<b>"), "{html}");
        for (name, value) in [(FORM_TOKEN, "a.b"), (KEY, "k"), (STEP, "record")] {
            assert!(html.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{name}: {html}");
        }
    }

    #[test]
    fn what_waits_for_its_writer_is_shown_to_nobody() {
        let html = sent(&FORM).until_signed_in(Persona::School).render().unwrap();
        is_whole(&html);
        assert!(!html.contains("gt-account"), "{html}");
        assert!(
            html.contains("Priya Nolan") && html.contains("name=\"back\" value=\"/contacts/new\""),
            "{html}"
        );
    }

    #[test]
    fn a_form_in_which_nothing_was_typed_is_not_given_back() {
        assert!(!sent(&[(FORM_TOKEN, "a.b"), (KEY, "k"), (STEP, "check"), ("reason", " ")]).says_something());
        assert!(sent(&FORM).says_something());
    }

    #[test]
    fn a_form_goes_back_to_this_node_only() {
        for elsewhere in [
            "//elsewhere.example",
            "https://elsewhere.example",
            "/\\elsewhere.example",
            "/\t/elsewhere.example",
            "/\n/elsewhere.example",
        ] {
            assert!(brought(&sent(&[(BACK, elsewhere)]).typed).is_err(), "{elsewhere}");
        }
        assert!(brought(&sent(&[(BACK, "/contacts/new?for=attendance")]).typed).unwrap().is_some());
        assert!(brought(&sent(&FORM).typed).unwrap().is_none());
    }
}
