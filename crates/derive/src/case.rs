//! How names are spelt.

/// A spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `VpcId`.
    Pascal,
    /// `vpcId`.
    Camel,
    /// `vpc_id`.
    Snake,
    /// `vpcid`.
    Lower,
}

/// The spellings, by the names that they have in attributes.
pub(crate) const CASES: [(&str, Case); 4] = [
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("lowercase", Case::Lower),
];

impl Case {
    /// The name of a field, which is in snake_case.
    pub(crate) fn of_field(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_owned(),
            Self::Pascal => pascal(name),
            Self::Camel => lower_first(&pascal(name)),
            Self::Lower => pascal(name).to_lowercase(),
        }
    }

    /// The name of a variant, which is in PascalCase.
    pub(crate) fn of_variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Camel => lower_first(name),
            Self::Snake => snake(name),
            Self::Lower => name.to_lowercase(),
        }
    }
}

fn pascal(name: &str) -> String {
    name.split('_').map(|word| with_first(word, |first| first.to_ascii_uppercase())).collect()
}

fn lower_first(name: &str) -> String {
    with_first(name, |first| first.to_ascii_lowercase())
}

fn with_first(word: &str, change: impl FnOnce(char) -> char) -> String {
    let mut rest = word.chars();
    rest.next().map(change).into_iter().chain(rest).collect()
}

fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_the_vendors_do() {
        let field = |name| CASES.map(|(_, case)| case.of_field(name));
        assert_eq!(field("vpc_id"), ["VpcId", "vpcId", "vpc_id", "vpcid"]);
        assert_eq!(field("_ipv6_set"), ["Ipv6Set", "ipv6Set", "_ipv6_set", "ipv6set"]);
        let variant = |name| CASES.map(|(_, case)| case.of_variant(name));
        let expected = ["RoundRobin", "roundRobin", "round_robin", "roundrobin"];
        assert_eq!(variant("RoundRobin"), expected);
    }
}
