//! The measures of the work, for whoever runs it: every figure at a glance, each with its months and its parts, beside
//! England's, as known today or at the end of any day. Nothing is judged; no colour says good or bad.
//!
//! Whose work and how much of small numbers a reader is told is [`crate::measures`]' to say.

mod behind;
mod chart;
mod said;

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Action, Purpose, Role};
use domain::authority::Authority;
use projections::management::measures::{self, CHAPTERS, Measure};
use projections::management::{self, Asked, Detail, Value, Whose};
use serde::Deserialize;

use self::chart::{Months, Parts, Spark};
use self::said::{Elsewhere, Figure, MonthRow, PartRow};
use super::components::{DateField, ErrorSummary, Problems};
use super::day;
use super::frame::{Frame, page};
use super::problem::PageProblem;
use super::session::Session;
use super::time_machine::{Moment, read_day};
use super::words;
use crate::access_log::Shown;
use crate::api::address::{Address, at};
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::measures::Question;

/// What the form asks.
const KNOWN_AT: (&str, &str) = ("As known at the end of", "");
const UP_TO: (&str, &str) = ("Twelve months up to", "");

pub fn addresses() -> Vec<Address> {
    vec![
        at("/measures").get(glance),
        at("/measures/{measure}").get(one),
        at("/measures/{measure}/children").get(behind::children),
    ]
}

/// What the address says: no person's part of it.
#[derive(Clone, Debug, Default, Deserialize)]
struct Picked {
    /// As known at the end of this day.
    known: Option<String>,
    known_day: Option<String>,
    known_month: Option<String>,
    known_year: Option<String>,
    /// The last day of the twelve months.
    to: Option<String>,
    to_day: Option<String>,
    to_month: Option<String>,
    to_year: Option<String>,
    authority: Option<String>,
    page: Option<u32>,
}

/// The form that picks them, with what was typed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Picking {
    known: DateField,
    to: DateField,
    /// For those who are told of several.
    authority: Option<String>,
    authority_error: Option<String>,
}

impl Picked {
    fn known(&self) -> Option<String> {
        let parts = [&self.known_day, &self.known_month, &self.known_year].map(Option::as_deref);
        day::together(self.known.as_deref(), parts)
    }

    fn to(&self) -> Option<String> {
        day::together(self.to.as_deref(), [&self.to_day, &self.to_month, &self.to_year].map(Option::as_deref))
    }

    fn question(&self, now: DateTime<Utc>, problems: &mut Problems) -> Question {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let known_at = Moment::of(self.known().as_deref(), None).read(now, problems);
        let to: Option<NaiveDate> = self.to().and_then(|text| {
            let day = read_day(&text);
            if day.is_none() {
                problems.add("to", "Give the last day of the twelve months, such as 28 2 2026");
            }
            day
        });
        let authority: Option<Authority> = filled(&self.authority).and_then(|text| {
            let read = text.trim().parse().ok();
            if read.is_none() {
                problems.add("authority", "An authority is written as its three digits, such as 380");
            }
            read
        });
        Question { authority, team: None, from: None, to, known_at }
    }

    fn picking(&self, session: &Session, problems: &Problems) -> Picking {
        let of_several = matches!(session.role(), Some(Role::Auditor));
        Picking {
            known: day::fields("known", KNOWN_AT, self.known().as_deref(), problems.of("known")),
            to: day::fields("to", UP_TO, self.to().as_deref(), problems.of("to")),
            authority: of_several.then(|| self.authority.clone().unwrap_or_default()),
            authority_error: problems.of("authority"),
        }
    }

