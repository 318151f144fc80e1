//! "Did you mean": the names that are most like one that is none.

use isobar_catalogue::names::same;

/// How many names are suggested at most.
const MOST: usize = 3;

/// How alike names are that are suggested, of 1 for the same.
const ALIKE: f64 = 0.75;

/// The names most like the given one, the best first.
#[must_use]
pub fn closest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let given_folded = folded(given);
    let mut found: Vec<(f64, &str)> = Vec::new();
    for name in names {
        let score = likeness(&given_folded, &folded(name));
        if score > ALIKE && !found.iter().any(|(_, other)| same(other, name)) {
            found.push((score, name));
        }
    }
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    found.truncate(MOST);
    // Where one is nearly the same, the others only distract.
    if let Some((best, _)) = found.first().copied() {
        found.retain(|(score, _)| *score > best - 0.05);
    }
    found.into_iter().map(|(_, name)| name).collect()
}

fn likeness(given: &str, name: &str) -> f64 {
    let whole = strsim::jaro(given, name).max(strsim::normalized_damerau_levenshtein(given, name));
    // A word that was left out in the middle or at the end.
    let part = given.len() >= 4 && name.contains(given);
    if part { whole.max(0.85) } else { whole }
}

fn folded(name: &str) -> String {
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_' | '.' | ' '));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The suggestion as a sentence.
#[must_use]
pub fn sentence(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("did you mean {one}?"),
        [rest @ .., last] => format!("did you mean {} or {last}?", rest.join(", ")),
    }
}
