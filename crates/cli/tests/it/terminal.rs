//! What a terminal is shown of what clouds send: control characters are written out.

use crate::server::{Server, answer};
use crate::world::{isobar, isobar_at};

const TABLES: &str = "{\"TableNames\":[\"a\\u001b]0;owned\\u0007\",\"b\\u009b31m\",\"c\\r\"]}";

/// The arguments of a call to a server.
fn call<'a>(server: &'a Server, more: &[&'a str]) -> Vec<&'a str> {
    let call = ["aws", "dynamodb", "list-tables", "--endpoint-url", &server.url];
    call.iter().chain(more).copied().collect()
}

#[test]
fn tables_and_errors_never_have_control_characters() {
    let server = Server::start([answer(200, TABLES)]);
    let done = isobar(&call(&server, &["--output", "table"]));
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (0, " TableNames  a\\u001b]0;owned\\u0007,b\\u009b31m,c\\r\n"),
        "{}",
        done.stderr
    );
    let body = "{\"__type\":\"ValidationException\",\"message\":\"x\\u001b[2Jy\"}";
    let server = Server::start([answer(400, body)]);
    let done = isobar(&call(&server, &["--debug"]));
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("refused (ValidationException): x\\u001b[2Jy"), "{}", done.stderr);
    assert!(!done.stderr.contains('\u{1b}'), "{:?}", done.stderr);
}

#[test]
fn a_terminal_is_shown_no_control_characters_and_a_program_gets_them() {
    let server = Server::start([answer(200, TABLES)]);
    for (more, shown) in [
        (&["--output", "text"][..], "TABLENAMES\ta\\u001b]0;owned\\u0007\n"),
        (&["--jq", ".TableNames[]"], "a\\u001b]0;owned\\u0007\n"),
        (&["--output", "csv"], "TableNames\n\"a\\u001b]0;owned\\u0007,"),
        (&[], "\"b\\u009b31m\""),
        (&["--all"], "\"b\\u009b31m\""),
    ] {
        let done = isobar_at(&call(&server, more), Some(80));
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stdout.contains(shown), "{more:?}: {}", done.stdout);
        assert!(!done.stdout.contains(['\u{1b}', '\u{9b}', '\r']), "{more:?}: {:?}", done.stdout);
    }
    let done = isobar(&call(&server, &["--output", "text"]));
    assert!(done.stdout.contains("a\u{1b}]0;owned\u{7}\n"), "{:?}", done.stdout);
}
