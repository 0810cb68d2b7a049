//! A linkage rule as text: one statement a line, `name: value`, read and checked before the node answers anybody.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::{NaiveDate, TimeDelta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Purpose;
use crate::agency::AgencyKind;
use crate::codes::codes;
use crate::contact::ConcernKind;

codes! {
    /// Who is looked at beside the child.
    Near, "who is looked at":
    Siblings => "siblings",
    HouseholdMembers => "household members",
    /// Mother, father, parent and carer.
    ParentsAndCarers => "parents and carers",
}

codes! {
    /// What keeps a rule from applying to a child.
    Unless, "exception":
    OpenEpisode => "the child has an open episode",
}

/// The name of a rule, such as `three-incidents`; the same for all its versions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[a-z0-9-]{1,60}$", "examples" = ["three-incidents"]))]
pub struct RuleName(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("is small letters, digits and hyphens, at most 60")]
pub struct NotARuleName;

impl RuleName {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleName {
    type Err = NotARuleName;

    fn from_str(text: &str) -> Result<Self, NotARuleName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=60).contains(&text.len()) && text.bytes().all(plain);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotARuleName) }
    }
}

impl std::fmt::Display for RuleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// Contacts; those about one event are one.
    Incidents,
    Enquiries,
    /// Contacts and enquiries made because the child is there now.
    Attendances,
    Plans,
    Section47s,
}

/// One thing a rule needs, `3 incidents; by 2 agencies`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    pub least: usize,
    pub what: What,
    /// Any of these; all when empty.
    pub concerns: Vec<ConcernKind>,
    /// Agencies of any of these kinds; all when empty.
    pub told_by: Vec<AgencyKind>,
    /// At least so many different agencies.
    pub agencies: usize,
    /// For any of these purposes; all when empty.
    pub purposes: Vec<Purpose>,
    /// For none of these.
    pub except: Vec<Purpose>,
}

/// One version of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    pub id: RuleName,
    pub version: u16,
    /// The first day it counts.
    pub from: NaiveDate,
    pub title: String,
    pub near: BTreeSet<Near>,
    pub within: TimeDelta,
    pub within_words: String,
    pub needs: Vec<Need>,
    pub unless: Option<Unless>,
    /// What is shown to whoever decides.
    pub says: String,
    pub source: String,
    /// As it was written.
    pub text: String,
}

