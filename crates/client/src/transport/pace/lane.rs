//! What is known about one limit of a service, and how fast to call under it.
//!
//! As in the vendors' adaptive retries (CUBIC), a refusal lowers the rate at once, and it grows back,
//! fast at first, slowly where it was refused, and faster again beyond. Two things differ. A refusal
//! never lowers the rate below what the service was seen to *take*, so that hundreds of calls that
//! are refused together cannot drive it down, and less has to be given up each time. And the growth
//! is in proportion to the rate, so that two calls a second and five thousand are the same to it.

use std::time::Duration;

/// What is left of the estimate after a refusal.
const KEPT: f64 = 0.9;

/// How long the rate takes to be back where it was refused …
const BACK: Duration = Duration::from_secs(3);

/// … or as long as so many calls take, if that is longer.
const BACK_CALLS: f64 = 30.0;

/// How far above the rate of the calls that were taken a rate is believed.
const FAR: f64 = 1.5;

/// How long an unsure rate takes to double, until the next refusal.
const DOUBLED: Duration = Duration::from_secs(2);

/// The lowest rate, in calls per second.
const LOWEST: f64 = 0.5;

/// How far the rate may grow beyond what was taken of late: a caller that is slow by itself learns
/// nothing about the limit.
const BEYOND: f64 = 2.0;

/// How much may be caught up on after a pause: timers are no finer than milliseconds.
const CATCH_UP: Duration = Duration::from_millis(50);

/// The shortest wait: what rounding leaves of a token must not be waited for in steps of nothing.
const SHORTEST: Duration = Duration::from_micros(50);

/// One limit's state. Times are of a clock that never runs backwards.
#[derive(Debug, Default)]
pub(super) struct Lane {
    taken: Meter,
    /// Until then the service wants no call.
    blocked: Duration,
    /// Set by the first refusal.
    pace: Option<Pace>,
}

/// A rate, and the bucket that it fills.
#[derive(Debug)]
struct Pace {
    /// Calls per second.
    rate: f64,
    /// The estimate when the service last refused, to which the rate grows back.
    peak: f64,
    lowered: Duration,
    /// The estimate may be far too low.
    unsure: bool,
    tokens: f64,
    filled: Duration,
}

impl Lane {
    /// Lets a call through, or says how long to wait before asking again.
    pub(super) fn enter(&mut self, now: Duration) -> Result<(), Duration> {
        if now < self.blocked {
            return Err(self.blocked - now);
        }
        let Some(pace) = &mut self.pace else {
            self.taken.begin(now);
            return Ok(());
        };
        pace.fill(now);
        if pace.tokens >= 1.0 {
            pace.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - pace.tokens) / pace.rate).max(SHORTEST))
    }

    /// The service took a call.
    pub(super) fn taken(&mut self, now: Duration) {
        self.taken.add(now);
        let Some(pace) = &mut self.pace else { return };
        pace.fill(now);
        let most = pace.rate.max(BEYOND * self.taken.rate(now)).max(LOWEST);
        pace.rate = pace.grown(now).clamp(LOWEST, most);
    }

    /// The service refused a call that was sent at a time, for there were too many.
    pub(super) fn refused(&mut self, sent: Duration, now: Duration) {
        // What was sent before the rate was lowered tells nothing about the rate that it has now.
        if self.pace.as_ref().is_some_and(|pace| sent < pace.lowered) {
            return;
        }
        let taken = self.taken.rate(now).max(LOWEST);
        let before = self.pace.as_ref().map(|pace| pace.rate.max(taken));
        // A rate that is far from what was taken was never held against the limit.
        let unsure = before.is_none_or(|rate| rate > FAR * taken);
        let peak = before.unwrap_or(taken).min(FAR * taken);
        let rate = (KEPT * peak).max(LOWEST);
        // Whoever was refused first is not made to wait longer than any retry does.
        let tokens = if self.pace.is_none() { 1.0 } else { 0.0 };
        self.pace = Some(Pace { rate, peak, lowered: now, unsure, tokens, filled: now });
    }

    /// The service wants no call before a time.
    pub(super) fn block(&mut self, until: Duration) {
        self.blocked = self.blocked.max(until);
    }

    /// Whether calls may have to wait.
    pub(super) fn is_limited(&self, now: Duration) -> bool {
        self.pace.is_some() || now < self.blocked
    }
}

