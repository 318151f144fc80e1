//! Names in the spellings that people use: `RunInstances`, `run-instances`, `run_instances`.

/// Whether two names are the same but for capitals, hyphens, underscores, dots and spaces.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    folded(left).eq(folded(right))
}

/// The letters and digits that make the difference between names.
pub(crate) fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .filter(|letter| !matches!(letter, '-' | '_' | ' ' | '.'))
        .map(|letter| letter.to_ascii_lowercase())
}

/// The words of a name, in small letters: `DescribeDBInstances` is `describe`, `db`, `instances`.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let starts = letter.is_uppercase()
            && (before.is_some_and(|before| !before.is_uppercase())
                || after.is_some_and(|after| after.is_lowercase()));
        if (starts || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{same, words};

    #[test]
    fn spellings_are_the_same() {
        for spelling in ["RunInstances", "run-instances", "run_instances", "runinstances"] {
            assert!(same("RunInstances", spelling), "{spelling}");
        }
        assert!(!same("RunInstances", "RunInstance"));
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("DescribeDBInstances"), ["describe", "db", "instances"]);
        assert_eq!(words("list_by_tag"), ["list", "by", "tag"]);
        assert_eq!(words("ListObjectsV2"), ["list", "objects", "v2"]);
        assert_eq!(words("vpc-id"), ["vpc", "id"]);
    }
}
