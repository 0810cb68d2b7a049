//! Whose return it is, and of which year. Without an authority and a year no row has an identity, so these
//! two must be readable; everything else in a header may be missing.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::Serialize;

use super::node::{Asked, Node, Unknown};
use super::rows::Fault;
use super::telling::Telling;
use super::unreadable::Unreadable;
use super::value;

const COLLECTION: &str = "Header/CollectionDetails/Collection";
const YEAR: &str = "Header/CollectionDetails/Year";
const REFERENCE_DATE: &str = "Header/CollectionDetails/ReferenceDate";
const LEVEL: &str = "Header/Source/SourceLevel";
const LEA: &str = "Header/Source/LEA";
const SOFTWARE: &str = "Header/Source/SoftwareCode";
const RELEASE: &str = "Header/Source/Release";
const SERIAL: &str = "Header/Source/SerialNo";
const MADE: &str = "Header/Source/DateTime";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    /// The year of the 31 March the return is up to.
    pub year: i32,
    pub reference_date: Option<NaiveDate>,
    pub source_level: Option<String>,
    /// The authority: three digits.
    pub lea: String,
    pub software_code: Option<String>,
    pub release: Option<String>,
    pub serial_number: Option<String>,
    /// By the clock of the software that wrote it.
    pub made_at: Option<NaiveDateTime>,
    #[serde(skip)]
    pub faults: Vec<Fault>,
}

/// The census year: 1 April to 31 March, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

impl Period {
    pub fn holds(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

impl Header {
    pub fn period(&self) -> Period {
        let on = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        Period { first: on(self.year - 1, 4, 1), last: on(self.year, 3, 31) }
    }

    /// What makes another file a report of the same: authority, year and serial number. Not personal.
    pub fn report_key(&self) -> String {
        let serial = self.serial_number.as_deref().unwrap_or("none");
        format!("cin/{}/{}/{serial}", self.lea, self.year)
    }

    pub(super) fn read(node: &Node, unknown: &mut Unknown) -> Result<Self, Unreadable> {
        node.asked_for.set(Asked::Element);
        let groups = node.named("CollectionDetails").chain(node.named("Source"));
        let mut telling = Telling::of(groups.chain([node]).collect());
        let level = node.named("Content").flat_map(|content| content.named("CBDSLevels"));
        level.flat_map(|levels| levels.named("CBDSLevel")).for_each(|level| {
            level.value();
        });
        let header = Self::from_fields(&mut telling)?;
        node.report_unknown("Message/Header", unknown);
        Ok(Self { faults: telling.into_faults(), ..header })
    }

    fn from_fields(telling: &mut Telling<'_>) -> Result<Self, Unreadable> {
        match telling.text(COLLECTION) {
            Some(collection) if collection.eq_ignore_ascii_case("CIN") => {}
            Some(collection) if collection.to_ascii_uppercase().starts_with("CIN ") => {
                telling.note("header", COLLECTION, "has words after `CIN`");
            }
            Some(_) => return Err(Unreadable::OtherCollection),
            None => telling.note("header", COLLECTION, "is missing; `CIN` is assumed"),
        }
        let reference_date = telling.date(REFERENCE_DATE);
        let year = telling.text(YEAR).and_then(|year| year.parse::<i32>().ok());
        if year.is_none() {
            telling.note("header", YEAR, "is missing or no year; the reference date is taken instead");
        }
        let year = year.or_else(|| reference_date.map(|day| day.year()));
        let year = year.filter(|year| (2009..=2100).contains(year)).ok_or(Unreadable::Header {
            field: "CollectionDetails/Year",
            allowed: "allowed is the year of the census in four digits, such as 2026",
        })?;
        let lea =
            telling.text(LEA).filter(|lea| lea.len() == 3 && lea.bytes().all(|byte| byte.is_ascii_digit()));
        let lea = lea.ok_or(Unreadable::Header {
            field: "Source/LEA",
            allowed: "allowed is the number of the authority, three digits such as 380",
        })?;
        let made = telling.text(MADE);
        let made_at = made.as_deref().and_then(value::moment);
        if made.is_some() && made_at.is_none() {
            telling.note("header", MADE, "is not a date and time written as CCYY-MM-DDThh:mm:ss");
        }
        let serial_number = telling.text(SERIAL);
        if serial_number.is_none() {
            telling.note(
                "header",
                SERIAL,
                "is missing, so a later version of this return cannot be recognised by it",
            );
        }
        Ok(Self {
            year,
            reference_date,
            source_level: telling.text(LEVEL),
            lea,
            software_code: telling.text(SOFTWARE),
            release: telling.text(RELEASE),
            serial_number,
            made_at,
            faults: Vec::new(),
        })
    }
}

/// The fault of a reference date that is not the last day of the census year.
pub(super) fn reference_date_fault(header: &Header) -> Option<Fault> {
    let is_wrong = header.reference_date != Some(header.period().last);
    is_wrong.then_some(Fault::census("100", REFERENCE_DATE, "is not the 31 March of the census year"))
}
