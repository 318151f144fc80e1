//! The authority of a state directory, by which its local clouds are trusted over TLS. It is drawn once;
//! the server's own certificate is made anew at each start.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use isobar_cli::report::Error;
use jiff::civil::Date;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};
use time::OffsetDateTime;

use super::private;

/// The authority's certificate.
const CERTIFICATE: &str = "authority.pem";
const KEY: &str = "authority.key";
/// The system's authorities and this one, for programs that take one file in place of the system's.
const BUNDLE: &str = "authorities.pem";
/// Where systems keep the authorities that they trust.
const SYSTEM: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
/// How long the server's certificate is valid, in days: some clients take no more than 398.
const DAYS: i32 = 397;
/// The names that the server is reached by.
const NAMES: &[&str] = &["localhost", "*.localhost", "127.0.0.1", "::1"];

/// The file of the authority's certificate, and the one that has the system's beside it.
pub(crate) fn files(directory: &Path) -> Option<(PathBuf, PathBuf)> {
    let (own, bundle) = (directory.join(CERTIFICATE), directory.join(BUNDLE));
    own.exists().then_some((own, bundle))
}

/// What a listener needs for TLS, by the authority of the directory.
pub(super) fn server(directory: &Path, today: Date) -> Result<Arc<ServerConfig>, Error> {
    let key = key(directory)?;
    let own = directory.join(CERTIFICATE);
    if private::read(&own)?.is_none() {
        let certificate = parameters(today)?.self_signed(&key).map_err(unmade)?;
        private::write(&own, certificate.pem().as_bytes())?;
    }
    let certificate = private::read(&own)?.unwrap_or_default();
    let mut bundle: Vec<u8> =
        SYSTEM.iter().find_map(|path| std::fs::read(path).ok()).unwrap_or_default();
    bundle.extend(&certificate);
    private::write(&directory.join(BUNDLE), &bundle)?;

    let issuer = Issuer::new(parameters(today)?, key);
    let (leaf_key, mut leaf) = (KeyPair::generate().map_err(unmade)?, named(NAMES)?);
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.use_authority_key_identifier_extension = true;
    (leaf.not_before, leaf.not_after) = (day(today, -1), day(today, DAYS - 1));
    let leaf = leaf.signed_by(&leaf_key, &issuer).map_err(unmade)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    check(&own, &certificate, leaf.der(), &provider, today)?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unmade)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::from(leaf_key))
        .map_err(unmade)?;
    Ok(Arc::new(config))
}

/// Whether clients that trust the authority's file trust the server: it may have been damaged, or be of
/// another key.
fn check(
    path: &Path,
    authority: &[u8],
    leaf: &CertificateDer<'_>,
    provider: &Arc<CryptoProvider>,
    today: Date,
) -> Result<(), Error> {
    let checked = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority)?)?;
        let provider = Arc::clone(provider);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        let seconds = today.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into()?));
        verifier.verify_server_cert(leaf, &[], &ServerName::try_from("localhost")?, &[], now)?;
        Ok(())
    };
    checked().map_err(|error| {
        let said = format!("{} is damaged, or that of another key", path.display());
        Error::failed("tls_unusable", said)
            .source(error)
            .hint(format!("restore it and {KEY}, or remove both: new ones are drawn then"))
    })
}

/// The authority's key, drawn where there is none.
fn key(directory: &Path) -> Result<KeyPair, Error> {
    let path = directory.join(KEY);
    if let Some(text) = private::read(&path)? {
        let text = String::from_utf8_lossy(&text).into_owned();
        return KeyPair::from_pem(&text)
            .map_err(|error| private::unreadable(&path, std::io::Error::other(error)));
    }
    let key = KeyPair::generate().map_err(unmade)?;
    private::write(&path, key.serialize_pem().as_bytes())?;
    Ok(key)
}

fn parameters(today: Date) -> Result<CertificateParams, Error> {
    let mut parameters = named(&[])?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Isobar local clouds");
    parameters.distinguished_name = name;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (parameters.not_before, parameters.not_after) = (day(today, -1), day(today, 10 * 365));
    Ok(parameters)
}

fn named(names: &[&str]) -> Result<CertificateParams, Error> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).map_err(unmade)
}

/// The day so many days after today.
fn day(today: Date, days: i32) -> OffsetDateTime {
    let date = today.saturating_add(jiff::Span::new().days(days));
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
}

fn unmade(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed("tls_unusable", "no certificate can be made for the local clouds").source(error)
}
