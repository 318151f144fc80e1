//! Instances.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_engines::machines;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::admission::asked;
use crate::harness::{ACCOUNT, Cloud, count, text};

async fn shown(cloud: &Cloud, id: &str) -> Json {
    let found = cloud.ok("ec2", "DescribeInstances", json!({ "InstanceIds": [id] })).await;
    found["Reservations"][0]["Instances"][0].clone()
}

async fn state(cloud: &Cloud, id: &str) -> String {
    text(&shown(cloud, id).await, "/State/Name")
}

#[tokio::test]
async fn an_instance_is_launched_whole() {
    let cloud = Cloud::new();
    let script = "#!/bin/sh\necho hello\n";
    let tags = json!([{ "Key": "Name", "Value": "web" }]);
    let input = json!({
        "ImageId": cloud.image().await,
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 2,
        "UserData": STANDARD.encode(script),
        "ClientToken": "once",
        "TagSpecifications": [
            { "ResourceType": "instance", "Tags": tags },
            { "ResourceType": "volume", "Tags": tags },
        ],
    });
    let launched = cloud.ok("ec2", "RunInstances", input.clone()).await;
    assert_eq!(launched["OwnerId"], ACCOUNT);
    assert!(text(&launched, "/ReservationId").starts_with("r-0"));
    assert_eq!(count(&launched, "/Instances"), 2);
    let instance = &launched["Instances"][0];
    assert_eq!(instance["State"], json!({ "Code": 0, "Name": "pending" }));
    assert_eq!(instance["StateReason"], json!({ "Code": "pending", "Message": "pending" }));
    assert_eq!(instance["Tags"], tags);
    assert_eq!(instance["Placement"]["AvailabilityZone"], "us-east-1a");
    assert_eq!(instance["Monitoring"]["State"], "disabled");
    assert_eq!(instance["SecurityGroups"][0]["GroupName"], "default");
    assert_eq!(instance["MetadataOptions"]["HttpTokens"], "required");
    assert_eq!(instance["CpuOptions"], json!({ "CoreCount": 1, "ThreadsPerCore": 2 }));
    assert_eq!(instance["BlockDeviceMappings"][0]["DeviceName"], "/dev/xvda");
    let id = text(instance, "/InstanceId");
    assert_eq!(id.len(), 19);
    cloud.local.shared.store.read(|tables| {
        assert_eq!(machines::find(tables, &id).unwrap().script, script.as_bytes());
    });

    // The token stands for the first answer; other input with it is refused.
    assert_eq!(cloud.ok("ec2", "RunInstances", input.clone()).await, launched);
    let mut other = input;
    other["MaxCount"] = json!(1);
    cloud.fails("ec2", "RunInstances", other, "IdempotentParameterMismatch").await;

    cloud.settle();
    let running = shown(&cloud, &id).await;
    assert_eq!(running["State"], json!({ "Code": 16, "Name": "running" }));
    assert!(running.get("StateReason").is_none());
    let address = text(&running, "/PrivateIpAddress");
    assert!(address.starts_with("127."), "{address}");
    assert_eq!(running["PublicIpAddress"], address.as_str());
    let interface = &running["NetworkInterfaces"][0];
    assert_eq!(interface["PrivateIpAddress"], address.as_str());
    assert_eq!(interface["Association"]["PublicIp"], address.as_str());
    assert_eq!(interface["Status"], "in-use");

    let filters = json!([{ "Name": "attachment.instance-id", "Values": [id] }]);
    let input = json!({ "Filters": filters });
    let interfaces = cloud.ok("ec2", "DescribeNetworkInterfaces", input.clone()).await;
    assert_eq!(
        interfaces["NetworkInterfaces"][0]["NetworkInterfaceId"],
        interface["NetworkInterfaceId"]
    );
    let volumes = cloud.ok("ec2", "DescribeVolumes", input).await;
    assert_eq!(volumes["Volumes"][0]["Size"], 8);
    assert_eq!(volumes["Volumes"][0]["Tags"], tags);
    assert_eq!(volumes["Volumes"][0]["Attachments"][0]["InstanceId"], id.as_str());
}

