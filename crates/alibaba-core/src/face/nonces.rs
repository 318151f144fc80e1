//! The nonces of requests, kept in the store, so that no request is taken a second time after a restart.

use isobar_auth::alibaba::{Keep, Mark, Nonces};
use isobar_kernel::{Record, Store};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is kept of a nonce.
#[derive(Debug, Serialize, Deserialize)]
pub struct Nonce {
    /// Its mark's digits.
    mark: String,
    /// When it is forgotten, by the system's clock.
    until: Timestamp,
}

impl Record for Nonce {
    const KIND: &'static str = "alibaba.nonce";

    fn key(&self) -> String {
        self.mark.clone()
    }
}

/// The nonces that the store knows, and what keeps further ones there.
pub(super) fn of(store: &Store) -> Nonces {
    let known = store.read(|tables| {
        let marks = tables.all::<Nonce>().map(|nonce| (nonce.until, from_digits(&nonce.mark)));
        marks.filter_map(|(until, mark)| Some((until, mark?))).collect()
    });
    Nonces::kept(known, Box::new(Keeper(store.clone())))
}

struct Keeper(Store);

impl Keep for Keeper {
    fn keep(&self, mark: Mark, until: Timestamp, forgotten: &[Mark]) {
        let written = self.0.update(|tx| {
            for mark in forgotten {
                tx.remove::<Nonce>(&digits(*mark));
            }
            tx.put(Nonce { mark: digits(mark), until });
        });
        // It is remembered in memory all the same, so nothing is repeated while this process lives.
        if let Err(error) = written {
            tracing::error!(%error, "a nonce could not be logged");
        }
    }
}

fn digits(mark: Mark) -> String {
    format!("{:032x}", u128::from_be_bytes(mark))
}

fn from_digits(text: &str) -> Option<Mark> {
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_they_were_written() {
        let mark = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
        assert_eq!(digits(mark), "000102030405060708090a0b0c0d0eff");
        assert_eq!(from_digits(&digits(mark)), Some(mark));
        assert_eq!(from_digits("?"), None);
    }
}
