//! The caller's credentials, before anything else.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Call, Layer, Next, Outcome, Signing};

pub(super) struct Identify(pub(super) Arc<Signing>);

impl Layer for Identify {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            self.0.identity(call).await?;
            next.run(call).await
        })
    }
}
