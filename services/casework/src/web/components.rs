//! The parts pages are made of, each a typed value with GOV.UK Frontend's markup for it.
//!
//! A component renders itself, already escaped, wherever a template names it. What is wrong with a field is one value
//! ([`Problems`]) from which both the summary on top and the words at the field are made, so they cannot differ.

use actix_web::http::StatusCode;
use askama::Template;
use askama::filters::HtmlSafe;

use super::problem::Refused;

/// What is wrong with what was typed: fields and sentences, in the order of the page.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Problems {
    said: Vec<(String, String)>,
    /// What the order came to that the form was for.
    refused: Option<StatusCode>,
}

impl Problems {
    pub fn add(&mut self, field: impl Into<String>, sentence: impl Into<String>) {
        self.said.push((field.into(), sentence.into()));
    }

    /// Nothing may be wrong with what was typed, and it was not carried out: said at a field, like the rest.
    pub fn refuse(&mut self, field: impl Into<String>, refused: Refused) {
        self.add(field, refused.sentence);
        self.refused = Some(refused.status);
    }

    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// What is wrong with one field.
    pub fn of(&self, field: &str) -> Option<String> {
        self.said.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.clone())
    }

    /// All of it, for the top of the page.
    pub fn summary(&self) -> ErrorSummary {
        ErrorSummary { problems: self.said.clone() }
    }

    /// What a form that says all this is answered with.
    pub fn status(&self) -> StatusCode {
        match self.refused {
            _ if self.is_empty() => StatusCode::OK,
            Some(status) => status,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

macro_rules! component {
    ($($name:ident),+ $(,)?) => {$(
        // Its template escapes what is put into it.
        impl HtmlSafe for $name {}
    )+};
}

component! { ErrorSummary, TextField, TextArea, DateField, Choice, Checks, Hidden, Tag }

/// What is wrong, on top of the page; each links to its field.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/error-summary.html")]
pub struct ErrorSummary {
    problems: Vec<(String, String)>,
}

/// One line to type.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/text-field.html")]
pub struct TextField {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub value: String,
    pub error: Option<String>,
    /// A class of GOV.UK Frontend: how wide what is expected is.
    pub width: &'static str,
    /// Digits are wanted: telephones and tablets show their keypad.
    pub keypad: Keypad,
    /// What the browser completes while it is typed; anything else can be typed too.
    pub suggests: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Keypad {
    #[default]
    Letters,
    Digits,
}

/// Several lines to type.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/text-area.html")]
pub struct TextArea {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub value: String,
    pub error: Option<String>,
    pub rows: u8,
}

/// A day, a month or a year, in three parts.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/date-field.html")]
pub struct DateField {
    pub name: &'static str,
    pub legend: &'static str,
    pub hint: &'static str,
    pub day: String,
    pub month: String,
    pub year: String,
    pub error: Option<String>,
}

/// One of several.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/choice.html")]
pub struct Choice {
    pub name: &'static str,
    pub legend: &'static str,
    pub hint: &'static str,
    pub options: Vec<Answer>,
    pub error: Option<String>,
}

/// One that can be chosen, and what is then asked beside it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Answer {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub is_chosen: bool,
    /// Fields that belong to this answer only, in their own markup.
    pub asks: Vec<TextField>,
    pub asks_date: Option<DateField>,
}

impl Answer {
    /// The first of a list has the list's own name, so that the summary's link finds it.
    fn id(&self, list: &str, place: &usize) -> String {
        if *place == 0 { list.to_owned() } else { format!("{list}-{}", place + 1) }
    }

    fn asks_more(&self) -> bool {
        !self.asks.is_empty() || self.asks_date.is_some()
    }
}

/// Any of several.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/checks.html")]
pub struct Checks {
    pub name: String,
    pub legend: String,
    pub hint: &'static str,
    pub options: Vec<Answer>,
    pub error: Option<String>,
}

/// What a form carries unseen: the proof that this node made it for this visitor, the name of the order, and what was
/// typed on a page before.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(path = "components/hidden.html")]
pub struct Hidden(pub Vec<(String, String)>);

/// A state in a word.
#[derive(Template, Clone, PartialEq, Eq, Default, Debug)]
#[template(
    source = r#"<strong class="govuk-tag{% if !colour.is_empty() %} govuk-tag--{{ colour }}{% endif %}">{{ text }}</strong>"#,
    ext = "html"
)]
pub struct Tag {
    pub text: String,
    pub colour: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_and_the_field_say_the_same() {
        let mut problems = Problems::default();
        problems.add("reason", "Say why you ask");
        let field = TextArea {
            name: "reason",
            label: "Reason",
            error: problems.of("reason"),
            rows: 3,
            ..TextArea::default()
        };
        let (summary, field) = (problems.summary().to_string(), field.to_string());
        assert!(summary.contains("<a href=\"#reason\">Say why you ask</a>"), "{summary}");
        assert!(field.contains("Say why you ask") && field.contains("id=\"reason\""), "{field}");
        assert!(field.contains("aria-describedby=\"reason-error\""), "{field}");
    }

    #[test]
    fn what_was_typed_is_given_back_and_never_markup() {
        let typed = "\"><script>alert(1)</script>".to_owned();
        let field = TextField { name: "family", label: "Family name", value: typed, ..TextField::default() };
        let html = field.to_string();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("script"), "{html}");
    }
}
