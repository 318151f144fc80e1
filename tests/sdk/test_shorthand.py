"""Arguments, held against aws-cli's own parser: the same texts make the same parameters."""

import http.server
import json
import os
import subprocess
import sys
import threading
import urllib.parse

import pytest
from calls import isobar, keys, prepared
from conftest import BINARY

awscli = pytest.importorskip("awscli.argprocess")

from awscli.arguments import CLIArgument  # noqa: E402
from awscli.clidriver import create_clidriver  # noqa: E402
from botocore import xform_name  # noqa: E402
from botocore.validate import ParamValidator  # noqa: E402

# Operations of JSON protocols, whose bodies are the parameters themselves.
DEFINITIONS = ("ecs", "RegisterTaskDefinition", "containerDefinitions")
NETWORK = ("ecs", "RunTask", "networkConfiguration")
OVERRIDES = ("ecs", "RunTask", "overrides")
ATTRIBUTES = ("dynamodb", "CreateTable", "AttributeDefinitions")
ITEM = ("dynamodb", "PutItem", "Item")
EXPECTED = ("dynamodb", "PutItem", "Expected")
TAGS = ("kms", "TagResource", "Tags")
PARAMETERS = ("ssm", "SendCommand", "Parameters")
TARGETS = ("ssm", "SendCommand", "Targets")
NAMES = ("ssm", "GetParameters", "Names")
FILTERS = ("ssm", "DescribeParameters", "ParameterFilters")
VARIABLES = ("codebuild", "StartBuild", "environmentVariablesOverride")

CASES = [
    (TAGS, ["TagKey=a,,TagValue=b"]),
    (TAGS, ["TagKey=a,TagValue=b"]),
    (TAGS, ["TagKey=a,TagValue=b", "TagKey=c,TagValue=d"]),
    (TAGS, ["TagKey=a,TagValue="]),
    (TAGS, ["TagKey=a,TagValue=b=c"]),
    (TAGS, ["TagKey=a, TagValue=b c "]),
    (TAGS, ["TagKey = a , TagValue = b"]),
    (TAGS, [r"TagKey=a,TagValue=b\,c"]),
    (TAGS, [r"TagKey=a,TagValue=b\\c"]),
    (TAGS, [r"TagKey=a,TagValue=b\c"]),
    (TAGS, ["TagKey=a,TagValue='b,c'"]),
    (TAGS, ['TagKey=a,TagValue="b,c=d"']),
    (TAGS, [r"TagKey=a,TagValue='it\'s'"]),
    (TAGS, [r'TagKey=a,TagValue="say \"x\""']),
    (TAGS, [r'TagKey=a,TagValue="a\\b"']),
    (TAGS, ["TagKey=a,TagValue=http://x/y?z=1&u=2"]),
    (TAGS, ["TagKey=a,TagValue=a[b"]),
    (TAGS, ["TagKey=a,TagValue=(x);~|^`!"]),
    (TAGS, ["TagKey=é,TagValue=日本 語"]),
    (TAGS, ["TagKey=a\n,TagValue=b"]),
    (TAGS, ['[{"TagKey":"a","TagValue":"b"}]']),
    (TAGS, ['{"TagKey":"a","TagValue":"b"}', '{"TagKey":"c","TagValue":"d"}']),
    (TAGS, ['  [{"TagKey":"a","TagValue":"b"}]']),
    (PARAMETERS, ["commands=ls"]),
    (PARAMETERS, ["commands=ls,pwd"]),
    (PARAMETERS, ["commands=ls,pwd,other=x"]),
    (PARAMETERS, ["commands=[ls,pwd],other=[x]"]),
    (PARAMETERS, ["commands=['ls -l','a,b'],other=x"]),
    (PARAMETERS, ["commands=ls,'x y',other=\"q,r\",s"]),
    (PARAMETERS, ["commands=[],other=[a,,b]"]),
    (PARAMETERS, ["a/b:c#d.e-f_g=x"]),
    (PARAMETERS, ['{"commands":["ls"]}']),
    (TARGETS, ["Key=tag:env,Values=a,b", "Key=InstanceIds,Values=i-1"]),
    (TARGETS, ["Key=tag:env,Values=[a,b]"]),
    (TARGETS, ["Values=a,b,Key=tag:env"]),
    (NAMES, ["a", "b", "c"]),
    (NAMES, ["a"]),
    (NAMES, ['["a","b"]']),
    (NAMES, ["a,b"]),
    (NAMES, ["a=b"]),
    (FILTERS, ["Key=Name,Option=Equals,Values=x,y"]),
    (FILTERS, ["Values=x\\,y,z,Key=Name"]),
    (NETWORK, ["awsvpcConfiguration={subnets=[a,b],assignPublicIp=ENABLED}"]),
    (NETWORK, ["awsvpcConfiguration={subnets=[ a , b ], securityGroups = [ c ] }"]),
    (NETWORK, ["awsvpcConfiguration={subnets=a}"]),
    (OVERRIDES, ["cpu=256,containerOverrides=[{name=x,command=[a,'b c'],cpu=10,environment=[{name=k,value=v}]}]"]),
    (DEFINITIONS, ["name=x,image=y,cpu=10,essential=true,portMappings=[{containerPort=80,hostPort=8080}]"]),
    (DEFINITIONS, ["name=x,image=y,essential=False,command=a,b"]),
    (DEFINITIONS, ["name=x,logConfiguration={logDriver=awslogs,options={group=g,stream=s}}"]),
    (DEFINITIONS, ["name=x,dockerLabels={a=b,c=d},environment={name=k,value=v}"]),
    (ATTRIBUTES, ["AttributeName=a,AttributeType=S", "AttributeName=b,AttributeType=N"]),
    (ITEM, ['{"id":{"S":"1"},"n":{"N":"5"},"l":{"L":[{"BOOL":true}]}}']),
    (ITEM, ["id={S=1},n={N=5}"]),
    (ITEM, ["id={SS=[a,b]},flag={BOOL=true}"]),
    (EXPECTED, ["id={Exists=false}"]),
    (VARIABLES, ["name=A,value=1,type=PLAINTEXT", "name=B,value='x,y'"]),
]

