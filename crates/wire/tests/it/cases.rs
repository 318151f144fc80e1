//! Botocore's protocol cases, each in both directions: as the client that writes the request and
//! reads the answer, and as the server that reads the request and writes the answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use isobar_catalogue::import::botocore;
use isobar_catalogue::{Operation, Service};
use serde_json::Value as Json;

mod compare;
mod exceptions;
mod input;
mod output;
mod typed;

/// Who is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Client,
    Server,
}

/// One case with the service that its suite describes.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) protocol: String,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) endpoint: Option<String>,
    pub(crate) json: Json,
}

/// What is wrong, for a person.
pub(crate) type Outcome = Result<(), String>;

type Check = fn(&Case) -> Outcome;

const CHECKS: [(&str, Side, Check); 4] = [
    ("input", Side::Client, input::client),
    ("input", Side::Server, input::server),
    ("output", Side::Client, output::client),
    ("output", Side::Server, output::server),
];

#[test]
fn every_case_in_both_directions() {
    let folder = folder().join("tests/unit/protocols");
    let mut report = String::new();
    let mut excepted = Vec::new();
    let mut total = 0;
    for (direction, side, check) in CHECKS {
        for file in files(&folder.join(direction)) {
            let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let cases = load(&file, &name);
            let mut passed = 0;
            for case in &cases {
                let outcome = check(case);
                passed += usize::from(outcome.is_ok());
                let key = (direction, name.as_str(), case.id.as_str(), side);
                let exception = exceptions::TABLE.iter().position(|one| one.key() == key);
                match (outcome, exception) {
                    (Ok(()), None) => {}
                    (Err(_), Some(at)) => excepted.push(at),
                    (Ok(()), Some(_)) => writeln!(
                        report,
                        "{direction}/{name} {} {side:?} passes: take its exception away",
                        case.id
                    )
                    .expect("a String takes everything"),
                    (Err(message), None) => {
                        writeln!(report, "{direction}/{name} {} {side:?}: {message}\n", case.id)
                            .expect("a String takes everything");
                    }
                }
            }
            if side == Side::Client {
                total += cases.len();
            }
            println!("{direction}/{name} as {side:?}: {passed} of {} pass", cases.len());
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert_eq!(total, 732, "cases in all");
    for (at, exception) in exceptions::TABLE.iter().enumerate() {
        assert!(excepted.contains(&at), "no such case: {:?}", exception.key());
    }
    assert!(exceptions::TABLE.len() < 15, "fewer than 15 exceptions");
}

/// Where `cargo xtask cases` put the cases.
#[expect(clippy::disallowed_methods, reason = "a test is told where its cases are")]
fn folder() -> PathBuf {
    const NAME: &str = "target/cases/botocore-1.44.5";
    let found = match std::env::var_os("ISOBAR_CASES") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file())
            .map(|root| root.join(NAME)),
    };
    let found = found.expect("the crate is in a workspace");
    assert!(
        found.join("tests/unit/protocols").is_dir(),
        "there are no protocol cases in {}: run `cargo xtask cases` first",
        found.display()
    );
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of cases is readable")
        .map(|entry| entry.expect("its entries too").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

fn load(file: &Path, name: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(file).expect("a case file is readable");
    let suites: Vec<Json> = serde_json::from_str(&text).expect("a case file is JSON");
    let mut cases = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for suite in &suites {
        for json in suite["cases"].as_array().expect("a suite has cases") {
            let id = json["id"].as_str().expect("a case has an id").to_owned();
            *seen.entry(id.clone()).or_default() += 1;
            let mut service = botocore::service_from_case(
                name,
                &suite["metadata"],
                &json["given"],
                &suite["shapes"],
            )
            .unwrap_or_else(|error| panic!("{name} {id}: {error}"));
            let protocol = suite["metadata"]["protocol"].as_str().expect("a protocol").to_owned();
            if protocol == "query" {
                wrap_results(&mut service);
            }
            let service: &'static Service = Box::leak(Box::new(service));
            let operation = &service.operations[0];
            cases.push(Case {
                id,
                protocol,
                service,
                operation,
                endpoint: suite["clientEndpoint"].as_str().map(str::to_owned),
                json: json.clone(),
            });
        }
    }
    assert!(seen.values().all(|count| *count == 1), "ids are unique in {name}");
    cases
}

/// The cases' models lack what the services' models have: the name of the result's element.
fn wrap_results(service: &mut Service) {
    for at in 0..service.operations.len() {
        let has_members = service.operations[at]
            .output
            .and_then(|shape| service.structure(shape))
            .is_some_and(|structure| !structure.members.is_empty());
        if has_members {
            let wrapper = format!("{}Result", service.operations[at].name);
            service.operations[at].result_wrapper = Some(wrapper);
        }
    }
}
