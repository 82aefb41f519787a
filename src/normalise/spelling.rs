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

/// Two consonants with which words begin: where one does, the letter before it is the end of another word.
const BEGINNINGS: [&[u8]; 30] = [
    b"bl", b"br", b"ch", b"cl", b"cr", b"dr", b"fl", b"fr", b"gh", b"gl", b"gr", b"kn", b"ph", b"pl", b"pr", b"ps",
    b"rh", b"sc", b"sh", b"sk", b"sl", b"sm", b"sn", b"sp", b"sq", b"st", b"sw", b"th", b"tr", b"tw",
];

/// From how many letters on one pair that no word has is no proof: as many hold several words or abbreviations, and
/// any two letters can meet between these.
const SEVERAL_WORDS: usize = 8;

/// Whether a text of letters has two side by side that no word has, as `nrhkbt` and `Czjjep` have.
///
/// Where two words meet, any two letters do (`sshkey`, `tfplan`), but then a vowel follows, or a consonant with which
/// the second begins a word: such a pair is no proof.
pub(super) fn is_no_word(text: &str) -> bool {
    strange_pairs(text) > 0
}

/// How many pairs of letters a text has that no word has, each letter counted once.
fn strange_pairs(text: &str) -> usize {
    let letters: Vec<u8> = text.bytes().map(|b| b.to_ascii_lowercase()).collect();
    let is_strange = |at: usize| {
        let Some(&[first, second]) = letters.get(at..at + 2) else { return false };
        let never =
            NEVER_FOLLOWED_BY.iter().any(|(letter, others)| *letter == first && others.as_bytes().contains(&second));
        let next = letters.get(at + 2).copied();
        let begins_a_word = next.is_some_and(|next| is_vowel(next) || BEGINNINGS.contains(&&[second, next][..]));
        never && !begins_a_word
    };
    let (mut at, mut count) = (0, 0);
    while at < letters.len() {
        let strange = is_strange(at);
        count += usize::from(strange);
        at += if strange { 2 } else { 1 };
    }
    count
}

/// Whether letters could be words or abbreviations put together, as `CONFIGURATION`, `NodeFunction` and `OrdersSQSQueue`
/// are. `proof` is the number of strange pairs that make them none.
fn are_words(letters: &str, proof: usize) -> bool {
    let strange: usize = camel_case(letters).iter().map(|word| strange_pairs(word)).sum();
    let one_case =
        [u8::is_ascii_uppercase, u8::is_ascii_lowercase].iter().any(|case| letters.bytes().all(|b| case(&b)));
    // Made-up letters change their case anywhere. A person's words have vowels, and an abbreviation is short.
    let is_word = |word: &&str| {
        let abbreviation = word.bytes().all(|b| b.is_ascii_uppercase());
        word.len() > 1 && if abbreviation { word.len() <= 6 } else { can_be_said(word) && has_vowel(word) }
    };
    strange < proof && (one_case || camel_case(letters).iter().all(is_word))
}

/// Whether a text has vowels where a word has them; of three letters, each can be an abbreviation.
fn can_be_said(text: &str) -> bool {
    let has = |count: usize, vowels: bool| {
        text.as_bytes().windows(count).any(|part| part.iter().all(|letter| is_vowel(*letter) == vowels))
    };
    let begins = text.bytes().take(4).any(is_vowel);
    text.len() < 4 || (begins && !has(5, false) && !has(4, true))
}

/// The words of a text in camel case; capitals side by side are one, but the last of them that small letters follow.
fn camel_case(letters: &str) -> Vec<&str> {
    let bytes = letters.as_bytes();
    let is_upper = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    let is_lower = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let (mut words, mut start) = (Vec::new(), 0);
    for at in 1..=bytes.len() {
        let begins = is_upper(at) && (is_lower(at - 1) || is_lower(at + 1));
        if begins || at == bytes.len() {
            words.extend(letters.get(start..at));
            start = at;
        }
    }
    words
}

