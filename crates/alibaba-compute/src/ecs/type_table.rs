//! The instance types.

use std::sync::LazyLock;

/// A family of instance types.
#[derive(Debug)]
pub(super) struct Family {
    /// Its name.
    pub(super) name: &'static str,
    /// Its generation.
    pub(super) generation: &'static str,
    /// `EnterpriseLevel`, `EntryLevel` or `CreditEntryLevel`.
    pub(super) level: &'static str,
    /// What it is good for.
    pub(super) category: &'static str,
    /// `X86` or `ARM`.
    pub(super) architecture: &'static str,
    /// Its processor.
    pub(super) processor: &'static str,
    /// The processor's usual and its greatest frequency, in GHz.
    pub(super) frequencies: (f64, f64),
    sizes: Sizes,
}

/// How a family's sizes are listed.
#[derive(Debug)]
enum Sizes {
    /// A size's memory follows from its processors: GiB for each.
    Even(f64, &'static [Size]),
    /// Each size has its own memory: size and GiB.
    Own(&'static [(Size, f64)]),
}

/// What follows from a size: name, virtual processors, kbit/s, packets/s, queues of the first
/// interface, interfaces, addresses of an interface.
type Size = (&'static str, u32, i64, i64, i64, i64, i64);

/// An instance type.
#[derive(Debug)]
pub(super) struct InstanceType {
    /// Its id.
    pub(super) id: String,
    /// Its family.
    pub(super) family: &'static Family,
    /// Virtual processors.
    pub(super) cpus: u32,
    /// GiB.
    pub(super) memory: f64,
    /// kbit/s in either direction.
    pub(super) bandwidth: i64,
    /// Packets a second in either direction.
    pub(super) packets: i64,
    /// Queues of the first interface.
    pub(super) queues: i64,
    /// Interfaces.
    pub(super) interfaces: i64,
    /// Addresses of an interface.
    pub(super) addresses: i64,
}

impl InstanceType {
    /// MiB.
    pub(super) fn memory_mib(&self) -> i64 {
        // The smallest memory is half a GiB, so the product is whole and small.
        #[expect(clippy::cast_possible_truncation, reason = "the product is whole and small")]
        let mib = (self.memory * 1024.0) as i64;
        mib
    }

    /// Whether it earns credits, and how many it has at first and earns in an hour.
    pub(super) fn credits(&self) -> Option<(i64, i64)> {
        let cpus = i64::from(self.cpus);
        (self.family.level == "CreditEntryLevel").then_some((30 * cpus, 6 * cpus))
    }
}

/// All instance types.
pub(super) fn all() -> &'static [InstanceType] {
    static ALL: LazyLock<Vec<InstanceType>> =
        LazyLock::new(|| FAMILIES.iter().flat_map(Family::types).collect());
    &ALL
}

/// The instance type of the id.
pub(super) fn find(id: &str) -> Option<&'static InstanceType> {
    all().iter().find(|row| row.id == id)
}

impl Family {
    fn types(&'static self) -> Vec<InstanceType> {
        let even = |ratio: f64| move |size: &Size| (*size, ratio * f64::from(size.1));
        let sizes: Vec<(Size, f64)> = match self.sizes {
            Sizes::Even(ratio, sizes) => sizes.iter().map(even(ratio)).collect(),
            Sizes::Own(sizes) => sizes.to_vec(),
        };
        sizes.into_iter().map(|(size, memory)| self.of_size(size, memory)).collect()
    }

