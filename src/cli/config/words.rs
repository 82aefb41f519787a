//! The command line before clap parses it: as much of it as decides which config file counts, and what clap does not know.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

/// A flag with a value, such as `--quiet=false`, which clap does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Switch {
    /// Its place among the words.
    place: usize,
    /// The flag.
    pub id: String,
    /// Its name with `--`.
    name: String,
    /// Whether it is on.
    pub on: bool,
}

/// What the words of a command line come to.
#[derive(Debug, Default)]
pub(in crate::cli) struct Words {
    /// The command, by its own name.
    pub command: Option<String>,
    /// The value of `--config`.
    pub config: Option<OsString>,
    /// Whether `--no-config` was given; with `=false`, that it was not.
    pub no_config: Option<bool>,
    /// Whether help or the version is asked for, which no file changes.
    pub asks_for_help: bool,
    /// The places of the words that are neither options nor their values.
    pub positions: Vec<usize>,
    /// Flags with values.
    pub switches: Vec<Switch>,
}

impl Words {
    /// Looks at the words, the first of which is the name of the program.
    pub(in crate::cli) fn new(args: &[OsString], program: &Command) -> Self {
        let mut words = Self { asks_for_help: args.len() < 2, ..Self::default() };
        let mut command: Option<&Command> = None;
        let mut place = 1;
        while let Some(word) = args.get(place) {
            let text = word.to_string_lossy();
            if text == "--" {
                words.positions.extend(place + 1..args.len());
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                place += words.option(long, place, args.get(place + 1), (program, command));
            } else if text.starts_with('-') && text.len() > 1 {
                words.asks_for_help |= text.contains(['h', 'V']);
            } else if command.is_some() {
                words.positions.push(place);
            } else {
                let Some(found) = named(program, &text) else {
                    // `help`, or no command, which clap says.
                    words.asks_for_help = true;
                    break;
                };
                words.command = Some(found.get_name().to_owned());
                command = Some(found);
            }
            place += 1;
        }
        words
    }

    /// Looks at an option. Returns how many of the following words are its value.
    fn option(
        &mut self,
        long: &str,
        place: usize,
        next: Option<&OsString>,
        (program, command): (&Command, Option<&Command>),
    ) -> usize {
        let (name, inline) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        self.asks_for_help |= matches!(name, "help" | "version");
        let of_command = command.into_iter().flat_map(Command::get_arguments);
        let arg = of_command.chain(program.get_arguments()).find(|arg| arg.get_long() == Some(name));
        let Some(arg) = arg else { return 0 };
        if !arg.get_action().takes_values() {
            let on = match inline {
                None | Some("true") => true,
                Some("false") => false,
                // What clap says of it is right.
                Some(_) => return 0,
            };
            if arg.get_id() == "no_config" {
                self.no_config = Some(on);
            }
            if inline.is_some() {
                let (id, name) = (arg.get_id().as_str().to_owned(), format!("--{name}"));
                self.switches.push(Switch { place, id, name, on });
            }
            return 0;
        }
        let takes_next = inline.is_none() && next.is_some_and(|next| takes(arg, next));
        if arg.get_id() == "config" {
            let next = next.filter(|_| takes_next);
            self.config = inline.map(OsString::from).or_else(|| next.cloned()).or_else(|| self.config.take());
        }
        usize::from(takes_next)
    }

    /// The words as clap takes them: a flag that is on without its value, one that is off not at all; and in place of one
    /// word others.
    pub(in crate::cli) fn rewritten(
        &self,
        args: &[OsString],
        instead: Option<(usize, Vec<OsString>)>,
    ) -> Vec<OsString> {
        let mut rewritten = Vec::with_capacity(args.len() + 3);
        for (place, word) in args.iter().enumerate() {
            match (self.switches.iter().find(|switch| switch.place == place), &instead) {
                (Some(switch), _) => rewritten.extend(switch.on.then(|| OsString::from(&switch.name))),
                (None, Some((replaced, words))) if *replaced == place => rewritten.extend(words.iter().cloned()),
                (None, _) => rewritten.push(word.clone()),
            }
        }
        rewritten
    }
}

/// Whether an option takes the next word as its value. If it need not have one, it takes no word that begins with `-`.
fn takes(arg: &Arg, next: &OsStr) -> bool {
    let needs = arg.get_num_args().is_none_or(|range| range.min_values() > 0);
    needs || !next.to_string_lossy().starts_with('-')
}

/// The command of a name or another name.
fn named<'p>(program: &'p Command, name: &str) -> Option<&'p Command> {
    program.get_subcommands().find(|one| one.get_name() == name || one.get_all_aliases().any(|alias| alias == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Words {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        Words::new(&args, &crate::cli::program::command())
    }

    #[test]
    fn words_are_told_apart_as_clap_does() {
        let found = words("iamctl --quiet diff --equivalency a.json @nightly --role @b -v --config c.toml x");
        assert_eq!((found.command.as_deref(), found.config.as_deref()), (Some("diff"), Some(OsStr::new("c.toml"))));
        assert_eq!(found.positions, [5, 11]);
        assert!(!found.asks_for_help);
        let found = words("iamctl profiles --config=c.toml --no-config");
        assert_eq!((found.command.as_deref(), found.no_config), (Some("listprofiles"), Some(true)));
        assert_eq!(found.config.as_deref(), Some(OsStr::new("c.toml")));
        let found = words("iamctl explain --rule -- --config x");
        assert_eq!((found.config, found.positions), (None, vec![4, 5]));
        for line in ["iamctl", "iamctl help diff", "iamctl diff -h", "iamctl -qV", "iamctl diff --help", "iamctl dif a"]
        {
            assert!(words(line).asks_for_help, "{line}");
        }
    }

    #[test]
    fn a_flag_can_have_a_value() {
        let args: Vec<OsString> =
            ["iamctl", "diff", "--exit-code=false", "--quiet=true", "--counts=x"].map(OsString::from).into();
        let found = Words::new(&args, &crate::cli::program::command());
        assert_eq!(
            found.switches.iter().map(|one| (one.id.as_str(), one.on)).collect::<Vec<_>>(),
            [("exit_code", false), ("quiet", true)]
        );
        assert_eq!(found.rewritten(&args, None), ["iamctl", "diff", "--quiet", "--counts=x"]);
    }
}
