//! The actions there are, numbered, with what each acts on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::standing::Standing;
use crate::catalog::{self, AccessLevel, Action, ActionResource, ArnTemplate, Catalogue, ResourceType, Service};
use crate::model::{ActionPattern, Glob};
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::cache::Cache;
use crate::semantics::solver::texts::{Template, Texts};

/// An action of the catalogue.
#[derive(Debug)]
pub struct KnownAction {
    /// The service prefix, in lower case.
    pub service: String,
    /// The place of the service in the catalogue.
    pub ordinal: usize,
    /// The name in AWS's spelling.
    pub name: String,
    /// The name in lower case.
    pub folded: String,
    /// How AWS classifies it.
    pub level: AccessLevel,
    /// The forms of what it acts on.
    pub templates: Vec<Arc<Template>>,
    /// Equal for actions with the same templates; says nothing else.
    pub shape: usize,
    /// Whether it acts on nothing, so that only `*` applies.
    pub wildcard_only: bool,
    /// The forms of what every call of it names, or all forms if no one is always named.
    pub required: Vec<Arc<Template>>,
    /// How well it proves something.
    pub standing: Standing,
}

/// All actions of a catalogue.
#[derive(Debug)]
pub struct ActionUniverse {
    actions: Vec<KnownAction>,
    services: BTreeMap<String, Range<usize>>,
    /// The forms of what the actions of each service act on.
    forms: BTreeMap<String, Vec<Arc<Template>>>,
    unknown: Vec<Arc<Template>>,
    matched: Cache<String, Arc<Bits>>,
    catalogue: Catalogue,
    taken: Cache<(usize, u32, String), bool>,
}

impl ActionUniverse {
    /// Numbers the actions of a catalogue.
    pub fn new(catalogue: &Catalogue, texts: &Texts) -> Self {
        catalogue.unpack();
        let star = texts.star();
        let any = texts.template(&ArnTemplate::any_of("${Service}"));
        let unknown = vec![any, Arc::clone(&star)];
        let mut actions = Vec::new();
        let mut services = BTreeMap::new();
        let mut shapes = BTreeMap::new();
        for (ordinal, service) in catalogue.services().enumerate() {
            let start = actions.len();
            for action in &service.actions {
                let mut action = known(service, action, texts, &star);
                let numbers: Vec<u32> = action.templates.iter().map(|template| template.number).collect();
                let next = shapes.len();
                action.ordinal = ordinal;
                action.shape = *shapes.entry(numbers).or_insert(next);
                actions.push(action);
            }
            services.insert(service.prefix.to_lowercase(), start..actions.len());
        }
        let (matched, taken) = (Cache::new(), Cache::new());
        let forms = services.iter().map(|(service, range)| (service.clone(), forms(&actions, range))).collect();
        Self { actions, services, forms, unknown, matched, catalogue: catalogue.clone(), taken }
    }

    /// How many actions there are.
    pub const fn len(&self) -> usize {
        self.actions.len()
    }

    /// The action of this number.
    pub fn action(&self, number: usize) -> Option<&KnownAction> {
        self.actions.get(number)
    }

    /// The service prefixes with the numbers of their actions.
    pub const fn services(&self) -> &BTreeMap<String, Range<usize>> {
        &self.services
    }

    /// The forms of what the actions of a service, in lower case, act on.
    pub fn forms(&self, service: &str) -> &[Arc<Template>] {
        self.forms.get(service).map_or(&[], Vec::as_slice)
    }

    /// Whether the catalogue has this action, both names in lower case.
    pub fn find(&self, service: &str, folded: &str) -> Option<usize> {
        let range = self.services.get(service)?;
        let within = self.actions.get(range.clone())?;
        within.binary_search_by(|action| action.folded.as_str().cmp(folded)).ok().map(|at| range.start + at)
    }

    /// What an action acts on of which nothing is known: any ARN, or `*`.
    pub fn unknown_templates(&self) -> &[Arc<Template>] {
        &self.unknown
    }

    /// Whether a key is of those that a service defines for its own actions.
    pub fn is_of_service(&self, key: &str) -> bool {
        catalog::is_of_service(key, &self.catalogue)
    }

    /// Those of some keys, all defined by services for their own actions, that a request for an action on a form of
    /// resource cannot have.
    pub fn absent(&self, number: usize, template: &Template, keys: &[String]) -> BTreeSet<String> {
        let is_absent = |key: &&String| {
            !self.taken.get(&(number, template.number, (*key).clone()), || self.takes(number, template, key))
        };
        keys.iter().filter(is_absent).cloned().collect()
    }

