//! AWS's Service Reference, read from AWS, from a mirror, or from a folder.
//!
//! All documents or none: a catalog that lacks a service would call its actions unknown.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use super::trusted::CertificateError;
use super::{text_file, trusted};
use crate::catalog::service_reference::{IndexEntry, ServiceReference};
use crate::catalog::{Catalogue, CatalogueError};

/// Where AWS publishes its index.
pub const ADDRESS: &str = "https://servicereference.us-east-1.amazonaws.com/";

/// How many documents are fetched at once.
const WORKERS: usize = 6;

/// How long to wait before trying again; as many further tries as there are waits.
const WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// The largest document is a few megabytes; what is larger is not a document.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Files that hold the index in a folder, the second as mirroring programs name it.
const INDEX_FILES: [&str; 2] = ["index.json", "index.html"];

/// How deep documents may lie in a folder without an index; AWS's lie at `v1/s3/s3.json`.
const DEPTH: usize = 4;

/// Where the reference is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The address of an index.
    Url(String),
    /// A folder of the same files.
    Folder(PathBuf),
}

impl Origin {
    /// What starts with `http://` or `https://` is an address, anything else a folder.
    ///
    /// ```
    /// use iamctl::store::service_reference::Origin;
    /// assert_eq!(Origin::of("https://mirror.example/aws/"), Origin::Url("https://mirror.example/aws/".to_owned()));
    /// assert_eq!(Origin::of("mirror"), Origin::Folder("mirror".into()));
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.starts_with("http://") || text.starts_with("https://") {
            Self::Url(text.to_owned())
        } else {
            Self::Folder(PathBuf::from(text))
        }
    }

    /// The origin for people and headers: an address without its password, a folder without its path.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Url(url) => without_password(url),
            Self::Folder(_) => "from a folder".to_owned(),
        }
    }
}

/// What went wrong between here and an address.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct FetchError(Box<ureq::Error>);

/// Whether the certificate of whoever answers is not trusted.
#[expect(clippy::wildcard_enum_match_arm, reason = "the crate's list is open; only these two hold such an error")]
fn is_certificate(error: &ureq::Error) -> bool {
    let is_invalid = |error: &rustls::Error| matches!(error, rustls::Error::InvalidCertificate(_));
    match error {
        ureq::Error::Rustls(error) => is_invalid(error),
        ureq::Error::Io(error) => error.get_ref().and_then(|cause| cause.downcast_ref()).is_some_and(is_invalid),
        _ => false,
    }
}

/// Why the reference could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ServiceReferenceError {
    /// The address did not answer, or not to the end.
    #[error("cannot read `{}`", .url.escape_debug())]
    Fetch {
        /// The address, without its password.
        url: String,
        /// What went wrong.
        #[source]
        source: FetchError,
    },
    /// The certificates that are to be trusted cannot be used.
    #[error(transparent)]
    Certificates(#[from] CertificateError),
    /// An entry of the index leads nowhere.
    #[error("the index `{}` gives `{}` as the address of `{}`", .index.escape_debug(), .url.escape_debug(),
        .service.escape_debug())]
    Entry {
        /// Where the index is.
        index: String,
        /// The entry's service.
        service: String,
        /// The entry's address.
        url: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read `{}`", .path.display().to_string().escape_debug())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// The index names a service whose document is not in the folder.
    #[error("the index lists `{}`, but `{}` does not exist", .service.escape_debug(),
        .path.display().to_string().escape_debug())]
    Missing {
        /// The service.
        service: String,
        /// Where its document should be.
        path: PathBuf,
    },
    /// A folder without documents.
    #[error("there are no documents in `{}`", .folder.display().to_string().escape_debug())]
    NoDocuments {
        /// The folder.
        folder: PathBuf,
    },
    /// What was read is not what AWS publishes.
    #[error("`{}` does not have the format that AWS publishes", .place.escape_debug())]
    Document {
        /// The file or address.
        place: String,
        /// What is wrong.
        #[source]
        source: CatalogueError,
    },
}

impl ServiceReferenceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Fetch { source: FetchError(source), .. } if is_certificate(source) => {
                "if a proxy of your company answers with its own certificates, set AWS_CA_BUNDLE to a file with them in \
                    PEM format; `iamctl init` without `--refresh` does not need the network"
            }
            Self::Certificates(CertificateError::Bundle { .. }) => {
                "AWS_CA_BUNDLE, or `ca_bundle` of the profile, must name a file with certificates in PEM format"
            }
            Self::Certificates(CertificateError::System { .. }) => {
                "SSL_CERT_FILE and SSL_CERT_DIR must name certificates in PEM format"
            }
            Self::Fetch { .. } => {
                "check the address and the proxy (`HTTPS_PROXY`); without a network, use `iamctl init` without \
                    `--refresh`, or `--refresh DIR` to read the same files from a folder"
            }
            Self::Entry { .. } | Self::Document { .. } => {
                "a proxy or mirror might have responded instead of AWS; `iamctl init` without `--refresh` does not \
                    need the network"
            }
            Self::Read { .. } => "`--refresh` needs an address that starts with `https://`, or a folder",
            Self::Missing { .. } => "copy the complete reference: every document that the index lists",
            Self::NoDocuments { .. } => {
                "the folder must contain `index.json` and the documents in the same structure as on AWS, such as \
                    `v1/s3/s3.json`"
            }
        };
        Some(hint.to_owned())
    }
}

