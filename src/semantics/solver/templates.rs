//! Forms of ARNs as the walk reads them.

use super::steps::{Letter, Step};
use crate::catalog::{ArnTemplate, Piece};
use crate::model::Class;
use crate::model::equivalency::{CLOSE, OPEN, OWN_ACCOUNT, mark};

/// The forms of ARN a request can name.
#[derive(Debug)]
pub struct Template {
    /// Equal for equal templates; says nothing else.
    pub number: u32,
    /// The template as AWS writes it.
    pub written: String,
    /// The steps of each of its forms.
    pub forms: Vec<Vec<Step>>,
    /// The service part as AWS writes it.
    pub service: String,
    /// The plain text with which the resource part of each form begins.
    pub starts: Vec<String>,
    /// What the forms are made of; nothing where a request names no ARN.
    pieces: Vec<Vec<Piece>>,
    partitions: Vec<String>,
}

/// What stands in the places that may be anything.
#[derive(Debug, Clone, Copy, Default)]
struct Fill<'a> {
    partition: Option<&'a str>,
    region: Option<&'a str>,
    account: Option<&'a str>,
    /// Whether no name is left out, not even where it may be.
    named: bool,
}

impl Template {
    /// The ARNs of a template in these partitions.
    pub fn new(number: u32, template: &ArnTemplate, partitions: &[String]) -> Self {
        let mut made = Self {
            number,
            written: template.as_str().to_owned(),
            forms: Vec::new(),
            service: template.as_str().split(':').nth(2).unwrap_or_default().to_owned(),
            starts: template.forms().iter().map(|form| resource_start(form)).collect(),
            pieces: template.forms().to_vec(),
            partitions: partitions.to_vec(),
        };
        made.forms = made.filled(Fill::default());
        made
    }

    /// No ARN, but the `*` that stands for "no resource".
    pub fn star(number: u32) -> Self {
        Self {
            number,
            written: "*".to_owned(),
            forms: vec![vec![Step::One(Letter::new('*'))]],
            service: String::new(),
            starts: vec![String::new()],
            pieces: Vec::new(),
            partitions: Vec::new(),
        }
    }

    /// Whether its ARNs hold the account of the resource.
    pub fn has_account(&self) -> bool {
        self.pieces.iter().flatten().any(|piece| matches!(piece, Piece::Account(_)))
    }

    fn filled(&self, fill: Fill<'_>) -> Vec<Vec<Step>> {
        self.pieces.iter().map(|form| form.iter().flat_map(|piece| self.steps(*piece, fill)).collect()).collect()
    }

    fn steps(&self, piece: Piece, fill: Fill<'_>) -> Vec<Step> {
        match piece {
            Piece::Char(c) => vec![Step::One(Letter::new(c))],
            Piece::Partition => match fill.partition {
                Some(partition) => literal(partition),
                None => choice(self.partitions.iter().map(|own| literal(own)).chain([marked()])),
            },
            Piece::Region { optional } => match fill.region {
                Some(region) => literal(region),
                None if optional => choice([Vec::new(), region()]),
                None => region(),
            },
            Piece::Account(others) => match fill.account {
                Some(account) => literal(account),
                None => {
                    let digits = vec![Step::Of(Class::Digits); ACCOUNT_DIGITS];
                    choice([digits, marked()].into_iter().chain(others.iter().map(|other| literal(other))))
                }
            },
            Piece::Name { of, optional } => name(of, optional && !fill.named),
        }
    }

    /// Forms like this template's with readable texts in the places that may be anything, the most readable first.
    pub fn readable(&self) -> Vec<Vec<Vec<Step>>> {
        let own = self.partitions.first().map_or("aws", String::as_str);
        let region = match own {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        };
        let own_account = mark(OWN_ACCOUNT);
        let fill = |region: Option<&'static str>, account: Option<&str>| {
            self.filled(Fill { partition: Some(own), region, account, named: true })
        };
        if self.pieces.is_empty() {
            return Vec::new();
        }
        // A request about the role's own account needs no policy of another one.
        let (own, other) = (Some(own_account.as_str()), Some("111122223333"));
        let mut all = vec![fill(Some(region), own), fill(Some(region), other), fill(Some(region), None)];
        all.extend([fill(None, own), fill(None, other), fill(None, None)]);
        all
    }
}

/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>
const ACCOUNT_DIGITS: usize = 12;

fn literal(text: &str) -> Vec<Step> {
    text.chars().map(|c| Step::One(Letter::new(c))).collect()
}

/// The plain text behind the fifth `:` of a form; no placeholder before it holds one.
fn resource_start(form: &[Piece]) -> String {
    let mut colons = 0;
    let resource = form.iter().skip_while(|piece| {
        let is_head = colons < 5;
        colons += usize::from(**piece == Piece::Char(':'));
        is_head
    });
    let plain = resource.map_while(|piece| if let Piece::Char(c) = piece { Some(*c) } else { None });
    plain.collect()
}

/// A text of a class.
fn name(of: Class, optional: bool) -> Vec<Step> {
    let rest = if of == Class::Except("") { Step::Any } else { Step::AllOf(of) };
    if optional { vec![rest] } else { vec![Step::Of(of), rest] }
}

