//! Every operation that is served is called by a test. There is no list of exceptions.

use isobar_catalogue::Cloud;
use isobar_digitalocean::SERVICES;
use isobar_kernel::served_operations;

const TESTS: &[&str] = &[
    include_str!("main.rs"),
    include_str!("account.rs"),
    include_str!("actions.rs"),
    include_str!("droplets.rs"),
    include_str!("firewalls.rs"),
    include_str!("images.rs"),
    include_str!("load_balancers.rs"),
    include_str!("projects.rs"),
    include_str!("ssh_keys.rs"),
    include_str!("tags.rs"),
    include_str!("vpcs.rs"),
];

#[test]
fn every_operation_is_called() {
    let text: String =
        TESTS.concat().split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    let missing: Vec<_> = served_operations(Cloud::DigitalOcean, SERVICES)
        .into_iter()
        .filter(|(service, operation)| {
            !text.contains(&format!("call(\"{service}\", \"{operation}\""))
        })
        .collect();
    assert!(missing.is_empty(), "operations without a test: {missing:?}");
}

/// A member that no handler reads is refused, but for the face's rows, and each of them is needed.
#[test]
fn no_handler_hides_what_it_does_not_read() {
    use isobar_digitalocean::{IGNORED, SERVICES};
    let mistakes = isobar_kernel::members::mistakes(Cloud::DigitalOcean, SERVICES, IGNORED);
    assert_eq!(mistakes, [] as [String; 0]);
}
