//! Waiting by the catalogue's waiters.

use isobar_catalogue::Cloud;
use isobar_client::Kind;
use isobar_wire::Value;

use crate::server::{Act, Server, answer};
use crate::world::client;

fn instances(state: &str) -> Act {
    answer(
        200,
        format!(
            "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceState>\
             <code>0</code><name>{state}</name></instanceState></item></instancesSet></item>\
             </reservationSet></DescribeInstancesResponse>"
        ),
    )
}

fn ec2_error(code: &str) -> Act {
    answer(
        400,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>m</Message></Error></Errors>\
             <RequestID>r</RequestID></Response>"
        ),
    )
}

#[tokio::test]
async fn what_is_waited_for_comes() {
    let acts =
        [ec2_error("InvalidInstanceID.NotFound"), instances("pending"), instances("running")];
    let server = Server::start(acts).await;
    let (client, world) = client(Cloud::Aws, server.url());
    let last = client.wait("ec2", "InstanceRunning", Value::Null).await.unwrap();
    assert!(last.get("Reservations").is_some());
    assert_eq!(world.slept(), [15_000, 15_000]);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn what_never_comes_is_not_waited_for() {
    let server = Server::start([instances("pending"), instances("terminated")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let error = client.wait("ec2", "InstanceRunning", Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::WaitFailed);
    assert_eq!(error.operation(), "DescribeInstances");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn waiting_ends() {
    let server = Server::start([instances("pending")]).await;
    let (client, world) = client(Cloud::Aws, server.url());
    let error = client.wait("ec2", "InstanceRunning", Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::WaitTimeout);
    assert_eq!((server.seen().len(), world.slept().len()), (40, 39));
}

#[tokio::test]
async fn an_unexpected_error_ends_it_and_an_unknown_waiter_is_none() {
    let server = Server::start([ec2_error("InvalidParameterValue")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let error = client.wait("ec2", "InstanceRunning", Value::Null).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    let error = client.wait("ec2", "InstanceDancing", Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unknown);
}

#[tokio::test]
async fn an_error_may_be_what_is_waited_for() {
    let gone = answer(
        400,
        "<ErrorResponse><Error><Type>Sender</Type><Code>LoadBalancerNotFound</Code><Message>m\
         </Message></Error><RequestId>r</RequestId></ErrorResponse>",
    );
    let there = answer(
        200,
        "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member><State>\
         <Code>active</Code></State></member></LoadBalancers></DescribeLoadBalancersResult>\
         </DescribeLoadBalancersResponse>",
    );
    let server = Server::start([there.clone(), there.clone(), gone]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let last = client.wait("elbv2", "LoadBalancersDeleted", Value::Null).await.unwrap();
    assert_eq!(last, Value::Null);
    assert_eq!(server.seen().len(), 3);
    server.now([there]);
    client.wait("elbv2", "LoadBalancerExists", Value::Null).await.unwrap();
}
