//! From the lists of a report to what they come to.

use super::{Report, findings, groups};

impl Report {
    /// Draws the conclusions from the lists: sentences of limitations, findings, groups and totals. To be called again
    /// whenever a list has changed.
    pub fn conclude(&mut self) {
        self.warnings = self.limitations.iter().map(ToString::to_string).collect();
        self.findings = findings::all(self);
        self.groups = groups::all(self);
        self.totals = groups::totals(self);
    }
}
