//! Tells the linker where the code of a call belongs.

#![expect(clippy::disallowed_methods, reason = "cargo says in the environment what it builds")]

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=call.ld");
    println!("cargo::rerun-if-env-changed=ISOBAR_LINK_MAP");
    let is = |name: &str, value: &str| var(name).is_ok_and(|found| found == value);
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_OS", "linux") {
        return;
    }
    // Addresses that are set at the start take an eighth of a byte each in place of 24.
    println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    match var("ISOBAR_LINK_MAP") {
        // `cargo xtask order` looks where code lies by itself.
        Ok(map) => println!("cargo::rustc-link-arg-bins=-Wl,-Map={map}"),
        // Together: what is near what runs comes into memory with it.
        Err(_) => {
            println!("cargo::rustc-link-arg-bins=-Wl,-T,{}/call.ld", env!("CARGO_MANIFEST_DIR"));
        }
    }
}
