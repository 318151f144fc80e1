//! Page after page.

use futures_util::TryStreamExt;
use isobar_catalogue::Cloud;
use isobar_client::Kind;
use isobar_wire::Value;

use crate::server::{Act, Server, answer};
use crate::world::client;

/// A page of EC2's instances, with the token of the next.
fn page(ids: &[&str], next: &str) -> Act {
    let items: String =
        ids.iter().map(|id| format!("<item><reservationId>{id}</reservationId></item>")).collect();
    answer(
        200,
        format!(
            "<DescribeInstancesResponse><requestId>r</requestId><reservationSet>{items}\
             </reservationSet><nextToken>{next}</nextToken></DescribeInstancesResponse>"
        ),
    )
}

#[tokio::test]
async fn tokens_are_followed_to_the_end() {
    let pages = [page(&["r-1", "r-2"], "a/b="), page(&[], "c"), page(&["r-3"], "")];
    let server = Server::start(pages).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let items: Vec<Value> =
        client.items("ec2", "DescribeInstances", Value::Null).try_collect().await.unwrap();
    let ids: Vec<_> =
        items.iter().map(|item| item.get("ReservationId").unwrap().as_str().unwrap()).collect();
    assert_eq!(ids, ["r-1", "r-2", "r-3"]);
    let seen = server.seen();
    let tokens: Vec<_> = seen.iter().map(|seen| seen.parameter("NextToken")).collect();
    assert_eq!(tokens, [None, Some("a%2Fb%3D"), Some("c")]);
}

#[tokio::test]
async fn a_token_that_comes_back_ends_the_pages() {
    let server =
        Server::start([page(&["r-1"], "a"), page(&["r-2"], "b"), page(&["r-3"], "a")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let mut pages = Box::pin(client.pages("ec2", "DescribeInstances", Value::Null));
    for _ in 0..2 {
        pages.try_next().await.unwrap().unwrap();
    }
    assert_eq!(pages.try_next().await.unwrap_err().kind(), Kind::Paging);
    assert_eq!(pages.try_next().await.unwrap(), None);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn an_operation_without_pages_has_one() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server = Server::start([answer(200, body)]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let pages: Vec<Value> =
        client.pages("sts", "GetCallerIdentity", Value::Null).try_collect().await.unwrap();
    assert_eq!(pages.len(), 1);
    let error = client.pages("sts", "Nothing", Value::Null).try_collect::<Vec<_>>().await;
    assert_eq!(error.unwrap_err().kind(), Kind::Unknown);
}
