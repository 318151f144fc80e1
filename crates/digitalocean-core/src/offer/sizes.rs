//! The sizes of droplets.

/// A size.
#[derive(Debug)]
pub struct Size {
    pub slug: &'static str,
    /// Megabytes.
    pub memory: u32,
    pub vcpus: u32,
    /// Gigabytes.
    pub disk: u32,
    /// Terabytes a month.
    pub transfer: f64,
    /// US dollars.
    pub price_monthly: f64,
    /// The class of droplets.
    pub description: &'static str,
}

/// How many hours of use cost as much as a month.
const HOURS: f64 = 672.0;

impl Size {
    /// US dollars, to the fifth decimal.
    pub fn price_hourly(&self) -> f64 {
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
const MEMORY_3: &str = "Memory-Optimized 3x SSD";
const MEMORY_6: &str = "Memory-Optimized 6x SSD";
const STORAGE: &str = "Storage-Optimized";
const STORAGE_1_5: &str = "Storage-Optimized 1.5x SSD";

/// The sizes by price, as they are listed.
pub const SIZES: &[Size] = &[
    size(BASIC, "s-1vcpu-512mb-10gb", (1, 512, 10), 0.5, 4.0),
    size(BASIC, "s-1vcpu-1gb", (1, 1024, 25), 1.0, 6.0),
    size(AMD, "s-1vcpu-1gb-amd", (1, 1024, 25), 1.0, 7.0),
    size(INTEL, "s-1vcpu-1gb-intel", (1, 1024, 25), 1.0, 7.0),
    size(INTEL, "s-1vcpu-1gb-35gb-intel", (1, 1024, 35), 1.0, 8.0),
    size(BASIC, "s-1vcpu-2gb", (1, 2048, 50), 2.0, 12.0),
    size(AMD, "s-1vcpu-2gb-amd", (1, 2048, 50), 2.0, 14.0),
    size(INTEL, "s-1vcpu-2gb-intel", (1, 2048, 50), 2.0, 14.0),
    size(INTEL, "s-1vcpu-2gb-70gb-intel", (1, 2048, 70), 2.0, 16.0),
    size(BASIC, "s-2vcpu-2gb", (2, 2048, 60), 3.0, 18.0),
    size(AMD, "s-2vcpu-2gb-amd", (2, 2048, 60), 3.0, 21.0),
    size(INTEL, "s-2vcpu-2gb-intel", (2, 2048, 60), 3.0, 21.0),
    size(INTEL, "s-2vcpu-2gb-90gb-intel", (2, 2048, 90), 3.0, 24.0),
    size(BASIC, "s-2vcpu-4gb", (2, 4096, 80), 4.0, 24.0),
    size(AMD, "s-2vcpu-4gb-amd", (2, 4096, 80), 4.0, 28.0),
    size(INTEL, "s-2vcpu-4gb-intel", (2, 4096, 80), 4.0, 28.0),
    size(INTEL, "s-2vcpu-4gb-120gb-intel", (2, 4096, 120), 4.0, 32.0),
    size(AMD, "s-2vcpu-8gb-amd", (2, 8192, 100), 5.0, 42.0),
    size(CPU, "c-2", (2, 4096, 25), 4.0, 42.0),
    size(CPU_DISK, "c2-2vcpu-4gb", (2, 4096, 50), 4.0, 47.0),
    size(INTEL, "s-2vcpu-8gb-160gb-intel", (2, 8192, 160), 5.0, 48.0),
    size(BASIC, "s-4vcpu-8gb", (4, 8192, 160), 5.0, 48.0),
    size(AMD, "s-4vcpu-8gb-amd", (4, 8192, 160), 6.0, 56.0),
    size(INTEL, "s-4vcpu-8gb-intel", (4, 8192, 160), 6.0, 56.0),
    size(GENERAL, "g-2vcpu-8gb", (2, 8192, 25), 4.0, 63.0),
    size(INTEL, "s-4vcpu-8gb-240gb-intel", (4, 8192, 240), 6.0, 64.0),
    size(GENERAL_DISK, "gd-2vcpu-8gb", (2, 8192, 50), 4.0, 68.0),
    size(AMD, "s-4vcpu-16gb-amd", (4, 16_384, 200), 8.0, 84.0),
    size(MEMORY, "m-2vcpu-16gb", (2, 16_384, 50), 4.0, 84.0),
    size(CPU, "c-4", (4, 8192, 50), 5.0, 84.0),
    size(CPU_DISK, "c2-4vcpu-8gb", (4, 8192, 100), 5.0, 94.0),
    size(INTEL, "s-4vcpu-16gb-320gb-intel", (4, 16_384, 320), 8.0, 96.0),
    size(BASIC, "s-8vcpu-16gb", (8, 16_384, 320), 6.0, 96.0),
    size(MEMORY_3, "m3-2vcpu-16gb", (2, 16_384, 150), 4.0, 104.0),
    size(AMD, "s-8vcpu-16gb-amd", (8, 16_384, 320), 9.0, 112.0),
    size(INTEL, "s-8vcpu-16gb-intel", (8, 16_384, 320), 9.0, 112.0),
    size(GENERAL, "g-4vcpu-16gb", (4, 16_384, 50), 5.0, 126.0),
    size(INTEL, "s-8vcpu-16gb-480gb-intel", (8, 16_384, 480), 9.0, 128.0),
    size(STORAGE, "so-2vcpu-16gb", (2, 16_384, 300), 4.0, 131.0),
    size(MEMORY_6, "m6-2vcpu-16gb", (2, 16_384, 300), 4.0, 131.0),
    size(GENERAL_DISK, "gd-4vcpu-16gb", (4, 16_384, 100), 5.0, 136.0),
    size(STORAGE_1_5, "so1_5-2vcpu-16gb", (2, 16_384, 450), 4.0, 163.0),
    size(AMD, "s-8vcpu-32gb-amd", (8, 32_768, 400), 10.0, 168.0),
    size(MEMORY, "m-4vcpu-32gb", (4, 32_768, 100), 6.0, 168.0),
    size(CPU, "c-8", (8, 16_384, 100), 6.0, 168.0),
    size(CPU_DISK, "c2-8vcpu-16gb", (8, 16_384, 200), 6.0, 188.0),
    size(INTEL, "s-8vcpu-32gb-640gb-intel", (8, 32_768, 640), 10.0, 192.0),
    size(MEMORY_3, "m3-4vcpu-32gb", (4, 32_768, 300), 6.0, 208.0),
    size(GENERAL, "g-8vcpu-32gb", (8, 32_768, 100), 6.0, 252.0),
    size(STORAGE, "so-4vcpu-32gb", (4, 32_768, 600), 6.0, 262.0),
    size(MEMORY_6, "m6-4vcpu-32gb", (4, 32_768, 600), 6.0, 262.0),
    size(GENERAL_DISK, "gd-8vcpu-32gb", (8, 32_768, 200), 6.0, 272.0),
    size(STORAGE_1_5, "so1_5-4vcpu-32gb", (4, 32_768, 900), 6.0, 326.0),
    size(MEMORY, "m-8vcpu-64gb", (8, 65_536, 200), 7.0, 336.0),
    size(CPU, "c-16", (16, 32_768, 200), 7.0, 336.0),
    size(CPU_DISK, "c2-16vcpu-32gb", (16, 32_768, 400), 7.0, 376.0),
    size(MEMORY_3, "m3-8vcpu-64gb", (8, 65_536, 600), 7.0, 416.0),
    size(GENERAL, "g-16vcpu-64gb", (16, 65_536, 200), 7.0, 504.0),
    size(STORAGE, "so-8vcpu-64gb", (8, 65_536, 1200), 7.0, 524.0),
    size(MEMORY_6, "m6-8vcpu-64gb", (8, 65_536, 1200), 7.0, 524.0),
    size(GENERAL_DISK, "gd-16vcpu-64gb", (16, 65_536, 400), 7.0, 544.0),
    size(STORAGE_1_5, "so1_5-8vcpu-64gb", (8, 65_536, 1800), 7.0, 652.0),
    size(MEMORY, "m-16vcpu-128gb", (16, 131_072, 400), 8.0, 672.0),
    size(CPU, "c-32", (32, 65_536, 400), 9.0, 672.0),
    size(CPU_DISK, "c2-32vcpu-64gb", (32, 65_536, 800), 9.0, 752.0),
    size(MEMORY_3, "m3-16vcpu-128gb", (16, 131_072, 1200), 8.0, 832.0),
    size(CPU, "c-48", (48, 98_304, 600), 11.0, 1008.0),
    size(MEMORY, "m-24vcpu-192gb", (24, 196_608, 600), 9.0, 1008.0),
    size(GENERAL, "g-32vcpu-128gb", (32, 131_072, 400), 8.0, 1008.0),
    size(STORAGE, "so-16vcpu-128gb", (16, 131_072, 2400), 8.0, 1048.0),
    size(MEMORY_6, "m6-16vcpu-128gb", (16, 131_072, 2400), 8.0, 1048.0),
    size(GENERAL_DISK, "gd-32vcpu-128gb", (32, 131_072, 800), 8.0, 1088.0),
    size(CPU_DISK, "c2-48vcpu-96gb", (48, 98_304, 1200), 11.0, 1128.0),
    size(MEMORY_3, "m3-24vcpu-192gb", (24, 196_608, 1800), 9.0, 1248.0),
    size(GENERAL, "g-40vcpu-160gb", (40, 163_840, 500), 9.0, 1260.0),
    size(STORAGE_1_5, "so1_5-16vcpu-128gb", (16, 131_072, 3600), 8.0, 1304.0),
    size(MEMORY, "m-32vcpu-256gb", (32, 262_144, 800), 10.0, 1344.0),
    size(GENERAL_DISK, "gd-40vcpu-160gb", (40, 163_840, 1000), 9.0, 1360.0),
    size(STORAGE, "so-24vcpu-192gb", (24, 196_608, 3600), 9.0, 1572.0),
    size(MEMORY_6, "m6-24vcpu-192gb", (24, 196_608, 3600), 9.0, 1572.0),
    size(MEMORY_3, "m3-32vcpu-256gb", (32, 262_144, 2400), 10.0, 1664.0),
    size(STORAGE_1_5, "so1_5-24vcpu-192gb", (24, 196_608, 5400), 9.0, 1956.0),
    size(STORAGE, "so-32vcpu-256gb", (32, 262_144, 4800), 10.0, 2096.0),
    size(MEMORY_6, "m6-32vcpu-256gb", (32, 262_144, 4800), 10.0, 2096.0),
    size(STORAGE_1_5, "so1_5-32vcpu-256gb", (32, 262_144, 7200), 10.0, 2608.0),
];
