//! The `Resource` and `NotResource` elements.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>: wildcards stand
//! within the parts of an ARN that `:` separates; "if the `*` wildcard is the last character of a resource ARN
//! segment, it can expand to match beyond the colon boundaries".
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>: everything except
//! the listed resources.

use super::context::Facts;
use super::decision::{Doubt, Hint};
use super::truth::Truth;
use super::variable::{self, Unresolved};
use crate::model::{Glob, ResourceClause, Token, Version};

/// How a `*` in the first five parts of an ARN is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As AWS's page has it: only the last `*` of a part runs beyond the next `:`.
    Documented,
    /// As some tools have it: the ARN is one text, and every `*` is any text.
    Flat,
}

/// The parts of an ARN before the resource: `arn`, partition, service, region, account.
const HEAD_PARTS: usize = 5;

/// What a resource element is read against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) resource: &'a str,
    pub(super) facts: Facts<'a>,
    pub(super) version: Version,
    pub(super) reading: Reading,
}

/// Whether a statement's resource element is about a resource.
pub(super) fn covers(clause: &ResourceClause, target: Target<'_>, hints: &mut Vec<Hint>) -> Truth {
    let without_value = |key: String| match clause {
        // "There is no equal or like value": the pattern matches nothing.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
        ResourceClause::Resource(_) => Truth::No,
        // Whether nothing is excepted then, or the statement is void, the page does not say.
        ResourceClause::NotResource(_) => Truth::unknown(Doubt::VariableWithoutValue { key }),
    };
    let mut answers = Vec::new();
    for pattern in clause.patterns() {
        answers.push(match matches(pattern, target, hints) {
            Ok(answer) => answer,
            Err(Unresolved::NoValue { key }) => without_value(key),
            Err(Unresolved::ManyValues { key }) => Truth::unknown(Doubt::VariableOfManyValues { key }),
        });
    }
    let listed = Truth::any(answers);
    match clause {
        ResourceClause::Resource(_) => listed,
        ResourceClause::NotResource(_) => listed.not(),
    }
}

fn matches(pattern: &str, target: Target<'_>, hints: &mut Vec<Hint>) -> Result<Truth, Unresolved> {
    if variable::stands_before_resource_part(pattern, target.version) {
        hints.push(Hint::VariableBeforeResourcePart { pattern: pattern.to_owned() });
    }
    let tokens = variable::resolve(pattern, target.version, target.facts)?.pattern();
    if parts(&tokens) > HEAD_PARTS || ends_with_star(&tokens) {
        return Ok(glob(&tokens, target.reading).matches(target.resource).into());
    }
    if has_part_final_star(&tokens) {
        let matched = glob(&tokens, target.reading).matches(target.resource);
        if matched {
            hints.push(Hint::StretchedPattern { pattern: pattern.to_owned() });
        }
        return Ok(matched.into());
    }
    Ok(short_arn(pattern, tokens, target))
}

/// An ARN that lacks parts: either it matches nothing, or the missing parts are read as `*`.
fn short_arn(pattern: &str, mut tokens: Vec<Token>, target: Target<'_>) -> Truth {
    for _ in parts(&tokens)..=HEAD_PARTS {
        tokens.extend([Token::Char(':'), Token::AnyText]);
    }
    if glob(&tokens, target.reading).matches(target.resource) {
        Truth::unknown(Doubt::ShortArn { pattern: pattern.to_owned() })
    } else {
        Truth::No
    }
}

fn parts(tokens: &[Token]) -> usize {
    1 + tokens.iter().filter(|token| **token == Token::Char(':')).count()
}

fn ends_with_star(tokens: &[Token]) -> bool {
    tokens.last() == Some(&Token::AnyText)
}

fn has_part_final_star(tokens: &[Token]) -> bool {
    tokens.windows(2).any(|pair| pair == [Token::AnyText, Token::Char(':')])
}

fn glob(tokens: &[Token], reading: Reading) -> Glob {
    match reading {
        Reading::Flat => Glob::from_tokens(tokens.iter().copied()),
        Reading::Documented => Glob::from_tokens(documented(tokens)),
    }
}

