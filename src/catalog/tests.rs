use super::*;

const FILE: &str = include_str!("iam.json");

fn small() -> String {
    r#"{"format":"iamctl-catalogue","version":1,"source":"a test","data_version":"","date":"","services":1,"actions":2,"catalogue":[
{"prefix":"s3","name":"Amazon S3","resource_types":[
{"name":"object","arns":["arn:${Partition}:s3:::${BucketName}/${ObjectName}"]}
],"actions":[
{"name":"GetObject","level":"Read","resources":["object*"],"condition_keys":["s3:authType"]},
{"name":"ListAllMyBuckets","level":"List","retired":true}
]}
]}
"#
    .to_owned()
}

fn refused(text: &str) -> CatalogueError {
    Catalogue::read(text).unwrap_err()
}

/// What is refused when `from` is replaced in a good file.
fn broken(from: &str, to: &str) -> String {
    let text = small();
    assert!(text.contains(from), "{from}");
    let error = refused(&text.replacen(from, to, 1));
    assert!(error.hint().is_some());
    error.to_string()
}

#[test]
fn the_embedded_catalogue_is_the_file() {
    let (embedded, read) = (Catalogue::embedded(), Catalogue::read(FILE).unwrap());
    assert_eq!(embedded.header(), read.header());
    assert!(embedded.prefixes().eq(read.prefixes()));
    assert!(embedded.services().eq(read.services()));
    assert_eq!(embedded.prefixes().count(), embedded.header().services);
}

#[test]
fn what_is_written_is_the_file_byte_for_byte() {
    assert!(Catalogue::embedded().to_text() == FILE.replace("\r\n", "\n"));
    assert_eq!(Catalogue::read(&small()).unwrap().to_text(), small());
}

#[test]
fn the_embedded_catalogue_is_under_a_megabyte() {
    assert!(embedded::size() < 1_000_000, "{}", embedded::size());
}

#[test]
fn a_catalogue_is_shared_between_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<Catalogue>();
}

/// The resource types of an action, required ones with `*`.
fn resources(service: &str, name: &str) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let (service, action) = catalogue.action(service, name).unwrap();
    let kinds = service.resource_types_of(action).map(|kind| kind.name.as_str());
    kinds.zip(&action.resources).map(|(name, of)| format!("{name}{}", if of.required { "*" } else { "" })).collect()
}

#[test]
fn real_actions_act_on_what_aws_says() {
    assert_eq!(resources("sts", "AssumeRole"), ["role*"]);
    assert_eq!(resources("s3", "listallmybuckets"), Vec::<String>::new());
    assert_eq!(resources("S3", "GETOBJECT"), ["accesspointobject", "object"]);
    assert_eq!(resources("iam", "PassRole"), ["role*"]);

    let catalogue = Catalogue::embedded();
    let (sts, assume_role) = catalogue.action("sts", "AssumeRole").unwrap();
    let role = sts.resource_types_of(assume_role).next().unwrap();
    assert_eq!(role.arns[0].as_str(), "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}");
    assert_eq!(assume_role.access_level, AccessLevel::Write);
    assert!(assume_role.condition_keys.contains(&"sts:ExternalId".to_owned()));
    assert_eq!(catalogue.action("s3", "PutBucketPolicy").unwrap().1.access_level, AccessLevel::PermissionsManagement);
    assert_eq!(catalogue.action("s3", "PutObjectTagging").unwrap().1.access_level, AccessLevel::Tagging);
    assert!(catalogue.action("s3", "GetObjects").is_none());
    assert!(catalogue.service("no-such-service").is_none());
}

#[test]
fn a_resource_type_may_have_several_arns() {
    let catalogue = Catalogue::embedded();
    let apigateway = catalogue.service("apigateway").unwrap();
    let models = apigateway.resource_types.iter().find(|kind| kind.name == "Models").unwrap();
    let arns: Vec<&str> = models.arns.iter().map(ArnTemplate::as_str).collect();
    assert_eq!(
        arns,
        [
            "arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/models",
            "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/models"
        ]
    );
}

#[test]
fn retired_actions_are_known_as_such() {
    let catalogue = Catalogue::embedded();
    let (_, action) = catalogue.action("deeplens", "CreateModel").unwrap();
    assert!(action.retired);
    assert_eq!(resources("deeplens", "CreateModel"), ["any"]);
    assert!(!catalogue.action("s3", "GetObject").unwrap().1.retired);
}

