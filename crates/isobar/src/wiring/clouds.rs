//! The control plane's way to the clouds: the client, pointed at the local ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::{Client, Config, Kind};
use isobar_control::caller::{CallError, CallKind, Caller, Clouds};
use isobar_control::error::CloudFault;
use serde_json::Value;

use crate::state::{Endpoints, Keys};

/// Clients for the local clouds, one per cloud and region, made when they are first asked for.
pub(super) struct Local {
    places: HashMap<Cloud, (String, Credentials)>,
    callers: Mutex<HashMap<(Cloud, String), Arc<dyn Caller>>>,
}

impl Local {
    pub(super) fn new(endpoints: &Endpoints, keys: &Keys) -> Self {
        let Endpoints { aws, alibaba, digitalocean, .. } = endpoints;
        let aws_key = Credentials::new(aws.access_key_id.as_str(), aws.secret_access_key.as_str());
        let alibaba_key =
            Credentials::new(alibaba.access_key_id.as_str(), alibaba.access_key_secret.as_str());
        let token = Credentials::bearer(keys.owner.digitalocean_control_token.as_str());
        let places = HashMap::from([
            (Cloud::Aws, (aws.url.clone(), aws_key)),
            (Cloud::Alibaba, (alibaba.url.clone(), alibaba_key)),
            (Cloud::DigitalOcean, (digitalocean.url.clone(), token)),
        ]);
        Self { places, callers: Mutex::default() }
    }
}

impl Clouds for Local {
    fn caller(&self, cloud: Cloud, region: &str) -> Result<Arc<dyn Caller>, String> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(caller) = callers.get(&(cloud, region.to_owned())) {
            return Ok(Arc::clone(caller));
        }
        let (url, credentials) =
            self.places.get(&cloud).ok_or_else(|| format!("{cloud} is not configured"))?;
        let config = Config::new(cloud, region, credentials.clone()).with_endpoint(url);
        let client = Client::new(config).map_err(|error| error.to_string())?;
        let caller: Arc<dyn Caller> = Arc::new(Catalogued(client));
        callers.insert((cloud, region.to_owned()), Arc::clone(&caller));
        Ok(caller)
    }
}

/// A client, as the control plane calls it.
struct Catalogued(Client);

#[async_trait::async_trait]
impl Caller for Catalogued {
    async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, CallError> {
        let failed = |message: String| CallError {
            fault: CloudFault {
                name: self.0.cloud().name().to_owned(),
                service: service.to_owned(),
                operation: operation.to_owned(),
                code: None,
                message,
                request_id: None,
            },
            kind: CallKind::Other,
            status: None,
            retryable: false,
            may_have_reached: false,
        };
        match self.0.call(service, operation, input).await {
            Ok(output) => serde_json::to_value(output).map_err(|error| failed(error.to_string())),
            Err(error) => Err(CallError {
                fault: CloudFault {
                    code: error.code().map(str::to_owned),
                    message: said(&error),
                    request_id: error.request_id().map(str::to_owned),
                    ..failed(String::new()).fault
                },
                kind: kind(&error),
                status: error.status().map(|status| status.as_u16()),
                retryable: error.is_retryable(),
                may_have_reached: error.may_have_reached(),
            }),
        }
    }
}

/// The client's word for an error, as far as the control plane tells errors apart.
fn kind(error: &isobar_client::Error) -> CallKind {
    match error.kind() {
        Kind::NotFound => CallKind::NotFound,
        Kind::Conflict => CallKind::Conflict,
        Kind::Throttled => CallKind::Limited(error.retry_after().unwrap_or_default()),
        _ => CallKind::Other,
    }
}

/// The cloud's own words; without them, what happened to the call, with its causes.
fn said(error: &isobar_client::Error) -> String {
    if let Some(message) = error.message().filter(|message| !message.is_empty()) {
        return message.to_owned();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
