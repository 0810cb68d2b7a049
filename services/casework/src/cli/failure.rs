//! Why a command did not do what it was asked, told once, with its causes.

use super::output::Output;

/// A sentence for whoever typed the command, and what lies beneath it.
#[derive(Debug)]
pub struct Failure {
    text: String,
}

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// An error and its causes, in one line.
    pub fn chain(error: &dyn std::error::Error) -> String {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let next = error.to_string();
            // Transparent errors repeat what is said already.
            if !text.ends_with(&next) {
                text.push_str(": ");
                text.push_str(&next);
            }
            cause = error.source();
        }
        text
    }

    pub fn tell(&self, output: Output) {
        output.failure(&self.text);
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { text: Self::chain(&error) }
    }
}
