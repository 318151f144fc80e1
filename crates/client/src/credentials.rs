//! Who calls: credentials, and where they come from.
//!
//! A client asks its provider for each attempt. [`Credentials`] are a provider themselves, which
//! always gives the same; [`Anonymous`] gives none; [`Cached`] holds what another provider fetched
//! until shortly before it expires.

mod cached;

use std::fmt::Debug;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use isobar_auth::Credentials;
use jiff::Timestamp;

use crate::error::Error;
use crate::origin::Origin;

pub use cached::Cached;

/// Gives the credentials of a caller.
pub trait Provide: Debug + Send + Sync {
    /// The credentials to sign the next attempt with.
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>>;

    /// Is told that the service takes these credentials for expired. Says whether asking again may
    /// give others. Default: it does not.
    fn reject(&self, _rejected: &Identity) -> bool {
        false
    }
}

/// Gives bearer tokens of AWS, which some services take in the place of a key and others take alone.
pub trait Tokens: Debug + Send + Sync {
    /// The token for services that sign by a name; nothing where there is none. `alone` where the
    /// service takes nothing else.
    fn token<'a>(
        &'a self,
        signing_name: &'a str,
        alone: bool,
    ) -> BoxFuture<'a, Result<Option<Identity>, Error>>;
}

/// Credentials, and what is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// What signs; `None` for calls without a signature.
    pub credentials: Option<Credentials>,
    /// When they end; `None` where that is not known or never.
    pub expires: Option<Timestamp>,
    /// The account that they belong to, where the source says so.
    pub account: Option<String>,
    /// Where they come from.
    pub origin: Origin,
}

impl Identity {
    /// Credentials without an end.
    #[must_use]
    pub fn new(credentials: Credentials, origin: Origin) -> Self {
        Self { credentials: Some(credentials), expires: None, account: None, origin }
    }

    /// Nobody.
    #[must_use]
    pub fn anonymous(origin: Origin) -> Self {
        Self { credentials: None, expires: None, account: None, origin }
    }

    /// The same, until a time.
    #[must_use]
    pub fn until(mut self, expires: Option<Timestamp>) -> Self {
        self.expires = expires;
        self
    }

    /// The same, of an account.
    #[must_use]
    pub fn of_account(mut self, account: Option<String>) -> Self {
        self.account = account;
        self
    }
}

impl Provide for Credentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        let identity = Identity::new(self.clone(), Origin::Caller);
        Box::pin(async move { Ok(identity) })
    }
}

impl Provide for Identity {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(async move { Ok(self.clone()) })
    }
}

/// Calls without a signature.
#[derive(Clone, Copy, Debug)]
pub struct Anonymous;

impl Provide for Anonymous {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(async { Ok(Identity::anonymous(Origin::Caller)) })
    }
}

impl<P: Provide + ?Sized> Provide for Arc<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        (**self).credentials()
    }

    fn reject(&self, rejected: &Identity) -> bool {
        (**self).reject(rejected)
    }
}
