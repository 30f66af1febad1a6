//! The `newstance` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    newstance::cli::run()
}
