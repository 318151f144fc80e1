//! What an object says of itself beside its content: its media type, how long it may be cached, what
//! its owner wrote on it.

use std::collections::BTreeMap;
use std::path::Path;

use http::HeaderMap;
use http::header::HeaderName;
use isobar_wire::{Name, Value};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use jiff::tz::TimeZone;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::store::Remote;

/// A property that all stores know by one name and S3's model by another.
#[derive(Debug)]
struct Property {
    /// The header, without `x-amz-` and the like.
    name: &'static str,
    /// The member of S3's inputs.
    s3: &'static str,
    /// The member of OSS's inputs.
    oss: &'static str,
    /// Whether it is of the object, and goes where the object is copied; the others are of the place
    /// where it lies.
    travels: bool,
}

const fn of_object(name: &'static str, s3: &'static str, oss: &'static str) -> Property {
    Property { name, s3, oss, travels: true }
}

const fn of_place(name: &'static str, s3: &'static str, oss: &'static str) -> Property {
    Property { name, s3, oss, travels: false }
}

const CONTENT_TYPE: &str = "content-type";
const CONTENT_ENCODING: &str = "content-encoding";
const EXPIRES: &str = "expires";
const TAGGING: &str = "tagging";

static PROPERTIES: [Property; 16] = [
    of_object(CONTENT_TYPE, "ContentType", "Content-Type"),
    of_object("cache-control", "CacheControl", "Cache-Control"),
    of_object("content-disposition", "ContentDisposition", "Content-Disposition"),
    of_object(CONTENT_ENCODING, "ContentEncoding", "Content-Encoding"),
    of_object("content-language", "ContentLanguage", "Content-Language"),
    of_object(EXPIRES, "Expires", "Expires"),
    // OSS has none of these: what no input has, no object keeps.
    of_place("grant-full-control", "GrantFullControl", ""),
    of_place("grant-read", "GrantRead", ""),
    of_place("grant-read-acp", "GrantReadACP", ""),
    of_place("grant-write-acp", "GrantWriteACP", ""),
    of_place("website-redirect", "WebsiteRedirectLocation", ""),
    of_place("acl", "ACL", "x-oss-object-acl"),
    of_place("storage-class", "StorageClass", "x-oss-storage-class"),
    of_place("sse", "ServerSideEncryption", "x-oss-server-side-encryption"),
    of_place(TAGGING, "Tagging", "x-oss-tagging"),
    of_place("sse-kms-key-id", "SSEKMSKeyId", "x-oss-server-side-encryption-key-id"),
];

/// What an object says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    values: BTreeMap<&'static str, String>,
    /// What the owner wrote, by lower-case names without `x-amz-meta-`.
    metadata: BTreeMap<String, String>,
}