#[tokio::test]
async fn an_instance_lives_through_its_states() {
    let cloud = Cloud::new();
    let id = cloud.run(1).await.remove(0);
    let ids = json!({ "InstanceIds": [id] });
    cloud.ok("ec2", "RebootInstances", ids.clone()).await;
    assert_eq!(state(&cloud, &id).await, "running");
    cloud.settle();

    let stopping = cloud.ok("ec2", "StopInstances", ids.clone()).await;
    assert_eq!(
        stopping["StoppingInstances"],
        json!([{
            "InstanceId": id,
            "CurrentState": { "Code": 64, "Name": "stopping" },
            "PreviousState": { "Code": 16, "Name": "running" },
        }])
    );
    let message = cloud.fails("ec2", "StartInstances", ids.clone(), "IncorrectInstanceState").await;
    assert_eq!(
        message,
        format!("The instance '{id}' is not in a state from which it can be started.")
    );
    cloud.settle();
    let stopped = shown(&cloud, &id).await;
    assert_eq!(stopped["State"], json!({ "Code": 80, "Name": "stopped" }));
    assert_eq!(stopped["StateReason"]["Code"], "Client.UserInitiatedShutdown");
    assert!(text(&stopped, "/StateTransitionReason").starts_with("User initiated ("));
    assert!(stopped.get("PublicIpAddress").is_none());
    let address = text(&stopped, "/PrivateIpAddress");
    cloud.fails("ec2", "RebootInstances", ids.clone(), "IncorrectInstanceState").await;

    let starting = cloud.ok("ec2", "StartInstances", ids.clone()).await;
    assert_eq!(starting["StartingInstances"][0]["CurrentState"]["Name"], "pending");
    cloud.settle();
    let running = shown(&cloud, &id).await;
    assert_eq!(running["PublicIpAddress"], address.as_str());
    assert_eq!(running["StateTransitionReason"], "");

    let ending = cloud.ok("ec2", "TerminateInstances", ids.clone()).await;
    assert_eq!(ending["TerminatingInstances"][0]["CurrentState"]["Name"], "shutting-down");
    cloud.settle();
    let ended = shown(&cloud, &id).await;
    assert_eq!(ended["State"], json!({ "Code": 48, "Name": "terminated" }));
    assert_eq!(ended["NetworkInterfaces"], json!([]));
    assert_eq!(ended["BlockDeviceMappings"], json!([]));
    for gone in ["PrivateIpAddress", "PublicIpAddress", "VpcId", "SubnetId"] {
        assert!(ended.get(gone).is_none(), "{gone}");
    }
    cloud.fails("ec2", "StartInstances", ids.clone(), "IncorrectInstanceState").await;
    let again = cloud.ok("ec2", "TerminateInstances", ids.clone()).await;
    assert_eq!(again["TerminatingInstances"][0]["PreviousState"]["Name"], "terminated");

    cloud.advance(SignedDuration::from_mins(61));
    cloud.fails("ec2", "DescribeInstances", ids, "InvalidInstanceID.NotFound").await;
    cloud.run(1).await;
    cloud.local.shared.store.read(|tables| assert!(machines::find(tables, &id).is_none()));
}

