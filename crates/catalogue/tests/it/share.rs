//! Shapes that say the same are one; those that differ in anything but their names are not.

use isobar_catalogue::import::share;
use isobar_catalogue::shape::{ErrorTrait, List, Member, Structure, Text};
use isobar_catalogue::{Cloud, Kind, Operation, Protocol, Service, Shape, ShapeId};

fn named(name: &str, kind: Kind) -> Shape {
    Shape { name: name.to_owned(), kind, ..Shape::default() }
}

fn text() -> Kind {
    Kind::String(Text::default())
}

fn list(item: u32) -> Kind {
    Kind::List(List { item: ShapeId(item), ..List::default() })
}

fn structure(members: &[(&str, u32)], error: Option<ErrorTrait>) -> Kind {
    let members = members.iter().map(|(name, shape)| Member::new(*name, ShapeId(*shape))).collect();
    Kind::Structure(Structure { members, error, ..Structure::default() })
}

/// The names of the shapes that are left.
fn names(service: &Service) -> Vec<&str> {
    service.shapes.names().collect()
}

/// A service of one operation, which takes the shape of one number, gives another, and fails with the
/// last.
fn stars(shapes: Vec<Shape>, input: u32, output: u32) -> Service {
    let mut service = Service::new(Cloud::DigitalOcean, "stars", Protocol::DigitalOcean);
    let last = u32::try_from(shapes.len() - 1).expect("they are few");
    service.operations = vec![Operation {
        name: "watch".to_owned(),
        input: Some(ShapeId(input)),
        output: Some(ShapeId(output)),
        errors: vec![ShapeId(last)],
        ..Operation::default()
    }]
    .into();
    service.shapes = shapes.into();
    service
}

#[test]
fn what_says_the_same_is_one_from_its_parts_up() {
    let mut service = stars(
        vec![
            // Parts may stand before what has them or behind.
            named("CreateStar", structure(&[("names", 1)], None)),
            named("CreateNames", list(2)),
            named("CreateName", text()),
            named("GetName", text()),
            named("GetNames", list(3)),
            named("GetStar", structure(&[("names", 4)], None)),
            named("lost", structure(&[], Some(ErrorTrait::default()))),
        ],
        0,
        5,
    );
    share(&mut service);
    assert_eq!(names(&service), ["CreateStar", "CreateNames", "CreateName", "lost"]);
    let operation = &service.operations[0];
    assert_eq!(operation.input, operation.output);
    assert_eq!(service.shape(operation.errors[0]).name, "lost");
    let Kind::List(list) = &service.shape(service.input_members(operation)[0].shape).kind else {
        panic!("it is a list");
    };
    assert_eq!(service.shape(list.item).kind, text());
}

#[test]
fn what_differs_stays() {
    let mut secret = named("Secret", text());
    secret.sensitive = true;
    let shapes = vec![
        named("Star", structure(&[("name", 1)], None)),
        named("Name", text()),
        secret,
        named("Other", structure(&[("name", 2)], None)),
        named("Third", structure(&[("title", 1)], None)),
        named("Names", list(1)),
        named("Secrets", list(2)),
        named("lost", structure(&[], Some(ErrorTrait::default()))),
        // Errors are told by their names.
        named("found", structure(&[], Some(ErrorTrait::default()))),
    ];
    let mut service = stars(shapes, 0, 3);
    let before = service.clone();
    share(&mut service);
    assert_eq!(service, before);
}
