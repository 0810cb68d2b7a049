//! Names that are one name, otherwise written or called: a list, because no rule finds them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A line a group of names; see the head of the file for where they come from.
const LIST: &str = include_str!("variants.txt");

/// The groups, and in which of them each name is.
struct Variants {
    groups: Vec<Vec<&'static str>>,
    of: HashMap<&'static str, Vec<usize>>,
}

static VARIANTS: LazyLock<Variants> = LazyLock::new(|| {
    let lines = LIST.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let groups: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let mut of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|name| of.entry(name).or_default().push(number));
    }
    Variants { groups, of }
});

/// True for two forms of one name, both folded.
#[must_use]
pub fn are_one_name(one: &str, other: &str) -> bool {
    let groups = |name| VARIANTS.of.get(name).map(Vec::as_slice).unwrap_or_default();
    groups(one).iter().any(|group| groups(other).contains(group))
}

/// The other forms of a name, folded.
pub fn forms(name: &str) -> impl Iterator<Item = &'static str> {
    let groups = VARIANTS.of.get(name).map(Vec::as_slice).unwrap_or_default();
    groups
        .iter()
        .filter_map(|group| VARIANTS.groups.get(*group))
        .flatten()
        .copied()
        .filter(move |form| *form != name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::plain;

    #[test]
    fn a_short_name_is_a_form_of_each_name_it_may_be_short_for() {
        assert!(are_one_name("kate", "katherine") && are_one_name("alex", "alexandra"));
        assert!(are_one_name("alex", "alexander") && !are_one_name("alexander", "alexandra"));
        assert!(are_one_name("siobhan", "shivaun") && are_one_name("mohammed", "muhammad"));
        assert!(forms("kate").any(|form| form == "katherine") && forms("kate").all(|form| form != "kate"));
    }

    #[test]
    fn the_list_is_of_folded_names_each_once_in_its_group() {
        for group in &VARIANTS.groups {
            assert!(group.len() > 1, "{group:?}");
            for name in group {
                assert_eq!(plain::name(name), *name);
                assert_eq!(group.iter().filter(|other| *other == name).count(), 1, "{name} in {group:?}");
            }
        }
    }
}
