//! The HTML report in a real browser: Debian's chromium, which `scripts/setup-browser` installs.

mod webdriver;

use std::path::{Path, PathBuf};

use iamctl::testing::{DICTIONARY, Shape, accounts};
use serde_json::{Value, json};

use crate::program::{EXAMPLES, Place};
use crate::tool::{DEV, QA, Tool, document, role, snapshot};
use webdriver::Browser;

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";

/// The names of the roles in the list, in its order.
const NAMES: &str = "[...document.querySelectorAll('.row .name')].map(name => name.textContent)";
const SEARCH: &str = ".search input";

fn examples() -> (Place, PathBuf) {
    let place = Place::new();
    place.run(EXAMPLES);
    let page = place.path("reports/report.html");
    (place, page)
}

/// Opens a page, which must be usable, ask for nothing else and break none of its own rules.
fn open(browser: &Browser, page: &Path, address: &str) {
    browser.open(page, address);
    browser.wait("document.documentElement.dataset.ready");
    assert_undisturbed(browser, page);
}

fn assert_undisturbed(browser: &Browser, page: &Path) {
    assert_eq!(browser.complaints(), [""; 0]);
    let own = format!("file://{}", page.display());
    let others = |url: &String| !url.starts_with(&own) && url != "data:," && url != "about:blank";
    let requests = browser.requests();
    assert_eq!(requests.iter().filter(|url| others(url)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn roles_are_searched_filtered_and_sorted() {
    let (_place, page) = examples();
    let browser = Browser::start();
    open(&browser, &page, "");
    assert_eq!(browser.texts(NAMES).len(), 20, "all that differ, and those of one account");
    assert!(browser.text("document.querySelector('.status').textContent").starts_with("20 roles of 28"));

    browser.write(SEARCH, "s3:deleteobject archive");
    assert_eq!(browser.texts(NAMES), ["payroll-deny-missing"]);
    assert_eq!(browser.text("location.hash"), "#q=s3%3Adeleteobject%20archive");
    browser.click("button.plain");
    assert_eq!(browser.texts(NAMES).len(), 20);
    browser.write(SEARCH, "no such thing");
    assert_eq!(browser.texts(NAMES), [""; 0]);
    assert_eq!(browser.text("document.querySelector('.status').textContent"), "No role is like that.");
    browser.click("button.plain");

    let of = |choices: &[(&str, &str)]| {
        choices.iter().for_each(|(label, option)| browser.choose(label, option));
        let mut names = browser.texts(NAMES);
        names.sort();
        browser.click("button.plain");
        names
    };
    assert_eq!(of(&[("Service", "dynamodb")]), ["orders-action-added-environment"]);
    assert_eq!(of(&[("Level", "Permissions management")]).len(), 1);
    assert_eq!(of(&[("Show", "What it may do"), ("In", "dev")]), ["shipping-other-account"]);
    assert_eq!(of(&[("Show", "Explicit denies")]), ["payroll-deny-missing"]);
    assert_eq!(of(&[("Show", "Who may take it"), ("In", "dev")]), ["etl-principal-deleted"]);
    assert_eq!(of(&[("Show", "Who may take it"), ("Certainty", "on a condition")]).len(), 2);
    assert_eq!(of(&[("Show", "In one account only"), ("In", "dev")]).len(), 2);
    assert_eq!(of(&[("Show", "Equal")]).len(), 8);
    assert_eq!(of(&[("Show", "All roles")]).len(), 28);

    browser.choose("Order", "Name");
    let names = browser.texts(NAMES);
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    browser.choose("Order", "Most differences");
    assert_eq!(browser.texts(NAMES).first().map(String::as_str), Some("builder-boundary-missing"));
    // The charts lead to what they count.
    browser.click(".legend a[href='#kind=unique&side=left']");
    browser.wait("document.querySelectorAll('.row').length === 2");
    assert_undisturbed(&browser, &page);
}

#[test]
fn a_role_is_opened_by_hand_by_key_and_by_link() {
    let (_place, page) = examples();
    let browser = Browser::start();
    open(&browser, &page, "");
    let title = "document.querySelector('#role h2').textContent";
    browser.choose("Show", "What it may do");
    browser.click(".rows li:nth-child(2) .row");
    browser.wait("!document.querySelector('#role').hidden && document.querySelector('#roles').hidden");
    assert_eq!(browser.text(title), "payroll-deny-missing");
    assert_eq!(browser.text("location.hash"), "#role=payroll-deny-missing&kind=access");
    let body = browser.text("document.querySelector('#role').textContent");
    for words in [
        "arn:aws:s3:::payroll-environment/archive/*",
        "iamctl can qa_snapshot.json payroll-deny-missing s3:DeleteObject arn:aws:s3:::payroll-qa/archive/",
        "s3:DeleteObject arn:aws:s3:::payroll-dev/archive/",
        "denied by",
        "denies outright",
        "environment stands for",
    ] {
        assert!(body.contains(words), "{words}: {body}");
    }
    let removed =
        browser.text("[...document.querySelectorAll('.diff .changed .l')].map(c => c.textContent).join('\\n')");
    assert!(removed.contains("\"Effect\": \"Deny\""), "{removed}");

    // Back to the list as it was, with the role in focus.
    browser.back();
    browser.wait("!document.querySelector('#roles').hidden");
    assert_eq!(browser.texts(NAMES).len(), 6);
    assert_eq!(browser.text("document.activeElement.querySelector('.name').textContent"), "payroll-deny-missing");

    // By key: to the search, down into the list, open, on, back.
    browser.press(&["/"]);
    browser.wait("document.activeElement.matches('input')");
    browser.press(&[DOWN, "j", ENTER]);
    browser.wait("!document.querySelector('#role').hidden");
    assert_eq!(browser.text(title), "payroll-deny-missing");
    browser.press(&["j"]);
    browser.wait("document.querySelector('#role h2').textContent === 'tracing-policy-attached'");
    browser.press(&["k"]);
    browser.wait("document.querySelector('#role h2').textContent === 'payroll-deny-missing'");
    browser.press(&[ESCAPE]);
    browser.wait("!document.querySelector('#roles').hidden");
    assert!(browser.text("getComputedStyle(document.activeElement).outlineStyle") == "solid", "focus can be seen");

    // A link that was sent: by the common name, by a real one.
    for name in ["orders-action-added-environment", "orders-action-added-qa"] {
        open(&browser, &page, &format!("#role={name}"));
        assert_eq!(browser.text(title), "orders-action-added-environment");
        assert!(browser.text("document.title").starts_with("orders-action-added-environment"));
    }
    open(&browser, &page, "#role=nobody");
    assert!(browser.text("document.querySelector('.status').textContent").contains("no role nobody"));
    // Every role opens, whatever it is, and so does the second of two with one name.
    open(&browser, &page, "#kind=all");
    let links = browser.texts("[...document.querySelectorAll('.row')].map(row => row.hash)");
    let distinct: std::collections::BTreeSet<&String> = links.iter().collect();
    assert_eq!((links.len(), distinct.len()), (28, 28));
    for link in &links {
        browser.run(&format!("location.hash = {}", json!(link)));
        browser.wait(&format!("document.querySelector('#role .crumbs .muted').textContent === '{} of 28'", {
            links.iter().position(|other| other == link).unwrap() + 1
        }));
    }
    assert_undisturbed(&browser, &page);
}

/// What names may hold that tries to be more than a name, and how the page shows it.
const HOSTILE: [(&str, &str); 12] = [
    ("<img src=x onerror=\"document.title='owned'\">", "<img src=x onerror=\"document.title='owned'\">"),
    ("</script><script>document.title='owned'</script>", "</script><script>document.title='owned'</script>"),
    ("<!--<script>", "<!--<script>"),
    ("\"onmouseover=\"document.title='owned'", "\"onmouseover=\"document.title='owned'"),
    ("javascript:document.title='owned'", "javascript:document.title='owned'"),
    ("{{ 7*7 }}${7*7}&lt;b&gt;", "{{ 7*7 }}${7*7}&lt;b&gt;"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ("../../etc/passwd", "../../etc/passwd"),
    ("right\u{202e}left", "right\\u{202e}left"),
    ("flag\u{e0067}\u{e007f}", "flag\\u{e0067}\\u{e007f}"),
    ("line\u{2028}break\nand\u{0}nul", "line\\u{2028}break\\nand\\u{0}nul"),
    ("__proto__", "__proto__"),
];

/// Roles whose every text is a hostile name.
fn hostile_roles(id: &str) -> Vec<Value> {
    let one = |(index, (name, _)): (usize, &(&str, &str))| {
        let policy = json!([{"Sid": name, "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/{id}"),
            "Condition": {"StringEquals": {"aws:PrincipalTag/t": name}}}]);
        let trust =
            json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": format!("{name}{id}")}}]);
        let fields = json!({
            "path": format!("/{name}/"), "description": format!("{name} {id}"), "tags": {*name: id}, "trust_policy": document(&trust),
            "inline_policies": [{"name": name, "document": document(&policy)}], "instance_profiles": [format!("{name}{id}")],
        });
        let mut role = role(id, name, &fields);
        role["arn"] = json!(format!("arn:aws:iam::{id}:role/r{index}"));
        role
    };
    HOSTILE.iter().enumerate().map(one).collect()
}

#[test]
fn hostile_names_stay_text() {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, &hostile_roles(DEV), &[]));
    // Another id in every text, so that every role differs in everything; the source is a name, too.
    let other = snapshot(QA, &hostile_roles(QA), &[]).replace(QA, "other");
    let other = other.replace("\"account_id\":\"other\"", &format!("\"account_id\":\"{QA}\""));
    let other = other.replace("arn:aws:iam::other:", &format!("arn:aws:iam::{QA}:"));
    tool.write("qa.json", other.replace("test other", "<b>test</b>"));
    let dictionary = json!({"</script><i>": ["calc"]});
    tool.write("equivalency_list.json", dictionary.to_string());
    tool.diff(&[]);
    let page = tool.path().join("out/report.html");

    let browser = Browser::start();
    open(&browser, &page, "#kind=all&sort=name");
    let mut shown = browser.texts(NAMES);
    let mut expected: Vec<String> = HOSTILE.iter().map(|(_, shown)| shown.replace("calc", "</script><i>")).collect();
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected);
    let elements =
        "document.querySelectorAll('img, iframe, object, embed, base, b, i, body script:not([type])').length";
    let counted = "document.querySelectorAll('.legend b').length";
    let links = browser.texts("[...document.querySelectorAll('.row')].map(row => row.hash)");
    for link in &links {
        browser.run(&format!("location.hash = {}", json!(link)));
        browser.wait("!document.querySelector('#role').hidden");
        // The page's own script, and the numbers of its legend.
        assert_eq!(browser.number(elements), 1.0 + browser.number(counted), "{link}");
        assert!(browser.text("document.title").ends_with("– dev and qa – iamctl"), "{link}");
        let text = browser.text("document.querySelector('#role').textContent");
        let name = browser.text("document.querySelector('#role h2').textContent");
        assert!(text.matches(&name).count() > 5, "{name}: {text}");
        assert!(!text.contains(['\u{202e}', '\u{2028}', '\u{0}', '\u{e0067}', '\u{fdd0}']), "{text}");
        assert!(
            browser.run(
                "return [...document.querySelectorAll('#role a')].every(a => a.getAttribute('href').startsWith('#'))"
            ) == true
        );
        browser.back();
        browser.wait("!document.querySelector('#roles').hidden");
    }
    // An address may be hostile as well.
    for address in
        ["#role=%3Cimg%20src=x%20onerror=alert(1)%3E", "#role=%&q=%E0%A4%A", "#q=%3C/script%3E&kind=__proto__&sort=x"]
    {
        open(&browser, &page, address);
        assert_eq!(browser.number(elements), 1.0 + browser.number(counted), "{address}");
    }
    assert_undisturbed(&browser, &page);
    // The page's rules hold even against a script: no text becomes markup, a handler, or a script that runs.
    for attempt in [
        "document.body.innerHTML = '<b>x</b>'",
        "document.body.setAttribute('onclick', 'document.title = 1')",
        "const s = document.createElement('script'); s.textContent = 'document.title = 1'; document.body.append(s)",
        "setTimeout('document.title = 1', 0)",
    ] {
        let refused = browser.run(&format!("try {{ {attempt}; return false }} catch {{ return true }}"));
        assert_eq!(refused, true, "{attempt}");
    }
    browser.run("document.body.append(document.createElement('img')); document.querySelector('body > img').src = 'http://127.0.0.1:9/x'");
    browser.wait("true");
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|message| message.contains("Content Security Policy")), "{complaints:?}");
}

