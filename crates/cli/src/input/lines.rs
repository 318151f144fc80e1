//! The events of a request, one on each line.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use isobar_catalogue::{Member, Service, ShapeId};

use super::describe;

/// The argument that names them, whatever the member is called.
pub(crate) const EVENTS: &str = "events";

/// The same, as it stands on the command line.
pub(super) const ARGUMENT: &str = "--events";

/// The most bytes of a line: a message has 24 MiB at most, and base64 is a third longer.
const MOST: u64 = 40 << 20;

/// Whether a member is a stream of events, which follows the rest of the input.
pub(crate) fn is_stream(service: &Service, member: &Member) -> bool {
    service.structure(member.shape).is_some_and(|structure| structure.event_stream)
}

/// What the argument takes, for the help.
pub(crate) fn describe_events(service: &Service, shape: ShapeId) -> String {
    let events = describe(service, shape);
    let events = events.trim_start_matches("a structure of ");
    format!("the events to send, as JSON each on a line of its own, - for stdin: {events}")
}

/// Lines that can be read, and what they are of.
pub(crate) struct Lines {
    /// What is read: a file's name, or stdin.
    pub(crate) name: String,
    reader: BufReader<Box<dyn Read + Send>>,
    /// How many were read.
    count: usize,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Lines {
    pub(super) fn new(name: String, reader: Box<dyn Read + Send>) -> Self {
        Self { name, reader: BufReader::new(reader), count: 0 }
    }

    /// The next line that is not blank, and its number, counted from 1.
    ///
    /// # Errors
    /// If it cannot be read, or is too long.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<(usize, Vec<u8>)>> {
        loop {
            let mut line = Vec::new();
            self.count += 1;
            if (&mut self.reader).take(MOST).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            if line.len() as u64 == MOST {
                return Err(io::Error::other(format!("line {} is too long", self.count)));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((self.count, line)));
            }
        }
    }
}
