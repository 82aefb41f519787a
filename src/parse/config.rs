//! The config file `iamctl.toml`: defaults of options, pairs of accounts, severities, and known accounts.
//!
//! Every key and value is kept with its place, because whoever finds out that an option does not exist or does not take
//! the value has to say where it stands. Which options there are is not known here.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::{AccountId, AccountTag};

/// The tables and tables of tables that a config file can have.
pub const TABLES: [&str; 4] = ["defaults", "pairs", "severity", "known-accounts"];

/// The keys of a pair besides options: what the words of `iamctl diff` say.
pub const OF_PAIR: [&str; 4] = ["left", "left-tag", "right", "right-tag"];

/// Where something stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Something, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// What stands there.
    pub value: T,
    /// Where it begins.
    pub place: Place,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number, as written.
    Number(String),
    /// `true` or `false`.
    Switch(bool),
    /// An array of strings.
    List(Vec<Located<String>>),
}

/// An option with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The long name, without `--`.
    pub name: Located<String>,
    /// The value.
    pub value: Located<Value>,
}

/// The options of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandDefaults {
    /// The command.
    pub command: Located<String>,
    /// Its options.
    pub settings: Vec<Setting>,
}

/// Two accounts that are compared under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name, without `@`.
    pub name: Located<String>,
    /// The source of the first account.
    pub left: Located<String>,
    /// Its tag.
    pub left_tag: Located<AccountTag>,
    /// The source of the second account.
    pub right: Located<String>,
    /// Its tag.
    pub right_tag: Located<AccountTag>,
    /// Options for this pair alone.
    pub settings: Vec<Setting>,
}

/// A config file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// Options of every command that has them.
    pub defaults: Vec<Setting>,
    /// Options of one command.
    pub commands: Vec<CommandDefaults>,
    /// Pairs of accounts.
    pub pairs: Vec<Pair>,
    /// Rules, each with its severity.
    pub severities: Vec<(Located<String>, Located<String>)>,
    /// Accounts that are known, each with its name.
    pub known_accounts: Vec<(Located<AccountId>, String)>,
}

/// Why a text is no config file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigFileError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub problem: String,
    /// The word that is not known, and those that are; none if something else is wrong.
    pub unknown: Option<(String, Vec<&'static str>)>,
}

impl fmt::Display for ConfigFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.place.line, self.place.column, self.problem)
    }
}

/// Reads a config file.
///
/// # Errors
/// If the text is not TOML, has a key that no config file has, or a value of another type than its key takes. The error
/// says where.
pub fn read(text: &str) -> Result<ConfigFile, ConfigFileError> {
    let reader = Reader { text };
    // Of several faults the first is told.
    let table = DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or(text.len(), |span| span.start);
        reader.wrong(place..place, format!("this is not valid TOML: {}", error.message()))
    })?;
    let mut file = ConfigFile::default();
    for (key, value) in in_order(table.get_ref()) {
        match key.get_ref().as_ref() {
            "defaults" => reader.defaults(key, value, &mut file)?,
            "pairs" => {
                for (name, pair) in reader.table(key, value)? {
                    file.pairs.push(reader.pair(name, pair)?);
                }
            }
            "severity" => {
                for (rule, level) in reader.table(key, value)? {
                    let level = Located { value: reader.text(rule, level)?, place: reader.place(&level.span()) };
                    file.severities.push((reader.name(rule), level));
                }
            }
            "known-accounts" => {
                for (id, name) in reader.table(key, value)? {
                    file.known_accounts.push(reader.known_account(id, name)?);
                }
            }
            other => return Err(reader.unknown(key, format!("there is no table `{}`", shown(other)), &TABLES)),
        }
    }
    Ok(file)
}

/// A key of a table.
type Key<'t> = Spanned<toml::de::DeString<'t>>;

/// A value with its place.
type Node<'t> = Spanned<DeValue<'t>>;

