//! The flags of transfers, as one table: parser and help are made from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use isobar_transfer::Properties;

use crate::report::Error;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `cp`
    Copy,
    /// `mv`
    Move,
    /// `sync`
    Sync,
    /// `ls`
    List,
    /// `rm`
    Remove,
    /// `presign`
    Presign,
}

/// A command's row: how it is called, and what it says of itself.
struct Row {
    verb: Verb,
    usage: &'static str,
    about: &'static str,
    places: usize,
}

const ROWS: [Row; 6] = [
    Row {
        verb: Verb::Copy,
        usage: "isobar cp FROM TO",
        about: "Copy files and objects. Each is a path, `-`, or s3://, spaces:// or oss://BUCKET/KEY.",
        places: 2,
    },
    Row {
        verb: Verb::Move,
        usage: "isobar mv FROM TO",
        about: "Copy files and objects, and remove each where it was once it has arrived.",
        places: 2,
    },
    Row {
        verb: Verb::Sync,
        usage: "isobar sync FROM TO",
        about: "Copy what differs between a folder and a prefix, or between two prefixes.",
        places: 2,
    },
    Row {
        verb: Verb::List,
        usage: "isobar ls s3://[BUCKET[/PREFIX]]",
        about: "List objects, or the buckets, with times in UTC.",
        places: 1,
    },
    Row {
        verb: Verb::Remove,
        usage: "isobar rm s3://BUCKET/KEY",
        about: "Remove objects.",
        places: 1,
    },
    Row {
        verb: Verb::Presign,
        usage: "isobar presign s3://BUCKET/KEY",
        about: "Print a URL with which anybody may read the object, or write it, for a time.",
        places: 1,
    },
];

fn row(verb: Verb) -> &'static Row {
    ROWS.iter().find(|row| row.verb == verb).expect("every command has its row")
}

/// What the arguments say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) places: Vec<String>,
    pub(crate) recursive: bool,
    pub(crate) delete: bool,
    pub(crate) dry_run: bool,
    pub(crate) size_only: bool,
    pub(crate) checksum: bool,
    /// Whether it includes, and the pattern.
    pub(crate) filters: Vec<(bool, String)>,
    pub(crate) no_resume: bool,
    pub(crate) quiet: bool,
    pub(crate) no_progress: bool,
    pub(crate) parallel: Option<usize>,
    pub(crate) part_size: Option<u64>,
    pub(crate) expected_size: Option<u64>,
    /// What the objects shall say of themselves.
    pub(crate) properties: Properties,
    pub(crate) no_guess: bool,
    /// For how many seconds a URL is good.
    pub(crate) expires_in: Option<u32>,
    /// A URL is for writing.
    pub(crate) writes: bool,
    pub(crate) no_sign_request: bool,
    pub(crate) ca_bundle: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) source_region: Option<String>,
    pub(crate) source_profile: Option<String>,
    pub(crate) source_endpoint_url: Option<String>,
}

struct Flag {
    name: &'static str,
    /// What its value is called; `None` where it takes none.
    value: Option<&'static str>,
    verbs: &'static [Verb],
    help: &'static str,
    set: fn(&mut Flags, &str) -> Result<(), String>,
}

const ALL: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync, Verb::List, Verb::Remove, Verb::Presign];
/// Those that send something.
const CALLING: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync, Verb::List, Verb::Remove];
const MANY: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync, Verb::Remove];
const BOTH: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync];
const SYNC: &[Verb] = &[Verb::Sync];

macro_rules! flags {
    ($($name:literal $(= $value:literal)?, $verbs:expr, $help:literal, $set:expr;)*) => {
        &[$(Flag {
            name: $name,
            value: flags!(@value $($value)?),
            verbs: $verbs,
            help: $help,
            set: $set,
        }),*]
    };
    (@value) => { None };
    (@value $value:literal) => { Some($value) };
}

fn on(flag: &mut bool) -> Result<(), String> {
    *flag = true;
    Ok(())
}

fn text(flag: &mut Option<String>, text: &str) -> Result<(), String> {
    *flag = Some(text.to_owned());
    Ok(())
}

