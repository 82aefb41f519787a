//! Codes of MFA devices: from the command line, from a command, or from the person at the terminal.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use super::error::HarvestError;
use super::options::Options;

/// How long a command may take to print a code: it may wait for a touch on a key.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// How often a person may mistype a code.
const PROMPTS: usize = 3;

/// Where codes come from, and whether the one that was given is used up.
pub(super) struct Codes {
    options: Options,
    used: bool,
}

impl Codes {
    pub(super) fn new(options: &Options) -> Self {
        Self { options: options.clone(), used: false }
    }

    /// A code of `device`, which `profile` asks for. Never waits for a person who is not there.
    pub(super) async fn next(&mut self, profile: &str, device: &str) -> Result<String, HarvestError> {
        if let Some(code) = &self.options.mfa_code {
            if self.used {
                return Err(HarvestError::MfaCodeUsed { profile: profile.to_owned(), device: device.to_owned() });
            }
            self.used = true;
            return six_digits(code, device);
        }
        if let Some(command) = &self.options.mfa_command {
            return from_command(command, profile, device).await;
        }
        if !self.options.may_prompt {
            return Err(HarvestError::MfaCodeNeeded { profile: profile.to_owned(), device: device.to_owned() });
        }
        from_person(profile, device).await
    }
}

fn six_digits(text: &str, device: &str) -> Result<String, HarvestError> {
    let code = text.trim();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(code.to_owned())
    } else {
        Err(HarvestError::MfaCodeMalformed { device: device.to_owned() })
    }
}

async fn from_command(command: &str, profile: &str, device: &str) -> Result<String, HarvestError> {
    let failed = |problem: String| HarvestError::MfaCommand { device: device.to_owned(), problem };
    let mut shell = shell(command);
    shell.env("IAMCTL_MFA_PROFILE", profile).env("IAMCTL_MFA_DEVICE", device);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = tokio::time::timeout(COMMAND_TIME, shell.output())
        .await
        .map_err(|_| failed(format!("did not finish within {} seconds", COMMAND_TIME.as_secs())))?
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("ended with {}", output.status)));
    }
    six_digits(&String::from_utf8_lossy(&output.stdout), device)
}

#[cfg(not(windows))]
fn shell(command: &str) -> tokio::process::Command {
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> tokio::process::Command {
    let mut shell = tokio::process::Command::new("cmd.exe");
    shell.arg("/C").raw_arg(format!("\"{command}\""));
    shell
}

async fn from_person(profile: &str, device: &str) -> Result<String, HarvestError> {
    let needed = || HarvestError::MfaCodeNeeded { profile: profile.to_owned(), device: device.to_owned() };
    let prompt = format!("MFA code of {} for profile {}: ", device.escape_debug(), profile.escape_debug());
    for _ in 0..PROMPTS {
        let prompt = prompt.clone();
        let line = tokio::task::spawn_blocking(move || ask(&prompt)).await.map_err(|_| needed())?;
        // An end of input is nobody to ask.
        let line = line.ok().flatten().ok_or_else(needed)?;
        if let Ok(code) = six_digits(&line, device) {
            return Ok(code);
        }
    }
    Err(HarvestError::MfaCodeMalformed { device: device.to_owned() })
}

fn ask(prompt: &str) -> std::io::Result<Option<String>> {
    let mut stderr = std::io::stderr().lock();
    stderr.write_all(prompt.as_bytes())?;
    stderr.flush()?;
    drop(stderr);
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}
