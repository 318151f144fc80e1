//! The regions and their zones, in all partitions: the parts of the vendor's cloud that know nothing of
//! each other. The account is the same in all of them here.

/// A region.
#[derive(Debug)]
pub struct Region {
    /// `us-east-1`
    pub name: &'static str,
    /// What its zones' ids begin with: `use1`.
    pub short: &'static str,
    /// The name for people.
    pub long: &'static str,
    /// The country.
    pub country: &'static str,
    /// Accounts have to ask for it. The local account has asked for all of them.
    pub opt_in: bool,
    /// The part of the cloud that it belongs to.
    pub partition: &'static Partition,
    /// The letters of its zones with the numbers of their ids: `a1 b2`.
    zones: &'static str,
}

/// A part of the cloud with ARNs and host names of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// What ARNs call it: `aws-cn`.
    pub name: &'static str,
    /// What its host names end with.
    pub suffix: &'static str,
}

const fn partition(name: &'static str, suffix: &'static str) -> Partition {
    Partition { name, suffix }
}

static STANDARD: Partition = partition("aws", "amazonaws.com");
static CHINA: Partition = partition("aws-cn", "amazonaws.com.cn");
static SOVEREIGN: Partition = partition("aws-eusc", "amazonaws.eu");
static GOVERNMENT: Partition = partition("aws-us-gov", "amazonaws.com");
static ISO: Partition = partition("aws-iso", "c2s.ic.gov");
static ISO_B: Partition = partition("aws-iso-b", "sc2s.sgov.gov");
static ISO_E: Partition = partition("aws-iso-e", "cloud.adc-e.uk");
static ISO_F: Partition = partition("aws-iso-f", "csp.hci.ic.gov");

const fn region(
    name: &'static str,
    short: &'static str,
    long: &'static str,
    country: &'static str,
    opt_in: bool,
    zones: &'static str,
) -> Region {
    Region { name, short, long, country, opt_in, partition: &STANDARD, zones }
}

impl Region {
    /// The region in another partition.
    const fn of(mut self, partition: &'static Partition) -> Self {
        self.partition = partition;
        self
    }
}

const USA: &str = "United States of America";
const THREE: &str = "a1 b2 c3";

/// All of them, sorted by name. How the zones' ids of the secret regions begin is not public; they are
/// made like the others.
#[rustfmt::skip]
pub const REGIONS: &[Region] = &[
    region("af-south-1", "afs1", "Africa (Cape Town)", "South Africa", true, THREE),
    region("ap-east-1", "ape1", "Asia Pacific (Hong Kong)", "Hong Kong", true, THREE),
    region("ap-east-2", "ape2", "Asia Pacific (Taipei)", "Taiwan", true, THREE),
    region("ap-northeast-1", "apne1", "Asia Pacific (Tokyo)", "Japan", false, "a4 c1 d2"),
    region("ap-northeast-2", "apne2", "Asia Pacific (Seoul)", "South Korea", false, "a1 b2 c3 d4"),
    region("ap-northeast-3", "apne3", "Asia Pacific (Osaka)", "Japan", false, "a3 b1 c2"),
    region("ap-south-1", "aps1", "Asia Pacific (Mumbai)", "India", false, "a1 b3 c2"),
    region("ap-south-2", "aps2", "Asia Pacific (Hyderabad)", "India", true, THREE),
    region("ap-southeast-1", "apse1", "Asia Pacific (Singapore)", "Singapore", false, THREE),
    region("ap-southeast-2", "apse2", "Asia Pacific (Sydney)", "Australia", false, "a1 b3 c2"),
    region("ap-southeast-3", "apse3", "Asia Pacific (Jakarta)", "Indonesia", true, THREE),
    region("ap-southeast-4", "apse4", "Asia Pacific (Melbourne)", "Australia", true, THREE),
    region("ap-southeast-5", "apse5", "Asia Pacific (Malaysia)", "Malaysia", true, THREE),
    region("ap-southeast-6", "apse6", "Asia Pacific (New Zealand)", "New Zealand", true, THREE),
    region("ap-southeast-7", "apse7", "Asia Pacific (Thailand)", "Thailand", true, THREE),
    region("ca-central-1", "cac1", "Canada (Central)", "Canada", false, "a1 b2 d4"),
    region("ca-west-1", "caw1", "Canada West (Calgary)", "Canada", true, THREE),
    region("cn-north-1", "cnn1", "China (Beijing)", "China", false, "a1 b2 d4").of(&CHINA),
    region("cn-northwest-1", "cnnw1", "China (Ningxia)", "China", false, THREE).of(&CHINA),
    region("eu-central-1", "euc1", "Europe (Frankfurt)", "Germany", false, "a2 b3 c1"),
    region("eu-central-2", "euc2", "Europe (Zurich)", "Switzerland", true, THREE),
    region("eu-isoe-west-1", "euisoew1", "EU ISOE West", "United Kingdom", false, THREE).of(&ISO_E),
    region("eu-north-1", "eun1", "Europe (Stockholm)", "Sweden", false, THREE),
    region("eu-south-1", "eus1", "Europe (Milan)", "Italy", true, THREE),
    region("eu-south-2", "eus2", "Europe (Spain)", "Spain", true, THREE),
    region("eu-west-1", "euw1", "Europe (Ireland)", "Ireland", false, "a3 b1 c2"),
    region("eu-west-2", "euw2", "Europe (London)", "United Kingdom", false, "a2 b3 c1"),
    region("eu-west-3", "euw3", "Europe (Paris)", "France", false, THREE),
    region("eusc-de-east-1", "euscdee1", "AWS European Sovereign Cloud (Germany)", "Germany", false, THREE).of(&SOVEREIGN),
    region("il-central-1", "ilc1", "Israel (Tel Aviv)", "Israel", true, THREE),
    region("me-central-1", "mec1", "Middle East (UAE)", "United Arab Emirates", true, THREE),
    region("me-south-1", "mes1", "Middle East (Bahrain)", "Bahrain", true, THREE),
    region("mx-central-1", "mxc1", "Mexico (Central)", "Mexico", true, THREE),
    region("sa-east-1", "sae1", "South America (Sao Paulo)", "Brazil", false, THREE),
    region("us-east-1", "use1", "US East (N. Virginia)", USA, false, "a1 b2 c4 d6 e3 f5"),
    region("us-east-2", "use2", "US East (Ohio)", USA, false, THREE),
    region("us-gov-east-1", "usge1", "AWS GovCloud (US-East)", USA, false, THREE).of(&GOVERNMENT),
    region("us-gov-west-1", "usgw1", "AWS GovCloud (US-West)", USA, false, THREE).of(&GOVERNMENT),
    region("us-iso-east-1", "usie1", "US ISO East", USA, false, THREE).of(&ISO),
    region("us-iso-west-1", "usiw1", "US ISO WEST", USA, false, THREE).of(&ISO),
    region("us-isob-east-1", "usibe1", "US ISOB East (Ohio)", USA, false, THREE).of(&ISO_B),
    region("us-isob-west-1", "usibw1", "US ISOB West", USA, false, THREE).of(&ISO_B),
    region("us-isof-east-1", "usife1", "US ISOF EAST", USA, false, THREE).of(&ISO_F),
    region("us-isof-south-1", "usifs1", "US ISOF SOUTH", USA, false, THREE).of(&ISO_F),
    region("us-west-1", "usw1", "US West (N. California)", USA, false, "a1 c3"),
    region("us-west-2", "usw2", "US West (Oregon)", USA, false, "a2 b1 c3 d4"),
];

