//! What proves who a caller is, and where a verifier looks it up.

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use isobar_wire::Request;
use jiff::Timestamp;
use subtle::ConstantTimeEq;

/// Text that must not be seen. It shows itself nowhere; [`Secret::expose`] is the one way to it.
#[derive(Clone, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is the same, in a time that does not depend on where it differs.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.matches(&other.0)
    }
}

impl<T: Into<Arc<str>>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// A caller's own key. For a bearer token, the token is the secret and the id is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The access key's id.
    pub id: String,
    /// The access key's secret, or the bearer token.
    pub secret: Secret,
    /// The token of a session, which goes with temporary keys.
    pub session_token: Option<Secret>,
}

impl Credentials {
    /// A key without a session.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { id: id.into(), secret: secret.into(), session_token: None }
    }

    /// A bearer token.
    #[must_use]
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::new(String::new(), token)
    }

    /// The same key with a session's token.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }
}

/// What a verifier knows about a key.
#[derive(Clone, Debug)]
pub struct Key<W> {
    /// The secret that signs.
    pub secret: Secret,
    /// The session's token that must come with it.
    pub session_token: Option<Secret>,
    /// When the session ends.
    pub expires: Option<Timestamp>,
    /// Whose it is.
    pub who: W,
}

impl<W> Key<W> {
    /// A key without a session.
    #[must_use]
    pub fn new(secret: impl Into<Secret>, who: W) -> Self {
        Self { secret: secret.into(), session_token: None, expires: None, who }
    }
}

/// Where a verifier looks up keys. Any function from an id to a key is one.
pub trait Keys {
    /// Who a key belongs to.
    type Who;

    /// The key of an id.
    fn find(&self, id: &str) -> Option<Key<Self::Who>>;
}

impl<W, F: Fn(&str) -> Option<Key<W>>> Keys for F {
    type Who = W;

    fn find(&self, id: &str) -> Option<Key<W>> {
        self(id)
    }
}

/// A key, token or host holds characters that no header can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials or the host hold characters that no header can carry")]
pub struct Unwritable;

/// Sets a header.
pub(crate) fn set_header(
    request: &mut Request,
    name: HeaderName,
    value: impl TryInto<HeaderValue>,
) -> Result<(), Unwritable> {
    request.headers.insert(name, value.try_into().map_err(|_| Unwritable)?);
    Ok(())
}

/// Sets a header that logs do not show.
pub(crate) fn set_secret_header(
    request: &mut Request,
    name: HeaderName,
    value: impl TryInto<HeaderValue>,
) -> Result<(), Unwritable> {
    let mut value = value.try_into().map_err(|_| Unwritable)?;
    value.set_sensitive(true);
    request.headers.insert(name, value);
    Ok(())
}
