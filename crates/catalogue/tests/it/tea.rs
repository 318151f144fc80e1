//! The importer of Alibaba Cloud's packages, on lines of their form.

use isobar_catalogue::import::tea;
use isobar_catalogue::model::{
    Acceptor, Auth, BodyFormat, Endpoints, Matcher, PagingStyle, WaiterState,
};
use isobar_catalogue::shape::ListStyle;
use isobar_catalogue::{Kind, Location, Protocol, Service};

const CLIENT: &str = r#"
class Client(OpenApiClient):

    def __init__(
        self,
        config: open_api_util_models.Config,
    ):
        super().__init__(config)
        self._endpoint_rule = 'regional'
        self._endpoint_map = {
            'eu-1': 'toy.eu.example',
            'cn-1': 'toy-cn.example'
        }
        self._endpoint = self.get_endpoint('toy', self._region_id, self._endpoint_rule, self._network, self._suffix, self._endpoint_map, self._endpoint)

    def list_toys_with_options(
        self,
        tmp_req: main_models.ListToysRequest,
        runtime: RuntimeOptions,
    ) -> main_models.ListToysResponse:
        tmp_req.validate()
        request = main_models.ListToysShrinkRequest()
        Utils.convert(tmp_req, request)
        if not DaraCore.is_null(tmp_req.ids):
            request.ids_shrink = Utils.array_to_string_with_specified_style(tmp_req.ids, 'Ids', 'json')
        query = {}
        if not DaraCore.is_null(request.ids_shrink):
            query['Ids'] = request.ids_shrink
        if not DaraCore.is_null(request.page_number):
            query['PageNumber'] = request.page_number
        if not DaraCore.is_null(request.page_size):
            query['PageSize'] = request.page_size
        body = {}
        if not DaraCore.is_null(request.client_token):
            body['ClientToken'] = request.client_token
        if not DaraCore.is_null(request.tag):
            body['Tag'] = request.tag
        req = open_api_util_models.OpenApiRequest(
            query = Utils.query(query),
            body = Utils.parse_to_map(body)
        )
        params = open_api_util_models.Params(
            action = 'ListToys',
            version = '2020-02-02',
            protocol = 'HTTPS',
            pathname = '/',
            method = 'GET',
            auth_type = 'Anonymous',
            style = 'RPC',
            req_body_type = 'formData',
            body_type = 'json'
        )

    async def list_toys_with_options_async(
        self,
        tmp_req: main_models.ListToysRequest,
        runtime: RuntimeOptions,
    ) -> main_models.ListToysResponse:
        params = open_api_util_models.Params(
            action = 'Wrong',
        )

    def break_toy_with_options(
        self,
        toy_id: str,
        request: main_models.BreakToyRequest,
        headers: main_models.BreakToyHeaders,
        runtime: RuntimeOptions,
    ) -> main_models.BreakToyResponse:
        real_headers = {}
        if not DaraCore.is_null(headers.x_toy_force):
            real_headers['x-toy-force'] = str(headers.x_toy_force)
        req = open_api_util_models.OpenApiRequest(
            headers = real_headers,
            body = Utils.to_array(request.body)
        )
        params = open_api_util_models.Params(
            action = 'BreakToy',
            version = '2020-02-02',
            pathname = f'/toys/{DaraURL.percent_encode(toy_id)}/break',
            method = 'DELETE',
            auth_type = 'AK',
            style = 'ROA',
            req_body_type = 'json',
            body_type = 'binary'
        )
"#;

const MODELS: &str = r#"
class ListToysRequest(DaraModel):
    def __init__(
        self,
        client_token: str = None,
        ids: List[str] = None,
        page_number: int = None,
        page_size: int = None,
        tag: List[main_models.ListToysRequestTag] = None,
        unsent: str = None,
    ):
        # Which ones.
        # 
        # This parameter is required.
        self.ids = ids
        self.page_number = page_number
        self.page_size = page_size
        self.client_token = client_token
        self.tag = tag

    def to_map(self):
        result = dict()
        if self.client_token is not None:
            result['ClientToken'] = self.client_token

        if self.ids is not None:
            result['Ids'] = self.ids

        if self.page_number is not None:
            result['PageNumber'] = self.page_number

        if self.page_size is not None:
            result['PageSize'] = self.page_size

        result['Tag'] = []
        if self.tag is not None:
            for k1 in self.tag:
                result['Tag'].append(k1.to_map() if k1 else None)

        return result

