//! Finds the operation of a method and path without asking each one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::Method;

use super::template::{self, Segment};
use crate::error::RouteProblem;
use crate::form::{Pair, decoded};

/// A tree over the segments of paths. What is found is an index or the like.
pub(crate) struct Router<T> {
    root: Node<T>,
}

struct Node<T> {
    literals: BTreeMap<String, Node<T>>,
    labels: Vec<(String, String, Node<T>)>,
    /// What follows a greedy label has to be at the path's end.
    greedy: Vec<(Vec<String>, Vec<Leaf<T>>)>,
    leaves: Vec<Leaf<T>>,
}

/// An operation at the end of its path.
struct Leaf<T> {
    method: Method,
    /// The fixed part of the query string.
    fixed: Vec<(String, Option<String>)>,
    needs: Needs,
    found: T,
}

/// The names that tell operations of one path apart: those that the operation cannot do without.
#[derive(Clone, Default)]
pub(crate) struct Needs {
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<String>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self {
            literals: BTreeMap::new(),
            labels: Vec::new(),
            greedy: Vec::new(),
            leaves: Vec::new(),
        }
    }
}

/// What a request offers to tell operations of one path apart.
pub(crate) struct Asked<'r> {
    pub(crate) method: &'r Method,
    pub(crate) path: &'r str,
    pub(crate) query: &'r [Pair<'r>],
    pub(crate) has_header: &'r dyn Fn(&str) -> bool,
}

impl<T: Copy> Router<T> {
    pub(crate) fn new() -> Self {
        Self { root: Node::default() }
    }

    /// Adds an operation.
    pub(crate) fn add(&mut self, method: &str, uri: &str, needs: Needs, found: T) {
        let Ok(method) = Method::from_bytes(method.as_bytes()) else { return };
        let (path, query) = template::split(uri);
        let fixed = query.split('&').filter(|part| !part.is_empty()).map(|part| {
            let (name, value) = part.split_once('=').map_or((part, None), |(n, v)| (n, Some(v)));
            (name.to_owned(), value.filter(|value| !value.is_empty()).map(str::to_owned))
        });
        let leaf = Leaf { method, fixed: fixed.collect(), needs, found };
        let segments: Vec<_> = template::segments(path).collect();
        self.root.add(&segments, leaf);
    }

    /// Finds the operation that a request asks for.
    pub(crate) fn find(&self, asked: &Asked<'_>) -> Result<T, RouteProblem> {
        let path = asked.path.strip_prefix('/').unwrap_or(asked.path);
        let parts: Vec<Cow<'_, str>> = if path.is_empty() {
            Vec::new()
        } else {
            path.split('/').map(template::decoded).collect()
        };
        let mut allowed = Vec::new();
        let found = self.root.find(&parts, asked, &mut allowed).or_else(|| {
            // A slash at the end is no segment, unless a greedy label has taken it.
            let (last, before) = parts.split_last()?;
            last.is_empty().then(|| self.root.find(before, asked, &mut allowed)).flatten()
        });
        found.ok_or_else(|| {
            if allowed.is_empty() {
                return RouteProblem::NoSuchPath;
            }
            allowed.sort_by(|left: &Method, right| left.as_str().cmp(right.as_str()));
            allowed.dedup();
            RouteProblem::MethodNotAllowed { allowed }
        })
    }
}

impl<T: Copy> Node<T> {
    fn add(&mut self, segments: &[Segment<'_>], leaf: Leaf<T>) {
        let Some((first, rest)) = segments.split_first() else {
            self.leaves.push(leaf);
            return;
        };
        match first {
            Segment::Literal(text) => {
                self.literals.entry((*text).to_owned()).or_default().add(rest, leaf);
            }
            Segment::Label { before, after, .. } => {
                let at = self.labels.iter().position(|(b, a, _)| b == before && a == after);
                let at = at.unwrap_or_else(|| {
                    self.labels.push(((*before).to_owned(), (*after).to_owned(), Self::default()));
                    self.labels.len() - 1
                });
                self.labels[at].2.add(rest, leaf);
            }
            Segment::Greedy(_) => {
                let ends = rest.iter().map(|segment| match segment {
                    Segment::Literal(text) => (*text).to_owned(),
                    _ => String::new(),
                });
                let ends: Vec<_> = ends.collect();
                match self.greedy.iter_mut().find(|(other, _)| *other == ends) {
                    Some((_, leaves)) => leaves.push(leaf),
                    None => self.greedy.push((ends, vec![leaf])),
                }
                self.greedy.sort_by_key(|(ends, _)| std::cmp::Reverse(ends.len()));
            }
        }
    }

    /// The best operation below, or `None`; the methods of those whose path fits are kept.
    fn find(
        &self,
        parts: &[Cow<'_, str>],
        asked: &Asked<'_>,
        allowed: &mut Vec<Method>,
    ) -> Option<T> {
        let Some((first, rest)) = parts.split_first() else {
            return best(&self.leaves, asked, allowed);
        };
        if let Some(found) =
            self.literals.get(first.as_ref()).and_then(|node| node.find(rest, asked, allowed))
        {
            return Some(found);
        }
        for (before, after, node) in &self.labels {
            let fits = first.len() > before.len() + after.len()
                && first.starts_with(before.as_str())
                && first.ends_with(after.as_str());
            if let Some(found) = fits.then(|| node.find(rest, asked, allowed)).flatten() {
                return Some(found);
            }
        }
        self.greedy.iter().find_map(|(ends, leaves)| {
            let start = parts.len().checked_sub(ends.len()).filter(|start| *start > 0)?;
            let something = start > 1 || !parts[0].is_empty();
            let fits =
                parts[start..].iter().zip(ends).all(|(part, end)| end.is_empty() || part == end);
            (something && fits).then(|| best(leaves, asked, allowed)).flatten()
        })
    }
}

/// Of the operations of one path: the one that is most particular about the query string and the
/// headers of those that get all that they need; without such, the least particular.
fn best<T: Copy>(leaves: &[Leaf<T>], asked: &Asked<'_>, allowed: &mut Vec<Method>) -> Option<T> {
    allowed.extend(leaves.iter().map(|leaf| leaf.method.clone()));
    let asks = |name: &str| asked.query.iter().any(|(given, _)| given == name);
    let fixed = leaves.iter().filter(|leaf| {
        leaf.method == *asked.method
            && leaf.fixed.iter().all(|(name, value)| match value {
                Some(value) => asked.query.iter().any(|(n, v)| n == name && v == value),
                None => asks(name),
            })
    });
    // Of equal ones the last is taken, so they are looked at from the back: the first counts.
    fixed
        .rev()
        .max_by_key(|leaf| {
            let needs = leaf.needs.query.len() + leaf.needs.headers.len();
            let complete = leaf.needs.query.iter().all(|name| asks(name))
                && leaf.needs.headers.iter().all(|name| (asked.has_header)(name));
            let particular = i64::try_from(leaf.fixed.len() + needs).unwrap_or(i64::MAX);
            let lacking = i64::try_from(needs).unwrap_or(i64::MAX);
            if complete { (1, particular) } else { (0, -lacking) }
        })
        .map(|leaf| leaf.found)
}

/// The parameters of a query string; what is no UTF-8 is left out.
pub(crate) fn query_pairs(query: &str) -> Vec<Pair<'_>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .filter_map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decoded(name.as_bytes()).ok()?, decoded(value.as_bytes()).ok()?))
        })
        .collect()
}
