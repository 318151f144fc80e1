//! `--columns`: whether what an operation gives can have them. A member that is absent from all rows
//! leaves its column empty; a name that nothing has is a mistake, told before anything is sent.

use std::collections::HashSet;

use isobar_catalogue::{Kind, Operation, Service, ShapeId};

use super::flags::Options;
use super::{names, suggest};
use crate::report::Error;

/// The heading of a list of scalars.
const VALUE: &str = "Value";

/// The columns that only the output itself can tell of: those of a query's result, and of documents
/// that the catalogue does not describe.
pub(super) fn doubtful(
    command: &str,
    service: &'static Service,
    operation: &'static Operation,
    options: &Options,
) -> Result<Vec<String>, Error> {
    let output = operation.output.filter(|_| options.query.is_none() && options.jq.is_none());
    let Some(output) = output.filter(|_| !options.columns.is_empty() && !options.dry_run) else {
        return Ok(options.columns.clone());
    };
    let mut reached = Reached { service, shapes: HashSet::new(), is_open: false };
    reached.reach(output);
    let unknown = options.columns.iter().filter(|column| !reached.has(column));
    if reached.is_open {
        return Ok(unknown.cloned().collect());
    }
    let Some(first) = unknown.into_iter().next() else { return Ok(Vec::new()) };
    let names = reached.names();
    let found = suggest::closest(first, names.iter().copied());
    let error =
        Error::usage("unknown_column", format!("{command}: --columns: nothing has {first:?}"));
    Err(error.hint(match found.as_slice() {
        [] => {
            let (cloud, service) = (names::command(service.cloud), &service.name);
            let show = format!("isobar catalogue show {cloud} {service} {}", operation.name);
            format!("{show} lists what there is; nothing was sent")
        }
        found => format!("{} nothing was sent", suggest::sentence(found)),
    }))
}

/// The shapes below an output.
struct Reached {
    service: &'static Service,
    shapes: HashSet<ShapeId>,
    /// There are documents among them, which may hold anything.
    is_open: bool,
}

impl Reached {
    fn reach(&mut self, shape: ShapeId) {
        if !self.shapes.insert(shape) {
            return;
        }
        let service = self.service;
        match &service.shape(shape).kind {
            Kind::Structure(structure) => {
                structure.members.iter().for_each(|member| self.reach(member.shape));
            }
            Kind::List(list) => self.reach(list.item),
            Kind::Map(map) => self.reach(map.value),
            Kind::Document => self.is_open = true,
            _ => {}
        }
    }

    fn has(&self, column: &str) -> bool {
        let mut rows = self.shapes.iter().filter(|shape| self.service.structure(**shape).is_some());
        column == VALUE || rows.any(|shape| self.leads(*shape, column))
    }

    /// Whether a path leads somewhere from a shape.
    fn leads(&self, shape: ShapeId, path: &str) -> bool {
        match &self.service.shape(shape).kind {
            Kind::Structure(structure) => structure.members.iter().any(|member| {
                match path.strip_prefix(member.name.as_str()) {
                    Some("") => true,
                    Some(rest) => {
                        rest.strip_prefix('.').is_some_and(|rest| self.leads(member.shape, rest))
                    }
                    None => false,
                }
            }),
            // A map's names are anybody's.
            Kind::Map(map) => match path.split_once('.') {
                None => true,
                Some((_, rest)) => self.leads(map.value, rest),
            },
            Kind::Document => true,
            _ => false,
        }
    }

    /// The members' names.
    fn names(&self) -> Vec<&'static str> {
        let service = self.service;
        let structures = self.shapes.iter().filter_map(|shape| service.structure(*shape));
        let members = structures.flat_map(|structure| &structure.members);
        let mut names: Vec<&str> = members.map(|member| member.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
