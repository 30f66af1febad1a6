//! JSON lines of a publisher.

use std::io::{BufRead, Read};

use serde::de::DeserializeOwned;

use super::{ImportError, Raw, error::Place};
use crate::corpus::{
    decompressed,
    reader::{MAX_LINE_BYTES, without_mark},
};

/// Hands every line to `each`, with its number from 1.
pub fn for_each_line<T: DeserializeOwned>(
    raw: &dyn Raw,
    mut each: impl FnMut(Place<'_>, T) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut place = Place {
        file: raw.name(),
        row: 0,
    };
    let mut reader = open(raw)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        place.row += 1;
        let mut limited = (&mut reader).take(MAX_LINE_BYTES + 1);
        limited
            .read_until(b'\n', &mut line)
            .map_err(|source| place.read(source))?;
        if line.is_empty() {
            return Ok(());
        }
        let line = without_mark(place.row, &line);
        if !line.iter().all(u8::is_ascii_whitespace) {
            each(place, parse(place, line)?)?;
        }
    }
}

/// Reads a file that is one JSON value.
pub fn whole_file<T: DeserializeOwned>(raw: &dyn Raw) -> Result<T, ImportError> {
    let place = Place {
        file: raw.name(),
        row: 1,
    };
    parse(place, without_mark(1, &bytes(raw, place)?))
}

/// The bytes of a file that holds one article or one day.
pub fn bytes(raw: &dyn Raw, place: Place<'_>) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let mut limited = open(raw)?.take(MAX_LINE_BYTES + 1);
    limited
        .read_to_end(&mut bytes)
        .map_err(|source| place.read(source))?;
    if bytes.len() as u64 > MAX_LINE_BYTES {
        return Err(too_long(place));
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(place: Place<'_>, bytes: &[u8]) -> Result<T, ImportError> {
    if bytes.len() as u64 > MAX_LINE_BYTES {
        return Err(too_long(place));
    }
    serde_json::from_slice(bytes).map_err(|error| place.row(describe(&error)))
}

/// The kind of a JSON error. serde's own message may quote the text, but for a field that is
/// missing, whose name is ours.
fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    if message.starts_with("missing field") {
        return message.split(" at line").next().unwrap_or_default().into();
    }
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a field has the wrong type",
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not valid JSON",
    };
    format!("{kind} (line {}, column {})", error.line(), error.column())
}

fn too_long(place: Place<'_>) -> ImportError {
    place.row(format!("longer than {MAX_LINE_BYTES} bytes"))
}

/// Opens a file, plain or compressed.
pub fn open(raw: &dyn Raw) -> Result<Box<dyn BufRead + Send>, ImportError> {
    let opened = raw.open().and_then(decompressed);
    opened.map_err(|source| ImportError::Read {
        file: raw.name().into(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::Memory;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Row {
        id: u32,
    }

    fn read(text: &str) -> Result<Vec<(u64, u32)>, String> {
        let mut rows = Vec::new();
        let raw = Memory("x.jsonl", text.into());
        for_each_line(&raw, |place, row: Row| {
            rows.push((place.row, row.id));
            Ok(())
        })
        .map_err(|e| e.to_string())?;
        Ok(rows)
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(
            read("\u{FEFF}{\"id\":1}\n{\"id\":2}").unwrap(),
            [(1, 1), (2, 2)]
        );
        let whole: Row = whole_file(&Memory("x.json", "\u{FEFF}{\"id\":7}".into())).unwrap();
        assert_eq!(whole.id, 7);
    }

    #[test]
    fn errors_name_the_row_and_hold_no_text() {
        assert_eq!(read("{\"id\":1}\n\n{\"id\":2}").unwrap(), [(1, 1), (3, 2)]);
        assert_eq!(
            read("{\"id\":1}\n{\"id\":\"secret\"}").unwrap_err(),
            "x.jsonl: row 2: a field has the wrong type (line 1, column 14)"
        );
        assert_eq!(
            read("{\"name\":\"secret\"}").unwrap_err(),
            "x.jsonl: row 1: missing field `id`"
        );
    }
}
