//! `credential_process`: a command that writes credentials as JSON.

use isobar_auth::Credentials;
use serde_json::Value as Json;

use super::super::{member, time};
use super::{PROCESS, Profile, Search};
use crate::credentials::Identity;
use crate::error::{Error, Kind};
use crate::ini::words;
use crate::origin::Origin;

impl Search<'_> {
    pub(super) async fn process(&self, profile: &Profile<'_>) -> Result<Option<Identity>, Error> {
        let Some(command) = profile.get(PROCESS) else { return Ok(None) };
        let said_by = profile.origin(PROCESS);
        let broken =
            |what: &str| self.around().fail(Kind::Profile, format!("{}: {what}", profile.place()));
        let command =
            words(command).ok_or_else(|| broken("a quotation in credential_process has no end"))?;
        let Some(program) = command.first().cloned() else {
            return Err(broken("credential_process is empty"));
        };
        let stdout = self.around().run(&command).await?;
        // What it wrote is secret, so errors do not show it.
        let fail = |what: &str| {
            self.around().fail(Kind::Source, format!("{program}, run for {said_by}: {what}"))
        };
        let answer: Json =
            serde_json::from_slice(&stdout).map_err(|_| fail("what it wrote is no JSON"))?;
        if answer.get("Version").and_then(Json::as_i64) != Some(1) {
            return Err(fail("what it wrote is not of Version 1"));
        }
        let (Some(id), Some(secret)) =
            (member(&answer, "AccessKeyId"), member(&answer, "SecretAccessKey"))
        else {
            return Err(fail("what it wrote lacks AccessKeyId or SecretAccessKey"));
        };
        let mut key = Credentials::new(id, secret);
        if let Some(token) = member(&answer, "SessionToken") {
            key = key.with_session_token(token);
        }
        let expires = match member(&answer, "Expiration") {
            None => None,
            Some(text) => Some(time(text).ok_or_else(|| fail("its Expiration is no time"))?),
        };
        let account = member(&answer, "AccountId").or_else(|| profile.get("aws_account_id"));
        let account = account.map(str::to_owned);
        let origin =
            Origin::Process { program: program.clone(), said_by: Box::new(said_by.clone()) };
        Ok(Some(Identity::new(key, origin).until(expires).of_account(account)))
    }
}
