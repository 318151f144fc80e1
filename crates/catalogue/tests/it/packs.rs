//! The packs that are part of the program: that they are whole, and that they hold what they should.

use isobar_catalogue::model::{Endpoints, Matcher, PagingStyle, WaiterState};
use isobar_catalogue::names::same;
use isobar_catalogue::shape::ListStyle;
use isobar_catalogue::{
    Cloud, Kind, Location, Protocol, Service, ShapeId, entry, operation, search, service, services,
};

/// Every id of a shape that a service speaks of.
fn spoken_of(service: &Service) -> Vec<ShapeId> {
    let mut ids = Vec::new();
    for operation in &service.operations {
        ids.extend(operation.input);
        ids.extend(operation.output);
        ids.extend(&operation.errors);
    }
    for shape in &service.shapes {
        match &shape.kind {
            Kind::Structure(structure) => {
                ids.extend(structure.members.iter().map(|member| member.shape));
            }
            Kind::List(list) => ids.push(list.item),
            Kind::Map(map) => ids.extend([map.key, map.value]),
            _ => {}
        }
    }
    ids
}

#[test]
fn every_service_decodes_and_every_shape_is_there() {
    for entry in Cloud::ALL.into_iter().flat_map(services) {
        let service = entry.service();
        let name = entry.name;
        assert_eq!(service.cloud, entry.cloud);
        assert_eq!((service.name.as_str(), service.version.as_str()), (name, entry.version));
        assert_eq!(service.protocols, entry.protocols, "{name}");
        assert!(!service.operations.is_empty(), "{name} has no operations");
        let names: std::collections::HashSet<_> =
            service.shapes.iter().map(|shape| shape.name.as_str()).collect();
        assert_eq!(names.len(), service.shapes.len(), "{name} has shapes of one name");
        for id in spoken_of(service) {
            assert!((id.0 as usize) < service.shapes.len(), "{name} lacks the shape {}", id.0);
        }
        for operation in &service.operations {
            for id in operation.input.into_iter().chain(operation.output) {
                let what = format!("{name}.{}: {:?}", operation.name, service.shape(id).name);
                assert!(service.structure(id).is_some(), "{what} is no structure");
            }
        }
    }
}

#[test]
fn every_operation_is_found_in_every_spelling() {
    for entry in Cloud::ALL.into_iter().flat_map(services) {
        let service = entry.service();
        assert_eq!(service.operations.len(), entry.operations().len(), "{}", entry.name);
        for (operation, indexed) in service.operations.iter().zip(entry.operations()) {
            assert_eq!(operation.name, indexed.name);
            assert_eq!(
                (operation.method.as_str(), operation.uri.as_str()),
                (indexed.method, indexed.uri)
            );
            let found = service.operation(&operation.name).expect("the list is sorted");
            assert_eq!(found.name, operation.name);
            let alike = service.operations.iter().filter(|one| same(&one.name, &operation.name));
            assert_eq!(alike.count(), 1, "{}.{} is not alone", entry.name, operation.name);
        }
    }
}

#[test]
fn waiters_ask_operations_that_are_there() {
    for entry in services(Cloud::Aws) {
        let service = entry.service();
        for waiter in &service.waiters {
            assert!(service.operation(&waiter.operation).is_some(), "{}", waiter.name);
        }
    }
}

#[test]
fn paging_members_are_there() {
    for entry in Cloud::ALL.into_iter().flat_map(services) {
        let service = entry.service();
        for operation in &service.operations {
            let Some(paging) = &operation.paging else { continue };
            let members = service.input_members(operation);
            for name in paging.input_token.iter().chain(&paging.limit) {
                let place = format!("{}.{}: {name}", entry.name, operation.name);
                assert!(members.iter().any(|member| &member.name == name), "{place}");
            }
        }
    }
}

#[test]
fn aws_is_all_of_botocore_and_what_streams_to_transcribe() {
    let all = services(Cloud::Aws);
    assert_eq!(all.len(), 439 + 1);
    assert_eq!(all.iter().map(|entry| entry.operations().len()).sum::<usize>(), 19_796 + 5);
}

#[test]
fn services_are_found_in_every_spelling() {
    assert_eq!(entry(Cloud::Aws, "ec2").expect("exact").name, "ec2");
    assert_eq!(entry(Cloud::Aws, "EC2").expect("folded").name, "ec2");
    assert_eq!(entry(Cloud::Aws, "cognito_idp").expect("folded").name, "cognito-idp");
    assert!(entry(Cloud::Aws, "no-such-service").is_none());
}