/// The region of the name.
pub fn find(name: &str) -> Option<&'static Region> {
    REGIONS.binary_search_by(|region| region.name.cmp(name)).ok().map(|at| &REGIONS[at])
}

/// What ARNs call the part of the cloud in which the region is.
pub fn partition_of(region: &str) -> &'static str {
    find(region).map_or(STANDARD.name, |region| region.partition.name)
}

/// The caller's name, which is an ARN, as the region's partition writes it.
pub fn name_in(region: &str, name: &str) -> String {
    match name.strip_prefix("arn:aws:") {
        Some(rest) => format!("arn:{}:{rest}", partition_of(region)),
        None => name.to_owned(),
    }
}

/// Whether the host is one of the vendor's; `None` where it is none, else what comes before the ending.
pub fn own_host(host: &str) -> Option<&str> {
    let ends = REGIONS.iter().map(|region| region.partition.suffix).chain(["api.aws"]);
    ends.filter_map(|end| host.strip_suffix(end)?.strip_suffix('.')).next()
}

/// A zone of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// `us-east-1a`
    pub name: String,
    /// `use1-az1`
    pub id: String,
}

impl Region {
    /// The zones, in their names' order.
    pub fn zones(&self) -> impl Iterator<Item = Zone> {
        self.zones.split(' ').map(|zone| {
            let (letter, number) = zone.split_at(1);
            Zone {
                name: format!("{}{letter}", self.name),
                id: format!("{}-az{number}", self.short),
            }
        })
    }

    /// The zone of the name.
    pub fn zone(&self, name: &str) -> Option<Zone> {
        self.zones().find(|zone| zone.name == name)
    }

    /// The zone of the id.
    pub fn zone_of_id(&self, id: &str) -> Option<Zone> {
        self.zones().find(|zone| zone.id == id)
    }

    /// What `OptInStatus` says of it.
    pub fn opt_in_status(&self) -> &'static str {
        if self.opt_in { "opted-in" } else { "opt-in-not-required" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_sorted_and_found() {
        assert!(REGIONS.is_sorted_by_key(|region| region.name));
        let zones: Vec<_> = find("us-west-1").unwrap().zones().collect();
        assert_eq!(zones[1], Zone { name: "us-west-1c".into(), id: "usw1-az3".into() });
        assert!(find("us-east-9").is_none());
    }
}
