//! The scripts of `action.yml`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Step, executable, program};

const NAME: &str = concat!("iamctl-", env!("CARGO_PKG_VERSION"), "-x86_64-unknown-linux-musl");

/// A step whose folder `release` contains what a release has for Linux.
fn released() -> Step {
    let step = Step::new();
    let release = step.path("release");
    fs::create_dir(&release).unwrap();
    let step = step.env("RELEASE_FOLDER", release.display().to_string()).env("SOURCE_DATE_EPOCH", "1795248000");
    let run = step.run("release-archive", &["x86_64-unknown-linux-musl", &program(&step.path("temp"))]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = step.run("release-sums", &[&step.text("release")]);
    assert_eq!(run.code, 0, "{run:?}");
    let base = format!("file://{}", step.text("release"));
    step.env("ACTION_BASE_URL", base)
}

/// A step that compares the examples with the program under test.
fn comparing() -> Step {
    Step::new()
        .env("ACTION_BINARY", env!("CARGO_BIN_EXE_iamctl"))
        .env("ACTION_SOURCE_1", "./dev.json")
        .env("ACTION_TAG_1", "dev")
        .env("ACTION_SOURCE_2", "./qa.json")
        .env("ACTION_TAG_2", "qa")
        .env("ACTION_OUTPUT", "iamctl report")
        .env("ACTION_SARIF", "iam ctl.sarif")
        .env("ACTION_FAIL_ON", "any")
}

/// The same for the two small accounts, of which one allows more.
fn comparing_small() -> Step {
    comparing().env("ACTION_WORKING_DIRECTORY", "small").env("ACTION_SOURCE_2", "./qa_drifted.json")
}

/// Serves the files of a folder on this machine.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            answer(client.unwrap(), &folder);
        }
    });
    address
}

fn answer(mut client: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
    let request = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let name = request.split(' ').nth(1).unwrap().trim_start_matches('/');
    match fs::read(folder.join(name)) {
        Ok(bytes) => {
            write!(client, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len()).unwrap();
            client.write_all(&bytes).unwrap();
        }
        Err(_) => {
            client.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap()
        }
    }
}

#[track_caller]
fn refused(step: &Step, script: &str, says: &str) {
    let run = step.run(script, &[]);
    assert!(run.code == 2 && run.stdout.contains(&format!("::error title=iamctl::{says}")), "{says}: {run:?}");
    assert_eq!(step.read("output"), "", "{says}");
}