/// A placeholder of the dictionary, or that of the account's own id.
fn marked() -> Vec<Step> {
    vec![Step::Silent(OPEN), Step::Inside, Step::Silent(CLOSE)]
}

/// What regions are made of, and placeholders; at least one.
fn region() -> Vec<Step> {
    let mut steps = choice([vec![Step::Of(Class::Lower)], marked()]);
    steps.push(Step::Fork(-distance(steps.len())));
    steps
}

/// One of several.
fn choice(alternatives: impl IntoIterator<Item = Vec<Step>>) -> Vec<Step> {
    let alternatives: Vec<Vec<Step>> = alternatives.into_iter().collect();
    let mut all: Vec<Step> = Vec::new();
    for (at, mut steps) in alternatives.into_iter().rev().enumerate() {
        if at > 0 {
            steps.insert(0, Step::Fork(distance(steps.len() + 2)));
            steps.push(Step::Jump(distance(all.len() + 1)));
        }
        steps.append(&mut all);
        all = steps;
    }
    all
}

/// Templates are a few dozen steps long, so every distance within one fits.
fn distance(steps: usize) -> i16 {
    i16::try_from(steps).unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::steps::Letter;
    use super::super::walk::{Group, Walked, walk};
    use super::*;
    use crate::catalog::Catalogue;

    fn template(text: &str) -> Template {
        Template::new(0, &ArnTemplate::new(text), &["aws".to_owned()])
    }

    fn is_of(forms: &[Vec<Step>], arn: &str) -> bool {
        let text = literal(arn);
        let forms: Vec<&[Step]> = forms.iter().map(Vec::as_slice).collect();
        walk(&[Group(&[&text]), Group(&forms)], Group(&[]), &mut 100_000) != Walked::Nothing
    }

    #[test]
    fn arns_have_the_form_of_their_type() {
        let queue = template("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}");
        for arn in [
            "arn:aws:sqs:eu-west-1:111122223333:q",
            "arn:aws:sqs:eu-west-1:\u{fdd0}ownaccountid\u{fdd1}:q",
            "arn:\u{fdd0}partition\u{fdd1}:sqs:\u{fdd0}Region A:b\u{fdd1}:111122223333:q-\u{fdd0}env\u{fdd1}",
            "arn:aws:sqs:eu-\u{fdd0}side\u{fdd1}-\u{fdd0}n\u{fdd1}:111122223333:q",
        ] {
            assert!(is_of(&queue.forms, arn), "{arn}");
        }
        for arn in [
            "arn::sqs:::",
            "arn:aws-cn:sqs:eu-west-1:111122223333:q",
            "arn:aws:sqs:EU:111122223333:q",
            "arn:aws:sqs::111122223333:q",
            "arn:aws:sqs:eu-west-1:11112222333:q",
            "arn:aws:sqs:eu-west-1:1111222233334:q",
            "arn:aws:sqs:eu-west-1:aws:q",
            "arn:aws:sqs:eu-west-1:111122223333:",
            "arn:aws:sqs:eu-west-1:111122223333:a:b",
        ] {
            assert!(!is_of(&queue.forms, arn), "{arn}");
        }
        assert!(is_of(&template("arn:${Partition}:iam::${Account}:policy/${Name}").forms, "arn:aws:iam::aws:policy/X"));
        let star = Template::star(0);
        assert!(is_of(&star.forms, "*") && !is_of(&star.forms, "x"));
    }

    #[test]
    fn every_readable_arn_is_one_of_its_type() {
        let catalogue = Catalogue::embedded();
        let types = catalogue.services().flat_map(|service| &service.resource_types);
        for arn in types.flat_map(|kind| &kind.arns) {
            let template = Template::new(0, arn, &["aws".to_owned()]);
            let readable = template.readable().swap_remove(0);
            let forms: Vec<&[Step]> = readable.iter().map(Vec::as_slice).collect();
            let Walked::Found(text) = walk(&[Group(&forms)], Group(&[]), &mut 100_000) else { panic!("{arn}") };
            let text: String = text.into_iter().filter_map(Letter::as_char).collect();
            assert!(is_of(&template.forms, &text) && arn.matches(&text), "{arn}: {text}");
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            let [_, partition, service, region, account, resource] = parts[..] else { panic!("{arn}: {text}") };
            assert_eq!(partition, "aws", "{arn}: {text}");
            assert!(!service.is_empty() && !resource.is_empty(), "{arn}: {text}");
            let names = resource.trim_start_matches('/').trim_end_matches('/');
            assert!(!names.split(['/', ':']).any(str::is_empty), "{arn}: {text}");
            let written: Vec<&str> = arn.as_str().splitn(6, ':').collect();
            assert_eq!(region.is_empty(), written[3].is_empty(), "{arn}: {text}");
            assert_eq!(account.is_empty(), written[4].is_empty(), "{arn}: {text}");
            if written[4].starts_with("${") && written[5] != "${Resource}" {
                assert_eq!(account, mark(OWN_ACCOUNT), "{arn}: {text}");
            }
        }
    }
}
