//! The linkage rules, published: whoever is looked at by a rule, or acts on what it finds, can read it.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Action;
use domain::linkage::Rule;
use serde::Serialize;
use utoipa::ToSchema;

use super::address::{Address, at};
use super::input::Asking;
use crate::access_log::Shown;
use crate::app::App;
use crate::error::Problem;

pub fn addresses() -> Vec<Address> {
    vec![at("/linkage/rules").get(rules)]
}

/// Every version of every rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkageRules {
    rules: Vec<LinkageRule>,
}

/// A version of a rule, in force until the next version of its name is.
#[derive(Debug, Serialize, ToSchema)]
struct LinkageRule {
    rule: String,
    version: u16,
    in_force_from: NaiveDate,
    title: String,
    /// What is shown with an alert.
    says: String,
    within: String,
    source: String,
    /// The rule itself, as it is on file.
    text: String,
}

impl From<&Rule> for LinkageRule {
    fn from(rule: &Rule) -> Self {
        Self {
            rule: rule.id.to_string(),
            version: rule.version,
            in_force_from: rule.from,
            title: rule.title.clone(),
            says: rule.says.clone(),
            within: rule.within_words.clone(),
            source: rule.source.clone(),
            text: rule.text.clone(),
        }
    }
}

/// The linkage rules of this node. They say nothing of anybody: like the directory, they are for everybody at work, and
/// that somebody looked is on record as a look at it.
#[utoipa::path(get, path = "/api/v1/linkage/rules", tag = "alerts", responses((status = 200, body = LinkageRules)))]
pub async fn rules(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    app.look(&asking.visitor, asking.looking(Action::ReadDirectory), async |_| {
        Ok(Shown { answer: (), people: Vec::new() })
    })
    .await?;
    let rules = app.rules.all().iter().map(LinkageRule::from).collect();
    Ok(HttpResponse::Ok().json(LinkageRules { rules }))
}
