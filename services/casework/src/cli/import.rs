//! `goldthread import cin`: a council's census return, read into the record as testimony.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::app::App;
use casework::exchange::import::{self, Progress, Report};
use casework::settings::Settings;
use casework::visitor::Visitor;

/// Read a file of testimony into the record.
#[derive(Debug, clap::Subcommand)]
pub enum Import {
    /// A Children in Need census return (DfE, forms 2022 to 2026).
    ///
    /// Broken rules become faults on what is recorded and in the report; only rows that cannot be placed are refused.
    /// What was read before, in any return, adds nothing.
    Cin {
        /// The XML file.
        file: PathBuf,
    },
}

impl Import {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let Self::Cin { file } = self;
        let source = open(&file)?;
        let report = with_app(settings, async |app| read_in(&app, source, output).await)?;
        output.show(&report, ToString::to_string)
    }
}

/// A return is read twice: whole, to know that it is one, and then child by child.
fn open(path: &Path) -> Result<File, Failure> {
    let cannot = |cause| Failure::new(format!("`{}` cannot be opened: {cause}", path.display()));
    // Looked at first: to open a pipe is to wait for whoever writes into it.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        let text =
            format!("`{}` is a folder, a pipe or a device; give an XML file that is on disk", path.display());
        return Err(Failure::new(text));
    }
    File::open(path).map_err(cannot)
}

/// Reads a return in, telling how far it has come.
pub async fn read_in(app: &App, source: impl Read + Seek + Send, output: Output) -> Result<Report, Failure> {
    const TELL_EVERY: u64 = 25;
    let mut told = 0;
    let report = import::import(app, &Visitor::node(), source, &mut |progress| {
        let Progress { children, of_children } = progress;
        if children >= told + TELL_EVERY || (children == of_children && children > told) {
            told = children;
            output.progress(&format!("census return: {children} of {of_children} children"));
        }
    })
    .await?;
    output.progress_done();
    Ok(report)
}
