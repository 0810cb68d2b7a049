//! The words the county's stories are told in: invented people's names, streets, and short accounts.
//!
//! Names are common ones, drawn apart from each other, so that whoever bears the two together is nobody. The lists
//! are in `demo/county`, one to a line.

use domain::text::{Line, Narrative};

use super::Untold;
use super::dice::Dice;

/// Lists to draw from.
pub(super) struct Words {
    girls: Vec<&'static str>,
    boys: Vec<&'static str>,
    families: Vec<&'static str>,
    streets: Vec<&'static str>,
    accounts: Vec<(&'static str, &'static str)>,
}

impl Words {
    pub fn shipped() -> Self {
        let accounts = include_str!("../../demo/county/accounts.txt");
        Self {
            girls: lines(include_str!("../../demo/county/girls.txt")),
            boys: lines(include_str!("../../demo/county/boys.txt")),
            families: lines(include_str!("../../demo/county/families.txt")),
            streets: lines(include_str!("../../demo/county/streets.txt")),
            accounts: lines(accounts).into_iter().filter_map(|line| line.split_once(": ")).collect(),
        }
    }

    pub fn girl(&self, dice: &mut Dice) -> &'static str {
        dice.pick(&self.girls).copied().unwrap_or_default()
    }

    pub fn boy(&self, dice: &mut Dice) -> &'static str {
        dice.pick(&self.boys).copied().unwrap_or_default()
    }

    pub fn family(&self, dice: &mut Dice) -> &'static str {
        dice.pick(&self.families).copied().unwrap_or_default()
    }

    pub fn street(&self, dice: &mut Dice) -> &'static str {
        dice.pick(&self.streets).copied().unwrap_or_default()
    }

    /// A grown-up's whole name.
    pub fn anybody(&self, dice: &mut Dice) -> Result<Line, Untold> {
        let given = if dice.per_mille(640) { self.girl(dice) } else { self.boy(dice) };
        line(&format!("{given} {}", self.family(dice)))
    }

    /// A short account about something: the code of a concern, or what kind of note it is.
    pub fn account(&self, about: &str, dice: &mut Dice) -> Result<Narrative, Untold> {
        let fitting: Vec<&str> =
            self.accounts.iter().filter(|(code, _)| *code == about).map(|(_, text)| *text).collect();
        let text = dice.pick(&fitting).copied().unwrap_or("See what was recorded before.");
        Ok(Narrative::parse(text)?)
    }
}

pub(super) fn line(text: &str) -> Result<Line, Untold> {
    Ok(Line::parse(text)?)
}

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use domain::contact::ConcernKind;

    use super::*;

    #[test]
    fn there_is_something_to_say_about_each_concern() {
        let words = Words::shipped();
        let notes =
            ["enquiry", "decision", "visit", "not-seen", "note", "oversight", "referral", "core-group"];
        for about in ConcernKind::ALL.iter().map(|kind| kind.code()).chain(notes) {
            assert!(words.accounts.iter().any(|(code, _)| *code == about), "{about}");
        }
        for (_, text) in &words.accounts {
            assert!(Narrative::parse(text).is_ok());
        }
    }
}