impl Pace {
    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        let most = (self.rate * CATCH_UP.as_secs_f64()).max(1.0);
        self.tokens = (self.tokens + passed * self.rate).min(most);
        self.filled = now;
    }

    fn grown(&self, now: Duration) -> f64 {
        let back = BACK.as_secs_f64().max(BACK_CALLS / self.peak);
        let passed = now.saturating_sub(self.lowered).as_secs_f64();
        if self.unsure {
            let doubled = DOUBLED.as_secs_f64().max(BACK_CALLS / self.peak);
            return self.peak * KEPT * 2_f64.powf(passed / doubled);
        }
        self.peak * (1.0 + (1.0 - KEPT) * (passed / back - 1.0).powi(3))
    }
}

/// Counts calls in the buckets of a ring, and says how many there were in a second.
#[derive(Debug)]
struct Meter {
    counts: [u32; Self::BUCKETS],
    /// The number of the newest bucket since the clock's beginning.
    newest: u64,
    /// When the first call was sent.
    since: Option<Duration>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { counts: [0; Self::BUCKETS], newest: 0, since: None }
    }
}

impl Meter {
    /// What is remembered: half a minute.
    const BUCKETS: usize = 300;
    const WIDTH: Duration = Duration::from_millis(100);
    /// A rate is of a second at least …
    const LEAST_BUCKETS: usize = 10;
    /// … and of as many calls, where there were so many.
    const LEAST_CALLS: u32 = 20;

    /// Calls are sent from now on.
    fn begin(&mut self, now: Duration) {
        self.since.get_or_insert(now);
    }

    fn add(&mut self, now: Duration) {
        self.begin(now);
        self.turn(now);
        let count = &mut self.counts[Self::slot(self.newest)];
        *count = count.saturating_add(1);
    }

    /// Calls per second.
    fn rate(&mut self, now: Duration) -> f64 {
        let Some(since) = self.since else { return 0.0 };
        self.turn(now);
        let mut calls = 0_u32;
        let mut span = Duration::ZERO;
        for back in 0..Self::BUCKETS as u64 {
            if back > self.newest
                || (back as usize > Self::LEAST_BUCKETS && calls >= Self::LEAST_CALLS)
            {
                break;
            }
            let number = self.newest - back;
            calls = calls.saturating_add(self.counts[Self::slot(number)]);
            span = now.saturating_sub(Self::WIDTH.saturating_mul(number as u32).max(since));
            if Self::WIDTH.saturating_mul(number as u32) <= since {
                break;
            }
        }
        f64::from(calls) / span.as_secs_f64().max(0.001)
    }

    /// Empties the buckets between the newest and now.
    fn turn(&mut self, now: Duration) {
        let number = (now.as_nanos() / Self::WIDTH.as_nanos()) as u64;
        let passed = number.saturating_sub(self.newest).min(Self::BUCKETS as u64);
        for ahead in 0..passed {
            self.counts[Self::slot(number - ahead)] = 0;
        }
        self.newest = self.newest.max(number);
    }