#[test]
fn it_is_read_in_any_light_on_a_phone_and_on_paper() {
    let (_place, page) = examples();
    let browser = Browser::start();
    let background = "getComputedStyle(document.documentElement).backgroundColor";
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let visible = |css: &str| browser.run(&format!("return document.querySelector('{css}').checkVisibility()")) == true;
    let places = [("list", ""), ("role", "#role=payroll-deny-missing"), ("trust", "#role=engineer-tag-session")];

    let mut backgrounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.emulate(scheme, "screen", 1280);
        for (name, address) in places {
            open(&browser, &page, address);
            browser.picture(&format!("{name}-{scheme}"));
            assert_eq!(browser.number(overflow), 0.0, "{name} {scheme}");
            for pair in ["body", ".muted", "a", ".tag.left", ".tag.right", "h1 .left", ".verdict strong"] {
                let contrast = browser.number(&format!("({CONTRAST})(document.querySelector('{pair}'))"));
                assert!(contrast >= 4.5, "{name} {scheme}: {pair} has a contrast of {contrast}");
            }
        }
        backgrounds.push(browser.text(background));
    }
    assert_ne!(backgrounds.first(), backgrounds.last());

    browser.emulate("light", "screen", 375);
    for (name, address) in [places.as_slice(), &[("all", "#kind=all")]].concat() {
        open(&browser, &page, address);
        browser.picture(&format!("{name}-phone"));
        assert_eq!(browser.number(overflow), 0.0, "{name}");
    }

    browser.emulate("light", "print", 800);
    open(&browser, &page, "");
    browser.picture("list-print");
    assert!(visible("#findings") && visible(".accounts") && visible("#counts") && !visible("#roles"));
    assert_eq!(browser.number("document.querySelectorAll('.finding').length"), 20.0);
    open(&browser, &page, "#role=payroll-deny-missing");
    browser.picture("role-print");
    assert!(visible("#role") && visible(".accounts") && !visible("#findings"));
}

