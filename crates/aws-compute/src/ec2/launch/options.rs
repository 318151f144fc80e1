//! What a launch may ask for.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use isobar_kernel::Fault;
use isobar_wire::Input;

use super::super::errors;
use super::super::images::Image;
use super::super::instance_types::Type;
use super::super::records::MetadataOptions;
use super::super::tags::TagSpecifications;

/// How long user data may be, and a script once it is decompressed.
const MOST_USER_DATA: usize = 16 << 10;
const MOST_SCRIPT: u64 = 1 << 20;

#[derive(Debug, Input)]
pub(super) struct RunInstances {
    pub(super) dry_run: Option<bool>,
    pub(super) image_id: Option<String>,
    pub(super) instance_type: Option<String>,
    pub(super) min_count: i64,
    pub(super) max_count: i64,
    pub(super) key_name: Option<String>,
    pub(super) security_group_ids: Option<Vec<String>>,
    pub(super) security_groups: Option<Vec<String>>,
    pub(super) subnet_id: Option<String>,
    pub(super) user_data: Option<String>,
    pub(super) client_token: Option<String>,
    pub(super) block_device_mappings: Option<Vec<BlockDevice>>,
    pub(super) network_interfaces: Option<Vec<InterfaceSpecification>>,
    pub(super) placement: Option<Placement>,
    pub(super) monitoring: Option<Monitoring>,
    pub(super) tag_specifications: TagSpecifications,
    pub(super) disable_api_termination: Option<bool>,
    pub(super) disable_api_stop: Option<bool>,
    pub(super) ebs_optimized: Option<bool>,
    instance_initiated_shutdown_behavior: Option<String>,
    credit_specification: Option<CreditSpecification>,
    maintenance_options: Option<MaintenanceOptions>,
    metadata_options: Option<AskedMetadata>,
    launch_template: Option<LaunchTemplate>,
    iam_instance_profile: Option<Profile>,
}

#[derive(Clone, Debug, Default, Input)]
pub(super) struct BlockDevice {
    pub(super) device_name: Option<String>,
    pub(super) no_device: Option<String>,
    pub(super) virtual_name: Option<String>,
    pub(super) ebs: Option<Ebs>,
}

#[derive(Clone, Debug, Default, Input)]
pub(super) struct Ebs {
    pub(super) delete_on_termination: Option<bool>,
    pub(super) iops: Option<i64>,
    pub(super) snapshot_id: Option<String>,
    pub(super) volume_size: Option<i64>,
    pub(super) volume_type: Option<String>,
    pub(super) throughput: Option<i64>,
    pub(super) encrypted: Option<bool>,
}

#[derive(Debug, Input)]
pub(super) struct InterfaceSpecification {
    pub(super) associate_public_ip_address: Option<bool>,
    pub(super) delete_on_termination: Option<bool>,
    pub(super) description: Option<String>,
    pub(super) device_index: Option<i64>,
    pub(super) groups: Option<Vec<String>>,
    pub(super) network_interface_id: Option<String>,
    pub(super) subnet_id: Option<String>,
}

#[derive(Debug, Input)]
pub(super) struct Placement {
    pub(super) availability_zone: Option<String>,
    pub(super) availability_zone_id: Option<String>,
    pub(super) tenancy: Option<String>,
}

#[derive(Debug, Input)]
pub(super) struct Monitoring {
    pub(super) enabled: bool,
}

#[derive(Debug, Input)]
struct CreditSpecification {
    cpu_credits: String,
}

#[derive(Debug, Input)]
struct MaintenanceOptions {
    auto_recovery: Option<String>,
}

#[derive(Debug, Default, Input)]
struct AskedMetadata {
    http_tokens: Option<String>,
    http_put_response_hop_limit: Option<i64>,
    http_endpoint: Option<String>,
    http_protocol_ipv6: Option<String>,
    instance_metadata_tags: Option<String>,
}

#[derive(Debug, Input)]
struct LaunchTemplate {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
}

