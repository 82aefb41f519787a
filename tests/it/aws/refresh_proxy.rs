//! `init --refresh` behind a company's proxy, which answers with certificates of its own authority.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::moto::{self, Server};
use crate::support::tool::Tool;

const HOST: &str = "servicereference.us-east-1.amazonaws.com";

/// A proxy that opens a tunnel for whomever asks, and answers at its end itself.
struct CompanyProxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    /// The file with the authority of its certificates.
    authority: String,
    _folder: tempfile::TempDir,
    _server: Server,
}

impl CompanyProxy {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("authority.pem").display().to_string();
        let reference = format!("{}/tests/fixtures/service_reference", env!("CARGO_MANIFEST_DIR"));
        let server = moto::start("tls_server.py", &[&authority, &reference, HOST]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, port) = (Arc::clone(&asked), server.port);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || tunnel(client.unwrap(), port, &log));
            }
        });
        Self { url, asked, authority, _folder: folder, _server: server }
    }

    /// A folder to run in, with the environment of the company's machines.
    fn tool(&self) -> Tool {
        Tool::new().env("HTTPS_PROXY", self.url.clone())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(client: TcpStream, port: u16, log: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
    let request = lines.next().unwrap().unwrap();
    // The client says no more until it is answered.
    for line in lines {
        if line.unwrap().is_empty() {
            break;
        }
    }
    log.lock().unwrap().push(request);
    (&client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    // Either side may end the talk.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(std::net::Shutdown::Both);
    });
    let _ = std::io::copy(&mut &server, &mut &client);
    let _ = client.shutdown(std::net::Shutdown::Both);
}

/// Reads the catalog through the proxy.
fn refreshes(proxy: &CompanyProxy, tool: &Tool) {
    let before = proxy.asked().len();
    let run = tool.run(&["init", "--refresh"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(tool.read("iam.json").contains("InventNewAction"));
    let asked = proxy.asked();
    assert!(asked.len() > before);
    assert!(asked.iter().all(|line| *line == format!("CONNECT {HOST}:443 HTTP/1.1")), "{asked:?}");
}

#[test]
fn the_authority_of_a_company_is_trusted_wherever_the_aws_side_finds_it() {
    let proxy = CompanyProxy::start();
    refreshes(&proxy, &proxy.tool().env("AWS_CA_BUNDLE", proxy.authority.clone()));
    refreshes(&proxy, &proxy.tool().env("SSL_CERT_FILE", proxy.authority.clone()));

    let tool = proxy.tool();
    tool.write("aws-config", format!("[default]\nca_bundle = {}\n", proxy.authority));
    refreshes(&proxy, &tool);
    let tool = proxy.tool().env("AWS_PROFILE", "work");
    tool.write(
        "aws-config",
        format!("[default]\nca_bundle = /nowhere\n[profile work]\nca_bundle = {}\n", proxy.authority),
    );
    refreshes(&proxy, &tool);
    // The environment takes precedence, as for accounts.
    let tool = proxy.tool().env("AWS_CA_BUNDLE", proxy.authority.clone());
    tool.write("aws-config", "[default]\nca_bundle = /nowhere\n");
    refreshes(&proxy, &tool);
}

#[test]
fn an_authority_that_nobody_named_is_not_trusted() {
    let proxy = CompanyProxy::start();
    let tool = proxy.tool();
    let run = tool.run(&["init", "--refresh"]);
    let lines: Vec<&str> = run.stderr.lines().skip(1).collect();
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    assert_eq!(lines[0], "error: cannot read the actions from AWS's Service Reference", "{run:?}");
    assert_eq!(lines[1], format!("  caused by: cannot read `https://{HOST}/`"), "{run:?}");
    assert!(lines[2].contains("invalid peer certificate: UnknownIssuer"), "{run:?}");
    assert!(lines[3].contains("set AWS_CA_BUNDLE to a file"), "{run:?}");
    assert_eq!(tool.names("."), [""; 0]);
}

#[test]
fn a_bundle_that_is_none_is_an_error_before_anything_is_asked() {
    let proxy = CompanyProxy::start();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (file, text, problem) in [
        ("empty.pem", "nothing here\n", "`empty.pem` cannot be used: it contains no certificate"),
        ("broken.pem", broken, "`broken.pem` cannot be used: "),
        ("directory/x", "", "`nowhere.pem` cannot be used: "),
    ] {
        let name = if file.contains('/') { "nowhere.pem" } else { file };
        let tool = proxy.tool().env("AWS_CA_BUNDLE", name);
        tool.write(file, text);
        let run = tool.run(&["init", "--refresh"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains(&format!("caused by: the certificate bundle {problem}")), "{run:?}");
        assert!(run.stderr.contains("hint: AWS_CA_BUNDLE, or `ca_bundle` of the profile, must name a file"), "{run:?}");
    }
    assert_eq!(proxy.asked().len(), 0);
}
