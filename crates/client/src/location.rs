//! Alibaba Cloud's location service, which knows where each product is in each region: asked, where a
//! client is told so, for what the catalogue does not know.

use std::sync::LazyLock;

use isobar_catalogue::model::{BodyFormat, Endpoints};
use isobar_catalogue::shape::{Structure, Text};
use isobar_catalogue::{
    Cloud, Items, Kind as ShapeKind, Location, Member, Operation, Protocol, Service, Shape, ShapeId,
};
use isobar_wire::Value;

use crate::client::Client;
use crate::config::Network;
use crate::error::{Error, Kind};

/// The base URL of the location service, for [`Config::location`](crate::Config::location).
pub const LOCATION: &str = "https://location-readonly.aliyuncs.com";

/// The most answers that a client keeps, which is more than there are products.
const MOST_KEPT: usize = 1024;

/// The service, which has one operation of interest. The catalogue has it too, but not where it is.
static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let mut service = Service::new(Cloud::Alibaba, "location", Protocol::AlibabaRpc);
    service.version = "2015-06-12".to_owned();
    service.endpoints = Endpoints::Single(LOCATION.to_owned());
    let text = ShapeId(0);
    let members = ["Id", "ServiceCode", "Type"].map(|name| {
        let mut member = Member::new(name, text);
        member.location = Location::Query;
        member
    });
    let input = Structure { members: members.to_vec(), ..Structure::default() };
    let output = Structure {
        members: vec![Member::new("RequestId", text), Member::new("Endpoints", ShapeId(1))],
        ..Structure::default()
    };
    let shape = |name: &str, kind| Shape { name: name.to_owned(), kind, ..Shape::default() };
    service.shapes = Items::from(vec![
        shape("String", ShapeKind::String(Text::default())),
        shape("Any", ShapeKind::Document),
        shape("DescribeEndpointsRequest", ShapeKind::Structure(input)),
        shape("DescribeEndpointsResponse", ShapeKind::Structure(output)),
    ]);
    service.operations = Items::from(vec![Operation {
        name: "DescribeEndpoints".to_owned(),
        method: "POST".to_owned(),
        uri: "/".to_owned(),
        status: 200,
        input: Some(ShapeId(2)),
        output: Some(ShapeId(3)),
        body: BodyFormat::Form,
        read_only: true,
        ..Operation::default()
    }]);
    service
});

/// Whether the service is the location service itself.
pub(crate) fn is_location(service: &Service) -> bool {
    std::ptr::eq(service, &raw const *SERVICE)
}

impl Client {
    /// Asks where a product is, where the client is told to and the catalogue does not know it, and
    /// keeps the answer. A region or a product that the location service does not know is left to
    /// the vendor's rule.
    pub(crate) async fn locate(&self, service: &'static Service) -> Result<(), Error> {
        if !self.wants_location(service) {
            return Ok(());
        }
        let operation = &SERVICE.operations[0];
        let place = match self.config().network {
            Network::Public => "openAPI",
            Network::Vpc => "innerAPI",
        };
        let input = [
            ("Id", self.region()),
            ("ServiceCode", service.endpoint_prefix.as_str()),
            ("Type", place),
        ];
        let input = input.map(|(name, value)| (name.into(), Value::from(value.to_owned())));
        // The call takes the same way as any other, and so would be a future within itself.
        let answer = Box::pin(self.send(&SERVICE, operation, Value::Map(input.to_vec()))).await;
        let host = match answer {
            Ok(answer) => host(&answer.output),
            Err(error) if matches!(error.kind(), Kind::Refused | Kind::NotFound) => None,
            Err(error) => return Err(error),
        };
        let mut located = self.located().write();
        if located.len() < MOST_KEPT {
            located.insert(&service.name, host);
        }
        Ok(())
    }

    fn wants_location(&self, service: &'static Service) -> bool {
        let config = self.config();
        let unknown = match &service.endpoints {
            Endpoints::Regions { hosts, .. } => {
                let known = hosts.iter().any(|(region, _)| *region == config.region);
                !known || config.network != Network::Public
            }
            _ => false,
        };
        unknown
            && config.location.is_some()
            && config.endpoint.is_none()
            && service.protocol() != Protocol::AlibabaOss
            && !self.located().read().contains_key(service.name.as_str())
    }
}

/// The first host name of an answer: `Endpoints.Endpoint[].Endpoint`.
fn host(answer: &Value) -> Option<String> {
    let list = answer.get("Endpoints")?.get("Endpoint")?;
    let Value::List(items) = list else { return None };
    let host = items.iter().find_map(|item| item.get("Endpoint")?.as_str())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (!host.is_empty() && host.bytes().all(plain)).then(|| host.to_owned())
}
