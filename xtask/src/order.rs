//! `cargo xtask order`: writes the linker script that puts the code which a call runs into one place.
//!
//! A program's code comes into memory in pieces of 64 KiB around what runs. The code of a call is less
//! than 2 MB of 28, but spread over all of it, so that most of each piece is of no use. What is put
//! together is what ran when some calls were made under valgrind; names are written so that they hold
//! from one build to the next, and one that no longer exists does no harm. Code that is renamed falls
//! out of its place, which costs memory (1.5 MiB for twenty functions) and nothing else.
//!
//! Symbols are mangled by Rust's newer scheme (`.cargo/config.toml`), in which instances of generic code
//! have names of their own. Smaller code (`opt-level = "s"` throughout) made less of a difference, since
//! it is as spread. It takes a linker with GNU's scripts: lld, which is Rust's own on Linux, or GNU's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::bench::Tools;
use crate::steps::{self, run};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The calls whose code is put together: of each protocol, and of each cloud.
const CALLS: [&[&str]; 5] = [
    &["aws", "ec2", "describe-instances"],
    &["aws", "sts", "get-caller-identity"],
    &["aws", "elbv2", "describe-load-balancers"],
    &["alibaba", "ecs", "DescribeInstances", "--RegionId", "cn-hangzhou"],
    &["do", "droplets", "list"],
];

/// The clouds of the calls.
const CLOUDS: [&str; 3] = ["aws", "alibaba", "do"];

/// A name stands for functions of which less than this part ran: generic ones, of which it does not say
/// which. They lie behind the others.
const UNSPECIFIC: u64 = 3;

/// Writes the linker script anew.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Where the script is.
fn script() -> PathBuf {
    steps::root().join("crates").join("isobar").join("call.ld")
}

pub(crate) fn order(_: &Arguments) -> Result<ExitCode> {
    let folder = steps::target().join("order");
    fs::create_dir_all(&folder)?;
    let map = folder.join("map");
    let tools = Tools::built(&[("ISOBAR_LINK_MAP", &map)])?;
    let sections = Sections::read(&fs::read_to_string(&map)?);
    let state = folder.join("state");
    let (server, _) = tools.isobar(&state)?;
    tools.seed(&server)?;
    let mut ran: BTreeMap<Name, Ran> = BTreeMap::new();
    for (at, call) in CALLS.iter().enumerate() {
        let trace = folder.join(format!("trace-{at}"));
        run(&call.join(" "), &mut traced(&tools.isobar, &state, &trace, call))?;
        for section in sections.of(executed(&fs::read_to_string(&trace)?, &tools.isobar)) {
            if let Some(name) = lasting(&section.place) {
                let ran = ran.entry(name).or_default();
                ran.sections.insert(section.start, section.size);
                ran.calls.insert(at);
            }
        }
    }
    drop(server);
    if ran.is_empty() {
        return Err("no code of the program was seen to run".into());
    }
    for section in &sections.0 {
        if let Some(ran) = lasting(&section.place).and_then(|name| ran.get_mut(&name)) {
            ran.named += section.size;
        }
    }
    fs::write(script(), written(&ran))?;
    fs::remove_dir_all(&folder)?;
    Ok(ExitCode::SUCCESS)
}

