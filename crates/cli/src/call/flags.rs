//! The flags of every call, beside the members of its operation.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use isobar_catalogue::{Cloud, Operation, Service};

use super::raw::Capture;
use crate::flags;
use crate::flags::values::{at_least, duration, number, on, text};
use crate::flags::{Flag, Kind, Scope, Table, Value};
use crate::format::{Format, NAMES};
use crate::shell::Shell;

/// What the flags say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) help: bool,
    pub(crate) input: Vec<String>,
    pub(crate) output: Format,
    /// The command line says how to print.
    pub(crate) output_given: bool,
    pub(crate) query: Option<String>,
    pub(crate) jq: Option<String>,
    pub(crate) columns: Vec<String>,
    /// The columns that only the output itself can tell of.
    pub(crate) doubtful: Vec<String>,
    pub(crate) all: bool,
    pub(crate) max_items: Option<usize>,
    pub(crate) page_size: Option<i64>,
    pub(crate) starting_token: Option<String>,
    pub(crate) wait: bool,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) no_sign_request: bool,
    pub(crate) ca_bundle: Option<PathBuf>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) retries: Option<u32>,
    pub(crate) debug: bool,
    pub(crate) curl: bool,
    pub(crate) dry_run: bool,
    pub(crate) raw_blobs: bool,
    pub(crate) version: Option<String>,
    pub(crate) force: bool,
    pub(crate) no_pager: bool,
    /// Whether there are colours, where the command line says.
    pub(crate) colors: Option<bool>,
    /// Keeps the answer of a call that the catalogue does not know.
    pub(crate) capture: Option<Arc<Capture>>,
}

impl Options {
    /// The shell, with colours as the command line says.
    pub(crate) fn shell(&self, shell: &Shell) -> Shell {
        let has_colors = self.colors.unwrap_or(shell.has_colors);
        Shell { has_colors, ..shell.clone() }
    }
}

/// Whether a member of the same name takes a flag's place behind the operation. Before the service,
/// a flag is always a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yields {
    Never,
    Always,
    /// Where the operation has no pages, which is when the vendor's own tool has no such flag.
    WithoutPages,
    /// On DigitalOcean, whose API is the same in all regions.
    OnDigitalOcean,
}

impl Yields {
    /// Whether it is the member that is meant.
    pub(crate) fn to_member(self, service: &Service, operation: &Operation) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::WithoutPages => operation.paging.is_none(),
            Self::OnDigitalOcean => service.cloud == Cloud::DigitalOcean,
        }
    }
}

/// Where a flag belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) yields: Yields,
    /// The clouds that have it; empty for all.
    clouds: &'static [Cloud],
}

impl Scope for Place {
    type Command = Cloud;

    fn has(&self, cloud: Cloud) -> bool {
        self.clouds.has(cloud)
    }
}

const fn place(yields: Yields, clouds: &'static [Cloud]) -> Place {
    Place { yields, clouds }
}

const FIRM: Place = place(Yields::Never, &[]);
const YIELDING: Place = place(Yields::Always, &[]);
const PAGING: Place = place(Yields::WithoutPages, &[]);

/// The flags. Values of members may begin with a dash, and the last flag of a name counts.
pub(crate) static FLAGS: Table<Options, Place> =
    Table { rows: ROWS, has_dashed_words: true, last_counts: true };

