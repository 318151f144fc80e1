//! `cargo xtask offers`: the types of AWS's instances and where they are offered, as the vendor's own
//! lists say it. They come from moto (Apache-2.0), whose package on the registry carries what
//! DescribeInstanceTypes and DescribeInstanceTypeOfferings answered in the vendor's regions.
//!
//! The file that is written has a line that says where it is from, one for each region with its
//! zones, in each the types that are offered there as bits in the order of the types' lines, and one
//! for each type, as DescribeInstanceTypes shows it, with the members in the catalogue's order.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Cursor, Read, Write};
use std::process::ExitCode;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use isobar_catalogue::{Cloud, Kind, Service, ShapeId};
use isobar_packages::sources::{All, Services};
use isobar_packages::{Form, Source, registry};
use serde_json::{Map, Value, json};

use crate::catalogue::{folder, put, root};

const PACKAGE: &str = "moto";
const VERSION: &str = "5.2.5";
const SHA256: &str = "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528";
const RESOURCES: &str = "moto/ec2/resources/";
/// By zone id, since the zones' names mean something else in each account.
const OFFERINGS: &str = "instance_type_offerings/availability-zone-id/";
const FILE: &str = "crates/aws-compute/src/ec2/instance_types/offered.gz";

/// What `cargo xtask offers` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Writes nothing and fails if the file is not what the package gives.
    #[arg(long)]
    check: bool,
}

/// Runs the task.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let source = Source {
        cloud: Cloud::Aws,
        package: PACKAGE.to_owned(),
        version: VERSION.to_owned(),
        form: Form::Wheel,
        sha256: SHA256.to_owned(),
        services: Services::All(All::All),
    };
    let wheel = registry::pinned(&source, &folder())?;
    let mut wheel = zip::ZipArchive::new(Cursor::new(wheel))?;
    let text = written(&mut wheel)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes())?;
    let packed = packed.finish()?;
    eprintln!("{FILE}: {} bytes, {} unpacked", packed.len(), text.len());
    let same = put(&root().join(FILE), &packed, arguments.check)?;
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Wheel = zip::ZipArchive<Cursor<Vec<u8>>>;

/// The file's text.
fn written(wheel: &mut Wheel) -> Result<String, Box<dyn Error>> {
    let types: BTreeMap<String, Value> =
        serde_json::from_value(read(wheel, "instance_types.json.gz")?)?;
    let names: Vec<&str> = types.keys().map(String::as_str).collect();
    let mut lines = vec![json!({
        "source": format!("{PACKAGE} {VERSION}, {RESOURCES}: instance_types, {OFFERINGS}"),
        "license": "Apache-2.0",
        "regions": regions(wheel)?.len(),
    })];
    for region in regions(wheel)? {
        let offered = read(wheel, &format!("{OFFERINGS}{region}.json.gz"))?;
        let mut zones: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for offer in offered.as_array().into_iter().flatten() {
            let (Some(name), Some(zone)) =
                (offer["InstanceType"].as_str(), offer["Location"].as_str())
            else {
                return Err(format!("{region} has an offer of another form").into());
            };
            let at = names.binary_search(&name).map_err(|_| format!("{name} has no details"))?;
            let bits =
                zones.entry(zone.to_owned()).or_insert_with(|| vec![0; names.len().div_ceil(8)]);
            bits[at / 8] |= 1 << (at % 8);
        }
        let zones = zones.into_iter().map(|(zone, bits)| (zone, Value::String(hex(&bits))));
        lines.push(json!({ "region": region, "zones": zones.collect::<Map<_, _>>() }));
    }
    let service = isobar_catalogue::service(Cloud::Aws, "ec2").ok_or("the catalogue has EC2")?;
    let shape = type_shape(service).ok_or("DescribeInstanceTypes gives types")?;
    lines.extend(types.into_values().map(|shown| ordered(service, shape, shown)));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    Ok(lines.join("\n") + "\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The regions that the package knows offers of.
fn regions(wheel: &Wheel) -> Result<Vec<String>, Box<dyn Error>> {
    let begin = format!("{RESOURCES}{OFFERINGS}");
    let of_name =
        |name: &str| Some(name.strip_prefix(&begin)?.strip_suffix(".json.gz")?.to_owned());
    let mut regions: Vec<String> = wheel.file_names().filter_map(of_name).collect();
    regions.sort_unstable();
    if regions.is_empty() { Err("the package has no offers".into()) } else { Ok(regions) }
}

fn read(wheel: &mut Wheel, name: &str) -> Result<Value, Box<dyn Error>> {
    let mut packed = Vec::new();
    wheel.by_name(&format!("{RESOURCES}{name}"))?.read_to_end(&mut packed)?;
    Ok(serde_json::from_reader(GzDecoder::new(packed.as_slice()))?)
}

/// The shape of one type.
fn type_shape(service: &'static Service) -> Option<ShapeId> {
    let output = service.operation("DescribeInstanceTypes")?.output?;
    let members = &service.structure(output)?.members;
    let list = members.iter().find(|member| member.name == "InstanceTypes")?;
    match &service.shape(list.shape).kind {
        Kind::List(list) => Some(list.item),
        _ => None,
    }
}

/// The value with the members that the catalogue knows, in its order.
fn ordered(service: &'static Service, shape: ShapeId, value: Value) -> Value {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Value::Object(mut given)) => {
            let members = structure.members.iter().filter_map(|member| {
                let value = given.remove(&member.name)?;
                Some((member.name.clone(), ordered(service, member.shape, value)))
            });
            Value::Object(members.collect())
        }
        (Kind::List(list), Value::Array(items)) => {
            items.into_iter().map(|item| ordered(service, list.item, item)).collect()
        }
        (_, value) => value,
    }
}
