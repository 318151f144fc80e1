//! AWS's shorthand: `Name=tag:env,Values=a,b`, `Key={A=1,B=[x,y]}`, `Code@=file://main.py`.
//!
//! ```text
//! parameter = pair *("," pair)
//! pair      = key ["@"] "=" values
//! values    = list / map / scalar *("," scalar)
//! list      = "[" [item *("," item)] "]"
//! map       = "{" [key ["@"] "=" item *("," key ["@"] "=" item)] "}"
//! item      = list / map / scalar
//! scalar    = plain / "'" … "'" / '"' … '"'
//! ```
//!
//! In `a=b,c=d` only the equals sign behind `c` says that it is no second value of `a`; the parser
//! goes back to the comma then. Whether text is a number, and whether one value is a list of one, is
//! for the shape to say.

use isobar_wire::Value;

use super::sources::Unreadable;

/// How deeply lists and maps may be nested.
const DEEPEST: usize = 64;

/// Text that is no shorthand.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another character, or the end, where one must be.
    #[error("expected {expected}, but found {found} at character {at} of {text:?}")]
    Syntax {
        /// What must be there.
        expected: &'static str,
        /// What is there.
        found: String,
        /// Where, counted from 1.
        at: usize,
        /// The whole text.
        text: String,
    },
    /// The same key twice.
    #[error(
        "the key {0:?} is given twice; put a space in the place of the comma between two structures"
    )]
    Twice(String),
    /// Nested more deeply than a parser need follow.
    #[error("is nested too deeply")]
    TooDeep,
    /// A file that a value names.
    #[error("{0}")]
    File(Unreadable),
}

/// What a `key@=` value stands for: the content of the file that it names, or itself (`None`).
pub type Resolve<'a> = &'a mut dyn FnMut(&str) -> Result<Option<Value>, Unreadable>;

/// Reads shorthand: a map of texts, lists and maps.
///
/// # Errors
/// If it is none.
pub fn parse(text: &str, resolve: Resolve<'_>) -> Result<Value, Error> {
    let letters = text.chars().collect();
    let mut parser = Parser { text, letters, at: 0, depth: 0, is_file: false, resolve };
    let mut pairs: Vec<(isobar_wire::Name, Value)> = Vec::new();
    loop {
        let (key, value) = parser.pair()?;
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(Error::Twice(key));
        }
        pairs.push((key.into(), value));
        if parser.current().is_none() {
            return Ok(Value::Map(pairs));
        }
        parser.expect_spaced(',')?;
    }
}

struct Parser<'a> {
    text: &'a str,
    letters: Vec<char>,
    at: usize,
    depth: usize,
    /// The key ended with `@`.
    is_file: bool,
    resolve: Resolve<'a>,
}

