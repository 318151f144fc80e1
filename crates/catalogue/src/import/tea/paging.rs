//! Paging, which the packages do not describe: it follows from the names of members.

use crate::model::{Paging, PagingStyle, Service};
use crate::shape::{Kind, ShapeId};

/// A way in which pages follow: the input's members and the answer's.
struct Way {
    style: PagingStyle,
    position: &'static [&'static str],
    limit: &'static [&'static str],
    /// What the answer must have: the next position, or the number of all items.
    answer: &'static [&'static str],
    more: &'static [&'static str],
}

/// Pages by number come first: where an operation has both, the number always works, while its token
/// needs a first request that asks for it.
const WAYS: [Way; 3] = [
    Way {
        style: PagingStyle::Number,
        position: &["PageNumber", "CurrentPage", "PageNo", "PageNum"],
        limit: &["PageSize"],
        answer: &["TotalCount", "TotalRecordCount", "Total"],
        more: &[],
    },
    Way {
        style: PagingStyle::Token,
        position: &["NextToken"],
        limit: &["MaxResults", "MaxResult", "MaxItems", "Limit", "PageSize"],
        answer: &["NextToken"],
        more: &[],
    },
    Way {
        style: PagingStyle::Token,
        position: &["Marker"],
        limit: &["MaxItems"],
        answer: &["Marker"],
        more: &["IsTruncated"],
    },
];

/// Finds the paging of each operation that has one.
pub(super) fn infer(service: &mut Service) {
    for at in 0..service.operations.len() {
        let (input, output) = (service.operations[at].input, service.operations[at].output);
        if let (Some(input), Some(output)) = (input, output) {
            service.operations[at].paging = WAYS.iter().find_map(|way| {
                let position = member(service, input, way.position)?;
                let answer = member(service, output, way.answer)?;
                let results = results(service, output);
                if results.is_empty() {
                    return None;
                }
                let number = way.style == PagingStyle::Number;
                Some(Paging {
                    style: way.style,
                    input_token: vec![position],
                    output_token: if number { Vec::new() } else { vec![answer.clone()] },
                    more: member(service, output, way.more),
                    limit: member(service, input, way.limit),
                    results,
                    total: number.then_some(answer),
                    non_aggregate: Vec::new(),
                })
            });
        }
    }
}

/// The structure's member of one of the names, in whatever capitals.
fn member(service: &Service, id: ShapeId, names: &[&str]) -> Option<String> {
    let members = &service.structure(id)?.members;
    names.iter().find_map(|name| {
        let found = members.iter().find(|member| member.name.eq_ignore_ascii_case(name))?;
        Some(found.name.clone())
    })
}

/// Where an answer has its items: its lists, and those that are wrapped in a structure of their own
/// (`Instances.Instance`). Lists of structures win over lists of texts, which are remarks.
fn results(service: &Service, output: ShapeId) -> Vec<String> {
    let Some(structure) = service.structure(output) else { return Vec::new() };
    let mut found = Vec::new();
    for member in &structure.members {
        match &service.shape(member.shape).kind {
            Kind::List(list) => found.push((member.name.clone(), list.item)),
            Kind::Structure(wrapper) => {
                if let [only] = wrapper.members.as_slice()
                    && let Kind::List(list) = &service.shape(only.shape).kind
                {
                    found.push((format!("{}.{}", member.name, only.name), list.item));
                }
            }
            _ => {}
        }
    }
    let structures = found.iter().any(|(_, item)| service.structure(*item).is_some());
    found.retain(|(_, item)| !structures || service.structure(*item).is_some());
    found.into_iter().map(|(path, _)| path).collect()
}
