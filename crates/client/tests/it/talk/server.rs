//! A server of HTTP/2 that believes no signature: each is computed anew, by the vendor's documents
//! and not by the code that is tested.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use isobar_catalogue::{Operation, Service};
use isobar_wire::Value;
use isobar_wire::eventstream::{Decoder, Event, Events, Header, Item, Message};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

const SECRET: &str = "very-secret";
const SCOPE: [&str; 2] = ["20261121", "us-east-1"];

/// The server. It stops with the test.
pub(crate) struct Server {
    pub(crate) url: String,
    /// How many requests came.
    pub(crate) requests: Arc<Mutex<usize>>,
}

/// What an answer is sent into; its end is the answer's.
type Answering = mpsc::UnboundedSender<io::Result<Frame<Bytes>>>;

/// A call as the server has it.
pub(crate) struct Heard {
    pub(crate) head: http::request::Parts,
    service: &'static Service,
    operation: &'static Operation,
    body: Incoming,
    decoder: Decoder,
    /// The last signature; `None` where the request has none.
    prior: Option<String>,
    over: bool,
    answering: Option<Answering>,
}

/// How the server answers.
pub(crate) enum Answer {
    /// With events, which the server says while it listens.
    Events,
    /// The same, but when it has done what it was told it holds the connection and is deaf.
    Deafness,
    /// With a status and a document.
    Refusal(u16, &'static str, &'static str),
    /// Never.
    Silence,
}

impl Server {
    /// Starts a server that answers so, and then does what it is told with each call; when that is
    /// done, the connection is closed.
    pub(crate) async fn start<F>(
        service: &'static Service,
        operation: &'static Operation,
        answer: Answer,
        then: impl Fn(Heard) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(0));
        let counted = requests.clone();
        let (then, answer) = (Arc::new(then), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (then, answer, counted) = (then.clone(), answer.clone(), counted.clone());
                let (ends, ended) = oneshot::channel::<()>();
                let ends = Arc::new(Mutex::new(Some(ends)));
                let deaf = matches!(*answer, Answer::Deafness);
                let respond = service_fn(move |request: Request<Incoming>| {
                    *counted.lock() += 1;
                    let (told, said) = mpsc::unbounded_channel();
                    let heard = Heard::new(request, service, operation, told);
                    let (then, ends) = (then.clone(), ends.lock().take());
                    tokio::spawn(async move {
                        then(heard).await;
                        drop(ends);
                    });
                    let answer = answer.clone();
                    async move {
                        let mut response = Response::new(StreamBody::new(all(said).boxed()));
                        let headers = response.headers_mut();
                        headers.insert("x-amzn-requestid", "r-1".parse().unwrap());
                        match &*answer {
                            Answer::Events | Answer::Deafness => {}
                            Answer::Refusal(status, code, document) => {
                                headers.insert("x-amzn-errortype", code.parse().unwrap());
                                *response.status_mut() = StatusCode::from_u16(*status).unwrap();
                                let document = Bytes::from_static(document.as_bytes());
                                let whole = stream::iter([Ok(Frame::data(document))]);
                                *response.body_mut() = StreamBody::new(whole.boxed());
                            }
                            Answer::Silence => std::future::pending().await,
                        }
                        Ok::<_, Infallible>(response)
                    }
                });
                tokio::spawn(async move {
                    let mut connection = http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), respond);
                    tokio::select! {
                        _ = &mut connection => {}
                        _ = ended => if deaf { std::future::pending().await },
                    }
                });
            }
        });
        Self { url, requests }
    }
}

