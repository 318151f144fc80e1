//! A call: `isobar aws SERVICE OPERATION [members and flags]`.
//!
//! The catalogue knows the operation, and with it every argument that there may be. Everything that
//! is wrong is told at once, before anything is sent.

pub(crate) mod arguments;
mod columns;
pub(crate) mod connect;
pub(crate) mod conversation;
mod events;
mod example;
mod extras;
pub(crate) mod failure;
pub(crate) mod flags;
mod forced;
pub(crate) mod help;
pub(crate) mod names;
mod outfile;
mod pages;
mod prepared;
mod raw;
mod renames;
pub mod suggest;
mod talk;
mod token;
mod waiting;

use isobar_catalogue::model::Waiter;
use isobar_catalogue::names::same;
use isobar_catalogue::{Cloud, Entry, Location, Operation, Service};
use isobar_client::{Client, Upload};
use isobar_wire::Value;
use jmespath::Expression;

use crate::format::{self, Format, jq, query};
use crate::input::{self, Checked, Lines, Maker, Wrong};
use crate::report::{Class, Detail, Error};
use crate::shell::Shell;
use arguments::{Arguments, Head};
use flags::Options;
use outfile::Outfile;

/// A call that is ready to be made.
pub(crate) struct Call {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    /// What is waited for, where that is the whole call.
    pub(crate) waiter: Option<&'static Waiter>,
    pub(crate) input: Value,
    pub(crate) options: Options,
    pub(crate) query: Option<Expression<'static>>,
    pub(crate) jq: Option<jq::Filter>,
    /// The file that streams into the request.
    pub(crate) upload: Option<Upload>,
    /// The events that stream into the request.
    pub(crate) events: Option<Lines>,
    /// Where the streamed part of the output goes.
    pub(crate) outfile: Option<Outfile>,
    /// What is sent all the same, and why one might wonder.
    pub(crate) notes: Vec<Detail>,
    /// The output is the answer's body as it is.
    pub(crate) is_raw: bool,
}

/// Carries out a call.
pub(crate) fn run(cloud: Cloud, shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    let mut head = Head::split(cloud, arguments);
    head.options.help |= head.words.last().is_some_and(|word| word == "help")
        || head
            .rest
            .iter()
            .take_while(|one| *one != "--")
            .any(|one| one == "--help" || one == "-h");
    head.words.retain(|word| word != "help" || !head.options.help);
    if !head.wrong.is_empty() {
        return Err(wrong_arguments(cloud, None, head.wrong));
    }
    if head.words.is_empty() {
        return match head.options.help {
            true => shell.print(&help::cloud(cloud)),
            false => {
                let message = format!("{cloud}: a service is missing");
                Err(Error::usage("service_missing", message)
                    .hint(format!("isobar {} --help lists them", names::command(cloud))))
            }
        };
    }
    let Some(mut call) = read(cloud, shell, head)? else { return Ok(()) };
    let shell = &call.options.shell(shell);
    let unknown = input::unknown_values(call.service, call.operation, &call.input);
    for detail in call.notes.iter().chain(&unknown) {
        shell.note(&format!("note: {}{}", detail.field, detail.text));
    }
    let region = call.input.get("RegionId").and_then(Value::as_str).map(str::to_owned);
    let region = region.filter(|_| cloud == Cloud::Alibaba);
    shell.run(async {
        let client =
            connect::client(shell, call.service, &mut call.options, region.as_deref()).await?;
        make(shell, &client, call).await
    })
}

