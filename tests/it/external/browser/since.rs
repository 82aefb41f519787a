//! The filter of the page for what is new since an earlier report.

use serde_json::{Value, json};

use super::webdriver::Browser;
use super::{NAMES, STATUS, open};
use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

/// Two accounts whose roles differ in these actions in qa.
fn night(tool: &Tool, folder: &str, of_qa: &[(&str, &[&str])], more: &[&str]) {
    let role = |id: &str, name: &str, actions: &[&str]| {
        inline(id, name, &json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]))
    };
    let dev: Vec<Value> = of_qa.iter().map(|(name, _)| role(DEV, name, &["s3:GetObject"])).collect();
    let qa: Vec<Value> = of_qa.iter().map(|(name, actions)| role(QA, name, actions)).collect();
    tool.write("dev.json", snapshot(DEV, &dev, &[]));
    tool.write("qa.json", snapshot(QA, &qa, &[]));
    let run = tool.run(&[&["diff", "dev.json", "dev", "qa.json", "qa", "--output", folder], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn causes_and_roles_are_filtered_by_what_is_new() {
    let tool = Tool::new();
    let (same, more): (&[&str], &[&str]) = (&["s3:GetObject"], &["s3:GetObject", "sqs:SendMessage"]);
    let old = [("always", more), ("equal", same), ("grows", more), ("fresh", same)];
    night(&tool, "first", &old, &[]);
    let grown: &[&str] = &["s3:GetObject", "sqs:SendMessage", "sqs:PurgeQueue"];
    let fresh: &[&str] = &["s3:GetObject", "dynamodb:PutItem"];
    let new = [("always", more), ("equal", same), ("grows", grown), ("fresh", fresh)];
    night(&tool, "second", &new, &["--since", "first"]);
    let browser = Browser::start();
    open(&browser, &tool.path().join("second/report.html"), "");
    let badges = "[...document.querySelectorAll('.row .badge')].map(badge => badge.textContent)";
    let all = browser.texts(NAMES).len();
    let marks = browser.texts(badges);
    let count = |word: &str| marks.iter().filter(|mark| *mark == word).count();
    assert!(count("new") > 0 && marks.len() < all, "{marks:?}");
    browser.choose("Since the earlier report", "new or changed");
    assert_eq!((browser.texts(NAMES).len(), browser.text("location.hash")), (marks.len(), "#since=news".to_owned()));
    assert_eq!(
        browser.text(STATUS),
        format!(
            "{} of {all}",
            match marks.len() {
                1 => "1 cause".to_owned(),
                n => format!("{n} causes"),
            }
        )
    );
    browser.choose("Since the earlier report", "new");
    assert_eq!(browser.texts(NAMES).len(), count("new"));
    browser.choose("Since the earlier report", "still there");
    assert_eq!((browser.texts(NAMES).len(), browser.texts(badges)), (all - marks.len(), Vec::<String>::new()));
    // It goes with the address and the other filters, and applies to the roles of such causes.
    open(&browser, &tool.path().join("second/report.html"), "#view=roles&since=news");
    let mut names = browser.texts(NAMES);
    names.sort();
    assert_eq!(names, ["fresh", "grows"]);
    browser.click("button.plain");
    assert_eq!(browser.texts(NAMES).len(), 3);
    // A report that was compared with none has nothing to filter by.
    open(&browser, &tool.path().join("first/report.html"), "#since=news");
    assert_eq!(
        browser
            .texts("[...document.querySelectorAll('.field span')].map(one => one.textContent)")
            .iter()
            .filter(|text| text.starts_with("Since"))
            .count(),
        0
    );
    assert!(!browser.texts(NAMES).is_empty());
}
