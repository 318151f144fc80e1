//! The importer of DigitalOcean's package, on lines of its form.

use isobar_catalogue::import::{ImportError, pydo};
use isobar_catalogue::model::{Endpoints, PagingStyle};
use isobar_catalogue::{Kind, Location, Service};

const CLIENT: &str = "
        self.boats = BoatsOperations(
            self._client, self._config, self._serialize, self._deserialize
        )
";

const OPERATIONS: &str = r#"
def build_boats_list_request(
    *,
    per_page: int = 20,
    page: int = 1,
    kind: Optional[str] = None,
    **kwargs: Any,
) -> HttpRequest:
    accept = _headers.pop("Accept", "application/json")

    # Construct URL
    _url = "/v2/boats"

    # Construct parameters
    if per_page is not None:
        _params["per_page"] = _SERIALIZER.query(
            "per_page", per_page, "int", maximum=200, minimum=1
        )
    if page is not None:
        _params["page"] = _SERIALIZER.query("page", page, "int", minimum=1)
    _params["kind"] = _SERIALIZER.query("kind", kind, "str")
    if match is not None:
        _params["match[]"] = [
            _SERIALIZER.query("match", q, "str") if q is not None else "" for q in match
        ]

    # Construct headers
    _headers["Accept"] = _SERIALIZER.header("accept", accept, "str")
    if if_match is not None:
        _headers["If-Match"] = _SERIALIZER.header("if_match", if_match, "str")

    return HttpRequest(
        method="GET", url=_url, params=_params, headers=_headers, **kwargs
    )


def build_boats_sink_request(boat_id: int, **kwargs: Any) -> HttpRequest:
    # Construct URL
    _url = (
        "/v2/boats/{boat_id}"
        "/sink"
    )
    path_format_arguments = {
        "boat_id": _SERIALIZER.url("boat_id", boat_id, "str", pattern=r"^[a-z]\d(x)$"),
    }

    return HttpRequest(method="POST", url=_url, headers=_headers, **kwargs)


class BoatsOperations:
    """
    .. warning::
    """

    @distributed_trace
    def list(
        self,
        *,
        kind: Optional[str] = None,
        **kwargs: Any,
    ) -> JSON:
        # pylint: disable=line-too-long
        """List All Boats.

        :keyword kind: Which ones. Known values
         are: "sail" and "motor". Default value is None.
        :paramtype kind: str
        :return: JSON object

        Example:
            .. code-block:: python

                # response body for status code(s): 200
                response == {
                    "boats": [
                        {
                            "name": "str",  # What it is called.
                              Required.
                            "built_at": "2020-02-20
                              00:00:00"  # Optional. When.
                        }
                    ],
                    "links": {
                        "pages": {}
                    },
                    "meta": {
                        "total": 0  # Optional. How many.
                    }
                }
        """
        _request = build_boats_list_request(
            kind=kind,
        )
        if response.status_code not in [200]:
            pass

    @overload
    def sink(
        self,
        boat_id: int,
        body: IO[bytes],
    ) -> Optional[JSON]:
        """Sink."""

    @distributed_trace
    def sink(
        self, boat_id: int, body: Optional[Union[JSON, IO[bytes]]] = None, **kwargs: Any
    ) -> Optional[JSON]:
        """Sink a Boat.

        Example:
            .. code-block:: python

                # JSON input template you can fill out and use as your body input.
                body = {}

                # response body for status code(s): 404
                response == {
                    "id": "str"  # Which. Required.
                }
        """
        _json = body
        _request = (
            build_boats_sink_request(
                boat_id=boat_id,
            )
        )
        if response.status_code not in [204, 404]:
            pass
"#;

fn boats(overlay: &str) -> Service {
    let mut services = services(overlay).expect("the package is whole");
    assert_eq!(services.len(), 1);
    services.remove(0)
}

fn services(overlay: &str) -> Result<Vec<Service>, ImportError> {
    let overlay = serde_json::from_str(overlay).expect("it is JSON");
    pydo::services(&pydo::Sources { client: CLIENT, operations: OPERATIONS }, &overlay)
}

#[test]
fn a_list() {
    let boats = boats("{}");
    assert_eq!(
        (boats.name.as_str(), boats.id.as_str(), boats.version.as_str()),
        ("boats", "Boats", "v2")
    );
    assert_eq!(boats.endpoints, Endpoints::Single("https://api.digitalocean.com".to_owned()));
    let list = boats.operation("list").expect("it is there");
    assert_eq!((list.method.as_str(), list.uri.as_str(), list.status), ("GET", "/v2/boats", 200));
    let members: Vec<_> = boats
        .input_members(list)
        .iter()
        .map(|one| (one.name.as_str(), one.on_wire(), one.location, one.required))
        .collect();
    assert_eq!(
        members,
        [
            ("per_page", "per_page", Location::Query, false),
            ("page", "page", Location::Query, false),
            ("kind", "kind", Location::Query, true),
            ("match", "match[]", Location::Query, false),
            ("if_match", "If-Match", Location::Header, false),
        ]
    );
    let shape = |at: usize| &boats.shape(boats.input_members(list)[at].shape).kind;
    let Kind::Integer(number) = shape(0) else { panic!("a number") };
    assert_eq!((number.range.min, number.range.max), (Some(1.0), Some(200.0)));
    let Kind::String(text) = shape(2) else { panic!("a text") };
    assert_eq!(text.values, ["sail", "motor"]);
    assert!(matches!(shape(3), Kind::List(_)));

    let paging = list.paging.as_ref().expect("it is paged");
    assert_eq!(
        (paging.style, paging.results.as_slice()),
        (PagingStyle::Link, &["boats".to_owned()][..])
    );
    let answer = boats.structure(list.output.expect("it answers")).expect("a structure");
    let Kind::List(items) = &boats.shape(answer.members[0].shape).kind else { panic!("a list") };
    let boat = boats.structure(items.item).expect("a structure");
    assert!(boat.members[0].required && !boat.members[1].required);
    assert!(matches!(boats.shape(boat.members[1].shape).kind, Kind::Timestamp(_)));
}

