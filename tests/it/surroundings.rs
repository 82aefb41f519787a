//! Where the program runs: streams that are closed or full, disks that are full, homes that are missing or cannot be
//! written to, one thread, 64 open files. Every command ends with its documented exit code and sentence.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::json;

use crate::support::tool::{DEV, QA, Run, Tool, inline, snapshot};

const DIFF: &str = "diff dev.json dev qa.json qa --equivalency list.json";

/// Every command that does not ask AWS, with its exit code. The folder `reports` is there.
fn commands() -> Vec<(String, i32)> {
    let two = "dev.json dev qa.json qa";
    [
        ("init new".to_owned(), 0),
        ("harvest dev.json dev --output new".to_owned(), 0),
        (format!("{DIFF} --output new"), 0),
        (format!("{DIFF} --output new --format json --exit-code"), 1),
        (format!("{DIFF} --output new --report html=new.html"), 0),
        (format!("suggest {two}"), 0),
        (format!("suggest {two} --write --equivalency new.json"), 0),
        ("explain reports app-dev".to_owned(), 0),
        (format!("explain {two} app-dev"), 0),
        ("explain --rule list".to_owned(), 0),
        ("accept reports --all --reason reviewed --expires 2099-12-31 --file new.json".to_owned(), 0),
        ("remediate reports --make qa".to_owned(), 0),
        ("can dev.json app-dev s3:GetObject arn:aws:s3:::other/key".to_owned(), 1),
        ("can-assume dev.json app-dev ec2.amazonaws.com".to_owned(), 0),
        ("completions bash".to_owned(), 0),
        ("man".to_owned(), 0),
        ("man --all new".to_owned(), 0),
        ("--help".to_owned(), 0),
        ("help diff".to_owned(), 0),
        ("--version".to_owned(), 0),
        #[cfg(feature = "harvest")]
        ("listprofiles".to_owned(), 0),
    ]
    .into()
}

fn words(arguments: &str) -> Vec<&str> {
    arguments.split(' ').collect()
}

/// A folder with two small accounts, a report of them, and a profile to list.
fn place() -> Tool {
    let tool = Tool::new().env("SOURCE_DATE_EPOCH", "1795248000");
    let allows = |environment: &str, actions: &[&str]| json!([{"Effect": "Allow", "Action": actions, "Resource": format!("arn:aws:s3:::app-{environment}/*")}]);
    let role = |id: &str, environment: &str, actions: &[&str]| {
        snapshot(id, &[inline(id, &format!("app-{environment}"), &allows(environment, actions))], &[])
    };
    tool.write("dev.json", role(DEV, "dev", &["s3:GetObject"]));
    tool.write("qa.json", role(QA, "qa", &["s3:GetObject", "s3:PutObject"]));
    tool.write("list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#);
    tool.write("aws-config", "[profile one]\nregion = eu-west-1\n");
    tool.write("aws-credentials", "");
    let run = tool.run(&words(&format!("{DIFF} --output reports")));
    assert_eq!(run.code, 0, "{run:?}");
    tool
}

/// Takes away what a command wrote.
fn tidy(place: &Tool) {
    for name in ["new", "new.json", "new.html"] {
        let path = place.path().join(name);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else if path.exists() {
            fs::remove_file(path).unwrap();
        }
    }
}

/// What a command left: files with their contents, by their path.
fn left(place: &Tool, name: &str) -> BTreeMap<String, Vec<u8>> {
    let path = place.path().join(name);
    let mut files = BTreeMap::new();
    if path.is_file() {
        files.insert(name.to_owned(), fs::read(&path).unwrap());
    }
    for entry in fs::read_dir(&path).into_iter().flatten() {
        files.extend(left(place, &format!("{name}/{}", entry.unwrap().file_name().to_string_lossy())));
    }
    files
}

fn finished(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// What a command left in each of the places in which one writes.
type Left = [BTreeMap<String, Vec<u8>>; 3];

fn all_left(place: &Tool) -> Left {
    ["new", "new.json", "new.html"].map(|name| left(place, name))
}

/// Every command as it runs plainly, with what it left.
fn plainly() -> &'static [(String, Run, Left)] {
    static PLAIN: OnceLock<Vec<(String, Run, Left)>> = OnceLock::new();
    PLAIN.get_or_init(|| {
        let place = place();
        let run = |(arguments, code): (String, i32)| {
            tidy(&place);
            let run = finished(place.command(&words(&arguments)));
            assert_eq!(run.code, code, "{arguments}: {run:?}");
            (arguments, run, all_left(&place))
        };
        commands().into_iter().map(run).collect()
    })
}

/// Runs every command as `change` has it, for `check` to compare with how it runs plainly; what it leaves is the same.
fn each(change: impl Fn(&mut Command), check: impl Fn(&str, &Run, &Run)) {
    let place = place();
    for (arguments, plain, before) in plainly() {
        tidy(&place);
        let mut command = place.command(&words(arguments));
        change(&mut command);
        let run = finished(command);
        check(arguments, plain, &run);
        if run.code != 2 {
            assert!(*before == all_left(&place), "{arguments}: it left something else");
        }
    }
}

/// A stream whose reader has gone.
fn dead() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A stream on a full disk.
fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_reader_that_has_gone_changes_nothing() {
    each(
        |command| {
            command.stdout(dead());
        },
        |arguments, plain, run| {
            assert_eq!((run.code, &run.stderr), (plain.code, &plain.stderr), "{arguments}: {run:?}");
        },
    );
}

#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    each(
        |command| {
            command.stdout(full());
        },
        |arguments, plain, run| {
            if plain.stdout.is_empty() {
                return assert_eq!((run.code, &run.stderr), (plain.code, &plain.stderr), "{arguments}");
            }
            let end =
                "error: the result cannot be written to stdout\n  caused by: No space left on device (os error 28)\n";
            assert_eq!(run.code, 2, "{arguments}: {run:?}");
            assert!(run.stderr.ends_with(end), "{arguments}: {run:?}");
        },
    );
}

