//! URLs that hold a signature: whoever has one may make the call until it ends, without credentials.

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http::{HeaderName, Method};
use isobar_catalogue::{Operation, Protocol, Service};
use isobar_wire::{Request, Value};

use crate::client::{Client, Rest};
use crate::endpoint::Scheme;
use crate::error::{Error, Kind};
use crate::prepared::Prepared;
use crate::transport::{Way, message};

/// The longest time that the vendors' signatures hold, in seconds: seven days.
const LONGEST: u32 = 7 * 24 * 3600;

/// Headers that say how a body is sent.
const OF_BODY: [HeaderName; 3] = [CONTENT_LENGTH, EXPECT, ACCEPT];

/// Asks for a checksum in the answer, which a browser would not hold it to.
const CHECKSUM_MODE: HeaderName = HeaderName::from_static("x-amz-checksum-mode");

impl Client {
    /// The call as a URL that holds its signature, good for so many seconds: of S3, Spaces and OSS,
    /// and of AWS's services that take their input in a form (STS, EC2), which becomes a `GET`. What
    /// is uploaded through it is not in the input. The headers that it gives are signed too, and have
    /// to be sent with it; `Host` follows from the URL.
    ///
    /// # Errors
    /// [`Kind::Input`] where the service takes no such URLs, or not for this call: one with a body, to
    /// a bucket in a zone, or signed for several regions; or for more than seven days. Else as for
    /// [`Client::prepare`].
    pub async fn presign(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
        seconds: u32,
    ) -> Result<Prepared, Error> {
        let fail = |text: &str| {
            let error = Error::new(Kind::Input, self.cloud()).at(&service.name, &operation.name);
            error.with_message(text)
        };
        if !(1..=LONGEST).contains(&seconds) {
            return Err(fail("a URL is good for 1 to 604800 seconds"));
        }
        let mode = operation.checksum.as_ref().and_then(|it| it.validation_member.as_deref());
        let asks = mode.is_some_and(|member| input.get(member).is_some());
        let mut draft = self.draft(service, operation, input, Rest::Upload).await?;
        if draft.endpoint.scheme == Scheme::S3Express {
            return Err(fail("it is signed with a session that S3 gives, and S3 is not asked"));
        }
        if draft.endpoint.scheme == Scheme::SigV4A {
            return Err(fail("not implemented: URLs that are signed for several regions"));
        }
        let request = &mut draft.request;
        match service.protocol() {
            Protocol::AwsQuery | Protocol::Ec2 => move_to_url(request),
            Protocol::RestXml | Protocol::AlibabaOss if request.body.is_empty() => {}
            Protocol::RestXml | Protocol::AlibabaOss => {
                return Err(fail("a call with a body has no URL"));
            }
            _ => return Err(fail("the service takes no such calls by a URL")),
        }
        for name in &OF_BODY {
            request.headers.remove(name);
        }
        if !asks {
            request.headers.remove(CHECKSUM_MODE);
        }
        let mut call = self.as_call(&draft, Way::Whole);
        call.by_url = Some(seconds);
        let call = self.signing().sign(&call).await?;
        let mut message = message(&call)?;
        // Whoever sends it has its own of these.
        for name in [http::header::HOST, http::header::USER_AGENT, CONTENT_LENGTH] {
            message.headers_mut().remove(name);
        }
        Ok(Prepared::new(message, call.request.body))
    }
}

/// A form in the place of the body becomes the URL's.
fn move_to_url(request: &mut Request) {
    let form = String::from_utf8_lossy(&request.body).into_owned();
    if !request.query.is_empty() && !form.is_empty() {
        request.query.push('&');
    }
    request.query.push_str(&form);
    request.body.clear();
    request.headers.remove(CONTENT_TYPE);
    request.method = Method::GET;
}
