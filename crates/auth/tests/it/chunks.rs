//! Bodies in chunks, against the examples of Amazon S3's API reference: "Example calculations" of the
//! pages on chunked uploads and on trailing headers.

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, HeaderValue, Method};
use isobar_auth::sigv4::{ChunkError, Chunks, Error, Expected, Later, Style, Verifier};
use isobar_auth::{Key, Keys};
use isobar_wire::Request;
use sha2::{Digest as _, Sha256};

use crate::at;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct Example;

impl Keys for Example {
    type Who = ();

    fn find(&self, id: &str) -> Option<Key<()>> {
        (id == "AKIAIOSFODNN7EXAMPLE").then(|| Key::new(SECRET, ()))
    }
}

fn request(signed: &str, signature: &str, headers: &[(&'static str, &'static str)]) -> Request {
    let mut request = Request::new(Method::PUT, "/examplebucket/chunkObject.txt");
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders={signed}, Signature={signature}"
    );
    request.headers.insert("authorization", authorization.parse().unwrap());
    request.headers.insert("x-amz-date", HeaderValue::from_static("20130524T000000Z"));
    for (name, value) in headers {
        request.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    request
}

fn verify(request: &Request) -> Result<Later, Error> {
    let expected = Expected {
        region: Some("us-east-1"),
        service: "s3",
        style: Style::Objects,
        unsigned_payload: true,
    };
    let now = at("2013-05-24T00:00:00Z");
    let verifier = Verifier::default();
    verifier
        .verify_head(request, "s3.amazonaws.com", now, &expected, &Example)
        .map(|(_, later)| later)
}

/// The chunks of the request, whose signatures go on from its own.
fn chunks(request: &Request) -> Chunks {
    match verify(request).unwrap() {
        Later::Chunks(chunks) => *chunks,
        other => panic!("{other:?}"),
    }
}

