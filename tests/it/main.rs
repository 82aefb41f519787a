//! The integration tests: one program, a module per topic.

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
mod access_cases;
#[cfg(test)]
mod access_laws;
#[cfg(test)]
mod access_limits;
#[cfg(test)]
mod access_narrow;
#[cfg(test)]
mod access_report;
#[cfg(test)]
mod access_unlisted;
#[cfg(test)]
mod access_worst;
#[cfg(test)]
mod aws_owned;
#[cfg(test)]
mod aws_policy_versions;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod can;
#[cfg(test)]
mod causes;
#[cfg(test)]
mod common_names;
#[cfg(test)]
mod completions;
#[cfg(test)]
mod conditions;
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
#[cfg(all(test, feature = "harvest"))]
mod faults;
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
#[cfg(feature = "harvest")]
mod fleet_live;
#[cfg(test)]
mod fleet_majority;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod generated;
#[cfg(all(test, feature = "harvest"))]
mod harvest;
#[cfg(test)]
mod help;
#[cfg(test)]
mod hostile_names;
#[cfg(test)]
mod html;
#[cfg(test)]
mod iam_simulate;
#[cfg(test)]
mod labelled;
#[cfg(test)]
mod large_input;
#[cfg(test)]
#[cfg(feature = "harvest")]
mod live;
#[cfg(test)]
mod made_up;
#[cfg(test)]
mod man_pages;
#[cfg(test)]
mod managed_policies;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod missing_suffix;
#[cfg(all(test, feature = "harvest"))]
mod moto;
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
mod past;
#[cfg(test)]
mod pattern_owners;
#[cfg(all(test, feature = "harvest"))]
mod probe;
#[cfg(test)]
mod program;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod quiet;
#[cfg(test)]
#[cfg(feature = "harvest")]
mod refresh_proxy;
#[cfg(test)]
mod remediate;
#[cfg(test)]
#[cfg(feature = "harvest")]
mod remediate_live;
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
mod since_laws;
#[cfg(test)]
#[cfg(feature = "harvest")]
mod since_live;
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
mod tool;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod trust_laws;
#[cfg(test)]
mod typed_values;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod wording;
