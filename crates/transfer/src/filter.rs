//! Which names take part, as `--exclude` and `--include` say, in aws-cli's way.

use glob::Pattern;

use crate::error::Error;

/// One rule.
#[derive(Clone, Debug)]
pub struct Filter {
    include: bool,
    pattern: Pattern,
}

/// Rules in their order: the last one that matches decides, and what none matches takes part. `*`
/// matches slashes too.
#[derive(Clone, Debug, Default)]
pub struct Filters(Vec<Filter>);

impl Filters {
    /// Adds a rule.
    ///
    /// # Errors
    /// If the pattern is none.
    pub fn add(&mut self, include: bool, pattern: &str) -> Result<(), Error> {
        let pattern = Pattern::new(pattern).map_err(|error| {
            Error::Usage(format!("the pattern `{pattern}` cannot be read: {error}"))
        })?;
        self.0.push(Filter { include, pattern });
        Ok(())
    }

    /// Whether a name takes part.
    #[must_use]
    pub fn admits(&self, name: &str) -> bool {
        let last = self.0.iter().rev().find(|filter| filter.pattern.matches(name));
        last.is_none_or(|filter| filter.include)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_matches_decides() {
        let mut filters = Filters::default();
        assert!(filters.admits("a"));
        filters.add(false, "*").unwrap();
        filters.add(true, "*.txt").unwrap();
        filters.add(false, "tmp/[!a]*").unwrap();
        for (name, admitted) in [
            ("a.txt", true),
            ("d/a.txt", true),
            ("a.bin", false),
            ("tmp/b.txt", false),
            ("tmp/a.txt", true),
        ] {
            assert_eq!(filters.admits(name), admitted, "{name}");
        }
        assert!(filters.add(true, "[").is_err());
    }
}
