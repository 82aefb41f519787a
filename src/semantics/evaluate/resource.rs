//! The `Resource` and `NotResource` elements.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>: wildcards stand
//! within the parts of an ARN that `:` separates; "if the `*` wildcard is the last character of a resource ARN
//! segment, it can expand to match beyond the colon boundaries".
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html>: everything except
//! the listed resources.

use super::context::ContextView;
use super::decision::{Doubt, Hint};
use super::truth::Truth;
use super::variable::{self, Unresolved};
use crate::model::{Glob, ResourceClause, Token, Version};
use crate::semantics::own_account::OwnAccount;

/// How wildcards in the first five parts of an ARN are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArnReading {
    /// As AWS's page has it: they stay within their part, but for a `*` at its end.
    Documented,
    /// As some tools have it: the ARN is one text, and wildcards run across `:` everywhere.
    Flat,
}

/// The parts of an ARN: `arn`, partition, service, region, account, resource.
const ARN_PARTS: usize = 6;

/// Which of them is the partition.
const PARTITION: usize = 2;

/// What a resource element is read against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) resource: &'a str,
    pub(super) view: ContextView<'a>,
    pub(super) version: Version,
    pub(super) reading: ArnReading,
}

/// Whether a statement's resource element is about a resource.
pub(super) fn covers(clause: &ResourceClause, target: Target<'_>, hints: &mut Vec<Hint>) -> Truth {
    let without_value = |key: String| match clause {
        // "The resource that includes a policy variable with no value will not match any resource."
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
        ResourceClause::Resource(_) => Truth::No,
        // By that sentence nothing is excepted then, and by another of the page ("causes the statement to be invalid")
        // the statement does nothing.
        ResourceClause::NotResource(_) => Truth::unknown(Doubt::VariableWithoutValue { key }),
    };
    let mut answers = Vec::new();
    for pattern in clause.patterns() {
        let answer = match target.view.own_account().filter(|own| target.resource.contains(own.spelled)) {
            Some(OwnAccount { spelled, id }) => {
                let resource = target.resource.replace(spelled, id);
                matches(&pattern.replace(spelled, id), Target { resource: &resource, ..target }, hints)
            }
            None => matches(pattern, target, hints),
        };
        answers.push(match answer {
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
    let tokens = variable::resolve(pattern, target.version, target.view)?.pattern();
    let parts: Vec<&[Token]> = tokens.splitn(ARN_PARTS, |token| *token == Token::Char(':')).collect();
    if parts.len() == ARN_PARTS || tokens.last() == Some(&Token::AnyText) {
        return Ok(arn_matches(&parts, target).into());
    }
    if parts.iter().any(|part| runs_on(part)) {
        let matched = arn_matches(&parts, target);
        if matched {
            hints.push(Hint::StretchedPattern { pattern: pattern.to_owned() });
        }
        return Ok(matched.into());
    }
    // An ARN that lacks parts: either it matches nothing, or the missing parts are read as `*`.
    let missing = std::iter::repeat_n([Token::AnyText].as_slice(), ARN_PARTS - parts.len());
    let filled: Vec<&[Token]> = parts.into_iter().chain(missing).collect();
    if arn_matches(&filled, target) {
        return Ok(Truth::unknown(Doubt::ShortArn { pattern: pattern.to_owned() }));
    }
    Ok(Truth::No)
}

fn arn_matches(pattern: &[&[Token]], target: Target<'_>) -> bool {
    match target.reading {
        ArnReading::Documented => {
            // With all six parts there, a `*` for the partition means the partition.
            let partition_stays = pattern.len() == ARN_PARTS;
            parts_match(pattern, 1, &target.resource.split(':').collect::<Vec<_>>(), partition_stays)
        }
        ArnReading::Flat => glob(&pattern.join(&Token::Char(':'))).matches(target.resource),
    }
}

/// Whether the pattern's parts, the first of which is the `number`th, match the ARN's. Wildcards stay in their part,
/// but a part that ends with `*` may take the parts behind as well; the sixth, the resource, takes all that is left.
fn parts_match(pattern: &[&[Token]], number: usize, arn: &[&str], partition_stays: bool) -> bool {
    let (Some((part, pattern)), Some((first, others))) = (pattern.split_first(), arn.split_first()) else {
        return pattern.is_empty() && arn.is_empty();
    };
    if number == ARN_PARTS {
        return glob(part).matches(&arn.join(":"));
    }
    let stays = partition_stays && number == PARTITION;
    let taken = if runs_on(part) && !stays { others.len() } else { 0 };
    let rest_matches =
        |skipped| parts_match(pattern, number + 1, others.get(skipped..).unwrap_or_default(), partition_stays);
    glob(part).matches(first) && (0..=taken).any(rest_matches)
}

fn runs_on(part: &[Token]) -> bool {
    part.last() == Some(&Token::AnyText)
}

fn glob(tokens: &[Token]) -> Glob {
    Glob::from_tokens(tokens.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::evaluate::Context;

    fn ask(clause: &ResourceClause, resource: &str, reading: ArnReading) -> (Truth, Vec<Hint>) {
        let context = Context::from_iter([("aws:PrincipalTag/team", vec!["red"])]);
        let view = ContextView::of_some_session(&context);
        let mut hints = Vec::new();
        let truth = covers(clause, Target { resource, view, version: Version::V2012, reading }, &mut hints);
        (truth, hints)
    }

    fn listed(pattern: &str, resource: &str) -> Truth {
        ask(&ResourceClause::Resource(vec![pattern.to_owned()]), resource, ArnReading::Documented).0
    }

    fn excepted(patterns: &[&str], resource: &str) -> Truth {
        let patterns = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        ask(&ResourceClause::NotResource(patterns), resource, ArnReading::Documented).0
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
        assert_eq!(ask(&inner, across, ArnReading::Flat).0, Truth::Yes);
        assert_eq!(listed("arn:aws:sns:us-**:1:news", "arn:aws:sns:us-x:y1:1:news"), Truth::Yes);
        assert_eq!(listed("arn:aws:sns:us-*1*:1:news", "arn:aws:sns:us-x:y1:1:news"), Truth::No, "the inner one stays");
        assert_eq!(listed("arn:aws:s3*", "arn:aws:s3:::b/x"), Truth::Yes);
        assert_eq!(listed("arn:aws:s*:b/x", "arn:aws:s3:::b/x"), Truth::Yes);
        assert_eq!(listed("arn:aws:sns:us?1:1:news", "arn:aws:sns:us:1:1:news"), Truth::No, "nor does `?` run on");
        assert_eq!(listed("arn:aws:s3:::b:*x", "arn:aws:s3:::b:y:x"), Truth::Yes, "the sixth part is flat text");
    }

    #[test]
    fn a_star_can_stretch_a_pattern_of_five_parts() {
        let clause = ResourceClause::Resource(vec!["arn:aws:sqs:*:orders".to_owned()]);
        let (truth, hints) = ask(&clause, "arn:aws:sqs:us-east-1:1:orders", ArnReading::Documented);
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
