//! Three clouds in memory, with just enough behaviour to see whether a deployment keeps its rules.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use isobar_catalogue::model::Cloud;
use isobar_control::clouds::{CallError, Caller, Clouds};
use isobar_control::config::{Clock, Random};
use isobar_control::error::CloudFault;
use isobar_control::probe::{Probe, Prober, Seen};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// What everything in the test's clouds is.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) things: BTreeMap<String, Thing>,
    /// Client tokens that were seen, with what they made.
    tokens: HashMap<String, String>,
    pub(crate) calls: Vec<(Cloud, String, Value)>,
    /// Every third call fails, in one of three ways.
    pub(crate) flaky: bool,
    /// Port 80 cannot be had: once a listener stands, Alibaba Cloud's address carries another.
    pub(crate) no_port_80: bool,
    /// Until then, in seconds, DigitalOcean answers that there were too many requests.
    pub(crate) limited_until: i64,
    /// No cloud has room for instances.
    pub(crate) full: bool,
    /// Instances made after so many are never healthy.
    pub(crate) healthy_instances: usize,
    made: usize,
    counter: u64,
    seconds: i64,
    /// Load balancers that served once, by id, and moments at which they then did not.
    served: BTreeMap<String, bool>,
    pub(crate) outages: Vec<String>,
    /// The most instances that there were at the same time, by cloud.
    pub(crate) most: HashMap<Cloud, usize>,
}

/// One thing in a cloud.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) cloud: Cloud,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    data: Value,
    since: i64,
    dying: Option<i64>,
    pub(crate) script: String,
    pub(crate) sick: bool,
    /// Instances behind a load balancer, with the time since when.
    members: BTreeMap<String, i64>,
}

/// How long things take, in seconds.
const TAKES: i64 = 2;

