//! CSV tables of a publisher.

use super::{ImportError, Raw, error::Place, lines::open};

/// One row, its fields found by name or place.
pub struct Row<'t> {
    place: Place<'t>,
    header: &'t [String],
    fields: Vec<String>,
}

impl Row<'_> {
    /// Where the row is.
    pub fn place(&self) -> Place<'_> {
        self.place
    }

    /// The fields in their order.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The field of this column.
    pub fn get(&self, column: &str) -> Result<&str, ImportError> {
        let found = self.header.iter().position(|name| name == column);
        let field = found.and_then(|at| self.fields.get(at));
        let field = field.ok_or_else(|| self.place.field(column, "missing"))?;
        Ok(field)
    }
}

/// Hands every row of a table to `each`; with `titled`, the first line names the columns. Rows are
/// numbered from 1, the titles not counted.
pub fn for_each_row(
    raw: &dyn Raw,
    titled: bool,
    mut each: impl FnMut(&Row<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut place = Place {
        file: raw.name(),
        row: 0,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(titled)
        .flexible(true)
        .from_reader(open(raw)?);
    let header = if titled {
        let names = reader
            .byte_headers()
            .map_err(|error| broken(place, error))?;
        names.iter().map(decode).collect()
    } else {
        Vec::new()
    };
    for record in reader.byte_records() {
        place.row += 1;
        let record = record.map_err(|error| broken(place, error))?;
        each(&Row {
            place,
            header: &header,
            fields: record.iter().map(decode).collect(),
        })?;
    }
    Ok(())
}

/// UTF-8, or Latin-1 where it is not: older tables are in either.
fn decode(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    text.trim_start_matches('\u{FEFF}').to_owned()
}

fn broken(place: Place<'_>, error: csv::Error) -> ImportError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => place.read(source),
        _ => place.row("not valid CSV"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::Memory;

    #[test]
    fn fields_are_found_by_name() {
        let raw = Memory(
            "x.csv",
            b"\xEF\xBB\xBFid,text\n1,\"a \"\"b\"\"\nc\"\n2,caf\xE9\n3\n".to_vec(),
        );
        let mut seen = Vec::new();
        let result = for_each_row(&raw, true, |row| {
            seen.push((row.get("id")?.to_owned(), row.get("text")?.to_owned()));
            Ok(())
        });
        assert_eq!(
            seen,
            [
                ("1".into(), "a \"b\"\nc".into()),
                ("2".into(), "café".into())
            ]
        );
        assert_eq!(
            result.unwrap_err().to_string(),
            "x.csv: row 3: field text: missing"
        );
    }
}
