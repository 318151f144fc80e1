//! How a request is admitted: the product from its version, the operation from its action, the region
//! from wherever the client says it, the caller from whichever signature there is.

mod ignored;
mod nonces;
mod parameters;
mod refusals;
mod unbuilt;

use std::borrow::Cow;

use isobar_auth::alibaba::Verifier;
use isobar_catalogue::{Cloud, Entry, Protocol, Service};
use isobar_kernel::face::{Admitted, Arrival, Face, Refused, Standard};
use isobar_kernel::{Fault, Ignored, Keys, Random, Served, Store};
use isobar_wire::{DecodeError, Dialect, Request, Response, RouteProblem, Value};
use jiff::Timestamp;

pub use self::ignored::IGNORED;
pub use self::nonces::Nonce;
use self::parameters::Parameters;
pub use self::unbuilt::unbuilt;
use crate::{Settings, World, regions, standard};

/// Alibaba Cloud's face.
#[derive(Debug)]
pub struct Alibaba {
    keys: Keys,
    verifier: Verifier,
    world: World,
    services: &'static [Served<World>],
}

/// What the vendor's host names end with.
const HOSTS: &str = ".aliyuncs.com";

impl Alibaba {
    /// The face of the products that are served.
    #[must_use]
    pub fn new(settings: Settings, store: &Store, services: &'static [Served<World>]) -> Self {
        let Settings { account_id, region, keys, engines } = settings;
        let world = World { account_id, region, engines };
        let verifier = Verifier::default().with_nonces(nonces::of(store));
        Self { keys, verifier, world, services }
    }

    fn service(&self, parameters: &Parameters<'_>, host: &str) -> Result<&'static Service, Fault> {
        let version = parameters.get("Version", "x-acs-version");
        let version = version.ok_or_else(|| standard::missing("Version"))?;
        let action = parameters.get("Action", "x-acs-action").unwrap_or_default();
        let entries = isobar_catalogue::services(Cloud::Alibaba);
        let of_version: Vec<_> = entries.iter().filter(|entry| entry.version == version).collect();
        // Several products may have a version of the same day: then the host or the action tells,
        // and of two with the same action, it is the one that is served.
        let named = |name: &str| host.split(['.', '-', ':']).next() == Some(name);
        let has = |names: &[isobar_catalogue::OperationEntry]| {
            names.iter().any(|operation| operation.name == action)
        };
        let served = |entry: &Entry| self.services.iter().any(|served| served.name == entry.name);
        let entry = match of_version.as_slice() {
            [] => None,
            [only] => Some(only),
            several => several
                .iter()
                .find(|entry| named(entry.name))
                .or_else(|| several.iter().find(|entry| served(entry) && has(entry.operations())))
                .or_else(|| several.iter().find(|entry| has(entry.operations())))
                .or_else(|| several.iter().find(|entry| served(entry)))
                .or(several.first()),
        };
        entry.map(|entry| entry.service()).ok_or_else(|| standard::INVALID_VERSION.fault())
    }

    /// The region that a call is for.
    fn region(&self, parameters: &Parameters<'_>, host: &str) -> Result<String, Fault> {
        let said = parameters.get("RegionId", "x-acs-region-id");
        let region = said.or_else(|| region_of_host(host).map(Cow::Borrowed));
        let region = region.unwrap_or(Cow::Borrowed(&self.world.region));
        match regions::find(&region) {
            Some(_) => Ok(region.into_owned()),
            None => Err(standard::INVALID_REGION.fault()),
        }
    }
}

/// The region in `ecs.cn-hangzhou.aliyuncs.com` and `ecs-cn-hangzhou.aliyuncs.com`.
fn region_of_host(host: &str) -> Option<&str> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let (_, region) = host.strip_suffix(HOSTS)?.split_once(['.', '-'])?;
    regions::find(region).map(|region| region.id)
}

/// How the answer is written: as the request asks, or in XML where a request of the older kind does
/// not ask.
fn dialect(parameters: &Parameters<'_>, dialect: Dialect) -> Dialect {
    let older = parameters.get_parameter("Signature").is_some();
    let xml = match parameters.get_parameter("Format") {
        Some(format) => format.eq_ignore_ascii_case("XML"),
        None => older && dialect.protocol == Protocol::AlibabaRpc,
    };
    Dialect { xml, ..dialect }
}

impl Face for Alibaba {
    type World = World;

    const CLOUD: Cloud = Cloud::Alibaba;

    fn admit(&self, arrival: &Arrival<'_>) -> Result<Admitted, Refused> {
        let request: &Request = arrival.request;
        let parameters = Parameters::of(request);
        let written = |dialect_of_route| dialect(&parameters, dialect_of_route);
        let service = self.service(&parameters, arrival.host).map_err(|fault| Refused {
            service: None,
            dialect: written(self.default_dialect()),
            fault,
        })?;
        let dialect = written(isobar_wire::dialect(service, request));
        let refused = |fault| Refused { service: Some(service), dialect, fault };
        let (_, operation) = isobar_wire::route(service, request).map_err(|error| {
            refused(match error.problem {
                RouteProblem::NoOperation => standard::missing("Action"),
                _ => standard::INVALID_ACTION.fault(),
            })
        })?;
        let find =
            |id: &str| self.keys.find(id).map(|key| isobar_auth::Key::new(key.secret, key.caller));
        let caller = self
            .verifier
            .verify(request, arrival.host, arrival.received, &find)
            .map_err(|error| refused(refusals::fault(&error)))?;
        let region = self.region(&parameters, arrival.host).map_err(refused)?;
        Ok(Admitted { service, operation, dialect, caller, region })
    }

    fn unreadable(&self, admitted: &Admitted, error: &DecodeError) -> Fault {
        refusals::unreadable(admitted.service, error)
    }

    fn denied(&self, admitted: &Admitted, _: Option<String>) -> Fault {
        refusals::denied(admitted)
    }

    fn check(&self, admitted: &Admitted, input: &Value) -> Result<(), Fault> {
        refusals::client_token(admitted.service, input)?;
        unbuilt::check(admitted, input)
    }

    fn standard(&self) -> &'static Standard {
        &standard::STANDARD
    }

    fn ignored(&self) -> &'static [Ignored] {
        IGNORED
    }

    fn default_dialect(&self) -> Dialect {
        Dialect::new(Protocol::AlibabaRpc)
    }

    fn host_id(&self, host: &str) -> Option<String> {
        Some(host.to_owned())
    }

    fn request_id(&self, random: &Random) -> String {
        random.uuid().to_uppercase()
    }

    fn finish(&self, _: &mut Response, _: Option<&Admitted>, _: Timestamp) {}

    fn is_own_host(&self, host: &str) -> bool {
        let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
        host.ends_with(HOSTS)
    }

    fn world(&self) -> &World {
        &self.world
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_hosts() {
        for (host, region) in [
            ("ecs.cn-beijing.aliyuncs.com", Some("cn-beijing")),
            ("ecs-cn-hangzhou.aliyuncs.com:443", Some("cn-hangzhou")),
            ("ecs.aliyuncs.com", None),
            ("127.0.0.1:4567", None),
        ] {
            assert_eq!(region_of_host(host), region, "{host}");
        }
    }
}
