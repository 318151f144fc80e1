//! The packages' tests: wheels that are made here, and the cache.

mod cache;
mod wheels;

use std::io::{Cursor, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isobar_catalogue::Cloud;
use isobar_packages::sources::{All, Services};
use isobar_packages::{Form, Source};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A package of botocore's form.
fn botocore() -> Source {
    Source {
        cloud: Cloud::Aws,
        package: "botocore".to_owned(),
        version: "1.0.0".to_owned(),
        form: Form::Wheel,
        sha256: String::new(),
        services: Services::All(All::All),
    }
}

/// A service with one operation, as botocore describes it.
fn model(operation: &str) -> String {
    format!(
        r#"{{"metadata": {{"apiVersion": "2011-06-15", "endpointPrefix": "sts", "protocol": "query",
            "serviceId": "STS", "signatureVersion": "v4", "xmlNamespace": "urn:sts"}},
            "operations": {{"{operation}": {{"name": "{operation}",
            "http": {{"method": "POST", "requestUri": "/"}}}}}}, "shapes": {{}}}}"#
    )
}

/// A wheel of these files, with a RECORD that says the hashes of `recorded`.
fn wheel(files: &[(&str, &[u8])], recorded: &[(&str, &[u8])]) -> Vec<u8> {
    let mut record = String::new();
    for (path, content) in recorded {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
        record.push_str(&format!("{path},sha256={hash},{}\n", content.len()));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let record = ("botocore-1.0.0.dist-info/RECORD", record.as_bytes());
    for (path, content) in files.iter().chain([&record]) {
        writer.start_file(*path, SimpleFileOptions::default()).expect("a file is begun");
        writer.write_all(content).expect("it is written");
    }
    writer.finish().expect("the archive is ended").into_inner()
}