/// Why a text is not a rule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleError {
    #[error("line {line}: a statement is `name: value`; a remark begins with #")]
    NotAStatement { line: usize },
    #[error("line {line}: `{name}` is not a statement of a rule; they are {allowed}", allowed = STATEMENTS.join(", "))]
    Unknown { line: usize, name: String },
    #[error("line {line}: `{name}` is given twice")]
    Twice { line: usize, name: &'static str },
    #[error("`{name}` is missing")]
    Missing { name: &'static str },
    #[error("line {line}, `{name}`: {problem}")]
    Value { line: usize, name: &'static str, problem: String },
    #[error("`{rule}` version {version} is given twice")]
    SameVersion { rule: RuleName, version: u16 },
    #[error("`{rule}` version {version} does not come into force after the version before it")]
    NotLater { rule: RuleName, version: u16 },
}

const STATEMENTS: [&str; 10] =
    ["rule", "version", "in force from", "title", "look at", "within", "needs", "unless", "says", "source"];
const MOST_NEEDED: usize = 20;
const LONGEST_DAYS: i64 = 366;

impl Rule {
    /// # Errors
    /// The first line, or the statement, that is wrong, and what is allowed.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let given = Statements::read(text)?;
        let id = given.required("rule", str::parse)?;
        let needs = given
            .of("needs")
            .map(|(line, value)| {
                need(value).map_err(|problem| RuleError::Value { line, name: "needs", problem })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if needs.is_empty() {
            return Err(RuleError::Missing { name: "needs" });
        }
        Ok(Self {
            id,
            version: given.required("version", |value| {
                value.parse().ok().filter(|version| *version > 0).ok_or("is a whole number from 1")
            })?,
            from: given
                .required("in force from", |value| value.parse().map_err(|_| "is a day, as 2026-04-01"))?,
            title: given.required("title", |value| Ok::<_, String>(value.to_owned()))?,
            near: given.required("look at", near)?,
            within: given.required("within", within)?,
            within_words: given.required("within", |value| Ok::<_, String>(value.to_owned()))?,
            needs,
            unless: given.optional("unless", |value| value.parse::<Unless>())?,
            says: given.required("says", |value| Ok::<_, String>(value.to_owned()))?,
            source: given.required("source", |value| Ok::<_, String>(value.to_owned()))?,
            text: text.to_owned(),
        })
    }
}

impl Rule {
    /// True when that it found something says what kind of agency told, or that several did.
    pub(super) fn tells_who(&self) -> bool {
        self.needs.iter().any(|need| !need.told_by.is_empty() || need.agencies > 1)
    }
}

/// Rules by name and version, each version in force until the next of its name.
///
/// # Errors
/// A version given twice, or not later than the one before.
pub fn in_order(mut rules: Vec<Rule>) -> Result<Vec<Rule>, RuleError> {
    rules.sort_by(|one, other| (&one.id, one.version).cmp(&(&other.id, other.version)));
    for pair in rules.windows(2) {
        let [before, after] = pair else { continue };
        if before.id != after.id {
            continue;
        }
        let (rule, version) = (after.id.clone(), after.version);
        if before.version == after.version {
            return Err(RuleError::SameVersion { rule, version });
        }
        if after.from <= before.from {
            return Err(RuleError::NotLater { rule, version });
        }
    }
    Ok(rules)
}

/// The lines of a rule.
struct Statements<'a>(Vec<(usize, &'static str, &'a str)>);

impl<'a> Statements<'a> {
    fn read(text: &'a str) -> Result<Self, RuleError> {
        let mut given: Vec<(usize, &'static str, &str)> = Vec::new();
        for (line, written) in (1..).zip(text.lines()) {
            let written = written.trim();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            let (name, value) = written.split_once(':').ok_or(RuleError::NotAStatement { line })?;
            let (name, value) = (name.trim(), value.trim());
            let known = STATEMENTS.iter().find(|known| **known == name);
            let Some(name) = known.copied() else {
                return Err(RuleError::Unknown { line, name: name.chars().take(40).collect() });
            };
            if value.is_empty() {
                return Err(RuleError::Value { line, name, problem: "must not be empty".to_owned() });
            }
            if name != "needs" && given.iter().any(|(_, before, _)| *before == name) {
                return Err(RuleError::Twice { line, name });
            }
            given.push((line, name, value));
        }
        Ok(Self(given))
    }

    fn of(&self, name: &str) -> impl Iterator<Item = (usize, &'a str)> {
        self.0.iter().filter(move |(_, known, _)| *known == name).map(|(line, _, value)| (*line, *value))
    }

    fn optional<T, E: ToString>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, RuleError> {
        let Some((line, value)) = self.of(name).next() else { return Ok(None) };
        let wrong = |problem: E| RuleError::Value { line, name, problem: problem.to_string() };
        read(value).map(Some).map_err(wrong)
    }

    fn required<T, E: ToString>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, RuleError> {
        self.optional(name, read)?.ok_or(RuleError::Missing { name })
    }
}

fn near(value: &str) -> Result<BTreeSet<Near>, String> {
    let mut parts = value.split(',').map(str::trim);
    if parts.next() != Some("the child") {
        return Err("begins with `the child`; then, each after a comma, siblings, household members, parents and carers".to_owned());
    }
    parts.map(|part| part.parse::<Near>().map_err(|error| error.to_string())).collect()
}

fn within(value: &str) -> Result<TimeDelta, String> {
    let allowed = || format!("is a number of days or weeks up to {LONGEST_DAYS} days, as `12 weeks`");
    let (count, unit) = value.split_once(' ').ok_or_else(allowed)?;
    let count: i64 = count.parse().map_err(|_| allowed())?;
    let days = match unit {
        "day" | "days" => count,
        "week" | "weeks" => count.saturating_mul(7),
        _ => return Err(allowed()),
    };
    if (1..=LONGEST_DAYS).contains(&days) { Ok(TimeDelta::days(days)) } else { Err(allowed()) }
}

fn need(value: &str) -> Result<Need, String> {
    let mut parts = value.split(';').map(str::trim);
    let (least, what) = parts.next().and_then(|first| first.split_once(' ')).ok_or_else(needed)?;
    let mut need = Need {
        least: number(least)?,
        what: match what.trim() {
            "incident" | "incidents" => What::Incidents,
            "enquiry" | "enquiries" => What::Enquiries,
            "attendance" | "attendances" => What::Attendances,
            "child protection plan" | "child protection plans" => What::Plans,
            "section 47 enquiry" | "section 47 enquiries" => What::Section47s,
            _ => return Err(needed()),
        },
        concerns: Vec::new(),
        told_by: Vec::new(),
        agencies: 1,
        purposes: Vec::new(),
        except: Vec::new(),
    };
    for part in parts {
        if let Some(list) = part.strip_prefix("concern ") {
            need.concerns = any_of(list)?;
        } else if let Some(list) = part.strip_prefix("told by ") {
            need.told_by = any_of(list)?;
        } else if let Some(list) = part.strip_prefix("not for ") {
            need.except = any_of(list)?;
        } else if let Some(list) = part.strip_prefix("for ") {
            need.purposes = any_of(list)?;
        } else if let Some(count) = part.strip_prefix("by ").and_then(|rest| rest.strip_suffix(" agencies")) {
            need.agencies = number(count)?;
        } else {
            return Err(
                "after each `;` comes `concern …`, `told by …`, `by 2 agencies`, `for …` or `not for …`; several are joined by ` or `"
                    .to_owned(),
            );
        }
    }
    Ok(need)
}

fn needed() -> String {
    format!(
        "begins with a number from 1 to {MOST_NEEDED} and incidents, enquiries, attendances, child protection plans or section 47 enquiries"
    )
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| (1..=MOST_NEEDED).contains(count)).ok_or_else(needed)
}

fn any_of<T: FromStr<Err: std::fmt::Display>>(list: &str) -> Result<Vec<T>, String> {
    list.split(" or ").map(|code| code.trim().parse().map_err(|error: T::Err| error.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# A remark.
rule: three-in-twelve
version: 1
in force from: 2026-01-01
title: Three in twelve weeks
look at: the child, siblings, household members
within: 12 weeks
needs: 3 incidents; concern neglect or domestic-abuse; told by school or police; by 2 agencies
says: Three.
source: Here.
";

    fn problem(from: &str, to: &str) -> String {
        Rule::parse(&TEXT.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_rule_is_read_as_it_is_written() {
        let rule = Rule::parse(TEXT).unwrap();
        assert_eq!(rule.near, BTreeSet::from([Near::Siblings, Near::HouseholdMembers]));
        assert_eq!(rule.within, TimeDelta::weeks(12));
        let need = rule.needs.first().unwrap();
        assert_eq!((need.least, need.agencies, need.what), (3, 2, What::Incidents));
        assert_eq!(need.concerns, [ConcernKind::Neglect, ConcernKind::DomesticAbuse]);
        assert_eq!(need.told_by, [AgencyKind::School, AgencyKind::Police]);
    }

    #[test]
    fn what_is_wrong_names_the_line_the_statement_and_what_is_allowed() {
        assert_eq!(
            problem("within: 12 weeks", "within: a while"),
            "line 7, `within`: is a number of days or weeks up to 366 days, as `12 weeks`"
        );
        assert!(
            problem("told by school", "told by scool").starts_with("line 8, `needs`: agency kind is one of")
        );
        assert!(problem("concern neglect", "concerning neglect").contains("after each `;` comes `concern"));
        assert!(problem("3 incidents", "many incidents").contains("a number from 1 to 20"));
        assert!(problem("the child, siblings", "siblings").contains("begins with `the child`"));
        assert!(problem("title: Three in twelve weeks\n", "").contains("`title` is missing"));
        assert!(problem("says: Three.", "says: Three.\nsays: Four.").contains("`says` is given twice"));
        assert!(problem("title:", "headline:").contains("`headline` is not a statement"));
        assert!(problem("needs: 3", "need 3").contains("line 8: a statement is"));
    }

    #[test]
    fn a_later_version_comes_into_force_later() {
        let first = Rule::parse(TEXT).unwrap();
        let second = Rule { version: 2, from: "2026-06-01".parse().unwrap(), ..first.clone() };
        assert!(in_order(vec![second.clone(), first.clone()]).is_ok());
        let same = in_order(vec![first.clone(), first.clone()]).unwrap_err();
        assert!(same.to_string().contains("given twice"));
        let earlier = Rule { from: first.from, ..second };
        assert!(matches!(in_order(vec![first, earlier]), Err(RuleError::NotLater { version: 2, .. })));
    }
}
