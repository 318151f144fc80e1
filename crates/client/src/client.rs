//! The client.

use std::collections::HashMap;
use std::sync::Arc;

use isobar_catalogue::{Cloud, Operation, Protocol, Service, ShapeId};
use isobar_wire::{Request, Value, encode_request, validate};
use parking_lot::RwLock;

use crate::cloud;
use crate::config::Config;
use crate::context::{Context, uuid};
use crate::endpoint::{self, Endpoint};
use crate::error::{Error, Kind};
use crate::prepared::Prepared;
use crate::transport::{Answer, Call, Layer, Next, Signing, message, stack};

/// Protocols in which the method says whether a repetition is safe (RFC 9110, section 9.2.2). In the
/// others everything is a `POST`, or may be.
const METHOD_MEANS: [Protocol; 4] =
    [Protocol::RestJson, Protocol::RestXml, Protocol::AlibabaRoa, Protocol::DigitalOcean];

/// Calls one cloud's operations in one region. Clones share connections, budget and breakers.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Config,
    signing: Arc<Signing>,
    layers: Vec<Box<dyn Layer>>,
    /// Endpoints by what decides them. There are as many as services in use, times the few variants
    /// of their operations.
    endpoints: RwLock<HashMap<EndpointKey, Arc<Endpoint>>>,
}

/// A call that was not begun.
struct Draft {
    service: &'static Service,
    operation: &'static Operation,
    endpoint: Arc<Endpoint>,
    request: Request,
    repeatable: bool,
}

type EndpointKey = (&'static str, &'static str, &'static [(String, String)]);

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// If the base URL is none, or plain HTTP to another machine; if the certificates to trust cannot be
    /// read.
    pub fn new(config: Config) -> Result<Self, Error> {
        endpoint::check(&config)?;
        let signing = Arc::new(Signing::new(&config));
        let layers = stack(&config, &signing)?;
        Ok(Self(Arc::new(Inner { config, signing, layers, endpoints: RwLock::default() })))
    }

    /// The cloud.
    #[must_use]
    pub fn cloud(&self) -> Cloud {
        self.0.config.cloud
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0.config.region
    }

    /// Calls an operation by its name and gives its output.
    ///
    /// # Errors
    /// Of every [`Kind`].
    pub async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
        let (service, operation) = self.find(service, operation)?;
        self.send(service, operation, input).await.map(|answer| answer.output)
    }

    /// Calls an operation of the catalogue.
    ///
    /// # Errors
    /// Of every [`Kind`].
    pub async fn send(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Result<Answer, Error> {
        let draft = self.draft(service, operation, input)?;
        Next::new(&self.0.layers).run(&self.as_call(&draft)).await
    }

    /// The request that [`Client::send`] would send first, signed. Nothing is sent.
    ///
    /// # Errors
    /// As for `send`, but for what only an answer can bring.
    pub async fn prepare(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Result<Prepared, Error> {
        let draft = self.draft(service, operation, input)?;
        let call = self.0.signing.sign(&self.as_call(&draft)).await?;
        Ok(Prepared::new(message(&call)?, call.request.body))
    }

    /// What a call is before anything is sent: the input completed and checked, the endpoint found,
    /// the request written.
    fn draft(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        mut input: Value,
    ) -> Result<Draft, Error> {
        let at = |error: Error| error.at(&service.name, &operation.name);
        let fail = |kind| at(Error::new(kind, self.cloud()));
        let has_token = self.complete(service, operation, &mut input);
        let violations = validate(service, operation, &input);
        if !violations.is_empty() {
            return Err(fail(Kind::Input).with_violations(violations));
        }
        let endpoint = self.endpoint(service, operation).map_err(at)?;
        let request = encode_request(service, operation, &input).map_err(|error| {
            fail(Kind::Input).with_message(error.to_string()).with_source(error)
        })?;
        let repeatable = operation.read_only
            || has_token
            || (request.method.is_idempotent() && METHOD_MEANS.contains(&service.protocol()));
        Ok(Draft { service, operation, endpoint, request, repeatable })
    }

    fn as_call<'a>(&self, draft: &'a Draft) -> Call<'a> {
        Call {
            cloud: self.cloud(),
            service: draft.service,
            operation: draft.operation,
            endpoint: &draft.endpoint,
            request: draft.request.clone(),
            repeatable: draft.repeatable,
        }
    }

    /// The operation of a name.
    pub(crate) fn find(
        &self,
        service: &str,
        operation: &str,
    ) -> Result<(&'static Service, &'static Operation), Error> {
        isobar_catalogue::operation(self.cloud(), service, operation).ok_or_else(|| {
            Error::new(Kind::Unknown, self.cloud())
                .at(service, operation)
                .with_message(format!("{service} {operation}"))
        })
    }

    pub(crate) fn context(&self) -> &dyn Context {
        &*self.0.config.context
    }

    /// Fills what the caller leaves to the client: the idempotency token, which stays the same over
    /// all retries, and the region. Says whether there is a token.
    fn complete(
        &self,
        service: &Service,
        operation: &'static Operation,
        input: &mut Value,
    ) -> bool {
        if !matches!(input, Value::Null | Value::Map(_)) {
            return false;
        }
        let region_member = cloud::row(self.cloud()).region_member;
        let mut has_token = false;
        for member in service.input_members(operation) {
            if member.idempotency_token {
                if input.get(&member.name).is_none() {
                    input.set(member.name.clone(), Value::from(uuid(self.context())));
                }
                has_token = true;
            } else if Some(member.name.as_str()) == region_member
                && input.get(&member.name).is_none()
            {
                input.set(member.name.clone(), Value::from(self.region().to_owned()));
            }
        }
        has_token
    }

    fn endpoint(
        &self,
        service: &'static Service,
        operation: &'static Operation,
    ) -> Result<Arc<Endpoint>, Error> {
        let key: EndpointKey =
            (&service.name, &service.version, operation.static_context.as_slice());
        if let Some(endpoint) = self.0.endpoints.read().get(&key) {
            return Ok(endpoint.clone());
        }
        let endpoint = Arc::new(endpoint::resolve(&self.0.config, service, operation)?);
        self.0.endpoints.write().insert(key, endpoint.clone());
        Ok(endpoint)
    }
}

/// Whether a shape of a service is a whole number.
pub(crate) fn is_integer(service: &Service, shape: ShapeId) -> bool {
    matches!(service.shape(shape).kind, isobar_catalogue::Kind::Integer(_))
}
