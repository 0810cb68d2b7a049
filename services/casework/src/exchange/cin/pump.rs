//! Turns XML into openings, texts and closings, with every bound and refusal that keeps a hostile file
//! harmless: depth, length, size of one child, and no entity but the five of XML itself. Namespaces, comments
//! and processing instructions carry nothing in a return and are passed over.

use std::cell::Cell;
use std::io::Read;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::node::{Asked, Node};
use super::source::{MOST_IN_ONE_PIECE, Source};
use super::unreadable::Unreadable;

const DEEPEST: usize = 32;
const MOST_NODES: usize = 20_000;
const MOST_TEXT: usize = 1024 * 1024;
const LONGEST_NAME: usize = 60;

pub(super) struct Opened {
    pub name: String,
    pub line: u64,
    pub attributes: Vec<String>,
}

pub(super) enum Step {
    Open(Opened),
    Text(String),
    Close,
    End,
}

pub(super) struct Pump<R: Read> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    open: Vec<String>,
    begun: Begun,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Begun {
    Nothing,
    Markup,
}

struct Room {
    nodes: usize,
    text: usize,
}

impl<R: Read> Pump<R> {
    pub(super) fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Source::new(input));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), open: Vec::new(), begun: Begun::Nothing }
    }

    pub(super) fn source(&self) -> &Source<R> {
        self.reader.get_ref()
    }

    pub(super) fn line(&self) -> u64 {
        self.source().line()
    }

    pub(super) fn step(&mut self) -> Result<Step, Unreadable> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().begin_piece();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.explain(error)),
            };
            let step = match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    Step::Open(opened(&tag, self.reader.get_ref().line()))
                }
                Event::End(_) => Step::Close,
                Event::Text(text) => Step::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Step::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => match character(&reference) {
                    Some(character) => Step::Text(character.to_string()),
                    None if self.begun == Begun::Nothing => return Err(Unreadable::NotXml),
                    None => return Err(Unreadable::Entity { line: self.line() }),
                },
                Event::DocType(declared) if declared.contains('[') => {
                    return Err(Unreadable::Entity { line: self.line() });
                }
                Event::DocType(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {
                    self.begun = Begun::Markup;
                    continue;
                }
                Event::Eof => Step::End,
            };
            return self.keep_account(step);
        }
    }

    fn keep_account(&mut self, step: Step) -> Result<Step, Unreadable> {
        match &step {
            Step::Open(opened) => {
                self.begun = Begun::Markup;
                if self.open.len() >= DEEPEST {
                    return Err(Unreadable::TooDeep { line: opened.line, allowed: DEEPEST });
                }
                self.open.push(opened.name.clone());
            }
            Step::Close => {
                self.open.pop();
            }
            Step::Text(text) => {
                if self.begun == Begun::Nothing && !text.trim().is_empty() {
                    return Err(Unreadable::NotXml);
                }
            }
            Step::End if !self.open.is_empty() => return Err(self.cut_short()),
            Step::End => {}
        }
        Ok(step)
    }

    /// Reads an opened element to its end and keeps it.
    pub(super) fn whole(&mut self, opened: Opened) -> Result<Node, Unreadable> {
        let mut room = Room { nodes: MOST_NODES, text: MOST_TEXT };
        self.fill(opened, &mut room)
    }

    fn fill(&mut self, opened: Opened, room: &mut Room) -> Result<Node, Unreadable> {
        let Opened { name, line, attributes } = opened;
        let mut node = Node {
            name,
            line,
            text: String::new(),
            kids: Vec::new(),
            attributes,
            asked_for: Cell::new(Asked::Never),
        };
        loop {
            match self.step()? {
                Step::Open(kid) => {
                    room.nodes = room.nodes.checked_sub(1).ok_or_else(|| self.child_too_large())?;
                    node.kids.push(self.fill(kid, room)?);
                }
                Step::Text(text) => {
                    let adds_something = !node.text.is_empty() || !text.trim().is_empty();
                    if adds_something {
                        room.text =
                            room.text.checked_sub(text.len()).ok_or_else(|| self.child_too_large())?;
                        node.text.push_str(&text);
                    }
                }
                Step::Close => return Ok(node),
                Step::End => return Err(self.cut_short()),
            }
        }
    }

    /// Reads an opened element to its end and keeps nothing of it but how many elements it was.
    pub(super) fn skip(&mut self) -> Result<u64, Unreadable> {
        let outside = self.open.len().saturating_sub(1);
        let mut elements = 1;
        while self.open.len() > outside {
            match self.step()? {
                Step::Open(_) => elements += 1,
                Step::Text(_) | Step::Close => {}
                Step::End => return Err(self.cut_short()),
            }
        }
        Ok(elements)
    }

    fn child_too_large(&self) -> Unreadable {
        Unreadable::ChildTooLarge { line: self.line(), allowed: MOST_NODES }
    }

    pub(super) fn cut_short(&self) -> Unreadable {
        let inside = self.open.last().cloned().unwrap_or_else(|| "Message".to_owned());
        Unreadable::CutShort { line: self.line(), inside }
    }

    fn explain(&self, error: Error) -> Unreadable {
        let line = self.line();
        if self.begun == Begun::Nothing && !matches!(error, Error::Io(_)) {
            return Unreadable::NotXml;
        }
        if self.source().is_overlong() {
            if self.begun == Begun::Nothing {
                return Unreadable::NotXml;
            }
            return Unreadable::TooLong { line, allowed: MOST_IN_ONE_PIECE };
        }
        match error {
            Error::Io(cause) => Unreadable::Io(
                Arc::try_unwrap(cause).unwrap_or_else(|shared| std::io::Error::new(shared.kind(), shared)),
            ),
            Error::IllFormed(IllFormedError::MissingEndTag(_)) => self.cut_short(),
            Error::Syntax(SyntaxError::InvalidBangMarkup) => {
                Unreadable::Malformed { line, what: "markup after `<!` that is no comment, CDATA or DOCTYPE" }
            }
            Error::Syntax(_) => self.cut_short(),
            Error::IllFormed(
                IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_),
            ) => Unreadable::Malformed { line, what: "a closing tag does not match the element it closes" },
            Error::Escape(_) => Unreadable::Entity { line },
            Error::IllFormed(_) => {
                Unreadable::Malformed { line, what: "a declaration or comment is ill-formed" }
            }
            Error::InvalidAttr(_) => Unreadable::Malformed { line, what: "an attribute is ill-formed" },
            Error::Encoding(_) => Unreadable::Malformed { line, what: "the text is not in UTF-8" },
            Error::Namespace(_) => Unreadable::Malformed { line, what: "a namespace prefix is ill-formed" },
        }
    }
}

fn opened(tag: &BytesStart<'_>, line: u64) -> Opened {
    let attributes = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attribute| shown(attribute.key.as_ref()))
        .filter(|name| !name.starts_with("xml") && !name.starts_with("xsi:"))
        .take(20)
        .collect();
    Opened { name: shown(tag.local_name().as_ref()), line, attributes }
}

/// A name as it may appear in a report: the file chose it, so it is cut and freed of anything but name
/// characters.
fn shown(name: &str) -> String {
    name.chars()
        .take(LONGEST_NAME)
        .map(|letter| if letter.is_alphanumeric() || "_-.:".contains(letter) { letter } else { '?' })
        .collect()
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}
