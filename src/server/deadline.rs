//! A client's own deadline, as `grpc-timeout` tells it.

use std::time::Duration;

use http::HeaderMap;

/// The time that the client gives its call; `None` where it says nothing that can be read.
#[must_use]
pub fn of_client(headers: &HeaderMap) -> Option<Duration> {
    parse(headers.get("grpc-timeout")?.to_str().ok()?)
}

/// One to eight digits and a unit, by the gRPC protocol.
fn parse(timeout: &str) -> Option<Duration> {
    let (digits, unit) = timeout.split_at_checked(timeout.len().checked_sub(1)?)?;
    let is_number = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    Some(match unit {
        "H" => Duration::from_secs(number * 60 * 60),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_known() {
        for (text, time) in [
            ("1H", Duration::from_secs(3600)),
            ("2M", Duration::from_secs(120)),
            ("99999999S", Duration::from_secs(99_999_999)),
            ("500m", Duration::from_millis(500)),
            ("0u", Duration::ZERO),
            ("7n", Duration::from_nanos(7)),
        ] {
            assert_eq!(parse(text), Some(time), "{text}");
        }
        for wrong in [
            "",
            "S",
            "1",
            "1x",
            "+1S",
            "-1S",
            "123456789S",
            "1 S",
            "\u{e9}",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
