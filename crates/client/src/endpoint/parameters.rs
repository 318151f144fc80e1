//! What AWS's endpoint rules are given: what an operation fixes, what its input says, and what the
//! client was told.

use isobar_catalogue::{Operation, Service};
use isobar_wire::Value;
use serde_json::{Map, Value as Json, json};

use super::rules::{Parameters, RuleSet};
use crate::config::{BucketStyle, Config};
use crate::path::Document;

/// The regions whose calls to STS go to the global endpoint in the SDKs' `legacy` mode.
const GLOBAL_STS: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "aws-global",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The regions in which S3 is called at its global endpoint, as the SDKs do unless told otherwise.
const GLOBAL_S3: [&str; 2] = ["us-east-1", "aws-global"];

/// What a call asks of the rules.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) config: &'a Config,
    /// The client's, or the one that the bucket is known to be in.
    pub(crate) region: &'a str,
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) input: &'a Value,
    /// The base URL that replaces the vendor's.
    pub(crate) base: Option<&'a str>,
    /// The caller's account, where it is known and the rules ask for it.
    pub(crate) account: Option<&'a str>,
}

/// The caller's account, as the rules call it.
const ACCOUNT: &str = "AWS::Auth::AccountId";

type Builtin = fn(&Asked<'_>) -> Json;

/// What the rules call built in, by their names.
const BUILTINS: [(&str, Builtin); 14] = [
    ("AWS::Region", |asked| json!(asked.region)),
    // A base URL of the caller's own is taken as it is.
    ("AWS::UseFIPS", |asked| json!(asked.base.is_none() && asked.config.fips)),
    ("AWS::UseDualStack", |asked| json!(asked.base.is_none() && asked.config.dual_stack)),
    ("AWS::STS::UseGlobalEndpoint", |asked| {
        let config = asked.config;
        json!(config.global_sts && GLOBAL_STS.contains(&asked.region))
    }),
    ("AWS::S3::UseGlobalEndpoint", |asked| {
        json!(asked.config.global_s3 && GLOBAL_S3.contains(&asked.region))
    }),
    ("AWS::S3::Accelerate", |asked| json!(asked.config.accelerate)),
    ("AWS::S3::ForcePathStyle", |asked| json!(path_style(asked))),
    ("AWS::S3::UseArnRegion", |asked| json!(asked.config.use_arn_region)),
    ("AWS::S3Control::UseArnRegion", |_| json!(false)),
    ("AWS::S3::DisableMultiRegionAccessPoints", |asked| {
        json!(!asked.config.multi_region_access_points)
    }),
    // The rules know it by their own name alone.
    ("DisableS3ExpressSessionAuth", |asked| {
        if asked.config.s3_express_sessions { Json::Null } else { json!(true) }
    }),
    (ACCOUNT, |asked| asked.account.map_or(Json::Null, |account| json!(account))),
    ("AWS::Auth::AccountIdEndpointMode", |asked| json!(asked.config.account_endpoints.name())),
    ("SDK::Endpoint", |asked| asked.base.map_or(Json::Null, |url| json!(url))),
];

/// Whether the rules ask for the caller's account.
pub(crate) fn want_account(rules: &RuleSet) -> bool {
    rules.parameters().any(|(_, it)| it.get("builtIn").and_then(Json::as_str) == Some(ACCOUNT))
}

/// The parameters of a call. The operation's own word comes first, then what the input says, then
/// what is built in.
pub(crate) fn of(rules: &RuleSet, asked: &Asked<'_>) -> Result<Parameters, String> {
    let mut parameters = Parameters::default().with_context(&asked.operation.static_context);
    let mut document = Document::new(asked.input);
    for (name, definition) in rules.parameters() {
        if parameters.has(name) {
            continue;
        }
        let mut value = from_input(name, asked, &mut document)?;
        if value.is_null() {
            value = builtin(name, definition, asked);
        }
        if !value.is_null() {
            parameters.set(name, value);
        }
    }
    Ok(parameters)
}

fn from_input(name: &str, asked: &Asked<'_>, document: &mut Document<'_>) -> Result<Json, String> {
    let Asked { service, operation, input, .. } = asked;
    let members = service.input_members(operation);
    let member = members.iter().find(|member| member.context_param.as_deref() == Some(name));
    if let Some(value) = member.and_then(|member| input.get(&member.name)) {
        return serde_json::to_value(value).map_err(|error| error.to_string());
    }
    match operation.input_context.iter().find(|(known, _)| known == name) {
        Some((_, path)) => document.find(path),
        None => Ok(Json::Null),
    }
}

fn builtin(name: &str, definition: &Map<String, Json>, asked: &Asked<'_>) -> Json {
    let name = definition.get("builtIn").and_then(Json::as_str).unwrap_or(name);
    BUILTINS.iter().find(|(known, _)| *known == name).map_or(Json::Null, |(_, value)| value(asked))
}

/// Whether a bucket stands in the path rather than in the host's name.
fn path_style(asked: &Asked<'_>) -> bool {
    let bucket = asked.input.get("Bucket").and_then(Value::as_str).unwrap_or_default();
    // In the host's name, it would be signed for a region that need not be the bucket's.
    if asked.operation.name == "GetBucketLocation" {
        return true;
    }
    // An ARN never stands in a path.
    if bucket.starts_with("arn:") {
        return false;
    }
    match asked.config.bucket_style {
        _ if asked.config.accelerate => false,
        BucketStyle::Path => true,
        BucketStyle::Virtual => false,
        BucketStyle::Automatic => asked.base.is_some(),
    }
}
