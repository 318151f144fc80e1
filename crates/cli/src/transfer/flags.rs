//! What the arguments of transfers say.

mod table;
mod values;

use std::time::Duration;

use isobar_transfer::{Archived, CustomerKey, Links, MostRemoved, Properties};

use super::verb::{Verb, Words};
use crate::flags::{Parsed, What};
use crate::format::Format;
use crate::report::Error;
pub(crate) use table::FLAGS;
use table::NOT_BUILT;

/// What the arguments say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) words: Words,
    pub(crate) places: Vec<String>,
    pub(crate) recursive: bool,
    pub(crate) delete: bool,
    pub(crate) most_removed: Option<MostRemoved>,
    pub(crate) dry_run: bool,
    pub(crate) size_only: bool,
    pub(crate) exact: bool,
    pub(crate) checksum: bool,
    pub(crate) update: bool,
    pub(crate) no_overwrite: bool,
    pub(crate) links: Option<Links>,
    /// Whether it includes, and the pattern.
    pub(crate) filters: Vec<(bool, String)>,
    /// Of uploads that have not ended.
    pub(crate) uploads: bool,
    /// In seconds.
    pub(crate) older_than: Option<u32>,
    pub(crate) human_readable: bool,
    pub(crate) summarize: bool,
    pub(crate) bucket_prefix: Option<String>,
    pub(crate) bucket_region: Option<String>,
    pub(crate) page_size: Option<u32>,
    pub(crate) requester_pays: bool,
    pub(crate) force: bool,
    pub(crate) index: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) no_resume: bool,
    pub(crate) quiet: bool,
    pub(crate) only_errors: bool,
    pub(crate) no_progress: bool,
    pub(crate) output: Option<Format>,
    pub(crate) parallel: Option<usize>,
    pub(crate) part_size: Option<u64>,
    pub(crate) expected_size: Option<u64>,
    /// What the objects shall say of themselves.
    pub(crate) properties: Properties,
    pub(crate) has_metadata: bool,
    /// Whether a copy leaves behind what its source says of itself.
    pub(crate) replaces: Option<bool>,
    pub(crate) no_tags: bool,
    pub(crate) archived: Archived,
    pub(crate) customer_key: KeyFlags,
    /// Of a copy's source.
    pub(crate) source_key: KeyFlags,
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
    pub(crate) timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) retries: Option<u32>,
    pub(crate) debug: bool,
}

/// What the two flags of a customer's key say.
#[derive(Clone, Default)]
pub(crate) struct KeyFlags {
    algorithm: Option<String>,
    key: Option<Vec<u8>>,
}

impl std::fmt::Debug for KeyFlags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyFlags").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl KeyFlags {
    /// The key, where one is given; `name` is that of the flag for the algorithm.
    fn key(&self, name: &str) -> Result<Option<CustomerKey>, Error> {
        match (&self.algorithm, &self.key) {
            (None, None) => Ok(None),
            (Some(algorithm), Some(key)) => {
                Ok(Some(CustomerKey { algorithm: algorithm.clone(), key: key.clone() }))
            }
            _ => {
                let text = format!("--{name} and --{name}-key go together");
                Err(Error::usage("usage", text))
            }
        }
    }
}

impl Flags {
    /// The key with which the objects of a store are encrypted: of what is written or read, or of what
    /// is the source of a copy.
    pub(crate) fn customer_key(&self, is_copied: bool) -> Result<Option<CustomerKey>, Error> {
        match is_copied {
            true => self.source_key.key("sse-c-copy-source"),
            false => self.customer_key.key("sse-c"),
        }
    }

    /// What the arguments say; nothing where they ask for help.
    pub(crate) fn read(
        verb: Verb,
        words: Words,
        arguments: Vec<String>,
    ) -> Result<Option<Self>, Error> {
        let command = words.command(verb);
        let parsed = FLAGS.parse(verb, arguments).map_err(|wrong| match wrong.what {
            What::Unknown if NOT_BUILT.contains(&wrong.name.as_str()) => {
                not_built(words, &wrong.name)
            }
            _ => wrong.error(&format!("{command} --help lists all")),
        })?;
        let Some(Parsed { options, words: places, .. }) = parsed else { return Ok(None) };
        if words != Words::Own && places.first().is_some_and(|word| word == "help") {
            return Ok(None);
        }
        let mut flags = Self { words, places, ..options };
        flags.complete(verb);
        let row = verb.row();
        if flags.places.len() != row.count {
            let text = format!("usage: {command} {}", row.places);
            return Err(
                Error::usage("wrong_places", text).hint(format!("{command} --help says more"))
            );
        }
        if flags.older_than.is_some() && !flags.uploads {
            return Err(Error::usage("usage", "--older-than is of --uploads"));
        }
        Ok(Some(flags))
    }

    /// Adds what the words leave out.
    fn complete(&mut self, verb: Verb) {
        let Some(scheme) = self.words.scheme() else { return };
        if verb == Verb::List && self.places.is_empty() {
            self.places.push(format!("{scheme}://"));
        }
        // As the vendors' tools take buckets where nothing else can stand.
        let is_remote = !matches!(verb, Verb::Copy | Verb::Move | Verb::Sync);
        for place in self.places.iter_mut().filter(|place| is_remote && !place.contains("://")) {
            place.insert_str(0, &format!("{scheme}://"));
        }
        if self.words == Words::Aws && self.has_metadata {
            self.replaces.get_or_insert(true);
        }
    }
}

