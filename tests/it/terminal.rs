//! The summary on a terminal and in a pipe: its order, what it folds, and that nothing sticks out.

use iamctl::formats::report_format::View;
use iamctl::formats::text::{Page, write};
use iamctl::report::Report;
use unicode_width::UnicodeWidthStr;

use crate::made_up::{HOSTILE, comparison, nothing};
use crate::program::{EXAMPLES, Place};

/// The summary with its styles.
fn styled(comparison: &Report, width: Option<usize>) -> String {
    let mut out = Vec::new();
    write(&mut out, &View::new(comparison, ""), Page { width, ..Page::default() }).unwrap();
    String::from_utf8(out).unwrap()
}

/// The summary as a reader without colours sees it.
fn plain(comparison: &Report, width: Option<usize>) -> String {
    anstream::adapter::strip_str(&styled(comparison, width)).to_string()
}

/// The words without what wrapping may change.
fn words(text: &str) -> String {
    text.split_whitespace().collect()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("role-{index:05}-with-a-name-of-some-length")).collect()
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let long = ["n".repeat(64), format!("arn:aws:s3:::{}", "bucket/".repeat(40)), "名前🙂".repeat(40)];
    for names in [HOSTILE.map(str::to_owned).to_vec(), long.to_vec()] {
        let mut comparison = comparison(&names);
        for (account, tag) in [(&mut comparison.accounts.left, "l"), (&mut comparison.accounts.right, "r")] {
            account.tag = tag.repeat(64).parse().unwrap();
            account.source = "file a/long/path ".repeat(20);
        }
        for width in [40, 41, 79, 80, 81, 200] {
            let text = plain(&comparison, Some(width));
            let wide: Vec<&str> = text.lines().filter(|line| line.width() > width).collect();
            assert_eq!(wide, [""; 0], "{width} columns");
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        }
    }
}

#[test]
fn a_narrow_terminal_loses_no_words() {
    let comparison = comparison(&["app"]);
    let piped = words(&plain(&comparison, None));
    for width in [80, 200] {
        assert_eq!(words(&plain(&comparison, Some(width))), piped, "{width} columns");
    }
}

#[test]
fn a_pipe_has_a_line_for_a_finding() {
    let name = "words and more words ".repeat(30);
    let text = plain(&comparison(&[name.trim_end()]), None);
    let finding = format!("    qa points at dev: `{}` in the resource", name.trim_end());
    assert!(text.lines().any(|line| line.starts_with(&finding)), "{text}");
}

#[test]
fn sections_come_in_order_of_weight() {
    let text = plain(&comparison(&["app"]), Some(80));
    let headings = [
        "Metric",
        "Can raise themselves in one account only: 1 role",
        "May do more in one account: 1 role",
        "May be taken by more in one account: 1 role",
        "Point at the other account: 1 role",
        "Denied outright in one account only: 1 role",
        "Attributes: 1 role",
        "Roles only in dev: 1",
        "Roles only in qa: 2",
        "note: app",
        "Different:",
    ];
    let places: Vec<Option<usize>> = headings.iter().map(|heading| text.find(heading)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{text}");
}

#[test]
fn what_colours_say_words_say() {
    let comparison = comparison(&["app"]);
    let (styled, plain) = (styled(&comparison, Some(80)), plain(&comparison, Some(80)));
    assert!(styled.contains("\u{1b}[1m") && styled.contains("\u{1b}[31m"), "{styled:?}");
    for line in ["    qa may also s3:app", "put-role-policy]", "  app (ambiguous)", "    dev may also"] {
        assert!(plain.contains(line), "{line}\n{plain}");
    }
    // Every style ends in the line in which it starts, so that a pager or a cut shows the next one right.
    for line in styled.lines() {
        assert!(!line.contains('\u{1b}') || line.rfind("\u{1b}[0m") == line.rfind("\u{1b}["), "{line:?}");
    }
}

#[test]
fn long_lists_are_folded_and_say_where_the_rest_is() {
    let text = plain(&comparison(&names(3000)), Some(80));
    assert!(text.lines().count() < 700, "{}", text.lines().count());
    assert!(text.contains("May do more in one account: 3000 roles\n"), "{text}");
    assert!(text.contains("  … and 2990 more, see access_differences.csv\n"), "{text}");
    assert!(text.contains("  … and 2990 more, see roles_in_dev_but_not_in_qa.csv\n"), "{text}");
    assert!(text.contains("… and 2995 more, see report.json\n"), "{text}");
    // Each file that is named is written.
    let place = Place::new();
    place.run(EXAMPLES);
    for file in text.lines().filter_map(|line| line.trim().strip_prefix("… and ")?.split(" more, see ").nth(1)) {
        let file = file.replace('*', "dev_to_qa");
        assert!(place.path(&format!("reports/{}", file.trim_start_matches('_'))).exists(), "{file}");
    }
}

#[test]
fn a_finding_takes_a_few_lines_of_a_terminal() {
    let mut comparison = comparison(&["app"]);
    comparison.cross_references[0].text = "word ".repeat(180);
    let text = plain(&comparison, Some(80));
    let mut longest = 0;
    let mut lines = 0;
    for line in text.lines().skip_while(|line| !line.starts_with("Point at")).take_while(|line| !line.is_empty()) {
        lines = if line.starts_with("      ") { lines + 1 } else { 1 };
        longest = longest.max(lines);
    }
    assert_eq!(longest, 6, "{text}");
    assert!(text.contains('…'), "{text}");
}

#[test]
fn notes_about_the_dictionary_come_last() {
    let mut comparison = nothing();
    for index in 0..7 {
        comparison.warnings.push(format!("dictionary: entry {index} replaces nothing"));
    }
    comparison.warnings.push("qa has no roles".to_owned());
    let text = plain(&comparison, Some(80));
    let tail: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("note: ")).collect();
    assert_eq!(tail.first().copied(), Some("note: qa has no roles"), "{text}");
    assert_eq!(
        tail.get(5..7),
        Some(["note: dictionary: entry 4 replaces nothing", "… and 2 more, see report.json"].as_slice())
    );
}

#[test]
fn a_run_without_a_terminal_shows_no_progress_and_no_style() {
    let place = Place::new();
    let run = place.run(EXAMPLES);
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains(['\u{1b}', '\r']), "{run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "the dictionary: {}", run.stderr);
    let told = place.run(&format!("{EXAMPLES} --verbose")).stderr;
    assert!(told.contains("\ncomparing 28 roles\n") && told.contains("\nwriting reports\n"), "{told}");
    assert_eq!(place.run(&format!("{EXAMPLES} --quiet")).stderr, "");
    let coloured = place.run(&format!("{EXAMPLES} --color always")).stdout;
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), run.stdout);
    assert!(coloured.contains("\u{1b}[1m"), "{coloured}");
}
