//! The shell functions of a script: what IAM's commands lack to be run twice.
//!
//! They work in every POSIX shell. A command that fails ends the script (`set -e`), except within a condition: there
//! the functions end it themselves.

/// A function with its name and the functions that it calls.
struct Function {
    name: &'static str,
    calls: &'static [&'static str],
    text: &'static str,
}

/// In the order in which they are written.
const FUNCTIONS: [Function; 9] = [
    Function {
        name: "found",
        calls: &[],
        text: r#"# found COMMAND...: runs a command, and says whether IAM found what it names. Other errors end the script.
found() {
    if message=$("$@" 2>&1 >/dev/null); then
        return 0
    fi
    case $message in
        *'(NoSuchEntity)'*) return 1 ;;
    esac
    printf '%s\n' "$message" >&2
    exit 1
}
"#,
    },
    Function {
        name: "take_away",
        calls: &["found"],
        text: r#"# take_away ROLE COMMAND...: runs a command that removes something from a role. It can be gone already, but
# the role must exist.
take_away() {
    role=$1
    shift
    found "$@" || aws iam get-role --role-name="$role" >/dev/null
}
"#,
    },
    Function {
        name: "has_document",
        calls: &[],
        text: r#"# has_document ARN VERSION DOCUMENT: says whether a version of a managed policy has this document.
has_document() {
    same=$(aws iam get-policy-version --policy-arn="$1" --version-id="$2" \
        --query 'PolicyVersion.Document == `'"$3"'`' --output json) || exit 1
    [ "$same" = true ]
}
"#,
    },
    Function {
        name: "write_policy",
        calls: &["has_document"],
        text: r#"# write_policy ARN DOCUMENT: makes the document the default version of a managed policy, unless it is already.
write_policy() {
    default=$(aws iam get-policy --policy-arn="$1" --query Policy.DefaultVersionId --output text)
    if has_document "$1" "$default" "$2"; then
        return
    fi
    others=$(aws iam list-policy-versions --policy-arn="$1" \
        --query 'Versions[?!IsDefaultVersion].VersionId' --output text)
    count=1
    for version in $others; do
        if has_document "$1" "$version" "$2"; then
            aws iam set-default-policy-version --policy-arn="$1" --version-id="$version"
            return
        fi
        count=$((count + 1))
    done
    if [ "$count" -ge 5 ]; then
        printf '%s\n' "The policy $1 has five versions, and IAM keeps no more." \
            'Delete one that you do not need, then run this script again:' \
            "    aws iam delete-policy-version --policy-arn=$1 --version-id=VERSION" >&2
        exit 1
    fi
    aws iam create-policy-version --policy-arn="$1" --set-as-default --policy-document "$2"
}
"#,
    },
    Function {
        name: "create_policy",
        calls: &["found", "has_document"],
        text: r#"# create_policy ARN NAME PATH DOCUMENT: creates a managed policy. One that exists must have this document.
create_policy() {
    if found aws iam get-policy --policy-arn="$1"; then
        default=$(aws iam get-policy --policy-arn="$1" --query Policy.DefaultVersionId --output text)
        if has_document "$1" "$default" "$4"; then
            return
        fi
        printf '%s\n' "The policy $1 exists, with another document." \
            'Check what it says and who uses it, then write the document below to it, or remove this command.' >&2
        exit 1
    fi
    aws iam create-policy --policy-name="$2" --path="$3" --policy-document "$4"
}
"#,
    },
    Function {
        name: "add_to_profile",
        calls: &["found"],
        text: r#"# add_to_profile PROFILE ROLE: adds a role to an instance profile, which is created if it does not exist.
add_to_profile() {
    found aws iam get-instance-profile --instance-profile-name="$1" ||
        aws iam create-instance-profile --instance-profile-name="$1"
    holds=$(aws iam get-instance-profile --instance-profile-name="$1" \
        --query 'InstanceProfile.Roles[].RoleName' --output text)
    if [ "$holds" != "$2" ]; then
        aws iam add-role-to-instance-profile --instance-profile-name="$1" --role-name="$2"
    fi
}
"#,
    },
    Function {
        name: "remove_from_profile",
        calls: &["found"],
        text: r#"# remove_from_profile PROFILE ROLE: removes a role from an instance profile, if it is in it.
remove_from_profile() {
    found aws iam get-instance-profile --instance-profile-name="$1" || return 0
    holds=$(aws iam get-instance-profile --instance-profile-name="$1" \
        --query 'InstanceProfile.Roles[].RoleName' --output text)
    if [ "$holds" = "$2" ]; then
        aws iam remove-role-from-instance-profile --instance-profile-name="$1" --role-name="$2"
    fi
}
"#,
    },
    Function {
        name: "restore_policy",
        calls: &["found", "has_document", "write_policy"],
        text: r#"# restore_policy ARN VERSION DOCUMENT: makes a version of a managed policy the default one again. If that
# version was deleted, its document becomes a new version.
restore_policy() {
    default=$(aws iam get-policy --policy-arn="$1" --query Policy.DefaultVersionId --output text)
    if [ "$default" = "$2" ]; then
        return
    fi
    if found aws iam get-policy-version --policy-arn="$1" --version-id="$2"; then
        aws iam set-default-policy-version --policy-arn="$1" --version-id="$2"
    else
        write_policy "$1" "$3"
    fi
}
"#,
    },
    Function {
        name: "delete_policy",
        calls: &["found"],
        text: r#"# delete_policy ARN TIME: deletes a managed policy that was created after TIME, unless it is in use.
delete_policy() {
    found aws iam get-policy --policy-arn="$1" || return 0
    created=$(aws iam get-policy --policy-arn="$1" --query Policy.CreateDate --output text)
    # Both are in UTC; the AWS CLI has several ways to write that.
    if LC_ALL=C expr "x${created%%[.Z+]*}" '<' "x${2%%[.Z+]*}" >/dev/null; then
        printf '%s\n' "The policy $1 is older than the script, and remains." >&2
        return
    fi
    if message=$(aws iam delete-policy --policy-arn="$1" 2>&1); then
        return
    fi
    printf '%s\n' "$message" >&2
    case $message in
        *'(DeleteConflict)'*) printf '%s\n' "The policy $1 is in use or has several versions, and remains." >&2 ;;
        *) exit 1 ;;
    esac
}
"#,
    },
];

