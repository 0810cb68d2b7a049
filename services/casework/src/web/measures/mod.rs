//! The measures of the work, for whoever runs it: every figure at a glance, each with its months and its parts, beside
//! England's, as known today or at the end of any day. Nothing is judged; no colour says good or bad.
//!
//! Whose work and how much of small numbers a reader is told is [`crate::measures`]' to say.

mod behind;
mod chart;
mod lately;
mod picked;
mod said;

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Purpose, Role};
use projections::management::measures::{self, CHAPTERS, Measure, Names};
use projections::management::{self, Asked, Detail, Value, Whose};

use self::chart::{Months, Parts, Spark};
use self::lately::Glance;
pub use self::lately::Lately;
use self::picked::{Picked, Picking, filled, teams};
use self::said::{Elsewhere, Figure, LeftOut, MonthRow, PartRow};
use super::components::{ErrorSummary, Problems};
use super::frame::{Frame, page};
use super::problem::PageProblem;
use super::session::Session;
use super::time_machine::Moment;
use super::words;
use crate::access_log::Shown;
use crate::api::address::{Address, at};
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::server::Shared;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/measures").get(glance),
        at("/measures/{measure}").get(one),
        at("/measures/{measure}/children").get(behind::children),
    ]
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
    /// When they were counted, where they are of now.
    counted: Option<String>,
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
    left_out: Option<String>,
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
    /// There are parts, by agency, and this reader is shown none: [`Detail::Suppressed`].
    are_parts_kept_back: bool,
    /// What is in no figure, and how many.
    left_out: Option<LeftOut>,
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
    if filled(picked.team.as_deref()).is_some()
        && teams(app, session, picked).await?.iter().all(|team| !team.is_chosen)
    {
        problems.add("team", "Choose a team of the authority");
    }
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
            let name = name.unwrap_or_else(|| format!("Authority {authority}"));
            match &asked.whose {
                Whose::Teams(_, team) => {
                    let teams = management::names(&app.views, Names::Teams).await.map_err(ReadError::from)?;
                    let team = teams.get(&team.to_string()).map_or("A team", String::as_str);
                    format!("{team}, {name}")
                }
                _ => name,
            }
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

/// Every figure, as it was counted lately.
async fn counted(
    app: &App,
    lately: &Lately,
    session: &Session,
    (asked, is_now): (&Asked, bool),
) -> Result<Glance, PageProblem> {
    let (now, purpose) = (app.clock.now(), purpose(session));
    let scope = app.scope(&session.visitor, Action::ReadMeasures, purpose).map_err(ReadError::from)?;
    let count = async || management::values(&app.views, &scope, asked).await.map_err(ReadError::from);
    let glance = lately.glance((asked, is_now), now, count).await?;
    let mut looking = session.asking(purpose).looking(Action::ReadMeasures);
    looking.as_known_at = Some(glance.known);
    let shown = async |_: &_| Ok(Shown { answer: glance, people: Vec::new() });
    Ok(app.look(&session.visitor, looking, shown).await?)
}

async fn glance(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    session: Session,
    picked: Query<Picked>,
) -> Result<HttpResponse, PageProblem> {
    let mut problems = Problems::default();
    let asked = ask(&app, &session, &picked, &mut problems).await?;
    let (about, counted, chapters) = match &asked {
        None => (None, None, Vec::new()),
        Some(asked) => {
            let about = about(&app, asked, &picked).await?;
            let is_now = about.known.is_none();
            let glance = counted(&app, &shared.lately, &session, (asked, is_now)).await?;
            let chapters = chapters(&glance.values, &about.carried);
            (Some(about), is_now.then(|| words::moment(glance.counted_at)), chapters)
        }
    };
    let status = if asked.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let teams = teams(&app, &session, &picked).await?;
    let shown = GlancePage {
        frame: Frame::of(&session, "How the work goes").at("/measures").wrong(!problems.is_empty()),
        summary: problems.summary(),
        picking: picked.picking(&session, teams, &problems),
        about,
        counted,
        chapters,
    };
    Ok(page(status, &shown))
}

/// Where no figure is published of the whole.
const BY_PARTS: &str = "by its parts";

/// In the chapters' order; a chapter of which the reader is told nothing is left out.
fn chapters(values: &[Value], carried: &str) -> Vec<ChapterSaid> {
    let row = |value: &Value| RowSaid {
        title: value.measure.title,
        address: format!("/measures/{}{carried}", value.measure.code),
        figure: said::figure(value.measure, &value.whole),
        spark: said::spark(value),
        elsewhere: said::elsewhere(value.measure).map(|it| it.figure.unwrap_or_else(|| BY_PARTS.to_owned())),
        left_out: said::left_out(value).map(|it| it.brief),
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
    let are_parts_kept_back =
        about.is_suppressed && measure.names() == Names::Agencies && value.groups.is_empty();
    MeasurePage {
        frame,
        are_parts_kept_back,
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
        left_out: said::left_out(value),
        behind,
        about,
    }
}

#[cfg(test)]
mod tests {
    use projections::management::window::Window;
    use projections::management::{Count, Group, Point};

    use super::*;
    use crate::web::day;
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
            left_out: measures::find(code).unwrap().left_out().map(|_| counted),
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
        for field in ["known", "to", "authority", "team"] {
            problems.add(field, "Give a day");
        }
        let picked = Picked { known: Some("soon".to_owned()), ..Picked::default() };
        let picking = Picking {
            known: day::fields("known", picked::KNOWN_AT, picked.known().as_deref(), problems.of("known")),
            to: day::fields("to", picked::UP_TO, None, problems.of("to")),
            authority: Some("38".to_owned()),
            authority_error: problems.of("authority"),
            teams: vec![picked::TeamChoice {
                id: domain::ids::TeamId(uuid::Uuid::from_u128(7)),
                name: "<Assessment>".to_owned(),
                is_chosen: true,
            }],
            team_error: problems.of("team"),
        };
        let shown = GlancePage {
            frame: Frame::plain("How the work goes"),
            summary: problems.summary(),
            picking,
            about: Some(about()),
            counted: Some("10 March 2026, 9:00am".to_owned()),
            chapters: chapters(&values, "?known=2026-03-01"),
        };
        let html = shown.render().unwrap();
        is_whole(&html);
        assert_eq!(html.matches("gt-spark").count(), measures::all().count(), "every measure, once");
        assert!(html.contains("/measures/caseload?known=2026-03-01"), "{html}");
        assert!(html.contains("value=\"soon\""), "what was typed is kept");
        // Contacts by source and by outcome, referrals, plans by category.
        assert_eq!(html.matches(BY_PARTS).count(), 4, "what is published of the parts alone");
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
    fn whoever_is_shown_no_small_numbers_is_told_why_there_are_no_parts_by_agency() {
        let without = |code| {
            let value = Value { groups: Vec::new(), ..value(code, Count::Shown(12)) };
            let page = said_whole(Frame::plain("Contacts"), about(), &value, &HashMap::new(), None);
            page.render().unwrap()
        };
        let by_agency = without("contacts-by-agency");
        is_whole(&by_agency);
        assert!(by_agency.contains("How many each agency told"), "{by_agency}");
        assert!(!without("contacts-by-source").contains("How many each agency told"));
    }
}
