//! The query protocol and EC2's variant of it: a form asks, XML answers.

use isobar_catalogue::shape::XmlNamespace;
use isobar_catalogue::{Operation, Protocol, Service};

use super::common;
use super::{Call, Codec};
use crate::error::{
    DecodeError, Dialect, EncodeError, ErrorReply, Reply, RouteProblem, ServiceError,
};
use crate::form::{self, Style};
use crate::message::{Request, Response};
use crate::output::{Output, value_of};
use crate::shapes;
use crate::value::{self, Value};
use crate::xml;

pub(crate) const QUERY: Codec = Codec {
    encode_request,
    decode_response,
    route,
    decode_request,
    encode_response,
    encode_error: encode_query_error,
};

pub(crate) const EC2: Codec = Codec {
    encode_request,
    decode_response,
    route,
    decode_request,
    encode_response,
    encode_error: encode_ec2_error,
};

fn encode_request(call: Call, input: &Value) -> Result<Request, EncodeError> {
    // Whatever the model says, the action is a parameter and the path is the root.
    let mut request = common::request(call, "/".to_owned(), input)?;
    let mut writer = form::write::Writer::new(call.service, Style::of(call.dialect.protocol));
    writer.pair("Action", &call.operation.name);
    writer.pair("Version", &call.service.version);
    match shapes::input(call.service, call.operation) {
        Some(structure) => writer.structure(structure, shapes::as_entries(input)?)?,
        None => common::no_members(input)?,
    }
    // Forms write a space as a plus; a percent sign of the values is escaped itself.
    request.body = writer.out.replace("%20", "+").into();
    common::set_type(&mut request.headers, "application/x-www-form-urlencoded; charset=utf-8");
    Ok(common::finish(call, request))
}

fn decode_response(call: Call, response: &Response) -> Result<Reply, DecodeError> {
    if !common::succeeded(response) {
        return decode_error(call, response).map(Reply::Failure);
    }
    let mut request_id = common::request_id(&response.headers);
    let says_nothing = shapes::output(call.service, call.operation)
        .is_none_or(|structure| structure.members.is_empty());
    if response.body.is_empty() && says_nothing {
        return Ok(Reply::Success { output: Value::Map(Vec::new()), request_id });
    }
    let root = xml::document::parse(&response.body)?;
    if call.dialect.protocol == Protocol::Ec2 {
        request_id = root.child_text("requestId").map(str::to_owned).or(request_id);
    } else if let Some(metadata) = root.child("ResponseMetadata") {
        request_id = metadata.child_text("RequestId").map(str::to_owned).or(request_id);
    }
    let result = match &call.operation.result_wrapper {
        Some(wrapper) => root.child(wrapper).ok_or_else(|| {
            DecodeError::malformed("XML", format!("there is no element {wrapper}"))
        })?,
        None => &root,
    };
    let entries = match shapes::output(call.service, call.operation) {
        Some(structure) => xml::Reader::new(call.service, xml::Style::Wrapped).members(
            structure,
            |_| true,
            result,
        )?,
        None => Vec::new(),
    };
    Ok(Reply::Success { output: Value::Map(entries), request_id })
}

fn decode_error(call: Call, response: &Response) -> Result<ServiceError, DecodeError> {
    let Ok(root) = xml::document::parse(&response.body) else {
        return Ok(common::bare_error(response));
    };
    super::xml_error::read(call, response, &root)
}

fn route(service: &'static Service, request: &Request) -> Result<&'static Operation, RouteProblem> {
    let action = form::find(request, "Action").filter(|action| !action.is_empty());
    let action = action.ok_or(RouteProblem::NoOperation)?;
    service.operation(&action).ok_or_else(|| RouteProblem::UnknownOperation(action.into_owned()))
}

fn decode_request(call: Call, request: &Request) -> Result<Value, DecodeError> {
    let mut pairs = form::pairs(request)?;
    form::once_each(&pairs)?;
    pairs.retain(|(name, _)| name != "Action" && name != "Version");
    form::read::read(
        call.service,
        Style::of(call.dialect.protocol),
        shapes::input(call.service, call.operation),
        pairs,
        is_signature,
    )
}

/// The parameters of a signature, which EC2 does not take for unknown ones.
fn is_signature(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "AWSAccessKeyId",
        "Expires",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "Timestamp",
    ];
    name.starts_with("X-Amz-") || NAMES.contains(&name)
}

