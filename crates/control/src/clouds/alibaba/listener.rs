//! The listener of the load balancer.

use serde_json::{Value, json};

use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Session, text};
use super::is_busy;
use crate::caller::{CallError, CallKind};
use crate::model::manifest::Protocol;

/// What differs between the protocols.
struct Words {
    name: &'static str,
    create: &'static str,
    describe: &'static str,
    set: &'static str,
}

const fn words(protocol: Protocol) -> Words {
    match protocol {
        Protocol::Http => Words {
            name: "http",
            create: "CreateLoadBalancerHTTPListener",
            describe: "DescribeLoadBalancerHTTPListenerAttribute",
            set: "SetLoadBalancerHTTPListenerAttribute",
        },
        Protocol::Tcp => Words {
            name: "tcp",
            create: "CreateLoadBalancerTCPListener",
            describe: "DescribeLoadBalancerTCPListenerAttribute",
            set: "SetLoadBalancerTCPListenerAttribute",
        },
    }
}

/// The health checks, in the range that Server Load Balancer takes.
fn health_check(place: &Place) -> Value {
    let health = &place.health;
    let mut check = json!({
        "HealthCheckConnectPort": place.run_port,
        "HealthyThreshold": health.healthy_after.clamp(2, 10),
        "UnhealthyThreshold": health.unhealthy_after.clamp(2, 10),
        "HealthCheckInterval": health.interval_seconds.clamp(1, 50),
    });
    match place.protocol {
        Protocol::Http => {
            check["HealthCheck"] = json!("on");
            // HEAD, the default, is more than a service has to answer.
            check["HealthCheckMethod"] = json!("get");
            check["HealthCheckURI"] = json!(health.path);
            check["HealthCheckHttpCode"] = json!("http_2xx");
            check["HealthCheckTimeout"] = json!(health.timeout_seconds.clamp(1, 300));
        }
        Protocol::Tcp => {
            check["HealthCheckType"] = json!("tcp");
            check["HealthCheckConnectTimeout"] = json!(health.timeout_seconds.clamp(1, 300));
        }
    }
    check
}

/// Whether there is no such listener, which Server Load Balancer may say in the message alone.
pub(super) fn is_missing(error: &CallError) -> bool {
    error.kind == CallKind::NotFound
        || error.fault.message.contains("The specified resource does not exist")
}

fn add(input: &mut Value, members: &Value) {
    for (name, value) in members.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
}

pub(super) async fn ensure(
    session: &Session,
    place: &Place,
    balancer: &str,
) -> Result<(), Failure> {
    let words = words(place.protocol);
    let which = json!({
        "RegionId": session.region,
        "LoadBalancerId": balancer,
        "ListenerPort": place.expose_port,
    });
    let check = health_check(place);
    let known = session.read("slb", words.describe, which.clone()).await.none_if(is_missing)?;
    let status = match known.as_ref().and_then(|answer| text(answer.at(""), "/Status")) {
        Some(status) => {
            let answer = known.as_ref().map_or(&Value::Null, |answer| answer.at(""));
            if differs(&check, answer) {
                let mut input = which.clone();
                add(&mut input, &check);
                input["Bandwidth"] = json!(-1);
                session.write("slb", words.set, input, "listener").await.busy_if(is_busy)?;
            }
            status
        }
        None => {
            let mut input = which.clone();
            add(&mut input, &check);
            input["BackendServerPort"] = json!(place.run_port);
            input["Bandwidth"] = json!(-1);
            match place.protocol {
                Protocol::Http => input["StickySession"] = json!("off"),
                // This one operation spells it in its own way.
                Protocol::Tcp => input["healthCheckInterval"] = input["HealthCheckInterval"].take(),
            }
            session.write("slb", words.create, input, "listener").await.busy_if(is_busy)?;
            "stopped".to_owned()
        }
    };
    if status == "running" {
        return Ok(());
    }
    // A listener is made stopped.
    let mut input = which;
    input["ListenerProtocol"] = json!(words.name);
    let started = session.write("slb", "StartLoadBalancerListener", input, "listener").await;
    started.busy_if(is_busy).map(drop)
}

/// Whether a listener's checks are others.
fn differs(check: &Value, listener: &Value) -> bool {
    check.as_object().into_iter().flatten().any(|(name, wanted)| {
        let stands = text(listener, &format!("/{name}"));
        let wanted = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
        stands.is_some_and(|stands| stands != wanted)
    })
}
