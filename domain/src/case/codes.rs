//! The code lists of the children in need census, as one set of words for all case events.
//!
//! Stored as the census's own codes, so that a return reads in and goes out unchanged. Retired codes stay: old
//! returns have them. What each means on screen is its `label`.

use crate::codes::codes;

/// A closed list whose codes say nothing by themselves: each with what it means.
macro_rules! labelled {
    ($( $(#[$doc:meta])* $name:ident, $list:literal: { $( $code:literal $variant:ident $label:literal, )+ } )+) => {$(
        codes! {
            $(#[$doc])* $name, $list:
            $( #[doc = $label] $variant => $code, )+
        }

        impl $name {
            /// What the code means, in words.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ }
            }
        }
    )+};
}

labelled! {
    /// Who a referral came from.
    ReferralSource, "referral source": {
        "1A" Family "family member, relative or carer",
        "1B" Acquaintance "acquaintance, such as a neighbour or child minder",
        "1C" SelfReferred "the child",
        "1D" OtherIndividual "other individual",
        "2A" School "school",
        "2B" EducationService "education service",
        "3A" Gp "GP",
        "3B" HealthVisitor "health visitor",
        "3C" SchoolNurse "school nurse",
        "3D" OtherPrimaryHealth "other primary health service",
        "3E" EmergencyDepartment "accident and emergency department",
        "3F" OtherHealth "other health service",
        "4" Housing "housing",
        "5A" AuthoritySocialCare "social care of this authority",
        "5B" AuthorityOther "other part of this authority",
        "5C" OtherAuthority "another local authority",
        "5D" AuthorityEarlyHelp "early help of this authority",
        "6" Police "police",
        "7" Legal "other legal agency",
        "8" Other "other",
        "9" Anonymous "anonymous",
        "10" Unknown "not known",
    }

    /// The main reason a child came to social care.
    PrimaryNeed, "primary need": {
        "N1" AbuseOrNeglect "abuse or neglect",
        "N2" ChildDisability "child's disability or illness",
        "N3" ParentalDisability "parent's disability or illness",
        "N4" AcuteStress "family in acute stress",
        "N5" FamilyDysfunction "family dysfunction",
        "N6" SociallyUnacceptableBehaviour "socially unacceptable behaviour",
        "N7" LowIncome "low income",
        "N8" AbsentParenting "absent parenting",
        "N9" NotInNeed "cases other than children in need",
        "N0" NotStated "not stated",
    }

    /// What a child protection plan protects from. A plan has a set of these; the census's `MUL` is kept only
    /// where a return says no more than that.
    AbuseCategory, "category of abuse": {
        "NEG" Neglect "neglect",
        "PHY" Physical "physical abuse",
        "SAB" Sexual "sexual abuse",
        "EMO" Emotional "emotional abuse",
        "MUL" Multiple "multiple, not said which",
    }

    /// Why an episode was closed.
    ClosureReason, "closure reason": {
        "RC1" Adopted "adopted",
        "RC2" Died "died",
        "RC3" ChildArrangementsOrder "child arrangements order",
        "RC4" SpecialGuardianship "special guardianship order",
        "RC5" MovedToAnotherAuthority "transferred to another local authority",
        "RC6" AdultServices "transferred to adult services",
        "RC7" NoLongerInNeed "services ended for another reason, no longer in need",
        "RC8" AfterAssessment "closed after assessment, no further action",
        "RC9" AfterAssessmentToEarlyHelp "closed after assessment, referred to early help",
    }

    /// A concern found by an assessment.
    Factor, "assessment factor": {
        "1A" AlcoholChild "alcohol misuse by the child",
        "1B" AlcoholParent "alcohol misuse by a parent or carer",
        "1C" AlcoholOther "alcohol misuse by another person in the household",
        "2A" DrugsChild "drug misuse by the child",
        "2B" DrugsParent "drug misuse by a parent or carer",
        "2C" DrugsOther "drug misuse by another person in the household",
        "3A" DomesticAbuseChild "domestic abuse, the child being its subject",
        "3B" DomesticAbuseParent "domestic abuse, a parent or carer being its subject",
        "3C" DomesticAbuseOther "domestic abuse, another person in the household being its subject",
        "4A" MentalHealthChild "mental health of the child",
        "4B" MentalHealthParent "mental health of a parent or carer",
        "4C" MentalHealthOther "mental health of another person in the household",
        "5A" LearningDisabilityChild "learning disability of the child",
        "5B" LearningDisabilityParent "learning disability of a parent or carer",
        "5C" LearningDisabilityOther "learning disability of another person in the household",
        "6A" PhysicalDisabilityChild "physical disability or illness of the child",
        "6B" PhysicalDisabilityParent "physical disability or illness of a parent or carer",
        "6C" PhysicalDisabilityOther "physical disability or illness of another person in the household",
        "7A" YoungCarer "young carer",
        "8B" FosteredOverseasReturning "privately fostered, from overseas, intends to return",
        "8C" FosteredOverseasStaying "privately fostered, from overseas, intends to stay",
        "8D" FosteredForEducation "privately fostered, in an educational placement",
        "8E" FosteredFamilyArrangement "privately fostered, an alternative family arrangement",
        "8F" FosteredOther "privately fostered, other",
        "9A" UnaccompaniedAsylum "unaccompanied asylum-seeking child",
        "10A" Missing "going missing",
        "11A" SexualExploitation "child sexual exploitation",
        "12A" Trafficking "trafficking",
        "13A" Gangs "gangs",
        "14A" UnacceptableBehaviour "socially unacceptable behaviour",
        "15A" SelfHarm "self-harm",
        "16A" Neglect "neglect",
        "17A" EmotionalAbuse "emotional abuse",
        "18A" PhysicalAbuseRetired "physical abuse (retired code)",
        "18B" PhysicalAbuseByChild "physical abuse by a child",
        "18C" PhysicalAbuseByAdult "physical abuse by an adult",
        "19A" SexualAbuseRetired "sexual abuse (retired code)",
        "19B" SexualAbuseByChild "sexual abuse by a child",
        "19C" SexualAbuseByAdult "sexual abuse by an adult",
        "20" OtherFactor "other",
        "21" NoFactor "no factors identified",
        "22A" FemaleGenitalMutilation "female genital mutilation",
        "23A" FaithOrBelief "abuse linked to faith or belief",
        "24A" CriminalExploitation "child criminal exploitation",
    }
}
