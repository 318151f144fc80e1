//! `cargo xtask bench`: the stand-in beside its peers, in one run on one machine.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::python;
use crate::steps::{self, cargo, run};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BEGIN: &str = "<!-- bench: begin -->";
const END: &str = "<!-- bench: end -->";
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a server rests before its memory is read.
const REST: Duration = Duration::from_secs(2);
const INSTANCES: u32 = 10;

/// Measures the stand-in beside moto and a bare hyper server.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A further server that speaks STS and EC2 and checks no keys.
    #[arg(long, value_name = "NAME=URL")]
    peer: Vec<String>,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// Connections that ask at once.
    #[arg(long, default_value_t = 16)]
    connections: u32,
    /// Puts the table into the README.
    #[arg(long)]
    write: bool,
}

pub(crate) fn bench(arguments: &Arguments) -> Result<ExitCode> {
    run(
        "build",
        cargo().args(["build", "--release", "--package", "isobar", "--package", "isobar-bench"]),
    )?;
    let release = steps::target().join("release");
    let tools = Tools { isobar: release.join("isobar"), bench: release.join("isobar-bench") };
    let mut servers = vec![tools.bare()?];
    let state = steps::target().join("bench-state");
    let (isobar, ready) = tools.isobar(&state)?;
    servers.push(isobar);
    servers.push(moto()?);
    for peer in &arguments.peer {
        let (name, url) = peer.split_once('=').ok_or("--peer takes NAME=URL")?;
        servers.push(Server::at(name, url));
    }
    std::thread::sleep(REST);
    let memory = servers[1].resident_mib()?;
    let mut rows = Vec::new();
    for server in &servers {
        rows.push(Row {
            name: server.name.clone(),
            sts: tools.load(server, "sts", arguments)?,
            ec2: if server.describes { tools.described(server, arguments)? } else { None },
        });
    }
    let bare_ec2 = tools.load(&servers[0], "ec2", arguments)?;
    let size = std::fs::metadata(&tools.isobar)?.len();
    drop(servers);
    // The state was of use to this run alone.
    std::fs::remove_dir_all(&state)?;
    let text = table(&rows, bare_ec2, ready, memory, size, arguments);
    println!("{text}");
    if arguments.write {
        write_readme(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Row {
    name: String,
    sts: f64,
    ec2: Option<f64>,
}

struct Tools {
    isobar: PathBuf,
    bench: PathBuf,
}

/// A server that is measured. A process that was started for it ends with it.
struct Server {
    name: String,
    url: String,
    key: (String, String),
    describes: bool,
    process: Option<Child>,
}

impl Server {
    fn at(name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            key: ("test".to_owned(), "test".to_owned()),
            describes: true,
            process: None,
        }
    }

    fn resident_mib(&self) -> Result<f64> {
        let process = self.process.as_ref().ok_or("not a process of this run")?;
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 = line
            .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
            .ok_or("the process shows no memory")?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // A process that ended by itself is what is wanted.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Tools {
    fn bare(&self) -> Result<Server> {
        let mut process = Command::new(&self.bench).arg("bare").stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let output = process.stdout.take().ok_or("the bare server has no output")?;
        BufReader::new(output).read_line(&mut url)?;
        let mut server = Server::at("bare hyper", url.trim());
        server.describes = false;
        server.process = Some(process);
        Ok(server)
    }

    /// The server, and how long it took until it was ready.
    fn isobar(&self, state: &Path) -> Result<(Server, Duration)> {
        if state.exists() {
            std::fs::remove_dir_all(state)?;
        }
        let started = Instant::now();
        let process = Command::new(&self.isobar)
            .args(["up", "--port", "0", "--aws-port", "0", "--alibaba-port", "0"])
            .args(["--digitalocean-port", "0", "--state"])
            .arg(state)
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Server::at("Isobar", "");
        server.process = Some(process);
        let path = state.join("endpoints.json");
        while !path.exists() {
            if started.elapsed() > START_TIMEOUT {
                return Err("isobar up is not ready".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let ready = started.elapsed();
        let endpoints: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let text = |name: &str| endpoints["aws"][name].as_str().unwrap_or_default().to_owned();
        server.url = text("url");
        server.key = (text("access_key_id"), text("secret_access_key"));
        Ok((server, ready))
    }

    fn described(&self, server: &Server, arguments: &Arguments) -> Result<Option<f64>> {
        let seeded = run(
            &format!("seed {}", server.name),
            self.command("seed", server).args(["--instances", &INSTANCES.to_string()]),
        );
        match seeded {
            Ok(()) => Ok(Some(self.load(server, "ec2", arguments)?)),
            Err(error) => {
                eprintln!("{}: {error}; DescribeInstances is left out", server.name);
                Ok(None)
            }
        }
    }

    /// Answers per second.
    fn load(&self, server: &Server, service: &str, arguments: &Arguments) -> Result<f64> {
        eprintln!("== {service} on {}", server.name);
        let output = self
            .command("load", server)
            .args(["--service", service])
            .args(["--seconds", &arguments.seconds.to_string()])
            .args(["--connections", &arguments.connections.to_string()])
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(format!("the load on {} failed", server.name).into());
        }
        let counted: Value = serde_json::from_slice(&output.stdout)?;
        counted["requests_per_second"].as_f64().ok_or_else(|| "no rate was printed".into())
    }

    fn command(&self, command: &str, server: &Server) -> Command {
        let (access, secret) = &server.key;
        let mut made = Command::new(&self.bench);
        made.args([command, "--url", &server.url, "--access-key", access, "--secret-key", secret]);
        made
    }
}

fn moto() -> Result<Server> {
    let requirements = steps::root().join("tests").join("sdk").join("requirements-bench.txt");
    let python = python::environment(&requirements)?;
    let program = python.with_file_name("moto_server");
    // A port that was free a moment ago; moto takes no listener.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let process = Command::new(python)
        .arg(program)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut server = Server::at("moto", &format!("http://127.0.0.1:{port}"));
    server.process = Some(process);
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if started.elapsed() > START_TIMEOUT {
            return Err("moto is not ready".into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(server)
}

fn table(
    rows: &[Row],
    bare_ec2: f64,
    ready: Duration,
    memory: f64,
    size: u64,
    arguments: &Arguments,
) -> String {
    let isobar = rows.iter().find(|row| row.name == "Isobar");
    let ratio = |ours: Option<f64>, theirs: Option<f64>| match (ours, theirs) {
        (Some(ours), Some(theirs)) => format!("{:.2}", ours / theirs),
        _ => "-".to_owned(),
    };
    let mut text = String::new();
    let _ = writeln!(
        text,
        "| server | GetCallerIdentity, requests/s | Isobar's ratio | DescribeInstances of \
         {INSTANCES}, requests/s | Isobar's ratio |\n|---|---|---|---|---|"
    );
    for row in rows {
        let ec2 = row.ec2.or((row.name == "bare hyper").then_some(bare_ec2));
        let _ = writeln!(
            text,
            "| {} | {:.0} | {} | {} | {} |",
            row.name,
            row.sts,
            ratio(isobar.map(|ours| ours.sts), Some(row.sts)),
            ec2.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}")),
            ratio(isobar.and_then(|ours| ours.ec2), ec2),
        );
    }
    let _ = writeln!(
        text,
        "\n`isobar up` is ready after {} ms, holds {memory:.0} MiB when idle, and is a binary of \
         {:.1} MB. Signatures are verified by Isobar alone. One run of `cargo xtask bench \
         --seconds {}` with {} connections on {} cores.",
        ready.as_millis(),
        size as f64 / 1e6,
        arguments.seconds,
        arguments.connections,
        std::thread::available_parallelism().map_or(0, usize::from),
    );
    text
}

fn write_readme(text: &str) -> Result<()> {
    let path = steps::root().join("README.md");
    let readme = std::fs::read_to_string(&path)?;
    let (before, rest) = readme.split_once(BEGIN).ok_or("README.md has no place for the table")?;
    let (_, after) = rest.split_once(END).ok_or("README.md has no end of the table")?;
    std::fs::write(path, format!("{before}{BEGIN}\n{text}{END}{after}"))?;
    Ok(())
}
