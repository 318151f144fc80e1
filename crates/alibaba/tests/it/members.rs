//! That no member of an input is accepted and dropped.

use isobar_alibaba::{IGNORED, SERVICES};
use isobar_catalogue::Cloud;

/// A member that no handler reads is refused, but for the face's rows, and each of them is needed.
#[test]
fn no_handler_hides_what_it_does_not_read() {
    let mistakes = isobar_kernel::members::mistakes(Cloud::Alibaba, SERVICES, IGNORED);
    assert_eq!(mistakes, [""; 0]);
}
