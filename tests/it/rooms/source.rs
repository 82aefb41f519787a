//! The modules of the program's source, and what each takes from the others: read from the tokens, so that neither a list
//! in braces nor an alias, a macro, or a path in the middle of an expression hides an import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A path as written, from the root of its crate: `["crate", "model", "Role"]` or `["std", "fs", "read"]`.
pub type Segments = Vec<String>;

/// A path that a module mentions.
pub struct Mention {
    /// Absolute: `crate` or the name of another crate comes first. A list of everything ends with `*`.
    pub path: Segments,
    /// The line in the file, from 1.
    pub line: usize,
}

/// A file of the source without its tests.
#[derive(Default)]
pub struct Module {
    /// Relative to `src`.
    pub file: String,
    /// Every path in it, those of its imports included, but not those that it only passes on.
    pub mentions: Vec<Mention>,
    /// Every identifier outside of imports, and every method and macro by its name.
    pub words: BTreeMap<String, usize>,
    /// Names that it imports, with the path of each.
    imports: BTreeMap<String, Segments>,
    /// Modules of which it imports everything.
    globs: Vec<Segments>,
    /// Imports that others can see, with their lines: `pub use`.
    passed_on: Vec<(String, Segments, usize)>,
    /// Names of the items that it defines.
    items: BTreeSet<String>,
}

/// All modules of the crate by their paths, the root first: `["crate", "model", "arn"]`.
pub struct Modules(BTreeMap<Segments, Module>);

impl Modules {
    /// Reads all files below `src`.
    pub fn read(src: &Path) -> Self {
        let mut modules = BTreeMap::new();
        read_folder(src, src, &mut modules);
        let mut modules = Self(modules);
        modules.complete();
        modules
    }

    pub fn each(&self) -> impl Iterator<Item = (&Segments, &Module)> {
        self.0.iter()
    }

    /// Makes the mentions absolute: their first segment can be a module below, or an import.
    fn complete(&mut self) {
        let absolute: Vec<(Segments, Vec<Mention>)> = self
            .0
            .iter()
            .map(|(path, module)| {
                let mut mentions: Vec<Mention> = module
                    .mentions
                    .iter()
                    .map(|mention| Mention { path: self.absolute(path, &mention.path), line: mention.line })
                    .collect();
                // What is passed on is a mention only if the module needs it as well.
                let needed = module.passed_on.iter().filter(|(name, ..)| module.words.contains_key(name));
                mentions.extend(needed.map(|(_, to, line)| Mention { path: self.absolute(path, to), line: *line }));
                (path.clone(), mentions)
            })
            .collect();
        for (path, mentions) in absolute {
            self.0.get_mut(&path).unwrap().mentions = mentions;
        }
    }

    /// A path that stands in `module`, from the root.
    fn absolute(&self, module: &Segments, path: &[String]) -> Segments {
        let mut from = module.clone();
        let mut rest = path;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "self" => {}
                "super" => drop(from.pop()),
                "crate" => from = vec!["crate".to_owned()],
                _ => break,
            }
            rest = after;
        }
        let relative = rest.len() < path.len();
        let Some(first) = rest.first() else { return from };
        let below: Segments = from.iter().chain([first]).cloned().collect();
        if relative || self.0.contains_key(&below) {
            return from.iter().chain(rest).cloned().collect();
        }
        match self.0.get(module).and_then(|module| module.imports.get(first)) {
            Some(import) if import.first() != Some(first) => {
                let import: Vec<String> = import.iter().chain(&rest[1..]).cloned().collect();
                self.absolute(module, &import)
            }
            _ => rest.to_vec(),
        }
    }

    /// The module that defines what an absolute path of our crate names, however many modules pass it on.
    pub fn home(&self, path: &[String]) -> Option<&Segments> {
        self.home_within(path, 16)
    }

    fn home_within(&self, path: &[String], steps: usize) -> Option<&Segments> {
        let steps = steps.checked_sub(1)?;
        let length = (1..=path.len()).rev().find(|length| self.0.contains_key(&path[..*length]))?;
        let (at, module) = self.0.get_key_value(&path[..length])?;
        let Some(name) = path.get(length).filter(|name| *name != "*") else { return Some(at) };
        if module.items.contains(name) {
            return Some(at);
        }
        let passed = module.passed_on.iter().find(|(passed, ..)| passed == name).map(|(_, to, _)| to);
        let import = passed.or_else(|| module.imports.get(name));
        if let Some(to) = import {
            let mut to = self.absolute(at, to);
            to.extend(path[length + 1..].iter().cloned());
            return self.home_within(&to, steps);
        }
        let mut through_globs = module.globs.iter().filter_map(|glob| {
            let mut to = self.absolute(at, glob);
            let home = self.0.get(&to)?;
            to.push(name.clone());
            home.items.contains(name).then(|| self.home_within(&to, steps)).flatten()
        });
        through_globs.next().or(Some(at))
    }
}