#[test]
fn every_kind_of_finding_is_shown() {
    let ([dev, qa], change) = crate::html::every_kind();
    let tool = Tool::new();
    let page = tool.write("report.html", crate::html::page(&dev, &qa, "{}", change));
    let browser = Browser::start();
    browser.emulate("light", "screen", 1280);
    open(&browser, &page, "");
    browser.picture("kinds-list");
    for (kind, count) in
        [("Can raise itself", 1), ("Points at the other account", 1), ("Statements to look at", 1), ("All roles", 3)]
    {
        browser.choose("Show", kind);
        assert_eq!(browser.texts(NAMES).len(), count, "{kind}");
    }
    browser.choose("Show", "All that differ");
    browser.choose("Certainty", "unknown");
    assert_eq!(browser.texts(NAMES), ["shop-orders"]);
    open(&browser, &page, "#role=shop-orders");
    browser.picture("kinds-role");
    let text = browser.text("document.querySelector('#role').textContent");
    for words in [
        "can raise itself in qa",
        "put-role-policy: writes an inline policy of a role",
        "arn:aws:sqs:eu-west-1:111111111111:orders",
        "points at dev",
        "may possibly also",
        "dangling-principal",
        "max_session_duration",
        "probably-no-grant",
        "--context aws:MultiFactorAuthPresent=true",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_undisturbed(&browser, &page);
}

/// The contrast of an element's text, as WCAG 2 reckons it.
const CONTRAST: &str = "element => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = parts(colour).map(part => part / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let behind = element;
    const back = () => getComputedStyle(behind).backgroundColor;
    if (!element) return 21;
    while (parts(back())[3] === 0 && behind.parentElement) behind = behind.parentElement;
    const [one, other] = [light(getComputedStyle(element).color), light(back())].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);
}";

