//! Names of resources on the wire: `models/{model}`, and tokens of pages.

use std::fmt;

use super::{pb, status::ApiError};
use crate::{
    model::{Card, Digest, Model},
    text::quoted,
};

/// Collection of all models.
const MODELS: &str = "models/";

/// A model's name that passed every check; it prints as `models/{model}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName(String);

impl ModelName {
    /// Checks the resource name in `field` of a request; empty means none.
    ///
    /// # Errors
    /// When it is not of the form `models/{model}`.
    pub fn parse(field: &'static str, name: &str) -> Result<Option<Self>, ApiError> {
        if name.is_empty() {
            return Ok(None);
        }
        let model = name.strip_prefix(MODELS).unwrap_or_default();
        let model = Self::checked(model).map(Some);
        model.ok_or_else(|| malformed(field, name, "models/{model} with "))
    }

    /// The same for a name without `models/`.
    ///
    /// # Errors
    /// When it is no name of a model.
    pub fn parse_bare(field: &'static str, name: &str) -> Result<Option<Self>, ApiError> {
        if name.is_empty() {
            return Ok(None);
        }
        let model = Self::checked(name).map(Some);
        model.ok_or_else(|| malformed(field, name, ""))
    }

    fn checked(model: &str) -> Option<Self> {
        Card::is_valid_name(model).then(|| Self(model.into()))
    }

    /// The name without `models/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn malformed(field: &'static str, name: &str, form: &str) -> ApiError {
    ApiError::Field {
        field,
        value: quoted(name),
        expected: format!(
            "{form}1 to 63 lower-case letters, digits, dots and hyphens, the first one a letter"
        ),
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MODELS}{}", self.0)
    }
}

/// A checked `ActivateModelRequest`: one version of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelVersion {
    /// Name of the model.
    pub name: ModelName,
    /// Digest of its file.
    pub digest: Digest,
}

impl ModelVersion {
    /// Whether this is the version of `model`.
    #[must_use]
    pub fn is_of(&self, model: &Model) -> bool {
        self.name.as_str() == model.card().name && self.digest == model.digest()
    }
}

impl TryFrom<pb::ActivateModelRequest> for ModelVersion {
    type Error = ApiError;

    fn try_from(request: pb::ActivateModelRequest) -> Result<Self, ApiError> {
        let pb::ActivateModelRequest { name, digest, .. } = request;
        let name = ModelName::parse("name", &name)?;
        let name = name.ok_or_else(|| ApiError::missing("name", "models/{model}"))?;
        let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if digest.len() != 64 || !digest.chars().all(is_digit) {
            return Err(ApiError::Field {
                field: "digest",
                value: format!("{} bytes", digest.len()),
                expected: "64 lower-case hexadecimal digits".into(),
            });
        }
        Ok(Self { name, digest })
    }
}

/// Name of a file in the folder of models: never a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile(String);

impl ModelFile {
    /// Checks the file name in `field` of a request.
    ///
    /// # Errors
    /// When it could lead out of the folder.
    pub fn parse(field: &'static str, name: &str) -> Result<Self, ApiError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let sound =
            (1..=128).contains(&name.len()) && !name.starts_with('.') && name.chars().all(allowed);
        if !sound {
            return Err(ApiError::Field {
                field,
                value: quoted(name),
                expected: "the name of a file in the model folder: 1 to 128 letters, digits, \
                           dots, hyphens and underscores, the first one no dot"
                    .into(),
            });
        }
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The most models on a page of `ListModels`.
const MAX_PAGE_SIZE: usize = 1000;
/// Models on a page when the caller names no number.
const DEFAULT_PAGE_SIZE: usize = 100;

/// A checked `ListModelsRequest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Name of the model that the page starts from; the first page has none.
    pub from: Option<String>,
    /// The most models on it.
    pub size: usize,
}

impl TryFrom<pb::ListModelsRequest> for Page {
    type Error = ApiError;

