//! A configuration file of any text: options or an error.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = newstance::cli::check_options(text);
});
