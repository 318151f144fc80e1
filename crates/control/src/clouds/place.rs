//! One target of a deployment, with everything that an adapter needs to know of it.

use std::fmt::Write as _;
use std::time::Duration;

use isobar_catalogue::model::Cloud;
use serde_json::{Value, json};

use crate::ids::digest;
use crate::model::manifest::{Health, Manifest, Protocol, TargetSpec, key};

/// One target of a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) deployment: String,
    pub(crate) service: String,
    pub(crate) environment: String,
    pub(crate) version: String,
    pub(crate) cloud: Cloud,
    pub(crate) region: String,
    pub(crate) size: String,
    pub(crate) image: Option<String>,
    pub(crate) script: String,
    pub(crate) run_port: u16,
    pub(crate) expose_port: u16,
    pub(crate) protocol: Protocol,
    pub(crate) health: Health,
    pub(crate) drain: Duration,
    /// The names of what later versions use too. Each carries a hash of whatever it cannot change,
    /// so that a change of that makes a new one beside the old.
    pub(crate) names: Names,
}

/// The names of what later versions use too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) network: String,
    pub(crate) firewall: String,
    pub(crate) balancer: String,
}

impl Place {
    pub(crate) fn new(
        installation: &str,
        deployment: &str,
        manifest: &Manifest,
        target: &TargetSpec,
        cloud: Cloud,
    ) -> Self {
        let scope = [installation, &manifest.environment, &manifest.service, &target.region];
        let ports = format!("{} {}", manifest.run.port, manifest.expose.port);
        let offer = format!("{ports} {:?}", manifest.expose.protocol);
        let name = |what: &str| {
            let hash = digest(scope.iter().copied().chain([cloud.name(), what]));
            // Elastic Load Balancing's names are the shortest: 32 characters.
            format!("isobar-{}-{}", clip(&manifest.service, 14), &hash[..8])
        };
        Self {
            deployment: deployment.to_owned(),
            service: manifest.service.clone(),
            environment: manifest.environment.clone(),
            version: manifest.version.clone(),
            cloud,
            region: target.region.clone(),
            size: target.size.clone(),
            image: target.image.clone(),
            script: manifest.run.script.clone(),
            run_port: manifest.run.port,
            expose_port: manifest.expose.port,
            protocol: manifest.expose.protocol,
            health: manifest.health.clone(),
            drain: Duration::from_secs(manifest.expose.drain_seconds.into()),
            names: Names {
                network: name("network"),
                firewall: name(&format!("firewall {ports}")),
                balancer: name(&format!("load balancer {offer}")),
            },
        }
    }

    /// `cloud/region`
    pub(crate) fn key(&self) -> String {
        key(self.cloud.name(), &self.region)
    }

    /// The name of an instance, unique to it.
    pub(crate) fn instance_name(&self, slot: &str) -> String {
        let unique = self.deployment.rsplit('_').next().unwrap_or_default().to_ascii_lowercase();
        format!("isobar-{}-{}-{slot}", clip(&self.service, 20), clip(&unique, 10))
    }

    /// What makes repeated requests for one thing of this deployment one.
    pub(crate) fn token(&self, what: &str) -> String {
        digest([self.deployment.as_str(), self.cloud.name(), &self.region, what])[..40].to_owned()
    }

    /// The tags that everything carries, and its name as one more where that is asked for.
    pub(crate) fn tags(&self, name: Option<&str>) -> Value {
        let tags = [
            ("isobar:deployment", &*self.deployment),
            ("isobar:service", &self.service),
            ("isobar:environment", &self.environment),
        ];
        let name = name.map(|name| ("Name", name));
        let tags = tags.into_iter().chain(name);
        tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
    }

    /// What a firewall is for, for people.
    pub(crate) fn described(&self) -> String {
        format!("Isobar: {} in {}", self.service, self.environment)
    }

