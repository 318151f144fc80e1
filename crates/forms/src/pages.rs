//! Pages by token. Items come in the order of their keys, and a token holds the key after which the next
//! page begins: what is created or deleted between two pages moves nothing else.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a token begins with once it is decoded, so that other text is not taken for one.
const MARK: &str = "after:";

/// The items after the token's, so many at most, and the token of the next page if there is one. `None`
/// where the token is none; an empty one begins at the first item.
pub fn after<T>(
    mut items: Vec<T>,
    key: impl Fn(&T) -> Cow<'_, str>,
    token: Option<&str>,
    most: usize,
) -> Option<(Vec<T>, Option<String>)> {
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let after = read(token)?;
        items.retain(|item| *key(item) > *after);
    }
    if items.len() <= most {
        return Some((items, None));
    }
    items.truncate(most);
    let next = items.last().map(|last| URL_SAFE_NO_PAD.encode(format!("{MARK}{}", key(last))));
    Some((items, next))
}

fn read(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    String::from_utf8(bytes).ok()?.strip_prefix(MARK).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_on_where_the_last_one_ended() {
        fn key(item: &i32) -> Cow<'_, str> {
            format!("{item:02}").into()
        }
        let (page, next) = after((0..5).collect(), key, None, 2).unwrap();
        assert_eq!(page, [0, 1]);
        let (page, next) = after((0..5).collect(), key, next.as_deref(), 3).unwrap();
        assert_eq!((page, next), (vec![2, 3, 4], None));
        assert_eq!(after(vec![1], key, Some(""), 3), Some((vec![1], None)));
        for wrong in ["?", "MDE", "YWZ0ZXI"] {
            assert_eq!(after(vec![1], key, Some(wrong), 3), None, "{wrong}");
        }
    }
}
