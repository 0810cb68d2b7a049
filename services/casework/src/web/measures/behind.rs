//! The children behind a figure, for whoever answers for the work with them. One look, which names each who is listed.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::Action;
use domain::ids::PersonId;
use domain::when::civil_day;
use projections::management::measures::Unit;
use projections::management::{self, Behind, ChildrenBehind, Detail};
use projections::{people, status};

use super::{About, Picked, about, ask, find, purpose, said};
use crate::access_log::{Shown, ShownPerson};
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::ReadError;
use crate::policy::NotPermitted;
use crate::web::components::Problems;
use crate::web::frame::{Frame, page, see};
use crate::web::problem::PageProblem;
use crate::web::receipt::Identity;
use crate::web::session::Session;
use crate::web::words;

const PAGE: u16 = 50;

#[derive(Template)]
#[template(path = "measure-children.html")]
struct BehindPage {
    frame: Frame,
    /// Who of them is missing: before anything else.
    missing: Vec<String>,
    about: About,
    code: &'static str,
    title: &'static str,
    /// Of a share: which of them are in its numerator is told apart.
    numerator: Option<&'static str>,
    /// The figure is told apart by something.
    has_parts: bool,
    children: Vec<ChildSaid>,
    kept_back: usize,
    next: Option<String>,
}

struct ChildSaid {
    name: String,
    address: String,
    on: String,
    part: Option<String>,
    is_counted: bool,
}

pub(super) async fn children(
    app: web::Data<App>,
    session: Session,
    code: Path<String>,
    picked: Query<Picked>,
) -> Result<HttpResponse, PageProblem> {
    let measure = find(&code)?;
    let purpose = purpose(&session);
    let mut problems = Problems::default();
    let Some(asked) = ask(&app, &session, &picked, &mut problems).await? else {
        return Ok(see("/measures"));
    };
    if asked.detail == Detail::Suppressed {
        return Err(ReadError::NotPermitted(NotPermitted { action: Action::DrillDown, purpose }).into());
    }
    judge_by_now(&app).await?;
    let number = picked.page.unwrap_or(1).clamp(1, 10_000);
    let which = management::Page { limit: PAGE, after: (number - 1) * u32::from(PAGE) };
    let mut looking = session.asking(purpose).looking(Action::DrillDown);
    looking.as_known_at = Some(asked.known);
    let found = app.look(&session.visitor, looking, async |scope| {
        let behind = management::children(&app.views, scope, measure, &asked, which).await?;
        let ids: Vec<PersonId> = behind.children.iter().map(|child| child.child).collect();
        let known = people::known(&app.views, scope, &ids).await?;
        let shown = |behind: &Behind| ShownPerson { person: behind.child, disclosure: behind.disclosure };
        let people = behind.children.iter().map(shown).collect();
        let missing = status::missing_among(&app.views, &ids).await?;
        Ok(Shown { answer: (behind, known, missing), people })
    });
    let (ChildrenBehind { children, kept_back, has_more }, known, missing) = found.await?;
    let names = management::names(&app.views, measure.names()).await.map_err(ReadError::from)?;
    let today = civil_day(app.clock.now());
    let name = |child: &PersonId| {
        known.get(child).map_or_else(|| "A child".to_owned(), |it| Identity::of(it, today).name)
    };
    let child = |behind: Behind| ChildSaid {
        name: name(&behind.child),
        address: format!("/children/{}?for={}", behind.child, purpose.code()),
        on: words::day(behind.on),
        part: part(behind.group.as_deref(), &names),
        is_counted: behind.is_counted,
    };
    let has_parts = children.iter().any(|behind| behind.group.is_some());
    // Those of one day stand by name, as somebody reads a list.
    let mut children: Vec<_> = children.into_iter().map(|behind| (behind.on, child(behind))).collect();
    children
        .sort_by(|(on, child), (other_on, other)| other_on.cmp(on).then_with(|| child.name.cmp(&other.name)));
    let about = about(&app, &asked, &picked).await?;
    let next = has_more.then(|| {
        let joined = if about.carried.is_empty() { '?' } else { '&' };
        format!("/measures/{}/children{}{joined}page={}", measure.code, about.carried, number + 1)
    });
    let shown = BehindPage {
        frame: Frame::of(&session, "The children behind a figure").at("/measures"),
        missing: words::missing_among(&missing, name),
        code: measure.code,
        title: measure.title,
        numerator: (measure.unit == Unit::Percent).then_some(measure.numerator),
        has_parts,
        children: children.into_iter().map(|(_, child)| child).collect(),
        kept_back,
        next,
        about,
    };
    Ok(page(StatusCode::OK, &shown))
}

fn part(code: Option<&str>, names: &HashMap<String, String>) -> Option<String> {
    code.map(|code| said::part_name(code, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::markup::is_whole;

    #[test]
    fn the_children_behind_a_figure_are_whole() {
        let child = |is_counted| ChildSaid {
            name: "Tilly <Marsh>".to_owned(),
            address: "/children/1".to_owned(),
            on: "1 March 2026".to_owned(),
            part: Some("Police".to_owned()),
            is_counted,
        };
        let shown = BehindPage {
            frame: Frame::plain("Behind"),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            about: About {
                whose: "Invented Council".to_owned(),
                window: "A year".to_owned(),
                known: None,
                is_suppressed: false,
                carried: String::new(),
            },
            code: "referrals",
            title: "Referrals",
            numerator: Some("those in time"),
            has_parts: true,
            children: vec![child(true), child(false)],
            kept_back: 2,
            next: Some("/measures/referrals/children?page=2".to_owned()),
        };
        let html = shown.render().unwrap();
        is_whole(&html);
        assert!(html.find("Tilly is missing") < html.find("<h1"), "before anything else: {html}");
        assert!(html.contains("2 more") && !html.contains("<Marsh>"), "{html}");
    }
}
