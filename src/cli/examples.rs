//! The examples that `--help` and the man pages show.
//!
//! A line that is indented by two says what the command below it does; a line that is indented by six is a command.
//! `tests/it/help.rs` runs every command that reads the example accounts.

pub(super) const PROGRAM: &str = r"Terms:
  harvest      to read all IAM roles and policies of an account; also the files that this
               creates: a snapshot and lists in CSV format
  snapshot     an account in one JSON file, which every command reads instead of the account
  tag          the short name that you give an account, such as `dev`
  dictionary   a JSON file with the texts that are meant to differ between the accounts, such
               as `dev` and `qa`; iamctl treats them as equal
  normalized   with a placeholder in place of every text that the dictionary lists
  proof        a request that one account allows and the other account denies; called
               `witness` in CSV and JSON files
  catalog      the list of all AWS actions and of the resources that they act on

Examples:
  Compare two accounts through their AWS profiles:
      iamctl diff dev-profile dev qa-profile qa
  Compare the two example accounts, without AWS:
      iamctl diff examples/dev.json dev examples/qa.json qa \
        --equivalency examples/equivalency_list.json --output reports
  Explain the differences of one role:
      iamctl explain reports invoices-resource-widened-qa";

pub(super) const INIT: &str = r"Examples:
  Write equivalency_list.json and iam.json to the current folder:
      iamctl init
  Write them to another folder, over the files that are there:
      iamctl init --force settings
  Download the current catalog from AWS:
      iamctl init --refresh=https://servicereference.us-east-1.amazonaws.com/ new-settings";

pub(super) const LISTPROFILES: &str = r"Examples:
  List the profiles of the AWS config:
      iamctl listprofiles
  Use another config file:
      AWS_CONFIG_FILE=./aws-config iamctl listprofiles";

pub(super) const CONFIG: &str = r"Examples:
  Show what the config file and the variables set:
      iamctl config
  Show all options of one command:
      iamctl config diff
  Show the same as JSON:
      iamctl config diff --format json";

pub(super) const HARVEST: &str = r"Examples:
  Read an account through an AWS profile:
      iamctl harvest dev-profile dev --output dev-account
  List all items of a snapshot, without AWS:
      iamctl harvest examples/dev.json dev --output dev-account
  Convert the output of the AWS CLI to a snapshot:
      aws iam get-account-authorization-details > details.json
      iamctl harvest ./details.json dev --output dev-account
  Keep every role in a file of its own, for git:
      iamctl harvest examples/dev.json dev --output dev-account --split dev-roles
  Read all active accounts of an organization:
      aws organizations list-accounts > accounts.json
      iamctl harvest --accounts accounts.json --role-name Audit \
        --via hub-profile --output harvests";

pub(super) const DIFF: &str = r"Examples:
  Compare two accounts through their AWS profiles:
      iamctl diff dev-profile dev qa-profile qa
  Compare the two example accounts, without AWS:
      iamctl diff examples/dev.json dev examples/qa.json qa \
        --equivalency examples/equivalency_list.json --output reports
  Compare some roles, and fail if the access differs:
      iamctl diff examples/dev.json dev examples/qa.json qa \
        --equivalency examples/equivalency_list.json --output some-reports \
        --role 'orders-*' --role 'invoices-*' --fail-on access
  Write findings for a pipeline:
      iamctl diff examples/dev.json dev examples/qa.json qa \
        --equivalency examples/equivalency_list.json --output reports \
        --exit-code --report sarif=iam.sarif --report junit=iam.xml
  Compare with the report of the last run, and fail only because of what is new:
      iamctl diff dev-profile dev qa-profile qa --since latest --fail-on new:high";

pub(super) const FLEET: &str = r"Examples:
  Compare two accounts with the account dev, through AWS profiles:
      iamctl fleet --baseline dev-profile=dev qa-profile=qa prod-profile=prod
  Compare the example accounts, without AWS:
      iamctl fleet --baseline dev examples/dev.json=dev examples/qa.json=qa \
        --equivalency examples/equivalency_list.json --output fleet
  Compare all accounts that were harvested into the folder harvests:
      iamctl harvest examples/dev.json dev --output harvests/dev
      iamctl harvest examples/qa.json qa --output harvests/qa
      iamctl fleet --baseline dev --snapshots harvests --output fleet \
        --equivalency examples/equivalency_list.json --fail-on severity=critical";

