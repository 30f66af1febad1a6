//! Who may call what: bearer tokens from a file.
//!
//! ```toml
//! [[tokens]]
//! name = "aggregator"           # for the log
//! token = "..."                 # or sha256 = "its SHA-256 in hexadecimal digits"
//! scopes = ["tag"]              # of tag, model; learn is reserved
//! ```

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use http::{HeaderMap, header::AUTHORIZATION};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;

use super::status::ApiError;

/// Shortest token, in bytes: shorter ones can be guessed.
const MIN_TOKEN_BYTES: usize = 16;
/// Most tokens of a file: each call is compared with all of them.
const MAX_TOKENS: usize = 32;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Label articles.
    Tag,
    /// Change the models in service.
    Model,
    /// Change what a model has learned.
    Learn,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Model => "model",
            Self::Learn => "learn",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Everybody may.
    Open,
    /// Whoever has a token may.
    Known,
    /// The token must have this scope.
    Needs(Scope),
}

fn access(path: &str) -> Access {
    let (service, method) = path
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or_default();
    match (service, method) {
        ("grpc.health.v1.Health", _)
        | ("inference.GRPCInferenceService", "ServerLive" | "ServerReady" | "ModelReady") => {
            Access::Open
        }
        ("newstance.v1.TaggingService", _) | ("inference.GRPCInferenceService", "ModelInfer") => {
            Access::Needs(Scope::Tag)
        }
        ("newstance.v1.ModelService", "LoadModel" | "ActivateModel") => Access::Needs(Scope::Model),
        ("newstance.v1.LearningService", _) => Access::Needs(Scope::Learn),
        _ => Access::Known,
    }
}

/// Why a file of tokens was refused. No variant holds a token.
#[derive(Debug, Error)]
pub enum TokensError {
    /// It cannot be read.
    #[error("{}: {fault}", file.display())]
    Read {
        /// Path of the file.
        file: PathBuf,
        /// What went wrong.
        fault: io::Error,
    },
    /// It is no TOML of the right shape. The parser's own message shows the line, which may hold a
    /// token.
    #[error("{}: not a file of tokens, at byte {byte}", file.display())]
    Syntax {
        /// Path of the file.
        file: PathBuf,
        /// Where it goes wrong.
        byte: usize,
    },
    /// It has none, or too many.
    #[error("{0} tokens: expected 1 to {MAX_TOKENS}")]
    Number(usize),
    /// A token is unsound.
    #[error("token {name:?}: {fault}")]
    Token {
        /// Its name.
        name: String,
        /// What is wrong.
        fault: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    tokens: Vec<TokenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    name: String,
    token: Option<String>,
    sha256: Option<String>,
    scopes: Vec<Scope>,
}

/// One token as its digest, and the bits of its scopes.
#[derive(Debug, Clone)]
struct Token {
    digest: [u8; 32],
    scopes: u8,
}

impl TryFrom<TokenEntry> for Token {
    type Error = TokensError;

    fn try_from(entry: TokenEntry) -> Result<Self, TokensError> {
        let TokenEntry {
            name,
            token,
            sha256,
            scopes,
        } = entry;
        let digest = match (token, sha256) {
            (Some(token), None) if token.len() < MIN_TOKEN_BYTES => Err("shorter than 16 bytes"),
            (Some(token), None) => Ok(Sha256::digest(token.as_bytes()).into()),
            (None, Some(digits)) => from_hex(&digits).ok_or("sha256 is not 64 hexadecimal digits"),
            _ => Err("needs either token or sha256"),
        };
        let digest = digest.map_err(|fault| TokensError::Token { name, fault })?;
        let scopes = scopes.into_iter().fold(0, |bits, scope| bits | scope.bit());
        Ok(Self { digest, scopes })
    }
}

fn from_hex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The tokens that are good at the moment.
#[derive(Debug, Clone)]
pub struct Tokens(Arc<ArcSwap<Vec<Token>>>);

impl Tokens {
    /// Reads a file of tokens.
    ///
    /// # Errors
    /// When it is unsound.
    pub fn read(file: &Path) -> Result<Self, TokensError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(parse(file)?))))
    }

    /// Reads the file again; all clones see the change, and an unsound file changes nothing.
    ///
    /// # Errors
    /// When it is unsound.
    pub fn reload(&self, file: &Path) -> Result<(), TokensError> {
        self.0.store(Arc::new(parse(file)?));
        Ok(())
    }

    /// Checks one call.
    ///
    /// # Errors
    /// When its token is unknown, or lacks the scope.
    pub fn check(&self, path: &str, headers: &HeaderMap) -> Result<(), ApiError> {
        let access = access(path);
        if access == Access::Open {
            return Ok(());
        }
        let token = bearer(headers).ok_or(ApiError::TokenInvalid)?;
        let scopes = self.scopes(token).ok_or(ApiError::TokenInvalid)?;
        match access {
            Access::Needs(scope) if scopes & scope.bit() == 0 => Err(ApiError::ScopeMissing {
                scope: scope.name(),
            }),
            _ => Ok(()),
        }
    }

    /// The scopes of a token, compared with every known one in constant time.
    fn scopes(&self, token: &[u8]) -> Option<u8> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let (mut known, mut scopes) = (Choice::from(0), 0);
        for token in self.0.load().iter() {
            let same = token.digest.ct_eq(&digest);
            scopes = u8::conditional_select(&scopes, &token.scopes, same);
            known |= same;
        }
        bool::from(known).then_some(scopes)
    }
}

