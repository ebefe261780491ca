//! The header Retry-After: seconds or a date, and whatever else servers write there.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Returns how long the server asks to be left alone; `None` where it does not, or says nothing that can be read.
///
/// A date is read against the server's own, as its clock and ours may differ; `now_ms` is for a server that tells none.
pub fn read(headers: &HeaderMap, now_ms: i64) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit mean "very long", which the caller bounds.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let now_ms = headers
        .get(DATE)
        .and_then(|date| date_ms(date.to_str().ok()?))
        .unwrap_or(now_ms);
    let wait_ms = date_ms(text)?.saturating_sub(now_ms);
    Some(Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0)))
}

/// HTTP dates are those of mail, always in GMT.
fn date_ms(text: &str) -> Option<i64> {
    text.ends_with("GMT")
        .then(|| chrono::DateTime::parse_from_rfc2822(text).ok())
        .flatten()
        .map(|date| date.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_write_is_read_or_ignored() {
        let now_ms = date_ms("Sat, 21 Nov 2026 08:30:00 GMT").expect("a date");
        let table = [
            (&["7"][..], Some(7)),
            (&[" 7 "], Some(7)),
            (&["0"], Some(0)),
            (&["1000000000"], Some(1_000_000_000)),
            (&["99999999999999999999999"], Some(u64::MAX)),
            (&["Sat, 21 Nov 2026 08:31:30 GMT"], Some(90)),
            (&["Sat, 21 Nov 2026 08:29:00 GMT"], Some(0)),
            (
                &[
                    "Sat, 21 Nov 2026 08:31:30 GMT",
                    "Sat, 21 Nov 2026 08:31:00 GMT",
                ],
                Some(30),
            ),
            (&["-1"], None),
            (&["7.5"], None),
            (&["+7"], None),
            (&["soon"], None),
            (&[""], None),
            (&["Sat, 21 Nov 2026 08:31:30 +0200"], None),
            (&[], None),
        ];
        for (written, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in [RETRY_AFTER, DATE].into_iter().zip(written) {
                headers.insert(name, value.parse().expect("a value"));
            }
            assert_eq!(
                read(&headers, now_ms).map(|wait| wait.as_secs()),
                expected,
                "{written:?}"
            );
        }
    }
}
