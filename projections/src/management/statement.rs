//! The SQL of the measures: plain choices of rows, for figures and for the lists behind them alike.
//!
//! Every figure comes from one statement. It reads what is known of each table once for each way of laying rows over
//! days, and counts all that is counted over the same rows in one pass. Parameters: `$1` the place in the record; `$2` an
//! authority or none; `$3` a team or none, of contacts an agency; `$4` and `$5` the first and the last day. All but
//! these are texts of this program.

use super::measures::{Figure, Measure, When};

/// A statement, and whose figures its rows tell.
pub struct Figures {
    pub sql: String,
    pub branches: Vec<Branch>,
}

/// Rows that add to the figures of some measures. Columns: which branch, month from 1, true for the window, parts, three
/// counts for each measure (counted, among, left out), middle value. A row with a part is of that part in the window.
pub struct Branch {
    /// Which of the measures that were asked for, in the order of the counts.
    pub of: Vec<usize>,
    /// Which of these are told apart, in the order of the parts.
    pub parted: Vec<usize>,
}

/// Measures that are counted over the same rows, laid over days in the same way.
struct Shared<'a> {
    table: &'static str,
    when: When,
    measures: Vec<(usize, &'a Measure)>,
}

/// Every measure in one statement: of the window, of each month, and by its parts in the window. `$6` and `$7` are the
/// months' first and last days.
pub fn figures(measures: &[&'static Measure], schema: &str) -> Figures {
    let mut shared: Vec<Shared<'_>> = Vec::new();
    for (nth, measure) in measures.iter().enumerate() {
        let (table, when) = (measure.over.table, measure.when);
        match shared.iter_mut().find(|it| it.table == table && it.when == when) {
            Some(it) => it.measures.push((nth, measure)),
            None => shared.push(Shared { table, when, measures: vec![(nth, measure)] }),
        }
    }
    let mut rows = vec![
        // Each parameter has its type here: one measure by itself does not need them all.
        "asked as (select $1::bytea, $2::text, $3::uuid, $4::date, $5::date, $6::date[])".to_owned(),
        kinds(schema),
        "months as (select last, month::int from unnest($7::date[]) with ordinality as it (last, month))"
            .to_owned(),
    ];
    let (mut branches, mut selects) = (Vec::new(), Vec::new());
    for (nth, it) in shared.iter().enumerate() {
        let from = format!("rows_{nth}");
        rows.push(laid_over_days(it, &from, schema));
        for (branch, select) in counted(it, &from) {
            selects.push(format!("(select {}, {select})", branches.len()));
            branches.push(branch);
        }
    }
    let sql = format!("with {}\n{}", rows.join(",\n"), selects.join("\nunion all\n"));
    Figures { sql, branches }
}

/// What kind each agency is: beside contacts, and small.
fn kinds(schema: &str) -> String {
    format!("kinds as materialized (select stream, kind from {schema}.agency)")
}

/// Known rows, each with the month it is of and whether it is of the window; what is so on a day, once for each month.
fn laid_over_days(shared: &Shared<'_>, name: &str, schema: &str) -> String {
    let table = shared.table;
    match shared.when {
        When::During(day) => {
            let columns = format!(
                ", nullif(width_bucket({day}, $6::date[]), 0) as month, {day} between $4 and $5 as whole"
            );
            let days = format!("{day} between least($4::date, ($6::date[])[1]) and $5");
            format!("{name} as ({})", known(table, schema, columns_of(table), &columns, &days))
        }
        When::OnTheLastDay => {
            let (from, until) = from_until(table);
            let days = format!("r.{from} <= $5 and coalesce(r.{until}, 'infinity') > ($7::date[])[1]");
            format!(
                "known_{name} as materialized ({}),
                 {name} as (select r.*, months.last, months.month, months.last = $5 as whole
                            from months join known_{name} as r on {})",
                known(table, schema, columns_of(table), "", &days),
                is_so_on(table, "months.last"),
            )
        }
    }
}

/// Where rows are kept for more than one pass: what the measures need of them.
fn columns_of(table: &str) -> &'static str {
    match table {
        "contact" => {
            "r.agency, r.is_told_by_agency, r.is_confided, r.outcome, r.decide_by, r.decided_on, r.working_days,
             r.is_decision_late_or_gone, r.incident"
        }
        "plan" => "r.started_on, r.previous_plans, r.missed_on, r.said_until",
        "category" => "r.from_on, r.category",
        "allocation" => "r.from_on, r.practitioner, r.role, r.team",
        "waiting" => "r.from_on, r.said_until",
        _ => "r.*",
    }
}

