//! What a command prints: lines for people, or JSON.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use super::failure::Failure;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a value as JSON, or in words.
    pub fn show<T: Serialize>(self, value: &T, words: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        let text = if self.json { serde_json::to_string_pretty(value)? } else { words(value) };
        line(&text)
    }

    /// Prints one value of many: a JSON line, or in words.
    pub fn one_of_many<T: Serialize>(
        self,
        value: &T,
        words: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let text = if self.json { serde_json::to_string(value)? } else { words(value) };
        line(&text)
    }

    pub fn failure(self, text: &str) {
        if self.json {
            let _ = line(&serde_json::json!({ "error": text }).to_string());
        } else {
            eprintln!("goldthread: {text}");
        }
    }

    /// Says how far a long work has come, on one line of a terminal.
    pub fn progress(self, text: &str) {
        if self.json {
            return;
        }
        if std::io::stderr().is_terminal() {
            eprint!("\r\x1b[2K{text}");
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("{text}");
        }
    }

    /// Ends the line that progress was told on.
    pub fn progress_done(self) {
        if !self.json && std::io::stderr().is_terminal() {
            eprintln!();
        }
    }
}

/// A reader that has gone away (`| head`) is not a failure.
pub fn line(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
