//! Calls, and the requests that they become.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_catalogue::model::Auth;
use isobar_client::{BucketStyle, Client, Config, Error};
use isobar_wire::Value;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::fixed::Fixed;

/// A call.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    cloud: String,
    service: String,
    operation: String,
    region: String,
    #[serde(default)]
    input: Value,
    #[serde(flatten)]
    options: Options,
}

/// What the client is told beside the region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
struct Options {
    /// A base URL in the place of the vendor's.
    endpoint: Option<String>,
    /// FIPS endpoints.
    fips: bool,
    /// Endpoints with IPv6.
    dual_stack: bool,
    /// S3's accelerated endpoints.
    accelerate: bool,
    /// `virtual` or `path`; `None` leaves it to the client.
    addressing: Option<String>,
}

/// The request that a call becomes.
#[derive(Debug, Serialize)]
pub(crate) struct Made {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body_base64: String,
}

/// What a client is made from: the cloud, whether it shows a token, the region, the options.
type Key = (Cloud, bool, String, Options);

/// Makes requests; a client for each key.
pub(crate) struct Requests {
    runtime: Runtime,
    clients: HashMap<Key, Client>,
}

impl Requests {
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, clients: HashMap::new() })
    }

    /// The request of a call.
    pub(crate) fn request(&mut self, call: &Call) -> Result<Made, String> {
        let cloud: Cloud = call.cloud.parse().map_err(|_| format!("no cloud: {}", call.cloud))?;
        let (service, operation) =
            isobar_catalogue::operation(cloud, &call.service, &call.operation)
                .ok_or_else(|| format!("no operation: {} {}", call.service, call.operation))?;
        let bearer = cloud == Cloud::DigitalOcean || operation.auth == Auth::Bearer;
        let client = self.client(cloud, bearer, call).map_err(|error| chain(&error))?;
        let prepared = self
            .runtime
            .block_on(client.prepare(service, operation, call.input.clone()))
            .map_err(|error| chain(&error))?;
        let headers = prepared.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(Made {
            method: prepared.method.to_string(),
            url: prepared.url.to_string(),
            headers: headers.collect(),
            body_base64: BASE64_STANDARD.encode(&prepared.body),
        })
    }

    fn client(&mut self, cloud: Cloud, bearer: bool, call: &Call) -> Result<Client, Error> {
        let key = (cloud, bearer, call.region.clone(), call.options.clone());
        if let Some(client) = self.clients.get(&key) {
            return Ok(client.clone());
        }
        let credentials =
            if bearer { Credentials::bearer("secret") } else { Credentials::new("AKID", "secret") };
        let mut config = Config::new(cloud, call.region.as_str(), credentials);
        config.endpoint.clone_from(&call.options.endpoint);
        config.fips = call.options.fips;
        config.dual_stack = call.options.dual_stack;
        config.accelerate = call.options.accelerate;
        config.bucket_style = match call.options.addressing.as_deref() {
            Some("virtual") => BucketStyle::Virtual,
            Some("path") => BucketStyle::Path,
            _ => BucketStyle::Automatic,
        };
        config.context = Arc::new(Fixed);
        let client = Client::new(config)?;
        self.clients.insert(key, client.clone());
        Ok(client)
    }
}

/// An error with all that led to it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
