//! Where words begin and end.

/// Whether `start..end` is a word of its own: on each side the text ends, a separator stands, or the case changes, as
/// in `AppDevRole` and `QARole`. A digit beside it belongs to the word: `dev1` is not `dev`.
pub(super) fn is_token(text: &str, start: usize, end: usize) -> bool {
    is_boundary(text, start) && is_boundary(text, end)
}

/// Whether a word begins or ends between the characters before and after a place.
pub(crate) fn is_boundary(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let mut rest = after.chars();
    let (Some(last), Some(first)) = (before.chars().next_back(), rest.next()) else { return true };
    if !last.is_alphanumeric() || !first.is_alphanumeric() {
        return true;
    }
    // `appDev`, `1Dev`: a capital begins a word; `QARole`: the last capital of several does, if it goes on in small.
    let begins = first.is_uppercase() && !last.is_uppercase();
    begins || (first.is_uppercase() && last.is_uppercase() && rest.next().is_some_and(char::is_lowercase))
}

/// The letters and digits right before and after `start..end`: what makes it part of a longer word.
pub(super) fn rest_of_word(text: &str, start: usize, end: usize) -> (&str, &str) {
    let before = text.get(..start).unwrap_or_default();
    let prefix = before.trim_end_matches(char::is_alphanumeric).len();
    let after = text.get(end..).unwrap_or_default();
    let suffix = after.len() - after.trim_start_matches(char::is_alphanumeric).len();
    (before.get(prefix..).unwrap_or_default(), after.get(..suffix).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_separators_and_changes_of_case() {
        let yes = ["dev", "app-dev", "dev.x", "/dev/", "appDev", "DevApp", "appDevRole", "DEV_x", "my-dev:x", "QADevX"];
        let no = ["device", "xdev", "dev1", "1dev", "Developer", "appdevRole", "DEVICE"];
        for (texts, expected) in [(&yes[..], true), (&no[..], false)] {
            for text in texts {
                let start = text.to_ascii_lowercase().find("dev").unwrap();
                assert_eq!(is_token(text, start, start + 3), expected, "{text}");
            }
        }
        for (text, expected) in [("QARole", true), ("AppQARole", true), ("QAS", false), ("AQA", false)] {
            let start = text.find("QA").unwrap();
            assert_eq!(is_token(text, start, start + 2), expected, "{text}");
        }
    }

    #[test]
    fn the_rest_of_a_word_ends_at_separators() {
        assert_eq!(rest_of_word("s3:acmedevbucket/x", 7, 10), ("acme", "bucket"));
        assert_eq!(rest_of_word("a-dev-b", 2, 5), ("", ""));
    }
}