fn property(flags: &mut Flags, name: &str, value: &str) -> Result<(), String> {
    flags.properties.set(name, value).map_err(|error| format!("valid: {error}"))
}

/// What the owner writes on objects: `owner=me,stage=test`, or a JSON object.
fn metadata(flags: &mut Flags, text: &str) -> Result<(), String> {
    let pairs = if text.trim_start().starts_with('{') {
        serde_json::from_str::<BTreeMap<String, String>>(text).ok()
    } else {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), value.to_owned()))
        };
        text.split(',').map(pair).collect()
    };
    let pairs = pairs.ok_or_else(|| "NAME=VALUE,… or a JSON object of texts".to_owned())?;
    for (name, value) in pairs {
        let set = flags.properties.set_metadata(&name, &value);
        set.map_err(|error| format!("valid: {error}"))?;
    }
    Ok(())
}

static FLAGS: &[Flag] = flags! {
    "recursive", &[Verb::Copy, Verb::Move, Verb::List, Verb::Remove],
        "All that is below the folder or prefix.", |flags, _| on(&mut flags.recursive);
    "exclude" = "PATTERN", MANY,
        "Leave out names that match; `*` matches slashes too. The last rule that matches decides.",
        |flags, text| { flags.filters.push((false, text.to_owned())); Ok(()) };
    "include" = "PATTERN", MANY,
        "Take names that match back in.",
        |flags, text| { flags.filters.push((true, text.to_owned())); Ok(()) };
    "delete", SYNC,
        "Remove from the target what the source lacks.", |flags, _| on(&mut flags.delete);
    "size-only", SYNC,
        "Only a different size is a difference.", |flags, _| on(&mut flags.size_only);
    "checksum", SYNC,
        "A different content is a difference, whatever the times.",
        |flags, _| on(&mut flags.checksum);
    "dry-run", MANY,
        "Say what would be done, and do nothing.", |flags, _| on(&mut flags.dry_run);
    "no-resume", BOTH,
        "Keep nothing of what is interrupted, and go on with nothing that was.",
        |flags, _| on(&mut flags.no_resume);
    "parallel" = "COUNT", BOTH,
        "How many parts are under way at once. Default: 10.",
        |flags, text| { flags.parallel = Some(count(text)?); Ok(()) };
    "part-size" = "SIZE", BOTH,
        "The size of parts, as in 64MiB. Default: 16MiB, more for very large objects.",
        |flags, text| { flags.part_size = Some(size(text)?); Ok(()) };
    "expected-size" = "SIZE", &[Verb::Copy],
        "About how long stdin is, where that is more than 156GiB.",
        |flags, text| { flags.expected_size = Some(size(text)?); Ok(()) };
    "expires-in" = "TIME", &[Verb::Presign],
        "How long the URL is good: 15m, 12h, 7d or seconds. Default: 1h.",
        |flags, text| { flags.expires_in = Some(seconds(text)?); Ok(()) };
    "method" = "GET|PUT", &[Verb::Presign], "Whether it reads or writes. Default: GET.",
        |flags, text| match text.to_ascii_uppercase().as_str() {
            "GET" => { flags.writes = false; Ok(()) }
            "PUT" => { flags.writes = true; Ok(()) }
            _ => Err("GET or PUT".to_owned()),
        };
    "content-type" = "TYPE", BOTH,
        "The media type. Default: by the file's name; of a copy, its source's.",
        |flags, value| property(flags, "content-type", value);
    "no-guess-mime-type", BOTH,
        "Give what is uploaded no media type by its name.", |flags, _| on(&mut flags.no_guess);
    "cache-control" = "TEXT", BOTH, "How long it may be cached: max-age=3600.",
        |flags, value| property(flags, "cache-control", value);
    "content-disposition" = "TEXT", BOTH, "How it is shown: attachment; filename=x.pdf.",
        |flags, value| property(flags, "content-disposition", value);
    "content-encoding" = "CODING", BOTH, "How its content is coded: gzip.",
        |flags, value| property(flags, "content-encoding", value);
    "content-language" = "LANGUAGE", BOTH, "Its language; not for oss://.",
        |flags, value| property(flags, "content-language", value);
    "expires" = "TIME", BOTH, "When caches shall forget it: 2030-01-31T12:00:00Z.",
        |flags, value| property(flags, "expires", value);
    "metadata" = "NAME=VALUE,...", BOTH, "What else shall be written on it; JSON is taken too.",
        metadata;
    "acl" = "ACL", BOTH, "Who may read it: private, public-read and what else the store knows.",
        |flags, value| property(flags, "acl", value);
    "storage-class" = "CLASS", BOTH, "How it is kept: STANDARD_IA, say; for oss:// IA.",
        |flags, value| property(flags, "storage-class", value);
    "sse" = "ALGORITHM", BOTH, "How the store encrypts it: AES256, or aws:kms, for oss:// KMS.",
        |flags, value| property(flags, "sse", value);
    "sse-kms-key-id" = "ID", BOTH, "The key service's key for that.",
        |flags, value| property(flags, "sse-kms-key-id", value);
    "quiet", MANY, "Say nothing but errors.", |flags, _| on(&mut flags.quiet);
    "no-progress", MANY, "Show no progress bar.", |flags, _| on(&mut flags.no_progress);
    "region" = "REGION", ALL, "The region of the store.",
        |flags, value| text(&mut flags.region, value);
    "profile" = "NAME", ALL, "The profile with the credentials.",
        |flags, value| text(&mut flags.profile, value);
    "endpoint-url" = "URL", ALL, "A base URL that replaces the vendor's.",
        |flags, value| text(&mut flags.endpoint_url, value);
    "ca-bundle" = "FILE", ALL, "Certificates to trust, in PEM.",
        |flags, value| text(&mut flags.ca_bundle, value);
    "no-sign-request", CALLING, "Without credentials, for what is open to all.",
        |flags, _| on(&mut flags.no_sign_request);
    "source-region" = "REGION", BOTH, "From store to store: the region of the source.",
        |flags, value| text(&mut flags.source_region, value);
    "source-profile" = "NAME", BOTH, "From store to store: the profile of the source.",
        |flags, value| text(&mut flags.source_profile, value);
    "source-endpoint-url" = "URL", BOTH, "From store to store: the base URL of the source.",
        |flags, value| text(&mut flags.source_endpoint_url, value);
};

