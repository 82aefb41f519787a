use super::*;
use crate::model::Account;

fn role(path: &str, name: &str, tags: &[(&str, &str)]) -> Role {
    let tags: BTreeMap<&str, &str> = tags.iter().copied().collect();
    let trust = serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]});
    let role = serde_json::json!({"name": name, "path": path, "arn": format!("arn:aws:iam::111122223333:role{path}{name}"),
        "id": "AROAEXAMPLE", "max_session_duration": 3600, "trust_policy": trust, "tags": tags});
    let snapshot = serde_json::json!({"format": "iamctl-snapshot", "version": 1, "iamctl": "0.1.0", "source": "test",
        "account_id": "111122223333", "roles": [role], "policies": []});
    Account::from_json(&snapshot.to_string()).unwrap().roles.remove(0)
}

/// What the owner of a role is called, and where to change it.
fn told(path: &str, name: &str, tags: &[(&str, &str)]) -> Option<(String, String)> {
    of_role(&role(path, name, tags)).map(|owner| (owner.in_words(), owner.instead()))
}

#[test]
fn what_aws_says_is_certain() {
    let id = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1";
    let shop = [(STACK_NAME, "shop"), (STACK_ID, id), (LOGICAL_ID, "TaskRole")];
    for (path, name, tags, who, instead) in [
        (
            "/aws-service-role/ecs.amazonaws.com/",
            "AWSServiceRoleForECS",
            &[][..],
            "a service-linked role of `ecs.amazonaws.com`",
            "only this service can change it",
        ),
        (
            "/aws-reserved/sso.amazonaws.com/eu-west-1/",
            "AWSReservedSSO_Read_Only_0123456789abcdef",
            &[],
            "the role of the IAM Identity Center permission set `Read_Only`",
            "change the permission set `Read_Only` or its assignments in IAM Identity Center",
        ),
        ("/aws-reserved/x/", "y", &[], "reserved for AWS", "only AWS can change it"),
        (
            "/",
            "task",
            &shop,
            "managed by the CloudFormation stack `shop` (`arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1`)",
            "change the resource `TaskRole` in its template, and deploy the stack",
        ),
        // The ID has the name.
        (
            "/",
            "task",
            &shop[1..2],
            "managed by the CloudFormation stack `shop` (`arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1`)",
            "change its template, and deploy the stack",
        ),
        (
            "/",
            "task",
            &[(STACK_NAME, "Shop"), (LOGICAL_ID, "TaskRole30FC0FBB"), ("ManagedBy", "terraform")],
            "managed by the CloudFormation stack `Shop`, whose template probably comes from the AWS CDK",
            "change the resource `TaskRole30FC0FBB` in the CDK app, and deploy the stack with `cdk deploy`",
        ),
        (
            "/",
            "task",
            &[(STACK_NAME, "StackSet-base-466df9e0-0dff-08e3-8e2f-5088487c4896"), (LOGICAL_ID, "Audit")],
            "managed by the StackSet `base`, in the CloudFormation stack \
                `StackSet-base-466df9e0-0dff-08e3-8e2f-5088487c4896`",
            "change the resource `Audit` in the template of the StackSet, in the account that administers it",
        ),
        (
            "/",
            "cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1",
            &[(STACK_NAME, "CDKToolkit"), (LOGICAL_ID, "CloudFormationExecutionRole")],
            "managed by the CloudFormation stack `CDKToolkit`, which `cdk bootstrap` deploys",
            "change the bootstrap template, and run `cdk bootstrap` for this account",
        ),
    ] {
        assert_eq!(told(path, name, tags), Some((who.to_owned(), instead.to_owned())), "{name}");
        let owner = of_role(&role(path, name, tags)).unwrap();
        assert_eq!((owner.evidence.clone(), owner.is_aws()), (Evidence::Aws, path != "/"), "{owner:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of names and tags")]
fn names_and_habits_are_guesses() {
    for (name, tags, who) in [
        (
            "shop-TaskRole-1HEFSZWHPVCFQ",
            &[][..],
            "probably managed by the CloudFormation stack `shop` (its name has that form)",
        ),
        (
            "my-shop-TaskRole30FC0FBB-vkBhSSNh8Kpx",
            &[],
            "probably managed by the CloudFormation stack `my-shop`, whose template probably comes from the AWS CDK \
                (its name has that form)",
        ),
        (
            "StackSet-base-466df9e0-0dff-08e3-8e2f-50884-Audit-1HEFSZWHPVCFQ",
            &[],
            "probably managed by a StackSet, in the CloudFormation stack \
                `StackSet-base-466df9e0-0dff-08e3-8e2f-50884` (its name has that form)",
        ),
        (
            "cdk-hnb659fds-lookup-role-111122223333-eu-west-1",
            &[],
            "probably managed by a CloudFormation stack, which `cdk bootstrap` deploys (its name has that form)",
        ),
        (
            "stacksets-exec-899a82a2cb437e970934262f85c7628a",
            &[],
            "probably the execution role of CloudFormation StackSets (its name has that form)",
        ),
        ("terraform-20231004215941515800000001", &[], "probably managed by Terraform (its name has that form)"),
        (
            "AWSReservedSSO_ReadOnly_0123456789abcdef",
            &[],
            "probably the role of the IAM Identity Center permission set `ReadOnly` (its name has that form)",
        ),
        (
            "app",
            &[("managed_by", "Terraform Cloud")],
            "probably managed by Terraform (its tag `managed_by` is `Terraform Cloud`)",
        ),
        ("app", &[("Terraform", "true")], "probably managed by Terraform (its tag `Terraform` is `true`)"),
        (
            "app",
            &[("terraform:workspace", "live")],
            "probably managed by Terraform (its tag `terraform:workspace` is `live`)",
        ),
        (
            "app",
            &[("ManagedBy", "by Terraform")],
            "probably managed by Terraform (its tag `ManagedBy` is `by Terraform`)",
        ),
        ("app", &[("IaC", "OpenTofu")], "probably managed by OpenTofu (its tag `IaC` is `OpenTofu`)"),
        ("app", &[("CreatedBy", "pulumi")], "probably managed by Pulumi (its tag `CreatedBy` is `pulumi`)"),
        (
            "app",
            &[("ManagedBy", "CDK")],
            "probably managed by a CloudFormation stack, whose template probably comes from the AWS CDK (its tag \
            `ManagedBy` is `CDK`)",
        ),
    ] {
        let owner = of_role(&role("/", name, tags)).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(owner.in_words(), who);
        assert!(owner.evidence != Evidence::Aws && !owner.is_aws(), "{owner:?}");
    }
}

#[test]
fn what_nobody_deploys_has_no_owner() {
    for (name, tags) in [
        ("app", &[][..]),
        ("app", &[("ManagedBy", "the platform team")]),
        ("app", &[("Terraform", "false")]),
        ("app", &[("Team", "terraform")]),
        ("content-distribution", &[]),
        // Services' consoles make a role once.
        ("AmazonSageMaker-ExecutionRole-20190915T161542", &[]),
        ("AWSReservedSSO_ReadOnly", &[]),
    ] {
        assert_eq!(told("/", name, tags), None, "{name} {tags:?}");
    }
    assert_eq!(told("/service-role/", "my-function-role-1a2b3c4d", &[]), None);
}

#[test]
fn a_policy_is_known_by_its_name() {
    let owner = of_policy("shop-TaskPolicy-1HEFSZWHPVCFQ").unwrap();
    assert!(owner.in_words().contains("stack `shop`") && owner.instead().contains("`TaskPolicy`"), "{owner:?}");
    assert_eq!(of_policy("shared"), None);
}