impl Parser<'_> {
    fn current(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn pair(&mut self) -> Result<(String, Value), Error> {
        let key = self.key()?;
        let value = match self.current() {
            None => self.finish(String::new())?,
            Some('[') => self.list()?,
            Some('{') => self.map()?,
            Some(_) => self.scalars()?,
        };
        Ok((key, value))
    }

    /// A key with the equals sign behind it.
    fn key(&mut self) -> Result<String, Error> {
        let start = self.at;
        while self.current().is_some_and(|c| c.is_ascii_alphanumeric() || "-_.#/:".contains(c)) {
            self.at += 1;
        }
        let key = self.letters[start..self.at].iter().collect();
        self.skip_spaces();
        self.is_file = self.current() == Some('@');
        if self.is_file {
            self.at += 1;
        }
        self.expect_spaced('=')?;
        Ok(key)
    }

    /// A scalar, or several with commas between them.
    fn scalars(&mut self) -> Result<Value, Error> {
        let first = self.scalar(Place::First)?;
        self.skip_spaces();
        if self.current() != Some(',') {
            return Ok(first);
        }
        self.expect_spaced(',')?;
        let mut values = vec![first];
        loop {
            let next = match self.scalar(Place::Further) {
                Ok(next) => next,
                Err(Error::Syntax { .. }) if self.current().is_some() => {
                    self.back_to_comma();
                    break;
                }
                Err(error) => return Err(error),
            };
            self.skip_spaces();
            match self.current() {
                None => {
                    values.push(next);
                    break;
                }
                Some(',') => {
                    values.push(next);
                    self.expect_spaced(',')?;
                }
                // It was a key.
                Some(_) => {
                    self.back_to_comma();
                    break;
                }
            }
        }
        Ok(match <[Value; 1]>::try_from(values) {
            Ok([only]) => only,
            Err(values) => Value::List(values),
        })
    }

    /// Goes back to the comma behind which a key begins. Of two commas that is the second, so that
    /// `a=b,,c=d` is what aws-cli takes it for.
    fn back_to_comma(&mut self) {
        while self.at > 0 && self.current() != Some(',') {
            self.at -= 1;
        }
    }

    fn list(&mut self) -> Result<Value, Error> {
        self.nested(|parser| {
            parser.expect_spaced('[')?;
            let mut values = Vec::new();
            while parser.current() != Some(']') {
                values.push(parser.item()?);
                parser.skip_spaces();
                if parser.current() != Some(']') {
                    parser.expect(',')?;
                    parser.skip_spaces();
                }
            }
            parser.expect(']')?;
            Ok(Value::List(values))
        })
    }

    fn map(&mut self) -> Result<Value, Error> {
        self.nested(|parser| {
            parser.expect_spaced('{')?;
            let mut map = Value::Map(Vec::new());
            while parser.current() != Some('}') {
                let key = parser.key()?;
                let value = parser.item()?;
                parser.skip_spaces();
                if parser.current() != Some('}') {
                    parser.expect(',')?;
                    parser.skip_spaces();
                }
                map.set(key, value);
            }
            parser.expect('}')?;
            Ok(map)
        })
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        if self.depth >= DEEPEST {
            return Err(Error::TooDeep);
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn item(&mut self) -> Result<Value, Error> {
        match self.current() {
            Some('[') => self.list(),
            Some('{') => self.map(),
            _ => self.scalar(Place::First),
        }
    }

    fn scalar(&mut self, place: Place) -> Result<Value, Error> {
        let text = match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
            _ => match self.plain(place) {
                Some(text) => text,
                None if place == Place::First => String::new(),
                None => return Err(self.unexpected("a value")),
            },
        };
        self.finish(text)
    }

    fn finish(&mut self, text: String) -> Result<Value, Error> {
        if self.is_file
            && let Some(content) = (self.resolve)(&text).map_err(Error::File)?
        {
            return Ok(content);
        }
        Ok(Value::from(text))
    }

    fn quoted(&mut self, quote: char) -> Result<String, Error> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.letters.get(end) {
                // A backslash before the quote is never the end.
                Some('\\') if self.letters.get(end + 1) == Some(&quote) => end += 2,
                Some(letter) if *letter == quote => break,
                Some(_) => end += 1,
                None => {
                    let what = if quote == '"' { "a closing \"" } else { "a closing '" };
                    self.at = self.letters.len();
                    return Err(self.unexpected(what));
                }
            }
        }
        let inner: String = self.letters[start..end].iter().collect();
        self.at = end + 1;
        Ok(inner.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
    }

    /// Text without quotes; `None` where none begins.
    fn plain(&mut self, place: Place) -> Option<String> {
        let start = self.at;
        loop {
            let escaped =
                self.current() == Some('\\') && self.letters.get(self.at + 1) == Some(&',');
            if escaped {
                self.at += 2;
                continue;
            }
            match self.current() {
                Some(letter) if self.at == start && begins(letter) => self.at += 1,
                Some(letter) if self.at > start && place.follows(letter) => self.at += 1,
                _ => break,
            }
        }
        if self.at == start {
            return None;
        }
        let text: String = self.letters[start..self.at].iter().collect();
        Some(text.replace("\\,", ",").trim_end().to_owned())
    }

    fn skip_spaces(&mut self) {
        while self.current().is_some_and(|c| matches!(c, ' ' | '\t'..='\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, letter: char) -> Result<(), Error> {
        if self.current() != Some(letter) {
            return Err(self.unexpected(match letter {
                ',' => "a comma",
                '=' => "an equals sign",
                ']' => "a closing ]",
                '}' => "a closing }",
                '[' => "an opening [",
                _ => "an opening {",
            }));
        }
        self.at += 1;
        Ok(())
    }

    fn expect_spaced(&mut self, letter: char) -> Result<(), Error> {
        self.skip_spaces();
        self.expect(letter)?;
        self.skip_spaces();
        Ok(())
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let found = self.current().map_or_else(|| "the end".to_owned(), |c| format!("{c:?}"));
        Error::Syntax { expected, found, at: self.at + 1, text: self.text.to_owned() }
    }
}

/// Where a scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Directly behind an equals sign, or in brackets: it may hold equals signs.
    First,
    /// Behind a comma: an equals sign would make it a key.
    Further,
}

impl Place {
    fn follows(self, letter: char) -> bool {
        match self {
            Self::First => !matches!(letter, '"' | '\'' | ',' | ']' | '}') && is_text(letter),
            Self::Further => !matches!(letter, '"' | '\'' | ',' | '=') && is_text(letter),
        }
    }
}

fn begins(letter: char) -> bool {
    letter > ' ' && !matches!(letter, '"' | '\'' | ',' | '=' | '[' | '{')
}

/// Control characters are no text, unless they are space.
fn is_text(letter: char) -> bool {
    letter >= ' ' || letter.is_whitespace()
}
