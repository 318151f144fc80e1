//! The public images: distributions, and a few applications.

/// A public image.
#[derive(Debug)]
pub struct Base {
    pub id: u64,
    pub distribution: &'static str,
    pub name: &'static str,
    pub slug: &'static str,
    pub description: &'static str,
    pub created_at: &'static str,
    /// Gigabytes.
    pub min_disk_size: u32,
    /// Gigabytes.
    pub size_gigabytes: f64,
    pub kind: Kind,
}

/// What kind of public image it is, which the list's `type` filter asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Distribution,
    Application,
}

const fn base(
    id: u64,
    distribution: &'static str,
    (name, slug, description): (&'static str, &'static str, &'static str),
    created_at: &'static str,
    (min_disk_size, size_gigabytes): (u32, f64),
) -> Base {
    let kind = Kind::Distribution;
    Base {
        id,
        distribution,
        name,
        slug,
        description,
        created_at,
        min_disk_size,
        size_gigabytes,
        kind,
    }
}

const fn application(
    id: u64,
    (name, slug, description): (&'static str, &'static str, &'static str),
    created_at: &'static str,
    (min_disk_size, size_gigabytes): (u32, f64),
) -> Base {
    let (distribution, kind) = ("Ubuntu", Kind::Application);
    Base {
        id,
        distribution,
        name,
        slug,
        description,
        created_at,
        min_disk_size,
        size_gigabytes,
        kind,
    }
}

/// The public images, in the order in which they are listed.
pub const IMAGES: &[Base] = &[
    base(
        63_663_980,
        "Ubuntu",
        ("20.04 (LTS) x64", "ubuntu-20-04-x64", "Ubuntu 20.04 (LTS) x64"),
        "2020-05-15T05:47:50Z",
        (7, 0.64),
    ),
    base(
        112_929_454,
        "Ubuntu",
        ("22.04 (LTS) x64", "ubuntu-22-04-x64", "Ubuntu 22.04 (LTS) x64"),
        "2022-04-21T17:42:30Z",
        (7, 0.71),
    ),
    base(
        155_133_621,
        "Ubuntu",
        ("24.04 (LTS) x64", "ubuntu-24-04-x64", "Ubuntu 24.04 (LTS) x64"),
        "2024-04-30T10:19:42Z",
        (7, 0.69),
    ),
    base(
        176_448_210,
        "Ubuntu",
        ("25.04 x64", "ubuntu-25-04-x64", "Ubuntu 25.04 x64"),
        "2025-04-24T09:12:01Z",
        (7, 0.72),
    ),
    base(
        142_129_622,
        "Debian",
        ("11 x64", "debian-11-x64", "Debian 11 x64"),
        "2023-10-12T14:35:20Z",
        (7, 0.61),
    ),
    base(
        142_129_713,
        "Debian",
        ("12 x64", "debian-12-x64", "Debian 12 x64"),
        "2023-10-12T14:41:07Z",
        (7, 0.60),
    ),
    base(
        185_377_042,
        "Debian",
        ("13 x64", "debian-13-x64", "Debian 13 x64"),
        "2025-08-11T08:02:55Z",
        (7, 0.63),
    ),
    base(
        155_133_808,
        "Fedora",
        ("41 x64", "fedora-41-x64", "Fedora 41 x64"),
        "2024-11-01T12:00:13Z",
        (15, 1.04),
    ),
    base(
        176_448_377,
        "Fedora",
        ("42 x64", "fedora-42-x64", "Fedora 42 x64"),
        "2025-04-22T15:29:44Z",
        (15, 1.09),
    ),
    base(
        106_427_402,
        "CentOS",
        ("9 Stream x64", "centos-stream-9-x64", "CentOS 9 Stream x64"),
        "2022-04-05T20:11:09Z",
        (10, 0.79),
    ),
    base(
        125_372_280,
        "AlmaLinux",
        ("AlmaLinux 8", "almalinux-8-x64", "AlmaLinux 8"),
        "2023-01-09T19:30:51Z",
        (10, 0.87),
    ),
    base(
        125_372_391,
        "AlmaLinux",
        ("AlmaLinux 9", "almalinux-9-x64", "AlmaLinux 9"),
        "2023-01-09T19:37:18Z",
        (10, 0.91),
    ),
    base(
        125_372_492,
        "Rocky Linux",
        ("8 x64", "rockylinux-8-x64", "Rocky Linux 8 x64"),
        "2023-01-09T19:44:36Z",
        (10, 1.79),
    ),
    base(
        125_372_583,
        "Rocky Linux",
        ("9 x64", "rockylinux-9-x64", "Rocky Linux 9 x64"),
        "2023-01-09T19:51:27Z",
        (10, 1.02),
    ),
    application(
        135_000_911,
        ("Docker on Ubuntu 22.04", "docker-20-04", "Docker on Ubuntu 22.04"),
        "2023-06-20T16:03:32Z",
        (25, 2.11),
    ),
    application(
        135_000_987,
        ("NodeJS on Ubuntu 22.04", "nodejs-20-04", "NodeJS on Ubuntu 22.04"),
        "2023-06-21T10:48:15Z",
        (25, 2.04),
    ),
    application(
        135_001_064,
        ("WordPress on Ubuntu 22.04", "wordpress-20-04", "WordPress on Ubuntu 22.04"),
        "2023-06-21T11:20:59Z",
        (25, 2.36),
    ),
];
