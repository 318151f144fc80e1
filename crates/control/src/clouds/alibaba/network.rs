//! VPC, vSwitch and security group.

use serde_json::{Value, json};

use super::super::adapter::{Network, Subnet};
use super::super::failure::Failure;
use super::super::place::Place;
use super::super::session::{Creation, Session, text};
use super::catalogue;
use crate::model::resource::Kind;

const VPC_RANGE: &str = "172.16.0.0/12";
const VSWITCH_RANGE: &str = "172.16.0.0/24";

pub(super) async fn ensure(session: &Session, place: &Place) -> Result<Network, Failure> {
    let vpcs = vpcs(session).await?;
    let own = vpcs.iter().find(|vpc| vpc["VpcName"] == place.names.network);
    if own.is_none() {
        let default = vpcs.iter().find(|vpc| vpc["IsDefault"] == true);
        if let Some(id) = default.and_then(|vpc| text(vpc, "/VpcId"))
            && let Some(network) = default_network(session, place, id).await?
        {
            return Ok(network);
        }
    }
    let id = match own.and_then(|vpc| text(vpc, "/VpcId")) {
        Some(id) => session.adopt(Kind::Network, &place.names.network, id).await?,
        None => create_vpc(session, place).await?,
    };
    session
        .until("the VPC to become available", || async {
            let input = json!({ "RegionId": session.region, "VpcId": id });
            let answer = session.read("vpc", "DescribeVpcs", input).await?;
            let available = answer.list("/Vpcs/Vpc").iter().any(|vpc| vpc["Status"] == "Available");
            Ok(available.then_some(()))
        })
        .await?;
    let switches = vswitches(session, &id).await?;
    let own = switches.iter().find(|switch| switch["VSwitchName"] == place.names.network);
    let subnet = match own {
        Some(switch) => {
            let found = subnet(switch).ok_or_else(|| {
                Failure::Refused("a vSwitch was described without its id".to_owned())
            })?;
            session.adopt(Kind::Subnet, &place.names.network, found.id.clone()).await?;
            found
        }
        None => create_vswitch(session, place, &id).await?,
    };
    session
        .until("the vSwitch to become available", || async {
            let input = json!({ "RegionId": session.region, "VSwitchId": subnet.id });
            let answer = session.read("vpc", "DescribeVSwitches", input).await?;
            let mut switches = answer.list("/VSwitches/VSwitch").iter();
            Ok(switches.any(|switch| switch["Status"] == "Available").then_some(()))
        })
        .await?;
    Ok(Network { id, subnets: vec![subnet] })
}

/// The default VPC, if it has a vSwitch in a zone that has the instance type.
async fn default_network(
    session: &Session,
    place: &Place,
    id: String,
) -> Result<Option<Network>, Failure> {
    let zone = catalogue::zone(session, catalogue::instance_type(&place.size)).await?;
    let switches = vswitches(session, &id).await?;
    let fitting = switches.iter().filter_map(subnet).find(|subnet| subnet.zone == zone);
    Ok(fitting.map(|subnet| Network { id, subnets: vec![subnet] }))
}

fn subnet(switch: &Value) -> Option<Subnet> {
    Some(Subnet { id: text(switch, "/VSwitchId")?, zone: text(switch, "/ZoneId")? })
}

async fn create_vpc(session: &Session, place: &Place) -> Result<String, Failure> {
    let name = &place.names.network;
    let input = json!({
        "RegionId": session.region,
        "CidrBlock": VPC_RANGE,
        "VpcName": name,
        "ClientToken": place.token("vpc"),
        "Tag": tags(place),
    });
    session
        .create(
            Creation::of(Kind::Network, name),
            session.write("vpc", "CreateVpc", input, "VPC"),
            |answer| answer.text("/VpcId"),
        )
        .await?
        .text("/VpcId")
}

async fn create_vswitch(session: &Session, place: &Place, vpc: &str) -> Result<Subnet, Failure> {
    let name = &place.names.network;
    let zone = catalogue::zone(session, catalogue::instance_type(&place.size)).await?;
    let input = json!({
        "RegionId": session.region,
        "ZoneId": zone,
        "VpcId": vpc,
        "CidrBlock": VSWITCH_RANGE,
        "VSwitchName": name,
        "ClientToken": place.token("vswitch"),
        "Tag": tags(place),
    });
    let answer = session
        .create(
            Creation::of(Kind::Subnet, name),
            session.write("vpc", "CreateVSwitch", input, "vSwitch"),
            |answer| answer.text("/VSwitchId"),
        )
        .await?;
    Ok(Subnet { id: answer.text("/VSwitchId")?, zone })
}

