//! What a caller accepts, by weight (RFC 9110, section 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

/// A type that can be given.
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const EVENTS: &str = "text/event-stream";

/// Whether something of what is given may be sent.
pub(crate) fn is_acceptable(headers: &HeaderMap) -> bool {
    [JSON, PROBLEM, EVENTS].into_iter().any(|kind| weight(headers, kind) > 0)
}

/// Whether an error is to be a problem document (RFC 9457): where it is asked for by name, and not less
/// than JSON.
pub(crate) fn wants_problem(headers: &HeaderMap) -> bool {
    let asked = ranges(headers).any(|(range, _)| range == PROBLEM);
    let weight_of = |kind| weight(headers, kind);
    asked && weight_of(PROBLEM) > 0 && weight_of(PROBLEM) >= weight_of(JSON)
}

/// The weight of a type in thousandths: that of the range which names it most closely. Without a header
/// everything is accepted.
fn weight(headers: &HeaderMap, kind: &str) -> u32 {
    if !headers.contains_key(ACCEPT) {
        return 1000;
    }
    let group = kind.split('/').next().unwrap_or_default();
    let closeness = |range: &str| match range.split_once('/') {
        Some(_) if range == kind => Some(2),
        Some((of, "*")) if of == group => Some(1),
        Some(("*", "*")) => Some(0),
        _ => None,
    };
    ranges(headers)
        .filter_map(|(range, weight)| closeness(&range).map(|close| (close, weight)))
        .max_by_key(|(close, _)| *close)
        .map_or(0, |(_, weight)| weight)
}

/// The ranges of the header, in lower case, and their weights.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (String, u32)> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter(|part| !part.trim().is_empty()).map(|part| {
        let mut parts = part.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))
        });
        (range, weight.unwrap_or(1000))
    })
}

/// A weight, `0` to `1` with up to three digits; one that cannot be read is 1, as if it were not there.
fn thousandths(text: &str) -> u32 {
    match text.parse::<f32>() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to 1000"
        )]
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0).round() as u32,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide() {
        for (accept, acceptable, problem) in [
            (None, true, false),
            (Some("*/*"), true, false),
            (Some("application/*"), true, false),
            (Some("text/html"), false, false),
            (Some("application/json;q=0"), false, false),
            (Some("*/*;q=0"), false, false),
            (Some("application/json;q=0, */*"), true, false),
            (Some("text/html, */*;q=0.1"), true, false),
            (Some("application/problem+json"), true, true),
            (Some("application/problem+json, application/json"), true, true),
            (Some("application/problem+json;q=0.5, application/json"), true, false),
            (Some("application/problem+json, application/json;q=0.9"), true, true),
            (Some("application/problem+json;q=0, application/json"), true, false),
            (Some("Application/JSON ; Q=0.5"), true, false),
            (Some("text/event-stream"), true, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(is_acceptable(&headers), acceptable, "{accept:?}");
            assert_eq!(wants_problem(&headers), problem, "{accept:?}");
        }
    }
}
