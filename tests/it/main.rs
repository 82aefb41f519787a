//! The integration tests: one program, a module per topic.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_cases;
#[cfg(test)]
mod access_laws;
#[cfg(test)]
mod access_worst;
#[cfg(test)]
mod iam_simulate;
#[cfg(test)]
mod service_reference;
