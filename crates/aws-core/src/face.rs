//! How AWS admits a request and how its errors read.

mod admit;
mod built;
mod empty;
mod ignored;
mod input;
mod refusals;
mod versions;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, HeaderName, HeaderValue, SERVER};
use isobar_auth::sigv4::{self, Claim, Expected, Style, Verifier};
use isobar_catalogue::model::Auth;
use isobar_catalogue::{Cloud, Protocol, Service};
use isobar_kernel::face::{Admitted, Arrival, Face, Refused, Standard};
use isobar_kernel::{Caller, Fault, Ignored, Keys, Random, Row};
use isobar_wire::{DecodeError, Dialect, Response, RouteProblem, Value};
use jiff::Timestamp;

pub use self::built::{BUILT, Built};
pub use self::ignored::IGNORED;
use crate::{World, regions};

/// AWS's face.
#[derive(Debug)]
pub struct Aws {
    keys: Keys,
    region: String,
    verifier: Verifier,
    world: World,
}

const STANDARD: Standard = Standard {
    not_implemented: Row::new(
        501,
        "NotImplemented",
        "The operation {} is catalogued but not implemented here",
    ),
    member_not_implemented: Row::new(
        501,
        "NotImplemented",
        "The parameter {} of {} is catalogued but not implemented here",
    ),
    internal: Row::new(500, "InternalFailure", "An internal error has occurred"),
    dry_run: Row::new(
        412,
        "DryRunOperation",
        "Request would have succeeded, but DryRun flag is set.",
    ),
    token_reused: Row::new(
        400,
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous \
         request(s) for the client token '{}'.",
    ),
    too_large: Row::new(413, "RequestEntityTooLarge", "Request size exceeded the limit"),
    malformed: Row::new(400, "BadRequest", "Bad request: {} are refused"),
    foreign: Row::new(403, "AccessDenied", "Access denied: {} are refused"),
    throttled: Row::new(400, "Throttling", "Rate exceeded"),
    unavailable: Row::new(
        503,
        "ServiceUnavailable",
        "The request has failed due to a temporary failure of the server",
    ),
};

const NO_SERVICE: Row = Row::new(
    400,
    "InvalidAction",
    "The request names no service: it has no credential scope, target, action and version, or host",
);
const NO_ACTION: Row = Row::new(400, "MissingAction", "The request is missing an action");
const UNKNOWN_EC2_ACTION: Row =
    Row::new(400, "InvalidAction", "The action {} is not valid for this web service.");
const UNKNOWN_PATH: Row = Row::new(404, "UnknownOperationException", "Unknown operation");
const UNKNOWN_METHOD: Row = Row::new(405, "MethodNotAllowed", "Method not allowed");

impl Aws {
    /// The face with its keys, the region of requests that do not say one, and the world.
    #[must_use]
    pub fn new(keys: Keys, region: String, world: World) -> Self {
        Self { keys, region, verifier: Verifier::default(), world }
    }

    /// Who sent the request, and to which region.
    fn verify(
        &self,
        arrival: &Arrival<'_>,
        service: &'static Service,
        claim: Option<&Claim<'_>>,
    ) -> Result<(Arc<Caller>, String), Fault> {
        let manner = refusals::Manner::of(service);
        let region = claim.map_or(self.region.as_str(), |claim| claim.region());
        let expected = Expected {
            region: None,
            service: &service.signing_name,
            style: if service.name == "s3" { Style::Objects } else { Style::Standard },
            unsigned_payload: true,
        };
        let find = |id: &str| {
            let key = self.keys.find(id)?;
            Some(isobar_auth::Key::new(key.secret, key.caller))
        };
        let caller = self
            .verifier
            .verify(arrival.request, arrival.host, arrival.received, &expected, &find)
            .map_err(|error| match (&error, outdated_signature(arrival.request)) {
                (sigv4::Error::MissingAuthenticationToken, Some(version)) => {
                    manner.refuse_outdated(&version)
                }
                _ => manner.refuse(&error),
            })?;
        if regions::find(region).is_none() {
            let wrong = sigv4::Error::Scope(format!(
                "Credential should be scoped to a valid region, not '{region}'. "
            ));
            return Err(manner.refuse(&wrong));
        }
        Ok((caller, region.to_owned()))
    }
}

