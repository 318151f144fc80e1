//! The templates in pydo's docstrings: what a body looks like, written as a Python literal whose
//! comments say what is required and which values are known.
//!
//! Placeholders stand for types: `"str"`, `0`, `0.0`, `bool`, `"2020-02-20 00:00:00"`; a default
//! value may stand in a placeholder's stead. A comment runs on in lines that are indented by two
//! columns more, without a mark of their own.

use crate::import::ImportError;

/// What a value looks like.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Template {
    Structure(Vec<Field>),
    List(Box<Template>),
    /// Keys are texts.
    Map(Box<Template>),
    Scalar(Scalar),
}

/// A member of a structure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) template: Template,
}

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    /// Text, with the values that are known.
    String(Vec<String>),
    Timestamp,
    Integer,
    Float,
    Boolean,
    Binary,
    /// Anything that JSON can say.
    Any,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open(char),
    Close(char),
    Colon,
    Comma,
    Text(String),
    Word(String),
    Comment(String),
}

/// The placeholder of bytes.
const BYTES: &str = "bytes(\"bytes\", encoding=\"utf-8\")";

/// Reads a template from its first line on: `body = {`, `response == {`.
pub(super) fn read(lines: &[&str]) -> Result<Template, ImportError> {
    let tokens = tokens(lines)?;
    let mut reader = Reader { tokens, at: 0 };
    let (template, _) = reader.value()?;
    Ok(template)
}

/// The tokens of the value that the lines begin with.
fn tokens(lines: &[&str]) -> Result<Vec<Token>, ImportError> {
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    for line in whole_lines(lines) {
        let before = tokens.len();
        tokens_of_line(&line, &mut tokens)?;
        for token in &tokens[before..] {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            break;
        }
    }
    Ok(tokens)
}

