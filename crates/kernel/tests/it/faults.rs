//! Fault rules: which calls they meet, how often, and which rules are refused.

use isobar_catalogue::Cloud;
use isobar_kernel::clock::MAX_OFFSET;
use isobar_kernel::faults::{Effect, Faults, Phase, Rule, Target};
use isobar_kernel::{Clock, Random};
use jiff::{SignedDuration, Timestamp};

fn rule(text: &str) -> Rule {
    serde_json::from_str(text).unwrap()
}

const CALL: Target<'_> =
    Target { cloud: Cloud::Aws, service: "ec2", operation: "RunInstances", region: "eu-west-1" };

fn meets(rule: Rule, phase: Phase) -> bool {
    let faults = Faults::default();
    faults.replace(vec![rule]).unwrap();
    faults.meet(phase, CALL, Timestamp::UNIX_EPOCH, &Random::seeded(1)).is_some()
}

#[test]
fn a_rule_meets_what_it_names() {
    let check = |text, expected| assert_eq!(meets(rule(text), Phase::Before), expected, "{text}");
    check(r#"{"effect": "silence"}"#, true);
    check(r#"{"effect": "silence", "cloud": "aws", "service": "ec2"}"#, true);
    check(r#"{"effect": "silence", "cloud": "alibaba"}"#, false);
    check(r#"{"effect": "silence", "operation": "StopInstances"}"#, false);
    check(r#"{"effect": "silence", "region": "us-east-1"}"#, false);
    check(r#"{"effect": "silence", "phase": "after"}"#, false);
    check(r#"{"effect": "silence", "probability": 0.0}"#, false);
    check(r#"{"effect": "silence", "until": "1969-12-31T00:00:00Z"}"#, false);
    assert!(meets(rule(r#"{"effect": "silence", "phase": "after"}"#), Phase::After));
}

#[test]
fn a_probability_is_kept() {
    let faults = Faults::default();
    faults
        .replace(vec![rule(r#"{"effect": {"error": {"status": 500}}, "probability": 0.33}"#)])
        .unwrap();
    let random = Random::seeded(7);
    let met = (0..10_000)
        .filter(|_| faults.meet(Phase::Before, CALL, Timestamp::UNIX_EPOCH, &random).is_some())
        .count();
    assert!((3_100..3_500).contains(&met), "{met} of 10,000 for a third");
}

#[test]
fn rules_out_of_bounds_change_nothing() {
    let faults = Faults::default();
    let good = rule(r#"{"effect": {"latency": {"milliseconds": 5}}}"#);
    faults.replace(vec![good.clone()]).unwrap();
    for bad in [
        r#"{"effect": "silence", "probability": 1.5}"#,
        r#"{"effect": {"error": {"status": 200}}}"#,
        r#"{"effect": {"error": {"status": 400, "code": "A\nB"}}}"#,
        r#"{"effect": {"error": {"status": 400, "code": ""}}}"#,
        r#"{"effect": {"latency": {"milliseconds": 600001}}}"#,
    ] {
        assert!(faults.replace(vec![rule(bad)]).is_err(), "{bad}");
        assert_eq!(faults.rules(), std::slice::from_ref(&good));
    }
    assert_eq!(good.effect, Effect::Latency { milliseconds: 5 });
    assert!(serde_json::from_str::<Rule>(r#"{"effect": "silence", "colour": 1}"#).is_err());
}

#[test]
fn the_clock_moves() {
    let clock = Clock::default();
    let copy = clock.clone();
    clock.advance(SignedDuration::from_hours(24));
    let ahead = copy.now().duration_since(Timestamp::from_second(0).unwrap());
    clock.advance(SignedDuration::from_hours(-24));
    let back = copy.now().duration_since(Timestamp::from_second(0).unwrap());
    assert!(ahead - back > SignedDuration::from_hours(23));
}

#[test]
fn the_clock_stays_within_the_range_of_timestamps() {
    let clock = Clock::default();
    for by in [SignedDuration::MAX, SignedDuration::from_hours(24), SignedDuration::MAX] {
        clock.advance(by);
        assert_eq!(clock.offset(), MAX_OFFSET);
    }
    assert!(clock.now() - SignedDuration::from_hours(24) > clock.system());
    clock.advance(SignedDuration::MIN);
    clock.advance(SignedDuration::MIN);
    assert_eq!(clock.offset(), -MAX_OFFSET);
    assert!(clock.now() < clock.system());
}

#[test]
fn random_text_is_of_its_alphabet() {
    let random = Random::seeded(3);
    let uuid = random.uuid();
    assert_eq!(uuid.len(), 36);
    assert_eq!(&uuid[14..15], "4");
    assert!(random.hex(17).chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()));
    assert!((0..1000).all(|_| random.below(7) < 7));
    assert_ne!(Random::default().secret(40), Random::default().secret(40));
}

#[test]
fn ids_that_are_drawn_ahead_differ() {
    let random = Random::default();
    let ids: std::collections::HashSet<_> = (0..1000).map(|_| random.uuid()).collect();
    assert_eq!(ids.len(), 1000);
}
