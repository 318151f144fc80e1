//! The default VPC and the security group.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::super::adapter::{Network, Networks, Subnet};
use super::super::failure::{Failure, Outcome as _};
use super::super::place::Place;
use super::super::session::{Creation, Session, id_of, text};
use super::Aws;
use crate::model::resource::Kind;

#[async_trait]
impl Networks for Aws {
    async fn ensure_network(&self, session: &Session, _: &Place) -> Result<Network, Failure> {
        let filters = json!([{ "Name": "is-default", "Values": ["true"] }]);
        let answer = session.read("ec2", "DescribeVpcs", json!({ "Filters": filters })).await?;
        let vpc = answer.list("/Vpcs").iter().find(|vpc| vpc["IsDefault"] == true);
        let Some(id) = vpc.and_then(|vpc| text(vpc, "/VpcId")) else {
            return Err(Failure::Refused(format!(
                "{} has no default VPC; make one with `aws ec2 create-default-vpc`",
                session.region
            )));
        };
        let filters = json!([{ "Name": "vpc-id", "Values": [id] }]);
        let answer = session.read("ec2", "DescribeSubnets", json!({ "Filters": filters })).await?;
        let mut subnets: Vec<_> = answer
            .list("/Subnets")
            .iter()
            .filter(|subnet| subnet["DefaultForAz"] == true)
            .filter_map(|subnet| {
                let zone = text(subnet, "/AvailabilityZone")?;
                Some(Subnet { id: text(subnet, "/SubnetId")?, zone })
            })
            .collect();
        subnets.sort_by(|a, b| a.zone.cmp(&b.zone));
        subnets.dedup_by(|a, b| a.zone == b.zone);
        // A load balancer needs two zones.
        subnets.truncate(2);
        if subnets.len() < 2 {
            return Err(Failure::Refused(format!(
                "the default VPC {id} has no default subnets in two zones, which a load balancer needs"
            )));
        }
        Ok(Network { id, subnets })
    }

    async fn ensure_firewall(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
    ) -> Result<String, Failure> {
        let name = &place.names.firewall;
        let (id, rules) = match find_group(session, name, Some(&network.id)).await? {
            Some(group) => {
                let id = id_of(&group, "/GroupId", name)?;
                let rules = group["IpPermissions"].as_array().cloned().unwrap_or_default();
                (session.adopt(Kind::Firewall, name, id).await?, rules)
            }
            None => (create_group(session, place, network).await?, Vec::new()),
        };
        let missing: Vec<_> = place
            .ports()
            .into_iter()
            .filter(|port| {
                !rules.iter().any(|rule| rule["FromPort"] == *port && rule["ToPort"] == *port)
            })
            .map(|port| {
                json!({
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
                })
            })
            .collect();
        if !missing.is_empty() {
            let input = json!({ "GroupId": id, "IpPermissions": missing });
            let done = session.write("ec2", "AuthorizeSecurityGroupIngress", input, "rule").await;
            done.none_if(|error| error.code() == "InvalidPermission.Duplicate")?;
        }
        Ok(id)
    }
}

async fn create_group(
    session: &Session,
    place: &Place,
    network: &Network,
) -> Result<String, Failure> {
    let name = &place.names.firewall;
    let input = json!({
        "GroupName": name,
        "Description": place.described(),
        "VpcId": network.id,
        "TagSpecifications": [{
            "ResourceType": "security-group",
            "Tags": place.tags(Some(name)),
        }],
    });
    session
        .create(Creation::of(Kind::Firewall, name), async {
            let made = session.write("ec2", "CreateSecurityGroup", input, "security group").await?;
            made.text("/GroupId")
        })
        .await
}

pub(super) async fn find_group(
    session: &Session,
    name: &str,
    vpc: Option<&str>,
) -> Result<Option<Value>, Failure> {
    let mut filters = vec![json!({ "Name": "group-name", "Values": [name] })];
    filters.extend(vpc.map(|vpc| json!({ "Name": "vpc-id", "Values": [vpc] })));
    let answer =
        session.read("ec2", "DescribeSecurityGroups", json!({ "Filters": filters })).await?;
    let group = answer.list("/SecurityGroups").iter().find(|group| group["GroupName"] == name);
    Ok(group.cloned())
}
