//! The two passes over a return: [`survey`] to the last byte first, then [`children`] one at a time.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::child;
use super::header::Header;
use super::identity::{Naming, hex};
use super::node::Unknown;
use super::pump::{Pump, Step};
use super::rows::{Child, Counts, Fault, Refusal, Row, Wrong};
use super::rules::{self, Judging, Tally, WorkingDays};
use super::telling::Placing;
use super::unreadable::Unreadable;

/// The largest authority has some thirty thousand children in need in a year.
const MOST_CHILDREN: usize = 500_000;

/// What a whole return holds, known before anything of it is used.
#[derive(Debug, Serialize)]
pub struct Survey {
    pub header: Header,
    /// Rows found in each table; each is either given by [`children`] or refused.
    pub read: Counts,
    pub refused: Counts,
    /// Faults of the return as a whole.
    pub faults: Vec<Fault>,
    /// How often a row has each fault.
    pub faults_of_rows: BTreeMap<Wrong, u64>,
    /// Elements, attributes and stray texts the form does not know, by path, each with how many elements were
    /// there.
    pub unknown: BTreeMap<String, u64>,
    pub bytes: u64,
    /// SHA-256 of the file: equal for the very same file.
    pub file_sha256: String,
    /// SHA-256 over what its rows say: equal when the same return is written again, whatever its spelling or
    /// header.
    pub content_sha256: String,
}

/// One `Child` element: the child unless it is refused, and every refused row in it.
pub struct ReadChild {
    pub child: Option<Row<Child>>,
    pub refused: Vec<Refusal>,
}

/// Reads a return from its first byte to its last and keeps none of its children.
pub fn survey<R: Read + Seek>(input: &mut R, working_days: WorkingDays) -> Result<Survey, Unreadable> {
    input.rewind().map_err(Unreadable::Io)?;
    let header = find_header(input)?;
    input.rewind().map_err(Unreadable::Io)?;
    let mut children = children(input, &header, working_days);
    let mut refused = Counts::default();
    let mut faults_of_rows: BTreeMap<Wrong, u64> = BTreeMap::new();
    let mut content = Sha256::new();
    content.update(format!("cin-return-1\0{}\0{}", header.lea, header.year));
    for read in children.by_ref() {
        let read = read?;
        read.refused.iter().for_each(|refusal| refused.add(refusal.table));
        for head in read.child.iter().flat_map(Row::<Child>::heads) {
            content.update(head.identity.reveal().as_bytes());
            content.update(head.content.0);
            for fault in &head.faults {
                *faults_of_rows.entry(fault.wrong).or_default() += 1;
            }
        }
    }
    Ok(children.into_survey(header, refused, faults_of_rows, hex(&content.finalize())))
}

/// Reads the children of a return that was surveyed, from wherever the input stands (rewind it first).
pub fn children<R: Read>(input: R, header: &Header, working_days: WorkingDays) -> Children<R> {
    Children {
        pump: Pump::new(input),
        place: Place::BeforeRoot,
        judging: Judging::by(header, working_days),
        at: Placing {
            naming: Naming::new(&header.lea),
            read: Counts::default(),
            refused: Vec::new(),
            unknown: Unknown::default(),
        },
        tally: Tally::default(),
        headers: 0,
        seen: 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    BeforeRoot,
    Message,
    Children,
    AfterRoot,
    Ended,
}

/// The children of a return, in the order of the file. After an error there are no more.
pub struct Children<R: Read> {
    pump: Pump<R>,
    place: Place,
    judging: Judging,
    at: Placing,
    tally: Tally,
    headers: u64,
    seen: usize,
}

impl<R: Read> Iterator for Children<R> {
    type Item = Result<ReadChild, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.place == Place::Ended {
            return None;
        }
        let read = self.advance().transpose();
        if !matches!(read, Some(Ok(_))) {
            self.place = Place::Ended;
        }
        read
    }
}

impl<R: Read> Children<R> {
    /// How much of the file has been read, for a progress line.
    pub fn bytes_read(&self) -> u64 {
        self.pump.source().bytes()
    }

