//! Where credentials and settings come from, cloud by cloud. That AWS's are botocore's is shown in
//! `tests/sdk`.

use isobar_catalogue::Cloud;
use isobar_client::{Error, Identity, Kind, Overrides};

use crate::place::Place;
use crate::server::{Act, Server, answer};

const CLI: &str = ".aliyun/config.json";
const INI: &str = ".alibabacloud/credentials";
const DOCTL: &str = ".config/doctl/config.yaml";
const LATER: &str = "2099-01-01T00:00:00Z";

/// What is found, in a line: key, secret, token; or the kind of the error.
fn line(found: &Result<Identity, Error>) -> String {
    match found {
        Ok(identity) => match &identity.credentials {
            Some(key) => {
                let token = key.session_token.as_ref().map_or("-", |token| token.expose());
                format!("{} {} {token}", key.id, key.secret.expose())
            }
            None => "nobody".to_owned(),
        },
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// No secret of these tests shows in what people may see.
fn is_clean(found: &Result<Identity, Error>) {
    let shown = match found {
        Ok(identity) => format!("{identity:?} {}", identity.origin),
        Err(error) => {
            let source = std::error::Error::source(error);
            format!("{error} {error:?} {source:?}")
        }
    };
    assert!(!shown.contains("S3CRET") && !shown.contains("TOKEN="), "{shown}");
}

fn profiles(current: &str, profiles: &str) -> String {
    format!(r#"{{"current": "{current}", "profiles": [{profiles}]}}"#)
}

const AK: &str = r#"{"name": "ak", "mode": "AK", "access_key_id": "A", "access_key_secret": "S3CRET", "region_id": "cn-beijing"}"#;

#[tokio::test]
async fn alibabas_keys_are_found_in_order() {
    let env = |names: [&'static str; 3]| {
        let values = ["E", "S3CRET", "T"];
        Place::default().variables(&[0, 1, 2].map(|at| (names[at], values[at])))
    };
    let cli = |mode: &str| {
        let more = r#""access_key_id": "A", "access_key_secret": "S3CRET", "sts_token": "T""#;
        let profile = format!(r#"{{"name": "p", "mode": "{mode}", {more}}}"#);
        Place::default().file(CLI, &profiles("p", &profile))
    };
    let own = [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
    ];
    let ini = "[default]\ntype = access_key\naccess_key_id = I # mine\naccess_key_secret = S3CRET\n\
               [other]\ntype = sts\naccess_key_id = O\naccess_key_secret = S3CRET\nsecurity_token = T";
    // Surroundings, the profile that is named, what is found, where.
    let rows = [
        (env(own), None, "E S3CRET T", "the environment (ALIBABA_CLOUD_ACCESS_KEY_ID)"),
        (
            env(["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"]),
            None,
            "E S3CRET T",
            "the environment (ALICLOUD_ACCESS_KEY)",
        ),
        (
            env([
                "ALICLOUD_ACCESS_KEY_ID",
                "ALICLOUD_ACCESS_KEY_SECRET",
                "ALICLOUD_SECURITY_TOKEN",
            ]),
            None,
            "E S3CRET T",
            "the environment (ALICLOUD_ACCESS_KEY_ID)",
        ),
        (env(own).file(CLI, &profiles("ak", AK)), None, "E S3CRET T", "the environment"),
        (env(own).file(CLI, &profiles("x", AK)), Some("ak"), "A S3CRET -", "config.json [ak]"),
        (Place::default().variable(own[0], "E"), None, "NoCredentials", ""),
        (cli("AK"), None, "A S3CRET -", "/home/u/.aliyun/config.json [p]"),
        (cli("ak"), None, "A S3CRET -", ""),
        (cli("StsToken"), None, "A S3CRET T", ""),
        (cli("Anonymous"), None, "nobody", ""),
        (cli("RsaKeyPair"), None, "NotImplemented", ""),
        (cli("Dance"), None, "Profile", ""),
        (cli("EcsRamRole"), None, "Source", ""),
        (cli("AK"), Some("absent"), "Profile", ""),
        (cli("AK").variable("ALIBABA_CLOUD_PROFILE", "absent"), None, "Profile", ""),
        (
            cli("AK").variable("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
            None,
            "NoCredentials",
            "",
        ),
        (
            Place::default().file(INI, ini),
            None,
            "I S3CRET -",
            "/home/u/.alibabacloud/credentials [default]",
        ),
        (Place::default().file(INI, ini), Some("other"), "O S3CRET T", ""),
        (Place::default().file(".alibabacloud/credentials.ini", ini), None, "I S3CRET -", ""),
        (
            Place::default().file("x", ini).variable("ALIBABA_CLOUD_CREDENTIALS_FILE", "~/x"),
            None,
            "I S3CRET -",
            "/home/u/x [default]",
        ),
        (cli("AK").file(INI, ini), None, "A S3CRET -", "config.json"),
        (Place::default().file(INI, "[default]\ntype = dance"), None, "Profile", ""),
        (Place::default().file(INI, "[default]\ntype = rsa_key_pair"), None, "NotImplemented", ""),
        (Place::default().file(CLI, "{\"current\": S3CRET"), None, "Profile", ""),
        (Place::default(), None, "NoCredentials", ""),
    ];
    for (at, (place, profile, expected, origin)) in rows.into_iter().enumerate() {
        let found = place.identity(Cloud::Alibaba, profile).await;
        assert_eq!(line(&found), expected, "row {at}: {found:?}");
        is_clean(&found);
        if let Ok(identity) = found {
            assert!(identity.origin.to_string().contains(origin), "{}", identity.origin);
        }
    }
}

/// STS's answer.
fn assumed(id: &str) -> Act {
    answer(
        200,
        format!(
            r#"{{"RequestId": "r", "Credentials": {{"AccessKeyId": "{id}", "AccessKeySecret": "S3CRET",
               "SecurityToken": "T", "Expiration": "{LATER}"}}}}"#
        ),
    )
}

#[tokio::test]
async fn alibabas_roles_are_taken_on() {
    let role = |name: &str, mode: &str, more: &str| {
        format!(
            r#"{{"name": "{name}", "mode": "{mode}", "ram_role_arn": "acs:ram::1:role/{name}",
               "ram_session_name": "me", "expired_seconds": 900, {more}}}"#
        )
    };
    let chained = [
        role("a", "ChainableRamRoleArn", r#""source_profile": "b", "external_id": "x""#),
        role("b", "ChainableRamRoleArn", r#""source_profile": "ak""#),
        AK.to_owned(),
    ];
    let looped = [
        role("a", "ChainableRamRoleArn", r#""source_profile": "b""#),
        role("b", "ChainableRamRoleArn", r#""source_profile": "a""#),
    ];
    let own = role("a", "RamRoleArn", r#""access_key_id": "A", "access_key_secret": "S3CRET""#);
    let lost = role("a", "ChainableRamRoleArn", r#""source_profile": "none""#);
    let ini = "[default]\ntype = ram_role_arn\naccess_key_id = I\naccess_key_secret = S3CRET\n\
               role_arn = acs:ram::1:role/a\nrole_session_name = me";
    // The file; what is found; the roles and the keys that ask for them, in order.
    let rows: [(&str, String, &str, &[&str]); 5] = [
        (CLI, profiles("a", &own), "R1 S3CRET T", &["a A"]),
        (CLI, profiles("a", &chained.join(",")), "R2 S3CRET T", &["b A", "a R1"]),
        (CLI, profiles("a", &looped.join(",")), "RoleLoop", &[]),
        (CLI, profiles("a", &lost), "Profile", &[]),
        (INI, ini.to_owned(), "R1 S3CRET T", &["a I"]),
    ];
    for (file, content, expected, asked) in rows {
        let server = Server::start([assumed("R1"), assumed("R2")]).await;
        let host = server.url().strip_prefix("http://").unwrap();
        let place = Place::default().file(file, &content).variable("ALIBABA_CLOUD_ENDPOINT", host);
        let found = place.identity(Cloud::Alibaba, None).await;
        assert_eq!(line(&found), expected, "{found:?}");
        is_clean(&found);
        let seen = server.seen();
        assert_eq!(seen.len(), asked.len());
        for (seen, asked) in seen.iter().zip(asked) {
            let (role, key) = asked.split_once(' ').unwrap();
            let text = format!("{}\n{}", seen.head, seen.body);
            let lower = text.to_lowercase();
            assert!(lower.contains("x-acs-action: assumerole"), "{text}");
            assert!(text.contains(&format!("acs%3Aram%3A%3A1%3Arole%2F{role}")), "{text}");
            assert!(text.contains(&format!("Credential={key},")), "{text}");
            assert!(text.contains("RoleSessionName=me"), "{text}");
        }
        if let Ok(identity) = found {
            assert_eq!(identity.expires, Some(LATER.parse().unwrap()));
            assert!(
                identity.origin.to_string().starts_with("AssumeRole of acs:ram::1:role/a with")
            );
        }
    }
}

#[tokio::test]
async fn alibabas_tokens_of_oidc_are_exchanged() {
    let variables = [
        ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/a"),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/p"),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/home/u/token"),
        ("ALIBABA_CLOUD_ROLE_SESSION_NAME", "pod"),
    ];
    let server = Server::start([assumed("R1")]).await;
    let place = Place::default().variables(&variables).file("token", "jwt-TOKEN=");
    let place = place.variable("ALIBABA_CLOUD_ENDPOINT", server.url());
    let found = place.identity(Cloud::Alibaba, None).await;
    assert_eq!(line(&found), "R1 S3CRET T", "{found:?}");
    is_clean(&found);
    let seen = &server.seen()[0];
    let text = format!("{}\n{}", seen.head, seen.body);
    assert!(text.contains("jwt-TOKEN%3D") && text.contains("RoleSessionName=pod"), "{text}");
    assert!(!text.to_lowercase().contains("authorization"), "{text}");
    // The same without the token's file.
    let place = Place::default().variables(&variables);
    assert_eq!(line(&place.identity(Cloud::Alibaba, None).await), "Source");
}

#[tokio::test]
async fn alibabas_endpoints_for_credentials_are_asked() {
    let key = format!(
        r#"{{"Code": "Success", "AccessKeyId": "M", "AccessKeySecret": "S3CRET", "SecurityToken": "T", "Expiration": "{LATER}"}}"#
    );
    let ok = || answer(200, key.clone());
    let instance = "100.100.100.200";
    let uri =
        r#"{"name": "p", "mode": "CredentialsURI", "credentials_uri": "http://vault/k?x=S3CRET"}"#;
    let ecs = r#"{"name": "p", "mode": "EcsRamRole", "ram_role_name": "r"}"#;
    let sso = r#"{"name": "p", "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://sign/in", "cloud_sso_account_id": "1",
        "cloud_sso_access_config": "c", "access_token": "TOKEN=", "cloud_sso_access_token_expire": 4070908800}"#;
    let over = sso.replace("4070908800", "1");
    let sso_key = format!(r#"{{"CloudCredential": {key}}}"#);
    let cli = |profile: &str| Place::default().file(CLI, &profiles("p", profile));
    // Surroundings, what the host does, what is found, how many questions it gets.
    let rows: [(Place, &str, Vec<Act>, &str, usize); 10] = [
        (
            Place::default(),
            instance,
            vec![answer(200, "tok"), answer(200, "r"), ok()],
            "M S3CRET T",
            3,
        ),
        (cli(ecs), instance, vec![answer(200, "tok"), ok()], "M S3CRET T", 2),
        (cli(ecs), instance, vec![answer(404, ""), ok()], "M S3CRET T", 2),
        (cli(ecs), instance, vec![answer(404, "")], "Source", 2),
        (
            cli(ecs).variable("ALIBABA_CLOUD_IMDSV1_DISABLED", "true"),
            instance,
            vec![answer(404, ""), ok()],
            "Source",
            1,
        ),
        (
            Place::default().variable("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
            instance,
            vec![ok()],
            "NoCredentials",
            0,
        ),
        (cli(uri), "vault", vec![ok()], "M S3CRET T", 1),
        (cli(uri), "vault", vec![answer(500, "S3CRET")], "Source", 1),
        (cli(sso), "sign", vec![answer(200, sso_key)], "M S3CRET T", 1),
        (cli(&over), "sign", vec![ok()], "Expired", 0),
    ];
    for (at, (place, host, acts, expected, questions)) in rows.into_iter().enumerate() {
        let server = Server::start(acts).await;
        let found = place.host(host, server.url()).identity(Cloud::Alibaba, None).await;
        assert_eq!(line(&found), expected, "row {at}: {found:?}");
        is_clean(&found);
        assert_eq!(server.seen().len(), questions, "row {at}");
    }
}

#[tokio::test]
async fn programs_give_credentials() {
    let external = r#"{"name": "p", "mode": "External", "process_command": "get 'a b'"}"#;
    let cli = || Place::default().file(CLI, &profiles("p", external));
    let said = r#"{"mode": "StsToken", "access_key_id": "X", "access_key_secret": "S3CRET", "sts_token": "T"}"#;
    let rows = [
        (cli().program("get a b", true, said), "X S3CRET T"),
        (cli().program("get a b", true, &said.replace("sts_token", "other")), "Source"),
        (cli().program("get a b", true, "S3CRET is no JSON"), "Source"),
        (cli().program("get a b", false, "no"), "Source"),
        (cli(), "Source"),
    ];
    for (place, expected) in rows {
        let found = place.identity(Cloud::Alibaba, None).await;
        assert_eq!(line(&found), expected, "{found:?}");
        is_clean(&found);
    }
    let config = "[default]\ncredential_process = get x";
    for (success, said) in
        [(true, "S3CRET"), (true, r#"{"Version": 1, "SecretAccessKey": "S3CRET"}"#)]
    {
        let place = Place::default().file(".aws/config", config).program("get x", success, said);
        let found = place.identity(Cloud::Aws, None).await;
        assert_eq!(line(&found), "Source");
        is_clean(&found);
    }
}

#[tokio::test]
async fn alibabas_settings_have_origins() {
    let config = profiles("ak", AK);
    let given = Overrides {
        region: Some("cn-x".into()),
        endpoint: Some("https://e".into()),
        ..Overrides::default()
    };
    let none = Overrides::default();
    // Surroundings, what the caller says; region, its origin; base URL.
    let rows = [
        (
            Place::default().file(CLI, &config),
            &none,
            "cn-beijing by /home/u/.aliyun/config.json [ak]",
            "",
        ),
        (
            Place::default().file(CLI, &config).variable("ALICLOUD_REGION", "cn-y"),
            &none,
            "cn-y by the environment (ALICLOUD_REGION)",
            "",
        ),
        (
            Place::default().variable("ALIBABA_CLOUD_ENDPOINT", "127.0.0.1:1"),
            &none,
            "",
            "http://127.0.0.1:1",
        ),
        (
            Place::default().variable("ALIBABA_CLOUD_ENDPOINT", "ecs.example.com"),
            &none,
            "",
            "https://ecs.example.com",
        ),
        (
            Place::default().variable("REGION", "cn-y"),
            &given,
            "cn-x by the command line or program",
            "https://e",
        ),
    ];
    for (place, overrides, region, url) in rows {
        let (settings, ..) = place.settings(Cloud::Alibaba, overrides).await.unwrap();
        let found = settings.region.map(|found| format!("{} by {}", found.value, found.origin));
        assert_eq!(found.unwrap_or_default(), region);
        assert_eq!(settings.endpoint.map(|found| found.value).unwrap_or_default(), url);
    }
}

#[tokio::test]
async fn digitaloceans_tokens_are_found() {
    let doctl = "access-token: dop_S3CRET\napi-url: https://api.example.com/v2\ncontext: default\nauth-contexts:\n  Work: work_S3CRET\n  empty: \"\"\noutput: text\n";
    let other = doctl.replace("context: default", "context: work");
    let place = || Place::default().file(DOCTL, doctl);
    // Surroundings, the context that is named, what is found, where.
    let rows = [
        (
            Place::default().variable("DIGITALOCEAN_TOKEN", "E"),
            None,
            " E -",
            "the environment (DIGITALOCEAN_TOKEN)",
        ),
        (
            Place::default().variable("DIGITALOCEAN_ACCESS_TOKEN", "E"),
            None,
            " E -",
            "DIGITALOCEAN_ACCESS_TOKEN",
        ),
        (place().variable("DIGITALOCEAN_TOKEN", "E"), None, " E -", "the environment"),
        (
            place().variable("DIGITALOCEAN_TOKEN", "E"),
            Some("work"),
            " work_S3CRET -",
            "auth-contexts.work",
        ),
        (place(), None, " dop_S3CRET -", "/home/u/.config/doctl/config.yaml [access-token]"),
        (place(), Some("default"), " dop_S3CRET -", ""),
        (place(), Some("absent"), "Profile", ""),
        (place(), Some("empty"), "NoCredentials", ""),
        (place().variable("DIGITALOCEAN_CONTEXT", "work"), None, " work_S3CRET -", ""),
        (Place::default().file(DOCTL, &other), None, " work_S3CRET -", ""),
        (
            Place::default()
                .file("xdg/doctl/config.yaml", doctl)
                .variable("XDG_CONFIG_HOME", "/home/u/xdg"),
            None,
            " dop_S3CRET -",
            "/home/u/xdg/doctl",
        ),
        (Place::default().file(DOCTL, "access-token: [S3CRET\n"), None, "Profile", ""),
        (Place::default().file(DOCTL, "auth-contexts: S3CRET\n"), None, "Profile", ""),
        (Place::default().file(DOCTL, ""), None, "NoCredentials", ""),
        (Place::default(), None, "NoCredentials", ""),
    ];
    for (at, (place, context, expected, origin)) in rows.into_iter().enumerate() {
        let found = place.identity(Cloud::DigitalOcean, context).await;
        assert_eq!(line(&found), expected, "row {at}: {found:?}");
        is_clean(&found);
        if let Ok(identity) = found {
            assert!(identity.origin.to_string().contains(origin), "{}", identity.origin);
        }
    }
    let (settings, ..) =
        place().settings(Cloud::DigitalOcean, &Overrides::default()).await.unwrap();
    assert_eq!(settings.config().endpoint.as_deref(), Some("https://api.example.com"));
}

#[tokio::test]
async fn spaces_have_their_own_keys() {
    use std::sync::Arc;

    use isobar_client::Settings;

    let place = Place::default()
        .variables(&[("SPACES_ACCESS_KEY_ID", "S"), ("SPACES_SECRET_ACCESS_KEY", "S3CRET")])
        .variables(&[("AWS_ACCESS_KEY_ID", "AWS"), ("AWS_SECRET_ACCESS_KEY", "S3CRET")]);
    let overrides = Overrides { region: Some("fra1".into()), ..Overrides::default() };
    let world = || Arc::new(crate::world::World::default());
    let settings = Settings::spaces(&overrides, Arc::new(place), world()).unwrap();
    assert_eq!(line(&settings.credentials.credentials().await), "S S3CRET -");
    let config = settings.config();
    assert_eq!((config.cloud, config.region.as_str()), (Cloud::Aws, "fra1"));
    assert_eq!(config.endpoint.as_deref(), Some("https://fra1.digitaloceanspaces.com"));
    let place = Place::default().variable("AWS_ACCESS_KEY_ID", "AWS");
    let settings = Settings::spaces(&overrides, Arc::new(place), world()).unwrap();
    assert_eq!(line(&settings.credentials.credentials().await), "NoCredentials");
}

#[tokio::test]
async fn what_is_said_of_an_error_helps() {
    // Surroundings, the cloud, and what the message has.
    let broken = "[default]\nregion = x\naws_secret_access_key S3CRET";
    let looped = "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n";
    type Row = (Place, Cloud, Option<&'static str>, Kind, &'static [&'static str]);
    let rows: [Row; 6] = [
        (
            Place::default(),
            Cloud::Aws,
            None,
            Kind::NoCredentials,
            &["AWS_ACCESS_KEY_ID", "/home/u/.aws/credentials", "isobar configure aws"],
        ),
        (
            Place::default(),
            Cloud::Alibaba,
            None,
            Kind::NoCredentials,
            &[
                "ALIBABA_CLOUD_ACCESS_KEY_ID",
                "/home/u/.aliyun/config.json",
                "isobar configure alibaba",
            ],
        ),
        (
            Place::default(),
            Cloud::DigitalOcean,
            None,
            Kind::NoCredentials,
            &["DIGITALOCEAN_TOKEN", "doctl/config.yaml", "isobar configure do"],
        ),
        (
            Place::default().file(".aws/credentials", broken),
            Cloud::Aws,
            None,
            Kind::Profile,
            &["/home/u/.aws/credentials, line 3"],
        ),
        (
            Place::default().file(".aws/config", looped),
            Cloud::Aws,
            Some("a"),
            Kind::RoleLoop,
            &["a -> b -> a", "line "],
        ),
        (
            Place::default().file(".aws/config", looped),
            Cloud::Aws,
            Some("c"),
            Kind::Profile,
            &["there are a, b"],
        ),
    ];
    for (place, cloud, profile, kind, parts) in rows {
        let found = place.identity(cloud, profile).await;
        is_clean(&found);
        let error = found.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.may_have_reached());
        for part in parts {
            assert!(error.to_string().contains(part), "{error} lacks {part}");
        }
    }
}

#[tokio::test]
async fn a_container_is_asked_three_times() {
    let server = Server::start([answer(500, ""), answer(200, "no JSON"), answer(404, "")]).await;
    let place = Place::default().host("169.254.170.2", server.url());
    let place = place.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds?x=S3CRET");
    let (settings, place, world) = place
        .settings(Cloud::Aws, &Overrides { region: Some("r".into()), ..Overrides::default() })
        .await
        .unwrap();
    let found = settings.credentials.credentials().await;
    assert_eq!(line(&found), "Source");
    is_clean(&found);
    assert_eq!(world.slept(), [1000, 1000]);
    assert_eq!(place.fetched.lock().len(), 3);
    assert_eq!(place.fetched.lock()[0], "GET http://169.254.170.2/creds?x=S3CRET");
}

#[tokio::test]
async fn a_profile_that_changes_is_read_again() {
    let credentials =
        |id: &str| format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = S3CRET");
    let place = Place::default().file(".aws/credentials", &credentials("ONE"));
    let overrides = Overrides { region: Some("r".into()), ..Overrides::default() };
    let (settings, place, _) = place.settings(Cloud::Aws, &overrides).await.unwrap();
    let provider = &settings.credentials;
    let first = provider.credentials().await.unwrap();
    place.files.lock().insert("/home/u/.aws/credentials".into(), credentials("TWO"));
    assert_eq!(line(&provider.credentials().await), "ONE S3CRET -");
    // Once the service takes the old key for expired, the file is looked at.
    assert!(provider.reject(&first));
    assert_eq!(line(&provider.credentials().await), "TWO S3CRET -");
}
