//! Route tables: the main one that each network has.

use isobar_kernel::{Fault, Handler, Tables, query};
use isobar_wire::{Input, Output};

use super::Query;
use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::ROUTE_TABLE;
use super::pages::{Limits, Page};
use super::records::{self, Vpc};
use super::tags::{self, TagView};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_route_tables)];

#[derive(Debug, Output)]
struct RouteTableView<'a> {
    associations: [Association<'a>; 1],
    propagating_vgws: [(); 0],
    route_table_id: &'a str,
    routes: Vec<Route<'a>>,
    tags: Vec<TagView<'a>>,
    vpc_id: &'a str,
    owner_id: &'a str,
}

#[derive(Debug, Output)]
struct Association<'a> {
    main: bool,
    route_table_association_id: &'a str,
    route_table_id: &'a str,
    association_state: State,
}

#[derive(Debug, Output)]
struct State {
    state: &'static str,
}

#[derive(Debug, Output)]
struct Route<'a> {
    destination_cidr_block: String,
    gateway_id: &'a str,
    origin: &'static str,
    state: &'static str,
}

fn view<'a>(store: &'a Tables, vpc: &'a Vpc) -> RouteTableView<'a> {
    let local = Route {
        destination_cidr_block: vpc.cidr.to_string(),
        gateway_id: "local",
        origin: "CreateRouteTable",
        state: "active",
    };
    let outward = vpc.internet_gateway_id.as_deref().map(|gateway_id| Route {
        destination_cidr_block: "0.0.0.0/0".to_owned(),
        gateway_id,
        origin: "CreateRoute",
        state: "active",
    });
    RouteTableView {
        associations: [Association {
            main: true,
            route_table_association_id: &vpc.route_association_id,
            route_table_id: &vpc.route_table_id,
            association_state: State { state: "associated" },
        }],
        propagating_vgws: [],
        route_table_id: &vpc.route_table_id,
        routes: std::iter::once(local).chain(outward).collect(),
        tags: tags::of(store, &vpc.scope, &vpc.route_table_id),
        vpc_id: &vpc.id,
        owner_id: records::account(&vpc.scope),
    }
}

#[derive(Debug, Input)]
struct DescribeRouteTables {
    filters: Filters,
    route_table_ids: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    route_tables: Vec<RouteTableView<'a>>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("association.gateway-id", "Associations.GatewayId"),
    ("association.main", "Associations.Main"),
    ("association.route-table-association-id", "Associations.RouteTableAssociationId"),
    ("association.route-table-id", "Associations.RouteTableId"),
    ("association.subnet-id", "Associations.SubnetId"),
    ("owner-id", "OwnerId"),
    ("route-table-id", "RouteTableId"),
    ("route.destination-cidr-block", "Routes.DestinationCidrBlock"),
    ("route.destination-ipv6-cidr-block", "Routes.DestinationIpv6CidrBlock"),
    ("route.destination-prefix-list-id", "Routes.DestinationPrefixListId"),
    ("route.egress-only-internet-gateway-id", "Routes.EgressOnlyInternetGatewayId"),
    ("route.gateway-id", "Routes.GatewayId"),
    ("route.instance-id", "Routes.InstanceId"),
    ("route.nat-gateway-id", "Routes.NatGatewayId"),
    ("route.origin", "Routes.Origin"),
    ("route.state", "Routes.State"),
    ("route.transit-gateway-id", "Routes.TransitGatewayId"),
    ("route.vpc-peering-connection-id", "Routes.VpcPeeringConnectionId"),
    ("vpc-id", "VpcId"),
];

fn describe_route_tables<'a>(
    cx: &Query<'a>,
    input: DescribeRouteTables,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let ids = input.route_table_ids.unwrap_or_default();
    ROUTE_TABLE.check_all(&ids)?;
    let mut tables: Vec<_> =
        cx.store.list::<Vpc>(&cx.scope()).map(|vpc| view(cx.store, vpc)).collect();
    if let Some(id) = ids.iter().find(|id| tables.iter().all(|table| table.route_table_id != *id)) {
        return Err(ROUTE_TABLE.missing(id));
    }
    tables.retain(|table| {
        (ids.is_empty() || ids.iter().any(|id| id == table.route_table_id))
            && selection.takes(table)
    });
    tables.sort_unstable_by_key(|table| table.route_table_id);
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let limits = Limits { min: 5, max: 100 };
    let (route_tables, next_token) =
        page.cut(tables, |table| table.route_table_id, limits, None)?;
    Ok(Described { route_tables, next_token })
}