/// The rows of a table that are known and asked about, with what is needed beside them. What is owed to a child is over
/// at eighteen; a personal adviser goes on.
fn known(table: &str, schema: &str, its: &str, columns: &str, days: &str) -> String {
    let of_child = "birth.stream = r.child
        and birth.known_from <= $1 and (birth.known_until is null or birth.known_until > $1)";
    let birth = format!("left join {schema}.birth on {of_child}");
    let over = "least(r.until_on, birth.adult_from)";
    let (beside, join) = match table {
        // Who told it, the contact knows that became it.
        "referral" => (
            ", told.agency as told_by, told.is_confided as is_told_in_confidence".to_owned(),
            format!(
                "left join {schema}.contact as told on told.stream = r.contact
                     and told.known_from <= $1 and (told.known_until is null or told.known_until > $1)"
            ),
        ),
        "contact" => (", kinds.kind".to_owned(), "left join kinds on kinds.stream = r.agency".to_owned()),
        "plan" => (
            ", least(r.ended_on, birth.adult_from) as over_on, birth.adult_from, birth.year as born_in, birth.is_unborn"
                .to_owned(),
            birth,
        ),
        "category" | "waiting" => (format!(", {over} as over_on"), birth),
        "allocation" => {
            let over =
                format!(", case when r.role = 'personal-adviser' then r.until_on else {over} end as over_on");
            (over, birth)
        }
        // Looked up for the few that are not done: one that was due later was never owed.
        "step" => {
            let is_open = "case when r.done_on is null then";
            (
                format!(
                    ", {is_open} (select birth.adult_from from {schema}.birth where {of_child}) end as adult_from"
                ),
                String::new(),
            )
        }
        _ => (String::new(), String::new()),
    };
    let whose = match table {
        "contact" => "r.agency",
        "alert" => "null",
        _ => "r.team",
    };
    format!(
        "select {its}{beside}{columns} from {schema}.{table} as r {join}
         where r.known_from <= $1 and (r.known_until is null or r.known_until > $1)
           and ($2::text is null or r.authority = $2) and ($3::uuid is null or {whose} = $3) and {days}"
    )
}

/// The columns between whose days a row is so.
fn from_until(table: &str) -> (&'static str, &'static str) {
    if table == "plan" { ("started_on", "ended_on") } else { ("from_on", "until_on") }
}

fn is_so_on(table: &str, day: &str) -> String {
    let (from, _) = from_until(table);
    format!("r.{from} <= {day} and (r.over_on is null or r.over_on > {day})")
}

/// What lies in no month and not in the window was read for another measure.
const IS_SAID: &str = "having r.month is not null or r.whole";

/// The branches over one set of rows: one that counts, and one more for each measure that counting rows is not enough for.
fn counted(shared: &Shared<'_>, from: &str) -> Vec<(Branch, String)> {
    let filled = |text: &str| filled(text, shared.when, "r.last");
    let mut branches = Vec::new();
    let plain: Vec<(usize, &Measure)> = shared
        .measures
        .iter()
        .copied()
        .filter(|(_, measure)| !matches!(measure.figure, Figure::Different(_) | Figure::Median(_)))
        .collect();
    if !plain.is_empty() {
        branches.push(tally(&plain, from, filled));
    }
    // What is so on the last day is the window's own; what happened in two months is in the window once.
    let days: &[(&str, &str)] = match shared.when {
        When::OnTheLastDay => &[("r.month", "r.whole")],
        When::During(_) => &[("r.month", "false"), ("null::int", "r.whole")],
    };
    for (nth, measure) in &shared.measures {
        let condition = filled(measure.over.condition);
        for days in days {
            let select = match measure.figure {
                Figure::Count | Figure::Share(_) => continue,
                Figure::ForEach(of) => different(from, (of, "0, count(*)"), &condition, *days),
                Figure::Different(of) => different(from, (of, "count(*), 0"), &condition, *days),
                Figure::Median(of) => median(from, of, &condition, *days),
            };
            branches.push((Branch { of: vec![*nth], parted: Vec::new() }, select));
        }
    }
    branches
}