#[test]
fn ec2_is_as_the_vendor_describes_it() {
    let ec2 = service(Cloud::Aws, "ec2").expect("EC2 is packed");
    assert_eq!((ec2.protocol(), ec2.version.as_str()), (Protocol::Ec2, "2016-11-15"));
    assert_eq!(ec2.signing_name, "ec2");
    assert!(matches!(&ec2.endpoints, Endpoints::Rules(rules) if rules.contains("\"rules\"")));

    let (_, run) = operation(Cloud::Aws, "ec2", "run-instances").expect("RunInstances is there");
    assert_eq!(
        (run.name.as_str(), run.method.as_str(), run.uri.as_str()),
        ("RunInstances", "POST", "/")
    );
    assert!(!run.read_only);
    let member = |name: &str| {
        let members = ec2.input_members(run);
        members.iter().find(|member| member.name == name).expect(name)
    };
    assert!(member("MinCount").required && member("MaxCount").required);
    assert!(member("ClientToken").idempotency_token);
    assert_eq!(member("NetworkInterfaces").wire_name.as_deref(), Some("networkInterface"));
    let Kind::List(groups) = &ec2.shape(member("SecurityGroupIds").shape).kind else {
        panic!("security groups are a list")
    };
    assert_eq!(groups.item_name.as_deref(), Some("SecurityGroupId"));

    let describe = ec2.operation("DescribeInstances").expect("DescribeInstances is there");
    assert!(describe.read_only);
    let paging = describe.paging.as_ref().expect("it is paged");
    assert_eq!(paging.style, PagingStyle::Token);
    assert_eq!(paging.input_token, ["NextToken"]);
    assert_eq!(paging.limit.as_deref(), Some("MaxResults"));
    assert_eq!(paging.results, ["Reservations"]);

    let waiter = ec2.waiters.iter().find(|one| one.name == "InstanceRunning").expect("a waiter");
    assert_eq!((waiter.operation.as_str(), waiter.delay_seconds), ("DescribeInstances", 15));
    let done = waiter.acceptors.iter().find(|one| one.state == WaiterState::Success);
    let done = done.expect("it can succeed");
    assert_eq!(done.expected, "\"running\"");
    assert!(matches!(&done.matcher, Matcher::PathAll(path) if path.contains("State.Name")));
}

#[test]
fn elbv2_declares_its_errors() {
    let elb = service(Cloud::Aws, "elbv2").expect("ELBv2 is packed");
    assert_eq!(elb.protocol(), Protocol::AwsQuery);
    assert_eq!(elb.signing_name, "elasticloadbalancing");
    let create = elb.operation("CreateLoadBalancer").expect("it is there");
    assert_eq!(create.result_wrapper.as_deref(), Some("CreateLoadBalancerResult"));
    let codes: Vec<_> = create
        .errors
        .iter()
        .filter_map(|id| elb.structure(*id)?.error.as_ref())
        .map(|error| (error.code.as_deref().unwrap_or_default(), error.status, error.sender_fault))
        .collect();
    assert!(codes.contains(&("DuplicateLoadBalancerName", Some(400), true)), "{codes:?}");
}

#[test]
fn search_finds_operations_by_their_words() {
    let first = |words: &str| {
        let hit = *search(words).first().expect(words);
        (hit.service.name, hit.operation.name)
    };
    assert_eq!(first("ec2 run instances"), ("ec2", "RunInstances"));
    assert_eq!(first("ec2 describe instance"), ("ec2", "DescribeInstances"));
    assert!(search("").is_empty());
    assert!(search("no-such-thing-anywhere").is_empty());
}

#[test]
fn alibaba_counts() {
    let count = |name: &str| {
        let entry = entry(Cloud::Alibaba, name).expect(name);
        (entry.version, entry.operations().len())
    };
    assert_eq!(count("ecs"), ("2014-05-26", 380));
    assert_eq!(count("vpc"), ("2016-04-28", 403));
    assert_eq!(count("slb"), ("2014-05-15", 93));
    assert_eq!(count("sts"), ("2015-04-01", 4));
    assert_eq!(count("ram"), ("2015-05-01", 69));
    assert_eq!(count("resourcemanager"), ("2020-03-31", 114));
    assert_eq!(count("cs"), ("2015-12-15", 148));
}

#[test]
fn services_of_several_versions_are_told_apart() {
    let version = |name: &str| entry(Cloud::Alibaba, name).map(|entry| entry.version);
    assert_eq!(version("ess"), Some("2022-02-22"), "the newest");
    assert_eq!(version("ess@2014-08-28"), Some("2014-08-28"));
    assert_eq!(version("ESS@2014-08-28"), Some("2014-08-28"));
    assert_eq!(version("ess@1999-01-01"), None);
    assert_eq!(version("ecs@2014-05-26"), Some("2014-05-26"));
    let of = |service: &str, name: &str| {
        operation(Cloud::Alibaba, service, name).map(|(service, _)| service.version.as_str())
    };
    // Of the three products that are called so, each operation is in the newest that has it.
    assert_eq!(of("cas", "CreateClientCertificate"), Some("2020-06-30"));
    assert_eq!(of("cas", "ListUserCertificateOrder"), Some("2020-04-07"));
    assert_eq!(of("cas@2020-06-30", "ListUserCertificateOrder"), None);
}

