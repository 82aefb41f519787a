//! The names of files, which every file system takes: letters, digits, and what IAM allows in names.

use std::collections::BTreeMap;

use crate::model::is_device_name;

/// How long a name can be before it is cut; IAM's names are shorter.
const LONGEST: usize = 140;

/// The files in a folder, of things with these names and ARNs, in their order. Where two would have the same one, ignoring
/// case, both have a hash of the ARN.
pub(super) fn names<'n>(folder: &str, things: impl Iterator<Item = (&'n str, &'n str)>) -> Vec<String> {
    let things: Vec<(String, &str)> = things.map(|(name, arn)| (encoded(name), arn)).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in &things {
        *counts.entry(name.to_ascii_lowercase()).or_default() += 1;
    }
    let file = |(name, arn): &(String, &str)| {
        let is_alone = counts.get(&name.to_ascii_lowercase()) == Some(&1);
        let hash = if is_alone { String::new() } else { format!("~{:016x}", hash(arn)) };
        format!("{folder}/{name}{hash}.json")
    };
    things.iter().map(file).collect()
}

/// A name with each byte that a file system may not take as `%` and two digits.
fn encoded(name: &str) -> String {
    let is_device = is_device_name(name);
    let mut encoded = String::new();
    for (place, byte) in name.bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'=' | b',' | b'@');
        // A file that begins with a point is hidden, and one that begins with a hyphen looks like an option.
        let is_first = place == 0 && (is_device || matches!(byte, b'.' | b'-'));
        if is_plain && !is_first {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    if encoded.len() <= LONGEST {
        return encoded;
    }
    let start: String = encoded.chars().take(LONGEST - 20).collect();
    format!("{start}~{:016x}", hash(name))
}

/// FNV-1a with 64 bits: the same in every version of the program.
///
/// Source: <http://www.isthe.com/chongo/tech/comp/fnv/>
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[&str]) -> Vec<String> {
        names("roles", all.iter().map(|name| (*name, *name)))
    }

    #[test]
    fn every_file_system_takes_the_names() {
        assert_eq!(of(&["app_1-x+=,.@y"]), ["roles/app_1-x+=,.@y.json"]);
        assert_eq!(of(&["../up", "-rf", ".git"]), ["roles/%2E.%2Fup.json", "roles/%2Drf.json", "roles/%2Egit.json"]);
        assert_eq!(
            of(&["con", "Nul.x", "com1", "company"]),
            ["roles/%63on.json", "roles/%4Eul.x.json", "roles/%63om1.json", "roles/company.json"]
        );
        assert_eq!(of(&["é\n%", ""]), ["roles/%C3%A9%0A%25.json", "roles/.json"]);
        let long = of(&[&"x".repeat(10_000)]);
        assert!(long[0].len() < 160 && long[0].contains('~'), "{long:?}");
    }

    #[test]
    fn names_that_differ_in_case_are_told_apart() {
        let both = of(&["App", "app", "other"]);
        assert!(both[0].starts_with("roles/App~") && both[1].starts_with("roles/app~"), "{both:?}");
        assert!(!both[0].eq_ignore_ascii_case(&both[1]));
        assert_eq!(both[2], "roles/other.json");
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        assert_eq!(
            [hash(""), hash("a"), hash("foobar")],
            [0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c, 0x8594_4171_f739_67e8]
        );
    }
}
