//! A proxy before moto that does what moto does not: short pages, encoded documents, throttling, denials, replies that
//! break off, delays. It remembers what was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A request as a test sees it.
#[derive(Debug, Clone)]
pub struct Request {
    /// When it came.
    pub at: Instant,
    /// The first line, such as `POST / HTTP/1.1`.
    pub line: String,
    /// Header names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The form fields.
    pub fields: BTreeMap<String, String>,
    /// The form itself, or JSON.
    pub body: String,
}

impl Request {
    pub fn action(&self) -> &str {
        self.field("Action")
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The access key that signed it.
    pub fn access_key(&self) -> &str {
        let header = self.headers.get("authorization").map_or("", String::as_str);
        let credential = header.split_once("Credential=").map_or("", |(_, rest)| rest);
        credential.split('/').next().unwrap_or_default()
    }

    /// The region it is signed for.
    pub fn region(&self) -> &str {
        let header = self.headers.get("authorization").map_or("", String::as_str);
        let credential = header.split_once("Credential=").map_or("", |(_, rest)| rest);
        credential.split('/').nth(2).unwrap_or_default()
    }
}

/// A change of a reply's text; `None` leaves it.
pub type Rewrite = Box<dyn Fn(&Request, &str) -> Option<String> + Send + Sync>;

/// What happens to a request or its reply.
pub enum Fault {
    /// An error instead of moto's reply.
    Error(u16, &'static str),
    /// A text instead of moto's reply.
    Json(String),
    /// Status, header lines, and body instead of moto's reply.
    Answer(u16, String, String),
    /// An error with its code and AWS's words instead of moto's reply.
    Says(u16, &'static str, String),
    /// The reply comes byte by byte, with this pause before each.
    Slow(Duration),
    /// The reply's text changed.
    Rewrite(Rewrite),
    /// The reply stops in the middle though its length was promised.
    CutShort,
    /// The reply stops in the middle and its length was never told.
    CutUnnoticed,
    /// The reply stops after so many thousandths, and its length was never told.
    CutAt(usize),
    /// The reply comes late.
    Delay(Duration),
}

struct Rule {
    applies: Box<dyn Fn(&Request) -> bool + Send + Sync>,
    times: usize,
    fault: Arc<Fault>,
}

#[derive(Default)]
struct State {
    rules: Mutex<Vec<Rule>>,
    log: Mutex<Vec<Request>>,
}

/// The proxy; each test starts its own.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

impl Proxy {
    pub fn new() -> Self {
        let upstream = super::moto::url();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, upstream) = (Arc::clone(&shared), upstream.clone());
                // A client that goes away is its own business.
                std::thread::spawn(move || drop(serve(stream, &state, &upstream)));
            }
        });
        Self { port, state }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every request of an action gets this fault.
    pub fn on(&self, action: &'static str, fault: Fault) -> &Self {
        self.when(usize::MAX, move |request| request.action() == action, fault)
    }

    /// The first requests that fit get this fault.
    pub fn when(
        &self,
        times: usize,
        applies: impl Fn(&Request) -> bool + Send + Sync + 'static,
        fault: Fault,
    ) -> &Self {
        let rule = Rule { applies: Box::new(applies), times, fault: Arc::new(fault) };
        self.state.rules.lock().unwrap_or_else(|error| panic!("{error}")).push(rule);
        self
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state.log.lock().map(|log| log.clone()).unwrap_or_default()
    }

    /// The requests of one action.
    pub fn of(&self, action: &str) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.action() == action).collect()
    }

    pub fn count(&self, action: &str) -> usize {
        self.of(action).len()
    }
}

impl State {
    fn faults_for(&self, request: &Request) -> Vec<Arc<Fault>> {
        let mut rules = self.rules.lock().unwrap_or_else(|error| panic!("{error}"));
        let mut faults = Vec::new();
        for rule in rules.iter_mut().filter(|rule| rule.times > 0 && (rule.applies)(request)) {
            rule.times -= 1;
            faults.push(Arc::clone(&rule.fault));
        }
        faults
    }
}

