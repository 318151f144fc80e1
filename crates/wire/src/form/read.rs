//! From parameters to values.

use std::borrow::Cow;
use std::cmp::Ordering;

use isobar_catalogue::shape::{List, ListStyle, Map, Structure};
use isobar_catalogue::{Kind, Member, Service, ShapeId};

use super::{Pair, Style};
use crate::error::{DecodeError, Problem, Violation};
use crate::scalar;
use crate::shapes;
use crate::value::{Name, Value};
use crate::{MAX_DEPTH, MAX_PARAMETERS};

/// Reads an input from parameters. EC2 refuses a parameter that it does not know, unless it is
/// `allowed`; the others pass it over.
pub(crate) fn read(
    service: &'static Service,
    style: Style,
    structure: Option<&'static Structure>,
    mut pairs: Vec<Pair<'_>>,
    allowed: fn(&str) -> bool,
) -> Result<Value, DecodeError> {
    pairs.sort_by(|(left, _), (right, _)| by_segment(left, right));
    let reader = Reader { service, style, allowed };
    let group = Group { exact: None, pairs: &pairs, at: 0 };
    reader.structure(structure.map_or(&[], |structure| &structure.members), group, 0)
}

/// Orders names as their dotted segments are ordered, so that all that begins with a segment
/// stands together.
fn by_segment(left: &str, right: &str) -> Ordering {
    let dot_first = |byte: u8| if byte == b'.' { 0 } else { byte };
    left.bytes().map(dot_first).cmp(right.bytes().map(dot_first))
}

/// Parameters whose names begin alike.
#[derive(Clone, Copy)]
struct Group<'p> {
    /// The value of the parameter that is named just so.
    exact: Option<&'p str>,
    /// The parameters with more segments, sorted.
    pairs: &'p [Pair<'p>],
    /// Where their next segment begins.
    at: usize,
}

impl<'p> Group<'p> {
    /// The groups one segment further down.
    fn split(self) -> impl Iterator<Item = (&'p str, Group<'p>)> {
        let mut rest = self.pairs;
        std::iter::from_fn(move || {
            let (first, _) = rest.first()?;
            let segment = segment(first, self.at);
            let count = rest.iter().take_while(|(name, _)| self::segment(name, self.at) == segment);
            let (mut own, others) = rest.split_at(count.count());
            rest = others;
            let end = self.at + segment.len();
            let mut exact = None;
            // Where a protocol takes several equal ones, the first counts.
            while let Some(((name, value), below)) = own.split_first() {
                if name.len() != end {
                    break;
                }
                exact = exact.or(Some(value.as_ref()));
                own = below;
            }
            Some((segment, Group { exact, pairs: own, at: end + 1 }))
        })
    }

    /// The groups in the order of their segments' numbers, which may have gaps. A segment that is no
    /// place in a list is an error: passed over, it would make the list mean less than was sent, and
    /// no list at all is often everything.
    fn numbered(self) -> Result<Vec<(usize, Group<'p>)>, Violation> {
        if let Some(text) = self.exact.filter(|text| !text.is_empty()) {
            return Err(Violation::wrong_type("a list", scalar::shown(text)));
        }
        self.counted(1)
    }

    /// The items of a list as older clients of AWS write them too: one without a number, and counted
    /// from 0.
    fn items(self) -> Result<Vec<Group<'p>>, Violation> {
        let alone = self.exact.filter(|text| !text.is_empty());
        let alone = alone.map(|text| Group { exact: Some(text), pairs: &[], at: self.at });
        let counted = self.counted(0)?.into_iter().map(|(_, group)| group);
        Ok(alone.into_iter().chain(counted).collect())
    }

    fn counted(self, least: usize) -> Result<Vec<(usize, Group<'p>)>, Violation> {
        let numbered = |(segment, group)| Ok((index(segment, least)?, group));
        let mut items = self.split().map(numbered).collect::<Result<Vec<_>, _>>()?;
        items.sort_by_key(|(number, _)| *number);
        Ok(items)
    }

    /// The group below one of the names, or this one where there is anything else.
    fn inside(self, names: [&str; 2]) -> Self {
        let mut groups = self.split();
        match (groups.next(), groups.next()) {
            (Some((segment, group)), None) if names.contains(&segment) => group,
            _ => self,
        }
    }
}

fn segment(name: &str, at: usize) -> &str {
    let rest = name.get(at..).unwrap_or_default();
    &rest[..rest.find('.').unwrap_or(rest.len())]
}

/// The number in a list item's name: written as it would be counted, and within the bounds.
fn index(segment: &str, least: usize) -> Result<usize, Violation> {
    let is_plain = segment == "0"
        || !segment.starts_with('0') && segment.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_plain.then(|| segment.parse().ok()).flatten();
    number
        .filter(|number| (least..=MAX_PARAMETERS).contains(number))
        .ok_or_else(|| Violation::wrong_type(INDEX, scalar::shown(segment)))
}

/// What is expected of a list item's number; the bound is [`MAX_PARAMETERS`].
const INDEX: &str = "numbered from 1 to 10000";

struct Reader {
    service: &'static Service,
    style: Style,
    allowed: fn(&str) -> bool,
}

