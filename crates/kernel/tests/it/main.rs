//! The kernel's tests.

mod faults;
mod store;
