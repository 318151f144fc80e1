//! Every operation that is served is called by some test.

use std::path::Path;

use isobar_catalogue::Cloud;

#[test]
fn every_operation_is_called_by_a_test() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let tests: String = std::fs::read_dir(directory)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let served = isobar_kernel::face::served_operations(Cloud::Alibaba, isobar_alibaba::SERVICES);
    assert!(served.len() > 80, "{} operations are served", served.len());
    let missing: Vec<_> = served
        .into_iter()
        .filter(|(service, operation)| {
            !tests.contains(&format!("\"{service}\", \"{operation}\""))
                && !tests.contains(&format!("\"{service}\",\n        \"{operation}\""))
        })
        .collect();
    assert!(missing.is_empty(), "no test calls {missing:?}");
}

/// Handlers whose types hide what they do not read, by serde's `flatten`. The list only shrinks.
const HIDING: &[&str] = &[
    "ecs create_instance hides what is unread",
    "ecs run_instances hides what is unread",
    "ecs describe_instances hides what is unread",
    "ecs authorize_security_group hides what is unread",
    "ecs authorize_security_group_egress hides what is unread",
    "ecs revoke_security_group hides what is unread",
    "ecs revoke_security_group_egress hides what is unread",
    "slb create_load_balancer_tcp_listener hides what is unread",
    "slb create_load_balancer_http_listener hides what is unread",
    "slb set_load_balancer_tcp_listener_attribute hides what is unread",
    "slb set_load_balancer_http_listener_attribute hides what is unread",
];

/// A member that no handler reads is refused, but for the face's rows, and each of them is needed.
#[test]
fn no_handler_hides_what_it_does_not_read() {
    use isobar_alibaba::{IGNORED, SERVICES};
    let mistakes = isobar_kernel::members::mistakes(Cloud::Alibaba, SERVICES, IGNORED);
    assert_eq!(mistakes, HIDING);
}
