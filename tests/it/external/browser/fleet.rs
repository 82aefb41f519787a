//! `fleet.html` in the browser.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use iamctl::fleet::{Compared, Fleet};
use iamctl::formats::fleet::{FindingRows, FleetView, Run, write_html};
use iamctl::testing::{FleetPlan, fleet};
use serde_json::json;

use super::webdriver::Browser;
use super::{ESCAPE, assert_undisturbed, open};
use crate::support::tool::{DEV, QA, Tool, inline, role, snapshot};

const STATUS: &str = "document.querySelector('#matrix .status').textContent";
const OPENED: &str = "document.querySelector('#opened').textContent";
const ROLES: &str = "[...document.querySelectorAll('.window .role-name')].map(one => one.textContent)";
const CAUSES: &str = "[...document.querySelectorAll('#causes li')].filter(one => one.checkVisibility())";

/// A role name as no account has it, but as a file can.
const HOSTILE: &str = "x</script><img src=x onerror=alert(1)>";

fn statements(actions: &[&str], bucket: &str) -> serde_json::Value {
    json!([{"Effect": "Allow", "Action": actions, "Resource": format!("arn:aws:s3:::{bucket}/*")}])
}

/// A page of four accounts: one lacks a role, one allows more, one trusts an account that is none of them.
fn page(tool: &Tool, more: &[&str]) -> PathBuf {
    let plain = |id: &str| inline(id, "orders", &statements(&["s3:GetObject"], "orders"));
    let other = |id: &str| inline(id, HOSTILE, &statements(&["s3:GetObject"], "x"));
    let trusted = |id: &str| {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"}]});
        role(id, "audit", &json!({"trust_policy": trust}))
    };
    let audit = |id: &str| role(id, "audit", &json!({}));
    let (third, fourth) = ("333333333333", "444444444444");
    tool.write("dev-1.json", snapshot(DEV, &[plain(DEV), other(DEV), audit(DEV)], &[]));
    tool.write("prod-1.json", snapshot(QA, &[plain(QA), other(QA), audit(QA)], &[]));
    let wide = inline(third, "orders", &statements(&["s3:GetObject", "s3:PutObject"], "orders"));
    tool.write("prod-2.json", snapshot(third, &[wide, trusted(third)], &[]));
    let changed = inline(fourth, HOSTILE, &statements(&["s3:GetObject", "s3:DeleteObject"], "x"));
    tool.write("qa-1.json", snapshot(fourth, &[plain(fourth), changed, audit(fourth)], &[]));
    let accounts = ["--baseline", "dev-1", "dev-1.json=dev-1", "prod-1.json=prod-1", "prod-2.json=prod-2"];
    let run = tool.run(&[&["fleet"], accounts.as_slice(), &["qa-1.json=qa-1", "--output", "out"], more].concat());
    assert!(run.stdout.contains("Different"), "{run:?}");
    tool.path().join("out/fleet.html")
}

