//! `init --refresh`: AWS's Service Reference over HTTP and from a folder.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use iamctl::catalog::{AccessLevel, Catalogue};
use iamctl::cli::init;
use iamctl::store::service_reference::{Origin, ServiceReferenceError, read};

const DATE: &str = "2026-11-21";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/service_reference")
}

/// A reply: status line, body, and how long the body claims to be.
struct Reply {
    status: &'static str,
    body: String,
    length: usize,
}

impl Reply {
    fn file(path: &str) -> Self {
        match fs::read_to_string(fixture().join(path)) {
            Ok(body) => Self { status: "200 OK", length: body.len(), body },
            Err(_) => Self { status: "404 Not Found", length: 0, body: String::new() },
        }
    }
}

/// A server on the loopback that answers each path, without its leading `/`, as it is told.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        // The thread ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                thread::spawn(move || serve(&stream.unwrap(), &*answer, &log));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn serve(mut stream: &TcpStream, answer: &dyn Fn(&str) -> Reply, log: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap().unwrap();
    for line in lines {
        if line.unwrap().is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
    let reply = answer(&path);
    log.lock().unwrap().push(path);
    let Reply { status, body, length } = reply;
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
}

/// The fixture as AWS has it below `folder`.
fn mirror(folder: &'static str) -> Server {
    Server::start(move |path| match path.strip_prefix(folder) {
        Some("") => Reply::file("index.json"),
        Some(file) => Reply::file(file),
        None => Reply::file("not there"),
    })
}

fn refresh(from: &str) -> Result<Catalogue, ServiceReferenceError> {
    read(&Origin::of(from), DATE, &Catalogue::embedded(), None)
}

/// An error and its causes, as the command line shows them.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn check(catalogue: &Catalogue, origin: &str) {
    let (_, fresh) = catalogue.action("s3", "InventNewAction").unwrap();
    assert_eq!((fresh.access_level, fresh.retired), (AccessLevel::Write, false));
    let (s3, get_object) = catalogue.action("s3", "getobject").unwrap();
    assert_eq!(s3.name, "Amazon S3");
    assert_eq!(s3.resource_types_of(get_object).map(|kind| kind.name.as_str()).collect::<Vec<_>>(), ["object"]);
    assert!(catalogue.action("s3", "PutObject").unwrap().1.retired);
    let header = catalogue.header();
    assert!(header.source.starts_with(&format!("AWS Service Reference, {origin}; ")), "{}", header.source);
    assert_eq!((header.version.as_str(), header.date.as_str()), ("v1.4", DATE));
    assert_eq!(header.actions, Catalogue::embedded().header().actions + 1);
}

#[test]
fn it_is_read_over_http() {
    let server = mirror("");
    check(&refresh(&server.address).unwrap(), &server.address);
    assert_eq!(server.asked(), ["", "v1/s3/s3.json", "v1/sts/sts.json"]);
}

#[test]
fn a_mirror_may_lie_in_a_folder() {
    let server = mirror("aws/reference/");
    refresh(&format!("{}aws/reference/", server.address)).unwrap();
    assert_eq!(server.asked(), ["aws/reference/", "aws/reference/v1/s3/s3.json", "aws/reference/v1/sts/sts.json"]);
}

#[test]
fn it_is_read_from_a_folder() {
    check(&refresh(fixture().to_str().unwrap()).unwrap(), "from a folder");
}

#[test]
fn a_folder_needs_no_index_and_no_subfolders() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["s3", "sts"] {
        let from = fixture().join(format!("v1/{name}/{name}.json"));
        fs::copy(from, folder.path().join(format!("{name}.json"))).unwrap();
    }
    check(&refresh(folder.path().to_str().unwrap()).unwrap(), "from a folder");
    fs::copy(fixture().join("index.json"), folder.path().join("index.json")).unwrap();
    check(&refresh(folder.path().to_str().unwrap()).unwrap(), "from a folder");
    fs::remove_file(folder.path().join("sts.json")).unwrap();
    let error = refresh(folder.path().to_str().unwrap()).unwrap_err();
    let expected = folder.path().join("v1/sts/sts.json");
    assert_eq!(error.to_string(), format!("the index lists `sts`, but `{}` does not exist", expected.display()));
}

#[test]
fn a_missing_document_is_an_error() {
    let server = Server::start(|path| match path {
        "" => Reply::file("index.json"),
        "v1/s3/s3.json" => Reply::file(path),
        _ => Reply::file("not there"),
    });
    let error = refresh(&server.address).unwrap_err();
    assert_eq!(chain(&error), format!("cannot read `{}v1/sts/sts.json`: http status: 404", server.address));
    assert!(error.hint().unwrap().contains("without `--refresh`"));
}

#[test]
fn a_document_that_is_cut_off_is_an_error() {
    let server = Server::start(|path| match path {
        "" => Reply::file("index.json"),
        "v1/s3/s3.json" => Reply::file(path),
        _ => {
            let whole = Reply::file(path);
            Reply { body: whole.body.chars().take(200).collect(), ..whole }
        }
    });
    let error = refresh(&server.address).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read `{}v1/sts/sts.json`", server.address));
    assert_eq!(server.asked().iter().filter(|path| *path == "v1/sts/sts.json").count(), 3, "it is tried again");
}

#[test]
fn a_busy_server_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |path| match path {
        "" if asked.fetch_add(1, Ordering::SeqCst) == 0 => {
            Reply { status: "503 Service Unavailable", body: String::new(), length: 0 }
        }
        "" => Reply::file("index.json"),
        _ => Reply::file(path),
    });
    check(&refresh(&server.address).unwrap(), &server.address);
}

#[test]
fn a_page_instead_of_a_document_is_an_error() {
    let page = || Reply { status: "200 OK", body: "<html>Sign in</html>".to_owned(), length: 20 };
    let server = Server::start(move |_| page());
    let error = refresh(&server.address).unwrap_err();
    assert_eq!(
        chain(&error),
        format!(
            "`{}` does not have the format that AWS publishes: not readable at line 1, column 1: expected value",
            server.address
        )
    );
    let server = Server::start(move |path| if path.is_empty() { Reply::file("index.json") } else { page() });
    let error = refresh(&server.address).unwrap_err();
    assert!(
        chain(&error)
            .starts_with(&format!("`{}v1/s3/s3.json` does not have the format that AWS publishes: ", server.address))
    );
}

#[test]
fn an_address_nobody_answers_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = refresh(&address).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read `{address}`"));
}

#[test]
fn an_index_cannot_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.json"), r#"[{"service": "x", "url": "https://x/../../etc/x.json"}]"#).unwrap();
    let error = refresh(folder.path().to_str().unwrap()).unwrap_err();
    assert!(matches!(error, ServiceReferenceError::Entry { .. }), "{error}");
}

#[test]
fn init_writes_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = mirror("");
    let args = init::Args { dir: folder.path().to_owned(), force: false, refresh: Some(server.address.clone()) };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    init::run(&args, &mut out, &mut err).unwrap();
    let text = fs::read_to_string(folder.path().join(init::CATALOGUE_FILE)).unwrap();
    let catalogue = Catalogue::read(&text).unwrap();
    assert!(catalogue.action("s3", "InventNewAction").is_some());
    assert!(String::from_utf8(out).unwrap().contains("AWS Service Reference"));
    assert!(String::from_utf8(err).unwrap().starts_with("reading AWS's Service Reference"));
}
