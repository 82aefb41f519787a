"""Reads assessment results of OSCAL with compliance-trestle and prints what they hold as JSON.

Trestle's models refuse a key, a type, or a text that the schema of OSCAL does not have. What it leaves open is the version,
and whether what is referred to is there: both are checked here.
"""

import json
import pathlib
import sys

from trestle.oscal import OSCAL_VERSION
from trestle.oscal.assessment_results import AssessmentResults

path = pathlib.Path(sys.argv[1])
results = AssessmentResults.oscal_read(path)
version = results.metadata.oscal_version.root
version = getattr(version, "root", version)
assert version == OSCAL_VERSION, f"{version} is not the {OSCAL_VERSION} that compliance-trestle reads"

# What has a UUID, each once.
uuids = []


def collect(value):
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "uuid":
                uuids.append(one)
            collect(one)
    elif isinstance(value, list):
        for one in value:
            collect(one)


def referred(value):
    if isinstance(value, dict):
        for key, one in value.items():
            if key.endswith("-uuid"):
                yield one
            elif key == "href" and one.startswith("#"):
                yield one[1:]
            else:
                yield from referred(one)
    elif isinstance(value, list):
        for one in value:
            yield from referred(one)


raw = json.loads(path.read_text(encoding="utf-8"))
collect(raw)
assert len(uuids) == len(set(uuids)), "a UUID is there twice"
missing = sorted(set(referred(raw)) - set(uuids))
assert not missing, f"nothing has these UUIDs: {missing}"

# What trestle writes is what it has read: no key was left out on the way.
again = json.loads(results.oscal_serialize_json().replace("+00:00", "Z"))
assert again == json.loads(path.read_text(encoding="utf-8").replace("+00:00", "Z")), "trestle writes something else"


def props(one):
    return {prop.name: prop.value for prop in one.props or []}


(result,) = results.results
print(
    json.dumps(
        {
            "props": props(result),
            "observations": [
                {
                    "description": one.description,
                    "types": [getattr(kind, "value", kind) for kind in one.types or []],
                    "subjects": len(one.subjects or []),
                    "evidence": len(one.relevant_evidence),
                    **props(one),
                }
                for one in result.observations or []
            ],
            "findings": [
                {
                    "observations": len(one.related_observations),
                    "target": one.target.target_id,
                    "state": one.target.status.state.value,
                    **props(one),
                }
                for one in result.findings or []
            ],
            "risks": [one.characterizations[0].facets[0].value for one in result.risks or []],
            "arns": [props(one)["asset-id"] for one in result.local_definitions.inventory_items or []],
            "start": result.start.isoformat(),
            "end": result.end.isoformat(),
        }
    )
)
