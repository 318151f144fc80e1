//! Shapes that differ in nothing but their names, made one. In Alibaba Cloud's packages a third of all
//! shapes go this way, so that a call unpacks less.

use std::collections::HashMap;
use std::mem::{replace, take};

use crate::model::Service;
use crate::shape::{Kind, Shape, ShapeId};

/// Lets the shapes that say the same be one, under the name of the first: packages that write a class or
/// a template for each operation say much several times. It is for protocols that put no shape's name on
/// the wire; errors, which go by theirs, stay as they are.
pub fn share(service: &mut Service) {
    let mut shapes = take(service.shapes.to_mut());
    let firsts = firsts(&mut shapes);
    let mut places: Vec<ShapeId> = Vec::with_capacity(shapes.len());
    let mut kept = Vec::new();
    for ((at, first), shape) in firsts.iter().enumerate().zip(shapes) {
        let first = first.0 as usize;
        if first == at {
            let count = u32::try_from(kept.len()).expect("shapes are counted in thousands");
            places.push(ShapeId(count));
            kept.push(shape);
        } else {
            places.push(places[first]);
        }
    }
    let place = |id: &mut ShapeId| *id = places[id.0 as usize];
    kept.iter_mut().flat_map(|shape| parts(&mut shape.kind)).for_each(place);
    for operation in service.operations.to_mut() {
        let ids = operation.input.iter_mut().chain(&mut operation.output);
        ids.chain(&mut operation.errors).for_each(place);
    }
    service.shapes = kept.into();
}

/// For each shape, the first one that says the same.
fn firsts(shapes: &mut [Shape]) -> Vec<ShapeId> {
    let mut firsts: Vec<ShapeId> = (0..).map(ShapeId).take(shapes.len()).collect();
    // Shapes whose parts turned out to be the same are so themselves in the next round.
    loop {
        let mut known = HashMap::with_capacity(shapes.len());
        let mut found = false;
        for (shape, at) in shapes.iter_mut().zip((0..).map(ShapeId)) {
            for part in parts(&mut shape.kind) {
                *part = firsts[part.0 as usize];
            }
            let first = *known.entry(what_it_says(shape)).or_insert(at);
            found |= replace(&mut firsts[at.0 as usize], first) != first;
        }
        if !found {
            return firsts;
        }
    }
}

/// The shapes of which one speaks.
fn parts(kind: &mut Kind) -> Vec<&mut ShapeId> {
    match kind {
        Kind::Structure(structure) => {
            structure.members.iter_mut().map(|member| &mut member.shape).collect()
        }
        Kind::List(list) => vec![&mut list.item],
        Kind::Map(map) => vec![&mut map.key, &mut map.value],
        _ => Vec::new(),
    }
}

/// All of a shape but its name, unless that is an error's.
fn what_it_says(shape: &Shape) -> Vec<u8> {
    let Shape { name, kind, xml_name, xml_namespace, sensitive } = shape;
    let is_error = matches!(kind, Kind::Structure(structure) if structure.error.is_some());
    let name = is_error.then_some(name);
    postcard::to_stdvec(&(name, kind, xml_name, xml_namespace, sensitive))
        .expect("a shape can be written")
}