#[test]
fn without_scripts_the_report_is_in_words() {
    let (_place, page) = examples();
    let browser = Browser::start();
    browser.emulate("light", "screen", 1280);
    // Switched off in the process that shows the page already: a new one may be told too late.
    browser.open(&page, "");
    browser.command("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.reload();
    browser.picture("without-scripts");
    assert_eq!(browser.text("document.documentElement.className"), "", "the page's script has not run");
    let text = browser.text("document.body.innerText");
    for words in [
        "10 of 24 common roles differ",
        "111111111111",
        "qa may also s3:DeleteObject on arn:aws:s3:::payroll-environment/archive/*, refused in dev: Deny in inline policy payroll",
        "max_session_duration: 3600 in dev, 43200 in qa",
        "Scripts are off",
        "only in qa",
        "Harvested Items",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_thousand_differing_roles_open_at_once() {
    // In four of ten roles the action that is added was allowed before.
    let shape = Shape { drift_every: 1, ..Shape::of(1600) };
    let pair = accounts(shape).unwrap();
    let tool = Tool::new();
    tool.write("dev.json", serde_json::to_vec(&pair.left).unwrap());
    tool.write("qa.json", serde_json::to_vec(&pair.right).unwrap());
    tool.write("equivalency_list.json", DICTIONARY);
    let report = tool.diff(&[]);
    let differs = |role: &&Value| role["access_grade"] == "different";
    let differing = report["roles"].as_array().unwrap().iter().filter(differs).count();
    assert!(differing >= 1000, "{differing}");
    let page = tool.path().join("out/report.html");
    let size = std::fs::metadata(&page).unwrap().len();
    assert!(size < 10_000_000, "{size} bytes");

    let browser = Browser::start();
    let timed = |script: &str| {
        let script = format!(
            "const start = performance.now(); {script}; document.body.offsetHeight; return performance.now() - start"
        );
        browser.run(&script).as_f64().unwrap()
    };
    let search = "const q = document.querySelector('.search input'); q.value = 's3:DeleteObject 00777'; \
                  q.dispatchEvent(new Event('input'))";
    let open_role = "location.hash = '#role=app-environment-00500'; window.dispatchEvent(new Event('hashchange'))";
    // The fastest of five, since all noise is added time.
    let mut best = [f64::MAX; 4];
    for _ in 0..5 {
        open(&browser, &page, "");
        let ready = browser.number("Number(document.documentElement.dataset.ready)");
        let (first, next) = (timed(search), timed(search));
        assert_eq!(browser.texts(NAMES), ["app-environment-00777"]);
        browser.click("button.plain");
        let role = timed(open_role);
        assert!(browser.text("document.querySelector('#role').textContent").contains("s3:DeleteObject"));
        for (best, time) in best.iter_mut().zip([ready, first, next, role]) {
            *best = best.min(time);
        }
    }
    let [ready, first, next, role] = best;
    println!(
        "{differing} differing roles: {size} bytes, usable after {ready:.0} ms, first search {first:.0} ms, \
         next {next:.0} ms, role {role:.0} ms"
    );
    assert!(best.iter().all(|time| *time < 1000.0), "{best:?}");
    // Rows are made as they are scrolled to.
    open(&browser, &page, "");
    let made = browser.texts(NAMES).len();
    assert!(made < 300, "{made} rows at first");
    for _ in 0..30 {
        browser.run("window.scrollTo(0, document.querySelector('.end').getBoundingClientRect().top + scrollY)");
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    assert!(browser.texts(NAMES).len() >= 600, "{} rows after scrolling", browser.texts(NAMES).len());
    assert_undisturbed(&browser, &page);
}
