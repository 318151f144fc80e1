//! What is taken from a wheel, and what is not.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use isobar_catalogue::Cloud;
use isobar_packages::registry::{check, complaint, is_newer};
use isobar_packages::{Error, Source, services};

use super::{botocore, model, wheel};

const PATH: &str = "botocore/data/sts/2011-06-15/service-2.json";

#[test]
fn a_service_is_read_from_a_compressed_model() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(model("GetCallerIdentity").as_bytes()).unwrap();
    let (path, content) = (format!("{PATH}.gz"), encoder.finish().unwrap());
    let files = [(path.as_str(), content.as_slice())];
    let services = services(&botocore(), &wheel(&files, &files)).unwrap();
    let [sts] = services.as_slice() else { panic!("one service") };
    assert_eq!((sts.name.as_str(), sts.version.as_str()), ("sts", "2011-06-15"));
    assert_eq!(sts.operations[0].name, "GetCallerIdentity");
}

#[test]
fn a_file_that_is_not_what_the_record_says_is_refused() {
    let (good, bad) = (model("GetCallerIdentity"), model("StealCallerIdentity"));
    let (good, bad) = ([(PATH, good.as_bytes())], [(PATH, bad.as_bytes())]);
    for archive in [wheel(&bad, &good), wheel(&good, &[])] {
        let refused = services(&botocore(), &archive).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("the archive cannot be read: {PATH} is not what RECORD says")
        );
    }
}

#[test]
fn what_is_no_whole_wheel_is_refused() {
    let text = model("GetCallerIdentity");
    let files = [(PATH, text.as_bytes())];
    let whole = wheel(&files, &files);
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert!(matches!(services(&botocore(), &whole[..length]), Err(Error::Archive(_))));
    }
    let mut turned = whole.clone();
    // Behind the file's header and name lies its content.
    turned[30 + PATH.len() + 20] ^= 0xff;
    assert!(services(&botocore(), &turned).is_err());
}

#[test]
fn a_package_without_operations_is_refused() {
    let full = model("One");
    let start = full.find(r#""operations""#).unwrap();
    let end = full.find(r#", "shapes""#).unwrap();
    let empty = format!(r#"{}"operations": {{}}{}"#, &full[..start], &full[end..]);
    for files in [vec![(PATH, empty.as_bytes())], vec![]] {
        let refused = services(&botocore(), &wheel(&files, &files)).unwrap_err();
        assert_eq!(refused.to_string(), "botocore has no operations");
    }
}

#[test]
fn a_product_is_what_a_package_is_called_before_its_date() {
    let named = |package: &str| {
        let files = [
            (format!("{package}/client.py"), TOY_CLIENT),
            (format!("{package}/models.py"), TOY_MODELS),
        ];
        let files = files.each_ref().map(|(path, text)| (path.as_str(), text.as_bytes()));
        let source = Source { cloud: Cloud::Alibaba, package: package.to_owned(), ..botocore() };
        services(&source, &wheel(&files, &files)).map(|services| services[0].name.clone())
    };
    for (package, product) in [
        ("alibabacloud_toy20200202", "toy"),
        ("alibabacloud_r_toy20200202", "r-toy"),
        ("alibabacloud_toy220200202", "toy2"),
    ] {
        assert_eq!(named(package).unwrap(), product, "{package}");
    }
    for package in ["toy20200202", "alibabacloud_toy", "alibabacloud_20200202"] {
        let refused = named(package).unwrap_err();
        assert_eq!(refused.to_string(), format!("{package} has no product in its name"));
    }
}

/// A package of Alibaba Cloud's, with one operation.
const TOY_CLIENT: &str = r#"
class Client(OpenApiClient):
    def __init__(
        self,
        config: open_api_models.Config,
    ):
        self._endpoint = self.get_endpoint('toy', self._region_id, self._endpoint_rule)

    def list_toys_with_options(
        self,
        runtime: util_models.RuntimeOptions,
    ) -> main_models.ListToysResponse:
        params = open_api_models.Params(
            action='ListToys',
            version='2020-02-02',
            pathname='/',
            method='POST',
            auth_type='AK',
            style='RPC',
            req_body_type='formData',
            body_type='json'
        )
"#;

const TOY_MODELS: &str = r#"
class ListToysResponse(TeaModel):
    def __init__(
        self,
        headers: Dict[str, str] = None,
    ):
        self.headers = headers
"#;

#[test]
fn versions_are_compared_number_by_number() {
    for (version, than, expected) in [
        ("1.44.6", "1.44.5", true),
        ("1.44.5", "1.44.5", false),
        ("1.44.4", "1.44.5", false),
        ("1.100.0", "1.44.5", true),
        ("2.0", "1.44.5", true),
        ("1.44", "1.44.5", false),
        ("7.1.10", "7.1.9", true),
    ] {
        assert_eq!(is_newer(version, than), expected, "{version} than {than}");
    }
}

#[test]
fn a_file_with_another_hash_is_refused() {
    let mut source = botocore();
    assert!(matches!(check(&source, b"text"), Err(Error::Hash { .. })));
    source.sha256 = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1".to_owned();
    check(&source, b"text").unwrap();
}

#[test]
fn the_client_s_last_words_are_its_complaint() {
    assert_eq!(
        complaint(b"Looking\nERROR: No matching distribution\n\n"),
        "No matching distribution"
    );
    assert_eq!(complaint(b""), "it says nothing");
}