#[test]
fn alibaba_ecs_is_as_the_vendor_describes_it() {
    let ecs = service(Cloud::Alibaba, "ecs").expect("ECS is packed");
    assert_eq!(ecs.protocol(), Protocol::AlibabaRpc);
    let Endpoints::Regions { hosts, regional } = &ecs.endpoints else { panic!("it has regions") };
    assert!(regional);
    let host = ("cn-hangzhou".to_owned(), "ecs-cn-hangzhou.aliyuncs.com".to_owned());
    assert!(hosts.contains(&host));

    let run = ecs.find_operation("run-instances").expect("RunInstances is there");
    let member = |name: &str| {
        let members = ecs.input_members(run);
        members.iter().find(|member| member.name == name).expect(name)
    };
    assert!(member("RegionId").required);
    assert_eq!(member("RegionId").location, Location::Query);
    assert!(member("ClientToken").idempotency_token);
    let Kind::List(disks) = &ecs.shape(member("DataDisk").shape).kind else { panic!("a list") };
    let disk = ecs.structure(disks.item).expect("a disk is a structure");
    assert!(disk.members.iter().any(|member| member.name == "Category"));
    let declared = |code: &str, status: u16| {
        let mut errors = run.errors.iter().filter_map(|id| ecs.structure(*id)?.error.as_ref());
        errors.any(|error| error.code.as_deref() == Some(code) && error.status == Some(status))
    };
    assert!(declared("InvalidInstanceType.ValueNotSupported", 403));
    assert!(declared("InvalidImageId.NotFound", 404));

    let describe = ecs.operation("DescribeInstances").expect("it is there");
    let paging = describe.paging.as_ref().expect("it is paged");
    assert_eq!(paging.style, PagingStyle::Number);
    assert_eq!(
        (paging.input_token.as_slice(), paging.limit.as_deref()),
        (&["PageNumber".to_owned()][..], Some("PageSize"))
    );
    assert_eq!(paging.results, ["Instances.Instance"]);
    assert_eq!(paging.total.as_deref(), Some("TotalCount"));
}

#[test]
fn alibaba_writes_lists_as_each_operation_wants_them() {
    let style = |service: &str, operation: &str, member: &str| {
        let (service, operation) =
            isobar_catalogue::operation(Cloud::Alibaba, service, operation).expect(operation);
        let members = service.input_members(operation);
        members.iter().find(|one| one.name == member).expect(member).list_style
    };
    assert_eq!(style("ram", "CreatePolicy", "Tag"), ListStyle::Json);
    assert_eq!(style("vpc", "DeleteVirtualBorderRouter", "ClientToken"), ListStyle::Repeated);
    assert_eq!(style("ecs", "RunInstances", "Tag"), ListStyle::Repeated);
    assert_eq!(style("cs", "DescribeClusterAddonsVersion", "cluster_id"), ListStyle::Repeated);
}

#[test]
fn alibaba_roa_has_paths_and_bodies() {
    let (cs, scale) = operation(Cloud::Alibaba, "cs", "ScaleClusterNodePool").expect("there");
    assert_eq!(cs.protocol(), Protocol::AlibabaRoa);
    assert_eq!(scale.uri, "/clusters/{cluster_id}/nodepools/{nodepool_id}");
    let places: Vec<_> =
        cs.input_members(scale).iter().map(|one| (one.name.as_str(), one.location)).collect();
    let expected = [
        ("cluster_id", Location::Path),
        ("nodepool_id", Location::Path),
        ("count", Location::Body),
    ];
    assert_eq!(places, expected);
}

#[test]
fn digitalocean_counts() {
    let all = services(Cloud::DigitalOcean);
    assert_eq!(all.len(), 79);
    assert_eq!(all.iter().map(|entry| entry.operations().len()).sum::<usize>(), 848);
}

