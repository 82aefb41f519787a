"""Reads a JUnit file with junitparser and prints what it holds as JSON."""

import json
import sys

from junitparser import JUnitXml


def case(one):
    return {
        "class": one.classname,
        "name": one.name,
        "results": [
            {"kind": type(result).__name__, "type": result.type, "message": result.message, "text": result.text}
            for result in one.result
        ],
        "output": one.system_out,
    }


suites = JUnitXml.fromfile(sys.argv[1])
print(
    json.dumps(
        [
            {
                "name": suite.name,
                "tests": suite.tests,
                "failures": suite.failures,
                "skipped": suite.skipped,
                "properties": {prop.name: prop.value for prop in suite.properties()},
                "cases": [case(one) for one in suite],
            }
            for suite in suites
        ]
    )
)