pub(super) const SUGGEST: &str = r"Examples:
  Print the dictionary that the two accounts of the walkthrough need:
      iamctl suggest examples/walkthrough/dev.json dev examples/walkthrough/qa.json qa
  Add the entries to a dictionary file:
      iamctl suggest examples/walkthrough/dev.json dev examples/walkthrough/qa.json qa \
        --equivalency equivalency_list.json --write
  Find one dictionary for all accounts of a fleet:
      iamctl suggest --baseline dev dev-profile=dev qa-profile=qa prod-profile=prod --write";

pub(super) const EXPLAIN: &str = r"Examples:
  Explain a role of two snapshots:
      iamctl explain examples/dev.json dev examples/qa.json qa \
        invoices-resource-widened-qa --equivalency examples/equivalency_list.json
  Explain a role of an earlier report:
      iamctl explain reports invoices-resource-widened-qa
  Explain a rule, and list all rules:
      iamctl explain --rule privilege-escalation
      iamctl explain --rule list";

pub(super) const ACCEPT: &str = r"Examples:
  Show the entries for all open differences of one role, and write nothing:
      iamctl accept reports --role 'orders-*' --reason test-data --dry-run
  Accept one action until a date:
      iamctl accept reports --role 'orders-*' --action dynamodb:PutItem --side qa \
        --reason qa-writes-its-own-test-data --owner team-orders --expires 2027-03-31
  Accept every difference in a tag:
      iamctl accept reports --attribute tag:CostCenter --reason each-account-has-its-own
  Accept one cause with all its findings, by the ID that the summary prints:
      iamctl accept reports --group b383d4db2fb3 --reason paths-are-being-removed
  Accept one finding, by the start of its ID in report.json:
      iamctl accept reports --finding aa3d92de6d09 --reason qa-runs-long-tests
  Accept the findings of a rule, but only for some roles:
      iamctl accept reports --rule attribute-changed --role 'catalog-*' \
        --reason paths-do-not-matter --dry-run";

pub(super) const REMEDIATE: &str = r"Examples:
  Write the script that makes the roles of qa the same as those of dev, and qa.undo.sh:
      iamctl remediate reports --make qa --output qa.sh
  Print it only for some roles:
      iamctl remediate reports --make qa --role 'orders-*'
  Review the script and run it with credentials of the account:
      less qa.sh
      AWS_PROFILE=qa-admin sh qa.sh
  Undo it:
      AWS_PROFILE=qa-admin sh qa.undo.sh";

pub(super) const REPORTS: &str = r"Examples:
  List the reports in ~/aws-idt/output:
      iamctl reports
  Say which reports are older than 90 days, and remove nothing:
      iamctl reports --keep 90d --dry-run";

pub(super) const SINCE: &str = r"Examples:
  Say what is new in today's report:
      iamctl since reports/2026-11-27 reports/2026-11-28
  Fail a nightly run only because of what is new and severe:
      iamctl diff dev dev qa qa --since latest --fail-on new:high";

pub(super) const VERIFY: &str = r"Examples:
  Check a folder, and make its report again:
      iamctl verify reports/2026-11-28
  Write a statement for cosign to sign:
      iamctl verify reports/2026-11-28 --attest statement.json";

pub(super) const CAN: &str = r"Examples:
  Check one request of a role:
      iamctl can examples/qa.json invoices-resource-widened-qa s3:GetObject \
        arn:aws:s3:::invoices-qa/x
  Check a request with condition keys:
      iamctl can examples/dev.json AuditReader s3:GetObject arn:aws:s3:::logs/x \
        --context aws:SecureTransport=true --context aws:SourceIp=192.0.2.7
  Check a role of a live account:
      iamctl can dev-profile app1_dev s3:PutObject arn:aws:s3:::app1-dev/shared/x";

pub(super) const CAN_ASSUME: &str = r"Examples:
  Check whether a role of another account can assume a role:
      iamctl can-assume examples/qa.json backup-principal-added \
        arn:aws:iam::444444444444:role/restore-tool
  Check whether a service can assume it:
      iamctl can-assume examples/dev.json app1_dev ec2.amazonaws.com
  Check a request with an external ID:
      iamctl can-assume examples/dev.json vendor-external-id-missing \
        arn:aws:iam::555555555555:role/vendor --context sts:ExternalId=blue-7";

pub(super) const COMPLETIONS: &str = r"Examples:
  Turn completion on in the current bash session:
      source <(iamctl completions bash)
  Install it for fish:
      iamctl completions fish > ~/.config/fish/completions/iamctl.fish";

pub(super) const MAN: &str = r"Examples:
  Read the page of a command:
      iamctl man diff | man -l -
  Install all pages:
      iamctl man --all ~/.local/share/man/man1";