#[test]
fn every_service_of_the_catalogue_keeps_its_promises() {
    for service in Catalogue::embedded().services() {
        assert!(service.actions.iter().all(|action| action.folded == action.name.to_ascii_lowercase()));
        assert!(service.actions.is_sorted_by(|a, b| a.folded < b.folded), "{}", service.prefix);
        assert!(service.resource_types.is_sorted_by(|a, b| a.name < b.name), "{}", service.prefix);
        let arns = || service.resource_types.iter().flat_map(|kind| &kind.arns);
        assert!(arns().all(|arn| arn.as_str().starts_with("arn:${Partition}:")), "{}", service.prefix);
    }
}

#[test]
fn order_does_not_count_in_a_file() {
    let swapped = small().replace(
        "{\"name\":\"GetObject\",\"level\":\"Read\",\"resources\":[\"object*\"],\"condition_keys\":[\"s3:authType\"]},\n\
         {\"name\":\"ListAllMyBuckets\",\"level\":\"List\",\"retired\":true}",
        "{\"name\":\"ListAllMyBuckets\",\"level\":\"List\",\"retired\":true},\n\
         {\"resources\":[\"object*\"],\"name\":\"GetObject\",\"level\":\"Read\",\"condition_keys\":[\"s3:authType\"]}",
    );
    assert_ne!(swapped, small());
    assert_eq!(Catalogue::read(&swapped).unwrap().to_text(), small());
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let said = [
        (
            "iamctl-catalogue",
            "iamctl-snapshot",
            "the format of the file is `iamctl-snapshot`, but `iamctl-catalogue` is expected",
        ),
        ("\"version\":1", "\"version\":2", "the version of the catalog is `2`, but 1 is expected"),
        ("\"version\":1,", "", "the version of the catalog is missing, but 1 is expected"),
        ("\"services\":1", "\"services\":2", "the header of the catalog says 2 services, but the file contains 1"),
        ("\"actions\":2", "\"actions\":3", "the header of the catalog says 3 actions, but the file contains 2"),
        ("\"s3\"", "\"s3:\\u001b[2J\"", "`s3:\\u{1b}[2J` is not a service prefix: use letters, digits, and `-`"),
        ("ListAllMyBuckets", "getobject", "action `s3:getobject` is listed twice"),
        (
            "ListAllMyBuckets",
            "List*",
            "service `s3`: `List*` is not an action name: use letters, digits, `-`, `_`, and `.`",
        ),
        ("\"List\"", "\"list\"", "action `s3:ListAllMyBuckets`: `list` is not an access level"),
        ("object*", "bucket*", "action `s3:GetObject`: the service has no resource type `bucket`"),
        ("\"object\"", "\"object*\"", "service `s3`: `object*` is not the name of a resource type"),
        (
            "[\"arn:${Partition}:s3:::${BucketName}/${ObjectName}\"]",
            "[]",
            "service `s3`: resource type `object` has no ARN",
        ),
    ];
    for (from, to, expected) in said {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn a_place_is_given_where_json_breaks() {
    assert_eq!(
        broken("\"retired\"", "\"ret\\u001bired\""),
        "not readable at line 6, column 57: unknown field `ret\\u{1b}ired`, expected one of `name`, `level`, `retired`, `resources`, `condition_keys`"
    );
    assert_eq!(
        broken("\"Amazon S3\"", "7"),
        "not readable at line 2, column 23: invalid type: integer `7`, expected a string"
    );
    assert_eq!(broken("]}\n]}\n", "]}\n"), "not readable at line 8, column 0: EOF while parsing a list");
    assert_eq!(refused("").to_string(), "not readable at line 1, column 0: EOF while parsing a value");
    assert_eq!(
        refused("7").to_string(),
        "not readable at line 1, column 1: invalid type: integer `7`, expected a catalog"
    );
    assert_eq!(refused("{}"), CatalogueError::Unrecognised);
    assert_eq!(
        broken("\"resource_types\":[\n", "\"resource_types\":[],\"resource_types\":[\n").split(": ").last(),
        Some("duplicate field `resource_types`")
    );
}

#[test]
fn one_service_twice_is_refused() {
    let text = small();
    let (_, service) = text.split_once("\"catalogue\":[\n").unwrap();
    let service = service.trim_end().strip_suffix("\n]}").unwrap();
    let twice = text.replace(service, &format!("{service},\n{service}"));
    let twice = twice.replace("\"services\":1,\"actions\":2", "\"services\":2,\"actions\":4");
    assert_eq!(refused(&twice).to_string(), "service `s3` is listed twice");
    let none = text.replace(service, "").replace("\"services\":1,\"actions\":2", "\"services\":0,\"actions\":0");
    assert_eq!(refused(&none), CatalogueError::Empty);
}

mod original {
    use super::*;

    const SERVICE_MAP: &str = r#"{"conditionKeys":["aws:CurrentTime"],"serviceMap":{
"Amazon S3":{"StringPrefix":"s3","Actions":["GetObject","ListAllMyBuckets","getobject"],"ARNFormat":"arn:aws:s3:::<bucket_name>/<key_name>","ARNRegex":"^arn:aws:s3:::.+","conditionKeys":["s3:prefix"],"HasResource":true},
"AWS Security Token Service":{"StringPrefix":"STS","Actions":["AssumeRole"],"ARNFormat":"arn:aws:iam::<account>:role/<name>","HasResource":true},
"AWS Application Discovery":{"StringPrefix":"discovery","Actions":["DescribeAgents"],"HasResource":false},
"Amazon S3 Extras":{"StringPrefix":"s3","Actions":["CreateJob"],"ARNFormat":"arn:aws:s3-extra:::<x>","HasResource":true}}}"#;

    #[test]
    fn its_entries_of_one_prefix_are_one_service() {
        let catalogue = Catalogue::read(SERVICE_MAP).unwrap();
        assert_eq!(catalogue.prefixes().collect::<Vec<_>>(), ["discovery", "s3", "sts"]);
        let s3 = catalogue.service("s3").unwrap();
        assert_eq!(s3.name, "Amazon S3, Amazon S3 Extras");
        let names: Vec<&str> = s3.actions.iter().map(|action| action.name.as_str()).collect();
        assert_eq!(names, ["CreateJob", "GetObject", "ListAllMyBuckets"]);
        assert_eq!(s3.condition_keys, ["s3:prefix"]);
        let header = catalogue.header();
        assert_eq!((header.services, header.actions, header.date.as_str()), (3, 5, ""));
        assert_eq!(header.source, "serviceMap of AWS's policy generator");
    }

    #[test]
    fn its_actions_may_act_on_all_of_the_service() {
        let catalogue = Catalogue::read(SERVICE_MAP).unwrap();
        let (sts, action) = catalogue.action("sts", "assumerole").unwrap();
        let kinds: Vec<&ResourceType> = sts.resource_types_of(action).collect();
        assert_eq!((kinds[0].name.as_str(), action.access_level), ("any", AccessLevel::Unknown));
        assert!(kinds[0].arns[0].matches("arn:aws-cn:iam::1:user/not-in-the-form"));
        let (_, action) = catalogue.action("discovery", "DescribeAgents").unwrap();
        assert!(action.resources.is_empty());
        let s3 = &catalogue.service("s3").unwrap().resource_types;
        assert_eq!(s3.len(), 1);
        assert_eq!(s3[0].arns.len(), 2);
    }

    #[test]
    fn it_may_be_saved_as_a_script() {
        let expected = Catalogue::read(SERVICE_MAP).unwrap().to_text();
        for text in [
            format!("app.PolicyEditorConfig={SERVICE_MAP}"),
            format!("\u{feff}\n app.PolicyEditorConfig = {SERVICE_MAP};\n"),
        ] {
            assert_eq!(Catalogue::read(&text).unwrap().to_text(), expected);
        }
        assert!(Catalogue::read("app.PolicyEditorConfig").is_err());
    }

    #[test]
    fn it_becomes_our_format_and_stays_the_same() {
        let text = Catalogue::read(SERVICE_MAP).unwrap().to_text();
        assert_eq!(Catalogue::read(&text).unwrap().to_text(), text);
    }

    #[test]
    fn what_is_wrong_with_it_is_said() {
        for (from, to, expected) in [
            ("\"STS\"", "\"st s\"", "`st s` is not a service prefix: use letters, digits, and `-`"),
            (
                "\"AssumeRole\"",
                "\"\\u0007\"",
                "service `sts`: `\\u{7}` is not an action name: use letters, digits, `-`, `_`, and `.`",
            ),
            ("\"Actions\":[\"AssumeRole\"],", "", "not readable at line 3, column 119: missing field `Actions`"),
        ] {
            assert_eq!(refused(&SERVICE_MAP.replace(from, to)).to_string(), expected);
        }
        assert_eq!(refused("{\"serviceMap\":{}}"), CatalogueError::Empty);
    }
}