/// The lines up to the next empty one, with what was broken put together again.
fn whole_lines(lines: &[&str]) -> Vec<String> {
    let base = lines.first().map_or(0, |line| indentation(line));
    let mut whole: Vec<String> = Vec::new();
    for line in lines.iter().take_while(|line| !line.trim().is_empty()) {
        let runs_on = indentation(line).wrapping_sub(base) % 4 == 2;
        match whole.last_mut() {
            Some(last) if runs_on => {
                last.push(' ');
                last.push_str(line.trim());
            }
            Some(_) => whole.push((*line).to_owned()),
            None => whole.push(after_assignment(line).to_owned()),
        }
    }
    whole
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn after_assignment(line: &str) -> &str {
    line.split_once("= ").map_or(line, |(_, value)| value)
}

fn tokens_of_line(line: &str, tokens: &mut Vec<Token>) -> Result<(), ImportError> {
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            ' ' => {}
            '{' | '[' => tokens.push(Token::Open(letter)),
            '}' | ']' => tokens.push(Token::Close(letter)),
            ':' => tokens.push(Token::Colon),
            ',' => tokens.push(Token::Comma),
            '#' => {
                tokens.push(Token::Comment(line[at + 1..].trim().to_owned()));
                return Ok(());
            }
            '"' => {
                let mut text = String::new();
                loop {
                    match letters.next() {
                        Some((_, '"')) => break,
                        Some((_, '\\')) => text.extend(letters.next().map(|(_, letter)| letter)),
                        Some((_, letter)) => text.push(letter),
                        None => return Err(unknown(format!("an open text in {line}"))),
                    }
                }
                tokens.push(Token::Text(text));
            }
            'b' if line[at..].starts_with(BYTES) => {
                tokens.push(Token::Word("bytes".to_owned()));
                letters.by_ref().take(BYTES.len() - 1).for_each(drop);
            }
            _ => {
                let mut word = letter.to_string();
                while let Some((_, letter)) =
                    letters.next_if(|(_, letter)| !" ,:{}[]#".contains(*letter))
                {
                    word.push(letter);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(())
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn skip(&mut self, wanted: &Token) -> bool {
        let found = self.tokens.get(self.at) == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The comment that comes next, behind a comma or not.
    fn comment(&mut self) -> String {
        self.skip(&Token::Comma);
        match self.tokens.get(self.at) {
            Some(Token::Comment(comment)) => {
                let comment = comment.clone();
                self.at += 1;
                self.skip(&Token::Comma);
                comment
            }
            _ => String::new(),
        }
    }

    /// A value with the comment that belongs to it. A list's or a map's own comment stands on its
    /// first item, where that is a scalar.
    fn value(&mut self) -> Result<(Template, String), ImportError> {
        match self.next() {
            Some(Token::Open('{')) => self.structure(),
            Some(Token::Open(_)) => self.list(),
            Some(Token::Text(text)) => {
                let comment = self.comment();
                Ok((Template::Scalar(text_scalar(&text, &comment)), comment))
            }
            Some(Token::Word(word)) => {
                let comment = self.comment();
                Ok((Template::Scalar(word_scalar(&word)?), comment))
            }
            other => Err(unknown(format!("{other:?} in the place of a value"))),
        }
    }

    fn structure(&mut self) -> Result<(Template, String), ImportError> {
        let mut fields = Vec::new();
        let mut map = None;
        // An object may open with a remark about it.
        let _ = self.comment();
        while !self.skip(&Token::Close('}')) {
            let Some(Token::Text(name)) = self.next() else {
                return Err(unknown("a member without a name".to_owned()));
            };
            if !self.skip(&Token::Colon) {
                return Err(unknown(format!("no colon after {name}")));
            }
            let (template, comment) = self.value()?;
            if name == "str" {
                map = Some((template, comment));
            } else {
                let required = is_required(&comment);
                fields.push(Field { name, required, template });
            }
        }
        let outer = self.comment();
        match map {
            Some((value, comment)) if fields.is_empty() => {
                Ok((Template::Map(Box::new(value)), comment))
            }
            _ if fields.is_empty() => Ok((Template::Scalar(Scalar::Any), outer)),
            _ => Ok((Template::Structure(fields), outer)),
        }
    }

    fn list(&mut self) -> Result<(Template, String), ImportError> {
        let mut items = Vec::new();
        let mut comment = self.comment();
        while !self.skip(&Token::Close(']')) {
            let (item, of_item) = self.value()?;
            if comment.is_empty() {
                comment = of_item;
            }
            items.push(item);
        }
        let outer = self.comment();
        if comment.is_empty() {
            comment = outer;
        }
        let item = items.into_iter().next().unwrap_or(Template::Scalar(Scalar::Any));
        Ok((Template::List(Box::new(item)), comment))
    }
}

fn text_scalar(text: &str, comment: &str) -> Scalar {
    match text {
        "2020-02-20 00:00:00" => Scalar::Timestamp,
        _ => Scalar::String(known_values(comment)),
    }
}

fn word_scalar(word: &str) -> Result<Scalar, ImportError> {
    Ok(match word {
        "bool" | "True" | "False" => Scalar::Boolean,
        "bytes" | "IO[bytes]" => Scalar::Binary,
        "None" | "..." => Scalar::Any,
        _ if word.parse::<i64>().is_ok() => Scalar::Integer,
        _ if word.parse::<f64>().is_ok() => Scalar::Float,
        _ => return Err(unknown(format!("the placeholder {word}"))),
    })
}

/// `… Required.`; what need not be given begins with `Optional.`
fn is_required(comment: &str) -> bool {
    !comment.starts_with("Optional.") && comment.split(' ').any(|word| word == "Required.")
}

/// The values of `Known values are: "a", "b", and "c".`
pub(super) fn known_values(comment: &str) -> Vec<String> {
    let Some((_, mut rest)) = comment.split_once("Known values are: ") else { return Vec::new() };
    let mut values = Vec::new();
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
        let Some((value, after)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'))
        else {
            return values;
        };
        values.push(value.to_owned());
        rest = after;
    }
}

fn unknown(message: String) -> ImportError {
    ImportError::unknown("a template", message)
}

#[cfg(test)]
mod tests {
    use super::{Field, Scalar, Template, read};

    fn field(name: &str, required: bool, template: Template) -> Field {
        Field { name: name.to_owned(), required, template }
    }

    #[test]
    fn a_template_is_read() {
        let text = r#"
                body = {
                    "region": "str",  # The place,
                      which "quotes": nothing. Required. Known values are: "nyc 1", and
                      "ams3".
                    "count": 3,  # Optional. Default value is 3. Not Required.
                    "ids": [
                        0  # Some ids. Required.
                    ],
                    "labels": {
                        "str": "str"  # Optional. Labels.
                    },
                    "disks": [
                        {
                            "size": 0.0,  # How large.
                              Required.
                            "made_at": "2020-02-20 00:00:00",
                            "ok": bool
                        }
                    ],
                    "open": {}
                }
            "#;
        let lines: Vec<&str> = text.lines().skip(1).collect();
        let scalar = |scalar| Template::Scalar(scalar);
        let values = vec!["nyc 1".to_owned(), "ams3".to_owned()];
        let expected = Template::Structure(vec![
            field("region", true, scalar(Scalar::String(values))),
            field("count", false, scalar(Scalar::Integer)),
            field("ids", true, Template::List(Box::new(scalar(Scalar::Integer)))),
            field("labels", false, Template::Map(Box::new(scalar(Scalar::String(Vec::new()))))),
            field(
                "disks",
                false,
                Template::List(Box::new(Template::Structure(vec![
                    field("size", true, scalar(Scalar::Float)),
                    field("made_at", false, scalar(Scalar::Timestamp)),
                    field("ok", false, scalar(Scalar::Boolean)),
                ]))),
            ),
            field("open", false, scalar(Scalar::Any)),
        ]);
        assert_eq!(read(&lines).expect("it is read"), expected);
    }
}