impl Reader {
    fn list(&self, shape: ShapeId) -> Option<&'static List> {
        match &self.service.shape(shape).kind {
            Kind::List(list) => Some(list),
            _ => None,
        }
    }

    fn structure(
        &self,
        members: &'static [Member],
        group: Group<'_>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let mut entries: Vec<(Name, Value)> = Vec::new();
        let mut next = 0;
        for (name, below) in group.split() {
            let found = shapes::position(members, next, |member| {
                self.style.is(member, self.list(member.shape), name)
            });
            let Some(at) = found else {
                if self.style == Style::Ec2 && !(depth == 0 && (self.allowed)(name)) {
                    return Err(DecodeError::Member(Violation::new(Problem::Unknown)).within(name));
                }
                continue;
            };
            next = at + 1;
            let member = &members[at];
            let value = self
                .value(member.shape, Some(member), below, depth + 1)
                .map_err(|error| error.within(&member.name))?;
            entries.push((Cow::Borrowed(&member.name), value));
        }
        Ok(Value::Map(entries))
    }

    fn value(
        &self,
        shape: ShapeId,
        member: Option<&'static Member>,
        group: Group<'_>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(Violation::new(Problem::TooDeep).into());
        }
        let kind = &self.service.shape(shape).kind;
        let style = member.map_or(ListStyle::Repeated, |member| member.list_style);
        if let (Some(text), true) = (group.exact, style != ListStyle::Repeated) {
            return shapes::separated(self.service, shape, style, text);
        }
        let text = group.exact.filter(|text| !text.is_empty() && self.style != Style::Alibaba);
        match kind {
            // Without this, `Filter.1=x` would be a filter that asks for nothing.
            Kind::Structure(_) if text.is_some() => {
                let found = scalar::shown(text.unwrap_or_default());
                Err(Violation::wrong_type("a structure", found).into())
            }
            Kind::Structure(structure) => self.structure(&structure.members, group, depth),
            Kind::List(list) => self.items(list, group, depth),
            Kind::Map(map) if self.style == Style::Alibaba => self.named(map, group, depth),
            Kind::Map(map) => self.pairs(map, group, depth),
            _ => match group.exact {
                Some(text) => {
                    Ok(scalar::from_text(self.service.shape(shape), Cow::Borrowed(text))?)
                }
                None => {
                    let expected = crate::validate::expected(kind);
                    Err(Violation::wrong_type(expected, "a structure").into())
                }
            },
        }
    }

    fn items(
        &self,
        list: &'static List,
        group: Group<'_>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        // `List=` is how an empty one is written.
        if group.exact.is_some_and(str::is_empty) && group.pairs.is_empty() {
            return Ok(Value::List(Vec::new()));
        }
        let group = match self.style {
            Style::Query => group.inside([list.item_name.as_deref().unwrap_or("member"), "member"]),
            _ => group,
        };
        let items = match self.style {
            Style::Alibaba => group.numbered()?.into_iter().map(|(_, item)| item).collect(),
            Style::Query | Style::Ec2 => group.items()?,
        };
        let items = items.into_iter().enumerate().map(|(index, item)| {
            self.value(list.item, None, item, depth + 1).map_err(|error| error.at(index))
        });
        items.collect::<Result<_, _>>().map(Value::List)
    }

    /// A map as numbered pairs of key and value.
    fn pairs(
        &self,
        map: &'static Map,
        group: Group<'_>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let key_name = map.key_name.as_deref().unwrap_or("key");
        let value_name = map.value_name.as_deref().unwrap_or("value");
        let mut entries: Vec<(Name, Value)> = Vec::new();
        for (_, entry) in group.inside(["entry"; 2]).numbered()? {
            let (mut key, mut value) = (None, None);
            for (name, below) in entry.split() {
                if name == key_name {
                    key = below.exact;
                } else if name == value_name {
                    value = Some(below);
                }
            }
            let (Some(key), Some(value)) = (key, value) else {
                return Err(Violation::wrong_type("a key and a value", "one of them").into());
            };
            let value =
                self.value(map.value, None, value, depth + 1).map_err(|error| error.within(key))?;
            entries.push((Cow::Owned(key.to_owned()), value));
        }
        Ok(Value::Map(entries))
    }

    /// A map whose keys are in the names. A key of scalars may have dots of its own.
    fn named(
        &self,
        map: &'static Map,
        group: Group<'_>,
        depth: usize,
    ) -> Result<Value, DecodeError> {
        let shape = self.service.shape(map.value);
        let nested = matches!(shape.kind, Kind::Structure(_) | Kind::List(_) | Kind::Map(_));
        let mut entries: Vec<(Name, Value)> = Vec::new();
        if nested {
            for (key, below) in group.split() {
                let value = self
                    .value(map.value, None, below, depth + 1)
                    .map_err(|error| error.within(key))?;
                entries.push((Cow::Owned(key.to_owned()), value));
            }
        } else {
            for (name, text) in group.pairs {
                let key = name.get(group.at..).unwrap_or_default();
                let value = scalar::from_text(shape, Cow::Borrowed(text))
                    .map_err(|violation| violation.within(key))?;
                entries.push((Cow::Owned(key.to_owned()), value));
            }
        }
        Ok(Value::Map(entries))
    }
}

/// Reads one member from parameters; `None` where it is absent.
pub(crate) fn member(
    service: &'static Service,
    style: Style,
    member: &'static Member,
    pairs: &[Pair<'_>],
) -> Result<Option<Value>, DecodeError> {
    let mut own: Vec<_> =
        pairs.iter().filter(|(name, _)| segment(name, 0) == member.on_wire()).cloned().collect();
    own.sort_by(|(left, _), (right, _)| by_segment(left, right));
    let reader = Reader { service, style, allowed: |_| true };
    let group = Group { exact: None, pairs: &own, at: 0 };
    let Some((_, below)) = group.split().next() else { return Ok(None) };
    reader.value(member.shape, Some(member), below, 1).map(Some)
}
