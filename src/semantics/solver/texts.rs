//! Resource patterns of statements and ARN templates of the catalogue, each read once.

use std::sync::Arc;

use super::cache::{Cache, Interner};
use super::steps::{self, Letter, Piece, Reading, Step};
use super::walk::{Group, Walked, both_match, walk};
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
    variables: Cache<Letter, String>,
    folds: Cache<(u32, u32), Fold>,
}

impl Texts {
    /// Nothing yet.
    pub const fn new(reading: Reading) -> Self {
        Self {
            reading,
            texts: Interner::new(),
            templates: Interner::new(),
            variables: Cache::new(),
            folds: Cache::new(),
        }
    }

    /// Reads a resource pattern of a document of this version.
    pub fn text(&self, written: &str, version: Version) -> Arc<Text> {
        let written = join_stars(written);
        let plain = version == Version::V2008 && written.contains("${");
        let key = if plain { format!("2008 {written}") } else { written.clone() };
        self.texts.get(&key, |number| {
            let pieces = if plain { vec![Piece::Text(written.clone())] } else { steps::pieces(&written) };
            let has_variables = pieces.iter().any(|piece| matches!(piece, Piece::Variable(_)));
            let steps = steps::arn(&pieces, self.reading, &mut |name| self.variable(name));
            let variables_open = has_variables.then(|| steps::without_variables(&steps));
            Text { number, service: literal_service(&written), steps, plain: variables_open, old: plain, written }
        })
    }

    /// Two spellings of one variable are one: the name ignores case, the default does not.
    fn variable(&self, name: &str) -> Letter {
        let (key, default) = name.split_once(',').map_or((name, ""), |(key, default)| (key, default));
        let name = format!("{},{}", key.trim().to_lowercase(), default.trim());
        let letter = Letter::variable(&name);
        let _ = self.variables.get(&letter, || name);
        letter
    }

    /// The condition key that a variable stands for, in lower case.
    pub fn key_of(&self, letter: Letter) -> String {
        let name = self.variables.get(&letter, String::new);
        name.split_once(',').map_or(name.as_str(), |(key, _)| key).to_owned()
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
    if let [a, b] = wanted {
        return both_match(a, b);
    }
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
