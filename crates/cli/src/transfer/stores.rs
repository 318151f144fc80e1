//! The client of a store: what the environment, the vendors' files and the flags say.

use std::sync::Arc;

use isobar_catalogue::Cloud;
use isobar_client::{Anonymous, Client, Overrides, Settings, System};
use isobar_transfer::api::Api;
use isobar_transfer::{Extras, Place, Store};

use super::flags::Flags;
use crate::call::conversation::Conversation;
use crate::call::{connect, failure};
use crate::report::Error;
use crate::shell::Shell;

/// Where S3's global endpoint signs, for those who name no region.
const S3_REGION: &str = "us-east-1";

/// The store. `target` is where things go from it, if that is another store: then the flags without
/// `source` in their names are the target's, and the source's too only where both are of one kind.
pub(super) async fn store(
    shell: &Shell,
    flags: &Flags,
    api: &'static Api,
    target: Option<&Place>,
) -> Result<Store, Error> {
    let target = target.and_then(|place| match place {
        Place::Remote { api, .. } => Some(api.scheme),
        _ => None,
    });
    let shared = target.is_none_or(|scheme| scheme == api.scheme);
    let pick = |own: &Option<String>, other: &Option<String>| match target {
        Some(_) => own.clone().or_else(|| other.clone().filter(|_| shared)),
        None => other.clone(),
    };
    let overrides = Overrides {
        profile: pick(&flags.source_profile, &flags.profile),
        region: pick(&flags.source_region, &flags.region),
        endpoint: pick(&flags.source_endpoint_url, &flags.endpoint_url),
        roots: flags.ca_bundle.as_ref().map(|path| connect::roots(path.as_ref())).transpose()?,
    };
    let context = Arc::new(System::default());
    let surroundings = shell.surroundings.clone();
    let settings = if api.scheme == "spaces" {
        Settings::spaces(&overrides, surroundings, context)
    } else {
        Settings::load(api.cloud, &overrides, surroundings, context).await
    };
    let mut config = settings.map_err(|error| failure::report(&error))?.config();
    if config.region.is_empty() {
        match (api.scheme, api.cloud) {
            ("s3", _) => S3_REGION.clone_into(&mut config.region),
            (_, Cloud::Aws) if config.endpoint.is_some() => {
                S3_REGION.clone_into(&mut config.region);
            }
            _ => {
                return Err(Error::usage("region_missing", format!("{}: no region", api.scheme))
                    .hint("give --region"));
            }
        }
    }
    if let Some(retries) = flags.retries {
        config.retry.attempts = Some(retries + 1);
    }
    if let Some(read) = flags.read_timeout {
        config.timeouts.read = read;
        config.timeouts.total = config.timeouts.total.max(read);
    }
    if let Some(connect) = flags.connect_timeout {
        config.timeouts.connect = connect;
    }
    if flags.debug {
        config.observer = Some(Arc::new(Conversation::new(shell)));
    }
    if flags.no_sign_request {
        config.credentials = Arc::new(Anonymous);
        config.tokens = None;
    }
    let client = Client::new(config).map_err(|error| failure::report(&error))?;
    let customer_key = flags.customer_key(target.is_some())?;
    if customer_key.is_some() && !api.is_s3() {
        let text = format!("{}:// knows no keys of the customer's", api.scheme);
        return Err(Error::usage("usage", text));
    }
    let extras =
        Extras { page_size: flags.page_size, requester_pays: flags.requester_pays, customer_key };
    Ok(Store { client, api, extras })
}
