//! The linkage rules this program was built with: texts of `schemas/linkage`, read and checked at the start.

use domain::linkage::{Rule, RuleError, in_order};

/// The texts by their file's name, for errors.
const TEXTS: [(&str, &str); 6] = [
    ("small-things-add-up", include_str!("../../../schemas/linkage/small-things-add-up.rule")),
    ("three-incidents", include_str!("../../../schemas/linkage/three-incidents.rule")),
    ("several-agencies-ask", include_str!("../../../schemas/linkage/several-agencies-ask.rule")),
    (
        "attendances-across-settings",
        include_str!("../../../schemas/linkage/attendances-across-settings.rule"),
    ),
    ("brother-or-sister-at-risk", include_str!("../../../schemas/linkage/brother-or-sister-at-risk.rule")),
    ("plan-in-the-family", include_str!("../../../schemas/linkage/plan-in-the-family.rule")),
];

/// A rule that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the linkage rule in `{file}.rule` cannot be used")]
pub struct ShippedRuleError {
    pub file: &'static str,
    #[source]
    pub source: RuleError,
}

/// Every version of every rule, by name and version.
#[derive(Clone, Debug)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// The rules of `schemas/linkage`.
    ///
    /// # Errors
    /// The first file that does not read as a rule, and what of it.
    pub fn shipped() -> Result<Self, ShippedRuleError> {
        let mut rules = Vec::with_capacity(TEXTS.len());
        for (file, text) in TEXTS {
            rules.push(Rule::parse(text).map_err(|source| ShippedRuleError { file, source })?);
        }
        let ordered = in_order(rules).map_err(|source| ShippedRuleError { file: "all together", source })?;
        Ok(Self(ordered))
    }

    #[must_use]
    pub fn all(&self) -> &[Rule] {
        &self.0
    }

    /// One version of a rule.
    #[must_use]
    pub fn version(&self, id: &str, version: u16) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.id.as_str() == id && rule.version == version)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_on_file_is_shipped_and_named_as_its_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/linkage");
        let on_file: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".rule").map(str::to_owned))
            .collect();
        let shipped: BTreeSet<String> = TEXTS.iter().map(|(file, _)| (*file).to_owned()).collect();
        assert_eq!(on_file, shipped);
        let rules = Rules::shipped().unwrap();
        let name = |rule: &Rule| match rule.version {
            1 => rule.id.to_string(),
            later => format!("{}.v{later}", rule.id),
        };
        let named: BTreeSet<String> = rules.all().iter().map(name).collect();
        assert_eq!(named, shipped);
    }
}
