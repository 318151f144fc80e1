#![no_main]

use isobar_catalogue::Protocol;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| isobar_fuzz::message(Protocol::AlibabaOss, data));
