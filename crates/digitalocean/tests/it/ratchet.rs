//! Every operation that is served is called by a test. There is no list of exceptions.

use isobar_catalogue::Cloud;
use isobar_digitalocean::SERVICES;
use isobar_kernel::face::served_operations;

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

/// Handlers whose types hide what they do not read, by serde's `flatten`. The list only shrinks.
const HIDING: &[&str] = &[
    "droplet_actions list hides what is unread",
    "droplet_actions post hides what is unread",
    "droplet_actions post_by_tag hides what is unread",
    "droplets list hides what is unread",
    "droplets list_snapshots hides what is unread",
    "droplets list_backups hides what is unread",
    "droplets list_kernels hides what is unread",
    "droplets list_firewalls hides what is unread",
    "firewalls create hides what is unread",
    "firewalls update hides what is unread",
    "firewalls add_rules hides what is unread",
    "firewalls delete_rules hides what is unread",
    "images list hides what is unread",
    "load_balancers update hides what is unread",
    "projects update hides what is unread",
    "projects patch hides what is unread",
    "projects list_resources hides what is unread",
    "snapshots list hides what is unread",
    "vpcs list_members hides what is unread",
];

/// A member that no handler reads is refused, but for the face's rows, and each of them is needed.
#[test]
fn no_handler_hides_what_it_does_not_read() {
    use isobar_digitalocean::{IGNORED, SERVICES};
    let mistakes = isobar_kernel::members::mistakes(Cloud::DigitalOcean, SERVICES, IGNORED);
    assert_eq!(mistakes, HIDING);
}