#[test]
fn a_stderr_that_nobody_reads_changes_nothing() {
    for stream in [dead, full] {
        each(
            |command| {
                command.stderr(stream());
            },
            |arguments, plain, run| {
                assert_eq!((run.code, &run.stdout), (plain.code, &plain.stdout), "{arguments}: {run:?}");
            },
        );
    }
}

/// The same program behind a shell that changes its limits or streams first.
fn behind(command: &Command, shell: &str) -> Command {
    let mut changed = Command::new("sh");
    changed.arg("-c").arg(format!("{shell} exec \"$0\" \"$@\"")).arg(command.get_program()).args(command.get_args());
    changed.current_dir(command.get_current_dir().unwrap()).env_clear().stdin(Stdio::null());
    changed.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    changed.env("PATH", std::env::var_os("PATH").unwrap());
    changed
}

#[test]
fn streams_that_are_closed_are_like_those_that_nobody_reads() {
    let in_front = |shell: &'static str| move |command: &mut Command| *command = behind(command, shell);
    each(in_front("exec >&-;"), |arguments, plain, run| {
        assert_eq!((run.code, &run.stderr), (plain.code, &plain.stderr), "{arguments}: {run:?}");
    });
    each(in_front("exec 2>&-;"), |arguments, plain, run| {
        assert_eq!((run.code, &run.stdout), (plain.code, &plain.stdout), "{arguments}: {run:?}");
    });
    each(in_front("exec <&- >&- 2>&-;"), |arguments, plain, run| {
        assert_eq!(run.code, plain.code, "{arguments}: {run:?}");
    });
}

/// The same answer as plainly, to the byte.
fn same(arguments: &str, plain: &Run, run: &Run) {
    let both = [plain, run].map(|run| (run.code, run.stdout.clone(), run.stderr.clone()));
    assert_eq!(both[0], both[1], "{arguments}");
}

#[test]
fn one_thread_gives_the_same_bytes() {
    each(
        |command| {
            command.env("RAYON_NUM_THREADS", "1");
        },
        same,
    );
}

#[test]
fn sixty_four_open_files_are_enough_for_more_threads_than_that() {
    each(|command| *command = behind(command.env("RAYON_NUM_THREADS", "100"), "ulimit -n 64;"), same);
}

