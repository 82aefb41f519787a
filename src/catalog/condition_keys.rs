//! Which condition keys hold several values.

use super::{Action, Catalogue, ResourceType, Service};
use crate::model::Glob;

/// How many values a condition key holds in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arity {
    /// One.
    Single,
    /// Any number: only `ForAllValues` and `ForAnyValue` are defined for it.
    Many,
    /// Nothing is known of the key.
    Unknown,
}

/// How many values a key holds; `folded` is in lower case.
///
/// Source: AWS's page of global condition keys
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>, "Value type") and the
/// types that the Service Authorization Reference gives (`ArrayOfString` and the like).
///
/// ```
/// use iamctl::catalog::{Arity, Catalogue, arity};
/// let catalogue = Catalogue::embedded();
/// assert_eq!(arity("aws:tagkeys", &catalogue), Arity::Many);
/// assert_eq!(arity("aws:principalorgid", &catalogue), Arity::Single);
/// assert_eq!(arity("s3:prefix", &catalogue), Arity::Single);
/// assert_eq!(arity("acme:key", &catalogue), Arity::Unknown);
/// ```
#[must_use]
pub fn arity(folded: &str, catalogue: &Catalogue) -> Arity {
    if holds_many(folded) {
        return Arity::Many;
    }
    let (prefix, _) = folded.split_once(':').unwrap_or_default();
    let is_known = match prefix {
        "aws" => true,
        prefix => catalogue
            .service(prefix)
            .is_some_and(|service| service.condition_keys.iter().any(|key| key_pattern(key).matches(folded))),
    };
    if is_known { Arity::Single } else { Arity::Unknown }
}

/// Whether AWS describes a key, in lower case, as one that holds several values, of whatever service. Sources as for
/// [`arity`].
#[must_use]
pub fn holds_many(folded: &str) -> bool {
    let matches = |pattern: &&str| Glob::new(pattern).matches(folded);
    MANY.binary_search(&folded).is_ok() || MANY.iter().filter(|key| key.contains('*')).any(matches)
}

/// Keys that requests to other services have as well, because the credentials carry them.
///
/// Source: "cross-service condition keys" on
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const CROSS_SERVICE: &[&str] = &[
    "codebuild:buildarn",
    "codebuild:projectarn",
    "ec2:roledelivery",
    "ec2:sourceinstancearn",
    "glue:credentialissuingservice",
    "glue:roleassumedby",
    "identitystore:userid",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
];

/// Whether a key, in lower case, is of those that a service defines for its own actions: then [`takes`] says which.
#[must_use]
pub fn is_of_service(folded: &str, catalogue: &Catalogue) -> bool {
    let (prefix, _) = folded.split_once(':').unwrap_or_default();
    let defines = |service: &Service| service.condition_keys.iter().any(|key| key_pattern(key).matches(folded));
    prefix != "aws" && !CROSS_SERVICE.contains(&folded) && catalogue.service(prefix).is_some_and(defines)
}

/// Whether a request for an action on a resource type can have a key that a service defines for its own actions.
///
/// An action's keys are those of all its resource types: one that some of these have is left to them.
#[must_use]
pub fn takes(folded: &str, service: &Service, action: &Action, resource_types: &[&ResourceType]) -> bool {
    let listed = |keys: &[String]| keys.iter().any(|key| key_pattern(key).matches(folded));
    // A source that gives an old action gives no keys with it.
    if action.retired || resource_types.iter().any(|kind| listed(&kind.condition_keys)) {
        return true;
    }
    let left_to_others = || service.resource_types_of(action).any(|kind| listed(&kind.condition_keys));
    listed(&action.condition_keys) && !left_to_others()
}

/// A key of the reference as a pattern in lower case: what stands in `${…}` or `<…>` is any text, and so is the `tag-key`
/// at the end of the tags of AWS Systems Manager and AWS Secrets Manager.
#[must_use]
pub fn key_pattern(key: &str) -> Glob {
    let mut pattern = String::new();
    let tag = key.strip_suffix("/tag-key").map(|start| format!("{start}/<tag-key>"));
    let mut rest = tag.as_deref().unwrap_or(key);
    while let Some(at) = rest.find(['$', '<']) {
        let (before, opened) = rest.split_at(at);
        pattern.push_str(before);
        pattern.push('*');
        let end = if opened.starts_with('$') { '}' } else { '>' };
        rest = opened.split_once(end).map_or("", |(_, after)| after);
    }
    pattern.push_str(rest);
    Glob::new_folded(&pattern)
}