#[test]
fn droplets_are_as_the_vendor_describes_them() {
    let (droplets, list) = operation(Cloud::DigitalOcean, "droplets", "list").expect("there");
    assert_eq!(droplets.protocol(), Protocol::DigitalOcean);
    assert_eq!(droplets.endpoints, Endpoints::Single("https://api.digitalocean.com".to_owned()));
    assert_eq!(
        (list.method.as_str(), list.uri.as_str(), list.status),
        ("GET", "/v2/droplets", 200)
    );
    assert!(list.read_only);
    let members = droplets.input_members(list);
    let member = |name: &str| members.iter().find(|member| member.name == name).expect(name);
    assert_eq!(member("tag_name").location, Location::Query);
    let Kind::Integer(number) = &droplets.shape(member("per_page").shape).kind else {
        panic!("per_page is a number")
    };
    assert_eq!((number.range.min, number.range.max), (Some(1.0), Some(200.0)));
    let Kind::String(text) = &droplets.shape(member("type").shape).kind else { panic!("a text") };
    assert_eq!(text.values, ["droplets", "gpus"]);

    let paging = list.paging.as_ref().expect("it is paged");
    assert_eq!(paging.style, PagingStyle::Link);
    assert_eq!(paging.results, ["droplets"]);
    assert_eq!(paging.limit.as_deref(), Some("per_page"));
    assert_eq!(paging.total.as_deref(), Some("meta.total"));

    let create = droplets.operation("create").expect("it is there");
    assert_eq!((create.method.as_str(), create.status), ("POST", 202));
    let required: Vec<_> = droplets
        .input_members(create)
        .iter()
        .filter(|member| member.required)
        .map(|member| member.name.as_str())
        .collect();
    assert_eq!(required, ["size", "image"]);
    let answer = droplets.structure(create.output.expect("it answers")).expect("a structure");
    let names: Vec<_> = answer.members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["droplet", "droplets", "links"]);

    let destroy = droplets.operation("destroy").expect("it is there");
    assert_eq!((destroy.status, destroy.output), (204, None));
    let not_found = droplets.structure(destroy.errors[0]).and_then(|error| error.error.as_ref());
    assert_eq!(not_found.and_then(|error| error.code.as_deref()), Some("not_found"));
}

#[test]
fn digitalocean_paths_have_their_members() {
    for entry in services(Cloud::DigitalOcean) {
        let service = entry.service();
        for operation in &service.operations {
            let members = service.input_members(operation);
            let place = format!("{}.{} {}", entry.name, operation.name, operation.uri);
            for label in operation.uri.split('{').skip(1) {
                let label = label.split('}').next().expect("it is closed");
                let found = members.iter().find(|member| member.on_wire() == label);
                assert_eq!(found.expect(&place).location, Location::Path, "{place}");
            }
        }
    }
}

#[test]
fn the_manifest_tells_what_is_packed() {
    for cloud in Cloud::ALL {
        let mut told = std::collections::BTreeMap::new();
        let origin = isobar_catalogue::origin(cloud);
        for package in &origin.packages {
            assert_eq!(package.sha256.len(), 64);
            for (name, extent) in &package.services {
                told.insert((name.as_str(), extent.version.as_str()), extent.operations);
            }
        }
        let packed: std::collections::BTreeMap<_, _> = services(cloud)
            .iter()
            .map(|entry| ((entry.name, entry.version), entry.operations().len()))
            .collect();
        assert_eq!(told, packed, "{cloud}");
        assert_eq!(*origin, isobar_catalogue::embedded_origin(cloud));
    }
}

#[test]
fn object_storage_has_its_places_and_pages() {
    let (oss, put) = operation(Cloud::Alibaba, "oss", "put-object").expect("there");
    assert_eq!((oss.protocol(), oss.operations.len()), (Protocol::AlibabaOss, 152));
    assert_eq!((put.method.as_str(), put.uri.as_str()), ("PUT", "/{key+}"));
    assert_eq!(put.host_prefix.as_deref(), Some("{bucket}."));
    let member =
        |name: &str| oss.input_members(put).iter().find(|member| member.name == name).expect(name);
    assert_eq!(member("bucket").location, Location::Host);
    assert_eq!(member("key").location, Location::Path);
    assert_eq!(member("x-oss-meta-*").location, Location::Headers);
    assert!(member("body").streaming && member("bucket").required);
    assert!(oss.operation("DeleteMultipleObjects").is_some_and(|it| it.idempotent));
    for (name, tokens, results) in [
        ("ListBuckets", &["marker"][..], &["Buckets"][..]),
        ("ListMultipartUploads", &["key-marker", "upload-id-marker"], &["Upload"]),
        (
            "ListObjectVersions",
            &["key-marker", "version-id-marker"],
            &["Version", "DeleteMarker", "CommonPrefixes"],
        ),
        ("ListObjectsV2", &["continuation-token"], &["Contents", "CommonPrefixes"]),
        ("ListParts", &["part-number-marker"], &["Part"]),
    ] {
        let paging = oss.operation(name).and_then(|it| it.paging.as_ref()).expect(name);
        assert_eq!(paging.input_token, tokens, "{name}");
        let mut found: Vec<_> = paging.results.iter().map(String::as_str).collect();
        let mut results = results.to_vec();
        found.sort_unstable();
        results.sort_unstable();
        assert_eq!(found, results, "{name}");
        assert_eq!(paging.more.as_deref(), Some("IsTruncated"), "{name}");
    }
}
