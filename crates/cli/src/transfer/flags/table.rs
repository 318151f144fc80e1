//! The flags, one row each.

use std::str::FromStr;

use isobar_transfer::{Archived, Links};

use super::Flags;
use super::values::{bytes, copied, grant, metadata, most_removed, only, property};
use crate::flags;
use crate::flags::values::{duration, number, on, seconds, size, text};
use crate::flags::{Flag, Kind, Table, Value};
use crate::format::{Format, NAMES};
use crate::transfer::verb::Verb;

/// Those that send something.
const CALLING: &[Verb] = &[
    Verb::Copy,
    Verb::Move,
    Verb::Sync,
    Verb::List,
    Verb::Remove,
    Verb::MakeBucket,
    Verb::RemoveBucket,
    Verb::Website,
];
const ALL: &[Verb] = &[
    Verb::Copy,
    Verb::Move,
    Verb::Sync,
    Verb::List,
    Verb::Remove,
    Verb::MakeBucket,
    Verb::RemoveBucket,
    Verb::Presign,
    Verb::Website,
];
const MANY: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync, Verb::Remove];
const LISTING: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync, Verb::Remove, Verb::List];
const BOTH: &[Verb] = &[Verb::Copy, Verb::Move, Verb::Sync];
const SYNC: &[Verb] = &[Verb::Sync];
const LIST: &[Verb] = &[Verb::List];
const RECURSIVE: &[Verb] = &[Verb::Copy, Verb::Move, Verb::List, Verb::Remove];
const UPLOADS: &[Verb] = &[Verb::List, Verb::Remove];

/// As in aws-cli, the usual one where none is named.
const ALGORITHM: Value = Value::of("ALGORITHM", Kind::Text).bare("AES256");

/// The flags. As in the vendors' tools, what begins with a dash is a flag, and the last one of a name counts.
pub(crate) static FLAGS: Table<Flags, &[Verb]> =
    Table { rows: ROWS, has_dashed_words: false, last_counts: true };

