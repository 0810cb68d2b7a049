//! Measures: what is counted, the figures, and the children behind a figure.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Action;
use domain::ids::PersonId;
use projections::management::measures::{self, Measure, Unit, When};
use projections::management::{self, Asked, Behind, ChildrenBehind, Count, Detail, Point, Value, benchmarks};
use projections::status;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::address::{Address, at};
use super::input::{Asking, At, Given, GivenAuthority, GivenDay, GivenInstant, GivenTeamId, Query, Written};
use super::people::MissingChild;
use super::reading::{GivenPosition, catch_up, judge_by_now};
use crate::access_log::{Looking, Shown, ShownPerson};
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::measures::Question;

/// How many children are on a page.
const PAGE: u16 = 100;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/measures").get(list),
        at("/measures/values").get(values),
        at("/measures/{measure}/children").get(children),
    ]
}

/// A measure's code.
#[derive(Clone, Copy, Debug)]
pub struct MeasureCode(&'static Measure);

impl Written for MeasureCode {
    const NAME: &'static str = "MeasureCode";

    fn read(text: &str) -> Result<Self, String> {
        measures::find(text).map(Self).ok_or_else(|| {
            let codes: Vec<_> = measures::all().map(|measure| measure.code).collect();
            format!("measure is one of {}", codes.join(", "))
        })
    }

    fn describe() -> ObjectBuilder {
        ObjectBuilder::new().enum_values(Some(measures::all().map(|measure| measure.code)))
    }
}

/// A page, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageNumber(u32);

pub type GivenPageNumber = Given<PageNumber>;

impl Written for PageNumber {
    const NAME: &'static str = "PageNumber";

    fn read(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (1..=100_000).contains(number));
        number.map(Self).ok_or_else(|| "must be a number from 1 to 100000".to_owned())
    }

    fn describe() -> ObjectBuilder {
        ObjectBuilder::new().pattern(Some("^[1-9][0-9]{0,5}$"))
    }
}

/// What is asked.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MeasuresQuery {
    /// An authority; the asker's own when not given, for an auditor all of them.
    #[serde(default)]
    authority: Option<GivenAuthority>,
    /// A team of it.
    #[serde(default)]
    team: Option<GivenTeamId>,
    /// The first day of the window; twelve months when not given.
    #[serde(default)]
    from: Option<GivenDay>,
    /// The last day of the window. For whoever is shown no small numbers, the last day of a month.
    #[serde(default)]
    to: Option<GivenDay>,
    /// As the record knew it at that time: nothing recorded later is counted.
    #[serde(default)]
    as_known_at: Option<GivenInstant>,
    /// A position that must be taken in first: the one an order answered.
    #[serde(default)]
    at_least: Option<GivenPosition>,
    /// Which page of the children, from 1.
    #[serde(default)]
    page: Option<GivenPageNumber>,
}

impl MeasuresQuery {
    fn question(&self) -> Question {
        Question {
            authority: self.authority.clone().map(|given| given.0),
            team: self.team.map(|given| given.0),
            from: self.from.map(|given| given.0),
            to: self.to.map(|given| given.0),
            known_at: self.as_known_at.map(|given| given.0.0),
        }
    }
}

/// What is counted, and how.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureRead {
    #[schema(example = "re-referrals-12-months")]
    code: &'static str,
    /// Raised when anything of it changes; a figure is quoted with it.
    version: u16,
    title: &'static str,
    numerator: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<&'static str>,
    /// What is counted apart, because the record cannot judge it.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<&'static str>,
    /// `during` the window, or `on-the-last-day` of it.
    window: &'static str,
    /// `count`, `percent`, `working-days`, `each`.
    unit: &'static str,
    /// Where the definition comes from.
    source: &'static str,
    /// Absent where no figure of England is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    benchmark: Option<BenchmarkRead>,
}

/// What is published about the same elsewhere.
#[derive(Debug, Serialize, ToSchema)]
struct BenchmarkRead {
    /// Where and when.
    of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    /// Lower quartile, median and upper quartile of the authorities.
    #[serde(skip_serializing_if = "Option::is_none")]
    quartiles: Option<[f64; 3]>,
    /// Shares of the parts in per cent; the codes are the publisher's.
    #[serde(skip_serializing_if = "HashMap::is_empty")]
    groups: HashMap<&'static str, f64>,
    source: &'static str,
}

