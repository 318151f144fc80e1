//! Lists that are decoded item by item.

use isobar_catalogue::pack::{self, Pack};
use isobar_catalogue::{Cloud, Items, Operation, Protocol, Service};

fn operations(names: &[&str]) -> Vec<Operation> {
    let operation = |name: &&str| Operation { name: (*name).to_owned(), ..Operation::default() };
    names.iter().map(operation).collect()
}

/// The service as a pack holds it.
fn packed(service: &Service) -> &'static Service {
    let bytes = pack::write(vec![service.clone()]).expect("it is packed");
    let pack = Pack::open(Cloud::Aws, bytes.leak()).expect("it is a pack");
    let pack = Box::leak(Box::new(pack));
    pack.entries()[0].service()
}

#[test]
fn what_is_packed_is_what_was_made() {
    let mut service = Service::new(Cloud::Aws, "stars", Protocol::AwsJson);
    service.operations = operations(&["Count", "Name", "Watch"]).into();
    let packed = packed(&service);
    assert_eq!(*packed, service);
    assert_eq!(packed.clone(), service);
    assert_eq!(packed.operations.len(), 3);
    assert_eq!(packed.operations.names().collect::<Vec<_>>(), ["Count", "Name", "Watch"]);
    assert_eq!(packed.operations.iter().next_back().unwrap().name, "Watch");
    // Packing what was packed gives the same.
    assert_eq!(pack::write(vec![packed.clone()]).unwrap(), pack::write(vec![service]).unwrap());
}

#[test]
fn items_are_found_by_their_names() {
    let names = ["Count", "Name", "Watch"];
    let items: Items<Operation> = operations(&names).into();
    for (at, name) in names.iter().enumerate() {
        assert_eq!(items.position(name), Some(at));
        assert_eq!(items.named(name).unwrap().name, *name);
    }
    for absent in ["", "Aim", "Lose", "Zoom"] {
        assert_eq!(items.position(absent), None);
    }
    assert_eq!(items.find(|name| name.starts_with('W')).unwrap().name, "Watch");
    assert!(Items::<Operation>::default().is_empty());
}

#[test]
fn a_list_can_be_changed_after_it_was_packed() {
    let mut service = Service::new(Cloud::Aws, "stars", Protocol::AwsJson);
    service.operations = operations(&["Count", "Name"]).into();
    let mut changed = packed(&service).clone();
    changed.operations[1].method = "PUT".to_owned();
    changed
        .operations
        .to_mut()
        .push(Operation { name: "Watch".to_owned(), ..Operation::default() });
    assert_eq!(changed.operations[1].method, "PUT");
    assert_eq!(changed.operations.names().collect::<Vec<_>>(), ["Count", "Name", "Watch"]);
}

#[test]
fn a_long_list_is_cut_into_blocks_that_hold_together() {
    let names: Vec<String> = (0..10_000).map(|number| format!("Watch{number:05}")).collect();
    let mut service = Service::new(Cloud::Aws, "stars", Protocol::AwsJson);
    let mut made: Vec<_> = operations(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for (at, operation) in made.iter_mut().enumerate() {
        operation.uri = format!("/{}", "watch/".repeat(at % 30));
    }
    service.operations = made.into();
    let packed = packed(&service);
    assert_eq!(packed.operations.len(), names.len());
    // Each by itself, from the last to the first, before the list is seen as a whole.
    for (at, name) in names.iter().enumerate().rev() {
        assert_eq!(packed.operations[at].name, *name);
        assert_eq!(packed.operation(name).unwrap().uri, service.operations[at].uri);
    }
    assert_eq!(packed.operations.names().collect::<Vec<_>>(), names);
    assert_eq!(packed.operation("Watch10000"), None);
    assert_eq!(*packed, service);
    assert_eq!(pack::write(vec![packed.clone()]).unwrap(), pack::write(vec![service]).unwrap());
}
