//! The stores: what each calls its operations and members, its limits, and the checksum that it
//! keeps of objects. One row each.

use isobar_catalogue::Cloud;
use isobar_client::checksum::Algorithm;

/// A store's row.
#[derive(Clone, Debug)]
pub struct Api {
    /// The scheme of its URLs, without `://`.
    pub scheme: &'static str,
    /// The cloud whose client speaks to it.
    pub cloud: Cloud,
    /// The catalogue's service.
    pub service: &'static str,
    /// Its checksum.
    pub check: Check,
    /// What it calls its operations.
    pub operations: &'static Operations,
    /// What it calls members.
    pub members: &'static Members,
    /// The least size of a part but the last, in bytes.
    pub least_part: u64,
    /// The most bytes of a part.
    pub largest_part: u64,
    /// The most parts of an object.
    pub most_parts: u64,
    /// The most bytes that it copies by itself in one call.
    pub largest_copy: u64,
    /// Whether its objects have tags.
    pub has_tags: bool,
}

/// How a store says what it received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It takes a checksum with each part and one of the whole, and refuses what differs.
    Taken(Algorithm),
    /// It says in a header what it received.
    Said(Algorithm, &'static str),
    /// The `ETag` is the MD5 of what it received, and of a whole object the MD5 of its parts'.
    Tag,
}

impl Check {
    /// The algorithm.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Taken(algorithm) | Self::Said(algorithm, _) => algorithm,
            Self::Tag => Algorithm::Md5,
        }
    }
}

/// What a store calls its operations.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is called as in S3")]
pub struct Operations {
    pub abort: &'static str,
    pub complete: &'static str,
    pub copy: &'static str,
    pub copy_part: &'static str,
    pub create: &'static str,
    pub buckets: &'static str,
    pub create_bucket: &'static str,
    pub delete: &'static str,
    pub delete_bucket: &'static str,
    pub get_tags: &'static str,
    pub get: &'static str,
    pub head: &'static str,
    pub list: &'static str,
    pub list_parts: &'static str,
    pub list_uploads: &'static str,
    pub put: &'static str,
    pub set_website: &'static str,
    pub upload_part: &'static str,
}

/// What a store calls members of inputs and outputs.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is called as in S3")]
pub struct Members {
    pub bucket: &'static str,
    pub key: &'static str,
    pub range: &'static str,
    pub if_match: &'static str,
    pub if_absent: &'static str,
    /// What that member says; `None` where it is a boolean.
    pub absent: Option<&'static str>,
    pub upload_id: &'static str,
    pub part_number: &'static str,
    pub part_marker: &'static str,
    pub copy_source: &'static str,
    pub copy_range: &'static str,
    pub copy_if_match: &'static str,
    pub prefix: &'static str,
    pub delimiter: &'static str,
    pub token: &'static str,
    pub page_size: &'static str,
    pub uploads_page_size: &'static str,
    pub payer: &'static str,
    pub buckets_prefix: &'static str,
    pub key_marker: &'static str,
    pub upload_marker: &'static str,
    pub listed_uploads: &'static str,
    pub completed: &'static str,
    pub completed_parts: &'static str,
    pub listed_parts: &'static str,
    pub listed_checksum: &'static str,
    pub size: &'static str,
    pub modified: &'static str,
    pub metadata: &'static str,
    pub directive: &'static str,
    pub tags_directive: &'static str,
    pub tag_count: &'static str,
    pub storage_class: &'static str,
    /// What the headers begin with in which an object's metadata travel.
    pub metadata_header: &'static str,
}

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

static S3_OPERATIONS: Operations = Operations {
    abort: "AbortMultipartUpload",
    complete: "CompleteMultipartUpload",
    copy: "CopyObject",
    copy_part: "UploadPartCopy",
    create: "CreateMultipartUpload",
    buckets: "ListBuckets",
    create_bucket: "CreateBucket",
    delete: "DeleteObject",
    delete_bucket: "DeleteBucket",
    get_tags: "GetObjectTagging",
    get: "GetObject",
    head: "HeadObject",
    list: "ListObjectsV2",
    list_parts: "ListParts",
    list_uploads: "ListMultipartUploads",
    put: "PutObject",
    set_website: "PutBucketWebsite",
    upload_part: "UploadPart",
};

static S3_MEMBERS: Members = Members {
    bucket: "Bucket",
    key: "Key",
    range: "Range",
    if_match: "IfMatch",
    if_absent: "IfNoneMatch",
    absent: Some("*"),
    upload_id: "UploadId",
    part_number: "PartNumber",
    part_marker: "PartNumberMarker",
    copy_source: "CopySource",
    copy_range: "CopySourceRange",
    copy_if_match: "CopySourceIfMatch",
    prefix: "Prefix",
    delimiter: "Delimiter",
    token: "ContinuationToken",
    page_size: "MaxKeys",
    uploads_page_size: "MaxUploads",
    payer: "RequestPayer",
    buckets_prefix: "Prefix",
    key_marker: "KeyMarker",
    upload_marker: "UploadIdMarker",
    listed_uploads: "Uploads",
    completed: "MultipartUpload",
    completed_parts: "Parts",
    listed_parts: "Parts",
    listed_checksum: "ChecksumCRC64NVME",
    size: "ContentLength",
    modified: "LastModified",
    metadata: "Metadata",
    directive: "MetadataDirective",
    tags_directive: "TaggingDirective",
    tag_count: "TagCount",
    storage_class: "StorageClass",
    metadata_header: "x-amz-meta-",
};

