//! Settings and keys that are found, are wrong, or are over.

use std::path::Path;
use std::sync::Arc;

use isobar_catalogue::Cloud;
use isobar_client::{Client, Kind, Machine, Overrides, Surroundings, set, setting};
use isobar_wire::Value;

use crate::place::{HOME, Place};
use crate::server::{Act, Server, answer};
use crate::world::client;

#[tokio::test]
async fn keys_that_are_over_do_not_hide_a_command() {
    let said = r#"{"Version": 1, "AccessKeyId": "NEW", "SecretAccessKey": "S"}"#;
    // The world's time is that of November 2026.
    for (note, with_command, expected) in [
        ("", true, "OLD"),
        ("expiration = 2026-11-20T23:59:59Z", true, "NEW"),
        ("aws_expiration = 2026-11-20T20:00:00-03:30", true, "NEW"),
        ("x_security_token_expires = 2026-11-22T00:00:00+00:00", true, "OLD"),
        ("expiration = some day", true, "OLD"),
        ("expiration = 2026-11-20T23:59:59Z", false, "OLD"),
    ] {
        let keys =
            format!("[default]\naws_access_key_id = OLD\naws_secret_access_key = S\n{note}\n");
        let mut place = Place::default().file(".aws/credentials", &keys);
        if with_command {
            place = place
                .file(".aws/config", "[default]\ncredential_process = get it\n")
                .program("get it", true, said);
        }
        let identity = place.identity(Cloud::Aws, None).await.unwrap();
        assert_eq!(identity.credentials.unwrap().id, expected, "{note}");
    }
}

#[tokio::test]
async fn what_is_no_region_is_told_with_its_place() {
    let rows = [
        (Cloud::Aws, ".aws/config", "[default]\nregion = eu-west-1 # mine\n", Kind::Profile),
        (
            Cloud::Alibaba,
            ".aliyun/config.json",
            r#"{"current":"p","profiles":[{"name":"p","mode":"AK","region_id":"cn_x"}]}"#,
            Kind::Profile,
        ),
    ];
    for (cloud, file, content, kind) in rows {
        let place = Place::default().file(file, content);
        // The file is read, as by botocore; the client is refused.
        let (settings, ..) = place.settings(cloud, &Overrides::default()).await.unwrap();
        let error = Client::new(settings.config()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(file), "{error}");
    }
    for region in ["a.b/c", "-a", "12", "eu west"] {
        let overrides = Overrides { region: Some(region.to_owned()), ..Overrides::default() };
        for cloud in [Cloud::Aws, Cloud::Alibaba] {
            let (settings, ..) = Place::default().settings(cloud, &overrides).await.unwrap();
            let error = Client::new(settings.config()).unwrap_err();
            assert_eq!(error.kind(), Kind::Config, "{error}");
        }
    }
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_told_before_a_region_that_is_missing() {
    let overrides = Overrides { profile: Some("nope".to_owned()), ..Overrides::default() };
    for cloud in [Cloud::Aws, Cloud::Alibaba] {
        let error = Place::default().settings(cloud, &overrides).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Profile, "{error}");
    }
}

#[tokio::test]
async fn the_output_is_found() {
    let config = "[default]\noutput = table\n[profile t]\noutput = text\n";
    let place = || Place::default().file(".aws/config", config);
    let output = |place: Place, profile: Option<&str>| {
        let overrides = Overrides { profile: profile.map(str::to_owned), ..Overrides::default() };
        async move {
            let (settings, ..) = place.settings(Cloud::Aws, &overrides).await.unwrap();
            settings.output.map(|found| found.value)
        }
    };
    assert_eq!(output(place(), None).await.as_deref(), Some("table"));
    assert_eq!(output(place(), Some("t")).await.as_deref(), Some("text"));
    let place = place().variable("AWS_DEFAULT_OUTPUT", "yaml");
    assert_eq!(output(place, Some("t")).await.as_deref(), Some("yaml"));
    assert_eq!(output(Place::default(), None).await, None);
}

