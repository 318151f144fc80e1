//! A shell whose world is what a test says.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use isobar_auth::Secret;
use isobar_catalogue::Cloud;
use isobar_cli::shell::Shell;
use isobar_client::{Finished, Surroundings};
use isobar_wire::Value;
use parking_lot::Mutex;

/// Variables, and nothing else.
#[derive(Debug, Default)]
struct Nowhere(HashMap<&'static str, &'static str>);

impl Surroundings for Nowhere {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }

    fn home(&self) -> Option<PathBuf> {
        None
    }

    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn run<'a>(&'a self, _: &'a [String]) -> BoxFuture<'a, io::Result<Finished>> {
        Box::pin(async { Err(io::ErrorKind::NotFound.into()) })
    }

    fn fetch(
        &self,
        _: http::Request<Bytes>,
        _: Duration,
    ) -> BoxFuture<'_, io::Result<http::Response<Bytes>>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn ask(&self, _: &str) -> io::Result<Secret> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// What was written to a stream.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

fn shell(stdin: impl Read + Send + 'static, stdout: Written) -> (Shell, Written) {
    let variables = HashMap::from([
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-central-1"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
        ("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"),
        ("DIGITALOCEAN_TOKEN", "secret"),
    ]);
    let stderr = Written::default();
    let shell = Shell {
        surroundings: Arc::new(Nowhere(variables)),
        stdin: Arc::new(Mutex::new(Box::new(stdin))),
        stdout: Arc::new(Mutex::new(Box::new(stdout))),
        stderr: Arc::new(Mutex::new(Box::new(stderr.clone()))),
        width: None,
        is_watched: false,
        has_colors: false,
        pager: Arc::default(),
    };
    (shell, stderr)
}

/// What can stand in the place of the last word.
pub(crate) fn complete(command: &str, words: &[&str]) -> Vec<String> {
    let (shell, _) = shell(io::empty(), Written::default());
    let regions = |cloud| match cloud {
        Cloud::Aws => vec!["us-east-1", "eu-west-1"],
        _ => vec!["cn-hangzhou"],
    };
    let around = isobar_cli::complete::Around { shell, regions };
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let found = isobar_cli::complete::candidates(&around, command, &words);
    found.into_iter().map(|(text, _)| text).collect()
}

/// Runs `isobar` with the arguments.
pub(crate) fn isobar(arguments: &[&str]) -> Done {
    isobar_with(arguments, io::empty(), &Written::default())
}

/// The same with something to read.
pub(crate) fn isobar_with(
    arguments: &[&str],
    stdin: impl Read + Send + 'static,
    stdout: &Written,
) -> Done {
    let (shell, stderr) = shell(stdin, stdout.clone());
    let command = isobar_cli::find(arguments[0]).unwrap();
    let rest = arguments[1..].iter().map(Into::into).collect();
    let code = isobar_cli::run(command, &shell, rest);
    Done { code, stdout: stdout.text(), stderr: stderr.text() }
}

/// The same at a terminal of a width.
pub(crate) fn isobar_at(arguments: &[&str], width: Option<usize>) -> Done {
    let stdout = Written::default();
    let (mut shell, stderr) = shell(io::empty(), stdout.clone());
    shell.width = width;
    let command = isobar_cli::find(arguments[0]).unwrap();
    let rest = arguments[1..].iter().map(Into::into).collect();
    let code = isobar_cli::run(command, &shell, rest);
    Done { code, stdout: stdout.text(), stderr: stderr.text() }
}

/// The input that the arguments make, as JSON.
pub(crate) fn input(cloud: Cloud, arguments: &[&str], stdin: &'static str) -> serde_json::Value {
    let (shell, _) = shell(stdin.as_bytes(), Written::default());
    let arguments = arguments.iter().map(|one| (*one).to_owned()).collect();
    match isobar_cli::input(cloud, &shell, arguments) {
        Ok(input) => serde_json::to_value(input.unwrap_or(Value::Null)).unwrap(),
        Err(error) => panic!("{}", error.text()),
    }
}