fn serve(mut stream: TcpStream, state: &State, upstream: &str) -> std::io::Result<()> {
    let request = read_request(&mut stream)?;
    if let Ok(mut log) = state.log.lock() {
        log.push(request.clone());
    }
    let faults = state.faults_for(&request);
    for fault in &faults {
        match fault.as_ref() {
            Fault::Delay(time) => std::thread::sleep(*time),
            Fault::Error(status, code) => return reply(&mut stream, *status, &error_text(code, "said by the tests")),
            Fault::Says(status, code, words) => return reply(&mut stream, *status, &error_text(code, words)),
            Fault::Answer(status, headers, body) => return answer(&mut stream, *status, headers, body),
            Fault::Json(text) => return reply(&mut stream, 200, text),
            Fault::Rewrite(_) | Fault::CutShort | Fault::CutUnnoticed | Fault::CutAt(_) | Fault::Slow(_) => {}
        }
    }
    let (status, mut body) = ask(&request, upstream)?;
    for fault in &faults {
        match fault.as_ref() {
            Fault::Rewrite(change) => body = change(&request, &body).unwrap_or(body),
            Fault::CutShort | Fault::CutUnnoticed => {
                let promised = matches!(fault.as_ref(), Fault::CutShort).then_some(body.len());
                let half: String = body.chars().take(body.chars().count() / 2).collect();
                return reply_with_length(&mut stream, status, &half, promised);
            }
            Fault::CutAt(thousandth) => {
                let part: String = body.chars().take(body.chars().count() * thousandth / 1000).collect();
                return reply_with_length(&mut stream, status, &part, None);
            }
            Fault::Slow(pause) => return drip(&mut stream, status, &body, *pause),
            Fault::Delay(_) | Fault::Error(..) | Fault::Says(..) | Fault::Json(_) | Fault::Answer(..) => {}
        }
    }
    reply(&mut stream, status, &body)
}

/// An error as IAM and STS write it.
pub fn error_text(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    )
}

fn read_request(stream: &mut TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut request = Request {
        at: Instant::now(),
        line: String::new(),
        headers: BTreeMap::new(),
        fields: BTreeMap::new(),
        body: String::new(),
    };
    reader.read_line(&mut request.line)?;
    request.line = request.line.trim().to_owned();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            request.headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let length = request.headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.body = String::from_utf8_lossy(&body).into_owned();
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    request.fields =
        request.body.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (decode(k), decode(v))).collect();
    Ok(request)
}

fn ask(request: &Request, upstream: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(upstream.trim_start_matches("http://"))?;
    // A client that takes this for its proxy sends the whole URL; moto wants the path.
    let path = request.line.split(' ').nth(1).unwrap_or("/");
    let path = path.strip_prefix("http://").map_or(path, |rest| rest.find('/').map_or("/", |at| rest.split_at(at).1));
    write!(stream, "{} {path} HTTP/1.0\r\n", request.line.split(' ').next().unwrap_or("POST"))?;
    for (name, value) in &request.headers {
        if !["connection", "content-length", "transfer-encoding"].contains(&name.as_str()) {
            write!(stream, "{name}: {value}\r\n")?;
        }
    }
    // Of the markers that are the proxy's own moto knows nothing: it gives all that they stand for at once.
    let fields: Vec<&str> = request.body.split('&').filter(|field| !field.starts_with("Marker=page-")).collect();
    let body = fields.join("&");
    write!(stream, "content-length: {}\r\n\r\n{body}", body.len())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(502);
    Ok((status, body.to_owned()))
}

fn reply(stream: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    reply_with_length(stream, status, body, Some(body.len()))
}

fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Faults\r\nContent-Type: text/xml\r\nx-amzn-RequestId: r-1\r\n{headers}\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// The head at once, the body until the client goes away.
fn drip(stream: &mut TcpStream, status: u16, body: &str, pause: Duration) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} Faults\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    for byte in body.as_bytes() {
        std::thread::sleep(pause);
        stream.write_all(std::slice::from_ref(byte))?;
    }
    Ok(())
}

fn reply_with_length(stream: &mut TcpStream, status: u16, body: &str, length: Option<usize>) -> std::io::Result<()> {
    let length = length.map(|length| format!("Content-Length: {length}\r\n")).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status} Faults\r\nContent-Type: text/xml\r\nx-amzn-RequestId: r-1\r\n{length}Connection: close\r\n\r\n{body}"
    )?;
    stream.flush()?;
    stream.shutdown(std::net::Shutdown::Write)?;
    // Until the client has taken it all, so that the cut is where it was meant.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).map(drop)
}

