//! From a text of one account to the text that means the same in the other.
//!
//! The dictionary forgets: `Dev`, `dev` and `DEV` have one placeholder, and so have two names that a tool made up. So
//! the way back is certain only where there is exactly one, and what was written is normalized once more to see that
//! it says the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::equivalency::{CLOSE, GENERATED, OPEN, OWN_ACCOUNT, display};
use crate::model::{Account, Place, Role, Sides};
use crate::normalise::{Normalised, Normaliser, What, texts_of_roles};

/// Texts of the account that is to be changed, by their kind and what they are normalized to.
type Seen = BTreeMap<(Place, String), BTreeSet<String>>;

/// Something that stands in a text of the account to follow.
struct Found {
    placeholder: String,
    literal: String,
    value: String,
}

/// Spells the texts of one account in the words of the other.
#[derive(Debug)]
pub(super) struct Denormaliser<'a> {
    from: &'a Normaliser,
    to: &'a Normaliser,
    own_id: Option<&'a str>,
    seen: Seen,
    /// Parts of texts between `/` and `:` that hold a placeholder, with what they are there.
    parts: BTreeMap<String, BTreeSet<String>>,
    /// How placeholders are spelled, by placeholder.
    values: BTreeMap<String, BTreeSet<String>>,
    /// What the dictionary has for a placeholder.
    literals: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Denormaliser<'a> {
    /// From the account to follow (`from`) to the one that is changed (`to`).
    pub(super) fn new(normalisers: Sides<&'a Normaliser>, to: &'a Account, normalised: &Normalised) -> Self {
        let Sides { left: from, right: normaliser } = normalisers;
        let mut denormaliser = Self {
            from,
            to: normaliser,
            own_id: to.id.as_ref().map(crate::model::AccountId::as_str),
            seen: Seen::new(),
            parts: BTreeMap::new(),
            values: BTreeMap::new(),
            literals: BTreeMap::new(),
        };
        for role in &to.roles {
            let seen = denormaliser.of_role(role);
            for ((place, normal), texts) in seen {
                for text in texts {
                    denormaliser.add_parts(&normal, &text);
                    denormaliser.seen.entry((place, normal.clone())).or_default().insert(text);
                }
            }
        }
        for (hit, _) in normalised.hits.iter() {
            denormaliser.values.entry(hit.placeholder.clone()).or_default().insert(hit.value.clone());
        }
        for (placeholder, text) in normaliser.replaced_parts() {
            denormaliser.literals.entry(placeholder.to_owned()).or_default().insert(text.to_owned());
        }
        denormaliser
    }

    /// The texts of a role of the account that is changed.
    pub(super) fn of_role(&self, role: &Role) -> Seen {
        let mut seen = Seen::new();
        texts_of_roles([role], &mut |place, text| {
            let normal = self.to.apply(text, place, |_| {}).into_with_marks();
            if normal.contains(OPEN) {
                seen.entry((place, normal.into_owned())).or_default().insert(text.to_owned());
            }
        });
        seen
    }

    fn add_parts(&mut self, normal: &str, text: &str) {
        let real: Vec<&str> = text.split(['/', ':']).collect();
        let parts = parts(normal);
        // A path without its region has a separator less; then nothing tells which part is which.
        if real.len() != parts.len() {
            return;
        }
        for ((_, part), real) in parts.into_iter().zip(real).filter(|((_, part), _)| part.contains(OPEN)) {
            self.parts.entry(part.to_owned()).or_default().insert(real.to_owned());
        }
    }

    /// The text that means in the one account what this text means in the other; `own` are texts that come first.
    pub(super) fn translate(&self, text: &str, place: Place, own: &Seen) -> Result<String, String> {
        let mut found = Vec::new();
        let mut foreign = None;
        let normal = self.from.apply(text, place, |one| match one.what {
            What::Replaced | What::ReplacedInWord => found.push(Found {
                placeholder: one.placeholder.to_owned(),
                literal: one.literal.to_owned(),
                value: one.value.to_owned(),
            }),
            What::Foreign => foreign = Some(one.value.to_owned()),
            What::LeftInWord | What::Common | What::Unfit | What::Wildcard | What::Third => {}
        });
        let normal = normal.into_with_marks();
        if let Some(value) = foreign {
            return Err(format!("`{text}`: `{value}` belongs to the account that the script changes"));
        }
        if found.is_empty() {
            return if self.means(text, place, &normal) {
                Ok(text.to_owned())
            } else {
                Err(format!("`{text}` would have another meaning in the other account"))
            };
        }
        let key = (place, normal.clone().into_owned());
        for seen in [own, &self.seen] {
            if let Some(known) = only(seen.get(&key)) {
                return Ok(known.clone());
            }
        }
        let spelled = self.spell(&normal, &found).map_err(|why| format!("`{text}`: {why}"))?;
        if self.means(&spelled, place, &normal) {
            Ok(spelled)
        } else {
            Err(format!("`{text}`: `{spelled}` would not have the same meaning in the other account"))
        }
    }

    /// Whether a text is normalized to this in the account that is changed, and holds nothing of the other account.
    fn means(&self, text: &str, place: Place, normal: &str) -> bool {
        let mut foreign = false;
        let is = self.to.apply(text, place, |one| foreign |= one.what == What::Foreign);
        is.with_marks() == normal && !foreign
    }

    fn spell(&self, normal: &str, found: &[Found]) -> Result<String, String> {
        let mut spelled = String::with_capacity(normal.len());
        let mut rest = found.iter();
        for (separator, part) in parts(normal) {
            spelled.extend(separator);
            let here: Vec<&Found> = rest.by_ref().take(part.matches(OPEN).count()).collect();
            // What was made up, or matched a pattern, can only be looked up.
            if here.iter().any(|one| one.placeholder.starts_with(GENERATED) || one.literal.is_empty()) {
                spelled.push_str(only(self.parts.get(part)).ok_or_else(|| {
                    format!("the name that corresponds to `{}` in the other account is not known", display(part))
                })?);
                continue;
            }
            let mut texts = part.split(OPEN);
            spelled.push_str(texts.next().unwrap_or_default());
            for (text, one) in texts.zip(here) {
                spelled.push_str(&self.word(one)?);
                spelled.push_str(text.split_once(CLOSE).map_or("", |(_, after)| after));
            }
        }
        Ok(spelled)
    }

    /// How the account that is changed spells one placeholder.
    fn word(&self, found: &Found) -> Result<String, String> {
        if found.placeholder == OWN_ACCOUNT {
            return self.own_id.map(str::to_owned).ok_or_else(|| "the account ID is not known".to_owned());
        }
        let none = BTreeSet::new();
        let listed = self.literals.get(&found.placeholder).unwrap_or(&none);
        let literal = listed.first().filter(|first| listed.iter().all(|other| other.eq_ignore_ascii_case(first)));
        let Some(literal) = literal else {
            let shown = display(&found.placeholder);
            return Err(format!("`{shown}` stands for several texts of the other account, or for no text"));
        };
        let mut spellings = in_case_of(&found.value, literal);
        if listed.len() > 1 {
            // The dictionary lists each spelling; of two that would do, the one that is not all capitals.
            spellings.retain(|spelling| listed.contains(spelling));
            spellings = spellings.last().cloned().into_iter().collect();
        } else if found.literal.split(['/', ':']).any(|part| part == found.value) {
            spellings.insert(literal.clone());
        }
        if let Some(one) = only(Some(&spellings)) {
            return Ok(one.clone());
        }
        let used = self.values.get(&found.placeholder).unwrap_or(&none);
        let used: BTreeSet<String> = spellings.intersection(used).cloned().collect();
        only(Some(&used)).cloned().ok_or_else(|| {
            format!("the case in which the other account spells `{literal}` for `{}` is not known", found.value)
        })
    }
}

