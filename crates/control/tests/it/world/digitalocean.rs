//! Droplets and what is around them, as the test's DigitalOcean does them.

use isobar_catalogue::model::Cloud;
use serde_json::{Value, json};

use super::{Failed, World, string};

impl World {
    pub(super) fn digitalocean(&mut self, call: &str, input: &Value) -> Result<Value, Failed> {
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
}
