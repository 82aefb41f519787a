//! The words that users read are plain English in the terms of AWS's documentation: a list of old words is refused.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::program::{Place, repository};

/// Words that no text may hold, in lower case, and what AWS's documentation or plain English says.
const OLD: &[(&str, &str)] = &[
    ("take the role", "assume the role"),
    ("takes the role", "assumes the role"),
    ("take a role", "assume a role"),
    ("takes a role", "assumes a role"),
    ("take roles", "assume roles"),
    ("takes roles", "assumes roles"),
    ("take it by", "assume it with"),
    ("may take", "can assume"),
    ("be taken by", "be assumed by"),
    ("taken by more", "assumed by more"),
    ("raise itself", "privilege escalation"),
    ("raise themselves", "privilege escalation"),
    ("raise its own", "privilege escalation"),
    ("no allow", "implicitly denied"),
    ("outright", "explicitly denied"),
    ("refused in", "denied in"),
    ("refuses in", "denies in"),
    ("is another", "differs"),
    ("weightiest", "most severe"),
    ("lightest", "least severe"),
    ("weight of", "severity of"),
    ("by weight", "by severity"),
    ("least weight", "least severe"),
    ("is none", "say what it is"),
    ("there are none at all", "there are no …"),
    ("beyond the catalog", "not in the catalog"),
    ("beyond the catalogue", "not in the catalog"),
    ("settle first", "resolve first"),
    ("settle it", "resolve it"),
    ("settle them", "resolve them"),
    ("ask about the proof", "check the proof"),
    ("telephone", "phone"),
    ("compared with none", "not compared"),
    ("could not be told", "could not be determined"),
    ("only to know", "for information"),
    ("knows no such", "does not have"),
    ("possibly may", "might"),
    ("point at the other", "reference the other"),
    ("points at the other", "references the other"),
    ("found nowhere", "not found"),
    ("is asked about", "give one"),
    ("is named only", "names only"),
    ("trust policy `trust`", "the trust policy"),
    ("nothing tells", "is not known"),
    ("who asks", "the principal"),
    ("mean what those of", "the same as those of"),
    ("mean what the other", "the same as the other"),
    ("is no arn", "is not an ARN"),
    ("is no action", "is not an action"),
    ("is no principal", "is not a principal"),
    ("is no effect", "is not an effect"),
    ("is no file", "is not a file"),
    ("is no date", "is not a date"),
    ("is no account", "is not an account"),
    ("is no report", "is not a report"),
    ("is no snapshot", "is not a snapshot"),
    ("is no terminal", "is not a terminal"),
    ("the catalogue", "the catalog"),
    ("misspelt", "misspelled"),
    ("behaviour", "behavior"),
    ("the colour", "the color"),
    ("organisation", "organization"),
    ("organisations", "organizations"),
    ("recognised", "recognized"),
    ("recognises", "recognizes"),
    ("the normalised", "the normalized"),
    ("is normalised", "is normalized"),
    ("are normalised", "are normalized"),
    ("licence", "license"),
];

/// `has not` and `have not` are old as main verbs: a participle may follow.
const HAS_NOT: [&str; 2] = ["has not", "have not"];
const PARTICIPLES: [&str; 6] = ["been", "accepted", "changed", "looked", "reviewed", "finished"];

/// What is wrong with a text: each old word in it.
fn old_words(text: &str) -> Vec<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let old = OLD.iter().filter(|(old, _)| holds(&words, old));
    let mut found: Vec<String> = old.map(|(old, new)| format!("`{old}` ({new})")).collect();
    for old in HAS_NOT {
        let mut rest = words.as_str();
        while let Some((_, after)) = rest.split_once(old) {
            let next = after.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if !after.starts_with(|c: char| c.is_alphanumeric()) && !PARTICIPLES.contains(&next) {
                found.push(format!("`{old}` (does not have)"));
            }
            rest = after;
        }
    }
    found
}

/// Whether a text holds these words whole.
fn holds(text: &str, words: &str) -> bool {
    let mut before = String::new();
    let mut parts = text.split(words).peekable();
    while let Some(part) = parts.next() {
        before.push_str(part);
        let Some(next) = parts.peek() else { break };
        // `there is no action` is English, `it is no action` is not.
        let is_there = words.starts_with("is no") && before.ends_with("there ");
        let beside = [before.chars().next_back(), next.chars().next()];
        if !is_there && !beside.into_iter().flatten().any(char::is_alphanumeric) {
            return true;
        }
        before.push_str(words);
    }
    false
}

