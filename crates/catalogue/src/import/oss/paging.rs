//! Paging, which the package writes as code: which members of a list's input and answer belong
//! together.

use crate::model::{Paging, PagingStyle, Service};
use crate::shape::{Kind, ShapeId};

/// Members of the input and of the answer that carry the position, the most particular ones first.
const WAYS: [&[(&str, &str)]; 6] = [
    &[("continuation-token", "NextContinuationToken")],
    &[("key-marker", "NextKeyMarker"), ("version-id-marker", "NextVersionIdMarker")],
    &[("key-marker", "NextKeyMarker"), ("upload-id-marker", "NextUploadIdMarker")],
    &[("part-number-marker", "NextPartNumberMarker")],
    &[("marker", "NextMarker")],
    // OSS answers with the place in the list, not with a token.
    &[("continuation-token", "NextToken")],
];

/// The input's members that say how long a page is.
const LIMITS: [&str; 3] = ["max-keys", "max-parts", "max-uploads"];

/// Adds the paging of each operation that has one.
pub(super) fn add(service: &mut Service) {
    for at in 0..service.operations.len() {
        let (input, output) = (service.operations[at].input, service.operations[at].output);
        if let (Some(input), Some(output)) = (input, output) {
            service.operations[at].paging = find(service, input, output);
        }
    }
}

fn find(service: &Service, input: ShapeId, output: ShapeId) -> Option<Paging> {
    let asks = |name: &str| has(service, input, name);
    let (prefix, answer) = answer(service, output)?;
    let way = WAYS.iter().find(|way| {
        way.iter().all(|(position, next)| asks(position) && has(service, answer, next))
    })?;
    let results: Vec<String> = service
        .structure(answer)?
        .members
        .iter()
        .filter(|member| matches!(service.shape(member.shape).kind, Kind::List(_)))
        .map(|member| format!("{prefix}{}", member.on_wire()))
        .collect();
    let truncated = has(service, answer, "IsTruncated");
    Some(Paging {
        style: PagingStyle::Token,
        input_token: way.iter().map(|(position, _)| (*position).to_owned()).collect(),
        output_token: way.iter().map(|(_, next)| format!("{prefix}{next}")).collect(),
        more: truncated.then(|| format!("{prefix}IsTruncated")),
        limit: LIMITS.iter().find(|name| asks(name)).map(|name| (*name).to_owned()),
        results,
        ..Paging::default()
    })
}

/// Where an answer has its members: at its top, or in the one that is its body.
fn answer(service: &Service, output: ShapeId) -> Option<(String, ShapeId)> {
    let structure = service.structure(output)?;
    let Some(payload) = &structure.payload else { return Some((String::new(), output)) };
    let member = structure.members.iter().find(|member| member.name == *payload)?;
    service.structure(member.shape)?;
    Some((format!("{payload}."), member.shape))
}

fn has(service: &Service, id: ShapeId, name: &str) -> bool {
    service
        .structure(id)
        .is_some_and(|structure| structure.members.iter().any(|member| member.name == name))
}
