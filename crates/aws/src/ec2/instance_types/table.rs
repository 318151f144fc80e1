//! The types that are offered: families, each with its sizes.

/// A family of types.
#[derive(Debug)]
pub(in crate::ec2) struct Family {
    pub(super) name: &'static str,
    pub(super) manufacturer: &'static str,
    pub(in crate::ec2) architectures: &'static [&'static str],
    pub(super) clock_ghz: f64,
    pub(in crate::ec2) burstable: bool,
    pub(super) current: bool,
    pub(super) encrypts_in_transit: bool,
    sizes: &'static [Size],
}

/// A size of a family.
#[derive(Clone, Copy, Debug)]
pub(in crate::ec2) struct Size {
    name: &'static str,
    pub(in crate::ec2) vcpus: i64,
    pub(super) memory_mib: i64,
    pub(super) network: &'static str,
    pub(super) interfaces: i64,
    pub(super) addresses: i64,
}

/// A type: a size of a family.
#[derive(Clone, Copy, Debug)]
pub(in crate::ec2) struct Type {
    pub(in crate::ec2) family: &'static Family,
    pub(in crate::ec2) size: &'static Size,
}

const GIB: i64 = 1024;

/// Types that cost nothing in a new account.
pub(super) const FREE_TIER: &[&str] =
    &["t2.micro", "t3.micro", "t3.small", "t4g.micro", "t4g.small"];

const INTEL: &str = "Intel";
const AMD: &str = "AMD";
const AWS: &str = "AWS";
const X86: &[&str] = &["x86_64"];
const OLD: &[&str] = &["i386", "x86_64"];
const ARM: &[&str] = &["arm64"];

const LOW: &str = "Low to Moderate";
const UP_TO_5: &str = "Up to 5 Gigabit";
const UP_TO_10: &str = "Up to 10 Gigabit";
const UP_TO_12: &str = "Up to 12.5 Gigabit";
const UP_TO_15: &str = "Up to 15 Gigabit";

const fn size(
    name: &'static str,
    vcpus: i64,
    memory_mib: i64,
    network: &'static str,
    interfaces: i64,
    addresses: i64,
) -> Size {
    Size { name, vcpus, memory_mib, network, interfaces, addresses }
}

#[rustfmt::skip]
const M1: &[Size] = &[
    size("small", 1, 1740, "Low", 2, 4),
];

#[rustfmt::skip]
const T1: &[Size] = &[
    size("micro", 1, 627, "Very Low", 2, 2),
];

#[rustfmt::skip]
const T2: &[Size] = &[
    size("nano", 1, GIB / 2, LOW, 2, 2),
    size("micro", 1, GIB, LOW, 2, 2),
    size("small", 1, 2 * GIB, LOW, 3, 4),
    size("medium", 2, 4 * GIB, LOW, 3, 6),
    size("large", 2, 8 * GIB, LOW, 3, 12),
    size("xlarge", 4, 16 * GIB, "Moderate", 3, 15),
    size("2xlarge", 8, 32 * GIB, "Moderate", 3, 15),
];

#[rustfmt::skip]
const T3: &[Size] = &[
    size("nano", 2, GIB / 2, UP_TO_5, 2, 2),
    size("micro", 2, GIB, UP_TO_5, 2, 2),
    size("small", 2, 2 * GIB, UP_TO_5, 3, 4),
    size("medium", 2, 4 * GIB, UP_TO_5, 3, 6),
    size("large", 2, 8 * GIB, UP_TO_5, 3, 12),
    size("xlarge", 4, 16 * GIB, UP_TO_5, 4, 15),
    size("2xlarge", 8, 32 * GIB, UP_TO_5, 4, 15),
];

#[rustfmt::skip]
const T3A: &[Size] = &[
    size("nano", 2, GIB / 2, UP_TO_5, 2, 2),
    size("micro", 2, GIB, UP_TO_5, 2, 2),
    size("small", 2, 2 * GIB, UP_TO_5, 2, 4),
    size("medium", 2, 4 * GIB, UP_TO_5, 3, 6),
    size("large", 2, 8 * GIB, UP_TO_5, 3, 12),
    size("xlarge", 4, 16 * GIB, UP_TO_5, 4, 15),
    size("2xlarge", 8, 32 * GIB, UP_TO_5, 4, 15),
];

#[rustfmt::skip]
const M5: &[Size] = &[
    size("large", 2, 8 * GIB, UP_TO_10, 3, 10),
    size("xlarge", 4, 16 * GIB, UP_TO_10, 4, 15),
    size("2xlarge", 8, 32 * GIB, UP_TO_10, 4, 15),
    size("4xlarge", 16, 64 * GIB, UP_TO_10, 8, 30),
    size("8xlarge", 32, 128 * GIB, "10 Gigabit", 8, 30),
    size("12xlarge", 48, 192 * GIB, "12 Gigabit", 8, 30),
    size("16xlarge", 64, 256 * GIB, "20 Gigabit", 15, 50),
    size("24xlarge", 96, 384 * GIB, "25 Gigabit", 15, 50),
];

