//! Resource patterns of statements and ARN templates of the catalogue, each read once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::{Cache, Interner};
use super::steps::{self, Letter, Piece, Reading, Step, Variable};
use super::walk::{Group, Walked, walk};
use crate::catalog::ArnTemplate;
use crate::model::{Token, Version};

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
}

impl Text {
    /// Whether the pattern matches everything.
    pub fn is_everything(&self) -> bool {
        self.steps == [Step::Any]
    }

    /// Whether a `*` of the head stays inside its part, which some tools read otherwise.
    pub fn has_inner_star(&self) -> bool {
        self.steps.contains(&Step::AnyExcept(':'))
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
        // A variable is no name, and `${` and `}` stand in none.
        part.split(['/', ':', '*', '?', '$', '{', '}']).filter(|name| !name.is_empty() && !name.contains("aws"))
    }

    /// Whether some text is matched by both, for all we know of variables.
    pub fn overlaps(&self, other: &Self) -> bool {
        meets(&[self.plain_steps(), other.plain_steps()])
    }
}

/// The forms of ARN a request can name.
#[derive(Debug)]
pub struct Template {
    /// Equal for equal templates; says nothing else.
    pub number: u32,
    /// The template as AWS writes it.
    pub written: String,
    /// Its steps.
    pub steps: Vec<Step>,
    service: String,
}

impl Template {
    /// Whether its ARNs hold the account of the resource.
    pub fn has_account(&self) -> bool {
        self.written.split(':').nth(4) == Some("${Account}")
    }
}

/// What a request says of the key of a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// The request does not have it.
    Missing,
    /// This value.
    Value(String),
    /// A value, and any.
    Any,
}

/// What a request says of the keys of variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding(BTreeMap<String, Bound>);

impl Binding {
    /// Says something of a key in lower case.
    pub fn insert(&mut self, key: &str, bound: Bound) {
        self.0.insert(key.to_owned(), bound);
    }

    /// What is said of a key; one of which nothing is said may have any value.
    pub fn of(&self, key: &str) -> &Bound {
        self.0.get(key).unwrap_or(&Bound::Any)
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
    texts: Interner<Text>,
    templates: Interner<Template>,
    folds: Cache<(u32, u32), Fold>,
}

impl Texts {
    /// Nothing yet.
    pub const fn new(reading: Reading) -> Self {
        Self { reading, texts: Interner::new(), templates: Interner::new(), folds: Cache::new() }
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
                steps,
                plain: variables_open,
                variables,
                old: plain,
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
                Piece::Variable(variable) => match (binding.of(&variable.key), variable.default) {
                    (Bound::Value(value), _) => written.push_str(&steps::written_literally(value)),
                    (Bound::Missing, Some(default)) => written.push_str(&steps::written_literally(&default)),
                    (Bound::Missing, None) => return None,
                    (Bound::Any, _) => written.extend(["${", &variable.key, "}"]),
                },
            }
        }
        Some(self.text(&written, Version::V2012))
    }

    /// Reads a template of the catalogue.
    pub fn template(&self, template: &ArnTemplate) -> Arc<Template> {
        self.template_of(template.as_str(), || steps::steps(template.glob()).collect())
    }

    /// A template of this name with these steps.
    pub fn template_of(&self, written: &str, steps: impl FnOnce() -> Vec<Step>) -> Arc<Template> {
        self.templates.get(written, |number| Template {
            number,
            written: written.to_owned(),
            steps: steps(),
            service: written.split(':').nth(2).unwrap_or_default().to_owned(),
        })
    }

    /// How a pattern lies to a template.
    pub fn fold(&self, text: &Text, template: &Template) -> Fold {
        if text.is_everything() {
            return Fold::Covers;
        }
        let foreign = |service: &String| !template.service.contains(['$', '*']) && *service != template.service;
        if text.service.as_ref().is_some_and(foreign) {
            return Fold::Misses;
        }
        self.folds.get(&(text.number, template.number), || fold(text, template))
    }
}

fn fold(text: &Text, template: &Template) -> Fold {
    if !meets(&[text.plain_steps(), &template.steps]) {
        return Fold::Misses;
    }
    let covered = walk(&[Group(&[&template.steps])], Group(&[&text.steps]), &mut FOLD_BUDGET.clone());
    if covered == Walked::Nothing { Fold::Covers } else { Fold::Partial }
}

