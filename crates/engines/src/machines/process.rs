//! Isobar's side of a machine's processes: a keeper and the pipes to it.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::place::{MARK, Place};
use super::report::{Down, Report, Stop};
use super::{Exit, Machine, Settings, keeper, tree};

/// How much longer than the grace a keeper may take, before it is given up and the machine's
/// processes are ended without it.
const KEEPER_MARGIN: Duration = Duration::from_secs(5);

/// How long a keeper may take to say that its script runs.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// The processes of a machine, from its script's start to the end of the last of them.
#[derive(Debug)]
pub(super) struct Process {
    place: Place,
    keeper: Child,
    words: Option<ChildStdin>,
    reports: Lines<BufReader<ChildStdout>>,
    exit: Option<Exit>,
    down: Option<Down>,
}

/// How a machine's processes came to their end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The script and all its descendants ended.
    Script,
    /// One of them asked for it.
    Down(Down),
    /// Their keeper was ended.
    Crash,
}

impl Process {
    /// Starts the machine's script under a keeper. The place is prepared. `None` where the script could
    /// not be run, which the console says.
    pub(super) async fn start(
        settings: &Settings,
        machine: &Machine,
        place: Place,
    ) -> io::Result<Option<Self>> {
        let mut path = place.commands().into_os_string();
        path.push(":");
        path.push(&settings.path);
        let mut keeper = Command::new(&settings.program)
            .arg(keeper::ARGUMENT)
            .arg(place.directory())
            .env_clear()
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .envs(&machine.environment)
            .env("HOME", place.home())
            .env("HOST", machine.address.to_string())
            .env(MARK, place.directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let words = keeper.stdin.take();
        let reports = keeper.stdout.take().expect("the keeper's output is piped");
        let reports = BufReader::new(reports).lines();
        let mut process = Self { place, keeper, words, reports, exit: None, down: None };
        let Ok(report) = tokio::time::timeout(START_TIMEOUT, process.next_report()).await else {
            // A script may suspend its keeper; it is ended with all that it started.
            let _ = process.keeper.start_kill();
            process.sweep().await;
            return Err(io::Error::other("its keeper did not say that it runs"));
        };
        match report? {
            Some(Report::Up) => Ok(Some(process)),
            Some(Report::Ended(_)) => Ok(None),
            Some(Report::Broken(why)) => Err(io::Error::other(why)),
            Some(Report::Gone | Report::Down(_)) | None => {
                Err(io::Error::other("its keeper ended"))
            }
        }
    }

    /// Waits until the script and all its descendants have ended. Nothing is lost where the future is
    /// dropped before.
    pub(super) async fn ended(&mut self) -> End {
        loop {
            match self.next_report().await {
                Ok(Some(Report::Ended(exit))) => self.exit = Some(exit),
                Ok(Some(Report::Down(down))) => self.down = Some(down),
                Ok(Some(Report::Up | Report::Broken(_))) => {}
                Ok(Some(Report::Gone)) => break,
                Ok(None) | Err(_) => {
                    self.sweep().await;
                    break;
                }
            }
        }
        let _ = self.keeper.wait().await;
        match (self.down, &self.exit) {
            (Some(down), _) => End::Down(down),
            (None, Some(_)) => End::Script,
            (None, None) => End::Crash,
        }
    }

    /// Ends all processes: SIGTERM, the grace, SIGKILL.
    pub(super) async fn stop(&mut self, grace: Duration) {
        if let Some(words) = &mut self.words {
            // A keeper that is gone cannot be told; its end is seen below.
            let _ = words.write_all(format!("{}\n", Stop { grace }).as_bytes()).await;
        }
        if tokio::time::timeout(grace + KEEPER_MARGIN, self.ended()).await.is_err() {
            self.sweep().await;
            let _ = self.keeper.wait().await;
        }
    }

    async fn next_report(&mut self) -> io::Result<Option<Report>> {
        let Some(line) = self.reports.next_line().await? else { return Ok(None) };
        line.parse().map(Some).map_err(io::Error::other)
    }

    /// Ends what a keeper that died left behind.
    async fn sweep(&self) {
        let directory = self.place.directory().to_owned();
        let swept = tokio::task::spawn_blocking(move || tree::kill_marked(&directory)).await;
        match swept {
            Ok(Ok(count)) => tracing::warn!(count, "a keeper ended before its machine's processes"),
            Ok(Err(error)) => tracing::error!(%error, "a machine's processes could not be ended"),
            Err(error) => tracing::error!(%error, "the search for processes broke"),
        }
    }
}
