//! Sentences taken apart: what is prose in them, and what is code, such as names, ARNs, actions, and JSON.

use crate::model::PolicyType;
use crate::report::{
    Attribute, Difference, Finding, Report, RoleAccessDifference, RoleDenyDifference, RoleTrustDifference,
};
use crate::semantics::outcome::{Refusal, StatementRef};

use super::escape::terminal;

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span<'t> {
    pub(super) text: &'t str,
    pub(super) is_code: bool,
}

/// The parts of a sentence in which nothing but what stands between backticks is code.
pub(super) fn quoted(text: &str) -> Vec<Span<'_>> {
    Parts::of(text, |parts, rest| parts.backticks(rest))
}

/// The parts of a sentence in which these names, what stands between backticks, JSON, and every word that is no word of
/// prose is code. A part of prose holds letters, numbers and the punctuation of sentences alone.
pub(super) fn of_sentence<'t>(text: &'t str, names: &[String]) -> Vec<Span<'t>> {
    Parts::of(text, |parts, rest| {
        parts
            .name(rest, names)
            .or_else(|| parts.backticks(rest))
            .or_else(|| parts.json(rest))
            .or_else(|| parts.word(rest))
    })
}

/// What is code at the beginning of a text: how many bytes it takes, and which of them are the code.
type Found = (usize, std::ops::Range<usize>);

/// Parts found so far.
struct Parts<'t> {
    text: &'t str,
    /// Where the prose begins that is not in `all` yet.
    prose: usize,
    /// Where the search is.
    at: usize,
    all: Vec<Span<'t>>,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str, find: impl Fn(&Self, &'t str) -> Option<Found>) -> Vec<Span<'t>> {
        let mut parts = Self { text, prose: 0, at: 0, all: Vec::new() };
        while let Some(rest) = text.get(parts.at..).filter(|rest| !rest.is_empty()) {
            match find(&parts, rest) {
                Some((len, code)) => {
                    parts.end_prose();
                    parts.all.extend(rest.get(code).map(|text| Span { text, is_code: true }));
                    parts.at += len.max(1);
                    parts.prose = parts.at;
                }
                None => parts.at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        parts.end_prose();
        parts.all
    }

    fn end_prose(&mut self) {
        let text = self.text.get(self.prose..self.at).filter(|text| !text.is_empty());
        self.all.extend(text.map(|text| Span { text, is_code: false }));
    }

    /// Whether a word begins here. What follows code without a blank is a word of its own.
    fn is_start(&self) -> bool {
        let is_after_code = self.prose == self.at && !self.all.is_empty();
        is_after_code || self.before().is_none_or(|c| c.is_whitespace() || OPENING.contains(&c))
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|text| text.chars().next_back())
    }

    /// The longest of these names, with the backticks around it if it stands between such.
    fn name(&self, rest: &str, names: &[String]) -> Option<Found> {
        let (inner, tick) = match rest.strip_prefix('`') {
            Some(inner) => (inner, 1),
            None => (rest, 0),
        };
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let fits = |text: &str, name: &&String| {
            let Some(after) = text.strip_prefix(name.as_str()) else { return false };
            let joined = is_word(name.chars().next_back()) && is_word(after.chars().next());
            let is_inside = self.before().is_some_and(|c| c.is_alphanumeric() || "-_.:/'".contains(c));
            let is_inside = is_inside && is_word(name.chars().next());
            !joined && !is_inside && !after.starts_with(['-', '_'])
        };
        let longest =
            |text: &str| names.iter().filter(|name| !name.is_empty() && fits(text, name)).map(String::len).max();
        if tick == 1
            && let Some(len) = longest(inner)
            && inner.get(len..).is_some_and(|after| after.starts_with('`'))
        {
            return Some((len + 2, 1..len + 1));
        }
        longest(rest).map(|len| (len, 0..len))
    }

    fn backticks(&self, rest: &str) -> Option<Found> {
        let inner = rest.strip_prefix('`').filter(|_| self.is_start())?;
        let len = inner.find('`').filter(|len| *len > 0)?;
        let after = inner.get(len + 1..)?.chars().next();
        (!after.is_some_and(char::is_alphanumeric)).then_some((len + 2, 1..len + 1))
    }

    fn json(&self, rest: &str) -> Option<Found> {
        if !self.is_start() || !rest.starts_with(['"', '{', '[']) {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        // What is no JSON is words.
        values.next()?.ok()?;
        let len = values.byte_offset();
        Some((len, 0..len))
    }

    /// A word that is code, without the punctuation around it.
    fn word(&self, rest: &str) -> Option<Found> {
        if !self.is_start() || rest.starts_with(|c: char| c.is_whitespace() || OPENING.contains(&c)) {
            return None;
        }
        let whole = rest.split(char::is_whitespace).next().unwrap_or_default();
        let mut word = whole;
        while let Some((shorter, last)) = word.char_indices().next_back().map(|(at, c)| (word.get(..at), c)) {
            let opened = match last {
                ')' => word.matches('(').count(),
                ']' => word.matches('[').count(),
                _ => 0,
            };
            let closed = word.matches(last).count();
            match shorter.filter(|_| CLOSING.contains(&last) && opened < closed) {
                Some(shorter) => word = shorter,
                None => break,
            }
        }
        (!word.is_empty() && !is_prose(word)).then_some((word.len(), 0..word.len()))
    }
}

