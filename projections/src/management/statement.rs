//! The SQL of the measures: plain choices of rows, for figures and for the lists behind them alike.
//!
//! Every figure comes from one statement, which reads what is known of each table once. Parameters: `$1` the place in
//! the record; `$2` an authority or none; `$3` a team or none, of contacts an agency; `$4` and `$5` the first and the
//! last day. All but these are texts of this program.

use std::collections::BTreeSet;

use super::measures::{Figure, Measure, When};

/// Which rows are known and asked about.
fn is_known(measure: &Measure) -> String {
    let whose = match (measure.is_of_contacts(), measure.is_of_the_front_door()) {
        (true, _) => "r.agency",
        (false, true) => "null",
        (false, false) => "r.team",
    };
    format!(
        "r.known_from <= $1 and (r.known_until is null or r.known_until > $1)
         and ($2::text is null or r.authority = $2) and ($3::uuid is null or {whose} = $3)"
    )
}

/// What any measure of a table can need of it, from the earliest of all days asked about to the last.
fn within_reach(table: &str) -> &'static str {
    match table {
        "contact" | "referral" => "r.received_on between d.first and $5",
        "section47" => "r.started_on between d.first and $5",
        "step" => "(r.since between d.first and $5 or r.done_on between d.first and $5)",
        "plan" => "r.started_on <= $5 and (r.ended_on is null or r.ended_on >= d.first)",
        "category" | "allocation" | "waiting" => {
            "r.from_on <= $5 and (r.until_on is null or r.until_on >= d.first)"
        }
        "late" => "r.recorded_on between d.first and $5",
        "alert" => "r.raised_on between d.first and $5",
        _ => "true",
    }
}

fn filled(text: &str, schema: &str, last: &str) -> String {
    text.replace("{schema}", schema).replace("{last}", last)
}

/// Every measure in one statement: of the window, of each month, and by its groups of the window. `$6` and `$7` are the
/// months' first and last days. Columns: measure, month from 1 or 0 for the window, group or null, true for a group,
/// counted, among, middle.
pub fn all_figures<'a>(measures: impl Iterator<Item = &'a Measure>, schema: &str) -> String {
    let (mut tables, mut known, mut each) = (BTreeSet::new(), Vec::new(), Vec::new());
    for measure in measures {
        let table = measure.over.table;
        if tables.insert(table) {
            known.push(format!(
                "known_{table} as materialized (
                     select r.* from d cross join {schema}.{table} as r where {} and {})",
                within_reach(table),
                is_known(measure),
            ));
        }
        each.push(figures(measure, schema));
    }
    format!(
        "with d as (select least($4::date, ($6::date[])[1]) as first),
              p as (select last, month from unnest($7::date[]) with ordinality as months (last, month)),
              {} {}",
        known.join(",\n"),
        each.join("\nunion all\n"),
    )
}

fn figures(measure: &Measure, schema: &str) -> String {
    let over = &measure.over;
    let (table, code) = (over.table, measure.code);
    let last = match measure.when {
        When::During(_) => "$5::date",
        When::OnTheLastDay => "p.last",
    };
    let filled = |text: &str| filled(text, schema, last);
    let (counts, of) = match measure.figure {
        Figure::Count => ("true".to_owned(), "null::int"),
        Figure::Share(of) => (filled(of), "null::int"),
        Figure::Different(of) | Figure::Median(of) | Figure::ForEach(of) => ("true".to_owned(), of),
    };
    let (counted, among, middle) = match measure.figure {
        Figure::Count => ("count(*)", "null", "null"),
        Figure::Different(_) => ("count(distinct q.of)", "null", "null"),
        Figure::Share(_) => ("count(*) filter (where q.counts)", "count(*)", "null"),
        Figure::Median(_) => ("count(*)", "null", "percentile_cont(0.5) within group (order by q.of)"),
        Figure::ForEach(_) => ("count(*)", "count(distinct q.of)", "null"),
    };
    let by = measure.by.map(|by| format!("coalesce({}, 'not-said')", filled(by.expression)));
    let (condition, beside) = (filled(over.condition), filled(over.beside));
    let head = format!("select '{code}'::text as measure");
    let figure = format!("{counted}::int8, ({among})::int8, ({middle})::float8");
    match measure.when {
        When::During(day) => {
            let group = by.unwrap_or_else(|| "null::text".to_owned());
            format!(
                "({head}, coalesce(q.month, 0), q.part, grouping(q.part) = 0, {figure}
                  from (select width_bucket({day}, $6::date[]) as month, {day} between $4 and $5 as within,
                               {group} as part, {counts} as counts, {of} as of
                        from known_{table} as r {beside} where {day} between (select first from d) and $5 and ({condition})) as q
                  group by grouping sets ((q.month), (q.within), (q.within, q.part))
                  having (grouping(q.month) = 0 and q.month > 0)
                      or (grouping(q.within) = 0 and q.within and (grouping(q.part) = 1 or q.part is not null)))"
            )
        }
        When::OnTheLastDay => {
            let group = by.unwrap_or_else(|| "null::text".to_owned());
            format!(
                "({head}, q.month, q.part, grouping(q.part) = 0, {figure}
                  from (select p.month::int as month, case when p.last = $5 then {group} end as part,
                               {counts} as counts, {of} as of
                        from p join known_{table} as r on {condition} {beside}) as q
                  group by grouping sets ((q.month), (q.month, q.part))
                  having grouping(q.part) = 1 or q.part is not null)"
            )
        }
    }
}

/// The children behind a measure, the newest first. Columns: child, stream, day, true when counted in the numerator,
/// group. `$6` and `$7` are how many and after how many.
pub fn children(measure: &Measure, schema: &str) -> String {
    let filled = |text: &str| filled(text, schema, "$5::date");
    let over = &measure.over;
    let (child, each) = if measure.is_of_the_front_door() {
        ("child.id", "cross join lateral unnest(r.children) as child (id)")
    } else {
        ("r.child", "")
    };
    let counted = match measure.figure {
        Figure::Share(of) => format!("coalesce({}, false)", filled(of)),
        _ => "true".to_owned(),
    };
    let group = measure.by.map_or("null::text".to_owned(), |by| filled(by.expression));
    let (day, days) = match measure.when {
        When::During(day) => (day, format!("{day} between $4::date and $5::date")),
        When::OnTheLastDay => ("$5::date", "$4::date <= $5::date".to_owned()),
    };
    format!(
        "select {child}, r.stream, {day}, {counted}, {group} from {schema}.{table} as r {beside} {each}
         where {known} and {days} and ({condition}) order by {day} desc, r.stream, {child} limit $6 offset $7",
        table = over.table,
        beside = filled(over.beside),
        known = is_known(measure),
        condition = filled(over.condition),
    )
}
