//! What a call's failure is on the command line: its class, a stable code, and what to do.

use isobar_catalogue::Cloud;
use isobar_client::{Error as CallError, Kind};

use super::names::{command, shown};
use crate::report::{Class, Detail, Error};

/// The code of a dry run that would have been none, which is what was asked for.
pub(crate) const WOULD_SUCCEED: &str = "would_succeed";

/// A failed call, as the command line reports it.
pub(crate) fn report(error: &CallError) -> Error {
    let (class, code) = classify(error);
    let mut message = error.cloud().to_string();
    for name in [error.service(), error.operation()] {
        if !name.is_empty() {
            message.push_str(&format!(" {name}"));
        }
    }
    message.push_str(&format!(": {}", kind(error).describe()));
    if let Some(code) = error.code() {
        message.push_str(&format!(" ({code})"));
    }
    if error.violations().is_empty()
        && let Some(text) = error.message()
    {
        message.push_str(&format!(": {}", text.trim_end_matches('.')));
    }
    let mut reported = Error::new(class, code, message);
    if !error.violations().is_empty() {
        let details = error.violations().iter();
        reported = reported.details(
            details
                .map(|violation| Detail::new(violation.path.clone(), violation.problem.to_string()))
                .collect(),
        );
    }
    if let Some(id) = error.request_id() {
        reported = reported.source(format!("the request's id is {id}"));
    }
    match hint(error, class) {
        Some(hint) => reported.hint(hint),
        None => reported,
    }
}

/// The kind of a failure, as a person takes it. Alibaba Cloud's services may be called again after
/// `ServiceUnavailable` as after too many calls, but nobody called too often.
fn kind(error: &CallError) -> Kind {
    let is_gone = error.code().is_some_and(|code| code.to_lowercase().contains("unavailable"));
    match error.kind() {
        Kind::Throttled if is_gone => Kind::Unavailable,
        kind => kind,
    }
}

fn classify(error: &CallError) -> (Class, &'static str) {
    match kind(error) {
        Kind::Config => (Class::Usage, "configuration_wrong"),
        Kind::Unknown => (Class::Unknown, "unknown_operation"),
        Kind::Input => (Class::Invalid, "invalid_input"),
        Kind::Endpoint => (Class::Usage, "no_endpoint"),
        Kind::Credentials => (Class::NoCredentials, "credentials_unusable"),
        Kind::NoCredentials => (Class::NoCredentials, "credentials_missing"),
        Kind::Source => (Class::NoCredentials, "credentials_unavailable"),
        Kind::Profile => (Class::Profile, "profile_wrong"),
        Kind::RoleLoop => (Class::Profile, "role_loop"),
        Kind::Expired => (Class::Expired, "credentials_expired"),
        Kind::Certificate => (Class::Certificate, "certificate_untrusted"),
        Kind::Open | Kind::Connect => (Class::Unreachable, "unreachable"),
        Kind::Interrupted => (Class::Unreachable, "connection_broken"),
        Kind::Timeout => (Class::Unreachable, "timed_out"),
        Kind::TooLarge => (Class::Failed, "answer_too_large"),
        Kind::Answer => (Class::Failed, "answer_unreadable"),
        Kind::Throttled => (Class::Failed, "throttled"),
        Kind::Unavailable => (Class::Failed, "service_failed"),
        Kind::NotImplemented => (Class::Failed, "not_implemented"),
        Kind::Denied => (Class::Denied, "denied"),
        Kind::Skewed => (Class::Failed, "clock_skewed"),
        Kind::WouldSucceed => (Class::Failed, WOULD_SUCCEED),
        Kind::NotFound => (Class::Failed, "not_found"),
        Kind::Conflict => (Class::Failed, "conflict"),
        Kind::Paging => (Class::Failed, "paging_failed"),
        Kind::WaitFailed => (Class::Failed, "wait_failed"),
        Kind::WaitTimeout => (Class::TimedOut, "wait_timed_out"),
        _ => (Class::Failed, "refused"),
    }
}

fn hint(error: &CallError, class: Class) -> Option<String> {
    let cloud = error.cloud();
    Some(match (class, kind(error)) {
        (_, Kind::NoCredentials) => {
            format!("isobar configure {} writes them", command(cloud))
        }
        (Class::Expired, _) => "sign in again, or set new credentials".to_owned(),
        (_, Kind::Skewed) => clock(error),
        (Class::Denied, _) if error.is_unknown_key() => format!(
            "{} does not know the key: isobar whoami {} says where it comes from",
            cloud.title(),
            command(cloud)
        ),
        (Class::Denied, _) => match cloud {
            Cloud::DigitalOcean => "check the token and its scopes".to_owned(),
            Cloud::Aws | Cloud::Alibaba => "check the credentials and their permissions".to_owned(),
        },
        (_, Kind::Connect | Kind::Open) => {
            "check the network, the region and --endpoint-url".to_owned()
        }
        (_, Kind::Certificate) => {
            let variable = if cloud == Cloud::Aws { "AWS_CA_BUNDLE" } else { "SSL_CERT_FILE" };
            format!("check the URL; --ca-bundle or {variable} name certificates to trust")
        }
        (_, Kind::Timeout) => "give it more time with --timeout".to_owned(),
        (_, Kind::Throttled) => "call less often, or repeat more with --retries".to_owned(),
        (_, Kind::Unavailable) => {
            "the fault is the service's, and may pass: try again in a while".to_owned()
        }
        (_, Kind::Endpoint) => "check --region".to_owned(),
        (_, Kind::TooLarge) => {
            "narrow the answer down, or ask for smaller pages with --page-size".to_owned()
        }
        (_, Kind::Refused | Kind::Input) if !error.operation().is_empty() => format!(
            "isobar {} {} {} --help shows what it takes",
            command(cloud),
            error.service(),
            shown(cloud, error.operation())
        ),
        _ => return None,
    })
}

/// What to do about a clock that is wrong.
fn clock(error: &CallError) -> String {
    const SET: &str = "set this machine's clock (timedatectl set-ntp true)";
    let Some(ahead) = error.clock_ahead() else { return SET.to_owned() };
    let side = if ahead.is_negative() { "behind" } else { "ahead of" };
    let seconds = ahead.unsigned_abs().as_secs();
    let much = match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    };
    format!("it is {much} {side} the service's: {SET}")
}
