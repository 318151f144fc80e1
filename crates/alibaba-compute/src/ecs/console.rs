//! GetInstanceConsoleOutput.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_kernel::call::{Done, Failure, compute};
use isobar_kernel::work;
use isobar_wire::{Input, Output};

use super::errors;
use super::instances::find;
use crate::{Handler, Work};

pub(super) const OPERATIONS: &[Handler] = &[work!(get_instance_console_output)];

/// How much of a console's end is shown.
const MOST: usize = 64 << 10;

#[derive(Debug, Input)]
struct GetInstanceConsoleOutput {
    _region_id: String,
    instance_id: String,
    remove_symbols: Option<bool>,
}

#[derive(Debug, Output)]
struct ConsoleOutput {
    last_update_time: String,
    instance_id: String,
    console_output: String,
}

async fn get_instance_console_output(
    cx: Work<'_>,
    input: GetInstanceConsoleOutput,
) -> Result<Done, Failure> {
    let changed_at =
        cx.read(|cx| find(cx, cx.store, &input.instance_id).map(|found| found.machine.phase_at))?;
    let (machines, id) = (cx.world.engines.machines.clone(), input.instance_id.clone());
    let console = compute(move || machines.console(&id)).await?;
    let console = console.map_err(|_| errors::CONSOLE_NOT_SUPPORTED.fault())?;
    let mut text = &console[console.len().saturating_sub(MOST)..];
    let plain;
    if input.remove_symbols == Some(true) {
        plain = without_escapes(text);
        text = &plain;
    }
    cx.answer(&ConsoleOutput {
        instance_id: input.instance_id,
        console_output: STANDARD.encode(text),
        last_update_time: changed_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    })
}

/// The text without a terminal's control sequences.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != 0x1b {
            plain.push(byte);
        } else if bytes.next_if_eq(&b'[').is_some() {
            // A sequence ends with its first letter or the like.
            let _ = bytes.find(|byte| (0x40..=0x7e).contains(byte));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(without_escapes(b"a\x1b[1;32mb\x1b[0m\n"), b"ab\n");
    }
}