/// What can stand before a word.
const OPENING: [char; 2] = ['(', '['];

/// What can stand behind one.
const CLOSING: [char; 9] = [')', ']', ',', ';', ':', '.', '?', '!', '…'];

/// Whether a text is a word or a number of prose: nothing that a reader of Markdown makes something else of, and no name
/// with letters of both cases or with letters and digits.
fn is_prose(word: &str) -> bool {
    let is_word = |part: &str| {
        let mut letters = part.chars();
        let start = letters.next().is_some_and(char::is_alphabetic);
        let small = letters.clone().all(|c| c.is_alphabetic() && !c.is_uppercase());
        start && (small || letters.all(char::is_uppercase))
    };
    // An ID of an account has twelve digits, a commit can have forty.
    let is_number = |part: &str| part.len() < 10 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let possessive = word.strip_suffix("'s").unwrap_or(word);
    matches!(word, "–" | "…" | "IDs" | "ARNs") || possessive.split('-').all(is_word) || word.split('-').all(is_number)
}

/// The names in a finding that could be taken for prose, as sentences spell them.
pub(super) fn names(report: &Report, finding: &Finding) -> Vec<String> {
    let mut names = Names::default();
    names.extend(&finding.role);
    names.extend(&finding.entry);
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    let real = role.iter().flat_map(|role| [&role.left, &role.right]).flatten();
    names.extend(real.map(|real| &real.name));
    for row in report.rows_of(finding) {
        names.of_row(&row);
    }
    names.0
}

