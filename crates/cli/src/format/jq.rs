//! `--jq`: what a jq filter makes of the output.

use std::fmt;

use isobar_wire::Value;
use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader, lex, parse, span};
use jaq_core::{Compiler, Ctx, Vars};
use jaq_json::{Val, read};

use crate::report::Error;

/// A filter that was compiled.
pub(crate) struct Filter(jaq_core::Filter<JustLut<Val>>);

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

/// Compiles a filter.
pub(crate) fn compile(code: &str) -> Result<Filter, Error> {
    let wrong = |text: String| Error::usage("jq_wrong", format!("--jq is no jq filter: {text}"));
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let modules =
        Loader::new(definitions).load(&arena, File { code, path: () }).map_err(|errors| {
            let text = errors.into_iter().next().map(|(_, error)| match error {
                jaq_core::load::Error::Lex(errors) => {
                    errors.first().map(|error| lexed(code, error))
                }
                jaq_core::load::Error::Parse(errors) => {
                    errors.first().map(|error| parsed(code, error))
                }
                jaq_core::load::Error::Io(errors) => errors.first().map(|(_, text)| text.clone()),
            });
            wrong(text.flatten().unwrap_or_default())
        })?;
    let filter = Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let first = errors.into_iter().next().and_then(|(_, errors)| errors.into_iter().next());
        let text = first.map(|(name, what)| {
            format!(
                "the {} {name} is not known, at character {}",
                what.as_str(),
                span(code, name).start + 1
            )
        });
        wrong(text.unwrap_or_default())
    })?;
    Ok(Filter(filter))
}

fn lexed(code: &str, (expected, at): &lex::Error<&str>) -> String {
    format!("expected {}, at character {}", expected.as_str(), span(code, at).start + 1)
}

fn parsed(code: &str, (expected, at): &parse::Error<&str>) -> String {
    format!("expected {}, at character {}", expected.as_str(), span(code, at).start + 1)
}

impl Filter {
    /// What the filter makes of a value.
    pub(crate) fn apply(&self, value: &Value) -> Result<Vec<Value>, Error> {
        let failed = |text: String| Error::usage("jq_failed", format!("--jq: {text}"));
        let bytes = serde_json::to_vec(value).expect("a value is always JSON");
        let input = read::parse_single(&bytes).map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        let mut made = Vec::new();
        for output in self.0.id.run((context, input)) {
            match output {
                Ok(output) => {
                    // A value shows itself as JSON, unless it is one that JSON lacks.
                    let value = serde_json::from_str(&output.to_string());
                    made.push(value.map_err(|_| failed(format!("{output} is no JSON")))?);
                }
                // What is no error is `halt`, which ends the filter.
                Err(stopped) => match stopped.get_err() {
                    Ok(error) => return Err(failed(error.to_string())),
                    Err(_) => break,
                },
            }
        }
        Ok(made)
    }
}
