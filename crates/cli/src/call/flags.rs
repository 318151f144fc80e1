//! The flags of every call, as one table: parser, help and documentation are made from it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use isobar_catalogue::Cloud;

use super::raw::Capture;
use crate::format::Format;
use crate::shell::Shell;
use crate::units;

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

/// One flag.
#[derive(Debug)]
pub(crate) struct Flag {
    /// Its name without the hyphens.
    pub(crate) name: &'static str,
    /// What its value is called; `None` where it takes none.
    pub(crate) value: Option<&'static str>,
    pub(crate) yields: Yields,
    /// The clouds that have it; empty for all.
    pub(crate) clouds: &'static [Cloud],
    /// What it does; empty for another name of a flag, which the help leaves out.
    pub(crate) help: &'static str,
    pub(crate) set: fn(&mut Options, &str) -> Result<(), String>,
}

const fn flag(
    name: &'static str,
    value: Option<&'static str>,
    help: &'static str,
    set: fn(&mut Options, &str) -> Result<(), String>,
) -> Flag {
    Flag { name, value, yields: Yields::Never, clouds: &[], help, set }
}

impl Flag {
    const fn yields(mut self, yields: Yields) -> Self {
        self.yields = yields;
        self
    }

    const fn of(mut self, clouds: &'static [Cloud]) -> Self {
        self.clouds = clouds;
        self
    }
}

