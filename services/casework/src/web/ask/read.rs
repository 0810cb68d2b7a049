//! What was typed into the form, read: by what the child is looked for, why, and on what ground.

use domain::access::{LawfulBasis, Purpose};
use domain::enquiry::Searched;
use domain::ids::PersonId;
use domain::matching::{Typed as Known, house_of, postcode_of, says_a_name};
use domain::person::identifier::NhsNumber;
use domain::person::name::PersonName;
use domain::person::uncertain_date::UncertainDate;
use domain::text::Narrative;

use super::{BY_NAME, BY_NUMBER, BY_WHAT_IS_NEAR};
use crate::api::input::Written as _;
use crate::app::App;
use crate::enquire::{Question, Search};
use crate::web::components::Problems;
use crate::web::form::{KEY, Typed};
use crate::web::near::PERSON;
use crate::web::session::Session;

/// A question as it was typed.
pub(super) struct Asked {
    pub by: By,
    reason: Narrative,
    pub lawful_basis: LawfulBasis,
}

/// By what the child is looked for.
pub(super) enum By {
    /// With what else is known: for those who are near when nobody has the number.
    Number(NhsNumber, Option<Known>),
    Name {
        given: String,
        family: String,
        born: UncertainDate,
    },
    WhatIsNear(Known),
}

pub(super) fn asked(typed: &Typed, problems: &mut Problems) -> Option<Asked> {
    let by = match typed.get("by") {
        BY_NUMBER => number(typed, problems),
        BY_NAME => name(typed, problems),
        BY_WHAT_IS_NEAR => what_is_near(typed, problems).map(By::WhatIsNear),
        _ => {
            problems.add("by", "Choose how to look for the child");
            None
        }
    };
    let reason: Option<Narrative> = typed.required("reason", "Say why you ask", problems);
    let lawful_basis: Option<LawfulBasis> = typed.required("basis", "Choose the lawful basis", problems);
    Some(Asked { by: by?, reason: reason?, lawful_basis: lawful_basis? })
}

/// Who typed a digit wrong may have the name right.
fn number(typed: &Typed, problems: &mut Problems) -> Option<By> {
    let number: Option<NhsNumber> = typed.required("nhs_number", "Enter the child’s NHS number", problems);
    let (given, family) = (typed.string("number_given"), typed.string("number_family"));
    if !(given.is_empty() && family.is_empty()) && PersonName::parse(&given, &family).is_err() {
        problems.add("number_family", "A name is at most 100 characters of plain text");
    }
    let born = typed.born_if_known("number_born", problems);
    if !says_a_name(&family) && (says_a_name(&given) || born.is_some()) {
        problems
            .add("number_family", "Enter the family name as well, or leave the name and date of birth empty");
    }
    let number = number?;
    let known = says_a_name(&family).then(|| Known { given, family, born, ..Known::default() });
    Some(By::Number(number, known))
}

fn name(typed: &Typed, problems: &mut Problems) -> Option<By> {
    let (given, family) = (typed.string("given"), typed.string("family"));
    if family.is_empty() {
        problems.add("family", "Enter the child’s family name");
    } else if PersonName::parse(&given, &family).is_err() {
        problems.add("family", "A name is at most 100 characters of plain text");
    }
    let born = typed.born("born", "Enter the child’s date of birth, as well as it is known", problems);
    Some(By::Name { given, family, born: born? })
}

fn what_is_near(typed: &Typed, problems: &mut Problems) -> Option<Known> {
    let (given, family) = (typed.string("near_given"), typed.string("near_family"));
    if !(given.is_empty() && family.is_empty()) && PersonName::parse(&given, &family).is_err() {
        problems.add("near_family", "A name is at most 100 characters of plain text");
    }
    let born: Option<UncertainDate> = typed.optional("near_born", problems);
    let postcode = match typed.get("near_postcode") {
        "" => None,
        text => {
            let read = postcode_of(text);
            if read.is_none() {
                problems.add("near_postcode", "A postcode is written LS1 1UR");
            }
            read
        }
    };
    let house = house_of(typed.get("near_house"));
    if house.is_some() && typed.get("near_postcode").is_empty() {
        problems.add("near_postcode", "Enter the postcode of the house");
    }
    problems.is_empty().then_some(Known { given, family, born, nhs_number: None, postcode, house })
}

impl By {
    /// What is looked for among those on record, whatever the number; none for a number alone.
    pub fn known(&self) -> Option<Known> {
        match self {
            Self::Number(_, known) => known.clone(),
            Self::Name { given, family, born } => Some(Known {
                given: given.clone(),
                family: family.clone(),
                born: Some(*born),
                ..Known::default()
            }),
            Self::WhatIsNear(known) => Some(known.clone()),
        }
    }

