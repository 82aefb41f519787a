//! The form of a resource type's ARNs, and which ARNs and patterns fit it.

use std::fmt;

use crate::model::{Glob, Token};

/// The form of an ARN with placeholders, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
///
/// ```
/// use iamctl::catalog::ArnTemplate;
/// let bucket = ArnTemplate::new("arn:${Partition}:s3:::${BucketName}");
/// assert!(bucket.glob().matches("arn:aws-cn:s3:::reports"));
/// assert!(!bucket.glob().matches("arn:aws-cn:s3:::reports/2026.csv"));
/// ```
#[derive(Debug, Clone)]
pub struct ArnTemplate {
    text: String,
    glob: Glob,
}

/// Names that AWS's rules keep free of `/`: the ARN's service, the placeholder, the rule.
///
/// Only where it tells two resource types of one service apart. A name that is missing here makes a template match
/// too much, which adds a row to a report; one that is here wrongly would hide a row.
const WITHOUT_SLASH: &[(&str, &str)] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    ("s3", "BucketName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/creating-access-points.html (naming rules)
    ("s3", "AccessPointName"),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    ("dynamodb", "TableName"),
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    ("kinesis", "StreamName"),
];

impl ArnTemplate {
    /// Reads a template. Every text is one: what is not a placeholder is taken as it stands, `*` as any text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), glob: Glob::from_tokens(tokens(text)) }
    }

    /// The template as AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The ARNs of this form. Partition, region and account end at `:`, some names at `/`, all else is any text.
    #[must_use]
    pub const fn glob(&self) -> &Glob {
        &self.glob
    }
}

impl PartialEq for ArnTemplate {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ArnTemplate {}

impl fmt::Display for ArnTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let service = text.split(':').nth(2).unwrap_or_default();
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, placeholder, after)) = next_placeholder(rest) {
        tokens.extend(literal(before));
        tokens.push(token_of(service, placeholder));
        rest = after;
    }
    tokens.extend(literal(rest));
    tokens
}

/// The text before the first `${Name}`, the name, the text after.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn literal(text: &str) -> impl Iterator<Item = Token> {
    text.chars().map(|c| if c == '*' { Token::AnyText } else { Token::Char(c) })
}

fn token_of(service: &str, placeholder: &str) -> Token {
    if matches!(placeholder, "Partition" | "Region" | "Account") {
        Token::AnyTextExcept(':')
    } else if WITHOUT_SLASH.contains(&(service, placeholder)) {
        Token::AnyTextExcept('/')
    } else {
        Token::AnyText
    }
}
