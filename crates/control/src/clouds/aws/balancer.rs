//! Load balancer, target group and listener.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{Balancer, Balancers, Member, MemberHealth, Network};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, id_of, text, texts};
use super::Aws;
use crate::caller::{CallError, CallKind};
use crate::model::manifest::Protocol;
use crate::model::resource::Kind;

#[async_trait]
impl Balancers for Aws {
    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
        firewall: &str,
    ) -> Result<Balancer, Failure> {
        let name = &place.names.balancer;
        let group = ensure_group(session, place, network).await?;
        let id = match find(session, name).await? {
            Some(balancer) => {
                let id = id_of(&balancer, "/LoadBalancerArn", name)?;
                session.adopt(Kind::LoadBalancer, name, id).await?
            }
            None => create(session, place, network, firewall).await?,
        };
        ensure_listener(session, place, &id, &group).await?;
        let active = session
            .until("the load balancer to become active", || async {
                let input = json!({ "LoadBalancerArns": [id] });
                let answer = session.read("elbv2", "DescribeLoadBalancers", input).await?;
                let state = answer.at("/LoadBalancers/0/State/Code").as_str();
                match state {
                    Some("active") => {
                        let name = answer.text("/LoadBalancers/0/DNSName")?;
                        reached(session, &id, name).await.map(Some)
                    }
                    Some("failed") => {
                        let reason = answer.at("/LoadBalancers/0/State/Reason");
                        Err(Failure::Refused(format!("the load balancer failed: {reason}")))
                    }
                    _ => Ok(None),
                }
            })
            .await?;
        let address = active.unwrap_or_else(|| "<load balancer address>".to_owned());
        session.note_address(Kind::LoadBalancer, name, &id, &address).await?;
        Ok(Balancer { id, group: Some(group), address })
    }

    async fn address(
        &self,
        session: &Session,
        balancer: &Balancer,
    ) -> Result<Option<String>, Failure> {
        let id = &balancer.id;
        let input = json!({ "LoadBalancerArns": [id] });
        let answer = session.read("elbv2", "DescribeLoadBalancers", input).await.found()?;
        let name = answer.and_then(|answer| text(answer.at("/LoadBalancers/0"), "/DNSName"));
        match name {
            Some(name) => reached(session, id, name).await.map(Some),
            None => Ok(None),
        }
    }

    async fn attach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        let input =
            json!({ "TargetGroupArn": group_of(balancer), "Targets": targets(place, instances) });
        let done = session.write("elbv2", "RegisterTargets", input, "registration").await;
        // An instance that starts again is refused until it runs.
        done.busy_if(is_invalid_target).map(drop)
    }

    async fn members(
        &self,
        session: &Session,
        _place: &Place,
        balancer: &Balancer,
    ) -> Result<Vec<Member>, Failure> {
        let answer = describe_health(session, balancer).await?;
        Ok(answer
            .iter()
            .filter_map(|entry| {
                let state = text(entry, "/TargetHealth/State")?;
                let health = match state.as_str() {
                    "healthy" => MemberHealth::InService,
                    other => MemberHealth::OutOfService(
                        text(entry, "/TargetHealth/Description")
                            .unwrap_or_else(|| other.to_owned()),
                    ),
                };
                Some(Member { id: text(entry, "/Target/Id")?, health })
            })
            .collect())
    }

    async fn detach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        let input =
            json!({ "TargetGroupArn": group_of(balancer), "Targets": targets(place, instances) });
        let answer = session.write("elbv2", "DeregisterTargets", input, "deregistration").await;
        // An idle target is shown as draining until its delay is over too.
        session.will_wait(place.drain);
        if answer.none_if(is_unregistered)?.is_none() {
            return Ok(());
        }
        session
            .until("connections to drain", || async {
                let Some(entries) = describe_health(session, balancer).await.found()? else {
                    return Ok(Some(()));
                };
                let draining = entries.iter().any(|entry| {
                    let state = text(entry, "/TargetHealth/State");
                    let id = text(entry, "/Target/Id").unwrap_or_default();
                    instances.contains(&id) && state.as_deref() != Some("unused")
                });
                Ok((!draining).then_some(()))
            })
            .await
            .map(drop)
    }
}

