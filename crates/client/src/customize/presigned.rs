//! URLs that a request carries inside: signed for the region that something is copied from, so that
//! the service can read it there on the caller's behalf.

use isobar_auth::{Unwritable, sigv4};
use isobar_wire::Request;
use percent_encoding::percent_decode_str;

use crate::cloud::Signing;

/// For how long such a URL may be used.
const EXPIRES_SECONDS: u32 = 3600;

/// EC2's, which also wants to be told where the copy goes.
pub(super) fn snapshot(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    let mut form = Form::of(request);
    if form.get("PresignedUrl").is_some() {
        return Ok(());
    }
    let Some(source) = form.get("SourceRegion") else { return Ok(()) };
    let url = url(request, &form, &source, signing)?;
    form.set("PresignedUrl", &url);
    form.set("DestinationRegion", &signing.endpoint.signing_region);
    form.write(request);
    Ok(())
}

/// RDS's and its relatives'. The source's region is not theirs to know.
pub(super) fn database(request: &mut Request, signing: &Signing<'_>) -> Result<(), Unwritable> {
    let mut form = Form::of(request);
    let Some(source) = form.take("SourceRegion") else { return Ok(()) };
    if form.get("PreSignedUrl").is_none() {
        let url = url(request, &form, &source, signing)?;
        form.set("PreSignedUrl", &url);
    }
    form.write(request);
    Ok(())
}

/// The URL of the same call in the source's region.
fn url(
    request: &Request,
    form: &Form,
    source: &str,
    signing: &Signing<'_>,
) -> Result<String, Unwritable> {
    let endpoint = signing.endpoint;
    let destination = &endpoint.signing_region;
    let mut asked = Request::new(http::Method::GET, request.path.clone());
    asked.query = format!("{}&DestinationRegion={destination}", form.query());
    let host = signing.host.replace(destination, source);
    let by_url = sigv4::Signing {
        credentials: signing.credentials,
        region: source,
        service: &endpoint.signing_name,
        host: &host,
        time: signing.now,
        style: sigv4::Style::Standard,
        payload: sigv4::Payload::Signed,
    };
    sigv4::presign(&mut asked, &by_url, EXPIRES_SECONDS, signing.keys)?;
    let scheme = if endpoint.secure { "https" } else { "http" };
    Ok(format!("{scheme}://{host}{}", asked.target()))
}

/// A request's form, as pairs that are still encoded.
struct Form(Vec<(String, String)>);

impl Form {
    fn of(request: &Request) -> Self {
        let text = String::from_utf8_lossy(&request.body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| decoded(value))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(decoded(&self.0.remove(at).1))
    }

    fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(known, _)| known != name);
        let encoded = percent_encoding::utf8_percent_encode(value, super::RESERVED).to_string();
        self.0.push((name.to_owned(), encoded.replace("%20", "+")));
    }

    fn text(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }

    /// The same as a query string, where a space is no plus.
    fn query(&self) -> String {
        self.text().replace('+', "%20")
    }

    fn write(self, request: &mut Request) {
        request.body = self.text().into();
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
