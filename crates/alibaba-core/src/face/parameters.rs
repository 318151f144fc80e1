//! The parameters of a request before it is known what they mean.

use std::borrow::Cow;

use isobar_wire::Request;
use percent_encoding::percent_decode_str;

/// The parameters: the query string's and a form's alike.
#[derive(Debug)]
pub(super) struct Parameters<'a> {
    request: &'a Request,
}

impl<'a> Parameters<'a> {
    pub(super) const fn of(request: &'a Request) -> Self {
        Self { request }
    }

    /// The parameter, or else the header, that says the same; `None` where both are empty.
    pub(super) fn get(&self, parameter: &str, header: &str) -> Option<Cow<'a, str>> {
        let header = || self.request.header(header).map(Cow::Borrowed);
        self.get_parameter(parameter).or_else(header).filter(|value| !value.is_empty())
    }

    /// The parameter.
    pub(super) fn get_parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        let kind = self.request.header("content-type").unwrap_or_default();
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        let body = std::str::from_utf8(&self.request.body).ok().filter(|_| is_form);
        [Some(self.request.query.as_str()), body]
            .into_iter()
            .flatten()
            .flat_map(|text| text.split('&'))
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| decoded(key) == name)
            .map(|(_, value)| decoded(value))
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn parameters_win_over_headers() {
        let mut request = Request::new(Method::POST, "/");
        request.query = "Action=Describe%49nstances&Format=".into();
        request.headers.insert("x-acs-action", "Other".parse().unwrap());
        request.headers.insert("x-acs-version", "2014-05-26".parse().unwrap());
        request
            .headers
            .insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        request.body = "RegionId=cn+hangzhou".into();
        let parameters = Parameters::of(&request);
        let get = |parameter, header| parameters.get(parameter, header);
        assert_eq!(get("Action", "x-acs-action").unwrap(), "DescribeInstances");
        assert_eq!(get("Version", "x-acs-version").unwrap(), "2014-05-26");
        assert_eq!(get("RegionId", "x-acs-region-id").unwrap(), "cn hangzhou");
        assert_eq!(get("Format", ""), None);
    }
}