pub(super) async fn find(session: &Session, name: &str) -> Result<Option<Value>, Failure> {
    let answer = session.read("elbv2", "DescribeLoadBalancers", json!({ "Names": [name] })).await;
    Ok(answer.found()?.and_then(|answer| answer.list("/LoadBalancers").first().cloned()))
}

pub(super) async fn find_target_group(
    session: &Session,
    name: &str,
) -> Result<Option<Value>, Failure> {
    let answer = session.read("elbv2", "DescribeTargetGroups", json!({ "Names": [name] })).await;
    Ok(answer.found()?.and_then(|answer| answer.list("/TargetGroups").first().cloned()))
}

/// What a tag's key begins with by which the local cloud says where a listener is found, before the
/// listener's port.
const LISTENER: &str = "aws:isobar:listener:";

/// Where the listener is found: at the name, but for a local one whose port could not be bound, which
/// is found where the tag says.
async fn reached(session: &Session, id: &str, name: String) -> Result<String, Failure> {
    let answer = session.read("elbv2", "DescribeTags", json!({ "ResourceArns": [id] })).await?;
    let elsewhere = answer.list("/TagDescriptions/0/Tags").iter().find_map(|tag| {
        let port = tag["Key"].as_str()?.strip_prefix(LISTENER)?;
        let at = tag["Value"].as_str()?;
        (at.rsplit_once(':')?.1 != port).then(|| at.to_owned())
    });
    Ok(elsewhere.unwrap_or(name))
}

async fn create(
    session: &Session,
    place: &Place,
    network: &Network,
    firewall: &str,
) -> Result<String, Failure> {
    let name = &place.names.balancer;
    let subnets: Vec<_> = network.subnets.iter().map(|subnet| &subnet.id).collect();
    let input = json!({
        "Name": name,
        "Subnets": subnets,
        "SecurityGroups": [firewall],
        "Scheme": "internet-facing",
        "Type": match place.protocol { Protocol::Http => "application", Protocol::Tcp => "network" },
        "Tags": place.tags(Some(name)),
    });
    session
        .create(Creation::of(Kind::LoadBalancer, name), async {
            let made = session.write("elbv2", "CreateLoadBalancer", input, "load balancer").await?;
            made.text("/LoadBalancers/0/LoadBalancerArn")
        })
        .await
}

/// The health checks, in the range that Elastic Load Balancing takes.
fn health_check(place: &Place) -> Value {
    let health = &place.health;
    let interval = health.interval_seconds.clamp(5, 300);
    let mut check = json!({
        "HealthCheckEnabled": true,
        "HealthCheckPort": "traffic-port",
        "HealthCheckIntervalSeconds": interval,
        // It must be shorter than the interval.
        "HealthCheckTimeoutSeconds": health.timeout_seconds.clamp(2, 120).min(interval - 1),
        "HealthyThresholdCount": health.healthy_after.clamp(2, 10),
        "UnhealthyThresholdCount": health.unhealthy_after.clamp(2, 10),
    });
    match place.protocol {
        Protocol::Http => {
            check["HealthCheckProtocol"] = json!("HTTP");
            check["HealthCheckPath"] = json!(health.path);
            check["Matcher"] = json!({ "HttpCode": "200-299" });
        }
        Protocol::Tcp => check["HealthCheckProtocol"] = json!("TCP"),
    }
    check
}

async fn ensure_group(
    session: &Session,
    place: &Place,
    network: &Network,
) -> Result<String, Failure> {
    let name = &place.names.balancer;
    let check = health_check(place);
    let arn = match find_target_group(session, name).await? {
        Some(group) => {
            let arn = id_of(&group, "/TargetGroupArn", name)?;
            let arn = session.adopt(Kind::TargetGroup, name, arn).await?;
            let entries = check.as_object().into_iter().flatten();
            if entries.into_iter().any(|(member, wanted)| group[member] != *wanted) {
                let mut input = check.clone();
                input["TargetGroupArn"] = json!(arn);
                session.write("elbv2", "ModifyTargetGroup", input, "target group").await?;
            }
            arn
        }
        None => {
            let mut input = json!({
                "Name": name,
                "Protocol": match place.protocol { Protocol::Http => "HTTP", Protocol::Tcp => "TCP" },
                "Port": place.run_port,
                "VpcId": network.id,
                "TargetType": "instance",
                "Tags": place.tags(Some(name)),
            });
            for (member, value) in check.as_object().into_iter().flatten() {
                input[member] = value.clone();
            }
            session
                .create(Creation::of(Kind::TargetGroup, name), async {
                    let words = "target group";
                    let made = session.write("elbv2", "CreateTargetGroup", input, words).await?;
                    made.text("/TargetGroups/0/TargetGroupArn")
                })
                .await?
        }
    };
    ensure_drain(session, place, &arn).await?;
    Ok(arn)
}

