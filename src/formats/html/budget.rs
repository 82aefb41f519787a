//! How much of what was found goes into the page, so that it opens at once however much there is.

/// Bytes of all findings.
pub(super) const FINDINGS: usize = 4_000_000;

/// Bytes of all causes.
pub(super) const CAUSES: usize = 1_500_000;

/// Bytes of all policy documents.
pub(super) const DOCUMENTS: usize = 2_500_000;

/// Bytes of the findings in words, for paper and for browsers without scripts.
pub(super) const SENTENCES: usize = 1_000_000;

/// Findings of one kind of one role at most.
pub(super) const OF_A_KIND: usize = 60;

/// Findings that one cause refers to at most; its roles have the others.
pub(super) const OF_A_CAUSE: usize = 2_000;

/// Entries of one list at most, such as the actions of a finding.
pub(super) const OF_A_LIST: usize = 60;

/// Characters of one text at most.
pub(super) const OF_A_TEXT: usize = 4_000;

/// Characters of one sentence at most.
pub(super) const OF_A_SENTENCE: usize = 600;
