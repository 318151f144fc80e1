//! `--query`: what a JMESPath expression finds.

use isobar_wire::Value;
use jmespath::{Expression, Rcvar, Variable};

use crate::report::Error;

/// Reads an expression.
pub(crate) fn compile(text: &str) -> Result<Expression<'static>, Error> {
    jmespath::compile(text).map_err(|error| {
        let said = error.to_string();
        Error::usage("query_wrong", format!("--query is no JMESPath: {}", first_line(&said)))
            .hint("names with other characters than letters, digits and _ stand in double quotes")
    })
}

/// What an expression finds in a value.
pub(crate) fn search(expression: &Expression<'static>, value: &Value) -> Result<Value, Error> {
    let failed = |text: String| Error::usage("query_failed", format!("--query: {text}"));
    let variable = Variable::from_serializable(value).map_err(|error| failed(error.to_string()))?;
    let found = expression
        .search(Rcvar::new(variable))
        .map_err(|error| failed(first_line(&error.to_string()).to_owned()))?;
    let json = serde_json::to_value(&*found).map_err(|error| failed(error.to_string()))?;
    serde_json::from_value(json).map_err(|error| failed(error.to_string()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