const ROWS: &[Flag<Flags, &[Verb]>] = flags! {
    "recursive" | "r", RECURSIVE,
        "All that is below the folder or prefix.", |flags, _| on(&mut flags.recursive);
    "exclude" = "PATTERN", MANY,
        "Leave out names that match; `*` matches slashes too. The last rule that matches decides.",
        |flags, text| { flags.filters.push((false, text.to_owned())); Ok(()) };
    "include" = "PATTERN", MANY,
        "Take names that match back in.",
        |flags, text| { flags.filters.push((true, text.to_owned())); Ok(()) };
    "delete", SYNC,
        "Remove from the target what the source lacks, once all else has succeeded.",
        |flags, _| on(&mut flags.delete);
    "max-delete" = "N|N%", SYNC,
        "How much of the target --delete may remove. Default: 50%; a terminal is asked for more.",
        |flags, text| { flags.most_removed = Some(most_removed(text)?); Ok(()) };
    "size-only", SYNC,
        "Only a different size is a difference.", |flags, _| on(&mut flags.size_only);
    "exact-timestamps", SYNC,
        "What is downloaded differs where times do, in either direction: so it is anyway.",
        |flags, _| on(&mut flags.exact);
    "checksum", SYNC,
        "A different content is a difference, whatever the times.",
        |flags, _| on(&mut flags.checksum);
    "update", SYNC,
        "Leave what is newer in the target as it is.", |flags, _| on(&mut flags.update);
    "no-overwrite", BOTH,
        "Leave what is there already as it is.", |flags, _| on(&mut flags.no_overwrite);
    "follow-symlinks", BOTH,
        "Follow links that lead out of a folder too. Default: those that stay within it.",
        |flags, _| { flags.links = Some(Links::All); Ok(()) };
    "no-follow-symlinks", BOTH,
        "Follow no links in a folder, and leave them out.",
        |flags, _| { flags.links = Some(Links::None); Ok(()) };
    "dry-run" | "dryrun", MANY,
        "Say what would be done, and do nothing.", |flags, _| on(&mut flags.dry_run);
    "uploads", UPLOADS,
        "Of uploads in parts that were begun and have not ended: list or give up these.",
        |flags, _| on(&mut flags.uploads);
    "older-than" = "TIME", UPLOADS,
        "With --uploads: only those that were begun before so long: 12h, 7d.",
        |flags, text| { flags.older_than = Some(seconds(text, 3650)?); Ok(()) };
    "human-readable", LIST,
        "Sizes in KiB, MiB and so on.", |flags, _| on(&mut flags.human_readable);
    "summarize", LIST,
        "Say at the end how many there are, and their size.", |flags, _| on(&mut flags.summarize);
    "bucket-name-prefix" = "TEXT", LIST, "Of the buckets, those whose names begin with this.",
        |flags, value| text(&mut flags.bucket_prefix, value);
    "bucket-region" = (Value::REGION), LIST, "Of the buckets, those in this region.",
        |flags, value| text(&mut flags.bucket_region, value);
    "page-size" = "COUNT", LISTING, "How many entries the store is asked for at once.",
        |flags, text| { flags.page_size = Some(number(text, 1, 100_000)?); Ok(()) };
    "request-payer" = (Value::of("", Kind::Words(&["requester"])).bare("requester")), LISTING, "Pay for the calls, where a bucket's owner does not.",
        |flags, _| on(&mut flags.requester_pays);
    "force" | "f", &[Verb::RemoveBucket],
        "Remove all objects in it before; old versions stay.", |flags, _| on(&mut flags.force);
    // ossutil's: we ask nothing before.
    "force" | "f", &[Verb::Copy, Verb::Move, Verb::Remove], "", |_, _| Ok(());
    "index-document" = "NAME", &[Verb::Website], "What is shown for a folder: index.html.",
        |flags, value| text(&mut flags.index, value);
    "error-document" = "KEY", &[Verb::Website], "What is shown for what is not there.",
        |flags, value| text(&mut flags.error, value);
    "no-resume", BOTH,
        "Keep nothing of what is interrupted, and go on with nothing that was.",
        |flags, _| on(&mut flags.no_resume);
    "parallel" = "COUNT", BOTH,
        "How many parts are under way at once. Default: 10.",
        |flags, text| { flags.parallel = Some(number(text, 1, 256)? as usize); Ok(()) };
    "part-size" = "SIZE", BOTH,
        "The size of parts, as in 64MiB. Default: 16MiB, more for very large objects.",
        |flags, text| { flags.part_size = Some(size(text)?); Ok(()) };
    "expected-size" = "SIZE", &[Verb::Copy],
        "About how long stdin is, where that is more than 156GiB.",
        |flags, text| { flags.expected_size = Some(size(text)?); Ok(()) };
    "expires-in" = "TIME", &[Verb::Presign],
        "How long the URL is good: 15m, 12h, 7d or seconds. Default: 1h.",
        |flags, text| { flags.expires_in = Some(seconds(text, 7)?); Ok(()) };
    "method" = ["GET", "PUT"], &[Verb::Presign], "Whether it reads or writes. Default: GET.",
        |flags, text| { flags.writes = text == "PUT"; Ok(()) };
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
    "website-redirect" = "URL", BOTH, "Where a site sends those who ask for it; not for oss://.",
        |flags, value| property(flags, "website-redirect", value);
    "metadata" = "NAME=VALUE,...", BOTH, "What else shall be written on it; JSON is taken too.",
        metadata;
    "metadata-directive" = ["COPY", "REPLACE"], BOTH,
        "Whether a copy keeps what its source says of itself. Default: COPY, under what flags say.",
        |flags, text| { flags.replaces = Some(text == "REPLACE"); Ok(()) };
    "acl" = "ACL", BOTH, "Who may read it: private, public-read and what else the store knows.",
        |flags, value| property(flags, "acl", value);
    "grants" = (Value::of("RIGHT=TYPE=ID ...", Kind::Text).list()), BOTH,
        "Who else may read it (read, readacl, writeacl, full): read=uri=URI full=id=ID.", grant;
    "storage-class" = "CLASS", BOTH, "How it is kept: STANDARD_IA, say; for oss:// IA.",
        |flags, value| property(flags, "storage-class", value);
    "sse" = (ALGORITHM), BOTH,
        "How the store encrypts it: AES256 (without a value too), aws:kms, for oss:// KMS.",
        |flags, value| property(flags, "sse", value);
    "sse-kms-key-id" = "ID", BOTH, "The key service's key for that.",
        |flags, value| property(flags, "sse-kms-key-id", value);
    "sse-c" = (ALGORITHM), BOTH,
        "That objects are encrypted with a key of yours: AES256 (without a value too).",
        |flags, value| text(&mut flags.customer_key.algorithm, value);
    "sse-c-key" = "KEY", BOTH,
        "That key: 32 bytes as they are, or fileb://FILE, which other programs do not see.",
        |flags, text| { flags.customer_key.key = Some(bytes(text)?); Ok(()) };
    "sse-c-copy-source" = (ALGORITHM), BOTH,
        "From store to store: that the source is encrypted with a key of yours.",
        |flags, value| text(&mut flags.source_key.algorithm, value);
    "sse-c-copy-source-key" = "KEY", BOTH, "The key of the source, as --sse-c-key.",
        |flags, text| { flags.source_key.key = Some(bytes(text)?); Ok(()) };
    "tagging" = "KEY=VALUE&...", BOTH, "The tags of what is written, as in a query.",
        |flags, value| property(flags, "tagging", value);
    "copy-props" = ["none", "metadata-directive", "default"], BOTH,
        "From store to store: take along nothing, all but the tags, or the tags too (default).",
        copied;
    "force-glacier-transfer", BOTH, "Try to read what lies in an archive too.",
        |flags, _| { flags.archived = Archived::Tried; Ok(()) };
    "ignore-glacier-warnings", BOTH, "Leave out what lies in an archive without a word.",
        |flags, _| { flags.archived = Archived::Ignored; Ok(()) };
    "case-conflict" = "ignore", BOTH, "", |_, text| only(text, "ignore");
    "checksum-mode" = "ENABLED", BOTH, "", |_, text| only(text, "ENABLED");
    "checksum-algorithm" = "ALGORITHM", BOTH, "", |_, text| only(text, "CRC64NVME");
    "quiet", MANY, "Say nothing but errors.", |flags, _| on(&mut flags.quiet);
    "only-show-errors", MANY, "Say nothing but errors and warnings.",
        |flags, _| on(&mut flags.only_errors);
    "no-progress", MANY, "Show no progress bar.", |flags, _| on(&mut flags.no_progress);
    "output" | "o" = (Value::of("FORMAT", Kind::Words(&NAMES))), ALL,
        "json, yaml or table in the place of lines; names are exact there. Default: text.",
        |flags, text| { flags.output = Some(Format::from_str(text)?); Ok(()) };
    "region" = (Value::REGION), ALL, "The region of the store.",
        |flags, value| text(&mut flags.region, value);
    "profile" = (Value::of("NAME", Kind::Profile)), ALL, "The profile with the credentials.",
        |flags, value| text(&mut flags.profile, value);
    "endpoint-url" | "endpoint" = "URL", ALL, "A base URL that replaces the vendor's.",
        |flags, value| text(&mut flags.endpoint_url, value);
    "ca-bundle" = "FILE", ALL, "Certificates to trust, in PEM.",
        |flags, value| text(&mut flags.ca_bundle, value);
    "no-sign-request", CALLING, "Without credentials, for what is open to all.",
        |flags, _| on(&mut flags.no_sign_request);
    "source-region" = (Value::REGION), BOTH, "From store to store: the region of the source.",
        |flags, value| text(&mut flags.source_region, value);
    "source-profile" = (Value::of("NAME", Kind::Profile)), BOTH, "From store to store: the profile of the source.",
        |flags, value| text(&mut flags.source_profile, value);
    "source-endpoint-url" = "URL", BOTH, "From store to store: the base URL of the source.",
        |flags, value| text(&mut flags.source_endpoint_url, value);
    "timeout" = "TIME", CALLING,
        "How long all of it may take: 30, 500ms, 5m. Default: as long as it goes on.",
        |flags, text| { flags.timeout = Some(duration(text)?); Ok(()) };
    "cli-read-timeout" = "TIME", CALLING, "",
        |flags, text| { flags.read_timeout = Some(duration(text)?); Ok(()) };
    "cli-connect-timeout" = "TIME", CALLING, "",
        |flags, text| { flags.connect_timeout = Some(duration(text)?); Ok(()) };
    "retries" = "N", CALLING,
        "How often a failed call or part is repeated. Default: 3 for a call, 4 for a part.",
        |flags, text| { flags.retries = Some(number(text, 0, 100)?); Ok(()) };
    "debug", CALLING, "Show the whole conversation on stderr, with secrets masked.",
        |flags, _| on(&mut flags.debug);
    // aws-cli takes these of its commands for S3 and does nothing with them.
    "no-paginate", ALL, "", |_, _| Ok(());
    "no-cli-pager", ALL, "", |_, _| Ok(());
    "no-cli-auto-prompt", ALL, "", |_, _| Ok(());
    "color" = "WHEN", ALL, "", |_, _| Ok(());
    "help" | "h", ALL, "Show this.", |_, _| Ok(());
};

/// Flags of aws-cli and of ossutil that are not built.
pub(super) const NOT_BUILT: [&str; 10] = [
    "no-verify-ssl",
    "only-current-dir",
    "payer",
    "progress-frequency",
    "progress-multiline",
    "query",
    "snapshot-path",
    "tags",
    "validate-same-s3-paths",
    "version-id",
];
