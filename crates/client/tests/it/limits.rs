//! Services that take only so many calls: each mode's retries, and ten thousand calls to one.

use std::sync::Arc;
use std::time::Duration;

use isobar_catalogue::Cloud;
use isobar_client::{Context, Kind, RetryMode};
use isobar_wire::Value;
use parking_lot::Mutex;

use crate::server::{Act, Server, answer};
use crate::world::{World, with};

const REFUSAL: &str = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Slower.\
                       </Message></Error></Errors><RequestID>r</RequestID></Response>";
const TAKEN: &str = "<DescribeRegionsResponse><requestId>r</requestId></DescribeRegionsResponse>";

#[tokio::test]
async fn the_standard_mode_waits_as_the_vendors_sdks_do() {
    let failed = || answer(500, "");
    let refused = |header| Act::Answer(503, header, REFUSAL.to_owned());
    // The service, what it does, how often it is called, and the pauses in milliseconds; chance is
    // always at its largest.
    let rows = [
        ("ec2", "DescribeRegions", vec![failed()], 3, vec![50, 100]),
        ("ec2", "DescribeRegions", vec![refused("")], 3, vec![1_000, 2_000]),
        ("ec2", "DescribeRegions", vec![failed(), refused("")], 3, vec![50, 2_000]),
        (
            "ec2",
            "DescribeRegions",
            vec![refused("x-amz-retry-after: 1500\r\n")],
            3,
            vec![1_500, 2_000],
        ),
        (
            "ec2",
            "DescribeRegions",
            vec![refused("x-amz-retry-after: 9000\r\n")],
            3,
            vec![6_000, 7_000],
        ),
        ("ec2", "DescribeRegions", vec![refused("retry-after: 9\r\n")], 3, vec![9_000, 9_000]),
        ("dynamodb", "ListTables", vec![failed()], 4, vec![25, 50, 100]),
        ("dynamodb", "ListTables", vec![answer(429, "")], 4, vec![1_000, 2_000, 4_000]),
    ];
    for (service, operation, acts, attempts, pauses) in rows {
        let server = Server::start(acts.clone()).await;
        let (client, world) =
            with(Cloud::Aws, server.url(), |config| config.retry.mode = RetryMode::Standard);
        let error = client.call(service, operation, Value::Null).await.unwrap_err();
        assert_eq!(error.attempts(), attempts, "{service} {acts:?}");
        assert_eq!(server.seen().len(), attempts as usize, "{service} {acts:?}");
        let pauses: Vec<u128> = pauses;
        let slept: Vec<_> = world.slept().into_iter().map(|pause| (pause + 5) / 10 * 10).collect();
        let pauses: Vec<_> = pauses.into_iter().map(|pause| (pause + 5) / 10 * 10).collect();
        assert_eq!(slept, pauses, "{service} {acts:?}");
    }
}

#[tokio::test]
async fn attempts_that_were_set_count_in_every_mode() {
    for mode in [RetryMode::Standard, RetryMode::Adaptive] {
        for attempts in [1, 5] {
            let server = Server::start([answer(503, REFUSAL)]).await;
            let (client, _) = with(Cloud::Aws, server.url(), |config| {
                config.retry.mode = mode;
                config.retry.attempts = Some(attempts);
            });
            let error = client.call("ec2", "DescribeRegions", Value::Null).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (Kind::Throttled, attempts));
        }
    }
}

#[tokio::test]
async fn a_client_that_used_up_its_calls_waits_for_new_ones() {
    // The world's time begins at midnight, 1795219200 seconds after the epoch.
    let last = Act::Answer(
        200,
        "ratelimit-remaining: 0\r\nratelimit-reset: 1795219230\r\n",
        "{\"regions\":[]}".to_owned(),
    );
    let server = Server::start([last, answer(200, "{\"regions\":[]}")]).await;
    let (client, world) = with(Cloud::DigitalOcean, server.url(), |_| {});
    for waited in [0, 30_000, 30_000] {
        client.call("regions", "list", Value::Null).await.unwrap();
        assert_eq!(world.elapsed().as_millis(), waited);
    }
}

/// A service that takes so many calls a second of a test's own time, and a tenth of that at once.
struct Limit {
    per_second: f64,
    tokens: f64,
    filled: Duration,
}

impl Limit {
    fn takes(&mut self, now: Duration) -> bool {
        let passed = (now - self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.per_second / 10.0);
        self.filled = now;
        let takes = self.tokens >= 1.0;
        if takes {
            self.tokens -= 1.0;
        }
        takes
    }
}

/// All calls go out one after the other, in time that passes only in pauses and, by a tenth of a
/// millisecond, with each request; `lane.rs` shows the same for many callers side by side.
#[tokio::test]
async fn ten_thousand_calls_at_a_limited_rate_end_without_an_error() {
    let per_second = 500.0;
    let limit = Limit { per_second, tokens: 50.0, filled: Duration::ZERO };
    let limit = Arc::new(Mutex::new(limit));
    let shared: Arc<Mutex<Option<Arc<World>>>> = Arc::default();
    let (seen, asked) = (Arc::clone(&shared), Arc::clone(&limit));
    let server = Server::deciding(move || {
        let world = seen.lock().clone().expect("the world is there before the first call");
        world.pass(Duration::from_micros(100));
        let takes = asked.lock().takes(world.elapsed());
        if takes { answer(200, TAKEN) } else { answer(503, REFUSAL) }
    })
    .await;
    let (client, world) = with(Cloud::Aws, server.url(), |_| {});
    *shared.lock() = Some(Arc::clone(&world));
    for _ in 0..10_000 {
        client.call("ec2", "DescribeRegions", Value::Null).await.unwrap();
    }
    let used = 10_000.0 / world.elapsed().as_secs_f64() / per_second;
    assert!(used >= 0.9, "{used:.3} of the limit");
    assert!(used <= 1.01, "{used:.3} of the limit: nothing was limited");
}