WRONG = [
    (TAGS, [" TagKey=a,TagValue=b"]),
    (TAGS, ["TagKey"]),
    (TAGS, ["TagKey=a,TagValue"]),
    (TAGS, ["TagKey=a,,,TagValue=b"]),
    (TAGS, ["TagKey=a,TagKey=b"]),
    (TAGS, ["TagKey=a,TagValue='b"]),
    (PARAMETERS, ["commands=[a"]),
    (PARAMETERS, ["commands=[a,b]]"]),
    (NETWORK, ["awsvpcConfiguration={subnets=[a]"]),
    (NETWORK, ["awsvpcConfiguration={subnets}"]),
    (TAGS, ['[{"TagKey":"a"']),
]


@pytest.fixture(scope="module")
def parse():
    """What aws-cli makes of a member's texts."""
    session = create_clidriver().session

    def parsed(of, texts):
        service, operation, member = of
        model = session.get_service_model(service).operation_model(operation)
        shape = model.input_shape.members[member]
        argument = CLIArgument(xform_name(member, "-"), shape, model, session.get_component("event_emitter"))
        value = texts if shape.type_name == "list" else texts[0]
        done = awscli.ParamShorthandParser()(argument, value, f"process-cli-arg.{service}.{xform_name(operation, '-')}")
        return done if done is not None else awscli.unpack_cli_arg(argument, value)

    return parsed


def check(of, value):
    """What botocore says of a value's types."""
    service, operation, member = of
    model = create_clidriver().session.get_service_model(service).operation_model(operation)
    shape = model.input_shape.members[member]
    errors = ParamValidator().validate(value, shape)
    assert not errors.has_errors(), errors.generate_report()


def body(of, texts):
    """What the request says of the member; the call's other members are not given, and not missed."""
    service, operation, member = of
    required = {
        "RegisterTaskDefinition": {"family": "f"},
        "RunTask": {"taskDefinition": "t"},
        "CreateTable": {"TableName": "tab", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]},
        "PutItem": {"TableName": "tab", "Item": {"id": {"S": "1"}}},
        "TagResource": {"KeyId": "k"},
        "SendCommand": {"DocumentName": "AWS-RunShellScript"},
        "StartBuild": {"projectName": "p"},
    }.get(operation, {})
    request = prepared("aws", service, operation, "--input", json.dumps(required), f"--{xform_name(member, '-')}", *texts)
    return json.loads(request["body"])[member]


@pytest.mark.parametrize(("of", "texts"), CASES, ids=lambda value: str(value)[:70])
def test_the_same_as_aws_cli(parse, of, texts):
    assert body(of, texts) == parse(of, texts)


@pytest.mark.parametrize(("of", "texts"), WRONG, ids=lambda value: str(value)[:70])
def test_refused_as_by_aws_cli(parse, of, texts):
    with pytest.raises(Exception):
        check(of, parse(of, texts))
    service, operation, member = of
    done = isobar("aws", service, operation, f"--{xform_name(member, '-')}", *texts, "--dry-run", code=12)
    assert member in done.stderr and "Traceback" not in done.stderr


def test_operations_have_aws_clis_names():
    session = create_clidriver().session
    names = {"s3": "s3api", "codedeploy": "deploy", "config": "configservice"}
    # aws-cli's botocore and the catalogue's may differ by a few releases.
    known, wrong = 0, []
    for service in session.get_available_services():
        done = isobar("aws", names.get(service, service), "--help", code=None)
        if done.returncode != 0:
            continue
        known += 1
        ours = set(done.stdout.partition("Operations:\n")[2].partition("\n\n")[0].split())
        theirs = {xform_name(name, "-") for name in session.get_service_model(service).operation_names}
        folded = {name.replace("-", "") for name in ours}
        wrong += [(service, name) for name in theirs - ours if name.replace("-", "") in folded]
    assert known > 400 and not wrong


class _Kept(http.server.BaseHTTPRequestHandler):
    bodies = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.bodies.append(sorted(urllib.parse.parse_qsl(body)))
        answer = b"<R><return>true</return></R>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("flags", [
    ["--source-dest-check"],
    ["--no-source-dest-check"],
    ["--source-dest-check", "Value=false"],
    ["--disable-api-termination", "--dry-run"],
    ["--no-disable-api-termination"],
    ["--no-ebs-optimized", "--instance-type", "Value=t3.micro"],
    ["--instance-initiated-shutdown-behavior", "terminate"],
], ids=" ".join)
def test_values_that_are_structures(flags, tmp_path):
    server = http.server.HTTPServer(("127.0.0.1", 0), _Kept)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    env = {**keys(), "HOME": str(tmp_path), "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
    command = ["ec2", "modify-instance-attribute", "--instance-id", "i-1", *flags, "--endpoint-url", url]
    _Kept.bodies.clear()
    for program in ([aws], [BINARY, "aws"]):
        # Our own --dry-run sends nothing; EC2's member is called so too.
        line = [flag.replace("--dry-run", "--DryRun") for flag in command] if program[0] == BINARY else command
        done = subprocess.run([*program, *line], capture_output=True, timeout=60, env=env)
        assert done.returncode == 0, (program, done)
    server.shutdown()
    theirs, ours = _Kept.bodies
    assert ours == theirs