    /// The same, for a link that goes on with it. Only what was read as a day or a code can stand in it.
    fn carried(&self) -> String {
        let pairs = [("known", self.known()), ("to", self.to()), ("authority", self.authority.clone())];
        let said = pairs.into_iter().filter_map(|(name, value)| {
            let value = value.as_deref()?.trim();
            if value.is_empty() {
                return None;
            }
            let is_plain = value.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
            is_plain.then(|| format!("{name}={value}"))
        });
        let said: Vec<String> = said.collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

/// What every page of the measures says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
struct About {
    whose: String,
    window: String,
    /// The moment, where it is not now.
    known: Option<String>,
    is_suppressed: bool,
    carried: String,
}

#[derive(Template)]
#[template(path = "measures.html")]
struct GlancePage {
    frame: Frame,
    summary: ErrorSummary,
    picking: Picking,
    about: Option<About>,
    chapters: Vec<ChapterSaid>,
}

struct ChapterSaid {
    title: &'static str,
    rows: Vec<RowSaid>,
}

struct RowSaid {
    title: &'static str,
    address: String,
    figure: Figure,
    spark: Spark,
    elsewhere: Option<String>,
}

#[derive(Template)]
#[template(path = "measure.html")]
struct MeasurePage {
    frame: Frame,
    about: About,
    title: &'static str,
    version: u16,
    window: String,
    figure: Figure,
    numerator: String,
    denominator: Option<String>,
    source: &'static str,
    elsewhere: Option<Elsewhere>,
    /// In what the chart's figures are.
    scale: &'static str,
    chart: Months,
    months: Vec<MonthRow>,
    parts: Option<PartsSaid>,
    /// Where the children behind it are listed, for those who may see them.
    behind: Option<String>,
}

struct PartsSaid {
    chart: Parts,
    rows: Vec<PartRow>,
    are_not_all_drawn: bool,
}

/// Why this role reads measures.
fn purpose(session: &Session) -> Purpose {
    match session.role() {
        Some(Role::Auditor) => Purpose::Audit,
        Some(Role::SafeguardingLead) => Purpose::ReferralConsideration,
        _ => Purpose::AllocatedWork,
    }
}

/// The question as this reader may put it. What is wrong with it is said at its field.
async fn ask(
    app: &App,
    session: &Session,
    picked: &Picked,
    problems: &mut Problems,
) -> Result<Option<Asked>, PageProblem> {
    let purpose = purpose(session);
    app.scope(&session.visitor, Action::ReadMeasures, purpose).map_err(ReadError::from)?;
    let question = picked.question(app.clock.now(), problems);
    if !problems.is_empty() {
        return Ok(None);
    }
    app.take_in(management::NAME).await;
    match app.to_measures(&session.visitor, purpose, question).await {
        Ok(asked) => Ok(Some(asked)),
        Err(ReadError::Invalid(_)) => {
            problems
                .add("to", "For you the twelve months end with the last day of a month, such as 28 2 2026");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

async fn about(app: &App, asked: &Asked, picked: &Picked) -> Result<About, PageProblem> {
    let whose = match &asked.whose {
        Whose::Everybodys => "Every authority on this node".to_owned(),
        Whose::Authoritys(authority) | Whose::Teams(authority, _) => {
            let doors = app.responsible(std::slice::from_ref(authority), app.on_record()).await?;
            let name = doors.into_iter().next().and_then(|door| door.name);
            name.unwrap_or_else(|| format!("Authority {authority}"))
        }
        Whose::Agencys(agency) => {
            let name = app.agency_name(*agency, app.on_record()).await?;
            format!("What {} told", name.as_deref().unwrap_or("your agency"))
        }
    };
    let known = picked.known();
    let moment = Moment::of(known.as_deref(), None);
    let known = moment.read(app.clock.now(), &mut Problems::default()).map(|at| moment.said(at));
    Ok(About {
        whose,
        window: said::twelve_months(asked.window),
        known,
        is_suppressed: asked.detail == Detail::Suppressed,
        carried: picked.carried(),
    })
}

async fn values(app: &App, session: &Session, asked: &Asked) -> Result<Vec<Value>, PageProblem> {
    let mut looking = session.asking(purpose(session)).looking(Action::ReadMeasures);
    looking.as_known_at = Some(asked.known);
    let values = app.look(&session.visitor, looking, async |scope| {
        let values = management::values(&app.views, scope, asked).await?;
        Ok(Shown { answer: values, people: Vec::new() })
    });
    Ok(values.await?)
}

async fn glance(
    app: web::Data<App>,
    session: Session,
    picked: Query<Picked>,
) -> Result<HttpResponse, PageProblem> {
    let mut problems = Problems::default();
    let asked = ask(&app, &session, &picked, &mut problems).await?;
    let (about, chapters) = match &asked {
        None => (None, Vec::new()),
        Some(asked) => {
            let about = about(&app, asked, &picked).await?;
            let values = values(&app, &session, asked).await?;
            let chapters = chapters(&values, &about.carried);
            (Some(about), chapters)
        }
    };
    let status = if asked.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = GlancePage {
        frame: Frame::of(&session, "How the work goes").at("/measures").wrong(!problems.is_empty()),
        summary: problems.summary(),
        picking: picked.picking(&session, &problems),
        about,
        chapters,
    };
    Ok(page(status, &shown))
}

/// In the chapters' order; a chapter of which the reader is told nothing is left out.
fn chapters(values: &[Value], carried: &str) -> Vec<ChapterSaid> {
    let row = |value: &Value| RowSaid {
        title: value.measure.title,
        address: format!("/measures/{}{carried}", value.measure.code),
        figure: said::figure(value.measure, &value.whole),
        spark: said::spark(value),
        elsewhere: said::elsewhere(value.measure).and_then(|it| it.figure),
    };
    let chapter = |chapter: &measures::Chapter| {
        let of_it = values.iter().filter(|value| chapter.measures.contains(value.measure));
        let rows: Vec<RowSaid> = of_it.map(row).collect();
        (!rows.is_empty()).then_some(ChapterSaid { title: chapter.title, rows })
    };
    CHAPTERS.iter().filter_map(chapter).collect()
}

fn find(code: &str) -> Result<&'static Measure, Problem> {
    measures::find(code).ok_or_else(Problem::no_such_page)
}

async fn one(
    app: web::Data<App>,
    session: Session,
    code: Path<String>,
    picked: Query<Picked>,
) -> Result<HttpResponse, PageProblem> {
    let measure = find(&code)?;
    let mut problems = Problems::default();
    let Some(asked) = ask(&app, &session, &picked, &mut problems).await? else {
        return Ok(super::frame::see("/measures"));
    };
    let about = about(&app, &asked, &picked).await?;
    let mut looking = session.asking(purpose(&session)).looking(Action::ReadMeasures);
    looking.as_known_at = Some(asked.known);
    let value = app.look(&session.visitor, looking, async |scope| {
        let value = management::value(&app.views, scope, &asked, measure).await?;
        Ok(Shown { answer: value, people: Vec::new() })
    });
    let value = &value.await?.ok_or_else(Problem::no_such_page)?;
    let names = if value.groups.is_empty() {
        HashMap::new()
    } else {
        management::names(&app.views, measure.names()).await.map_err(ReadError::from)?
    };
    let may_see = asked.detail == Detail::Whole
        && app.scope(&session.visitor, Action::DrillDown, purpose(&session)).is_ok();
    let behind = may_see.then(|| format!("/measures/{}/children{}", measure.code, about.carried));
    Ok(page(
        StatusCode::OK,
        &said_whole(Frame::of(&session, measure.title).at("/measures"), about, value, &names, behind),
    ))
}

fn said_whole(
    frame: Frame,
    about: About,
    value: &Value,
    names: &HashMap<String, String>,
    behind: Option<String>,
) -> MeasurePage {
    let measure = value.measure;
    let parts = (!value.groups.is_empty()).then(|| {
        let rows = said::part_rows(value, names);
        let chart = said::parts_chart(value, names);
        PartsSaid { are_not_all_drawn: chart.count() < rows.len(), chart, rows }
    });
    MeasurePage {
        frame,
        title: measure.title,
        version: measure.version,
        window: said::window(measure, value.whole.window),
        figure: said::figure(measure, &value.whole),
        numerator: words::first_upper(measure.numerator),
        denominator: measure.denominator.map(words::first_upper),
        source: measure.source,
        elsewhere: said::elsewhere(measure),
        scale: said::scale(measure.unit),
        chart: said::months_chart(value),
        months: said::month_rows(value),
        parts,
        behind,
        about,
    }
}

#[cfg(test)]
mod tests {
    use projections::management::window::Window;
    use projections::management::{Count, Group, Point};

    use super::*;
    use crate::web::markup::is_whole;

    fn value(code: &str, counted: Count) -> Value {
        let year = Window::year_to("2026-02-28".parse().unwrap());
        let point = |window| Point { window, counted, among: Some(Count::Shown(84)), value: Some(14.3) };
        Value {
            measure: measures::find(code).unwrap(),
            whole: point(year),
            months: year.months().map(point).collect(),
            groups: vec![
                Group { code: "police".to_owned(), counted: Count::Shown(12) },
                Group { code: "<b>".to_owned(), counted: Count::Hidden },
            ],
            left_out: None,
        }
    }

    fn about() -> About {
        About {
            whose: "Invented Council".to_owned(),
            window: "1 March 2025 to 28 February 2026".to_owned(),
            known: Some("the end of 1 March 2026".to_owned()),
            is_suppressed: true,
            carried: "?known=2026-03-01".to_owned(),
        }
    }

    #[test]
    fn the_measures_are_whole_at_a_glance_and_with_something_wrong() {
        let values: Vec<Value> = measures::all().map(|it| value(it.code, Count::Shown(12))).collect();
        let mut problems = Problems::default();
        for field in ["known", "to", "authority"] {
            problems.add(field, "Give a day");
        }
        let picked = Picked { known: Some("soon".to_owned()), ..Picked::default() };
        let picking = Picking {
            known: day::fields("known", KNOWN_AT, picked.known().as_deref(), problems.of("known")),
            to: day::fields("to", UP_TO, None, problems.of("to")),
            authority: Some("38".to_owned()),
            authority_error: problems.of("authority"),
        };
        let shown = GlancePage {
            frame: Frame::plain("How the work goes"),
            summary: problems.summary(),
            picking,
            about: Some(about()),
            chapters: chapters(&values, "?known=2026-03-01"),
        };
        let html = shown.render().unwrap();
        is_whole(&html);
        assert_eq!(html.matches("gt-spark").count(), measures::all().count(), "every measure, once");
        assert!(html.contains("/measures/caseload?known=2026-03-01"), "{html}");
        assert!(html.contains("value=\"soon\""), "what was typed is kept");
    }

    #[test]
    fn each_measure_is_whole_with_its_months_and_parts_told_and_hidden() {
        for measure in measures::all() {
            for counted in [Count::Shown(12), Count::Hidden] {
                let value = value(measure.code, counted);
                let frame = Frame::plain(measure.title);
                let behind = Some("/measures/x/children".to_owned());
                let html = said_whole(frame, about(), &value, &HashMap::new(), behind).render().unwrap();
                is_whole(&html);
                assert!(!html.contains("<b>"), "escaped");
            }
        }
    }

    #[test]
    fn only_days_and_codes_travel_on_in_an_address() {
        let picked = Picked {
            known: Some(" 2026-03-01 ".to_owned()),
            to: Some("\"><script>".to_owned()),
            authority: Some(String::new()),
            ..Picked::default()
        };
        assert_eq!(picked.carried(), "?known=2026-03-01");
        let in_three_fields = Picked {
            to_day: Some("28".to_owned()),
            to_month: Some("2".to_owned()),
            to_year: Some("2026".to_owned()),
            ..picked
        };
        assert_eq!(in_three_fields.carried(), "?known=2026-03-01&to=2026-02-28");
    }
}
