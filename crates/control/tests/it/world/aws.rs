//! EC2 and load balancing, as the test's AWS does them.

use isobar_catalogue::model::Cloud;
use serde_json::{Value, json};

use super::{Failed, World, string};

impl World {
    pub(super) fn aws(&mut self, operation: &str, input: &Value) -> Result<Value, Failed> {
        let cloud = Cloud::Aws;
        let filter = |name: &str| {
            let filters = input["Filters"].as_array().into_iter().flatten();
            filters.filter(|it| it["Name"] == name).map(|it| string(&it["Values"][0])).next()
        };
        let tag_name = || {
            let tags =
                input["TagSpecifications"][0]["Tags"].as_array().cloned().unwrap_or_default();
            tags.iter()
                .find(|tag| tag["Key"] == "Name")
                .map(|tag| string(&tag["Value"]))
                .unwrap_or_default()
        };
        Ok(match operation {
            "DescribeRegions" => {
                json!({ "Regions": [{ "RegionName": "us-east-1" }, { "RegionName": "eu-central-1" }] })
            }
            "DescribeInstanceTypes" => json!({ "InstanceTypes": [{ "InstanceType": "t3.small" }] }),
            "DescribeImages" => {
                json!({ "Images": [{ "ImageId": "ami-1", "State": "available", "CreationDate": "2026" }] })
            }
            "DescribeVpcs" => json!({ "Vpcs": [{ "VpcId": "vpc-1", "IsDefault": true }] }),
            "DescribeSubnets" => json!({ "Subnets": [
                { "SubnetId": "subnet-a", "AvailabilityZone": "a", "DefaultForAz": true },
                { "SubnetId": "subnet-b", "AvailabilityZone": "b", "DefaultForAz": true },
            ]}),
            "DescribeSecurityGroups" => {
                let ids = self.named(cloud, "firewall", &filter("group-name").unwrap_or_default());
                let groups = ids.iter().map(|id| {
                    let thing = &self.things[id];
                    json!({ "GroupId": id, "GroupName": thing.name, "IpPermissions": thing.data["rules"] })
                });
                json!({ "SecurityGroups": groups.collect::<Vec<_>>() })
            }
            "CreateSecurityGroup" => {
                let name = string(&input["GroupName"]);
                if !self.named(cloud, "firewall", &name).is_empty() {
                    return Err((400, "InvalidGroup.Duplicate"));
                }
                json!({ "GroupId": self.add(cloud, "firewall", "sg-", &name, json!({ "rules": [] })) })
            }
            "AuthorizeSecurityGroupIngress" => {
                let id = string(&input["GroupId"]);
                let thing = self.things.get_mut(&id).ok_or((400, "InvalidGroup.NotFound"))?;
                let rules = thing.data["rules"].as_array_mut().expect("rules are a list");
                rules.extend(input["IpPermissions"].as_array().cloned().unwrap_or_default());
                json!({})
            }
            "DeleteSecurityGroup" => {
                let id = string(&input["GroupId"]);
                self.get(&id, "InvalidGroup.NotFound")?;
                let used = self.things.values().any(|it| it.data["firewall"] == id);
                if used {
                    return Err((400, "DependencyViolation"));
                }
                self.remove(&id);
                json!({})
            }
            "RunInstances" => {
                let token = string(&input["ClientToken"]);
                let id = match self.tokens.get(&token) {
                    Some(id) => id.clone(),
                    None => {
                        let script = string(&input["UserData"]);
                        let data = json!({ "firewall": input["SecurityGroupIds"][0] });
                        let id = self.launch(cloud, "i-", &tag_name(), &script, data)?;
                        self.tokens.insert(token, id.clone());
                        id
                    }
                };
                json!({ "Instances": [{ "InstanceId": id }] })
            }
            "DescribeInstances" => {
                let ids = match input["InstanceIds"][0].as_str() {
                    Some(id) => {
                        self.get(id, "InvalidInstanceID.NotFound")?;
                        vec![id.to_owned()]
                    }
                    None => self.named(cloud, "instance", &filter("tag:Name").unwrap_or_default()),
                };
                let instances = ids.iter().map(|id| {
                    let state = match self.things[id].dying {
                        Some(_) => "shutting-down",
                        None if self.running(id) => "running",
                        None => "pending",
                    };
                    json!({ "InstanceId": id, "State": { "Name": state }, "PublicIpAddress": Self::address(id) })
                });
                json!({ "Reservations": [{ "Instances": instances.collect::<Vec<_>>() }] })
            }
            "TerminateInstances" => {
                let id = string(&input["InstanceIds"][0]);
                self.die(&id, "InvalidInstanceID.NotFound")?
            }
            _ => return self.elb(operation, input),
        })
    }

    pub(super) fn die(&mut self, id: &str, code: &'static str) -> Result<Value, Failed> {
        self.get(id, code)?;
        let now = self.seconds;
        self.things.get_mut(id).expect("it is there").dying.get_or_insert(now);
        Ok(json!({}))
    }