#[derive(Debug, Input)]
struct Profile {
    arn: Option<String>,
    name: Option<String>,
}

impl RunInstances {
    /// Refuses what does not exist here: templates and profiles, which nobody can make.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if let Some(template) = &self.launch_template {
            return Err(match (&template.launch_template_id, &template.launch_template_name) {
                (Some(id), _) => errors::TEMPLATE_ID.with(&[id]),
                (None, Some(name)) => errors::TEMPLATE_NAME.with(&[name]),
                (None, None) => errors::MISSING.with(&[&"LaunchTemplateId"]),
            });
        }
        if let Some(profile) = &self.iam_instance_profile {
            return Err(match (&profile.arn, &profile.name) {
                (Some(arn), _) => errors::PROFILE.with(&[arn, &"arn", &"ARN"]),
                (None, name) => {
                    let name = name.as_deref().unwrap_or_default();
                    errors::PROFILE.with(&[&name, &"name", &"name"])
                }
            });
        }
        Ok(())
    }

    /// `stop` where nothing else is asked for.
    pub(super) fn shutdown_behavior(&self) -> Result<String, Fault> {
        match self.instance_initiated_shutdown_behavior.as_deref() {
            None => Ok("stop".to_owned()),
            Some(known @ ("stop" | "terminate")) => Ok(known.to_owned()),
            Some(other) => Err(errors::SHUTDOWN.with(&[&other])),
        }
    }

    /// How CPU credits are used, for types that have them.
    pub(super) fn cpu_credits(&self, kind: &Type) -> Result<Option<String>, Fault> {
        let asked = self.credit_specification.as_ref().map(|asked| asked.cpu_credits.as_str());
        match (asked, kind.default_credits()) {
            (None, default) => Ok(default.map(str::to_owned)),
            (Some(_), None) => Err(errors::CREDITS.with(&[&kind.name])),
            (Some(asked @ ("standard" | "unlimited")), Some(_)) => Ok(Some(asked.to_owned())),
            (Some(other), Some(_)) => Err(errors::VALUE.with(&[&other, &"cpuCredits", &""])),
        }
    }

    pub(super) fn auto_recovery(&self) -> String {
        let asked = self.maintenance_options.as_ref();
        asked.and_then(|asked| asked.auto_recovery.clone()).unwrap_or_else(|| "default".to_owned())
    }

    /// How the instance may ask for its metadata; the image says what is usual.
    pub(super) fn metadata(&self, image: &Image) -> MetadataOptions {
        let none = AskedMetadata::default();
        let asked = self.metadata_options.as_ref().unwrap_or(&none);
        let text =
            |asked: &Option<String>, usual: &str| asked.clone().unwrap_or_else(|| usual.to_owned());
        MetadataOptions {
            http_tokens: text(
                &asked.http_tokens,
                if image.imds_v2 { "required" } else { "optional" },
            ),
            hop_limit: asked.http_put_response_hop_limit.unwrap_or(if image.imds_v2 {
                2
            } else {
                1
            }),
            http_endpoint: text(&asked.http_endpoint, "enabled"),
            http_protocol_ipv6: text(&asked.http_protocol_ipv6, "disabled"),
            instance_tags: text(&asked.instance_metadata_tags, "disabled"),
        }
    }
}

/// What the machine runs: the user data, decoded, and decompressed where it is compressed.
pub(in crate::ec2) fn script(user_data: Option<&str>) -> Result<Vec<u8>, Fault> {
    let Some(text) = user_data else { return Ok(Vec::new()) };
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let data = STANDARD.decode(text).map_err(|_| errors::USER_DATA.fault())?;
    if data.len() > MOST_USER_DATA {
        return Err(errors::USER_DATA_LONG.fault());
    }
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    if !data.starts_with(&GZIP) {
        return Ok(data);
    }
    let mut script = Vec::new();
    let read = GzDecoder::new(data.as_slice()).take(MOST_SCRIPT).read_to_end(&mut script);
    // What is no gzip after all is handed on as it came.
    Ok(if read.is_ok() { script } else { data })
}
