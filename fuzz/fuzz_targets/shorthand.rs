#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let _ = isobar_cli::input::shorthand::parse(data, &mut |_| Ok(None));
});
