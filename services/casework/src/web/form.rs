//! What is typed into forms: where it comes from, and reading it without losing any of it.
//!
//! A form is taken only from a page of this node, made for whoever is signed in. That holds without scripts, three
//! times over: the cookie is not sent with other sites' requests, the browser says where a request comes from, and the
//! form carries a token that only this node can make.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use domain::person::uncertain_date::UncertainDate;
use domain::text::Narrative;

use super::components::{DateField, Problems};
use super::kept::{Anew, Sent};
use super::problem::{PageProblem, STALE_FORM};
use super::session::{FORM_TOKEN, Session};
use super::words;
use crate::api::input::Written;
use crate::app::App;
use crate::error::Problem;

/// The name of the order a form is for: sent twice, it is carried out once.
pub const KEY: &str = "key";
/// The name of the button that was pressed, in forms of several steps.
pub const STEP: &str = "step";

/// A letter is at most four bytes of UTF-8, and a form is sent with each of them as three.
const SENT_BYTES_PER_LETTER: usize = 4 * 3;
/// The most a form may hold as it is sent: twice the longest narrative in the widest letters. No form asks for two; the
/// rest is for the other fields, and for who wrote more than is taken and must be told so at the field, with all of it
/// given back.
const FORM_BYTES_MAX: usize = 2 * Narrative::MOST_CHARACTERS * SENT_BYTES_PER_LETTER;

/// How forms are read.
pub fn reading() -> web::FormConfig {
    web::FormConfig::default().limit(FORM_BYTES_MAX)
}

/// What somebody typed, as they typed it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed(Vec<(String, String)>);

domain::hidden_when_printed!(Typed);

impl From<Vec<(String, String)>> for Typed {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl Typed {
    /// The first under a name; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// What the form is known by, however often it is sent.
    pub fn key(&self) -> Option<String> {
        Some(self.string(KEY)).filter(|key| !key.is_empty())
    }

    pub fn string(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// Everything under a name, for boxes that can be ticked.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// Everything but what every form carries, to be carried on.
    pub fn carried(&self) -> Vec<(String, String)> {
        self.without(&[FORM_TOKEN, STEP])
    }

    /// Everything but what goes by these names.
    pub fn without(&self, names: &[&str]) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect()
    }

    /// A value that must be there. What is wrong is said of the field, in a whole sentence.
    pub fn required<T: Written>(&self, name: &str, missing: &str, problems: &mut Problems) -> Option<T> {
        let text = self.get(name);
        if text.is_empty() {
            problems.add(name, missing);
            return None;
        }
        T::read(text).map_err(|problem| problems.add(name, words::first_upper(&problem))).ok()
    }

    /// A value that may be left out.
    pub fn optional<T: Written>(&self, name: &str, problems: &mut Problems) -> Option<T> {
        if self.get(name).is_empty() { None } else { self.required(name, "", problems) }
    }

    /// A date of birth as well as it is known: all three parts, month and year, or the year.
    pub fn born(&self, name: &str, missing: &str, problems: &mut Problems) -> Option<UncertainDate> {
        let part = |part: &str| self.get(&format!("{name}_{part}")).to_owned();
        let (day, month, year) = (part("day"), part("month"), part("year"));
        let text = match (day.is_empty(), month.is_empty(), year.is_empty()) {
            (true, true, true) => {
                problems.add(name, missing);
                return None;
            }
            (false, false, false) => format!("{year:0>4}-{month:0>2}-{day:0>2}"),
            (true, false, false) => format!("{year:0>4}-{month:0>2}"),
            (true, true, false) => year,
            _ => {
                problems.add(
                    name,
                    "Give a day with its month and year, a month with its year, or the year alone",
                );
                return None;
            }
        };
        let wrong = "The date of birth must be a real day, such as 31 3 2016; leave out what is not known";
        text.parse().map_err(|_| problems.add(name, wrong)).ok()
    }

    /// The same, where it may be left out.
    pub fn born_if_known(&self, name: &str, problems: &mut Problems) -> Option<UncertainDate> {
        let is_typed =
            ["day", "month", "year"].iter().any(|part| !self.get(&format!("{name}_{part}")).is_empty());
        if is_typed { self.born(name, "", problems) } else { None }
    }

