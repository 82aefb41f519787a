//! `docs/config.schema.json`, made from the options that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::check::OF_TWO;
use super::options::{CommandOption, commands, options};
use crate::report::{Rule, Severity};

/// The values that an option takes.
fn values(option: CommandOption<'_>) -> Value {
    let possible: Vec<String> =
        option.arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let one = match possible.as_slice() {
        [] => json!({"type": ["string", "integer"]}),
        words => json!({"enum": words}),
    };
    let mut schema = match (option.is_switch(), option.is_list()) {
        (true, _) => json!({"type": "boolean"}),
        (false, true) if possible.is_empty() => {
            json!({"type": ["string", "integer", "array"], "items": {"type": "string"}})
        }
        (false, true) => json!({"anyOf": [one, {"type": "array", "items": one}]}),
        (false, false) => one,
    };
    let help = option.arg.get_help().map(ToString::to_string).unwrap_or_default();
    schema["description"] = json!(format!("{help}."));
    schema
}

/// Options by their names.
fn properties<'c>(options: impl IntoIterator<Item = CommandOption<'c>>) -> Map<String, Value> {
    let can = options.into_iter().filter(|option| option.refused().is_none());
    let sorted: BTreeMap<&str, Value> = can.map(|option| (option.name(), values(option))).collect();
    sorted.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn table(properties: Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// The options that mean the same for every command that has them.
fn of_all(program: &clap::Command) -> Map<String, Value> {
    let all: Vec<CommandOption<'_>> = commands(program).flat_map(|command| options(program, command)).collect();
    let can = || all.iter().copied().filter(|option| option.refused().is_none());
    let variables =
        |name: &str| can().filter(|one| one.name() == name).map(CommandOption::variable).collect::<BTreeSet<_>>();
    // A value must fit every command: the one with the fewest values says which do.
    let is_command = |name: &str| commands(program).any(|command| command.get_name() == name);
    let mut sorted: Vec<CommandOption<'_>> =
        can().filter(|option| variables(option.name()).len() == 1 && !is_command(option.name())).collect();
    sorted.sort_by_key(|option| std::cmp::Reverse(option.arg.get_possible_values().len()));
    properties(sorted)
}

fn schema() -> Value {
    let program = crate::cli::program::command();
    let mut defaults = of_all(&program);
    for command in commands(&program) {
        let of_command = properties(options(&program, command));
        let mut table = table(of_command);
        table["description"] = json!(format!("Options of `iamctl {}`.", command.get_name()));
        assert!(defaults.insert(command.get_name().to_owned(), table).is_none(), "an option and a command of one name");
    }
    let diff = program.find_subcommand(OF_TWO[0]).unwrap();
    let mut pair = properties(options(&program, diff));
    for (key, what) in [("left", "first"), ("right", "second")] {
        let source = format!("Source of the {what} account: a profile, a file, or `env:`.");
        pair.insert(key.to_owned(), json!({"description": source, "type": "string", "pattern": "^[^@-]"}));
        let pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
        let tag = json!({"description": format!("Tag of the {what} account."), "type": "string", "pattern": pattern});
        pair.insert(format!("{key}-tag"), tag);
    }
    let mut pair = table(pair);
    pair["required"] = json!(["left", "left-tag", "right", "right-tag"]);
    let levels = |least: Option<Severity>| {
        let all = Severity::MOST_SEVERE_FIRST.into_iter().filter(|level| least.is_none_or(|least| *level >= least));
        json!({"enum": all.map(Severity::as_str).collect::<Vec<_>>()})
    };
    let severity = Rule::ALL.into_iter().map(|rule| (rule.id().to_owned(), levels(rule.least_severity()))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The config file iamctl.toml",
        "description": "docs/config.md describes it.",
        "type": "object",
        "properties": {
            "defaults": table(defaults),
            "pairs": {
                "description": "Pairs of accounts by their names.",
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z0-9._-]+$"},
                "additionalProperties": pair,
            },
            "severity": table(severity),
            "known-accounts": {
                "description": "IDs of other accounts, each with its name.",
                "type": "object",
                "propertyNames": {"pattern": "^[0-9]{12}$"},
                "additionalProperties": {"type": "string", "pattern": "\\S"},
            },
        },
        "additionalProperties": false,
    })
}

#[test]
fn the_schema_has_the_options_that_there_are() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.schema.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == text,
        "docs/config.schema.json is not that of the options; run this test once with UPDATE_EXPECTED=1"
    );
}

#[test]
fn only_these_options_exclude_each_other() {
    let program = crate::cli::program::command();
    for command in commands(&program) {
        for option in options(&program, command).into_iter().filter(|option| option.refused().is_none()) {
            let of = if option.arg.is_global_set() { &program } else { command };
            let others = of.get_arg_conflicts_with(option.arg);
            let others = others.iter().filter(|other| other.get_long().is_some()).map(|other| other.get_id().as_str());
            for other in others {
                let pair = BTreeSet::from([option.arg.get_id().as_str(), other]);
                assert_eq!(pair, super::check::EXCLUSIVE.into(), "{}: {other}", command.get_name());
            }
        }
    }
}
