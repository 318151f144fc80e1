//! The client of a call: what the environment, the vendors' files and the flags say.

use std::path::Path;
use std::sync::Arc;

use isobar_catalogue::model::Endpoints;
use isobar_catalogue::{Cloud, Service};
use isobar_client::{Anonymous, Client, Overrides, Settings, System};

use super::conversation::Conversation;
use super::failure;
use super::flags::Options;
use crate::report::{Class, Error};
use crate::shell::Shell;

/// The client of a call. A region that the input names is the call's where no flag names another.
pub(crate) async fn client(
    shell: &Shell,
    service: &'static Service,
    options: &Options,
    region: Option<&str>,
) -> Result<Client, Error> {
    let cloud = service.cloud;
    let overrides = Overrides {
        profile: options.profile.clone(),
        region: options.region.clone().or_else(|| region.map(str::to_owned)),
        endpoint: options.endpoint_url.clone(),
        roots: options.ca_bundle.as_deref().map(roots).transpose()?,
    };
    let context = Arc::new(System::default());
    let settings = Settings::load(cloud, &overrides, shell.surroundings.clone(), context).await;
    let mut config = settings.map_err(|error| failure::report(&error))?.config();
    if config.region.is_empty() && cloud != Cloud::DigitalOcean {
        match the_only_region(service) {
            Some(region) => region.clone_into(&mut config.region),
            None => {
                return Err(Error::usage("region_missing", format!("{cloud}: no region is given"))
                    .hint(match cloud {
                        Cloud::Aws => "give --region, set AWS_REGION, or run isobar configure",
                        _ => "give --region, set ALIBABA_CLOUD_REGION_ID, or run isobar configure",
                    }));
            }
        }
    }
    if options.no_sign_request {
        config.credentials = Arc::new(Anonymous);
        config.tokens = None;
    }
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
        config.retry.attempts = Some(retries + 1);
    }
    if options.debug {
        config.observer = Some(Arc::new(Conversation::new(shell)));
    }
    Client::new(config).map_err(|error| failure::report(&error))
}

/// The certificates of `--ca-bundle`.
pub(crate) fn roots(path: &Path) -> Result<Arc<[u8]>, Error> {
    let unreadable = |error: std::io::Error| {
        let message = format!("--ca-bundle: {} cannot be read: {error}", path.display());
        Error::new(Class::Unreadable, "file_unreadable", message)
    };
    Ok(std::fs::read(path).map_err(unreadable)?.into())
}

/// The region in which a service of AWS signs wherever its callers are.
fn the_only_region(service: &Service) -> Option<&'static str> {
    const REGION: &str = "us-east-1";
    match &service.endpoints {
        Endpoints::Rules(rules) => {
            let signing = format!("\"signingRegion\":\"{REGION}\"");
            rules.replace(": ", ":").contains(&signing).then_some(REGION)
        }
        _ => None,
    }
}