/// What the arguments say; nothing where help was all that they asked for.
fn read(cloud: Cloud, shell: &Shell, head: Head) -> Result<Option<Call>, Error> {
    let Head { mut options, words, mut rest, .. } = head;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let forces =
        options.force || rest.iter().take_while(|it| *it != "--").any(|it| it == "--force");
    let version = options.version.clone().or_else(|| version(&rest));
    if let Some(target) = raw::target(cloud, &words, version.as_deref(), forces) {
        let (target, words) = target?;
        if options.help {
            shell.print(&help::cloud(cloud))?;
            return Ok(None);
        }
        options.version = version;
        rest.splice(0..0, words.iter().map(|word| (*word).to_owned()));
        return raw::read(cloud, shell, target, rest, options).map(Some);
    }
    // `aws wait ec2 instance-running` and aws-cli's `aws ec2 wait instance-running` are the same.
    let has_waiters = names::has_waiters(cloud);
    if words.as_slice() == ["wait"] && has_waiters {
        let all = help::services_with_waiters(cloud);
        if options.help {
            shell.print(&all)?;
            return Ok(None);
        }
        let command = names::command(cloud);
        return Err(Error::usage("service_missing", "what of is to be waited for?")
            .hint(format!("isobar {command} wait --help lists the services with waiters")));
    }
    let (service, words, waits) = match words.as_slice() {
        ["wait", service, words @ ..] if has_waiters => (*service, words, true),
        [service, "wait", words @ ..] if has_waiters => (*service, words, true),
        ["compute", group, words @ ..] if cloud == Cloud::DigitalOcean => (*group, words, false),
        [service, words @ ..] => (*service, words, false),
        [] => unreachable!("there is a word"),
    };
    let version = version.filter(|_| cloud == Cloud::Alibaba);
    let service = match names::entry(cloud, service, version.as_deref()) {
        Ok(entry) => entry.service(),
        // What is no version of the service may be meant for a member that is called so.
        Err(error) => names::entry(cloud, service, None)
            .ok()
            .map(Entry::service)
            .filter(|service| {
                named(service, words, waits).is_ok_and(|(operation, ..)| {
                    service.input_members(operation).iter().any(|it| same(&it.name, "version"))
                })
            })
            .ok_or(error)?,
    };
    if words.is_empty() && options.help {
        shell.print(&if waits { help::waiters(service) } else { help::service(service) })?;
        return Ok(None);
    }
    let (operation, waiter, used) = named(service, words, waits)?;
    if options.help {
        shell.print(&help::operation(service, operation, waiter))?;
        return Ok(None);
    }
    rest.splice(0..0, words[used..].iter().map(|word| (*word).to_owned()));
    let has_member = service.input_members(operation).iter().any(|it| same(&it.name, "force"));
    options.force |= forces && !has_member;
    let arguments = arguments::read(service, operation, rest, &mut options);
    options.doubtful =
        columns::doubtful(&command_of(service, operation), service, operation, &options)?;
    let query = options.query.as_deref().map(query::compile).transpose()?;
    let jq = options.jq.as_deref().map(jq::compile).transpose()?;
    if query.is_some() && jq.is_some() {
        return Err(Error::usage("two_queries", "--query and --jq do not go together"));
    }
    let Made { call, input, upload, events, outfile, notes } =
        input_of(shell, service, operation, arguments, &options)?;
    let (service, operation) = call;
    let is_raw = false;
    Ok(Some(Call {
        service,
        operation,
        notes,
        waiter,
        input,
        options,
        query,
        jq,
        upload,
        events,
        outfile,
        is_raw,
    }))
}

/// What the words behind a service name: an operation, or a waiter with the one that it asks; and how many
/// of the words.
fn named(
    service: &'static Service,
    words: &[&str],
    waits: bool,
) -> Result<(&'static Operation, Option<&'static Waiter>, usize), Error> {
    if !waits {
        let (operation, used) = names::operation(service, words)?;
        return Ok((operation, None, used));
    }
    let Some(name) = words.first() else {
        let (word, service) = (names::command(service.cloud), &service.name);
        let message = format!("{word} {service}: what to wait for is missing");
        return Err(Error::usage("waiter_missing", message)
            .hint(format!("isobar {word} wait {service} --help lists it")));
    };
    let waiter = names::waiter(service, name)?;
    let operation = service.operation(&waiter.operation).ok_or_else(|| {
        Error::failed("internal", format!("{} asks an unknown operation", waiter.name))
    })?;
    Ok((operation, Some(waiter), 1))
}

/// Which version of a service is asked for; it must be known before the operation is.
fn version(rest: &[String]) -> Option<String> {
    let at = rest.iter().position(|argument| argument == "--version")?;
    rest.get(at + 1).cloned()
}

/// What arguments make.
struct Made {
    /// What is called: with `--force`, with members that the catalogue's has not.
    call: (&'static Service, &'static Operation),
    notes: Vec<Detail>,
    input: Value,
    upload: Option<Upload>,
    events: Option<Lines>,
    outfile: Option<Outfile>,
}

