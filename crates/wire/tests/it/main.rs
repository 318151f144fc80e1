//! The wire layer against the vendors' own cases, and against input that nobody should send.

mod cases;
