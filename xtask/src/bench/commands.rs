//! Command lines beside each other: how long a call takes and how much memory, how fast long lists
//! are, and how fast objects go up and down.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Result, Server, Tools};
use crate::python;
use crate::steps::{self, run};

const ISOBAR: &str = "isobar";
const AWS_CLI: &str = "aws-cli";
const BOTO3: &str = "boto3";
const CRT: &str = "s3transfer with the CRT";
const RCLONE: &str = "rclone";

/// How many calls of the short kind are made of each in a round; the best counts.
const CALLS: u32 = 5;
const INSTANCES: u32 = 10_000;
const OBJECTS: u32 = 100_000;

const LIST_INSTANCES: &str = "
import boto3
pages = boto3.client('ec2').get_paginator('describe_instances').paginate()
print(sum(len(one['Instances']) for page in pages for one in page['Reservations']))";

const LIST_OBJECTS: &str = "
import boto3
pages = boto3.client('s3').get_paginator('list_objects_v2').paginate(Bucket='bench')
print(sum(len(page['Contents']) for page in pages))";

/// Boto3's own way to the CRT is closed to servers without TLS.
const TRANSFER: &str = "
import os, sys, botocore.session
from s3transfer import crt
session = botocore.session.Session()
credentials = crt.BotocoreCRTCredentialsWrapper(session.get_credentials())
client = crt.create_s3_crt_client(
    'us-east-1', credentials.to_crt_credentials_provider(), use_ssl=False)
serializer = crt.BotocoreCRTRequestSerializer(
    session, {'endpoint_url': os.environ['AWS_ENDPOINT_URL']})
with crt.CRTTransferManager(client, serializer) as manager:
    way, file = getattr(manager, sys.argv[1]), sys.argv[2]
    way(fileobj=file, bucket='bench', key='crt').result()";

/// What a command needed.
#[derive(Clone, Copy, Debug)]
struct Cost {
    seconds: f64,
    /// The most memory that it held.
    mib: f64,
    /// The private memory that it held at its end.
    private_mib: f64,
}

impl Cost {
    /// The shorter time and the lesser memory of several runs.
    fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            mib: self.mib.min(other.mib),
            private_mib: self.private_mib.min(other.private_mib),
        }
    }
}

/// One question, and what it cost whom.
struct Row {
    question: String,
    costs: Vec<(&'static str, Cost)>,
}

/// The programs that are compared.
struct Programs {
    /// What runs them and says what they cost.
    cost: PathBuf,
    isobar: PathBuf,
    python: PathBuf,
    aws: PathBuf,
    rclone: Option<PathBuf>,
}

/// Measures them all and gives the table.
pub(super) fn measured(tools: &Tools, local: &Server, rounds: u32, mib: u64) -> Result<String> {
    let python = python::environment(&super::requirements())?;
    let programs = Programs {
        cost: tools.cost.clone(),
        isobar: tools.isobar.clone(),
        aws: python.with_file_name("aws"),
        python,
        rclone: rclone()?,
    };
    let store = tools.served(&["store", "--instances", &INSTANCES.to_string()])?;
    let mut rows = vec![programs.call(local, rounds)?];
    rows.extend(programs.lists(&store, rounds)?);
    rows.extend(programs.transfers(&store, rounds, mib)?);
    Ok(table(&rows))
}

impl Programs {
    /// A short call of the local cloud, from start to end.
    fn call(&self, local: &Server, rounds: u32) -> Result<Row> {
        let arguments = ["ec2", "describe-instances"];
        let question = "`ec2 describe-instances` of 10".to_owned();
        let ask = || {
            let ours = self.isobar(local, &["aws"], &arguments);
            Ok(vec![(ISOBAR, ours), (AWS_CLI, self.aws(local, &arguments))])
        };
        compared(question, rounds * CALLS, ask)
    }

