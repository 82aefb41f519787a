//! The integration tests: one program, a module per topic.
//!
//! What needs software that others wrote, beside Rust and a shell, is in a module `external`; what talks to AWS's server is
//! in `aws`; what takes long is in `slow`. `scripts/test --quick` leaves them out.

#[cfg(test)]
mod absent_policies;
#[cfg(test)]
mod accepted;
#[cfg(test)]
mod accepted_later;
#[cfg(test)]
mod accepted_laws;
#[cfg(test)]
mod access;
#[cfg(test)]
mod access_laws;
#[cfg(test)]
mod access_narrow;
#[cfg(test)]
mod access_report;
#[cfg(test)]
mod access_unlisted;
#[cfg(test)]
mod aws_owned;
#[cfg(test)]
mod aws_policy_versions;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod can;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod causes;
#[cfg(test)]
mod common_names;
#[cfg(test)]
mod completions;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod config;
#[cfg(test)]
mod counts;
#[cfg(test)]
mod deleted_principals;
#[cfg(test)]
mod dictionary_separators;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod fleet_accepted;
#[cfg(test)]
mod fleet_bad_input;
#[cfg(test)]
mod fleet_cells;
#[cfg(test)]
mod fleet_classes;
#[cfg(test)]
mod fleet_formats;
#[cfg(test)]
mod fleet_lists;
#[cfg(test)]
mod fleet_majority;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod fuzz_corpus;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod help;
#[cfg(test)]
mod hostile_names;
#[cfg(test)]
mod html;
#[cfg(test)]
mod labelled;
#[cfg(test)]
mod man_pages;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod missing_suffix;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod next_steps;
#[cfg(test)]
mod ocsf;
#[cfg(test)]
mod odd_files;
#[cfg(test)]
mod original_faults;
#[cfg(test)]
mod oscal;
#[cfg(test)]
mod packaging;
#[cfg(test)]
mod past;
#[cfg(test)]
mod pattern_owners;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod remediate;
#[cfg(test)]
mod remediate_exposure;
#[cfg(test)]
mod remediate_owners;
#[cfg(test)]
mod remediate_undo;
#[cfg(test)]
mod report_flags;
#[cfg(test)]
mod rewritten;
#[cfg(test)]
mod rooms;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod service_reference;
#[cfg(test)]
mod since;
#[cfg(test)]
mod since_cases;
#[cfg(test)]
mod split;
#[cfg(test)]
mod suggest;
#[cfg(test)]
mod suggest_fleet;
#[cfg(test)]
mod suggested_ids;
#[cfg(test)]
mod suggested_patterns;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod surroundings;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod third_accounts;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod trust_laws;
#[cfg(test)]
mod typed_values;
#[cfg(test)]
mod verify;
#[cfg(test)]
#[cfg(not(feature = "harvest"))]
mod without_aws;
#[cfg(test)]
mod wording;

#[cfg(test)]
mod slow {
    mod access_limits;
    mod access_worst;
    mod large_input;
    mod since_laws;
}

#[cfg(test)]
#[cfg(feature = "harvest")]
mod aws {
    mod fleet_live;
    mod harvest;
    mod live;
    mod refresh_proxy;
    mod remediate_live;
    mod since_live;
}

#[cfg(test)]
mod external {
    mod browser;
    mod iam_simulate;
    mod managed_policies;
    mod queries;
}

#[cfg(test)]
mod support {
    pub mod access_cases;
    pub mod condition_truth;
    pub mod external;
    #[cfg(feature = "harvest")]
    pub mod faults;
    pub mod generated;
    pub mod generated_fleet;
    pub mod junit_reader;
    pub mod made_up;
    #[cfg(feature = "harvest")]
    pub mod moto;
    pub mod ocsf_schema;
    pub mod oscal_reader;
    pub mod page;
    #[cfg(feature = "harvest")]
    pub mod probe;
    #[cfg(feature = "harvest")]
    pub mod profiles;
    pub mod program;
    pub mod remediation;
    pub mod sarif_reader;
    pub mod schema;
    pub mod small_world;
    pub mod tool;
}
