//! Who may import whom, and what a room may use of the world: the table in docs/architecture.md, compared with the source.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use source::{Mention, Module, Modules, Segments};

/// What a room may do, from its row of the table.
struct Room {
    imports: BTreeSet<String>,
    uses: BTreeSet<String>,
}

/// The word of the table for all rooms, and for all of the world.
const EVERYTHING: &str = "everything";

/// What is outside of the program, under the words of the table. A path matches from its start or, as
/// `Timestamp::now`, at its end; one word matches a method or a macro.
const WORLD: [(&str, &[&str]); 7] = [
    (
        "files",
        &[
            "std::fs",
            "std::os",
            "tempfile",
            "exists",
            "try_exists",
            "canonicalize",
            "symlink_metadata",
            "read_dir",
            "is_symlink",
            "read_link",
        ],
    ),
    ("environment", &["std::env", "directories", "Proxy::try_from_env"]),
    ("clock", &["std::time::Instant", "std::time::SystemTime", "Timestamp::now", "Zoned::now"]),
    (
        "network",
        &[
            "std::net::TcpStream",
            "std::net::TcpListener",
            "std::net::UdpSocket",
            "std::net::ToSocketAddrs",
            "aws_config",
            "aws_credential_types",
            "aws_sdk_iam",
            "aws_sdk_sts",
            "aws_smithy_http_client",
            "aws_smithy_runtime_api",
            "aws_smithy_types",
            "aws_types",
            "rustls",
            "rustls_native_certs",
            "ureq",
        ],
    ),
    ("async code", &["tokio", "futures_util"]),
    ("processes", &["std::process", "signal_hook"]),
    (
        "output",
        &[
            "std::io::stdin",
            "std::io::stdout",
            "std::io::stderr",
            "anstream",
            "indicatif",
            "terminal_size",
            "print",
            "println",
            "eprint",
            "eprintln",
            "dbg",
        ],
    ),
];

/// The rooms of the table in docs/architecture.md.
fn rooms() -> BTreeMap<String, Room> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/architecture.md")).unwrap();
    let head = "| Room | Purpose | Can import | Can use |\n";
    let table = text.split_once(head).expect("the table of rooms").1;
    let list = |cell: &str| -> BTreeSet<String> {
        cell.split(',').map(|word| word.trim().to_owned()).filter(|word| word != "nothing").collect()
    };
    table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [name, _, imports, uses] = cells[..] else { panic!("{line}: not four cells") };
            (name.trim_matches('`').to_owned(), Room { imports: list(imports), uses: list(uses) })
        })
        .collect()
}

fn modules() -> Modules {
    Modules::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")))
}

