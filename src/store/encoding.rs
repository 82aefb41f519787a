//! The bytes of a text file to its text: UTF-8 and UTF-16, with a byte order mark or without.

/// Why bytes are not a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum EncodingError {
    /// Bytes that no character has in UTF-8.
    #[error("the file is not UTF-8: byte {at} starts no character")]
    NotUtf8 {
        /// The first of them, from 0.
        at: usize,
    },
    /// Half of a surrogate pair.
    #[error("the file is UTF-16, but byte {at} starts half a character")]
    HalfPair {
        /// Its first byte, from 0.
        at: usize,
    },
    /// An odd number of bytes.
    #[error("the file is UTF-16, but ends in the middle of a character")]
    OddLength,
    /// An encoding that this program does not read.
    #[error("the file is UTF-32")]
    Utf32,
}

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
    Utf32,
}

/// Decodes a text without its byte order mark.
///
/// PowerShell's `>` writes UTF-16, and Windows editors put a mark before UTF-8. Every file that this program reads is
/// JSON, which starts with an ASCII character, so zeros beside it tell UTF-16 without a mark.
///
/// Sources: <https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding>,
/// section 3 of <https://www.rfc-editor.org/rfc/rfc4627>
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, EncodingError> {
    let (encoding, mark) = encoding(&bytes);
    match encoding {
        Encoding::Utf8 if mark == 0 => utf8(bytes),
        Encoding::Utf8 => utf8(bytes.get(mark..).unwrap_or_default().to_vec()),
        Encoding::Utf16(unit) => utf16(&bytes, mark, unit),
        Encoding::Utf32 => Err(EncodingError::Utf32),
    }
}

/// The encoding, and how many bytes its mark takes.
const fn encoding(bytes: &[u8]) -> (Encoding, usize) {
    match bytes {
        // These two come first: the mark of UTF-32 starts with that of UTF-16.
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => (Encoding::Utf32, 4),
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16(u16::from_le_bytes), 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16(u16::from_be_bytes), 2),
        [1..=255, 0, 0, 0, ..] | [0, 0, 0, 1..=255, ..] => (Encoding::Utf32, 0),
        [1..=255, 0, 1..=255, 0, ..] | [1..=255, 0] => (Encoding::Utf16(u16::from_le_bytes), 0),
        [0, 1..=255, 0, 1..=255, ..] | [0, 1..=255] => (Encoding::Utf16(u16::from_be_bytes), 0),
        _ => (Encoding::Utf8, 0),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, EncodingError> {
    String::from_utf8(bytes).map_err(|error| EncodingError::NotUtf8 { at: error.utf8_error().valid_up_to() })
}

fn utf16(bytes: &[u8], mark: usize, unit: fn([u8; 2]) -> u16) -> Result<String, EncodingError> {
    let (pairs, rest) = bytes.get(mark..).unwrap_or_default().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(EncodingError::OddLength);
    }
    let mut text = String::with_capacity(pairs.len());
    let mut at = mark;
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let c = decoded.map_err(|_| EncodingError::HalfPair { at })?;
        at += 2 * c.len_utf16();
        text.push(c);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in UTF-16, the low byte first or last, after a mark or without.
    fn utf16_of(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn one_text_in_every_encoding() {
        for text in ["{\"größe\": \"名前 🙂\"}", "[]", "{}\r\n"] {
            assert_eq!(decode(text.as_bytes().to_vec()).as_deref(), Ok(text));
            assert_eq!(decode(format!("\u{feff}{text}").into_bytes()).as_deref(), Ok(text));
            for (little, mark) in [(true, true), (true, false), (false, true), (false, false)] {
                assert_eq!(decode(utf16_of(text, little, mark)).as_deref(), Ok(text), "{little} {mark}");
            }
        }
        assert_eq!(decode(Vec::new()).as_deref(), Ok(""));
        assert_eq!(decode(vec![0xff, 0xfe]).as_deref(), Ok(""));
    }

    #[test]
    fn what_is_no_text_says_why_and_where() {
        let half = [utf16_of("{\"a", true, true), vec![0x00, 0xd8, 0x22, 0x00]].concat();
        let last = [utf16_of("{\"a", false, true), vec![0xdc, 0x00]].concat();
        for (bytes, error) in [
            (b"{\"a\": \"\xff\"}".to_vec(), EncodingError::NotUtf8 { at: 7 }),
            (b"\xef\xbb\xbf{\xe4".to_vec(), EncodingError::NotUtf8 { at: 1 }),
            (half, EncodingError::HalfPair { at: 8 }),
            (last, EncodingError::HalfPair { at: 8 }),
            (utf16_of("{}", true, true).into_iter().chain([0x0a]).collect(), EncodingError::OddLength),
            (b"{\0\0\0}\0\0\0".to_vec(), EncodingError::Utf32),
            (b"\xff\xfe\0\0{\0\0\0".to_vec(), EncodingError::Utf32),
            (b"\0\0\xfe\xff\0\0\0{".to_vec(), EncodingError::Utf32),
            (b"\0\0\0{\0\0\0}".to_vec(), EncodingError::Utf32),
        ] {
            assert_eq!(decode(bytes.clone()), Err(error), "{bytes:?}");
        }
    }
}
