//! Accounts and the keys that open them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use serde::Serialize;

use crate::Rights;

/// Who calls.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// The account's id, in its cloud's form.
    pub account: String,
    /// The principal's own id (AWS `AIDA…` or the account's id, Alibaba's user id, DigitalOcean's
    /// account UUID).
    pub principal: String,
    /// The principal's name as the cloud writes it (an ARN; for DigitalOcean an e-mail address).
    pub name: String,
    /// The id of the key that was used. A bearer token is its own id, so it is shown nowhere.
    #[serde(skip)]
    pub key_id: String,
    /// What they may do.
    #[serde(skip)]
    pub rights: Rights,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller")
            .field("account", &self.account)
            .field("principal", &self.principal)
            .field("name", &self.name)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}

/// A key: what a caller proves to have, and who it makes them.
#[derive(Clone)]
pub struct Key {
    /// The secret. Bearer tokens are looked up by their text and have an empty one.
    pub secret: String,
    /// Who holds it.
    pub caller: Arc<Caller>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// The keys that a local cloud accepts, by their id.
#[derive(Clone, Default)]
pub struct Keys {
    keys: Arc<RwLock<HashMap<String, Key>>>,
}

/// Ids may be bearer tokens, so that they are left out.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("count", &self.keys.read().len()).finish()
    }
}

impl Keys {
    /// The key of the id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Key> {
        self.keys.read().get(id).cloned()
    }

    /// Accepts a key from now on.
    pub fn add(&self, key: Key) {
        self.keys.write().insert(key.caller.key_id.clone(), key);
    }
}
