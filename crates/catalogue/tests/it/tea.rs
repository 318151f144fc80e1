//! The importer of Alibaba Cloud's packages, on lines of their form.

use isobar_catalogue::import::tea;
use isobar_catalogue::model::{Auth, BodyFormat, Endpoints, PagingStyle};
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
    assert_eq!(broken.body, BodyFormat::Json);
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

    let check = |text: &str, expected: &str| {
        let error = overlay(text).apply(&mut self::toys()).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    };
    check(r#"{"toy": {"Gone": {}}}"#, "toy.Gone: no such operation");
    check(r#"{"toy": {"ListToys": {"required": ["X"]}}}"#, "toy.ListToys: no member X");
}
