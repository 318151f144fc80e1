//! Which versions of its API a service that is asked by queries takes.

use isobar_catalogue::{Protocol, Service};
use isobar_kernel::{Fault, Row};
use isobar_wire::{Dialect, Request};

const NO_SUCH_VERSION: Row = Row::new(
    400,
    "NoSuchVersion",
    "The requested version ({}) of service AmazonEC2 does not exist",
);
const MISSING_VERSION: Row =
    Row::new(400, "MissingParameter", "The request must contain the parameter Version");
const NO_OPERATION: Row =
    Row::new(400, "InvalidAction", "Could not find operation {} for version {}");

/// What the shared framework calls the version of a request that has none.
const NONE: &str = "NO_VERSION_SPECIFIED";

/// What EC2 has published before the catalogue's version, and still takes from older clients.
static EC2: [&str; 51] = [
    "2006-06-26",
    "2006-10-01",
    "2007-01-03",
    "2007-01-19",
    "2007-03-01",
    "2007-08-29",
    "2008-02-01",
    "2008-05-05",
    "2008-08-08",
    "2008-12-01",
    "2009-03-01",
    "2009-04-04",
    "2009-07-15",
    "2009-08-15",
    "2009-10-31",
    "2009-11-30",
    "2010-06-15",
    "2010-08-31",
    "2010-11-15",
    "2011-01-01",
    "2011-02-28",
    "2011-05-15",
    "2011-07-15",
    "2011-11-01",
    "2011-12-01",
    "2011-12-15",
    "2012-03-01",
    "2012-04-01",
    "2012-05-01",
    "2012-06-01",
    "2012-06-15",
    "2012-07-20",
    "2012-08-15",
    "2012-10-01",
    "2012-12-01",
    "2013-02-01",
    "2013-06-15",
    "2013-07-15",
    "2013-08-15",
    "2013-10-01",
    "2013-10-15",
    "2014-02-01",
    "2014-05-01",
    "2014-06-15",
    "2014-09-01",
    "2014-10-01",
    "2015-03-01",
    "2015-04-15",
    "2015-10-01",
    "2016-04-01",
    "2016-09-15",
];

/// Checks the version of a query. EC2 looks at it before it looks for the action; the others look for
/// both at once. An older version of EC2's is returned, since the answer is written in it.
pub(super) fn check(
    service: &'static Service,
    dialect: Dialect,
    request: &Request,
) -> Result<Option<&'static &'static str>, Fault> {
    if !matches!(dialect.protocol, Protocol::Ec2 | Protocol::AwsQuery) {
        return Ok(None);
    }
    // A request without an action is told so, whatever its version.
    let Some(action) = isobar_wire::parameter(request, "Action").filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    let version = isobar_wire::parameter(request, "Version").filter(|text| !text.is_empty());
    match (dialect.protocol, version) {
        (_, Some(version)) if version == service.version => Ok(None),
        (Protocol::Ec2, Some(version)) => {
            let known = EC2.iter().find(|known| **known == version);
            known.map(Some).ok_or_else(|| NO_SUCH_VERSION.with(&[&version]))
        }
        (Protocol::Ec2, None) => Err(MISSING_VERSION.fault()),
        (_, version) => Err(no_operation(&action, version.as_deref().unwrap_or(NONE))),
    }
}

/// The service has no such operation in that version.
pub(super) fn no_operation(action: &str, version: &str) -> Fault {
    NO_OPERATION.with(&[&action, &version])
}