/// The input that the arguments make, checked.
fn input_of(
    shell: &Shell,
    service: &'static Service,
    operation: &'static Operation,
    arguments: Arguments,
    options: &Options,
) -> Result<Made, Error> {
    let Arguments { members, parts, extras, mut operands, wrong, unknown } = arguments;
    let mut wrong: Vec<(Class, Detail)> =
        wrong.into_iter().map(|detail| (Class::Usage, detail)).collect();
    let outfile = outfile::take(service, operation, &mut operands);
    let may_stream = !options.dry_run && !options.curl;
    let mut maker = Maker::new(shell, service, operation, options.raw_blobs, may_stream);
    let mut input = maker.make(&options.input, members, parts);
    wrong.extend(extras::apply(service, operation, &extras, &mut input));
    let operands = fill_path(&mut maker, operation, operands, &mut input);
    for (flag, texts) in &unknown {
        input.set(forced::name(service, operation, flag), forced::value(service, texts));
    }
    let (upload, events) = (maker.upload.take(), maker.events.take());
    wrong.extend(maker.wrong.into_iter().map(|wrong| match wrong {
        Wrong::Member(detail) => (Class::Invalid, detail),
        Wrong::File(detail) => (Class::Unreadable, detail),
    }));
    for operand in operands {
        wrong.push((Class::Usage, Detail::new(operand, "is not expected here")));
    }
    // Where a member was wrong already, the check would only say so again.
    let mut known: Vec<String> = wrong.iter().map(|(_, detail)| detail.field.clone()).collect();
    known.extend(upload.iter().map(|(name, _)| (*name).to_owned()));
    if events.is_none() {
        let missing = missing_events(service, operation, &input);
        wrong.extend(missing.filter(|(_, detail)| !known.contains(&detail.field)));
    }
    let Checked { wrong: found, notes } = input::check(service, operation, &input, options.force);
    wrong.extend(found.into_iter().filter(|(_, detail)| {
        !known.iter().any(|field| detail.field == *field || root(field) == root(&detail.field))
    }));
    if wrong.is_empty() {
        let call = match options.force {
            true => forced::grown(service, operation, &input),
            false => (service, operation),
        };
        let upload = upload.map(|(_, upload)| upload);
        return Ok(Made { call, notes, input, upload, events, outfile });
    }
    Err(wrong_input(service, operation, wrong))
}

/// That there are no events, where the request is a stream of them.
fn missing_events(
    service: &'static Service,
    operation: &'static Operation,
    input: &Value,
) -> Option<(Class, Detail)> {
    let mut members = service.input_members(operation).iter();
    let member = members.find(|member| input::is_stream(service, member))?;
    let field = format!("--{}", input::EVENTS);
    Some(match input.get(&member.name) {
        Some(_) => {
            let text = format!("is no part of the input: {field} names its events");
            (Class::Invalid, Detail::new(member.name.clone(), text))
        }
        None => {
            let text = input::describe_events(service, member.shape);
            (Class::Missing, Detail::new(field, format!("is required: {text}")))
        }
    })
}

/// The member that a path begins with.
fn root(path: &str) -> &str {
    &path[..path.find(['.', '[']).unwrap_or(path.len())]
}

/// Gives operands to the members of the path that are still missing, in the path's order:
/// `droplets get 12345`.
fn fill_path(
    maker: &mut Maker<'_>,
    operation: &'static Operation,
    operands: Vec<String>,
    input: &mut Value,
) -> Vec<String> {
    let mut operands = operands.into_iter();
    let mut labels: Vec<_> = maker
        .service
        .input_members(operation)
        .iter()
        .filter(|member| member.location == Location::Path && input.get(&member.name).is_none())
        .filter_map(|member| {
            let label = operation.uri.find(&format!("{{{}", member.on_wire()))?;
            Some((label, member))
        })
        .collect();
    labels.sort_by_key(|(at, _)| *at);
    for (_, member) in labels {
        let Some(operand) = operands.next() else { break };
        let given = vec![arguments::Given { member, texts: vec![operand] }];
        if let Value::Map(members) = maker.make(&[], given, Vec::new()) {
            for (name, value) in members {
                input.set(name, value);
            }
        }
    }
    operands.collect()
}

fn wrong_arguments(
    cloud: Cloud,
    call: Option<(&Service, &Operation)>,
    wrong: Vec<Detail>,
) -> Error {
    let wrong = wrong.into_iter().map(|detail| (Class::Usage, detail)).collect();
    match call {
        Some((service, operation)) => wrong_input(service, operation, wrong),
        None => refusal(&format!("isobar {}", names::command(cloud)), wrong),
    }
}

fn wrong_input(service: &Service, operation: &Operation, wrong: Vec<(Class, Detail)>) -> Error {
    refusal(&command_of(service, operation), wrong)
}

/// The command that calls an operation.
fn command_of(service: &Service, operation: &Operation) -> String {
    format!(
        "isobar {} {} {}",
        names::command(service.cloud),
        service.name,
        names::shown(service.cloud, &operation.name)
    )
}

/// One error of everything that is wrong. Its class is that of the gravest part: a file that cannot
/// be read, then an argument that is not known, a value that is wrong, a member that is missing.
fn refusal(command: &str, wrong: Vec<(Class, Detail)>) -> Error {
    let classes = [
        (Class::Unreadable, "file_unreadable"),
        (Class::Usage, "unknown_argument"),
        (Class::Invalid, "invalid_value"),
        (Class::Missing, "missing_member"),
    ];
    let (class, code) = classes
        .into_iter()
        .find(|(class, _)| wrong.iter().any(|(other, _)| other == class))
        .unwrap_or((Class::Usage, "wrong_usage"));
    let count = match wrong.len() {
        1 => "one thing is".to_owned(),
        many => format!("{many} things are"),
    };
    Error::new(class, code, format!("{command}: {count} wrong"))
        .details(wrong.into_iter().map(|(_, detail)| detail).collect())
        .hint(format!("{command} --help shows what there is; nothing was sent"))
}

