//! Reads one `Child`: who it is, and every referral. Forms up to 2024 have `GenderCurrent`, later ones `Sex`.

use super::codes;
use super::episode;
use super::identity::{Identity, Private};
use super::node::{Asked, Node};
use super::paths;
use super::rows::{Child, Disability, Row, Sex, Table};
use super::telling::{Placing, Telling, listed};

/// Reads a child, or refuses it with all its rows when nobody can say which child it is.
pub(super) fn read(node: &Node, at: &mut Placing) -> Option<Row<Child>> {
    node.asked_for.set(Asked::Element);
    let identifiers = node.named("ChildIdentifiers");
    let characteristics: Vec<&Node> = node.named("ChildCharacteristics").collect();
    let mut telling = Telling::of(identifiers.chain(characteristics.iter().copied()).chain([node]).collect());

    let la_child_id = telling.text(paths::CHILD_ID);
    let upn = telling.text(paths::UPN).map(Private::new);
    let former_upn = telling.text(paths::FORMER_UPN).map(Private::new);
    let upn_unknown = telling.code(paths::UPN_UNKNOWN, &codes::UPN_UNKNOWN);
    let born = telling.date(paths::BORN);
    let expected = telling.date(paths::EXPECTED);
    let died = telling.date(paths::DIED);
    let sex = sex(&mut telling);
    let ethnicity = telling.code(paths::ETHNICITY, &codes::ETHNICITY);

    let identity = at.naming.child(la_child_id.as_deref().unwrap_or_default());
    let content = telling.content(Table::Children);
    let head = telling.head((Table::Children, node.line), identity.clone(), content, at);
    let disabilities = disabilities(node, &characteristics, &identity, at);
    let episodes =
        node.named("CINdetails").filter_map(|details| episode::read(details, &identity, at)).collect();
    node.report_unknown("Message/Children/Child", &mut at.unknown);

    let is_named = la_child_id.is_some();
    let la_child_id = Private::new(la_child_id.unwrap_or_default());
    let says = Child {
        la_child_id,
        upn,
        former_upn,
        upn_unknown,
        born,
        expected,
        died,
        sex,
        ethnicity,
        disabilities,
        episodes,
    };
    let row = Row { head, says };
    if !is_named {
        at.refuse(&row.heads(), "`LAchildID` is missing, so nobody can say which child this is (rule 8500)");
        return None;
    }
    Some(row)
}

fn sex(telling: &mut Telling<'_>) -> Option<Sex> {
    let newer = telling.leaf(paths::SEX);
    let older = telling.leaf(paths::GENDER);
    let from_newer = newer.and_then(sex_from);
    let from_older = older.and_then(sex_from);
    if let (Some(newer), None) = (newer, from_newer) {
        telling.note("no-code", paths::SEX, "is not F, M or U");
        telling.keep(paths::SEX, newer);
    }
    if let (Some(older), None) = (older, from_older) {
        telling.note("no-code", paths::GENDER, "is not 0, 1, 2 or 9");
        telling.keep(paths::GENDER, older);
    }
    if let (Some(newer), Some(older)) = (from_newer, from_older)
        && newer != older
    {
        telling.note("contradiction", paths::SEX, "disagrees with `GenderCurrent`; `Sex` is read");
    }
    let sex = from_newer.or(from_older)?;
    telling.say(paths::SEX, format!("{sex:?}"));
    Some(sex)
}

fn sex_from(text: &str) -> Option<Sex> {
    match text.to_ascii_uppercase().as_str() {
        "F" | "2" | "FEMALE" => Some(Sex::Female),
        "M" | "1" | "MALE" => Some(Sex::Male),
        "U" | "0" => Some(Sex::NotKnown),
        "9" => Some(Sex::NotSpecified),
        _ => None,
    }
}

fn disabilities(
    child: &Node,
    characteristics: &[&Node],
    parent: &Identity,
    at: &mut Placing,
) -> Vec<Row<Disability>> {
    let mut rows = Vec::new();
    let around = characteristics.iter().copied().chain([child]);
    for place in around {
        let groups = place.named("Disabilities").chain([place]);
        for node in groups.flat_map(|group| group.named("Disability")) {
            for text in listed(node, &codes::DISABILITY) {
                let mut telling = Telling::default();
                let code = telling.code_from(paths::DISABILITY, &codes::DISABILITY, text);
                let key = code.map_or(text, |entry| entry.code);
                let head = telling.named_under(parent, key, (Table::Disabilities, node.line), at);
                if text.is_empty() {
                    at.refuse(&[&head], "`Disability` is empty");
                } else {
                    rows.push(Row { head, says: Disability { code } });
                }
            }
        }
    }
    rows
}
