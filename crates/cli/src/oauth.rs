//! `isobar do oauth …`: tokens that users of DigitalOcean grant to a program.

use std::sync::Arc;

use isobar_auth::Secret;
use isobar_catalogue::Cloud;
use isobar_client::{Application, Context, Grant, OAuth, Overrides, Settings, System};
use serde_json::{Value as Json, json};

use crate::call::failure;
use crate::configure::{read_secret, secret_asked};
use crate::flags::{Given, Kind, Table, Texts, Value, texts};
use crate::report::Error;
use crate::shell::Shell;

static FLAGS: Table<Texts, &[()]> = texts! {
    "client-id" = "ID", "the program's id (or DIGITALOCEAN_CLIENT_ID)";
    "client-secret" = "SECRET",
        "the program's secret, `-` from stdin (or DIGITALOCEAN_CLIENT_SECRET, else asked for)";
    "redirect-uri" = "URL", "authorize, token: where the site leads the user";
    "scope" = "SCOPE", "authorize: what is to be granted (default: read)";
    "state" = "TEXT", "authorize: what comes back with the code (default: drawn)";
    "code" = "CODE", "token: the code that the user was led back with";
    "refresh-token" = "TOKEN", "refresh: the token to renew with, `-` from stdin";
    "token" = "TOKEN",
        "info, revoke: the token, `-` from stdin (default: as calls have it; `revoke` ends that)";
    "profile" = (Value::of("PROFILE", Kind::Profile)), "info, revoke: the context whose token it is";
    "endpoint-url" = "URL", "the site (default: the vendor's)";
};

const USAGE: &str = "isobar do oauth authorize|token|refresh|revoke|info [flags]";

const ABOUT: &str = "Tokens that a user grants to a program. `authorize` prints the URL that the user \
                     opens; `token` makes a token of the code that comes back; `refresh` replaces \
                     one, `revoke` ends one, `info` says whose it is. Without --token these \
                     two take the token that calls are made with, so that `revoke` ends the one in \
                     the environment or in doctl's file. Arguments can be seen by others on this \
                     machine: secrets are better given by the environment or stdin.";

/// The flags that hold secrets.
const SECRETS: [&str; 3] = ["client-secret", "refresh-token", "token"];

/// Runs the command.
pub(crate) fn run(shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    let Some(parsed) = FLAGS.read(shell, (ABOUT, USAGE), arguments)? else { return Ok(()) };
    let [verb] = parsed.words.as_slice() else {
        return Err(Error::usage("verb_missing", "say what is to be done").hint(USAGE));
    };
    let asked = Asked { shell, parsed: &parsed };
    asked.check()?;
    let mut oauth = OAuth::new(shell.surroundings.clone(), Arc::new(System::default()));
    if let Some(site) = parsed.get("endpoint-url") {
        oauth = oauth.at(site).map_err(|error| failure::report(&error))?;
    }
    match verb.as_str() {
        "authorize" => {
            let scope = parsed.get("scope").unwrap_or("read");
            let state = parsed.get("state").map_or_else(state, str::to_owned);
            let (id, redirect) = (asked.id()?, asked.needed("redirect-uri")?);
            shell.print(&oauth.authorize_url(&id, redirect, scope, &state))
        }
        "token" => {
            let (redirect, code) = (asked.needed("redirect-uri")?, asked.needed("code")?);
            let application = asked.application()?;
            asked.show(oauth.redeem(&application, redirect, code), granted)
        }
        "refresh" => {
            let refresh = asked.secret("refresh-token")?;
            // Programs without a secret of their own renew without one.
            let application = match asked.variable("client-id", "DIGITALOCEAN_CLIENT_ID") {
                Some(_) => Some(asked.application()?),
                None => None,
            };
            asked.show(oauth.refresh(application.as_ref(), &refresh), granted)
        }
        "revoke" => {
            let token = asked.token()?;
            asked.show(oauth.revoke(&token), |_| json!({}))
        }
        "info" => {
            let token = asked.token()?;
            asked.show(oauth.info(&token), Json::clone)
        }
        other => {
            Err(Error::usage("verb_unknown", format!("there is no `oauth {other}`")).hint(USAGE))
        }
    }
}

