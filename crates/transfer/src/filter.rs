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

    /// Whether nothing in a folder takes part, whatever it is called. The name ends with a slash.
    pub(crate) fn leave_out_all_of(&self, folder: &str) -> bool {
        let all = |filter: &&Filter| {
            filter.pattern.as_str().ends_with('*') && filter.pattern.matches(folder)
        };
        self.last_excluded().any(|filter| all(&filter))
    }

    /// Whether a folder is left out by its own name, with or without a slash.
    pub(crate) fn name(&self, folder: &str) -> bool {
        let bare = folder.trim_end_matches('/');
        let named =
            |filter: &Filter| filter.pattern.matches(folder) || filter.pattern.matches(bare);
        self.last_excluded().any(named)
    }

    /// The exclusions that no inclusion comes after.
    fn last_excluded(&self) -> impl Iterator<Item = &Filter> {
        self.0.iter().rev().take_while(|filter| !filter.include)
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

    #[test]
    fn folders_are_left_out_whole_where_nothing_in_them_can_take_part() {
        // The rules, those that exclude with a minus; whether all of `a/` is left out, and whether it
        // is named.
        for (rules, all, named) in [
            ("", false, false),
            ("-a/*", true, true),
            ("-*", true, true),
            ("-a", false, true),
            ("-a/", false, true),
            ("-a/*.txt", false, false),
            ("-a/* +a/keep", false, false),
            ("+a/keep -a/*", true, true),
        ] {
            let mut filters = Filters::default();
            for rule in rules.split_whitespace() {
                filters.add(rule.starts_with('+'), &rule[1..]).unwrap();
            }
            assert_eq!(filters.leave_out_all_of("a/"), all, "{rules}");
            assert_eq!(filters.name("a/"), named, "{rules}");
        }
    }
}
