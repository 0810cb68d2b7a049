//! Each rule broken once, by one change to a return that breaks none.

use super::*;

const CLEAN: &str = "<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>
</CollectionDetails><Source><LEA>380</LEA><SerialNo>001</SerialNo><DateTime>2026-05-01T09:00:00</DateTime></Source></Header>
<Children><Child>
<ChildIdentifiers><LAchildID>INV1</LAchildID><UPNunknown>UN1</UPNunknown>
<PersonBirthDate>2023-06-14</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities><Disability>NONE</Disability></Disabilities>
</ChildCharacteristics>
<CINdetails><CINreferralDate>2025-05-06</CINreferralDate><ReferralSource>6</ReferralSource>
<PrimaryNeedCode>N1</PrimaryNeedCode>
<Assessments><AssessmentActualStartDate>2025-05-07</AssessmentActualStartDate>
<AssessmentAuthorisationDate>2025-06-10</AssessmentAuthorisationDate>
<FactorsIdentifiedAtAssessment><AssessmentFactors>3B</AssessmentFactors><AssessmentFactors>16A</AssessmentFactors>
</FactorsIdentifiedAtAssessment></Assessments>
<Section47><S47ActualStartDate>2025-05-08</S47ActualStartDate><InitialCPCtarget>2025-05-30</InitialCPCtarget>
<DateOfInitialCPC>2025-05-29</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47>
<ReferralNFA>false</ReferralNFA>
<ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>
<LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse><NumberOfPreviousCPP>0</NumberOfPreviousCPP>
<Reviews><CPPreviewDate>2025-08-26</CPPreviewDate><CPPreviewDate>2026-02-20</CPPreviewDate></Reviews>
</ChildProtectionPlans></CINdetails></Child></Children></Message>";

const FIRST: &str = "<CINdetails><CINreferralDate>2025-05-06";
const EARLIER: &str =
    "<CINdetails><CINreferralDate>2025-04-10</CINreferralDate><ReferralSource>6</ReferralSource>";
const PLAN: &str = "<ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate>";
const NEEDLESS: &str = "<ReasonForClosure>RC8</ReasonForClosure>";

