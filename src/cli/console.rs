//! The terminal: what may be shown on it, and how.

use std::error::Error as _;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use clap::builder::FalseyValueParser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::error::CliError;
use super::message::one_line;
use crate::formats::escape::terminal;
use crate::report::sentences::counted;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Flags that every command takes.
#[derive(Debug, clap::Args)]
pub(super) struct ConsoleArgs {
    /// Use color: auto, always, or never
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, env = "IAMCTL_COLOR", help_heading = "Output")]
    color: Color,
    /// Print nothing on stderr but warnings and errors
    #[arg(short, long, global = true, env = "IAMCTL_QUIET", value_parser = FalseyValueParser::new(), help_heading = "Output")]
    quiet: bool,
    /// Print more details on stderr
    ///
    /// For example, how long each stage takes.
    #[arg(short, long, global = true, env = "IAMCTL_VERBOSE", value_parser = FalseyValueParser::new(), conflicts_with = "quiet", help_heading = "Output")]
    verbose: bool,
    /// Do not show progress bars
    #[arg(long, global = true, env = "IAMCTL_NO_PROGRESS", value_parser = FalseyValueParser::new(), help_heading = "Output")]
    no_progress: bool,
    /// Never prompt for input
    ///
    /// iamctl fails instead if it needs input, such as an MFA code.
    #[arg(long, global = true, env = "IAMCTL_NO_INPUT", value_parser = FalseyValueParser::new(), help_heading = "Output")]
    no_input: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    /// Use color on a terminal, unless NO_COLOR is set
    Auto,
    /// Always use color
    Always,
    /// Never use color
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

    /// Without flags, for a command line that is not read yet.
    pub(super) fn plain() -> Self {
        let (color, quiet, verbose, no_progress, no_input) = (Color::Auto, false, false, true, true);
        Self::new(&ConsoleArgs { color, quiet, verbose, no_progress, no_input })
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

    /// Whether a spinner shows on a terminal how far the work is.
    #[cfg(feature = "harvest")]
    pub(super) const fn shows_progress(&self) -> bool {
        self.progress
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
            self.tell(&one_line(text));
        }
    }

    /// Tells what only those want to know who asked for more.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.tell(&one_line(text));
        }
    }

    /// Tells what the user should know, also under `--quiet`.
    pub(super) fn warning(&self, text: &str) {
        self.tell(&format!("{WARNING}warning:{WARNING:#} {}", one_line(text)));
    }

    /// Tells why the program failed: outermost first, then the causes, then what to do.
    pub(super) fn failure(&self, error: &CliError) {
        self.tell(&format!("{ERROR}error:{ERROR:#} {}", one_line(&error.to_string())));
        let mut cause = error.source();
        while let Some(error) = cause {
            self.tell(&format!("  caused by: {}", one_line(&error.to_string())));
            cause = error.source();
        }
        if let Some(hint) = error.hint() {
            self.tell(&format!("{HINT}hint:{HINT:#} {}", one_line(&hint)));
        }
    }

    fn tell(&self, line: &str) {
        // Nobody can be told that stderr is gone.
        let _ = writeln!(self.streams().1, "{line}");
    }

    /// How wide stdout is; none where it is not a terminal, whose lines are not broken.
    #[expect(clippy::unused_self, reason = "stdout is the console's")]
    pub(super) fn width(&self) -> Option<usize> {
        let stdout = io::stdout();
        stdout.is_terminal().then(|| {
            let size = terminal_size::terminal_size_of(stdout);
            size.map_or(80, |(width, _)| usize::from(width.0))
        })
    }

    /// Shows on stderr that work goes on: on a terminal a line that goes away when it is dropped, otherwise a log.
    pub(super) fn spinner(&self, text: &str) -> Spinner<'_> {
        let bar = if self.progress {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let spinner = Spinner { console: self, bar, log: Mutex::new(Log::new()) };
        spinner.say(text);
        spinner.bar.enable_steady_tick(Duration::from_millis(120));
        spinner
    }
}

/// When a log without a terminal first says how far the work is, and how often then.
pub(super) const LOG_EVERY: Duration = Duration::from_secs(15);

/// What a log without a terminal says next, and when.
#[derive(Debug)]
struct Log {
    text: String,
    due: Instant,
    /// Whether the terminal shows what is waited for in place of the stage.
    waits: bool,
}

impl Log {
    fn new() -> Self {
        Self { text: String::new(), due: Instant::now() + LOG_EVERY, waits: false }
    }
}

/// See [`Console::spinner`].
#[derive(Debug)]
pub(super) struct Spinner<'a> {
    console: &'a Console,
    bar: ProgressBar,
    log: Mutex<Log>,
}

impl Spinner<'_> {
    /// Starts the next stage.
    pub(super) fn say(&self, text: &str) {
        self.above(|| self.console.detail(text));
        self.stage(text);
    }

    /// Starts a stage that says how many roles it has with [`Spinner::roles`].
    pub(super) fn stage(&self, text: &str) {
        self.words();
        self.show(text);
        text.clone_into(&mut self.lock().text);
    }

    /// Shows how far the stage is, in words.
    #[cfg(feature = "harvest")]
    pub(super) fn far(&self, text: &str) {
        if self.bar.length().is_some() {
            self.bar.unset_length();
            self.words();
        }
        self.show(text);
        self.log(|| text.to_owned());
    }

    /// Shows in place of the stage what is waited for, until something goes on.
    #[cfg(feature = "harvest")]
    pub(super) fn waits(&self, text: &str) {
        self.lock().waits = true;
        self.show(text);
    }

    /// Shows how many roles of how many the stage has done, and how long the rest will take. Several threads call it.
    pub(super) fn roles(&self, done: usize, all: usize) {
        let stage = |of: &Self| of.lock().text.clone();
        let waited = std::mem::take(&mut self.lock().waits);
        if waited && self.bar.length() == Some(count(all)) {
            self.show(&stage(self));
        }
        if self.bar.length() != Some(count(all)) {
            self.bar.set_length(count(all));
            self.bar.reset_eta();
            self.show(&stage(self));
            self.style("{spinner} {msg} {bar:24} {human_pos} of {human_len} roles, {eta} left");
        }
        if done == 0 {
            self.above(|| self.console.detail(&format!("{} {}", stage(self), counted(all, "role"))));
        }
        self.bar.set_position(count(done));
        self.log(|| format!("{}: {done} of {}", stage(self), counted(all, "role")));
    }

    /// Writes a line above the spinner.
    pub(super) fn above(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    fn show(&self, text: &str) {
        self.bar.set_message(terminal(text).into_owned());
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    fn words(&self) {
        self.style("{spinner} {elapsed} {wide_msg}");
    }

    /// A line if none was written for a while; a terminal shows it already.
    fn log(&self, text: impl FnOnce() -> String) {
        if self.console.progress || self.console.quiet {
            return;
        }
        let now = Instant::now();
        {
            let mut log = self.lock();
            if now < log.due {
                return;
            }
            log.due = now + LOG_EVERY;
        }
        self.console.note(&text());
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Spinner<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A count as progress bars take it.
fn count(roles: usize) -> u64 {
    u64::try_from(roles).unwrap_or(u64::MAX)
}
