//! What an option takes: its kind, its range, and both in words.
//!
//! Flags and variables are text; it becomes a TOML value first, so that the three ways to set an
//! option share one check.

use std::{fmt, net::Ipv6Addr, ops::RangeInclusive, time::Duration};

use crate::server::telemetry::traces::is_endpoint;

/// A value that is of its option's kind and in its range.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Nothing,
    Switch(bool),
    Whole(u64),
    Share(f64),
    Time(Duration),
    Text(String),
    List(Vec<String>),
}

/// What an option takes.
#[derive(Debug)]
pub enum Kind {
    Switch,
    Count(RangeInclusive<u64>),
    Bytes(RangeInclusive<u64>),
    Time(RangeInclusive<Duration>),
    /// Zero stands for never.
    TimeOrNever(RangeInclusive<Duration>),
    /// From 0 to 1.
    Share,
    Address,
    File,
    Files,
    Folder,
    Endpoint,
    /// As browsers send them: scheme, host and port, no path.
    Origins,
    /// One of a few words.
    Word(&'static [&'static str]),
}

/// Units of sizes, the largest first.
const UNITS: [(&str, u64); 2] = [("MiB", 1024 * 1024), ("KiB", 1024)];

impl Kind {
    /// Whether it takes any number of values.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Files | Self::Origins)
    }

    /// The TOML value that a text stands for; one of another kind where it stands for none.
    pub fn parse(&self, text: &str) -> toml::Value {
        let number = || text.parse().ok().map(toml::Value::Integer);
        let value = match self {
            Self::Switch => text.parse().ok().map(toml::Value::Boolean),
            Self::Count(_) | Self::Bytes(_) => number(),
            Self::Share => text.parse().ok().map(toml::Value::Float),
            _ => None,
        };
        value.unwrap_or_else(|| text.into())
    }

    /// Checks a TOML value.
    pub fn read(&self, given: &toml::Value) -> Option<Value> {
        Some(match self {
            Self::Switch => Value::Switch(given.as_bool()?),
            Self::Count(range) => Value::Whole(within(range, whole(given)?)?),
            Self::Bytes(range) => Value::Whole(within(range, bytes(given)?)?),
            Self::Time(range) => Value::Time(within(range, time(given)?)?),
            Self::TimeOrNever(range) => match time(given)? {
                Duration::ZERO => Value::Nothing,
                time => Value::Time(within(range, time)?),
            },
            Self::Share => Value::Share(within(&(0.0..=1.0), share(given)?)?),
            Self::Address | Self::File | Self::Folder => text(given, |text| !text.is_empty())?,
            Self::Endpoint => text(given, is_endpoint)?,
            Self::Word(words) => text(given, |text| words.contains(&text))?,
            Self::Files => list(given, |text| (!text.is_empty()).then(|| text.into()))?,
            Self::Origins => list(given, origin)?,
        })
    }

    /// The value as TOML; `None` for an option that is not set.
    pub fn write(&self, value: Value) -> Option<toml::Value> {
        Some(match value {
            Value::Nothing if matches!(self, Self::TimeOrNever(_)) => "0s".into(),
            Value::Nothing => return None,
            Value::Switch(value) => value.into(),
            Value::Whole(value) if matches!(self, Self::Bytes(_)) => size(value),
            // Every range ends far below 2^63.
            Value::Whole(value) => i64::try_from(value).unwrap_or(i64::MAX).into(),
            Value::Share(value) => value.into(),
            Value::Time(value) => duration(&value).into(),
            Value::Text(value) => value.into(),
            Value::List(values) => values.into(),
        })
    }

    /// What stands for the value in the help text.
    pub fn placeholder(&self) -> &'static str {
        match self {
            Self::Switch => "BOOL",
            Self::Count(_) => "N",
            Self::Bytes(_) => "SIZE",
            Self::Time(_) | Self::TimeOrNever(_) => "TIME",
            Self::Share => "SHARE",
            Self::Address => "ADDR",
            Self::File | Self::Files => "FILE",
            Self::Folder => "DIR",
            Self::Endpoint => "URL",
            Self::Origins => "ORIGIN",
            Self::Word(_) => "WORD",
        }
    }

    /// The least and the greatest value, where there are such.
    pub fn range(&self) -> Option<String> {
        Some(match self {
            Self::Count(range) => format!("{} to {}", range.start(), range.end()),
            Self::Bytes(range) => format!("{} to {}", Size(*range.start()), Size(*range.end())),
            Self::Time(range) => times(range),
            Self::TimeOrNever(range) => format!("{}, or 0s for never", times(range)),
            Self::Share => "0 to 1".into(),
            Self::Word(words) => words.join(", "),
            _ => return None,
        })
    }
}