impl Properties {
    /// Sets one: `content-type`, `cache-control`, `content-disposition`, `content-encoding`,
    /// `content-language`, `expires` (as in HTTP or RFC 3339), `acl`, `storage-class`, `sse`,
    /// `sse-kms-key-id`, `tagging` (as in a query), `website-redirect`, `grant-read` and the like.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is none of the name, or the value is none of its kind.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let property = PROPERTIES.iter().find(|property| property.name == name);
        let property =
            property.ok_or_else(|| Error::Usage(format!("an object has no property `{name}`")))?;
        if property.name == EXPIRES && moment(value).is_none() {
            let text = format!("`{value}` is no time such as 2030-01-31T12:00:00Z");
            return Err(Error::Usage(text));
        }
        if !is_printable(value) {
            return Err(Error::Usage(format!("the {name} `{value}` is not printable ASCII")));
        }
        self.values.insert(property.name, value.to_owned());
        Ok(())
    }

    /// Sets what the owner writes on it.
    ///
    /// # Errors
    /// [`Error::Usage`] if that cannot be a header.
    pub fn set_metadata(&mut self, name: &str, value: &str) -> Result<(), Error> {
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            let text = format!("`{name}` cannot name metadata: letters, digits and `-` can");
            return Err(Error::Usage(text));
        }
        if !is_printable(value) {
            let text = format!("the metadata `{name}` is not printable ASCII");
            return Err(Error::Usage(text));
        }
        self.metadata.insert(name.to_ascii_lowercase(), value.to_owned());
        Ok(())
    }

    /// What a store says of an object, as far as it is the object's own.
    pub(crate) fn of_headers(headers: &HeaderMap, metadata: &str) -> Self {
        let text = |name: &str| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let mut this = Self::default();
        for property in PROPERTIES.iter().filter(|property| property.travels) {
            let Some(value) = text(property.name) else { continue };
            let value = match property.name {
                CONTENT_ENCODING => own_encoding(&value),
                _ => value,
            };
            if !value.is_empty() {
                this.values.insert(property.name, value);
            }
        }
        for (name, value) in headers {
            if let Some(name) = name.as_str().strip_prefix(metadata) {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                this.metadata.insert(name.to_owned(), value);
            }
        }
        this
    }

    /// These, and of the others what these lack.
    #[must_use]
    pub(crate) fn or(&self, others: &Self) -> Self {
        let mut all = others.clone();
        all.values.extend(self.values.iter().map(|(name, value)| (*name, value.clone())));
        let own = self.metadata.iter().map(|(name, value)| (name.clone(), value.clone()));
        all.metadata.extend(own);
        all
    }

    /// These, with the media type that a name speaks of where none is given.
    #[must_use]
    pub(crate) fn or_guessed(&self, names: [&str; 2]) -> Self {
        let mut all = self.clone();
        let guess = names.into_iter().find_map(media_type).map(str::to_owned);
        if let (false, Some(guess)) = (all.values.contains_key(CONTENT_TYPE), guess) {
            all.values.insert(CONTENT_TYPE, guess);
        }
        all
    }

    /// Adds an object's tags, in pairs of key and value.
    pub(crate) fn add_tags<'a>(&mut self, tags: impl Iterator<Item = (&'a str, &'a str)>) {
        let escaped = |text: &'a str| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let pairs: Vec<_> =
            tags.map(|(key, value)| format!("{}={}", escaped(key), escaped(value))).collect();
        self.values.insert(TAGGING, pairs.join("&"));
    }

    /// Whether tags are given.
    pub(crate) fn has_tags(&self) -> bool {
        self.values.contains_key(TAGGING)
    }

    /// Whether nothing is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.metadata.is_empty()
    }

    /// Whether something is given that a copy would otherwise take from its source.
    pub(crate) fn replace(&self) -> bool {
        let travels = |name: &&str| {
            PROPERTIES.iter().any(|property| property.name == *name && property.travels)
        };
        !self.metadata.is_empty() || self.values.keys().any(travels)
    }

    /// Fails if the store's objects have no such property.
    pub(crate) fn check(&self, to: &Remote) -> Result<(), Error> {
        let members = to.members(to.api().operations.put)?;
        for property in PROPERTIES.iter().filter(|it| self.values.contains_key(it.name)) {
            let (scheme, name) = (to.api().scheme, property.name);
            if !members.contains(&property.member(to)) {
                return Err(Error::Usage(format!("objects of {scheme} have no {name}")));
            }
            let known = to.values(to.api().operations.put, property.member(to))?;
            let value = &self.values[name];
            if !known.is_empty() && !known.contains(&value.as_str()) {
                let text = format!("the {name} `{value}` is none of {}", known.join(", "));
                return Err(Error::Usage(text));
            }
        }
        Ok(())
    }

    /// Adds to an input what the operation takes.
    ///
    /// What came from another object and cannot be sent is an error: it would be lost.
    pub(crate) fn add_to(
        &self,
        input: &mut Value,
        to: &Remote,
        operation: &str,
    ) -> Result<(), Error> {
        let members = to.members(operation)?;
        for property in &PROPERTIES {
            let member = property.member(to);
            let Some(value) = self.values.get(property.name) else { continue };
            if !members.contains(&member) {
                continue;
            }
            if !is_printable(value) {
                return Err(lost(property.name));
            }
            let value = match property.name {
                EXPIRES => {
                    // What is no time has passed (RFC 9111, section 5.3): `0` is often seen.
                    let moment = moment(value).unwrap_or(Timestamp::UNIX_EPOCH);
                    match to.api().is_s3() {
                        true => Value::Timestamp(moment),
                        false => header_date(moment).into(),
                    }
                }
                _ => value.clone().into(),
            };
            input.set(member, value);
        }
        let metadata = to.api().members.metadata;
        if !self.metadata.is_empty() && members.contains(&metadata) {
            if let Some((name, _)) = self.metadata.iter().find(|(_, value)| !is_printable(value)) {
                return Err(lost(name));
            }
            let entries = self.metadata.iter();
            let entries =
                entries.map(|(name, value)| (Name::from(name.clone()), value.clone().into()));
            input.set(metadata, Value::Map(entries.collect()));
        }
        Ok(())
    }
}

impl Property {
    fn member(&self, of: &Remote) -> &'static str {
        if of.api().is_s3() { self.s3 } else { self.oss }
    }
}