    fn advance(&mut self) -> Result<Option<ReadChild>, Unreadable> {
        loop {
            match (self.pump.step()?, self.place) {
                (Step::Open(root), Place::BeforeRoot) => {
                    is_message(&root.name)?;
                    for attribute in &root.attributes {
                        self.at.unknown.count(&format!("Message/@{attribute}"), 1);
                    }
                    self.place = Place::Message;
                }
                (Step::Open(opened), Place::Message) if is(&opened.name, "Header") => {
                    let node = self.pump.whole(opened)?;
                    self.headers += 1;
                    Header::read(&node, &mut self.at.unknown)?;
                }
                (Step::Open(opened), Place::Message) if is(&opened.name, "Children") => {
                    self.place = Place::Children
                }
                (Step::Open(opened), Place::Children | Place::Message) if is(&opened.name, "Child") => {
                    let node = self.pump.whole(opened)?;
                    return self.child(&node).map(Some);
                }
                (Step::Open(opened), Place::Message) => self.skip(&format!("Message/{}", opened.name))?,
                (Step::Open(opened), Place::Children) => {
                    self.skip(&format!("Message/Children/{}", opened.name))?
                }
                (Step::Open(opened), Place::AfterRoot | Place::Ended) => {
                    let what = "there is a second outermost element";
                    return Err(Unreadable::Malformed { line: opened.line, what });
                }
                (Step::Text(text), Place::Message | Place::Children) if !text.trim().is_empty() => {
                    self.at.unknown.count("Message/text()", 1);
                    self.at.unknown.bounded(self.pump.line())?;
                }
                (Step::Text(text), Place::AfterRoot) if !text.trim().is_empty() => {
                    let what = "there is text after the end of `Message`";
                    return Err(Unreadable::Malformed { line: self.pump.line(), what });
                }
                (Step::Text(_), _) => {}
                (Step::Close, Place::Children) => self.place = Place::Message,
                (Step::Close, _) => self.place = Place::AfterRoot,
                (Step::End, place) => return self.end(place).map(|()| None),
            }
        }
    }

    fn end(&self, place: Place) -> Result<(), Unreadable> {
        match place {
            Place::AfterRoot | Place::Ended => Ok(()),
            Place::BeforeRoot => Err(nothing_there(&self.pump)),
            Place::Message | Place::Children => Err(self.pump.cut_short()),
        }
    }

    fn skip(&mut self, path: &str) -> Result<(), Unreadable> {
        let elements = self.pump.skip()?;
        self.at.unknown.count(path, elements);
        self.at.unknown.bounded(self.pump.line())
    }

    fn child(&mut self, node: &super::node::Node) -> Result<ReadChild, Unreadable> {
        self.seen += 1;
        if self.seen > MOST_CHILDREN {
            return Err(Unreadable::TooManyChildren { line: node.line, allowed: MOST_CHILDREN });
        }
        let mut child = child::read(node, &mut self.at);
        self.at.unknown.bounded(node.line)?;
        if let Some(row) = &mut child {
            rules::check(row, self.judging);
            self.tally.count(row, self.judging);
        }
        Ok(ReadChild { child, refused: std::mem::take(&mut self.at.refused) })
    }

    fn into_survey(
        self,
        header: Header,
        refused: Counts,
        faults_of_rows: BTreeMap<Wrong, u64>,
        content_sha256: String,
    ) -> Survey {
        let mut faults = header.faults.clone();
        faults.extend(self.tally.faults(&header));
        let mut note = |word, field, what| faults.push(Fault::reading(word, field, what));
        if self.seen == 0 {
            note("no-children", "Message/Children", "holds no child");
        }
        if self.headers > 1 {
            note("header", "Message/Header", "is given more than once; the first is read");
        }
        if self.pump.source().undecodable() > 0 {
            note(
                "encoding",
                "Message",
                "holds bytes that are no characters of its encoding; they are replaced",
            );
        }
        Survey {
            read: self.at.read,
            refused,
            faults,
            faults_of_rows,
            unknown: self.at.unknown.into_paths(),
            bytes: self.pump.source().bytes(),
            file_sha256: hex(&self.pump.source().hash()),
            content_sha256,
            header,
        }
    }
}

/// The header nearly always comes first, but nothing hangs on that: some software writes it last.
fn find_header<R: Read>(input: &mut R) -> Result<Header, Unreadable> {
    let mut pump = Pump::new(input);
    loop {
        match pump.step()? {
            Step::Open(root) => break is_message(&root.name)?,
            Step::Text(_) | Step::Close => {}
            Step::End => return Err(nothing_there(&pump)),
        }
    }
    loop {
        match pump.step()? {
            Step::Open(opened) if is(&opened.name, "Header") => {
                return Header::read(&pump.whole(opened)?, &mut Unknown::default());
            }
            Step::Open(_) => {
                pump.skip()?;
            }
            Step::Text(_) => {}
            Step::Close | Step::End => return Err(Unreadable::NoHeader),
        }
    }
}

fn nothing_there<R: Read>(pump: &Pump<R>) -> Unreadable {
    if pump.source().is_utf32() {
        Unreadable::Encoding
    } else if pump.source().bytes() == 0 {
        Unreadable::Empty
    } else {
        Unreadable::NotXml
    }
}

fn is_message(root: &str) -> Result<(), Unreadable> {
    if is(root, "Message") { Ok(()) } else { Err(Unreadable::NotACensusReturn { root: root.to_owned() }) }
}

fn is(name: &str, known: &str) -> bool {
    name.eq_ignore_ascii_case(known)
}
