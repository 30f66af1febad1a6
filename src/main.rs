//! The `newstance` program.

use std::process::ExitCode;

/// See `docs/decisions/0032-the-program-brings-its-allocator.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    newstance::cli::run()
}