#[test]
fn an_open_body_travels_whole() {
    let boats = boats("{}");
    let sink = boats.operation("sink").expect("it is there");
    assert_eq!(
        (sink.uri.as_str(), sink.status, sink.output),
        ("/v2/boats/{boat_id}/sink", 204, None)
    );
    let input = boats.structure(sink.input.expect("it has one")).expect("a structure");
    assert_eq!(input.payload.as_deref(), Some("body"));
    assert_eq!(boats.shape(input.members[1].shape).kind, Kind::Document);
    let Kind::String(id) = &boats.shape(input.members[0].shape).kind else { panic!("a text") };
    assert_eq!(id.pattern.as_deref(), Some(r"^[a-z]\d(x)$"));
    let error = boats.structure(sink.errors[0]).and_then(|one| one.error.as_ref());
    let error = error.expect("it declares one");
    assert_eq!((error.code.as_deref(), error.status), (Some("not_found"), Some(404)));
}

#[test]
fn the_overlay_says_what_the_package_does_not() {
    let boats = boats(
        r#"{"boats": {
            "sink": {"body": {"how!": "slowly | fast", "boats": ["list.boats"]}},
            "list": {"answer": {"boats": [{"id!": "integer"}]}}}}"#,
    );
    let sink = boats.operation("sink").expect("it is there");
    let members: Vec<_> = boats
        .input_members(sink)
        .iter()
        .map(|one| (one.name.as_str(), one.location, one.required))
        .collect();
    let expected = [
        ("boat_id", Location::Path, true),
        ("how", Location::Body, true),
        ("boats", Location::Body, false),
    ];
    assert_eq!(members, expected);
    let list = boats.operation("list").expect("it is there");
    let answer = boats.structure(list.output.expect("it answers")).expect("a structure");
    let Kind::List(items) = &boats.shape(answer.members[0].shape).kind else { panic!("a list") };
    let boat = boats.structure(items.item).expect("a structure");
    let names: Vec<_> = boat.members.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["name", "built_at", "id"]);
}

#[test]
fn the_overlay_adds_operations() {
    let overlay = r#"{
        "boats": {"raise": {"method": "POST", "path": "/v2/boats/raise", "body": {"how": "string"}}},
        "token_info": {"list": {
            "path": "/v1/oauth/{kind}/{number}", "parameters": {"number": "integer"}, "paged": true,
            "statuses": [200, 404],
            "answer": {"boats": "boats.list.boats", "links": "boats.list.links"}}}}"#;
    let services = services(overlay).expect("all is whole");
    let [boats, token] = services.as_slice() else { panic!("two groups") };
    let raise = boats.operation("raise").expect("it is there");
    assert_eq!((raise.method.as_str(), raise.uri.as_str()), ("POST", "/v2/boats/raise"));
    assert!(boats.operation("sink").is_some());

    assert_eq!((token.name.as_str(), token.id.as_str()), ("token_info", "TokenInfo"));
    assert_eq!(token.endpoints, Endpoints::Single("https://cloud.digitalocean.com".to_owned()));
    let list = token.operation("list").expect("it is there");
    assert_eq!((list.method.as_str(), list.status, list.errors.len()), ("GET", 200, 1));
    assert!(list.read_only && list.paging.is_some());
    let members: Vec<_> = token
        .input_members(list)
        .iter()
        .map(|one| (one.name.as_str(), one.location, one.required))
        .collect();
    let expected = [
        ("kind", Location::Path, true),
        ("number", Location::Path, true),
        ("per_page", Location::Query, false),
        ("page", Location::Query, false),
    ];
    assert_eq!(members, expected);
    let number = token.input_members(list)[1].shape;
    assert!(matches!(token.shape(number).kind, Kind::Integer(_)));
}

#[test]
fn the_overlay_adds_nothing_twice() {
    let error = services(r#"{"boats": {"list": {"path": "/v2/boats"}}}"#).expect_err("it is there");
    assert!(error.to_string().contains("by now"), "{error}");
    let error = services(r#"{"boats": {"find": {"answer": {"a": "string"}}}}"#);
    assert!(error.expect_err("there is none").to_string().contains("no such operation"));
}
