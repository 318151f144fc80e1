//! Three clouds in memory, with just enough behaviour to see whether a deployment keeps its rules.

mod alibaba;
mod aws;
mod digitalocean;
mod door;

use std::collections::{BTreeMap, HashMap};

use isobar_catalogue::model::Cloud;
use serde_json::{Value, json};

pub(crate) use door::{Door, TestRandom};

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
