//! Children who may be twins: two records that look like one, and are not.

use super::{Level, OnRecord, birth, names, plain};

/// True for two records with the same family name and birthday and another given name. They are shown side by side,
/// said to be perhaps twins, and never taken for one.
#[must_use]
pub fn perhaps_twins(one: &OnRecord, other: &OnRecord) -> bool {
    let born_together = one
        .births
        .iter()
        .any(|born| other.births.iter().any(|also| birth::level(*born, *also) == Level::Same));
    born_together && one.names.iter().any(|name| other.names.iter().any(|also| are_siblings(name, also)))
}

fn are_siblings(one: &(String, String), other: &(String, String)) -> bool {
    let families = names::level(&plain::name(&one.1), &plain::name(&other.1));
    let one_family = matches!(
        families,
        Some(Level::Same | Level::PartTheSame | Level::SoundsTheSame | Level::OneLetterOut)
    );
    let (given, other_given) = (plain::name(&one.0), plain::name(&other.0));
    one_family
        && match names::level(&given, &other_given) {
            // `Baby One` and `Baby Two` are two; `Baby` and `Emily` may be one.
            Some(Level::SaysNothing) => {
                given != other_given && names::is_nobodys(&given) && names::is_nobodys(&other_given)
            }
            Some(level) => matches!(
                level,
                Level::Different | Level::SoundsTheSame | Level::OneLetterOut | Level::TwoLettersOut
            ),
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(given: &str, family: &str, born: &str) -> OnRecord {
        OnRecord {
            names: vec![(given.to_owned(), family.to_owned())],
            births: vec![born.parse().unwrap()],
            ..OnRecord::default()
        }
    }

    #[test]
    fn twins_have_a_family_name_and_a_birthday_and_two_given_names() {
        let hassan = child("Hassan", "Malik", "2015-04-03");
        assert!(perhaps_twins(&hassan, &child("Hussain", "Malik", "2015-04-03")));
        assert!(perhaps_twins(
            &child("Twin 1", "Malik", "2015-04-03"),
            &child("Twin 2", "Malik", "2015-04-03")
        ));
        for not_a_twin in [
            child("Hassan", "Malik", "2015-04-03"),
            child("Hussain", "Malik", "2015-04-04"),
            child("Hussain", "Ashdown", "2015-04-03"),
            child("Baby", "Malik", "2015-04-03"),
        ] {
            assert!(!perhaps_twins(&hassan, &not_a_twin));
        }
        let unknown_days = [child("Ana", "Malik", "2015-01-01"), child("Bea", "Malik", "2015-01-01")];
        assert!(!perhaps_twins(&unknown_days[0], &unknown_days[1]), "a day that nobody knew is no birthday");
    }
}
