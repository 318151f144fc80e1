//! The sizes of droplets.

/// A size.
#[derive(Debug)]
pub(crate) struct Size {
    pub(crate) slug: &'static str,
    /// Megabytes.
    pub(crate) memory: u32,
    pub(crate) vcpus: u32,
    /// Gigabytes.
    pub(crate) disk: u32,
    /// Terabytes a month.
    pub(crate) transfer: f64,
    /// US dollars.
    pub(crate) price_monthly: f64,
    /// The class of droplets.
    pub(crate) description: &'static str,
}

/// How many hours of use cost as much as a month.
const HOURS: f64 = 672.0;

impl Size {
    /// US dollars, to the fifth decimal.
    pub(crate) fn price_hourly(&self) -> f64 {
        (self.price_monthly / HOURS * 100_000.0).round() / 100_000.0
    }
}

const fn size(
    description: &'static str,
    slug: &'static str,
    (vcpus, memory, disk): (u32, u32, u32),
    transfer: f64,
    price_monthly: f64,
) -> Size {
    Size { slug, memory, vcpus, disk, transfer, price_monthly, description }
}

const BASIC: &str = "Basic";
const AMD: &str = "Basic AMD";
const INTEL: &str = "Basic Intel";
const GENERAL: &str = "General Purpose";
const GENERAL_DISK: &str = "General Purpose — 2x SSD";
const CPU: &str = "CPU-Optimized";
const CPU_DISK: &str = "CPU-Optimized 2x SSD";
const MEMORY: &str = "Memory-Optimized";
const STORAGE: &str = "Storage-Optimized";

/// The sizes by price, as they are listed.
pub(crate) const SIZES: &[Size] = &[
    size(BASIC, "s-1vcpu-512mb-10gb", (1, 512, 10), 0.5, 4.0),
    size(BASIC, "s-1vcpu-1gb", (1, 1024, 25), 1.0, 6.0),
    size(AMD, "s-1vcpu-1gb-amd", (1, 1024, 25), 1.0, 7.0),
    size(INTEL, "s-1vcpu-1gb-intel", (1, 1024, 25), 1.0, 7.0),
    size(BASIC, "s-1vcpu-2gb", (1, 2048, 50), 2.0, 12.0),
    size(AMD, "s-1vcpu-2gb-amd", (1, 2048, 50), 2.0, 14.0),
    size(INTEL, "s-1vcpu-2gb-intel", (1, 2048, 50), 2.0, 14.0),
    size(BASIC, "s-2vcpu-2gb", (2, 2048, 60), 3.0, 18.0),
    size(AMD, "s-2vcpu-2gb-amd", (2, 2048, 60), 3.0, 21.0),
    size(INTEL, "s-2vcpu-2gb-intel", (2, 2048, 60), 3.0, 21.0),
    size(BASIC, "s-2vcpu-4gb", (2, 4096, 80), 4.0, 24.0),
    size(AMD, "s-2vcpu-4gb-amd", (2, 4096, 80), 4.0, 28.0),
    size(INTEL, "s-2vcpu-4gb-intel", (2, 4096, 80), 4.0, 28.0),
    size(CPU, "c-2", (2, 4096, 25), 4.0, 42.0),
    size(CPU_DISK, "c2-2vcpu-4gb", (2, 4096, 50), 4.0, 47.0),
    size(BASIC, "s-4vcpu-8gb", (4, 8192, 160), 5.0, 48.0),
    size(AMD, "s-4vcpu-8gb-amd", (4, 8192, 160), 5.0, 56.0),
    size(INTEL, "s-4vcpu-8gb-intel", (4, 8192, 160), 5.0, 56.0),
    size(GENERAL, "g-2vcpu-8gb", (2, 8192, 25), 4.0, 63.0),
    size(GENERAL_DISK, "gd-2vcpu-8gb", (2, 8192, 50), 4.0, 68.0),
    size(MEMORY, "m-2vcpu-16gb", (2, 16_384, 50), 4.0, 84.0),
    size(CPU, "c-4", (4, 8192, 50), 5.0, 84.0),
    size(CPU_DISK, "c2-4vcpu-8gb", (4, 8192, 100), 5.0, 94.0),
    size(BASIC, "s-8vcpu-16gb", (8, 16_384, 320), 6.0, 96.0),
    size(AMD, "s-8vcpu-16gb-amd", (8, 16_384, 320), 6.0, 112.0),
    size(INTEL, "s-8vcpu-16gb-intel", (8, 16_384, 320), 6.0, 112.0),
    size(GENERAL, "g-4vcpu-16gb", (4, 16_384, 50), 5.0, 126.0),
    size(STORAGE, "so-2vcpu-16gb", (2, 16_384, 300), 4.0, 131.0),
    size(GENERAL_DISK, "gd-4vcpu-16gb", (4, 16_384, 100), 5.0, 136.0),
    size(MEMORY, "m-4vcpu-32gb", (4, 32_768, 100), 6.0, 168.0),
    size(CPU, "c-8", (8, 16_384, 100), 6.0, 168.0),
    size(GENERAL, "g-8vcpu-32gb", (8, 32_768, 100), 6.0, 252.0),
    size(MEMORY, "m-8vcpu-64gb", (8, 65_536, 200), 7.0, 336.0),
    size(CPU, "c-16", (16, 32_768, 200), 7.0, 336.0),
    size(GENERAL, "g-16vcpu-64gb", (16, 65_536, 200), 7.0, 504.0),
];
