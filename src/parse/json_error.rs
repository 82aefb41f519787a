//! What is wrong with a JSON text.

/// Why a text is not JSON, or not of the form that is wanted: what is wrong, and where.
///
/// ```
/// let error = iamctl::parse::equivalency::read("{\n\"environment\": \"dev\"}").unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 20));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct JsonError {
    /// What the JSON reader says; it ends in line and column where it knows them.
    text: String,
    line: usize,
    column: usize,
}

impl JsonError {
    /// What the JSON reader says.
    pub(crate) fn new(error: &serde_json::Error) -> Self {
        Self { text: error.to_string(), line: error.line(), column: error.column() }
    }

    /// What is wrong with a file whose keys and words are ours, without the reader's own terms.
    pub(crate) fn of_known_form(error: &serde_json::Error) -> Self {
        let problem = Self::new(error);
        let place = format!(" at line {} column {}", problem.line, problem.column);
        let text = problem.text.strip_suffix(&place).unwrap_or(&problem.text);
        let text = if let Some(key) = text.strip_prefix("missing field ") {
            format!("the key {key} is missing from the object that ends{place}")
        } else if let Some((word, words)) =
            text.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected "))
        {
            format!("{word} is not {words}{place}")
        } else {
            return problem;
        };
        Self { text, ..problem }
    }

    /// The line, from 1; 0 where the reader does not know.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1; 0 where the reader does not know.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}
