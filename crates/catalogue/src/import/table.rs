//! Collects shapes while an importer meets them.

use std::collections::HashMap;

use crate::shape::{Kind, Shape, ShapeId};

/// Shapes by name, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct ShapeTable {
    shapes: Vec<Shape>,
    by_name: HashMap<String, ShapeId>,
}

impl ShapeTable {
    /// The shape of a name, if it was met before.
    pub(super) fn get(&self, name: &str) -> Option<ShapeId> {
        self.by_name.get(name).copied()
    }

    /// Reserves the place of a shape whose parts may speak of it.
    pub(super) fn reserve(&mut self, name: &str) -> ShapeId {
        self.add(Shape { name: name.to_owned(), ..Shape::default() })
    }

    /// Fills a reserved place.
    pub(super) fn fill(&mut self, id: ShapeId, kind: Kind) {
        self.shapes[id.0 as usize].kind = kind;
    }

    /// Adds a shape.
    pub(super) fn add(&mut self, shape: Shape) -> ShapeId {
        let count = u32::try_from(self.shapes.len()).expect("shapes are counted in thousands");
        let id = ShapeId(count);
        self.by_name.insert(shape.name.clone(), id);
        self.shapes.push(shape);
        id
    }

    /// The shape of a name, made if it was not met before.
    pub(super) fn get_or_add(&mut self, name: &str, kind: impl FnOnce() -> Kind) -> ShapeId {
        self.get(name).unwrap_or_else(|| {
            self.add(Shape { name: name.to_owned(), kind: kind(), ..Shape::default() })
        })
    }
    /// What a shape is so far.
    pub(super) fn kind(&self, id: ShapeId) -> &Kind {
        &self.shapes[id.0 as usize].kind
    }

    /// All shapes.
    pub(super) fn finish(self) -> Vec<Shape> {
        self.shapes
    }
}