/// Whether a person could have written letters and digits: words, words with a number (`PRODUCTION01`, `2024reports`), a
/// date, or two words with a number each (`useast1prod1`).
pub(super) fn could_be_words(text: &str) -> bool {
    let runs = |wanted: fn(char) -> bool| text.split(move |c| !wanted(c)).filter(|run| !run.is_empty());
    let letters = || runs(|c| c.is_ascii_alphabetic());
    let are = |proof: usize| letters().all(|run| are_words(run, proof));
    let is_digit = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_digit());
    let (begins, ends) = (is_digit(text.bytes().next()), is_digit(text.bytes().last()));
    match runs(|c| c.is_ascii_digit()).count() {
        0 => are(if text.len() < SEVERAL_WORDS { 1 } else { 2 }),
        _ if runs(|c| c.is_ascii_digit()).any(is_date) || begins_with_year(text) => true,
        1 if begins || ends => are(1) && letters().all(can_be_said),
        // A number between letters is more often made up: the words beside it must be plain ones.
        1 | 2 => !begins && are(1) && letters().all(is_plain_word),
        _ => false,
    }
}

/// Whether letters have vowels and never three consonants side by side.
fn is_plain_word(text: &str) -> bool {
    text.len() >= 4
        && has_vowel(text)
        && can_be_said(text)
        && !text.as_bytes().windows(3).any(|part| !part.iter().copied().any(is_vowel))
}

/// Whether a text is words, a number behind them or not, or begins with a year: what names a thing of a person's, even
/// where nothing but the text says that it is no made-up part.
pub(super) fn is_words_and_number(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let only_letters = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic());
    (only_letters && could_be_words(text)) || begins_with_year(text)
}

/// Whether digits are a month or a day: `202401`, `20240131`.
fn is_date(digits: &str) -> bool {
    let month = digits.get(4..6).and_then(|month| month.parse::<u8>().ok());
    matches!(digits.len(), 6 | 8) && digits.starts_with("20") && month.is_some_and(|month| (1..=12).contains(&month))
}

fn begins_with_year(text: &str) -> bool {
    let year = text.get(..4).unwrap_or_default();
    year.starts_with("20") && year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit())
}

fn is_vowel(letter: u8) -> bool {
    b"aeiouy".contains(&letter.to_ascii_lowercase())
}

fn has_vowel(text: &str) -> bool {
    text.bytes().any(is_vowel)
}

/// Whether letters of both cases, or letters and digits, are mixed: no word, and no word with a capital.
pub(super) fn mixed(text: &str) -> bool {
    let rest = text.get(1..).unwrap_or_default();
    let lower = text.bytes().any(|b| b.is_ascii_lowercase());
    let digits = has_digit(text) && text.bytes().any(|b| b.is_ascii_alphabetic());
    digits || (lower && rest.bytes().any(|b| b.is_ascii_uppercase()))
}

pub(super) fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{could_be_words, is_no_word};

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
            subscription mqpswd tfvars GITHUB jwtkey Fjords Zigzag xmlcfg tfplan cfprod wfstep";
        for text in words.split_whitespace() {
            assert!(!is_no_word(text), "{text}");
        }
    }

    #[test]
    fn words_with_capitals_and_numbers_could_be_a_persons() {
        let words = "PRODUCTION01 WAREHOUSE2023 production01 useast1prod1 20240101ABCDE 2024Q4REPORTS \
            MYSQLJDBCURL TFPRODUCTION OrdersSQSDLQ BillingAPIV2 NodeFunction CONFIGURATION jobs20240131x";
        for text in words.split_whitespace() {
            assert!(could_be_words(text), "{text}");
        }
        let made_up = "1HEFSZWHPVCFQ N66AH8H5KP1P jKrgIeJMpgSK aBcDeFgHiJkL KWZXHVCFQPLM TGHVXQJRBNCA aP3kZq8vWm1x \
            Hd6rTy2cJs9L 4k9x2m7qw8tz 1NEST3DABCDEF pr8sqcajeCYP asjMAWRAMdxp QDSME20YNBEN 191906L88ETEH 7K209977QWZR";
        for text in made_up.split_whitespace() {
            assert!(!could_be_words(text), "{text}");
        }
    }
}
