//! Resource patterns of statements and ARN templates of the catalogue, each read once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::{Cache, Interner};
use super::steps::{self, Letter, Piece, Reading, Step, Variable};
use super::walk::{Group, Walked, both_match, form_meets, walk};
use crate::catalog::ArnTemplate;
use crate::model::Version;
use crate::model::equivalency::OPEN;

pub use super::templates::Template;

/// A resource pattern.
#[derive(Debug)]
pub struct Text {
    /// Equal for equal patterns; says nothing else.
    pub number: u32,
    /// The pattern with repeated `*` joined.
    pub written: String,
    /// Whether it holds `${…}` that is plain text, being of the 2008 language.
    pub old: bool,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its steps with every variable as any text; `None` without variables.
    pub plain: Option<Vec<Step>>,
    /// Its variables, sorted.
    pub variables: Vec<Variable>,
    /// The service part, if it and all before it is plain text: templates of other services cannot match.
    service: Option<String>,
    /// The plain text with which the resource part begins; empty where a wildcard or a variable comes before it.
    resource_start: String,
}

impl Text {
    /// Whether the pattern matches everything.
    pub fn is_everything(&self) -> bool {
        self.steps == [Step::Any]
    }

    /// Whether a wildcard of the head stays inside its part, which some tools read otherwise.
    pub fn has_inner_wildcard(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::AnyExcept(':') | Step::AnyOneExcept(':')))
    }

    /// The steps, with variables as any text.
    pub fn plain_steps(&self) -> &[Step] {
        self.plain.as_deref().unwrap_or(&self.steps)
    }

    /// The account that the pattern names.
    pub fn account(&self) -> Option<&str> {
        let account = self.written.split(':').nth(4)?;
        (!account.is_empty() && !account.contains(['*', '?', '$'])).then_some(account)
    }

    /// The names in the part behind the fifth `:`, as far as they are plain text.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let part = self.written.splitn(6, ':').nth(5).unwrap_or_default();
        // A variable is not a name, and `${` and `}` stand in none.
        part.split(['/', ':', '*', '?', '$', '{', '}']).filter(|name| !name.is_empty() && !name.contains("aws"))
    }

    /// Whether some text is matched by both, for all we know of variables.
    pub fn overlaps(&self, other: &Self) -> bool {
        meets(&[self.plain_steps(), other.plain_steps()])
    }
}

/// What a request says of the key of a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum VariableValue {
    /// The request does not have it.
    Missing,
    /// This value.
    Value(String),
    /// A value, and any.
    Any,
}

/// What a request says of the keys of variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding(BTreeMap<String, VariableValue>);

impl Binding {
    /// Says something of a key in lower case.
    pub fn insert(&mut self, key: &str, bound: VariableValue) {
        self.0.insert(key.to_owned(), bound);
    }

    /// Whether nothing is said of any key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of a key; one of which nothing is said may have any value.
    pub fn value(&self, key: &str) -> &VariableValue {
        self.0.get(key).unwrap_or(&VariableValue::Any)
    }
}

/// How a pattern lies to a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fold {
    /// Matches all of its ARNs.
    Covers,
    /// Matches none of them.
    Misses,
    /// Matches some, or it is not certain.
    Partial,
}

/// All patterns and templates that were met.
#[derive(Debug)]
pub struct Texts {
    reading: Reading,
    partitions: Vec<String>,
    texts: Interner<Text>,
    templates: Interner<Template>,
    folds: Cache<(u32, u32), Fold>,
}

impl Texts {
    /// Nothing yet; resources are in these partitions.
    pub const fn new(reading: Reading, partitions: Vec<String>) -> Self {
        Self { reading, partitions, texts: Interner::new(), templates: Interner::new(), folds: Cache::new() }
    }

    /// The partitions that resources are in.
    pub fn partitions(&self) -> &[String] {
        &self.partitions
    }

    /// Reads a resource pattern of a document of this version.
    pub fn text(&self, written: &str, version: Version) -> Arc<Text> {
        let written = join_stars(written);
        let plain = version == Version::V2008 && written.contains("${");
        let key = if plain { format!("2008 {written}") } else { written.clone() };
        self.texts.get(&key, |number| {
            let pieces = if plain { vec![Piece::Text(written.clone())] } else { steps::pieces(&written) };
            let steps = steps::arn(&pieces, self.reading);
            let of_piece = |piece| if let Piece::Variable(variable) = piece { Some(variable) } else { None };
            let mut variables: Vec<Variable> = pieces.into_iter().filter_map(of_piece).collect();
            variables.sort();
            variables.dedup();
            let variables_open = (!variables.is_empty()).then(|| steps::without_variables(&steps));
            Text {
                number,
                service: literal_service(&written),
                resource_start: resource_start(&written).to_owned(),
                steps,
                plain: variables_open,
                variables,
                old: plain,
                written,
            }
        })
    }