/// Other spellings.
const ALIASES: [(&str, &str); 2] = [("dryrun", "dry-run"), ("r", "recursive")];

fn count(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|count| (1..=256).contains(count));
    number.ok_or_else(|| "a number from 1 to 256".to_owned())
}

/// A time of at most seven days, in seconds or with a unit.
fn seconds(text: &str) -> Result<u32, String> {
    const UNITS: [(char, u32); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let unit = UNITS.iter().find_map(|(unit, length)| Some((text.strip_suffix(*unit)?, *length)));
    let (digits, length) = unit.unwrap_or((text, 1));
    let number = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(length));
    number
        .filter(|seconds| (1..=7 * 86_400).contains(seconds))
        .ok_or_else(|| "from 1s to 7d".to_owned())
}

/// A number of bytes, with or without a unit.
fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u32); 4] = [("KIB", 10), ("MIB", 20), ("GIB", 30), ("TIB", 40)];
    let upper = text.to_ascii_uppercase();
    let unit = UNITS.iter().find_map(|(unit, shift)| Some((upper.strip_suffix(unit)?, *shift)));
    let (digits, shift) = unit.unwrap_or((&upper, 0));
    let number = digits.trim().parse::<u64>().ok().filter(|number| *number > 0);
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .ok_or_else(|| "a number of bytes, or one with KiB, MiB, GiB or TiB".to_owned())
}