/// Reads the whole reference and makes a catalog of it.
///
/// `date` is the day that goes into the header (`YYYY-MM-DD`); `known` gives names and retired actions, see
/// [`ServiceReference::finish`]. An address with TLS must show a certificate that the system trusts, or `bundle`.
///
/// # Errors
///
/// When anything at all cannot be read.
pub fn read(
    origin: &Origin,
    date: &str,
    known: &Catalogue,
    bundle: Option<&Path>,
) -> Result<Catalogue, ServiceReferenceError> {
    let documents = match origin {
        Origin::Url(address) => fetch(address, bundle)?,
        Origin::Folder(folder) => read_folder(folder)?,
    };
    let mut reference = ServiceReference::default();
    for Document { place, text } in documents {
        reference.add(&text).map_err(|source| ServiceReferenceError::Document { place, source })?;
    }
    reference
        .finish(&origin.describe(), date, known)
        .map_err(|source| ServiceReferenceError::Document { place: origin.describe(), source })
}

struct Document {
    place: String,
    text: String,
}

// From an address.

fn fetch(address: &str, bundle: Option<&Path>) -> Result<Vec<Document>, ServiceReferenceError> {
    let agent = agent(address, trusted::roots(bundle)?);
    let index = index(without_password(address), &fetch_one(&agent, address)?)?;
    let mut urls = Vec::with_capacity(index.len());
    for IndexEntry { service, url } in index {
        let Some(resolved) = resolve(address, &url) else {
            return Err(ServiceReferenceError::Entry { index: without_password(address), service, url });
        };
        urls.push(resolved);
    }
    fetch_all(&agent, &urls)
}

/// Proxies come from the environment, but this machine is asked itself. An address with TLS is never left for one
/// without.
fn agent(address: &str, trusted: RootCerts) -> Agent {
    Agent::config_builder()
        .proxy(if is_loopback(address) { None } else { Proxy::try_from_env() })
        .https_only(address.starts_with("https://"))
        .tls_config(TlsConfig::builder().root_certs(trusted).build())
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_secs(60)))
        .user_agent(concat!("iamctl/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

/// Fetches all, a few at a time, in the order of the addresses. After the first failure no more are begun.
fn fetch_all(agent: &Agent, urls: &[String]) -> Result<Vec<Document>, ServiceReferenceError> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let mut fetched = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(url) = urls.get(index) else { break };
            let text = fetch_one(agent, url);
            failed.fetch_or(text.is_err(), Ordering::Relaxed);
            fetched.push((index, text.map(|text| Document { place: without_password(url), text })));
        }
        fetched
    };
    let fetched: BTreeMap<usize, Result<Document, ServiceReferenceError>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    fetched.into_values().collect()
}

fn fetch_one(agent: &Agent, url: &str) -> Result<String, ServiceReferenceError> {
    let mut waits = WAITS.iter();
    loop {
        match try_fetch(agent, url) {
            Ok(text) => return Ok(text),
            Err(source) => match waits.next() {
                Some(wait) if is_passing(&source) => thread::sleep(*wait),
                _ => {
                    let source = FetchError(Box::new(source));
                    return Err(ServiceReferenceError::Fetch { url: without_password(url), source });
                }
            },
        }
    }
}

fn try_fetch(agent: &Agent, url: &str) -> Result<String, ureq::Error> {
    agent.get(url).call()?.body_mut().with_config().limit(LIMIT).read_to_string()
}

/// Whether trying again may help: the line broke, or the server is busy.
#[expect(clippy::wildcard_enum_match_arm, reason = "the crate's list is open; what it adds is not tried again")]
fn is_passing(error: &ureq::Error) -> bool {
    if is_certificate(error) {
        return false;
    }
    match error {
        ureq::Error::StatusCode(status) => *status == 429 || *status >= 500,
        ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => true,
        _ => false,
    }
}

/// Where a document of the index is: at the given address, whatever host the index names, so that a mirror works and
/// no host is asked that the user did not name.
fn resolve(address: &str, url: &str) -> Option<String> {
    let path = relative_path(url)?;
    let root = root(address);
    let base = if url.starts_with(&root) { root } else { folder(address) };
    Some(format!("{base}{path}"))
}