    fn lists(&self, store: &Server, rounds: u32) -> Result<Vec<Row>> {
        let instances = ["ec2", "describe-instances"];
        let objects = ["s3api", "list-objects-v2", "--bucket", "bench"];
        let asks = [
            (format!("list {INSTANCES} instances"), &instances[..], LIST_INSTANCES),
            (format!("list {OBJECTS} objects"), &objects[..], LIST_OBJECTS),
        ];
        let rows = asks.into_iter().map(|(question, arguments, script)| {
            compared(question, rounds, || {
                let mut ours = self.isobar(store, &["aws"], arguments);
                ours.arg("--all");
                Ok(vec![
                    (ISOBAR, ours),
                    (AWS_CLI, self.aws(store, arguments)),
                    (BOTO3, self.boto3(store, &[script])),
                ])
            })
        });
        rows.collect()
    }

    fn transfers(&self, store: &Server, rounds: u32, mib: u64) -> Result<Vec<Row>> {
        let folder = steps::target().join("bench-transfer");
        fs::create_dir_all(&folder)?;
        let (whole, back) = (folder.join("object"), folder.join("back"));
        fill(&whole, mib)?;
        let (from, to) = (text(&whole)?, text(&back)?);
        let up = compared(format!("upload {mib} MiB"), rounds, || {
            let mut commands = vec![
                (ISOBAR, self.isobar(store, &["cp", from, "s3://bench/isobar"], &[])),
                (AWS_CLI, self.aws(store, &["s3", "cp", "--quiet", from, "s3://bench/aws"])),
                (CRT, self.boto3(store, &[TRANSFER, "upload", from])),
            ];
            commands.extend(self.rclone(store, &["copyto", from, "bench:bench/rclone"]));
            Ok(commands)
        })?;
        let down = compared(format!("download {mib} MiB"), rounds, || {
            let mut commands = vec![
                (ISOBAR, self.isobar(store, &["cp", "s3://bench/isobar", to], &[])),
                (AWS_CLI, self.aws(store, &["s3", "cp", "--quiet", "s3://bench/aws", to])),
                (CRT, self.boto3(store, &[TRANSFER, "download", to])),
            ];
            commands.extend(self.rclone(store, &["copyto", "bench:bench/rclone", to]));
            Ok(commands)
        });
        let down = down.and_then(|row| same(&whole, &back).map(|()| row));
        // It was of use to this run alone.
        fs::remove_dir_all(&folder)?;
        Ok(vec![up, down?])
    }

    /// A program, run by the one that says what it cost.
    fn measuring(&self, program: &Path) -> Command {
        let mut made = Command::new(&self.cost);
        made.arg(program);
        made
    }

    fn isobar(&self, server: &Server, command: &[&str], arguments: &[&str]) -> Command {
        let mut made = at(self.measuring(&self.isobar), server);
        made.args(command).args(arguments);
        made
    }

    fn aws(&self, server: &Server, arguments: &[&str]) -> Command {
        let mut made = at(self.measuring(&self.python), server);
        made.arg(&self.aws).args(arguments);
        made
    }

    fn boto3(&self, server: &Server, arguments: &[&str]) -> Command {
        let mut made = at(self.measuring(&self.python), server);
        made.arg("-c").args(arguments);
        made
    }