#[rustfmt::skip]
const R5: &[Size] = &[
    size("large", 2, 16 * GIB, UP_TO_10, 3, 10),
    size("xlarge", 4, 32 * GIB, UP_TO_10, 4, 15),
    size("2xlarge", 8, 64 * GIB, UP_TO_10, 4, 15),
    size("4xlarge", 16, 128 * GIB, UP_TO_10, 8, 30),
    size("8xlarge", 32, 256 * GIB, "10 Gigabit", 8, 30),
    size("12xlarge", 48, 384 * GIB, "12 Gigabit", 8, 30),
    size("16xlarge", 64, 512 * GIB, "20 Gigabit", 15, 50),
    size("24xlarge", 96, 768 * GIB, "25 Gigabit", 15, 50),
];

#[rustfmt::skip]
const C5: &[Size] = &[
    size("large", 2, 4 * GIB, UP_TO_10, 3, 10),
    size("xlarge", 4, 8 * GIB, UP_TO_10, 4, 15),
    size("2xlarge", 8, 16 * GIB, UP_TO_10, 4, 15),
    size("4xlarge", 16, 32 * GIB, UP_TO_10, 8, 30),
    size("9xlarge", 36, 72 * GIB, "12 Gigabit", 8, 30),
    size("12xlarge", 48, 96 * GIB, "12 Gigabit", 8, 30),
    size("18xlarge", 72, 144 * GIB, "25 Gigabit", 15, 50),
    size("24xlarge", 96, 192 * GIB, "25 Gigabit", 15, 50),
];

#[rustfmt::skip]
const M6I: &[Size] = &[
    size("large", 2, 8 * GIB, UP_TO_12, 3, 10),
    size("xlarge", 4, 16 * GIB, UP_TO_12, 4, 15),
    size("2xlarge", 8, 32 * GIB, UP_TO_12, 4, 15),
    size("4xlarge", 16, 64 * GIB, UP_TO_12, 8, 30),
    size("8xlarge", 32, 128 * GIB, "12.5 Gigabit", 8, 30),
    size("12xlarge", 48, 192 * GIB, "18.75 Gigabit", 8, 30),
    size("16xlarge", 64, 256 * GIB, "25 Gigabit", 15, 50),
    size("24xlarge", 96, 384 * GIB, "37.5 Gigabit", 15, 50),
    size("32xlarge", 128, 512 * GIB, "50 Gigabit", 15, 50),
];

#[rustfmt::skip]
const C6I: &[Size] = &[
    size("large", 2, 4 * GIB, UP_TO_12, 3, 10),
    size("xlarge", 4, 8 * GIB, UP_TO_12, 4, 15),
    size("2xlarge", 8, 16 * GIB, UP_TO_12, 4, 15),
    size("4xlarge", 16, 32 * GIB, UP_TO_12, 8, 30),
    size("8xlarge", 32, 64 * GIB, "12.5 Gigabit", 8, 30),
    size("12xlarge", 48, 96 * GIB, "18.75 Gigabit", 8, 30),
    size("16xlarge", 64, 128 * GIB, "25 Gigabit", 15, 50),
    size("24xlarge", 96, 192 * GIB, "37.5 Gigabit", 15, 50),
    size("32xlarge", 128, 256 * GIB, "50 Gigabit", 15, 50),
];

#[rustfmt::skip]
const R6I: &[Size] = &[
    size("large", 2, 16 * GIB, UP_TO_12, 3, 10),
    size("xlarge", 4, 32 * GIB, UP_TO_12, 4, 15),
    size("2xlarge", 8, 64 * GIB, UP_TO_12, 4, 15),
    size("4xlarge", 16, 128 * GIB, UP_TO_12, 8, 30),
    size("8xlarge", 32, 256 * GIB, "12.5 Gigabit", 8, 30),
    size("12xlarge", 48, 384 * GIB, "18.75 Gigabit", 8, 30),
    size("16xlarge", 64, 512 * GIB, "25 Gigabit", 15, 50),
    size("24xlarge", 96, 768 * GIB, "37.5 Gigabit", 15, 50),
    size("32xlarge", 128, 1024 * GIB, "50 Gigabit", 15, 50),
];

#[rustfmt::skip]
const M6G: &[Size] = &[
    size("medium", 1, 4 * GIB, UP_TO_10, 2, 4),
    size("large", 2, 8 * GIB, UP_TO_10, 3, 10),
    size("xlarge", 4, 16 * GIB, UP_TO_10, 4, 15),
    size("2xlarge", 8, 32 * GIB, UP_TO_10, 4, 15),
    size("4xlarge", 16, 64 * GIB, UP_TO_10, 8, 30),
    size("8xlarge", 32, 128 * GIB, "12 Gigabit", 8, 30),
    size("12xlarge", 48, 192 * GIB, "20 Gigabit", 8, 30),
    size("16xlarge", 64, 256 * GIB, "25 Gigabit", 15, 50),
];