/// The files that are in a room, with its name. `lib.rs` and `main.rs` are in none.
fn in_rooms(modules: &Modules) -> impl Iterator<Item = (&str, &Segments, &Module)> {
    modules.each().filter_map(|(path, module)| match path.get(1).map(String::as_str) {
        None | Some("main") => None,
        Some(room) => Some((room, path, module)),
    })
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let (rooms, modules) = (rooms(), modules());
    let mut faults = Vec::new();
    let mut imported: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, _, module) in in_rooms(&modules) {
        let room = rooms.get(name).unwrap_or_else(|| panic!("{} is in no room of the table", module.file));
        for Mention { path, line } in module.mentions.iter().filter(|mention| mention.path[0] == "crate") {
            // What the root passes on is what the room that defines it is.
            let home = modules.home(path).and_then(|home| home.get(1));
            let Some(other) = path.get(1).filter(|other| rooms.contains_key(*other)).or(home) else {
                faults.push(format!("src/{}:{line}: {} is in no room", module.file, path.join("::")));
                continue;
            };
            if other == name {
                continue;
            }
            imported.entry(name).or_default().insert(other);
            if !room.imports.contains(other) && !room.imports.contains(EVERYTHING) {
                faults.push(format!("src/{}:{line}: {name} imports {other}: {}", module.file, path.join("::")));
            }
        }
    }
    for (name, room) in &rooms {
        let imported = imported.remove(name.as_str()).unwrap_or_default();
        let unused = room.imports.iter().filter(|other| *other != EVERYTHING && !imported.contains(other.as_str()));
        faults.extend(unused.map(|other| format!("docs/architecture.md: {name} does not import {other}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_room_uses_of_the_world_what_the_table_allows() {
    let (rooms, modules) = (rooms(), modules());
    let mut faults = Vec::new();
    for (name, _, module) in in_rooms(&modules) {
        for (kind, line, what) in uses_of_the_world(module) {
            if !rooms[name].uses.contains(kind) && !rooms[name].uses.contains(EVERYTHING) {
                faults.push(format!("src/{}:{line}: {name} uses {kind}: {what}", module.file));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Each use with its word in the table, its line, and what was found.
fn uses_of_the_world(module: &Module) -> Vec<(&'static str, usize, String)> {
    let mut found = Vec::new();
    for (kind, name) in WORLD.iter().flat_map(|(kind, names)| names.iter().map(|name| (*kind, *name))) {
        let segments: Segments = name.split("::").map(str::to_owned).collect();
        for Mention { path, line } in &module.mentions {
            // All of `std`, or `std` under another name, hides what is used of it.
            let is_hidden = path[0] == "std" && (path.len() == 1 || path[1] == "*");
            // A type that an import names, as `Timestamp::now`, stands at the end of the path.
            if is_hidden || path.starts_with(&segments) || segments.len() == 2 && path.ends_with(&segments) {
                found.push((kind, *line, path.join("::")));
            }
        }
        if let Some(line) = module.words.get(name) {
            found.push((kind, *line, name.to_owned()));
        }
    }
    found
}

#[test]
fn the_root_and_the_program_import_what_they_pass_on() {
    let modules = modules();
    let (_, main) = modules.each().find(|(_, module)| module.file == "main.rs").unwrap();
    let other = main.mentions.iter().find(|mention| mention.path[0] == "iamctl" && mention.path[1] != "cli");
    assert!(other.is_none(), "main.rs imports {:?}", other.map(|mention| &mention.path));
}

/// A source in which everything that has gone around the guard before is found.
#[test]
fn lists_aliases_and_macros_hide_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "pub mod model; pub mod compare; pub use model::Role;");
    write("model.rs", "mod arn; pub use arn::Arn; pub struct Role;");
    write("model/arn.rs", "pub struct Arn;");
    write(
        "compare.rs",
        "mod inner;
         use crate::{model::{self, Arn as Name}, compare};
         use std::{collections::BTreeMap, fs as files};
         use crate as root;
         fn f() { files::read(0); assert!(model::arn::x()); root::report::g(); std::process::abort(); }
         #[cfg(test)] mod tests { use crate::testing; }",
    );
    write(
        "compare/inner.rs",
        "use super::super::suggest; use super::f; fn g() { crate::Role; x.exists(); Zoned::now(); }",
    );
    let modules = Modules::read(folder.path());
    let mentioned = |file: &str| -> BTreeSet<String> {
        let (_, module) = modules.each().find(|(_, module)| module.file == file).unwrap();
        module.mentions.iter().map(|mention| mention.path.join("::")).collect()
    };
    let compare = mentioned("compare.rs");
    for path in
        ["crate::model", "crate::model::Arn", "std::fs", "std::fs::read", "crate::model::arn::x", "crate::report::g"]
    {
        assert!(compare.contains(path), "{path}: {compare:?}");
    }
    assert!(!compare.iter().any(|path| path.contains("testing")), "{compare:?}");
    let inner = mentioned("compare/inner.rs");
    for path in ["crate::suggest", "crate::compare::f", "crate::Role"] {
        assert!(inner.contains(path), "{path}: {inner:?}");
    }
    let home = |path: &str| modules.home(&path.split("::").map(str::to_owned).collect::<Vec<_>>()).unwrap().join("::");
    assert_eq!(home("crate::Role"), "crate::model");
    assert_eq!(home("crate::model::Arn"), "crate::model::arn");
    let uses = |file: &str| -> BTreeSet<&str> {
        let (_, module) = modules.each().find(|(_, module)| module.file == file).unwrap();
        uses_of_the_world(module).into_iter().map(|(kind, ..)| kind).collect()
    };
    assert_eq!(uses("compare.rs"), BTreeSet::from(["files", "processes"]));
    assert_eq!(uses("compare/inner.rs"), BTreeSet::from(["clock", "files"]));
}
/// Of two files of a room, only one takes something from the other, directly or through others.
#[test]
fn what_files_take_from_each_other_flows_one_way() {
    let modules = modules();
    let mut takes: BTreeMap<&Segments, BTreeMap<&Segments, String>> = BTreeMap::new();
    for (room, path, module) in in_rooms(&modules) {
        for Mention { path: taken, line } in module.mentions.iter().filter(|mention| mention.path[0] == "crate") {
            if let Some(home) = modules.home(taken)
                && home != path
                && home.get(1).is_some_and(|other| other == room)
            {
                let place = || format!("src/{}:{line}: {}", module.file, taken.join("::"));
                takes.entry(path).or_default().entry(home).or_insert_with(place);
            }
        }
    }
    let reached: BTreeMap<&Segments, BTreeSet<&Segments>> =
        takes.keys().map(|from| (*from, reached(&takes, from))).collect();
    let mut circles = String::new();
    for (from, to) in &takes {
        let back = to.iter().filter(|(to, _)| reached.get(*to).is_some_and(|reached| reached.contains(from)));
        circles.extend(back.map(|(_, place)| format!("{place}\n")));
    }
    assert!(circles.is_empty(), "these imports are parts of circles:\n{circles}");
    assert!(takes.len() > 100, "the imports were found: {}", takes.len());
}

fn reached<'m>(
    takes: &BTreeMap<&'m Segments, BTreeMap<&'m Segments, String>>,
    from: &Segments,
) -> BTreeSet<&'m Segments> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        for other in takes.get(next).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(*other) {
                open.push(other);
            }
        }
    }
    found
}
