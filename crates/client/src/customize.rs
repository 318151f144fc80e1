//! What AWS's services want beside what their models say: the customizations of the vendor's own
//! clients (botocore's `handlers.py`), one row for each.
//!
//! A row says which operations it is for, and what it does at one of the steps of a call: to the
//! input before it is checked, to the request before it is signed, at the signature, to the output.
//! The endpoint's own are in [`crate::endpoint::parameters`].

mod checksum;
mod inputs;
mod messages;
mod outputs;
mod presigned;
mod requests;

use std::sync::Arc;

use isobar_auth::Unwritable;
use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{Request, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use crate::cloud::Signing;
use crate::config::Config;
use crate::endpoint::Endpoint;

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A customization.
struct Row {
    service: &'static str,
    /// The operations; all of the service's if there are none.
    operations: &'static [&'static str],
    change: Change,
}

/// What a customization does, and when.
enum Change {
    /// Changes the input before it is checked.
    Input(fn(&mut Input<'_>) -> Result<(), String>),
    /// Changes the request before it is signed.
    Request(fn(&mut Written<'_>) -> Result<(), String>),
    /// Changes the request when the signature's key is known.
    Signing(fn(&mut Request, &Signing<'_>) -> Result<(), Unwritable>),
    /// Changes the output.
    Output(fn(&mut Output<'_>)),
    /// Says what is wrong with an output.
    Check(fn(&Output<'_>) -> Result<(), String>),
}

/// An input before it is checked.
pub(crate) struct Input<'a> {
    pub(crate) config: &'a Config,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) value: &'a mut Value,
    pub(crate) notes: &'a mut Notes,
}

/// What is remembered of a call's input until its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// The client asked for encoded names, of which the caller knows nothing.
    pub(crate) decodes_names: bool,
    /// What stands for the payload in the signature.
    pub(crate) declared: Option<&'static str>,
    /// The messages that are sent, for an answer that says what came of them.
    pub(crate) sent: Option<Arc<[messages::Sent]>>,
}

/// A request that is written and not signed.
pub(crate) struct Written<'a> {
    pub(crate) config: &'a Config,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) input: &'a Value,
    pub(crate) endpoint: &'a mut Endpoint,
    pub(crate) request: &'a mut Request,
    /// The body is sent from elsewhere, and so is its checksum.
    pub(crate) uploads: bool,
    pub(crate) notes: &'a mut Notes,
}

/// An output as it was read.
pub(crate) struct Output<'a> {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) notes: &'a Notes,
    /// The answer's body.
    pub(crate) body: &'a [u8],
    pub(crate) value: &'a mut Value,
}

const fn row(service: &'static str, operations: &'static [&'static str], change: Change) -> Row {
    Row { service, operations, change }
}

/// The operations of S3 that take a customer's key.
const WITH_KEY: &[&str] = &[
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "GetObject",
    "HeadObject",
    "PutObject",
    "SelectObjectContent",
    "UploadPart",
    "UploadPartCopy",
];
const COPIES: &[&str] = &["CopyObject", "UploadPartCopy"];
const LISTS: &[&str] = &["ListObjectVersions", "ListObjects", "ListObjectsV2"];
const WITH_METADATA: &[&str] = &["CopyObject", "CreateMultipartUpload", "PutObject"];
const UPLOADS: &[&str] = &["PutObject", "UploadPart"];
const SENDS: &[&str] = &["SendMessage", "SendMessageBatch"];
const CLUSTER_COPIES: &[&str] = &["CopyDBClusterSnapshot", "CreateDBCluster"];
const DATABASE_COPIES: &[&str] = &[
    "CopyDBClusterSnapshot",
    "CopyDBSnapshot",
    "CreateDBCluster",
    "CreateDBInstanceReadReplica",
    "StartDBInstanceAutomatedBackupsReplication",
];

/// The customizations. Those of one step run in this order.
static ROWS: &[Row] = &[
    row("autoscaling", &["CreateLaunchConfiguration"], Change::Input(inputs::encode_user_data)),
    row("ec2", &["RunInstances"], Change::Input(inputs::encode_user_data)),
    row("glacier", &[], Change::Input(inputs::own_account)),
    row("route53", &[], Change::Input(inputs::bare_ids)),
    row("s3", &[], Change::Input(inputs::check_bucket)),
    row("s3", LISTS, Change::Input(inputs::ask_for_encoded_names)),
    row("s3", COPIES, Change::Input(inputs::encode_copy_source)),
    row("s3", WITH_METADATA, Change::Input(inputs::check_metadata)),
    row("s3", WITH_KEY, Change::Input(inputs::describe_key)),
    row("s3", COPIES, Change::Input(inputs::describe_source_key)),
    row("apigateway", &[], Change::Request(requests::accept_json)),
    row("cloudsearchdomain", &["Search"], Change::Request(requests::ask_by_post)),
    row("glacier", &[], Change::Request(requests::name_glacier_version)),
    row(
        "glacier",
        &["UploadArchive", "UploadMultipartPart"],
        Change::Request(requests::hash_archive),
    ),
    row("machinelearning", &["Predict"], Change::Request(requests::go_to_predictor)),
    row(
        "s3",
        &["DeleteObjects", "PutBucketLifecycleConfiguration"],
        Change::Request(requests::keep_line_ends),
    ),
    row("s3", &[], Change::Request(requests::take_bucket_from_path)),
    row("s3", UPLOADS, Change::Request(requests::expect_continue)),
    row("s3control", &[], Change::Request(requests::take_account_from_host)),
    row("sqs", SENDS, Change::Request(messages::remember)),
    row("docdb", CLUSTER_COPIES, Change::Signing(presigned::database)),
    row("ec2", &["CopySnapshot"], Change::Signing(presigned::snapshot)),
    row("neptune", CLUSTER_COPIES, Change::Signing(presigned::database)),
    row("rds", DATABASE_COPIES, Change::Signing(presigned::database)),
    row("cloudformation", &["GetTemplate"], Change::Output(outputs::read_template)),
    row("ec2", &["GetConsoleOutput"], Change::Output(outputs::decode_console)),
    row("iam", &[], Change::Output(outputs::read_policies)),
    row("s3", &["GetBucketLocation"], Change::Output(outputs::read_location)),
    row("s3", LISTS, Change::Output(outputs::decode_names)),
    row("sqs", SENDS, Change::Check(messages::check_sent)),
    row("sqs", &["ReceiveMessage"], Change::Check(messages::check_received)),
];

/// Operations that are never signed, whatever their endpoint says.
const UNSIGNED: [(&str, &str); 6] = [
    ("cognito-identity", "GetCredentialsForIdentity"),
    ("cognito-identity", "GetId"),
    ("cognito-identity", "GetOpenIdToken"),
    ("cognito-identity", "UnlinkIdentity"),
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
];

/// Whether an operation is never signed.
pub(crate) fn is_unsigned(service: &Service, operation: &Operation) -> bool {
    service.cloud == Cloud::Aws
        && UNSIGNED.contains(&(service.name.as_str(), operation.name.as_str()))
}

fn changes(service: &Service, operation: &Operation) -> impl Iterator<Item = &'static Change> {
    let of_cloud = if service.cloud == Cloud::Aws { ROWS } else { &[] };
    of_cloud
        .iter()
        .filter(|row| row.service == service.name)
        .filter(|row| row.operations.is_empty() || row.operations.contains(&&*operation.name))
        .map(|row| &row.change)
}

/// Changes an input before it is checked.
pub(crate) fn input(input: &mut Input<'_>) -> Result<(), String> {
    if input.service.cloud != Cloud::Aws {
        return Ok(());
    }
    inputs::ask_for_checksum(input)?;
    for change in changes(input.service, input.operation) {
        if let Change::Input(change) = change {
            change(input)?;
        }
    }
    Ok(())
}

/// Changes a request before it is signed.
pub(crate) fn request(written: &mut Written<'_>) -> Result<(), String> {
    if written.service.cloud != Cloud::Aws {
        return Ok(());
    }
    requests::set_endpoint_headers(written)?;
    requests::name_version(written)?;
    requests::drop_media(written)?;
    for change in changes(written.service, written.operation) {
        if let Change::Request(change) = change {
            change(written)?;
        }
    }
    checksum::add(written)
}

/// Changes a request when the signature's key is known.
pub(crate) fn signing(
    service: &Service,
    operation: &Operation,
    request: &mut Request,
    signing: &Signing<'_>,
) -> Result<(), Unwritable> {
    for change in changes(service, operation) {
        if let Change::Signing(change) = change {
            change(request, signing)?;
        }
    }
    Ok(())
}

/// Changes an output, or says what is wrong with it.
pub(crate) fn output(output: &mut Output<'_>) -> Result<(), String> {
    for change in changes(output.service, output.operation) {
        match change {
            Change::Output(change) => change(output),
            Change::Check(check) => check(output)?,
            _ => {}
        }
    }
    Ok(())
}