#[test]
fn it_installs_its_own_release_and_compares() {
    let mut step = released();
    step.set("ACTION_BASE_URL", serve(step.path("release")));
    let run = step.run("action-install", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let binary = step.output("binary").unwrap();
    assert!(binary.starts_with(&step.text("temp")) && binary.ends_with(&format!("/{NAME}/iamctl")), "{binary}");

    let compare = comparing().env("ACTION_BINARY", binary);
    let run = compare.run("action-diff", &[]);
    assert!(run.code == 1 && run.stdout.contains("\nDifferent: 20 roles"), "{run:?}");
    assert_eq!(compare.output("exit-code").unwrap(), "1");
    let page = compare.output("page").unwrap();
    assert!(fs::read_to_string(page).unwrap().starts_with("<!DOCTYPE html>"));
    let report = compare.output("report").unwrap();
    assert!(report.ends_with("/work space/iamctl report") && fs::read_dir(report).unwrap().count() > 20);
    let sarif = fs::read_to_string(compare.output("sarif").unwrap()).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert!(compare.read("summary").contains("20 roles"));
}

#[test]
fn the_exit_code_is_that_of_iamctl() {
    let mut step = comparing_small();
    for (fail_on, code) in [("none", 0), ("rule=role-recreated", 0), ("access", 1), ("severity=medium", 1), ("", 0)] {
        step.set("ACTION_FAIL_ON", fail_on);
        let run = step.run("action-diff", &[]);
        assert_eq!(run.code, code, "{fail_on}: {run:?}");
        assert_eq!(step.output("exit-code").unwrap(), code.to_string());
        assert!(step.output("page").is_some());
    }
    // Without a file for it there is no SARIF.
    step.set("ACTION_SARIF", "");
    assert_eq!(step.run("action-diff", &[]).code, 0);
    assert_eq!(step.output("sarif"), None);
}

#[test]
fn a_run_that_fails_has_no_report() {
    let mut step = comparing_small();
    // The report of an earlier run is there.
    assert_eq!(step.run("action-diff", &[]).code, 1);
    for (name, value, says) in [
        ("ACTION_SOURCE_2", "./missing.json", "missing.json"),
        ("ACTION_FAIL_ON", "everything", "everything"),
        ("ACTION_EQUIVALENCY", "./dev.json", "dev.json"),
        ("ACTION_ARGUMENTS", "--no-such-option", "--no-such-option"),
    ] {
        let before = step.environment.clone();
        step.set(name, value);
        let run = step.run("action-diff", &[]);
        assert!(run.code == 2 && run.stdout.contains(says), "{name}: {run:?}");
        assert!(run.stdout.contains("::error title=iamctl::the accounts were not compared (exit code 2)"), "{run:?}");
        assert_eq!(step.read("output"), "exit-code=2\n", "{name}");
        step.environment = before;
    }
    step.set("ACTION_WORKING_DIRECTORY", "no folder");
    refused(&step, "action-diff", "the input working-directory names no folder");
    step.set("ACTION_WORKING_DIRECTORY", "small");
    step.set("ACTION_TAG_1", "");
    refused(&step, "action-diff", "the input tag-1 is missing");
}

#[test]
fn inputs_are_texts_and_never_code() {
    const CODE: &str = "$(touch owned) `touch owned`; touch owned #' \"";
    let mut step = comparing();
    step.set("ACTION_OUTPUT", CODE);
    step.set("ACTION_SARIF", format!("{CODE}.sarif"));
    step.set("ACTION_ARGUMENTS", format!("--skip=items\n\n  \r\n--role={CODE}\r\n--role=*\n"));
    let run = step.run("action-diff", &[]);
    // A role pattern that matches nothing is an error, which shows the pattern as it is.
    assert!(run.code == 2 && run.stdout.contains("$(touch owned)"), "{run:?}");
    step.set("ACTION_ARGUMENTS", "--skip=items\r\n--counts");
    let run = step.run("action-diff", &[]);
    assert!(run.code == 1 && !run.stdout.contains("proof: "), "{run:?}");
    let folder = step.path(&format!("work space/{CODE}"));
    assert!(folder.join("report.html").exists());
    assert!(fs::read_dir(&folder).unwrap().all(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        !name.ends_with("_iam_tuples.csv")
    }));
    assert_eq!(step.output("report").unwrap(), folder.canonicalize().unwrap().display().to_string());
    for name in [
        "ACTION_SOURCE_1",
        "ACTION_SOURCE_2",
        "ACTION_TAG_1",
        "ACTION_TAG_2",
        "ACTION_EQUIVALENCY",
        "ACTION_ACCEPTED",
        "ACTION_FAIL_ON",
        "ACTION_BINARY",
        "ACTION_WORKING_DIRECTORY",
    ] {
        let before = step.environment.clone();
        // An option, and two lines, of which the second could be an output of its own.
        for value in [CODE, "--output=elsewhere", "a\nexit-code=0"] {
            step.set(name, value);
            let run = step.run("action-diff", &[]);
            assert!(run.code > 1 && !run.stdout.contains("Different:"), "{name}={value}: {run:?}");
            assert!(!step.path("work space/elsewhere").exists());
            let mut wanted = vec!["", "exit-code=2\n"];
            wanted.extend(["exit-code=126\n", "exit-code=127\n"]);
            assert!(wanted.contains(&step.read("output").as_str()), "{name}={value}: {}", step.read("output"));
        }
        step.environment = before;
    }
    assert!(!step.path("work space/owned").exists() && !step.path("owned").exists());
    for name in ["ACTION_OUTPUT", "ACTION_SARIF"] {
        step.set(name, "a\nexit-code=0");
        refused(&step, "action-diff", "the input ");
        step.set(name, "b");
    }
    // The same for the installation.
    let mut step = released();
    for name in ["ACTION_BINARY", "ACTION_VERSION", "ACTION_BASE_URL", "ACTION_SHA256"] {
        let before = step.environment.clone();
        for value in [CODE, "a\nbinary=/bin/false", "../..", "--help"] {
            step.set(name, value);
            refused(&step, "action-install", "");
        }
        step.environment = before;
    }
    assert!(!step.path("work space/owned").exists());
}

#[test]
fn what_iamctl_prints_cannot_command_the_runner() {
    let token = |step: &Step| {
        let run = step.run("action-diff", &[]);
        let mut lines = run.stdout.lines();
        let token = lines.next().unwrap().strip_prefix("::stop-commands::").unwrap().to_owned();
        let obeyed = lines.clone().skip_while(|line| *line != format!("::{token}::"));
        assert_eq!(obeyed.filter(|line| line.starts_with("::error")).count(), usize::from(run.code != 0), "{run:?}");
        assert!(run.stderr.is_empty(), "{run:?}");
        token
    };
    let step = comparing_small();
    let tokens = [token(&step), token(&step)];
    assert!(tokens[0] != tokens[1] && tokens.iter().all(|token| token.len() == 32), "{tokens:?}");
}

