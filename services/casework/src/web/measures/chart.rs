//! Charts drawn here, as inline SVG: no script draws them, and what they say is said in words and in a table too.
//!
//! Each is a picture with a title and a description. Nothing is told by colour alone: a figure stands at its column,
//! the benchmark is a dashed line with its name, and what is not shown is a gap with a letter. Nothing is judged.

use askama::Template;
use askama::filters::HtmlSafe;

/// The drawing's own measure; the style sheet scales it.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 230.0;
const FLOOR: f64 = 178.0;
const CEILING: f64 = 26.0;
/// Room on the right for the benchmark's name.
const MARGIN: f64 = 74.0;
const ROW: f64 = 34.0;
const NAMES: f64 = 190.0;

/// One month.
#[derive(Clone, PartialEq, Debug)]
pub struct Month {
    /// As it stands under the column.
    pub label: String,
    /// The year, where it begins.
    pub year: Option<String>,
    /// None where there is nothing to show.
    pub value: Option<f64>,
    /// As it stands over the column: the figure, `c`, or a dash.
    pub said: String,
}

/// Twelve columns, and what is published of the same elsewhere.
#[derive(Template, Clone, PartialEq, Debug)]
#[template(path = "components/chart-months.html")]
pub struct Months {
    pub id: String,
    pub title: String,
    pub description: String,
    columns: Vec<Column>,
    line: Option<Line>,
    band: Option<Band>,
}

#[derive(Clone, PartialEq, Debug)]
struct Column {
    x: String,
    middle: String,
    y: String,
    width: String,
    height: String,
    over: String,
    month: Month,
}

/// The benchmark.
#[derive(Clone, PartialEq, Debug)]
struct Line {
    y: String,
    over: String,
    under: String,
    place: String,
    said: String,
}

/// From the lower to the upper quartile of the authorities.
#[derive(Clone, PartialEq, Debug)]
struct Band {
    y: String,
    height: String,
}

/// What is published, as the chart draws it.
#[derive(Clone, PartialEq, Debug)]
pub struct Published {
    pub place: String,
    pub value: f64,
    pub said: String,
    pub quartiles: Option<[f64; 3]>,
}

impl Months {
    pub fn draw(
        id: String,
        title: String,
        description: String,
        months: Vec<Month>,
        published: Option<&Published>,
    ) -> Self {
        let values = months.iter().filter_map(|month| month.value);
        let beside = published.into_iter().flat_map(|published| {
            std::iter::once(published.value).chain(published.quartiles.into_iter().flatten())
        });
        let top = values.chain(beside).fold(1.0_f64, f64::max);
        let y_of = |value: f64| FLOOR - (FLOOR - CEILING) * value / top;
        let right = if published.is_some() { WIDTH - MARGIN } else { WIDTH };
        let step = right / count(months.len().max(1));
        let column = |(nth, month): (usize, Month)| {
            let y = month.value.map_or(FLOOR, y_of);
            let left = step * count(nth);
            Column {
                x: at(left + step * 0.14),
                middle: at(left + step * 0.5),
                y: at(y),
                width: at(step * 0.72),
                height: at(FLOOR - y),
                over: at(y - 5.0),
                month,
            }
        };
        Self {
            id,
            title,
            description,
            columns: months.into_iter().enumerate().map(column).collect(),
            line: published.map(|published| {
                let y = y_of(published.value);
                Line {
                    y: at(y),
                    over: at(y - 4.0),
                    under: at(y + 13.0),
                    place: published.place.clone(),
                    said: published.said.clone(),
                }
            }),
            band: published
                .and_then(|published| published.quartiles)
                .map(|[lower, _, upper]| Band { y: at(y_of(upper)), height: at(y_of(lower) - y_of(upper)) }),
        }
    }

    fn right(&self) -> String {
        at(if self.line.is_some() { WIDTH - MARGIN } else { WIDTH })
    }

    fn view(&self) -> String {
        format!("0 0 {} {}", at(WIDTH), at(HEIGHT))
    }
}

/// A part of a count.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    pub name: String,
    /// None where it is not shown.
    pub count: Option<f64>,
    pub said: String,
}

/// A bar for each part, the greatest first.
#[derive(Template, Clone, PartialEq, Debug)]
#[template(path = "components/chart-parts.html")]
pub struct Parts {
    pub id: String,
    pub title: String,
    pub description: String,
    bars: Vec<Bar>,
    height: String,
}

#[derive(Clone, PartialEq, Debug)]
struct Bar {
    y: String,
    text: String,
    width: String,
    after: String,
    part: Part,
}

impl Parts {
    pub fn draw(id: String, title: String, description: String, parts: Vec<Part>) -> Self {
        let top = parts.iter().filter_map(|part| part.count).fold(1.0_f64, f64::max);
        let room = WIDTH - NAMES - 46.0;
        let height = at(ROW * count(parts.len()) + 4.0);
        let bar = |(nth, part): (usize, Part)| {
            let y = ROW * count(nth) + 4.0;
            let width = room * part.count.unwrap_or_default() / top;
            Bar {
                y: at(y),
                text: at(y + 18.0),
                width: at(width),
                after: at(NAMES + width + 6.0),
                part: Part { name: shortened(&part.name), ..part },
            }
        };
        Self { id, title, description, bars: parts.into_iter().enumerate().map(bar).collect(), height }
    }