    fn takes(&self, number: usize, template: &Template, key: &str) -> bool {
        let found = self.action(number).and_then(|own| self.catalogue.action(&own.service, &own.name));
        // An action of which nothing is known may take any key.
        let Some((service, action)) = found else { return true };
        let has_form = |kind: &&ResourceType| kind.arns.iter().any(|arn| arn.as_str() == template.written);
        let kinds: Vec<&ResourceType> = service.resource_types_of(action).filter(has_form).collect();
        catalog::takes(key, service, action, &kinds)
    }

    /// The actions that a pattern matches.
    pub fn matching(&self, pattern: &ActionPattern) -> Arc<Bits> {
        self.matched.get(pattern.folded(), || Arc::new(self.match_all(pattern)))
    }

    fn match_all(&self, pattern: &ActionPattern) -> Bits {
        if pattern.is_everything() {
            return Bits::full(self.len());
        }
        let mut bits = Bits::new(self.len());
        if !pattern.has_wildcard() {
            self.find(pattern.service(), pattern.folded_name()).into_iter().for_each(|number| bits.insert(number));
            return bits;
        }
        let service = pattern.service();
        if !service.contains(['*', '?']) {
            self.services.get(service).into_iter().for_each(|range| self.match_names(pattern, range, &mut bits));
            return bits;
        }
        let service = Glob::new(service);
        let ranges = self.services.iter().filter(|(prefix, _)| service.matches(prefix));
        ranges.for_each(|(_, range)| self.match_names(pattern, range, &mut bits));
        bits
    }

    fn match_names(&self, pattern: &ActionPattern, range: &Range<usize>, bits: &mut Bits) {
        let name = Glob::new(pattern.folded_name());
        // Most patterns are a prefix and a `*`.
        let literal = pattern.folded_name().split(['*', '?']).next().unwrap_or_default();
        for (at, action) in range.clone().zip(self.actions.get(range.clone()).unwrap_or_default()) {
            if action.folded.starts_with(literal) && name.matches(&action.folded) {
                bits.insert(at);
            }
        }
    }
}

fn forms(actions: &[KnownAction], range: &Range<usize>) -> Vec<Arc<Template>> {
    let all = actions.get(range.clone()).unwrap_or_default().iter().flat_map(|action| &action.templates);
    let mut forms: Vec<Arc<Template>> = all.cloned().collect();
    forms.sort_by_key(|template| template.number);
    forms.dedup_by_key(|template| template.number);
    forms
}

fn known(service: &Service, action: &Action, texts: &Texts, star: &Arc<Template>) -> KnownAction {
    let prefix = service.prefix.to_lowercase();
    let forms = |required: bool| {
        // What every call names, and what is short, is what people know; it stands first, where proofs look.
        let mut resources: Vec<_> = action.resources.iter().filter(|resource| resource.required || !required).collect();
        // An index into the service's own types is never out of bounds, so nothing is left out.
        let kind = |resource: &ActionResource| service.resource_types.get(resource.resource_type);
        let length = |resource: &ActionResource| kind(resource)?.arns.first().map(|arn| arn.as_str().len());
        resources.sort_by_key(|resource| (!resource.required, length(resource)));
        let kinds = resources.into_iter().filter_map(kind);
        let mut templates: Vec<Arc<Template>> =
            kinds.flat_map(|kind| &kind.arns).map(|arn| texts.template(arn)).collect();
        let mut seen = std::collections::BTreeSet::new();
        templates.retain(|template| seen.insert(template.number));
        templates
    };
    let (mut templates, mut required) = (forms(false), forms(true));
    let wildcard_only = templates.is_empty();
    if wildcard_only {
        templates.push(Arc::clone(star));
    }
    if required.is_empty() {
        required.clone_from(&templates);
    }
    KnownAction {
        standing: Standing::new(&prefix, &action.name, action.access_level),
        service: prefix,
        ordinal: 0,
        name: action.name.clone(),
        folded: action.folded.clone(),
        level: action.access_level,
        templates,
        shape: 0,
        wildcard_only,
        required,
    }
}

/// Whether a pattern matches an action that is given by name, both parts in lower case.
pub fn pattern_matches(pattern: &ActionPattern, service: &str, name: &str) -> bool {
    let matches = |pattern: &str, text: &str| {
        if pattern.contains(['*', '?']) { Glob::new(pattern).matches(text) } else { pattern == text }
    };
    pattern.is_everything() || (matches(pattern.service(), service) && matches(pattern.folded_name(), name))
}
