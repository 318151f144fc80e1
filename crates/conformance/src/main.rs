//! What Isobar makes of a call or of an answer, for programs that compare it with the vendors' SDKs.
//!
//! `isobar-conformance requests` reads a call from each line of stdin and writes the request that
//! would be sent; `isobar-conformance answers` reads answers and writes what they say;
//! `isobar-conformance credentials` reads environments and writes what is found in them;
//! `isobar-conformance catalogue` shows services, from which inputs are made. Lines are JSON, one out
//! for one in, in the same order. Time stands still at [`NOW`] and nothing is random, so that
//! signatures can be compared too.

mod answers;
mod catalogue;
mod credentials;
mod fixed;
mod requests;

use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The time of every request.
const NOW: &str = "2026-01-02T03:04:05Z";

/// A line that cannot be answered.
#[derive(Debug, Serialize)]
struct Failed {
    error: String,
}

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        Some("requests") => requests::Requests::new()
            .and_then(|mut maker| lines(|call: requests::Call| maker.request(&call))),
        Some("answers") => {
            let mut others = answers::Others::new();
            lines(|answer: answers::Answer| answers::read(&answer, &mut others))
        }
        Some("credentials") => credentials::Looking::new()
            .and_then(|looking| lines(|world: credentials::World| looking.look(world))),
        Some("catalogue") => lines(|asked: catalogue::Asked| catalogue::show(&asked)),
        _ => Err(io::Error::other(
            "usage: isobar-conformance requests|answers|credentials|catalogue",
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers each line of stdin with a line on stdout.
fn lines<I, O>(mut answer: impl FnMut(I) -> Result<O, String>) -> io::Result<()>
where
    I: DeserializeOwned,
    O: Serialize,
{
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let answered =
            serde_json::from_str(&line).map_err(|error| error.to_string()).and_then(&mut answer);
        match answered {
            Ok(value) => serde_json::to_writer(&mut out, &value)?,
            Err(error) => serde_json::to_writer(&mut out, &Failed { error })?,
        }
        out.write_all(b"\n")?;
        // Who asks may wait for the answer before asking further.
        out.flush()?;
    }
    Ok(())
}
