//! The summary on a terminal and in a pipe: its order, what it folds, and that nothing sticks out.

use iamctl::formats::report_format::View;
use iamctl::formats::text::{Page, write};
use iamctl::report::{Limitation, Report};
use unicode_width::UnicodeWidthStr;

use crate::support::made_up::{HOSTILE, comparison, nothing};
use crate::support::program::{EXAMPLES, Place};

/// The summary with its styles.
fn styled(comparison: &Report, width: Option<usize>) -> String {
    let mut out = Vec::new();
    write(&mut out, &View::new(comparison, ""), Page { width, ..Page::default() }).unwrap();
    String::from_utf8(out).unwrap()
}

/// The summary as a reader without colors sees it.
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
fn a_wide_terminal_loses_no_words() {
    let comparison = comparison(&["app"]);
    let piped = words(&plain(&comparison, None));
    assert_eq!(words(&plain(&comparison, Some(400))), piped);
}

#[test]
fn a_pipe_has_a_line_for_a_cause() {
    let name = "words and more words ".repeat(30);
    let text = plain(&comparison(&[name.trim_end()]), None);
    let cause = format!("  {0}: {0} can assume the role in qa; dev implicitly denies it", name.trim_end());
    assert!(text.lines().any(|line| line.starts_with(&cause)), "{text}");
}

#[test]
fn the_verdict_comes_first_then_the_causes_by_severity_then_the_counts() {
    let text = plain(&comparison(&["app"]), Some(80));
    let parts = [
        "dev: account 111111111111",
        "Different: 4 roles, 16 findings, 9 causes (1 critical,",
        "\ncritical – resolve first",
        "[privilege-escalation ",
        "\nhigh – resolve",
        "\nmedium – review",
        "\nlow – review when",
        "\ninfo – for your",
        "\nLimitations of this report\n",
        "\nMetric",
    ];
    let places: Vec<Option<usize>> = parts.iter().map(|part| text.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{text}");
}

#[test]
fn ten_causes_fit_one_screen() {
    let text = plain(&comparison(&names(300)), Some(80));
    let causes: Vec<&str> =
        text.lines().skip_while(|line| !line.is_empty()).take_while(|line| !line.starts_with('…')).collect();
    assert!(causes.len() <= 40, "{} lines\n{text}", causes.len());
    assert_eq!(causes.iter().filter(|line| line.contains("] proof: ")).count(), 10, "{text}");
    assert!(text.contains("… and 2690 more causes; report.html and summary.md contain all causes"), "{text}");
}

#[test]
fn one_severity_shows_all_of_its_causes() {
    let comparison = comparison(&names(30));
    let shown = |only: &str| {
        let mut out = Vec::new();
        let page = Page { only: Some(only.parse().unwrap()), ..Page::default() };
        write(&mut out, &View::new(&comparison, ""), page).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    };
    let critical = shown("critical");
    assert_eq!(critical.matches("[privilege-escalation ").count(), 30, "{critical}");
    assert!(!critical.contains("\nhigh –") && critical.contains("… and 240 more causes"), "{critical}");
    let all = shown("info");
    assert_eq!(all.matches("\n    [").count(), 270, "{all}");
    assert!(!all.contains("more cause"), "{all}");
}

#[test]
fn the_counts_alone_can_be_shown() {
    let mut out = Vec::new();
    let page = Page { counts_only: true, ..Page::default() };
    write(&mut out, &View::new(&comparison(&["app"]), ""), page).unwrap();
    let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("Different: 4 roles") && lines[2].starts_with("Metric"), "the verdict first: {text}");
}

#[test]
fn what_colours_say_words_say() {
    let comparison = comparison(&["app"]);
    let (styled, plain) = (styled(&comparison, Some(80)), plain(&comparison, Some(80)));
    assert!(styled.contains("\u{1b}[1m") && styled.contains("\u{1b}[31m"), "{styled:?}");
    for line in ["  app: qa allows s3:app", "critical – resolve first", "    [trust-widened ", "dev allows s3:app"] {
        assert!(plain.contains(line), "{line}\n{plain}");
    }
    // Every style ends in the line in which it starts, so that a pager or a cut shows the next one right.
    for line in styled.lines() {
        assert!(!line.contains('\u{1b}') || line.rfind("\u{1b}[0m") == line.rfind("\u{1b}["), "{line:?}");
    }
}

