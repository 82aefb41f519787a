//! How each account spells what both have.
//!
//! Texts are written once, with `<…>` for what may be spelled differently: `arn:aws:sqs:<region>:<id>:<env>-jobs`.

use serde_json::{Map, Value};

use super::numbers::Numbers;
use super::plan::NoiseKinds;
use crate::model::{Side, Sides};

const ENVIRONMENTS: [(&str, &str); 6] = [
    ("dev", "qa"),
    ("dev", "prod"),
    ("staging", "prod"),
    ("development", "production"),
    ("uat", "prod"),
    ("test", "live"),
];
/// A region, in full and in short.
type Region = (&'static str, &'static str);
const REGIONS: [(Region, Region); 3] = [
    (("eu-west-1", "euw1"), ("us-east-1", "use1")),
    (("eu-central-1", "euc1"), ("eu-west-1", "euw1")),
    (("us-east-1", "use1"), ("ap-southeast-2", "apse2")),
];

pub(super) const DIGITS: &str = "0123456789";
pub(super) const HEX: &str = "0123456789abcdef";
pub(super) const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
pub(super) const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
pub(super) const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// One account's names.
#[derive(Debug, Clone, Default)]
struct Names {
    id: String,
    env: String,
    env_camel: String,
    env_upper: String,
    company: String,
    region: String,
    region_short: String,
}

/// Both accounts' names, and what is equal in both.
#[derive(Debug)]
pub(super) struct World {
    pub numbers: Numbers,
    pub noise: NoiseKinds,
    names: Sides<Names>,
    central: String,
    organisation: String,
    /// What tools made up, in each account: `<0>`, `<1>`, …
    made_up: Vec<Sides<String>>,
    environments: Sides<&'static str>,
}

impl World {
    pub(super) fn new(seed: u64, noise: NoiseKinds) -> Self {
        let mut numbers = Numbers::new(seed);
        let environments = numbers.one_of(&ENVIRONMENTS).copied().unwrap_or_default();
        let glued = numbers.chance(30);
        let ids = Sides { left: account_id(&mut numbers), right: account_id(&mut numbers) };
        let regions = numbers.one_of(&REGIONS).copied().unwrap_or_default();
        let apart = numbers.chance(60);
        let name = |env: &str, id: &String, region: (&str, &str)| {
            let spelled = |on: bool, text: String, plain: &str| if on { text } else { plain.to_owned() };
            let company = if glued { format!("acme{env}") } else { format!("acme-{env}") };
            Names {
                id: id.clone(),
                env: spelled(noise.environments, env.to_owned(), "main"),
                env_camel: spelled(noise.letter_case, camel(env), "Main"),
                env_upper: spelled(noise.letter_case, env.to_ascii_uppercase(), "MAIN"),
                company: spelled(noise.company, company, "acme"),
                region: region.0.to_owned(),
                region_short: region.1.to_owned(),
            }
        };
        let right_id = if noise.account_ids { &ids.right } else { &ids.left };
        let right_region = if noise.regions && apart { regions.1 } else { regions.0 };
        let names = Sides {
            left: name(environments.0, &ids.left, regions.0),
            right: name(environments.1, right_id, right_region),
        };
        let central = account_id(&mut numbers);
        let organisation = format!("o-{}", numbers.text(LOWER, 10));
        let environments = Sides { left: environments.0, right: environments.1 };
        Self { numbers, noise, names, central, organisation, made_up: Vec::new(), environments }
    }

    /// The environments' names, whether or not any text has them.
    pub(super) const fn environments(&self) -> Sides<&'static str> {
        self.environments
    }

    /// A text that a tool makes up anew in each account, if `differs`.
    pub(super) fn made_up(&mut self, differs: bool, mut make: impl FnMut(&mut Numbers) -> String) -> String {
        let (left, other) = (make(&mut self.numbers), make(&mut self.numbers));
        let right = if differs { other } else { left.clone() };
        self.keep(Sides { left, right })
    }

    /// A text for what each account spells so; see [`World::render`].
    pub(super) fn keep(&mut self, spelled: Sides<String>) -> String {
        self.made_up.push(spelled);
        format!("<{}>", self.made_up.len() - 1)
    }

    /// A text as one account spells it. A leading `x` names the other account's: `<xenv>`.
    pub(super) fn render(&self, side: Side, text: &str) -> String {
        let mut parts = text.split('<');
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (token, rest) = part.split_once('>').unwrap_or((part, ""));
            result.push_str(self.value(side, token));
            result.push_str(rest);
        }
        result
    }

    fn value(&self, side: Side, token: &str) -> &str {
        let names = self.names.get(side);
        match token {
            "id" => &names.id,
            "env" => &names.env,
            "Env" => &names.env_camel,
            "ENV" => &names.env_upper,
            "co" => &names.company,
            "region" => &names.region,
            "reg" => &names.region_short,
            "central" => &self.central,
            "org" => &self.organisation,
            _ => {
                let made_up = token.parse().ok().and_then(|index: usize| self.made_up.get(index));
                match (made_up, token.strip_prefix('x')) {
                    (Some(made_up), _) => made_up.get(side),
                    (None, Some(token)) => self.value(side.other(), token),
                    (None, None) => "",
                }
            }
        }
    }

    /// The dictionary that has all but ids and what tools made up; and one that has that too.
    pub(super) fn dictionaries(&self) -> (String, String) {
        let mut entries: Map<String, Value> = Map::new();
        let mut add = |placeholder: &str, of: fn(&Names) -> &String| {
            if of(&self.names.left) != of(&self.names.right)
                && let Value::Array(values) = entries.entry(placeholder).or_insert_with(|| Value::Array(Vec::new()))
            {
                for side in Side::BOTH {
                    let value = Value::String(of(self.names.get(side)).clone());
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
            }
        };
        add("environment", |names| &names.env);
        add("environment", |names| &names.env_camel);
        add("environment", |names| &names.env_upper);
        add("company", |names| &names.company);
        add("region", |names| &names.region);
        add("region_short", |names| &names.region_short);
        let mut complete = entries.clone();
        for (index, Sides { left, right }) in self.made_up.iter().enumerate() {
            if left != right {
                complete.insert(format!("made-up-{index}"), vec![left.as_str(), right.as_str()].into());
            }
        }
        (Value::Object(entries).to_string(), Value::Object(complete).to_string())
    }
}

/// Twelve digits, the first not 0.
pub(super) fn account_id(numbers: &mut Numbers) -> String {
    format!("{}{}", 1 + numbers.below(9), numbers.text(DIGITS, 11))
}

/// `Dev`, `Production`, `Orders`; `QA` and `UAT`, which people write in capitals.
pub(super) fn camel(env: &str) -> String {
    if matches!(env, "qa" | "uat") {
        return env.to_ascii_uppercase();
    }
    let mut characters = env.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}
