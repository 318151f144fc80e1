//! Cursors: where a list goes on, sealed with a key so that nobody can make one up, and bound to
//! the list's filter and order.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use isobar_control::model::page::{Order, Position};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::App;

#[derive(Serialize, Deserialize)]
struct Content {
    /// The list, its filter and its order, as text.
    list: String,
    order: Order,
    position: Position,
}

/// The cursor for what follows the position.
pub(crate) fn seal(app: &App, list: &str, order: Order, position: Position) -> String {
    let content = Content { list: list.to_owned(), order, position };
    let content = serde_json::to_vec(&content).expect("a cursor's content can be written as JSON");
    let mut sealed = tag(app, &content);
    sealed.extend_from_slice(&content);
    URL_SAFE_NO_PAD.encode(sealed)
}

/// The position of a cursor that was sealed for the same list.
pub(crate) fn open(app: &App, list: &str, cursor: &str) -> Option<(Order, Position)> {
    let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (seal, content) = sealed.split_at_checked(32)?;
    let mut mac = mac(app);
    mac.update(content);
    mac.verify_slice(seal).ok()?;
    let content: Content = serde_json::from_slice(content).ok()?;
    (content.list == list).then_some((content.order, content.position))
}

fn tag(app: &App, content: &[u8]) -> Vec<u8> {
    let mut mac = mac(app);
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn mac(app: &App) -> Hmac<Sha256> {
    Hmac::new_from_slice(app.cursor_key.as_slice()).expect("HMAC takes a key of any length")
}
