//! Questions to the person at the terminal.

use std::fs::File;
use std::io::{self, Read, Write};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// The most bytes of an answer.
const LIMIT: usize = 16 << 10;

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// Asks a question and gives the answer's line. Where it is secret, it does not show while it is
/// typed.
///
/// # Errors
/// If the process has no terminal; `Interrupted` after Ctrl-C.
pub(crate) fn ask(question: &str, is_secret: bool) -> io::Result<String> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    let line = if is_secret {
        // Silent before it asks: whoever answers at once is not shown either.
        let silent = Silent::new(&terminal)?;
        let mut asked = silent.terminal;
        let line = asked.write_all(question.as_bytes()).and_then(|()| read_line(&mut asked));
        drop(silent);
        terminal.write_all(b"\n")?;
        line?
    } else {
        terminal.write_all(question.as_bytes())?;
        read_line(&mut terminal)?
    };
    if line.contains(&INTERRUPT) {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted"));
    }
    String::from_utf8(line).map_err(|_| io::Error::other("the answer is no Unicode"))
}

fn read_line(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LIMIT {
        if from.read(&mut byte)? == 0 {
            return match line.is_empty() {
                true => Err(io::ErrorKind::UnexpectedEof.into()),
                false => Ok(line),
            };
        }
        match byte[0] {
            b'\n' | b'\r' => return Ok(line),
            INTERRUPT => {
                line.push(INTERRUPT);
                return Ok(line);
            }
            byte => line.push(byte),
        }
    }
    Err(io::Error::other(format!("the answer has more than {LIMIT} bytes")))
}

/// A terminal that shows nothing of what is typed, until it is dropped. Ctrl-C then ends the line
/// rather than the process, which would leave the terminal as it is.
struct Silent<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silent<'a> {
    fn new(terminal: &'a File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}