async fn make(shell: &Shell, client: &Client, mut call: Call) -> Result<(), Error> {
    let lines = call.events.take();
    let Call { service, options, .. } = &call;
    if lines.is_some() && (options.dry_run || options.curl) {
        let message = "a request that is a stream of events is not shown";
        return Err(Error::usage("not_shown", message)
            .hint("each event is signed when it is sent; --debug shows the request's head"));
    }
    if options.dry_run || options.curl {
        return prepared::show(shell, client, &call).await;
    }
    if let Some(waiter) = call.waiter {
        let done = client.wait_for(service, waiter, call.input.clone());
        let done = async { done.await.map(|_| ()).map_err(|error| failure::report(&error)) };
        return waiting::within(options.timeout, done).await;
    }
    if options.all || options.max_items.is_some() || options.starting_token.is_some() {
        if !options.no_pager {
            shell.page(pagers(service.cloud));
        }
        return pages::run(shell, client, &call).await;
    }
    if let Some(lines) = lines {
        return talk::run(shell, client, &call, lines).await;
    }
    if events::streams(&call) {
        return events::print(shell, client, &call).await;
    }
    let mut output = send(shell, client, &call).await?;
    if call.is_raw {
        output = raw::output(output, options);
    }
    if call.outfile.as_ref().is_some_and(Outfile::is_stdout) {
        return Ok(());
    }
    if !options.no_pager {
        shell.page(pagers(service.cloud));
    }
    if options.wait {
        let waited = waiting::after(shell, client, &call, &output);
        let waited = waiting::within(options.timeout, waited).await?;
        output = waited.unwrap_or(output);
    }
    print(shell, &call, &output)
}

/// The variables that name a pager, the first one first.
const fn pagers(cloud: Cloud) -> &'static [&'static str] {
    match cloud {
        Cloud::Aws => &["ISOBAR_PAGER", "AWS_PAGER", "PAGER"],
        Cloud::Alibaba | Cloud::DigitalOcean => &["ISOBAR_PAGER", "PAGER"],
    }
}

/// Sends the call. What streams out of it goes where it is to go and is no part of the output then.
async fn send(shell: &Shell, client: &Client, call: &Call) -> Result<Value, Error> {
    let Call { service, operation, .. } = call;
    let mut input = call.input.clone();
    pages::set_size(call, &mut input)?;
    let failed = |error| failure::report(&error);
    if let Some(upload) = &call.upload {
        let answer = client.upload(service, operation, input, upload).await;
        return answer.map(|answer| answer.output).map_err(failed);
    }
    let Some(outfile) = &call.outfile else {
        let answer = client.send(service, operation, input).await;
        return answer.map(|answer| answer.output).map_err(failed);
    };
    let opened = client.open(service, operation, input).await.map_err(failed)?;
    outfile.write(shell, opened).await
}

/// Prints an output as the flags ask.
pub(crate) fn print(shell: &Shell, call: &Call, output: &Value) -> Result<(), Error> {
    let Options { output: format, columns, .. } = &call.options;
    if let Some(filter) = &call.jq {
        for made in filter.apply(output)? {
            match (format, &made) {
                // As `jq -r`: a text alone is for the next program.
                (Format::Json, Value::String(text)) => shell.print(text)?,
                (Format::Json, made) => {
                    shell.show_json(&(format::json::text(made, 0) + "\n"))?;
                }
                (format, made) => format::print(shell, *format, made, columns)?,
            }
        }
        return Ok(());
    }
    let found = match &call.query {
        Some(expression) => Some(query::search(expression, output)?),
        None => None,
    };
    let shown = found.as_ref().unwrap_or(output);
    // What is no JSON (XML, a page) is printed as it came.
    if let (true, Format::Json, Value::String(text)) = (call.is_raw, format, shown) {
        return shell.print(text.trim_end());
    }
    if matches!(format, Format::Table | Format::Csv) {
        format::require(shown, &call.options.doubtful)?;
    }
    format::print(shell, *format, shown, columns)
}

/// The input that the arguments of a call make, checked; nothing where they ask for help.
///
/// # Errors
/// Everything that is wrong with them, at once.
pub(crate) fn input(
    cloud: Cloud,
    shell: &Shell,
    arguments: Vec<String>,
) -> Result<Option<Value>, Error> {
    let head = Head::split(cloud, arguments);
    if head.words.is_empty() {
        return Ok(None);
    }
    Ok(read(cloud, shell, head)?.map(|call| call.input))
}
