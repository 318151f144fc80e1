//! The kernels that older droplets could choose from.

use crate::Output;

/// A kernel, as it is shown.
#[derive(Clone, Copy, Debug, Output)]
pub struct Kernel {
    pub id: u64,
    pub name: &'static str,
    pub version: &'static str,
}

const fn kernel(id: u64, name: &'static str, version: &'static str) -> Kernel {
    Kernel { id, name, version }
}

/// The kernels.
pub const KERNELS: &[Kernel] = &[
    kernel(
        7515,
        "DigitalOcean GrubLoader v0.2 (20160714)",
        "2016.07.13-DigitalOcean_loader_Ubuntu",
    ),
    kernel(
        7516,
        "DigitalOcean GrubLoader v0.2 (20160714) Debian",
        "2016.07.13-DigitalOcean_loader_Debian",
    ),
    kernel(
        7517,
        "DigitalOcean GrubLoader v0.2 (20160714) CentOS",
        "2016.07.13-DigitalOcean_loader_CentOS",
    ),
    kernel(
        7518,
        "DigitalOcean GrubLoader v0.2 (20160714) Fedora",
        "2016.07.13-DigitalOcean_loader_Fedora",
    ),
];

/// The kernel of the id.
pub fn find(id: u64) -> Option<Kernel> {
    KERNELS.iter().copied().find(|kernel| kernel.id == id)
}