    /// The three parts given back as they were typed.
    pub fn date_field(&self, name: &'static str, problems: &Problems) -> DateField {
        let part = |part: &str| self.string(&format!("{name}_{part}"));
        let error = problems.of(name);
        DateField {
            name,
            day: part("day"),
            month: part("month"),
            year: part("year"),
            error,
            ..DateField::default()
        }
    }
}

/// A name for an order that was never used.
pub fn fresh_key() -> Result<String, Problem> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|cause| crate::error::ReadError::Unavailable(cause.into()))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A form that came from a page of this node, made for who is signed in.
#[derive(Clone, Debug)]
pub struct Posted {
    pub session: Session,
    pub typed: Typed,
}

impl FromRequest for Posted {
    type Error = PageProblem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageProblem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        let pairs = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let typed = Typed(pairs.await.map_err(|error| unread(&error))?.into_inner());
            if !is_from_our_pages(request.headers()) {
                return Err(stale().into());
            }
            // Whatever comes of it, it can be given back.
            request.extensions_mut().insert(Sent::of(&request, &typed));
            let session = session.await?;
            let given = typed.get(FORM_TOKEN);
            if !session.is_form_token(given) {
                let app = request.app_data::<web::Data<App>>();
                if let Some(instead) = app.and_then(|app| session.form_token_instead_of(app, given)) {
                    request.extensions_mut().insert(Anew { name: session.name, form_token: instead });
                }
                return Err(stale().into());
            }
            Ok(Self { session, typed })
        })
    }
}

fn unread(error: &actix_web::Error) -> Problem {
    match error.as_error() {
        Some(UrlencodedError::Overflow { .. }) => Problem::too_large(FORM_BYTES_MAX),
        _ => Problem::malformed("Send the form as the page makes it."),
    }
}

/// A form of another page than ours, or of another session.
pub fn stale() -> Problem {
    Problem {
        status: 403,
        code: STALE_FORM,
        title: "This form was not made for you",
        detail: "Load the page again, then send it once more.".to_owned(),
        fields: Vec::new(),
        retry_after_seconds: None,
    }
}

/// Where a browser says a request comes from. One that says nothing is judged by the form's token alone.
pub fn is_from_our_pages(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    // Pages that send no referrer send `null` here too.
    match (text(ORIGIN.as_str()), text(HOST.as_str())) {
        (None | Some("null"), _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_form_of_another_site_is_not_taken() {
        assert!(is_from_our_pages(&headers(&[("sec-fetch-site", "same-origin"), ("origin", "null")])));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!is_from_our_pages(&headers(&[("sec-fetch-site", site)])), "{site}");
        }
        assert!(is_from_our_pages(&headers(&[("origin", "http://a:1"), ("host", "a:1")])));
        assert!(!is_from_our_pages(&headers(&[("origin", "http://b:1"), ("host", "a:1")])));
        assert!(!is_from_our_pages(&headers(&[("origin", "a:1"), ("host", "a:1")])));
    }

    #[test]
    fn a_date_of_birth_is_taken_as_well_as_it_is_known() {
        let born = |day: &str, month: &str, year: &str| {
            let pairs = [("born_day", day), ("born_month", month), ("born_year", year)];
            let typed = Typed(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
            let mut problems = Problems::default();
            let read = typed.born("born", "Enter a date of birth", &mut problems);
            read.map(UncertainDate::to_text).ok_or_else(|| problems.of("born").unwrap())
        };
        assert_eq!(born("3", "9", "2019"), Ok("2019-09-03".to_owned()));
        assert_eq!(born("", "9", "2019"), Ok("2019-09".to_owned()));
        assert_eq!(born("", "", "2019"), Ok("2019".to_owned()));
        assert_eq!(born("", "", ""), Err("Enter a date of birth".to_owned()));
        assert!(born("31", "2", "2019").is_err());
        assert!(born("1", "", "2019").is_err());
    }
}
