//! The types that the vendor has and where it offers them, as `cargo xtask offers` wrote them down.
//!
//! What calls ask for all the time is read once. All that DescribeInstanceTypes shows is some three
//! megabytes of text, so it is kept only where that is called, and only what is asked for becomes
//! values.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use isobar_wire::Value;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::regions::Zone;

const OFFERED: &[u8] = include_bytes!("offered.gz");
const WRITTEN: &str = "the embedded list is as it was written";

/// A type, as far as launches look at it.
#[derive(Debug)]
pub(in crate::ec2) struct Type {
    pub(in crate::ec2) name: String,
    pub(in crate::ec2) architectures: Vec<String>,
    pub(in crate::ec2) vcpus: i64,
    pub(in crate::ec2) cores: i64,
    pub(in crate::ec2) threads_per_core: i64,
    pub(in crate::ec2) boots_uefi: bool,
    burstable: bool,
    /// Its place among all types.
    at: usize,
    /// Its line's place in the text.
    line: Range<usize>,
}

/// Which types are offered: a bit for each, in their order.
type Bits = Vec<u8>;

struct Table {
    /// In the order of their names.
    types: Vec<Type>,
    /// By region, then by the zone's id.
    offers: HashMap<String, BTreeMap<String, Bits>>,
    /// What most regions offer.
    usual: Bits,
}

#[derive(Deserialize)]
struct Head {
    regions: usize,
}

#[derive(Deserialize)]
struct OfferLine {
    region: String,
    zones: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TypeLine {
    instance_type: String,
    burstable_performance_supported: bool,
    supported_boot_modes: Vec<String>,
    processor_info: Processor,
    #[serde(rename = "VCpuInfo")]
    vcpu_info: Vcpus,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Processor {
    supported_architectures: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vcpus {
    #[serde(rename = "DefaultVCpus")]
    default_vcpus: i64,
    default_cores: i64,
    default_threads_per_core: i64,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut end = 0;
    let mut lines = BufReader::new(GzDecoder::new(OFFERED)).lines().map(|line| {
        let line = line.expect(WRITTEN);
        let range = end..end + line.len();
        end = range.end + 1;
        (range, line)
    });
    let mut next = || lines.next().expect(WRITTEN).1;
    let head: Head = read(&next());
    let offers: HashMap<_, _> = (0..head.regions)
        .map(|_| {
            let line: OfferLine = read(&next());
            let zones = line.zones.into_iter().map(|(zone, text)| (zone, bits(&text)));
            (line.region, zones.collect::<BTreeMap<_, _>>())
        })
        .collect();
    let types: Vec<_> =
        lines.enumerate().map(|(at, (range, line))| read_type(at, range, &line)).collect();
    let usual = usual(&offers, types.len());
    Table { types, offers, usual }
});

/// The whole text.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    GzDecoder::new(OFFERED).read_to_string(&mut text).expect(WRITTEN);
    text
});

fn read<T: DeserializeOwned>(line: &str) -> T {
    serde_json::from_str(line).expect(WRITTEN)
}

fn read_type(at: usize, range: Range<usize>, line: &str) -> Type {
    let line: TypeLine = read(line);
    Type {
        name: line.instance_type,
        architectures: line.processor_info.supported_architectures,
        vcpus: line.vcpu_info.default_vcpus,
        cores: line.vcpu_info.default_cores,
        threads_per_core: line.vcpu_info.default_threads_per_core,
        boots_uefi: line.supported_boot_modes.iter().any(|mode| mode == "uefi"),
        burstable: line.burstable_performance_supported,
        at,
        line: range,
    }
}

fn bits(hex: &str) -> Bits {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = hex.as_bytes().chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    bytes.collect::<Option<_>>().expect(WRITTEN)
}

/// What most regions offer, in some zone each.
fn usual(offers: &HashMap<String, BTreeMap<String, Bits>>, types: usize) -> Bits {
    let mut usual = vec![0; types.div_ceil(8)];
    for at in 0..types {
        let offer = |zones: &&BTreeMap<String, Bits>| zones.values().any(|bits| is_set(bits, at));
        if offers.values().filter(offer).count() * 2 > offers.len() {
            usual[at / 8] |= 1 << (at % 8);
        }
    }
    usual
}

fn is_set(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8).is_some_and(|byte| byte & (1 << (at % 8)) != 0)
}

/// All types, in the order of their names.
pub(super) fn all() -> &'static [Type] {
    &TABLE.types
}

/// The type of the name.
pub(in crate::ec2) fn find(name: &str) -> Option<&'static Type> {
    let types = all();
    types.binary_search_by(|known| known.name.as_str().cmp(name)).ok().map(|at| &types[at])
}

/// What DescribeInstanceTypes shows of the types.
pub(super) fn shown(types: &[&Type]) -> Vec<Value> {
    types.iter().map(|kind| read(&TEXT[kind.line.clone()])).collect()
}

impl Type {
    /// Whether it is offered in the zone. Of regions that the list does not have (those of other
    /// partitions and the newest), it is said what most others offer.
    pub(in crate::ec2) fn is_offered(&self, region: &str, zone: &Zone) -> bool {
        let bits = match TABLE.offers.get(region) {
            Some(zones) => zones.get(&zone.id),
            None => Some(&TABLE.usual),
        };
        bits.is_some_and(|bits| is_set(bits, self.at))
    }

    /// How CPU credits are used where nobody says, for types that have them.
    pub(in crate::ec2) fn default_credits(&self) -> Option<&'static str> {
        let is_oldest = self.name.starts_with("t2.");
        self.burstable.then_some(if is_oldest { "standard" } else { "unlimited" })
    }
}

#[cfg(test)]
mod tests {
    use isobar_catalogue::Cloud;

    use super::*;

    #[test]
    fn types_are_as_the_vendor_lists_them() {
        assert!(all().is_sorted_by_key(|kind| &kind.name));
        assert!(all().len() > 1300, "{}", all().len());
        let micro = find("t3.micro").unwrap();
        assert_eq!((micro.vcpus, micro.cores, micro.threads_per_core), (2, 1, 2));
        assert_eq!(micro.architectures, ["x86_64"]);
        assert_eq!(micro.default_credits(), Some("unlimited"));
        assert_eq!(find("t2.micro").unwrap().default_credits(), Some("standard"));
        assert_eq!(find("m7g.large").unwrap().default_credits(), None);
        assert!(find("x9.huge").is_none());
        let zone = |id: &str| Zone { name: String::new(), id: id.to_owned() };
        assert!(micro.is_offered("us-east-1", &zone("use1-az1")));
        assert!(!micro.is_offered("us-east-1", &zone("use1-az3")));
        assert!(micro.is_offered("cn-north-1", &zone("cnn1-az1")));
        let old = find("m1.small").unwrap();
        assert!(old.is_offered("us-east-1", &zone("use1-az1")));
        assert!(!old.is_offered("eu-south-2", &zone("eus2-az1")));
    }

    #[test]
    fn what_is_shown_fits_the_catalogue() {
        let service = isobar_catalogue::service(Cloud::Aws, "ec2").unwrap();
        let operation = service.operation("DescribeInstanceTypes").unwrap();
        let types: Vec<&Type> = all().iter().collect();
        let shown = shown(&types);
        assert_eq!(shown.len(), types.len());
        let output = Value::Map(vec![("InstanceTypes".into(), Value::List(shown))]);
        let dialect = isobar_wire::Dialect::new(service.protocol());
        isobar_wire::encode_response(service, operation, dialect, &output, "id").unwrap();
    }
}