#[tokio::test]
async fn launches_that_cannot_be_are_refused() {
    let cloud = Cloud::new();
    let image = cloud.image().await;
    let base =
        json!({ "ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1 });
    for (member, value, code, message) in [
        (
            "ImageId",
            json!("nonsense"),
            "InvalidAMIID.Malformed",
            "Invalid id: \"nonsense\" (expecting \"ami-...\")",
        ),
        (
            "ImageId",
            json!("ami-0123456789abcdef0"),
            "InvalidAMIID.NotFound",
            "The image id '[ami-0123456789abcdef0]' does not exist",
        ),
        (
            "InstanceType",
            json!("t3.huge"),
            "InvalidParameterValue",
            "Invalid value 't3.huge' for InstanceType.",
        ),
        (
            "KeyName",
            json!("nobody"),
            "InvalidKeyPair.NotFound",
            "The key pair 'nobody' does not exist",
        ),
        (
            "SecurityGroupIds",
            json!(["sg-0123456789abcdef0"]),
            "InvalidGroup.NotFound",
            "The security group 'sg-0123456789abcdef0' does not exist",
        ),
        (
            "SubnetId",
            json!("subnet-0123456789abcdef0"),
            "InvalidSubnetID.NotFound",
            "The subnet ID 'subnet-0123456789abcdef0' does not exist",
        ),
        (
            "UserData",
            json!("***"),
            "InvalidUserData.Malformed",
            "Invalid BASE64 encoding of user data.",
        ),
        (
            "LaunchTemplate",
            json!({ "LaunchTemplateId": "lt-1" }),
            "InvalidLaunchTemplateId.NotFound",
            "The specified launch template, with template ID lt-1, does not exist.",
        ),
        (
            "InstanceMarketOptions",
            json!({ "MarketType": "spot" }),
            "NotImplemented",
            "The parameter InstanceMarketOptions of RunInstances is catalogued but not implemented here",
        ),
        (
            "IamInstanceProfile",
            json!({ "Name": "web" }),
            "InvalidParameterValue",
            "Value (web) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance \
             Profile name",
        ),
    ] {
        let mut input = base.clone();
        input[member] = value;
        assert_eq!(cloud.fails("ec2", "RunInstances", input, code).await, message);
    }
    let mut input = base.clone();
    input["InstanceType"] = json!("t4g.micro");
    let message = cloud.fails("ec2", "RunInstances", input, "InvalidParameterValue").await;
    assert!(message.starts_with("The architecture 'arm64' of the specified instance type"));
    let mut input = base.clone();
    (input["MinCount"], input["MaxCount"]) = (json!(10_000), json!(10_000));
    cloud.fails("ec2", "RunInstances", input.clone(), "VcpuLimitExceeded").await;
    input["DryRun"] = json!(true);
    cloud.fails("ec2", "RunInstances", input, "DryRunOperation").await;
    let mut input = base.clone();
    (input["MinCount"], input["MaxCount"]) = (json!(3), json!(2));
    cloud.fails("ec2", "RunInstances", input, "InvalidParameterCombination").await;
    let input = json!({ "MinCount": 1, "MaxCount": 1 });
    let message = cloud.fails("ec2", "RunInstances", input, "MissingParameter").await;
    assert_eq!(message, "The request must contain the parameter ImageId");
    let found = cloud.ok("ec2", "DescribeInstances", json!({})).await;
    assert_eq!(found["Reservations"], json!([]));
    let mut input = base;
    input["DryRun"] = json!(true);
    cloud.fails("ec2", "RunInstances", input, "DryRunOperation").await;
}

#[tokio::test]
async fn an_interface_says_where_the_instance_goes() {
    let cloud = Cloud::new();
    let vpc = cloud.ok("ec2", "CreateVpc", json!({ "CidrBlock": "10.0.0.0/16" })).await;
    let vpc = text(&vpc, "/Vpc/VpcId");
    let input = json!({ "VpcId": vpc, "CidrBlock": "10.0.0.0/28" });
    let subnet = text(&cloud.ok("ec2", "CreateSubnet", input).await, "/Subnet/SubnetId");
    let group = json!({ "GroupName": "web", "Description": "web", "VpcId": vpc });
    let group = text(&cloud.ok("ec2", "CreateSecurityGroup", group).await, "/GroupId");
    let base = json!({
        "ImageId": cloud.image().await, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1,
        "NetworkInterfaces": [{
            "DeviceIndex": 0, "SubnetId": subnet, "Groups": [group], "AssociatePublicIpAddress": true,
        }],
        "BlockDeviceMappings": [
            { "DeviceName": "/dev/xvda", "Ebs": { "VolumeSize": 20, "DeleteOnTermination": false } },
            { "DeviceName": "/dev/sdf", "Ebs": { "VolumeSize": 5, "VolumeType": "gp2" } },
        ],
    });
    let launched = cloud.ok("ec2", "RunInstances", base.clone()).await;
    let instance = &launched["Instances"][0];
    assert_eq!(instance["SubnetId"], subnet.as_str());
    assert_eq!(instance["SecurityGroups"], json!([{ "GroupId": group, "GroupName": "web" }]));
    assert!(instance.get("PublicIpAddress").is_some());
    assert_eq!(instance["PublicDnsName"], "");
    assert_eq!(count(instance, "/BlockDeviceMappings"), 2);
    let mut both = base.clone();
    both["SubnetId"] = json!(subnet);
    cloud.fails("ec2", "RunInstances", both, "InvalidParameterCombination").await;
    let mut many = base;
    many["MinCount"] = json!(11);
    many["MaxCount"] = json!(11);
    cloud.fails("ec2", "RunInstances", many, "InsufficientFreeAddressesInSubnet").await;
    for (operation, input) in [
        ("DeleteSubnet", json!({ "SubnetId": subnet })),
        ("DeleteSecurityGroup", json!({ "GroupId": group })),
        ("DeleteVpc", json!({ "VpcId": vpc })),
    ] {
        cloud.fails("ec2", operation, input, "DependencyViolation").await;
    }
    let id = text(instance, "/InstanceId");
    cloud.ok("ec2", "TerminateInstances", json!({ "InstanceIds": [id] })).await;
    cloud.ok("ec2", "DeleteSubnet", json!({ "SubnetId": subnet })).await;
    cloud.ok("ec2", "DeleteSecurityGroup", json!({ "GroupId": group })).await;
    cloud.ok("ec2", "DeleteVpc", json!({ "VpcId": vpc })).await;
}

/// How many instances a filter takes.
async fn filtered(cloud: &Cloud, name: &str, value: &str) -> usize {
    let input = json!({ "Filters": [{ "Name": name, "Values": [value] }] });
    let found = cloud.ok("ec2", "DescribeInstances", input).await;
    let reservations = found["Reservations"].as_array().unwrap();
    reservations.iter().map(|reservation| count(reservation, "/Instances")).sum()
}

#[tokio::test]
async fn instances_are_filtered_by_what_answers_do_not_show() {
    let cloud = Cloud::new();
    let ids = cloud.run(2).await;
    let gone = cloud.run(1).await;
    cloud.ok("ec2", "TerminateInstances", json!({ "InstanceIds": gone })).await;
    cloud.settle();
    for (name, value, expected) in [
        ("availability-zone", "us-east-1a", 3),
        ("metadata-options.http-protocol-ipv4", "enabled", 3),
        ("metadata-options.http-protocol-ipv4", "disabled", 0),
        // What has ended has no interface.
        ("network-interface.availability-zone", "us-east-1a", 2),
        ("network-interface.requester-managed", "false", 2),
        ("network-interface.requester-managed", "true", 0),
        ("network-interface.ipv6-native", "false", 2),
        ("network-interface.deny-all-igw-traffic", "false", 2),
        ("network-interface.attachment.instance-id", &ids[0], 1),
        ("network-interface.attachment.instance-id", &gone[0], 0),
        ("network-interface.attachment.instance-owner-id", ACCOUNT, 2),
    ] {
        assert_eq!(filtered(&cloud, name, value).await, expected, "{name} {value}");
    }
}

#[tokio::test]
async fn instances_are_filtered_and_paged() {
    let cloud = Cloud::new();
    let ids = cloud.run(7).await;
    let tag = json!({ "Resources": [ids[0]], "Tags": [{ "Key": "Name", "Value": "chosen" }] });
    cloud.ok("ec2", "CreateTags", tag).await;
    cloud.ok("ec2", "StopInstances", json!({ "InstanceIds": [ids[1]] })).await;
    for (name, value, expected) in [
        ("tag:Name", "cho*", 1),
        ("tag-key", "Name", 1),
        ("instance-state-name", "running", 6),
        ("instance-state-code", "64", 1),
        ("instance-type", "t3.*", 7),
        ("availability-zone", "us-east-1b", 0),
        ("network-interface.addresses.private-ip-address", "127.*", 7),
        ("owner-id", ACCOUNT, 7),
        ("reservation-id", "r-*", 7),
        ("instance-id", &ids[2], 1),
    ] {
        assert_eq!(filtered(&cloud, name, value).await, expected, "{name}");
    }
    let page = cloud.ok("ec2", "DescribeInstances", json!({ "MaxResults": 5 })).await;
    assert_eq!(count(&page, "/Reservations/0/Instances"), 5);
    let token = page["NextToken"].clone();
    let input = json!({ "MaxResults": 5, "NextToken": token });
    let page = cloud.ok("ec2", "DescribeInstances", input).await;
    assert_eq!(count(&page, "/Reservations/0/Instances"), 2);
    let input = json!({ "InstanceIds": [ids[0]], "MaxResults": 5 });
    let message =
        cloud.fails("ec2", "DescribeInstances", input, "InvalidParameterCombination").await;
    assert_eq!(message, "The parameter instancesSet cannot be used with the parameter maxResults");
    let input = json!({ "InstanceIds": ["i-0123456789abcdef0", "i-0123456789abcdef1"] });
    let message =
        cloud.fails("ec2", "DescribeInstances", input, "InvalidInstanceID.NotFound").await;
    assert_eq!(message, "The instance IDs 'i-0123456789abcdef0, i-0123456789abcdef1' do not exist");
    let elsewhere =
        cloud.call_in("eu-west-1", "ec2", "DescribeInstances", &json!({})).await.unwrap();
    assert_eq!(elsewhere["Reservations"], json!([]));
}

#[tokio::test]
async fn statuses_and_consoles_are_shown() {
    let cloud = Cloud::new();
    let ids = cloud.run(2).await;
    cloud.ok("ec2", "StopInstances", json!({ "InstanceIds": [ids[1]] })).await;
    let statuses = cloud.ok("ec2", "DescribeInstanceStatus", json!({})).await;
    assert_eq!(count(&statuses, "/InstanceStatuses"), 1);
    let status = &statuses["InstanceStatuses"][0];
    assert_eq!(status["InstanceStatus"]["Status"], "ok");
    assert_eq!(
        status["SystemStatus"]["Details"],
        json!([{ "Name": "reachability", "Status": "passed" }])
    );
    let input = json!({ "IncludeAllInstances": true });
    let statuses = cloud.ok("ec2", "DescribeInstanceStatus", input).await;
    assert_eq!(count(&statuses, "/InstanceStatuses"), 2);
    // No machine runs in these tests, so its console is empty.
    let console = cloud.ok("ec2", "GetConsoleOutput", json!({ "InstanceId": ids[0] })).await;
    assert_eq!(console["InstanceId"], ids[0].as_str());
    assert!(console.get("Output").is_none());
}

#[tokio::test]
async fn attributes_are_shown_and_changed() {
    let cloud = Cloud::new();
    let id = cloud.run(1).await.remove(0);
    let on = json!({ "InstanceId": id, "DisableApiTermination": { "Value": true } });
    cloud.ok("ec2", "ModifyInstanceAttribute", on).await;
    let input = json!({ "InstanceId": id, "Attribute": "disableApiTermination" });
    let attribute = cloud.ok("ec2", "DescribeInstanceAttribute", input).await;
    assert_eq!(attribute, json!({ "InstanceId": id, "DisableApiTermination": { "Value": true } }));
    let ids = json!({ "InstanceIds": [id] });
    let message =
        cloud.fails("ec2", "TerminateInstances", ids.clone(), "OperationNotPermitted").await;
    assert_eq!(
        message,
        format!(
            "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' \
             instance \
             attribute and try again."
        )
    );
    let off = json!({ "InstanceId": id, "Attribute": "disableApiTermination", "Value": "false" });
    cloud.ok("ec2", "ModifyInstanceAttribute", off).await;

    let device = |name: &str, ebs: Json| {
        let device = json!({ "DeviceName": name, "Ebs": ebs });
        json!({ "InstanceId": id, "BlockDeviceMappings": [device] })
    };
    for (ebs, goes) in [(json!({ "DeleteOnTermination": false }), false), (json!({}), true)] {
        cloud.ok("ec2", "ModifyInstanceAttribute", device("/dev/xvda", ebs)).await;
        let volume = shown(&cloud, &id).await["BlockDeviceMappings"][0]["Ebs"].clone();
        assert_eq!(volume["DeleteOnTermination"], goes);
    }
    let code = "InvalidInstanceAttributeValue";
    let input = device("/dev/zzz", json!({ "DeleteOnTermination": true }));
    let message = cloud.fails("ec2", "ModifyInstanceAttribute", input, code).await;
    assert_eq!(message, "No device is currently mapped at /dev/zzz");

    let resize = json!({ "InstanceId": id, "InstanceType": { "Value": "t3.small" } });
    let message = cloud
        .fails("ec2", "ModifyInstanceAttribute", resize.clone(), "IncorrectInstanceState")
        .await;
    assert_eq!(message, format!("The instance '{id}' is not in the 'stopped' state."));
    cloud.ok("ec2", "StopInstances", ids.clone()).await;
    cloud.settle();
    cloud.ok("ec2", "ModifyInstanceAttribute", resize).await;
    let unknown = json!({ "InstanceId": id, "InstanceType": { "Value": "x9.huge" } });
    cloud.fails("ec2", "ModifyInstanceAttribute", unknown, code).await;
    assert_eq!(shown(&cloud, &id).await["InstanceType"], "t3.small");
    let script = STANDARD.encode("#!/bin/sh\ntrue\n");
    let data = json!({ "InstanceId": id, "UserData": { "Value": script } });
    cloud.ok("ec2", "ModifyInstanceAttribute", data).await;
    let input = json!({ "InstanceId": id, "Attribute": "userData" });
    let attribute = cloud.ok("ec2", "DescribeInstanceAttribute", input).await;
    assert_eq!(attribute["UserData"]["Value"], script);
    let credits = cloud.ok("ec2", "DescribeInstanceCreditSpecifications", ids).await;
    assert_eq!(
        credits["InstanceCreditSpecifications"],
        json!([{ "InstanceId": id, "CpuCredits": "unlimited" }])
    );
}

#[tokio::test]
async fn a_machine_that_ends_shows_as_its_launch_asked() {
    let cloud = Cloud::new();
    let image = cloud.image().await;
    for (behavior, expected) in [("stop", "stopped"), ("terminate", "terminated")] {
        let input = json!({
            "ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1,
            "InstanceInitiatedShutdownBehavior": behavior,
        });
        let launched = cloud.ok("ec2", "RunInstances", input).await;
        let id = text(&launched, "/Instances/0/InstanceId");
        cloud
            .local
            .shared
            .store
            .update(|tx| {
                tx.modify::<machines::Machine>(&id, |machine| {
                    machine.desired = machines::Desired::Stopped;
                    machine.phase = machines::Phase::Stopped;
                    machine.exit = Some(machines::Exit::ShutDown);
                });
            })
            .unwrap();
        let instance = shown(&cloud, &id).await;
        assert_eq!(instance["State"]["Name"], expected);
        assert_eq!(instance["StateReason"]["Code"], "Client.InstanceInitiatedShutdown");
    }
}

#[tokio::test]
async fn a_call_about_no_instance_is_refused() {
    let cloud = Cloud::new();
    for operation in ["StartInstances", "StopInstances", "RebootInstances", "TerminateInstances"] {
        let body = format!("Action={operation}&Version=2016-11-15");
        let refused = asked(&cloud, "ec2", operation, &body).await.unwrap();
        assert_eq!(refused.0, "InvalidParameterCombination", "{operation}");
        assert_eq!(refused.1, "No instances specified");
    }
    for operation in ["CreateTags", "DeleteTags"] {
        let body = format!("Action={operation}&Version=2016-11-15&Tag.1.Key=a&Tag.1.Value=b");
        let refused = asked(&cloud, "ec2", operation, &body).await.unwrap();
        assert_eq!(refused.0, "MissingParameter", "{operation}");
        assert_eq!(refused.1, "The request must contain the parameter resourceIdSet");
    }
}

/// The vendor ends those that stand in zones without a protected one, and fails all the same.
#[tokio::test]
async fn protection_keeps_the_instances_of_its_zone() {
    let cloud = Cloud::new();
    let image = cloud.image().await;
    let mut ids = Vec::new();
    for zone in ["us-east-1a", "us-east-1a", "us-east-1b"] {
        let input = json!({
            "ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1,
            "Placement": { "AvailabilityZone": zone },
        });
        let launched = cloud.ok("ec2", "RunInstances", input).await;
        ids.push(text(&launched, "/Instances/0/InstanceId"));
    }
    cloud.settle();
    let on = json!({ "InstanceId": ids[0], "DisableApiTermination": { "Value": true } });
    cloud.ok("ec2", "ModifyInstanceAttribute", on).await;
    let dry = json!({ "InstanceIds": ids, "DryRun": true });
    cloud.fails("ec2", "TerminateInstances", dry, "OperationNotPermitted").await;
    assert_eq!(state(&cloud, &ids[2]).await, "running");
    let all = json!({ "InstanceIds": ids });
    let message = cloud.fails("ec2", "TerminateInstances", all, "OperationNotPermitted").await;
    assert!(message.contains(&ids[0]), "{message}");
    let states =
        [state(&cloud, &ids[0]).await, state(&cloud, &ids[1]).await, state(&cloud, &ids[2]).await];
    assert_eq!(states, ["running", "running", "shutting-down"]);
}

#[tokio::test]
async fn what_is_to_stay_stays_when_its_instance_ends() {
    let cloud = Cloud::new();
    let filters = json!([{ "Name": "availability-zone", "Values": ["us-east-1a"] }]);
    let subnets = cloud.ok("ec2", "DescribeSubnets", json!({ "Filters": filters })).await;
    let subnet = text(&subnets, "/Subnets/0/SubnetId");
    let tags = json!([{ "Key": "keep", "Value": "me" }]);
    let input = json!({
        "ImageId": cloud.image().await, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1,
        "NetworkInterfaces": [
            { "DeviceIndex": 0, "SubnetId": subnet, "DeleteOnTermination": false },
        ],
        "BlockDeviceMappings": [
            { "DeviceName": "/dev/xvda", "Ebs": { "DeleteOnTermination": false } },
            { "DeviceName": "/dev/sdb", "Ebs": { "VolumeSize": 5, "DeleteOnTermination": true } },
            { "DeviceName": "/dev/sdc", "Ebs": { "VolumeSize": 6 } },
        ],
        "TagSpecifications": [
            { "ResourceType": "volume", "Tags": tags },
            { "ResourceType": "network-interface", "Tags": tags },
        ],
    });
    let launched = cloud.ok("ec2", "RunInstances", input).await;
    let instance = &launched["Instances"][0];
    let id = text(instance, "/InstanceId");
    assert_eq!(instance["NetworkInterfaces"][0]["Attachment"]["DeleteOnTermination"], false);
    let interface = text(instance, "/NetworkInterfaces/0/NetworkInterfaceId");
    let root = text(instance, "/BlockDeviceMappings/0/Ebs/VolumeId");
    cloud.settle();
    let in_use = json!({ "VolumeId": root });
    let message = cloud.fails("ec2", "DeleteVolume", in_use, "VolumeInUse").await;
    assert_eq!(message, format!("Volume {root} is currently attached to {id}"));
    let in_use = json!({ "NetworkInterfaceId": interface });
    let code = "InvalidParameterValue";
    let message = cloud.fails("ec2", "DeleteNetworkInterface", in_use, code).await;
    assert_eq!(message, format!("Network interface '{interface}' is currently in use."));
    cloud.ok("ec2", "TerminateInstances", json!({ "InstanceIds": [id] })).await;

    let filters = json!([{ "Name": "status", "Values": ["available"] }]);
    let left = cloud.ok("ec2", "DescribeVolumes", json!({ "Filters": filters })).await;
    let sizes: Vec<_> =
        left["Volumes"].as_array().unwrap().iter().map(|volume| volume["Size"].clone()).collect();
    assert_eq!(
        (sizes.len(), sizes.contains(&json!(8)), sizes.contains(&json!(6))),
        (2, true, true)
    );
    assert_eq!(left["Volumes"][0]["Tags"], tags);
    assert_eq!(left["Volumes"][0]["Attachments"], json!([]));
    let left = cloud.ok("ec2", "DescribeNetworkInterfaces", json!({})).await;
    assert_eq!(left["NetworkInterfaces"][0]["Status"], "available");
    assert_eq!(left["NetworkInterfaces"][0]["TagSet"], tags);
    assert!(left["NetworkInterfaces"][0].get("Attachment").is_none());
    let held = json!({ "SubnetId": subnet });
    cloud.fails("ec2", "DeleteSubnet", held.clone(), "DependencyViolation").await;

    cloud.ok("ec2", "DeleteVolume", json!({ "VolumeId": root })).await;
    cloud.fails("ec2", "DeleteVolume", json!({ "VolumeId": root }), "InvalidVolume.NotFound").await;
    let gone = json!({ "NetworkInterfaceId": interface });
    cloud.ok("ec2", "DeleteNetworkInterface", gone.clone()).await;
    let code = "InvalidNetworkInterfaceID.NotFound";
    cloud.fails("ec2", "DeleteNetworkInterface", gone, code).await;
    cloud.ok("ec2", "DeleteSubnet", held).await;
}

#[tokio::test]
async fn monitoring_is_turned_on_and_off() {
    let cloud = Cloud::new();
    let id = cloud.run(1).await.remove(0);
    let ids = json!({ "InstanceIds": [id] });
    for (operation, passing, then) in [
        ("MonitorInstances", "pending", "enabled"),
        ("UnmonitorInstances", "disabling", "disabled"),
    ] {
        let changed = cloud.ok("ec2", operation, ids.clone()).await;
        assert_eq!(
            changed["InstanceMonitorings"],
            json!([{ "InstanceId": id, "Monitoring": { "State": passing } }])
        );
        assert_eq!(shown(&cloud, &id).await["Monitoring"]["State"], then);
    }
    let input = json!({ "InstanceIds": ["i-0123456789abcdef0"] });
    cloud.fails("ec2", "MonitorInstances", input, "InvalidInstanceID.NotFound").await;
}

#[tokio::test]
async fn an_interface_is_changed_one_attribute_at_a_time() {
    const MODIFY: &str = "ModifyNetworkInterfaceAttribute";
    let cloud = Cloud::new();
    let id = cloud.run(1).await.remove(0);
    let interface = shown(&cloud, &id).await["NetworkInterfaces"][0].clone();
    let eni = text(&interface, "/NetworkInterfaceId");
    let input = json!({ "GroupName": "web", "Description": "for tests" });
    let web = text(&cloud.ok("ec2", "CreateSecurityGroup", input).await, "/GroupId");
    let attachment = text(&interface, "/Attachment/AttachmentId");
    let with = |member: &str, value: Json| {
        let mut input = json!({ "NetworkInterfaceId": eni });
        input[member] = value;
        input
    };
    let goes = json!({ "AttachmentId": attachment, "DeleteOnTermination": false });
    for input in [
        with("Groups", json!([web])),
        with("Description", json!({ "Value": "the first" })),
        with("SourceDestCheck", json!({ "Value": false })),
        with("Attachment", goes.clone()),
    ] {
        let mut dry = input.clone();
        dry["DryRun"] = json!(true);
        cloud.fails("ec2", MODIFY, dry, "DryRunOperation").await;
        cloud.ok("ec2", "ModifyNetworkInterfaceAttribute", input).await;
    }
    let changed = shown(&cloud, &id).await;
    assert_eq!(changed["SecurityGroups"][0]["GroupId"], json!(web));
    assert_eq!(changed["SourceDestCheck"], false);
    let interface = &changed["NetworkInterfaces"][0];
    assert_eq!(interface["Description"], "the first");
    assert_eq!(interface["Groups"][0]["GroupId"], json!(web));
    assert_eq!(interface["Attachment"]["DeleteOnTermination"], false);
    cloud.ok("ec2", MODIFY, with("Description", json!({ "Value": "" }))).await;
    assert_eq!(shown(&cloud, &id).await["NetworkInterfaces"][0]["Description"], "");

    let vpc = cloud.ok("ec2", "CreateVpc", json!({ "CidrBlock": "10.0.0.0/16" })).await;
    let input = json!({ "GroupName": "far", "Description": "x", "VpcId": vpc["Vpc"]["VpcId"] });
    let far = text(&cloud.ok("ec2", "CreateSecurityGroup", input).await, "/GroupId");
    let mut two = with("Groups", json!([web]));
    two["SourceDestCheck"] = json!({ "Value": true });
    let strange = json!({ "AttachmentId": "eni-attach-1", "DeleteOnTermination": true });
    let unknown = json!({ "NetworkInterfaceId": "eni-00000000", "Groups": [web] });
    for (input, code, message) in [
        (with("Groups", json!([])), "InvalidParameterCombination", "No attributes specified."),
        (two, "InvalidParameterCombination", "Fields for multiple attribute types specified"),
        (
            unknown,
            "InvalidNetworkInterfaceID.NotFound",
            "The networkInterface ID 'eni-00000000' does not exist",
        ),
        (
            with("Groups", json!(["sg-00000000"])),
            "InvalidGroup.NotFound",
            "The security group 'sg-00000000' does not exist",
        ),
        (
            with("Groups", json!([far])),
            "InvalidGroup.NotFound",
            "You have specified two resources that belong to different networks.",
        ),
        (
            with("Attachment", strange),
            "InvalidAttachmentID.NotFound",
            "The interface attachment 'eni-attach-1' does not exist.",
        ),
    ] {
        assert_eq!(cloud.fails("ec2", MODIFY, input, code).await, message);
    }

    // It stays when its instance ends, as was asked for, and goes on being changed.
    cloud.ok("ec2", "TerminateInstances", json!({ "InstanceIds": [id] })).await;
    cloud.settle();
    cloud.advance(SignedDuration::from_mins(1));
    cloud.ok("ec2", MODIFY, with("SourceDestCheck", json!({ "Value": true }))).await;
    let input = json!({ "NetworkInterfaceIds": [eni] });
    let free = cloud.ok("ec2", "DescribeNetworkInterfaces", input).await;
    let free = &free["NetworkInterfaces"][0];
    assert_eq!((&free["Status"], &free["SourceDestCheck"]), (&json!("available"), &json!(true)));
    cloud.fails("ec2", MODIFY, with("Attachment", goes), "InvalidAttachmentID.NotFound").await;
}
