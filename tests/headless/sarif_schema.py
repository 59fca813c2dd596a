"""The parts of SARIF 2.1.0 that nbdoctor writes, as a JSON Schema.

Written from the text of the OASIS standard; the sections are those of
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Every property is listed, so that
one which the standard does not know, or a typing error in a name, is refused.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}


def closed(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def several(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
MESSAGE = closed(("text",), text=TEXT)  # 3.11
MULTIFORMAT = closed(("text",), text=TEXT, markdown=TEXT)  # 3.12

LOCATION = closed(  # 3.28
    (),
    physicalLocation=closed(  # 3.29
        ("artifactLocation",),
        artifactLocation=closed(  # 3.4: a relative or absolute URI, RFC 3986
            ("uri",),
            uri={"type": "string", "pattern": r"^[A-Za-z0-9/._~%-]+$"},
            uriBaseId=TEXT,
        ),
        region=closed(("startLine",), startLine={"type": "integer", "minimum": 1}),  # 3.30
    ),
    logicalLocations=several(closed((), name=TEXT, fullyQualifiedName=TEXT, kind=TEXT)),  # 3.33
)

RULE = closed(  # 3.49
    ("id",),
    id=TEXT,
    shortDescription=MULTIFORMAT,
    help=MULTIFORMAT,
    defaultConfiguration=closed((), level=LEVEL),  # 3.50
    properties=closed((), tags={**several(TEXT), "uniqueItems": True}),  # 3.8.2
)

RESULT = closed(  # 3.27
    ("message",),
    ruleId=TEXT,
    level=LEVEL,
    message=MESSAGE,
    locations=several(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},  # 3.27.17
    suppressions=several(  # 3.35
        closed(("kind",), kind={"enum": ["inSource", "external"]}, justification=TEXT)
    ),
)

INVOCATION = closed(  # 3.20
    ("executionSuccessful",),
    executionSuccessful={"type": "boolean"},
    toolExecutionNotifications=several(  # 3.58
        closed(("message",), level=LEVEL, message=MESSAGE, locations=several(LOCATION))
    ),
)

RUN = closed(  # 3.14
    ("tool",),
    tool=closed(  # 3.18, 3.19
        ("driver",),
        driver=closed(
            ("name",),
            name=TEXT,
            rules={**several(RULE), "uniqueItems": True},
        ),
    ),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=several(RESULT),
    invocations=several(INVOCATION),
)

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **closed(  # 3.13
        ("version", "runs"),
        **{"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": several(RUN)},
    ),
}
