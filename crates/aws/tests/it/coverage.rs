//! Every operation that is served is called by a test.

use isobar_catalogue::Cloud;

/// The other files of these tests.
const TESTS: &[&str] = &[
    include_str!("admission.rs"),
    include_str!("instances.rs"),
    include_str!("key_pairs.rs"),
    include_str!("load_balancers.rs"),
    include_str!("networks.rs"),
    include_str!("offers.rs"),
    include_str!("security_groups.rs"),
    include_str!("tags.rs"),
];

#[test]
fn every_operation_is_called() {
    let served = isobar_kernel::served_operations(Cloud::Aws, isobar_aws::SERVICES);
    assert!(served.len() > 70, "{} operations", served.len());
    let is_called = |service: &str, operation: &str| {
        let call = format!("\"{service}\", \"{operation}\"");
        let helper = format!("(\"{operation}\"");
        TESTS.iter().any(|test| test.contains(&call) || test.contains(&helper))
    };
    let missing: Vec<_> =
        served.iter().filter(|(service, operation)| !is_called(service, operation)).collect();
    assert!(missing.is_empty(), "no test calls {missing:?}");
}

/// A member that no handler reads is refused, but for the face's rows, and each of them is needed.
#[test]
fn no_handler_hides_what_it_does_not_read() {
    use isobar_aws::{IGNORED, SERVICES};
    let mistakes = isobar_kernel::members::mistakes(Cloud::Aws, SERVICES, IGNORED);
    assert_eq!(mistakes, [""; 0]);
}