mod reference {
    use super::*;
    use crate::catalog::service_reference::{IndexEntry, ServiceReference};

    const S3: &str = r#"{"Name":"s3","Version":"v1.4","Operations":[],"Actions":[
{"Name":"GetObject","ActionConditionKeys":["s3:authType"],"Annotations":{"Properties":{"IsList":false,"IsPermissionManagement":false,"IsTaggingOnly":false,"IsWrite":false}},"Resources":[{"Name":"object"}],"SupportedBy":{"X":{}}},
{"Name":"PutBucketPolicy","Annotations":{"Properties":{"IsPermissionManagement":true,"IsWrite":true}},"Resources":[{"Name":"Bucket"},{"Name":"ghost"}]},
{"Name":"TagResource","Annotations":{"Properties":{"IsTaggingOnly":true,"IsWrite":true}}},
{"Name":"PutObject","Annotations":{"Properties":{"IsWrite":true}}},
{"Name":"ListBucket","Annotations":{"Properties":{"IsList":true}}},
{"Name":"NewAction"}],
"ConditionKeys":[{"Name":"s3:authType","Types":["String"]}],
"Resources":[{"Name":"bucket","ARNFormats":["arn:${Partition}:s3:::${BucketName}"]},{"Name":"object","ARNFormats":["arn:${Partition}:s3:::${BucketName}/${ObjectName}"],"ConditionKeys":["s3:x"]},{"Name":"nothing"}]}"#;

    fn known() -> Catalogue {
        let text = small().replace("GetObject\"", "OldAction\"").replace("\"name\":\"object\"", "\"name\":\"thing\"");
        Catalogue::read(&text.replace("object*", "thing*")).unwrap()
    }

    fn converted() -> Catalogue {
        let mut reference = ServiceReference::default();
        reference.add(S3).unwrap();
        reference.finish("a test", "2026-11-21", &known()).unwrap()
    }

    #[test]
    fn its_flags_are_access_levels() {
        let catalogue = converted();
        let levels: Vec<String> = catalogue
            .service("s3")
            .unwrap()
            .actions
            .iter()
            .map(|action| {
                format!("{} {}{}", action.name, action.access_level, if action.retired { " retired" } else { "" })
            })
            .collect();
        assert_eq!(
            levels,
            [
                "GetObject Read",
                "ListAllMyBuckets List retired",
                "ListBucket List",
                "NewAction Unknown",
                "OldAction Read retired",
                "PutBucketPolicy Permissions management",
                "PutObject Write",
                "TagResource Tagging",
            ]
        );
    }

    #[test]
    fn what_it_dropped_is_kept_as_retired_and_the_header_says_so() {
        let catalogue = converted();
        let header = catalogue.header();
        assert_eq!(header.source, "AWS Service Reference, a test; 2 retired actions from a test");
        assert_eq!((header.version.as_str(), header.date.as_str(), header.actions), ("v1.4", "2026-11-21", 8));
        let (s3, old) = catalogue.action("s3", "OldAction").unwrap();
        assert_eq!(s3.name, "Amazon S3");
        assert_eq!(s3.resource_types_of(old).map(|kind| kind.name.as_str()).collect::<Vec<_>>(), ["thing"]);
        assert_eq!(Catalogue::read(&catalogue.to_text()).unwrap().to_text(), catalogue.to_text());
    }

    #[test]
    fn a_resource_type_without_arn_takes_every_arn() {
        let catalogue = converted();
        let (s3, action) = catalogue.action("s3", "PutBucketPolicy").unwrap();
        let kinds: Vec<(&str, &str)> =
            s3.resource_types_of(action).map(|kind| (kind.name.as_str(), kind.arns[0].as_str())).collect();
        assert_eq!(kinds, [("bucket", "arn:${Partition}:s3:::${BucketName}"), ("ghost", "*")]);
    }

    #[test]
    fn a_service_only_it_has_is_taken() {
        let mut reference = ServiceReference::default();
        reference.add(&S3.replace("\"Name\":\"s3\"", "\"Name\":\"newest\"")).unwrap();
        let catalogue = reference.finish("x", "", &known()).unwrap();
        assert_eq!(catalogue.prefixes().collect::<Vec<_>>(), ["newest", "s3"]);
        assert!(catalogue.service("s3").unwrap().actions.iter().all(|action| action.retired));
    }

    #[test]
    fn what_is_wrong_with_a_document_is_said() {
        let mut reference = ServiceReference::default();
        reference.add(S3).unwrap();
        assert_eq!(reference.add(S3).unwrap_err().to_string(), "service `s3` is listed twice");
        assert_eq!(
            reference.add("{\"Name\":\"x\"}").unwrap_err().to_string(),
            "not readable at line 1, column 12: missing field `Actions`"
        );
        assert_eq!(ServiceReference::default().finish("", "", &known()).unwrap_err(), CatalogueError::Empty);
    }

    #[test]
    fn its_index_lists_services() {
        let index = r#"[{"service":"s3","url":"https://example.org/v1/s3/s3.json","modified":"x"}]"#;
        let entry = IndexEntry { service: "s3".to_owned(), url: "https://example.org/v1/s3/s3.json".to_owned() };
        assert_eq!(ServiceReference::index(index).unwrap(), [entry]);
        assert_eq!(ServiceReference::index("[]").unwrap_err(), CatalogueError::Empty);
        assert!(ServiceReference::index("<html>").is_err());
    }
}