const ROWS: &[Flag<Options, Place>] = flags! {
    "input" | "cli-input-json" | "cli-input-yaml" = "INPUT", YIELDING,
        "The whole input: @FILE, - for stdin, or JSON or YAML itself; other arguments win over it",
        |o, v| { o.input.push(v.to_owned()); Ok(()) };
    "output" | "o" = (Value::of("FORMAT", Kind::Words(&NAMES))), FIRM,
        "json, yaml, table, text, csv or off [default: AWS_DEFAULT_OUTPUT, the profile's, json]",
        |o, v| { o.output = v.parse()?; on(&mut o.output_given) };
    "query" = "JMESPATH", FIRM, "Print what this JMESPath expression finds in the output",
        |o, v| text(&mut o.query, v);
    "jq" = "FILTER", YIELDING,
        "Print what this jq filter makes of the output; with --all, of each page",
        |o, v| text(&mut o.jq, v);
    "columns" = "PATHS", YIELDING,
        "The columns of a table or of csv, separated by commas (InstanceId,State.Name)", columns;
    "all", YIELDING, "Get every page, and print items as they arrive", |o, _| on(&mut o.all);
    "no-paginate", FIRM, "", |o, _| { o.all = false; Ok(()) };
    "max-items" = "N", PAGING,
        "Get pages until there are so many items; the output's NextToken goes on from there",
        |o, v| { o.max_items = Some(at_least(v, 1)?); Ok(()) };
    "page-size" = "N", PAGING, "How many items a page has",
        |o, v| { o.page_size = Some(v.parse().map_err(|_| "must be a whole number")?); Ok(()) };
    "starting-token" = "TOKEN", PAGING, "Go on where an output's NextToken says",
        |o, v| text(&mut o.starting_token, v);
    "wait", YIELDING, "Wait until what was begun is done", |o, _| on(&mut o.wait);
    "dry-run", FIRM, "Print the request that would be sent, signed, and send nothing",
        |o, _| on(&mut o.dry_run);
    "curl", YIELDING, "Print the curl command that would send the request, and send nothing",
        |o, _| on(&mut o.curl);
    "region" = (Value::REGION), place(Yields::OnDigitalOcean, &[]), "The region",
        |o, v| text(&mut o.region, v);
    "profile" = (Value::of("PROFILE", Kind::Profile)), FIRM,
        "The profile of the vendor's configuration files", |o, v| text(&mut o.profile, v);
    "endpoint-url" = "URL", FIRM,
        "Where to send the request, in the place of the vendor's endpoint",
        |o, v| text(&mut o.endpoint_url, v);
    "no-sign-request", YIELDING, "Send no credentials: for what everybody may do",
        |o, _| on(&mut o.no_sign_request);
    "ca-bundle" = "FILE", YIELDING, "Trust the certificates in this file (PEM) and no others",
        |o, v| { o.ca_bundle = Some(v.into()); Ok(()) };
    "timeout" = "TIME", YIELDING,
        "How long the call may take with all its retries (30, 500ms, 5m) [default: 100]",
        |o, v| { o.timeout = Some(duration(v)?); Ok(()) };
    "cli-read-timeout" = "TIME", FIRM, "",
        |o, v| { o.read_timeout = Some(duration(v)?); Ok(()) };
    "cli-connect-timeout" = "TIME", FIRM, "",
        |o, v| { o.connect_timeout = Some(duration(v)?); Ok(()) };
    "retries" = "N", YIELDING,
        "How often a failed attempt is repeated where that is safe [default: 2; where calls are \
         refused for being too many: 9]; all of it within --timeout",
        // More is not patience but a mistake.
        |o, v| { o.retries = Some(number(v, 0, 100)?); Ok(()) };
    "debug", YIELDING, "Show the whole conversation on stderr, with secrets masked",
        |o, _| on(&mut o.debug);
    "no-pager" | "no-cli-pager", YIELDING, "Print long output at once; PAGER= does so always",
        |o, _| on(&mut o.no_pager);
    "color" = (Value::of("WHEN", Kind::Words(&["on", "off", "auto"]))), YIELDING,
        "Colours on a terminal: on, off or auto [default: auto, which NO_COLOR switches off]",
        |o, v| { o.colors = (v != "auto").then_some(v == "on"); Ok(()) };
    "cli-binary-format" = (Value::of("FORMAT", Kind::Words(&["base64", "raw-in-base64-out"]))),
        place(Yields::Never, &[Cloud::Aws]),
        "What text given for bytes is: base64 or raw-in-base64-out [default: base64]",
        |o, v| { o.raw_blobs = v != "base64"; Ok(()) };
    "version" = "VERSION", place(Yields::Always, &[Cloud::Alibaba, Cloud::Aws]),
        "The API's version, where there are several or the catalogue has none (2014-05-26)",
        |o, v| text(&mut o.version, v);
    "force", YIELDING, "Send what the catalogue does not know, or takes for wrong, with a note",
        |o, _| on(&mut o.force);
    "help" | "h", FIRM, "Show this", |o, _| on(&mut o.help);
};

/// Columns are a table's, where nothing else is asked for.
fn columns(options: &mut Options, text: &str) -> Result<(), String> {
    options.columns = text.split(',').map(|path| path.trim().to_owned()).collect();
    if !options.output_given {
        options.output = Format::Table;
    }
    Ok(())
}