/// The keys that hold several values, in lower case, sorted; `*` stands for any text.
const MANY: &[&str] = &[
    "a4b:filters_devicetype",
    "account:accountresourceorgpaths",
    "account:alternatecontacttypes",
    "acm:domainnames",
    "airflow:teamnames",
    "apigateway:request/apikeyrequired",
    "apigateway:request/authorizertype",
    "apigateway:request/authorizeruri",
    "apigateway:request/conditionbasepaths",
    "apigateway:request/endpointtype",
    "apigateway:request/routeauthorizationtype",
    "apigateway:request/securitypolicy",
    "apigateway:resource/apikeyrequired",
    "apigateway:resource/authorizertype",
    "apigateway:resource/authorizeruri",
    "apigateway:resource/conditionbasepaths",
    "apigateway:resource/endpointtype",
    "apigateway:resource/routeauthorizationtype",
    "apigateway:resource/securitypolicy",
    "autoscaling:capacityreservationids",
    "autoscaling:capacityreservationresourcegrouparns",
    "autoscaling:loadbalancernames",
    "autoscaling:targetcapacitytypes",
    "autoscaling:targetgrouparns",
    "autoscaling:trafficsourceidentifiers",
    "autoscaling:vpczoneidentifiers",
    "aws-marketplace:agreementtype",
    "aws-marketplace:productid",
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
    "backup:copytargetorgpaths",
    "backup:copytargets",
    "backup:frameworkarns",
    "bedrock-agentcore:allowedqueryparameters",
    "bedrock-agentcore:allowedrequestheaders",
    "bedrock-agentcore:allowedresponseheaders",
    "bedrock-agentcore:credentialproviderscope",
    "bedrock-agentcore:inboundjwtclaim/aud",
    "bedrock-agentcore:inboundjwtclaim/scope",
    "bedrock-agentcore:securitygroups",
    "bedrock-agentcore:subnets",
    "bedrock-mantle:files",
    "cloudformation:resourcetypes",
    "cloudformation:targetregion",
    "cloudshell:securitygroupids",
    "cloudshell:subnetids",
    "cloudshell:vpcids",
    "cloudwatch:alarmactions",
    "cloudwatch:requestinsightruleloggroups",
    "cloudwatch:requestmanagedresourcearns",
    "codebuild:buildbatchconfig.restrictions.computetypesallowed",
    "codebuild:buildbatchconfig.restrictions.fleetsallowed",
    "codebuild:cache.modes",
    "codebuild:environment.environmentvariables.name",
    "codebuild:environment.environmentvariables.value",
    "codebuild:filesystemlocations.identifier",
    "codebuild:filesystemlocations.location",
    "codebuild:filesystemlocations.type",
    "codebuild:secondaryartifacts.artifactidentifier",
    "codebuild:secondaryartifacts.bucketowneraccess",
    "codebuild:secondaryartifacts.encryptiondisabled",
    "codebuild:secondaryartifacts.location",
    "codebuild:secondarysources.auth.resource",
    "codebuild:secondarysources.auth.type",
    "codebuild:secondarysources.buildstatusconfig.context",
    "codebuild:secondarysources.buildstatusconfig.targeturl",
    "codebuild:secondarysources.insecuressl",
    "codebuild:secondarysources.location",
    "codebuild:secondarysources.sourceidentifier",
    "codebuild:vpcconfig.securitygroupids",
    "codebuild:vpcconfig.subnets",
    "cognito-identity.amazonaws.com:amr",
    "comprehend:vpcsecuritygroupids",
    "comprehend:vpcsubnets",
    "connect:flowtype",
    "connect:listrealtimecontactanalysissegmentsbysegmenttype",
    "connect:monitorcapabilities",
    "connect:searchcontactsbycontactanalysis",
    "datapipeline:pipelinecreator",
    "datapipeline:workergroup",
    "deadline:farmmembershiplevels",
    "deadline:fleetmembershiplevels",
    "deadline:jobmembershiplevels",
    "deadline:queuemembershiplevels",
    "devops-guru:servicenames",
    "dsql:fistargetarns",
    "dynamodb:attributes",
    "dynamodb:firstpartitionkeyvalues",
    "dynamodb:fistargetarns",
    "dynamodb:fourthpartitionkeyvalues",
    "dynamodb:leadingkeys",
    "dynamodb:secondpartitionkeyvalues",
    "dynamodb:thirdpartitionkeyvalues",
    "ec2:fistargetarns",
    "ec2:ikeversions",
    "ec2:phase1dhgroup",
    "ec2:phase1encryptionalgorithms",
    "ec2:phase1integrityalgorithms",
    "ec2:phase2dhgroup",
    "ec2:phase2encryptionalgorithms",
    "ec2:phase2integrityalgorithms",
    "ec2:vpceprivatednsspecifieddomains",
    "ecs:capacity-provider",
    "ecs:compute-compatibility",
    "ecs:subnet",
    "eks:encryptionconfigproviderkeyarns",
    "eks:kubernetesgroups",
    "eks:namespaces",
    "elasticloadbalancing:listenerprotocol",
    "elasticloadbalancing:securitygroup",
    "elasticloadbalancing:securitypolicy",
    "elasticloadbalancing:subnet",
    "events:detail-type",
    "events:eventbusarn",
    "events:metadata/*",
    "events:source",
    "events:targetarn",
    "fis:operations",
    "fis:targets",
    "geo:deviceids",
    "geo:geofenceids",
    "glue:securitygroupids",
    "glue:subnetids",
    "glue:vpcids",
    "iam:accountpropertynamespaces",
    "identitystore:groupexternalidissuers",
    "identitystore:groupid",
    "identitystore:userexternalidissuers",
    "identitystore:userid",
    "imagebuilder:createdresourcetagkeys",
    "iot:thinggrouparn",
    "iot:tunneldestinationservice",
    "iotfleetwise:signals",
    "iotsitewise:taskarns",
    "iottwinmaker:linkedservices",
    "kinesis:fistargetarns",
    "kms:encryptioncontextkeys",
    "kms:grantoperations",
    "kms:resourcealiases",
    "lambda:layer",
    "lambda:securitygroupids",
    "lambda:subnetids",
    "lex:associatedintents",
    "lex:associatedslottypes",
    "logs:loggeneratingresourcearns",
    "networkmanager:edgelocations",
    "networkmanager:subnetarns",
    "oam:resourcetypes",
    "observabilityadmin:centralizationsourceid",
    "observabilityadmin:centralizationsourceregions",
    "partnercentral-account-management:legacypartnercentralrole",
    "partnercentral-account-management:marketingcentralrole",
    "partnercentral-account-management:proserverole",
    "partnercentral:fulfillmenttypes",
    "partnercentral:programs",
    "payment-cryptography:resourcealiases",
    "pi:dimensions",
    "quicksight:allowedembeddingdomains",
    "quicksight:kmskeyarns",
    "refactor-spaces:createdbyaccountids",
    "route53:changeresourcerecordsetsactions",
    "route53:changeresourcerecordsetsnormalizedrecordnames",
    "route53:changeresourcerecordsetsrecordtypes",
    "s3:inventoryaccessibleoptionalfields",
    "s3:requestobjecttagkeys",
    "s3express:inventoryaccessibleoptionalfields",
    "s3express:permissions",
    "sagemaker:acceleratortypes",
    "sagemaker:customermetadatapropertiestoremove",
    "sagemaker:imagearns",
    "sagemaker:imageversionarns",
    "sagemaker:instancetypes",
    "sagemaker:notebookinstancelifecycleconfigarns",
    "sagemaker:studiolifecycleconfigarns",
    "sagemaker:updatablefeatures",
    "sagemaker:vpcsecuritygroupids",
    "sagemaker:vpcsubnets",
    "saml:cn",
    "saml:eduorghomepageuri",
    "saml:eduorgidentityauthnpolicyuri",
    "saml:eduorglegalname",
    "saml:eduorgsuperioruri",
    "saml:eduorgwhitepagesuri",
    "saml:edupersonaffiliation",
    "saml:edupersonassurance",
    "saml:edupersonentitlement",
    "saml:edupersonnickname",
    "saml:edupersonorgunitdn",
    "saml:edupersonscopedaffiliation",
    "saml:edupersontargetedid",
    "secretsmanager:addreplicaregions",
    "ses:configurationsetoptions",
    "ses:recipients",
    "ses:replicaregion",
    "ssm:documentcategories",
    "ssm:documentversion",
    "ssm:inventorytypename",
    "states:statemachinequalifier",
    "sts:identitytokenaudience",
    "sts:requestcontextproviders",
    "sts:transitivetagkeys",
    "synthetics:names",
    "transfer:requestserverprotocols",
    "vpc-lattice-svcs:requestquerystring/*",
    "vpc-lattice:privatednsspecifieddomains",
    "vpc-lattice:securitygroupids",
    "vpc-lattice:targetgrouparns",
    "wisdom:messagetemplate/routingprofilearn",
    "wisdom:searchfilter/qualifier",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_hold_several_values_are_sorted() {
        assert!(MANY.is_sorted() && MANY.iter().all(|key| *key == key.to_lowercase()));
        let catalogue = Catalogue::embedded();
        assert_eq!(arity("events:metadata/x", &catalogue), Arity::Many);
        let (s3, get) = catalogue.action("s3", "GetObject").unwrap();
        assert!(is_of_service("s3:prefix", &catalogue) && !takes("s3:prefix", s3, get, &[]));
        assert!(takes("s3:existingobjecttag/team", s3, get, &[]));
        assert!(!is_of_service("aws:sourceip", &catalogue) && !is_of_service("lambda:sourcefunctionarn", &catalogue));
        let (ec2, run) = catalogue.action("ec2", "RunInstances").unwrap();
        let kind = |name: &str| ec2.resource_types.iter().find(|kind| kind.name == name).unwrap();
        assert!(takes("ec2:instancetype", ec2, run, &[kind("instance")]));
        assert!(!takes("ec2:instancetype", ec2, run, &[kind("image")]));
        assert_eq!(arity("s3:existingobjecttag/team", &catalogue), Arity::Single);
        assert_eq!(arity("k", &catalogue), Arity::Unknown);
        assert_eq!(arity("token.actions.githubusercontent.com:sub", &catalogue), Arity::Unknown);
    }
}