#[rustfmt::skip]
const M7G: &[Size] = &[
    size("medium", 1, 4 * GIB, UP_TO_12, 2, 4),
    size("large", 2, 8 * GIB, UP_TO_12, 3, 10),
    size("xlarge", 4, 16 * GIB, UP_TO_12, 4, 15),
    size("2xlarge", 8, 32 * GIB, UP_TO_15, 4, 15),
    size("4xlarge", 16, 64 * GIB, UP_TO_15, 8, 30),
    size("8xlarge", 32, 128 * GIB, "15 Gigabit", 8, 30),
    size("12xlarge", 48, 192 * GIB, "22.5 Gigabit", 8, 30),
    size("16xlarge", 64, 256 * GIB, "30 Gigabit", 15, 50),
];

#[rustfmt::skip]
const C7G: &[Size] = &[
    size("medium", 1, 2 * GIB, UP_TO_12, 2, 4),
    size("large", 2, 4 * GIB, UP_TO_12, 3, 10),
    size("xlarge", 4, 8 * GIB, UP_TO_12, 4, 15),
    size("2xlarge", 8, 16 * GIB, UP_TO_15, 4, 15),
    size("4xlarge", 16, 32 * GIB, UP_TO_15, 8, 30),
    size("8xlarge", 32, 64 * GIB, "15 Gigabit", 8, 30),
    size("12xlarge", 48, 96 * GIB, "22.5 Gigabit", 8, 30),
    size("16xlarge", 64, 128 * GIB, "30 Gigabit", 15, 50),
];

const FAMILIES: &[Family] = &[
    Family { current: false, ..family("m1", INTEL, OLD, 2.6, M1) },
    Family { current: false, ..family("t1", INTEL, OLD, 2.6, T1) },
    Family { burstable: true, ..family("t2", INTEL, OLD, 2.5, T2) },
    Family { burstable: true, ..family("t3", INTEL, X86, 2.5, T3) },
    Family { burstable: true, ..family("t3a", AMD, X86, 2.2, T3A) },
    Family { burstable: true, ..family("t4g", AWS, ARM, 2.5, T3) },
    family("m5", INTEL, X86, 3.1, M5),
    family("c5", INTEL, X86, 3.4, C5),
    family("r5", INTEL, X86, 3.1, R5),
    Family { encrypts_in_transit: true, ..family("m6i", INTEL, X86, 3.5, M6I) },
    Family { encrypts_in_transit: true, ..family("c6i", INTEL, X86, 3.5, C6I) },
    Family { encrypts_in_transit: true, ..family("r6i", INTEL, X86, 3.5, R6I) },
    family("m6g", AWS, ARM, 2.5, M6G),
    Family { encrypts_in_transit: true, ..family("m7g", AWS, ARM, 2.6, M7G) },
    Family { encrypts_in_transit: true, ..family("c7g", AWS, ARM, 2.6, C7G) },
];

const fn family(
    name: &'static str,
    manufacturer: &'static str,
    architectures: &'static [&'static str],
    clock_ghz: f64,
    sizes: &'static [Size],
) -> Family {
    Family {
        name,
        manufacturer,
        architectures,
        clock_ghz,
        burstable: false,
        current: true,
        encrypts_in_transit: false,
        sizes,
    }
}

/// All types.
pub(super) fn all() -> impl Iterator<Item = Type> {
    FAMILIES.iter().flat_map(|family| family.sizes.iter().map(move |size| Type { family, size }))
}

/// The type of the name.
pub(in crate::ec2) fn find(name: &str) -> Option<Type> {
    let (family, size) = name.split_once('.')?;
    let family = FAMILIES.iter().find(|known| known.name == family)?;
    let size = family.sizes.iter().find(|known| known.name == size)?;
    Some(Type { family, size })
}

impl Family {
    /// Whether it is of the generations that come after Xen.
    pub(in crate::ec2) fn is_nitro(&self) -> bool {
        !self.architectures.contains(&"i386")
    }

    pub(super) fn boot_modes(&self) -> &'static [&'static str] {
        match (self.is_nitro(), self.manufacturer) {
            (false, _) => &["legacy-bios"],
            (true, AWS) => &["uefi"],
            (true, _) => &["legacy-bios", "uefi"],
        }
    }
}

impl Type {
    /// `t3.micro`
    pub(in crate::ec2) fn name(&self) -> String {
        format!("{}.{}", self.family.name, self.size.name)
    }

    /// Processors with Graviton's cores and the oldest ones run one thread on each core.
    pub(in crate::ec2) fn threads_per_core(&self) -> i64 {
        let one = self.family.manufacturer == AWS || !self.family.is_nitro();
        if one { 1 } else { 2 }
    }

    /// Whether it may run enclaves: large ones that do not burst.
    pub(super) fn has_enclaves(&self) -> bool {
        let least = if self.family.manufacturer == AWS { 2 } else { 4 };
        self.family.is_nitro() && !self.family.burstable && self.size.vcpus >= least
    }

    /// How CPU credits are used where nobody says, for types that have them.
    pub(in crate::ec2) fn default_credits(&self) -> Option<&'static str> {
        let burstable = self.family.burstable;
        burstable.then_some(if self.family.name == "t2" { "standard" } else { "unlimited" })
    }
}
