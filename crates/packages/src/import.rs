//! Hands the packages' texts to the importer of their cloud.

use std::collections::BTreeMap;

use isobar_catalogue::import::{botocore, oss, pydo, share, tea};
use isobar_catalogue::{Cloud, Service};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::archive::Texts;
use crate::sources::{Services, Source};

/// The services that are taken from a package.
pub(crate) fn services(source: &Source, texts: &Texts) -> Result<Vec<Service>, Error> {
    let services = match source.cloud {
        Cloud::Aws => botocore_services(source, texts)?,
        Cloud::Alibaba if source.package == OSS => vec![oss_service(texts)?],
        Cloud::Alibaba => vec![tea_service(source, texts)?],
        Cloud::DigitalOcean => pydo_services(source, texts)?,
    };
    if let Services::Named(names) = &source.services {
        for name in names {
            if !services.iter().any(|service| &service.name == name) {
                return Err(lacking(source, format!("service {name}")));
            }
        }
    }
    Ok(services)
}

/// The newest version of each service's folder, `botocore/data/NAME/VERSION/`.
fn botocore_services(source: &Source, texts: &Texts) -> Result<Vec<Service>, Error> {
    let mut newest: BTreeMap<&str, &str> = BTreeMap::new();
    for path in texts.keys() {
        if let Some(rest) = path.strip_prefix("botocore/data/")
            && let [name, version, "service-2.json"] = rest.split('/').collect::<Vec<_>>()[..]
            && source.services.include(name)
        {
            // Paths come in order, and versions are dates: the last is the newest.
            newest.insert(name, version);
        }
    }
    // Beside the service that it is a part of.
    let streams = newest.contains_key("transcribe") && source.services.include(TRANSCRIBE);
    let mut services = Vec::with_capacity(newest.len());
    for (name, version) in newest {
        let text = |file: &str| {
            texts.get(&format!("botocore/data/{name}/{version}/{file}")).map(String::as_str)
        };
        let sources = botocore::Sources {
            service: text("service-2.json")
                .ok_or_else(|| lacking(source, format!("model of {name}")))?,
            service_extras: text("service-2.sdk-extras.json"),
            paginators: text("paginators-1.json"),
            paginators_extras: text("paginators-1.sdk-extras.json"),
            waiters: text("waiters-2.json"),
            endpoint_rules: text("endpoint-rule-set-1.json"),
        };
        services.push(botocore::service(name, &sources)?);
    }
    if streams && !services.iter().any(|service| service.name == TRANSCRIBE) {
        services.push(transcribe_streaming()?);
    }
    Ok(services)
}

/// A service of AWS that botocore leaves out, as its requests are streams.
const TRANSCRIBE: &str = "transcribe-streaming";

/// It, from texts in botocore's form that hold what the vendor's reference of the API says.
fn transcribe_streaming() -> Result<Service, Error> {
    let sources = botocore::Sources {
        service: include_str!("../../catalogue/overlay/transcribe-streaming/service-2.json"),
        service_extras: None,
        paginators: None,
        paginators_extras: None,
        waiters: None,
        endpoint_rules: Some(include_str!(
            "../../catalogue/overlay/transcribe-streaming/endpoint-rule-set-1.json"
        )),
    };
    Ok(botocore::service(TRANSCRIBE, &sources)?)
}

/// The package of object storage, which has a form of its own.
const OSS: &str = "alibabacloud_oss_v2";

/// Object storage.
fn oss_service(texts: &Texts) -> Result<Service, Error> {
    let under = |folder: &'static str| {
        texts.iter().filter_map(move |(path, text)| {
            let file = path.strip_prefix(folder)?.strip_suffix(".py")?;
            (!file.contains('/') && file != "__init__").then_some((file, text.as_str()))
        })
    };
    let sources = oss::Sources {
        models: under("alibabacloud_oss_v2/models/").collect(),
        operations: under("alibabacloud_oss_v2/operations/").map(|(_, text)| text).collect(),
    };
    let mut service = oss::service(&sources)?;
    alibaba_overlay()?.apply(&mut service)?;
    Ok(service)
}

fn alibaba_overlay() -> Result<tea::Overlay, Error> {
    overlay(include_str!("../../catalogue/overlay/alibaba.yaml"))
}

fn overlay<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_saphyr::from_str(text).map_err(|error| Error::Overlay(Box::new(error)))
}

fn lacking(source: &Source, what: impl Into<String>) -> Error {
    Error::Lacking { package: source.package.clone(), what: what.into() }
}

/// The one service of a Tea package, with the hand-written facts laid over it.
fn tea_service(source: &Source, texts: &Texts) -> Result<Service, Error> {
    let name = product(&source.package).ok_or_else(|| lacking(source, "product in its name"))?;
    let under = |folder: &str| format!("{}/{folder}", source.package);
    // The newer packages have a file for each class.
    let (models, only) = (under("models/"), under("models.py"));
    let sources = tea::Sources {
        client: texts.get(&under("client.py")).ok_or_else(|| lacking(source, "client"))?,
        models: (texts.iter())
            .filter(|(path, _)| {
                *path == &only || (path.starts_with(&models) && !path.ends_with("__init__.py"))
            })
            .map(|(_, text)| text.as_str())
            .collect(),
    };
    let mut service = tea::service(&name, &sources)?;
    alibaba_overlay()?.apply(&mut service)?;
    share(&mut service);
    Ok(service)
}

/// The groups of pydo, with the hand-written bodies where its own are open.
fn pydo_services(source: &Source, texts: &Texts) -> Result<Vec<Service>, Error> {
    let text = |file: &str| {
        let found = texts.get(&format!("{}/{file}", source.package));
        found.ok_or_else(|| lacking(source, file))
    };
    let sources = pydo::Sources {
        client: text("_client.py")?,
        operations: text("operations/_operations.py")?,
    };
    let overlay: pydo::Overlay =
        overlay(include_str!("../../catalogue/overlay/digitalocean.yaml"))?;
    let mut services = pydo::services(&sources, &overlay)?;
    services.retain(|service| source.services.include(&service.name));
    services.iter_mut().for_each(share);
    Ok(services)
}

/// The product of a package: `r-kvstore` for `alibabacloud_r_kvstore20150101`. A date follows it,
/// which has eight digits: `schedulerx2` ends with one of its own.
fn product(package: &str) -> Option<String> {
    let name = package.strip_prefix("alibabacloud_")?;
    let (product, date) = name.split_at_checked(name.len().checked_sub(DATE)?)?;
    let dated = date.bytes().all(|letter| letter.is_ascii_digit());
    (dated && !product.is_empty()).then(|| product.replace('_', "-"))
}

/// How many digits a date has in a package's name.
const DATE: usize = 8;