/// Cuts a list of a reply into pages: the first is empty, the others hold `size` entries; markers are `page-N`.
pub fn pages(lists: &'static [&'static str], size: usize) -> Fault {
    Fault::Rewrite(Box::new(move |request, reply| {
        let page: usize = request.field("Marker").strip_prefix("page-").map_or(Some(0), |n| n.parse().ok())?;
        let mut more = false;
        let mut reply = reply.to_owned();
        for list in lists {
            let members = members(&reply, list);
            let from = page.saturating_sub(1) * size;
            let kept: String =
                members.iter().skip(from).take(if page == 0 { 0 } else { size }).map(String::as_str).collect();
            more |= page == 0 || members.len() > from + size;
            reply = with_list(&reply, list, &kept);
        }
        let end = if more {
            format!("<IsTruncated>true</IsTruncated><Marker>page-{}</Marker>", page + 1)
        } else {
            "<IsTruncated>false</IsTruncated>".to_owned()
        };
        Some(reply.replace("<IsTruncated>false</IsTruncated>", &end))
    }))
}

/// Leaves the entries that contain `text` out of a list of the reply.
pub fn without(list: &'static str, text: String) -> Fault {
    Fault::Rewrite(Box::new(move |_, reply| {
        let kept: String = members(reply, list).into_iter().filter(|member| !member.contains(&text)).collect();
        Some(with_list(reply, list, &kept))
    }))
}

/// The first entry of a list that contains a text, told a second time, at the end, with a text replaced.
pub fn again(list: &'static str, entry: &'static str, (from, to): (&'static str, &'static str)) -> Fault {
    Fault::Rewrite(Box::new(move |_, reply| {
        let mut members = members(reply, list);
        let copy = members.iter().find(|member| member.contains(entry))?.replace(from, to);
        members.push(copy);
        Some(with_list(reply, list, &members.concat()))
    }))
}

/// Documents as AWS writes them, all percent-encoded (`plain: false`), or as text.
pub fn documents(plain: bool) -> Fault {
    Fault::Rewrite(Box::new(move |_, reply| {
        let mut reply = reply.to_owned();
        for element in ["AssumeRolePolicyDocument", "PolicyDocument", "Document"] {
            reply = rewrite_element(&reply, element, |text| {
                let text = text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&");
                let json = if text.trim_start().starts_with('{') {
                    text
                } else {
                    percent_decode_str(&text).decode_utf8_lossy().into_owned()
                };
                if plain {
                    json.replace('&', "&amp;").replace('<', "&lt;")
                } else {
                    utf8_percent_encode(&json, NON_ALPHANUMERIC).to_string()
                }
            });
        }
        Some(reply)
    }))
}

/// Changes the text of every element of a name.
pub fn rewrite_element(reply: &str, element: &str, change: impl Fn(&str) -> String) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let mut parts = reply.split(&open);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, rest) = part.split_once(&close).unwrap_or((part, ""));
        result.push_str(&format!("{open}{}{close}{rest}", change(text)));
    }
    result
}

/// The entries of a list, each with its tags.
fn members(reply: &str, list: &str) -> Vec<String> {
    let (open, close) = (format!("<{list}>"), format!("</{list}>"));
    let Some((_, rest)) = reply.split_once(&open) else { return Vec::new() };
    let Some((content, _)) = rest.split_once(&close) else { return Vec::new() };
    let mut members = Vec::new();
    let mut member = String::new();
    let mut depth = 0_usize;
    for piece in content.split_inclusive('>') {
        member.push_str(piece);
        if piece.ends_with("<member>") {
            depth += 1;
        } else if piece.ends_with("</member>") {
            depth -= 1;
            if depth == 0 {
                members.push(std::mem::take(&mut member));
            }
        }
    }
    members
}

fn with_list(reply: &str, list: &str, content: &str) -> String {
    let (open, close) = (format!("<{list}>"), format!("</{list}>"));
    match reply.split_once(&open) {
        None => reply.to_owned(),
        Some((before, rest)) => match rest.split_once(&close) {
            None => reply.to_owned(),
            Some((_, after)) => format!("{before}{open}{content}{close}{after}"),
        },
    }
}