/// A call to the local clouds under valgrind, which writes the address of each instruction that runs.
fn traced(isobar: &Path, state: &Path, trace: &Path, call: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "eval \"$(\"$0\" env --state \"$1\")\" && shift && exec valgrind \"$@\" > /dev/null",
        ])
        .arg(isobar)
        .arg(state)
        .args(["--quiet", "--tool=callgrind", "--dump-instr=yes"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", trace.display()))
        .arg(isobar)
        .args(call)
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/nonexistent")]);
    command
}

/// The addresses within the program that a trace of callgrind has.
fn executed(trace: &str, program: &Path) -> BTreeSet<u64> {
    let program = program.to_string_lossy();
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in trace.lines() {
        if let Some(object) = line.strip_prefix("ob=") {
            inside = object == program;
        } else if let Some(rest) = line.strip_prefix("0x").filter(|_| inside) {
            let address =
                rest.split(' ').next().and_then(|text| u64::from_str_radix(text, 16).ok());
            found.extend(address);
        }
    }
    found
}

/// The patterns of a section's file and name.
type Name = (String, String);

/// What ran of the sections with a name.
#[derive(Default)]
struct Ran {
    /// Their addresses and sizes.
    sections: BTreeMap<u64, u64>,
    /// The calls in which they ran.
    calls: BTreeSet<usize>,
    /// The bytes of all sections with the name.
    named: u64,
}

impl Ran {
    /// What lies with it: first what every call runs, then what those of one cloud and others run, cloud
    /// by cloud, then what may not run at all.
    fn group(&self) -> usize {
        let ran: u64 = self.sections.values().sum();
        let first = self.calls.first().copied().unwrap_or_default();
        match (self.named < ran * UNSPECIFIC, self.calls.len() == CALLS.len()) {
            (true, true) => 0,
            (true, false) => {
                1 + CLOUDS.iter().position(|cloud| *cloud == CALLS[first][0]).unwrap_or(0)
            }
            (false, _) => 1 + CLOUDS.len(),
        }
    }
}

/// A section that the linker took, and where it put it.
struct Section {
    start: u64,
    size: u64,
    /// `FILE:(SECTION)`.
    place: String,
}

/// The sections in the order of their addresses.
struct Sections(Vec<Section>);

impl Sections {
    /// Reads the linker's map: address, address in the file, size, alignment, place.
    fn read(map: &str) -> Self {
        let section = |line: &str| {
            let mut fields = line.split_whitespace();
            let start = u64::from_str_radix(fields.next()?, 16).ok()?;
            let size = u64::from_str_radix(fields.nth(1)?, 16).ok()?;
            let place = fields.nth(1).filter(|place| place.contains(":(.text"))?.to_owned();
            Some(Section { start, size, place })
        };
        let mut sections: Vec<_> = map.lines().filter_map(section).collect();
        sections.sort_by_key(|section| section.start);
        Self(sections)
    }

    /// The sections that addresses are in.
    fn of(&self, addresses: BTreeSet<u64>) -> impl Iterator<Item = &Section> {
        addresses.into_iter().filter_map(|address| {
            let after = self.0.partition_point(|section| section.start <= address);
            let section = &self.0[after.checked_sub(1)?];
            (address < section.start + section.size).then_some(section)
        })
    }
}

/// The name of a section, without what differs from build to build.
fn lasting(place: &str) -> Option<Name> {
    let (path, section) = place.strip_suffix(')')?.split_once(":(")?;
    let (archive, member) =
        path.split_once('(').map_or((path, false), |(archive, _)| (archive, true));
    let name = archive.rsplit('/').next()?;
    let (stem, _) = name.split_once('-')?;
    let file = if member { format!("*{stem}-*.rlib:*") } else { format!("*{stem}-*.o") };
    // A section that is not of one function has no name of its own.
    section.strip_prefix(".text.")?;
    Some((file, unhashed(section)))
}

/// A section's name with `*` for the hashes in it: the older mangling ends in one, in the newer one they
/// stand before the names of crates.
fn unhashed(section: &str) -> String {
    let section = section.split(".llvm.").next().unwrap_or(section);
    if let Some((name, hash)) = section.rsplit_once("17h")
        && hash.len() == 17
        && hash.ends_with('E')
    {
        return format!("{name}17h*");
    }
    if !section.contains("._R") {
        return section.to_owned();
    }
    let mut parts = section.split("Cs");
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('_') {
            Some((_, rest)) => _ = write!(name, "Cs*_{rest}"),
            None => _ = write!(name, "Cs{part}"),
        }
    }
    name + "*"
}

fn written(ran: &BTreeMap<Name, Ran>) -> String {
    let mut text = String::from(
        "/* The code that a call runs, in one place. Written by `cargo xtask order`. */\n\
         SECTIONS\n{\n  .text.call :\n  {\n",
    );
    let mut files: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for ((file, section), ran) in ran {
        files.entry((ran.group(), file)).or_default().push(section);
    }
    for ((_, file), sections) in files {
        let _ = writeln!(text, "    {file}(");
        for section in sections {
            let _ = writeln!(text, "      {section}");
        }
        text.push_str("    )\n");
    }
    text.push_str("  }\n}\nINSERT BEFORE .text;\n");
    text
}
