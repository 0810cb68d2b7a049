//! The bytes of a return as bounded UTF-8: hashed as they came, decoded, counted in lines, and never more
//! than [`MOST_IN_ONE_PIECE`] of them in one tag or text, since the XML reader above keeps a whole piece in
//! memory.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

/// The longest tag, text or comment that is read. The longest honest value is a code of a few letters.
pub(super) const MOST_IN_ONE_PIECE: usize = 64 * 1024;

const CHUNK: usize = 16 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Unsettled,
    Utf8,
    Utf16 { low_byte_first: LowByteFirst },
    Utf32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LowByteFirst {
    Yes,
    No,
}

pub(super) struct Source<R> {
    input: R,
    encoding: Encoding,
    hasher: Sha256,
    bytes: u64,
    undecodable: u64,
    /// Read, not yet decoded: the start of a character whose rest is in the next chunk.
    raw: Vec<u8>,
    text: Vec<u8>,
    taken: usize,
    ended: bool,
    line: u64,
    piece: usize,
    overlong: bool,
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            encoding: Encoding::Unsettled,
            hasher: Sha256::new(),
            bytes: 0,
            undecodable: 0,
            raw: Vec::with_capacity(CHUNK),
            text: Vec::with_capacity(CHUNK),
            taken: 0,
            ended: false,
            line: 1,
            piece: 0,
            overlong: false,
        }
    }

    /// A new tag or text begins here.
    pub(super) fn begin_piece(&mut self) {
        self.piece = 0;
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn is_overlong(&self) -> bool {
        self.overlong
    }

    pub(super) fn is_utf32(&self) -> bool {
        self.encoding == Encoding::Utf32
    }

    /// How many bytes stood for no character and were replaced.
    pub(super) fn undecodable(&self) -> u64 {
        self.undecodable
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of the bytes as they came, once they have all been read.
    pub(super) fn hash(&self) -> [u8; 32] {
        self.hasher.clone().finalize().into()
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        while self.text.is_empty() && !self.ended {
            let held = self.raw.len();
            let most = u64::try_from(CHUNK).unwrap_or(u64::MAX);
            let read = self.input.by_ref().take(most).read_to_end(&mut self.raw)?;
            self.ended = read == 0;
            self.bytes += u64::try_from(read).unwrap_or(u64::MAX);
            self.hasher.update(self.raw.get(held..).unwrap_or_default());
            self.settle();
            self.decode();
        }
        Ok(())
    }

    /// Judges the encoding by the first bytes, as XML itself prescribes, and takes a byte order mark off.
    fn settle(&mut self) {
        if self.encoding != Encoding::Unsettled || (self.raw.len() < 4 && !self.ended) {
            return;
        }
        let (encoding, mark) = match self.raw.as_slice() {
            [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [b'<', 0, 0, 0, ..] | [0, 0, 0, b'<', ..] => {
                (Encoding::Utf32, 0)
            }
            [0xFF, 0xFE, ..] => (Encoding::Utf16 { low_byte_first: LowByteFirst::Yes }, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16 { low_byte_first: LowByteFirst::No }, 2),
            [b'<', 0, ..] => (Encoding::Utf16 { low_byte_first: LowByteFirst::Yes }, 0),
            [0, b'<', ..] => (Encoding::Utf16 { low_byte_first: LowByteFirst::No }, 0),
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            _ => (Encoding::Utf8, 0),
        };
        self.encoding = encoding;
        self.raw.drain(..mark);
    }

    fn decode(&mut self) {
        match self.encoding {
            Encoding::Unsettled => {}
            Encoding::Utf8 => self.decode_utf8(),
            Encoding::Utf16 { low_byte_first } => self.decode_utf16(low_byte_first),
            Encoding::Utf32 => self.ended = true,
        }
    }

    fn decode_utf8(&mut self) {
        let mut kept = 0;
        let mut chunks = self.raw.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.text.extend_from_slice(chunk.valid().as_bytes());
            let broken = chunk.invalid();
            let may_continue = chunks.peek().is_none() && !self.ended && begins_a_character(broken);
            if may_continue {
                kept = broken.len();
            } else if !broken.is_empty() {
                self.undecodable += 1;
                self.text.extend_from_slice("\u{FFFD}".as_bytes());
            }
        }
        self.raw.drain(..self.raw.len().saturating_sub(kept));
    }

    fn decode_utf16(&mut self, low_byte_first: LowByteFirst) {
        let units: Vec<u16> = self
            .raw
            .chunks_exact(2)
            .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
            .map(|pair| match low_byte_first {
                LowByteFirst::Yes => u16::from_le_bytes(pair),
                LowByteFirst::No => u16::from_be_bytes(pair),
            })
            .collect();
        let open_pair = !self.ended && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit));
        let whole = units.len() - usize::from(open_pair);
        let mut room = [0; 4];
        for character in char::decode_utf16(units.into_iter().take(whole)) {
            let character = character.unwrap_or_else(|_| {
                self.undecodable += 1;
                char::REPLACEMENT_CHARACTER
            });
            self.text.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
        }
        self.raw.drain(..whole * 2);
        if self.ended && !self.raw.is_empty() {
            self.undecodable += 1;
            self.raw.clear();
        }
    }
}

/// Whether these bytes could be the beginning of a character cut by the end of a chunk.
fn begins_a_character(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() < 4
        && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.text.len() {
            self.refill()?;
        }
        let rest = self.text.get(self.taken..).unwrap_or_default();
        let allowed = MOST_IN_ONE_PIECE.saturating_sub(self.piece);
        if allowed == 0 && !rest.is_empty() {
            self.overlong = true;
            return Err(io::Error::other("one piece is too long"));
        }
        Ok(rest.get(..allowed).unwrap_or(rest))
    }

    fn consume(&mut self, amount: usize) {
        let end = self.taken.saturating_add(amount).min(self.text.len());
        let consumed = self.text.get(self.taken..end).unwrap_or_default();
        let lines = consumed.iter().filter(|&&byte| byte == b'\n').count();
        self.line += u64::try_from(lines).unwrap_or(u64::MAX);
        self.piece = self.piece.saturating_add(amount);
        self.taken = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time, as a slow socket would.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let one = self.0.len().min(1);
            out[..one].copy_from_slice(&self.0[..one]);
            self.0 = &self.0[one..];
            Ok(one)
        }
    }

    fn decoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        Source::new(Drip(bytes)).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_usual_encoding_becomes_the_same_text() {
        let text = "<a>é😀</a>";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(text.as_bytes()), text);
        assert_eq!(decoded(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), text);
        assert_eq!(decoded(&[b"\xFF\xFE".as_slice(), &little].concat()), text);
        assert_eq!(decoded(&[b"\xFE\xFF".as_slice(), &big].concat()), text);
        assert_eq!(decoded(&little), text);
    }

    #[test]
    fn a_byte_that_is_no_character_is_replaced_and_counted() {
        let mut source = Source::new(&b"<a>caf\xE9</a>"[..]);
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        assert_eq!(text, "<a>caf\u{FFFD}</a>");
        assert_eq!(source.undecodable(), 1);
    }

    #[test]
    fn one_piece_is_never_longer_than_allowed() {
        let long = vec![b'x'; MOST_IN_ONE_PIECE + 1];
        let mut source = Source::new(long.as_slice());
        assert!(source.read_to_end(&mut Vec::new()).is_err());
        assert!(source.is_overlong());
    }
}