/// The rule, what is replaced, and by what.
const BROKEN: &[(&str, &str, &str)] = &[
    ("100", ">2026-03-31<", ">2026-07-21<"),
    ("1570", ">INV1<", ">INV123456789012345678<"),
    ("1580", ">INV1<", ">INV-1<"),
    ("1510", "<UPNunknown>UN1</UPNunknown>", "<UPN>A380000000001</UPN>"),
    ("1530", "<UPNunknown>UN1</UPNunknown>", "<UPN>AX80000000001</UPN>"),
    ("1540", "<UPNunknown>UN1</UPNunknown>", "<UPN>A380X00000001</UPN>"),
    ("1550", "<UPNunknown>UN1</UPNunknown>", "<UPN>A38000000000</UPN>"),
    ("1560Q", "<UPNunknown>", "<FormerUPN>12</FormerUPN><UPNunknown>"),
    ("8520", ">2023-06-14<", ">2026-04-02<"),
    ("8525Q", "<PersonBirthDate>2023-06-14</PersonBirthDate>", ""),
    (
        "8530Q",
        "PersonBirthDate>2023-06-14</PersonBirthDate>",
        "ExpectedPersonBirthDate>2026-02-01</ExpectedPersonBirthDate>",
    ),
    (
        "8750",
        "PersonBirthDate>2023-06-14</PersonBirthDate>",
        "ExpectedPersonBirthDate>2026-05-01</ExpectedPersonBirthDate>",
    ),
    ("8535Q", "<Sex>", "<PersonDeathDate>2023-06-13</PersonDeathDate><Sex>"),
    ("8545Q", "<Sex>", "<PersonDeathDate>2025-03-31</PersonDeathDate><Sex>"),
    ("8555Q", "<Sex>", "<PersonDeathDate>2025-05-01</PersonDeathDate><Sex>"),
    ("8915", "<Sex>", "<PersonDeathDate>2025-05-28</PersonDeathDate><Sex>"),
    ("8920", "<Sex>F</Sex>", "<Sex>F</Sex><PersonDeathDate>2025-05-01</PersonDeathDate>"),
    ("8775Q", ">2023-06-14<", ">1999-06-14<"),
    ("8770Q", ">2023-06-14<", ">2015-06-14<"),
    ("8772", ">UN1<", ">UN7<"),
    ("4180", "<Sex>F</Sex>", ""),
    ("4180", "<Sex>F</Sex>", "<Sex>X</Sex>"),
    ("4220", ">WBRI<", ">ZZZZ<"),
    ("8540", "<Disabilities><Disability>NONE</Disability></Disabilities>", ""),
    ("8540", ">NONE<", ">ZZZ<"),
    ("8790", "<Disability>NONE</Disability>", "<Disability>NONE</Disability><Disability>MOB</Disability>"),
    ("8794", "<Disability>NONE</Disability>", "<Disability>MOB</Disability><Disability>MOB</Disability>"),
    ("2888Q", ">NONE<", ">MOB<"),
    ("8600", ">2025-05-06<", ">2026-04-06<"),
    ("8606", ">2023-06-14<", ">2026-03-14<"),
    ("8866", "<ReferralSource>6</ReferralSource>", "<ReferralSource>11</ReferralSource>"),
    ("8650", ">N1<", ">N12<"),
    ("8610", "<PrimaryNeedCode>N1</PrimaryNeedCode>", ""),
    ("8568", "<ReferralNFA>false</ReferralNFA>", ""),
    (
        "8569Q",
        ">2025-05-06</CINreferralDate><ReferralSource>6</ReferralSource>\n<PrimaryNeedCode>N1</PrimaryNeedCode>",
        ">2025-03-06</CINreferralDate><ReferralNFA>true</ReferralNFA>",
    ),
    ("8805", "<Assessments>", "<CINclosureDate>2026-03-02</CINclosureDate><Assessments>"),
    ("8810", "<Assessments>", "<ReasonForClosure>RC7</ReasonForClosure><Assessments>"),
    ("8640", "<Assessments>", "<ReasonForClosure>RC77</ReasonForClosure><Assessments>"),
    ("8585Q", "<Assessments>", "<ReasonForClosure>RC2</ReasonForClosure><Assessments>"),
    ("8620", "<Assessments>", "<CINclosureDate>2026-04-02</CINclosureDate><Assessments>"),
    ("8630", "<Assessments>", "<CINclosureDate>2025-05-05</CINclosureDate><Assessments>"),
    ("8565", "<Assessments>", "<CINclosureDate>2025-06-09</CINclosureDate><Assessments>"),
    ("2990", "<Assessments>", "<ReasonForClosure>RC9</ReasonForClosure><Assessments>"),
    ("2884", "<Assessments>", "<DateOfInitialCPC>2025-05-29</DateOfInitialCPC><Assessments>"),
    ("8831", ">false</ReferralNFA>", ">true</ReferralNFA>"),
    ("8832", ">false</ReferralNFA>", ">true</ReferralNFA>"),
    (
        "4000",
        "<ReferralNFA>false",
        "<CINPlanDates><CINPlanStartDate>2025-05-08</CINPlanStartDate></CINPlanDates><ReferralNFA>true",
    ),
    (
        "8815",
        FIRST,
        "<CINdetails><CINreferralDate>2025-04-10</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails><CINdetails><CINreferralDate>2025-05-06",
    ),
    (
        "8816",
        FIRST,
        "<CINdetails><CINreferralDate>2025-04-10</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails><CINdetails><CINreferralDate>2025-05-06",
    ),
    ("1103", ">2025-05-07<", ">2025-05-05<"),
    ("8608", ">2025-06-10<", ">2025-05-06<"),
    ("8696", ">2025-06-10<", ">2026-04-10<"),
    ("8614", "<AssessmentAuthorisationDate>2025-06-10</AssessmentAuthorisationDate>", ""),
    ("8670Q", "<AssessmentAuthorisationDate>2025-06-10</AssessmentAuthorisationDate>", ""),
    ("8897Q", "<AssessmentFactors>3B</AssessmentFactors><AssessmentFactors>16A</AssessmentFactors>", ""),
    ("8897Q", ">3B<", ">99Z<"),
    ("8898", ">3B<", ">16A<"),
    ("8869", ">3B<", ">21<"),
    ("8945Q", ">3B<", ">18A<"),
    ("8950Q", ">3B<", ">19A<"),
    (
        "8873Q",
        "<AssessmentFactors>3B</AssessmentFactors><AssessmentFactors>16A</AssessmentFactors>",
        "<AssessmentFactors>21</AssessmentFactors>",
    ),
    (
        "8863Q",
        "<Section47>",
        "<Assessments><AssessmentActualStartDate>2025-05-20</AssessmentActualStartDate></Assessments><Section47>",
    ),
    (
        "8736",
        "<Section47>",
        "<Assessments><AssessmentActualStartDate>2025-03-20</AssessmentActualStartDate></Assessments><Section47>",
    ),
    (
        "8896",
        "<Section47>",
        "<Assessments><AssessmentActualStartDate>2026-03-20</AssessmentActualStartDate></Assessments><Assessments><AssessmentActualStartDate>2026-03-21</AssessmentActualStartDate></Assessments><Section47>",
    ),
    (
        "8867",
        "<Section47>",
        "<CINclosureDate>2026-03-30</CINclosureDate><Assessments><AssessmentActualStartDate>2026-03-20</AssessmentActualStartDate></Assessments><Section47>",
    ),
    (
        "8868",
        "<DateOfInitialCPC>2025-05-29</DateOfInitialCPC>",
        "</Section47><CINclosureDate>2026-03-30</CINclosureDate><Section47><S47ActualStartDate>2025-06-01</S47ActualStartDate>",
    ),
    ("2889", ">2025-05-08<", ">2025-05-05<"),
    ("1104", "<DateOfInitialCPC>2025-05-29<", "<DateOfInitialCPC>2025-05-05<"),
    ("8615", ">2025-05-08<", ">2025-05-30<"),
    ("8615", "<S47ActualStartDate>2025-05-08</S47ActualStartDate>", ""),
    ("8715", "<DateOfInitialCPC>2025-05-29<", "<DateOfInitialCPC>2026-04-01<"),
    ("8875", "<DateOfInitialCPC>2025-05-29<", "<DateOfInitialCPC>2025-05-31<"),
    ("8870Q", ">2025-05-30<", ">2025-05-31<"),
    ("8675Q", "<DateOfInitialCPC>2025-05-29</DateOfInitialCPC>", ""),
    (
        "8740",
        "<S47ActualStartDate>2025-05-08</S47ActualStartDate>",
        "<S47ActualStartDate>2025-03-08</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47><Section47><S47ActualStartDate>2025-05-08</S47ActualStartDate>",
    ),
    (
        "8839",
        "<Section47>",
        "<Section47><S47ActualStartDate>2026-03-19</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47><Section47><S47ActualStartDate>2026-03-20</S47ActualStartDate><ICPCnotRequired>0</ICPCnotRequired></Section47><Section47>",
    ),
    (
        "8890",
        "<Section47>",
        "<Section47><S47ActualStartDate>2025-05-20</S47ActualStartDate><ICPCnotRequired>1</ICPCnotRequired></Section47><Section47>",
    ),
    ("1105", ">2025-05-29</CPPstartDate>", ">2025-05-05</CPPstartDate>"),
    ("2885", ">2025-05-29</CPPstartDate>", ">2025-05-30</CPPstartDate>"),
    ("2883", "<DateOfInitialCPC>2025-05-29</DateOfInitialCPC>", ""),
    ("8720", ">2025-05-29</CPPstartDate>", ">2026-04-29</CPPstartDate>"),
    (
        "8840",
        PLAN,
        "<ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate><CPPendDate>2025-05-29</CPPendDate>",
    ),
    (
        "8925",
        PLAN,
        "<ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate><CPPendDate>2025-05-28</CPPendDate>",
    ),
    (
        "8930",
        PLAN,
        "<ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate><CPPendDate>2026-04-01</CPPendDate>",
    ),
    ("8730", "<NumberOfPreviousCPP>0</NumberOfPreviousCPP>", ""),
    ("8905", ">NEG<", ">BAD<"),
    ("8910", ">EMO<", "><"),
    ("8841", ">2025-08-26<", ">2025-05-29<"),
    (
        "8935",
        PLAN,
        "<ChildProtectionPlans><CPPstartDate>2025-05-20</CPPstartDate></ChildProtectionPlans><ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate>",
    ),
    (
        "8940",
        PLAN,
        "<ChildProtectionPlans><CPPstartDate>2025-05-20</CPPstartDate><CPPendDate>2025-06-20</CPPendDate></ChildProtectionPlans><ChildProtectionPlans><CPPstartDate>2025-05-29</CPPstartDate>",
    ),
    (
        "4001",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-08</CINPlanStartDate></CINPlanDates><Section47>",
    ),
    (
        "4017",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-08</CINPlanStartDate></CINPlanDates><Section47>",
    ),
    (
        "4003",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-08</CINPlanStartDate></CINPlanDates><Section47>",
    ),
    (
        "4016",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-07-08</CINPlanStartDate></CINPlanDates><Section47>",
    ),
    (
        "4010",
        "<Section47>",
        "<CINPlanDates><CINPlanEndDate>2025-05-09</CINPlanEndDate></CINPlanDates><Section47>",
    ),
    (
        "4011",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-09</CINPlanStartDate><CINPlanEndDate>2025-05-08</CINPlanEndDate></CINPlanDates><Section47>",
    ),
    (
        "4012Q",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-09</CINPlanStartDate><CINPlanEndDate>2025-05-09</CINPlanEndDate></CINPlanDates><Section47>",
    ),
    (
        "4013",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-09</CINPlanStartDate><CINPlanEndDate>2026-04-09</CINPlanEndDate></CINPlanDates><Section47>",
    ),
    (
        "4014",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-09</CINPlanStartDate></CINPlanDates><CINPlanDates><CINPlanStartDate>2025-05-10</CINPlanStartDate></CINPlanDates><Section47>",
    ),
    (
        "4004",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-09</CINPlanStartDate></CINPlanDates><CINPlanDates><CINPlanStartDate>2025-05-10</CINPlanStartDate></CINPlanDates><Section47>",
    ),
    (
        "4015",
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-01</CINPlanStartDate></CINPlanDates><Section47>",
    ),
];

