//! The SQL of a measure: one plain choice of rows, for figures and for the lists behind them alike.
//!
//! Parameters: `$1` the place in the record; `$2` an authority or none; `$3` a team or none, of contacts an agency;
//! figures have `$4` and `$5`, first and last days. All but these are texts of this program.

use super::measures::{Figure, Measure, When};

/// Which rows are known and asked about.
fn chosen(measure: &Measure, schema: &str) -> String {
    let days = match measure.when {
        When::During(day) => format!("{day} between p.first and p.last"),
        When::OnTheLastDay => "true".to_owned(),
    };
    let whose = match (measure.is_of_contacts(), measure.is_of_the_front_door()) {
        (true, _) => "r.agency",
        (false, true) => "null",
        (false, false) => "r.team",
    };
    let over = &measure.over;
    format!(
        "join {schema}.{table} as r on {days} and ({condition})
             and r.known_from <= $1 and (r.known_until is null or r.known_until > $1)
             and ($2::text is null or r.authority = $2) and ($3::uuid is null or {whose} = $3)
         {beside}",
        table = over.table,
        condition = over.condition,
        beside = over.beside.replace("{schema}", schema),
    )
}

/// Counts a measure at every point, and at the first by its groups. Columns: measure, point from 1, group or null,
/// true for a group, counted, among, middle.
pub fn figures(measure: &Measure, schema: &str) -> String {
    let (counted, among, middle) = match measure.figure {
        Figure::Count => ("count(*)".to_owned(), "null::int8".to_owned(), "null"),
        Figure::Different(of) => (format!("count(distinct {of})"), "null::int8".to_owned(), "null"),
        Figure::Share(of) => (
            format!("count(*) filter (where {})", of.replace("{schema}", schema)),
            "count(*)".to_owned(),
            "null",
        ),
        Figure::Median(of) => {
            return grouped(
                measure,
                schema,
                "count(*)",
                "null::int8",
                &format!("percentile_cont(0.5) within group (order by {of})"),
            );
        }
        Figure::ForEach(of) => ("count(*)".to_owned(), format!("count(distinct {of})"), "null"),
    };
    grouped(measure, schema, &counted, &among, middle)
}

fn grouped(measure: &Measure, schema: &str, counted: &str, among: &str, middle: &str) -> String {
    let chosen = chosen(measure, schema);
    let code = measure.code;
    let head = format!("select '{code}'::text as measure, p.point::int as point");
    let figures = format!("{counted}::int8, {among}, ({middle})::float8");
    match measure.by {
        None => format!("{head}, null::text, false, {figures} from p {chosen} group by p.point"),
        Some(by) => format!(
            "{head}, g.g, grouping(g.g) = 0, {figures} from p {chosen}
             cross join lateral (select case when p.point = 1 then coalesce({by}, 'not-said') end as g) as g
             group by grouping sets ((p.point), (p.point, g.g)) having grouping(g.g) = 1 or g.g is not null",
            by = by.expression,
        ),
    }
}

/// Every measure at every point, in one statement.
pub fn all_figures<'a>(measures: impl Iterator<Item = &'a Measure>, schema: &str) -> String {
    let each: Vec<_> = measures.map(|measure| format!("({})", figures(measure, schema))).collect();
    format!(
        "with p as materialized (
             select first, last, point from unnest($4::date[], $5::date[]) with ordinality as days (first, last, point)
         ) {}",
        each.join("\nunion all\n")
    )
}

/// The children behind a measure, the newest first. Columns: child, stream, day, true when counted in the numerator,
/// group. `$6` and `$7` are how many and after how many.
pub fn children(measure: &Measure, schema: &str) -> String {
    let chosen = chosen(measure, schema);
    let (child, beside) = if measure.is_of_the_front_door() {
        ("child.id", "cross join lateral unnest(r.children) as child (id)")
    } else {
        ("r.child", "")
    };
    let counted = match measure.figure {
        Figure::Share(of) => format!("coalesce({}, false)", of.replace("{schema}", schema)),
        _ => "true".to_owned(),
    };
    let group = measure.by.map_or("null::text", |by| by.expression);
    let day = match measure.when {
        When::During(day) => day,
        When::OnTheLastDay => "p.last",
    };
    format!(
        "with p as (select $4::date as first, $5::date as last)
         select {child}, r.stream, {day}, {counted}, {group} from p {chosen} {beside}
         order by {day} desc, r.stream, {child} limit $6 offset $7"
    )
}
