//! Two accounts compared for `iamctl remediate`, and what its script does when a shell runs it.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::tool::{Run, Tool, snapshot};

/// Two accounts in a folder, compared.
pub fn compared_files(dev: &[Value], dev_policies: &[Value], qa: &[Value], qa_policies: &[Value]) -> Tool {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, dev, dev_policies));
    tool.write("qa.json", snapshot(QA, qa, qa_policies));
    tool.write("equivalency_list.json", r#"{"environment": {"dev": ["dev"], "qa": ["qa"]}}"#);
    tool.diff(&[]);
    tool
}

pub const DEV: &str = "111122223333";
pub const QA: &str = "444455556666";

pub fn make_qa(tool: &Tool, more: &[&str]) -> Run {
    let run = tool.run(&[&["remediate", "out", "--make", "qa"], more].concat());
    assert!(matches!(run.code, 0 | 1), "{run:?}");
    is_shell(tool, &run.stdout);
    run
}

/// A shell reads the whole script.
pub fn is_shell(tool: &Tool, script: &str) {
    assert!(script.starts_with("#!/bin/sh\n"), "{script}");
    tool.write("made.sh", script);
    let output = Command::new("sh").args(["-n", "made.sh"]).current_dir(tool.path()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}\n{script}");
}

/// Runs a script with an `aws` that writes down its arguments, each in brackets; they are returned a call a line.
pub fn calls(tool: &Tool, script: &str) -> Vec<String> {
    // What only reads finds nothing, and what it compares is not the same.
    let aws = "#!/bin/sh\nif [ \"$1\" = sts ]; then echo 444455556666; exit; fi\n\
        case \"$2 $*\" in\n\
        get-*PolicyVersion.Document*) echo false; exit ;;\n\
        get-*--query*|list-*) exit ;;\n\
        get-*) echo 'An error occurred (NoSuchEntity) when calling it' >&2; exit 254 ;;\n\
        esac\n\
        { for one in \"$@\"; do printf '[%s]' \"$one\" | tr '\\n' ' '; done; echo; } >> calls\n";
    tool.write("made.sh", script);
    tool.write("calls", "");
    let output = run_made(tool, aws);
    assert!(output.status.success(), "{output:?}\n{script}");
    tool.read("calls").lines().map(str::to_owned).collect()
}

/// Runs `made.sh` with this script as the AWS CLI.
pub fn run_made(tool: &Tool, aws: &str) -> Output {
    let path = tool.write("bin/aws", aws);
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    Command::new("/bin/sh")
        .arg("made.sh")
        .current_dir(tool.path())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", tool.path().join("bin").display()))
        .output()
        .unwrap()
}

pub fn bucket(environment: &str, action: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": format!("arn:aws:s3:::{environment}-data/*")}])
}