/// That a flag of the vendors' own tools is not there.
fn not_built(words: Words, name: &str) -> Error {
    let api = match words {
        Words::Alibaba => "isobar alibaba oss --help",
        _ => "isobar aws s3api --help",
    };
    let text = format!("--{name} is not implemented for files and objects");
    Error::usage("not_implemented", text)
        .hint(format!("the operations that {api} lists take what there is"))
}

/// The help of a command.
pub(crate) fn help(verb: Verb, words: Words) -> String {
    let row = verb.row();
    let usage = format!("{} {} [flags]", words.command(verb), row.places);
    FLAGS.help(verb, row.about, &usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_words(verb: Verb, words: Words, arguments: &[&str]) -> Result<Flags, String> {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let flags = Flags::read(verb, words, arguments).map_err(|error| error.code)?;
        flags.ok_or_else(|| "help".to_owned())
    }

    fn read(verb: Verb, arguments: &[&str]) -> Result<Flags, String> {
        in_words(verb, Words::Own, arguments)
    }

    #[test]
    fn flags_stand_anywhere_and_filters_keep_their_order() {
        let arguments =
            ["--exclude", "*", "a", "--include=*.txt", "-", "--part-size", "64MiB", "-r"];
        let flags = read(Verb::Copy, &arguments).unwrap();
        assert_eq!(flags.places, ["a", "-"]);
        assert_eq!(flags.filters, [(false, "*".to_owned()), (true, "*.txt".to_owned())]);
        assert_eq!((flags.part_size, flags.recursive), (Some(64 << 20), true));
        let grants = ["a", "b", "--grants", "read=uri=u", "full=id=1,id=2", "--quiet"];
        let flags = read(Verb::Copy, &grants).unwrap();
        assert_eq!((flags.places.len(), flags.quiet), (2, true));
        assert_eq!(read(Verb::Copy, &["--", "--a", "b"]).unwrap().places, ["--a", "b"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let rows: [(&[&str], &str); 14] = [
            (&["a", "b", "--grants", "read=uri=u", "full"], "invalid_value"),
            (&["a"], "wrong_places"),
            (&["a", "b", "--delete"], "flag_unknown"),
            (&["a", "b", "--region"], "value_missing"),
            (&["a", "b", "--quiet=yes"], "needless_value"),
            (&["a", "b", "--parallel", "0"], "invalid_value"),
            (&["a", "b", "--part-size", "1XB"], "invalid_value"),
            (&["a", "b", "--expires", "soon"], "invalid_value"),
            (&["a", "b", "--metadata", "a"], "invalid_value"),
            (&["a", "b", "--checksum-algorithm", "SHA256"], "invalid_value"),
            (&["a", "b", "--copy-props", "some"], "invalid_value"),
            (&["a", "b", "--sse-c-key", "fileb:///none"], "invalid_value"),
            (&["a", "b", "--query", "k"], "not_implemented"),
            (&["a", "--help"], "help"),
        ];
        for (arguments, code) in rows {
            assert_eq!(read(Verb::Copy, arguments).unwrap_err(), code, "{arguments:?}");
        }
        assert!(help(Verb::Sync, Words::Own).contains("--delete"));
        assert!(!help(Verb::List, Words::Own).contains("--delete"));
        assert!(help(Verb::List, Words::Aws).contains("isobar aws s3 ls"));
    }

    #[test]
    fn what_is_nearly_a_flag_is_suggested() {
        for (verb, given, meant) in [
            (Verb::Copy, "--recusive", "--recursive"),
            (Verb::Sync, "--exclud=x", "--exclude"),
            (Verb::List, "--sumarize", "--summarize"),
            (Verb::Presign, "--expire-in", "--expires-in"),
        ] {
            let arguments = vec!["a".to_owned(), given.to_owned()];
            let text = Flags::read(verb, Words::Own, arguments).unwrap_err().text();
            assert!(text.contains(&format!("did you mean {meant}?")), "{text}");
        }
    }

    #[test]
    fn the_vendors_own_words_leave_things_out() {
        let places = |verb, words, given: &[&str]| in_words(verb, words, given).unwrap().places;
        assert_eq!(places(Verb::List, Words::Aws, &[]), ["s3://"]);
        assert_eq!(places(Verb::List, Words::Alibaba, &[]), ["oss://"]);
        assert_eq!(places(Verb::List, Words::Aws, &["b/p"]), ["s3://b/p"]);
        assert_eq!(places(Verb::Website, Words::Aws, &["b"]), ["s3://b"]);
        assert_eq!(places(Verb::Copy, Words::Aws, &["b/p", "s3://b/"]), ["b/p", "s3://b/"]);
        assert_eq!(read(Verb::List, &[]).unwrap_err(), "wrong_places");
        assert_eq!(in_words(Verb::List, Words::Aws, &["help"]).unwrap_err(), "help");
        let flags = in_words(Verb::Copy, Words::Aws, &["a", "b", "--sse", "--metadata", "x=y"]);
        assert_eq!(flags.unwrap().replaces, Some(true));
    }
}
