//! VPC, vSwitch and security group.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{Network, Networks, Subnet};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, id_of, text};
use super::{Alibaba, PAGES, is_busy, offers};
use crate::model::resource::Kind;

const VPC_RANGE: &str = "172.16.0.0/12";
const VSWITCH_RANGE: &str = "172.16.0.0/24";

#[async_trait]
impl Networks for Alibaba {
    async fn ensure_network(&self, session: &Session, place: &Place) -> Result<Network, Failure> {
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
                let available =
                    answer.list("/Vpcs/Vpc").iter().any(|vpc| vpc["Status"] == "Available");
                Ok(available.then_some(()))
            })
            .await?;
        let switches = vswitches(session, &id).await?;
        let own = switches.iter().find(|switch| switch["VSwitchName"] == place.names.network);
        let subnet = match own {
            Some(switch) => {
                let id = id_of(switch, "/VSwitchId", &place.names.network)?;
                let zone = id_of(switch, "/ZoneId", &place.names.network)?;
                Subnet { id: session.adopt(Kind::Subnet, &place.names.network, id).await?, zone }
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

    async fn ensure_firewall(
        &self,
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
        for port in place.ports() {
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
            let done = session.write("ecs", "AuthorizeSecurityGroup", input, "rule").await;
            done.busy_if(is_busy).none_if(|error| error.code() == "InvalidPermission.Duplicate")?;
        }
        Ok(id)
    }
}

/// The default VPC, if it has a vSwitch in a zone that has the instance type.
async fn default_network(
    session: &Session,
    place: &Place,
    id: String,
) -> Result<Option<Network>, Failure> {
    let zone = offers::zone(session, offers::instance_type(&place.size)).await?;
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
        "Tag": place.tags(None),
    });
    let made = session.create(Creation::of(Kind::Network, name), async {
        session.write("vpc", "CreateVpc", input, "VPC").await?.text("/VpcId")
    });
    made.await.busy_if(is_busy)
}

async fn create_vswitch(session: &Session, place: &Place, vpc: &str) -> Result<Subnet, Failure> {
    let name = &place.names.network;
    let zone = offers::zone(session, offers::instance_type(&place.size)).await?;
    let input = json!({
        "RegionId": session.region,
        "ZoneId": zone,
        "VpcId": vpc,
        "CidrBlock": VSWITCH_RANGE,
        "VSwitchName": name,
        "ClientToken": place.token("vswitch"),
        "Tag": place.tags(None),
    });
    let made = session.create(Creation::of(Kind::Subnet, name), async {
        session.write("vpc", "CreateVSwitch", input, "vSwitch").await?.text("/VSwitchId")
    });
    Ok(Subnet { id: made.await.busy_if(is_busy)?, zone })
}

/// All VPCs of the region.
pub(super) async fn vpcs(session: &Session) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "RegionId": session.region });
    PAGES.all(session, "vpc", "DescribeVpcs", filter, "/Vpcs/Vpc").await
}

pub(super) async fn vswitches(session: &Session, vpc: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "VpcId": vpc, "RegionId": session.region });
    PAGES.all(session, "vpc", "DescribeVSwitches", filter, "/VSwitches/VSwitch").await
}

/// The vSwitches of a name in any VPC.
pub(super) async fn vswitches_named(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "VSwitchName": name, "RegionId": session.region });
    let mut found =
        PAGES.all(session, "vpc", "DescribeVSwitches", filter, "/VSwitches/VSwitch").await?;
    found.retain(|switch| switch["VSwitchName"] == name);
    Ok(found)
}

/// The security groups of a name.
pub(super) async fn groups(session: &Session, name: &str) -> Result<Vec<Value>, Failure> {
    let filter = json!({ "SecurityGroupName": name, "RegionId": session.region });
    let pointer = "/SecurityGroups/SecurityGroup";
    let mut groups = PAGES.all(session, "ecs", "DescribeSecurityGroups", filter, pointer).await?;
    groups.retain(|group| group["SecurityGroupName"] == name);
    Ok(groups)
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
        "Description": place.described(),
        "ClientToken": place.token("security group"),
        "Tag": place.tags(None),
    });
    let made = session.create(Creation::of(Kind::Firewall, name), async {
        let made = session.write("ecs", "CreateSecurityGroup", input, "security group").await?;
        made.text("/SecurityGroupId")
    });
    made.await.busy_if(is_busy)
}