/// The version of a signature that stands in the form, as those before Signature Version 4 do.
fn outdated_signature(request: &isobar_wire::Request) -> Option<Cow<'_, str>> {
    isobar_wire::parameter(request, "Signature")?;
    isobar_wire::parameter(request, "SignatureVersion")
}

impl Face for Aws {
    type World = World;

    const CLOUD: Cloud = Cloud::Aws;

    /// A query's action is looked up before its signature is, as the vendor's front ends do.
    fn admit(&self, arrival: &Arrival<'_>) -> Result<Admitted, Refused> {
        let claim = sigv4::claim(arrival.request);
        let Some(service) = admit::service(arrival.request, arrival.host, claim.as_ref()) else {
            let dialect = self.default_dialect();
            return Err(Refused { service: None, dialect, fault: NO_SERVICE.fault() });
        };
        let routed = isobar_wire::route(service, arrival.request);
        let dialect = match &routed {
            Ok((dialect, _)) => *dialect,
            Err(error) => error.dialect,
        };
        let refused = |fault| Refused { service: Some(service), dialect, fault };
        let version = versions::check(service, dialect, arrival.request).map_err(refused)?;
        let dialect = Dialect { version, ..dialect };
        let (_, operation) =
            routed.map_err(|error| refused(unroutable(service, &error.problem)))?;
        if claim.is_none() && operation.auth == Auth::None {
            // Nobody calls, and none of these is built.
            return Err(refused(STANDARD.not_implemented.with(&[&operation.name])));
        }
        let (caller, region) = self.verify(arrival, service, claim.as_ref()).map_err(refused)?;
        Ok(Admitted { service, operation, dialect, caller, region })
    }

    fn unreadable(&self, admitted: &Admitted, error: &DecodeError) -> Fault {
        input::unreadable(admitted, error)
    }

    fn denied(&self, admitted: &Admitted, resource: Option<String>) -> Fault {
        refusals::Manner::of(admitted.service).deny(admitted, resource)
    }

    fn tidy(&self, admitted: &Admitted, input: Value) -> Value {
        empty::left_out(admitted, input)
    }

    /// EC2 words each parameter's constraints in its own way; the other services share theirs.
    fn check(&self, admitted: &Admitted, input: &Value) -> Result<(), Fault> {
        if admitted.dialect.protocol != Protocol::Ec2 {
            input::invalid(admitted, input)?;
        }
        built::check(admitted, input)
    }

    fn standard(&self) -> &'static Standard {
        &STANDARD
    }

    fn ignored(&self) -> &'static [Ignored] {
        IGNORED
    }

    fn default_dialect(&self) -> Dialect {
        Dialect::new(Protocol::AwsQuery)
    }

    fn request_id(&self, random: &Random) -> String {
        random.uuid()
    }

    fn finish(&self, response: &mut Response, admitted: Option<&Admitted>, _: Timestamp) {
        if admitted.is_some_and(|admitted| admitted.service.name == "ec2") {
            for (name, value) in EC2_HEADERS {
                response.headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }

    fn is_own_host(&self, host: &str) -> bool {
        let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
        regions::own_host(host).is_some()
    }

    fn world(&self) -> &World {
        &self.world
    }
}

/// What EC2 adds to its answers.
const EC2_HEADERS: [(HeaderName, &str); 3] = [
    (CACHE_CONTROL, "no-cache, no-store"),
    (http::header::VARY, "accept-encoding"),
    (SERVER, "AmazonEC2"),
];

fn unroutable(service: &'static Service, problem: &RouteProblem) -> Fault {
    match problem {
        RouteProblem::NoOperation => NO_ACTION.fault(),
        RouteProblem::UnknownOperation(name) if service.name == "ec2" => {
            UNKNOWN_EC2_ACTION.with(&[name])
        }
        RouteProblem::UnknownOperation(name) => versions::no_operation(name, &service.version),
        RouteProblem::NoSuchPath => UNKNOWN_PATH.fault(),
        RouteProblem::MethodNotAllowed { .. } => UNKNOWN_METHOD.fault(),
    }
}