/// The media type of a name by its end, where that is known.
fn media_type(name: &str) -> Option<&'static str> {
    /// Ends of names with their types, a line each: those of Python's `mimetypes`, by which aws-cli
    /// goes, and of what it leaves to the system's files the usual ones. What is compressed is of its
    /// compression's type here (`application/gzip`), where aws-cli says what is inside or nothing.
    const TYPES: &str = include_str!("media_types.txt");
    let end = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    let line = |line: &'static str| line.strip_prefix(end.as_str())?.strip_prefix(' ');
    TYPES.lines().find_map(line)
}

/// A time in RFC 3339 or as in HTTP; a date alone is its first moment. A time without a zone is none.
fn moment(text: &str) -> Option<Timestamp> {
    // Seconds since 1970, as aws-cli takes them too.
    let seconds = || Timestamp::from_second(text.parse().ok()?).ok();
    let http = || DateTimeParser::new().parse_timestamp(text).ok();
    let date = || Date::strptime("%Y-%m-%d", text).ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(http).or_else(|| Some(date()?.timestamp())).or_else(seconds)
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn lost(name: &str) -> Error {
    let text = format!("the object's {name} is not printable ASCII and cannot be sent along");
    Error::Usage(text)
}

/// A content's codings without the one in which it was uploaded, which some stores keep.
fn own_encoding(value: &str) -> String {
    let codings = value.split(',').map(str::trim);
    let own: Vec<_> = codings.filter(|it| !it.eq_ignore_ascii_case("aws-chunked")).collect();
    own.join(",")
}

fn header_date(moment: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_whole() {
        for (text, expected) in [
            ("2030-01-31", Some("2030-01-31T00:00:00Z")),
            ("2030-01-31T12:00:00Z", Some("2030-01-31T12:00:00Z")),
            ("2030-01-31T12:00:00+02:00", Some("2030-01-31T10:00:00Z")),
            ("Thu, 31 Jan 2030 12:00:00 GMT", Some("2030-01-31T12:00:00Z")),
            ("1900000000", Some("2030-03-17T17:46:40Z")),
            ("2030-01-31T12:00:00", None),
            ("2030-02-30", None),
            ("tomorrow", None),
        ] {
            assert_eq!(moment(text), expected.map(|it| it.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn headers_are_read_as_they_are_written() {
        let mut headers = HeaderMap::new();
        let rows = [
            ("content-type", "text/html"),
            ("content-encoding", "aws-chunked,gzip"),
            ("expires", "Thu, 31 Jan 2030 12:00:00 GMT"),
            ("x-amz-meta-owner", "me"),
            ("x-amz-storage-class", "GLACIER"),
        ];
        for (name, value) in rows {
            headers.insert(name, value.parse().unwrap());
        }
        let read = Properties::of_headers(&headers, "x-amz-meta-");
        let mut expected = Properties::default();
        expected.set("content-type", "text/html").unwrap();
        expected.set("content-encoding", "gzip").unwrap();
        expected.set("expires", "Thu, 31 Jan 2030 12:00:00 GMT").unwrap();
        expected.set_metadata("Owner", "me").unwrap();
        assert_eq!(read, expected);
        headers.insert("content-encoding", "aws-chunked".parse().unwrap());
        let read = Properties::of_headers(&headers, "x-amz-meta-");
        assert!(!read.values.contains_key("content-encoding"));
    }

    #[test]
    fn what_is_given_goes_before_what_is_guessed_or_there() {
        let none = Properties::default();
        let guessed = none.or_guessed(["page.HTML", "k.txt"]);
        assert_eq!(guessed.values["content-type"], "text/html");
        assert_eq!(none.or_guessed(["-", "a/k.json"]).values["content-type"], "application/json");
        assert_eq!(none.or_guessed(["Makefile", "x.unheard-of"]), none);
        let mut given = Properties::default();
        given.set("content-type", "text/plain").unwrap();
        assert_eq!(given.or_guessed(["page.html", ""]), given);
        given.set_metadata("a", "1").unwrap();
        let mut there = guessed;
        there.set_metadata("a", "2").unwrap();
        there.set_metadata("b", "3").unwrap();
        let both = given.or(&there);
        assert_eq!(both.values["content-type"], "text/plain");
        assert_eq!(both.metadata.into_iter().map(|it| it.1).collect::<String>(), "13");
    }

    #[test]
    fn what_cannot_be_a_property_is_refused() {
        let mut properties = Properties::default();
        assert!(properties.set("colour", "red").is_err());
        assert!(properties.set("expires", "soon").is_err());
        properties.set("expires", "2030-01-31T12:00:00Z").unwrap();
        assert!(properties.set_metadata("a b", "x").is_err());
        assert!(properties.set_metadata("a", "ü").is_err());
    }
}