/// What was granted, as the vendor's endpoint writes it, with the time of its end.
fn granted(grant: &Grant) -> Json {
    json!({
        "access_token": grant.access.expose(),
        "refresh_token": grant.refresh.as_ref().map(Secret::expose),
        "expires_at": grant.expires.map(|end| end.to_string()),
        "scope": grant.scope,
    })
}

/// A state that nobody guesses.
fn state() -> String {
    let mut bytes = [0; 16];
    System::default().random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Asked<'a> {
    shell: &'a Shell,
    parsed: &'a Given,
}

impl Asked<'_> {
    /// Whether the flags go together.
    fn check(&self) -> Result<(), Error> {
        let given = |text| SECRETS.into_iter().filter(move |it| self.parsed.get(it) == Some(text));
        if let Some(flag) = given("").next() {
            return Err(Error::usage("value_empty", format!("--{flag} is empty")).hint(USAGE));
        }
        if given("-").count() > 1 {
            return Err(Error::usage("stdin_repeated", "stdin can be read only once").hint(USAGE));
        }
        if self.parsed.get("token").is_some() && self.parsed.get("profile").is_some() {
            let message = "--token and --profile each say which token";
            return Err(Error::usage("flags_exclusive", message).hint(USAGE));
        }
        Ok(())
    }

    fn needed(&self, flag: &'static str) -> Result<&str, Error> {
        self.parsed.get(flag).filter(|value| !value.is_empty()).ok_or_else(|| {
            Error::usage("flag_missing", format!("--{flag} is not given")).hint(USAGE)
        })
    }

    fn variable(&self, flag: &str, variable: &str) -> Option<String> {
        let given = self.parsed.get(flag).map(str::to_owned);
        given
            .or_else(|| self.shell.surroundings.variable(variable))
            .filter(|value| !value.is_empty())
    }

    fn id(&self) -> Result<String, Error> {
        self.variable("client-id", "DIGITALOCEAN_CLIENT_ID")
            .map_or_else(|| self.needed("client-id").map(str::to_owned), Ok)
    }

    fn application(&self) -> Result<Application, Error> {
        const SECRET: &str = "client-secret";
        let id = self.id()?;
        let secret = match self.parsed.get(SECRET) {
            Some(_) => self.secret(SECRET)?,
            None => match self.variable(SECRET, "DIGITALOCEAN_CLIENT_SECRET") {
                Some(secret) => secret.into(),
                None => secret_asked(SECRET, "Client secret", USAGE)?.into(),
            },
        };
        Ok(Application { id, secret })
    }

    fn secret(&self, flag: &'static str) -> Result<Secret, Error> {
        match self.needed(flag)? {
            "-" => match read_secret(self.shell)? {
                secret if secret.is_empty() => {
                    let message = format!("--{flag}: stdin has nothing in its first line");
                    Err(Error::usage("value_empty", message).hint(USAGE))
                }
                secret => Ok(secret.into()),
            },
            value => Ok(Secret::from(value)),
        }
    }

    /// The token that is given, or the one that calls are made with.
    fn token(&self) -> Result<Secret, Error> {
        if self.parsed.get("token").is_some() {
            return self.secret("token");
        }
        let profile = self.parsed.get("profile").map(str::to_owned);
        let (cloud, overrides) =
            (Cloud::DigitalOcean, Overrides { profile, ..Overrides::default() });
        self.shell.run(async {
            let (around, context) = (self.shell.surroundings.clone(), Arc::new(System::default()));
            let found = async {
                let settings = Settings::load(cloud, &overrides, around, context).await?;
                settings.credentials.credentials().await
            };
            let identity = found.await.map_err(|error| failure::report(&error))?;
            let none = || Error::usage("flag_missing", "--token is not given").hint(USAGE);
            identity.credentials.map(|bearer| bearer.secret).ok_or_else(none)
        })
    }

    fn show<T>(
        &self,
        asking: impl Future<Output = Result<T, isobar_client::Error>>,
        form: impl Fn(&T) -> Json,
    ) -> Result<(), Error> {
        let answer =
            self.shell.run(async { asking.await.map_err(|error| failure::report(&error)) });
        let text = serde_json::to_string_pretty(&form(&answer?));
        self.shell.print(&text.expect("JSON can be written as JSON"))
    }
}
