//! Names of resources on the wire: `models/{model}`, and tokens of pages.

use std::fmt;

use super::{pb, status::ApiError};
use crate::model::Card;

/// Collection of all models.
const MODELS: &str = "models/";
/// Characters of a malformed name that an error shows.
const SHOWN_CHARS: usize = 64;

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
        let model = name.strip_prefix(MODELS);
        let model = model.filter(|model| Card::is_valid_name(model));
        model.map(|model| Some(Self(model.into()))).ok_or_else(|| {
            let shown: String = name.chars().take(SHOWN_CHARS).collect();
            ApiError::Field {
                field,
                // Quoted, since it may hold anything.
                value: format!("{shown:?}"),
                expected: "models/{model} with 1 to 63 lower-case letters, digits, dots and \
                           hyphens, the first one a letter"
                    .into(),
            }
        })
    }

    /// The name without `models/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MODELS}{}", self.0)
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
        for (name, shown) in [
            ("newstance-en", "newstance-en"),
            ("models/", "models/"),
            ("models/A", "models/A"),
            ("models/a/b", "models/a/b"),
            ("models/a\n", "models/a\\n"),
            ("Models/a", "Models/a"),
            (&long, &long[..SHOWN_CHARS]),
        ] {
            let error = ModelName::parse("name", name).unwrap_err().to_string();
            let start = format!("name: \"{shown}\": expected models/{{model}} with 1 to 63 ");
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
}
