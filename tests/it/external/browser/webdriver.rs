//! A browser, driven by the WebDriver protocol: JSON over HTTP on the loopback address.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::external::set_up;

/// One browser at a time: what is measured in it is measured alone.
static ONE: Mutex<()> = Mutex::new(());

const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
];

/// A headless Chromium with a profile of its own.
pub struct Browser {
    agent: ureq::Agent,
    driver: Child,
    session: String,
    _profile: TempDir,
    _one: MutexGuard<'static, ()>,
}

impl Browser {
    pub fn start() -> Self {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        set_up("setup-browser");
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}"));
        let port = port(&mut driver);
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent: ureq::Agent = config.timeout_global(Some(Duration::from_secs(120))).build().into();
        let profile = TempDir::new().unwrap();
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|argument| (*argument).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let base = format!("http://127.0.0.1:{port}/session");
        let mut browser = Self { agent, driver, session: base, _profile: profile, _one: one };
        let session = browser.send("", &wanted);
        browser.session += &format!("/{}", session["sessionId"].as_str().unwrap());
        // The browser's own first page asks for much.
        browser.send("/url", &json!({"url": "about:blank"}));
        browser.requests();
        browser
    }

    fn send(&self, command: &str, body: &Value) -> Value {
        let url = format!("{}{command}", self.session);
        let request = self.agent.post(&url).header("content-type", "application/json");
        let mut response = request.send(body.to_string()).unwrap_or_else(|error| panic!("{url}: {error}"));
        let status = response.status();
        let text = response.body_mut().with_config().limit(100_000_000).read_to_string().unwrap();
        let mut answer: Value = serde_json::from_str(&text).unwrap();
        assert!(status.is_success(), "{command} {body}: {}", answer["value"]["message"]);
        answer["value"].take()
    }

    /// Opens a file in a new load, at a place such as `#role=x`.
    pub fn open(&self, file: &Path, place: &str) {
        // A change of the place alone would be no new load.
        self.send("/url", &json!({"url": "about:blank"}));
        self.send("/url", &json!({"url": format!("file://{}{place}", file.display())}));
    }

    /// The value of a script's `return`.
    pub fn run(&self, script: &str) -> Value {
        self.send("/execute/sync", &json!({"script": script, "args": []}))
    }

    pub fn text(&self, script: &str) -> String {
        let value = self.run(&format!("return {script}"));
        value.as_str().unwrap_or_else(|| panic!("{script}: {value}")).to_owned()
    }

    pub fn number(&self, script: &str) -> f64 {
        let value = self.run(&format!("return {script}"));
        value.as_f64().unwrap_or_else(|| panic!("{script}: {value}"))
    }

    pub fn texts(&self, script: &str) -> Vec<String> {
        let value = self.run(&format!("return {script}"));
        let list = value.as_array().unwrap_or_else(|| panic!("{script}: {value}"));
        list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// Waits until a condition holds.
    pub fn wait(&self, condition: &str) {
        let start = Instant::now();
        while self.run(&format!("return Boolean({condition})")) != true {
            assert!(start.elapsed() < Duration::from_secs(20), "never: {condition}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn element(&self, css: &str) -> String {
        let element = self.send("/element", &json!({"using": "css selector", "value": css}));
        element.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    pub fn click(&self, css: &str) {
        self.send(&format!("/element/{}/click", self.element(css)), &json!({}));
    }

    /// Types into an element what a keyboard would.
    pub fn write(&self, css: &str, text: &str) {
        self.send(&format!("/element/{}/value", self.element(css)), &json!({"text": text}));
    }

    /// Presses one key after another, wherever the focus is.
    pub fn press(&self, keys: &[&str]) {
        let actions: Vec<Value> = keys
            .iter()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})])
            .collect();
        self.send("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// Chooses an option of a `select`, as a hand would: the page hears of it.
    pub fn choose(&self, label: &str, option: &str) {
        let script = format!(
            "const field = [...document.querySelectorAll('.field')].find(f => f.firstChild.textContent === {label});
             const select = field.querySelector('select');
             const option = [...select.options].find(o => o.textContent.startsWith({option}));
             select.value = option.value;
             select.dispatchEvent(new Event('change', {{ bubbles: true }}));",
            label = json!(label),
            option = json!(option),
        );
        self.run(&script);
    }

    pub fn reload(&self) {
        self.send("/refresh", &json!({}));
    }

    pub fn back(&self) {
        self.send("/back", &json!({}));
    }

    /// A command of the browser's own protocol.
    pub fn command(&self, name: &str, parameters: &Value) -> Value {
        self.send("/goog/cdp/execute", &json!({"cmd": name, "params": parameters}))
    }

    /// Color scheme, medium and width as a reader may have them.
    pub fn emulate(&self, scheme: &str, medium: &str, width: usize) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.command("Emulation.setEmulatedMedia", &json!({"media": medium, "features": features}));
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Errors and warnings of the console since the last call, of the Content-Security-Policy among them.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.send("/se/log", &json!({"type": "browser"}));
        let entries = entries.as_array().unwrap().iter();
        let serious = entries.filter(|entry| entry["level"] != "INFO" && entry["level"] != "DEBUG");
        serious.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    /// The addresses of all requests since the last call.
    pub fn requests(&self) -> Vec<String> {
        let entries = self.send("/se/log", &json!({"type": "performance"}));
        let messages = entries.as_array().unwrap().iter();
        let messages = messages.map(|entry| serde_json::from_str::<Value>(entry["message"].as_str().unwrap()).unwrap());
        messages
            .filter(|message| message["message"]["method"] == "Network.requestWillBeSent")
            .map(|message| message["message"]["params"]["request"]["url"].as_str().unwrap().to_owned())
            .collect()
    }

    /// A picture of the whole page, to be looked at: below `target/tmp/screenshots`.
    pub fn picture(&self, name: &str) -> PathBuf {
        use base64::Engine as _;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.command("Page.captureScreenshot", &json!({"captureBeyondViewport": true}));
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; the driver that started it ends after it.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port the driver says it listens on. What it says later is read and forgotten, so that it can go on.
fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let said =
        |line: String| line.rsplit_once("on port ").and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
    let port = lines.by_ref().filter_map(said).find(|port| *port != 0);
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("chromedriver says its port")
}
