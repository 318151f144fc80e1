//! The protocols of the three clouds as functions between values and messages, in both directions,
//! driven by the catalogue. No socket, file, clock or environment is touched here.
//!
//! | direction | a client | a local cloud |
//! |---|---|---|
//! | request | [`encode_request`] | [`route`], [`decode_request`] |
//! | answer | [`decode_response`] | [`encode_response`] |
//! | error | [`decode_response`] | [`encode_error`] |

pub mod message;
pub mod value;

pub use message::{Request, Response};
pub use value::{Blob, Name, Value, from_value, to_value};