#[test]
fn a_cell_of_the_matrix_opens_what_differs() {
    let tool = Tool::new();
    let page = page(&tool, &[]);
    let browser = Browser::start();
    open(&browser, &page, "");
    assert!(browser.text(STATUS).starts_with("3 roles of 3 (3 differ), 4 accounts of 4"), "{}", browser.text(STATUS));
    // The most severe first.
    assert_eq!(browser.texts(ROLES).first().map(String::as_str), Some("audit"));
    assert!(browser.texts(ROLES).contains(&HOSTILE.to_owned()), "{:?}", browser.texts(ROLES));
    let heads = browser.texts("[...document.querySelectorAll('.account-name')].map(one => one.textContent)");
    assert_eq!(heads.iter().map(String::as_str).collect::<Vec<_>>(), ["dev-1", "prod-2", "qa-1", "prod-1"]);
    let cells = browser
        .texts("[...document.querySelectorAll('.cell')].slice(0, 4).map(one => one.className + one.textContent)");
    assert_eq!(cells, ["cell same1", "cell critical2", "cell same1", "cell same1"]);

    browser.click(".cell.critical");
    browser.wait("!document.querySelector('#opened').hidden");
    assert_eq!(browser.text("location.hash"), "#role=audit&account=prod-2");
    let text = browser.text(OPENED);
    for words in ["audit in prod-2", "Class 2", "critical", "external account 999988887777", "trust-widened", "Class 1"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let link = browser.text("document.querySelector('#opened .card a').getAttribute('href')");
    assert_eq!(link, "accounts/prod-2/report.html#role=audit");
    assert!(tool.exists("out/accounts/prod-2/report.html"));
    browser.press(&[ESCAPE]);
    browser.wait("document.querySelector('#opened').hidden");

    // A heading opens the account, a name the role.
    browser.click(".account-name[data-account='prod-2']");
    browser.wait("!document.querySelector('#opened').hidden");
    let text = browser.text(OPENED);
    for words in ["333333333333", "prod-2.json", "audit", "orders", "critical", "medium"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    browser.back();
    browser.wait("document.querySelector('#opened').hidden");
    browser.run("[...document.querySelectorAll('.role-name')].find(one => one.textContent.startsWith('x<')).click()");
    browser.wait("!document.querySelector('#opened').hidden");
    assert!(browser.text(OPENED).contains("s3:DeleteObject"), "{}", browser.text(OPENED));
    assert_undisturbed(&browser, &page);
}

/// Accounts are grouped by what the list of a harvest says of them.
#[test]
fn accounts_are_grouped_by_tags_of_the_list_and_by_ou() {
    let tool = Tool::new();
    let list = "account,account_id,status,why,roles,when,source,baseline,accepted,labels\n\
                a,,read,,,,,no,,\"env:dev\nr-1/ou-1/\"\nb,,read,,,,,no,,\"team:<b>x\nr-1/ou-2/\nenv:prod\"\nc,,read,,,,,no,,plain\n";
    tool.write("all/accounts_read.csv", list);
    for (tag, id) in [("a", DEV), ("b", QA), ("c", "333333333333")] {
        tool.write(
            &format!("all/{tag}_snapshot.json"),
            snapshot(id, &[role(id, "r", &json!({"tags": {"t": tag}}))], &[]),
        );
    }
    let run = tool.run(&["fleet", "--snapshots", "all", "--baseline", "a", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    let browser = Browser::start();
    let page = tool.path().join("out/fleet.html");
    open(&browser, &page, "");
    let groups = || browser.texts("[...document.querySelectorAll('.group-name')].map(one => one.textContent)");
    browser.choose("Group accounts", "by env");
    assert_eq!(groups(), ["", "dev", "prod"]);
    assert_eq!(browser.text("location.hash"), "#group=%3Denv");
    browser.choose("Group accounts", "by organizational unit");
    assert_eq!(groups(), ["", "r-1/ou-1/", "r-1/ou-2/"]);
    browser.choose("Group accounts", "by team");
    assert_eq!(groups(), ["", "<b>x"]);
    open(&browser, &page, "#group=%3Denv");
    assert_eq!(groups(), ["", "dev", "prod"]);
    assert_undisturbed(&browser, &page);
}

#[test]
fn the_matrix_is_searched_grouped_and_sorted_and_says_what_is_missing() {
    let tool = Tool::new();
    let page = page(&tool, &["missing.json=stage-1", "--allow-unread"]);
    let browser = Browser::start();
    open(&browser, &page, "");
    assert!(browser.text("document.querySelector('.missing').textContent").contains("stage-1"));
    let heads = "[...document.querySelectorAll('.account-name')].map(one => one.textContent)";
    assert_eq!(browser.texts(heads)[..2], ["dev-1", "stage-1"]);
    browser.choose("Group accounts", "by the first part of their tags");
    let groups = browser.texts("[...document.querySelectorAll('.group-name')].map(one => one.textContent)");
    assert_eq!(groups, ["dev", "prod", "qa", "stage"]);
    assert_eq!(browser.text("location.hash"), "#group=tag");
    browser.choose("Order of roles", "by name");
    assert_eq!(browser.texts(ROLES), ["audit", "orders", HOSTILE]);
    browser.run(
        "const [role, account] = document.querySelectorAll('#matrix input');
        role.value = 'ord'; account.value = 'prod'; role.dispatchEvent(new Event('input'));",
    );
    assert_eq!(browser.texts(ROLES), ["orders"]);
    assert_eq!(browser.texts(heads), ["prod-2", "prod-1"]);

    // The counts in the head lead to their causes.
    let all = browser.number(&format!("{CAUSES}.length"));
    browser.click(".severities .critical");
    browser.wait(&format!("{CAUSES}.length == 1"));
    assert!(all > 1.0);
    assert_undisturbed(&browser, &page);
}

/// A fleet of so many accounts, made of a few that are compared; the others are copies of these.
fn large(accounts: usize, roles: usize) -> Vec<u8> {
    let generated = fleet(&FleetPlan { accounts: 6, roles, seed: 3 }).unwrap();
    let read: Vec<_> = generated.accounts.iter().map(|(tag, snapshot)| (tag.as_str(), snapshot)).collect();
    let (options, baseline, described, compared) = crate::support::generated_fleet::parts(&read, &generated.dictionary);
    let (first, others) = (described.first().unwrap().clone(), described);
    let mut all = vec![first];
    let mut results: Vec<Compared> = Vec::new();
    for place in 1..accounts {
        let tag: iamctl::model::AccountTag = format!("env{}-{place}", place % 7).parse().unwrap();
        let of = &compared[place % compared.len()];
        let account = others.iter().find(|one| one.tag == of.tag).unwrap().clone();
        all.push(iamctl::fleet::FleetAccount { tag: tag.clone(), ..account });
        let mut copy = of.clone();
        copy.tag = tag;
        results.push(copy);
    }
    let fleet = Fleet::new(&options, Some(&baseline), all, results);
    let mut page = Vec::new();
    let (sources, mentioned, next) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let (rows, files) = (FindingRows::default(), BTreeMap::new());
    let location = "equivalency_list.json";
    let run = Run { rows: &rows, arguments: &[], started_at: None, evidence: None, location, files: &files };
    let view = FleetView {
        fleet: &fleet,
        folder: None,
        sources: &sources,
        flags: "",
        mentioned: &mentioned,
        next: &next,
        run,
    };
    write_html(&mut page, &view).unwrap();
    page
}

#[test]
fn two_hundred_accounts_with_three_hundred_roles_can_be_used_within_a_second() {
    let tool = Tool::new();
    let page = tool.write("fleet.html", large(200, 300));
    let browser = Browser::start();
    browser.emulate("light", "screen", 1280);
    open(&browser, &page, "#show=all");
    let ready = browser.number("Number(document.documentElement.dataset.ready)");
    assert!(ready < 1000.0, "{ready} ms");
    assert!(browser.text(STATUS).contains("of 300") && browser.text(STATUS).contains("200 accounts of 200"));
    browser.picture("fleet-large");
    // Only what is in the window is made; the end of it when it is scrolled to.
    assert!(browser.number("document.querySelectorAll('.cell').length") < 3000.0);
    let last = browser.text("document.querySelector('.window').ariaLabel");
    assert_eq!(last, "Roles and accounts");
    browser.run("document.querySelector('.window').scrollTo(1e6, 1e6)");
    browser.wait(&format!("{ROLES}.length && document.querySelector('.space').getBoundingClientRect().bottom <= document.querySelector('.window').getBoundingClientRect().bottom + 1"));
    browser.wait("[...document.querySelectorAll('.cell')].some(cell => cell.dataset.role == 299)");
    browser.picture("fleet-large-end");
    assert_undisturbed(&browser, &page);
}

#[test]
fn a_fleet_is_read_in_any_light_on_a_phone_and_on_paper() {
    let tool = Tool::new();
    let page = page(&tool, &[]);
    let browser = Browser::start();
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let visible = |css: &str| browser.run(&format!("return document.querySelector('{css}').checkVisibility()")) == true;
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390)] {
        browser.emulate(scheme, "screen", width);
        for (name, address) in
            [("fleet", ""), ("fleet-cell", "#role=audit&account=prod-2"), ("fleet-account", "#account=prod-2")]
        {
            open(&browser, &page, address);
            browser.picture(&format!("{name}-{scheme}-{width}"));
            assert_eq!(browser.number(overflow), 0.0, "{name} {scheme} {width}");
        }
    }
    browser.emulate("light", "print", 800);
    open(&browser, &page, "");
    browser.picture("fleet-print");
    assert!(visible("#causes .brief li") && visible("#deviating") && visible("#compared") && !visible("#matrix"));
}