fn broken_in(text: &str) -> BTreeSet<&'static str> {
    let survey = surveyed(text.as_bytes()).unwrap();
    let of_rows = survey.faults_of_rows.keys().filter_map(|wrong| match wrong {
        Wrong::Census(rule) => Some(*rule),
        Wrong::Reading(_) => None,
    });
    of_rows.chain(survey.faults.iter().filter_map(Fault::rule)).collect()
}

#[test]
fn the_clean_return_breaks_nothing_but_the_query_about_few_disabilities() {
    assert_eq!(broken_in(CLEAN), BTreeSet::from(["2887Q"]));
}

#[test]
fn each_rule_is_seen_when_it_alone_is_broken() {
    let mut unseen = Vec::new();
    for (rule, from, to) in BROKEN {
        assert!(CLEAN.contains(from), "{rule}: nothing to replace");
        let mut text = CLEAN.replacen(from, to, 1);
        if *rule == "8920" {
            text =
                text.replacen("<InitialCategory", "<CPPendDate>2025-06-30</CPPendDate><InitialCategory", 1);
        }
        if !broken_in(&text).contains(rule) {
            unseen.push(rule);
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn rules_about_more_than_one_row_are_seen() {
    let start = CLEAN.find("<CINdetails>").unwrap();
    let end = CLEAN.find("</CINdetails>").unwrap() + "</CINdetails>".len();
    let without = format!("{}{}", &CLEAN[..start], &CLEAN[end..]);
    assert!(broken_in(&without).contains("8590"));

    let (start, end) = (CLEAN.find("<Child>").unwrap(), CLEAN.find("</Child>").unwrap() + "</Child>".len());
    let twice = format!("{}{}{}", &CLEAN[..end], &CLEAN[start..end], &CLEAN[end..]);
    assert!(broken_in(&twice).contains("8510"));
    let pupils = twice.replace("<UPNunknown>UN1</UPNunknown>", "<UPN>X1</UPN>");
    assert!(broken_in(&pupils).contains("1520"));
    let unknown = CLEAN.replacen("<Sex>F<", "<Sex>U<", 1);
    assert!(broken_in(&unknown).contains("2886Q"));

    let overlapping = CLEAN.replacen(
        FIRST,
        &format!("{EARLIER}<ReferralNFA>false</ReferralNFA><CINclosureDate>2025-05-07</CINclosureDate>{NEEDLESS}</CINdetails>{FIRST}"),
        1,
    );
    let broken = broken_in(&overlapping);
    assert!(broken.contains("8820") && broken.contains("8825Q"), "{broken:?}");
    let following = overlapping.replacen("2025-05-07</CINclosureDate>", "2025-05-06</CINclosureDate>", 1);
    assert!(!broken_in(&following).contains("8820"));

    let dead = CLEAN.replacen("<Sex>", "<PersonDeathDate>2025-05-07</PersonDeathDate><Sex>", 1).replacen(
        "<Section47>",
        "<CINPlanDates><CINPlanStartDate>2025-05-08</CINPlanStartDate><CINPlanEndDate>2025-05-09</CINPlanEndDate></CINPlanDates><Section47>",
        1,
    );
    let broken = broken_in(&dead);
    assert!(broken.contains("4008") && broken.contains("4009Q"), "{broken:?}");

    let start = CLEAN.find("<Assessments>").unwrap();
    let end = CLEAN.find("</Assessments>").unwrap() + "</Assessments>".len();
    let unassessed = format!("{}{}", &CLEAN[..start], &CLEAN[end..]);
    assert!(broken_in(&unassessed).contains("2991Q"));
}
