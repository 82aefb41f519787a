//! `-h` is short, `--help` says more, and its examples work.

use crate::support::program::{EXAMPLES, Place};

const COMMANDS: [&str; 14] = [
    "init",
    "listprofiles",
    "harvest",
    "diff",
    "fleet",
    "suggest",
    "explain",
    "accept",
    "remediate",
    "can",
    "can-assume",
    "config",
    "completions",
    "man",
];

#[test]
fn the_short_help_has_one_line_per_option() {
    let place = Place::new();
    for command in COMMANDS {
        let help = place.run(&format!("{command} -h")).stdout;
        let options = help.lines().filter(|line| line.trim_start().starts_with('-')).count();
        let indented = help.lines().skip_while(|line| *line != "Options:").filter(|line| line.starts_with(' ')).count();
        assert_eq!(options, indented, "{command}: {help}");
        assert!(!help.contains("IAMCTL_") && !help.contains("possible values"), "{command}: {help}");
    }
}

#[test]
fn the_long_help_says_more() {
    let place = Place::new();
    for command in COMMANDS {
        let (short, long) =
            (place.run(&format!("{command} -h")).stdout, place.run(&format!("{command} --help")).stdout);
        let about = |help: &str| help.split("\nUsage:").next().unwrap().len();
        assert!(about(&long) > about(&short), "{command}: {long}");
        let examples = long.split("\nExamples:\n").nth(1).unwrap_or_else(|| panic!("{command}: {long}"));
        assert!(examples.lines().filter(|line| line.starts_with("      ")).count() >= 2, "{command}: {long}");
        assert!(long.lines().all(|line| line.chars().count() <= 100), "{command}: {long}");
    }
    let help = place.run("--help").stdout;
    let terms = help.split("\nTerms:").nth(1).unwrap();
    for term in ["harvest", "snapshot", "tag", "dictionary", "normalized", "proof", "catalog"] {
        assert!(terms.contains(&format!("\n  {term} ")), "{term}: {help}");
    }
}

#[test]
fn options_without_effect_are_not_listed() {
    let place = Place::new();
    let lists = |command: &str, option: &str| place.run(&format!("{command} --help")).stdout.contains(option);
    assert!(lists("diff", "--mfa-code") && !lists("remediate", "--mfa-code"));
    assert!(lists("diff", "--no-progress") && !lists("man", "--no-progress") && !lists("accept", "--no-progress"));
    assert!(lists("can", "--no-input") && !lists("remediate", "--no-input") && !lists("init", "--quiet"));
    // They are taken all the same, so that one set of options fits every command.
    assert_eq!(place.run("--no-input man --quiet --no-progress diff").code, 0);
}

/// The commands of the examples of a text, each on one line.
fn examples(help: &str) -> Vec<String> {
    let lines = help.split("\nExamples:\n").nth(1).unwrap_or_default().replace("\\\n", " ");
    lines.lines().filter_map(|line| line.strip_prefix("      ")).map(str::to_owned).collect()
}

#[test]
fn the_examples_work() {
    let place = Place::new();
    place.run(EXAMPLES);
    let mut run = 0;
    for command in std::iter::once("").chain(COMMANDS) {
        for example in examples(&place.run(&format!("{command} --help")).stdout) {
            let Some(arguments) = example.strip_prefix("iamctl ") else { continue };
            let needs_more = ["-profile", "refresh", "details", "listprofiles", "~"];
            if needs_more.iter().any(|word| arguments.contains(word)) {
                continue;
            }
            let words = arguments.split([' ', '\n']).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.map(|word| word.trim_matches('\'')).collect();
            let words = words.split(|word| matches!(*word, ">" | "|")).next().unwrap();
            let outcome = place.ask(words);
            assert!(outcome.code < 2, "{example}: {outcome:?}");
            run += 1;
        }
    }
    assert!(run > 15, "{run}");
}

#[test]
fn accept_has_an_example_for_each_way_to_select() {
    let help = Place::new().run("accept --help").stdout;
    let examples = examples(&help).join("\n");
    for option in ["--role", "--action", "--attribute", "--rule", "--finding", "--group"] {
        assert!(examples.contains(option), "{option}: {examples}");
    }
}