    /// The ARNs of an account: the part before the resource is this, and no wildcard runs over it.
    pub fn in_account(&self, account: &str) -> Arc<Text> {
        self.texts.get(&format!("in account {account}"), |number| {
            let literal = |text: &str| text.chars().map(|c| Step::One(Letter::new(c))).collect::<Vec<_>>();
            let mut steps = literal("arn");
            for _ in 0..3 {
                steps.extend([Step::One(Letter::new(':')), Step::AnyExcept(':')]);
            }
            steps.extend(literal(&format!(":{account}:")));
            steps.push(Step::Any);
            let written = format!("arn:*:*:*:{account}:*");
            let resource_start = String::new();
            Text {
                number,
                service: None,
                resource_start,
                steps,
                plain: None,
                variables: Vec::new(),
                old: false,
                written,
            }
        })
    }

    /// A pattern in a request that says this of its variables; `None` where one has no value, for then "the resource
    /// will not match any resource".
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value>
    pub fn bind(&self, text: &Arc<Text>, binding: &Binding) -> Option<Arc<Text>> {
        if text.variables.is_empty() {
            return Some(Arc::clone(text));
        }
        let mut written = String::new();
        for piece in steps::pieces(&text.written) {
            match piece {
                Piece::Text(plain) => written.push_str(&plain),
                Piece::Literal(c) => written.extend(["${", &c.to_string(), "}"]),
                Piece::Variable(variable) => match (binding.value(&variable.key), variable.default) {
                    (VariableValue::Value(value), _) => written.push_str(&steps::written_literally(value)),
                    (VariableValue::Missing, Some(default)) => written.push_str(&steps::written_literally(&default)),
                    (VariableValue::Missing, None) => return None,
                    (VariableValue::Any, _) => written.extend(["${", &variable.key, "}"]),
                },
            }
        }
        Some(self.text(&written, Version::V2012))
    }

    /// Reads a template of the catalogue.
    pub fn template(&self, template: &ArnTemplate) -> Arc<Template> {
        self.templates.get(template.as_str(), |number| Template::new(number, template, &self.partitions))
    }

    /// What a request names that names no resource.
    pub fn star(&self) -> Arc<Template> {
        self.templates.get("no resource", Template::star)
    }

    /// Whether a pattern matches none of a template's ARNs: what [`Texts::fold`] says of it, for less work.
    pub fn misses(&self, text: &Text, template: &Template) -> bool {
        !text.is_everything() && (is_of_another_service(text, template) || !meets_template(text, template))
    }

    /// How a pattern lies to a template.
    pub fn fold(&self, text: &Text, template: &Template) -> Fold {
        if text.is_everything() {
            return Fold::Covers;
        }
        if is_of_another_service(text, template) {
            return Fold::Misses;
        }
        self.folds.get(&(text.number, template.number), || fold(text, template))
    }
}

/// Whether a pattern spells out another service than a template.
fn is_of_another_service(text: &Text, template: &Template) -> bool {
    let foreign = |service: &String| !template.service.contains(['$', '*']) && *service != template.service;
    text.service.as_ref().is_some_and(foreign)
}

fn meets_template(text: &Text, template: &Template) -> bool {
    let may_meet = |start: &str| start.starts_with(&text.resource_start) || text.resource_start.starts_with(start);
    template
        .forms
        .iter()
        .zip(&template.starts)
        .any(|(form, start)| may_meet(start) && form_meets(form, text.plain_steps()))
}

fn fold(text: &Text, template: &Template) -> Fold {
    let forms: Vec<&[Step]> = template.forms.iter().map(Vec::as_slice).collect();
    if !meets_template(text, template) {
        return Fold::Misses;
    }
    let others = walk(&[Group(&forms)], Group(&[&text.steps]), &mut FOLD_BUDGET.clone());
    if others == Walked::Nothing { Fold::Covers } else { Fold::Partial }
}

/// One pattern against one template needs a few hundred states; the limit is for texts made to be hard.
const FOLD_BUDGET: usize = 20_000;