    fn of_size(&'static self, size: Size, memory: f64) -> InstanceType {
        let (size, cpus, bandwidth, packets, queues, interfaces, addresses) = size;
        // `t5` with `lc1m1.small` is `ecs.t5-lc1m1.small`; `g6` with `large` is `ecs.g6.large`.
        let separator = if size.contains('.') { '-' } else { '.' };
        InstanceType {
            id: format!("{}{separator}{size}", self.name),
            family: self,
            cpus,
            memory,
            bandwidth,
            packets,
            queues,
            interfaces,
            addresses,
        }
    }
}

/// The sizes of the sixth generation.
const SIXTH: &[Size] = &[
    ("large", 2, 1_024_000, 300_000, 2, 2, 6),
    ("xlarge", 4, 1_536_000, 500_000, 4, 3, 10),
    ("2xlarge", 8, 2_560_000, 800_000, 8, 4, 10),
    ("3xlarge", 12, 4_096_000, 900_000, 8, 6, 10),
    ("4xlarge", 16, 5_120_000, 1_000_000, 8, 8, 20),
    ("6xlarge", 24, 7_680_000, 1_500_000, 12, 8, 20),
    ("8xlarge", 32, 10_240_000, 2_000_000, 16, 8, 20),
    ("13xlarge", 52, 12_800_000, 3_000_000, 32, 7, 20),
    ("26xlarge", 104, 25_600_000, 6_000_000, 32, 15, 20),
];

/// The sizes of the seventh generation and later ones.
const SEVENTH: &[Size] = &[
    ("large", 2, 2_048_000, 900_000, 2, 3, 6),
    ("xlarge", 4, 3_072_000, 1_000_000, 4, 4, 15),
    ("2xlarge", 8, 5_120_000, 1_600_000, 8, 4, 15),
    ("3xlarge", 12, 8_192_000, 2_400_000, 8, 8, 15),
    ("4xlarge", 16, 10_240_000, 3_000_000, 8, 8, 30),
    ("6xlarge", 24, 12_288_000, 4_500_000, 12, 8, 30),
    ("8xlarge", 32, 16_384_000, 6_000_000, 16, 8, 30),
    ("16xlarge", 64, 32_768_000, 12_000_000, 32, 8, 30),
    ("32xlarge", 128, 65_536_000, 24_000_000, 32, 15, 30),
];

const T5: &[(Size, f64)] = &[
    (("lc2m1.nano", 1, 102_400, 40_000, 1, 2, 2), 0.5),
    (("lc1m1.small", 1, 204_800, 60_000, 1, 2, 2), 1.0),
    (("lc1m2.small", 1, 204_800, 60_000, 1, 2, 2), 2.0),
    (("lc1m2.large", 2, 409_600, 100_000, 1, 2, 2), 4.0),
    (("lc1m4.large", 2, 409_600, 100_000, 1, 2, 2), 8.0),
    (("c1m1.large", 2, 512_000, 100_000, 1, 2, 2), 2.0),
    (("c1m2.large", 2, 512_000, 100_000, 1, 2, 2), 4.0),
    (("c1m4.large", 2, 512_000, 100_000, 1, 2, 2), 8.0),
    (("c1m1.xlarge", 4, 819_200, 200_000, 1, 2, 6), 4.0),
    (("c1m2.xlarge", 4, 819_200, 200_000, 1, 2, 6), 8.0),
    (("c1m4.xlarge", 4, 819_200, 200_000, 1, 2, 6), 16.0),
    (("c1m1.2xlarge", 8, 1_228_800, 400_000, 1, 2, 6), 8.0),
    (("c1m2.2xlarge", 8, 1_228_800, 400_000, 1, 2, 6), 16.0),
    (("c1m4.2xlarge", 8, 1_228_800, 400_000, 1, 2, 6), 32.0),
    (("c1m1.4xlarge", 16, 1_228_800, 600_000, 1, 2, 6), 16.0),
    (("c1m2.4xlarge", 16, 1_228_800, 600_000, 1, 2, 6), 32.0),
];

const T6: &[(Size, f64)] = &[
    (("c4m1.large", 2, 81_920, 40_000, 1, 2, 2), 0.5),
    (("c2m1.large", 2, 81_920, 60_000, 1, 2, 2), 1.0),
    (("c1m1.large", 2, 81_920, 100_000, 1, 2, 2), 2.0),
    (("c1m2.large", 2, 81_920, 100_000, 1, 2, 2), 4.0),
    (("c1m4.large", 2, 81_920, 100_000, 1, 2, 2), 8.0),
    (("c1m4.xlarge", 4, 163_840, 200_000, 1, 2, 6), 16.0),
    (("c1m4.2xlarge", 8, 327_680, 400_000, 1, 2, 6), 32.0),
];

const S6: &[(Size, f64)] = &[
    (("c1m1.small", 1, 102_400, 20_000, 1, 2, 2), 1.0),
    (("c1m2.small", 1, 102_400, 20_000, 1, 2, 2), 2.0),
    (("c1m4.small", 1, 102_400, 20_000, 1, 2, 2), 4.0),
    (("c1m2.large", 2, 204_800, 40_000, 1, 2, 2), 4.0),
    (("c1m4.large", 2, 204_800, 40_000, 1, 2, 2), 8.0),
    (("c1m2.xlarge", 4, 409_600, 100_000, 1, 2, 6), 8.0),
    (("c1m4.xlarge", 4, 409_600, 100_000, 1, 2, 6), 16.0),
    (("c1m2.2xlarge", 8, 819_200, 160_000, 2, 2, 6), 16.0),
    (("c1m4.2xlarge", 8, 819_200, 160_000, 2, 2, 6), 32.0),
];

const E: &[(Size, f64)] = &[
    (("c1m1.large", 2, 204_800, 100_000, 1, 2, 2), 2.0),
    (("c1m2.large", 2, 204_800, 100_000, 1, 2, 2), 4.0),
    (("c1m4.large", 2, 409_600, 100_000, 1, 2, 2), 8.0),
    (("c1m2.xlarge", 4, 819_200, 200_000, 1, 2, 6), 8.0),
    (("c1m4.xlarge", 4, 819_200, 200_000, 1, 2, 6), 16.0),
    (("c1m2.2xlarge", 8, 1_228_800, 300_000, 2, 2, 6), 16.0),
    (("c1m4.2xlarge", 8, 1_228_800, 300_000, 2, 2, 6), 32.0),
];

const N4: &[(Size, f64)] = &[
    (("small", 1, 512_000, 50_000, 1, 2, 2), 2.0),
    (("large", 2, 512_000, 100_000, 1, 2, 2), 4.0),
    (("xlarge", 4, 819_200, 150_000, 1, 2, 6), 8.0),
    (("2xlarge", 8, 1_228_800, 300_000, 1, 2, 6), 16.0),
    (("4xlarge", 16, 2_560_000, 400_000, 1, 2, 6), 32.0),
];

const CASCADE_LAKE: &str = "Intel Xeon(Cascade Lake) Platinum 8269CY";
const ICE_LAKE: &str = "Intel Xeon(Ice Lake) Platinum 8369B";
const SAPPHIRE_RAPIDS: &str = "Intel Xeon(Sapphire Rapids) Platinum 8475B";
const SKYLAKE: &str = "Intel Xeon(Skylake) Platinum 8163";

const fn enterprise(
    name: &'static str,
    generation: &'static str,
    category: &'static str,
    (processor, frequencies): (&'static str, (f64, f64)),
    sizes: Sizes,
) -> Family {
    Family {
        name,
        generation,
        level: "EnterpriseLevel",
        category,
        architecture: "X86",
        processor,
        frequencies,
        sizes,
    }
}

const fn entry(
    name: &'static str,
    generation: &'static str,
    level: &'static str,
    (processor, frequencies): (&'static str, (f64, f64)),
    sizes: &'static [(Size, f64)],
) -> Family {
    Family {
        name,
        generation,
        level,
        category: "Shared",
        architecture: "X86",
        processor,
        frequencies,
        sizes: Sizes::Own(sizes),
    }
}

const GENERAL: &str = "General-purpose";
const COMPUTE: &str = "Compute-optimized";
const MEMORY: &str = "Memory-optimized";
const SIX: (&str, (f64, f64)) = (CASCADE_LAKE, (2.5, 3.2));
const SEVEN: (&str, (f64, f64)) = (ICE_LAKE, (2.7, 3.5));
const EIGHT: (&str, (f64, f64)) = (SAPPHIRE_RAPIDS, (2.7, 3.2));
const FIVE: (&str, (f64, f64)) = (SKYLAKE, (2.5, 2.7));

/// The families.
pub(super) static FAMILIES: &[Family] = &[
    entry("ecs.t5", "ecs-3", "CreditEntryLevel", FIVE, T5),
    entry("ecs.t6", "ecs-3", "CreditEntryLevel", SIX, T6),
    entry("ecs.s6", "ecs-5", "EntryLevel", SIX, S6),
    entry("ecs.e", "ecs-7", "EntryLevel", SEVEN, E),
    entry("ecs.n4", "ecs-2", "EntryLevel", FIVE, N4),
    enterprise("ecs.g6", "ecs-5", GENERAL, SIX, Sizes::Even(4.0, SIXTH)),
    enterprise("ecs.c6", "ecs-5", COMPUTE, SIX, Sizes::Even(2.0, SIXTH)),
    enterprise("ecs.r6", "ecs-5", MEMORY, SIX, Sizes::Even(8.0, SIXTH)),
    enterprise("ecs.g7", "ecs-6", GENERAL, SEVEN, Sizes::Even(4.0, SEVENTH)),
    enterprise("ecs.c7", "ecs-6", COMPUTE, SEVEN, Sizes::Even(2.0, SEVENTH)),
    enterprise("ecs.r7", "ecs-6", MEMORY, SEVEN, Sizes::Even(8.0, SEVENTH)),
    enterprise("ecs.g8i", "ecs-7", GENERAL, EIGHT, Sizes::Even(4.0, SEVENTH)),
    enterprise("ecs.c8i", "ecs-7", COMPUTE, EIGHT, Sizes::Even(2.0, SEVENTH)),
    enterprise("ecs.r8i", "ecs-7", MEMORY, EIGHT, Sizes::Even(8.0, SEVENTH)),
    Family {
        name: "ecs.g8y",
        generation: "ecs-7",
        level: "EnterpriseLevel",
        category: GENERAL,
        architecture: "ARM",
        processor: "YiTian 710",
        frequencies: (2.75, 2.75),
        sizes: Sizes::Even(4.0, SEVENTH),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_as_their_ids_say() {
        for (id, cpus, mib) in [
            ("ecs.t5-lc1m1.small", 1, 1024),
            ("ecs.t5-lc2m1.nano", 1, 512),
            ("ecs.g6.large", 2, 8192),
            ("ecs.c7.xlarge", 4, 8192),
            ("ecs.r8i.8xlarge", 32, 262_144),
            ("ecs.e-c1m2.large", 2, 4096),
        ] {
            let row = find(id).unwrap_or_else(|| panic!("{id} is there"));
            assert_eq!((row.cpus, row.memory_mib()), (cpus, mib), "{id}");
        }
        assert!(find("ecs.t5.small").is_none());
    }
}