static OSS_OPERATIONS: Operations =
    Operations { create: "InitiateMultipartUpload", create_bucket: "PutBucket", ..S3_OPERATIONS };

static OSS_MEMBERS: Members = Members {
    bucket: "bucket",
    key: "key",
    range: "Range",
    if_match: "If-Match",
    if_absent: "x-oss-forbid-overwrite",
    absent: None,
    upload_id: "uploadId",
    part_number: "partNumber",
    part_marker: "part-number-marker",
    copy_source: "x-oss-copy-source",
    copy_range: "x-oss-copy-source-range",
    copy_if_match: "x-oss-copy-source-if-match",
    prefix: "prefix",
    delimiter: "delimiter",
    token: "continuation-token",
    page_size: "max-keys",
    uploads_page_size: "max-uploads",
    payer: "x-oss-request-payer",
    buckets_prefix: "prefix",
    key_marker: "key-marker",
    upload_marker: "upload-id-marker",
    listed_uploads: "Upload",
    completed: "CompleteMultipartUpload",
    completed_parts: "Part",
    listed_parts: "Part",
    listed_checksum: "HashCrc64ecma",
    size: "Content-Length",
    modified: "Last-Modified",
    metadata: "x-oss-meta-*",
    directive: "x-oss-metadata-directive",
    tags_directive: "x-oss-tagging-directive",
    tag_count: "x-oss-tagging-count",
    storage_class: "x-oss-storage-class",
    metadata_header: "x-oss-meta-",
};

/// The stores. Limits are the vendors' documented ones.
pub static APIS: [Api; 3] = [
    Api {
        scheme: "s3",
        cloud: Cloud::Aws,
        service: "s3",
        check: Check::Taken(Algorithm::Crc64Nvme),
        operations: &S3_OPERATIONS,
        members: &S3_MEMBERS,
        least_part: 5 * MIB,
        largest_part: 5 * GIB,
        most_parts: 10_000,
        largest_copy: 5 * GIB,
        has_tags: true,
    },
    Api {
        scheme: "spaces",
        cloud: Cloud::Aws,
        service: "s3",
        check: Check::Tag,
        operations: &S3_OPERATIONS,
        members: &S3_MEMBERS,
        least_part: 5 * MIB,
        largest_part: 5 * GIB,
        most_parts: 10_000,
        largest_copy: 5 * GIB,
        has_tags: false,
    },
    Api {
        scheme: "oss",
        cloud: Cloud::Alibaba,
        service: "oss",
        check: Check::Said(Algorithm::Crc64Ecma, "x-oss-hash-crc64ecma"),
        operations: &OSS_OPERATIONS,
        members: &OSS_MEMBERS,
        least_part: 100 << 10,
        largest_part: 5 * GIB,
        most_parts: 10_000,
        largest_copy: GIB,
        has_tags: true,
    },
];

/// The store of a scheme.
#[must_use]
pub fn find(scheme: &str) -> Option<&'static Api> {
    APIS.iter().find(|api| api.scheme == scheme)
}

impl Api {
    /// Whether it is spoken to as S3 is.
    #[must_use]
    pub fn is_s3(&self) -> bool {
        self.service == "s3"
    }

    /// How large the parts of an object are: the wish, unless the object would have too many, and in
    /// whole MiB then. `None` where the store cannot hold it.
    #[must_use]
    pub fn part_size(&self, size: u64, wish: u64) -> Option<u64> {
        let wish = wish.clamp(self.least_part, self.largest_part);
        let needed = size.div_ceil(self.most_parts);
        let part = if needed <= wish { wish } else { needed.next_multiple_of(MIB) };
        (part <= self.largest_part).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_wished_until_there_would_be_too_many() {
        let s3 = find("s3").unwrap();
        let rows = [
            (0, 16 * MIB, Some(16 * MIB)),
            (9 * MIB, 5 * MIB + 7, Some(5 * MIB + 7)),
            (2 * GIB, 16 * MIB, Some(16 * MIB)),
            (2 * GIB, MIB, Some(5 * MIB)),
            (10_000 * 16 * MIB, 16 * MIB, Some(16 * MIB)),
            (10_000 * 16 * MIB + 1, 16 * MIB, Some(17 * MIB)),
            (10_000 * 5 * GIB, 16 * MIB, Some(5 * GIB)),
            (10_000 * 5 * GIB + 1, 16 * MIB, None),
        ];
        for (size, wish, expected) in rows {
            assert_eq!(s3.part_size(size, wish), expected, "{size}");
            if let Some(part) = expected {
                assert!(size.div_ceil(part) <= s3.most_parts);
            }
        }
    }
}
