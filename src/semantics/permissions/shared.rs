//! What all pairs of roles share: it depends on the catalogue alone, or is a pure function of what is asked.

use super::rules::Rules;
use super::universe::ActionUniverse;
use crate::catalog::Catalogue;
use crate::semantics::solver::Solver;
use crate::semantics::solver::steps::Reading;

/// The actions there are, the statements that were met, and what was worked out of them.
#[derive(Debug)]
pub struct Shared {
    pub solver: Solver,
    pub universe: ActionUniverse,
    pub rules: Rules,
}

impl Shared {
    /// For the actions of a catalogue on resources in these partitions, with patterns read in one way.
    pub fn new(catalogue: &Catalogue, reading: Reading, partitions: Vec<String>) -> Self {
        let solver = Solver::new(reading, partitions, catalogue);
        Self { universe: ActionUniverse::new(catalogue, &solver.texts), rules: Rules::new(), solver }
    }
}