#[tokio::test]
async fn certificates_that_cannot_be_read_end_what_needs_them_and_no_more() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>";
    let server = Server::start([answer(200, body)]).await;
    for (url, works) in [(server.url(), true), ("https://localhost:1", false)] {
        let place = Place::default()
            .variable("AWS_CA_BUNDLE", "/nowhere.pem")
            .variable("AWS_ACCESS_KEY_ID", "A")
            .variable("AWS_SECRET_ACCESS_KEY", "S");
        let overrides = Overrides {
            region: Some("us-east-1".to_owned()),
            endpoint: Some(url.to_owned()),
            ..Overrides::default()
        };
        let (settings, ..) = place.settings(Cloud::Aws, &overrides).await.unwrap();
        let client = Client::new(settings.config()).unwrap();
        let done = client.call("sts", "GetCallerIdentity", Value::Null).await;
        match done {
            Ok(_) => assert!(works, "{url}"),
            Err(error) => {
                assert!(!works && error.kind() == Kind::Config, "{error}");
                assert!(error.to_string().contains("/nowhere.pem"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn clocks_that_differ_are_told_from_missing_rights() {
    let refused = |date: &'static str, code: &str| {
        let body =
            format!("<Response><Errors><Error><Code>{code}</Code></Error></Errors></Response>");
        Act::Answer(401, date, body)
    };
    // The world's time begins at midnight of 21 November 2026.
    for (act, kind, ahead) in [
        (refused("date: Sat, 21 Nov 2026 00:04:00 GMT\r\n", "AuthFailure"), Kind::Denied, None),
        (
            refused("date: Sat, 21 Nov 2026 01:00:00 GMT\r\n", "AuthFailure"),
            Kind::Skewed,
            Some(-3600),
        ),
        (refused("", "RequestExpired"), Kind::Skewed, None),
        (
            refused("date: Sat, 21 Nov 2026 01:00:00 GMT\r\n", "UnauthorizedOperation"),
            Kind::Denied,
            None,
        ),
    ] {
        let server = Server::start([act]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let error = client.call("ec2", "DescribeRegions", Value::Null).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(error.clock_ahead().map(|ahead| ahead.as_secs()), ahead);
    }
}

#[test]
fn single_settings_are_set_and_found() {
    let place = Arc::new(Place::default().file(".aws/config", "# mine\n[profile t]\nregion = a\n"));
    let get = |cloud, profile, name: &str| {
        let found = setting(cloud, profile, name, place.clone()).unwrap();
        found.map(|found| found.value)
    };
    let put = |cloud, profile, name: &str, value: &str| {
        set(cloud, profile, name, value, place.clone()).map_err(|error| error.kind())
    };
    assert_eq!(get(Cloud::Aws, Some("t"), "region").as_deref(), Some("a"));
    assert_eq!(get(Cloud::Aws, None, "region"), None);
    put(Cloud::Aws, Some("t"), "region", "eu-west-1").unwrap();
    put(Cloud::Aws, Some("t"), "aws_access_key_id", "AKID").unwrap();
    assert_eq!(get(Cloud::Aws, Some("t"), "region").as_deref(), Some("eu-west-1"));
    assert_eq!(get(Cloud::Aws, Some("t"), "aws_access_key_id").as_deref(), Some("AKID"));
    let text = |path: &str| place.files.lock()[&Path::new(HOME).join(path)].clone();
    assert_eq!(text(".aws/config"), "# mine\n[profile t]\nregion = eu-west-1\n");
    assert_eq!(text(".aws/credentials"), "[t]\naws_access_key_id = AKID\n");
    put(Cloud::Alibaba, None, "region_id", "cn-hangzhou").unwrap();
    assert_eq!(get(Cloud::Alibaba, None, "region_id").as_deref(), Some("cn-hangzhou"));
    put(Cloud::DigitalOcean, Some("work"), "access-token", "dop_v1").unwrap();
    assert_eq!(get(Cloud::DigitalOcean, Some("work"), "access-token").as_deref(), Some("dop_v1"));
    for (cloud, name, value, kind) in [
        (Cloud::Aws, "region", "a\nb", Kind::Input),
        (Cloud::Aws, "a b", "x", Kind::Input),
        (Cloud::Aws, "s3.addressing_style", "path", Kind::NotImplemented),
        (Cloud::DigitalOcean, "output", "json", Kind::NotImplemented),
    ] {
        assert_eq!(put(cloud, None, name, value), Err(kind), "{name}");
    }
}

#[tokio::test]
async fn what_a_program_says_is_shown_where_somebody_may_be_asked() {
    let command = ["sh", "-c", "echo why >&2; echo out"].map(str::to_owned);
    let alone = Machine::default().run(&command).await.unwrap();
    assert_eq!((alone.stdout.as_slice(), alone.stderr.as_slice()), (&b"out\n"[..], &b"why\n"[..]));
    let ask = Arc::new(|_: &str| Ok(isobar_auth::Secret::from("x")));
    let watched = Machine::new(Some(ask)).run(&command).await.unwrap();
    assert_eq!((watched.stdout.as_slice(), watched.stderr.as_slice()), (&b"out\n"[..], &b""[..]));
}
