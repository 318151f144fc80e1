//! One request and its answer over the pool of connections.

mod multiplexed;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use isobar_catalogue::Cloud;
use isobar_wire::{Reply, Response, decode_head, decode_response, streaming_output};

use super::connect::{Connector, root, unconnected};
use super::{Answer, Call, Layer, Next, Opened, Outcome};
use crate::body::{Body, Origin};
use crate::buckets::{has_buckets, region_in};
use crate::checksum::Expected;
use crate::cloud::{classify, clock_ahead, may_be_of_time, retry_after};
use crate::config::Config;
use crate::context::Context;
use crate::customize::{self, Output};
use crate::error::{Error, Kind};
use crate::observe::Observe;
use crate::upload::{self, Outgoing};

/// How long a connection is kept for the next call.
const IDLE: Duration = Duration::from_secs(50);

/// How many connections to one host are kept.
const MOST_IDLE: usize = 32;

const AGENT: &str = concat!("isobar/", env!("CARGO_PKG_VERSION"));

pub(super) struct Exchange {
    pool: Client<Connector, Outgoing>,
    /// For requests that the pool is not for.
    connector: Connector,
    limit: usize,
    idle: Duration,
    observer: Option<Arc<dyn Observe>>,
    context: Arc<dyn Context>,
}

impl Exchange {
    pub(super) fn new(config: &Config) -> Self {
        let (proxy, roots) = (config.proxy.clone(), config.roots.clone());
        let connector = Connector::new(proxy, roots, config.timeouts.connect);
        let pool = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(MOST_IDLE)
            .build(connector.clone());
        Self {
            pool,
            connector: connector.multiplexed(),
            limit: config.response_limit,
            idle: config.timeouts.read,
            observer: config.observer.clone(),
            context: config.context.clone(),
        }
    }

    async fn send(&self, call: &Call<'_>) -> Result<http::Response<Incoming>, Error> {
        let request = message(call)?;
        self.observe_request(call)?;
        self.pool.request(request).await.map_err(|error| {
            let kind = if error.is_connect() { unconnected(&error) } else { Kind::Interrupted };
            call.error(kind).with_message(root(&error)).with_source(error)
        })
    }

    fn observe_request(&self, call: &Call<'_>) -> Result<(), Error> {
        if let Some(observer) = &self.observer {
            let streams = call.upload.is_some() || call.talk.is_some();
            let body = (!streams).then(|| call.request.body.clone());
            observer.sends(call.service, call.operation, &head(call, body)?);
        }
        Ok(())
    }

    async fn exchange(&self, call: &Call<'_>) -> Outcome {
        if let Some(talk) = call.talk {
            return self.converse(call, talk).await;
        }
        let response = self.send(call).await?;
        self.take(call, response).await
    }

    /// What an answer says, once its head is there.
    async fn take(&self, call: &Call<'_>, response: http::Response<Incoming>) -> Outcome {
        let streams = call.opens && streaming_output(call.service, call.operation).is_some();
        if streams && response.status().is_success() {
            return self.open(call, response);
        }
        let response = self.collect(call, response).await?;
        self.observe(call, &response);
        if let Some(mut expected) = expected(call, response.status, &response.headers) {
            expected.update(&response.body);
            // It broke on its way, as a connection may.
            expected.finish().map_err(|wrong| {
                call.error(Kind::Interrupted).with_message(wrong).with_status(response.status)
            })?;
        }
        self.read(call, response)
    }

    fn observe(&self, call: &Call<'_>, response: &Response) {
        if let Some(observer) = &self.observer {
            observer.receives(call.service, call.operation, response);
        }
    }

