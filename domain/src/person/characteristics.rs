//! Ethnicity and disability, in the codes of the census.

use crate::codes::codes;

codes! {
    Ethnicity, "ethnicity":
    WhiteBritish => "WBRI",
    WhiteIrish => "WIRI",
    TravellerOfIrishHeritage => "WIRT",
    AnyOtherWhite => "WOTH",
    GypsyRoma => "WROM",
    WhiteAndBlackCaribbean => "MWBC",
    WhiteAndBlackAfrican => "MWBA",
    WhiteAndAsian => "MWAS",
    AnyOtherMixed => "MOTH",
    Indian => "AIND",
    Pakistani => "APKN",
    Bangladeshi => "ABAN",
    Chinese => "CHNE",
    AnyOtherAsian => "AOTH",
    BlackCaribbean => "BCRB",
    BlackAfrican => "BAFR",
    AnyOtherBlack => "BOTH",
    AnyOther => "OOTH",
    Refused => "REFU",
    NotObtained => "NOBT",
}

codes! {
    /// `NONE` is not a disability: it is an empty list.
    Disability, "disability":
    Mobility => "MOB",
    HandFunction => "HAND",
    PersonalCare => "PC",
    Incontinence => "INC",
    Communication => "COMM",
    Learning => "LD",
    Hearing => "HEAR",
    Vision => "VIS",
    Behaviour => "BEH",
    Consciousness => "CON",
    Autism => "AUT",
    Other => "DDA",
}
