//! The credentials that ECS and EKS offer to a container, over HTTP.

use std::net::IpAddr;
use std::time::Duration;

use http::{Method, StatusCode};
use isobar_auth::Credentials;
use serde_json::Value as Json;

use super::super::{member, time, without_query};
use super::Search;
use crate::credentials::Identity;
use crate::error::{Error, Kind};
use crate::origin::Origin;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// Where a relative URI leads.
const HOST: &str = "http://169.254.170.2";

/// Hosts, beside loopback addresses, that a full URI may name without TLS.
const HOSTS: [&str; 4] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"];

const WITHIN: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 3;

impl Search<'_> {
    pub(super) async fn container(&self) -> Result<Option<Identity>, Error> {
        let around = self.around();
        let url = match (around.variable(RELATIVE), around.variable(FULL)) {
            (Some(path), _) => format!("{HOST}{path}"),
            (None, Some(url)) => url,
            (None, None) => return Ok(None),
        };
        if !is_allowed(&url) {
            let message = format!(
                "{FULL} is {}, which is neither HTTPS nor loopback nor one of {}",
                without_query(&url),
                HOSTS.join(", ")
            );
            return Err(around.fail(Kind::Config, message));
        }
        // The file's content changes, so it is read each time.
        let token = match (around.variable(TOKEN_FILE), around.variable(TOKEN)) {
            (Some(path), _) => Some(around.read_token(path.as_ref())?),
            (None, token) => token,
        };
        if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
            let message = "the authorization token for the container's credentials has lines";
            return Err(around.fail(Kind::Source, message));
        }
        let mut attempt = 1;
        loop {
            let error = match self.container_answer(&url, token.as_deref()).await {
                Ok(identity) => return Ok(Some(identity)),
                Err(error) => error,
            };
            if attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            around.context.sleep(PAUSE).await;
        }
    }

    async fn container_answer(&self, url: &str, token: Option<&str>) -> Result<Identity, Error> {
        let mut headers = vec![("accept", "application/json")];
        headers.extend(token.map(|token| ("authorization", token)));
        let (status, body) = self.around().fetch(Method::GET, url, &headers, "", WITHIN).await?;
        let shown = without_query(url);
        let fail = |what: String| self.around().fail(Kind::Source, format!("{shown}: {what}"));
        if status != StatusCode::OK {
            return Err(fail(format!("status {status}")));
        }
        let answer: Json =
            serde_json::from_slice(&body).map_err(|_| fail("the answer is no JSON".to_owned()))?;
        let get = |name: &str| {
            member(&answer, name).ok_or_else(|| fail(format!("the answer lacks {name}")))
        };
        let key = Credentials::new(get("AccessKeyId")?, get("SecretAccessKey")?)
            .with_session_token(get("Token")?);
        let end = time(get("Expiration")?);
        let end = end.ok_or_else(|| fail("the answer's Expiration is no time".to_owned()))?;
        let origin = Origin::Metadata { what: "container metadata", url: shown.to_owned() };
        let account = member(&answer, "AccountId").map(str::to_owned);
        Ok(Identity::new(key, origin).until(Some(end)).of_account(account))
    }
}

fn is_allowed(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => {
            HOSTS.contains(&host)
                || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_the_machines_own_hosts_may_go_without_tls() {
        let allowed = [
            "https://example.com/x",
            "http://127.0.0.1:80/x",
            "http://[::1]/x",
            "http://localhost/x",
            "http://169.254.170.2/x",
            "http://169.254.170.23/v1",
            "http://[fd00:ec2::23]/v1",
        ];
        let refused =
            ["http://example.com/", "http://169.254.169.254/", "http://10.0.0.1/", "ftp://a", "/x"];
        assert!(allowed.iter().all(|url| super::is_allowed(url)));
        assert!(!refused.iter().any(|url| super::is_allowed(url)));
    }
}