#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn extend<'n>(&mut self, names: impl IntoIterator<Item = &'n String>) {
        for name in names {
            let shown = terminal(name);
            // What is code as it stands need not be looked for.
            let is_code = Parts::of(&shown, |parts, rest| parts.word(rest))
                .first()
                .is_some_and(|span| span.text == shown && span.is_code);
            if !shown.is_empty() && !is_code && self.0.iter().all(|name| *name != shown) {
                self.0.push(shown.into_owned());
            }
        }
    }

    fn of_row(&mut self, row: &Difference<'_>) {
        match row {
            Difference::Access(row) => self.of_access(row),
            Difference::Deny(row) => self.of_deny(row),
            Difference::Trust(row) => self.of_trust(row),
            Difference::Item(row) => {
                let named = row.named();
                self.extend([&named.policy_name, &row.action, &row.service]);
                self.extend(named.arn.iter().chain(&named.principal));
            }
            Difference::CrossReference(row) => {
                self.extend(&row.policy_name);
                self.extend([&row.text, &row.value]);
            }
            Difference::Attribute(row) => {
                if let Attribute::Tag(key) = &row.attribute {
                    self.extend([key]);
                }
                for entry in row.only_in() {
                    self.extend([&entry.real, &entry.normalized]);
                    self.extend(entry.real.rsplit('/').next().map(str::to_owned).iter());
                }
            }
            Difference::Role(role) => {
                if let Some(grants) = &role.grants {
                    grants.access.iter().for_each(|row| self.of_access(row));
                    grants.trust.iter().for_each(|row| self.of_trust(row));
                }
            }
            Difference::Statement(row) => self.statements([&row.statement]),
            Difference::Limitation(_) => {}
        }
    }

    fn of_access(&mut self, row: &RoleAccessDifference) {
        let (d, named) = (&row.difference, row.named());
        self.statements(&d.granted_by);
        self.refusal(&d.refused_by);
        self.extend(&d.actions);
        self.extend(named.resources.iter().chain(named.except));
    }

    fn of_deny(&mut self, row: &RoleDenyDifference) {
        let (d, named) = (&row.difference, row.named());
        self.statements(&d.denied_by);
        self.extend(&d.actions);
        self.extend(named.resources.iter().chain(named.except));
    }

    fn of_trust(&mut self, row: &RoleTrustDifference) {
        let (d, named) = (&row.difference, row.named());
        self.statements(&d.granted_by);
        self.refusal(&d.refused_by);
        self.extend([&named.principal.to_owned()]);
        self.extend(named.except);
    }

    fn refusal(&mut self, refusal: &Refusal) {
        match refusal {
            Refusal::Deny(by) => self.statements(by),
            Refusal::NoAllow | Refusal::Boundary => {}
        }
    }

    fn statements<'s>(&mut self, statements: impl IntoIterator<Item = &'s StatementRef>) {
        // A trust policy has no name.
        for statement in statements.into_iter().filter(|one| one.policy_type != PolicyType::Trust) {
            self.extend([&statement.policy_name, &statement.shown_policy_name().to_owned()]);
            self.extend(&statement.sid);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(spans: &[Span<'_>]) -> String {
        let mark = |span: &Span<'_>| if span.is_code { format!("<{}>", span.text) } else { span.text.to_owned() };
        spans.iter().map(mark).collect()
    }

    fn sentence(text: &str, names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        marked(&of_sentence(text, &names))
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        let parts = |text| marked(&quoted(text));
        assert_eq!(parts("dictionary: `a b` of `c`, not s3:Get*"), "dictionary: <a b> of <c>, not s3:Get*");
        assert_eq!(parts("(merged by `x`)"), "(merged by <x>)");
        for text in ["a` b `c", "`", "``", "", "open `end"] {
            assert_eq!(parts(text), text);
        }
    }

    #[test]
    fn prose_stays_prose_and_names_are_code() {
        assert_eq!(
            sentence(
                "qa allows s3:PutObject, iam:* and 2 more on *; dev explicitly denies it (inline policy payroll, statement 2)",
                &["payroll"]
            ),
            "qa allows <s3:PutObject>, <iam:*> and 2 more on <*>; dev explicitly denies it (inline policy <payroll>, statement 2)"
        );
        assert_eq!(
            sentence("external account 999988887777 can assume 3 roles in qa, only with MFA", &[]),
            "external account <999988887777> can assume 3 roles in qa, only with MFA"
        );
        assert_eq!(
            sentence("tag team is \"dark red\" in dev, [\"a\",\"b c\"] in qa [trust policy]", &["team"]),
            "tag <team> is <\"dark red\"> in dev, <[\"a\",\"b c\"]> in qa [trust policy]"
        );
        assert_eq!(
            sentence("`my name` exists; the role's my-name does not", &["my name"]),
            "<my name> exists; the role's my-name does not"
        );
        assert_eq!(sentence("app is not app-worker", &["app"]), "<app> is not app-worker");
    }

    #[test]
    fn nothing_that_markdown_reads_is_prose() {
        for text in [
            "@octocat",
            "#1",
            "GH-2",
            "_em_",
            "a_b",
            "www.example.com",
            "<b>",
            "&amp",
            "---",
            "-",
            "1.a",
            "a|b",
            "ReadOnly",
            "\u{200b}",
        ] {
            assert_eq!(sentence(text, &[]), format!("<{text}>"));
        }
    }

    proptest! {
        #[test]
        fn only_backticks_are_lost(text in any::<String>(), name in "[a-z `]{0,5}") {
            let whole: String = of_sentence(&text, std::slice::from_ref(&name)).iter().map(|span| span.text).collect();
            prop_assert_eq!(whole.replace('`', ""), text.replace('`', ""));
        }

        #[test]
        fn prose_is_harmless(text in any::<String>()) {
            for span in of_sentence(&text, &[]).iter().filter(|span| !span.is_code) {
                prop_assert!(!span.text.contains(['`', '*', '_', '<', '>', '&', '@', '#', '|', '~', '\\', '$', '=', '+']), "{}", span.text);
            }
        }
    }
}
