//! Compressing answers of text on their way, for listeners that do so and clients that take it.

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, VARY,
};
use http::{Method, StatusCode, request, response};
use hyper::body::{Body, Frame};

/// What is worth it, and not compressed already.
const TYPES: &[&str] = &[
    "application/atom+xml",
    "application/javascript",
    "application/json",
    "application/rss+xml",
    "application/x-javascript",
    "application/xml",
    "text/css",
    "text/plain",
    "text/xml",
];

/// Whether the client takes gzip, and there is something to compress.
pub(super) fn is_taken(parts: &request::Parts) -> bool {
    let encodings = parts.headers.get_all(ACCEPT_ENCODING).iter();
    let mut encodings =
        encodings.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    parts.method != Method::HEAD
        && encodings.any(|encoding| {
            let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
            let weight = weight.trim().strip_prefix("q=").and_then(|text| text.parse().ok());
            name.trim().eq_ignore_ascii_case("gzip")
                && weight.is_none_or(|weight: f32| weight > 0.0)
        })
}

/// Whether the answer is whole text that may be changed.
pub(super) fn fits(parts: &response::Parts) -> bool {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(&CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let empty = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED, StatusCode::PARTIAL_CONTENT];
    TYPES.contains(&kind.as_str())
        && !empty.contains(&parts.status)
        && !parts.headers.contains_key(CONTENT_ENCODING)
        && text(&CONTENT_LENGTH) != Some("0")
        && !text(&CACHE_CONTROL).is_some_and(|value| value.contains("no-transform"))
}

/// Says in the headers what becomes of the body.
pub(super) fn tell(headers: &mut HeaderMap) {
    headers.remove(CONTENT_LENGTH);
    headers.remove(ACCEPT_RANGES);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    // The bytes are others, so that a strong tag is not theirs any more (RFC 9110, 8.8.1).
    let strong = headers.get(ETAG).map(HeaderValue::as_bytes).filter(|tag| tag.starts_with(b"\""));
    let weak = strong.and_then(|tag| HeaderValue::from_bytes(&[b"W/", tag].concat()).ok());
    if let Some(weak) = weak {
        headers.insert(ETAG, weak);
    }
}

/// A body that is compressed as it comes: what came is passed on at once.
#[derive(Debug)]
pub(super) struct Gzip<B> {
    body: B,
    /// `None` when the body has ended.
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl<B> Gzip<B> {
    pub(super) fn new(body: B) -> Self {
        Self { body, encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())) }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Gzip<B>
where
    B::Error: From<std::io::Error>,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        while let Some(encoder) = &mut this.encoder {
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers are for one connection only, as far as this proxy goes.
                    let Ok(data) = frame.into_data() else { continue };
                    encoder.write_all(&data)?;
                    encoder.flush()?;
                    let out = std::mem::take(encoder.get_mut());
                    if !out.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(out.into()))));
                    }
                }
                Some(Err(error)) => {
                    this.encoder = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let last = this.encoder.take().map(GzEncoder::finish).transpose()?;
                    return Poll::Ready(last.map(|out| Ok(Frame::data(out.into()))));
                }
            }
        }
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, Response};

    use super::*;

    #[test]
    fn who_takes_it() {
        for (method, encodings, taken) in [
            ("GET", "gzip, deflate", true),
            ("GET", "br, GZIP;q=0.5", true),
            ("GET", "gzip;q=0", false),
            ("GET", "identity", false),
            ("HEAD", "gzip", false),
        ] {
            let request = Request::builder().method(method).header("accept-encoding", encodings);
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(is_taken(&parts), taken, "{method} {encodings}");
        }
    }

    #[test]
    fn what_is_compressed() {
        for (status, name, value, compressed) in [
            (200, "etag", "\"1\"", true),
            (404, "etag", "\"1\"", true),
            (206, "etag", "\"1\"", false),
            (200, "content-encoding", "br", false),
            (200, "cache-control", "public, no-transform", false),
            (200, "content-length", "0", false),
        ] {
            let answer = Response::builder().status(status).header(name, value);
            let answer =
                answer.header("content-type", "Text/Plain; charset=utf-8").body(()).unwrap();
            assert_eq!(fits(&answer.into_parts().0), compressed, "{status} {name} {value}");
        }
        let image = Response::builder().header("content-type", "image/png").body(()).unwrap();
        assert!(!fits(&image.into_parts().0));
    }

    #[test]
    fn what_is_said_of_it() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("5"));
        headers.insert(ETAG, HeaderValue::from_static("\"1\""));
        tell(&mut headers);
        assert_eq!(headers[ETAG], "W/\"1\"");
        assert_eq!(
            (&headers[CONTENT_ENCODING], &headers[VARY]),
            (&HeaderValue::from_static("gzip"), &HeaderValue::from_static("Accept-Encoding"),)
        );
        assert!(!headers.contains_key(CONTENT_LENGTH));
    }
}
