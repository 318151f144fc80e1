//! AWS's partitions: which regions belong together, and their hosts' suffixes.

use serde_json::{Value as Json, json};

/// A partition.
struct Partition {
    id: &'static str,
    /// What its regions begin with: the prefix, a word and a number, joined by hyphens.
    prefixes: &'static [&'static str],
    /// The region of services that have no regions.
    global: &'static str,
    implicit_region: &'static str,
    suffix: &'static str,
    dual_stack_suffix: &'static str,
}

/// The first is taken where no other fits.
const PARTITIONS: [Partition; 8] = [
    Partition {
        id: "aws",
        prefixes: &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
        global: "aws-global",
        implicit_region: "us-east-1",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
    },
    Partition {
        id: "aws-cn",
        prefixes: &["cn"],
        global: "aws-cn-global",
        implicit_region: "cn-northwest-1",
        suffix: "amazonaws.com.cn",
        dual_stack_suffix: "api.amazonwebservices.com.cn",
    },
    Partition {
        id: "aws-eusc",
        prefixes: &["eusc-de"],
        global: "aws-eusc-global",
        implicit_region: "eusc-de-east-1",
        suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
    },
    Partition {
        id: "aws-iso",
        prefixes: &["us-iso"],
        global: "aws-iso-global",
        implicit_region: "us-iso-east-1",
        suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
    },
    Partition {
        id: "aws-iso-b",
        prefixes: &["us-isob"],
        global: "aws-iso-b-global",
        implicit_region: "us-isob-east-1",
        suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
    },
    Partition {
        id: "aws-iso-e",
        prefixes: &["eu-isoe"],
        global: "aws-iso-e-global",
        implicit_region: "eu-isoe-west-1",
        suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
    },
    Partition {
        id: "aws-iso-f",
        prefixes: &["us-isof"],
        global: "aws-iso-f-global",
        implicit_region: "us-isof-south-1",
        suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
    },
    Partition {
        id: "aws-us-gov",
        prefixes: &["us-gov"],
        global: "aws-us-gov-global",
        implicit_region: "us-gov-west-1",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
    },
];

/// The partition of AWS that a region is in (`aws`, `aws-cn`): nothing reaches from one into another.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    found(region).id
}

fn found(region: &str) -> &'static Partition {
    PARTITIONS.iter().find(|partition| partition.has(region)).unwrap_or(&PARTITIONS[0])
}

/// The partition of a region, as the rules' function `aws.partition` gives it.
pub(super) fn of(region: &str) -> Json {
    let partition = found(region);
    json!({
        "name": partition.id,
        "dnsSuffix": partition.suffix,
        "dualStackDnsSuffix": partition.dual_stack_suffix,
        "implicitGlobalRegion": partition.implicit_region,
        "supportsFIPS": true,
        "supportsDualStack": true,
    })
}

impl Partition {
    fn has(&self, region: &str) -> bool {
        region == self.global
            || self.prefixes.iter().any(|prefix| {
                let rest = region.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
                rest.and_then(|rest| rest.split_once('-')).is_some_and(|(word, number)| {
                    !word.is_empty()
                        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                        && !number.is_empty()
                        && number.bytes().all(|byte| byte.is_ascii_digit())
                })
            })
    }
}
