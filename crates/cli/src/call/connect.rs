//! The client of a call: who calls, in which region, and where.
// The environment is read here until the library does so itself.

use isobar_auth::Credentials;
use isobar_catalogue::{Cloud, Service};
use isobar_client::{Client, Config};

use super::failure;
use super::flags::Options;
use crate::report::{Class, Error};
use crate::shell::Shell;

/// Which variables a cloud's tools read.
struct Row {
    cloud: Cloud,
    id: Option<&'static str>,
    secret: &'static [&'static str],
    token: Option<&'static str>,
    region: &'static [&'static str],
    endpoint: &'static str,
}

const ROWS: [Row; 3] = [
    Row {
        cloud: Cloud::Aws,
        id: Some("AWS_ACCESS_KEY_ID"),
        secret: &["AWS_SECRET_ACCESS_KEY"],
        token: Some("AWS_SESSION_TOKEN"),
        region: &["AWS_REGION", "AWS_DEFAULT_REGION"],
        endpoint: "AWS_ENDPOINT_URL",
    },
    Row {
        cloud: Cloud::Alibaba,
        id: Some("ALIBABA_CLOUD_ACCESS_KEY_ID"),
        secret: &["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        token: Some("ALIBABA_CLOUD_SECURITY_TOKEN"),
        region: &["ALIBABA_CLOUD_REGION_ID"],
        endpoint: "ALIBABA_CLOUD_ENDPOINT",
    },
    Row {
        cloud: Cloud::DigitalOcean,
        id: None,
        secret: &["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
        token: None,
        region: &[],
        endpoint: "DIGITALOCEAN_API_URL",
    },
];

/// The client that the flags and the environment describe.
pub(crate) fn client(
    shell: &Shell,
    service: &'static Service,
    options: &Options,
    region: Option<&str>,
) -> Result<Client, Error> {
    let cloud = service.cloud;
    let row = ROWS.iter().find(|row| row.cloud == cloud).expect("every cloud has its row");
    let first = |names: &[&str]| names.iter().find_map(|name| shell.variable(name));
    let region =
        options.region.clone().or_else(|| region.map(str::to_owned)).or_else(|| first(row.region));
    let region = match region {
        Some(region) => region,
        None if row.region.is_empty() => String::new(),
        None => {
            return Err(Error::usage("region_missing", format!("{cloud}: no region is given"))
                .hint(format!("give --region, or set {}", row.region[0])));
        }
    };
    let mut config = Config::new(cloud, region, credentials(shell, row)?);
    let own = format!("AWS_ENDPOINT_URL_{}", service.id.to_uppercase().replace([' ', '-'], "_"));
    config.endpoint = options
        .endpoint_url
        .clone()
        .or_else(|| first(&[&own]).filter(|_| cloud == Cloud::Aws))
        .or_else(|| first(&[row.endpoint]).map(|text| with_scheme(&text)));
    if let Some(total) = options.timeout {
        config.timeouts.total = total;
        config.timeouts.read = config.timeouts.read.max(total);
    }
    if let Some(read) = options.read_timeout {
        config.timeouts.read = read;
        config.timeouts.total = config.timeouts.total.max(read);
    }
    if let Some(connect) = options.connect_timeout {
        config.timeouts.connect = connect;
    }
    if let Some(retries) = options.retries {
        config.retry.attempts = retries + 1;
    }
    Client::new(config).map_err(|error| failure::report(&error))
}

fn credentials(shell: &Shell, row: &Row) -> Result<Credentials, Error> {
    let secret = row.secret.iter().find_map(|name| shell.variable(name));
    let id = row.id.map(|name| shell.variable(name));
    let (Some(secret), true) = (secret, id.as_ref().is_none_or(Option::is_some)) else {
        let names: Vec<_> = row.id.into_iter().chain(row.secret.first().copied()).collect();
        return Err(Error::new(
            Class::NoCredentials,
            "credentials_missing",
            format!("{}: there are no credentials", row.cloud),
        )
        .hint(format!("set {}", names.join(" and "))));
    };
    let credentials = match id.flatten() {
        Some(id) => Credentials::new(id, secret),
        None => Credentials::bearer(secret),
    };
    Ok(match row.token.and_then(|name| shell.variable(name)) {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    })
}

/// A host without a scheme is reached over TLS, unless it is this machine.
fn with_scheme(text: &str) -> String {
    let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
    if text.contains("://") {
        text.to_owned()
    } else if matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
        format!("http://{text}")
    } else {
        format!("https://{text}")
    }
}