    fn try_from(request: pb::ListModelsRequest) -> Result<Self, ApiError> {
        let pb::ListModelsRequest {
            page_size,
            page_token,
        } = request;
        Ok(Self {
            size: checked_size(page_size)?,
            from: checked_token(&page_token)?,
        })
    }
}

fn checked_size(page_size: i32) -> Result<usize, ApiError> {
    match usize::try_from(page_size) {
        Ok(0) => Ok(DEFAULT_PAGE_SIZE),
        Ok(size) if size <= MAX_PAGE_SIZE => Ok(size),
        _ => Err(ApiError::Field {
            field: "page_size",
            value: page_size.to_string(),
            expected: format!("0 to {MAX_PAGE_SIZE}"),
        }),
    }
}

/// The token of the page that starts from this model: the name in hexadecimal digits, so that
/// nobody takes it for something to build by hand.
#[must_use]
pub fn page_token(from: &str) -> String {
    from.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn checked_token(token: &str) -> Result<Option<String>, ApiError> {
    if token.is_empty() {
        return Ok(None);
    }
    let from = named_by(token).filter(|name| Card::is_valid_name(name));
    from.map(Some).ok_or_else(|| ApiError::Field {
        field: "page_token",
        value: "unknown token".into(),
        expected: "a token that this server gave out".into(),
    })
}

fn named_by(token: &str) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        &[high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = token.as_bytes().chunks(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_checked_and_printed_in_full() {
        let name = ModelName::parse("model", "models/newstance-en")
            .unwrap()
            .unwrap();
        assert_eq!(name.as_str(), "newstance-en");
        assert_eq!(name.to_string(), "models/newstance-en");
        assert_eq!(ModelName::parse("model", ""), Ok(None));
    }

    #[test]
    fn a_malformed_name_is_shown_quoted_and_cut() {
        let long = format!("models/{}", "a".repeat(64));
        let cut = format!("{}\"\u{2026}", &long[..64]);
        for (name, shown) in [
            ("newstance-en", "newstance-en\""),
            ("models/", "models/\""),
            ("models/A", "models/A\""),
            ("models/a/b", "models/a/b\""),
            ("models/a\n", "models/a\\n\""),
            ("Models/a", "Models/a\""),
            (&long, &cut),
        ] {
            let error = ModelName::parse("name", name).unwrap_err().to_string();
            let start = format!("name: \"{shown}: expected models/{{model}} with 1 to 63 ");
            assert!(error.starts_with(&start), "{error}");
        }
    }

    fn page(page_size: i32, page_token: &str) -> Result<Page, ApiError> {
        let page_token = page_token.into();
        pb::ListModelsRequest {
            page_size,
            page_token,
        }
        .try_into()
    }

    #[test]
    fn a_page_has_a_size() {
        for (asked, size) in [(0, 100), (1, 1), (1000, 1000)] {
            assert_eq!(page(asked, "").unwrap().size, size);
        }
        for wrong in [-1, 1001, i32::MIN, i32::MAX] {
            let error = page(wrong, "").unwrap_err().to_string();
            assert_eq!(error, format!("page_size: {wrong}: expected 0 to 1000"));
        }
    }

    #[test]
    fn a_token_is_the_way_back_to_its_name() {
        assert_eq!(page(0, "").unwrap().from, None);
        let token = page_token("newstance-en.1");
        assert_eq!(page(0, &token).unwrap().from.unwrap(), "newstance-en.1");
        let long = page_token(&"a".repeat(64));
        for wrong in ["x", "6", "6g", "+6", "4161", "ff", "\u{e9}", &long] {
            let error = page(0, wrong).unwrap_err().to_string();
            assert!(error.starts_with("page_token: unknown token"), "{wrong:?}");
        }
    }

    #[test]
    fn a_file_is_never_a_path() {
        assert_eq!(
            ModelFile::parse("file", "a-1.safetensors")
                .unwrap()
                .as_str(),
            "a-1.safetensors"
        );
        for wrong in [
            "",
            ".",
            "..",
            ".hidden",
            "a/b",
            "../a",
            "a\\b",
            "/a",
            "a\0",
            &"a".repeat(129),
        ] {
            let error = ModelFile::parse("file", wrong).unwrap_err().to_string();
            assert!(error.contains("the name of a file"), "{error}");
        }
    }

    #[test]
    fn a_version_has_name_and_digest() {
        let parse = |name: &str, digest: &str| {
            ModelVersion::try_from(pb::ActivateModelRequest {
                name: name.into(),
                digest: digest.into(),
                make_default: false,
            })
        };
        assert!(parse("models/a", &"0a".repeat(32)).is_ok());
        for (name, digest, fault) in [
            ("", "", "name: missing: expected models/{model}"),
            (
                "models/a",
                "0a",
                "digest: 2 bytes: expected 64 lower-case hexadecimal digits",
            ),
        ] {
            assert_eq!(parse(name, digest).unwrap_err().to_string(), fault);
        }
        assert!(parse("models/a", &"0A".repeat(32)).is_err());
    }
}
