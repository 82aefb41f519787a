//! The dictionary and the built-in rules of a comparison, and the flags that name them.

use std::path::{Path, PathBuf};

use super::clock::now;
use super::error::CliError;
use super::init::EQUIVALENCY_FILE;
use super::input_file::{InputFile, dictionary_of, named_or_here};
use crate::catalog::Catalogue;
use crate::evidence::InputKind;
use crate::model::{AccountTag, EquivalencyList, Selection, Sides};
use crate::normalise::Builtins;
use crate::pipeline::Options;
use crate::report::SeverityOverrides;
use crate::semantics::Engines;

/// What is replaced before accounts are compared.
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    pub list: EquivalencyList,
    pub builtins: Builtins,
}

impl Dictionary {
    /// A comparison under this dictionary, made now.
    pub(super) fn options(self, tags: Sides<&AccountTag>, catalogue: Catalogue) -> Options {
        Options {
            tags: tags.map(Clone::clone),
            dictionary: self.list,
            builtins: self.builtins,
            selection: Selection::default(),
            allow_incomplete: false,
            severities: SeverityOverrides::default(),
            accepted: None,
            generated_at: now(),
            catalogue,
            engines: Engines::default(),
            third: None,
        }
    }
}

/// Flags of the commands that compare accounts.
#[derive(Debug, clap::Args)]
pub(super) struct DictionaryArgs {
    /// Dictionary file [default: equivalency_list.json]
    ///
    /// The dictionary lists texts that are meant to differ between the accounts. Without this option, iamctl reads
    /// `equivalency_list.json` in the current folder if it exists.
    #[arg(long, value_name = "FILE", env = "IAMCTL_EQUIVALENCY")]
    pub equivalency: Option<PathBuf>,
    /// Turn off a built-in dictionary rule, or all; can be repeated
    ///
    /// Built-in rules recognize generated names and IDs, such as those of CloudFormation. `all` turns all of them off.
    #[arg(long = "no-builtin", value_name = "NAME", env = "IAMCTL_NO_BUILTIN", value_delimiter = ',')]
    no_builtin: Vec<String>,
}

impl DictionaryArgs {
    /// The dictionary that was named.
    pub(super) fn named(&self) -> Option<&Path> {
        self.equivalency.as_deref()
    }

    /// The built-in rules that are off, as they were named.
    pub(super) fn switched_off(&self) -> &[String] {
        &self.no_builtin
    }

    /// The dictionary that was named, or is here, or an empty one; and the file it is from.
    pub(super) fn read(&self) -> Result<(Dictionary, Option<InputFile>), CliError> {
        let builtins = self.builtins()?;
        let Some(path) = named_or_here(self.equivalency.as_deref(), EQUIVALENCY_FILE) else {
            return Ok((Dictionary { list: EquivalencyList::default(), builtins }, None));
        };
        let file = InputFile::read(InputKind::Dictionary, path)?;
        Ok((Dictionary { list: dictionary_of(&file)?, builtins }, Some(file)))
    }

    /// As [`DictionaryArgs::read`], but a file that was named and is not there may be made (`make`).
    pub(super) fn read_or_new(&self, make: bool) -> Result<(Dictionary, Option<InputFile>), CliError> {
        match &self.equivalency {
            Some(path) if make && !path.exists() => {
                Ok((Dictionary { list: EquivalencyList::default(), builtins: self.builtins()? }, None))
            }
            _ => self.read(),
        }
    }

    fn builtins(&self) -> Result<Builtins, CliError> {
        let mut builtins = Builtins::default();
        for name in &self.no_builtin {
            builtins = builtins.without(name).map_err(CliError::Builtin)?;
        }
        Ok(builtins)
    }
}
