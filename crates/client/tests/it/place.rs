//! Surroundings that a test makes up: variables, files as texts, programs by what they write, and
//! hosts that are servers on loopback.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response, Uri};
use isobar_auth::Secret;
use isobar_catalogue::Cloud;
use isobar_client::{Error, Finished, Identity, Machine, Overrides, Settings, Surroundings};
use parking_lot::Mutex;

use crate::world::World;

/// The home directory.
pub(crate) const HOME: &str = "/home/u";

/// Surroundings that a test makes up.
#[derive(Debug, Default)]
pub(crate) struct Place {
    variables: BTreeMap<String, String>,
    pub(crate) files: Mutex<BTreeMap<PathBuf, String>>,
    programs: BTreeMap<String, (bool, String)>,
    hosts: BTreeMap<String, String>,
    machine: Machine,
    pub(crate) fetched: Mutex<Vec<String>>,
}

impl Place {
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn variables(self, pairs: &[(&str, &str)]) -> Self {
        pairs.iter().fold(self, |place, (name, value)| place.variable(name, value))
    }

    /// A file in the home directory.
    pub(crate) fn file(self, path: &str, content: &str) -> Self {
        self.files.lock().insert(Path::new(HOME).join(path), content.to_owned());
        self
    }

    /// A program that writes something to stdout, or fails and writes it to stderr.
    pub(crate) fn program(mut self, command: &str, success: bool, said: &str) -> Self {
        self.programs.insert(command.to_owned(), (success, said.to_owned()));
        self
    }

    /// A host that is another server.
    pub(crate) fn host(mut self, authority: &str, url: &str) -> Self {
        self.hosts.insert(authority.to_owned(), url.to_owned());
        self
    }

    /// The settings of a cloud here.
    pub(crate) async fn settings(
        self,
        cloud: Cloud,
        overrides: &Overrides,
    ) -> Result<(Settings, Arc<Place>, Arc<World>), Error> {
        let (place, world) = (Arc::new(self), Arc::new(World::default()));
        let settings = Settings::load(cloud, overrides, place.clone(), world.clone()).await?;
        Ok((settings, place, world))
    }

    /// The identity of a cloud here.
    pub(crate) async fn identity(
        self,
        cloud: Cloud,
        profile: Option<&str>,
    ) -> Result<Identity, Error> {
        let profile = profile.map(str::to_owned);
        let overrides = Overrides { profile, ..Overrides::default() };
        let (settings, ..) = self.settings(cloud, &overrides).await?;
        settings.credentials.credentials().await
    }
}

impl Surroundings for Place {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        Some(HOME.into())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let files = self.files.lock();
        files.get(path).map(|text| text.clone().into_bytes()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let text = String::from_utf8(content.to_vec()).unwrap();
        self.files.lock().insert(path.to_owned(), text);
        Ok(())
    }

    fn run<'a>(&'a self, command: &'a [String]) -> BoxFuture<'a, io::Result<Finished>> {
        let found = self.programs.get(&command.join(" ")).cloned();
        Box::pin(async move {
            let (success, said) = found.ok_or(io::ErrorKind::NotFound)?;
            let (stdout, stderr) =
                if success { (said, String::new()) } else { (String::new(), said) };
            Ok(Finished { success, stdout: stdout.into(), stderr: stderr.into() })
        })
    }

    fn fetch(
        &self,
        mut request: Request<Bytes>,
        within: Duration,
    ) -> BoxFuture<'_, io::Result<Response<Bytes>>> {
        let uri = request.uri().clone();
        self.fetched.lock().push(format!("{} {uri}", request.method()));
        Box::pin(async move {
            let host = uri.authority().map(ToString::to_string).unwrap_or_default();
            let base = self.hosts.get(&host).ok_or(io::ErrorKind::ConnectionRefused)?;
            let target = uri.path_and_query().unwrap();
            *request.uri_mut() = format!("{base}{target}").parse::<Uri>().unwrap();
            self.machine.fetch(request, within).await
        })
    }

    fn ask(&self, _: &str) -> io::Result<Secret> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
