//! Page after page, as the catalogue says how they follow.

use std::collections::HashSet;

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use isobar_catalogue::model::{Paging, PagingStyle};
use isobar_catalogue::{Operation, Service};
use isobar_wire::Value;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::client::{Client, is_integer};
use crate::error::{Error, Kind};
use crate::path::Document;

/// How many pages are asked for at most.
const MOST_PAGES: usize = 100_000;

impl Client {
    /// The outputs of an operation, page by page. An operation without pages has one. The input is
    /// what [`Client::call`] takes.
    ///
    /// A page is asked for when the stream is polled for it. The stream ends after an error.
    pub fn pages<I: Serialize>(
        &self,
        service: &str,
        operation: &str,
        input: I,
    ) -> impl Stream<Item = Result<Value, Error>> + Send + use<I> {
        let first = self.find(service, operation).and_then(|(service, operation)| {
            let input = self.input_of(service, operation, input)?;
            Ok(self.pager(service, operation, input))
        });
        match first {
            Ok(pages) => pages.stream().left_stream(),
            Err(error) => stream::once(async { Err(error) }).right_stream(),
        }
    }

    /// The same for an operation of the catalogue.
    pub fn pages_of(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> impl Stream<Item = Result<Value, Error>> + Send + use<> {
        self.pager(service, operation, input).stream()
    }

    /// The same one by one, for callers that want to know where they are.
    #[must_use]
    pub fn pager(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Pages {
        Pages::new(self.clone(), service, operation, input)
    }

    /// The items of all pages: what the catalogue names first as the operation's results. An
    /// operation that has none gives its outputs.
    pub fn items<I: Serialize>(
        &self,
        service: &str,
        operation: &str,
        input: I,
    ) -> impl Stream<Item = Result<Value, Error>> + Send + use<I> {
        let path = self
            .find(service, operation)
            .ok()
            .and_then(|(_, operation)| operation.paging.as_ref()?.results.first());
        self.pages(service, operation, input)
            .map_ok(move |page| stream::iter(items_of(page, path).into_iter().map(Ok)))
            .try_flatten()
    }
}

fn items_of(page: Value, path: Option<&String>) -> Vec<Value> {
    let Some(path) = path else { return vec![page] };
    match Document::new(&page).find_value(path) {
        Ok(Value::List(items)) => items,
        Ok(Value::Null) | Err(_) => Vec::new(),
        Ok(single) => vec![single],
    }
}

/// The pages of an operation, one by one.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    service: &'static Service,
    operation: &'static Operation,
    /// The next request's input; `None` after the last page.
    input: Option<Value>,
    /// The positions that were asked for.
    seen: HashSet<String>,
    /// How many items came.
    items: usize,
}

impl Pages {
    fn new(
        client: Client,
        service: &'static Service,
        operation: &'static Operation,
        input: Value,
    ) -> Self {
        Self { client, service, operation, input: Some(input), seen: HashSet::new(), items: 0 }
    }

    /// The next page; `None` after the last. After an error, the same page is asked for again.
    ///
    /// # Errors
    /// As [`Client::send`], and [`Kind::Paging`].
    pub async fn next(&mut self) -> Option<Result<Value, Error>> {
        let input = self.input.clone()?;
        Some(self.page(input).await)
    }

    /// The input of the page that [`Pages::next`] asks for; `None` after the last. With it the rest
    /// can be asked for later.
    #[must_use]
    pub fn input(&self) -> Option<&Value> {
        self.input.as_ref()
    }