    fn rclone(&self, server: &Server, arguments: &[&str]) -> Option<(&'static str, Command)> {
        let mut made = self.measuring(self.rclone.as_ref()?);
        made.env_clear().args(["--config", "/dev/null", "--s3-no-check-bucket"]).args(arguments);
        let (access, secret) = &server.key;
        let settings = [
            ("TYPE", "s3"),
            ("PROVIDER", "Other"),
            ("ENDPOINT", &server.url),
            ("ACCESS_KEY_ID", access),
            ("SECRET_ACCESS_KEY", secret),
        ];
        made.envs(settings.map(|(name, value)| (format!("RCLONE_CONFIG_BENCH_{name}"), value)));
        Some((RCLONE, made))
    }
}

/// The command with the environment in which the vendor's tools find the server, and nothing else.
fn at(mut command: Command, server: &Server) -> Command {
    let (access, secret) = &server.key;
    command.env_clear().envs([
        ("AWS_ENDPOINT_URL", server.url.as_str()),
        ("AWS_ACCESS_KEY_ID", access),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("PATH", "/usr/bin:/bin"),
        ("HOME", "/nonexistent"),
    ]);
    command
}

/// What each command needs, the least of several runs in turn. A peer that fails is left out, and
/// why is said.
fn compared(
    question: String,
    runs: u32,
    commands: impl Fn() -> Result<Vec<(&'static str, Command)>>,
) -> Result<Row> {
    eprintln!("== {question}");
    let mut costs: Vec<(&str, Cost)> = Vec::new();
    let mut failed = Vec::new();
    for _ in 0..runs.max(1) {
        for (name, mut command) in commands()? {
            if failed.contains(&name) {
                continue;
            }
            let cost = match cost(&mut command) {
                Ok(cost) => cost,
                Err(error) if name == ISOBAR => return Err(format!("{name}: {error}").into()),
                Err(error) => {
                    eprintln!("{name} is left out: {error}");
                    failed.push(name);
                    continue;
                }
            };
            match costs.iter_mut().find(|(known, _)| *known == name) {
                Some((_, least)) => *least = least.least(cost),
                None => costs.push((name, cost)),
            }
        }
    }
    Ok(Row { question, costs })
}

fn cost(command: &mut Command) -> Result<Cost> {
    // What one program left to be written, the next one would wait for.
    Command::new("sync").status()?;
    let errors = steps::target().join("bench-stderr");
    let ended = command.stderr(File::create(&errors)?).output()?;
    let said = fs::read_to_string(&errors)?;
    fs::remove_file(&errors)?;
    if !ended.status.success() {
        return Err(said.trim().into());
    }
    let printed = String::from_utf8(ended.stdout)?;
    let numbers: Vec<f64> =
        printed.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
    let [seconds, most, private] = numbers[..] else { return Err("the cost was not said".into()) };
    let mib = |bytes: f64| bytes / (1024.0 * 1024.0);
    Ok(Cost { seconds, mib: mib(most), private_mib: mib(private) })
}

/// rclone as Debian has it, unpacked and not installed; `None` where there is no Debian.
fn rclone() -> Result<Option<PathBuf>> {
    let folder = steps::target().join("bench-rclone");
    let program = folder.join("unpacked").join("usr/bin/rclone");
    if program.exists() {
        return Ok(Some(program));
    }
    fs::create_dir_all(&folder)?;
    let fetched =
        run("rclone", Command::new("apt-get").args(["download", "rclone"]).current_dir(&folder));
    if let Err(error) = fetched {
        eprintln!("{error}; rclone is left out");
        return Ok(None);
    }
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            let unpacked = folder.join("unpacked");
            run("unpack", Command::new("dpkg").arg("-x").arg(path).arg(unpacked))?;
        }
    }
    Ok(program.exists().then_some(program))
}

/// Fills a file with what no transfer can shorten.
fn fill(path: &Path, mib: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = vec![0; 1 << 20];
    for _ in 0..mib {
        for bytes in block.chunks_exact_mut(8) {
            // Marsaglia's xorshift.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    file.sync_all()?;
    Ok(())
}

/// Whether two files hold the same.
fn same(one: &Path, other: &Path) -> Result<()> {
    let open = |path| Ok::<_, std::io::Error>(BufReader::with_capacity(1 << 20, File::open(path)?));
    let (mut left, mut right) = (open(one)?, open(other)?);
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = left.read(&mut a)?;
        right.read_exact(&mut b[..read])?;
        if a[..read] != b[..read] {
            return Err("what came down is not what went up".into());
        }
        if read == 0 {
            let more = right.read(&mut b)?;
            return if more == 0 { Ok(()) } else { Err("more came down than went up".into()) };
        }
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "the path is no text".into())
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| command | program | seconds | times isobar's | MiB at most | times isobar's | \
         private MiB at exit | times isobar's |\n\
         |---|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for Row { question, costs } in rows {
        let ours = costs[0].1;
        for (name, cost) in costs {
            let _ = writeln!(
                text,
                "| {question} | {name} | {:.3} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                cost.seconds,
                cost.seconds / ours.seconds,
                cost.mib,
                cost.mib / ours.mib,
                cost.private_mib,
                cost.private_mib / ours.private_mib,
            );
        }
    }
    text
}
