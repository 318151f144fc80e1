//! Where a machine's files are, and by what its processes are known.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::io::Errno;

use super::report::Down;

/// The variable that marks every process of a machine: its value is the machine's directory.
pub(super) const MARK: &str = "ISOBAR_MACHINE";

/// A machine's directory.
#[derive(Clone, Debug)]
pub(super) struct Place {
    directory: PathBuf,
}

impl Place {
    pub(super) fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The directory, in which nothing but the following is.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The script's home and working directory. The script's own file and the console are outside
    /// of it: a machine that serves its working directory shows neither.
    pub(super) fn home(&self) -> PathBuf {
        self.directory.join("home")
    }

    /// The script's file.
    pub(super) fn script(&self) -> PathBuf {
        self.directory.join("user-data")
    }

    /// The console's directory.
    pub(super) fn console(&self) -> PathBuf {
        self.directory.join("console")
    }

    /// The folder of the machine's own commands, which is on its `PATH`.
    pub(super) fn commands(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// The pipe by which the machine's commands reach its keeper.
    pub(super) fn control(&self) -> PathBuf {
        self.directory.join("control")
    }

    /// Makes the directories and writes the script, readable by their owner alone.
    pub(super) fn prepare(&self, script: &[u8]) -> io::Result<()> {
        make_directory(&self.home())?;
        self.make_commands()?;
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.script())?;
        file.write_all(script)
    }

    fn make_commands(&self) -> io::Result<()> {
        make_directory(&self.commands())?;
        for (name, usual) in COMMANDS {
            let text =
                format!("#!/bin/sh\n{SYNTAX}\nprintf '%s\\n' \"$word\" > \"${MARK}/control\"\n");
            let text = text.replace("{usual}", usual.word());
            let path = self.commands().join(name);
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o700)
                .open(&path)?;
            file.write_all(text.as_bytes())?;
        }
        // What was put in its place would be read as if the machine had just said it.
        match std::fs::remove_file(self.control()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        match mknodat(CWD, self.control(), FileType::Fifo, Mode::from_raw_mode(0o600), 0) {
            Err(Errno::EXIST) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The commands that end a machine from within, and what each does where no option says otherwise.
const COMMANDS: [(&str, Down); 4] = [
    ("shutdown", Down::Off),
    ("poweroff", Down::Off),
    ("halt", Down::Off),
    ("reboot", Down::Reboot),
];

/// How they read their options: those of `shutdown`. Times other than `now` are not waited for.
const SYNTAX: &str = "word={usual}
for option in \"$@\"; do
  case \"$option\" in
    -r|--reboot) word=reboot ;;
    -h|-H|-P|-p|--halt|--poweroff) word=poweroff ;;
    -f|--force|now|+0) ;;
    -c|-k|+*|*:*) echo \"$0: $option is not implemented here\" >&2; exit 1 ;;
  esac
done";

/// Makes the directory and those above it, for their owner alone.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