impl BenchmarkRead {
    fn of(code: &str) -> Option<Self> {
        let (benchmark, of) = benchmarks::of(code)?;
        let groups = benchmark.groups.iter().map(|(code, share)| (code.as_str(), *share)).collect();
        Some(Self {
            of,
            value: benchmark.value,
            quartiles: benchmark.quartiles,
            groups,
            source: &benchmark.source,
        })
    }
}

impl From<&'static Measure> for MeasureRead {
    fn from(measure: &'static Measure) -> Self {
        Self {
            code: measure.code,
            version: measure.version,
            title: measure.title,
            numerator: measure.numerator,
            denominator: measure.denominator,
            left_out: measure.left_out(),
            window: match measure.when {
                When::During(_) => "during",
                When::OnTheLastDay => "on-the-last-day",
            },
            unit: match measure.unit {
                Unit::Count => "count",
                Unit::Percent => "percent",
                Unit::WorkingDays => "working-days",
                Unit::Each => "each",
            },
            source: measure.source,
            benchmark: BenchmarkRead::of(measure.code),
        }
    }
}

/// Every measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct Measures {
    measures: Vec<MeasureRead>,
}

/// A count, or `c` for one that is too small to be shown, or would give such a one away.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum CountRead {
    Shown(i64),
    Hidden(&'static str),
}

impl From<Count> for CountRead {
    fn from(count: Count) -> Self {
        match count {
            Count::Shown(count) => Self::Shown(count),
            Count::Hidden => Self::Hidden("c"),
        }
    }
}

/// A figure.
#[derive(Debug, Serialize, ToSchema)]
struct PointRead {
    from: NaiveDate,
    to: NaiveDate,
    counted: CountRead,
    #[serde(skip_serializing_if = "Option::is_none")]
    among: Option<CountRead>,
    /// The share in per cent, the median, or the cases of each; absent when there is nothing to divide by.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
}

impl From<&Point> for PointRead {
    fn from(point: &Point) -> Self {
        Self {
            from: point.window.from(),
            to: point.window.to(),
            counted: point.counted.into(),
            among: point.among.map(CountRead::from),
            value: point.value,
        }
    }
}

/// A part of a count.
#[derive(Debug, Serialize, ToSchema)]
struct GroupRead {
    /// A code, or the id of an agency or a team.
    group: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    counted: CountRead,
}

/// A measure's figures.
#[derive(Debug, Serialize, ToSchema)]
struct ValueRead {
    measure: MeasureRead,
    whole: PointRead,
    /// The twelve months that end with the window, the earliest first.
    months: Vec<PointRead>,
    /// The greatest first.
    groups: Vec<GroupRead>,
    /// What is in no figure, because the record cannot judge it.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOutRead>,
}

/// How many are left out of a measure's figure, and why.
#[derive(Debug, Serialize, ToSchema)]
struct LeftOutRead {
    what: &'static str,
    counted: CountRead,
}

/// The figures of every measure that the asker is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Values {
    from: NaiveDate,
    to: NaiveDate,
    /// The place in the record up to which they are true.
    known_at: String,
    /// True when small numbers are shown as `c`.
    is_suppressed: bool,
    measures: Vec<ValueRead>,
}

/// A child behind a figure.
#[derive(Debug, Serialize, ToSchema)]
struct ChildRead {
    child: Uuid,
    /// The contact or the case.
    record: Uuid,
    on: NaiveDate,
    /// In the numerator; every child listed is in the denominator.
    is_counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
}

impl From<Behind> for ChildRead {
    fn from(behind: Behind) -> Self {
        Self {
            child: behind.child.0,
            record: behind.record,
            on: behind.on,
            is_counted: behind.is_counted,
            group: behind.group,
        }
    }
}

/// A page of the children behind a figure, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Children {
    /// Who of them is missing, and from where: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingChild>,
    measure: MeasureRead,
    from: NaiveDate,
    to: NaiveDate,
    known_at: String,
    children: Vec<ChildRead>,
    /// How many more of this page are counted, whose records are closed to the asker.
    kept_back: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page: Option<u32>,
}

/// What is counted, and how.
#[utoipa::path(get, path = "/api/v1/measures", tag = "measures", responses((status = 200, body = Measures)))]
pub async fn list(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    app.look(&asking.visitor, asking.looking(Action::ReadMeasures), async |_| {
        Ok(Shown { answer: (), people: Vec::new() })
    })
    .await?;
    Ok(HttpResponse::Ok().json(Measures { measures: measures::all().map(MeasureRead::from).collect() }))
}