    pub(super) fn elb(&mut self, operation: &str, input: &Value) -> Result<Value, Failed> {
        let cloud = Cloud::Aws;
        let group = string(&input["TargetGroupArn"]);
        let targets: Vec<_> =
            input["Targets"].as_array().into_iter().flatten().map(|it| string(&it["Id"])).collect();
        Ok(match operation {
            "DescribeLoadBalancers" => {
                let ids = match input["Names"][0].as_str() {
                    Some(name) => self.named(cloud, "load_balancer", name),
                    None => vec![string(&input["LoadBalancerArns"][0])],
                };
                let Some(id) = ids.first().filter(|id| self.things.contains_key(*id)) else {
                    return Err((400, "LoadBalancerNotFound"));
                };
                let state = if self.running(id) { "active" } else { "provisioning" };
                json!({ "LoadBalancers": [{ "LoadBalancerArn": id, "DNSName": format!("{id}.elb.test:8080"), "State": { "Code": state } }] })
            }
            "DescribeTags" => {
                json!({ "TagDescriptions": [{ "ResourceArn": input["ResourceArns"][0], "Tags": [] }] })
            }
            "CreateLoadBalancer" => {
                let data = json!({ "firewall": input["SecurityGroups"][0] });
                let id = self.add(cloud, "load_balancer", "lb-", &string(&input["Name"]), data);
                json!({ "LoadBalancers": [{ "LoadBalancerArn": id }] })
            }
            "DeleteLoadBalancer" => {
                let id = string(&input["LoadBalancerArn"]);
                self.remove(&id);
                self.things.retain(|_, it| it.data["balancer"] != id);
                json!({})
            }
            "DescribeTargetGroups" => {
                let ids = self.named(cloud, "target_group", &string(&input["Names"][0]));
                let Some(id) = ids.first() else { return Err((400, "TargetGroupNotFound")) };
                let mut described = self.things[id].data.clone();
                described["TargetGroupArn"] = json!(id);
                json!({ "TargetGroups": [described] })
            }
            "CreateTargetGroup" => {
                let id =
                    self.add(cloud, "target_group", "tg-", &string(&input["Name"]), input.clone());
                json!({ "TargetGroups": [{ "TargetGroupArn": id }] })
            }
            "ModifyTargetGroup" => {
                let thing = self.things.get_mut(&group).ok_or((400, "TargetGroupNotFound"))?;
                for (name, value) in input.as_object().expect("an input is a structure") {
                    thing.data[name] = value.clone();
                }
                json!({})
            }
            "DescribeTargetGroupAttributes" => {
                json!({ "Attributes": self.get(&group, "TargetGroupNotFound")?.data["Attributes"] })
            }
            "ModifyTargetGroupAttributes" => {
                let thing = self.things.get_mut(&group).ok_or((400, "TargetGroupNotFound"))?;
                thing.data["Attributes"] = input["Attributes"].clone();
                json!({})
            }
            "DeleteTargetGroup" => {
                if self.things.values().any(|it| it.data["group"] == group) {
                    return Err((400, "ResourceInUse"));
                }
                self.remove(&group);
                json!({})
            }
            "DescribeListeners" => {
                let balancer = &input["LoadBalancerArn"];
                let listeners =
                    self.things.iter().filter(|(_, it)| it.data["balancer"] == *balancer);
                let listeners =
                    listeners.map(|(id, it)| json!({ "ListenerArn": id, "Port": it.data["port"] }));
                json!({ "Listeners": listeners.collect::<Vec<_>>() })
            }
            "CreateListener" => {
                let data = json!({
                    "balancer": input["LoadBalancerArn"],
                    "port": input["Port"],
                    "group": input["DefaultActions"][0]["TargetGroupArn"],
                });
                json!({ "Listeners": [{ "ListenerArn": self.add(cloud, "listener", "li-", "", data) }] })
            }
            "DeleteListener" => {
                let id = string(&input["ListenerArn"]);
                self.get(&id, "ListenerNotFound")?;
                self.remove(&id);
                json!({})
            }
            "RegisterTargets" => self.join(&group, &targets)?,
            "DeregisterTargets" => self.part(&group, &targets)?,
            "DescribeTargetHealth" => {
                let members = &self.get(&group, "TargetGroupNotFound")?.members;
                let told = members.iter().map(|(id, since)| {
                    let state = if self.in_service(id, *since) { "healthy" } else { "unhealthy" };
                    json!({ "Target": { "Id": id }, "TargetHealth": { "State": state } })
                });
                json!({ "TargetHealthDescriptions": told.collect::<Vec<_>>() })
            }
            other => panic!("the test's AWS has no {other}"),
        })
    }

    pub(super) fn join(&mut self, group: &str, ids: &[String]) -> Result<Value, Failed> {
        if let Some(id) = ids.iter().find(|id| !self.things.contains_key(*id)) {
            panic!("{id} was registered and is not there");
        }
        let now = self.seconds;
        let thing = self.things.get_mut(group).ok_or((404, "not_found"))?;
        for id in ids {
            thing.members.entry(id.clone()).or_insert(now);
        }
        Ok(json!({}))
    }

    pub(super) fn part(&mut self, group: &str, ids: &[String]) -> Result<Value, Failed> {
        let thing = self.things.get_mut(group).ok_or((404, "not_found"))?;
        thing.members.retain(|id, _| !ids.contains(id));
        Ok(json!({}))
    }
}