/// The flags, in the order of the help.
pub(crate) const FLAGS: &[Flag] = &[
    flag(
        "input",
        Some("INPUT"),
        "The whole input: @FILE, - for stdin, or JSON or YAML itself; other arguments win over it",
        |o, v| {
            o.input.push(v.to_owned());
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag("cli-input-json", Some("INPUT"), "", |o, v| {
        o.input.push(v.to_owned());
        Ok(())
    }),
    flag("cli-input-yaml", Some("INPUT"), "", |o, v| {
        o.input.push(v.to_owned());
        Ok(())
    }),
    flag(
        "output",
        Some("FORMAT"),
        "json, yaml, table, text, csv or off [default: AWS_DEFAULT_OUTPUT, the profile's, json]",
        |o, v| {
            o.output = v.parse()?;
            o.output_given = true;
            Ok(())
        },
    ),
    flag(
        "query",
        Some("JMESPATH"),
        "Print what this JMESPath expression finds in the output",
        |o, v| {
            o.query = Some(v.to_owned());
            Ok(())
        },
    ),
    flag(
        "jq",
        Some("FILTER"),
        "Print what this jq filter makes of the output; with --all, of each page",
        |o, v| {
            o.jq = Some(v.to_owned());
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag(
        "columns",
        Some("PATHS"),
        "The columns of a table or of csv, separated by commas (InstanceId,State.Name)",
        |o, v| {
            o.columns = v.split(',').map(|path| path.trim().to_owned()).collect();
            if !o.output_given {
                o.output = Format::Table;
            }
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag("all", None, "Get every page, and print items as they arrive", |o, _| {
        o.all = true;
        Ok(())
    })
    .yields(Yields::Always),
    flag("no-paginate", None, "", |o, _| {
        o.all = false;
        Ok(())
    }),
    flag(
        "max-items",
        Some("N"),
        "Get pages until there are so many items; the output's NextToken goes on from there",
        |o, v| {
            o.max_items = Some(
                v.parse()
                    .ok()
                    .filter(|number| *number > 0)
                    .ok_or("must be a whole number, at least 1")?,
            );
            Ok(())
        },
    )
    .yields(Yields::WithoutPages),
    flag("page-size", Some("N"), "How many items a page has", |o, v| {
        o.page_size = Some(v.parse().map_err(|_| "must be a whole number")?);
        Ok(())
    })
    .yields(Yields::WithoutPages),
    flag("starting-token", Some("TOKEN"), "Go on where an output's NextToken says", |o, v| {
        o.starting_token = Some(v.to_owned());
        Ok(())
    })
    .yields(Yields::WithoutPages),
    flag("wait", None, "Wait until what was begun is done", |o, _| {
        o.wait = true;
        Ok(())
    })
    .yields(Yields::Always),
    flag(
        "dry-run",
        None,
        "Print the request that would be sent, signed, and send nothing",
        |o, _| {
            o.dry_run = true;
            Ok(())
        },
    ),
    flag(
        "curl",
        None,
        "Print the curl command that would send the request, and send nothing",
        |o, _| {
            o.curl = true;
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag("region", Some("REGION"), "The region", |o, v| {
        o.region = Some(v.to_owned());
        Ok(())
    })
    .yields(Yields::OnDigitalOcean),
    flag("profile", Some("PROFILE"), "The profile of the vendor's configuration files", |o, v| {
        o.profile = Some(v.to_owned());
        Ok(())
    }),
    flag(
        "endpoint-url",
        Some("URL"),
        "Where to send the request, in the place of the vendor's endpoint",
        |o, v| {
            o.endpoint_url = Some(v.to_owned());
            Ok(())
        },
    ),
    flag("no-sign-request", None, "Send no credentials: for what everybody may do", |o, _| {
        o.no_sign_request = true;
        Ok(())
    })
    .yields(Yields::Always),
    flag(
        "ca-bundle",
        Some("FILE"),
        "Trust the certificates in this file (PEM) and no others",
        |o, v| {
            o.ca_bundle = Some(v.into());
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag(
        "timeout",
        Some("TIME"),
        "How long the call may take with all its retries (30, 500ms, 5m) [default: 100]",
        |o, v| {
            o.timeout = Some(duration(v)?);
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag("cli-read-timeout", Some("SECONDS"), "", |o, v| {
        o.read_timeout = Some(duration(v)?);
        Ok(())
    }),
    flag("cli-connect-timeout", Some("SECONDS"), "", |o, v| {
        o.connect_timeout = Some(duration(v)?);
        Ok(())
    }),
    flag(
        "retries",
        Some("N"),
        "How often a failed attempt is repeated where that is safe [default: 2; where calls are \
         refused for being too many: 9]; all of it within --timeout",
        |o, v| {
            o.retries = Some(
                v.parse()
                    .ok()
                    .filter(|number| *number <= MOST_RETRIES)
                    .ok_or("must be a whole number from 0 to 100")?,
            );
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag("debug", None, "Show the whole conversation on stderr, with secrets masked", |o, _| {
        o.debug = true;
        Ok(())
    })
    .yields(Yields::Always),
    flag("no-pager", None, "Print long output at once; PAGER= does so always", |o, _| {
        o.no_pager = true;
        Ok(())
    })
    .yields(Yields::Always),
    flag("no-cli-pager", None, "", |o, _| {
        o.no_pager = true;
        Ok(())
    }),
    flag(
        "color",
        Some("WHEN"),
        "Colours on a terminal: on, off or auto [default: auto, which NO_COLOR switches off]",
        |o, v| {
            o.colors = match v {
                "on" => Some(true),
                "off" => Some(false),
                "auto" => None,
                _ => return Err("must be on, off or auto".to_owned()),
            };
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag(
        "cli-binary-format",
        Some("FORMAT"),
        "What text given for bytes is: base64 or raw-in-base64-out [default: base64]",
        |o, v| {
            o.raw_blobs = match v {
                "base64" => false,
                "raw-in-base64-out" => true,
                _ => return Err("must be base64 or raw-in-base64-out".to_owned()),
            };
            Ok(())
        },
    )
    .of(&[Cloud::Aws]),
    flag(
        "version",
        Some("VERSION"),
        "The API's version, where there are several or the catalogue has none (2014-05-26)",
        |o, v| {
            o.version = Some(v.to_owned());
            Ok(())
        },
    )
    .yields(Yields::Always)
    .of(&[Cloud::Alibaba, Cloud::Aws]),
    flag(
        "force",
        None,
        "Send what the catalogue does not know, or takes for wrong, with a note",
        |o, _| {
            o.force = true;
            Ok(())
        },
    )
    .yields(Yields::Always),
    flag("help", None, "Show this", |o, _| {
        o.help = true;
        Ok(())
    }),
];

/// More is not patience but a mistake.
const MOST_RETRIES: u32 = 100;

/// The flag of a name, if the cloud has it.
pub(crate) fn find(cloud: Cloud, name: &str) -> Option<&'static Flag> {
    let name = match name {
        "h" => "help",
        "o" => "output",
        name => name,
    };
    FLAGS
        .iter()
        .find(|flag| flag.name == name && (flag.clouds.is_empty() || flag.clouds.contains(&cloud)))
}

/// A time such as `500ms`.
fn duration(text: &str) -> Result<Duration, String> {
    units::duration(text).ok_or_else(|| "must be a time such as 30, 500ms or 5m".to_owned())
}
