//! Waiting by the catalogue's waiters.

use isobar_catalogue::Cloud;
use isobar_client::Kind;
use isobar_wire::Value;
use serde_json::json;

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

/// An answer of ECS with instances in these states, and how many there are on all pages.
fn described(states: &[&str], total: usize) -> Act {
    let instances: Vec<_> = states.iter().map(|state| json!({"Status": state})).collect();
    let body = json!({"TotalCount": total, "Instances": {"Instance": instances}, "RequestId": "r"});
    answer(200, body.to_string())
}

#[tokio::test]
async fn several_ids_in_a_text_are_waited_for_one_by_one() {
    let acts =
        [described(&["Running"], 1), described(&["Starting"], 1), described(&["Running"], 1)];
    let server = Server::start(acts).await;
    let (client, world) = client(Cloud::Alibaba, server.url());
    let input = json!({"RegionId": "cn-hangzhou", "InstanceIds": r#"["i-1", "i-2"]"#});
    client.wait("ecs", "InstanceRunning", input).await.unwrap();
    assert_eq!(world.slept(), [5_000]);
    let asked = server.seen().into_iter().map(|seen| seen.parsed().0.query);
    let ids: Vec<_> = asked.map(|query| query.contains("i-1")).collect();
    assert_eq!(ids, [true, false, false]);
}

#[tokio::test]
async fn what_lies_on_a_further_page_is_not_there_yet() {
    let acts = [
        described(&["Running"; 10], 12),
        described(&[], 0),
        described(&["Running", "Stopped"], 2),
        described(&["Running"; 2], 2),
    ];
    let server = Server::start(acts).await;
    let (client, world) = client(Cloud::Alibaba, server.url());
    let input = json!({"RegionId": "cn-hangzhou", "VpcId": "vpc-1"});
    client.wait("ecs", "InstanceRunning", input).await.unwrap();
    assert_eq!(world.slept(), [5_000; 3]);
}