/// The path of an address without its leading `/`, if it is one that stays below where it is put.
fn relative_path(url: &str) -> Option<&str> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.trim_start_matches('/'),
    };
    let is_safe = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'))
    };
    path.split('/').all(is_safe).then_some(path)
}

/// Scheme and host, with a `/` after them.
fn root(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}/")
}

/// The address as a folder: without a query and without the index's file name, with a `/` at the end.
fn folder(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let below = path.strip_prefix(&root(path)).unwrap_or_default();
    let is_file = below.ends_with(".json") || below.ends_with(".html");
    match path.rsplit_once('/') {
        Some((folder, _)) if is_file => format!("{folder}/"),
        _ => format!("{}/", path.trim_end_matches('/')),
    }
}

fn is_loopback(address: &str) -> bool {
    let root = without_password(&root(address));
    let host = root.split_once("://").map_or("", |(_, host)| host);
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])))
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or(host);
    format!("{scheme}://{host}{path}")
}

// From a folder.

fn read_folder(folder: &Path) -> Result<Vec<Document>, ServiceReferenceError> {
    let index_file = INDEX_FILES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    let paths = match index_file {
        Some(path) => indexed(folder, &path)?,
        None => {
            let mut paths = Vec::new();
            find_json(folder, DEPTH, &mut paths)?;
            paths.sort();
            paths
        }
    };
    if paths.is_empty() {
        return Err(ServiceReferenceError::NoDocuments { folder: folder.to_owned() });
    }
    paths.into_iter().map(|path| Ok(Document { text: read_file(&path)?, place: path.display().to_string() })).collect()
}

/// The files of the services an index names: where AWS has them, or side by side.
fn indexed(folder: &Path, index_file: &Path) -> Result<Vec<PathBuf>, ServiceReferenceError> {
    let place = index_file.display().to_string();
    let mut paths = Vec::new();
    for IndexEntry { service, url } in index(place.clone(), &read_file(index_file)?)? {
        let Some(relative) = relative_path(&url) else {
            return Err(ServiceReferenceError::Entry { index: place, service, url });
        };
        let as_published = folder.join(relative);
        let side_by_side = relative.rsplit('/').next().map(|name| folder.join(name));
        match [Some(as_published.clone()), side_by_side].into_iter().flatten().find(|path| path.is_file()) {
            Some(path) => paths.push(path),
            None => return Err(ServiceReferenceError::Missing { service, path: as_published }),
        }
    }
    Ok(paths)
}

fn find_json(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), ServiceReferenceError> {
    let error = |source| ServiceReferenceError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.is_dir() && depth > 1 {
            find_json(&path, depth - 1, found)?;
        } else if path.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<String, ServiceReferenceError> {
    text_file::read_text(path).map_err(|source| ServiceReferenceError::Read { path: path.to_owned(), source })
}

fn index(place: String, text: &str) -> Result<Vec<IndexEntry>, ServiceReferenceError> {
    ServiceReference::index(text).map_err(|source| ServiceReferenceError::Document { place, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_sought_at_the_given_address() {
        let aws = "https://servicereference.us-east-1.amazonaws.com/v1/s3/s3.json";
        for (address, url, expected) in [
            (ADDRESS, aws, aws),
            ("https://servicereference.us-east-1.amazonaws.com", aws, aws),
            ("http://127.0.0.1:80", aws, "http://127.0.0.1:80/v1/s3/s3.json"),
            ("http://mirror/aws/", aws, "http://mirror/aws/v1/s3/s3.json"),
            ("http://mirror/aws", aws, "http://mirror/aws/v1/s3/s3.json"),
            ("http://mirror/aws/index.json?x=1", aws, "http://mirror/aws/v1/s3/s3.json"),
            ("http://mirror/aws/", "http://mirror/other/s3.json", "http://mirror/other/s3.json"),
            ("http://mirror/aws/", "http://mirror.evil/other/s3.json", "http://mirror/aws/other/s3.json"),
            ("http://mirror/aws/", "v1/s3/s3.json", "http://mirror/aws/v1/s3/s3.json"),
        ] {
            assert_eq!(resolve(address, url).as_deref(), Some(expected), "{address} {url}");
        }
        for url in ["https://x/../s3.json", "https://x", "https://x/", "/a//b", "a b", "x/s3.json?y", "a\\..\\b", ""] {
            assert_eq!(resolve(ADDRESS, url), None, "{url}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for address in ["http://127.0.0.1:8/x", "http://localhost", "https://[::1]/", "http://a:b@localhost/"] {
            assert!(is_loopback(address), "{address}");
        }
        assert!(!is_loopback("http://localhost.example/"));
        assert!(!is_loopback(ADDRESS));
    }

    #[test]
    fn passwords_and_paths_stay_out_of_the_header() {
        assert_eq!(Origin::of("https://me:secret@mirror/aws/a@b").describe(), "https://mirror/aws/a@b");
        assert_eq!(Origin::of("/home/me/reference").describe(), "from a folder");
    }
}
