//! Seeing what goes over the wire.

use std::fmt::Debug;

use bytes::Bytes;
use isobar_catalogue::{Operation, Service};
use isobar_wire::Response;

use crate::error::Error;

/// Sees each attempt of each call: what is sent, what comes back, or why nothing did. What it is
/// shown holds secrets: signatures, tokens, and members that the catalogue marks as sensitive.
pub trait Observe: Debug + Send + Sync {
    /// A request is about to be sent. There is no body where it streams.
    fn sends(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        request: &http::Request<Option<Bytes>>,
    );

    /// An answer has come; its body is empty where the caller reads it.
    fn receives(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        response: &Response,
    );

    /// No answer came, or not all of it.
    fn fails(&self, error: &Error);
}