    fn slot(number: u64) -> usize {
        (number % Self::BUCKETS as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::{BinaryHeap, VecDeque};

    use super::*;

    /// A service that takes so many calls a second, and `burst` at once.
    struct Service {
        limit: f64,
        burst: f64,
        tokens: f64,
        filled: Duration,
    }

    impl Service {
        fn takes(&mut self, now: Duration) -> bool {
            let passed = (now - self.filled).as_secs_f64();
            self.tokens = (self.tokens + passed * self.limit).min(self.burst);
            self.filled = now;
            let takes = self.tokens >= 1.0;
            if takes {
                self.tokens -= 1.0;
            }
            takes
        }
    }

    /// What happens to a call, which was sent so many times.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Event {
        /// It comes to the queue's end.
        Queue(u32),
        /// Whichever is at the queue's head asks to be let through.
        Ask,
        /// It was sent at a time, and was taken or not.
        Answer(Duration, bool, u32),
    }

    /// What came of ten thousand calls.
    #[derive(Default)]
    struct Outcome {
        end: Duration,
        refused: u32,
        /// How often the call that was sent most often was sent.
        most_attempts: u32,
    }

    /// Ten thousand calls by so many workers to a service so far away.
    fn run(service: &mut Service, workers: u32, way: Duration) -> Outcome {
        let mut lane = Lane::default();
        let mut left = 10_000 - workers;
        let mut order = workers;
        let mut events: BinaryHeap<_> =
            (0..workers).map(|at| Reverse((Duration::ZERO, at, Event::Queue(1)))).collect();
        let mut queue = VecDeque::new();
        let mut outcome = Outcome::default();
        while let Some(Reverse((now, _, event))) = events.pop() {
            let mut then = |time: Duration, event: Event| {
                order += 1;
                events.push(Reverse((time, order, event)));
                order
            };
            match event {
                Event::Queue(attempt) => {
                    queue.push_back(attempt);
                    if queue.len() == 1 {
                        then(now, Event::Ask);
                    }
                }
                Event::Ask => match lane.enter(now) {
                    Err(wait) => {
                        then(now + wait, Event::Ask);
                    }
                    Ok(()) => {
                        let attempt = queue.pop_front().expect("somebody is at the head");
                        let takes = service.takes(now + way);
                        then(now + way * 2, Event::Answer(now, takes, attempt));
                        if !queue.is_empty() {
                            then(now, Event::Ask);
                        }
                    }
                },
                Event::Answer(_, true, _) => {
                    lane.taken(now);
                    outcome.end = now;
                    if left > 0 {
                        left -= 1;
                        then(now, Event::Queue(1));
                    }
                }
                Event::Answer(sent, false, attempt) => {
                    lane.refused(sent, now);
                    outcome.refused += 1;
                    outcome.most_attempts = outcome.most_attempts.max(attempt + 1);
                    // As the retries do it, with something like chance.
                    let longest = Duration::from_millis(50 << (attempt - 1).min(4));
                    let drawn = longest.mul_f64(f64::from(outcome.refused * 7_919 % 1_000) / 1e3);
                    then(now + drawn, Event::Queue(attempt + 1));
                }
            }
        }
        outcome
    }

    #[test]
    fn a_lane_without_a_call_that_was_taken_goes_on() {
        let at = |seconds| Duration::from_secs(seconds);
        let mut lane = Lane::default();
        assert_eq!(lane.enter(at(0)), Ok(()));
        for second in 1..100 {
            lane.refused(at(second), at(second));
        }
        // Two seconds for a call is as slow as it gets.
        assert_eq!(lane.enter(at(99)), Err(at(2)));
        assert_eq!(lane.enter(at(101)), Ok(()));
        lane.taken(at(101));
        for second in 102..200 {
            lane.taken(at(second));
        }
        assert_eq!(lane.enter(at(200)), Ok(()));
    }

    #[test]
    fn ten_thousand_calls_use_nine_tenths_of_any_limit() {
        for limit in [2.0, 100.0, 5_000.0] {
            for burst in [limit / 10.0, limit, limit * 5.0].map(|burst| f64::max(burst, 1.0)) {
                for workers in [1, 64, 500] {
                    for way in [1, 100].map(Duration::from_millis) {
                        // Workers that wait for their answers reach no more than this.
                        if f64::from(workers) < limit * 1.2 * way.as_secs_f64() * 2.0 {
                            continue;
                        }
                        let mut service =
                            Service { limit, burst, tokens: burst, filled: Duration::ZERO };
                        let Outcome { end, refused, most_attempts } =
                            run(&mut service, workers, way);
                        let used = 10_000.0 / end.as_secs_f64() / limit;
                        let said = format!(
                            "limit {limit} burst {burst} workers {workers} way {way:?}: \
                             {used:.3} used, {refused} refused, {most_attempts} attempts"
                        );
                        assert!(used >= 0.9, "{said}");
                        assert!(refused < 4_000 && most_attempts <= 50, "{said}");
                    }
                }
            }
        }
    }
}