#[test]
fn a_cause_takes_two_lines_of_a_terminal() {
    let mut comparison = comparison(&["app"]);
    comparison.cross_references[0].text = "word ".repeat(180);
    comparison.conclude();
    comparison.cross_references[0].value = "nothing else has it".to_owned();
    comparison.conclude();
    let text = plain(&comparison, Some(80));
    let cause: Vec<&str> = text.lines().skip_while(|line| !line.contains("references dev")).take(3).collect();
    assert!(cause[0].starts_with("  app: qa references") && cause[1].ends_with('…'), "{text}");
    assert!(cause[2].starts_with("    [cross-reference "), "{text}");
}

#[test]
fn limitations_about_the_dictionary_come_last() {
    let mut comparison = nothing();
    for index in 0..7 {
        let (placeholder, text) = ("environment".to_owned(), format!("text-{index}"));
        comparison.limitations.push(Limitation::TextNotFound { placeholder, text });
    }
    comparison.limitations.push(Limitation::NoRoles { tag: "qa".parse().unwrap() });
    comparison.conclude();
    let text = plain(&comparison, Some(80));
    let tail: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("Limitations")).skip(1).collect();
    assert_eq!(tail.first().copied(), Some("  qa has no roles"), "{text}");
    assert!(tail[1].contains("`text-0`") && tail.contains(&"  … and 2 more, see report.json"), "{text}");
}

#[test]
fn a_command_is_broken_so_that_a_shell_puts_it_together() {
    let comparison = comparison(&["app"]);
    let view =
        View { folder: Some("a/folder/with/a/name/of/some/length/that/fills/the/line"), ..View::new(&comparison, "") };
    let mut out = Vec::new();
    write(&mut out, &view, Page { width: Some(80), ..Page::default() }).unwrap();
    let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
    assert!(text.lines().any(|line| line.ends_with(" \\")), "{text}");
    let joined = text.replace(" \\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let accept = "iamctl accept a/folder/with/a/name/of/some/length/that/fills/the/line --group ";
    assert!(joined.contains(accept), "{joined}");
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

/// What stands under "Next" on a terminal of this width.
fn next(report: &Report, width: usize) -> String {
    let view = View { folder: Some("out put"), ..View::new(report, "") };
    let mut out = Vec::new();
    write(&mut out, &view, Page { width: Some(width), ..Page::default() }).unwrap();
    let text = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
    let lines = text.lines().skip_while(|line| *line != "Next").skip(1).take_while(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn commands_can_be_pasted_whatever_the_names_and_the_width() {
    for name in ["-dash", "--help", "a,b", "=ls", "it's", "two  words", r"back\slash", "$(x)"] {
        let report = comparison(&[name]);
        for width in [40, 80, 200] {
            let printed = next(&report, width);
            // A label is no command; a command may go on in the next lines.
            let (mut commands, mut goes_on) = (String::new(), false);
            for line in printed.lines() {
                if goes_on || line.starts_with("    ") {
                    commands += line;
                    commands += "\n";
                    goes_on = line.ends_with('\\');
                }
            }
            let script = format!("iamctl() {{ for word; do printf '%s\\n' \"$word\"; done; }}\n{commands}");
            let run = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert!(run.status.success() && run.stderr.is_empty(), "{run:?}\n{printed}");
            let words = String::from_utf8(run.stdout).unwrap();
            assert!(words.lines().filter(|word| *word == "out put").count() >= 3, "{words}\n{printed}");
            // The role as `explain` gets it: no option, and whole.
            let mut after = words.lines().skip_while(|word| *word != "explain").skip(2);
            let role = after.next().unwrap();
            assert!(role == name || (name.starts_with('-') && role.starts_with("arn:")), "{role}\n{printed}");
        }
    }
}
