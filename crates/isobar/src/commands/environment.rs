//! `isobar env`: what points the vendors' SDKs and CLIs at the local clouds.

use isobar_catalogue::Cloud;
use serde_json::{Map, Value};

use crate::api;
use crate::cli::{Format, Options};
use crate::output;
use crate::state::{self, Endpoints};
use isobar_cli::report::Error;

pub(super) fn run(arguments: &Options) -> Result<(), Error> {
    let directory = api::directory(&arguments.global)?;
    if !state::is_held(&directory) {
        return Err(state::not_running(&directory));
    }
    let endpoints = Endpoints::read(&directory)?;
    let cloud = arguments.words.first().and_then(|word| word.parse().ok());
    let variables = if arguments.read_only {
        // The control plane has no key that may only read.
        let mut variables = variables(&endpoints.read_only(), cloud);
        variables.retain(|(name, _)| !name.starts_with("ISOBAR_"));
        variables
    } else {
        variables(&endpoints, cloud)
    };
    let mut variables = variables;
    variables.extend(authority(&directory));
    match arguments.global.output {
        Format::Table => {
            let lines: Vec<_> = variables
                .iter()
                .map(|(name, value)| format!("export {name}={}", quote(value)))
                .collect();
            output::print(&lines.join("\n"))
        }
        format => {
            let members: Map<_, _> = variables
                .into_iter()
                .map(|(name, value)| (name.to_owned(), Value::from(value)))
                .collect();
            output::value(format, &Value::Object(members))
        }
    }
}

/// The variables by which programs trust the local clouds over TLS, where they are served so. All but
/// Node.js take a file in place of the system's authorities, so that it has those too.
fn authority(directory: &std::path::Path) -> Vec<(&'static str, String)> {
    let Some((own, bundle)) = state::authority_files(directory) else { return Vec::new() };
    let (own, bundle) = (own.display().to_string(), bundle.display().to_string());
    let mut variables = vec![("NODE_EXTRA_CA_CERTS", own)];
    let names = ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"];
    variables.extend(names.map(|name| (name, bundle.clone())));
    variables
}

/// The variables that the vendors' SDKs and CLIs read, and Isobar's own.
fn variables(endpoints: &Endpoints, cloud: Option<Cloud>) -> Vec<(&'static str, String)> {
    let Endpoints { control, aws, alibaba, digitalocean, .. } = endpoints;
    let alibaba_host = alibaba.url.trim_start_matches("http://").to_owned();
    let table = [
        (Some(Cloud::Aws), "AWS_ENDPOINT_URL", aws.url.clone()),
        (Some(Cloud::Aws), "AWS_ACCESS_KEY_ID", aws.access_key_id.clone()),
        (Some(Cloud::Aws), "AWS_SECRET_ACCESS_KEY", aws.secret_access_key.clone()),
        (Some(Cloud::Aws), "AWS_REGION", aws.region.clone()),
        (Some(Cloud::Aws), "AWS_DEFAULT_REGION", aws.region.clone()),
        (Some(Cloud::Alibaba), "ALIBABA_CLOUD_ACCESS_KEY_ID", alibaba.access_key_id.clone()),
        (
            Some(Cloud::Alibaba),
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            alibaba.access_key_secret.clone(),
        ),
        (Some(Cloud::Alibaba), "ALIBABA_CLOUD_REGION_ID", alibaba.region.clone()),
        // Alibaba Cloud's SDKs take host and port; the protocol is a setting of its own.
        (Some(Cloud::Alibaba), "ALIBABA_CLOUD_ENDPOINT", alibaba_host),
        (Some(Cloud::DigitalOcean), "DIGITALOCEAN_TOKEN", digitalocean.token.clone()),
        (Some(Cloud::DigitalOcean), "DIGITALOCEAN_ACCESS_TOKEN", digitalocean.token.clone()),
        (Some(Cloud::DigitalOcean), "DIGITALOCEAN_API_URL", digitalocean.url.clone()),
        // python-digitalocean joins paths to it without a slash of its own.
        (Some(Cloud::DigitalOcean), "DIGITALOCEAN_END_POINT", format!("{}/v2/", digitalocean.url)),
        (None, "ISOBAR_URL", control.url.clone()),
        (None, "ISOBAR_API_KEY", control.api_key.clone()),
    ];
    table
        .into_iter()
        .filter(|(of, ..)| cloud.is_none() || of.is_none() || *of == cloud)
        .map(|(_, name, value)| (name, value))
        .collect()
}

/// The value for a POSIX shell.
pub(super) fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn values_survive_the_shell() {
        assert_eq!(quote("http://127.0.0.1:4566"), "http://127.0.0.1:4566");
        assert_eq!(quote("a b'c"), r"'a b'\''c'");
        assert_eq!(quote(""), "''");
    }
}