/// One pattern against one template needs a few hundred states; the limit is for texts made to be hard.
const FOLD_BUDGET: usize = 20_000;

/// Whether some text is matched by all; `true` when the budget does not suffice to tell.
pub fn meets(wanted: &[&[Step]]) -> bool {
    let single: Vec<[&[Step]; 1]> = wanted.iter().map(|steps| [*steps]).collect();
    let groups: Vec<Group<'_>> = single.iter().map(|steps| Group(steps)).collect();
    walk(&groups, Group(&[]), &mut FOLD_BUDGET.clone()) != Walked::Nothing
}

fn join_stars(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for c in text.chars() {
        if !(c == '*' && joined.ends_with('*')) {
            joined.push(c);
        }
    }
    joined
}

/// The service part of a pattern whose first three parts are plain text.
fn literal_service(written: &str) -> Option<String> {
    let mut parts = written.splitn(4, ':');
    let (head, _, service, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let literal = |part: &str| !part.contains(['*', '?', '$']);
    // A `*` that ends the partition may run on over the service.
    let partition_stays = written.split(':').nth(1).is_some_and(|part| !part.contains(['*', '$']));
    (head == "arn" && partition_stays && rest.is_some() && literal(service)).then(|| service.to_owned())
}

/// The steps of "any ARN at all", for actions of which it is not known what they act on.
pub fn any_arn() -> Vec<Step> {
    let mut steps: Vec<Step> = "arn:".chars().map(|c| Step::One(Letter::new(c))).collect();
    for _ in 0..4 {
        steps.extend([Step::AnyExcept(':'), Step::One(Letter::new(':'))]);
    }
    steps.push(Step::Any);
    steps
}

/// Templates like this one with readable names in the places that may be anything, the most readable first.
pub fn readable(template: &Template) -> Vec<Vec<Step>> {
    let fill = |region: bool, account: bool| {
        let mut text = template.written.replace("${Partition}", "aws");
        if region {
            text = text.replace("${Region}", "us-east-1");
        }
        if account {
            text = text.replace("${Account}", "111122223333");
        }
        not_empty(ArnTemplate::new(&text).glob().tokens())
    };
    if !template.written.contains("${") {
        return Vec::new();
    }
    [(true, true), (true, false), (false, true), (false, false)].map(|(r, a)| fill(r, a)).into()
}

fn not_empty(tokens: &[Token]) -> Vec<Step> {
    let one_more = |token: &Token| match *token {
        Token::Char(c) => vec![Step::One(Letter::new(c))],
        Token::AnyChar => vec![Step::AnyOne],
        Token::AnyText => vec![Step::AnyOne, Step::Any],
        Token::AnyTextExcept(c) => vec![Step::AnyOneExcept(c), Step::AnyExcept(c)],
    };
    tokens.iter().flat_map(one_more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_against_a_template() {
        let texts = Texts::new(Reading::Parts);
        let object = texts.template(&ArnTemplate::new("arn:${Partition}:s3:::${BucketName}/${ObjectName}"));
        let fold = |text: &str| texts.fold(&texts.text(text, Version::V2012), &object);
        for covering in ["*", "arn:*", "arn:*:s3:::*"] {
            assert_eq!(fold(covering), Fold::Covers, "{covering}");
        }
        for missing in ["arn:aws:s3:::bucket", "arn:aws:sqs:*:*:*", "arn:aws:s3:us-east-1:1:accesspoint/x"] {
            assert_eq!(fold(missing), Fold::Misses, "{missing}");
        }
        for partial in ["arn:aws:s3:::*", "arn:aws:s3:::b/${aws:userid}", "arn:aws:s3:::${aws:PrincipalTag/b}"] {
            assert_eq!(fold(partial), Fold::Partial, "{partial}");
        }
        assert_eq!(texts.text("a**", Version::V2012).number, texts.text("a*", Version::V2008).number);
        assert_ne!(texts.text("${x}", Version::V2012).number, texts.text("${x}", Version::V2008).number);
    }
}