fn read_folder(src: &Path, folder: &Path, into: &mut BTreeMap<Segments, Module>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if name != "tests" {
                read_folder(src, &path, into);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let file = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
            let mut at = vec!["crate".to_owned()];
            if file != "lib.rs" {
                at.extend(file.trim_end_matches(".rs").split('/').map(str::to_owned));
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
            let mut module = Module { file, ..Module::default() };
            module.scan(&without_tests(tokens));
            into.insert(at, module);
        }
    }
}

/// Leaves out what `#[cfg(test)]` stands before.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_test = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == '#')
            && matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.stream().to_string().replace(' ', "") == "cfg(test)");
        if !is_test {
            kept.push(token);
            continue;
        }
        let ends = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(sign) => sign.as_char() == ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
        for token in tokens.by_ref() {
            if ends(&token) {
                break;
            }
        }
    }
    kept
}

const ITEMS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];

impl Module {
    fn scan(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        let mut public = false;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(ident) if ident == "use" => {
                    let end = (at..tokens.len()).find(|end| is_sign(tokens.get(*end), ';')).unwrap_or(tokens.len());
                    self.import(&[], &tokens[at + 1..end], public);
                    at = end;
                    public = false;
                }
                TokenTree::Ident(ident) if ident == "pub" => {
                    public = true;
                    let in_parentheses = |group: &Group| group.delimiter() == Delimiter::Parenthesis;
                    at += usize::from(
                        matches!(tokens.get(at + 1), Some(TokenTree::Group(group)) if in_parentheses(group)),
                    );
                }
                TokenTree::Ident(ident) if ident == "macro_rules" => {
                    public = false;
                    at += 2;
                    if let Some(TokenTree::Ident(name)) = tokens.get(at) {
                        self.items.insert(name.to_string());
                    }
                }
                TokenTree::Ident(ident) => {
                    public = false;
                    let line = ident.span().start().line;
                    if ITEMS.contains(&ident.to_string().as_str())
                        && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
                    {
                        self.items.insert(name.to_string());
                        at += 1;
                    } else {
                        let (path, next) = path(tokens, at);
                        for word in &path {
                            self.words.entry(word.clone()).or_insert(line);
                        }
                        if path.len() > 1 {
                            self.mentions.push(Mention { path, line });
                        }
                        at = next - 1;
                    }
                }
                TokenTree::Group(group) => {
                    public = false;
                    self.scan(&without_tests(group.stream()));
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => public = false,
            }
            at += 1;
        }
    }

    /// Reads the tree of an import after `use`.
    fn import(&mut self, before: &[String], tokens: &[TokenTree], public: bool) {
        for tree in tokens.split(|token| is_sign(Some(token), ',')) {
            let Some(start) = tree.iter().position(|token| matches!(token, TokenTree::Ident(_) | TokenTree::Group(_)))
            else {
                if !tree.is_empty() {
                    self.globs.push(before.to_vec());
                }
                continue;
            };
            let line = tree[start].span().start().line;
            let (more, next) = path(tree, start);
            let to: Segments = before.iter().cloned().chain(more).collect();
            let last = tree.last().unwrap();
            match last {
                TokenTree::Group(group) => {
                    self.import(&to, &group.stream().into_iter().collect::<Vec<_>>(), public);
                }
                TokenTree::Punct(_) => {
                    self.mentions.push(Mention { path: to.iter().cloned().chain(["*".to_owned()]).collect(), line });
                    self.globs.push(to);
                }
                TokenTree::Ident(name) => {
                    let is_alias = next < tree.len();
                    let itself = to.last().is_some_and(|last| last == "self");
                    let to = if itself { to[..to.len() - 1].to_vec() } else { to };
                    let name = if is_alias { name.to_string() } else { to.last().unwrap().clone() };
                    if public {
                        self.passed_on.push((name, to, line));
                    } else {
                        self.mentions.push(Mention { path: to.clone(), line });
                        self.imports.insert(name, to);
                    }
                }
                TokenTree::Literal(_) => panic!("{}: {line}: not an import", self.file),
            }
        }
    }
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == sign)
}

/// The segments of the path that begins at `at`, and where the tokens go on after it.
fn path(tokens: &[TokenTree], mut at: usize) -> (Segments, usize) {
    let mut segments = Vec::new();
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        segments.push(ident.to_string());
        at += 1;
        if !(is_sign(tokens.get(at), ':') && is_sign(tokens.get(at + 1), ':')) {
            break;
        }
        if !matches!(tokens.get(at + 2), Some(TokenTree::Ident(_))) {
            // `::<T>`, `::{…}`, `::*`: what comes after it is read on its own.
            at += 2;
            break;
        }
        at += 2;
    }
    (segments, at.max(1))
}