#[test]
fn no_home_and_a_home_that_cannot_be_written_to_are_of_no_interest_where_a_folder_is_named() {
    each(
        |command| {
            command.env_remove("HOME");
        },
        same,
    );
    each(
        |command| {
            command.env("HOME", "/proc");
        },
        same,
    );
}

#[test]
fn a_home_that_cannot_be_written_to_is_named_where_reports_should_go_there() {
    let place = place();
    // Nothing can be created in the first, and in the second neither: it is a file.
    for (home, cause) in [("/proc", "No such file or directory"), ("aws-config", "Not a directory")] {
        for arguments in [DIFF, "harvest dev.json dev"] {
            let home = if home.starts_with('/') { home.into() } else { place.path().join(home) };
            let mut command = place.command(&words(arguments));
            command.env("HOME", &home);
            let run = finished(command);
            let error = format!("error: cannot write to the folder `{}/aws-idt/output/", home.display());
            let lines: Vec<&str> = run.stderr.lines().skip_while(|line| !line.starts_with("error")).collect();
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
            assert!(lines[0].starts_with(&error), "{run:?}");
            assert!(lines[1].starts_with(&format!("  caused by: {cause} (os error ")), "{run:?}");
            assert!(lines[2].contains("give another folder with `--output DIR`; nothing was changed"), "{run:?}");
        }
    }
}

/// The command with no file of its own larger than that.
fn limited(place: &Tool, arguments: &str, bytes: u64) -> Run {
    let command = place.command(&words(arguments));
    let mut limited = Command::new("prlimit");
    limited.arg(format!("--fsize={bytes}")).arg(command.get_program()).args(command.get_args());
    limited.current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    finished(limited)
}