/// How long connections drain from a target that is taken out.
async fn ensure_drain(session: &Session, place: &Place, group: &str) -> Result<(), Failure> {
    const KEY: &str = "deregistration_delay.timeout_seconds";
    let wanted = place.drain.as_secs().to_string();
    let input = json!({ "TargetGroupArn": group });
    let answer = session.read("elbv2", "DescribeTargetGroupAttributes", input).await?;
    let stands = answer
        .list("/Attributes")
        .iter()
        .any(|attribute| attribute["Key"] == KEY && attribute["Value"] == wanted);
    if !stands {
        let attributes = json!([{ "Key": KEY, "Value": wanted }]);
        let input = json!({ "TargetGroupArn": group, "Attributes": attributes });
        session.write("elbv2", "ModifyTargetGroupAttributes", input, "attributes").await?;
    }
    Ok(())
}

async fn ensure_listener(
    session: &Session,
    place: &Place,
    balancer: &str,
    group: &str,
) -> Result<(), Failure> {
    let input = json!({ "LoadBalancerArn": balancer });
    let answer = session.read("elbv2", "DescribeListeners", input).await?;
    let name = place.listener_name();
    let mut listeners = answer.list("/Listeners").iter();
    let known = listeners.find(|listener| listener["Port"] == place.expose_port);
    if let Some(id) = known.and_then(|listener| text(listener, "/ListenerArn")) {
        return session.adopt(Kind::Listener, &name, id).await.map(drop);
    }
    let input = json!({
        "LoadBalancerArn": balancer,
        "Protocol": match place.protocol { Protocol::Http => "HTTP", Protocol::Tcp => "TCP" },
        "Port": place.expose_port,
        "DefaultActions": [{ "Type": "forward", "TargetGroupArn": group }],
        "Tags": place.tags(Some(&name)),
    });
    session
        .create(Creation::of(Kind::Listener, &name), async {
            let made = session.write("elbv2", "CreateListener", input, "listener").await?;
            made.text("/Listeners/0/ListenerArn")
        })
        .await
        .map(drop)
}

fn group_of(balancer: &Balancer) -> &str {
    balancer.group.as_deref().unwrap_or_default()
}

/// Whether a target is not there, or does not run.
fn is_invalid_target(error: &CallError) -> bool {
    error.code() == "InvalidTarget"
}

/// Whether there is nothing to take out.
fn is_unregistered(error: &CallError) -> bool {
    error.kind == CallKind::NotFound || is_invalid_target(error)
}

fn targets(place: &Place, instances: &[String]) -> Value {
    instances.iter().map(|id| json!({ "Id": id, "Port": place.run_port })).collect()
}

async fn describe_health(session: &Session, balancer: &Balancer) -> Result<Vec<Value>, Failure> {
    let input = json!({ "TargetGroupArn": group_of(balancer) });
    let answer = session.read("elbv2", "DescribeTargetHealth", input).await?;
    Ok(answer.list("/TargetHealthDescriptions").to_vec())
}

/// The ARNs of the listeners of a load balancer, by a name of the form `load-balancer:port`.
pub(super) async fn find_listeners(session: &Session, name: &str) -> Result<Vec<String>, Failure> {
    let (balancer, port) = name.rsplit_once(':').unwrap_or((name, ""));
    let Some(balancer) = find(session, balancer).await? else { return Ok(Vec::new()) };
    let input = json!({ "LoadBalancerArn": text(&balancer, "/LoadBalancerArn") });
    let Some(answer) = session.read("elbv2", "DescribeListeners", input).await.found()? else {
        return Ok(Vec::new());
    };
    let of_port = answer
        .list("/Listeners")
        .iter()
        .filter(|listener| text(listener, "/Port").as_deref() == Some(port));
    Ok(texts(of_port, "/ListenerArn"))
}
