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
    let served = isobar_kernel::served_operations(Cloud::Alibaba, isobar_alibaba::SERVICES);
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

/// A member that no handler reads is refused, but for the face's rows, and each of them is needed.
#[test]
fn no_handler_hides_what_it_does_not_read() {
    use isobar_alibaba::{IGNORED, SERVICES};
    let mistakes = isobar_kernel::members::mistakes(Cloud::Alibaba, SERVICES, IGNORED);
    assert!(mistakes.is_empty(), "{mistakes:?}");
}