fn parse(file: &Path) -> Result<Vec<Token>, TokensError> {
    let text = fs::read_to_string(file).map_err(|fault| TokensError::Read {
        file: file.into(),
        fault,
    })?;
    let syntax = |error: toml::de::Error| TokensError::Syntax {
        file: file.into(),
        byte: error.span().map_or(0, |span| span.start),
    };
    let TokenFile { tokens } = toml::from_str(&text).map_err(syntax)?;
    if !(1..=MAX_TOKENS).contains(&tokens.len()) {
        return Err(TokensError::Number(tokens.len()));
    }
    let mut checked: Vec<Token> = Vec::new();
    for entry in tokens {
        let name = entry.name.clone();
        let token = Token::try_from(entry)?;
        if checked.iter().any(|other| other.digest == token.digest) {
            let fault = "the token of another entry";
            return Err(TokensError::Token { name, fault });
        }
        checked.push(token);
    }
    Ok(checked)
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "/newstance.v1.TaggingService/TagArticle";
    const LOAD: &str = "/newstance.v1.ModelService/LoadModel";

    fn tokens(text: &str) -> Result<Tokens, TokensError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Tokens::read(file.path())
    }

    fn headers(authorization: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, authorization.parse().unwrap())])
    }

    #[test]
    fn a_token_opens_what_its_scopes_say() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"; // "test"
        let tokens = tokens(&format!(
            "[[tokens]]\nname = \"a\"\ntoken = \"0123456789abcdef\"\nscopes = [\"tag\"]\n\
             [[tokens]]\nname = \"b\"\nsha256 = \"{digest}\"\nscopes = [\"model\", \"learn\"]\n"
        ))
        .unwrap();
        let check = |path, authorization| tokens.check(path, &headers(authorization));
        assert_eq!(check(TAG, "Bearer 0123456789abcdef"), Ok(()));
        assert_eq!(check(LOAD, "bearer test"), Ok(()));
        let lacks = |scope| Err(ApiError::ScopeMissing { scope });
        assert_eq!(check(LOAD, "Bearer 0123456789abcdef"), lacks("model"));
        assert_eq!(check(TAG, "Bearer test"), lacks("tag"));
        for unknown in ["Bearer 0123456789abcdee", "Basic test", "Bearer ", "test"] {
            assert_eq!(check(TAG, unknown), Err(ApiError::TokenInvalid));
        }
        assert_eq!(
            tokens.check(TAG, &HeaderMap::new()),
            Err(ApiError::TokenInvalid)
        );
        let reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
        assert!(tokens.check(reflection, &HeaderMap::new()).is_err());
        assert_eq!(check(reflection, "Bearer test"), Ok(()));
    }

    #[test]
    fn health_is_open() {
        let tokens =
            tokens("[[tokens]]\nname=\"a\"\ntoken=\"0123456789abcdef\"\nscopes=[]").unwrap();
        for path in [
            "/grpc.health.v1.Health/Check",
            "/inference.GRPCInferenceService/ServerLive",
        ] {
            assert_eq!(tokens.check(path, &HeaderMap::new()), Ok(()));
        }
    }

    #[test]
    fn an_unsound_file_is_refused_without_showing_a_token() {
        for text in [
            "",
            "tokens = []",
            "[[tokens]]\nname = \"a\"\ntoken = \"secret\"\nscopes = [\"tag\"]",
            "[[tokens]]\nname = \"a\"\nsha256 = \"secret\"\nscopes = [\"tag\"]",
            "[[tokens]]\nname = \"a\"\nscopes = [\"tag\"]",
            "[[tokens]]\nname = \"a\"\ntoken = \"0123456789secret\"\nscopes = [\"all\"]",
            "[[tokens]]\nname = \"a\"\ntoken = \"0123456789secret\" scopes",
            "[[tokens]]\nname = \"a\"\ntoken = \"0123456789secret\"\nscopes = [\"tag\"]\n\
             [[tokens]]\nname = \"b\"\ntoken = \"0123456789secret\"\nscopes = []",
            "[[tokens]]\nname = \"a\"\nsecret = \"0123456789secret\"\nscopes = [\"tag\"]",
        ] {
            let error = tokens(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
