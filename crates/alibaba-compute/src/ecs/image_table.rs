//! The public images.

/// A public image.
#[derive(Debug)]
pub(super) struct Image {
    /// Its id.
    pub(super) id: &'static str,
    /// Its family.
    pub(super) family: &'static str,
    /// The distribution.
    pub(super) platform: &'static str,
    /// The system's name in English.
    pub(super) name_english: &'static str,
    /// The system's name in Chinese.
    pub(super) name_chinese: &'static str,
    /// `x86_64` or `arm64`.
    pub(super) architecture: &'static str,
    /// `BIOS`, `UEFI` or `UEFI-Preferred`.
    pub(super) boot_mode: &'static str,
    /// When it was made.
    pub(super) created: &'static str,
}

/// How large an image is, in GiB.
pub(super) const SIZE: i64 = 20;

/// The image of the id.
pub(super) fn find(id: &str) -> Option<&'static Image> {
    IMAGES.iter().find(|image| image.id == id)
}

/// The newest image of the family.
pub(super) fn newest(family: &str) -> Option<&'static Image> {
    IMAGES.iter().filter(|image| image.family == family).max_by_key(|image| image.created)
}

const fn x86(
    id: &'static str,
    family: &'static str,
    platform: &'static str,
    name_english: &'static str,
    name_chinese: &'static str,
    created: &'static str,
) -> Image {
    Image {
        id,
        family,
        platform,
        name_english,
        name_chinese,
        architecture: "x86_64",
        boot_mode: "BIOS",
        created,
    }
}

/// The images.
pub(super) const IMAGES: &[Image] = &[
    x86(
        "aliyun_3_x64_20G_alibase_20241103.vhd",
        "acs:alibaba_cloud_linux_3_2104_lts_x64",
        "Aliyun",
        "Alibaba Cloud Linux  3.2104 LTS 64 bit",
        "Alibaba Cloud Linux  3.2104 LTS 64位",
        "2024-11-06T02:21:41Z",
    ),
    x86(
        "aliyun_2_1903_x64_20G_alibase_20240628.vhd",
        "acs:alibaba_cloud_linux_2_1903_lts_x64",
        "Aliyun",
        "Alibaba Cloud Linux  2.1903 LTS 64 bit",
        "Alibaba Cloud Linux  2.1903 LTS 64位",
        "2024-07-02T03:05:12Z",
    ),
    Image {
        id: "aliyun_3_arm64_20G_alibase_20241103.vhd",
        family: "acs:alibaba_cloud_linux_3_2104_lts_arm64",
        platform: "Aliyun",
        name_english: "Alibaba Cloud Linux  3.2104 LTS 64 bit for ARM",
        name_chinese: "Alibaba Cloud Linux  3.2104 LTS 64位 ARM版",
        architecture: "arm64",
        boot_mode: "UEFI",
        created: "2024-11-06T02:31:09Z",
    },
    x86(
        "ubuntu_24_04_x64_20G_alibase_20241016.vhd",
        "acs:ubuntu_24_04_x64",
        "Ubuntu",
        "Ubuntu  24.04 64 bit",
        "Ubuntu  24.04 64位",
        "2024-10-18T06:12:36Z",
    ),
    x86(
        "ubuntu_22_04_x64_20G_alibase_20241016.vhd",
        "acs:ubuntu_22_04_x64",
        "Ubuntu",
        "Ubuntu  22.04 64 bit",
        "Ubuntu  22.04 64位",
        "2024-10-18T06:04:51Z",
    ),
    x86(
        "ubuntu_20_04_x64_20G_alibase_20241016.vhd",
        "acs:ubuntu_20_04_x64",
        "Ubuntu",
        "Ubuntu  20.04 64 bit",
        "Ubuntu  20.04 64位",
        "2024-10-18T05:58:23Z",
    ),
    x86(
        "ubuntu_18_04_x64_20G_alibase_20231225.vhd",
        "acs:ubuntu_18_04_x64",
        "Ubuntu",
        "Ubuntu  18.04 64 bit",
        "Ubuntu  18.04 64位",
        "2023-12-28T03:11:47Z",
    ),
    x86(
        "ubuntu_18_04_64_20G_alibase_20190624.vhd",
        "acs:ubuntu_18_04_x64",
        "Ubuntu",
        "Ubuntu  18.04 64 bit",
        "Ubuntu  18.04 64位",
        "2019-06-26T02:46:00Z",
    ),
    x86(
        "debian_12_7_x64_20G_alibase_20241016.vhd",
        "acs:debian_12_7_x64",
        "Debian",
        "Debian  12.7 64 bit",
        "Debian  12.7 64位",
        "2024-10-18T07:02:15Z",
    ),
    x86(
        "debian_11_11_x64_20G_alibase_20241016.vhd",
        "acs:debian_11_11_x64",
        "Debian",
        "Debian  11.11 64 bit",
        "Debian  11.11 64位",
        "2024-10-18T06:55:40Z",
    ),
    x86(
        "centos_stream_9_x64_20G_alibase_20241014.vhd",
        "acs:centos_stream_9_x64",
        "CentOS Stream",
        "CentOS Stream  9 64 bit",
        "CentOS Stream  9 64位",
        "2024-10-16T04:33:28Z",
    ),
    x86(
        "centos_7_9_x64_20G_alibase_20240628.vhd",
        "acs:centos_7_9_x64",
        "CentOS",
        "CentOS  7.9 64 bit",
        "CentOS  7.9 64位",
        "2024-07-02T03:19:55Z",
    ),
    x86(
        "rockylinux_9_4_x64_20G_alibase_20241015.vhd",
        "acs:rocky_linux_9_4_x64",
        "Rocky Linux",
        "Rocky Linux  9.4 64 bit",
        "Rocky Linux  9.4 64位",
        "2024-10-17T02:41:17Z",
    ),
];
