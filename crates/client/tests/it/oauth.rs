//! DigitalOcean's OAuth endpoints.

use std::sync::Arc;

use isobar_auth::Secret;
use isobar_client::{Application, Kind, Machine, OAuth};

use crate::server::{Act, Server, answer};
use crate::world::World;

fn oauth(server: &Server) -> OAuth {
    let surroundings = Arc::new(Machine::default());
    OAuth::new(surroundings, Arc::new(World::default())).at(server.url()).unwrap()
}

const GRANT: &str = r#"{"access_token": "new", "refresh_token": "next", "expires_in": 60,
    "token_type": "bearer", "scope": "read write"}"#;

#[tokio::test]
async fn tokens_are_made_renewed_and_revoked() {
    let server = Server::start([answer(200, GRANT)]).await;
    let oauth = oauth(&server);
    let application = Application { id: "id".into(), secret: "hush".into() };
    let grant = oauth.redeem(&application, "http://127.0.0.1/back", "c&de").await.unwrap();
    assert_eq!((grant.access.expose(), grant.scope.as_deref()), ("new", Some("read write")));
    assert_eq!(grant.expires, Some("2026-11-21T00:01:00Z".parse().unwrap()));
    let next = grant.refresh.unwrap();
    oauth.refresh(None, &next).await.unwrap();
    server.now([answer(200, "{}")]);
    oauth.revoke(&Secret::from("new")).await.unwrap();
    let seen = server.seen();
    let expected = [
        (
            "POST /v1/oauth/token HTTP/1.1",
            "grant_type=authorization%5Fcode&client_id=id&client_secret=hush\
             &redirect_uri=http%3A%2F%2F127%2E0%2E0%2E1%2Fback&code=c%26de",
        ),
        ("POST /v1/oauth/token HTTP/1.1", "grant_type=refresh%5Ftoken&refresh_token=next"),
        ("POST /v1/oauth/revoke HTTP/1.1", "token=new"),
    ];
    assert_eq!(seen.len(), expected.len());
    for (seen, (line, body)) in seen.iter().zip(expected) {
        assert_eq!((seen.head.lines().next(), seen.body.as_str()), (Some(line), body));
        assert!(seen.head.contains("content-type: application/x-www-form-urlencoded"));
    }
    assert!(seen[2].head.contains("authorization: Bearer new"));
}

#[tokio::test]
async fn refusals_have_their_kinds_and_no_secrets() {
    // Status, body, kind.
    let rows = [
        (401, r#"{"id": "unauthorized", "message": "Unable to authenticate you"}"#, Kind::Denied),
        (400, r#"{"error": "invalid_grant", "error_description": "It is over."}"#, Kind::Refused),
        (429, "", Kind::Throttled),
        (503, "<html>", Kind::Unavailable),
        (200, "<html>", Kind::Answer),
        (200, "{}", Kind::Answer),
    ];
    for (status, body, kind) in rows {
        let server = Server::start([answer(status, body)]).await;
        let error = oauth(&server).refresh(None, &Secret::from("hush")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}

#[tokio::test]
async fn a_site_that_does_not_answer_has_its_kinds() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server::start([Act::Close]).await;
    for (url, kind) in [(nobody.as_str(), Kind::Connect), (server.url(), Kind::Interrupted)] {
        let oauth = OAuth::new(Arc::new(Machine::default()), Arc::new(World::default()));
        let error = oauth.at(url).unwrap().revoke(&Secret::from("hush")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.may_have_reached(), kind == Kind::Interrupted);
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}

#[test]
fn secrets_are_sent_over_https_or_to_this_machine() {
    let at = |site| {
        OAuth::new(Arc::new(Machine::default()), Arc::new(World::default()))
            .at(site)
            .map(|it| it.authorize_url("i", "r", "s", "s"))
    };
    for site in ["http://example.com", "http://10.0.0.1:8080", "example.com", "ftp://a", ""] {
        let error = at(site).unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{site}");
    }
    for site in ["https://example.com/", "http://127.0.0.1:1", "http://localhost", "http://[::1]:1"]
    {
        let url = at(site).unwrap();
        let start = format!("{}/v1/oauth/authorize?", site.trim_end_matches('/'));
        assert!(url.starts_with(&start), "{url}");
    }
}

#[test]
fn users_are_sent_to_the_vendors_site() {
    let oauth = OAuth::new(Arc::new(Machine::default()), Arc::new(World::default()));
    assert_eq!(
        oauth.authorize_url("id", "http://127.0.0.1:1/", "read write", "s"),
        "https://cloud.digitalocean.com/v1/oauth/authorize?client_id=id\
         &redirect_uri=http%3A%2F%2F127%2E0%2E0%2E1%3A1%2F&response_type=code\
         &scope=read%20write&state=s"
    );
}
