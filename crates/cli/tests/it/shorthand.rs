//! AWS's shorthand by itself; `tests/sdk/test_shorthand.py` holds it against aws-cli's parser.

use isobar_cli::input::shorthand::{Error, parse};
use serde_json::json;

#[track_caller]
fn check(text: &str, expected: &serde_json::Value) {
    let value = parse(text, &mut |_| Ok(None)).unwrap();
    assert_eq!(serde_json::to_value(value).unwrap(), *expected, "{text}");
}

#[track_caller]
fn refuse(text: &str, expected: &str) {
    let error = parse(text, &mut |_| Ok(None)).unwrap_err();
    assert_eq!(error.to_string(), expected, "{text}");
}

#[test]
fn read_as_aws_cli_does() {
    check("a=b", &json!({"a": "b"}));
    check("a=b,c", &json!({"a": ["b", "c"]}));
    check("a=b,c,d=e,f=g,h", &json!({"a": ["b", "c"], "d": "e", "f": ["g", "h"]}));
    check("a=,b=c", &json!({"a": "", "b": "c"}));
    check(r"a=b\,c,d='e,f'", &json!({"a": "b,c", "d": "e,f"}));
    check("a={b=[c,{d=e}],f=g},h=[]", &json!({"a": {"b": ["c", {"d": "e"}], "f": "g"}, "h": []}));
    check("a@=file://x,b=file://y", &json!({"a": "file://x", "b": "file://y"}));
}

#[test]
fn files_are_read_where_the_key_asks_for_it() {
    let mut asked = Vec::new();
    let value = parse("a@=file://x,b=file://y", &mut |text| {
        asked.push(text.to_owned());
        Ok(text.starts_with("file://").then(|| "content".into()))
    });
    assert_eq!(
        serde_json::to_value(value.unwrap()).unwrap(),
        json!({"a": "content", "b": "file://y"})
    );
    // Until the equals sign, `b` may be a second value of `a`.
    assert_eq!(asked, ["file://x", "b"]);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    refuse("a=b,", "expected a value, but found the end at character 5 of \"a=b,\"");
    refuse("a={b=c", "expected a comma, but found the end at character 7 of \"a={b=c\"");
    refuse("a=[b", "expected a comma, but found the end at character 5 of \"a=[b\"");
    refuse("a='b", "expected a closing ', but found the end at character 5 of \"a='b\"");
    refuse(
        "a=b,a=c",
        "the key \"a\" is given twice; put a space in the place of the comma between two structures",
    );
    let deep = format!("a={}", "[".repeat(100));
    assert!(matches!(parse(&deep, &mut |_| Ok(None)), Err(Error::TooDeep)));
}

/// Texts of the characters that mean something, one after another: whatever they are, the parser
/// ends, and neither hangs nor breaks down.
#[test]
fn any_text_ends() {
    const LETTERS: [char; 14] =
        ['a', 'b', '=', ',', '@', '[', ']', '{', '}', '\'', '"', '\\', ' ', 'é'];
    let mut state = 1_u64;
    let (mut read, mut refused) = (0, 0);
    for round in 0..100_000_usize {
        let text: String = (0..round % 24)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                LETTERS[usize::try_from(state >> 33).unwrap() % LETTERS.len()]
            })
            .collect();
        match parse(&text, &mut |_| Ok(None)) {
            Ok(_) => read += 1,
            Err(error) => {
                refused += usize::from(!error.to_string().is_empty());
            }
        }
    }
    assert!(read > 1_000 && refused > 50_000, "{read} {refused}");
}
