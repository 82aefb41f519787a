//! Why a question cannot be answered.

/// Why a question cannot be answered with yes or no.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Many actions at once.
    #[error("`{}` is a pattern: give one action", .action.escape_debug())]
    ActionPattern {
        /// The pattern.
        action: String,
        /// A few actions that it matches.
        matched: Vec<String>,
    },
    /// No action's name.
    #[error("`{}` is not an action: give a service and a name, such as `s3:GetObject`", .action.escape_debug())]
    NoAction {
        /// The word.
        action: String,
        /// Actions that may be meant.
        near: Vec<String>,
    },
    /// An action that nobody knows.
    #[error("the catalog does not have the action `{}`", .action.escape_debug())]
    UnknownAction {
        /// The action.
        action: String,
        /// Actions that are like it.
        near: Vec<String>,
    },
    /// An action by which nobody assumes a role.
    #[error("`{}` does not act on a role", .action.escape_debug())]
    NotOnRole {
        /// The action.
        action: String,
        /// Those that do.
        near: Vec<String>,
    },
    /// Many resources at once, or something that the action does not act on.
    #[error("`{}` does not act on `{}`{why}", .action.escape_debug(), .resource.escape_debug())]
    Resource {
        /// The action.
        action: String,
        /// What was asked about.
        resource: String,
        /// What is wrong with it, in words.
        why: &'static str,
        /// How to ask instead.
        forms: Vec<String>,
        /// What the role's statements on the action say.
        named: Vec<String>,
    },
    /// Many callers at once, or none.
    #[error("`{}` is not a principal that can assume a role: {why}", .principal.escape_debug())]
    Principal {
        /// The word.
        principal: String,
        /// What it is instead.
        why: &'static str,
        /// What to name.
        instead: String,
    },
    /// A value of the context that no request of this caller has.
    #[error("no request by `{}` has this value of `{key}`: the principal determines the value",
        .principal.escape_debug())]
    Contradiction {
        /// The caller.
        principal: String,
        /// The key.
        key: &'static str,
    },
    /// A value that AWS refuses in any request.
    #[error("no request has `{key}` = `{}`: AWS requires at least two characters", .value.escape_debug())]
    TooShort {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
    },
}

impl AskError {
    /// What can be asked instead.
    pub(in crate::cli) fn hint(&self) -> Option<String> {
        let list = |texts: &[String]| format!("`{}`", texts.join("`, `"));
        match self {
            Self::ActionPattern { matched, .. } if matched.is_empty() => None,
            Self::ActionPattern { matched, .. } => {
                Some(format!("use one of the actions that it matches, such as {}", list(matched)))
            }
            Self::NoAction { near, .. } if near.is_empty() => None,
            Self::NoAction { near, .. } => Some(format!("did you mean {}?", list(near))),
            Self::UnknownAction { near, .. } => {
                let near = if near.is_empty() { String::new() } else { format!("did you mean {}? ", list(near)) };
                Some(format!(
                    "{near}use `--allow-unknown-action` to evaluate it as an action that can act on any resource"
                ))
            }
            Self::NotOnRole { near, .. } => Some(format!("a role is assumed with {}", list(near))),
            Self::Resource { forms, named, .. } => {
                let named = if named.is_empty() {
                    "; no statement of the role names the action".to_owned()
                } else {
                    format!("; the statements of the role that name the action list {}", list(named))
                };
                Some(format!("use {}{named}", list(forms)))
            }
            Self::Principal { instead, .. } => Some(instead.clone()),
            Self::Contradiction { .. } => Some("omit the key, or name another principal".to_owned()),
            Self::TooShort { .. } => Some("omit the key, or give a longer value".to_owned()),
        }
    }
}