/// Keys and values in the order of the file.
fn in_order<'n, 't>(table: &'n DeTable<'t>) -> Vec<(&'n Key<'t>, &'n Node<'t>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(key, _)| key.span().start);
    all
}

/// A name for a message: short and on one line.
fn shown(name: &str) -> String {
    name.escape_debug().to_string()
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }

    fn wrong(&self, span: Range<usize>, problem: String) -> ConfigFileError {
        ConfigFileError { place: self.place(&span), problem, unknown: None }
    }

    fn unknown(&self, key: &Key<'_>, problem: String, known: &[&'static str]) -> ConfigFileError {
        let unknown = Some((key.get_ref().to_string(), known.to_vec()));
        ConfigFileError { unknown, ..self.wrong(key.span(), problem) }
    }

    fn name(&self, key: &Key<'_>) -> Located<String> {
        Located { value: key.get_ref().to_string(), place: self.place(&key.span()) }
    }

    fn table<'n, 't>(
        &self,
        key: &Key<'_>,
        value: &'n Node<'t>,
    ) -> Result<Vec<(&'n Key<'t>, &'n Node<'t>)>, ConfigFileError> {
        let table = value.get_ref().as_table().map(in_order);
        table.ok_or_else(|| self.type_error(key, value, "a table"))
    }

    fn text(&self, key: &Key<'_>, value: &Node<'_>) -> Result<String, ConfigFileError> {
        let Some(text) = value.get_ref().as_str() else { return Err(self.type_error(key, value, "a string")) };
        self.without_nul(key, value, text).map(|()| text.to_owned())
    }

    /// No argument of a program can contain this character.
    fn without_nul(&self, key: &Key<'_>, value: &Node<'_>, text: &str) -> Result<(), ConfigFileError> {
        if text.contains('\0') {
            let problem = format!("`{}` contains the character U+0000", shown(key.get_ref()));
            return Err(self.wrong(value.span(), problem));
        }
        Ok(())
    }

    fn type_error(&self, key: &Key<'_>, value: &Node<'_>, wanted: &str) -> ConfigFileError {
        let problem = format!("`{}` must be {wanted}, not {}", shown(key.get_ref()), kind(value.get_ref()));
        self.wrong(value.span(), problem)
    }

    fn defaults(&self, key: &Key<'_>, value: &Node<'_>, file: &mut ConfigFile) -> Result<(), ConfigFileError> {
        for (name, value) in self.table(key, value)? {
            if matches!(value.get_ref(), DeValue::Table(_)) {
                let settings = self.table(name, value)?.into_iter().map(|(name, value)| self.setting(name, value));
                let settings = settings.collect::<Result<_, _>>()?;
                file.commands.push(CommandDefaults { command: self.name(name), settings });
            } else {
                file.defaults.push(self.setting(name, value)?);
            }
        }
        Ok(())
    }

    fn setting(&self, key: &Key<'_>, value: &Node<'_>) -> Result<Setting, ConfigFileError> {
        let read = match value.get_ref() {
            DeValue::String(text) => {
                self.without_nul(key, value, text)?;
                Value::Text(text.to_string())
            }
            DeValue::Integer(number) if number.radix() == 10 => Value::Number(number.as_str().to_owned()),
            DeValue::Boolean(switch) => Value::Switch(*switch),
            DeValue::Array(list) => {
                let one = |value: &Node<'_>| {
                    let text = self.text(key, value)?;
                    Ok(Located { value: text, place: self.place(&value.span()) })
                };
                Value::List(list.iter().map(one).collect::<Result<_, _>>()?)
            }
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
                let wanted = "a string, a whole number, true, false, or an array of strings";
                return Err(self.type_error(key, value, wanted));
            }
        };
        Ok(Setting { name: self.name(key), value: Located { value: read, place: self.place(&value.span()) } })
    }

    fn pair(&self, name: &Key<'_>, value: &Node<'_>) -> Result<Pair, ConfigFileError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.get_ref().is_empty() || !name.get_ref().chars().all(is_plain) {
            let problem = format!(
                "`{}` cannot be the name of a pair: use letters, digits, `.`, `_`, and `-`",
                shown(name.get_ref())
            );
            return Err(self.wrong(name.span(), problem));
        }
        let (mut sources, mut settings) = ([None, None, None, None], Vec::new());
        for (key, value) in self.table(name, value)? {
            let of_pair = OF_PAIR.iter().position(|known| known == key.get_ref());
            match of_pair.and_then(|place| sources.get_mut(place)) {
                Some(source) => {
                    let text = self.text(key, value)?;
                    if text.is_empty() {
                        return Err(self.wrong(value.span(), format!("`{}` is empty", shown(key.get_ref()))));
                    }
                    *source = Some(Located { value: text, place: self.place(&value.span()) });
                }
                None => settings.push(self.setting(key, value)?),
            }
        }
        let [left, left_tag, right, right_tag] = sources;
        let needed = |source: Option<Located<String>>, key: &str| {
            let problem = format!("the pair `{}` has no key `{key}`", shown(name.get_ref()));
            source.ok_or_else(|| self.wrong(name.span(), problem))
        };
        let (left, right) = (needed(left, "left")?, needed(right, "right")?);
        let (left_tag, right_tag) = (tag(needed(left_tag, "left-tag")?)?, tag(needed(right_tag, "right-tag")?)?);
        if left_tag.value.as_str().eq_ignore_ascii_case(right_tag.value.as_str()) {
            let problem = format!("both accounts have the tag `{}`", right_tag.value);
            return Err(ConfigFileError { place: right_tag.place, problem, unknown: None });
        }
        Ok(Pair { name: self.name(name), left, left_tag, right, right_tag, settings })
    }

    fn known_account(&self, id: &Key<'_>, name: &Node<'_>) -> Result<(Located<AccountId>, String), ConfigFileError> {
        let parsed =
            id.get_ref().parse().map_err(|error: crate::model::ArnError| self.wrong(id.span(), error.to_string()))?;
        let text = self.text(id, name)?;
        if text.trim().is_empty() {
            return Err(self.wrong(name.span(), format!("the name of the account {parsed} is empty")));
        }
        Ok((Located { value: parsed, place: self.place(&id.span()) }, text))
    }
}