    /// How many are drawn.
    pub fn count(&self) -> usize {
        self.bars.len()
    }
}

/// A name as long as there is room for; the table has all of it.
fn shortened(name: &str) -> String {
    const LETTERS: usize = 27;
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(LETTERS - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A small line of twelve months, for a row of a table whose other cells say what matters.
#[derive(Template, Clone, PartialEq, Debug)]
#[template(
    source = r#"<svg class="gt-spark" viewBox="0 0 96 24" role="img" aria-label="{{ said }}" focusable="false">{% for column in columns %}<rect class="{{ column.class }}" x="{{ column.x }}" y="{{ column.y }}" width="6" height="{{ column.height }}"></rect>{% endfor %}</svg>"#,
    ext = "html"
)]
pub struct Spark {
    said: String,
    columns: Vec<Small>,
}

/// A month as it is drawn small.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Drawn {
    Value(f64),
    /// There is a number, and it is not shown: a pale column, as high as all others that are not shown.
    Hidden,
    Nothing,
}

#[derive(Clone, PartialEq, Debug)]
struct Small {
    class: &'static str,
    x: String,
    y: String,
    height: String,
}

impl Spark {
    pub fn draw(said: String, months: &[Drawn]) -> Self {
        let value = |month: &Drawn| match month {
            Drawn::Value(value) => Some(*value),
            Drawn::Hidden | Drawn::Nothing => None,
        };
        let top = months.iter().filter_map(value).fold(1.0_f64, f64::max);
        let column = |(nth, month): (usize, &Drawn)| {
            let (class, height) = match month {
                Drawn::Value(value) => ("gt-chart__column", (22.0 * value / top).max(1.0)),
                Drawn::Hidden => ("gt-chart__hidden", 22.0),
                Drawn::Nothing => return None,
            };
            Some(Small { class, x: at(8.0 * count(nth) + 1.0), y: at(23.0 - height), height: at(height) })
        };
        Self { said, columns: months.iter().enumerate().filter_map(column).collect() }
    }
}

impl HtmlSafe for Months {}
impl HtmlSafe for Parts {}
impl HtmlSafe for Spark {}

/// To one decimal: enough for a screen.
fn at(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    fn month(value: Option<f64>, said: &str) -> Month {
        Month { label: "Mar".to_owned(), year: Some("2026".to_owned()), value, said: said.to_owned() }
    }

    fn england() -> Published {
        Published {
            place: "England".to_owned(),
            value: 20.0,
            said: "20%".to_owned(),
            quartiles: Some([10.0, 20.0, 30.0]),
        }
    }

    #[test]
    fn a_chart_says_in_words_what_it_draws_and_never_judges() {
        let months = vec![month(Some(40.0), "40%"), month(None, "c")];
        let drawn =
            Months::draw("a".to_owned(), "Title".to_owned(), "In words".to_owned(), months, Some(&england()));
        let html = drawn.to_string();
        is_whole(&html);
        assert!(
            html.contains("<title id=\"a-title\">Title</title>") && html.contains("role=\"img\""),
            "{html}"
        );
        assert!(html.contains(">40%<") && html.contains(">c<") && html.contains(">England<"), "{html}");
        assert!(!html.contains("fill=") && !html.contains("style="), "colours are the style sheet's: {html}");
    }

    #[test]
    fn columns_share_one_scale_with_the_benchmark() {
        let months = vec![month(Some(40.0), "40%"), month(Some(20.0), "20%")];
        let drawn = Months::draw(String::new(), String::new(), String::new(), months, Some(&england()));
        let [first, second] = drawn.columns.as_slice() else { panic!("two columns") };
        assert_eq!(first.y, at(CEILING), "the greatest reaches the top");
        assert_eq!(drawn.line.as_ref().map(|line| line.y.clone()), Some(second.y.clone()));
        assert_eq!(drawn.band.map(|band| band.height), Some(at((FLOOR - CEILING) / 2.0)));
    }

    #[test]
    fn nothing_is_drawn_where_nothing_is_shown() {
        let parts = vec![
            Part { name: "Neglect".to_owned(), count: Some(12.0), said: "12".to_owned() },
            Part { name: "Physical abuse".to_owned(), count: None, said: "c".to_owned() },
        ];
        let drawn = Parts::draw("b".to_owned(), String::new(), String::new(), parts);
        is_whole(&drawn.to_string());
        assert_eq!(drawn.bars.iter().map(|bar| bar.width.as_str()).collect::<Vec<_>>()[1], "0");
        let months = [Drawn::Nothing, Drawn::Hidden, Drawn::Value(3.0)];
        let small = Spark::draw("Twelve months".to_owned(), &months).to_string();
        is_whole(&small);
        assert_eq!((small.matches("<rect").count(), small.matches("gt-chart__hidden").count()), (2, 1));
    }
}
