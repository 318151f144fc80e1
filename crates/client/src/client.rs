//! The client.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use isobar_catalogue::model::Endpoints;
use isobar_catalogue::{Cloud, Location, Operation, Protocol, Service, ShapeId};
use isobar_wire::eventstream::Events;
use isobar_wire::{
    Request, Value, encode_request_compressing, streaming_input, to_value, validate,
};
use parking_lot::{Mutex, RwLock};
use serde::Serialize;

use crate::buckets::{self, Slot};
use crate::checksum;
use crate::cloud;
use crate::config::{AccountEndpoints, Checksums, Config};
use crate::context::{Context, uuid};
use crate::credentials::Identity;
use crate::customize::{self, Input, Notes, Written};
use crate::discovery::{self, Place};
use crate::endpoint::parameters::{self, Asked};
use crate::endpoint::{self, Endpoint, RuleSet, Scheme};
use crate::error::{Error, Kind};
use crate::fit::Fit;
use crate::prepared::Prepared;
use crate::transport::{Answer, Call, Layer, Next, Opened, Sending, Signing, Way, message, stack};
use crate::upload::{Framing, Upload};

/// Protocols in which the method says whether a repetition is safe (RFC 9110, section 9.2.2). In the
/// others everything is a `POST`, or may be.
const METHOD_MEANS: [Protocol; 5] = [
    Protocol::RestJson,
    Protocol::RestXml,
    Protocol::AlibabaRoa,
    Protocol::AlibabaOss,
    Protocol::DigitalOcean,
];

/// What is said of operations whose input is a stream of events (Lex's `StartConversation`).
const STREAMED: &str = "the operation's input is a stream of events: `Client::talk` sends it";

/// Calls one cloud's operations in one region. Clones share connections, budget and breakers.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Config,
    signing: Arc<Signing>,
    layers: Vec<Box<dyn Layer>>,
    /// The endpoint rules of the services in use.
    rules: RwLock<HashMap<ServiceKey, Arc<RuleSet>>>,
    /// Endpoints by what decides them: at most [`MOST_ENDPOINTS`].
    endpoints: RwLock<HashMap<EndpointKey, Arc<Endpoint>>>,
    /// What the location service said of products, by their names.
    located: RwLock<Located>,
    /// Where services said that they are, by their names.
    places: RwLock<HashMap<&'static str, Place>>,
    /// The regions of buckets that are not in the client's.
    regions: RwLock<HashMap<String, String>>,
    /// The sessions for buckets in zones.
    sessions: Mutex<HashMap<String, Slot>>,
}

/// Hosts by services' names; `None` where the location service knows none.
pub(crate) type Located = HashMap<&'static str, Option<String>>;

/// A call that was not begun.
pub(crate) struct Draft {
    service: &'static Service,
    operation: &'static Operation,
    pub(crate) endpoint: Endpoint,
    pub(crate) request: Request,
    notes: Notes,
    /// Who calls, where that is not whom the provider gives.
    identity: Option<Identity>,
    repeatable: bool,
}

/// What follows the input that a request is written from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing.
    Nothing,
    /// An upload.
    Upload,
    /// A stream of events.
    Events,
}

/// A service's name and version.
type ServiceKey = (&'static str, &'static str);
/// The service, and what its rules are given.
type EndpointKey = (ServiceKey, String);