fn tag(word: Located<String>) -> Result<Located<AccountTag>, ConfigFileError> {
    let Located { value, place } = word;
    let tag = value.parse().map_err(|error: crate::model::AccountTagError| ConfigFileError {
        place,
        problem: error.to_string(),
        unknown: None,
    })?;
    Ok(Located { value: tag, place })
}

/// What a value is, in the words of TOML.
const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_with_the_places_of_its_keys() {
        let text = "[defaults]\nequivalency = \"a.json\"\ntimeout = 60\n\n[defaults.fleet]\nitems = true\n\
            role = [\"a\", \"b\"]\n[pairs.nightly]\nleft = \"dev\"\nleft-tag = \"dev\"\nright = \"qa.json\"\n\
            right-tag = \"qa\"\ncounts = false\n[severity]\ntag-changed = \"high\"\n[known-accounts]\n\
            111122223333 = \"audit\"\n";
        let file = read(text).unwrap();
        let [first, second] = file.defaults.as_slice() else { panic!("{file:?}") };
        assert_eq!((first.name.value.as_str(), first.value.place), ("equivalency", Place { line: 2, column: 15 }));
        assert_eq!(second.value.value, Value::Number("60".to_owned()));
        let [fleet] = file.commands.as_slice() else { panic!("{file:?}") };
        assert_eq!(fleet.command.place, Place { line: 5, column: 11 });
        assert!(matches!(&fleet.settings[1].value.value, Value::List(list) if list[1].place.column == 14));
        let [pair] = file.pairs.as_slice() else { panic!("{file:?}") };
        assert_eq!((pair.left.value.as_str(), pair.right_tag.value.as_str()), ("dev", "qa"));
        assert_eq!(pair.settings[0].value.value, Value::Switch(false));
        assert_eq!(file.severities[0].0.place, Place { line: 15, column: 1 });
        assert_eq!(file.known_accounts[0].1, "audit");
        assert_eq!(read("").unwrap(), ConfigFile::default());
        assert_eq!(read("# é\r\n[defaults]\r\n").unwrap(), ConfigFile::default());
    }

    proptest! {
        #[test]
        fn no_text_brings_the_reader_down(
            start in "\\PC*",
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "[defaults]", "[pairs.p]", "[[severity]]", "[known-accounts]", "left", "\"é\"", "=", "{", "}", "[",
                    "]", "\n", ".", "1", "true", "'''", "\"\"\"", "2026-01-01", "0x1", "\u{feff}", "#", "\\u0000", ",",
                ]),
                0..40,
            ),
        ) {
            let text = start + &parts.concat();
            if let Err(error) = read(&text) {
                let line = text.split('\n').nth(error.place.line - 1);
                prop_assert!(line.is_some_and(|line| error.place.column <= line.chars().count() + 1), "{error}");
            }
        }
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        for start in ["", "a = "] {
            assert!(read(&format!("{start}{}", "[".repeat(100_000))).is_err());
            assert!(read(&format!("{start}{}", "{a = ".repeat(100_000))).is_err());
        }
    }

    #[test]
    fn every_fault_says_where_it_is() {
        for (text, told) in [
            ("[default]\n", "1:2: there is no table `default`"),
            ("\n\n  [a]\n", "3:4: there is no table `a`"),
            ("defaults = 1\n", "1:12: `defaults` must be a table, not a number"),
            ("[defaults]\na = 1.5\n", "2:5: `a` must be a string, a whole number, true, false, or an array of strings"),
            ("[defaults]\na = [1]\n", "2:6: `a` must be a string, not a number"),
            ("[defaults]\na = 1\na = 2\n", "3:1: this is not valid TOML: duplicate key"),
            ("[defaults]\na = \n", "2:5: this is not valid TOML: "),
            ("[defaults]\né = \"é\" x\n", "2:9: this is not valid TOML: "),
            ("[pairs.\"a b\"]\n", "1:8: `a b` cannot be the name of a pair"),
            ("[pairs.p]\nleft = \"a\"\n", "1:8: the pair `p` has no key `right`"),
            ("[pairs.p]\nleft = \"\"\n", "2:8: `left` is empty"),
            ("[pairs]\np = \"a\"\n", "2:5: `p` must be a table, not a string"),
            ("[severity]\ntag-changed = 1\n", "2:15: `tag-changed` must be a string, not a number"),
            ("[known-accounts]\n1 = \"a\"\n", "2:1: `1` is not"),
            ("[known-accounts]\n111122223333 = \" \"\n", "2:16: the name of the account 111122223333 is empty"),
            ("[defaults]\na = \"\\u0000\"\n", "2:5: `a` contains the character U+0000"),
            ("[defaults]\n\"\\u001b[2J\" = 1.0\n", "2:15: `\\u{1b}[2J` must be"),
        ] {
            let error = error(text);
            assert!(error.starts_with(told), "{text:?}: {error}");
        }
        let pair = |left: &str, right: &str| {
            format!("[pairs.p]\nleft = \"a\"\nright = \"b\"\nleft-tag = \"{left}\"\nright-tag = \"{right}\"\n")
        };
        assert!(error(&pair("dev", "DEV")).starts_with("5:13: both accounts have the tag `DEV`"));
        assert!(error(&pair("", "qa")).starts_with("4:12: `left-tag` is empty"));
        assert!(error(&pair("a/b", "qa")).starts_with("4:12: "));
    }
}