/// The figures of every measure, with the twelve months that end with the window. Names nobody.
#[utoipa::path(get, path = "/api/v1/measures/values", tag = "measures", params(MeasuresQuery), responses((status = 200, body = Values)))]
pub async fn values(
    app: web::Data<App>,
    asking: Asking,
    Query(query): Query<MeasuresQuery>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, management::NAME, query.at_least).await?;
    let (asked, looking) = asked(&app, &asking, Action::ReadMeasures, &query).await?;
    let answer = app
        .look(&asking.visitor, looking, async |scope| {
            let values = management::values(&app.views, scope, &asked).await?;
            let mut read = Vec::with_capacity(values.len());
            for value in values {
                let names = if value.groups.is_empty() {
                    HashMap::new()
                } else {
                    management::names(&app.views, value.measure.names()).await?
                };
                read.push(value_read(value, &names));
            }
            Ok(Shown { answer: read, people: Vec::new() })
        })
        .await?;
    Ok(HttpResponse::Ok().json(Values {
        from: asked.window.from(),
        to: asked.window.to(),
        known_at: asked.known.to_string(),
        is_suppressed: asked.detail == Detail::Suppressed,
        measures: answer,
    }))
}

fn value_read(value: Value, names: &HashMap<String, String>) -> ValueRead {
    let group = |group: management::Group| GroupRead {
        name: names.get(&group.code).cloned(),
        counted: group.counted.into(),
        group: group.code,
    };
    let left_out = value.measure.left_out().zip(value.left_out);
    ValueRead {
        left_out: left_out.map(|(what, counted)| LeftOutRead { what, counted: counted.into() }),
        measure: value.measure.into(),
        whole: (&value.whole).into(),
        months: value.months.iter().map(PointRead::from).collect(),
        groups: value.groups.into_iter().map(group).collect(),
    }
}

/// The question as the asker may put it, and the look it is, true for one place in the record from here on.
async fn asked(
    app: &App,
    asking: &Asking,
    action: Action,
    query: &MeasuresQuery,
) -> Result<(Asked, Looking), Problem> {
    let mut looking = asking.looking(action);
    let asked = app.to_measures(&asking.visitor, asking.purpose, query.question()).await?;
    looking.as_known_at = Some(asked.known);
    Ok((asked, looking))
}

/// The children behind a measure, numerator and denominator, the newest first. Those whose record is closed to the
/// asker are counted and not listed.
#[utoipa::path(get, path = "/api/v1/measures/{measure}/children", tag = "measures", params(("measure" = String, Path), MeasuresQuery), responses((status = 200, body = Children)))]
pub async fn children(
    app: web::Data<App>,
    asking: Asking,
    At(MeasureCode(measure)): At<MeasureCode>,
    Query(query): Query<MeasuresQuery>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, management::NAME, query.at_least).await?;
    judge_by_now(&app).await?;
    let (asked, looking) = asked(&app, &asking, Action::DrillDown, &query).await?;
    let number = query.page.map_or(1, |given| given.0.0);
    let page = management::Page { limit: PAGE, after: (number - 1) * u32::from(PAGE) };
    let behind = app
        .look(&asking.visitor, looking, async |scope| {
            if asked.detail == Detail::Suppressed {
                return Err(ReadError::NotPermitted(crate::policy::NotPermitted {
                    action: Action::DrillDown,
                    purpose: asking.purpose,
                }));
            }
            let behind = management::children(&app.views, scope, measure, &asked, page).await?;
            let shown = |behind: &Behind| ShownPerson { person: behind.child, disclosure: behind.disclosure };
            let people = behind.children.iter().map(shown).collect();
            let ids: Vec<PersonId> = behind.children.iter().map(|child| child.child).collect();
            let missing = status::missing_among(&app.views, &ids).await?;
            Ok(Shown { answer: (behind, missing), people })
        })
        .await?;
    let (ChildrenBehind { children, kept_back, has_more }, missing) = behind;
    Ok(HttpResponse::Ok().json(Children {
        missing: MissingChild::all(missing),
        measure: measure.into(),
        from: asked.window.from(),
        to: asked.window.to(),
        known_at: asked.known.to_string(),
        children: children.into_iter().map(ChildRead::from).collect(),
        kept_back,
        next_page: has_more.then_some(number + 1),
    }))
}