/// The sizes of what a command leaves, the smallest first.
fn sizes(files: &BTreeMap<String, Vec<u8>>) -> Vec<u64> {
    let mut sizes: Vec<u64> = files.values().map(|bytes| bytes.len() as u64).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// As on a full disk, a file cannot grow: each file of the folder in turn is the smallest that cannot be written.
#[test]
fn a_disk_that_is_full_at_any_file_of_a_folder_leaves_what_was_there() {
    for (arguments, old) in [(DIFF, "diff"), ("harvest dev.json dev", "harvest")] {
        let place = place();
        tidy(&place);
        let arguments = format!("{arguments} --output new");
        finished(place.command(&words(&arguments)));
        let whole = left(&place, "new");
        assert!(whole.len() > 2, "{old}");
        // In turns over a report that is there, and where there is none.
        for (turn, size) in sizes(&whole).into_iter().enumerate() {
            let is_there = turn % 2 == 0;
            if !is_there {
                fs::rename(place.path().join("new"), place.path().join("aside")).unwrap();
            }
            let run = limited(&place, &arguments, size - 1);
            let now = left(&place, "new");
            if !is_there {
                assert!(!place.path().join("new").exists(), "{size}: a folder is left");
                fs::rename(place.path().join("aside"), place.path().join("new")).unwrap();
            }
            assert!(now == if is_there { whole.clone() } else { BTreeMap::new() }, "{size}: {run:?}");
            let lines: Vec<&str> = run.stderr.lines().skip_while(|line| !line.starts_with("error")).collect();
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{size}: {run:?}");
            let name = lines[0].strip_prefix("error: cannot write `").and_then(|rest| rest.split_once('`'));
            let (name, rest) = name.unwrap_or_else(|| panic!("{size}: {run:?}"));
            assert_eq!(rest, " for the folder `new`", "{size}: {run:?}");
            assert!(whole[&format!("new/{name}")].len() as u64 >= size, "{size}: {run:?}");
            assert_eq!(lines[1], "  caused by: File too large (os error 27)", "{size}: {run:?}");
            assert!(lines[2].starts_with("hint: check the free space and the permissions"), "{size}: {run:?}");
            assert!(!fs::read_dir(place.path()).unwrap().any(|entry| is_ours(&entry.unwrap())), "{size}");
        }
    }
}

#[test]
fn a_disk_that_is_full_at_any_other_file_leaves_what_was_there() {
    let place = place();
    for (arguments, folder) in [
        ("init new", true),
        ("man --all new", true),
        ("suggest dev.json dev qa.json qa --write --equivalency new.json", false),
        ("accept reports --all --reason reviewed --expires 2099-12-31 --file new.json", false),
    ] {
        tidy(&place);
        let name = if folder { "new" } else { "new.json" };
        finished(place.command(&words(arguments)));
        let whole = left(&place, name);
        assert!(!whole.is_empty(), "{arguments}");
        tidy(&place);
        for size in sizes(&whole) {
            let run = limited(&place, arguments, size - 1);
            let lines: Vec<&str> = run.stderr.lines().skip_while(|line| !line.starts_with("error")).collect();
            assert_eq!(run.code, 2, "{arguments}: {run:?}");
            assert!(lines[0].starts_with("error: cannot write `new"), "{arguments}: {run:?}");
            assert_eq!(lines[1], "  caused by: File too large (os error 27)", "{arguments}: {run:?}");
            assert!(lines[2].starts_with("hint: check the free space and the permissions"), "{arguments}: {run:?}");
            assert!(!place.path().join(name).exists(), "{arguments}: {:?}", left(&place, name).keys());
            assert!(!fs::read_dir(place.path()).unwrap().any(|entry| is_ours(&entry.unwrap())), "{arguments}");
        }
    }
    // Over files that are there.
    tidy(&place);
    fs::write(place.path().join("new.json"), "[]").unwrap();
    let run = limited(&place, "accept reports --all --reason r --expires 2099-12-31 --file new.json", 100);
    assert_eq!((run.code, place.read("new.json").as_str()), (2, "[]"), "{run:?}");
}

/// Whether a file is an unfinished one of the program.
fn is_ours(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with(".iamctl-")
}

/// A report beside the folder, and the summary of GitHub Actions, which is no reason to fail.
#[test]
fn a_disk_that_is_full_at_a_report_beside_the_folder() {
    let place = place();
    tidy(&place);
    // All files of the folder are as small as those of two accounts without roles.
    for (name, id) in [("a.json", "111111111111"), ("b.json", "222222222222")] {
        fs::write(place.path().join(name), snapshot(id, &[], &[])).unwrap();
    }
    let small = "diff a.json dev b.json qa --output new";
    let page = "--report html=new.html";
    finished(place.command(&words(&format!("{small} {page}"))));
    let limit = left(&place, "new.html")["new.html"].len() as u64 - 1;
    tidy(&place);
    fs::write(place.path().join("new.html"), "mine").unwrap();
    let run = limited(&place, &format!("{small} {page}"), limit);
    assert_eq!((run.code, place.read("new.html").as_str()), (2, "mine"), "{run:?}");
    assert!(run.stderr.contains("error: cannot write `report.html` for the folder `new`\n"), "{run:?}");

    let mut command = place.command(&words(&format!("{DIFF} --output new")));
    command.env("GITHUB_STEP_SUMMARY", "/dev/full");
    let run = finished(command);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("warning: "), "{run:?}");
}

#[test]
fn the_first_line_is_all_that_some_readers_want() {
    let place = place();
    for arguments in [format!("{DIFF} --output new"), "explain reports app-dev".to_owned()] {
        let command = place.command(&words(&arguments));
        let mut head = Command::new("sh");
        let script = "(\"$0\" \"$@\"; echo $? > code) | head -1";
        head.args(["-c", script]).arg(command.get_program()).args(command.get_args());
        head.current_dir(command.get_current_dir().unwrap());
        head.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let run = finished(head);
        let plain = finished(place.command(&words(&arguments)));
        assert_eq!(run.stdout.lines().collect::<Vec<_>>(), plain.stdout.lines().take(1).collect::<Vec<_>>());
        assert_eq!((place.read("code").trim(), &run.stderr), ("0", &plain.stderr), "{arguments}");
    }
}

#[test]
fn a_folder_that_holds_a_device_is_named() {
    // What cannot be a report is refused before anything is read.
    let place = place();
    assert!(File::open("/dev/full").is_ok());
    let run = place.run(&words(&format!("{DIFF} --output new --report html=/dev/full")));
    let first = "error: `/dev/full` is not a regular file, so a report cannot replace it\n";
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains(first), "{run:?}");
}
