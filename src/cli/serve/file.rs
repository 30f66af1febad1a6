//! The configuration file: flat TOML, one key an option.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use toml::Spanned;

use super::{
    effective::Given,
    error::{ConfigError, Origin},
    options::options,
};

/// What the file at `path` gives.
///
/// # Errors
/// When it cannot be read, is not TOML, or has a key that is no option.
pub fn read(path: &Path) -> Result<Vec<Given>, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.into(),
        source,
    })?;
    parse(path, &text)
}

/// What a `text` gives that was read at `path`.
///
/// # Errors
/// When it is not TOML, or has a key that is no option.
pub fn parse(path: &Path, text: &str) -> Result<Vec<Given>, ConfigError> {
    let table: BTreeMap<Spanned<String>, toml::Value> =
        toml::from_str(text).map_err(|source| ConfigError::Syntax {
            path: path.into(),
            source,
        })?;
    let path = Arc::new(path.to_owned());
    let given = table.into_iter().map(|(key, value)| {
        let before = text.get(..key.span().start).unwrap_or(text);
        let origin = Origin::File {
            path: path.clone(),
            line: before.matches('\n').count() + 1,
        };
        let key = key.into_inner();
        match options().find(|option| option.key() == key) {
            Some(option) => Ok(Given {
                option,
                origin,
                value,
            }),
            None => Err(ConfigError::UnknownKey { origin, key }),
        }
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_lines() {
        let text = "# models\n\npack = [\n  'a',\n  'b',\n]\nmax_targets = 3\n";
        let given = parse("f.toml".as_ref(), text).unwrap();
        let lines: Vec<_> = given
            .iter()
            .map(|given| format!("{} {}", given.origin, given.option.name))
            .collect();
        assert_eq!(lines, ["f.toml:7 max-targets", "f.toml:3 pack"]);
    }

    #[test]
    fn what_is_no_option_is_refused() {
        for (text, expected) in [
            (
                "\nmax_targtes = 3",
                "f.toml:2: there is no option \"max_targtes\"",
            ),
            ("[tls]\ncert = 'x'", "f.toml:1: there is no option \"tls\""),
            ("max_targets = ", "f.toml: TOML parse error at line 1"),
        ] {
            let error = parse("f.toml".as_ref(), text).err().unwrap().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