    /// The question that is asked when it is none of those who are near, where one can be asked.
    pub fn exactly(&self) -> Option<Search> {
        match self {
            Self::Number(number, _) => Some(Search::NhsNumber(number.clone())),
            Self::Name { given, family, born } => {
                Some(Search::NameAndBirth { given: given.clone(), family: family.clone(), born: *born })
            }
            Self::WhatIsNear(known) => Some(Search::NameAndBirth {
                given: known.given.clone(),
                family: Some(known.family.clone()).filter(|family| says_a_name(family))?,
                born: known.born?,
            }),
        }
    }

    /// With what those who are near were found. They are shown where nobody has the number: it says nothing of them.
    fn searched(&self) -> Vec<Searched> {
        match self {
            Self::Number(_, None) => Vec::new(),
            Self::Name { .. } => vec![Searched::Name, Searched::BirthDate],
            Self::Number(_, Some(known)) | Self::WhatIsNear(known) => searched_by(known).collect(),
        }
    }
}

fn searched_by(known: &Known) -> impl Iterator<Item = Searched> {
    let by = [
        (!(known.given.is_empty() && known.family.is_empty()), Searched::Name),
        (known.born.is_some(), Searched::BirthDate),
        (known.postcode.is_some(), Searched::Address),
    ];
    by.into_iter().filter_map(|(typed, by)| typed.then_some(by))
}

impl Asked {
    /// The question: about somebody who was chosen, or as it was typed.
    pub fn question(
        self,
        app: &App,
        session: &Session,
        purpose: Purpose,
        typed: &Typed,
        problems: &mut Problems,
    ) -> Option<Question> {
        let chosen = typed.get(PERSON);
        let search = if chosen.is_empty() {
            let exactly = self.by.exactly();
            if exactly.is_none() {
                problems.add(
                    "near_family",
                    "To ask about a child nobody found, give a family name and a date of birth",
                );
            }
            exactly?
        } else {
            let (person, searched) = (PersonId::read(chosen), self.by.searched());
            let (Ok(person), false) = (person, searched.is_empty()) else {
                problems.add("by", "Choose one of those who are shown");
                return None;
            };
            Search::Candidate { person, searched }
        };
        let key = typed.string(KEY);
        Some(Question {
            search,
            purpose,
            lawful_basis: self.lawful_basis,
            reason: self.reason,
            // Whoever goes back and chooses somebody else asks something else.
            idempotency_key: (!key.is_empty()).then(|| app.ids.key_of_part(&key, chosen)),
            correlation: None,
            trace: session.asking(purpose).trace,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let base = [("reason", "A bruise"), ("basis", "public-task")];
        let all = base.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Typed::from(all.collect::<Vec<_>>())
    }

    #[test]
    fn what_is_typed_is_looked_for_as_it_was_heard() {
        let mut problems = Problems::default();
        let near = [
            ("by", BY_WHAT_IS_NEAR),
            ("near_given", "Tily"),
            ("near_family", "Marsch"),
            ("near_postcode", "bd1 1hy"),
            ("near_house", "12"),
        ];
        let asked = asked(&typed(&near), &mut problems).unwrap();
        let known = asked.by.known().unwrap();
        assert_eq!((known.family.as_str(), known.postcode.as_deref()), ("Marsch", Some("BD1 1HY")));
        assert!(asked.by.exactly().is_none(), "nobody can be asked about without a date of birth");
        assert_eq!(asked.by.searched(), [Searched::Name, Searched::Address]);
    }

    #[test]
    fn a_number_is_asked_for_alone_and_with_a_name_what_is_near_is_looked_for_too() {
        let mut problems = Problems::default();
        let number = [("by", BY_NUMBER), ("nhs_number", "999 000 0018")];
        let alone = asked(&typed(&number), &mut problems).unwrap();
        assert!(alone.by.known().is_none() && alone.by.searched().is_empty());
        let named = [
            number.as_slice(),
            &[("number_given", "Tily"), ("number_family", "Marsch"), ("number_born_year", "2019")],
        ];
        let with_a_name = asked(&typed(&named.concat()), &mut problems).unwrap();
        let known = with_a_name.by.known().unwrap();
        assert_eq!((known.family.as_str(), known.nhs_number), ("Marsch", None), "the name is looked for");
        let searched = [Searched::Name, Searched::BirthDate];
        assert_eq!(with_a_name.by.searched(), searched, "nobody who is near has the number");
        assert_eq!(known.born.map(UncertainDate::to_text).as_deref(), Some("2019"));
        assert!(matches!(with_a_name.by.exactly(), Some(Search::NhsNumber(_))), "asked as it was typed");
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn what_is_wrong_is_said_of_its_field() {
        let mut problems = Problems::default();
        let near =
            [("by", BY_WHAT_IS_NEAR), ("near_family", "Marsh"), ("near_house", "12"), ("near_born", "soon")];
        assert!(asked(&typed(&near), &mut problems).is_none());
        assert!(problems.of("near_postcode").is_some() && problems.of("near_born").is_some());
    }
}
