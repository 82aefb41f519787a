"""Prints JSON Schemas of OCSF's Compliance Finding, by version, and the captions of its enumerations.

They are made of the schemas that schema.ocsf.io publishes, which ocsf-json-schema contains. An object has no other keys
than those described, and none of those that are deprecated.
"""

import json
import sys

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


def without_deprecated(schema):
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            for name in [name for name, one in properties.items() if one.get("deprecated")]:
                del properties[name]
        for value in schema.values():
            without_deprecated(value)
    elif isinstance(schema, list):
        for value in schema:
            without_deprecated(value)


def captions(attributes):
    enums = ((name, one.get("enum")) for name, one in attributes.items())
    return {
        name: {number: one["caption"] for number, one in enum.items()}
        for name, enum in enums
        if enum and not attributes[name].get("is_array")
    }


def of_version(version):
    published = get_ocsf_schema(version=version)
    schema = OcsfJsonSchemaEmbedded(published).get_class_schema(class_name="compliance_finding", profiles=["cloud"])
    without_deprecated(schema)
    classes, objects = published["classes"], published["objects"]
    names = {"compliance": objects["compliance"], "account": objects["account"], "analytic": objects["analytic"]}
    return {
        "schema": schema,
        "captions": captions(classes["compliance_finding"]["attributes"]),
        "object_captions": {name: captions(one["attributes"]) for name, one in names.items()},
    }


print(json.dumps({version: of_version(version) for version in sys.argv[1:]}))
