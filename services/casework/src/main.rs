//! The `goldthread` executable: the command line over the service.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// An order is many small pieces made on one thread and dropped on another, where the C library's allocator spends a
/// fifth of the processor's time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
