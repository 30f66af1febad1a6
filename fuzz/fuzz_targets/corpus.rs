//! A corpus of any bytes, compressed or not: records or errors, and an end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use newstance::{
    article::ArticleLimits,
    corpus::{Records, decompressed},
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(reader) = decompressed(bytes) else {
        return;
    };
    // Few bytes may unpack to many lines; the first ones will do.
    for record in Records::new("fuzz", reader).take(1000) {
        if let Ok(record) = record {
            let _ = record.into_article(&ArticleLimits::default());
        }
    }
});