/// Kind and range, after "it takes".
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Switch => "true or false",
            Self::Count(_) => "a whole number",
            Self::Bytes(_) => "bytes, also as KiB or MiB",
            Self::Time(_) | Self::TimeOrNever(_) => "a duration such as 250ms, 30s or 5m",
            Self::Share => "a number",
            Self::Address => "an IP address with a port, such as 127.0.0.1:50051",
            Self::File => "a file",
            Self::Files => "files",
            Self::Folder => "a folder",
            Self::Endpoint => "a URL such as http://localhost:4317",
            Self::Origins => "origins such as https://example.com",
            Self::Word(_) => "a word",
        })?;
        match self.range() {
            Some(range) => write!(f, ": {range}"),
            None => Ok(()),
        }
    }
}

fn within<T: PartialOrd>(range: &RangeInclusive<T>, value: T) -> Option<T> {
    range.contains(&value).then_some(value)
}

fn whole(given: &toml::Value) -> Option<u64> {
    given.as_integer()?.try_into().ok()
}

fn bytes(given: &toml::Value) -> Option<u64> {
    let Some(text) = given.as_str() else {
        return whole(given);
    };
    let (number, unit) = UNITS
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    number.parse::<u64>().ok()?.checked_mul(*unit)
}

fn time(given: &toml::Value) -> Option<Duration> {
    humantime::parse_duration(given.as_str()?).ok()
}

fn share(given: &toml::Value) -> Option<f64> {
    // TOML tells 1 from 1.0, people do not.
    given
        .as_float()
        .or_else(|| given.as_integer().map(|whole| whole as f64))
}

fn text(given: &toml::Value, fits: impl Fn(&str) -> bool) -> Option<Value> {
    let text = given.as_str().filter(|text| fits(text))?;
    Some(Value::Text(text.into()))
}

fn list(given: &toml::Value, read: impl Fn(&str) -> Option<String>) -> Option<Value> {
    let texts = given.as_array()?.iter().map(toml::Value::as_str);
    let texts = texts.map(|text| text.and_then(&read));
    Some(Value::List(texts.collect::<Option<_>>()?))
}

/// An origin as browsers write it, to be compared with what they send: in lower case, and without
/// the port that its scheme has anyway.
fn origin(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let (host, port) = match authority.rsplit_once(':') {
        // Within brackets it belongs to the host.
        Some((host, port)) if !port.ends_with(']') => (host, port_number(port)?),
        _ => (authority, usual),
    };
    let host = host_name(host)?;
    Some(if port == usual {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}:{port}")
    })
}

