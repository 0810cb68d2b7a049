//! The `goldthread` executable: the command line over the service.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