    async fn collect(
        &self,
        call: &Call<'_>,
        response: http::Response<Incoming>,
    ) -> Result<Response, Error> {
        let (head, body) = response.into_parts();
        let body = match Limited::new(body, self.limit).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                let message = format!("more than {} bytes", self.limit);
                return Err(call.error(Kind::TooLarge).with_message(message));
            }
            Err(error) => {
                return Err(call
                    .error(Kind::Interrupted)
                    .with_message(root(&*error))
                    .with_status(head.status)
                    .with_source(error));
            }
        };
        Ok(Response { status: head.status, headers: head.headers, body })
    }

    /// The head of an answer whose body is the caller's to read.
    fn open(&self, call: &Call<'_>, response: http::Response<Incoming>) -> Outcome {
        let Call { cloud, service, operation, .. } = *call;
        let (head, body) = response.into_parts();
        let head = Response { status: head.status, headers: head.headers, body: Bytes::new() };
        self.observe(call, &head);
        let (output, request_id) = decode_head(service, operation, &head).map_err(|error| {
            let message = error.to_string();
            call.error(Kind::Answer)
                .with_message(message)
                .with_status(head.status)
                .with_source(error)
        })?;
        let expected = expected(call, head.status, &head.headers);
        let answer = Answer { output, request_id, status: head.status, headers: head.headers };
        let origin = Origin { cloud, service, operation };
        let body = Body::new(body, self.idle, origin).held_to(expected);
        Ok(Opened { answer, body: Some(body) })
    }

    fn read(&self, call: &Call<'_>, response: Response) -> Outcome {
        let status = response.status;
        let after = || retry_after(&response.headers, self.context.now());
        let elsewhere = || {
            let told = has_buckets(call.service);
            told.then(|| region_in(&response.headers, &response.body)).flatten()
        };
        match decode_response(call.service, call.operation, &response) {
            Ok(Reply::Success { mut output, request_id }) => {
                customize::output(&mut Output {
                    service: call.service,
                    operation: call.operation,
                    notes: &call.notes,
                    body: &response.body,
                    value: &mut output,
                })
                .map_err(|text| call.error(Kind::Answer).with_message(text).with_status(status))?;
                let answer = Answer { output, request_id, status, headers: response.headers };
                Ok(Opened { answer, body: None })
            }
            Ok(Reply::Failure(failure)) => {
                let (mut kind, transient) = classify(call.cloud, &failure);
                let ahead = clock_ahead(&response.headers, self.context.now());
                if ahead.is_some() && may_be_of_time(call.cloud, &failure.code) {
                    kind = Kind::Skewed;
                }
                let ahead = ahead.filter(|_| kind == Kind::Skewed);
                Err(Error::answered(kind, call.cloud, failure)
                    .with_clock_ahead(ahead)
                    .at(&call.service.name, &call.operation.name)
                    .with_transient(transient)
                    .with_bucket_region(elsewhere())
                    .with_retry_after(after()))
            }
            // What stands between here and the service answers in forms of its own.
            Err(error) if status.is_server_error() => Err(call
                .error(Kind::Unavailable)
                .with_message(format!("status {status}"))
                .with_status(status)
                .with_retry_after(after())
                .with_source(error)),
            Err(error) => Err(call
                .error(Kind::Answer)
                .with_message(error.to_string())
                .with_status(status)
                .with_bucket_region(elsewhere())
                .with_source(error)),
        }
    }
}

/// What the service says that an answer's body sums up to, if it was asked or always says.
fn expected(call: &Call<'_>, status: StatusCode, headers: &HeaderMap) -> Option<Expected> {
    if call.cloud != Cloud::Aws {
        return None;
    }
    if call.service.name == "dynamodb" {
        return Expected::of_text(headers);
    }
    // Of a range it would be the whole object's.
    let asked = call.request.headers.contains_key("x-amz-checksum-mode");
    let says =
        call.operation.checksum.as_ref().is_some_and(|it| !it.response_algorithms.is_empty());
    (asked && says && status == StatusCode::OK).then(|| Expected::of_object(headers)).flatten()
}

impl Layer for Exchange {
    fn call<'a>(&'a self, call: &'a Call<'a>, _: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let outcome = self.exchange(call).await;
            if let (Some(observer), Err(error)) = (&self.observer, &outcome)
                && error.code().is_none()
            {
                observer.fails(error);
            }
            outcome
        })
    }
}

/// The request as the pool takes it.
pub(crate) fn message(call: &Call<'_>) -> Result<http::Request<Outgoing>, Error> {
    let sending = call.upload.map(|it| (it.upload, it.framing, it.algorithm));
    let body = match call.talk {
        Some(talk) => talk.begin(),
        None => upload::body(&call.request.body, sending),
    };
    head(call, body.map_err(|error| unsendable(call, &error))?)
}

fn unsendable(call: &Call<'_>, error: &dyn StdError) -> Error {
    call.error(Kind::Input).with_message(format!("the request cannot be sent: {error}"))
}

/// The request's head, with any body.
fn head<B>(call: &Call<'_>, body: B) -> Result<http::Request<B>, Error> {
    let endpoint = call.endpoint;
    let request = &call.request;
    let host = call.host();
    let scheme = if endpoint.secure { "https" } else { "http" };
    let base = endpoint.base(request.host_prefix.as_deref());
    let url = format!("{scheme}://{host}{base}{}", request.target());
    let uri: Uri = url.parse().map_err(|error| unsendable(call, &error))?;
    let mut message = http::Request::new(body);
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = uri;
    let headers = message.headers_mut();
    headers.clone_from(&request.headers);
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    // HTTP/2 has the host in the URI and no use for a length (RFC 9113, section 8.3.1).
    if call.talk.is_some() {
        return Ok(message);
    }
    headers.insert(HOST, HeaderValue::try_from(host).map_err(|error| unsendable(call, &error))?);
    if let Some(sending) = call.upload {
        let length = sending.upload.source().length();
        headers.insert(CONTENT_LENGTH, sending.framing.length(length, sending.algorithm).into());
    } else if request.body.is_empty()
        && matches!(request.method, Method::POST | Method::PUT | Method::PATCH)
    {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    Ok(message)
}
