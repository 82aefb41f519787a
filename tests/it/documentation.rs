//! The documentation: the runs it shows are real, it leaves out no flag, file or column, and its links lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::support::program::{EXAMPLES, Place, expect, repository};

/// The words before the arguments, as a reader types them.
const COMMANDS: [&str; 2] = ["$ iamctl ", "$ cargo run -- "];

/// A page with every `console` block as it comes out. A line `...` stands for any lines.
fn run_again(page: &str) -> String {
    let place = Place::new();
    let mut again = String::new();
    let mut lines = page.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        again.push_str(line);
        if line != "```console\n" {
            continue;
        }
        let mut code = 0;
        while let Some(command) = lines.next_if(|line| line.starts_with("$ ")) {
            let mut shown = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && *line != "```\n") {
                shown.push(line);
            }
            let output = match COMMANDS.iter().find_map(|start| command.strip_prefix(start)) {
                Some(arguments) => {
                    let run = place.run(arguments);
                    code = run.code;
                    run.stdout
                }
                None if command == "$ echo $?\n" => format!("{code}\n"),
                None => panic!("a transcript can show iamctl and `echo $?`, not {command}"),
            };
            again.push_str(command);
            again.push_str(&elide(&shown, &output));
        }
    }
    again
}

/// The lines as shown, if the output has them with any lines in place of each `...`; else the whole output.
fn elide(shown: &[&str], output: &str) -> String {
    let mut rest: Vec<&str> = output.split_inclusive('\n').collect();
    let parts: Vec<&[&str]> = shown.split(|line| *line == "...\n").collect();
    for (index, part) in parts.iter().enumerate() {
        let place = match index {
            0 => rest.starts_with(part).then_some(0),
            _ if index + 1 == parts.len() => rest.ends_with(part).then(|| rest.len() - part.len()),
            _ => (0..rest.len()).find(|&at| rest.get(at..).is_some_and(|rest| rest.starts_with(part))),
        };
        match place {
            Some(place) => drop(rest.drain(..place + part.len())),
            None => return output.to_owned(),
        }
    }
    if rest.is_empty() { shown.concat() } else { output.to_owned() }
}

#[test]
fn what_the_readme_shows_is_what_comes_out() {
    let file = repository().join("README.md");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("```console\n"));
    expect(&file, &run_again(&text));
}

#[test]
fn every_flag_and_variable_is_described() {
    let (place, page) = (Place::new(), fs::read_to_string(repository().join("docs/cli.md")).unwrap());
    for command in [
        "init",
        "listprofiles",
        "harvest",
        "diff",
        "fleet",
        "explain",
        "accept",
        "remediate",
        "since",
        "reports",
        "verify",
        "can",
        "can-assume",
        "config",
        "completions",
        "man",
    ] {
        let help = place.run(&format!("{command} --help")).stdout;
        let words: BTreeSet<&str> = help
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .filter(|word| word.starts_with("--") || word.starts_with("IAMCTL_"))
            .filter(|word| !matches!(*word, "--help" | "--version"))
            .collect();
        assert!(words.contains("--color"), "{command}: {help}");
        for word in words {
            let described = [format!("`{word}`"), format!("`{word} ")].iter().any(|text| page.contains(text));
            assert!(described, "{command}: docs/cli.md does not describe {word}");
        }
    }
}

#[test]
fn every_file_and_column_is_described() {
    let (place, page) = (Place::new(), fs::read_to_string(repository().join("docs/reports.md")).unwrap());
    place.run(EXAMPLES);
    for entry in fs::read_dir(place.path("reports")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let described: Vec<String> = ["T1", "T2"].into_iter().flat_map(|tag| forms(&name, tag)).collect();
        assert!(described.iter().any(|name| page.contains(&format!("`{name}"))), "{name} in none of {described:?}");
        if name.ends_with(".csv") {
            let row = page.lines().find(|line| described.iter().any(|name| line.contains(&format!("`{name}"))));
            columns_are_described(&page, row.unwrap(), &name, &place.read(&format!("reports/{name}")));
        }
    }
    // The findings as CSV are no file, but a format.
    let text = place.run(&format!("{EXAMPLES} --format csv")).stdout;
    columns_are_described(&page, "[](#csv)", "--format csv", &text);
}

/// That the page lists exactly the columns of a CSV file, in their order: in the row of the table of files, or at the
/// start of the section that the row links to, where further rows explain none that the file does not have.
fn columns_are_described(page: &str, row: &str, name: &str, text: &str) {
    let header = text.lines().next().unwrap();
    let general = |column: &str| match column {
        "dev" => "T1".to_owned(),
        "qa" => "T2".to_owned(),
        other => other.to_owned(),
    };
    let columns: Vec<String> = header.split(',').map(general).collect();
    let listed = format!("`{}`", columns.join(","));
    let Some((_, link)) = row.split_once("](#") else {
        assert!(row.contains(&listed), "{name}: {row} does not list {listed}");
        return;
    };
    let anchored = |line: &&str| anchor(line).as_deref() == link.split_once(')').map(|(link, _)| link);
    let section = page.lines().skip_while(|line| !anchored(line)).skip(1).take_while(|line| !line.starts_with('#'));
    let section: Vec<&str> = section.collect();
    assert!(section.iter().any(|line| *line == listed), "{name}: its section has no line {listed}");
    let holds = section.iter().skip_while(|line| !line.starts_with("| Column ")).skip(2);
    for line in holds.take_while(|line| line.starts_with('|')) {
        let first = line.split('|').nth(1).unwrap();
        for word in first.split('`').skip(1).step_by(2) {
            assert!(columns.iter().any(|column| column == word), "{name} has no column {word}");
        }
    }
}

/// How the page may write the name of a file: with the tags' places in it, or cut off there.
fn forms(name: &str, tag: &str) -> Vec<String> {
    let general = name
        .replace("dev_dev_", "T1_P1_")
        .replace("qa_qa_", "T2_P2_")
        .replace("dev_to_qa", "T1_to_T2")
        .replace("qa_to_dev", "T2_to_T1")
        .replace("in_dev_but_not_in_qa", "in_T1_but_not_in_T2")
        .replace("in_qa_but_not_in_dev", "in_T1_but_not_in_T2")
        .replace("in_dev_", "in_T1_")
        .replace("in_qa_", "in_T2_")
        .replace("dev_", &format!("{tag}_"))
        .replace("qa_", &format!("{tag}_"));
    let cut = general.split_once("_in_T1_but").map(|(start, _)| format!("{start}_in_…"));
    std::iter::once(general).chain(cut).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "RELEASE.md", "SECURITY.md", "examples/README.md"]
            .map(PathBuf::from)
            .to_vec();
    let docs = fs::read_dir(repository().join("docs")).unwrap();
    pages.extend(docs.map(|entry| PathBuf::from("docs").join(entry.unwrap().file_name())));
    pages.retain(|page| page.extension().is_some_and(|end| end == "md"));
    for page in pages {
        let text = fs::read_to_string(repository().join(&page)).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            let target = fs::read_to_string(repository().join(&file));
            let target = target.unwrap_or_else(|error| panic!("{}: {link}: {error}", page.display()));
            let has = heading.is_empty() || target.lines().any(|line| anchor(line).as_deref() == Some(heading));
            assert!(has, "{}: {link}: no such heading", page.display());
        }
    }
}

/// A heading as it is linked to.
fn anchor(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let kept = heading.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}