/// The one of a set that has only one.
fn only(texts: Option<&BTreeSet<String>>) -> Option<&String> {
    let mut texts = texts?.iter();
    match (texts.next(), texts.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// The ways to spell a text as another is: all small, all capitals, or with a capital, where a short name may be all
/// capitals too. None where that text follows no such rule.
fn in_case_of(model: &str, text: &str) -> BTreeSet<String> {
    let letters = || model.chars().filter(|c| c.is_alphabetic());
    let title = || {
        let mut chars = text.chars();
        chars
            .next()
            .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str().to_lowercase()))
    };
    let lower = letters().all(char::is_lowercase);
    let upper = letters().all(char::is_uppercase);
    let titled = model.chars().next().is_some_and(char::is_uppercase) && letters().skip(1).all(char::is_lowercase);
    let mut spellings = BTreeSet::new();
    if lower && upper {
        // No letters at all.
        spellings.insert(text.to_owned());
    } else if lower {
        spellings.insert(text.to_lowercase());
    } else {
        if upper {
            spellings.insert(text.to_uppercase());
        }
        if titled {
            spellings.extend([title(), text.to_uppercase()]);
        }
    }
    spellings
}

/// The parts of a text between `/` and `:`, each with the separator before it. Placeholders are not searched.
fn parts(text: &str) -> Vec<(Option<char>, &str)> {
    let (mut parts, mut start, mut separator, mut inside) = (Vec::new(), 0, None, false);
    for (at, c) in text.char_indices() {
        match c {
            OPEN => inside = true,
            CLOSE => inside = false,
            '/' | ':' if !inside => {
                parts.push((separator, text.get(start..at).unwrap_or_default()));
                (separator, start) = (Some(c), at + 1);
            }
            _ => {}
        }
    }
    parts.push((separator, text.get(start..).unwrap_or_default()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_follows_the_model_where_it_has_a_rule() {
        let of = |model: &str, text: &str| in_case_of(model, text).into_iter().collect::<Vec<_>>();
        assert_eq!(of("dev", "QA"), ["qa"]);
        assert_eq!(of("DEV", "qa"), ["QA"]);
        assert_eq!(of("Dev", "qa"), ["QA", "Qa"]);
        assert_eq!(of("001", "002"), ["002"]);
        assert!(of("dEv", "qa").is_empty());
    }

    #[test]
    fn parts_are_split_outside_of_placeholders() {
        let text = format!("a/{OPEN}x:y{CLOSE}-b:c");
        let placeholder = format!("{OPEN}x:y{CLOSE}-b");
        assert_eq!(parts(&text), [(None, "a"), (Some('/'), placeholder.as_str()), (Some(':'), "c")]);
    }
}