fn encode_response(call: Call, output: &Value, request_id: &str) -> Result<Response, EncodeError> {
    let entries = match shapes::output(call.service, call.operation) {
        Some(structure) => Some((structure, shapes::as_entries(output)?)),
        None => {
            common::no_members(output)?;
            None
        }
    };
    answer(call, request_id, |writer| match entries {
        Some((structure, entries)) => writer.members(shapes::entries(structure, entries)),
        None => Ok(()),
    })
}

/// Writes the answer straight from a handler's type.
pub(crate) fn encode_output(
    call: Call,
    output: &dyn Output,
    request_id: &str,
) -> Result<Response, value::Error> {
    let Some(shape) = call.operation.output else {
        let none = value_of(output)?;
        return encode_response(call, &none, request_id).map_err(value::Error::unfit);
    };
    answer(call, request_id, |writer| writer.output(shape, output))
}

/// The answer, around its members.
fn answer<E>(
    call: Call,
    request_id: &str,
    members: impl FnOnce(&mut xml::Writer) -> Result<(), E>,
) -> Result<Response, E> {
    let mut writer = xml::Writer::new(call.service, xml::Style::Wrapped);
    let is_ec2 = call.dialect.protocol == Protocol::Ec2;
    let root = format!("{}Response", call.operation.name);
    if is_ec2 {
        writer.out.push_str(DECLARATION);
    }
    let own = is_ec2.then(|| ec2_namespace(call)).flatten();
    writer.open(&root, own.as_ref().or(call.service.xml_namespace.as_ref()));
    if is_ec2 {
        writer.text_element("requestId", request_id);
        members(&mut writer)?;
        // What the service says where an operation has nothing to tell.
        if call.operation.output.is_none() {
            writer.text_element("return", "true");
        }
    } else {
        let wrapper = call.operation.result_wrapper.as_deref();
        if let Some(wrapper) = wrapper {
            writer.open(wrapper, None);
        }
        members(&mut writer)?;
        if let Some(wrapper) = wrapper {
            writer.close(wrapper);
        }
        writer.open("ResponseMetadata", None);
        writer.text_element("RequestId", request_id);
        writer.close("ResponseMetadata");
    }
    writer.close(&root);
    let media = if is_ec2 { EC2_XML } else { "text/xml" };
    Ok(common::aws_response(common::success(call), media, writer.out, request_id))
}

/// The namespace of an answer: that of the version that was asked in, with a slash at its end, which
/// the model lacks and the service writes.
fn ec2_namespace(call: Call) -> Option<XmlNamespace> {
    let model = call.service.xml_namespace.as_ref()?;
    let (base, version) = model.uri.trim_end_matches('/').rsplit_once('/')?;
    let version = call.dialect.version.copied().unwrap_or(version);
    Some(XmlNamespace::new(model.prefix.clone(), format!("{base}/{version}/")))
}

const EC2_XML: &str = "text/xml;charset=UTF-8";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

fn encode_query_error(
    service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let namespace = service.and_then(|service| service.xml_namespace.as_ref());
    let body = super::xml_error::write(service, namespace, error);
    common::aws_response(error.status, "text/xml", body, &error.request_id)
}

fn encode_ec2_error(
    service: Option<&'static Service>,
    _dialect: Dialect,
    error: &ErrorReply,
) -> Response {
    let body = super::xml_error::write_ec2(DECLARATION, service, error);
    common::aws_response(error.status, EC2_XML, body, &error.request_id)
}