/// The largest page of the VPC service.
const PER_PAGE: u32 = 50;

/// All VPCs of the region; no more than 20 pages.
pub(super) async fn vpcs(session: &Session) -> Result<Vec<Value>, Failure> {
    pages(session, "vpc", "DescribeVpcs", json!({}), "/Vpcs/Vpc").await
}

pub(super) async fn vswitches(session: &Session, vpc: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "VpcId": vpc });
    pages(session, "vpc", "DescribeVSwitches", filter, "/VSwitches/VSwitch").await
}

/// The vSwitches of a name in any VPC.
pub(super) async fn vswitches_named(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "VSwitchName": name });
    let mut found =
        pages(session, "vpc", "DescribeVSwitches", filter, "/VSwitches/VSwitch").await?;
    found.retain(|switch| switch["VSwitchName"] == name);
    Ok(found)
}

/// The security groups of a name.
pub(super) async fn groups(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "SecurityGroupName": name });
    let pointer = "/SecurityGroups/SecurityGroup";
    let mut groups = pages(session, "ecs", "DescribeSecurityGroups", filter, pointer).await?;
    groups.retain(|group| group["SecurityGroupName"] == name);
    Ok(groups)
}

/// Reads a numbered list to its end.
pub(super) async fn pages(
    session: &Session,
    service: &str,
    operation: &str,
    filter: Value,
    pointer: &str,
) -> Result<Vec<Value>, Failure> {
    const MOST_PAGES: u32 = 20;
    let mut items = Vec::new();
    for page in 1..=MOST_PAGES {
        let mut input = filter.clone();
        input["RegionId"] = json!(session.region);
        input["PageSize"] = json!(PER_PAGE);
        input["PageNumber"] = json!(page);
        let answer = session.read(service, operation, input).await?;
        let found = answer.list(pointer);
        items.extend_from_slice(found);
        if found.len() < PER_PAGE as usize {
            break;
        }
    }
    Ok(items)
}

pub(super) async fn security_group(
    session: &Session,
    place: &Place,
    network: &Network,
) -> Result<String, Failure> {
    let name = &place.names.firewall;
    let existing = groups(session, name).await?;
    let mine = existing.iter().find(|group| group["VpcId"] == network.id);
    let id = match mine.and_then(|group| text(group, "/SecurityGroupId")) {
        Some(id) => session.adopt(Kind::Firewall, name, id).await?,
        None => create_group(session, place, network).await?,
    };
    let input = json!({ "RegionId": session.region, "SecurityGroupId": id });
    let answer = session.read("ecs", "DescribeSecurityGroupAttribute", input).await?;
    let rules = answer.list("/Permissions/Permission");
    let mut ports = vec![place.run_port, place.expose_port];
    ports.dedup();
    for port in ports {
        let range = format!("{port}/{port}");
        if rules.iter().any(|rule| rule["PortRange"] == range) {
            continue;
        }
        let input = json!({
            "RegionId": session.region,
            "SecurityGroupId": id,
            "IpProtocol": "tcp",
            "PortRange": range,
            "SourceCidrIp": "0.0.0.0/0",
            "ClientToken": place.token(&format!("rule {range}")),
        });
        match session.write("ecs", "AuthorizeSecurityGroup", input, "rule").await {
            Err(Failure::Call(error)) if error.code() == "InvalidPermission.Duplicate" => {}
            other => drop(other?),
        }
    }
    Ok(id)
}

async fn create_group(
    session: &Session,
    place: &Place,
    network: &Network,
) -> Result<String, Failure> {
    let name = &place.names.firewall;
    let input = json!({
        "RegionId": session.region,
        "VpcId": network.id,
        "SecurityGroupName": name,
        "Description": format!("Isobar: {} in {}", place.service, place.environment),
        "ClientToken": place.token("security group"),
        "Tag": tags(place),
    });
    session
        .create(
            Creation::of(Kind::Firewall, name),
            session.write("ecs", "CreateSecurityGroup", input, "security group"),
            |answer| answer.text("/SecurityGroupId"),
        )
        .await?
        .text("/SecurityGroupId")
}

pub(super) fn tags(place: &Place) -> Value {
    place.tags().into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}