    fn stream(self) -> impl Stream<Item = Result<Value, Error>> + Send + use<> {
        stream::unfold(Some(self), |this| async move {
            let mut this = this?;
            match this.next().await? {
                Ok(page) => Some((Ok(page), Some(this))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    async fn page(&mut self, input: Value) -> Result<Value, Error> {
        let answer = self.client.send(self.service, self.operation, input.clone()).await?;
        self.input = match &self.operation.paging {
            Some(paging) => self.follow(paging, input, &answer.output)?,
            None => None,
        };
        Ok(answer.output)
    }

    /// The input of the page after this one; `None` after the last.
    fn follow(
        &mut self,
        paging: &Paging,
        input: Value,
        page: &Value,
    ) -> Result<Option<Value>, Error> {
        let mut document = Document::new(page);
        let next = match paging.style {
            PagingStyle::Token => after_token(paging, input, &mut document),
            PagingStyle::Number => self.after_number(paging, input, &mut document),
            PagingStyle::Link => self.after_link(paging, input, &mut document),
        };
        let Some((input, position)) = next.map_err(|text| self.error(text))? else {
            return Ok(None);
        };
        if self.seen.len() >= MOST_PAGES || !self.seen.insert(position) {
            return Err(self.error("the service gave a position for the second time".to_owned()));
        }
        Ok(Some(input))
    }

    fn error(&self, text: String) -> Error {
        Error::new(Kind::Paging, self.client.cloud())
            .at(&self.service.name, &self.operation.name)
            .with_message(text)
    }

    fn after_number(
        &mut self,
        paging: &Paging,
        mut input: Value,
        page: &mut Document<'_>,
    ) -> Result<Option<(Value, String)>, String> {
        let Some(member) = paging.input_token.first() else { return Ok(None) };
        let mut here = 0;
        for path in &paging.results {
            if let Value::List(items) = page.find_value(path)? {
                here = here.max(items.len());
            }
        }
        self.items += here;
        let total = match &paging.total {
            Some(path) => page.find_value(path)?.as_i64().and_then(|it| usize::try_from(it).ok()),
            None => None,
        };
        let size = paging.limit.as_ref().and_then(|name| input.get(name)).and_then(Value::as_i64);
        let last = match (total, size) {
            (Some(total), _) => self.items >= total,
            (None, Some(size)) => i64::try_from(here).unwrap_or(i64::MAX) < size,
            (None, None) => false,
        };
        if here == 0 || last {
            return Ok(None);
        }
        let number = input.get(member).and_then(Value::as_i64).unwrap_or(1) + 1;
        input.set(member.clone(), Value::from(number));
        Ok(Some((input, number.to_string())))
    }

    fn after_link(
        &self,
        paging: &Paging,
        mut input: Value,
        page: &mut Document<'_>,
    ) -> Result<Option<(Value, String)>, String> {
        let Some(path) = paging.output_token.first() else { return Ok(None) };
        let found = page.find_value(path)?;
        let Some(link) = found.as_str().filter(|link| !link.is_empty()) else { return Ok(None) };
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let members = self.service.input_members(self.operation);
        for pair in query.split('&') {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(member) = members
                .iter()
                .find(|member| member.name == name || member.wire_name.as_deref() == Some(name))
            else {
                continue;
            };
            if !paging.input_token.contains(&member.name) {
                continue;
            }
            let text = percent_decode_str(text).decode_utf8_lossy();
            let value = match text.parse::<i64>() {
                Ok(number) if is_integer(self.service, member.shape) => Value::from(number),
                _ => Value::from(text.into_owned()),
            };
            input.set(member.name.clone(), value);
        }
        Ok(Some((input, link.to_owned())))
    }
}

fn after_token(
    paging: &Paging,
    mut input: Value,
    page: &mut Document<'_>,
) -> Result<Option<(Value, String)>, String> {
    if let Some(more) = &paging.more
        && !matches!(page.find_value(more)?, Value::Bool(true))
    {
        return Ok(None);
    }
    let mut position = String::new();
    let mut any = false;
    for (member, path) in paging.input_token.iter().zip(&paging.output_token) {
        let token = match page.find_value(path)? {
            Value::String(text) if text.is_empty() => Value::Null,
            token => token,
        };
        any |= !token.is_null();
        position.push_str(&format!("{token:?};"));
        input.set(member.clone(), token);
    }
    Ok(any.then_some((input, position)))
}