type Failed = (u16, &'static str);

impl World {
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.things.values().filter(|thing| thing.kind == kind).count()
    }

    /// Somebody removes all load balancers by hand.
    pub(crate) fn lose_balancers(&mut self) {
        self.things.retain(|_, it| !matches!(it.kind, "load_balancer" | "listener"));
    }

    /// How many instances of a version get traffic.
    pub(crate) fn serving(&self, version: &str) -> usize {
        let members = self.things.values().flat_map(|it| &it.members);
        members
            .filter(|(id, since)| self.in_service(id, **since))
            .filter(|(id, _)| self.things[*id].script.contains(version))
            .count()
    }

    fn id(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}{}", self.counter)
    }

    fn add(
        &mut self,
        cloud: Cloud,
        kind: &'static str,
        prefix: &str,
        name: &str,
        data: Value,
    ) -> String {
        let id = self.id(prefix);
        self.things.insert(
            id.clone(),
            Thing {
                cloud,
                kind,
                name: name.to_owned(),
                data,
                since: self.seconds,
                dying: None,
                script: String::new(),
                sick: false,
                members: BTreeMap::new(),
            },
        );
        id
    }

    fn named(&self, cloud: Cloud, kind: &str, name: &str) -> Vec<String> {
        let things = self.things.iter();
        things
            .filter(|(_, it)| it.cloud == cloud && it.kind == kind && it.name == name)
            .map(|(id, _)| id.clone())
            .collect()
    }

    fn get(&self, id: &str, code: &'static str) -> Result<&Thing, Failed> {
        self.things.get(id).ok_or((404, code))
    }

    fn running(&self, id: &str) -> bool {
        self.things.get(id).is_some_and(|it| it.dying.is_none() && self.seconds >= it.since + TAKES)
    }

    fn launch(
        &mut self,
        cloud: Cloud,
        prefix: &str,
        name: &str,
        script: &str,
        data: Value,
    ) -> Result<String, Failed> {
        if self.full {
            return Err((500, "InsufficientInstanceCapacity"));
        }
        let id = self.add(cloud, "instance", prefix, name, data);
        self.made += 1;
        let sick = script.contains("BAD") || self.made > self.healthy_instances;
        let thing = self.things.get_mut(&id).expect("it was just added");
        script.clone_into(&mut thing.script);
        thing.sick = sick;
        let now = self
            .things
            .values()
            .filter(|it| it.kind == "instance" && it.cloud == cloud && it.dying.is_none())
            .count();
        let most = self.most.entry(cloud).or_default();
        *most = (*most).max(now);
        Ok(id)
    }

    fn in_service(&self, member: &str, since: i64) -> bool {
        let sick = self.things.get(member).is_none_or(|it| it.sick);
        self.running(member) && !sick && self.seconds >= since + TAKES
    }

    fn remove(&mut self, id: &str) {
        self.things.remove(id);
        for thing in self.things.values_mut() {
            thing.members.remove(id);
        }
    }

    /// Lets time pass: what is dying goes, and whoever served and does not is noted.
    fn settle(&mut self) {
        let now = self.seconds;
        let dead: Vec<_> = self
            .things
            .iter()
            .filter(|(_, it)| it.dying.is_some_and(|since| now >= since + TAKES))
            .map(|(id, _)| id.clone())
            .collect();
        dead.iter().for_each(|id| self.remove(id));
        let groups: Vec<_> = self
            .things
            .iter()
            .filter(|(_, it)| matches!(it.kind, "target_group" | "load_balancer"))
            .filter(|(_, it)| it.cloud != Cloud::Aws || it.kind == "target_group")
            .map(|(id, it)| {
                let serves =
                    it.members.iter().any(|(member, since)| self.in_service(member, *since));
                (id.clone(), serves)
            })
            .collect();
        for (id, serves) in groups {
            let before = self.served.get(&id).copied().unwrap_or(false);
            if before && !serves {
                self.outages.push(format!("{id} at {now}"));
            }
            self.served.insert(id, serves);
        }
    }

    fn address(id: &str) -> String {
        let number: u32 =
            id.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        format!("127.9.{}.{}", number / 250, number % 250 + 1)
    }

    fn aws(&mut self, operation: &str, input: &Value) -> Result<Value, Failed> {
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

    fn die(&mut self, id: &str, code: &'static str) -> Result<Value, Failed> {
        self.get(id, code)?;
        let now = self.seconds;
        self.things.get_mut(id).expect("it is there").dying.get_or_insert(now);
        Ok(json!({}))
    }

    fn elb(&mut self, operation: &str, input: &Value) -> Result<Value, Failed> {
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

    fn join(&mut self, group: &str, ids: &[String]) -> Result<Value, Failed> {
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

    fn part(&mut self, group: &str, ids: &[String]) -> Result<Value, Failed> {
        let thing = self.things.get_mut(group).ok_or((404, "not_found"))?;
        thing.members.retain(|id, _| !ids.contains(id));
        Ok(json!({}))
    }

    fn digitalocean(&mut self, call: &str, input: &Value) -> Result<Value, Failed> {
        let cloud = Cloud::DigitalOcean;
        let droplets: Vec<_> =
            input["droplet_ids"].as_array().into_iter().flatten().map(string).collect();
        let balancer = string(&input["lb_id"]);
        Ok(match call {
            "regions list" => json!({ "regions": [{ "slug": "nyc3", "available": true }] }),
            "sizes list" => json!({ "sizes": [{ "slug": "s-1vcpu-1gb", "regions": ["nyc3"] }] }),
            "firewalls list" => json!({ "firewalls": self.list(cloud, "firewall") }),
            "firewalls create" => {
                let id = self.add(cloud, "firewall", "fw-", &string(&input["name"]), json!({}));
                json!({ "firewall": { "id": id } })
            }
            "firewalls assign_droplets" => {
                self.get(&string(&input["firewall_id"]), "not_found")?;
                json!({})
            }
            "firewalls delete" => {
                let id = string(&input["firewall_id"]);
                self.get(&id, "not_found")?;
                self.remove(&id);
                json!({})
            }
            "droplets list" => {
                let tag = input["tag_name"].as_str().unwrap_or_default();
                let tagged = self.things.iter().filter(|(_, it)| {
                    it.kind == "instance"
                        && it.cloud == cloud
                        && it.dying.is_none()
                        && it.data["tags"]
                            .as_array()
                            .is_some_and(|tags| tags.iter().any(|it| it == tag))
                });
                let droplets =
                    tagged.map(|(id, it)| json!({ "id": id.parse::<u64>().ok(), "name": it.name }));
                json!({ "droplets": droplets.collect::<Vec<_>>() })
            }
            "droplets create" => {
                let (name, script) = (string(&input["name"]), string(&input["user_data"]));
                let data = json!({ "tags": input["tags"] });
                let id = self.launch(cloud, "9", &name, &script, data)?;
                json!({ "droplet": { "id": id.parse::<u64>().ok() } })
            }
            "droplets get" => {
                let id = string(&input["droplet_id"]);
                self.get(&id, "not_found")?;
                let status = if self.running(&id) { "active" } else { "new" };
                let address = Self::address(&id);
                json!({ "droplet": { "id": id, "status": status, "networks": { "v4": [{ "type": "public", "ip_address": address }] } } })
            }
            "droplets destroy" => self.die(&string(&input["droplet_id"]), "not_found")?,
            "load_balancers list" => json!({ "load_balancers": self.list(cloud, "load_balancer") }),
            "load_balancers create" => {
                let id = self.add(
                    cloud,
                    "load_balancer",
                    "dolb-",
                    &string(&input["name"]),
                    input.clone(),
                );
                json!({ "load_balancer": { "id": id } })
            }
            "load_balancers update" => {
                let thing = self.things.get_mut(&balancer).ok_or((404, "not_found"))?;
                thing.data["health_check"] = input["health_check"].clone();
                json!({})
            }
            "load_balancers get" => {
                let members = &self.get(&balancer, "not_found")?.members;
                let ids: Vec<_> = members.keys().filter_map(|id| id.parse::<u64>().ok()).collect();
                let status = if self.running(&balancer) { "active" } else { "new" };
                json!({ "load_balancer": { "id": balancer, "status": status, "ip": "127.7.7.7", "droplet_ids": ids } })
            }
            "load_balancers add_droplets" => self.join(&balancer, &droplets)?,
            "load_balancers remove_droplets" => self.part(&balancer, &droplets)?,
            "load_balancers delete" => {
                self.get(&balancer, "not_found")?;
                self.remove(&balancer);
                json!({})
            }
            other => panic!("the test's DigitalOcean has no {other}"),
        })
    }

    fn list(&self, cloud: Cloud, kind: &str) -> Vec<Value> {
        let things = self.things.iter().filter(|(_, it)| it.cloud == cloud && it.kind == kind);
        things
            .map(|(id, it)| {
                let members: Vec<_> = it.members.keys().filter_map(|id| id.parse::<u64>().ok()).collect();
                json!({ "id": id, "name": it.name, "health_check": it.data["health_check"], "droplet_ids": members })
            })
            .collect()
    }

    fn alibaba(&mut self, operation: &str, input: &Value) -> Result<Value, Failed> {
        let cloud = Cloud::Alibaba;
        let token = input["ClientToken"].as_str().unwrap_or_default().to_owned();
        if let (true, Some(id)) = (operation != "AuthorizeSecurityGroup", self.tokens.get(&token)) {
            return Ok(made(id));
        }
        let balancer = string(&input["LoadBalancerId"]);
        let create = |world: &mut Self, kind, prefix, name: &str, data| {
            let id = world.add(cloud, kind, prefix, &string(&input[name]), data);
            world.tokens.insert(token.clone(), id.clone());
            made(&id)
        };
        Ok(match operation {
            "DescribeRegions" => {
                json!({ "Regions": { "Region": [{ "RegionId": "cn-hangzhou" }] } })
            }
            "DescribeZones" => json!({ "Zones": { "Zone": [{ "ZoneId": "cn-hangzhou-h" }] } }),
            "DescribeImages" => {
                json!({ "Images": { "Image": [{ "ImageId": "aliyun_3_x64_20G", "OSType": "linux" }] } })
            }
            "DescribeVpcs" => {
                let vpcs = self.things.iter().filter(|(id, it)| {
                    it.kind == "network"
                        && input["VpcId"].as_str().is_none_or(|wanted| wanted == *id)
                });
                let vpcs = vpcs.map(|(id, it)| json!({ "VpcId": id, "VpcName": it.name, "Status": if self.running(id) { "Available" } else { "Pending" } }));
                json!({ "Vpcs": { "Vpc": vpcs.collect::<Vec<_>>() } })
            }
            "CreateVpc" => create(self, "network", "vpc-", "VpcName", json!({})),
            "DescribeVSwitches" => {
                let switches = self.things.iter().filter(|(id, it)| {
                    it.kind == "subnet"
                        && input["VSwitchId"].as_str().is_none_or(|wanted| wanted == *id)
                        && input["VpcId"].as_str().is_none_or(|wanted| it.data["VpcId"] == wanted)
                });
                let switches = switches.map(|(id, it)| {
                    json!({ "VSwitchId": id, "VSwitchName": it.name, "ZoneId": "cn-hangzhou-h", "Status": "Available" })
                });
                json!({ "VSwitches": { "VSwitch": switches.collect::<Vec<_>>() } })
            }
            "CreateVSwitch" => create(self, "subnet", "vsw-", "VSwitchName", input.clone()),
            "DescribeSecurityGroups" => {
                let ids = self.named(cloud, "firewall", &string(&input["SecurityGroupName"]));
                let groups = ids.iter().map(|id| {
                    let it = &self.things[id];
                    json!({ "SecurityGroupId": id, "SecurityGroupName": it.name, "VpcId": it.data["VpcId"] })
                });
                json!({ "SecurityGroups": { "SecurityGroup": groups.collect::<Vec<_>>() } })
            }
            "CreateSecurityGroup" => create(
                self,
                "firewall",
                "asg-",
                "SecurityGroupName",
                json!({ "VpcId": input["VpcId"], "rules": [] }),
            ),
            "DescribeSecurityGroupAttribute" => {
                let it = self.get(
                    input["SecurityGroupId"].as_str().unwrap_or_default(),
                    "InvalidSecurityGroupId.NotFound",
                )?;
                json!({ "Permissions": { "Permission": it.data["rules"] } })
            }
            "AuthorizeSecurityGroup" => {
                let id = string(&input["SecurityGroupId"]);
                let it =
                    self.things.get_mut(&id).ok_or((404, "InvalidSecurityGroupId.NotFound"))?;
                it.data["rules"]
                    .as_array_mut()
                    .expect("rules are a list")
                    .push(json!({ "PortRange": input["PortRange"] }));
                json!({})
            }
            "RunInstances" => {
                let data =
                    json!({ "group": input["SecurityGroupId"], "switch": input["VSwitchId"] });
                let script = decoded(&input["UserData"]);
                let id =
                    self.launch(cloud, "ai-", &string(&input["InstanceName"]), &script, data)?;
                self.tokens.insert(token, id.clone());
                made(&id)
            }
            "DescribeInstances" => {
                let ids: Vec<String> = match input["InstanceIds"].as_str() {
                    Some(text) => serde_json::from_str(text).expect("instance ids are a JSON list"),
                    None => self.named(cloud, "instance", &string(&input["InstanceName"])),
                };
                let there = ids.iter().filter(|id| self.things.contains_key(*id));
                let instances = there.map(|id| {
                    let status = if self.running(id) { "Running" } else { "Pending" };
                    json!({ "InstanceId": id, "InstanceName": self.things[id].name, "Status": status, "PublicIpAddress": { "IpAddress": [Self::address(id)] } })
                });
                json!({ "Instances": { "Instance": instances.collect::<Vec<_>>() } })
            }
            "DeleteInstance" => {
                let id = string(&input["InstanceId"]);
                if !self.running(&id)
                    && self.get(&id, "InvalidInstanceId.NotFound")?.dying.is_none()
                {
                    return Err((403, "IncorrectInstanceStatus.Initializing"));
                }
                self.die(&id, "InvalidInstanceId.NotFound")?
            }
            "DeleteSecurityGroup" => self.delete(
                &string(&input["SecurityGroupId"]),
                "group",
                "InvalidSecurityGroupId.NotFound",
            )?,
            "DeleteVSwitch" => {
                self.delete(&string(&input["VSwitchId"]), "switch", "InvalidVSwitchId.NotFound")?
            }
            "DeleteVpc" => {
                self.delete(&string(&input["VpcId"]), "VpcId", "InvalidVpcId.NotFound")?
            }
            "DescribeLoadBalancers" => {
                let ids = self.named(cloud, "load_balancer", &string(&input["LoadBalancerName"]));
                let balancers = ids.iter().map(|id| json!({ "LoadBalancerId": id, "LoadBalancerName": self.things[id].name, "Address": self.shown(id) }));
                json!({ "LoadBalancers": { "LoadBalancer": balancers.collect::<Vec<_>>() } })
            }
            "CreateLoadBalancer" => {
                create(self, "load_balancer", "alb-", "LoadBalancerName", json!({}))
            }
            "DeleteLoadBalancer" => {
                self.delete(&balancer, "-", "InvalidLoadBalancerId.NotFound")?
            }
            "DescribeLoadBalancerHTTPListenerAttribute"
            | "DescribeLoadBalancerTCPListenerAttribute" => {
                let listener =
                    &self.get(&balancer, "InvalidLoadBalancerId.NotFound")?.data["listener"];
                if listener.is_null() {
                    return Err((404, "ListenerNotFound"));
                }
                listener.clone()
            }
            "CreateLoadBalancerHTTPListener"
            | "SetLoadBalancerHTTPListenerAttribute"
            | "CreateLoadBalancerTCPListener"
            | "SetLoadBalancerTCPListenerAttribute" => {
                let it = self
                    .things
                    .get_mut(&balancer)
                    .ok_or((404, "InvalidLoadBalancerId.NotFound"))?;
                let status = it.data["listener"]["Status"].as_str().unwrap_or("stopped").to_owned();
                it.data["listener"] = input.clone();
                // Inputs and answers spell it differently.
                if let Some(interval) = input.get("healthCheckInterval") {
                    it.data["listener"]["HealthCheckInterval"] = interval.clone();
                }
                it.data["listener"]["Status"] = json!(status);
                json!({})
            }
            "StartLoadBalancerListener" => {
                let it = self
                    .things
                    .get_mut(&balancer)
                    .ok_or((404, "InvalidLoadBalancerId.NotFound"))?;
                it.data["listener"]["Status"] = json!("running");
                it.data["running_since"] = json!(self.seconds);
                json!({})
            }
            "DescribeLoadBalancerAttribute" => {
                let it = self.get(&balancer, "InvalidLoadBalancerId.NotFound")?;
                let servers = it.members.keys().map(|id| {
                    json!({ "ServerId": id, "Weight": it.data["weights"][id].as_u64().unwrap_or(100) })
                });
                json!({ "Address": self.shown(&balancer), "BackendServers": { "BackendServer": servers.collect::<Vec<_>>() } })
            }
            "AddBackendServers" | "SetBackendServers" => {
                let servers: Vec<Value> = parsed(&input["BackendServers"]);
                for server in servers {
                    let id = string(&server["ServerId"]);
                    self.join(&balancer, std::slice::from_ref(&id))?;
                    let it = self.things.get_mut(&balancer).expect("it was just found");
                    it.data["weights"][&id] =
                        json!(string(&server["Weight"]).parse::<u64>().unwrap_or(100));
                }
                json!({})
            }
            "RemoveBackendServers" => {
                let servers: Vec<Value> = parsed(&input["BackendServers"]);
                let ids: Vec<_> =
                    servers.iter().map(|server| string(&server["ServerId"])).collect();
                self.part(&balancer, &ids)?
            }
            "DescribeHealthStatus" => {
                let members = &self.get(&balancer, "InvalidLoadBalancerId.NotFound")?.members;
                let told = members.iter().map(|(id, since)| {
                    let health = if self.in_service(id, *since) { "normal" } else { "abnormal" };
                    json!({ "ServerId": id, "ServerHealthStatus": health })
                });
                json!({ "BackendServers": { "BackendServer": told.collect::<Vec<_>>() } })
            }
            other => panic!("the test's Alibaba Cloud has no {other}"),
        })
    }

    /// The address of an Alibaba load balancer. The listener's port is known some time after it.
    fn shown(&self, id: &str) -> String {
        let since = self.things[id].data["running_since"].as_i64();
        match since.filter(|since| self.no_port_80 && self.seconds >= since + TAKES) {
            Some(_) => "127.8.8.8:40080".to_owned(),
            None => "127.8.8.8".to_owned(),
        }
    }

    fn delete(&mut self, id: &str, dependant: &str, code: &'static str) -> Result<Value, Failed> {
        self.get(id, code)?;
        if self.things.values().any(|it| it.data[dependant] == id) {
            return Err((403, "DependencyViolation"));
        }
        self.remove(id);
        Ok(json!({}))
    }
}

fn made(id: &str) -> Value {
    json!({
        "VpcId": id, "VSwitchId": id, "SecurityGroupId": id, "LoadBalancerId": id, "Address": "127.8.8.8",
        "InstanceIdSets": { "InstanceIdSet": [id] },
    })
}

fn parsed(value: &Value) -> Vec<Value> {
    serde_json::from_str(value.as_str().unwrap_or("[]")).expect("servers are a JSON list")
}

fn string(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn decoded(value: &Value) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(string(value)).expect("base64");
    String::from_utf8(bytes).expect("a script is text")
}

/// The way into the test's clouds, and their prober and clock.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) clock: Arc<TestClock>,
}

impl Door {
    pub(crate) fn new() -> Self {
        let world = World { healthy_instances: usize::MAX, ..World::default() };
        Self { world: Arc::new(Mutex::new(world)), clock: Arc::default() }
    }
}

struct CloudDoor {
    door: Door,
    cloud: Cloud,
}

impl Clouds for Door {
    fn caller(&self, cloud: Cloud, _region: &str) -> Result<Arc<dyn Caller>, String> {
        Ok(Arc::new(CloudDoor { door: self.clone(), cloud }))
    }
}

pub(crate) fn is_read(operation: &str) -> bool {
    operation.starts_with("Describe") || operation == "list" || operation == "get"
}

/// Every call is one that the vendor's catalogue has, with members that it takes.
fn assert_valid(cloud: Cloud, service: &str, operation: &str, input: &Value) {
    let found = isobar_catalogue::service(cloud, service);
    let service = found.unwrap_or_else(|| panic!("{cloud} has no {service}"));
    let found = service.operation(operation);
    let operation = found.unwrap_or_else(|| panic!("{cloud} has no {operation}"));
    let input: isobar_wire::Value = serde_json::from_value(input.clone()).expect("any value");
    let violations = isobar_wire::validate(service, operation, &input);
    assert!(violations.is_empty(), "{cloud} {}: {violations:?}: {input:?}", operation.name);
}

#[async_trait]
impl Caller for CloudDoor {
    async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, CallError> {
        tokio::task::yield_now().await;
        assert_valid(self.cloud, service, operation, &input);
        let now = self.door.clock.now();
        let mut world = self.door.world.lock();
        world.seconds = now.as_second();
        world.settle();
        let failed = |status: Option<u16>, code: &str, reached: bool| CallError {
            fault: CloudFault {
                name: self.cloud.name().to_owned(),
                service: service.to_owned(),
                operation: operation.to_owned(),
                code: Some(code.to_owned()),
                message: format!("the test says {code}"),
                request_id: None,
            },
            status,
            retryable: status.is_none_or(|status| status >= 500 || status == 429),
            limited: (status == Some(429)).then_some(Duration::from_secs(7)),
            may_have_reached: reached,
        };
        if !is_read(operation) {
            world.calls.push((self.cloud, operation.to_owned(), input.clone()));
        }
        world.counter += 1;
        let way = world.counter % 9;
        if world.flaky && way == 0 {
            return Err(failed(Some(500), "InternalError", true));
        }
        if world.flaky && way == 3 {
            return Err(failed(Some(429), "Throttling", false));
        }
        if self.cloud == Cloud::DigitalOcean && world.seconds < world.limited_until {
            return Err(failed(Some(429), "too_many_requests", false));
        }
        let answer = match self.cloud {
            Cloud::Aws => world.aws(operation, &input),
            Cloud::Alibaba => world.alibaba(operation, &input),
            Cloud::DigitalOcean => world.digitalocean(&format!("{service} {operation}"), &input),
        };
        world.settle();
        if world.flaky && way == 6 {
            // It was done, and the answer is lost.
            return Err(failed(None, "", true));
        }
        answer.map_err(|(status, code)| failed(Some(status), code, false))
    }
}

#[async_trait]
impl Prober for Door {
    async fn probe(&self, probe: &Probe) -> Seen {
        let mut world = self.world.lock();
        world.seconds = self.clock.now().as_second();
        world.settle();
        let found = world
            .things
            .iter()
            .find(|(id, it)| it.kind == "instance" && World::address(id) == probe.address);
        match found {
            Some((id, it)) if world.running(id) && !it.sick => Ok("status 200".to_owned()),
            _ => Err("connection refused".to_owned()),
        }
    }
}

/// Time that passes when somebody sleeps.
pub(crate) struct TestClock(Mutex<Timestamp>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new(Timestamp::from_second(1_700_000_000).expect("a valid time")))
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        // The others get their turn, as they would while the time passes; the database answers
        // from a thread of its own, so that turns are counted in real time.
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_micros(300) {
            tokio::task::yield_now().await;
        }
        let mut now = self.0.lock();
        *now = (*now).max(until);
    }
}

/// Numbers that are different each time and the same in each run.
#[derive(Default)]
pub(crate) struct TestRandom(Mutex<u64>);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock();
        for byte in bytes {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = u8::try_from(*state >> 56).expect("eight bits are left");
        }
    }
}