/// Rows, once for all measures over them and all by which these are told apart.
fn tally(measures: &[(usize, &Measure)], from: &str, filled: impl Fn(&str) -> String) -> (Branch, String) {
    let (mut counts, mut parts, mut parted) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (_, measure)) in measures.iter().enumerate() {
        let condition = filled(measure.over.condition);
        let (is_judged, left_out) = match measure.over.left_out {
            None => (condition, "0".to_owned()),
            Some(left_out) => {
                let left_out = format!("coalesce({}, false)", filled(left_out.condition));
                (
                    format!("{condition} and not {left_out}"),
                    rows_where(&format!("{condition} and {left_out}")),
                )
            }
        };
        let (counted, among) = match measure.figure {
            Figure::Share(of) => {
                (rows_where(&format!("{is_judged} and ({})", filled(of))), rows_where(&is_judged))
            }
            _ => (rows_where(&is_judged), "0".to_owned()),
        };
        counts.push(format!("{counted}, {among}, {left_out}"));
        if let Some(by) = measure.by {
            parts.push((filled(by.expression), by.otherwise));
            parted.push(at);
        }
    }
    let (mut named, mut told, mut sets) = (String::new(), "null".to_owned(), "(r.month, r.whole)".to_owned());
    for (nth, (part, otherwise)) in parts.iter().enumerate() {
        named.push_str(&format!(", {part} as part_{nth}"));
        told.push_str(&format!(
            ", case when grouping(r.part_{nth}) = 0 then coalesce(r.part_{nth}::text, '{otherwise}') end"
        ));
        sets.push_str(&format!(", (r.whole, r.part_{nth})"));
    }
    let select = format!(
        "r.month, r.whole, array[{told}]::text[], array[{}]::int8[], null::float8
         from (select r.*{named} from {from} as r) as r group by grouping sets ({sets}) {IS_SAID}",
        counts.join(", "),
    );
    (Branch { of: measures.iter().map(|(nth, _)| *nth).collect(), parted }, select)
}

fn rows_where(condition: &str) -> String {
    if condition == "true" { "count(*)".to_owned() } else { format!("count(*) filter (where {condition})") }
}

/// The middle value, which takes all rows of a month, or of the window, in order.
fn median(from: &str, of: &str, condition: &str, (month, whole): (&str, &str)) -> String {
    format!(
        "{month}, {whole}, null::text[], array[count(*), 0, 0]::int8[],
                percentile_cont(0.5) within group (order by {of})::float8
         from {from} as r where {condition} and ({month} is not null or {whole}) group by 2, 3"
    )
}

/// How many different values there are, counted or among. They are gathered by hash, where `count(distinct …)` would
/// sort all rows.
fn different(
    from: &str,
    (of, counts): (&str, &str),
    condition: &str,
    (month, whole): (&str, &str),
) -> String {
    format!(
        "r.month, r.whole, null::text[], array[{counts}, 0]::int8[], null::float8
         from (select {month} as month, {whole} as whole from {from} as r where {condition} and {of} is not null
               group by 1, 2, {of}) as r
         group by r.month, r.whole {IS_SAID}"
    )
}

fn filled(text: &str, when: When, last: &str) -> String {
    let last = match when {
        When::During(_) => "$5::date",
        When::OnTheLastDay => last,
    };
    text.replace("{last}", last)
}

/// The children behind a measure, the newest first. Columns: child, stream, day, true when counted in the numerator,
/// group. `$6` and `$7` are how many and after how many.
pub fn children(measure: &Measure, schema: &str) -> String {
    let filled = |text: &str| filled(text, measure.when, "$5::date");
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
    let group = measure.by.map_or("null::text".to_owned(), |by| {
        format!("coalesce(({})::text, '{}')", filled(by.expression), by.otherwise)
    });
    let (day, days) = match measure.when {
        When::During(day) => (day, format!("{day} between $4::date and $5::date")),
        When::OnTheLastDay => {
            ("$5::date", format!("$4::date <= $5::date and {}", is_so_on(over.table, "$5")))
        }
    };
    let left_out = over.left_out.map_or("false".to_owned(), |it| filled(it.condition));
    format!(
        "with {kinds} select {child}, r.stream, {day}, {counted}, {group}
         from ({known}) as r {each}
         where {days} and ({condition}) and not coalesce({left_out}, false)
         order by {day} desc, r.stream, {child} limit $6 offset $7",
        kinds = kinds(schema),
        known = known(over.table, schema, "r.*", "", "true"),
        condition = filled(over.condition),
    )
}

#[cfg(test)]
mod tests {
    use super::super::measures;
    use super::*;

    #[test]
    fn rows_are_read_once_for_all_that_is_counted_over_them() {
        let all: Vec<_> = measures::all().collect();
        let Figures { sql, branches } = figures(&all, "it");
        for table in
            ["contact", "referral", "section47", "alert", "category", "allocation", "waiting", "late"]
        {
            assert_eq!(sql.matches(&format!("from it.{table} as r")).count(), 1, "{table}");
        }
        let told = |nth: &usize| branches.iter().any(|branch| branch.of.contains(nth));
        assert!((0..all.len()).all(|nth| told(&nth)), "every measure is counted");
        assert!(branches.len() <= 20, "{} passes", branches.len());
    }
}
