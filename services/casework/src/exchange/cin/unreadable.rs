//! Why a whole return is turned away. Each reason says where, and what would have been allowed; none repeats
//! a value of the file, since any value may be about a child.

use thiserror::Error;

/// The file is not a return that can be read to its end, so nothing of it is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unreadable {
    #[error("the file could not be read")]
    Io(#[source] std::io::Error),
    #[error("the file is empty; a census return is an XML document whose outermost element is `Message`")]
    Empty,
    #[error("the file is not XML; a census return is an XML document whose outermost element is `Message`")]
    NotXml,
    #[error("the file is XML in UTF-32; a census return is in UTF-8 (UTF-16 is read too)")]
    Encoding,
    #[error("not a census return: the outermost element is `{root}`, allowed is `Message`")]
    NotACensusReturn { root: String },
    #[error("not a Children in Need return: `Collection` must be `CIN`")]
    OtherCollection,
    #[error("`Header` is missing: without it nobody can say whose return this is")]
    NoHeader,
    #[error("`Header/{field}` cannot be read: {allowed}")]
    Header { field: &'static str, allowed: &'static str },
    #[error("line {line}: the file ends inside `{inside}`; it was cut short")]
    CutShort { line: u64, inside: String },
    #[error("line {line}: not well-formed XML: {what}")]
    Malformed { line: u64, what: &'static str },
    #[error("line {line}: only the five entities of XML itself are allowed (amp, lt, gt, apos, quot)")]
    Entity { line: u64 },
    #[error("line {line}: elements may be nested {allowed} deep at most")]
    TooDeep { line: u64, allowed: usize },
    #[error("line {line}: one tag or text may hold {allowed} bytes at most")]
    TooLong { line: u64, allowed: usize },
    #[error("line {line}: one `Child` may hold {allowed} elements at most")]
    ChildTooLarge { line: u64, allowed: usize },
    #[error("line {line}: a return may hold {allowed} children at most")]
    TooManyChildren { line: u64, allowed: usize },
    #[error("line {line}: more than {allowed} elements are unknown; this is some other kind of file")]
    TooStrange { line: u64, allowed: u64 },
}

impl Unreadable {
    /// A stable word for machines; the sentence may be reworded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Empty => "empty",
            Self::NotXml => "not_xml",
            Self::Encoding => "encoding",
            Self::NotACensusReturn { .. } => "not_a_census_return",
            Self::OtherCollection => "other_collection",
            Self::NoHeader => "no_header",
            Self::Header { .. } => "header",
            Self::CutShort { .. } => "cut_short",
            Self::Malformed { .. } => "malformed",
            Self::Entity { .. } => "entity",
            Self::TooDeep { .. } => "too_deep",
            Self::TooLong { .. } => "too_long",
            Self::ChildTooLarge { .. } => "child_too_large",
            Self::TooManyChildren { .. } => "too_many_children",
            Self::TooStrange { .. } => "too_strange",
        }
    }
}