/// How many endpoints are remembered. There are few for most services, and one for each bucket.
const MOST_ENDPOINTS: usize = 1024;

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// If the base URL is none, or plain HTTP to another machine, or a setting that was found is wrong.
    pub fn new(config: Config) -> Result<Self, Error> {
        if let Some((kind, message)) = &config.refused {
            return Err(Error::new(*kind, config.cloud).with_message(message));
        }
        endpoint::check(&config)?;
        let signing = Arc::new(Signing::new(&config));
        let layers = stack(&config, &signing);
        Ok(Self(Arc::new(Inner {
            config,
            signing,
            layers,
            endpoints: RwLock::default(),
            located: RwLock::default(),
            places: RwLock::default(),
            regions: RwLock::default(),
            rules: RwLock::default(),
            sessions: Mutex::default(),
        })))
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

    /// Calls an operation by its name and gives its output. The input is anything that serializes to
    /// its members: `serde_json::json!`, a type of the caller's own, a [`Value`], and `()` where there
    /// are none. Bytes are `Bytes`, `Vec<u8>` or a [`Value`]'s; text for them is base64, as in JSON.
    ///
    /// # Errors
    /// Of every [`Kind`].
    pub async fn call(
        &self,
        service: &str,
        operation: &str,
        input: impl Serialize + Send,
    ) -> Result<Value, Error> {
        let (service, operation) = self.find(service, operation)?;
        let input = self.input_of(service, operation, input)?;
        self.send(service, operation, input).await.map(|answer| answer.output)
    }

    /// The input of an operation that something serializes to.
    ///
    /// # Errors
    /// [`Kind::Input`] if it does not serialize, or holds what is no base64 in the place of bytes.
    pub fn input_of(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: impl Serialize,
    ) -> Result<Value, Error> {
        let fail = |text: String| {
            let error = Error::new(Kind::Input, self.cloud()).at(&service.name, &operation.name);
            error.with_message(text)
        };
        let input = to_value(&input).map_err(|error| fail(error.to_string()))?;
        let Some(shape) = operation.input else { return Ok(input) };
        let mut fit = Fit::of_program(service);
        let input = fit.value(shape, input);
        let wrong = fit.wrong();
        if wrong.is_empty() {
            return Ok(input);
        }
        let texts: Vec<_> = wrong.iter().map(|it| format!("{}: {}", it.path, it.text)).collect();
        Err(fail(texts.join("; ")))
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
        self.make(service, operation, input, Way::Whole).await.map(|opened| opened.answer)
    }

    /// Makes a call where the client thinks that it belongs.
    pub(crate) async fn make_once(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
        way: Way<'_>,
    ) -> Result<Opened, Error> {
        let rest = if matches!(way, Way::Uploads(_)) { Rest::Upload } else { Rest::Nothing };
        let bucket = buckets::named_by(service, &input).map(str::to_owned);
        let mut draft = self.draft(service, operation, input, rest).await?;
        if let Way::Uploads(Sending { carries: true, .. }) = way {
            // Of the empty body.
            let there = draft.request.headers.keys().filter(|name| carries_checksum(name.as_str()));
            for name in there.cloned().collect::<Vec<_>>() {
                draft.request.headers.remove(name);
            }
        }
        let session = self.session(&draft.endpoint, bucket.as_deref()).await?;
        if let Some(session) = &session {
            draft.request.headers.insert(buckets::SESSION_TOKEN, session.token.clone());
            draft.identity = Some(session.identity.clone());
        }
        let discovered = self.discover(service, operation, &mut draft.endpoint).await?;
        match self.run(&self.as_call(&draft, way)).await {
            Err(error) if discovered && discovery::is_elsewhere(&error) => {
                self.forget(service);
                self.discover(service, operation, &mut draft.endpoint).await?;
                self.run(&self.as_call(&draft, way)).await
            }
            Err(error) => {
                if let (true, Some(_), Some(bucket)) =
                    (error.kind() == Kind::Expired, session, bucket)
                {
                    self.forget_session(&bucket);
                }
                Err(error)
            }
            outcome => outcome,
        }
    }

    /// Calls an operation whose input has a streaming member, which `upload` stands for. The
    /// attempts of the call are limited by its moving on, [`Timeouts::read`](crate::Timeouts::read),
    /// and not by their whole time.
    ///
    /// # Errors
    /// Of every [`Kind`]; `Input` if the operation's input does not stream, or if the input has the
    /// member too. What the source fails with is the innermost source of the error.
    pub async fn upload(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        mut input: Value,
        upload: &Upload,
    ) -> Result<Answer, Error> {
        let fail = |text: String| {
            let error = Error::new(Kind::Input, self.cloud()).at(&service.name, &operation.name);
            error.with_message(text)
        };
        let member = streaming_input(service, operation)
            .ok_or_else(|| fail("the operation's input has no stream".to_owned()))?;
        if input.get(&member.name).is_some() {
            return Err(fail(format!("`{}` is given twice", member.name)));
        }
        if input.is_null() {
            input = Value::Map(Vec::new());
        }
        // What is checked and written is a call with an empty body; the upload takes its place.
        input.set(member.name.clone(), Value::Blob(Bytes::new()));
        let own = own_checksum(service, operation, &input);
        let taken = operation.checksum.as_ref().and_then(|it| it.algorithm_member.as_deref());
        let named = taken.and_then(|name| input.get(name)).and_then(Value::as_str);
        let algorithm = upload.algorithm(operation, named);
        // S3 takes a checksum that nobody asked for; a store that is like it may not, which the
        // configuration says.
        let wanted = self.config().request_checksums == Checksums::WhenSupported
            || named.is_some()
            || upload.names_checksum()
            || operation.checksum.as_ref().is_some_and(|it| it.required);
        let algorithm = algorithm.filter(|_| wanted);
        let carries = !own && wanted && taken.is_some();
        if let (true, Some(name), Some(algorithm)) = (carries, taken, algorithm)
            && algorithm.header().is_some()
        {
            input.set(name.to_owned(), Value::from(algorithm.name()));
        }
        let sending = Sending { upload, algorithm, carries, framing: Framing::Plain };
        let made = self.make(service, operation, input, Way::Uploads(sending)).await;
        made.map(|opened| opened.answer)
    }

    /// Calls an operation and leaves the answer's body to the caller, where the operation's output
    /// has a streaming member. Retries and [`Timeouts::total`](crate::Timeouts::total) end with the
    /// answer's head. An error of the service is read whole.
    ///
    /// # Errors
    /// Of every [`Kind`].
    pub async fn open(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Result<Opened, Error> {
        self.make(service, operation, input, Way::Opens).await
    }

    pub(crate) async fn run(&self, call: &Call<'_>) -> Result<Opened, Error> {
        Next::new(&self.0.layers).run(call).await
    }

    /// The request that [`Client::send`] would send first, signed. Nothing is sent; so where a service
    /// says itself where its calls go (Timestream), the request is for the host that is asked.
    ///
    /// # Errors
    /// As for `send`, but for what only an answer can bring.
    pub async fn prepare(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Result<Prepared, Error> {
        let draft = self.draft(service, operation, input, Rest::Nothing).await?;
        if draft.endpoint.scheme == Scheme::S3Express {
            let error = Error::new(Kind::Input, self.cloud()).at(&service.name, &operation.name);
            return Err(error
                .with_message("it is signed with a session that S3 gives, and S3 is not asked"));
        }
        let call = self.0.signing.sign(&self.as_call(&draft, Way::Whole)).await?;
        Ok(Prepared::new(message(&call)?, call.request.body))
    }

    /// What a call is before anything is sent: the input completed and checked, the endpoint found,
    /// the request written.
    pub(crate) async fn draft(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        mut input: Value,
        rest: Rest,
    ) -> Result<Draft, Error> {
        let at = |error: Error| error.at(&service.name, &operation.name);
        let fail = |kind| at(Error::new(kind, self.cloud()));
        if rest != Rest::Events && Events::of_input(service, operation).is_some() {
            return Err(fail(Kind::Input).with_message(STREAMED));
        }
        let has_token = self.complete(service, operation, &mut input);
        let mut notes = Notes::default();
        let refused = |text: String| fail(Kind::Input).with_message(text);
        let config = self.config();
        let mut changed =
            Input { config, service, operation, value: &mut input, notes: &mut notes };
        customize::input(&mut changed).map_err(refused)?;
        let mut violations = validate(service, operation, &input);
        // Vendors raise the upper bounds of their models, and their own SDKs do not look at them.
        violations.retain(|it| !self.config().unchecked && !it.problem.is_upper_bound());
        if !violations.is_empty() {
            return Err(fail(Kind::Input).with_violations(violations));
        }
        self.locate(service).await.map_err(at)?;
        let account = self.account(service, operation).await.map_err(at)?;
        let found = self.endpoint(service, operation, &input, account.as_deref());
        let mut endpoint = Endpoint::clone(&*found.map_err(at)?);
        let from = config.compress_from;
        let request = encode_request_compressing(service, operation, &input, from);
        let mut request = request.map_err(|error| {
            fail(Kind::Input).with_message(error.to_string()).with_source(error)
        })?;
        customize::request(&mut Written {
            config,
            service,
            operation,
            input: &input,
            endpoint: &mut endpoint,
            request: &mut request,
            uploads: rest != Rest::Nothing,
            notes: &mut notes,
        })
        .map_err(refused)?;
        // What comes before the path is signed with it.
        if self.cloud() == Cloud::Aws {
            request.path.insert_str(0, &std::mem::take(&mut endpoint.path));
            if request.path.is_empty() {
                request.path.push('/');
            }
        }
        let repeatable = operation.read_only
            || operation.idempotent
            || has_token
            || (request.method.is_idempotent() && METHOD_MEANS.contains(&service.protocol()));
        Ok(Draft { service, operation, endpoint, request, notes, identity: None, repeatable })
    }

    pub(crate) fn as_call<'a>(&self, draft: &'a Draft, way: Way<'a>) -> Call<'a> {
        Call {
            cloud: self.cloud(),
            service: draft.service,
            operation: draft.operation,
            endpoint: &draft.endpoint,
            request: draft.request.clone(),
            upload: match way {
                Way::Uploads(sending) => Some(sending),
                _ => None,
            },
            talk: None,
            by_url: None,
            opens: matches!(way, Way::Opens),
            identity: draft.identity.as_ref(),
            notes: draft.notes.clone(),
            repeatable: draft.repeatable,
        }
    }

    /// The operation of a name, in the vendor's spelling or in kebab case.
    ///
    /// # Errors
    /// [`Kind::Unknown`].
    pub fn find(
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

    /// What the client was made of.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn located(&self) -> &RwLock<Located> {
        &self.0.located
    }

    pub(crate) fn places(&self) -> &RwLock<HashMap<&'static str, Place>> {
        &self.0.places
    }

    pub(crate) fn signing(&self) -> &Signing {
        &self.0.signing
    }

    pub(crate) fn regions(&self) -> &RwLock<HashMap<String, String>> {
        &self.0.regions
    }

    pub(crate) fn sessions(&self) -> &Mutex<HashMap<String, Slot>> {
        &self.0.sessions
    }

    pub(crate) fn context(&self) -> &dyn Context {
        &*self.0.config.context
    }

    pub(crate) fn shared_context(&self) -> Arc<dyn Context> {
        self.0.config.context.clone()
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

    /// The caller's account, where the service has endpoints for it.
    async fn account(
        &self,
        service: &'static Service,
        operation: &'static Operation,
    ) -> Result<Option<String>, Error> {
        let config = self.config();
        let Endpoints::Rules(text) = &service.endpoints else { return Ok(None) };
        let fail = |text: String| Error::new(Kind::Endpoint, config.cloud).with_message(text);
        let rules = self.rules((&service.name, &service.version), text).map_err(fail)?;
        if config.account_endpoints == AccountEndpoints::Disabled
            || !parameters::want_account(&rules)
            || self.base(service, operation)?.is_some()
        {
            return Ok(None);
        }
        Ok(config.credentials.credentials().await?.account)
    }

    fn endpoint(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: &Value,
        account: Option<&str>,
    ) -> Result<Arc<Endpoint>, Error> {
        let config = &self.0.config;
        let base = self.base(service, operation)?;
        let Endpoints::Rules(text) = &service.endpoints else {
            let located = self.located().read().get(service.name.as_str()).cloned().flatten();
            return endpoint::resolve(config, service, base.as_deref(), located.as_deref())
                .map(Arc::new);
        };
        let fail = |text: String| Error::new(Kind::Endpoint, config.cloud).with_message(text);
        let key: ServiceKey = (&service.name, &service.version);
        let rules = self.rules(key, text).map_err(fail)?;
        let moved = self.bucket_region(service, input);
        let region = moved.as_deref().unwrap_or(&config.region);
        let base = base.as_deref();
        let asked = Asked { config, region, service, operation, input, base, account };
        let parameters = parameters::of(&rules, &asked).map_err(fail)?;
        let key: EndpointKey = (key, parameters.text());
        if let Some(endpoint) = self.0.endpoints.read().get(&key) {
            return Ok(endpoint.clone());
        }
        let endpoint = Arc::new(endpoint::by_rules(config, region, service, &rules, &parameters)?);
        let mut known = self.0.endpoints.write();
        if known.len() >= MOST_ENDPOINTS {
            known.clear();
        }
        known.insert(key, endpoint.clone());
        Ok(endpoint)
    }

    /// The base URL at which a service is called in the place of the vendor's, in one spelling; `None`
    /// where it is the vendor's.
    ///
    /// # Errors
    /// If that is no base URL.
    pub fn base_url(&self, service: &'static Service) -> Result<Option<String>, Error> {
        let Some(url) = endpoint::base(self.config(), service)? else { return Ok(None) };
        let fail = || Error::new(Kind::Endpoint, self.cloud()).with_message(format!("`{url}`"));
        let endpoint = Endpoint::of(&url, "", "").ok_or_else(fail)?;
        let scheme = if endpoint.secure { "https" } else { "http" };
        let authority = match endpoint.authority.strip_prefix("localhost") {
            Some(port) if port.is_empty() || port.starts_with(':') => format!("127.0.0.1{port}"),
            _ => endpoint.authority,
        };
        Ok(Some(format!("{scheme}://{authority}{}", endpoint.path)))
    }

    /// The base URL that replaces the vendor's for an operation, if any does.
    pub(crate) fn base(
        &self,
        service: &Service,
        operation: &Operation,
    ) -> Result<Option<String>, Error> {
        let config = &self.0.config;
        if config.location.is_some() && discovery::is_question(service, operation) {
            return Ok(config.location.clone());
        }
        endpoint::base(config, service)
    }

    /// A service's rules, read once.
    fn rules(&self, key: ServiceKey, text: &str) -> Result<Arc<RuleSet>, String> {
        if let Some(rules) = self.0.rules.read().get(&key) {
            return Ok(rules.clone());
        }
        let rules = Arc::new(RuleSet::parse(text)?);
        self.0.rules.write().insert(key, rules.clone());
        Ok(rules)
    }
}

/// Whether a header may hold a checksum of the body.
fn carries_checksum(name: &str) -> bool {
    name == "content-md5" || checksum::is_header(name)
}

/// Whether the caller gives a checksum of the body.
fn own_checksum(service: &Service, operation: &'static Operation, input: &Value) -> bool {
    service.input_members(operation).iter().any(|member| {
        member.location == Location::Header
            && carries_checksum(&member.on_wire().to_ascii_lowercase())
            && input.get(&member.name).is_some_and(|value| !value.is_null())
    })
}

/// Whether a shape of a service is a whole number.
pub(crate) fn is_integer(service: &Service, shape: ShapeId) -> bool {
    matches!(service.shape(shape).kind, isobar_catalogue::Kind::Integer(_))
}
