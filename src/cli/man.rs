//! `iamctl man`: the man pages, made of the same text as `--help`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use crate::store::{ReplaceError, text_file};

/// What `man` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Command, such as `diff` [default: iamctl itself]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write all man pages to this folder
    ///
    /// For example, `~/.local/share/man/man1`. iamctl creates the folder if it does not exist.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    all: Option<PathBuf>,
}

/// Prints one page, or writes all.
pub(super) fn run(args: &Args, program: &Command, console: &mut Console) -> Result<ExitCode, CliError> {
    let mut program = program.clone().disable_help_subcommand(true);
    program.build();
    if let Some(folder) = &args.all {
        let fails = |source| ReplaceError::File { path: folder.clone(), source };
        let mut pages = Vec::new();
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let path = folder.join(Man::new(command.clone()).get_filename());
            pages.push((path, page(command).map_err(fails)?));
        }
        text_file::write_all(folder, &pages, true)?;
        return Ok(ExitCode::Done);
    }
    let named = args.command.as_deref().and_then(|name| program.find_subcommand(name));
    let text = page(named.unwrap_or(&program)).map_err(CliError::Print)?;
    console.print(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Done)
}

/// A page in ASCII, which every reader of man pages takes whatever the locale.
fn page(command: &Command) -> io::Result<String> {
    let mut bytes = Vec::new();
    sections(&mut bytes, command)?;
    let mut text = String::with_capacity(bytes.len());
    for c in String::from_utf8_lossy(&bytes).chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            text.push_str(&format!("\\[u{:04X}]", u32::from(c)));
        }
    }
    Ok(text)
}

fn sections(out: &mut dyn Write, command: &Command) -> io::Result<()> {
    let man = Man::new(command.clone()).manual("iamctl");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    let is_program = command.has_subcommands();
    if is_program {
        man.render_subcommands_section(out)?;
    }
    let mut more = Roff::default();
    examples(&mut more, &command.get_after_long_help().map(ToString::to_string).unwrap_or_default());
    more.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in exit_codes(command.get_name()) {
        more.control("TP", []);
        more.text([bold(*code)]);
        more.text([roman(*meaning)]);
    }
    more.control("SH", ["SEE ALSO"]);
    more.text([roman(if is_program { "iamctl-diff(1), iamctl-explain(1)" } else { "iamctl(1)" })]);
    more.to_writer(out)?;
    man.render_version_section(out)
}

/// What stands below the options in `--help`: headings, sentences, and commands or lists, which keep their lines.
fn examples(out: &mut Roff, text: &str) {
    let mut kept = false;
    for line in text.lines() {
        let is_kept = line.starts_with("   ") || line.starts_with("  ") && line.trim().contains("  ");
        if is_kept != kept {
            kept = is_kept;
            out.control(if kept { "nf" } else { "fi" }, []);
        }
        match line.strip_suffix(':') {
            _ if is_kept => out.text([roman(line.strip_prefix("  ").unwrap_or(line))]),
            Some(heading) if !line.starts_with(' ') => out.control("SH", [heading.to_uppercase().as_str()]),
            _ if line.is_empty() => out,
            _ => out.control("PP", []).text([roman(line.trim())]),
        };
    }
    if kept {
        out.control("fi", []);
    }
}

const FAILED: (&str, &str) = ("2", "failed, incomplete, or wrong usage");
const INTERRUPTED: (&str, &str) = ("130", "interrupted; no incomplete file remains");

/// As in docs/cli.md.
fn exit_codes(command: &str) -> &'static [(&'static str, &'static str)] {
    match command {
        "iamctl" => &[
            ("0", "success, with or without differences; can and can-assume: allowed"),
            (
                "1",
                "success, and there are differences of the kind that --fail-on names; can and can-assume: denied; remediate: something is not done",
            ),
            ("2", "failed, incomplete, or wrong usage; can and can-assume: also if the decision is not certain"),
            INTERRUPTED,
        ],
        "diff" => &[
            ("0", "success, with or without differences"),
            ("1", "success, and there are differences of the kind that --fail-on names"),
            FAILED,
            INTERRUPTED,
        ],
        "can" | "can-assume" => &[
            ("0", "allowed"),
            ("1", "denied"),
            ("2", "the decision is not certain, or the command failed"),
            INTERRUPTED,
        ],
        "remediate" => {
            &[("0", "success"), ("1", "success, and something is NOT DONE in the script"), FAILED, INTERRUPTED]
        }
        _ => &[("0", "success"), FAILED, INTERRUPTED],
    }
}