/// In the first five parts, a `*` with more of its part behind it becomes "any text without `:`".
fn documented(tokens: &[Token]) -> Vec<Token> {
    let mut read = Vec::new();
    let mut part = 1;
    for (index, token) in tokens.iter().enumerate() {
        let rest_of_part = tokens.get(index + 1..).unwrap_or_default().iter().take_while(|t| **t != Token::Char(':'));
        let is_last_of_part = rest_of_part.into_iter().all(|t| *t == Token::AnyText);
        let stays_inside = *token == Token::AnyText && part <= HEAD_PARTS && !is_last_of_part;
        read.push(if stays_inside { Token::AnyTextExcept(':') } else { *token });
        part += usize::from(*token == Token::Char(':'));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::evaluate::Context;

    fn ask(clause: &ResourceClause, resource: &str, reading: Reading) -> (Truth, Vec<Hint>) {
        let context = Context::from_iter([("aws:PrincipalTag/team", vec!["red"])]);
        let facts = Facts::of_role_session(&context);
        let mut hints = Vec::new();
        let truth = covers(clause, Target { resource, facts, version: Version::V2012, reading }, &mut hints);
        (truth, hints)
    }

    fn listed(pattern: &str, resource: &str) -> Truth {
        ask(&ResourceClause::Resource(vec![pattern.to_owned()]), resource, Reading::Documented).0
    }

    fn excepted(patterns: &[&str], resource: &str) -> Truth {
        let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        ask(&ResourceClause::NotResource(patterns), resource, Reading::Documented).0
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    #[test]
    fn wildcards_by_example() {
        for (pattern, resource) in [
            ("*", "*"),
            ("*", "arn:aws:s3:::b/x"),
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test/3/object.jpg"),
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b//test/"),
            ("arn:aws:s3:::b/part-?", "arn:aws:s3:::b/part-1"),
            (
                "arn:aws:logs:*:111122223333:log-group:x*",
                "arn:aws:logs:eu-west-1:111122223333:log-group:x:log-stream:y",
            ),
            ("arn:*:s3:::b", "arn:aws-cn:s3:::b"),
            ("arn:aws:s3:::${aws:PrincipalTag/team}/*", "arn:aws:s3:::red/x"),
            ("arn:aws:s3:::${*}", "arn:aws:s3:::*"),
        ] {
            assert_eq!(listed(pattern, resource), Truth::Yes, "{pattern} {resource}");
        }
        for (pattern, resource) in [
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/object.jpg"),
            ("arn:aws:s3:::B/x", "arn:aws:s3:::b/x"),
            ("arn:aws:s3:::b/part-?", "arn:aws:s3:::b/part-"),
            ("arn:aws:s3:::*", "arn:aws:s3:us-east-1:111122223333:accesspoint/x"),
            ("arn:aws:s3:::*", "*"),
            ("arn:aws:s3:::${*}", "arn:aws:s3:::x"),
            ("arn:aws:s3:::${aws:PrincipalTag/unit}/*", "arn:aws:s3:::red/x"),
        ] {
            assert_eq!(listed(pattern, resource), Truth::No, "{pattern} {resource}");
        }
    }

    #[test]
    fn only_the_last_star_of_a_part_runs_on() {
        assert_eq!(listed("arn:aws:sns:us-*1:1:news", "arn:aws:sns:us-east-1:1:news"), Truth::Yes);
        let across = "arn:aws:sns:us-x:y1:1:news";
        assert_eq!(listed("arn:aws:sns:us-*1:1:news", across), Truth::No);
        let inner = ResourceClause::Resource(vec!["arn:aws:sns:us-*1:1:news".to_owned()]);
        assert_eq!(ask(&inner, across, Reading::Flat).0, Truth::Yes);
        assert_eq!(listed("arn:aws:sns:us-**:1:news", "arn:aws:sns:us-x:y1:1:news"), Truth::Yes);
        assert_eq!(listed("arn:aws:s3*", "arn:aws:s3:::b/x"), Truth::Yes);
        assert_eq!(listed("arn:aws:s3:::b:*x", "arn:aws:s3:::b:y:x"), Truth::Yes, "the sixth part is flat text");
    }

    #[test]
    fn a_star_can_stretch_a_pattern_of_five_parts() {
        let clause = ResourceClause::Resource(vec!["arn:aws:sqs:*:orders".to_owned()]);
        let (truth, hints) = ask(&clause, "arn:aws:sqs:us-east-1:1:orders", Reading::Documented);
        assert_eq!(truth, Truth::Yes);
        assert_eq!(hints, [Hint::StretchedPattern { pattern: "arn:aws:sqs:*:orders".to_owned() }]);
    }

    #[test]
    fn a_short_arn_is_not_documented() {
        assert!(matches!(listed("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-1:1:q"), Truth::Unknown(_)));
        assert_eq!(listed("arn:aws:sqs:us-east-1", "arn:aws:sqs:eu-west-1:1:q"), Truth::No, "no under either reading");
        assert!(matches!(excepted(&["arn:aws:sqs:us-east-1"], "arn:aws:sqs:us-east-1:1:q"), Truth::Unknown(_)));
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>
    #[test]
    fn not_resource_is_everything_else() {
        assert_eq!(excepted(&["arn:aws:s3:::a", "arn:aws:s3:::b/*"], "arn:aws:s3:::b/x"), Truth::No);
        assert_eq!(excepted(&["arn:aws:s3:::a", "arn:aws:s3:::b/*"], "arn:aws:s3:::c"), Truth::Yes);
        assert_eq!(excepted(&["arn:aws:sqs:*"], "arn:aws:sqs:us-east-1:1:q"), Truth::No);
        assert!(matches!(excepted(&["arn:aws:s3:::${aws:username}/*"], "arn:aws:s3:::c"), Truth::Unknown(_)));
        assert_eq!(excepted(&["arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::c"], "arn:aws:s3:::c"), Truth::No);
    }

    #[test]
    fn placeholders_are_ordinary_characters() {
        let own = "arn:aws:sqs:us-east-1:\u{fdd0}account\u{fdd1}:orders";
        assert_eq!(listed(own, own), Truth::Yes);
        assert_eq!(listed("arn:aws:sqs:*:\u{fdd0}account\u{fdd1}:*", own), Truth::Yes);
        assert_eq!(listed(own, "arn:aws:sqs:us-east-1:111122223333:orders"), Truth::No);
    }
}
