//! Signatures of the three clouds, in both directions, over [`isobar_wire::Request`].
//!
//! | cloud | scheme | a client | a local cloud |
//! |---|---|---|---|
//! | AWS | Signature Version 4, header and presigned | [`sigv4::sign`], [`sigv4::presign`] | [`sigv4::Verifier`] |
//! | AWS | the events after a request | [`sigv4::Chain`] | |
//! | Alibaba Cloud | RPC v1, ROA v1, ACS3 (verified with SM3 too) | [`alibaba::rpc::sign`], [`alibaba::roa::sign`], [`alibaba::acs3::sign`] | [`alibaba::Verifier`] |
//! | OSS | V1, V4, header and URL | [`alibaba::oss::v1::sign`], [`alibaba::oss::v4::sign`] | [`alibaba::oss::verify`] |
//! | log service | `LOG`, V4 | [`alibaba::sls::sign`], [`alibaba::sls::sign_v4`] | [`alibaba::sls::verify`] |
//! | DigitalOcean | bearer token | [`bearer::sign`] | [`bearer::verify`] |
//!
//! The host and the time are the caller's: nothing here reads a clock, draws a random number or
//! touches the network. A refusal is an enum whose text is the vendor's own message; which code and
//! status it becomes differs between a vendor's services, so that is the faces' table.
//!
//! Signature Version 4 is implemented here rather than taken from a signing crate, because a
//! verifier must build the canonical request from what arrived (the client's list of signed headers,
//! its encoding of the query) and must show it in the refusal; a signer that shares that code cannot
//! disagree with it.

pub mod alibaba;
pub mod bearer;
mod credentials;
mod encode;
pub mod sigv2;
pub mod sigv4;
mod time;

pub use credentials::{Credentials, Key, Keys, Secret, Unwritable};
