//! The terminal: what may be shown on it, and how.

use std::error::Error as _;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::error::CliError;
use crate::report::escape::terminal;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Flags that every command takes.
#[derive(Debug, clap::Args)]
pub(super) struct ConsoleArgs {
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, env = "IAMCTL_COLOR", help_heading = "Output")]
    color: Color,
    /// Say nothing on stderr but warnings and errors
    #[arg(short, long, global = true, env = "IAMCTL_QUIET", help_heading = "Output")]
    quiet: bool,
    /// Say more on stderr
    #[arg(short, long, global = true, env = "IAMCTL_VERBOSE", conflicts_with = "quiet", help_heading = "Output")]
    verbose: bool,
    /// Show no progress bars
    #[arg(long, global = true, env = "IAMCTL_NO_PROGRESS", help_heading = "Output")]
    no_progress: bool,
    /// Never ask for anything, fail instead
    #[arg(long, global = true, env = "IAMCTL_NO_INPUT", help_heading = "Output")]
    no_input: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Stdout and stderr under the flags of [`ConsoleArgs`].
#[derive(Debug)]
pub(super) struct Console {
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
    progress: bool,
    #[cfg(feature = "harvest")]
    may_ask: bool,
}

impl Console {
    pub(super) fn new(args: &ConsoleArgs) -> Self {
        let on_terminal = io::stderr().is_terminal();
        Self {
            color: match args.color {
                Color::Auto => ColorChoice::Auto,
                Color::Always => ColorChoice::Always,
                Color::Never => ColorChoice::Never,
            },
            quiet: args.quiet,
            verbose: args.verbose,
            progress: on_terminal && !args.quiet && !args.no_progress,
            #[cfg(feature = "harvest")]
            may_ask: !args.no_input && on_terminal && io::stdin().is_terminal(),
        }
    }

    /// Stdout and stderr, which drop styles where the reader takes none.
    pub(super) fn streams(&self) -> (AutoStream<io::Stdout>, AutoStream<io::Stderr>) {
        (AutoStream::new(io::stdout(), self.color), AutoStream::new(io::stderr(), self.color))
    }

    /// Whether the user wants to hear more.
    #[cfg(feature = "harvest")]
    pub(super) const fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether a person can be asked.
    #[cfg(feature = "harvest")]
    pub(super) const fn may_ask(&self) -> bool {
        self.may_ask
    }

    /// Writes a result to stdout. A reader that has gone away wants no more, and that is no failure.
    pub(super) fn print(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        let mut out = io::BufWriter::new(self.streams().0);
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Print(error)),
            _ => Ok(()),
        }
    }

    /// Tells what is being done.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.tell(&terminal(text));
        }
    }

    /// Tells what only those want to know who asked for more.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.tell(&terminal(text));
        }
    }

    /// Tells what the user should know, also under `--quiet`.
    pub(super) fn warning(&self, text: &str) {
        self.tell(&format!("{WARNING}warning:{WARNING:#} {}", terminal(text)));
    }

    /// Tells why the program failed: outermost first, then the causes, then what to do.
    pub(super) fn failure(&self, error: &CliError) {
        self.tell(&format!("{ERROR}error:{ERROR:#} {}", terminal(&error.to_string())));
        let mut cause = error.source();
        while let Some(error) = cause {
            self.tell(&format!("  caused by: {}", terminal(&error.to_string())));
            cause = error.source();
        }
        if let Some(hint) = error.hint() {
            self.tell(&format!("{HINT}hint:{HINT:#} {}", terminal(&hint)));
        }
    }

    fn tell(&self, line: &str) {
        // Nobody can be told that stderr is gone.
        let _ = writeln!(self.streams().1, "{line}");
    }

    /// A line that shows work going on, on a terminal only; it goes away when it is dropped.
    pub(super) fn spinner(&self, text: &str) -> Spinner {
        let bar = if self.progress {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(terminal(text).into_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Spinner(bar)
    }
}

/// See [`Console::spinner`].
#[derive(Debug)]
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    /// Changes the text.
    pub(super) fn say(&self, text: &str) {
        self.0.set_message(terminal(text).into_owned());
    }

    /// Writes a line above the spinner.
    #[cfg(feature = "harvest")]
    pub(super) fn above(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
