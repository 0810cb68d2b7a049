//! The code lists of the census as data: code, what it means, and whether it may still be used. The words are
//! our own, after appendix B of the guide.

/// A list of the census, under the name of the element that uses it.
#[derive(Debug)]
pub struct List {
    pub element: &'static str,
    pub entries: &'static [Entry],
}

#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub code: &'static str,
    pub label: &'static str,
    pub usage: Usage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    Current,
    /// Older returns have it; a newer one should not.
    Retired,
}

impl List {
    /// Finds a code as people write it: any letter case, spaces inside.
    pub fn find(&self, text: &str) -> Option<&'static Entry> {
        let squeezed: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        self.entries.iter().find(|entry| entry.code.eq_ignore_ascii_case(&squeezed))
    }
}

const fn code(code: &'static str, label: &'static str) -> Entry {
    Entry { code, label, usage: Usage::Current }
}

const fn retired(code: &'static str, label: &'static str) -> Entry {
    Entry { code, label, usage: Usage::Retired }
}

pub static REFERRAL_SOURCE: List = List {
    element: "ReferralSource",
    entries: &[
        code("1A", "family member, relative or carer"),
        code("1B", "acquaintance, such as a neighbour or child minder"),
        code("1C", "the child"),
        code("1D", "another individual, such as a stranger or an MP"),
        code("2A", "school"),
        code("2B", "education service"),
        code("3A", "GP"),
        code("3B", "health visitor"),
        code("3C", "school nurse"),
        code("3D", "other primary health service"),
        code("3E", "accident and emergency department"),
        code("3F", "other health service, such as a hospice"),
        code("4", "housing"),
        code("5A", "this authority's social care, such as adults'"),
        code("5B", "another service of this authority"),
        code("5C", "another authority"),
        code("5D", "this authority's early help"),
        code("6", "police"),
        code("7", "other legal agency, such as a court, probation, immigration or prison"),
        code("8", "other, such as a children's centre or voluntary organisation"),
        code("9", "anonymous"),
        code("10", "not known"),
    ],
};

pub static PRIMARY_NEED: List = List {
    element: "PrimaryNeedCode",
    entries: &[
        code("N1", "abuse or neglect"),
        code("N2", "child's disability or illness"),
        code("N3", "parent's disability or illness"),
        code("N4", "family in acute stress"),
        code("N5", "family dysfunction"),
        code("N6", "socially unacceptable behaviour"),
        code("N7", "low income"),
        code("N8", "absent parenting"),
        code("N9", "not in need: another kind of case"),
        code("N0", "not stated"),
    ],
};

pub static CLOSURE_REASON: List = List {
    element: "ReasonForClosure",
    entries: &[
        code("RC1", "adopted"),
        code("RC2", "died"),
        code("RC3", "child arrangements order"),
        code("RC4", "special guardianship order"),
        code("RC5", "transferred to another authority"),
        code("RC6", "transferred to adult services"),
        code("RC7", "no longer in need, or another reason"),
        code("RC8", "closed after assessment, no further action"),
        code("RC9", "closed after assessment, referred to early help"),
    ],
};

pub static CATEGORY_OF_ABUSE: List = List {
    element: "CategoryOfAbuse",
    entries: &[
        code("NEG", "neglect"),
        code("PHY", "physical abuse"),
        code("SAB", "sexual abuse"),
        code("EMO", "emotional abuse"),
        code("MUL", "more than one category"),
    ],
};

pub static UPN_UNKNOWN: List = List {
    element: "UPNunknown",
    entries: &[
        code("UN1", "not of school age"),
        code("UN2", "never at a maintained school in England"),
        code("UN3", "educated outside England"),
        code("UN4", "newly in need, within the last week of the year"),
        code("UN5", "sources disagree"),
        code("UN6", "not looked after, and the authority cannot obtain it"),
        code("UN7", "referral with no further action"),
    ],
};

pub static DISABILITY: List = List {
    element: "Disability",
    entries: &[
        code("NONE", "no disability"),
        code("MOB", "mobility"),
        code("HAND", "hand function"),
        code("PC", "personal care"),
        code("INC", "incontinence"),
        code("COMM", "communication"),
        code("LD", "learning"),
        code("HEAR", "hearing"),
        code("VIS", "vision"),
        code("BEH", "behaviour"),
        code("CON", "consciousness"),
        code("AUT", "diagnosed autism"),
        code("DDA", "other disability under the Act"),
    ],
};

