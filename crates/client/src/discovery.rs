//! Services that say themselves where they want an account's calls (AWS's endpoint discovery, of which
//! botocore's `discovery.py` tells): asked before the first call, and again when the answer is too old
//! or the place refuses calls.

use std::time::Duration;

use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::Value;

use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind};

/// The services whose operations are nowhere else. Where a model says that asking is a choice
/// (DynamoDB), the vendor's clients do not ask.
const SERVICES: [&str; 2] = ["timestream-query", "timestream-write"];

/// The operation that answers.
const QUESTION: &str = "DescribeEndpoints";

/// Where a service wants to be called.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    url: String,
    until: Duration,
}

/// Whether this is the question where a service is.
pub(crate) fn is_question(service: &Service, operation: &Operation) -> bool {
    service.cloud == Cloud::Aws
        && operation.name == QUESTION
        && SERVICES.contains(&service.name.as_str())
}

/// Whether a call has to go to another place than before.
pub(crate) fn is_elsewhere(error: &Error) -> bool {
    error.status().is_some_and(|status| status.as_u16() == 421)
        || error.code() == Some("InvalidEndpointException")
}

impl Client {
    /// Sends a call where the service wants it, if it is one that says so, and says whether it did.
    /// Where the caller names a base URL, that is the place.
    pub(crate) async fn discover(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        endpoint: &mut Endpoint,
    ) -> Result<bool, Error> {
        if service.cloud != Cloud::Aws
            || !SERVICES.contains(&service.name.as_str())
            || is_question(service, operation)
            || self.base(service, operation)?.is_some()
        {
            return Ok(false);
        }
        let url = self.place(service).await?;
        let fail = |text: String| Error::new(Kind::Endpoint, self.cloud()).with_message(text);
        let place = Endpoint::of(&url, "", "")
            .filter(|place| place.is_sendable() && place.path.is_empty())
            .ok_or_else(|| fail(format!("the service names `{url}`, which is no base URL")))?;
        endpoint.secure = place.secure;
        endpoint.authority = place.authority;
        Ok(true)
    }

    /// Forgets where a service is.
    pub(crate) fn forget(&self, service: &Service) {
        self.places().write().remove(service.name.as_str());
    }

    async fn place(&self, service: &'static Service) -> Result<String, Error> {
        let now = self.context().elapsed();
        let known = self.places().read().get(service.name.as_str()).cloned();
        if let Some(place) = known.as_ref().filter(|place| now < place.until) {
            return Ok(place.url.clone());
        }
        let (service, question) = self.find(&service.name, QUESTION)?;
        // The call takes the same way as any other, and so would be a future within itself.
        match Box::pin(self.send(service, question, Value::Null)).await {
            Ok(answer) => {
                let place = first(&answer.output, now).ok_or_else(|| {
                    let error = Error::new(Kind::Answer, self.cloud());
                    error.at(&service.name, QUESTION).with_message("it names no place".to_owned())
                })?;
                let url = place.url.clone();
                self.places().write().insert(&service.name, place);
                Ok(url)
            }
            // Who cannot be asked may still be where it was.
            Err(error) if error.status().is_none() => known.map(|place| place.url).ok_or(error),
            Err(error) => Err(error),
        }
    }
}

/// The first place of an answer: `Endpoints[].{Address, CachePeriodInMinutes}`.
fn first(answer: &Value, now: Duration) -> Option<Place> {
    let place = answer.get("Endpoints")?.as_list()?.first()?;
    let address = place.get("Address")?.as_str()?;
    let minutes = place.get("CachePeriodInMinutes").and_then(Value::as_i64).unwrap_or_default();
    let url =
        if address.starts_with("http") { address.to_owned() } else { format!("https://{address}") };
    let kept = Duration::from_secs(u64::try_from(minutes).unwrap_or_default().saturating_mul(60));
    Some(Place { url, until: now.saturating_add(kept) })
}
