//! Rules that make a local cloud's calls fail, wait or fall silent, set while it runs.

use std::sync::Arc;
use std::time::Duration;

use isobar_catalogue::Cloud;
use jiff::Timestamp;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::Random;

/// How many rules there may be at once.
pub const MAX_RULES: usize = 100;

/// What is done to the calls that a rule meets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Answered with an error of the status, in the cloud's own form. The code is the cloud's for
    /// that status where none is given.
    Error {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// The error's code.
        code: Option<String>,
    },
    /// Held back for so many milliseconds, then answered.
    Latency {
        /// How long.
        milliseconds: u64,
    },
    /// Never answered: the connection is closed.
    Silence,
}

/// Whether the call took effect before it was disturbed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The fault comes first; the call does nothing (but a delayed one still does).
    #[default]
    Before,
    /// The call is carried out and its answer is lost.
    After,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which cloud; all where absent.
    pub cloud: Option<Cloud>,
    /// Which service, by its name in the catalogue; all where absent.
    pub service: Option<String>,
    /// Which operation; all where absent.
    pub operation: Option<String>,
    /// Which region; all where absent.
    pub region: Option<String>,
    /// Of how many calls it meets one: 1.0 is every call.
    #[serde(default = "always")]
    pub probability: f64,
    /// What is done.
    pub effect: Effect,
    /// When.
    #[serde(default)]
    pub phase: Phase,
    /// Until when it holds; for ever where absent.
    pub until: Option<Timestamp>,
}

const fn always() -> f64 {
    1.0
}

/// Where a call goes, for the rules to look at.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The cloud.
    pub cloud: Cloud,
    /// The service.
    pub service: &'a str,
    /// The operation.
    pub operation: &'a str,
    /// The region.
    pub region: &'a str,
}

/// The rules in force. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Arc<RwLock<Vec<Rule>>>,
}

/// Rules that cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// Too many.
    #[error("at most {MAX_RULES} rules")]
    TooMany,
    /// A probability outside 0 to 1.
    #[error("rules[{0}].probability: minimum 0, maximum 1")]
    Probability(usize),
    /// A status that is no error's.
    #[error("rules[{0}].effect.error.status: minimum 400, maximum 599")]
    Status(usize),
    /// A code that no cloud would answer with, and no header could carry.
    #[error("rules[{0}].effect.error.code: 1 to 128 letters, digits and . : - _")]
    Code(usize),
    /// A latency beyond bounds.
    #[error("rules[{0}].effect.latency.milliseconds: maximum 600000")]
    Latency(usize),
}

impl Faults {
    /// The rules.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        self.rules.read().clone()
    }

    /// Puts the rules in the place of those before.
    ///
    /// # Errors
    /// Where a rule has a value out of bounds; then nothing changes.
    pub fn replace(&self, rules: Vec<Rule>) -> Result<(), Invalid> {
        Self::check(&rules)?;
        *self.rules.write() = rules;
        Ok(())
    }

    /// What [`replace`](Self::replace) would say of the rules.
    ///
    /// # Errors
    /// As there.
    pub fn check(rules: &[Rule]) -> Result<(), Invalid> {
        if rules.len() > MAX_RULES {
            return Err(Invalid::TooMany);
        }
        for (at, rule) in rules.iter().enumerate() {
            if !(0.0..=1.0).contains(&rule.probability) {
                return Err(Invalid::Probability(at));
            }
            match &rule.effect {
                Effect::Error { status, .. } if !(400..600).contains(status) => {
                    return Err(Invalid::Status(at));
                }
                Effect::Error { code: Some(code), .. } if !is_code(code) => {
                    return Err(Invalid::Code(at));
                }
                Effect::Latency { milliseconds } if *milliseconds > 600_000 => {
                    return Err(Invalid::Latency(at));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The first rule that meets a call in the phase, by chance where the rule says so.
    #[must_use]
    pub fn meet(
        &self,
        phase: Phase,
        target: Target<'_>,
        now: Timestamp,
        random: &Random,
    ) -> Option<Effect> {
        let rules = self.rules.read();
        rules
            .iter()
            .filter(|rule| rule.phase == phase && rule.applies(target, now))
            .find(|rule| rule.probability >= 1.0 || chance(random) < rule.probability)
            .map(|rule| rule.effect.clone())
    }
}

impl Rule {
    fn applies(&self, target: Target<'_>, now: Timestamp) -> bool {
        let open = |want: &Option<String>, is: &str| want.as_deref().is_none_or(|want| want == is);
        self.cloud.is_none_or(|cloud| cloud == target.cloud)
            && open(&self.service, target.service)
            && open(&self.operation, target.operation)
            && open(&self.region, target.region)
            && self.until.is_none_or(|until| now < until)
    }
}

impl Effect {
    /// How long a call is held back.
    #[must_use]
    pub fn latency(&self) -> Option<Duration> {
        match self {
            Self::Latency { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        }
    }
}

fn is_code(code: &str) -> bool {
    (1..=128).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_".contains(&byte))
}

#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
fn chance(random: &Random) -> f64 {
    (random.number() >> 11) as f64 / (1_u64 << 53) as f64
}