    /// The ports that a firewall opens: the instances' for load balancer and health checks, and the
    /// load balancer's for clients.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let mut ports = vec![self.run_port, self.expose_port];
        ports.dedup();
        ports
    }

    /// The name of the load balancer's listener.
    pub(crate) fn listener_name(&self) -> String {
        format!("{}:{}", self.names.balancer, self.expose_port)
    }

    /// The script with what it finds in its environment. `HOST` is the machine's own to give.
    pub(crate) fn user_data(&self) -> String {
        let (interpreter, rest) = match self.script.split_once('\n') {
            Some((first, rest)) if first.starts_with("#!") => (first, rest),
            _ if self.script.starts_with("#!") => (self.script.as_str(), ""),
            _ => ("#!/bin/sh", self.script.as_str()),
        };
        let variables = [
            ("PORT", self.run_port.to_string()),
            ("SERVICE", self.service.clone()),
            ("VERSION", self.version.clone()),
            ("ENVIRONMENT", self.environment.clone()),
        ];
        if is_shell(interpreter) {
            let mut text = format!("{interpreter}\n");
            for (name, value) in &variables {
                // Names and values hold letters, digits and `._+-` only.
                let _ = writeln!(text, "export {name}='{value}'");
            }
            text.push_str(rest);
            return text;
        }
        // Another interpreter gets its script through a file, from a shell that sets the scene. The
        // file is in the machine's own home, so that it goes with the machine; a cloud that starts
        // scripts without a home does so as root.
        let mut text = "#!/bin/sh\n".to_owned();
        for (name, value) in &variables {
            let _ = writeln!(text, "export {name}='{value}'");
        }
        let mark = format!("ISOBAR_{}", &digest([self.script.as_str()])[..16]);
        let _ = write!(
            text,
            "file=\"${{HOME:-/root}}/.isobar-script\"\ncat > \"$file\" <<'{mark}' || exit 1\n{}\n{mark}\n\
             chmod 600 \"$file\" && exec {} \"$file\"\n",
            self.script.trim_end_matches('\n'),
            command(interpreter)
        );
        text
    }

    /// The fingerprint of what instances are made from: equal ones need no replacement.
    pub(crate) fn template(&self) -> String {
        let image = self.image.as_deref().unwrap_or_default();
        digest([self.user_data().as_str(), &self.size, image, &self.names.firewall])[..32]
            .to_owned()
    }

    /// Where clients find an address.
    pub(crate) fn url(&self, address: &str) -> String {
        let has_port = crate::probe::authority(address, 0) == address;
        let scheme = match self.protocol {
            Protocol::Http => "http",
            Protocol::Tcp => "tcp",
        };
        match (self.protocol, self.expose_port) {
            _ if has_port => format!("{scheme}://{address}"),
            (Protocol::Http, 80) => format!("{scheme}://{address}"),
            (_, port) => format!("{scheme}://{address}:{port}"),
        }
    }
}

/// The interpreter with its one argument, as the kernel reads them, for a shell. It is named rather
/// than the file executed, since some file systems forbid that.
fn command(interpreter: &str) -> String {
    let line = interpreter.trim_start_matches("#!").trim();
    let (program, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let words = [program, argument.trim_start()].into_iter().filter(|word| !word.is_empty());
    let quoted = words.map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    quoted.collect::<Vec<_>>().join(" ")
}

fn is_shell(interpreter: &str) -> bool {
    const SHELLS: [&str; 5] = ["sh", "bash", "dash", "ash", "zsh"];
    interpreter
        .trim_start_matches("#!")
        .split_whitespace()
        .filter(|word| !word.starts_with('-'))
        .filter_map(|word| word.rsplit('/').next())
        .find(|word| *word != "env")
        .is_some_and(|word| SHELLS.contains(&word))
}

fn clip(text: &str, longest: usize) -> &str {
    let end = text.char_indices().nth(longest).map_or(text.len(), |(at, _)| at);
    text[..end].trim_end_matches('-')
}