class ListToysRequestTag(DaraModel):
    def __init__(
        self,
        key: str = None,
    ):
        self.key = key

    def to_map(self):
        if self.key is not None:
            result['Key'] = self.key

class ListToysResponse(DaraModel):
    def __init__(
        self,
        headers: Dict[str, str] = None,
        status_code: int = None,
        body: main_models.ListToysResponseBody = None,
    ):
        self.headers = headers

class ListToysResponseBody(DaraModel):
    def __init__(
        self,
        notes: List[str] = None,
        toys: main_models.ListToysResponseBodyToys = None,
        total_count: int = None,
    ):
        self.toys = toys

    def to_map(self):
        if self.notes is not None:
            result['Notes'] = self.notes
        if self.toys is not None:
            result['Toys'] = self.toys.to_map()
        if self.total_count is not None:
            result['TotalCount'] = self.total_count

class ListToysResponseBodyToys(DaraModel):
    def __init__(
        self,
        toy: List[main_models.Toy] = None,
    ):
        self.toy = toy

    def to_map(self):
        result['Toy'] = []
        if self.toy is not None:
            for k1 in self.toy:
                result['Toy'].append(k1.to_map() if k1 else None)

class Toy(DaraModel):
    def __init__(
        self,
        parts: List[main_models.Toy] = None,
        labels: Dict[str, Any] = None,
        price: float = None,
        sold: bool = None,
    ):
        self.parts = parts

class BreakToyRequest(DaraModel):
    def __init__(
        self,
        body: List[str] = None,
    ):
        self.body = body

class BreakToyHeaders(DaraModel):
    def __init__(
        self,
        common_headers: Dict[str, str] = None,
        x_toy_force: bool = None,
    ):
        self.common_headers = common_headers

class BreakToyResponse(DaraModel):
    def __init__(
        self,
        headers: Dict[str, str] = None,
        body: BinaryIO = None,
    ):
        self.body = body
"#;

fn toys() -> Service {
    let sources = tea::Sources { client: CLIENT, models: vec![MODELS] };
    tea::service("toy", &sources).expect("the package is whole")
}

#[test]
fn an_rpc_operation() {
    let toys = toys();
    assert_eq!((toys.version.as_str(), toys.endpoint_prefix.as_str()), ("2020-02-02", "toy"));
    let hosts = [("cn-1", "toy-cn.example"), ("eu-1", "toy.eu.example")];
    let hosts = hosts.map(|(region, host)| (region.to_owned(), host.to_owned())).to_vec();
    assert_eq!(toys.endpoints, Endpoints::Regions { hosts, regional: true });

    let list = toys.operation("ListToys").expect("it is there");
    assert_eq!((list.auth, list.body), (Auth::None, BodyFormat::Form));
    let members: Vec<_> = toys
        .input_members(list)
        .iter()
        .map(|one| (one.name.as_str(), one.location, one.list_style, one.required))
        .collect();
    assert_eq!(
        members,
        [
            ("ClientToken", Location::Body, ListStyle::Repeated, false),
            ("Ids", Location::Query, ListStyle::Json, true),
            ("PageNumber", Location::Query, ListStyle::Repeated, false),
            ("PageSize", Location::Query, ListStyle::Repeated, false),
            ("Tag", Location::Body, ListStyle::Repeated, false),
        ]
    );
    assert!(toys.input_members(list)[0].idempotency_token);
    let paging = list.paging.as_ref().expect("it is paged");
    assert_eq!(paging.style, PagingStyle::Number);
    assert_eq!(paging.results, ["Toys.Toy"], "a list of texts is no page");
    assert_eq!(paging.total.as_deref(), Some("TotalCount"));
}

#[test]
fn a_shape_may_hold_itself() {
    let toys = toys();
    let at = toys.shapes.iter().position(|shape| shape.name == "Toy").expect("it is there");
    let Kind::Structure(toy) = &toys.shapes[at].kind else { panic!("a structure") };
    let Kind::List(parts) = &toys.shape(toy.members[0].shape).kind else { panic!("a list") };
    assert_eq!(parts.item.0 as usize, at);
}

