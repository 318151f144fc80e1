//! DigitalOcean's form of a request: the token first, then the limits, then the path, then the body.

mod ignored;
mod limits;

use std::sync::Arc;

use http::header::{HeaderName, HeaderValue};
use isobar_catalogue::{Cloud, Location, Protocol};
use isobar_kernel::face::{Admitted, Arrival, Face, Refused, Standard};
use isobar_kernel::{Caller, Fault, Ignored, Keys, Random};
use isobar_wire::{DecodeError, Dialect, Problem, Request, Response, Violation};
use jiff::Timestamp;

pub use self::ignored::IGNORED;
use crate::errors;
use crate::offer;
use crate::{Settings, World};
use limits::{Limits, Standing};

/// The host that the vendor's clients speak to.
const HOST: &str = "api.digitalocean.com";
/// The region of what is created without one.
const HOME: &str = "nyc3";

const DIALECT: Dialect = Dialect::new(Protocol::DigitalOcean);

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const RESPONSE_FROM: HeaderName = HeaderName::from_static("x-response-from");

/// The face.
#[derive(Debug)]
pub struct DigitalOcean {
    world: World,
    keys: Keys,
    limits: Limits,
}

impl DigitalOcean {
    /// The face with nothing asked of it yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { region, keys, engines, .. } = settings;
        let region = if offer::region(&region).is_some() { region } else { HOME.to_owned() };
        Self { world: World { region, engines }, keys, limits: Limits::default() }
    }

    /// Who holds the request's token. Tokens are found by their keyed hash, so that how long a
    /// look-up takes says nothing about the tokens that there are.
    fn caller(&self, request: &Request) -> Option<Arc<Caller>> {
        let find = |token: &str| self.keys.find(token).map(|key| key.caller);
        isobar_auth::bearer::verify(request, find).ok()
    }
}

impl Face for DigitalOcean {
    type World = World;

    const CLOUD: Cloud = Cloud::DigitalOcean;

    fn admit(&self, arrival: &Arrival<'_>) -> Result<Admitted, Refused> {
        let refused = |fault| Refused { service: None, dialect: DIALECT, fault };
        let caller =
            self.caller(arrival.request).ok_or_else(|| refused(errors::UNAUTHORIZED.fault()))?;
        let own = limits::own(&arrival.request.method, &arrival.request.path);
        if !self.limits.take(&caller.key_id, own, arrival.now) {
            return Err(refused(errors::TOO_MANY_REQUESTS.fault()));
        }
        // A path that takes other methods alone is no resource for this one either.
        let (dialect, service, operation) = isobar_wire::route_all(Self::CLOUD, arrival.request)
            .map_err(|_| refused(errors::NO_ROUTE.fault()))?;
        Ok(Admitted { service, operation, dialect, caller, region: String::new() })
    }

    fn unreadable(&self, admitted: &Admitted, error: &DecodeError) -> Fault {
        match error {
            DecodeError::Member(violation) => unfit(admitted, violation),
            _ => errors::UNPARSABLE.fault(),
        }
    }

    fn denied(&self, _: &Admitted, _: Option<String>) -> Fault {
        errors::FORBIDDEN.fault()
    }

    fn standard(&self) -> &'static Standard {
        &errors::STANDARD
    }

    fn ignored(&self) -> &'static [Ignored] {
        IGNORED
    }

    fn default_dialect(&self) -> Dialect {
        DIALECT
    }

    fn request_id(&self, random: &Random) -> String {
        random.uuid()
    }

    fn finish(&self, response: &mut Response, admitted: Option<&Admitted>, now: Timestamp) {
        response.headers.insert(RESPONSE_FROM, HeaderValue::from_static("service"));
        if let Some(admitted) = admitted {
            show_limits(response, self.limits.standing(&admitted.caller.key_id, None, now));
        }
    }

    fn finish_refused(&self, response: &mut Response, arrival: &Arrival<'_>) {
        self.finish(response, None, arrival.now);
        let Some(caller) = self.caller(arrival.request) else { return };
        let own = limits::own(&arrival.request.method, &arrival.request.path);
        let standing = self.limits.standing(&caller.key_id, own, arrival.now);
        if let Some(seconds) = standing.retry_after.filter(|_| response.status.as_u16() == 429) {
            response.headers.insert(http::header::RETRY_AFTER, seconds.into());
        }
        show_limits(response, standing);
    }

    fn is_own_host(&self, host: &str) -> bool {
        host.split(':').next().is_some_and(|name| name.eq_ignore_ascii_case(HOST))
    }

    fn world(&self) -> &World {
        &self.world
    }
}

fn show_limits(response: &mut Response, standing: Standing) {
    response.headers.insert(RATE_LIMIT, limits::PER_HOUR.into());
    response.headers.insert(RATE_REMAINING, standing.remaining.into());
    response.headers.insert(RATE_RESET, standing.reset.into());
}

/// The error for a member of another type: an id in a path that can be nothing's is not found.
fn unfit(admitted: &Admitted, violation: &Violation) -> Fault {
    let member = violation.path.split(['.', '[']).next().unwrap_or_default();
    let members = admitted.service.input_members(admitted.operation);
    let location = members.iter().find(|one| one.name == member).map(|one| one.location);
    match (location, &violation.problem) {
        (Some(Location::Path), _) => errors::NOT_FOUND.fault(),
        (_, Problem::Missing) => errors::REQUIRED.with(&[&violation.path]),
        (Some(Location::Query), _) => errors::INVALID.with(&[violation]),
        _ => errors::WRONG_TYPE.with(&[violation]),
    }
}