#[test]
fn a_program_that_is_there_is_not_downloaded() {
    let mut step = Step::new();
    let folder = step.path("work space/tools");
    fs::create_dir(&folder).unwrap();
    program(&folder);
    // The next step can run in another folder.
    step.set("ACTION_BINARY", "tools/iamctl");
    let run = step.run("action-install", &[]);
    assert!(run.code == 0 && run.stdout.contains(env!("CARGO_PKG_VERSION")), "{run:?}");
    assert_eq!(
        step.output("binary").map(PathBuf::from).unwrap().canonicalize().unwrap(),
        folder.join("iamctl").canonicalize().unwrap()
    );
    step.set("ACTION_BINARY", "tools/missing");
    refused(&step, "action-install", "the input binary names no program that can be run");
}

#[test]
fn a_release_that_is_not_what_it_says_is_not_run() {
    let mut step = released();
    let archive = step.path(&format!("release/{NAME}.tar.gz"));
    let sums = step.path("release/SHA256SUMS");
    let whole = fs::read(&archive).unwrap();
    let listed = fs::read_to_string(&sums).unwrap();
    let digest = listed.split(' ').next().unwrap().to_owned();

    // Its own checksum, given from elsewhere, is right; another one is not.
    step.set("ACTION_SHA256", &digest);
    assert_eq!(step.run("action-install", &[]).code, 0);
    step.set("ACTION_SHA256", "0".repeat(64));
    refused(&step, "action-install", &format!("{NAME}.tar.gz has the SHA-256 {digest}, but the input sha256 says 000"));
    for wrong in ["0", &"0".repeat(63), &"0".repeat(65), &"G".repeat(64)] {
        step.set("ACTION_SHA256", wrong);
        refused(&step, "action-install", "the input sha256 must be 64 hexadecimal digits");
    }
    step.set("ACTION_SHA256", "");

    let mut changed = whole.clone();
    changed.push(0);
    fs::write(&archive, changed).unwrap();
    refused(&step, "action-install", &format!("{NAME}.tar.gz has the SHA-256 "));
    fs::write(&archive, &whole).unwrap();
    fs::write(&sums, listed.replace(NAME, "iamctl-of-another")).unwrap();
    refused(&step, "action-install", &format!("SHA256SUMS of the release does not contain {NAME}.tar.gz"));
    fs::remove_file(&sums).unwrap();
    refused(&step, "action-install", "SHA256SUMS cannot be downloaded from file://");
    fs::write(&sums, &listed).unwrap();

    // The archive is what the checksum says, but its program is another.
    let folder = step.path(&format!("release/{NAME}"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("iamctl"), "#!/bin/sh\necho iamctl 9.9.9\n").unwrap();
    executable(&folder.join("iamctl"));
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(&archive).arg(NAME).current_dir(step.path("release"));
    assert!(tar.status().unwrap().success());
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(step.run("release-sums", &[&step.text("release")]).code, 0);
    refused(&step, "action-install", &format!("the program in {NAME}.tar.gz is iamctl 9.9.9, not iamctl 0.1.0"));
}

#[test]
fn where_a_release_comes_from_must_be_known_and_protected() {
    let mut step = Step::new();
    if super::source("Cargo.toml").contains("\nrepository = \"https://iamctl.invalid/") {
        refused(&step, "action-install", "the repository of this action is not known");
    }
    for address in ["http://mirror.example/iamctl", "ftp://mirror.example", "mirror.example"] {
        step.set("ACTION_BASE_URL", address);
        refused(&step, "action-install", "the input base-url ");
    }
    // Without an address, it is that of the releases of the action's own repository.
    step.set("ACTION_BASE_URL", "");
    step.set("ACTION_REPOSITORY", "somebody/iamctl");
    step.set("GITHUB_SERVER_URL", "http://127.0.0.1:9");
    let version = env!("CARGO_PKG_VERSION");
    let address = format!("http://127.0.0.1:9/somebody/iamctl/releases/download/v{version};");
    refused(&step, "action-install", &format!("SHA256SUMS cannot be downloaded from {address}"));
    // What a shell could take for a line break stays what it is.
    step.set("ACTION_BASE_URL", "https://127.0.0.1:9/a\\n::warning::b");
    let run = step.run("action-install", &[]);
    assert!(run.code == 2 && run.stdout.lines().all(|line| line.starts_with("::error")), "{run:?}");
    // A release for this system and the version asked for.
    step.set("ACTION_BASE_URL", serve(step.path("temp")));
    step.set("ACTION_VERSION", "v0.0.1");
    refused(&step, "action-install", "SHA256SUMS cannot be downloaded from http://127.0.0.1:");
    step.set("RUNNER_ARCH", "RISCV64");
    refused(&step, "action-install", "release-target: there is no release for Linux on RISCV64");
}
