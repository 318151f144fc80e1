//! URLs that hold a signature, beside those that botocore makes at the same time.

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::Kind;
use serde_json::json;

use crate::world::with;

/// Service, operation, input, whether the credentials are a session's, and the URL that botocore makes
/// (`generate_presigned_url` for a minute, with Signature Version 4 and the bucket in the host's name).
fn rows() -> Vec<(&'static str, &'static str, serde_json::Value, bool, &'static str)> {
    vec![
        (
            "s3",
            "GetObject",
            json!({"Bucket": "bucket", "Key": "a b/ü.txt"}),
            false,
            "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=a8616d134341dd719a4c79e179a6ef685745ce7c875f3078b7befd484a39eb7b",
        ),
        (
            "s3",
            "PutObject",
            json!({"Bucket": "bucket", "Key": "k", "ACL": "public-read", "ContentType": "text/plain", "Metadata": {"a": "b"}}),
            false,
            "https://bucket.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl%3Bx-amz-meta-a&X-Amz-Signature=c265aea6e70be295011ec0cf54097a5ec750c3a82187d178a853a9e9bd76f3e9",
        ),
        (
            "s3",
            "GetObject",
            json!({"Bucket": "bucket", "Key": "k", "ResponseContentType": "text/html", "VersionId": "v"}),
            false,
            "https://bucket.s3.eu-west-1.amazonaws.com/k?response-content-type=text%2Fhtml&versionId=v&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=9cba218d42e1b89536777d9d69674acf87458797372c4a63fb6bf669c352182e",
        ),
        (
            "s3",
            "ListObjectsV2",
            json!({"Bucket": "bucket", "Prefix": "x y", "EncodingType": "url"}),
            false,
            "https://bucket.s3.eu-west-1.amazonaws.com/?list-type=2&prefix=x%20y&encoding-type=url&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=5431a3772719ced7e9d7a214e7bbc9350a9aeca40ae8af95705b53f39126b839",
        ),
        (
            "s3",
            "DeleteObject",
            json!({"Bucket": "b.u.c", "Key": "k"}),
            false,
            "https://s3.eu-west-1.amazonaws.com/b.u.c/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=fb7736b49514166ca79c538ec9c548286a70186e7e7566052593b5d52915ba7d",
        ),
        (
            "s3",
            "UploadPart",
            json!({"Bucket": "bucket", "Key": "k", "UploadId": "u", "PartNumber": 3}),
            false,
            "https://bucket.s3.eu-west-1.amazonaws.com/k?uploadId=u&partNumber=3&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=679f695462576ea9eef7c9f5c1be8e7ed79eb04130c6721a5e4c3913c66b08c2",
        ),
        (
            "s3",
            "GetObject",
            json!({"Bucket": "bucket", "Key": "k", "ChecksumMode": "ENABLED"}),
            false,
            "https://bucket.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-amz-checksum-mode&X-Amz-Signature=1605d24086cd747c955fdab9956428def88c9ceef86ddb3f98e93350259fbfa2",
        ),
        (
            "s3",
            "GetObject",
            json!({"Bucket": "bucket", "Key": "k"}),
            true,
            "https://bucket.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=tok%2Fen&X-Amz-Signature=1f6bd9e4b4ca5dfb8e58b3aae98d4a75a456aaec166732ab9306c437fec48819",
        ),
        (
            "sts",
            "GetCallerIdentity",
            json!({}),
            false,
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=4c77811bb266c3f9c82aa11fc73315357bd42561dcfcbefdeb6e71ff4de461ce",
        ),
        (
            "ec2",
            "DescribeVpcs",
            json!({"VpcIds": ["vpc-1"]}),
            false,
            "https://ec2.eu-west-1.amazonaws.com/?Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Feu-west-1%2Fec2%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=2f5847aeca751886195010de92a79e70bad451cce7470a7a7d7c10e575878504",
        ),
    ]
}