/// The string literals of Rust or JavaScript with their lines.
fn literals(source: &str) -> Vec<(usize, String)> {
    let chars: Vec<char> = source.chars().collect();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    let is = |at: usize, c: char| chars.get(at) == Some(&c);
    while let Some(&c) = chars.get(at) {
        let start = line;
        if c == '/' && is(at + 1, '/') {
            while at < chars.len() && !is(at, '\n') {
                at += 1;
            }
        } else if c == 'r' && (is(at + 1, '"') || is(at + 1, '#')) && raw(&chars[at..]).is_some() {
            let (hashes, length) = raw(&chars[at..]).unwrap();
            let text: String = chars[at + hashes + 2..at + length - hashes - 1].iter().collect();
            line += text.matches('\n').count();
            found.push((start, text));
            at += length;
        } else if c == '"' || c == '`' {
            let mut text = String::new();
            at += 1;
            while at < chars.len() && !is(at, c) {
                if is(at, '\\') {
                    at += 1;
                    // The next line goes on where its text begins.
                    if is(at, '\n') {
                        while chars.get(at).is_some_and(|c| c.is_whitespace()) {
                            line += usize::from(is(at, '\n'));
                            at += 1;
                        }
                        continue;
                    }
                    text.push(if is(at, 'n') { ' ' } else { chars[at] });
                } else {
                    line += usize::from(is(at, '\n'));
                    text.push(chars[at]);
                }
                at += 1;
            }
            found.push((start, text));
            at += 1;
        } else if c == '\'' && is(at + 1, '\\') {
            // A character such as '\'' or '\u{0}'.
            at += 3;
            while at < chars.len() && !is(at, '\'') {
                at += 1;
            }
            at += 1;
        } else if c == '\'' && is(at + 2, '\'') {
            at += 3;
        } else {
            line += usize::from(c == '\n');
            at += 1;
        }
    }
    found
}

/// The hashes and the length of a raw string that begins here.
fn raw(chars: &[char]) -> Option<(usize, usize)> {
    let hashes = chars.iter().skip(1).take_while(|c| **c == '#').count();
    if chars.get(hashes + 1) != Some(&'"') {
        return None;
    }
    let ends = |at: usize| chars[at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    let end = (hashes + 2..chars.len()).find(|at| ends(*at))?;
    Some((hashes, end + hashes + 1))
}

fn files(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, extensions, found);
        } else if extensions.iter().any(|end| path.extension().is_some_and(|extension| extension == *end)) {
            found.push(path);
        }
    }
}

fn wrong(name: &str, line: usize, text: &str, found: &mut BTreeSet<String>) {
    for old in old_words(text) {
        let shown: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect();
        found.insert(format!("{name}:{line}: {old} in: {shown}"));
    }
}

#[test]
fn the_scanner_finds_strings() {
    let source = "let a = \"one \\\n   two\"; // \"no\"\nlet b = r#\"a \"q\" b\"#; let c = '\"'; let d = '\\''; let e = \"x\\\"y\";";
    let found: Vec<(usize, String)> = literals(source);
    let found: Vec<(usize, &str)> = found.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(found, [(1, "one two"), (3, "a \"q\" b"), (3, "x\"y")]);
    assert_eq!(old_words("b has not"), ["`has not` (does not have)"]);
    assert!(old_words("it has not been read; nobody has noticed; mistaken by").is_empty());
    assert_eq!(old_words("nobody may\n  take it").len(), 1);
    assert_eq!(old_words("there is no action; `x` is no action").len(), 1);
    assert!(old_words("there is no action").is_empty());
}

#[test]
fn no_text_holds_an_old_word() {
    let root = repository();
    let mut found = BTreeSet::new();
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "RELEASE.md", "SECURITY.md", "examples/README.md"]
            .map(|name| root.join(name))
            .to_vec();
    files(&root.join("docs"), &["md", "json"], &mut pages);
    let name = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        // A sentence may go on in the next line.
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let next = lines.get(index + 1).copied().unwrap_or_default();
            let both = format!("{line} {next}");
            for old in old_words(&both).into_iter().filter(|old| !old_words(next).contains(old)) {
                found.insert(format!("{}:{}: {old} in: {line}", name(&page), index + 1));
            }
        }
    }
    let mut sources = Vec::new();
    files(&root.join("src"), &["rs", "js", "html"], &mut sources);
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "html") {
            for (index, line) in source.lines().enumerate() {
                wrong(&name(&path), index + 1, line, &mut found);
            }
        } else {
            for (line, text) in literals(&source) {
                wrong(&name(&path), line, &text, &mut found);
            }
        }
    }
    let place = Place::new();
    let help = place.run("--help").stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<String> = commands.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(commands.len() > 10, "{help}");
    for command in commands.iter().filter(|command| *command != "help") {
        for flag in ["-h", "--help"] {
            wrong(&format!("{command} {flag}"), 0, &place.run(&format!("{command} {flag}")).stdout, &mut found);
        }
        wrong(&format!("man {command}"), 0, &place.run(&format!("man {command}")).stdout, &mut found);
    }
    wrong("--help", 0, &help, &mut found);
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{} old words:\n{}", found.len(), found.join("\n"));
}
