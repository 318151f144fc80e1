//! Services that say themselves where their calls go.

use std::time::Duration;

use isobar_catalogue::Cloud;
use isobar_client::{Client, Config, Kind};
use isobar_wire::Value;

use crate::server::{Act, Server, answer};
use crate::world::{World, client, with};

/// An answer that names a server, for an hour.
fn at(server: &Server) -> Act {
    let address = server.url();
    answer(
        200,
        format!(r#"{{"Endpoints": [{{"Address": "{address}", "CachePeriodInMinutes": 60}}]}}"#),
    )
}

fn told_by(server: &Server) -> (Client, std::sync::Arc<World>) {
    with(Cloud::Aws, server.url(), |config: &mut Config| {
        config.location = config.endpoint.take();
    })
}

async fn list(client: &Client) -> Result<Value, isobar_client::Error> {
    client.call("timestream-write", "ListDatabases", Value::Null).await
}

#[tokio::test]
async fn a_service_is_called_where_it_says_and_asked_once_an_hour() {
    let cell = Server::start([answer(200, r#"{"Databases": []}"#)]).await;
    let asked = Server::start([at(&cell)]).await;
    let (client, world) = told_by(&asked);
    list(&client).await.unwrap();
    list(&client).await.unwrap();
    let questions = asked.seen();
    assert_eq!(questions.len(), 1);
    assert!(questions[0].head.contains("Timestream_20181101.DescribeEndpoints"));
    let calls = cell.seen();
    assert_eq!(calls.len(), 2);
    let (request, host) = calls[0].parsed();
    assert_eq!(host, cell.url().trim_start_matches("http://"));
    assert!(request.header("authorization").unwrap().contains("host;"), "the new host is signed");

    world.pass(Duration::from_secs(3600));
    list(&client).await.unwrap();
    assert_eq!(asked.seen().len(), 1);
}

#[tokio::test]
async fn a_place_that_moved_is_asked_for_again() {
    let moved = r#"{"__type": "InvalidEndpointException", "message": "gone"}"#;
    let old = Server::start([answer(400, moved)]).await;
    let new = Server::start([answer(200, r#"{"Databases": []}"#)]).await;
    let asked = Server::start([at(&old), at(&new)]).await;
    let (client, _) = told_by(&asked);
    list(&client).await.unwrap();
    assert_eq!((old.seen().len(), new.seen().len(), asked.seen().len()), (1, 1, 2));
}

#[tokio::test]
async fn the_callers_own_base_url_is_the_place() {
    let server = Server::start([answer(200, r#"{"Databases": []}"#)]).await;
    list(&client(Cloud::Aws, server.url()).0).await.unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_place_without_tls_elsewhere_is_refused() {
    let elsewhere =
        r#"{"Endpoints": [{"Address": "http://cell.example.com", "CachePeriodInMinutes": 1}]}"#;
    let asked = Server::start([answer(200, elsewhere)]).await;
    let error = list(&told_by(&asked).0).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Endpoint);
}