impl Flags {
    /// What the arguments say; nothing where they ask for help.
    pub(crate) fn read(verb: Verb, arguments: Vec<String>) -> Result<Option<Self>, Error> {
        let mut flags = Self::default();
        let mut rest = arguments.into_iter();
        let mut only_places = false;
        while let Some(argument) = rest.next() {
            let name = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'));
            let Some(name) = name.filter(|name| !only_places && !name.is_empty()) else {
                // `--` alone ends the flags; `-` alone is a place.
                match argument.as_str() {
                    "--" if !only_places => only_places = true,
                    _ => flags.places.push(argument),
                }
                continue;
            };
            if matches!(name, "help" | "h") {
                return Ok(None);
            }
            let (name, given) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            let alias = ALIASES.iter().find(|(other, _)| *other == name);
            let name = alias.map_or(name, |(_, name)| name);
            let flag = FLAGS.iter().find(|flag| flag.name == name && flag.verbs.contains(&verb));
            let flag = flag.ok_or_else(|| {
                Error::usage("unknown_flag", format!("there is no flag --{name} here"))
                    .hint(format!("{} --help lists them", command(verb)))
            })?;
            let value = match (flag.value, given) {
                (None, None) => String::new(),
                (None, Some(_)) => {
                    let text = format!("--{name} takes no value");
                    return Err(Error::usage("needless_value", text));
                }
                (Some(value), given) => given.or_else(|| rest.next()).ok_or_else(|| {
                    Error::usage("value_missing", format!("--{name} needs a value: {value}"))
                })?,
            };
            (flag.set)(&mut flags, &value).map_err(|valid| {
                let text = format!("--{name}: `{value}` is not {valid}");
                Error::usage("invalid_value", text)
            })?;
        }
        let row = row(verb);
        if flags.places.len() != row.places {
            return Err(Error::usage("wrong_places", format!("usage: {}", row.usage))
                .hint(format!("{} --help says more", command(verb))));
        }
        Ok(Some(flags))
    }
}

fn command(verb: Verb) -> &'static str {
    let usage = row(verb).usage;
    usage.match_indices(' ').nth(1).map_or(usage, |(end, _)| &usage[..end])
}

/// The help of a command.
pub(crate) fn help(verb: Verb) -> String {
    let row = row(verb);
    let mut out = format!("{}\n\nUsage: {} [flags]\n\nFlags:", row.about, row.usage);
    for flag in FLAGS.iter().filter(|flag| flag.verbs.contains(&verb)) {
        let value = flag.value.map_or_else(String::new, |value| format!(" {value}"));
        let name = format!("--{}{value}", flag.name);
        write!(out, "\n  {name:28} {}", flag.help).expect("writing to a String does not fail");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(verb: Verb, arguments: &[&str]) -> Result<Flags, String> {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let flags = Flags::read(verb, arguments).map_err(|error| error.code)?;
        flags.ok_or_else(|| "help".to_owned())
    }

    #[test]
    fn flags_stand_anywhere_and_filters_keep_their_order() {
        let arguments =
            ["--exclude", "*", "a", "--include=*.txt", "-", "--part-size", "64MiB", "-r"];
        let flags = read(Verb::Copy, &arguments).unwrap();
        assert_eq!(flags.places, ["a", "-"]);
        assert_eq!(flags.filters, [(false, "*".to_owned()), (true, "*.txt".to_owned())]);
        assert_eq!((flags.part_size, flags.recursive), (Some(64 << 20), true));
        assert_eq!(read(Verb::Copy, &["--", "--a", "b"]).unwrap().places, ["--a", "b"]);
    }

    #[test]
    fn times_have_units() {
        for (text, expected) in
            [("90", Some(90)), ("90s", Some(90)), ("15m", Some(900)), ("7d", Some(604_800))]
        {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
        for text in ["", "0", "8d", "-1", "1.5h", "d", "99999999999"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let rows: [(&[&str], &str); 9] = [
            (&["a"], "wrong_places"),
            (&["a", "b", "--delete"], "unknown_flag"),
            (&["a", "b", "--region"], "value_missing"),
            (&["a", "b", "--quiet=yes"], "needless_value"),
            (&["a", "b", "--parallel", "0"], "invalid_value"),
            (&["a", "b", "--part-size", "1XB"], "invalid_value"),
            (&["a", "b", "--expires", "soon"], "invalid_value"),
            (&["a", "b", "--metadata", "a"], "invalid_value"),
            (&["a", "--help"], "help"),
        ];
        for (arguments, code) in rows {
            assert_eq!(read(Verb::Copy, arguments).unwrap_err(), code, "{arguments:?}");
        }
        assert!(help(Verb::Sync).contains("--delete"));
        assert!(!help(Verb::List).contains("--delete"));
    }
}
