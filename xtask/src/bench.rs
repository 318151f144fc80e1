//! `cargo xtask bench`: the stand-in and the command line beside their peers, in one run on one
//! machine.

mod commands;

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

const ISOBAR: &str = "Isobar";
const BARE: &str = "bare hyper";
const BEGIN: &str = "<!-- bench: begin -->";
const END: &str = "<!-- bench: end -->";
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a server rests before its memory is read.
const REST: Duration = Duration::from_secs(2);
/// How often the start is timed, each time with a fresh state directory.
const STARTS: u32 = 5;
const INSTANCES: u32 = 10;
/// The questions that are asked, by the service that answers them.
const QUESTIONS: [&str; 2] = ["sts", "ec2"];

/// Measures the stand-in beside moto and a bare hyper server, and the command line beside aws-cli,
/// boto3 and rclone.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A further server that speaks STS and EC2 and checks no keys.
    #[arg(long, value_name = "NAME=URL")]
    peer: Vec<String>,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// How often all servers are measured in turn; the best of each counts.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Connections that ask at once.
    #[arg(long, default_value_t = 16)]
    connections: u32,
    /// How large the object is that goes up and down, in MiB.
    #[arg(long, default_value_t = 2048)]
    mib: u64,
    /// Leaves out the servers' rates.
    #[arg(long)]
    only_commands: bool,
    /// Puts the tables into the README.
    #[arg(long)]
    write: bool,
}