pub static ETHNICITY: List = List {
    element: "Ethnicity",
    entries: &[
        code("WBRI", "White British"),
        code("WIRI", "White Irish"),
        code("WIRT", "Traveller of Irish heritage"),
        code("WOTH", "any other White background"),
        code("WROM", "Gypsy or Roma"),
        code("MWBC", "White and Black Caribbean"),
        code("MWBA", "White and Black African"),
        code("MWAS", "White and Asian"),
        code("MOTH", "any other mixed background"),
        code("AIND", "Indian"),
        code("APKN", "Pakistani"),
        code("ABAN", "Bangladeshi"),
        code("CHNE", "Chinese"),
        code("AOTH", "any other Asian background"),
        code("BCRB", "Black Caribbean"),
        code("BAFR", "Black African"),
        code("BOTH", "any other Black background"),
        code("OOTH", "any other ethnic group"),
        code("REFU", "refused"),
        code("NOBT", "not obtained"),
    ],
};

/// Outcome of pre-proceedings. The letters are known from one reconstructed sample, their meaning is not
/// published.
pub static PRE_PROCEEDINGS_OUTCOME: List = List {
    element: "PPOutcome",
    entries: &[
        code("A", "outcome A (meaning not published)"),
        code("B", "outcome B (meaning not published)"),
        code("C", "outcome C (meaning not published)"),
    ],
};

pub static FACTOR: List = List {
    element: "AssessmentFactors",
    entries: &[
        code("1A", "alcohol misuse by the child"),
        code("1B", "alcohol misuse by a parent or carer"),
        code("1C", "alcohol misuse by another person in the household"),
        code("2A", "drug misuse by the child"),
        code("2B", "drug misuse by a parent or carer"),
        code("2C", "drug misuse by another person in the household"),
        code("3A", "domestic abuse: the child"),
        code("3B", "domestic abuse: a parent or carer"),
        code("3C", "domestic abuse: another person in the household"),
        code("4A", "mental health of the child"),
        code("4B", "mental health of a parent or carer"),
        code("4C", "mental health of another person in the household"),
        code("5A", "learning disability of the child"),
        code("5B", "learning disability of a parent or carer"),
        code("5C", "learning disability of another person in the household"),
        code("6A", "physical disability or illness of the child"),
        code("6B", "physical disability or illness of a parent or carer"),
        code("6C", "physical disability or illness of another person in the household"),
        code("7A", "young carer"),
        retired("8A", "privately fostered"),
        code("8B", "privately fostered from overseas, intends to return"),
        code("8C", "privately fostered from overseas, intends to stay"),
        code("8D", "privately fostered from this country, in an educational placement"),
        code("8E", "privately fostered from this country, other family arrangement"),
        code("8F", "privately fostered, other"),
        code("9A", "unaccompanied asylum-seeking child"),
        code("10A", "going missing"),
        code("11A", "child sexual exploitation"),
        code("12A", "trafficking"),
        code("13A", "gangs"),
        code("14A", "socially unacceptable behaviour"),
        code("15A", "self-harm"),
        code("16A", "neglect"),
        code("17A", "emotional abuse"),
        retired("18A", "physical abuse"),
        code("18B", "physical abuse, child on child"),
        code("18C", "physical abuse, adult on child"),
        retired("19A", "sexual abuse"),
        code("19B", "sexual abuse, child on child"),
        code("19C", "sexual abuse, adult on child"),
        code("20", "other"),
        code("21", "no factors"),
        code("22A", "female genital mutilation"),
        code("23A", "abuse linked to faith or belief"),
        code("24A", "child criminal exploitation"),
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_list_has_a_code_twice() {
        let lists = [
            &REFERRAL_SOURCE,
            &PRIMARY_NEED,
            &CLOSURE_REASON,
            &CATEGORY_OF_ABUSE,
            &UPN_UNKNOWN,
            &DISABILITY,
            &ETHNICITY,
            &PRE_PROCEEDINGS_OUTCOME,
            &FACTOR,
        ];
        for list in lists {
            let codes: BTreeSet<_> = list.entries.iter().map(|entry| entry.code).collect();
            assert_eq!(codes.len(), list.entries.len(), "{}", list.element);
        }
    }

    #[test]
    fn a_code_is_found_however_it_is_written() {
        assert_eq!(FACTOR.find("18b").map(|entry| entry.code), Some("18B"));
        assert_eq!(CLOSURE_REASON.find("rc 8").map(|entry| entry.code), Some("RC8"));
        assert_eq!(DISABILITY.find("ZZZ"), None);
    }
}