fn port_number(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

fn host_name(text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    (!text.is_empty() && text.bytes().all(is_name)).then(|| text.into())
}

fn size(bytes: u64) -> toml::Value {
    let text = Size(bytes).to_string();
    // A size without a unit is a number in TOML.
    text.parse()
        .map_or_else(|_| text.into(), toml::Value::Integer)
}

fn duration(time: &Duration) -> String {
    humantime::format_duration(*time).to_string()
}

fn times(range: &RangeInclusive<Duration>) -> String {
    format!("{} to {}", duration(range.start()), duration(range.end()))
}

/// A number of bytes, in the largest unit that divides it.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = *self;
        match UNITS
            .iter()
            .find(|(_, unit)| bytes > 0 && bytes % unit == 0)
        {
            Some((name, unit)) => write!(f, "{}{name}", bytes / unit),
            None => write!(f, "{bytes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a kind makes of a text: the value as TOML, or nothing.
    fn read(kind: &Kind, text: &str) -> Option<String> {
        let value = kind.read(&kind.parse(text))?;
        Some(kind.write(value)?.to_string())
    }

    #[test]
    fn every_kind_reads_its_own_and_nothing_else() {
        let second = Duration::from_secs(1);
        let count = Kind::Count(1..=10);
        let bytes = Kind::Bytes(1024..=64 * 1024 * 1024);
        let time = Kind::Time(second..=60 * second);
        let never = Kind::TimeOrNever(second..=60 * second);
        let word = Kind::Word(&["off", "text"]);
        for (kind, text, expected) in [
            (&Kind::Switch, "true", Some("true")),
            (&Kind::Switch, "yes", None),
            (&count, "10", Some("10")),
            (&count, "0", None),
            (&count, "11", None),
            (&count, "-1", None),
            (&count, "1.5", None),
            (&count, "99999999999999999999", None),
            (&bytes, "1024", Some("\"1KiB\"")),
            (&bytes, "1025", Some("1025")),
            (&bytes, "4MiB", Some("\"4MiB\"")),
            (&bytes, "4MB", None),
            (&bytes, "65MiB", None),
            (&bytes, "18446744073709551615KiB", None),
            (&time, "1000ms", Some("\"1s\"")),
            (&time, "0s", None),
            (&time, "61s", None),
            (&time, "30", None),
            (&never, "0s", Some("\"0s\"")),
            (&never, "1ms", None),
            (&Kind::Share, "0.25", Some("0.25")),
            (&Kind::Share, "1", Some("1.0")),
            (&Kind::Share, "NaN", None),
            (&Kind::Share, "1.01", None),
            (&Kind::File, "", None),
            (
                &Kind::Endpoint,
                "http://otel:4317/x",
                Some("\"http://otel:4317/x\""),
            ),
            (&Kind::Endpoint, "localhost:4317", None),
            (&Kind::Endpoint, "http://", None),
            (&Kind::Endpoint, "http://[::1", None),
            (&Kind::Endpoint, "http://a:99999999", None),
            (&word, "off", Some("\"off\"")),
            (&word, "on", None),
        ] {
            assert_eq!(read(kind, text).as_deref(), expected, "{kind:?} {text:?}");
        }
    }

    #[test]
    fn lists_hold_what_fits_and_nothing_else() {
        let origins = |texts: &[&str]| Kind::Origins.read(&texts.to_vec().into()).is_some();
        assert!(origins(&[]) && origins(&["https://a.org", "http://localhost:3000"]));
        for bad in [
            "a.org",
            "*",
            "https://a.org/",
            "https://a.org/x",
            "https://a.org?x",
            "https://a.org:",
            "https://a.org:65536",
            "https://a.org:+1",
            "https://a.org:1:2",
            "https://me@a.org",
            "https://[::1",
            "https://\u{e4}.org",
            "ftp://a.org",
            "",
        ] {
            assert!(!origins(&["https://a.org", bad]), "{bad:?}");
        }
        assert!(Kind::Files.read(&"alone".into()).is_none());
        assert!(Kind::Files.read(&vec![1].into()).is_none());
    }

    #[test]
    fn origins_are_what_browsers_send() {
        for (given, sent) in [
            ("https://A.org:443", "https://a.org"),
            ("HTTP://a.org:80", "http://a.org"),
            ("http://a.org:443", "http://a.org:443"),
            ("http://LOCALHOST:03000", "http://localhost:3000"),
            ("http://[0:0::0:1]:80", "http://[::1]"),
        ] {
            assert_eq!(origin(given).as_deref(), Some(sent));
        }
    }

    #[test]
    fn kinds_explain_themselves() {
        let second = Duration::from_secs(1);
        for (kind, words) in [
            (Kind::Count(1..=9), "a whole number: 1 to 9"),
            (
                Kind::Bytes(1..=2048),
                "bytes, also as KiB or MiB: 1 to 2KiB",
            ),
            (
                Kind::TimeOrNever(second..=90 * second),
                "a duration such as 250ms, 30s or 5m: 1s to 1m 30s, or 0s for never",
            ),
            (Kind::Switch, "true or false"),
        ] {
            assert_eq!(kind.to_string(), words);
        }
    }
}