pub(crate) fn bench(arguments: &Arguments) -> Result<ExitCode> {
    let tools = Tools::built()?;
    let mut text = String::new();
    if !arguments.only_commands {
        text = servers(&tools, arguments)?;
        println!("{text}");
        text.push('\n');
    }
    let state = steps::target().join("bench-state");
    let (local, _) = tools.isobar(&state)?;
    tools.seed(&local)?;
    let measured = commands::measured(&tools, &local, arguments.rounds, arguments.mib)?;
    drop(local);
    std::fs::remove_dir_all(&state)?;
    println!("{measured}");
    text += &measured;
    if arguments.write {
        write_readme(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The rates of the servers, and what is measured of Isobar's alone.
fn servers(tools: &Tools, arguments: &Arguments) -> Result<String> {
    let state = steps::target().join("bench-state");
    let (isobar, ready) = tools.started(&state)?;
    std::thread::sleep(REST);
    let memory_mib = isobar.resident_mib()?;
    let mut servers = vec![tools.served(&["bare"])?, isobar, moto()?];
    servers[0].name = BARE.to_owned();
    for peer in &arguments.peer {
        let (name, url) = peer.split_once('=').ok_or("--peer takes NAME=URL")?;
        servers.push(Server::at(name, url));
    }
    // The bare server gives every question the same answer, and needs nothing to describe.
    for server in servers.iter_mut().filter(|server| server.name != BARE) {
        server.describes = tools.seeded(server);
    }
    let rates = tools.measured(&servers, arguments)?;
    let rows: Vec<_> = servers.iter().map(|server| server.name.clone()).zip(rates).collect();
    drop(servers);
    // The state was of use to this run alone.
    std::fs::remove_dir_all(&state)?;
    let size_bytes = std::fs::metadata(&tools.isobar)?.len();
    let puts = tools.puts(&state, arguments)?;
    Ok(table(&rows, &Figures { ready, memory_mib, size_bytes, puts }, arguments))
}

/// What the peers from PyPI are installed from.
fn requirements() -> PathBuf {
    steps::root().join("tests").join("sdk").join("requirements-bench.txt")
}

/// Answers per second, by question; `None` where the server cannot answer it.
type Rates = [Option<f64>; QUESTIONS.len()];

/// What is measured of Isobar alone.
struct Figures {
    ready: Duration,
    memory_mib: f64,
    size_bytes: u64,
    /// Rows that 16 writers put into the store in a second: in groups, and each alone.
    puts: (f64, f64),
}

/// The programs that were built.
struct Tools {
    isobar: PathBuf,
    bench: PathBuf,
    cost: PathBuf,
}

/// A server that is measured. A process that was started for it ends with it.
struct Server {
    name: String,
    url: String,
    key: (String, String),
    describes: bool,
    process: Option<Child>,
    /// What ends the process in good order, machines included.
    down: Option<Command>,
}

impl Server {
    fn at(name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            key: ("test".to_owned(), "test".to_owned()),
            describes: true,
            process: None,
            down: None,
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
            if let Some(down) = &mut self.down {
                // Where it does not end so, it is killed.
                let _ = down.stdout(Stdio::null()).stderr(Stdio::null()).status();
            }
            // A process that ended by itself is what is wanted.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Tools {
    /// Builds the programs: both at once, for alone each would have everything built anew.
    fn built() -> Result<Self> {
        let build = ["build", "--release", "--package", "isobar", "--package", "isobar-bench"];
        run("build", cargo().args(build))?;
        let release = steps::target().join("release");
        Ok(Self {
            isobar: release.join("isobar"),
            bench: release.join("isobar-bench"),
            cost: release.join("isobar-bench-cost"),
        })
    }

    /// A server of the bench's own, by the command that it is started with.
    fn served(&self, command: &[&str]) -> Result<Server> {
        let mut process = Command::new(&self.bench).args(command).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let output = process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(output).read_line(&mut url)?;
        let mut server = Server::at(command[0], url.trim());
        server.process = Some(process);
        Ok(server)
    }

    /// The server, and the shortest time of several starts until it was ready.
    fn started(&self, state: &Path) -> Result<(Server, Duration)> {
        let (mut server, mut best) = self.isobar(state)?;
        for _ in 1..STARTS {
            drop(server);
            let (next, ready) = self.isobar(state)?;
            server = next;
            best = best.min(ready);
        }
        Ok((server, best))
    }

    /// The server with a fresh state, and how long it took until it was ready.
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
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Server::at(ISOBAR, "");
        let mut down = Command::new(&self.isobar);
        down.args(["down", "--state"]).arg(state);
        server.down = Some(down);
        let path = state.join("endpoints.json");
        let process = server.process.insert(process);
        while !path.exists() {
            if let Some(status) = process.try_wait()? {
                return Err(format!("isobar up ended ({status})").into());
            }
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

    /// Whether the server has the instances that are described, now that they were asked for.
    fn seeded(&self, server: &Server) -> bool {
        let seeded = self.seed(server);
        if let Err(error) = &seeded {
            eprintln!("{}: {error}; DescribeInstances is left out", server.name);
        }
        seeded.is_ok()
    }

    /// Has a server make the instances that are described.
    fn seed(&self, server: &Server) -> Result<()> {
        let mut seed = self.command("seed", server);
        seed.args(["--instances", &INSTANCES.to_string()]);
        Ok(run(&format!("seed {}", server.name), &mut seed)?)
    }

    /// The best rates of each server. In each round all servers take their turns, so that what else
    /// happens on the machine meets them alike.
    fn measured(&self, servers: &[Server], arguments: &Arguments) -> Result<Vec<Rates>> {
        let mut rates = vec![Rates::default(); servers.len()];
        for _ in 0..arguments.rounds.max(1) {
            for (at, question) in QUESTIONS.into_iter().enumerate() {
                for (server, best) in servers.iter().zip(&mut rates) {
                    if question == "ec2" && !server.describes {
                        continue;
                    }
                    let rate = self.load(server, question, arguments)?;
                    best[at] = Some(best[at].map_or(rate, |best| best.max(rate)));
                }
            }
        }
        Ok(rates)
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

    /// The best rates of rows that 16 writers put into the store: in groups, and each alone.
    fn puts(&self, directory: &Path, arguments: &Arguments) -> Result<(f64, f64)> {
        let mut best = (0.0_f64, 0.0_f64);
        for _ in 0..arguments.rounds.max(1) {
            eprintln!("== puts");
            let output = Command::new(&self.bench)
                .args(["puts", "--seconds", &arguments.seconds.to_string(), "--directory"])
                .arg(directory)
                .stderr(Stdio::inherit())
                .output()?;
            let rates: Value = serde_json::from_slice(&output.stdout)?;
            let rate = |name: &str| rates[name].as_f64().ok_or("no rate was printed");
            best = (best.0.max(rate("grouped")?), best.1.max(rate("alone")?));
            std::fs::remove_dir_all(directory)?;
        }
        Ok(best)
    }

    fn command(&self, command: &str, server: &Server) -> Command {
        let (access, secret) = &server.key;
        let mut made = Command::new(&self.bench);
        made.args([command, "--url", &server.url, "--access-key", access, "--secret-key", secret]);
        made
    }
}

fn moto() -> Result<Server> {
    let python = python::environment(&requirements())?;
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

fn table(rows: &[(String, Rates)], figures: &Figures, arguments: &Arguments) -> String {
    let ours = rows.iter().find(|(name, _)| name == ISOBAR).map_or([None; 2], |(_, rates)| *rates);
    let mut text = format!(
        "| server | GetCallerIdentity, requests/s | Isobar's ratio | DescribeInstances of \
         {INSTANCES}, requests/s | Isobar's ratio |\n|---|---:|---:|---:|---:|\n"
    );
    for (name, rates) in rows {
        let _ = write!(text, "| {name} |");
        for (rate, ours) in rates.iter().zip(ours) {
            let _ = match (rate, ours) {
                (Some(rate), Some(ours)) => write!(text, " {rate:.0} | {:.2} |", ours / rate),
                (Some(rate), None) => write!(text, " {rate:.0} | - |"),
                (None, _) => write!(text, " - | - |"),
            };
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "\n`isobar up` is ready after {} ms, holds {:.0} MiB when idle, and is a binary of {:.1} MB. \
         Isobar alone verifies signatures. 16 writers put {:.0} small rows a second into its store, \
         and {:.0} where each is logged alone. One run of `cargo xtask bench --seconds {} --rounds {}` \
         with {} connections on {} cores; the best round of each.",
        figures.ready.as_millis(),
        figures.memory_mib,
        figures.size_bytes as f64 / 1e6,
        figures.puts.0,
        figures.puts.1,
        arguments.seconds,
        arguments.rounds,
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
