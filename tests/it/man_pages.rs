//! Man pages: they say what `--help` says, and man accepts them.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use crate::support::program::Place;

/// The names of the pages that `--all` writes, without `.1`.
fn pages(place: &Place) -> Vec<String> {
    place.run("man --all pages/man1");
    let names = std::fs::read_dir(place.path("pages/man1")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.map(|name| name.strip_suffix(".1").unwrap().to_owned()).collect();
    names.sort();
    names
}

/// The long flags and variables of a text.
fn flags(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .filter(|word| word.starts_with("--") && word.len() > 2 || word.starts_with("IAMCTL_"))
        .map(str::to_owned)
        .collect()
}

/// A page as roff has it, without the escapes of its text.
fn unescaped(page: &str) -> String {
    page.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\fI", "")
}

#[test]
fn each_command_has_a_page_with_all_of_its_flags() {
    let place = Place::new();
    let help = place.run("--help").stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    let mut expected: Vec<String> = commands.iter().map(|command| format!("iamctl-{command}")).collect();
    expected.push("iamctl".to_owned());
    expected.sort();
    assert_eq!(pages(&place), expected);
    for command in commands {
        let page = unescaped(&place.read(&format!("pages/man1/iamctl-{command}.1")));
        assert_eq!(place.run(&format!("man {command}")).stdout, place.read(&format!("pages/man1/iamctl-{command}.1")));
        let missing: Vec<String> =
            flags(&place.run(&format!("{command} --help")).stdout).difference(&flags(&page)).cloned().collect();
        assert_eq!(missing, [""; 0], "{command}");
        assert!(unescaped(&place.run("man").stdout).contains(&format!("iamctl-{command}(1)")), "{command}");
    }
    let wrong = place.ask(&["man", "nothing"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("the commands are init, "), "{wrong:?}");
}

#[test]
fn groff_accepts_the_pages() {
    if Command::new("groff").arg("--version").stdin(Stdio::null()).output().is_err() {
        return;
    }
    let place = Place::new();
    for page in pages(&place) {
        let output = Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-P-c", "-P-b", "-P-u"])
            .arg(place.path(&format!("pages/man1/{page}.1")))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{page}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(text.contains("SYNOPSIS") && text.contains("EXIT STATUS"), "{text}");
    }
}
