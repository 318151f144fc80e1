//! Bearer tokens (RFC 6750), as DigitalOcean takes them.

use http::header::AUTHORIZATION;
use isobar_wire::Request;

use crate::credentials::set_secret_header;
use crate::{Credentials, Unwritable};

/// Why a request was refused. Both answer 401 `unauthorized`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no `Authorization: Bearer`.
    #[error("Unable to authenticate you")]
    Missing,
    /// The token is nobody's.
    #[error("Unable to authenticate you")]
    Unknown,
}

/// Puts the token on the request.
///
/// # Errors
/// If it holds characters that no header can carry.
pub fn sign(request: &mut Request, credentials: &Credentials) -> Result<(), Unwritable> {
    let text = format!("Bearer {}", credentials.secret.expose());
    set_secret_header(request, AUTHORIZATION, text)
}

/// The token that a request carries, if any.
#[must_use]
pub fn token(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Who sent the request. The look-up compares tokens: by their hash, or with
/// [`Secret::matches`](crate::Secret::matches).
///
/// # Errors
/// If there is no token, or it is nobody's.
pub fn verify<W>(request: &Request, find: impl FnOnce(&str) -> Option<W>) -> Result<W, Error> {
    find(token(request).ok_or(Error::Missing)?).ok_or(Error::Unknown)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn tokens_go_both_ways() {
        let mut request = Request::new(Method::GET, "/v2/account");
        let find = |token: &str| (token == "dop_v1_x").then_some("me");
        assert_eq!(verify(&request, find), Err(Error::Missing));
        sign(&mut request, &Credentials::bearer("dop_v1_y")).unwrap();
        assert_eq!(verify(&request, find), Err(Error::Unknown));
        sign(&mut request, &Credentials::bearer("dop_v1_x")).unwrap();
        assert_eq!(verify(&request, find), Ok("me"));
        assert!(!format!("{request:?}").contains("dop_v1"));
    }
}