impl Heard {
    fn new(
        request: Request<Incoming>,
        service: &'static Service,
        operation: &'static Operation,
        answering: Answering,
    ) -> Self {
        let (head, body) = request.into_parts();
        let mut this = Self {
            head,
            service,
            operation,
            body,
            decoder: Decoder::new(),
            prior: None,
            over: false,
            answering: Some(answering),
        };
        this.prior = this.signature();
        this
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The request's signature, verified.
    fn signature(&self) -> Option<String> {
        let text = self.header("authorization")?;
        assert_eq!(self.header("x-amz-content-sha256"), Some("STREAMING-AWS4-HMAC-SHA256-EVENTS"));
        let part = |name: &str| {
            let after = text.split_once(name).expect("the part is there").1;
            after.split(',').next().unwrap_or_default().to_owned()
        };
        let names = part("SignedHeaders=");
        for name in ["host", "content-type", "x-amz-content-sha256", "x-amz-date"] {
            assert!(names.split(';').any(|signed| signed == name), "{name} is signed: {names}");
        }
        let path: String = self.head.uri.path().bytes().map(escaped).collect();
        let mut canonical = format!("{}\n{path}\n", self.head.method);
        let query = self.head.uri.query().unwrap_or_default();
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.sort_unstable();
        canonical.push_str(&format!("{}\n", pairs.join("&")));
        for name in names.split(';') {
            let value = match name {
                "host" => self.head.uri.authority().unwrap().as_str(),
                _ => self.header(name).unwrap(),
            };
            canonical.push_str(&format!("{name}:{value}\n"));
        }
        canonical.push_str(&format!("\n{names}\nSTREAMING-AWS4-HMAC-SHA256-EVENTS"));
        let time = self.header("x-amz-date").unwrap();
        let text = format!(
            "AWS4-HMAC-SHA256\n{time}\n{}\n{}",
            self.scope(),
            hex(&Sha256::digest(&canonical))
        );
        let signature = part("Signature=");
        assert_eq!(signature, self.sign(&text), "{canonical}");
        Some(signature)
    }

    fn scope(&self) -> String {
        let text = self.header("authorization").unwrap();
        let credential = text.split_once("Credential=AKID/").unwrap().1.split(',').next().unwrap();
        assert!(credential.starts_with(&SCOPE.join("/")), "{credential}");
        credential.to_owned()
    }

    fn sign(&self, text: &str) -> String {
        let mut key = format!("AWS4{SECRET}").into_bytes();
        for part in self.scope().split('/') {
            key = mac(&key, part.as_bytes());
        }
        hex(&mac(&key, text.as_bytes()))
    }

    /// The next event, with its signature verified; `None` at the proper end, and the error of a
    /// request that breaks off.
    pub(crate) async fn next(&mut self) -> Option<Result<Event, String>> {
        loop {
            if let Some(message) = self.decoder.next_message().unwrap() {
                assert!(!self.over, "nothing follows the end");
                let Some(message) = self.opened(message) else { continue };
                let events = Events::of_input(self.service, self.operation).unwrap();
                let Item::Event(event) = events.decode(&message).unwrap() else {
                    panic!("{message:?}")
                };
                return Some(Ok(event));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => self.decoder.push(&frame.into_data().unwrap()),
                Some(Err(error)) => return Some(Err(error.to_string())),
                None => {
                    self.decoder.finish().unwrap();
                    assert_eq!(self.over, self.prior.is_some(), "the end is signed");
                    return None;
                }
            }
        }
    }

    /// What is in a signed message; `None` for the end.
    fn opened(&mut self, message: Message) -> Option<Message> {
        let Some(prior) = &self.prior else { return Some(message) };
        let (Some(Header::Timestamp(millis)), Some(Header::Bytes(signature))) =
            (message.header(":date"), message.header(":chunk-signature"))
        else {
            panic!("{message:?}")
        };
        let date = [&b"\x05:date\x08"[..], &millis.to_be_bytes()].concat();
        let at = jiff::Timestamp::from_millisecond(*millis).unwrap();
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{prior}\n{}\n{}",
            at.strftime("%Y%m%dT%H%M%SZ"),
            self.scope(),
            hex(&Sha256::digest(date)),
            hex(&Sha256::digest(&message.payload))
        );
        let signature = hex(signature);
        assert_eq!(signature, self.sign(&text), "{text}");
        self.prior = Some(signature);
        if message.payload.is_empty() {
            self.over = true;
            return None;
        }
        let mut inner = Decoder::new();
        inner.push(&message.payload);
        let message = inner.next_message().unwrap().unwrap();
        inner.finish().unwrap();
        Some(message)
    }

    /// Says an event.
    pub(crate) fn say(&self, name: &str, value: &Value) {
        let events = Events::of(self.service, self.operation).unwrap();
        self.write(&events.encode(name, value).unwrap());
    }

    /// Ends the answer with an error.
    pub(crate) fn fail(&self, code: &str, text: &str) {
        let events = Events::of(self.service, self.operation).unwrap();
        self.write(&events.encode_failure(code, text, &Value::Null).unwrap());
    }

    fn write(&self, message: &Message) {
        let mut bytes = Vec::new();
        message.write(&mut bytes).unwrap();
        let answering = self.answering.as_ref().expect("the answer goes on");
        answering.send(Ok(Frame::data(bytes.into()))).unwrap();
    }

    /// Breaks the answer off.
    pub(crate) fn reset(&mut self) {
        let answering = self.answering.take().expect("the answer goes on");
        answering.send(Err(io::Error::other("reset"))).unwrap();
    }

    /// Ends the answer.
    pub(crate) fn end(&mut self) {
        self.answering = None;
    }
}

/// All that is sent into a channel.
pub(crate) fn all<T: Send + 'static>(
    receiver: mpsc::UnboundedReceiver<T>,
) -> impl Stream<Item = T> + Send + 'static {
    stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) })
}

/// A byte of a path that is escaped once more.
fn escaped(byte: u8) -> String {
    match byte {
        b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
