//! Manual pages, made from the help: roff with the macros of man(7).

use isobar_catalogue::Cloud;

use crate::call::help;
use crate::call::names::{self, command};
use crate::report::Error;

/// The page of a cloud, a service or an operation: its name (`isobar-aws-ec2`) and its text.
///
/// # Errors
/// If there is no such service or operation.
pub fn page(cloud: Cloud, words: &[&str]) -> Result<(String, String), Error> {
    let mut name = format!("isobar-{}", command(cloud));
    let text = match words.split_first() {
        None => help::cloud(cloud),
        Some((service, rest)) => {
            let service = names::entry(cloud, service, None)?.service();
            name.push_str(&format!("-{}", service.name));
            if rest.is_empty() {
                help::service(service)
            } else {
                let (operation, _) = names::operation(service, rest)?;
                name.push_str(&format!("-{}", names::shown(cloud, &operation.name)));
                help::operation(service, operation, None)
            }
        }
    };
    let page = roff(&name, &text);
    Ok((name, page))
}

/// A page of a help text. Its first line says what the thing is; lines without an indent that end
/// in a colon are headings; below them, two columns are an item and what it is.
#[must_use]
pub fn roff(name: &str, text: &str) -> String {
    let mut lines = text.lines();
    let about = lines.next().unwrap_or_default();
    let mut out = format!(
        ".TH {} 1 \"\" \"isobar {}\" \"Isobar\"\n.SH NAME\n{} \\- {}\n",
        quoted(&name.to_uppercase()),
        env!("CARGO_PKG_VERSION"),
        escaped(name),
        escaped(about.trim_end_matches('.'))
    );
    let mut block = Block::Text;
    for line in lines {
        let indent = line.len() - line.trim_start().len();
        let content = line.trim();
        if content.is_empty() {
            continue;
        }
        if indent == 0 {
            block.end(&mut out);
            match content.split_once(": ") {
                Some((heading @ ("Usage" | "Example" | "Page" | "Exit codes"), rest)) => {
                    out.push_str(&format!(
                        ".SH {}\n{}\n",
                        quoted(&heading.to_uppercase()),
                        escaped(rest)
                    ));
                }
                _ if content.ends_with(':') => {
                    let heading = content.trim_end_matches(':').to_uppercase();
                    out.push_str(&format!(".SH {}\n", quoted(&heading)));
                }
                _ => out.push_str(&format!(".PP\n{}\n", escaped(content))),
            }
            continue;
        }
        block = block.line(indent, content, &mut out);
    }
    block.end(&mut out);
    out
}

/// What the lines before were.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Text,
    /// An item and what it is.
    Item,
    /// Lines as they are.
    Fixed,
}

impl Block {
    fn line(self, indent: usize, content: &str, out: &mut String) -> Self {
        // What goes on an item's text stands far right of the items.
        if self == Self::Item && indent > 6 {
            out.push_str(&format!("{}\n", escaped(content)));
            return self;
        }
        match content.split_once("  ") {
            Some((item, text)) if !text.trim().contains("  ") => {
                self.leave_fixed(out);
                out.push_str(&format!(".TP\n.B {}\n{}\n", escaped(item), escaped(text.trim())));
                Self::Item
            }
            None if content.starts_with('-') => {
                self.leave_fixed(out);
                out.push_str(&format!(".TP\n.B {}\n", escaped(content)));
                Self::Item
            }
            _ => {
                if self != Self::Fixed {
                    out.push_str(".nf\n");
                }
                out.push_str(&format!("{}\n", escaped(content)));
                Self::Fixed
            }
        }
    }

    fn leave_fixed(self, out: &mut String) {
        if self == Self::Fixed {
            out.push_str(".fi\n");
        }
    }

    fn end(&mut self, out: &mut String) {
        self.leave_fixed(out);
        *self = Self::Text;
    }
}

/// A macro's argument.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text).replace('"', "\\(dq"))
}

/// Text whose characters stand for themselves.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
