//! The client of a call: what the environment, the vendors' files and the flags say.

use std::path::Path;
use std::sync::Arc;

use isobar_catalogue::model::Endpoints;
use isobar_catalogue::{Cloud, Service};
use isobar_client::{Anonymous, Client, Overrides, Settings, System};

use super::conversation::Conversation;
use super::failure;
use super::flags::Options;
use super::raw::Both;
use crate::report::{Class, Error};
use crate::shell::Shell;

/// How often one call is made again that is refused for there being too many: nobody else's calls are
/// paced here, and a person waits.
const MOST_REFUSALS: u32 = 9;

/// The client of a call. A region that the input names is the call's where no flag names another.
/// Also settles how output is printed where the command line does not say.
pub(crate) async fn client(
    shell: &Shell,
    service: &'static Service,
    options: &mut Options,
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
    let settings = settings.map_err(|error| failure::report(&error))?;
    settle_output(cloud, &settings, options)?;
    let mut config = settings.config();
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
    config.retry.refusals = MOST_REFUSALS;
    if let Some(retries) = options.retries {
        config.retry.attempts = Some(retries + 1);
    }
    config.unchecked = options.force;
    if options.debug {
        config.observer = Some(Arc::new(Conversation::new(shell)));
    }
    if let Some(capture) = &options.capture {
        config.observer = Some(Arc::new(Both(capture.clone(), config.observer.take())));
    }
    Client::new(config).map_err(|error| failure::report(&error))
}

/// How output is printed, by the environment or the profile.
fn settle_output(cloud: Cloud, settings: &Settings, options: &mut Options) -> Result<(), Error> {
    // What a jq filter makes is for the next program, and columns are a table's.
    let is_settled = options.output_given || options.jq.is_some() || !options.columns.is_empty();
    let Some(found) = settings.output.as_ref().filter(|_| !is_settled) else { return Ok(()) };
    // aws-cli's `yaml-stream` is YAML too, and aliyun's `cols` a table.
    let name = match found.value.as_str() {
        "yaml-stream" => "yaml",
        "cols" => "table",
        name => name,
    };
    options.output = name.parse().map_err(|text: String| {
        let message =
            format!("{cloud}: the output is {:?}, by {}; it {text}", found.value, found.origin);
        Error::new(Class::Profile, "output_unknown", message)
    })?;
    Ok(())
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
