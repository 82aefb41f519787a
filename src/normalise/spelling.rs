//! Whether letters can be a word: what nobody could have written was made up.

/// For each letter, the letters that follow it in no English word, no prefix of an AWS service, and no abbreviation that
/// is usual in names (`pgp`, `sql`, `srv`), and that do not meet where `api`, `app`, `db`, `dev`, or `mq` begins a name.
const NEVER_FOLLOWED_BY: [(u8, &str); 21] = [
    (b'b', "z"),
    (b'c', "gjw"),
    (b'd', "z"),
    (b'f', "djpqz"),
    (b'g', "jkvx"),
    (b'h', "gkvx"),
    (b'j', "bcghjlnqrtxyz"),
    (b'k', "qxz"),
    (b'l', "jz"),
    (b'm', "jkx"),
    (b'p', "qxz"),
    (b'q', "efgijknoqvwxyz"),
    (b'r', "xz"),
    (b's', "z"),
    (b't', "q"),
    (b'u', "w"),
    (b'v', "qxz"),
    (b'w', "jqvxz"),
    (b'x', "bfgjkswz"),
    (b'y', "jqy"),
    (b'z', "bcdfghjkmnpqrstwx"),
];

/// Whether a text of letters has two side by side that no word has, as `nrhkbt` and `Czjjep` have.
///
/// Where two words meet, any two letters do (`sshkey`), but then a vowel follows: such a pair is no proof.
pub(super) fn is_no_word(text: &str) -> bool {
    let letters: Vec<u8> = text.bytes().map(|b| b.to_ascii_lowercase()).collect();
    letters.windows(2).enumerate().any(|(at, pair)| {
        let &[first, second] = pair else { return false };
        let never =
            NEVER_FOLLOWED_BY.iter().any(|(letter, others)| *letter == first && others.as_bytes().contains(&second));
        let begins_a_word = letters.get(at + 2).is_some_and(|next| b"aeiouy".contains(next));
        never && !begins_a_word
    })
}

#[cfg(test)]
mod tests {
    use super::is_no_word;

    #[test]
    fn letters_that_no_word_has_were_made_up() {
        for text in ["NERHKB", "Zfwcxw", "Czjjep", "qzvbtr", "LMJXOA", "trgkwv", "KWZXHVCFQPLM"] {
            assert!(is_no_word(text), "{text}");
        }
    }

    /// Words, abbreviations, and two of them side by side.
    #[test]
    fn letters_that_people_write_are_words() {
        let words = "master config sqlsrv PGPSWD secret Access DEVAPI length BACKUP sshkey devkey appjob webjwt mysqls \
            dbpswd apipwd jdbcrw RABBIT rhythm quartz KMSKEY vpcsgs distribution CONFIGURATION NOTIFICATIONS \
            subscription mqpswd tfvars GITHUB jwtkey Fjords Zigzag xmlcfg";
        for text in words.split_whitespace() {
            assert!(!is_no_word(text), "{text}");
        }
    }
}