/// Whether some text is matched by all; `true` when the budget does not suffice to tell.
pub fn meets(wanted: &[&[Step]]) -> bool {
    if let [a, b] = wanted {
        return both_match(a, b);
    }
    let single: Vec<[&[Step]; 1]> = wanted.iter().map(|steps| [*steps]).collect();
    let groups: Vec<Group<'_>> = single.iter().map(|steps| Group(steps)).collect();
    walk(&groups, Group(&[]), &mut FOLD_BUDGET.clone()) != Walked::Nothing
}

/// A pattern with each run of `*` as one.
pub fn join_stars(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for c in text.chars() {
        if !(c == '*' && joined.ends_with('*')) {
            joined.push(c);
        }
    }
    joined
}

/// The plain text behind the fifth `:`, if all before it is plain text as well.
fn resource_start(written: &str) -> &str {
    let is_not_plain = |c: char| matches!(c, '*' | '?' | '$' | OPEN);
    let resource = written.splitn(6, ':').nth(5).unwrap_or_default();
    let head = written.strip_suffix(resource).unwrap_or_default();
    // A placeholder in the head holds no `:`.
    if head.contains(['*', '?', '$']) { "" } else { resource.split(is_not_plain).next().unwrap_or_default() }
}

/// The service part of a pattern whose first three parts are plain text.
fn literal_service(written: &str) -> Option<String> {
    let mut parts = written.splitn(4, ':');
    let (head, _, service, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let literal = |part: &str| !part.contains(['*', '?', '$']);
    // A `*` that ends the partition of a pattern of fewer parts may run on over the service.
    let is_whole = written.split(':').count() >= 6 && !written.contains('$');
    let partition_stays = is_whole || written.split(':').nth(1).is_some_and(|part| !part.contains(['*', '$']));
    (head == "arn" && partition_stays && rest.is_some() && literal(service)).then(|| service.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_resource_part_begins_with() {
        let open = format!("arn:aws:sqs:eu-west-1:{OPEN}own:{OPEN}env-q");
        for (written, start) in [
            ("arn:aws:logs:eu-west-1:111122223333:log-group:/a/*", "log-group:/a/"),
            ("arn:aws:s3:::b/${aws:userid}", "b/"),
            ("arn:aws:s3:*::b", ""),
            ("arn:aws:s3", ""),
            ("*", ""),
            (open.as_str(), ""),
        ] {
            assert_eq!(resource_start(written), start, "{written}");
        }
        let texts = Texts::new(Reading::Parts, vec!["aws".to_owned()]);
        let group = texts.template(&ArnTemplate::new("arn:${Partition}:logs:${Region}:${Account}:log-group:${Name}"));
        assert_eq!(group.starts, ["log-group:"]);
        for (written, misses) in [("log-group:/a", false), ("log-gr*", false), ("destination:x", true), ("*", false)] {
            let text = texts.text(&format!("arn:aws:logs:eu-west-1:111122223333:{written}"), Version::V2012);
            assert_eq!(texts.misses(&text, &group), misses, "{written}");
            assert_eq!(texts.fold(&text, &group) == Fold::Misses, misses, "{written}");
        }
    }

    #[test]
    fn patterns_against_a_template() {
        let texts = Texts::new(Reading::Parts, vec!["aws".to_owned()]);
        let object = texts.template(&ArnTemplate::new("arn:${Partition}:s3:::${BucketName}/${ObjectName}"));
        let fold = |text: &str| texts.fold(&texts.text(text, Version::V2012), &object);
        for covering in ["*", "arn:*", "arn:*:s3:::*", "arn:aws:s3:::*", "arn:aws:s3:::*/?*"] {
            assert_eq!(fold(covering), Fold::Covers, "{covering}");
        }
        for missing in [
            "arn:aws:s3:::bucket",
            "arn:aws:s3:::bucket/",
            "arn:aws-cn:s3:::*",
            "arn:aws:sqs:*:*:*",
            "arn:aws:s3:us-east-1:1:accesspoint/x",
        ] {
            assert_eq!(fold(missing), Fold::Misses, "{missing}");
        }
        for partial in ["arn:aws:s3:::a*", "arn:aws:s3:::b/${aws:userid}", "arn:aws:s3:::${aws:PrincipalTag/b}"] {
            assert_eq!(fold(partial), Fold::Partial, "{partial}");
        }
        assert_eq!(texts.text("a**", Version::V2012).number, texts.text("a*", Version::V2008).number);
        assert_ne!(texts.text("${x}", Version::V2012).number, texts.text("${x}", Version::V2008).number);
    }
}