#[tokio::test]
async fn urls_are_those_of_botocore() {
    for (service, operation, input, in_session, url) in rows() {
        let (client, _) = with(Cloud::Aws, "", |config| {
            config.endpoint = None;
            config.region = "eu-west-1".to_owned();
            if in_session {
                let key = Credentials::new("AKID", "very-secret").with_session_token("tok/en");
                config.credentials = std::sync::Arc::new(key);
            }
        });
        let (service, operation) = client.find(service, operation).unwrap();
        let input = client.input_of(service, operation, input).unwrap();
        let signed = client.presign(service, operation, input, 60).await.unwrap();
        // The order of parameters is free; the signature is over them in one order.
        let sorted = |url: &str| {
            let (place, query) = url.split_once('?').unwrap();
            let mut pairs: Vec<_> = query.split('&').map(str::to_owned).collect();
            pairs.sort();
            (place.to_owned(), pairs)
        };
        assert_eq!(sorted(&signed.url.to_string()), sorted(url));
        // What is signed beside the host is there to be sent.
        let (_, pairs) = sorted(url);
        let names =
            pairs.iter().find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders=")).unwrap();
        let mut given: Vec<_> = signed.headers.keys().map(http::HeaderName::as_str).collect();
        given.push("host");
        given.sort_unstable();
        assert_eq!(given.join("%3B"), names);
        assert!(signed.body.is_empty());
    }
}

#[tokio::test]
async fn what_takes_no_urls_is_refused() {
    let (service, body) =
        ("the service takes no such calls by a URL", "a call with a body has no URL");
    let (time, zone) = ("1 to 604800 seconds", "signed with a session");
    let object = json!({"Bucket": "b", "Key": "k"});
    let delete = json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}]}});
    let put = json!({"Bucket": "b", "Key": "k", "Body": "aGk="});
    let in_zone = json!({"Bucket": "b--usw2-az1--x-s3", "Key": "k"});
    let rows = [
        (Cloud::Aws, "dynamodb", "ListTables", json!({}), 60, service),
        (Cloud::Aws, "s3", "DeleteObjects", delete, 60, body),
        (Cloud::Aws, "s3", "PutObject", put, 60, body),
        (
            Cloud::Alibaba,
            "oss",
            "PutObject",
            json!({"bucket": "b", "key": "k", "body": "aGk="}),
            60,
            body,
        ),
        (Cloud::Aws, "s3", "GetObject", object.clone(), 0, time),
        (Cloud::Aws, "s3", "GetObject", object, 604_801, time),
        (Cloud::Aws, "s3", "GetObject", in_zone, 60, zone),
        (Cloud::Alibaba, "ecs", "DescribeVpcs", json!({"RegionId": "cn-hangzhou"}), 60, service),
        (Cloud::DigitalOcean, "account", "get", json!({}), 60, service),
    ];
    for (cloud, service, operation, input, seconds, why) in rows {
        let (client, _) = with(cloud, "", |config| config.endpoint = None);
        let (service, operation) = client.find(service, operation).unwrap();
        let input = client.input_of(service, operation, input).unwrap();
        let error = client.presign(service, operation, input, seconds).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Input, "{error}");
        assert!(error.message().unwrap().contains(why), "{error}");
    }
}

#[tokio::test]
async fn urls_of_oss_hold_either_signature() {
    for (v1, wanted, holds) in [
        (
            true,
            "https://b.oss-cn-hangzhou.aliyuncs.com/a%20b?OSSAccessKeyId=AKID&Expires=1795219260",
            "Signature=",
        ),
        (
            false,
            "https://b.oss-cn-hangzhou.aliyuncs.com/a%20b?x-oss-signature-version=OSS4-HMAC-SHA256\
             &x-oss-date=20261121T000000Z&x-oss-expires=60",
            "x-oss-signature=",
        ),
    ] {
        let (client, _) = with(Cloud::Alibaba, "", |config| {
            config.endpoint = None;
            config.region = "cn-hangzhou".to_owned();
            if v1 {
                config.oss.signature = isobar_client::oss::Signature::V1;
            }
        });
        let (service, operation) = client.find("oss", "GetObject").unwrap();
        let input = json!({"bucket": "b", "key": "a b"});
        let input = client.input_of(service, operation, input).unwrap();
        let url = client.presign(service, operation, input, 60).await.unwrap().url.to_string();
        assert!(url.starts_with(wanted) && url.contains(holds), "{url}");
    }
}