fn plain() -> Request {
    request(
        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
         x-amz-decoded-content-length;x-amz-storage-class",
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        &[
            ("content-encoding", "aws-chunked"),
            ("content-length", "66824"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ],
    )
}

fn with_trailer() -> Request {
    request(
        "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
         x-amz-storage-class;x-amz-trailer",
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        &[
            ("content-encoding", "aws-chunked"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-trailer", "x-amz-checksum-crc32c"),
        ],
    )
}

/// The examples' body: 65,536 and 1,024 times `a`.
fn body(signatures: [&str; 3], trailer: &str) -> String {
    let [first, second, last] = signatures;
    format!(
        "10000;chunk-signature={first}\r\n{}\r\n400;chunk-signature={second}\r\n{}\r\n\
         0;chunk-signature={last}\r\n{trailer}\r\n",
        "a".repeat(65_536),
        "a".repeat(1024)
    )
}

fn plain_body() -> String {
    body(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        "",
    )
}

fn body_with_trailer(signature: &str) -> String {
    body(
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        &format!("x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:{signature}\r\n"),
    )
}

const TRAILER: &str = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";

/// Reads the body in pieces, and gives how much is in its chunks and what follows them.
fn read(
    mut chunks: Chunks,
    body: &str,
    piece: usize,
) -> Result<(usize, Vec<(String, String)>), ChunkError> {
    let mut size = 0;
    for bytes in body.as_bytes().chunks(piece) {
        let data = chunks.read(Bytes::copy_from_slice(bytes))?;
        size += data.iter().map(Bytes::len).sum::<usize>();
    }
    Ok((size, chunks.end()?))
}

#[test]
fn the_vendors_examples_verify_however_they_arrive() {
    let trailers = vec![("x-amz-checksum-crc32c".to_owned(), "sOO8/Q==".to_owned())];
    for piece in [1, 7, 8192, 100_000] {
        assert_eq!(read(chunks(&plain()), &plain_body(), piece), Ok((66_560, Vec::new())));
        let read = read(chunks(&with_trailer()), &body_with_trailer(TRAILER), piece);
        assert_eq!(read, Ok((66_560, trailers.clone())));
    }
}

#[test]
fn what_is_not_what_was_signed_is_refused() {
    let good = plain_body();
    let at = |body: String| read(chunks(&plain()), &body, 1000).unwrap_err();
    assert_eq!(at(good.replacen("\r\naaa", "\r\naab", 1)), ChunkError::Signature);
    assert_eq!(at(good.replacen("0055", "0056", 1)), ChunkError::Signature);
    assert_eq!(at(good.replace("b6c6", "b6c7")), ChunkError::Signature);
    assert_eq!(at(good[..good.len() - 2].to_owned()), ChunkError::Incomplete);
    assert_eq!(at(good[..60_000].to_owned()), ChunkError::Incomplete);
    assert_eq!(at(format!("{good}more")), ChunkError::Malformed);
    assert_eq!(at("xyz".to_owned() + &good), ChunkError::Malformed);
    assert_eq!(at("1".repeat(5000)), ChunkError::Malformed);
    assert_eq!(at("ffffffffffffffffff\r\n".to_owned()), ChunkError::Malformed);
    // Nothing may follow that the head did not announce.
    let behind = good.trim_end().to_owned() + "\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n";
    assert_eq!(at(behind), ChunkError::Malformed);
    let trailer = |body: String| read(chunks(&with_trailer()), &body, 1000).unwrap_err();
    assert_eq!(trailer(body_with_trailer(&TRAILER.replace('d', "e"))), ChunkError::Signature);
    assert_eq!(trailer(body_with_trailer(TRAILER).replace("sOO8", "sOO9")), ChunkError::Signature);
    let unsigned = body_with_trailer(TRAILER).replace("x-amz-trailer-signature", "x-else");
    assert_eq!(trailer(unsigned), ChunkError::Trailer);
}

#[test]
fn only_the_last_signed_chunk_may_be_small() {
    const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let hash = Sha256::digest(b"abc").iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let signed = signature(&format!(
        "AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\
         4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\n{NOTHING}\n{hash}"
    ));
    let small = format!("3;chunk-signature={signed}\r\nabc\r\n");
    let mut chunks = chunks(&plain());
    assert_eq!(chunks.read(Bytes::from(small)).unwrap().concat(), b"abc");
    let next = format!("10000;chunk-signature={}\r\n", "0".repeat(64));
    assert_eq!(chunks.read(Bytes::from(next)), Err(ChunkError::Small { number: 1, size: 3 }));
    let mut unsigned = chunks_of("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    let body = "3\r\nabc\r\n3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    let data = unsigned.read(Bytes::from(body)).unwrap();
    assert_eq!(data.concat(), b"abcabc");
    assert_eq!(unsigned.end().unwrap().len(), 1);
}

/// Chunks of a request that was signed here.
fn chunks_of(form: &'static str) -> Chunks {
    match signed(form) {
        Ok(Later::Chunks(chunks)) => *chunks,
        other => panic!("{other:?}"),
    }
}

fn signature(string_to_sign: &str) -> String {
    let mac = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let first = format!("AWS4{SECRET}").into_bytes();
    let parts = ["20130524", "us-east-1", "s3", "aws4_request", string_to_sign];
    let signature = parts.into_iter().fold(first, |key, part| mac(&key, part));
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(form: &'static str) -> Result<Later, Error> {
    let mut request = request(
        "host;x-amz-content-sha256;x-amz-date",
        &"0".repeat(64),
        &[("x-amz-content-sha256", form)],
    );
    // The signature that is right is in the refusal of a wrong one's string to sign: it is made of it.
    let Err(Error::SignatureDoesNotMatch(mismatch)) = verify(&request) else {
        return verify(&request);
    };
    let signature = signature(&mismatch.string_to_sign);
    let authorization = request.headers["authorization"].to_str().unwrap();
    let authorization = authorization.replace(&"0".repeat(64), &signature);
    request.headers.insert("authorization", authorization.parse().unwrap());
    verify(&request)
}

#[test]
fn a_head_says_how_its_body_is_verified() {
    assert!(matches!(signed("UNSIGNED-PAYLOAD"), Ok(Later::Unsigned)));
    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(matches!(signed(HASH), Ok(Later::Hash(hash)) if hash == HASH));
    for form in ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "abc", ""] {
        assert!(matches!(signed(form), Err(Error::UnsupportedPayload { .. })), "{form}");
    }
}