#[test]
fn a_roa_operation() {
    let toys = toys();
    let broken = toys.operation("BreakToy").expect("it is there");
    assert_eq!((broken.method.as_str(), broken.uri.as_str()), ("DELETE", "/toys/{toy_id}/break"));
    assert_eq!(broken.body, BodyFormat::JsonList);
    let members: Vec<_> =
        toys.input_members(broken).iter().map(|one| (one.name.as_str(), one.location)).collect();
    let expected =
        [("toy_id", Location::Path), ("x-toy-force", Location::Header), ("body", Location::Body)];
    assert_eq!(members, expected);
    let input = toys.structure(broken.input.expect("it has one")).expect("a structure");
    assert_eq!(input.payload.as_deref(), Some("body"));
    let output = toys.structure(broken.output.expect("it has one")).expect("a structure");
    assert_eq!(output.payload.as_deref(), Some("body"));
    assert!(output.members[0].streaming);
    // The service's protocol is that of its first operation by the file's order.
    assert_eq!(toys.protocol(), Protocol::AlibabaRpc);
}

#[test]
fn the_overlay_adds_facts_and_knows_its_service() {
    let mut toys = toys();
    let overlay = |text: &str| -> tea::Overlay { serde_json::from_str(text).expect("it is JSON") };
    let facts = r#"{"toy": {"ListToys": {"required": ["PageSize"],
        "errors": {"404": ["NoToy"], "503": ["Throttling.User"]}}}}"#;
    overlay(facts).apply(&mut toys).expect("it fits");
    let list = toys.operation("ListToys").expect("it is there");
    assert!(toys.input_members(list)[3].required);
    let errors: Vec<_> = list
        .errors
        .iter()
        .filter_map(|id| toys.structure(*id)?.error.as_ref())
        .map(|one| (one.code.as_deref(), one.status, one.sender_fault, one.throttling))
        .collect();
    assert_eq!(
        errors,
        [
            (Some("NoToy"), Some(404), true, false),
            (Some("Throttling.User"), Some(503), false, true)
        ]
    );

    let waiters = r#"{"toy": {"ListToys": {"waiters": {
        "ToyMade": {"items": "Toys", "path": "State", "is": "made", "fails": ["broken"]},
        "ToyGone": {"path": "Total", "is": 0}}}}}"#;
    overlay(waiters).apply(&mut toys).expect("it fits");
    let shown: Vec<_> =
        toys.waiters.iter().map(|it| (&*it.name, &*it.operation, &it.acceptors)).collect();
    let acceptor =
        |state, matcher, expected: &str| Acceptor { state, matcher, expected: expected.into() };
    let gone = vec![acceptor(WaiterState::Success, Matcher::Path("Total".into()), "0")];
    let all = r#"TotalCount > `0` && length(Toys[?State == `"made"`]) == TotalCount"#;
    let made = vec![
        acceptor(WaiterState::Success, Matcher::Path(all.into()), "true"),
        acceptor(WaiterState::Failure, Matcher::PathAny("Toys[].State".into()), r#""broken""#),
    ];
    assert_eq!(shown, [("ToyGone", "ListToys", &gone), ("ToyMade", "ListToys", &made)]);

    let check = |text: &str, expected: &str| {
        let error = overlay(text).apply(&mut self::toys()).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    };
    check(r#"{"toy": {"Gone": {}}}"#, "toy.Gone: no such operation");
    check(r#"{"toy": {"ListToys": {"required": ["X"]}}}"#, "toy.ListToys: no member X");
}

/// Of the older generations: classes in one file and in quotes, facts without spaces, a function
/// whose name has `async` in it, one call with all facts, prose that looks like code.
const OLDER_CLIENT: &str = r#"
class Client(OpenApiClient):
    def __init__(
        self,
        config: open_api_models.Config,
    ):
        super().__init__(config)
        self._endpoint_rule = 'central'
        self.check_config(config)
        self._endpoint = self.get_endpoint('old', self._region_id, self._endpoint_rule, self._network, self._suffix, self._endpoint_map, self._endpoint)

    def get_async_result_with_options(
        self,
        request: old_20170101_models.GetAsyncResultRequest,
        headers: Dict[str, str],
        runtime: util_models.RuntimeOptions,
    ) -> old_20170101_models.GetAsyncResultResponse:
        """
        action='Wrong'
        query['Wrong'] = request.task_id
        """
        UtilClient.validate_model(request)
        body = {}
        if not UtilClient.is_unset(request.task_id):
            body['TaskId'] = request.task_id
        body_flat = {}
        if not UtilClient.is_unset(request.parts):
            body_flat['Parts'] = request.parts
        body = TeaCore.merge(body,
            OpenApiUtilClient.query(body_flat))
        req = open_api_models.OpenApiRequest(
            headers=headers,
            body=OpenApiUtilClient.parse_to_map(body)
        )
        params = open_api_models.Params(
            action='GetAsyncResult',
            version='2017-01-01',
            protocol='HTTPS',
            pathname='/',
            method='POST',
            auth_type='AK',
            style='RPC',
            req_body_type='formData',
            body_type='json'
        )

    def list_parts_with_options(
        self,
        request: old_20170101_models.ListPartsRequest,
        runtime: util_models.RuntimeOptions,
    ) -> old_20170101_models.GetAsyncResultResponse:
        UtilClient.validate_model(tmp_req)
        if not UtilClient.is_unset(tmp_req.part_name):
            request.part_name_shrink = OpenApiUtilClient.array_to_string_with_specified_style(tmp_req.part_name, 'PartName', 'simple')
        query = OpenApiUtilClient.query(UtilClient.to_map(request))
        req = open_api_models.OpenApiRequest(
            query=OpenApiUtilClient.query(query)
        )
        return TeaCore.from_map(
            old_20170101_models.GetAsyncResultResponse(),
            self.do_rpcrequest('ListParts', '2017-01-01', 'HTTPS', 'GET', 'AK', 'json', req, runtime)
        )

    def put_with_options(
        self,
        request: old_20170101_models.PutWithOptionsRequest,
    ) -> old_20170101_models.GetAsyncResultResponse:
        runtime = util_models.RuntimeOptions()
        return self.put_with_options_with_options(request, runtime)

    def put_with_options_with_options(
        self,
        project: str,
        unused: str,
        tmp_req: old_20170101_models.ListPartsRequest,
        tmp_header: old_20170101_models.PutHeaders,
        runtime: util_models.RuntimeOptions,
    ) -> old_20170101_models.GetAsyncResultResponse:
        host_map = {}
        host_map['project'] = project
        request = old_20170101_models.ListPartsShrinkRequest()
        headers = old_20170101_models.PutShrinkHeaders()
        if not UtilClient.is_unset(tmp_header.context):
            headers.context_shrink = OpenApiUtilClient.array_to_string_with_specified_style(tmp_header.context, 'Context', 'json')
        real_headers = {}
        if not UtilClient.is_unset(headers.context_shrink):
            real_headers['Context'] = UtilClient.to_jsonstring(headers.context_shrink)
        req = open_api_models.OpenApiRequest(
            host_map=host_map,
            headers=real_headers,
            body=tmp_req.body,
            stream=tmp_req.body
        )
        params = open_api_models.Params(
            action='PutWithOptions',
            version='2017-01-01',
            pathname=f'/parts/{OpenApiUtilClient.get_encode_param(part)}/{{VersionId}}',
            method='PUT',
            auth_type='AK',
            style='ROA',
            req_body_type='binary',
            body_type='json'
        )
"#;

const OLDER_MODELS: &str = r#"
class GetAsyncResultRequest(TeaModel):
    def __init__(
        self,
        task_id: str = None,
        parts: List['Part'] = None,
    ):
        self.task_id = task_id
        self.parts = parts

    def validate(self):
        self.validate_required(self.task_id, 'task_id')

    def to_map(self):
        if self.task_id is not None:
            result['TaskId'] = self.task_id
        result['Parts'] = []
        if self.parts is not None:
            for k in self.parts:
                result['Parts'].append(k.to_map() if k else None)

class Part(TeaModel):
    def __init__(
        self,
        name: str = None,
        kind: models.from_ = None,
    ):
        self.name = name

class from(TeaModel):
    def __init__(
        self,
        name: str = None,
    ):
        self.name = name

class ListPartsRequest(TeaModel):
    def __init__(
        self,
        part_name: str = None,
        body: BinaryIO = None,
    ):
        self.part_name = part_name

    def to_map(self):
        if self.part_name is not None:
            result['PartName'] = self.part_name
        if self.body is not None:
            result['body'] = self.body

class PutHeaders(TeaModel):
    def __init__(
        self,
        common_headers: Dict[str, str] = None,
        context: Part = None,
    ):
        self.context = context

    def to_map(self):
        if self.context is not None:
            result['Context'] = self.context.to_map()

class GetAsyncResultResponse(TeaModel):
    def __init__(
        self,
        body: Part = None,
    ):
        self.body = body
"#;

#[test]
fn the_older_generations_are_read() {
    let sources = tea::Sources { client: OLDER_CLIENT, models: vec![OLDER_MODELS] };
    let old = tea::service("old", &sources).expect("the package is whole");
    let names: Vec<_> = old.operations.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["GetAsyncResult", "ListParts", "PutWithOptions"]);
    assert_eq!(old.endpoints, Endpoints::Regions { hosts: Vec::new(), regional: false });
    let members = |name: &str| -> Vec<_> {
        let operation = old.operation(name).expect(name);
        let members = old.input_members(operation).iter();
        members.map(|one| (one.name.as_str(), one.location, one.list_style, one.required)).collect()
    };

    let body = (Location::Body, ListStyle::Repeated);
    let expected = [("TaskId", body.0, body.1, true), ("Parts", body.0, body.1, false)];
    assert_eq!(members("GetAsyncResult"), expected);
    assert_eq!(old.operation("GetAsyncResult").map(|one| one.auth), Some(Auth::Default));

    let list = old.operation("ListParts").expect("it is there");
    assert_eq!((list.method.as_str(), list.uri.as_str(), list.auth), ("GET", "/", Auth::Older));
    let query = (Location::Query, ListStyle::Repeated);
    let expected =
        [("PartName", query.0, ListStyle::Comma, false), ("body", query.0, query.1, false)];
    assert_eq!(members("ListParts"), expected, "what is shrunk is a text, wherever all goes");
    let bytes = old.shape(old.input_members(list)[1].shape);
    assert!(matches!(bytes.kind, Kind::String(_)), "bytes among parameters are text");

    let put = old.operation("PutWithOptions").expect("it is there");
    assert_eq!(put.uri, "/parts/{part}/{VersionId}");
    assert_eq!(put.host_prefix.as_deref(), Some("{project}."));
    let expected = [
        ("project", Location::Host, ListStyle::Repeated, true),
        ("part", Location::Path, ListStyle::Repeated, true),
        ("VersionId", Location::Path, ListStyle::Repeated, true),
        ("Context", Location::Header, ListStyle::Json, false),
        ("body", Location::Body, ListStyle::Repeated, false),
    ];
    assert_eq!(members("PutWithOptions"), expected);
    let input = old.structure(put.input.expect("it has one")).expect("a structure");
    assert_eq!(input.payload.as_deref(), Some("body"));
}

#[test]
fn a_body_of_bytes_has_two_names() {
    for word in ["binary", "byte"] {
        let client = OLDER_CLIENT.replace("'binary'", &format!("'{word}'"));
        let sources = tea::Sources { client: &client, models: vec![OLDER_MODELS] };
        let old = tea::service("old", &sources).expect(word);
        let put = old.operation("PutWithOptions").expect("it is there");
        assert_eq!(put.body, BodyFormat::Binary, "{word}");
    }
}

#[test]
fn a_path_that_is_one_label_keeps_its_slashes() {
    let client = CLIENT.replace("/toys/{DaraURL.percent_encode(toy_id)}/break", "{toy_id}");
    let sources = tea::Sources { client: &client, models: vec![MODELS] };
    let toys = tea::service("toy", &sources).expect("the package is whole");
    let broken = toys.operation("BreakToy").expect("it is there");
    assert_eq!(broken.uri, "/{toy_id+}");
    let label = &toys.input_members(broken)[0];
    assert_eq!((label.name.as_str(), label.location), ("toy_id", Location::Path));
}

#[test]
fn a_client_that_makes_no_host_has_no_endpoint() {
    let client = CLIENT
        .replace("self._endpoint = self.get_endpoint('toy', ", "self._product_id = ('Toy'")
        .replace("'eu-1': 'toy.eu.example',", "")
        .replace("'cn-1': 'toy-cn.example'", "")
        + "\nfrom alibabacloud_gateway_pds.client import Client as GatewayClientClient\n";
    let text = client.replacen("class Client", "self._signature_algorithm = 'v2'\nclass Client", 1);
    let sources = tea::Sources { client: &text, models: vec![MODELS] };
    let toys = tea::service("toy", &sources).expect("the package is whole");
    assert_eq!(toys.endpoints, Endpoints::Unknown);
    assert_eq!(toys.endpoint_prefix, "toy");
    let auth = |name: &str| toys.operation(name).map(|one| one.auth);
    assert_eq!((auth("BreakToy"), auth("ListToys")), (Some(Auth::Older), Some(Auth::OlderNone)));
    assert_eq!(toys.operation("BreakToy").map(|one| one.body), Some(BodyFormat::JsonList));

    let signs_all =
        format!("from alibabacloud_gateway_sls.client import Client as Gateway\n{text}");
    let sources = tea::Sources { client: &signs_all, models: vec![MODELS] };
    let toys = tea::service("toy", &sources).expect("the package is whole");
    assert_eq!(toys.operation("ListToys").map(|one| one.auth), Some(Auth::Default));
}
