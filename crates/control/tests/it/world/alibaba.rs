//! ECS, VPC and SLB, as the test's Alibaba Cloud does them.

use isobar_catalogue::model::Cloud;
use serde_json::{Value, json};

use super::{Failed, TAKES, World, decoded, made, parsed, string};

impl World {
    pub(super) fn alibaba(&mut self, operation: &str, input: &Value) -> Result<Value, Failed> {
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
}
