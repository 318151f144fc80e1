//! Chance: keys, ids and request ids. Seeded in tests, the operating system's otherwise.

use std::cell::RefCell;
use std::sync::Arc;

use parking_lot::Mutex;

/// A source of random bytes. Clones share the state.
#[derive(Clone, Default)]
pub struct Random {
    seeded: Option<Arc<Mutex<u64>>>,
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

/// The operating system's random bytes, drawn ahead: each request has an id, and a system call for
/// each is what a small answer would notice.
struct Ahead {
    bytes: [u8; 1024],
    used: usize,
}

thread_local! {
    static AHEAD: RefCell<Ahead> = const { RefCell::new(Ahead { bytes: [0; 1024], used: 1024 }) };
}

impl Ahead {
    fn take<const N: usize>(&mut self, draw: impl FnOnce(&mut [u8])) -> [u8; N] {
        if self.bytes.len() - self.used < N {
            draw(&mut self.bytes);
            self.used = 0;
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&self.bytes[self.used..self.used + N]);
        self.used += N;
        taken
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";
const LOWER: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const MIXED: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Random {
    /// A source whose output follows from the seed, for tests only.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seeded: Some(Arc::new(Mutex::new(seed))) }
    }

    /// Fills the buffer.
    ///
    /// # Panics
    /// If the operating system has no randomness to give, in which case no key is safe.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws randomness")]
    pub fn fill(&self, buffer: &mut [u8]) {
        match &self.seeded {
            None => getrandom::fill(buffer).expect("the operating system gives randomness"),
            Some(state) => {
                let mut state = state.lock();
                for chunk in buffer.chunks_mut(8) {
                    let word = split_mix(&mut state).to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
            }
        }
    }

    /// A number of 64 random bits.
    #[must_use]
    pub fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number from 0 up to the bound, which it never reaches.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        // The bias of a 128-bit product is below 2^-64 of the bound.
        let wide = u128::from(self.number()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("a product's upper half has 64 bits")
    }

    /// Lower-case hexadecimal digits (`i-0a1b…`).
    #[must_use]
    pub fn hex(&self, length: usize) -> String {
        self.text(HEX, length)
    }

    /// Lower-case letters and digits (`i-bp1…`).
    #[must_use]
    pub fn lower(&self, length: usize) -> String {
        self.text(LOWER, length)
    }

    /// Upper-case base-32 letters (`AKIA…`).
    #[must_use]
    pub fn upper(&self, length: usize) -> String {
        self.text(UPPER, length)
    }

    /// Letters of base 64 (a secret key).
    #[must_use]
    pub fn secret(&self, length: usize) -> String {
        self.text(MIXED, length)
    }

    /// A version-4 UUID in lower case: an id, never a secret, since its bytes are drawn ahead.
    #[must_use]
    pub fn uuid(&self) -> String {
        let mut b = [0; 16];
        match self.seeded {
            None => b = AHEAD.with_borrow_mut(|ahead| ahead.take(|bytes| self.fill(bytes))),
            Some(_) => self.fill(&mut b),
        }
        b[6] = b[6] & 0x0f | 0x40;
        b[8] = b[8] & 0x3f | 0x80;
        let mut text = String::with_capacity(36);
        for (at, byte) in b.into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
        text
    }

    fn text(&self, alphabet: &[u8], length: usize) -> String {
        let mut bytes = vec![0; length];
        self.fill(&mut bytes);
        bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough for tests, and only for them.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
