//! The generated names and ids of one account that have a counterpart in the other, and where they stand in a text.

use std::collections::BTreeMap;

use super::builtin::Builtin;
use super::generated_ids;
use super::generated_names::{self, Named};
use super::hits::What;
use super::span::{ReplacedPart, Span};
use crate::model::{AccountId, Place};

/// What becomes of a generated id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdUse {
    pub placeholder: String,
    /// Whether it is the other account's.
    pub foreign: bool,
}

/// What was made up in one account, and has a counterpart.
#[derive(Debug, Clone, Default)]
pub(super) struct Counterparts {
    pub builtins: super::Builtins,
    pub own: Option<AccountId>,
    /// Names by what they name; a role's embedded policies are in `inline`.
    pub names: BTreeMap<Named, BTreeMap<String, Vec<ReplacedPart>>>,
    /// Names of the other account, which mean the other account here.
    pub others: BTreeMap<Named, BTreeMap<String, Vec<ReplacedPart>>>,
    /// Names of embedded policies by role and name.
    pub inline: BTreeMap<(String, String), Vec<ReplacedPart>>,
    /// Ids by what names the thing, folded as [`id_key`] does.
    pub ids: BTreeMap<String, IdUse>,
}

/// How an ARN says what its last part names.
const REFERENCES: [(&str, Named); 4] = [
    (":role/", Named::Role),
    (":assumed-role/", Named::Role),
    (":instance-profile/", Named::InstanceProfile),
    (":policy/", Named::ManagedPolicy),
];

/// What tells one thing with a generated id from another; condition keys ignore case, and so does this.
pub(super) fn id_key(rule: Builtin, whole: &str) -> String {
    if rule == Builtin::EksOidc { whole.to_ascii_lowercase() } else { whole.to_owned() }
}

impl Counterparts {
    /// Adds the generated parts of a text.
    pub(super) fn find<'a>(&'a self, text: &'a str, place: Place, spans: &mut Vec<Span<'a>>) {
        let named = match place {
            Place::RoleName => Some(Named::Role),
            Place::InstanceProfile => Some(Named::InstanceProfile),
            Place::PolicyName => Some(Named::ManagedPolicy),
            Place::Path | Place::Resource | Place::Principal | Place::Condition | Place::Tag | Place::Description => {
                None
            }
        };
        if let Some(parts) = named.and_then(|named| self.names.get(&named)?.get(text)) {
            spans.extend(parts.iter().map(|part| span(part, 0, What::Replaced)));
            return;
        }
        if matches!(place, Place::Tag | Place::Description)
            || !(place == Place::Path || generated_ids::may_hold_any(text))
        {
            return;
        }
        self.references(text, spans);
        self.ids(text, spans);
        if self.builtins.has(Builtin::SsoPath)
            && let Some(region) = generated_names::sso_region(text)
        {
            let placeholder = Builtin::SsoPath.placeholder(0).into();
            spans.push(Span::built_in(region.start, region.end, placeholder, What::Replaced));
        }
    }

    /// The generated parts of the name of an embedded policy.
    pub(super) fn inline_name<'a>(&'a self, role: &str, name: &str) -> impl Iterator<Item = Span<'a>> {
        let parts = self.inline.get(&(role.to_owned(), name.to_owned()));
        parts.into_iter().flatten().map(|part| span(part, 0, What::Replaced))
    }

    /// Names at the end of ARNs of this account.
    fn references<'a>(&'a self, text: &'a str, spans: &mut Vec<Span<'a>>) {
        if self.names.is_empty() && self.others.is_empty() {
            return;
        }
        for (kind, named) in REFERENCES {
            let Some(at) = text.find(kind) else { continue };
            let account = text.get(..at).and_then(|before| before.rsplit(':').next()).unwrap_or_default();
            // Somebody else's role is not this account's, though it may have the same name.
            if AccountId::is_valid(account) && self.own.as_ref().is_some_and(|own| own.as_str() != account) {
                continue;
            }
            let start = at + kind.len();
            let rest = text.get(start..).unwrap_or_default();
            let (offset, name) = match kind {
                ":assumed-role/" => (0, rest.split('/').next().unwrap_or_default()),
                _ => rest.rsplit_once('/').map_or((0, rest), |(path, name)| (path.len() + 1, name)),
            };
            let known = |table: &'a BTreeMap<Named, BTreeMap<String, Vec<ReplacedPart>>>| table.get(&named)?.get(name);
            if let Some(parts) = known(&self.names) {
                spans.extend(parts.iter().map(|part| span(part, start + offset, What::Replaced)));
            } else if let Some(parts) = known(&self.others) {
                spans.extend(parts.iter().map(|part| span(part, start + offset, What::Foreign)));
            }
        }
    }

    fn ids<'a>(&'a self, text: &str, spans: &mut Vec<Span<'a>>) {
        if self.ids.is_empty() {
            return;
        }
        for id in generated_ids::find_ids(self.builtins, text) {
            let key = id_key(id.rule, text.get(id.whole.clone()).unwrap_or_default());
            let Some(known) = self.ids.get(&key) else { continue };
            let what = if known.foreign { What::Foreign } else { What::Replaced };
            for other in &id.others {
                let placeholder = format!("{}-outer", known.placeholder).into();
                spans.push(Span::built_in(other.start, other.end, placeholder, what));
            }
            let placeholder = known.placeholder.as_str().into();
            spans.push(Span::built_in(id.part.start, id.part.end, placeholder, what));
        }
    }
}

fn span(part: &ReplacedPart, offset: usize, what: What) -> Span<'_> {
    let (start, end) = (part.range.start + offset, part.range.end + offset);
    Span::built_in(start, end, part.placeholder.as_str().into(), what)
}
