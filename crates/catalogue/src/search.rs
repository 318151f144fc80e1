//! Search over the names of all operations.

use crate::model::Cloud;
use crate::names;
use crate::pack::{Entry, OperationEntry};
use crate::packs::services;

/// An operation that was found.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Its service.
    pub service: &'static Entry,
    /// The operation.
    pub operation: &'static OperationEntry,
    /// How well it fits; a greater number is better. Numbers compare within one search alone.
    pub score: u32,
}

/// The operations in whose name, or whose service's, each of the words appears; the best first, and
/// by cloud, service and name where they are equally good. No words find nothing.
#[must_use]
pub fn search(words: &str) -> Vec<Hit> {
    let words = names::words(words);
    if words.is_empty() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for entry in Cloud::ALL.into_iter().flat_map(services) {
        let service = service_words(entry);
        for operation in entry.operations() {
            let name = names::words(operation.name);
            if let Some(score) = score(&words, &service, &name) {
                hits.push(Hit { service: entry, operation, score });
            }
        }
    }
    // The sort is stable and the packs are sorted, so equals stay in the order of their names.
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
    hits
}

fn service_words(entry: &Entry) -> Vec<String> {
    let mut words = vec![entry.name.to_ascii_lowercase(), entry.cloud.name().to_owned()];
    words.extend(names::words(entry.name));
    words.extend(names::words(entry.id));
    words
}

/// The sum of each word's best place, and a little more for names of fewer words; `None` where a
/// word has no place.
fn score(wanted: &[String], service: &[String], name: &[String]) -> Option<u32> {
    let mut sum = 0;
    for word in wanted {
        let in_name = name.iter().map(|candidate| 3 * fit(word, candidate)).max();
        // The first of a service's words is its own name: who writes it means this service.
        let in_service = (service.iter().enumerate())
            .map(|(at, candidate)| if at == 0 { 4 } else { 2 } * fit(word, candidate))
            .max();
        match in_name.max(in_service) {
            Some(0) | None => return None,
            Some(best) => sum += best,
        }
    }
    let brevity = 16_u32.saturating_sub(u32::try_from(name.len()).unwrap_or(u32::MAX));
    Some(sum * 16 + brevity)
}

/// How well a word fits another: as a whole, plural or not; as its beginning; within it.
fn fit(wanted: &str, candidate: &str) -> u32 {
    let singular = |word: &str| word.strip_suffix('s').map_or(word.len(), str::len);
    if wanted[..singular(wanted)] == candidate[..singular(candidate)] {
        8
    } else if candidate.starts_with(wanted) {
        4
    } else if wanted.len() >= 3 && candidate.contains(wanted) {
        1
    } else {
        0
    }
}