/// The functions that a script of these commands needs.
pub(super) fn needed(commands: &str) -> String {
    let called = |name: &str| {
        let starts = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
        commands.lines().any(starts)
    };
    let direct: Vec<&Function> = FUNCTIONS.iter().filter(|function| called(function.name)).collect();
    let is_needed =
        |function: &&Function| direct.iter().any(|one| one.name == function.name || one.calls.contains(&function.name));
    FUNCTIONS.iter().filter(is_needed).map(|function| format!("\n{}", function.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_is_written() {
        assert_eq!(needed("aws iam put-role-policy\n# take_away x\n"), "");
        let functions = needed("restore_policy 'a' 'v1' '{}'\n");
        for name in ["found", "has_document", "write_policy", "restore_policy"] {
            assert!(functions.contains(&format!("\n{name}() {{")), "{name}");
        }
        assert!(!functions.contains("take_away"), "{functions}");
    }

    #[test]
    fn every_function_lists_what_it_calls() {
        for function in &FUNCTIONS {
            let others = FUNCTIONS.iter().filter(|other| other.name != function.name);
            for other in others.filter(|other| function.text.contains(&format!("{} ", other.name))) {
                let calls = function.text.lines().filter(|line| !line.starts_with('#'));
                if calls.clone().any(|line| line.contains(&format!("{} ", other.name))) {
                    assert!(function.calls.contains(&other.name), "{} calls {}", function.name, other.name);
                    let missing = other.calls.iter().find(|call| !function.calls.contains(call));
                    assert_eq!(missing, None, "{}", function.name);
                }
            }
        }
    }
}
